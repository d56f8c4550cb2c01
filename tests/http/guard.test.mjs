// The corpus of malformed requests over raw sockets, plain and TLS (corpus/requests.mjs): each case's status, whether
// the connection closes, that nothing of its bytes is answered as another request, and that the daemon is well after
// it. Then what is about time and pieces, not bytes.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CLOSE, KEEP, requests, SMUGGLED } from './corpus/requests.mjs';
import { adapt } from './corpus/strict.mjs';
import { start, TRANSPORTS, use } from './harness.mjs';
import { isLibrarys } from './openapi.mjs';

const HOST = 'Host: x\r\n';
const CANARY = `GET /healthz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
const isCanary = (reply) => reply?.status === 200 && reply.text === '{"status":"ok"}';

// Replies until the peer closes, or `most` of them.
async function replies(wire, { head, most = Infinity } = {}) {
  const found = [];
  while (found.length < most) {
    const reply = await wire.reply({ head: head && found.length === 0 });
    if (!reply) break;
    if (reply.status >= 200) found.push(reply);
  }
  return found;
}

// Sends a case's bytes, and where the connection should live on a canary behind them: in the same packet, or once the
// replies are there. Both end with the peer closing.
async function exchange(daemon, [, bytes, status, fate, more = {}], glued) {
  const wire = await daemon.connect();
  try {
    const expected = status === null ? [] : [status, ...(more.then ?? [])];
    const canary = fate === KEEP ? CANARY : '';
    wire.send(glued ? bytes + canary : bytes);
    const first = canary && !glued ? await replies(wire, { head: more.head, most: expected.length }) : [];
    if (canary && !glued) wire.send(canary);
    const found = [...first, ...(await replies(wire, { head: more.head && first.length === 0 }))];
    const rest = wire.buffer.toString('latin1');
    if (canary) assert.ok(isCanary(found.pop()), 'the connection should live on');
    assert.deepEqual(
      found.map((reply) => reply.status),
      expected,
      found.map((reply) => reply.text).join('\n'),
    );
    for (const reply of found) {
      assert.equal(isLibrarys(reply), more.library === true, reply.text);
      if (fate === CLOSE && /HTTP\/1\.1\r/.test(bytes)) assert.match(reply.headers.connection ?? '', /close/i);
    }
    // libmicrohttpd sends the head of such a reply twice, and so the page looks cut.
    if (!more.library) assert.equal(rest, '', 'nothing but replies');
  } finally {
    wire.close();
  }
}

for (const [transport, options] of Object.entries(TRANSPORTS)) {
  describe(`corpus, ${transport}`, async () => {
    const daemon = await start(options);
    after(() => daemon.stop());
    await daemon.survey('g', { metric: 'nps' });
    const cases = adapt(requests(daemon.key));
    const count = async () => (await daemon.score('g', 'window=all')).json.n;

    test('there are enough cases, and no two of a name', () => {
      assert.ok(cases.length >= 200, `${cases.length} cases`);
      assert.equal(new Set(cases.map(([name]) => name)).size, cases.length);
    });

    for (const item of cases) {
      const [name, , status, fate, more = {}] = item;
      test(`${name}: ${status ?? 'no reply'}, ${fate}`, async () => {
        const before = await count();
        await exchange(daemon, item, true);
        if (fate === KEEP) await exchange(daemon, item, false);
        const canary = await daemon.connect();
        canary.send(CANARY);
        assert.ok(isCanary(await canary.reply()), 'a fresh connection is served');
        canary.close();
        const stores = more.stores ?? (status === 201 ? 1 : 0);
        assert.equal((await count()) - before, fate === KEEP ? 2 * stores : stores, 'what is stored');
      });
    }

    // The runner must be able to see a smuggled request.
    test('a request that is answered is seen', async () => {
      await assert.rejects(
        exchange(daemon, ['', `GET /healthz HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`, 200, KEEP], true),
        /201/,
      );
      await assert.rejects(
        exchange(daemon, ['', `GET /healthz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 200, KEEP], true),
      );
    });
  });
}

const d = await start();
after(() => d.stop());
await d.survey('g', { metric: 'nps' });
const JSON_TYPE = 'Content-Type: application/json\r\n';
const BODY = '{"score":9}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const POST = 'POST /v1/surveys/g/responses HTTP/1.1\r\n';
const post = (headers, body = BODY) => `${POST}${HOST}${JSON_TYPE}${headers}\r\n${body}`;
const get = (headers, target = '/healthz') => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;

