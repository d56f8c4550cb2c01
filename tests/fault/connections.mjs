// Clients that hold connections and do nothing good with them: slow headers and bodies, readers that never read,
// thousands that are idle, thousands that leave in the middle of a body, and more of them than there are descriptors.
// Nothing half-sent is stored, others are served, and what they took is given back.
//
//   node tests/fault/connections.mjs [--long]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { start, until } from '../http/harness.mjs';
import { expectSound, Ledger, SURVEYS, ZONE } from '../crash/ledger.mjs';
import { BINARY, LONG, Suite } from './control.mjs';

const suite = new Suite('connections');
const IDLE = LONG ? 10_000 : 1000;
const FRESH_MS = 50; // asked of `make torture` only: a busy machine says nothing about time
const HEAD = 'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

const openFiles = (daemon) => fs.readdirSync(`/proc/${daemon.child.pid}/fd`).length;
const residentKb = (daemon) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'))[1]);

// A socket that sends `bytes` and is then left alone. Null where it was refused.
function dangle(daemon, bytes = '') {
  return new Promise((resolve) => {
    const socket = net.connect({ host: daemon.host, port: daemon.port });
    socket.on('error', () => resolve(null));
    socket.on('connect', () => socket.write(bytes, () => resolve(socket)));
    socket.pause();
  });
}

async function dangleMany(daemon, count, bytes) {
  const sockets = [];
  for (let at = 0; at < count; at += 250)
    sockets.push(
      ...(await Promise.all(Array.from({ length: Math.min(250, count - at) }, () => dangle(daemon, bytes)))),
    );
  return sockets.filter(Boolean);
}

function percentile(times, part) {
  return [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))];
}

// Fresh connections, one after the other, each with one response; their times.
async function serveFresh(daemon, ledger, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const request = ledger.compose('post');
    const begun = performance.now();
    const reply = await daemon.request(request.method, request.target, { body: request.body, agent: false });
    times.push(performance.now() - begun);
    assert.equal(reply.status, 201, reply.text);
    request.settle(reply);
  }
  return times;
}

async function withDaemon(fault, count, options, check) {
  await suite.hold(
    fault,
    async () => {
      const row = suite.row(fault);
      const daemon = await start({ binary: BINARY, timezone: ZONE, ...options });
      daemon.agent = new http.Agent({ keepAlive: false }); // else it races with the deadline
      const ledger = new Ledger({ seed: 23 });
      try {
        await ledger.define(daemon);
        const note = await check(daemon, ledger, row);
        row.injected += count;
        if (daemon.exit) row.crashed += 1;
        for (const slug of Object.keys(SURVEYS))
          if (ledger.scoresOf(slug).length > 0) await ledger.expectScore(daemon, slug);
        await daemon.end();
        const { lost, duplicated } = ledger.compare(daemon.database);
        row.lost += lost.length;
        row.duplicated += duplicated.length;
        ledger.expectStored(daemon.database);
        expectSound(daemon.database);
        return note;
      } finally {
        if (!daemon.stopped) await daemon.kill();
        daemon.clean();
      }
    },
    fault,
  );
}

const close = (sockets) => sockets.forEach((socket) => socket.destroy());

const SLOW = { 'slow headers': [HEAD, 'X'], 'slow body': [`${HEAD}Content-Length: 5000\r\n\r\n{`, ' '] };
for (const [fault, [begin, drop]] of Object.entries(SLOW)) {
  const count = LONG ? 1000 : 100;
  await withDaemon(fault, count, { config: { server: { request_timeout: 2 } } }, async (daemon, ledger) => {
    const before = openFiles(daemon);
    const sockets = await dangleMany(daemon, count, begin);
    assert.equal(sockets.length, count);
    let ended = 0;
    for (const socket of sockets) {
      socket.resume();
      socket.on('close', () => ended++);
    }
    const trickle = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write(drop)), 200);
    await serveFresh(daemon, ledger, 30);
    await until(() => ended === count, 'every slow client cut off');
    clearInterval(trickle);
    close(sockets);
    daemon.agent.destroy();
    await until(() => openFiles(daemon) <= before + 2, 'descriptors given back');
  });
}

