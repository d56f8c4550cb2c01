// Exactly once (docs/edge.md §5): by id, by path, by Idempotency-Key; replay, amend, conflict; and many clients at
// once.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { after, test } from 'node:test';
import { assertProblem, makeId, seeded, shownTo, start, use, UUID } from './harness.mjs';

const d = await start({ sockets: 64 });
after(() => d.stop());
const random = seeded(5);
const newId = () => makeId(random);
let count = 0;
// A survey of its own for a test, so that counts are its own.
async function fresh(more = {}) {
  const slug = `s${++count}`;
  await d.survey(slug, { metric: 'nps', ...more });
  return slug;
}
const counted = async (slug) => (await d.score(slug, 'window=all')).json;

test('a replay by id is answered 200 with the stored response', async () => {
  const slug = await fresh();
  const body = {
    id: newId(),
    score: 7,
    comment: 'same',
    properties: { b: '1', a: '2' },
    answered_at: new Date(Date.now() - 1000).toISOString(),
  };
  const first = await d.post(slug, body);
  assert.equal(first.status, 201, first.text);
  for (const again of [
    await d.post(slug, body),
    await d.put(slug, body.id, body),
    await d.post(slug, { ...body, properties: { a: '2', b: '1' } }),
  ]) {
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json, first.json);
    assert.equal(again.headers.location, undefined);
  }
  assert.equal((await counted(slug)).n, 1);
});

test('answered_at that is not sent again matches', async () => {
  const slug = await fresh({ amend_window: 0 });
  const id = newId();
  const first = await d.put(slug, id, { score: 7 });
  assert.equal((await d.put(slug, id, { score: 7 })).status, 200);
  assert.equal((await d.put(slug, id, { score: 7, answered_at: first.json.answered_at })).status, 200);
  assert.equal(
    (await d.put(slug, id, { score: 7, answered_at: new Date(Date.now() - 60_000).toISOString() })).status,
    409,
  );
});

test('POST without any name is a new response each time', async () => {
  const slug = await fresh();
  const first = await d.post(slug, { score: 7 });
  const second = await d.post(slug, { score: 7 });
  assert.equal(second.status, 201);
  assert.notEqual(first.json.id, second.json.id);
  assert.ok(first.json.id < second.json.id, 'ids ascend');
  assert.equal((await counted(slug)).n, 2);
});

test('inside the amend window another payload replaces every member, and the score moves', async () => {
  const slug = await fresh();
  const id = newId();
  const answered = new Date(Date.now() - 5000).toISOString();
  const first = await d.put(slug, id, {
    score: 3,
    comment: 'bad',
    respondent: 'r',
    properties: { plan: 'pro' },
    answered_at: answered,
  });
  const amended = await d.put(slug, id, { score: 10, touchpoint: 't' });
  assert.equal(amended.status, 200, amended.text);
  assert.equal(amended.json.score, 10);
  assert.equal(amended.json.comment ?? null, null);
  assert.equal(amended.json.respondent ?? null, null);
  assert.equal(Object.keys(amended.json.properties ?? {}).length, 0);
  assert.equal(amended.json.touchpoint, 't');
  assert.equal(amended.json.answered_at, first.json.answered_at, 'stays when it is not sent');
  assert.equal(amended.json.received_at, first.json.received_at);
  const score = await counted(slug);
  assert.equal(score.n, 1);
  assert.equal(score.score, 100);
  assert.equal(score.distribution[3], 0);
  const viaPost = await d.post(slug, { id, score: 0 });
  assert.equal(viaPost.status, 200, viaPost.text);
  assert.equal((await counted(slug)).score, -100);
});

