// What a service manager sees: the notify protocol over a real datagram socket, and a watchdog that is petted only
// while every thread advances (docs/edge.md §7).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run, sqlite, start, use, useDirectory } from './harness.mjs';
import { hold, listen } from './manager.mjs';

const fields = ({ line }) =>
  Object.fromEntries(
    line
      .slice(line.indexOf(' ') + 1)
      .split('|')
      .map((field) => field.split(/=(.*)/s).slice(0, 2)),
  );
const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

for (const kind of ['abstract', 'path']) {
  test(`a life, as it is told over a socket: ${kind}`, async (t) => {
    const dir = useDirectory(t);
    const manager = await listen(t, { watchdogMs: 400, name: kind === 'path' ? path.join(dir, 'notify') : undefined });
    const daemon = await start({ env: { ...manager.env } });
    let stopped = false;
    t.after(() => stopped || daemon.stop());
    const pid = daemon.child.pid;

    const ready = await manager.line(/READY=1/);
    assert.equal((await daemon.request('GET', '/readyz')).status, 200);
    assert.deepEqual(fields(ready), { READY: '1', MAINPID: String(pid), STATUS: `Answering on ${daemon.url}` });
    const pet = await manager.line(/WATCHDOG=1/);
    const pets = [pet];
    for (let i = 0; i < 4; i += 1) pets.push(await manager.line(/WATCHDOG=1/, { from: pets.at(-1).index + 1 }));
    const apart = (pets.at(-1).at - pets[0].at) / 4;
    assert.ok(apart > 150, `no more often than every half of 400 ms: ${apart}`);

    const before = process.hrtime.bigint() / 1000n;
    daemon.child.kill('SIGHUP');
    const reloading = await manager.line(/RELOADING=1/);
    const usec = BigInt(fields(reloading).MONOTONIC_USEC);
    assert.ok(usec >= before && usec <= process.hrtime.bigint() / 1000n, `${before} ≤ ${usec}`);
    const again = await manager.line(/READY=1/, { from: reloading.index });
    assert.equal(fields(again).STATUS, `Answering on ${daemon.url}`);
    await manager.line(/WATCHDOG=1/, { from: again.index });

    stopped = true;
    await daemon.stop();
    const stopping = await manager.line(/STOPPING=1/);
    assert.ok(stopping.index > again.index);
    // All of it is the main process's, and nothing else was sent.
    for (const { line } of manager.lines.slice(1)) {
      assert.equal(line.split(' ')[0], String(pid));
      assert.match(line, /^\d+ (READY=1|WATCHDOG=1$|RELOADING=1|STOPPING=1)/);
    }
  });
}

