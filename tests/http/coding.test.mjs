// Content-Encoding: gzip is decoded wherever there is a body, to no more than the body may have, and nothing else is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { assertProblem, parseLines, start } from './harness.mjs';

let d;
before(async () => {
  d = await start();
  await d.survey('nps', { metric: 'nps' });
});
after(() => d.stop());

const count = async () => (await d.score('nps')).json.n;
const post = (bytes, coding = 'gzip', options = {}) =>
  d.post('nps', bytes, { ...options, headers: { 'Content-Encoding': coding, ...options.headers } });

test('a response is decoded, however its coding is spelled', async () => {
  const body = zlib.gzipSync('{"score": 9, "comment": "größer"}');
  for (const coding of ['gzip', 'x-gzip', 'GZIP', ' X-GZip ', 'identity, gzip', 'gzip,', ', gzip ,,identity']) {
    const reply = await post(body, coding);
    assert.equal(reply.status, 201, coding);
    assert.equal(reply.json.comment, 'größer');
  }
  assert.equal((await post(body, ['identity', 'gzip'])).status, 201, 'over two lines');
  for (const coding of ['identity', 'IDENTITY', '', ',', 'identity, identity'])
    assert.equal((await post('{"score": 9}', coding)).status, 201, coding);
  const id = '01920000-0000-7000-8000-0000000000aa';
  const headers = { 'Content-Encoding': 'gzip' };
  assert.equal((await d.put('nps', id, body, { headers })).status, 201);
  assert.equal((await d.put('nps', id, '{"score": 9, "comment": "größer"}')).status, 200, 'the same content');
  assert.equal((await d.put('nps', id, zlib.gzipSync('{"score": 3}', { level: 0 }), { headers })).json.score, 3);
});

test('so is every other body', async () => {
  const send = (method, target, body, type) =>
    d.admin(method, target, { body: zlib.gzipSync(body), type, headers: { 'Content-Encoding': 'gzip' } });
  const lines = '{"survey": "nps", "score": 9}\n{"survey": "nps", "score": 8}\n';
  for (const [body, type] of [
    [lines, 'application/x-ndjson'],
    [lines, 'application/ndjson'],
    [`[${lines.trim().replace('\n', ',')}]`, 'application/json'],
  ]) {
    const reply = await send('POST', '/v1/responses', body, type);
    const results = reply.json ?? parseLines(reply.text);
    assert.deepEqual(
      results.map(({ status }) => status),
      [201, 201],
    );
  }
  assert.equal((await send('PUT', '/v1/surveys/zipped', '{"metric": "csat"}')).status, 201);
  assert.equal((await send('POST', '/v1/keys', '{"name": "k", "scopes": ["read"]}')).status, 201);
  const links = '/v1/surveys/nps/invitations';
  assert.equal((await send('POST', links, 'respondent\r\na\r\n', 'text/csv')).status, 200);
  assert.equal((await send('POST', links, '{"respondent":"a"}')).status, 201);
});

test('members behind each other are one stream', async () => {
  const halves = ['', '{"score": 9, "com', 'ment": "two"}', ''].map((text) => zlib.gzipSync(text));
  assert.equal((await post(Buffer.concat(halves))).json.comment, 'two');
});

test('what is decoded is as long as a body may be, and no longer', async () => {
  const before = await count();
  const padded = (length) => zlib.gzipSync('{"score": 9'.padEnd(length - 1) + '}');
  assert.equal((await post(padded(327680))).status, 201);
  const problem = assertProblem(await post(padded(327681)), 413, 'too_large');
  assert.match(problem.detail, /327680 bytes once it is decoded/);
  assertProblem(await post(zlib.gzipSync(Buffer.alloc(32 << 20, 0x20))), 413, 'too_large');
  const batch = (bytes) =>
    d.admin('POST', '/v1/responses', {
      body: zlib.gzipSync(bytes),
      type: 'application/x-ndjson',
      headers: { 'Content-Encoding': 'gzip' },
    });
  const limit = 8 << 20;
  assert.equal((await batch(Buffer.alloc(limit, 10))).status, 200);
  const over = assertProblem(await batch(Buffer.alloc(limit + 1, 10)), 413, 'too_large');
  assert.match(over.detail, /8388608 bytes once it is decoded/);
  assertProblem(await batch(Buffer.alloc(200 << 20, 10)), 413, 'too_large');
  assert.equal(await count(), before + 1);
});

test('what is cut short, damaged or has something behind it is refused, and the connection goes on', async () => {
  const before = await count();
  const body = zlib.gzipSync('{"score": 9}');
  const flipped = (at) => Buffer.from(body.map((byte, i) => (i === at ? byte ^ 1 : byte)));
  for (const [what, bytes] of Object.entries({
    'no gzip': Buffer.from('{"score": 9}'),
    'zlib': zlib.deflateSync('{"score": 9}'),
    'raw': zlib.deflateRawSync('{"score": 9}'),
    'one byte': body.subarray(0, 1),
    'a header': body.subarray(0, 10),
    'no checksum': body.subarray(0, body.length - 8),
    'cut': body.subarray(0, body.length - 1),
    'a bad checksum': flipped(body.length - 8),
    'a bad length': flipped(body.length - 1),
    'another method': flipped(2),
    'a NUL behind it': Buffer.concat([body, Buffer.alloc(1)]),
    'text behind it': Buffer.concat([body, Buffer.from('{}')]),
    'half a member behind it': Buffer.concat([body, body.subarray(0, 12)]),
  })) {
    const reply = await post(bytes);
    assert.match(assertProblem(reply, 400, 'malformed_coding').detail, /gzip/, what);
    assert.equal(reply.headers.connection === 'close', false, what);
  }
  assert.equal((await post(Buffer.alloc(0))).json.type, '/problems/malformed_json', 'no body at all');
  assert.equal(await count(), before);
});

test('other codings are refused with the one that is taken, and nothing is stored', async () => {
  const before = await count();
  const plain = '{"score": 9}';
  for (const [coding, body] of [
    ['br', zlib.brotliCompressSync(plain)],
    ['deflate', zlib.deflateSync(plain)],
    ['zstd', plain],
    ['compress', plain],
    ['aws-chunked', plain],
    ['utf-8', plain],
    ['*', plain],
    ['gzip;q=1', zlib.gzipSync(plain)],
    ['"gzip"', zlib.gzipSync(plain)],
    ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(plain))],
    ['gzip, br', plain],
    ['br, gzip', plain],
    [['gzip', 'gzip'], zlib.gzipSync(plain)],
    [['gzip', 'br'], plain],
  ]) {
    const reply = await post(body, coding);
    assertProblem(reply, 415, 'content_coding');
    assert.equal(reply.headers['accept-encoding'], 'gzip', String(coding));
  }
  const batch = await d.admin('POST', '/v1/responses', { body: '[]', headers: { 'Content-Encoding': 'deflate' } });
  assertProblem(batch, 415, 'content_coding');
  assert.equal(await count(), before);
  assert.equal((await d.request('GET', '/healthz', { headers: { 'Content-Encoding': 'br' } })).status, 200, 'no body');
});