test('past the amend window another payload is a conflict, the same is still a replay', async () => {
  const slug = await fresh({ amend_window: 0 });
  const id = newId();
  assert.equal((await d.put(slug, id, { score: 3 })).status, 201);
  assertProblem(await d.put(slug, id, { score: 4 }), 409, 'response_conflict');
  assertProblem(await d.post(slug, { id, score: 3, comment: 'more' }), 409, 'response_conflict');
  assert.equal((await d.put(slug, id, { score: 3 })).status, 200);
  const score = await counted(slug);
  assert.equal(score.n, 1);
  assert.equal(score.distribution[3], 1);
});

test('the amend window counts from arrival', async () => {
  const slug = await fresh({ amend_window: 1 });
  const id = newId();
  const first = await d.put(slug, id, { score: 3 });
  const closes = Date.parse(first.json.received_at) + 1000;
  // Polls the clock's passing through the daemon itself: amended until the second is over, refused from then on.
  for (let score = 4; ; score = score === 4 ? 5 : 4) {
    const reply = await d.put(slug, id, { score });
    const now = Date.now();
    if (reply.status === 409) {
      assert.ok(now > closes - 5, 'not before its time');
      break;
    }
    assert.equal(reply.status, 200, reply.text);
    assert.ok(now < closes + 5000, 'the window never closed');
  }
});

test('an id is a name within a survey', async () => {
  const [a, b] = [await fresh(), await fresh()];
  const id = newId();
  assert.equal((await d.put(a, id, { score: 3 })).status, 201);
  assert.equal((await d.put(b, id, { score: 5 })).status, 201);
  assert.equal((await d.put(b, id, { score: 4 })).status, 200);
  for (const [slug, score] of [
    [a, 3],
    [b, 4],
  ]) {
    assert.equal((await d.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json.score, score);
    assert.equal((await counted(slug)).n, 1);
  }
});

test('an Idempotency-Key names the response: UUIDv5 of survey and key', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': 'order-4711' };
  const first = await d.post(slug, { score: 8 }, { headers });
  assert.equal(first.status, 201, first.text);
  assert.match(first.json.id, UUID);
  assert.equal(first.json.id[14], '5');
  const again = await d.post(slug, { score: 8 }, { headers });
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, first.json);
  const quoted = await d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': '"order-4711"' } });
  assert.equal(quoted.status, 200);
  assert.equal(quoted.json.id, first.json.id);
  const other = await d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': 'order-4712' } });
  assert.equal(other.status, 201);
  const elsewhere = await d.post(await fresh(), { score: 8 }, { headers });
  assert.equal(elsewhere.status, 201);
  assert.notEqual(elsewhere.json.id, first.json.id);
  assert.equal((await counted(slug)).n, 2);
});

test('another content under a used Idempotency-Key is refused and changes nothing, then and later', async () => {
  for (const more of [{}, { amend_window: 0 }]) {
    const slug = await fresh(more);
    const headers = { 'Idempotency-Key': 'k' };
    const first = await d.post(slug, { score: 8, comment: 'mine', properties: { a: '1' } }, { headers });
    assert.equal(first.status, 201, first.text);
    const others = [
      { score: 9 },
      { score: 8 },
      { score: 8, comment: 'mine' },
      { score: 8, comment: 'mine ', properties: { a: '1' } },
      { score: 8, comment: 'mine', properties: { a: '2' } },
      { score: 8, comment: 'mine', properties: { a: '1' }, respondent: 'x' },
      { score: 8, comment: 'mine', properties: { a: '1' }, visit: 'v' },
      {
        score: 8,
        comment: 'mine',
        properties: { a: '1' },
        answered_at: new Date(Date.parse(first.json.answered_at) - 1).toISOString(),
      },
    ];
    for (const other of others) assertProblem(await d.post(slug, other, { headers }), 422, 'idempotency_key_reused');
    const again = await d.post(
      slug,
      { properties: { a: 1.0 }, comment: 'mine', score: 8, respondent: null, answered_at: first.json.answered_at },
      { headers },
    );
    assert.deepEqual([again.status, again.json], [200, first.json]);
    assert.deepEqual((await d.admin('GET', `/v1/surveys/${slug}/responses/${first.json.id}`)).json, first.json);
    assert.equal((await counted(slug)).n, 1);
  }
});

