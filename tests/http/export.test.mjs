// Exports: what is in them and in which order, filters, cursors, gzip, old clients; and clients that are slow, leave or
// are too many, while answers are taken, erased, and the daemon ends or is killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import zlib from 'node:zlib';
import { after, test } from 'node:test';
import { assertProblem, METRICS, start, until, use } from './harness.mjs';

const d = await start({ config: { metrics: METRICS } });
after(() => d.stop());
await d.survey('shop', { metric: 'nps', properties: ['plan'] });
await d.survey('other', { metric: 'csat' });
const at = (minute) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const ANSWERS = [
  { score: 2, comment: 'broken, "late"\nand =cold', touchpoint: 'checkout', respondent: 'ann', answered_at: at(5) },
  { score: 9, channel: 'web', properties: { plan: 'pro', extra: 'x' }, answered_at: at(1) },
  { score: 10, locale: 'de', answered_at: at(9) },
  { score: 7, respondent: 'ann', answered_at: at(3) },
];
await d.load(
  ANSWERS.flatMap((answer) => [
    { survey: 'shop', ...answer },
    { survey: 'other', score: 5 },
  ]),
);

// The head of a reply, of which nothing is read until read(): { status, headers, text, trailers }, or an error.
function open(daemon, path, { method = 'GET', headers = {}, key = daemon.key } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: daemon.host, port: daemon.port, path, method, agent: false, headers: { ...headers } },
      (response) => {
        const read = () =>
          new Promise((done, fail) => {
            const chunks = [];
            response.on('data', (chunk) => chunks.push(chunk));
            const cut = () => fail(new Error('closed before its end'));
            if (response.destroyed) cut(); // before anybody listened
            response.on('error', fail);
            response.on('close', cut);
            response.on('end', () =>
              done({
                status: response.statusCode,
                headers: response.headers,
                bytes: Buffer.concat(chunks),
                text: Buffer.concat(chunks).toString('utf8'),
                trailers: response.trailers,
              }),
            );
          });
        resolve({ response, read, leave: () => request.destroy() });
      },
    );
    if (key) request.setHeader('Authorization', `Bearer ${key}`);
    request.on('error', reject);
    request.end();
  });
}
const url = (query = '', { survey = 'shop', form = 'ndjson' } = {}) =>
  `/v1/surveys/${survey}/responses.${form}${query && `?${new URLSearchParams(query)}`}`;
const get = async (daemon, path, options) => (await open(daemon, path, options)).read();
const lines = (reply) =>
  reply.text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const minutes = (rows) => rows.map((row) => new Date(row.answered_at).getUTCMinutes());

test('every response of a survey, in the order in which they were stored', async () => {
  const reply = await get(d, url());
  assert.equal(reply.status, 200);
  assert.deepEqual(minutes(lines(reply)), [5, 1, 9, 3]);
  assert.equal(reply.headers['content-type'], 'application/x-ndjson');
  assert.equal(reply.headers['content-disposition'], 'attachment; filename="shop.ndjson"');
  assert.ok(Date.parse(reply.headers['cxd-moment']) <= Date.now());
  assert.equal(reply.trailers['cxd-complete'], 'true');
  const numbers = lines(reply).map((row) => row.number);
  assert.equal(reply.trailers['cxd-cursor'], `${reply.headers['cxd-history']}.${numbers.at(-1)}`);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  const csv = await get(d, url('', { form: 'csv' }));
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8; header=present');
  assert.equal(csv.text.split('\r\n').length, 6);
  assert.match(csv.text, /"broken, ""late""\nand =cold"/);
  for (const form of ['csv', 'ndjson'])
    assert.equal((await get(d, url('', { form }))).text, (await get(d, url('', { form }))).text);
});

test('who exports may know what the columns are, as who reads may', async () => {
  for (const [scope, status] of [
    ['export', 200],
    ['read', 200],
    ['write', 403],
  ]) {
    const { json } = await d.admin('POST', '/v1/keys', { body: { name: scope, scopes: [scope] } });
    const reply = await d.request('GET', '/v1/surveys/shop/responses.schema.json', { key: json.key });
    assert.equal(reply.status, status);
    if (status === 403) assert.match(assertProblem(reply, 403, 'scope').detail, /the scope read or export$/);
  }
});

