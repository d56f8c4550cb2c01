// Exactly once (edge.md §5): by id, by path, by Idempotency-Key; replay, amend, conflict; and many clients at once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { after, test } from 'node:test';
import { assertProblem, makeId, seeded, start, UUID } from './harness.mjs';

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
  const body = { id: newId(), score: 7, comment: 'same', properties: { b: '1', a: '2' }, answered_at: new Date(Date.now() - 1000).toISOString() };
  const first = await d.post(slug, body);
  assert.equal(first.status, 201, first.text);
  for (const again of [await d.post(slug, body), await d.put(slug, body.id, body), await d.post(slug, { ...body, properties: { a: '2', b: '1' } })]) {
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
  assert.equal((await d.put(slug, id, { score: 7, answered_at: new Date(Date.now() - 60_000).toISOString() })).status, 409);
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
  const first = await d.put(slug, id, { score: 3, comment: 'bad', respondent: 'r', properties: { plan: 'pro' }, answered_at: answered });
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

test('an id is one response in all surveys', async () => {
  const [a, b] = [await fresh(), await fresh()];
  const id = newId();
  assert.equal((await d.put(a, id, { score: 3 })).status, 201);
  assertProblem(await d.put(b, id, { score: 3 }), 409, 'response_conflict');
  assert.equal((await counted(b)).n, 0);
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
  const amended = await d.post(slug, { score: 9 }, { headers });
  assert.equal(amended.status, 200);
  assert.equal(amended.json.id, first.json.id);
  const other = await d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': 'order-4712' } });
  assert.equal(other.status, 201);
  const elsewhere = await d.post(await fresh(), { score: 8 }, { headers });
  assert.equal(elsewhere.status, 201);
  assert.notEqual(elsewhere.json.id, first.json.id);
  assert.equal((await counted(slug)).n, 2);
});

test('an Idempotency-Key past the amend window', async () => {
  const slug = await fresh({ amend_window: 0 });
  const headers = { 'Idempotency-Key': 'k' };
  assert.equal((await d.post(slug, { score: 8 }, { headers })).status, 201);
  assert.equal((await d.post(slug, { score: 8 }, { headers })).status, 200);
  assertProblem(await d.post(slug, { score: 9 }, { headers }), 409, 'response_conflict');
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

test('Idempotency-Key: 255 characters, escapes, and what is refused', async () => {
  const slug = await fresh();
  const send = (key) => d.post(slug, { score: 8 }, { headers: { 'Idempotency-Key': key } });
  assert.equal((await send('k'.repeat(255))).status, 201);
  assert.equal((await send(`"${'q'.repeat(255)}"`)).status, 201);
  const escaped = await send('"a\\"b\\\\c"');
  assert.equal(escaped.status, 201, escaped.text);
  const notTheSame = await send('"abc"');
  assert.equal(notTheSame.status, 201, 'another key than the escaped one');
  for (const key of ['k'.repeat(256), '""', '"open', '"bad\\n"', '"a"b', 'caf\u00e9', '']) {
    const reply = await send(key);
    assertProblem(reply, 400, 'bad_idempotency_key');
  }
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
  return Promise.all(agents.map((agent, i) => call(agent, i))).finally(() => agents.forEach((agent) => agent.destroy()));
}

test('64 clients post the same id: exactly one is stored', async () => {
  const slug = await fresh();
  for (let round = 0; round < 5; round++) {
    const id = newId();
    const replies = await crowd(64, (agent, i) => (i % 2 ? d.post(slug, { id, score: 9 }, { agent }) : d.put(slug, id, { score: 9 }, { agent })));
    const statuses = replies.map((reply) => reply.status).sort();
    assert.deepEqual(statuses, [...Array(63).fill(200), 201]);
    assert.equal(new Set(replies.map((reply) => JSON.stringify(reply.json))).size, 1);
    assert.equal((await counted(slug)).n, round + 1);
  }
});

test('64 clients share an Idempotency-Key: exactly one is stored', async () => {
  const slug = await fresh();
  const replies = await crowd(64, (agent) => d.post(slug, { score: 9 }, { agent, headers: { 'Idempotency-Key': 'shared' } }));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [...Array(63).fill(200), 201]);
  assert.equal(new Set(replies.map((reply) => reply.json.id)).size, 1);
  assert.equal((await counted(slug)).n, 1);
});

test('64 clients with other payloads under one id, never amended: one wins, and it is the one that is counted', async () => {
  const slug = await fresh({ amend_window: 0 });
  const id = newId();
  const replies = await crowd(64, (agent, i) => d.put(slug, id, { score: i % 11 }, { agent }));
  const winner = replies.find((reply) => reply.status === 201);
  assert.ok(winner);
  assert.equal(replies.filter((reply) => reply.status === 201).length, 1);
  for (const reply of replies) if (reply.status === 200) assert.equal(reply.json.score, winner.json.score);
  assert.equal(replies.filter((reply) => reply.status === 409).length, replies.filter((reply, i) => i % 11 !== winner.json.score).length);
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
  assert.equal(Object.values(score.distribution).reduce((sum, n) => sum + n, 0), 1);
  const [stored] = Object.entries(score.distribution).find(([, n]) => n === 1);
  const replay = await d.put(slug, id, { score: Number(stored) });
  assert.equal(replay.status, 200);
});

test('64 clients post what they like: all is stored, ids are distinct', async () => {
  const slug = await fresh();
  const replies = (await crowd(64, async (agent, i) => {
    const mine = [];
    for (let k = 0; k < 10; k++) mine.push(await d.post(slug, { score: (i + k) % 11 }, { agent }));
    return mine;
  })).flat();
  for (const reply of replies) assert.equal(reply.status, 201, reply.text);
  assert.equal(new Set(replies.map((reply) => reply.json.id)).size, 640);
  assert.equal((await counted(slug)).n, 640);
});

test('a client that goes away before its reply leaves one response, and the daemon well', async () => {
  const slug = await fresh();
  const ids = Array.from({ length: 50 }, newId);
  await Promise.all(ids.map(async (id) => {
    const wire = await d.connect();
    const body = JSON.stringify({ id, score: 9 });
    wire.send(`POST /v1/surveys/${slug}/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    wire.socket.end();
    wire.socket.on('error', () => {});
    setImmediate(() => wire.close());
  }));
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
  for (const reply of [await d.put('aging', name, { ...body, score: 8 }), await d.put('aging', randomUUID(), body), await d.post('aging', body)]) {
    assertProblem(reply, 422, 'invalid');
    assert.deepEqual(reply.json.errors.map((error) => error.pointer), ['/answered_at']);
  }
});