// Near its limit a header block leaves no room for a reply in the memory of its connection; what is stored must not go
// without one.
test('a header block of any size is answered, and what is stored is acknowledged', async () => {
  const before = (await d.score('g', 'window=all')).json.n;
  const sizes = (from, to, step) => Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
  const blocks = [
    ...sizes(395, 420, 1).map((count) => 'A: b\r\n'.repeat(count)),
    ...sizes(15_000, 16_600, 40).map((length) => `X-A: ${'a'.repeat(length)}\r\n`),
    ...sizes(350, 420, 1).map((count) => `Cookie: ${'a=b; '.repeat(count)}\r\n`),
    ...sizes(13_500, 14_500, 20).map((length) => `Cookie: a=${'a'.repeat(length)}\r\n`),
    ...sizes(20, 300, 5).map((count) => `Cookie: ${`a=${'b'.repeat(60)}; `.repeat(count)}\r\n`),
    ...sizes(1000, 16_000, 1000).map((length) => `Origin: http://${'a'.repeat(length)}\r\n`),
  ];
  let stored = 0;
  for (const block of blocks) {
    const wire = await d.connect();
    wire.send(post(LENGTH + block));
    const reply = await wire.reply();
    assert.ok([201, 403, 431].includes(reply?.status), `${block.slice(0, 20)}… of ${block.length}: ${reply?.status}`);
    stored += reply.status === 201 ? 1 : 0;
    wire.close();
  }
  assert.ok(stored > 50 && stored < blocks.length, `${stored}`);
  assert.equal((await d.score('g', 'window=all')).json.n, before + stored);
});

// As many as servers let a browser send. The parser makes a copy and a record of each.
test('cookies of 8 KiB are no reason to refuse an answer', async () => {
  const browsers =
    `User-Agent: ${'a'.repeat(150)}\r\nReferer: https://shop.example/${'a'.repeat(200)}\r\n` +
    ['Accept', 'Accept-Language', 'Accept-Encoding', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform']
      .concat(['Sec-Fetch-Site', 'Sec-Fetch-Mode', 'Sec-Fetch-Dest', 'Origin', 'Priority', 'DNT', 'traceparent'])
      .map((name) => `${name}: ${'a'.repeat(40)}\r\n`)
      .join('');
  for (const [pairs, length] of [
    [1, 8180],
    [20, 400],
    [100, 72],
    [150, 45],
  ]) {
    const cookies = Array.from({ length: pairs }, (_, i) => `name${i}=${'a'.repeat(length)}`).join('; ');
    const reply = await d.raw(post(`${LENGTH}${browsers}Cookie: ${cookies}\r\n`));
    assert.equal(reply?.status, 201, `${pairs} of ${cookies.length}`);
  }
});

test('a link to the next page that would be too long is left out', async () => {
  const value = '\u{1f600}'.repeat(500);
  await d.survey('long', { metric: 'nps', properties: ['a', 'b', 'c'] });
  for (let i = 0; i < 3; i++)
    assert.equal((await d.post('long', { score: i, properties: { a: value, b: value, c: value } })).status, 201);
  const wire = await d.connect();
  const query = Buffer.from(`limit=1&window=all&property.a=${value}&property.b=${value}&property.c=${value}`).toString(
    'latin1',
  );
  wire.send(`GET /v1/surveys/long/responses?${query} HTTP/1.1\r\n${HOST}Authorization: Bearer ${d.key}\r\n\r\n`);
  const reply = await wire.reply();
  assert.equal(reply?.status, 200, reply?.text);
  assert.equal(reply.json.responses.length, 1);
  assert.ok(reply.json.next);
  assert.equal(reply.headers.link, undefined);
  wire.close();
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

test('100-continue: the body is asked for, or refused before it is sent', async () => {
  const wire = await d.connect();
  wire.send(post(`${LENGTH}Expect: 100-continue\r\n`, ''));
  assert.equal((await wire.reply()).status, 100);
  wire.send(BODY);
  assert.equal((await wire.reply()).status, 201);
  wire.close();
  const refused = await d.connect();
  refused.send(post('Content-Length: 327681\r\nExpect: 100-continue\r\n', ''));
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
