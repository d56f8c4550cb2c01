// A request has a total deadline, however it trickles, and connections have a limit (edge.md §1).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start, use } from './harness.mjs';

const TIMEOUT_S = 1;
const SLACK_MS = 6000; // of a loaded machine under a sanitizer
const d = await start({ config: { server: { request_timeout: TIMEOUT_S } } });
after(() => d.stop());
await d.survey('s', { metric: 'nps' });

const HEAD = 'POST /v1/surveys/s/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const BODY = '{"score":9}';

// Sends bytes one at a time, an interval apart, until the peer ends the connection; gives the time that took.
async function trickle(wire, bytes, interval) {
  const begun = performance.now();
  let i = 0;
  while (!wire.closed && performance.now() - begun < TIMEOUT_S * 1000 + SLACK_MS) {
    if (i < bytes.length) wire.send(bytes[i++]);
    await wire.wait(interval);
  }
  const took = performance.now() - begun;
  assert.ok(wire.closed, `still open after ${took} ms`);
  return took;
}

const LEAST_MS = TIMEOUT_S * 1000 - 300; // on a busy machine the daemon may have begun to count long before we did

const SLOW = [
  ['nothing at all after the connection', '', true],
  ['headers, one byte at a time', `${HEAD}X-Padding: ${'a'.repeat(1000)}`, false],
  ['headers that stop', HEAD, false],
  ['a body, one byte at a time', null, false],
  ['a body that stops', `${HEAD}Content-Length: 5000\r\n\r\n{"score"`, false],
];
for (const [name, bytes] of SLOW) {
  test(`slow: ${name}`, async () => {
    const wire = await d.connect();
    let took;
    if (bytes === null) {
      wire.send(`${HEAD}Content-Length: 5000\r\n\r\n`);
      took = await trickle(wire, ' '.repeat(5000), 50);
    } else if (/stop|nothing/.test(name)) {
      wire.send(bytes);
      took = await trickle(wire, '', 50);
    } else {
      took = await trickle(wire, bytes, 50);
    }
    assert.ok(took >= LEAST_MS, `ended too soon: ${took} ms`);
    // It may say 408 before it closes; it may not say that it took the response.
    if (wire.buffer.length > 0) assert.match(wire.buffer.toString('latin1'), /^HTTP\/1\.1 (408|4\d\d) /);
    wire.close();
  });
}

test('slow: the second request of a connection has a deadline of its own', async () => {
  const wire = await d.connect();
  wire.send(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
  assert.equal((await wire.reply()).status, 201);
  const took = await trickle(wire, `${HEAD}X-Padding: ${'a'.repeat(1000)}`, 50);
  assert.ok(took >= LEAST_MS, `${took} ms`);
  wire.close();
});

test('a connection that is used is not ended: requests for longer than the deadline', async () => {
  const wire = await d.connect();
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < TIMEOUT_S * 2500) {
    wire.send(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
    assert.equal((await wire.reply())?.status, 201, `request ${count}`);
    count += 1;
    await wire.wait(100);
  }
  wire.close();
});

test('a slow client does not hold up the others', async () => {
  const slow = await Promise.all(Array.from({ length: 50 }, () => d.connect()));
  for (const wire of slow) wire.send(`${HEAD}Content-Length: 5000\r\n\r\n{`);
  const begun = performance.now();
  for (let i = 0; i < 20; i++) assert.equal((await d.post('s', { score: 9 })).status, 201);
  assert.ok(performance.now() - begun < SLACK_MS);
  for (const wire of slow) wire.close();
});

test('a client that reads nothing is ended, and costs nobody else', async () => {
  const wire = await d.connect();
  wire.socket.pause();
  const target = '/v1/surveys/s/form';
  for (let i = 0; i < 2000; i++) wire.send(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.equal((await d.post('s', { score: 9 })).status, 201);
  wire.close();
});

test('the connection limit: more are refused or wait, and it recovers', async (t) => {
  const limit = 20;
  const daemon = await use(t, { config: { server: { max_connections: limit, http_threads: 1 } } });
  await daemon.survey('s', { metric: 'nps' });
  daemon.agent.destroy();
  const wires = [];
  const outcomes = await Promise.all(Array.from({ length: limit * 3 }, async () => {
    const wire = await daemon.connect().catch(() => null);
    if (!wire) return 'refused';
    wires.push(wire);
    wire.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const reply = await wire.reply(2000).catch(() => null);
    return reply?.status ?? 'closed';
  }));
  const served = outcomes.filter((outcome) => outcome === 200).length;
  assert.ok(served <= limit, `${served} served at once`);
  assert.ok(served >= limit / 2, `${served} served: ${outcomes}`);
  for (const wire of wires) wire.close();
  // Free again: as soon as the daemon has seen the ends.
  for (const deadline = Date.now() + 10_000; ; ) {
    const reply = await daemon.request('GET', '/healthz', { timeout: 3000 }).catch(() => null);
    if (reply?.status === 200) break;
    assert.ok(Date.now() < deadline, 'never recovered');
  }
  assert.equal((await daemon.post('s', { score: 9 })).status, 201);
});
