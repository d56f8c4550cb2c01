// A respondent who answered is left alone for some days: what the form says of them, and what becomes of a second answer.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, makeId, seeded, start, use } from './harness.mjs';

const DAY = 86_400_000;
const random = seeded(97);
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const whole = (ms) => Math.floor(ms / 1000) * 1000;

const d = await start({ config: { access: { recontact_days: 10 } } });
after(() => d.stop());
await d.survey('shop', { metric: 'nps', recontact_days: 30, max_backdate: '365d' });
await d.survey('other', { metric: 'nps', max_backdate: '365d' });
await d.survey('taker', { metric: 'nps', recontact_days: 30, recontact: 'store' });
const form = async (slug, respondent) => (await d.request('GET', `/v1/surveys/${slug}/form?respondent=${encodeURIComponent(respondent)}`)).json;
const eligibility = async (slug, respondent) => {
  const { eligible, reason, eligible_from } = await form(slug, respondent);
  return [eligible, reason, eligible_from];
};
const count = async (slug) => (await d.score(slug, 'window=all')).json.n;

// Posts, and must be refused with this date.
async function tooSoon(slug, body, until) {
  for (const ask of [() => d.post(slug, body), () => d.put(slug, makeId(random), body)]) {
    const problem = assertProblem(await ask(), 409, 'recontact');
    assert.ok(problem.detail.includes(iso(until)), `${problem.detail} names ${iso(until)}`);
  }
}

test('the form tells when they may answer again, by the later of both rules', async () => {
  const before = Date.now();
  assert.deepEqual(await eligibility('shop', 'ann/ä &'), [true, undefined, undefined]);
  const { json } = await d.post('shop', { score: 9, respondent: 'ann/ä &' });
  const at = Date.parse(json.answered_at);
  assert.ok(at >= before);
  assert.deepEqual(await eligibility('shop', 'ann/ä &'), [false, 'recontact', iso(at + 30 * DAY)]);
  assert.deepEqual(await eligibility('other', 'ann/ä &'), [false, 'recontact', iso(at + 10 * DAY)]);
  assert.deepEqual(await eligibility('taker', 'ann/ä &'), [false, 'recontact', iso(at + 10 * DAY)]);
  assert.deepEqual(await eligibility('shop', 'Ann/ä &'), [true, undefined, undefined]);
  const had = await count('shop');
  await tooSoon('shop', { score: 1, respondent: 'ann/ä &' }, at + 30 * DAY);
  await tooSoon('other', { score: 1, respondent: 'ann/ä &' }, at + 10 * DAY);
  assert.equal(await count('shop'), had);
  assert.equal((await d.post('taker', { score: 1, respondent: 'ann/ä &' })).status, 201, 'this survey takes it');
  assert.equal((await d.post('shop', { score: 1 })).status, 201, 'nobody knows who');
  assert.equal((await d.post('shop', { score: 1 })).status, 201);
});

test('the days end to the millisecond', async () => {
  // The last answer lies so that its days are over at a time that comes while the test looks.
  const at = Date.now() - 30 * DAY + 700;
  await d.load([{ survey: 'shop', score: 5, respondent: 'edge', answered_at: iso(at) }]);
  for (;;) {
    const before = Date.now();
    const [eligible, , from] = await eligibility('shop', 'edge');
    const behind = Date.now();
    if (behind < at + 30 * DAY) assert.deepEqual([eligible, from], [false, iso(at + 30 * DAY)]);
    if (before >= at + 30 * DAY) {
      assert.equal(eligible, true);
      break;
    }
  }
  const base = whole(Date.now() - 100 * DAY);
  await d.load([{ survey: 'shop', score: 5, respondent: 'old', answered_at: iso(base) }]);
  await tooSoon('shop', { score: 5, respondent: 'old', answered_at: iso(base + 30 * DAY - 1) }, base + 30 * DAY);
  await tooSoon('shop', { score: 5, respondent: 'old', answered_at: iso(base - 30 * DAY + 1) }, base + 30 * DAY);
  await tooSoon('shop', { score: 5, respondent: 'old', answered_at: iso(base) }, base + 30 * DAY);
  assert.equal((await d.post('shop', { score: 5, respondent: 'old', answered_at: iso(base + 30 * DAY) })).status, 201);
  assert.equal((await d.post('shop', { score: 5, respondent: 'old', answered_at: iso(base - 30 * DAY) })).status, 201);
});

