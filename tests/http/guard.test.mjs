// Requests that are not well-formed, over raw sockets: the whole list of edge.md §1 and its neighbours. Each case says the status
// and whether the connection closes. An open connection is proved by a second request on it; a closed one by its end.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('g', { metric: 'nps' });
let stored = 0;

const JSON_TYPE = 'Content-Type: application/json\r\n';
const BODY = '{"score":9}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const PATH = '/v1/surveys/g/responses';
const POST = `POST ${PATH} HTTP/1.1\r\n`;
const HOST = 'Host: x\r\n';
const ADMIN = `Authorization: Bearer ${d.key}\r\n`;
const post = (headers, body = BODY) => `${POST}${HOST}${JSON_TYPE}${headers}\r\n${body}`;
const get = (headers, target = '/healthz') => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
const PUT_SURVEY = `PUT /v1/surveys/g HTTP/1.1\r\n${HOST}${JSON_TYPE}${ADMIN}`;
const chunked = (chunks, encoding = 'Transfer-Encoding: chunked\r\n') => `${PUT_SURVEY}${encoding}\r\n${chunks}`;
const GOOD_CHUNKS = '4\r\n{"me\r\nC\r\ntric":"nps"}\r\n0\r\n\r\n';
const CLOSE = 'close';
const OPEN = 'open';
const EITHER = 'either';