test('of other contents that come at once under one key one is stored, the others are refused', async () => {
  for (let round = 0; round < 5; round++) {
    const slug = await fresh();
    const replies = await crowd(33, (agent, i) =>
      d.post(slug, { score: i % 11 }, { agent, headers: { 'Idempotency-Key': 'one' } }),
    );
    const made = replies.filter((reply) => reply.status === 201);
    assert.equal(made.length, 1);
    for (const [i, reply] of replies.entries()) {
      if (reply === made[0]) continue;
      if (i % 11 === made[0].json.score) assert.deepEqual([reply.status, reply.json], [200, made[0].json]);
      else assertProblem(reply, 422, 'idempotency_key_reused');
    }
    const score = await counted(slug);
    assert.deepEqual([score.n, score.distribution[made[0].json.score]], [1, 1]);
  }
});

test('what was sent under a key is amended by PUT; its retry is still one, another content is not', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': '"a key"' };
  const body = { score: 8, comment: 'first' };
  const first = await d.post(slug, body, { headers });
  const amended = await d.put(slug, first.json.id, { score: 3, respondent: 'r' });
  assert.equal(amended.status, 200, amended.text);
  for (const retry of [
    body,
    { comment: 'first', score: 8 },
    { ...body, answered_at: first.json.answered_at },
    { score: 3, respondent: 'r' },
  ]) {
    const reply = await d.post(slug, retry, { headers });
    assert.deepEqual([reply.status, reply.json], [200, shownTo(retry, amended.json)]);
  }
  for (const other of [
    { score: 8 },
    { score: 3 },
    { ...body, answered_at: new Date(Date.now() - 5000).toISOString() },
  ]) {
    assertProblem(await d.post(slug, other, { headers }), 422, 'idempotency_key_reused');
  }
  const score = await counted(slug);
  assert.deepEqual([score.n, score.distribution[3]], [1, 1]);
});

test('a late retry of what was amended since leaves it as it is', async () => {
  const slug = await fresh();
  const id = newId();
  const at = new Date(Date.now() - 60_000).toISOString();
  const bodies = [
    { score: 1, comment: 'A', respondent: 'ann', visit: 'v', properties: { b: '2', a: '1' }, answered_at: at },
    { score: 2, comment: 'B' },
    { score: 3, answered_at: new Date(Date.now() - 1000).toISOString() },
  ];
  assert.equal((await d.put(slug, id, bodies[0])).status, 201);
  for (const body of bodies.slice(1)) {
    const amended = await d.put(slug, id, body);
    assert.equal(amended.json.score, body.score);
    const { answered_at: unsaid, ...untimed } = bodies[0];
    for (const late of [bodies[0], untimed, { ...bodies[0], properties: { a: '1', b: '2' } }]) {
      for (const reply of [await d.put(slug, id, late), await d.post(slug, { id, ...late })])
        assert.deepEqual([reply.status, reply.json], [200, shownTo(late, amended.json)]);
    }
    const [line] = (await d.batch([{ survey: slug, id, ...bodies[0] }])).lines;
    assert.deepEqual([line.status, line.outcome, line.id], [200, 'replayed', id]);
  }
  // Answered at another time, it is another answer; what was said in between is no retry of the first.
  assert.equal((await d.put(slug, id, { ...bodies[0], answered_at: new Date().toISOString() })).json.score, 1);
  assert.equal((await d.put(slug, id, bodies[1])).json.score, 2);
  assert.equal((await d.put(slug, id, bodies[0])).json.score, 2);
  assert.equal((await counted(slug)).n, 1);
});