test('retries and amends pass; batches are not held to it; what is excluded is no answer', async () => {
  const id = makeId(random);
  const body = { score: 7, respondent: 'bob' };
  assert.equal((await d.put('shop', id, body)).status, 201);
  assert.equal((await d.put('shop', id, body)).status, 200);
  assert.equal((await d.post('shop', { id, ...body })).status, 200);
  assert.equal((await d.put('shop', id, { score: 2, respondent: 'bob' })).json.score, 2);
  const headers = { 'Idempotency-Key': 'k1' };
  assertProblem(await d.post('shop', body, { headers }), 409, 'recontact');
  await d.load([{ survey: 'shop', score: 3, respondent: 'bob', id: makeId(random) }]);
  for (const response of (await d.admin('GET', '/v1/surveys/shop/responses?respondent=bob')).json.responses)
    assert.equal((await d.admin('PATCH', `/v1/surveys/shop/responses/${response.id}`, { body: { excluded: true } })).status, 200);
  assert.deepEqual(await eligibility('shop', 'bob'), [true, undefined, undefined]);
  assert.equal((await d.post('shop', body, { headers })).status, 201);
  assert.equal((await d.post('shop', body, { headers })).status, 200, 'its retry');
  assert.equal((await eligibility('shop', 'bob'))[0], false);
});

test('of 100 answers at once one is stored', async () => {
  for (const [slug, respondent] of [['shop', 'crowd'], ['other', 'mob']]) {
    const had = await count(slug);
    const statuses = (await Promise.all(Array.from({ length: 100 }, (_, i) => d.post(slug, { score: i % 11, respondent })))).map((reply) => reply.status);
    assert.equal(statuses.filter((status) => status === 201).length, 1);
    assert.equal(statuses.filter((status) => status === 409).length, 99);
    assert.equal(await count(slug), had + 1);
  }
});

test('without the parameter the form is as ever; with it, it is not kept', async () => {
  const plain = await d.request('GET', '/v1/surveys/shop/form');
  assert.equal(plain.json.eligible, undefined);
  assert.equal((await d.request('GET', '/v1/surveys/shop/form', { headers: { 'If-None-Match': plain.headers.etag } })).status, 304);
  const asked = await d.request('GET', '/v1/surveys/shop/form?respondent=x', { headers: { Origin: 'https://a.example' } });
  assert.deepEqual([asked.headers.etag, asked.headers['cache-control'], asked.headers['access-control-allow-origin']], [undefined, 'no-store', 'https://a.example']);
  const { eligible, ...rest } = asked.json;
  assert.equal(eligible, true);
  assert.deepEqual(rest, plain.json);
  for (const query of ['respondent=', 'respondent', 'respondent=a&respondent=b', `respondent=${'x'.repeat(257)}`, 'person=a', 'respondent=%ff'])
    assertProblem(await d.request('GET', `/v1/surveys/shop/form?${query}`), 400, 'bad_parameter');
  assertProblem(await d.request('GET', '/v1/surveys/nowhere/form?respondent=a'), 404, 'no_survey');
});

test('without any rule everybody may answer again; over memory the rule is the same', async (t) => {
  const mine = await use(t, { storage: 'memory:' });
  await mine.survey('free', { metric: 'nps' });
  await mine.survey('rare', { metric: 'nps', recontact_days: 1 });
  for (let i = 0; i < 3; i++) assert.equal((await mine.post('free', { score: i, respondent: 'ann' })).status, 201);
  assert.equal((await mine.request('GET', '/v1/surveys/free/form?respondent=ann')).json.eligible, true);
  assert.equal((await mine.post('rare', { score: 1, respondent: 'ann' })).status, 201);
  assertProblem(await mine.post('rare', { score: 1, respondent: 'ann' }), 409, 'recontact');
  assert.equal((await mine.request('GET', '/v1/surveys/rare/form?respondent=ann')).json.eligible, false);
});