test('no manager, a manager that is gone, a name that is none', async (t) => {
  for (const env of [{}, { NOTIFY_SOCKET: '/no/such/socket', WATCHDOG_USEC: '1000000' }]) {
    const daemon = await start({ env });
    assert.doesNotMatch(daemon.stderr, /notify/);
    await daemon.stop();
  }
  const daemon = await use(t, { env: { NOTIFY_SOCKET: 'nowhere' } });
  assert.match(daemon.stderr, /notify_impossible detail="NOTIFY_SOCKET: /);
});

test('a watchdog that is meant for another process, or not wanted, is not petted', async (t) => {
  for (const env of [{ WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' }, {}]) {
    const manager = await listen(t);
    const daemon = await start({ env: { ...manager.env, ...env } });
    await manager.line(/READY=1/);
    await sleep(400);
    await daemon.stop();
    await manager.line(/STOPPING=1/);
    assert.ok(!manager.lines.some(({ line }) => line.includes('WATCHDOG')));
  }
});

// The watchdog's time is 400 ms here.
for (const [thread, part] of [
  ['cxd-writer', 'writer'],
  ['cxd-http', 'http'],
  ['cxd-worker', 'workers'],
  ['cxd-public', 'workers'],
  ['cxd-house', 'housekeeping'],
]) {
  test(`no pet while ${thread} is held up, and again when it goes on`, async (t) => {
    const manager = await listen(t, { watchdogMs: 400 });
    const daemon = await use(t, { env: manager.env });
    // What a start has to do is done: who waits for the writer is not stuck, however long it is held.
    let pets = -1;
    for (let i = 0; i < 4; i++) pets = (await manager.line(/WATCHDOG=1/, { from: pets + 1 })).index;
    const release = await hold(t, daemon.child.pid, thread);
    const stuck = await manager.line(/STATUS=Stuck/);
    assert.match(fields(stuck).STATUS, new RegExp(`^Stuck: ${part} has made no step for \\d+ s$`));
    const held = manager.lines.length;
    await sleep(1000);
    assert.deepEqual(
      manager.lines.slice(stuck.index + 1).map(({ line }) => line),
      [],
      'nothing while it is stuck',
    );
    assert.equal(manager.lines.length, held);
    await release();
    const pet = await manager.line(/WATCHDOG=1/, { from: held });
    const status = await manager.line(/STATUS=Answering/, { from: held });
    assert.ok(status.index < pet.index);
    await manager.line(/WATCHDOG=1/, { from: pet.index + 1 });
    assert.match(daemon.stderr, new RegExp(`stuck part=${part} ms=\\d+\\n(.|\\n)*advances`));
    assert.equal((await daemon.request('GET', '/readyz')).status, 200);
  });
}

test('what does not start says why', async (t) => {
  const manager = await listen(t);
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, `[server]\nlisten = 127.0.0.1:0\n[storage]\nurl = sqlite:${file}/cxd.db\n`);
  assert.equal(run(['serve', '-c', file], { env: manager.env }).status, 1);
  await manager.line(/STATUS=Does not start: .*cxd\.conf/);
  assert.ok(!manager.lines.some(({ line }) => line.includes('READY')));
});

// TimeoutStopSec is 30 s.
test('a stop ends in time, whatever clients do: half a request, a reply that nobody reads, a full queue', async (t) => {
  const manager = await listen(t, { watchdogMs: 1000 });
  const daemon = await start({
    env: manager.env,
    config: { server: { request_timeout: 3600 }, storage: { queue_length: 8 } },
  });
  let stopped = false;
  t.after(() => stopped || daemon.stop());
  await daemon.survey('s', { metric: 'nps' });
  const lines = Array.from({ length: 5000 }, (_, i) => ({ survey: 's', score: i % 11, comment: 'x'.repeat(100) }));
  await daemon.load(lines);
  const HEAD = 'POST /v1/surveys/s/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const wires = [];
  const slow = async (bytes) => {
    const wire = await daemon.connect();
    wires.push(wire);
    wire.sent = null; // some of it is never answered
    wire.send(bytes);
    return wire;
  };
  await slow(`${HEAD}Content-Length: 5000\r\n\r\n{"score"`);
  await slow(HEAD);
  const listing = `GET /v1/surveys/s/responses?limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daemon.key}`;
  for (let i = 0; i < 4; i += 1) {
    const reader = await slow(`${listing}\r\n\r\n`.repeat(20));
    reader.socket.pause();
  }
  // Beyond what the queue takes the answer is 503.
  const statuses = {};
  let acknowledged = 0;
  const posts = Array.from({ length: 60 }, (_, i) =>
    daemon.post('s', { score: i % 11 }).then(
      ({ status }) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        acknowledged += status === 201;
      },
      (error) => assert.equal(error.code, 'ECONNRESET'),
    ),
  );
  await Promise.race(posts);
  daemon.child.kill('SIGTERM');
  stopped = true;
  const outcome = await daemon.exited;
  await Promise.all(posts);
  assert.deepEqual(outcome, { code: 0, signal: null }, daemon.stderr.slice(-2000));
  // While it lasts the manager is told to wait, and the watchdog is petted.
  const stopping = await manager.line(/STOPPING=1/);
  assert.ok(
    manager.lines.slice(stopping.index).filter(({ line }) => /EXTEND_TIMEOUT_USEC=\d+\|WATCHDOG=1/.test(line)).length >=
      2,
  );
  for (const wire of wires) wire.close();
  const stored = Number(sqlite(daemon.database, 'SELECT count(*) FROM response;'));
  assert.ok(
    stored >= 5000 + acknowledged && stored <= 5060,
    `${stored} stored, ${acknowledged} acknowledged, ${JSON.stringify(statuses)}`,
  );
  daemon.clean();
});