test('where an amend changed the time only, the first time is the retry', async () => {
  const slug = await fresh();
  const id = newId();
  const [first, second] = [60_000, 30_000].map((ago) => new Date(Date.now() - ago).toISOString());
  await d.put(slug, id, { score: 5, answered_at: first });
  await d.put(slug, id, { score: 5, answered_at: second });
  assert.equal(
    Date.parse((await d.put(slug, id, { score: 5, answered_at: first })).json.answered_at),
    Date.parse(second),
  );
});

test('a retry of what was amended is answered before anything else is judged', async (t) => {
  const daemon = await use(t, { config: { access: { recontact_days: 0 } } });
  const invite = async () =>
    (await daemon.admin('POST', '/v1/surveys/s/invitations', { body: { respondent: 'guest' } })).json.token;
  const soon = new Date(Date.now() - 10_000).toISOString();
  await daemon.survey('s', { metric: 'nps' });
  const id = newId();
  const headers = { 'Idempotency-Key': 'k' };
  const body = { score: 9, respondent: 'ann', comment: 'long enough to be cut by a limit', answered_at: soon };
  assert.equal((await daemon.put('s', id, body)).status, 201);
  const keyed = await daemon.post('s', { ...body, score: 8 }, { headers });
  const token = await invite();
  const invited = await daemon.post('s', { score: 7, invitation: token });
  assert.equal(invited.status, 201, invited.text);
  await daemon.batch([{ survey: 's', score: 6 }], { headers });
  const now = [];
  for (const one of [id, keyed.json.id, invited.json.id])
    now.push((await daemon.put('s', one, { score: 1, respondent: 'guest' })).json);
  const retries = async (what) => {
    for (const [i, send] of [
      () => daemon.put('s', id, body),
      () => daemon.post('s', { ...body, score: 8 }, { headers }),
      () => daemon.post('s', { score: 7, invitation: token }),
    ].entries()) {
      const reply = await send();
      const shown = shownTo(i === 2 ? {} : { respondent: 'ann' }, now[i]);
      assert.deepEqual([reply.status, reply.json], [200, shown], `${what}: ${reply.text}`);
    }
    assert.equal((await daemon.batch([{ survey: 's', score: 6 }], { headers })).lines[0].outcome, 'replayed', what);
  };
  await retries('as it was');
  for (const [what, more] of Object.entries({
    closed: { closes_at: soon },
    'not open': { opens_at: '2040-01-01T00:00:00Z' },
    'too old': { max_backdate: 1 },
    'past the window': { amend_window: 0 },
    'by invitation': { access: 'invited' },
    recontact: { recontact_days: 30 },
  })) {
    await daemon.survey('s', { metric: 'nps', ...more });
    await retries(what);
  }
  await daemon.admin('DELETE', '/v1/surveys/s');
  await retries('archived');
  await daemon.survey('s', { metric: 'nps', archived: false });
  fs.writeFileSync(
    daemon.config,
    fs
      .readFileSync(daemon.config, 'utf8')
      .replace(/(\[limits\]\n)/, '$1comment_characters = 5\nrespondent_characters = 2\n'),
  );
  await daemon.end();
  await daemon.begin();
  await retries('lower limits, and a restart');
  const invalid = await daemon.put('s', id, { ...body, comment: 'another that is too long' });
  assertProblem(invalid, 422, 'invalid', ['/comment', '/respondent']);
  assertProblem(await daemon.put('s', newId(), body), 422, 'invalid', ['/comment', '/respondent']);
  const lines = (
    await daemon.batch(
      [
        { survey: 's', id, ...body },
        { survey: 's', id: newId(), ...body },
        { survey: 's', ...body },
        { survey: 's', score: 5 },
      ],
      { headers },
    )
  ).lines;
  assert.deepEqual(
    lines.map((line) => [line.line, line.status, line.outcome]),
    [
      [1, 200, 'replayed'],
      [2, 422, undefined],
      [3, 422, undefined],
      [4, 201, 'created'],
    ],
  );
  for (const line of lines.slice(1, 3))
    assert.deepEqual(line.errors.map((error) => error.pointer).sort(), ['/comment', '/respondent']);
});