await withDaemon(
  'a client that never reads',
  LONG ? 200 : 20,
  { config: { server: { request_timeout: 2 } } },
  async (daemon, ledger) => {
    await serveFresh(daemon, ledger, 10);
    const before = openFiles(daemon);
    // Replies of about a hundred kilobytes each, many in a row, into a window that never opens.
    const call =
      `GET /v1/surveys/nps/trend?window=7d&interval=hour HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ` +
      `${daemon.key}\r\n\r\n`;
    const sockets = await dangleMany(daemon, LONG ? 200 : 20, call.repeat(200));
    await serveFresh(daemon, ledger, 30);
    const memory = residentKb(daemon);
    assert.ok(memory < 300_000, `${memory} kB`);
    await until(() => openFiles(daemon) <= before + 4, 'those that do not read are cut off');
    close(sockets);
    return `${Math.round(memory / 1000)} MB`;
  },
);

await withDaemon(
  `${IDLE} idle connections`,
  IDLE,
  { config: { server: { request_timeout: 120 } } },
  async (daemon, ledger) => {
    const before = openFiles(daemon);
    const sockets = [...(await dangleMany(daemon, IDLE / 2)), ...(await dangleMany(daemon, IDLE / 2, HEAD))];
    assert.equal(sockets.length, IDLE, 'all are connected');
    await until(() => openFiles(daemon) >= before + IDLE - 2, 'all are accepted');
    const times = await serveFresh(daemon, ledger, LONG ? 500 : 50);
    const [median, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
    if (LONG) assert.ok(p99 < FRESH_MS, `p99 ${p99} ms`);
    const memory = residentKb(daemon);
    close(sockets);
    await until(() => openFiles(daemon) <= before + 4, 'descriptors given back');
    return `fresh requests: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; ${Math.round(memory / 1000)} MB`;
  },
);

const DROPPED = LONG ? 10_000 : 1000;
await withDaemon(
  `${DROPPED} connections dropped in a body`,
  DROPPED,
  { config: { server: { request_timeout: 5 } } },
  async (daemon, ledger) => {
    await serveFresh(daemon, ledger, 5);
    const before = openFiles(daemon);
    const round = async (count) => {
      for (let at = 0; at < count; at += 250) {
        const sockets = await dangleMany(
          daemon,
          250,
          `${HEAD}Content-Length: 50000\r\n\r\n{"score":9,"comment":"${'x'.repeat(20_000)}`,
        );
        sockets.forEach((socket, i) => (i % 2 ? socket.destroy() : socket.resetAndDestroy()));
      }
      await until(() => openFiles(daemon) <= before + 2, 'descriptors given back');
    };
    await round(DROPPED / 2);
    // What an allocator keeps stops growing after some rounds; a leak, 20 kB each, is in every one.
    let rounds = 0;
    let more = 0;
    do {
      assert.ok(rounds < 8, `${more} kB more after ${DROPPED / 2} more, ${rounds} times`);
      const memory = residentKb(daemon);
      await round(DROPPED / 2);
      more = residentKb(daemon) - memory;
      rounds += 1;
    } while (more > 2 * DROPPED);
    await serveFresh(daemon, ledger, 20);
    return `${more} kB more, at round ${rounds}`;
  },
);

await withDaemon('no descriptors left', 200, {}, async (daemon, ledger) => {
  await serveFresh(daemon, ledger, 5);
  daemon.agent.destroy();
  // Fewer than the daemon counted on at its start.
  const limit = openFiles(daemon) + 40;
  const done = spawnSync('prlimit', [`--pid=${daemon.child.pid}`, `--nofile=${limit}:${limit}`], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const before = openFiles(daemon);
  const sockets = await dangleMany(daemon, 200, HEAD); // those beyond the limit wait in the backlog
  await until(() => openFiles(daemon) >= limit - 1, 'the last descriptor is taken');
  assert.equal(daemon.exit, null);
  close(sockets);
  await until(() => openFiles(daemon) <= before + 4, 'descriptors given back');
  await serveFresh(daemon, ledger, 50);
  const score = await daemon.score('nps', 'window=all');
  assert.equal(score.status, 200);
});
suite.end();
