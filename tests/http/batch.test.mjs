// POST /v1/responses: NDJSON or an array, every line validated, a result a line.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { assertProblem, makeId, parseLines, seeded, start, use, UUID } from './harness.mjs';

const d = await start();
after(() => d.stop());
const random = seeded(6);
const newId = () => makeId(random);
let count = 0;
async function fresh(more = {}) {
  const slug = `b${++count}`;
  await d.survey(slug, { metric: 'nps', ...more });
  return slug;
}
const counted = async (slug) => (await d.score(slug, 'window=all')).json.n;

test('NDJSON in, NDJSON out: a result a line, in order', async () => {
  const slug = await fresh();
  const id = newId();
  const reply = await d.batch([
    { survey: slug, score: 9, id },
    { survey: slug, score: 1 },
    { survey: slug, score: 2, comment: 'x', properties: { a: 'b' } },
  ]);
  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.headers['content-type'], /^application\/x-ndjson/);
  assert.deepEqual(
    reply.lines.map((line) => [line.line, line.status, line.outcome]),
    [
      [1, 201, 'created'],
      [2, 201, 'created'],
      [3, 201, 'created'],
    ],
  );
  assert.equal(reply.lines[0].id, id);
  for (const line of reply.lines) assert.match(line.id, UUID);
  assert.equal(await counted(slug), 3);
});

test('an array in, an array out; lines count elements', async () => {
  const slug = await fresh();
  const body = [
    { survey: slug, score: 9 },
    { survey: slug, score: 11 },
    { survey: slug, score: 2 },
  ];
  for (const sent of [JSON.stringify(body), ` \n\t${JSON.stringify(body, null, 2)}\n`]) {
    const reply = await d.admin('POST', '/v1/responses', { body: sent, type: 'application/json' });
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers['content-type'], /^application\/json/);
    assert.deepEqual(
      reply.json.map((line) => [line.line, line.status]),
      [
        [1, 201],
        [2, 422],
        [3, 201],
      ],
    );
  }
  assert.equal(await counted(slug), 4);
});

test('a bad line is reported with its number and does not sink the others', async () => {
  const slug = await fresh();
  const closed = await fresh({ closes_at: new Date(Date.now() - 60_000).toISOString() });
  const lines = [
    { survey: slug, score: 9 },
    '{"survey": "x',
    { survey: slug, score: 11, scroe: 1 },
    { survey: 'nowhere', score: 5 },
    { score: 5 },
    { survey: closed, score: 5 },
    '',
    '[1]',
    { survey: slug, score: 5, comment: 'c'.repeat(8001) },
    { survey: slug, score: 3 },
    '{"survey":"x","score":1,"score":2}',
    `{"survey":"${slug}","score":1,"properties":${'['.repeat(40)}${']'.repeat(40)}}`,
  ];
  const reply = await d.batch(lines);
  assert.equal(reply.status, 200, reply.text);
  const by = new Map(reply.lines.map((line) => [line.line, line]));
  assert.deepEqual([...by.keys()], [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12], 'blank lines are counted but have no result');
  const check = (line, status, slugOf, pointers) => {
    const got = by.get(line);
    assert.equal(got.status, status, JSON.stringify(got));
    assert.equal(got.type, `/problems/${slugOf}`, JSON.stringify(got));
    assert.ok(got.title && typeof got.detail === 'string');
    if (pointers) assert.deepEqual(got.errors.map((error) => error.pointer).sort(), pointers.sort());
  };
  assert.equal(by.get(1).status, 201);
  check(2, 400, 'malformed_json');
  check(3, 422, 'invalid', ['/score', '/scroe']);
  check(4, 404, 'no_survey');
  check(5, 422, 'invalid', ['/survey']);
  check(6, 403, 'survey_closed');
  assert.ok([400, 422].includes(by.get(8).status), JSON.stringify(by.get(8)));
  check(9, 422, 'invalid', ['/comment']);
  assert.equal(by.get(10).status, 201);
  check(11, 400, 'malformed_json');
  check(12, 400, 'malformed_json');
  assert.equal(await counted(slug), 2);
});