// name, bytes, status (or several), what becomes of the connection.
const CASES = [
  // What is well-formed passes, and the connection lives on.
  ['a plain POST', post(LENGTH), 201, OPEN],
  ['a header name in any case', `${POST}hOST: x\r\nCONTENT-TYPE: application/json\r\ncontent-LENGTH: 11\r\n\r\n${BODY}`, 201, OPEN],
  ['blanks around a value', post(`Content-Length: \t 11\r\nX-A: \t b \t\r\n`), 201, OPEN],
  ['blanks after Content-Length', post(`Content-Length: 11 \t\r\n`), [201, 400], EITHER],
  ['TAB inside a value', post(`${LENGTH}X-A: a\tb\r\n`), 201, OPEN],
  ['an empty value', post(`${LENGTH}X-A:\r\n`), 201, OPEN],
  ['every token character in a name', post(`${LENGTH}!#$%&'*+-.^_\`|~aZ09: v\r\n`), 201, OPEN],
  ['a repeated ordinary header', post(`${LENGTH}X-A: 1\r\nX-A: 2\r\n`), 201, OPEN],
  ['HTTP/1.0 without Host', 'GET /healthz HTTP/1.0\r\n\r\n', 200, CLOSE],
  ['Connection: close', get(`${HOST}Connection: close\r\n`), 200, CLOSE],
  ['chunked, where a body may be chunked', chunked(GOOD_CHUNKS), 200, OPEN],
  ['Expect: 100-continue', post(`${LENGTH}Expect: 100-continue\r\n`), [100, 201], OPEN],
  ['a GET with a body', `GET /healthz HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`, [200, 400], EITHER],

  // Content-Length.
  ['two Content-Lengths', post(`${LENGTH}Content-Length: 12\r\n`), 400, CLOSE],
  ['two equal Content-Lengths', post(LENGTH + LENGTH), 400, CLOSE],
  ['two Content-Lengths in different case', post(`${LENGTH}content-length: 11\r\n`), 400, CLOSE],
  ['two Content-Lengths apart', post(`${LENGTH}X-A: b\r\nContent-Length: 0\r\n`), 400, CLOSE],
  ['two Content-Lengths on a GET', get(`${HOST}Content-Length: 0\r\nContent-Length: 0\r\n`), 400, CLOSE],
  ['a list in Content-Length', post('Content-Length: 11, 11\r\n'), 400, CLOSE],
  ['a signed Content-Length', post('Content-Length: +11\r\n'), 400, CLOSE],
  ['a negative Content-Length', post('Content-Length: -11\r\n'), 400, CLOSE],
  ['a hexadecimal Content-Length', post('Content-Length: 0xb\r\n'), 400, CLOSE],
  ['letters after Content-Length', post('Content-Length: 11x\r\n'), 400, CLOSE],
  ['an empty Content-Length', post('Content-Length:\r\n'), 400, CLOSE],
  ['a Content-Length of letters', post('Content-Length: eleven\r\n'), 400, CLOSE],
  ['a fraction as Content-Length', post('Content-Length: 11.0\r\n'), 400, CLOSE],
  ['a blank inside Content-Length', post('Content-Length: 1 1\r\n'), 400, CLOSE],
  ['a Content-Length beyond 64 bits', post('Content-Length: 99999999999999999999999\r\n'), [400, 413], CLOSE],
  ['a Content-Length of 2^64 + 11', post('Content-Length: 18446744073709551627\r\n'), [400, 413], CLOSE],
  ['no Content-Length on ingest', post('', ''), 411, EITHER],
  ['a blank before the colon', post('Content-Length : 11\r\n'), 400, CLOSE],
  ['a TAB before the colon', post('Content-Length\t: 11\r\n'), 400, CLOSE],
  ['a body over the limit', post('Content-Length: 65537\r\n', ' '.repeat(65537)), 413, EITHER],
  ['a body far over the limit, before it is sent', post('Content-Length: 100000000\r\n', ''), 413, CLOSE],
  ['a batch over its limit, before it is sent', `POST /v1/responses HTTP/1.1\r\n${HOST}${ADMIN}Content-Type: application/x-ndjson\r\nContent-Length: 8388609\r\n\r\n`, 413, CLOSE],

  // Transfer-Encoding.
  ['Content-Length and Transfer-Encoding on ingest', post(`${LENGTH}Transfer-Encoding: chunked\r\n`, `b\r\n${BODY}\r\n0\r\n\r\n`), [400, 411], CLOSE],
  ['Transfer-Encoding and Content-Length elsewhere', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked\r\nContent-Length: 16\r\n'), 400, CLOSE],
  ['Content-Length and Transfer-Encoding on a GET', get(`${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`), 400, CLOSE],
  ['chunked on ingest', post('Transfer-Encoding: chunked\r\n', `b\r\n${BODY}\r\n0\r\n\r\n`), 411, CLOSE],
  ['chunked on a PUT of a response', `PUT ${PATH}/01920000-0000-7000-8000-000000000001 HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nb\r\n${BODY}\r\n0\r\n\r\n`, 411, CLOSE],
  ['chunked on a batch', `POST /v1/responses HTTP/1.1\r\n${HOST}${ADMIN}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 411, CLOSE],
  ['xchunked on ingest', post('Transfer-Encoding: xchunked\r\n'), [400, 411], CLOSE],
  ['xchunked', chunked(GOOD_CHUNKS, 'Transfer-Encoding: xchunked\r\n'), 400, CLOSE],
  ['identity', chunked(GOOD_CHUNKS, 'Transfer-Encoding: identity\r\n'), 400, CLOSE],
  ['gzip, chunked', chunked(GOOD_CHUNKS, 'Transfer-Encoding: gzip, chunked\r\n'), 400, CLOSE],
  ['chunked, chunked', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked, chunked\r\n'), 400, CLOSE],
  ['chunked, identity', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked, identity\r\n'), 400, CLOSE],
  ['chunked;q=1', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked;q=1\r\n'), 400, CLOSE],
  ['"chunked" in quotes', chunked(GOOD_CHUNKS, 'Transfer-Encoding: "chunked"\r\n'), 400, CLOSE],
  ['an empty Transfer-Encoding', chunked(GOOD_CHUNKS, 'Transfer-Encoding:\r\n'), 400, CLOSE],
  ['two Transfer-Encodings', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 400, CLOSE],
  ['two Transfer-Encodings, one false', chunked(GOOD_CHUNKS, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n'), 400, CLOSE],
  ['a vertical tab before chunked', chunked(GOOD_CHUNKS, 'Transfer-Encoding: \x0bchunked\r\n'), 400, CLOSE],
  ['a blank before the colon of Transfer-Encoding', chunked(GOOD_CHUNKS, 'Transfer-Encoding : chunked\r\n'), 400, CLOSE],
  ['Transfer-Encoding on HTTP/1.0', `PUT /v1/surveys/g HTTP/1.0\r\n${HOST}${JSON_TYPE}${ADMIN}Transfer-Encoding: chunked\r\n\r\n${GOOD_CHUNKS}`, 400, CLOSE],
  ['Transfer-Encoding on a GET of HTTP/1.0', 'GET /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400, CLOSE],

  // Chunks.
  ['a chunk size of letters', chunked('zz\r\n{}\r\n0\r\n\r\n'), 400, CLOSE],
  ['a negative chunk size', chunked('-1\r\n{}\r\n0\r\n\r\n'), 400, CLOSE],
  ['a chunk size with 0x', chunked('0x10\r\n{"metric":"nps"}\r\n0\r\n\r\n'), 400, CLOSE],
  ['a chunk size beyond 64 bits', chunked('11111111111111111\r\n{}\r\n0\r\n\r\n'), [400, 413], CLOSE],
  ['a chunk without its end', chunked('2\r\n{}x\r\n0\r\n\r\n'), 400, CLOSE],
  ['chunks over the limit of a body', chunked(`10001\r\n${' '.repeat(65537)}\r\n0\r\n\r\n`), 413, EITHER],

  // Host.
  ['no Host on HTTP/1.1', get(''), 400, CLOSE],
  ['two Hosts', get('Host: a\r\nHost: b\r\n'), 400, CLOSE],
  ['two equal Hosts', get(HOST + HOST), 400, CLOSE],
  ['two Hosts on HTTP/1.0', `GET /healthz HTTP/1.0\r\n${HOST}${HOST}\r\n`, [200, 400], CLOSE],
  ['two Hosts on a POST', `${POST}${HOST}host: y\r\n${JSON_TYPE}${LENGTH}\r\n${BODY}`, 400, CLOSE],

  // Header names.
  ['a blank in a name', get(`${HOST}X A: b\r\n`), 400, CLOSE],
  ['a parenthesis in a name', get(`${HOST}X(A: b\r\n`), 400, CLOSE],
  ['a quote in a name', get(`${HOST}"X": b\r\n`), 400, CLOSE],
  ['an @ in a name', get(`${HOST}X@A: b\r\n`), 400, CLOSE],
  ['a slash in a name', get(`${HOST}X/A: b\r\n`), 400, CLOSE],
  ['a comma in a name', get(`${HOST}X,A: b\r\n`), 400, CLOSE],
  ['an equals sign in a name', get(`${HOST}X=A: b\r\n`), 400, CLOSE],
  ['braces in a name', get(`${HOST}{X}: b\r\n`), 400, CLOSE],
  ['a control character in a name', get(`${HOST}X\x01A: b\r\n`), 400, CLOSE],
  ['DEL in a name', get(`${HOST}X\x7fA: b\r\n`), 400, CLOSE],
  ['a byte beyond ASCII in a name', get(`${HOST}X\xe9: b\r\n`), 400, CLOSE],
  ['NUL in a name', get(`${HOST}X\x00A: b\r\n`), 400, CLOSE],
  ['an empty name', get(`${HOST}: b\r\n`), 400, CLOSE],
  ['a line without a colon', get(`${HOST}nonsense\r\n`), 400, CLOSE],
  ['a blank before the first name', get(` Host: x\r\n`), 400, CLOSE],

  // Header values.
  ['NUL in a value', get(`${HOST}X-A: a\x00b\r\n`), 400, CLOSE],
  ['NUL after Content-Length', post('Content-Length: 11\x00\r\n'), 400, CLOSE],
  ['a bare CR in a value', get(`${HOST}X-A: a\rb\r\n`), 400, CLOSE],
  ['a bare CR that hides a Content-Length', post(`X-A: a\rContent-Length: 11\r\n${LENGTH}`), 400, CLOSE],
  ['a bare LF that hides a Content-Length', post(`X-A: a\nContent-Length: 3\r\n${LENGTH}`), 400, CLOSE],
  ['a bare LF that hides a Transfer-Encoding', post(`X-A: a\nTransfer-Encoding: chunked\r\n${LENGTH}`), [400, 411], CLOSE],
  ['a bare LF that hides a Host', get(`${HOST}X-A: a\nHost: y\r\n`), 400, CLOSE],
  ['a bare LF in a value', get(`${HOST}X-A: a\nb\r\n`), 400, CLOSE],
  ['\\x01 in a value', get(`${HOST}X-A: a\x01b\r\n`), 400, CLOSE],
  ['backspace in a value', get(`${HOST}X-A: a\x08b\r\n`), 400, CLOSE],
  ['escape in a value', get(`${HOST}X-A: \x1b[31m\r\n`), 400, CLOSE],
  ['a form feed in a value', get(`${HOST}X-A: a\x0cb\r\n`), 400, CLOSE],
  ['DEL in a value', get(`${HOST}X-A: a\x7fb\r\n`), 400, CLOSE],
  ['a control character in Host', get('Host: x\x01\r\n'), 400, CLOSE],
  ['a control character in Authorization', get(`${HOST}Authorization: Bearer \x02x\r\n`), 400, CLOSE],
  ['a folded line', get(`${HOST}X-A: a\r\n b\r\n`), 400, CLOSE],
  ['a line folded by TAB', get(`${HOST}X-A: a\r\n\tb\r\n`), 400, CLOSE],
  ['a folded Content-Length', post('Content-Length: 1\r\n 1\r\n'), 400, CLOSE],
  ['a folded Transfer-Encoding', chunked(GOOD_CHUNKS, 'Transfer-Encoding:\r\n chunked\r\n'), 400, CLOSE],
  ['a folded Host', get('Host: x\r\n y\r\n'), 400, CLOSE],

  // The request line.
  ['an absolute target', get(HOST, 'http://x/healthz'), 400, CLOSE],
  ['an asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 400, CLOSE],
  ['an authority', `CONNECT x:443 HTTP/1.1\r\n${HOST}\r\n`, 400, CLOSE],
  ['a target without a slash', get(HOST, 'healthz'), 400, CLOSE],
  ['a target of a question mark', get(HOST, '?a=b'), 400, CLOSE],
  ['a control character in the target', get(HOST, '/health\x01z'), [400, 404], EITHER],
  ['NUL in the target', get(HOST, '/health\x00z'), [400, 404], EITHER],
  ['a bad escape in the target', get(HOST, '/v1/surveys/%zz/form'), [400, 404], EITHER],
  ['an escaped NUL in the target', get(HOST, '/v1/surveys/g%00/form'), [400, 404], EITHER],
  ['an escaped slash in a segment', get(HOST, '/v1%2Fsurveys%2Fg%2Fform'), 404, EITHER],
  ['dots in a path', get(HOST, '/v1/../healthz'), 404, EITHER],
  ['two slashes in a path', get(HOST, '//healthz'), 404, EITHER],
  ['a target longer than the header block', get(HOST, `/${'a'.repeat(20_000)}`), [400, 413, 414, 431], CLOSE],
  ['an HTTP version that is none', `GET /healthz HTTP/9.9\r\n${HOST}\r\n`, [400, 505], CLOSE],
  ['another protocol', `GET /healthz SMTP/1.1\r\n${HOST}\r\n`, [400, 505, null], CLOSE],
  ['a request line alone', 'GET /healthz\r\n\r\n', [400, 505, null], CLOSE],
  ['an unknown method', `BREW ${PATH} HTTP/1.1\r\n${HOST}\r\n`, [405, 501], EITHER],
  ['a method in small letters', `get /healthz HTTP/1.1\r\n${HOST}\r\n`, [400, 405, 501], EITHER],
  ['TRACE', `TRACE /healthz HTTP/1.1\r\n${HOST}\r\n`, 405, EITHER],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [400, 405, 505, null], CLOSE],
  ['a PROXY line', `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get(HOST)}`, [400, 405, 505, null], CLOSE],

  // The header block.
  ['one header longer than the block', get(`${HOST}X-A: ${'a'.repeat(20_000)}\r\n`), [400, 413, 431], CLOSE],
  ['many headers longer than the block', get(HOST + Array.from({ length: 2000 }, (_, i) => `X-${i}: aaaaaaaaaa\r\n`).join('')), [400, 413, 431], CLOSE],
];

test('there are enough cases, and no two of a name', () => {
  assert.ok(CASES.length >= 50);
  assert.equal(new Set(CASES.map(([name]) => name)).size, CASES.length);
});

for (const [name, bytes, status, fate] of CASES) {
  test(`guard: ${name}`, async () => {
    const wire = await d.connect();
    try {
      wire.send(bytes);
      const allowed = [status].flat();
      let reply = await wire.reply();
      if (reply?.status === 100) reply = await wire.reply();
      assert.ok(allowed.includes(reply?.status ?? null), `${reply?.status} ${reply?.text}`);
      if (reply?.status === 201) stored += 1;
      // What the guard refuses is a problem like any other. (MHD answers some by itself, before any handler.)
      if (reply?.status === 411 || reply?.status === 404) assert.match(reply.headers['content-type'], /problem\+json/);
      if (fate === CLOSE) {
        assert.ok(await wire.ended(), 'the connection should close');
        // libmicrohttpd answers a bad Content-Length by itself, in HTML, and sends that head twice.
        const own = /<html>/.test(`${reply?.text}${wire.buffer}`);
        if (!own) assert.equal(wire.buffer.length, 0, `nothing after the reply: ${wire.buffer.toString('latin1').slice(0, 200)}`);
        if (reply && /HTTP\/1\.1/.test(bytes) && reply.status >= 400) assert.match(reply.headers.connection ?? '', /close/i);
      } else if (fate === OPEN) {
        wire.send(get(HOST, '/healthz'));
        const second = await wire.reply();
        assert.equal(second?.status, 200, 'the connection should live on');
      }
    } finally {
      wire.close();
    }
  });
}

test('nothing that was refused was stored, and what was acknowledged was', async () => {
  assert.equal((await d.score('g', 'window=all')).json.n, stored);
});

test('the smuggled request in a body is a body', async () => {
  const before = (await d.score('g', 'window=all')).json.n;
  const hidden = post(LENGTH);
  const wire = await d.connect();
  wire.send(`${POST}${HOST}${JSON_TYPE}Content-Length: ${hidden.length}\r\n\r\n${hidden}${get(HOST)}`);
  assert.equal((await wire.reply()).status, 400);
  const second = await wire.reply();
  assert.ok(second === null || second.status === 200, 'the next reply is of the next request');
  wire.close();
  assert.equal((await d.score('g', 'window=all')).json.n, before);
});

test('pipelined requests are answered in order', async () => {
  const before = (await d.score('g', 'window=all')).json.n;
  const wire = await d.connect();
  const count = 20;
  let all = '';
  for (let i = 0; i < count; i++) {
    const body = JSON.stringify({ score: i % 11 });
    all += `${POST}${HOST}${JSON_TYPE}Content-Length: ${body.length}\r\n\r\n${body}${get(HOST, `/nothing/${i}`)}`;
  }
  wire.send(all);
  for (let i = 0; i < count; i++) {
    const first = await wire.reply();
    assert.equal(first.status, 201);
    assert.equal(first.json.score, i % 11);
    const second = await wire.reply();
    assert.equal(second.status, 404);
  }
  wire.close();
  assert.equal((await d.score('g', 'window=all')).json.n, before + count);
});

test('a request in single bytes', async () => {
  const wire = await d.connect();
  for (const byte of Buffer.from(post(LENGTH))) wire.send(Buffer.from([byte]));
  assert.equal((await wire.reply()).status, 201);
  wire.close();
});

test('blank lines before a request', async () => {
  const wire = await d.connect();
  wire.send(`\r\n${get(HOST)}`);
  const reply = await wire.reply();
  assert.ok([200, 400].includes(reply.status));
  wire.close();
});

test('100-continue: the body is asked for, or refused before it is sent', async () => {
  const wire = await d.connect();
  wire.send(post(`${LENGTH}Expect: 100-continue\r\n`, ''));
  assert.equal((await wire.reply()).status, 100);
  wire.send(BODY);
  assert.equal((await wire.reply()).status, 201);
  wire.close();
  const refused = await d.connect();
  refused.send(post('Content-Length: 70000\r\nExpect: 100-continue\r\n', ''));
  assert.equal((await refused.reply()).status, 413);
  refused.close();
});

test('random bytes do no harm', async (t) => {
  // What looks like the beginning of a request is waited for until its deadline.
  const daemon = await use(t, { config: { server: { request_timeout: 1 } } });
  await daemon.survey('g', { metric: 'nps' });
  let state = 12345;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >>> 8;
  const seed = Buffer.from(post(`${LENGTH}X-A: b\r\n`), 'latin1');
  for (let round = 0; round < 150; round++) {
    const bytes = Buffer.from(seed);
    for (let k = 0; k < 1 + (next() % 6); k++) bytes[next() % bytes.length] = next() & 0xff;
    const wire = await daemon.connect();
    wire.send(bytes);
    wire.socket.end();
    await wire.ended();
    wire.close();
  }
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
});