test('the exchange is as openapi.yaml says', async () => {
  for (const form of ['csv', 'ndjson']) assert.equal((await d.admin('GET', url('', { form }))).status, 200);
  const schema = await d.admin('GET', '/v1/surveys/shop/responses.schema.json');
  const header = (await get(d, url('', { form: 'csv' }))).text.split('\r\n', 1)[0];
  assert.deepEqual(
    schema.json.fields.map((field) => field.name),
    header.split(','),
  );
});

for (const [name, query, expected] of [
  ['window', { from: at(2), to: at(6) }, [5, 3]],
  ['touchpoint', { touchpoint: 'checkout' }, [5]],
  ['channel', { channel: 'web' }, [1]],
  ['locale', { locale: 'de' }, [9]],
  ['a property', { 'property.plan': 'pro' }, [1]],
  ['respondent', { respondent: 'ann' }, [5, 3]],
  ['score', { score: '7..9' }, [1, 3]],
  ['band', { band: 'detractors' }, [5]],
  ['flagged', { flagged: 'true' }, []],
  ['excluded', { excluded: 'false' }, [5, 1, 9, 3]],
  ['received_from', { received_from: '2099-01-01' }, []],
  ['received_to', { received_to: '2099-01-01' }, [5, 1, 9, 3]],
  ['updated_from', { updated_from: '2026-01-01' }, [5, 1, 9, 3]],
  ['amended', { amended: 'true' }, []],
  ['not amended', { amended: 'false', respondent: 'ann' }, [5, 3]],
])
  test(`a filter by ${name}`, async () => assert.deepEqual(minutes(lines(await get(d, url(query)))), expected));

test('what was changed is asked for by when that was', async (t) => {
  const daemon = await use(t);
  await daemon.survey('nps', { metric: 'nps' });
  await daemon.load(Array.from({ length: 5 }, (_, score) => ({ survey: 'nps', score })));
  const all = url('', { survey: 'nps' });
  const before = await get(daemon, all);
  const { id } = lines(before)[2];
  const moment = before.headers['cxd-moment'];
  await until(() => Date.now() > Date.parse(moment));
  assert.equal(
    (await daemon.admin('PATCH', `/v1/surveys/nps/responses/${id}`, { body: { excluded: true } })).status,
    200,
  );
  const changed = lines(await get(daemon, url({ updated_from: moment }, { survey: 'nps' })));
  assert.deepEqual(
    changed.filter((row) => row.excluded).map((row) => row.id),
    [id],
  );
  assert.deepEqual(
    lines(await get(daemon, url({ amended: 'true' }, { survey: 'nps' }))).map((row) => row.id),
    [id],
  );
});

for (const [name, query, status, slug] of [
  ['an unknown parameter', { limit: '5' }, 400, 'bad_parameter'],
  ['a cursor that is none', { cursor: '17' }, 400, 'bad_parameter'],
  ['a cursor with something behind it', { cursor: `${'0'.repeat(32)}.5x` }, 400, 'bad_parameter'],
  ['a number that is too long', { cursor: `${'0'.repeat(32)}.${'9'.repeat(19)}` }, 400, 'bad_parameter'],
  ['a cursor of another history', { cursor: `${'0'.repeat(32)}.5` }, 409, 'stale_cursor'],
  ['amended', { amended: 'maybe' }, 400, 'bad_parameter'],
  ['bounds the wrong way round', { updated_from: '2026-02-01', updated_to: '2026-01-01' }, 400, 'bad_parameter'],
])
  test(`refused: ${name}`, async () => assertProblem(await d.admin('GET', url(query, { form: 'csv' })), status, slug));

test('refused: who may not', async () => {
  assertProblem(await d.admin('GET', url('', { survey: 'none' })), 404, 'no_survey');
  assertProblem(await d.request('GET', url()), 401, 'no_key');
  const read = await d.admin('POST', '/v1/keys', { body: { name: 'reader', scopes: ['read', 'write'] } });
  assertProblem(await d.request('GET', url(), { key: read.json.key }), 403, 'scope');
  const may = await d.admin('POST', '/v1/keys', { body: { name: 'exporter', scopes: ['export'] } });
  assert.equal((await d.request('GET', url(), { key: may.json.key })).status, 200);
});

test('it goes on behind a cursor', async () => {
  const whole = await get(d, url());
  const rows = lines(whole);
  for (const [i, row] of rows.entries()) {
    const cursor = `${whole.headers['cxd-history']}.${row.number}`;
    assert.deepEqual(lines(await get(d, url({ cursor }))), rows.slice(i + 1));
    const csv = await get(d, url({ cursor }, { form: 'csv' }));
    assert.match(csv.text, /^number,id,/); // any file has a header
  }
  const end = await get(d, url({ cursor: whole.trailers['cxd-cursor'] }));
  assert.equal(end.trailers['cxd-cursor'], whole.trailers['cxd-cursor']);
});

