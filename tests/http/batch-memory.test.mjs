// The memory of batches in flight: claimed before it is taken, refused where others hold it, and given back on every
// way out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { assertProblem, METRICS, NPS, parseLines, use, until } from './harness.mjs';

const KIB = 1024;
const lines = (count, over = {}) =>
  `${Array.from({ length: count }, () => JSON.stringify({ survey: 'nps', score: 9, ...over })).join('\n')}\n`;

async function daemon(t, limits = {}, more = {}) {
  const d = await use(t, {
    config: { metrics: METRICS, limits: { batch_memory: '256K', ...limits }, ...more.config },
    ...more.options,
  });
  await d.survey('nps', NPS);
  return d;
}

const memory = async (d) => (await d.admin('GET', '/v1/status')).json.batch_memory;

// A batch of which the body has not come yet, or only a part.
async function hold(
  d,
  length,
  { part = '', target = '/v1/responses', type = 'application/x-ndjson', key = d.key } = {},
) {
  const wire = await d.connect();
  wire.sent = null;
  wire.send(
    `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${length}\r\n\r\n${part}`,
  );
  return wire;
}

const post = (d, body, { target = '/v1/responses', type = 'application/x-ndjson', headers } = {}) =>
  d.admin('POST', target, { body, type, headers });
const zipped = { headers: { 'Content-Encoding': 'gzip' } };
const idle = (d) => until(async () => (await memory(d)).held_bytes === 0);

test('one alone passes, whatever it takes; a second waits for its room', async (t) => {
  const d = await daemon(t, { batch_memory: 2048 });
  const big = lines(5000);
  assert.equal((await post(d, big)).status, 200, 'far beyond the budget');
  await idle(d);
  const first = await hold(d, 2000);
  await until(async () => (await memory(d)).held_bytes === 2000);
  for (const [body, options] of [
    [lines(10), {}],
    [
      'respondent\r\na\r\nb\r\nccccccccccccccccccccccccccccccccccccccc\r\n',
      { target: '/v1/surveys/nps/invitations', type: 'text/csv' },
    ],
    [
      `[${'{"respondent":"a"},'.repeat(5)}{"respondent":"b"}]`,
      { target: '/v1/surveys/nps/invitations', type: 'application/json' },
    ],
  ]) {
    const refused = await post(d, body, options);
    assertProblem(refused, 503, 'batch_memory');
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
  }
  assert.equal((await d.post('nps', { score: 9 })).status, 201, 'nobody else is refused');
  const { n } = (await d.score('nps')).json;
  assert.equal(n, 5001, 'and nothing of what was refused is stored');
  first.close();
  await idle(d);
  assert.equal((await post(d, lines(10))).status, 200);
  const { refused, limit_bytes: limit } = await memory(d);
  assert.equal(refused, 3);
  assert.equal(limit, 2048);
  const { text } = await d.scrape();
  for (const line of [
    'cxd_batch_memory_bytes 0',
    'cxd_batch_memory_limit_bytes 2048',
    'cxd_batch_memory_refused_total 3',
  ])
    assert.ok(text.includes(`\n${line}\n`), line);
});

test('bodies that have not come hold what they declare, and of those that have come one goes on', async (t) => {
  const d = await daemon(t);
  const holders = await Promise.all([hold(d, 100 * KIB), hold(d, 100 * KIB, { part: '{"sur' }), hold(d, 50 * KIB)]);
  await until(async () => (await memory(d)).held_bytes === 250 * KIB);
  assertProblem(await post(d, lines(300)), 503, 'batch_memory');
  assert.equal((await post(d, lines(100))).status, 200, 'its body fits, and then it is the only one that is decoded');
  await until(async () => (await memory(d)).held_bytes === 250 * KIB);
  for (const holder of holders) holder.close();
  await idle(d);
});

