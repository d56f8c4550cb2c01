// A request has a total deadline, however it trickles, and connections have a limit (docs/edge.md §1).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start, use, until } from './harness.mjs';

const TIMEOUT_S = 1;
const d = await start({ config: { server: { request_timeout: TIMEOUT_S } } });
after(() => d.stop());
await d.survey('s', { metric: 'nps' });

const HEAD = 'POST /v1/surveys/s/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const BODY = '{"score":9}';
const FIRST_MS = 600;

// Sends bytes one at a time, an interval apart, until the peer ends the connection; gives the time since `begun`, which
// is before the daemon can have begun to count.
async function trickle(wire, begun, bytes, interval) {
  let i = 0;
  while (!wire.closed) {
    if (i < bytes.length) wire.send(bytes[i++]);
    await wire.wait(interval);
  }
  assert.ok(i < bytes.length || bytes === '', 'before it was whole');
  return performance.now() - begun;
}

const LEAST_MS = TIMEOUT_S * 1000 - 20; // of clocks that are cut to milliseconds

const SLOW = [
  ['nothing at all after the connection', '', true],
  ['headers, one byte at a time', `${HEAD}X-Padding: ${'a'.repeat(1000)}`, false],
  ['headers that stop', HEAD, false],
  ['a body, one byte at a time', null, false],
  ['a body that stops', `${HEAD}Content-Length: 5000\r\n\r\n{"score"`, false],
];
for (const [name, bytes] of SLOW) {
  test(`slow: ${name}`, async () => {
    const begun = performance.now();
    const wire = await d.connect();
    let took;
    if (bytes === null) {
      wire.send(`${HEAD}Content-Length: 5000\r\n\r\n`);
      took = await trickle(wire, begun, ' '.repeat(5000), 50);
    } else if (/stop|nothing/.test(name)) {
      wire.send(bytes);
      took = await trickle(wire, begun, '', 50);
    } else {
      took = await trickle(wire, begun, bytes, 50);
    }
    assert.ok(took >= LEAST_MS, `ended too soon: ${took} ms`);
    // It may say 408 before it closes; it may not say that it took the response.
    if (wire.buffer.length > 0) assert.match(wire.buffer.toString('latin1'), /^HTTP\/1\.1 (408|4\d\d) /);
    wire.close();
  });
}

test('slow: the second request of a connection has a deadline of its own', async () => {
  // The first one takes its time, and on a busy machine too much of it: then again.
  const { wire, begun } = await until(async () => {
    const first = { begun: performance.now(), wire: await d.connect() };
    first.wire.send(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY.slice(0, 5)}`);
    await new Promise((resolve) => setTimeout(resolve, FIRST_MS));
    first.wire.send(BODY.slice(5));
    return (await first.wire.reply())?.status === 201 ? first : null;
  });
  const took = await trickle(wire, begun, `${HEAD}X-Padding: ${'a'.repeat(1000)}`, 50);
  assert.ok(took >= FIRST_MS + LEAST_MS, `${took} ms`);
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

test('a slow client does not hold up the others', async (t) => {
  const d = await use(t, { config: { server: { request_timeout: 3600 } } });
  await d.survey('s', { metric: 'nps' });
  const slow = await Promise.all(Array.from({ length: 50 }, () => d.connect()));
  for (const wire of slow) wire.send(`${HEAD}Content-Length: 5000\r\n\r\n{`);
  // Who waited for them would wait for an hour.
  for (let i = 0; i < 20; i++) assert.equal((await d.post('s', { score: 9 })).status, 201);
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
  let served = 0;
  const asking = Array.from({ length: limit * 3 }, async () => {
    const wire = await daemon.connect().catch(() => null);
    if (!wire) return;
    wires.push(wire);
    wire.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const reply = await wire.reply().catch(() => null);
    served += reply?.status === 200;
  });
  await until(() => served >= limit / 2, 'half of them served');
  assert.ok(served <= limit, `${served} served at once`);
  for (const wire of wires) wire.close();
  await Promise.all(asking);
  // Free again: as soon as the daemon has seen the ends.
  await until(async () => (await daemon.request('GET', '/healthz').catch(() => null))?.status === 200);
  assert.equal((await daemon.post('s', { score: 9 })).status, 201);
});