test('what is not valid is told as such, also under a used key', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': 'k' };
  await d.post(slug, { score: 8 }, { headers });
  assertProblem(await d.post(slug, { score: 11 }, { headers }), 422, 'invalid', ['/score']);
  assertProblem(await d.post(slug, { score: 8, scroe: 1 }, { headers }), 422, 'invalid', ['/scroe']);
  assertProblem(await d.post(slug, { score: -1 }, { headers: { 'Idempotency-Key': 'fresh' } }), 422, 'invalid', [
    '/score',
  ]);
  assert.equal((await counted(slug)).n, 1);
});

test('another content under a key is refused in a closed survey too; what is new there as ever', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': 'k' };
  await d.post(slug, { score: 8 }, { headers });
  await d.survey(slug, { metric: 'nps', closes_at: new Date(Date.now() - 1000).toISOString() });
  assertProblem(await d.post(slug, { score: 9 }, { headers }), 422, 'idempotency_key_reused');
  assertProblem(await d.post(slug, { score: 9 }, { headers: { 'Idempotency-Key': 'other' } }), 403, 'survey_closed');
});

test("somebody else's response under the id of a key is not theirs", async () => {
  const [slug, elsewhere] = [await fresh(), await fresh()];
  const headers = { 'Idempotency-Key': 'stolen' };
  const probe = await d.post(slug, { score: 8 }, { headers });
  assert.equal((await d.put(elsewhere, probe.json.id, { score: 8 })).status, 201); // another response
  const next = createHash('sha1')
    .update(Buffer.from('5b1de207934c4f0aa6712ec84d903fb5', 'hex'))
    .update(`${slug}\n0\nnext`)
    .digest()
    .subarray(0, 16);
  next[6] = (next[6] & 15) | 0x50;
  next[8] = (next[8] & 63) | 0x80;
  const id = next.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  assert.equal((await d.put(elsewhere, id, { score: 8 })).status, 201); // in the way of nobody
  assert.equal((await d.put(slug, id, { score: 8, comment: 'mine' })).status, 201);
  assertProblem(
    await d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': 'next' } }),
    422,
    'idempotency_key_reused',
  );
});

test('both an id and an Idempotency-Key: the id wins', async () => {
  const slug = await fresh();
  const id = newId();
  const reply = await d.post(slug, { id, score: 8 }, { headers: { 'Idempotency-Key': 'both' } });
  assert.equal(reply.status, 201);
  assert.equal(reply.json.id, id);
  const keyed = await d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': 'both' } });
  assert.equal(keyed.status, 201);
  assert.notEqual(keyed.json.id, id);
});

test('a PUT passes an Idempotency-Key over', async () => {
  const slug = await fresh();
  const id = newId();
  for (const key of ['k', 'k', '"bad'])
    assert.ok(
      [200, 201].includes((await d.put(slug, id, { score: 8 }, { headers: { 'Idempotency-Key': key } })).status),
    );
  assert.equal((await d.put(slug, id, { score: 9 }, { headers: { 'Idempotency-Key': 'k' } })).json.score, 9);
  assert.equal((await d.post(slug, { score: 1 }, { headers: { 'Idempotency-Key': 'k' } })).status, 201);
});