test('gzip, HEAD and HTTP/1.0', async () => {
  const plain = await get(d, url());
  const gzip = await get(d, url(), { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(zlib.gunzipSync(gzip.bytes).toString(), plain.text);
  assert.equal(gzip.trailers['cxd-complete'], 'true');
  const head = await get(d, url(), { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.equal(head.headers['content-disposition'], plain.headers['content-disposition']);
  const wire = await d.connect();
  wire.send(`GET ${url()} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer ${d.key}\r\n\r\n`);
  await until(() => wire.closed);
  const text = wire.buffer.toString('utf8');
  assert.doesNotMatch(text, /^transfer-encoding/im);
  assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4), plain.text);
});

test('it is told in the audit log, and counted', async () => {
  const before = (await d.admin('GET', '/v1/audit?limit=500')).json.records.length;
  await get(d, url('', { form: 'csv' }));
  await get(d, url('', { form: 'csv' }), { method: 'HEAD' }); // of which nobody learns anything
  const records = (await d.admin('GET', '/v1/audit?limit=500')).json.records.slice(before);
  assert.deepEqual(
    records.map(({ act, target, detail }) => [act, target, detail]),
    [['responses.export', 'shop', 'csv']],
  );
  const { text } = await d.scrape();
  assert.ok(Number(/^cxd_responses_exported_total (\d+)$/m.exec(text)[1]) > 0);
  await until(async () => / 0$/m.test(/^cxd_streams_open .*$/m.exec((await d.scrape()).text)[0]));
  assert.match((await d.scrape()).text, /^cxd_stream_memory_bytes 0$/m);
});

// Some that no buffers hold: what is read of it waits for who reads.
const BIG = 4000;
async function makeBig(daemon) {
  await daemon.survey('big', { metric: 'nps' });
  for (let i = 0; i < BIG; i += 1000)
    await daemon.load(
      Array.from({ length: 1000 }, (_, k) => ({
        survey: 'big',
        score: (i + k) % 11,
        respondent: `r${(i + k) % 100}`,
        comment: `${i + k} `.padEnd(7000, 'wide '),
      })),
    );
}
const big = (query = '', form = 'ndjson') => url(query, { survey: 'big', form });
const busy = async (daemon) => (await daemon.admin('GET', '/v1/status')).json.workers.export.busy;
const sequence = (rows) => rows.map((row) => Number.parseInt(row.comment, 10));
const ALL = Array.from({ length: BIG }, (_, i) => i);

test('one moment: what is erased and stored meanwhile', async (t) => {
  const daemon = await use(t);
  await makeBig(daemon);
  const file = await open(daemon, big());
  assert.equal(await busy(daemon), 1);
  assert.equal((await daemon.admin('DELETE', '/v1/respondents/r7')).status, 200);
  assert.equal((await daemon.post('big', { score: 1 })).status, 201);
  const reply = await file.read();
  assert.equal(reply.trailers['cxd-complete'], 'true');
  assert.deepEqual(sequence(lines(reply)), ALL);
  const later = lines(await get(daemon, big()));
  assert.equal(later.length, BIG + 1);
  assert.ok(later.every((row) => row.respondent !== 'r7'));
});

test('a snapshot is over before its reader is: it goes on by its cursor, and nothing is there twice', async (t) => {
  const daemon = await use(t, { config: { limits: { export_time: '1s' } } });
  await makeBig(daemon);
  let path = big();
  const seen = [];
  for (let turn = 0; ; turn += 1) {
    const file = await open(daemon, path);
    const over = Date.now() + 1500;
    if (turn === 0) await until(() => Date.now() > over);
    const reply = await file.read();
    const rows = lines(reply);
    if (reply.trailers['cxd-complete'] === 'true') {
      seen.push(...rows);
      assert.ok(turn > 0);
      break;
    }
    const last = rows.pop();
    assert.ok('incomplete' in last);
    assert.equal(last.cursor, reply.trailers['cxd-cursor']);
    seen.push(...rows);
    path = big({ cursor: last.cursor });
  }
  assert.deepEqual(sequence(seen), ALL);
  const file = await open(daemon, big('', 'csv'));
  const over = Date.now() + 1500;
  await until(() => Date.now() > over);
  const csv = (await file.read()).text.split('\r\n');
  assert.match(csv.at(-2), /^"?incomplete: /);
  assert.equal(
    csv
      .at(-2)
      .replace(/"[^"]*"/g, '')
      .split(',').length,
    csv[0].split(',').length,
  );
});

test('ten at once: four are served, and answers are taken meanwhile', async (t) => {
  const daemon = await use(t);
  await makeBig(daemon);
  const files = [];
  for (let i = 0; i < 10; i += 1) files.push(await open(daemon, big()));
  assert.deepEqual(
    files.map(({ response }) => response.statusCode),
    [200, 200, 200, 200, 503, 503, 503, 503, 503, 503],
  );
  assert.equal(files[9].response.headers['retry-after'], '10');
  for (let i = 0; i < 20; i += 1) assert.equal((await daemon.post('big', { score: 1 })).status, 201);
  assert.equal((await daemon.score('big')).status, 200);
  for (const { response, leave } of files.slice(1)) (response.destroy(), leave()); // in the middle
  assert.deepEqual(sequence(lines(await files[0].read())), ALL);
  await until(async () => (await busy(daemon)) === 0);
});

test('who takes nothing is cut off', async (t) => {
  const daemon = await use(t, { config: { server: { request_timeout: '1s' } } });
  await makeBig(daemon);
  const file = await open(daemon, big());
  await until(async () => (await busy(daemon)) === 0);
  await assert.rejects(file.read());
});

test('the daemon ends: the file has an end, too', async (t) => {
  const daemon = await use(t);
  await makeBig(daemon);
  const file = await open(daemon, big());
  assert.equal(await busy(daemon), 1);
  const ended = daemon.end();
  const reply = await file.read();
  const rows = lines(reply);
  assert.equal(reply.trailers['cxd-complete'], 'false');
  assert.equal(rows.pop().cursor, reply.trailers['cxd-cursor']);
  await ended;
  await daemon.begin();
  const rest = await get(daemon, big({ cursor: reply.trailers['cxd-cursor'] }));
  assert.deepEqual(sequence([...rows, ...lines(rest)]), ALL);
});

// curl as a client of HTTP/1.0, to whom the end of the connection is that of the file (to Node a reset may be, too).
// What comes behind the first bytes is not read before read(), which gives curl's status, too.
const CURL_RECEIVE_FAILED = 56;
async function openOld(daemon, path) {
  const args = ['-sS', '-0', '-k', '-N', '-H', `Authorization: Bearer ${daemon.key}`, `${daemon.url}${path}`];
  const curl = spawn('curl', args, { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH } });
  const ended = new Promise((resolve) => curl.on('close', resolve));
  await Promise.race([ended, new Promise((resolve) => curl.stdout.once('readable', resolve))]);
  return {
    read: async () => {
      const chunks = [];
      curl.stdout.on('data', (chunk) => chunks.push(chunk));
      curl.stdout.resume();
      const status = await ended;
      return { status, text: Buffer.concat(chunks).toString('utf8') };
    },
  };
}

for (const secure of [false, true])
  test(`an old client sees a reset where the file has no end${secure ? ', over TLS' : ''}`, async (t) => {
    const daemon = await use(t, { tls: secure, config: { server: { request_timeout: '1s' } } });
    await makeBig(daemon);
    const whole = await (await openOld(daemon, big())).read();
    // The library ends TLS without a close_notify, which newer curls take for a cut.
    if (!secure) assert.equal(whole.status, 0);
    assert.deepEqual(sequence(lines(whole)), ALL);
    const slow = await openOld(daemon, big());
    // It was cut off. A connection that rested too long may end under the question.
    await until(async () => (await busy(daemon).catch(() => 1)) === 0);
    assert.equal((await slow.read()).status, CURL_RECEIVE_FAILED);
    const killed = await openOld(daemon, big());
    await daemon.kill();
    assert.equal((await killed.read()).status, CURL_RECEIVE_FAILED);
    await daemon.begin();
  });

test('the daemon is killed: no end is taken for that of the file', async (t) => {
  const daemon = await use(t);
  await makeBig(daemon);
  const file = await open(daemon, big());
  await daemon.kill();
  await assert.rejects(file.read());
  await daemon.begin();
  assert.deepEqual(sequence(lines(await get(daemon, big()))), ALL);
});