test('it is given back on every way out', async (t) => {
  const d = await daemon(t, { batch_lines: 100 }, { config: { server: { request_timeout: 1 } } });
  const nobody = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json.key;
  const target = '/v1/surveys/nps/invitations';
  const ways = {
    'the client leaves before the body': async () => (await hold(d, 9000)).close(),
    'in the middle of it': async () => (await hold(d, 9000, { part: lines(50) })).close(),
    'with a reset': async () => (await hold(d, 9000, { part: lines(50) })).socket.resetAndDestroy(),
    'behind the body': async () => (await hold(d, lines(50).length, { part: lines(50) })).close(),
    'it is too slow': async () => {
      const wire = await hold(d, 9000, { part: '{' });
      await wire.ended();
    },
    'a type that is none': () => post(d, lines(5), { type: 'text/html' }),
    'too many lines': () => post(d, lines(101)),
    'no array': () => post(d, '[1,'),
    'bad lines only': () => post(d, 'x\ny\n'),
    'an empty body': () => post(d, ''),
    'a bad Idempotency-Key': () =>
      d.admin('POST', '/v1/responses', {
        body: lines(2),
        type: 'application/x-ndjson',
        headers: { 'Idempotency-Key': '\\' },
      }),
    'no scope': async () => (await hold(d, 100, { key: nobody })).close(),
    'a bad parameter': () => post(d, lines(2), { target: '/v1/responses?x=1' }),
    'no such survey': () =>
      post(d, '{"respondent":"a"}', { target: '/v1/surveys/none/invitations', type: 'application/json' }),
    'a bad invitation': () => post(d, '{"respondent":', { target, type: 'application/json' }),
    'a link that is none': () =>
      post(d, '{"respondent":"a"}', { target: `${target}?link=x`, type: 'application/json' }),
    'bad CSV': () => post(d, 'a,"', { target, type: 'text/csv' }),
    'invitations': () => post(d, lines(50, { survey: undefined, score: undefined, respondent: 'a' }), { target }),
    'it is too large': async () => {
      const wire = await hold(d, 100_000_000);
      await wire.reply();
      wire.close();
    },
    'gzip that is none': () => post(d, 'x', zipped),
    'gzip that is too large': () => post(d, zlib.gzipSync(Buffer.alloc(9 << 20, 10)), zipped),
    'gzip of what is none': () => post(d, zlib.gzipSync('[1,'), zipped),
    'gzip that went well': () => post(d, zlib.gzipSync(lines(100)), zipped),
    'what went well': () => post(d, lines(100)),
  };
  for (const [name, way] of Object.entries(ways)) {
    for (let i = 0; i < 3; i += 1) await way();
    await idle(d);
    assert.equal((await memory(d)).refused, 0, name);
  }
  await until(async () => /^cxd_http_requests_in_flight 0$/m.test((await d.scrape()).text));
});