test('CRLF lines, no last newline, and blank lines at the end', async () => {
  const slug = await fresh();
  const line = JSON.stringify({ survey: slug, score: 5 });
  for (const body of [`${line}\r\n${line}\r\n`, `${line}\n${line}`, `\n${line}\n\n${line}\n\n\n`]) {
    const reply = await d.admin('POST', '/v1/responses', { body, type: 'application/x-ndjson' });
    assert.deepEqual(
      parseLines(reply.text).map((result) => result.status),
      [201, 201],
      reply.text,
    );
  }
  assert.equal(await counted(slug), 6);
});

test('ids in a batch: replayed, amended, and twice in one batch', async () => {
  const slug = await fresh();
  const fixed = await fresh({ amend_window: 0 });
  const [a, b, c] = [newId(), newId(), newId()];
  const first = await d.batch([
    { survey: slug, id: a, score: 1 },
    { survey: slug, id: b, score: 2 },
    { survey: slug, id: b, score: 2 },
    { survey: fixed, id: c, score: 3 },
  ]);
  assert.deepEqual(
    first.lines.map((line) => [line.status, line.outcome]),
    [
      [201, 'created'],
      [201, 'created'],
      [200, 'replayed'],
      [201, 'created'],
    ],
  );
  const second = await d.batch([
    { survey: slug, id: a, score: 1 },
    { survey: slug, id: b, score: 9 },
    { survey: fixed, id: c, score: 4 },
    { survey: fixed, id: a, score: 1 },
  ]);
  assert.deepEqual(
    second.lines.map((line) => [line.status, line.outcome ?? line.type, line.id]),
    [
      [200, 'replayed', a],
      [200, 'amended', b],
      [409, '/problems/response_conflict', undefined],
      [201, 'created', a], // of another survey
    ],
  );
  assert.equal(await counted(slug), 2);
  assert.equal(await counted(fixed), 2);
});

test('an Idempotency-Key names every line of its batch', async () => {
  const slug = await fresh();
  const lines = Array.from({ length: 50 }, (_, i) => ({ survey: slug, score: i % 11 }));
  const headers = { 'Idempotency-Key': 'nightly-import' };
  const first = await d.batch(lines, { headers });
  const again = await d.batch(lines, { headers });
  assert.deepEqual(
    first.lines.map((line) => line.status),
    Array(50).fill(201),
  );
  assert.deepEqual(
    again.lines.map((line) => [line.status, line.outcome]),
    Array(50).fill([200, 'replayed']),
  );
  assert.deepEqual(
    again.lines.map((line) => line.id),
    first.lines.map((line) => line.id),
  );
  assert.equal(new Set(first.lines.map((line) => line.id)).size, 50);
  assert.equal(await counted(slug), 50);
  assertProblem(await d.batch(lines, { headers: { 'Idempotency-Key': 'k'.repeat(513) } }), 400, 'bad_idempotency_key');
});

// Sends lines (bodies, or text as it is) under a key: what became of each.
async function keyed(key, slug, lines, { array = false } = {}) {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify({ survey: slug, ...line })));
  const reply = await d.admin('POST', '/v1/responses', {
    body: array ? `[${texts.join(' ,\n ')}]` : texts.join('\r\n\n'),
    type: array ? 'application/json' : 'application/x-ndjson',
    headers: { 'Idempotency-Key': key },
  });
  assert.equal(reply.status, 200, reply.text);
  return array ? reply.json : parseLines(reply.text);
}
const outcomes = (lines) => lines.map((line) => line.outcome ?? line.status);