test('Idempotency-Key: any printable ASCII up to 512 characters, and what is refused', async () => {
  const slug = await fresh();
  const send = (key) => d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': key } });
  assert.equal((await send('k'.repeat(512))).status, 201);
  assert.equal((await send(`"${'k'.repeat(512)}"`)).status, 200);
  assert.equal((await send(`"${'q'.repeat(512)}"`)).status, 201);
  assert.equal((await send(`"${'\\"'.repeat(512)}"`)).status, 201);
  assert.equal((await send('"two words"')).status, 201);
  assert.equal((await send('"two words "')).status, 201);
  assert.equal((await send('" "')).status, 201);
  const ids = new Set();
  for (let code = 0x20; code < 0x7f; code++) {
    const c = String.fromCharCode(code);
    const quoted = await send(`"c${'"\\'.includes(c) ? '\\' : ''}${c}"`);
    assert.equal(quoted.status, 201, c);
    ids.add(quoted.json.id);
    if (c !== ' ') assert.equal((await send(`c${c}`)).json.id, quoted.json.id, c);
  }
  assert.equal(ids.size, 95);
  const escaped = await send('"a\\"b\\\\c"');
  assert.equal(escaped.status, 201, escaped.text);
  const notTheSame = await send('"abc"');
  assert.equal(notTheSame.status, 201, 'another key than the escaped one');
  const n = (await counted(slug)).n;
  for (const key of [
    'k'.repeat(513),
    `"${'k'.repeat(513)}"`,
    '""',
    '"',
    '"open',
    '"bad\\n"',
    '"a"b',
    'caf\u00e9',
    '"caf\u00e9"',
    'two words',
    '"a\tb"',
    '',
    ['k1', 'k2'],
    ['k1', 'k1'],
  ]) {
    assertProblem(await send(key), 400, 'bad_idempotency_key');
    assertProblem(
      await d.batch([{ survey: slug, score: 8 }], { headers: { 'Idempotency-Key': key } }),
      400,
      'bad_idempotency_key',
    );
  }
  for (const name of ['idempotency-key', 'IDEMPOTENCY-KEY']) {
    const wire = await d.connect();
    wire.send(
      `POST /v1/surveys/${slug}/responses HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k1\r\n${name}: k2\r\n` +
        `Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{"score":8}`,
    );
    assertProblem(await wire.reply(), 400, 'bad_idempotency_key');
    wire.close();
  }
  assert.equal((await counted(slug)).n, n);
});

test('a replay after the survey closed is still 200; another payload and a new one are 403', async () => {
  const slug = await fresh();
  const id = newId();
  const headers = { 'Idempotency-Key': 'late' };
  await d.put(slug, id, { score: 3 });
  await d.post(slug, { score: 4 }, { headers });
  await d.survey(slug, { metric: 'nps', closes_at: new Date(Date.now() - 1000).toISOString() });
  assert.equal((await d.put(slug, id, { score: 3 })).status, 200);
  assert.equal((await d.post(slug, { score: 4 }, { headers })).status, 200);
  assertProblem(await d.put(slug, id, { score: 4 }), 403, 'survey_closed');
  assertProblem(await d.post(slug, { score: 3 }), 403, 'survey_closed');
  assertProblem(await d.put(slug, newId(), { score: 3 }), 403, 'survey_closed');
  assert.equal((await counted(slug)).n, 2);
});

// 64 connections at once.
function crowd(size, call) {
  const agents = Array.from({ length: size }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  return Promise.all(agents.map((agent, i) => call(agent, i))).finally(() =>
    agents.forEach((agent) => agent.destroy()),
  );
}

test('64 clients post the same id: exactly one is stored', async () => {
  const slug = await fresh();
  for (let round = 0; round < 5; round++) {
    const id = newId();
    const replies = await crowd(64, (agent, i) =>
      i % 2 ? d.post(slug, { id, score: 9 }, { agent }) : d.put(slug, id, { score: 9 }, { agent }),
    );
    const statuses = replies.map((reply) => reply.status).sort();
    assert.deepEqual(statuses, [...Array(63).fill(200), 201]);
    assert.equal(new Set(replies.map((reply) => JSON.stringify(reply.json))).size, 1);
    assert.equal((await counted(slug)).n, round + 1);
  }
});

test('64 clients share an Idempotency-Key: exactly one is stored', async () => {
  const slug = await fresh();
  const replies = await crowd(64, (agent) =>
    d.post(slug, { score: 9 }, { agent, headers: { 'Idempotency-Key': 'shared' } }),
  );
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [...Array(63).fill(200), 201]);
  assert.equal(new Set(replies.map((reply) => reply.json.id)).size, 1);
  assert.equal((await counted(slug)).n, 1);
});