test('a reply that is not read holds what it has left', async (t) => {
  const d = await daemon(t, { batch_memory: '8M' });
  const body = lines(20_000, { comment: 'c' });
  const wire = await d.connect();
  wire.sent = null;
  wire.socket.pause();
  wire.send(
    `POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${d.key}\r\nContent-Type: ` +
      `application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await until(async () => (await d.score('nps')).json.n === 20_000);
  // What it took while it was stored goes when the reply is made, a moment after.
  await until(async () => (await memory(d)).held_bytes < 20_000 * 400);
  wire.close();
  await idle(d);
});

// Lines that are not valid in many ways: their results are longer than the sockets' buffers.
const bad = (count) => `{${Array.from({ length: 60 }, (_, i) => `"m${i}":1`).join(',')}}\n`.repeat(count);

// A batch that holds its memory until somebody reads its reply.
async function unread(d) {
  const body = bad(4000);
  const wire = await hold(d, body.length);
  wire.socket.pause();
  wire.send(body);
  await until(async () => /^cxd_http_requests_total\{.*route="\/v1\/responses".*\} 1$/m.test((await d.scrape()).text));
  return wire;
}

test('what was stored is never answered that there was no room', async (t) => {
  const d = await daemon(t, { batch_memory: '64M', batch_bytes: '64M' });
  const first = await unread(d);
  const held = async () => (await memory(d)).held_bytes;
  const { held_bytes: before, limit_bytes: limit } = await memory(d);
  let stored = 0;
  for (let room = 512; room <= 8192; room += 256) {
    const holder = await hold(d, limit - before - room);
    await until(async () => (await held()) === limit - room);
    const reply = await post(d, lines(1));
    if (reply.status === 200) stored += 1;
    else assertProblem(reply, 503, 'batch_memory');
    assert.equal((await d.score('nps')).json.n, stored, `${room} bytes of room: ${reply.status}`);
    holder.close();
    await until(async () => (await held()) === before);
  }
  assert.ok(stored > 0 && (await memory(d)).refused > 0, 'some have room and some have none');
  first.close();
  await idle(d);
});

test('what is refused for its length is not claimed for as if it were read', async (t) => {
  const d = await daemon(t, { batch_memory: '64M', batch_bytes: '64M', body_bytes: '64K' });
  const first = await unread(d);
  const { held_bytes: held, limit_bytes: limit } = await memory(d);
  const holder = await hold(d, limit - held - 8 * KIB * KIB);
  const long = JSON.stringify({ survey: 'nps', score: 9, comment: 'x'.repeat(200 * KIB) });
  const target = '/v1/surveys/nps/invitations';
  const results = parseLines((await post(d, `${long}\n`)).text);
  assert.equal(results[0].status, 413);
  assertProblem(await post(d, `[${long}]`), 413, 'too_large');
  assertProblem(await post(d, long, { target, type: 'application/json' }), 413, 'too_large');
  assertProblem(await post(d, `[${long}]`, { target, type: 'application/json' }), 413, 'too_large');
  assert.equal((await memory(d)).refused, 0);
  holder.close();
  first.close();
  await idle(d);
});

test('what a body decodes to is claimed before there is any of it', async (t) => {
  const d = await daemon(t, { batch_memory: '64M', batch_bytes: '64M' });
  const first = await unread(d);
  const { held_bytes: held, limit_bytes: limit } = await memory(d);
  const holder = await hold(d, limit - held - 3 * KIB * KIB);
  await until(async () => (await memory(d)).held_bytes === limit - 3 * KIB * KIB);
  assertProblem(await post(d, zlib.gzipSync(Buffer.alloc(4 * KIB * KIB, 10)), zipped), 503, 'batch_memory');
  assert.equal((await memory(d)).refused, 1);
  const reply = await post(d, zlib.gzipSync('\n'.repeat(KIB * KIB) + lines(3)), zipped);
  assert.deepEqual(
    parseLines(reply.text).map(({ status }) => status),
    [201, 201, 201],
  );
  holder.close();
  first.close();
  await idle(d);
});

test('lines of many mistakes cost more than was thought, and are claimed as they come', async (t) => {
  const d = await daemon(t, { batch_memory: '1M' });
  const reply = await post(d, bad(1000));
  assert.equal(reply.status, 200, 'alone');
  assert.equal(parseLines(reply.text).length, 1000);
  await idle(d);
});

test('twelve batches of 5,000 lines at once: the peak of one, and each is stored once it has room', async (t) => {
  const d = await daemon(t, { batch_memory: '256K' });
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${d.child.pid}/status`, 'utf8'))[1]) / KIB;
  const body = lines(5000);
  assert.equal((await post(d, body)).status, 200);
  await idle(d);
  const one = peak();
  let refused = 0;
  const send = async () => {
    for (;;) {
      const reply = await post(d, body);
      if (reply.status === 200) return;
      assert.equal(reply.status, 503, reply.text);
      assert.ok(['/problems/batch_memory', '/problems/queue_full'].includes(reply.json.type), reply.text);
      refused += reply.json.type === '/problems/batch_memory';
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: 12 }, send));
  assert.ok(refused > 0);
  assert.equal((await d.score('nps')).json.n, 13 * 5000);
  // Twelve would take twelve times 2.5 MiB. The sanitizer keeps what was freed for a while, so it says nothing of
  // memory.
  if (!/asan|tsan/.test(process.env.CXD_BINARY ?? 'asan'))
    assert.ok(peak() < one + 15, `${one} MiB for one, ${peak()} for twelve`);
  await idle(d);
});