test('under a key a line is named by what it says: a typo put right, a line left out or added', async () => {
  const slug = await fresh();
  const at = '2026-11-01T10:00:00Z';
  const [a, b, c] = [
    { score: 1, answered_at: at },
    { score: 2, comment: 'b' },
    { score: 3, properties: { p: '1' } },
  ];
  const first = await keyed('night', slug, [a, { score: 99, comment: 'typo' }, b, c]);
  assert.deepEqual(outcomes(first), ['created', 422, 'created', 'created']);
  const without = await keyed('night', slug, [a, b, c]);
  assert.deepEqual(outcomes(without), ['replayed', 'replayed', 'replayed']);
  assert.equal(await counted(slug), 3);
  const fixed = await keyed('night', slug, [a, { score: 9, comment: 'typo' }, b, c]);
  assert.deepEqual(outcomes(fixed), ['replayed', 'created', 'replayed', 'replayed']);
  assert.equal(await counted(slug), 4);
  const ids = fixed.map((line) => line.id);
  const around = await keyed('night', slug, [c, b, { score: 9, comment: 'typo' }, '{', a, { score: 10 }], {
    array: false,
  });
  assert.deepEqual(outcomes(around), ['replayed', 'replayed', 'replayed', 400, 'replayed', 'created']);
  assert.deepEqual(
    [around[4], around[2], around[1], around[0]].map((line) => line.id),
    ids,
  );
  for (const array of [true, false]) {
    const again = await keyed(
      'night',
      slug,
      [
        `{ "answered_at" : "2026-11-01T12:30:00.000+02:30", "score":1, "survey" : "${slug}", "comment": ` +
          `"", "respondent": null }`,
        `{"score":9,"survey":"${slug}","comment":"\\u0074ypo"}`,
        { comment: 'b', score: 2, properties: {} },
        { properties: { p: 1.0 }, score: 3, further_remarks: '' },
      ],
      { array },
    );
    assert.deepEqual([outcomes(again), again.map((line) => line.id)], [Array(4).fill('replayed'), ids]);
  }
  assert.deepEqual(outcomes(await keyed('"another night"', slug, [a, b, c])), ['created', 'created', 'created']);
  assert.equal(await counted(slug), 8);
});

test('equal lines of one batch are as many responses, and the same at its retry', async () => {
  const [slug, other] = [await fresh(), await fresh()];
  const line = { score: 7 };
  const first = await keyed('twice', slug, [line, { score: 8 }, line, { survey: other, ...line }, line]);
  assert.deepEqual(outcomes(first), Array(5).fill('created'));
  assert.equal(new Set(first.map(({ id }) => id)).size, 5);
  const again = await keyed('twice', slug, [line, line, '{}', { survey: other, ...line }, { score: 8 }, line, line]);
  assert.deepEqual(outcomes(again), ['replayed', 'replayed', 422, 'replayed', 'replayed', 'replayed', 'created']);
  assert.deepEqual(
    [0, 1, 5].map((i) => again[i].id),
    [0, 2, 4].map((i) => first[i].id),
  );
  assert.deepEqual(outcomes(await keyed('twice', slug, [line])), ['replayed']);
  assert.deepEqual([await counted(slug), await counted(other)], [5, 1]);
});

test('ten thousand equal lines under a key are ten thousand, also when they are sent again', async () => {
  const slug = await fresh();
  const lines = Array(10_000).fill({ score: 9 });
  const first = await keyed('many', slug, lines);
  const again = await keyed('many', slug, lines, { array: true });
  assert.ok(
    first.every((line) => line.outcome === 'created') &&
      again.every((line, i) => line.outcome === 'replayed' && line.id === first[i].id),
  );
  assert.equal(await counted(slug), 10_000);
});

test('a line with an id keeps it; batches at once under one key store each line once', async () => {
  const slug = await fresh();
  const id = newId();
  const lines = [{ id, score: 4 }, { score: 4 }, { score: 5 }];
  const replies = await Promise.all(Array.from({ length: 8 }, () => keyed('"at once"', slug, lines)));
  for (const reply of replies)
    assert.deepEqual(
      reply.map((line) => line.id),
      [id, replies[0][1].id, replies[0][2].id],
    );
  for (let i = 0; i < 3; i++) assert.equal(replies.filter((reply) => reply[i].outcome === 'created').length, 1);
  const headers = { 'Idempotency-Key': '"at once"' };
  assert.equal((await d.post(slug, { score: 4 }, { headers })).status, 201);
  assert.deepEqual(outcomes(await keyed('"at once"', slug, lines)), ['replayed', 'replayed', 'replayed']);
  assertProblem(await d.post(slug, { score: 5 }, { headers }), 422, 'idempotency_key_reused');
  assert.equal(await counted(slug), 4);
});

