// Everything malformed that the corpus knows (tests/http/corpus/requests.mjs), and what fills a connection's memory,
// with every way of leaving, over TCP, TLS and the Unix socket, alone and several in one breath. In the end all is as
// it was: descriptors, memory, every gauge, and a processor that has nothing to do.
//
//   node tests/fault/soak.mjs [--long]
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { parseMetrics } from '../http/exposition.mjs';
import { METRICS, seeded, start, until } from '../http/harness.mjs';
import { requests } from '../http/corpus/requests.mjs';
import { BINARY, LONG, Suite } from './control.mjs';

const suite = new Suite('soak');
const ROUNDS = LONG ? 12 : 1;
const AT_ONCE = 96;
const DEADLINE_S = 2;
const GROWTH_KB = 24_000; // arenas of the allocator, one a thread; a leak of a kilobyte a connection would be more
const IDLE_MS = 2000;
const IDLE_CPU_MS = 200; // of it: chores and heartbeats; a loop that spins takes all
const STORED =
  /^process_|_seconds$|_bytes$|^cxd_(comments_unindexed|responses_stored|rollup_rows|score|score_responses)$/;
const QUIET = ['cxd_http_connections', 'cxd_http_requests_in_flight', 'cxd_queue_changes'];

const HOST = 'Host: x\r\n';
const GOOD = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;

// Beside the corpus: what has no end, or more behind it than a connection has memory for.
function endless(key) {
  const auth = `Authorization: Bearer ${key}\r\n`;
  const flood = (piece, bytes = 40_000) => piece.repeat(Math.ceil(bytes / piece.length));
  return [
    ['a request line without an end', `GET /${flood('a')}`],
    ['a request line that stops', 'GET /heal'],
    ['a query without an end', `GET /healthz?${flood('a&')}`],
    ['a header without an end', `GET /healthz HTTP/1.1\r\n${HOST}X-A: ${flood('a')}`],
    ['a header that stops', `GET /healthz HTTP/1.1\r\n${HOST}X-A: a`],
    ['headers that stop below the limit', `GET /healthz HTTP/1.1\r\n${HOST}${flood('X-A: a\r\n', 6000)}`],
    [
      'parameters behind a NUL that looks like the end of the line',
      `GET /healthz\x00HTTP/1.1\x00?${flood('a&', 3000)} HTTP/1.1\r\n${HOST}\r\n`,
    ],
    [
      'a body that stops',
      `POST /v1/surveys/g/responses HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ` +
        `60000\r\n\r\n{"score"`,
    ],
    [
      'a body that is refused and stops',
      `POST /v1/responses HTTP/1.1\r\n${HOST}Content-Length: 60000\r\n\r\n${flood('x', 20_000)}`,
    ],
    [
      'a batch that stops',
      `POST /v1/responses HTTP/1.1\r\n${HOST}${auth}Content-Type: application/x-ndjson\r\n` +
        `Content-Length: 60000\r\n\r\n{"survey":"g"`,
    ],
    ['good requests in a row', flood(GOOD)],
    ['a read in the pool, and good requests behind it', `GET /v1/scores HTTP/1.1\r\n${HOST}${auth}\r\n${flood(GOOD)}`],
    [
      'a long reply, many times',
      flood(`GET /v1/surveys/g/trend?window=7d&interval=hour HTTP/1.1\r\n${HOST}${auth}\r\n`),
    ],
    ['nothing', ''],
  ];
}

const open = (options, secure) =>
  new Promise((resolve) => {
    const socket = secure ? tls.connect({ ...options, rejectUnauthorized: false }) : net.connect(options);
    socket.on('error', () => resolve(socket));
    socket.on('close', () => resolve(socket));
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
  });
const closed = (socket) => new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', resolve)));
// The bytes are with the kernel, or will never be.
const said = (socket, bytes) =>
  new Promise((resolve) => {
    socket.once('close', resolve);
    if (socket.destroyed || !socket.writable) resolve();
    else if (socket.write(Buffer.from(bytes, 'latin1'), resolve) === false) socket.once('drain', resolve);
    setTimeout(resolve, 200).unref(); // who does not read may be unable to write
  });
const cut = (socket) =>
  socket instanceof tls.TLSSocket || socket.remoteFamily === undefined ? socket.destroy() : socket.resetAndDestroy();

// How one leaves who has said `bytes`. Each ends with the socket closed, by whichever side.
const LEAVINGS = {
  'reads all and closes': async (socket, bytes) => {
    socket.resume();
    await said(socket, bytes);
    await new Promise(
      (resolve) => socket.once('data', resolve).once('close', resolve) && setTimeout(resolve, 500).unref(),
    );
    socket.destroy();
  },
  'leaves at once': async (socket, bytes) => {
    socket.pause();
    await said(socket, bytes);
    socket.destroy();
  },
  'resets': async (socket, bytes) => {
    socket.pause();
    await said(socket, bytes);
    cut(socket);
  },
  'leaves in the middle of the bytes': async (socket, bytes) => {
    socket.pause();
    await said(socket, bytes.slice(0, bytes.length / 2));
    cut(socket);
  },
  'closes its half, and reads': async (socket, bytes) => {
    socket.resume();
    await said(socket, bytes);
    socket.end();
    await closed(socket);
  },
  'says it in pieces, and stays': async (socket, bytes) => {
    socket.resume();
    for (let at = 0; at < 3; at++)
      await said(socket, bytes.slice((at * bytes.length) / 3, ((at + 1) * bytes.length) / 3));
    await closed(socket);
  },
  'stays silent, and reads nothing': async (socket, bytes) => {
    socket.pause();
    await said(socket, bytes);
    const gone = closed(socket);
    // It does not see the end itself. The daemon's side is what counts.
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, (DEADLINE_S + 2) * 1000))]);
    socket.destroy();
  },
};