test('64 clients with other payloads under one id, never amended: one wins, and is counted', async () => {
  const slug = await fresh({ amend_window: 0 });
  const id = newId();
  const replies = await crowd(64, (agent, i) => d.put(slug, id, { score: i % 11 }, { agent }));
  const winner = replies.find((reply) => reply.status === 201);
  assert.ok(winner);
  assert.equal(replies.filter((reply) => reply.status === 201).length, 1);
  for (const reply of replies) if (reply.status === 200) assert.equal(reply.json.score, winner.json.score);
  assert.equal(
    replies.filter((reply) => reply.status === 409).length,
    replies.filter((reply, i) => i % 11 !== winner.json.score).length,
  );
  const score = await counted(slug);
  assert.equal(score.n, 1);
  assert.equal(score.distribution[winner.json.score], 1);
});

test('64 clients amend one response: the last state is counted once', async () => {
  const slug = await fresh();
  const id = newId();
  await crowd(64, (agent, i) => d.put(slug, id, { score: i % 11 }, { agent }));
  const score = await counted(slug);
  assert.equal(score.n, 1);
  assert.equal(
    Object.values(score.distribution).reduce((sum, n) => sum + n, 0),
    1,
  );
  const [stored] = Object.entries(score.distribution).find(([, n]) => n === 1);
  const replay = await d.put(slug, id, { score: Number(stored) });
  assert.equal(replay.status, 200);
});

test('64 clients post what they like: all is stored, ids are distinct', async () => {
  const slug = await fresh();
  const replies = (
    await crowd(64, async (agent, i) => {
      const mine = [];
      for (let k = 0; k < 10; k++) mine.push(await d.post(slug, { score: (i + k) % 11 }, { agent }));
      return mine;
    })
  ).flat();
  for (const reply of replies) assert.equal(reply.status, 201, reply.text);
  assert.equal(new Set(replies.map((reply) => reply.json.id)).size, 640);
  assert.equal((await counted(slug)).n, 640);
});

test('a client that goes away before its reply leaves one response, and the daemon well', async () => {
  const slug = await fresh();
  const ids = Array.from({ length: 50 }, newId);
  await Promise.all(
    ids.map(async (id) => {
      const wire = await d.connect();
      const body = JSON.stringify({ id, score: 9 });
      wire.send(
        `POST /v1/surveys/${slug}/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      wire.socket.end();
      wire.socket.on('error', () => {});
      setImmediate(() => wire.close());
    }),
  );
  const replies = await Promise.all(ids.map((id) => d.put(slug, id, { score: 9 })));
  for (const reply of replies) assert.ok(reply.status === 200 || reply.status === 201, reply.text);
  assert.equal((await counted(slug)).n, 50);
});

test('a retry is answered also when it has become too old to be new', async () => {
  await d.survey('aging', { metric: 'nps', max_backdate: '7d' });
  const name = randomUUID();
  const body = { score: 9, answered_at: new Date(Date.now() - 60_000).toISOString() };
  assert.equal((await d.put('aging', name, body)).status, 201);
  await d.survey('aging', { metric: 'nps', max_backdate: 1 });
  const again = await d.put('aging', name, body);
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.revision, 1);
  for (const reply of [
    await d.put('aging', name, { ...body, score: 8 }),
    await d.put('aging', randomUUID(), body),
    await d.post('aging', body),
  ]) {
    assertProblem(reply, 422, 'invalid');
    assert.deepEqual(
      reply.json.errors.map((error) => error.pointer),
      ['/answered_at'],
    );
  }
});