test('a line that was amended since is a retry; what somebody else put under its id is not', async () => {
  const slug = await fresh();
  const [made] = await keyed('amend', slug, [{ score: 4, comment: 'x' }]);
  assert.equal((await d.put(slug, made.id, { score: 5 })).status, 200);
  assert.deepEqual(outcomes(await keyed('amend', slug, [{ score: 4, comment: 'x' }, { score: 5 }])), [
    'replayed',
    'created',
  ]);
  assert.equal(await counted(slug), 2);
  // The id of a line that is still to come.
  const digest = createHash('sha256').update(`${slug}\0score\x009\0`).digest('hex').slice(0, 32);
  const bytes = createHash('sha1')
    .update(Buffer.from('5b1de207934c4f0aa6712ec84d903fb5', 'hex'))
    .update(`${slug}\n${digest} 0\ntaken`)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6] & 15) | 0x50;
  bytes[8] = (bytes[8] & 63) | 0x80;
  const id = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  await d.put(slug, id, { score: 0 });
  const [line] = await keyed('taken', slug, [{ score: 9 }]);
  assert.deepEqual([line.status, line.type], [422, '/problems/idempotency_key_reused']);
  assert.equal((await d.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json.score, 0);
});

test('imports go back freely', async () => {
  const slug = await fresh();
  const reply = await d.batch([
    { survey: slug, score: 9, answered_at: '2001-02-03T04:05:06Z' },
    { survey: slug, score: 9, answered_at: new Date(Date.now() + 25 * 3600_000).toISOString() },
  ]);
  assert.equal(reply.lines[0].status, 201, reply.text);
  assert.equal(reply.lines[1].status, 422, 'but not ahead by more than a day');
  assert.equal(reply.lines[1].errors[0].pointer, '/answered_at');
});

test('several surveys in one batch', async () => {
  const [a, b] = [await fresh(), await fresh()];
  await d.load([
    { survey: a, score: 1 },
    { survey: b, score: 2 },
    { survey: a, score: 3 },
  ]);
  assert.deepEqual([await counted(a), await counted(b)], [2, 1]);
});