// TLS that stops before there is a request: within the greeting, and within a record.
const HALVES = [
  Buffer.from('16030102000100', 'hex'),
  Buffer.from('160301', 'hex'),
  Buffer.from('1703034000aabb', 'hex'),
  Buffer.from('GET / HTTP/1.1\r\n\r\n'),
];

const statOf = (daemon) => fs.readFileSync(`/proc/${daemon.child.pid}/stat`, 'latin1').split(') ')[1].split(' ');
const cpuMs = (daemon) => (Number(statOf(daemon)[11]) + Number(statOf(daemon)[12])) * 10;
const residentKb = (daemon) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'))[1]);
const openFiles = (daemon) => fs.readdirSync(`/proc/${daemon.child.pid}/fd`).length;

// The metrics, asked for until nothing is under way any more; their own connection apart.
async function settled(daemon) {
  return until(async () => {
    const metrics = parseMetrics((await daemon.scrape()).text, { moving: true });
    const busy = QUIET.flatMap((name) => metrics.all(name)).filter(
      ({ labels, value }) => labels.listener !== 'metrics' && value !== 0,
    );
    return busy.length === 0 ? metrics : null;
  }, 'nothing is under way');
}

// Every gauge but those of the process, of sizes and of times, and of what good requests store.
function state(metrics) {
  const gauges = {};
  for (const { name, type, samples } of metrics.families.values()) {
    if (type !== 'gauge' || STORED.test(name)) continue;
    for (const { labels, value } of samples) gauges[`${name} ${JSON.stringify(labels)}`] = value;
  }
  return gauges;
}

async function inPortions(jobs) {
  const waiting = [...jobs];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) await job();
    }),
  );
}

// What one round sends, in an order of its own.
function mix(daemon, places, random) {
  const cases = [...requests(daemon.key).map(([name, bytes]) => [name, bytes]), ...endless(daemon.key)];
  const leavings = Object.values(LEAVINGS);
  const jobs = [];
  for (const [, bytes] of cases) {
    // Each case over every place, each time with another leaving; and now and then between good ones.
    for (const place of places) {
      const leave = leavings[Math.floor(random() * leavings.length)];
      const said_ = random() < 0.3 ? GOOD + GOOD + bytes + GOOD : bytes;
      jobs.push(async () => leave(await open(place.at, place.secure), said_));
    }
  }
  for (const place of places.filter(({ secure }) => secure))
    for (const half of HALVES)
      for (const leave of leavings) jobs.push(async () => leave(await open(place.at, false), half.toString('latin1')));
  for (let i = jobs.length - 1; i > 0; i--) {
    const at = Math.floor(random() * (i + 1));
    [jobs[i], jobs[at]] = [jobs[at], jobs[i]];
  }
  return jobs;
}

async function soak(isTls) {
  const name = `soak, ${isTls ? 'TLS' : 'plain'}`;
  await suite.hold(
    name,
    async () => {
      const row = suite.row(name);
      const socketPath = path.join(suite.directory(), 's');
      const daemon = await start({
        binary: BINARY,
        tls: isTls,
        config: { server: { request_timeout: DEADLINE_S, unix_socket: socketPath, http_threads: 2 }, metrics: METRICS },
      });
      daemon.agent = isTls ? daemon.agent : new http.Agent({ keepAlive: false });
      try {
        await daemon.survey('g', { metric: 'nps' });
        const tcp = { host: daemon.host, port: daemon.port };
        const places = [
          { at: tcp, secure: isTls },
          { at: { path: socketPath }, secure: false },
        ];
        const random = seeded(isTls ? 29 : 31);
        const round = async () => {
          const jobs = mix(daemon, places, random);
          await inPortions(jobs);
          return jobs.length;
        };
        await round(); // all memory that it ever wants at once
        daemon.agent.destroy();
        const before = { gauges: state(await settled(daemon)), files: openFiles(daemon), memory: residentKb(daemon) };
        for (let i = 0; i < ROUNDS; i++) row.injected += await round();
        const after = { gauges: state(await settled(daemon)), files: openFiles(daemon), memory: residentKb(daemon) };
        if (daemon.exit) row.crashed += 1;
        assert.ok(Object.keys(before.gauges).length > 5, 'there are gauges');
        assert.deepEqual(after.gauges, before.gauges);
        assert.ok(after.files <= before.files + 2, `${after.files} descriptors, not ${before.files}`);
        const more = after.memory - before.memory;
        assert.ok(more < GROWTH_KB, `${more} kB more`);
        const spent = cpuMs(daemon);
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS)); // what is measured, not what is waited for
        const idle = cpuMs(daemon) - spent;
        assert.ok(idle < IDLE_CPU_MS, `${idle} ms of ${IDLE_MS} with nothing to do`);
        assert.equal((await daemon.post('g', { score: 9 }, { agent: undefined })).status, 201);
        const begun = performance.now();
        await daemon.end();
        return (
          `${row.injected} connections; ${more} kB more; idle ${idle} ms of ${IDLE_MS}; stopped in ` +
          `${Math.round(performance.now() - begun)} ms`
        );
      } finally {
        if (!daemon.stopped) await daemon.kill();
        daemon.clean();
      }
    },
    name,
  );
}

await soak(false);
await soak(true);
suite.end();