test('a batch needs the scope write', async () => {
  const body = '{"survey":"b1","score":1}\n';
  assertProblem(await d.request('POST', '/v1/responses', { body, type: 'application/x-ndjson' }), 401, 'no_key');
  const read = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read', 'export', 'erase'] } })).json
    .key;
  assertProblem(
    await d.request('POST', '/v1/responses', { body, type: 'application/x-ndjson', key: read }),
    403,
    'scope',
  );
  const write = (await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write'] } })).json.key;
  assert.equal(
    (await d.request('POST', '/v1/responses', { body, type: 'application/x-ndjson', key: write })).status,
    200,
  );
});

test('media types and malformed wholes', async () => {
  for (const type of [
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/x-jsonl',
    'application/jsonlines',
    'application/x-jsonlines',
    'Application/X-NDJSON; charset=UTF-8',
    'application/json',
    'application/json;charset="utf-8"',
    '',
    null,
  ]) {
    const isLines = /ndjson|jsonl/i.test(type ?? '');
    const body = isLines ? '{"survey":"b1","score":11}\n' : '[{"survey":"b1","score":11}]';
    const reply = await d.admin('POST', '/v1/responses', { body, type });
    assert.equal(reply.status, 200, type);
    assert.equal((isLines ? parseLines(reply.text) : reply.json)[0].status, 422);
  }
  for (const type of ['text/csv', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const reply = await d.admin('POST', '/v1/responses', { body: '{}', type });
    assert.match(assertProblem(reply, 415, 'media_type').detail, /application\/jsonl/);
    assert.match(reply.headers['accept-post'], /application\/x-ndjson, application\/ndjson/);
  }
  assertProblem(
    await d.admin('POST', '/v1/responses', { body: '{}', type: 'application/x-ndjson; charset=utf-16' }),
    415,
    'media_type',
  );
  assertProblem(
    await d.admin('POST', '/v1/responses', { body: '[{"survey":"b1","score":1}', type: 'application/json' }),
    400,
    'malformed_json',
  );
  assertProblem(
    await d.admin('POST', '/v1/responses', { body: '[{"survey":"b1","score":1}] x', type: 'application/json' }),
    400,
    'malformed_json',
  );
});

test('an empty batch is a batch', async () => {
  const array = await d.admin('POST', '/v1/responses', { body: '[]', type: 'application/json' });
  assert.equal(array.status, 200, array.text);
  assert.deepEqual(array.json, []);
});

test('8 MiB are read, more are not', async () => {
  const slug = await fresh();
  const pad = ' '.repeat(8 * 1024 * 1024);
  const line = JSON.stringify({ survey: slug, score: 1 });
  const exact = line + pad.slice(0, 8 * 1024 * 1024 - line.length);
  const reply = await d.admin('POST', '/v1/responses', { body: exact, type: 'application/x-ndjson' });
  assert.equal(reply.status, 200, reply.text);
  assertProblem(
    await d.admin('POST', '/v1/responses', { body: `${exact} `, type: 'application/x-ndjson' }).catch(refusedEarly),
    413,
    'too_large',
  );
  assert.equal(await counted(slug), 1);
});

// A reply that comes before the body is sent may show to a client as a reset; then ask with the length alone.
async function refusedEarly() {
  return d.raw(
    `POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${d.key}\r\nContent-Type: ` +
      `application/x-ndjson\r\nContent-Length: ${8 * 1024 * 1024 + 1}\r\n\r\n`,
  );
}

test('ten thousand lines at once', async () => {
  const slug = await fresh();
  const lines = Array.from({ length: 10_000 }, (_, i) => ({ survey: slug, score: i % 11 }));
  const reply = await d.batch(lines);
  assert.equal(reply.status, 200, reply.text.slice(0, 500));
  assert.equal(reply.lines.length, 10_000);
  assert.ok(reply.lines.every((line, i) => line.status === 201 && line.line === i + 1));
  assert.equal(await counted(slug), 10_000);
});

test('a batch has a number of lines at most, and is refused as a whole above it', async (t) => {
  const daemon = await use(t, { config: { limits: { batch_lines: 3 } } });
  await daemon.survey('few', { metric: 'nps' });
  const line = { survey: 'few', score: 9 };
  assert.equal((await daemon.batch([line, line, line])).status, 200);
  const text = JSON.stringify(line);
  const json = { type: 'application/json' };
  for (const body of [[line, line, line], `[ ${text}, ${text}, ${text} ] \n`])
    assert.equal((await daemon.admin('POST', '/v1/responses', { body, ...json })).status, 200);
  assert.equal((await daemon.batch(['\ufeff', '', text, ' ', `${text} `, text, '', ' \t'])).status, 200);
  assertProblem(await daemon.batch([line, line, line, line]), 413, 'too_large');
  // Counted before it is parsed: what is wrong with them is not looked for.
  assertProblem(await daemon.batch(['x', 'x', 'x', 'x']), 413, 'too_large');
  for (const body of [[line, line, line, line], [{}, {}, {}, {}], '[1,2,3,4', '[x,x,x,x]'])
    assertProblem(await daemon.admin('POST', '/v1/responses', { body, ...json }), 413, 'too_large');
  assert.equal((await daemon.score('few')).json.n, 12);
});

test('many lines that are not JSON cost no more than as many that are', async () => {
  const body = 'x,y\n'.repeat(60_000);
  const reply = await d.admin('POST', '/v1/responses', { body, type: 'application/x-ndjson' });
  assert.equal(reply.status, 200);
  assert.equal(reply.text.trim().split('\n').length, 60_000);
});
