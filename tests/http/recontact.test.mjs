// A respondent who answered is left alone for some days: what the form says of them, and what becomes of a second
// answer.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { askStore, assertProblem, makeId, seeded, start, use } from './harness.mjs';

const DAY = 86_400_000;
const random = seeded(97);
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const whole = (ms) => Math.floor(ms / 1000) * 1000;

const d = await start({ config: { access: { recontact_days: 10 } } });
after(() => d.stop());
await d.survey('shop', { metric: 'nps', recontact_days: 30, max_backdate: '365d' });
await d.survey('other', { metric: 'nps', max_backdate: '365d' });
await d.survey('taker', { metric: 'nps', recontact_days: 30, recontact: 'store' });
const form = async (slug, respondent) =>
  (await d.request('GET', `/v1/surveys/${slug}/form?respondent=${encodeURIComponent(respondent)}`)).json;
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

test('a touchpoint has days of its own, held against any answer to the survey', async (t) => {
  const mine = await use(t); // without a rule of the server's
  const recontact_days = { default: 30, touchpoints: { support: 7, 'a/b~c': 0 } };
  const shown = await mine.survey('places', { metric: 'nps', recontact_days, max_backdate: '365d' });
  assert.deepEqual(shown.recontact_days, { default: 30, touchpoints: { 'a/b~c': 0, support: 7 } });
  assert.deepEqual((await mine.survey('places', shown)).revision, shown.revision);
  const base = whole(Date.now() - 90 * DAY);
  const post = (days, touchpoint, over) =>
    mine.post('places', { score: 5, respondent: 'zoe', answered_at: iso(base + days), touchpoint, ...over });
  const id = makeId(random);
  assert.equal((await post(0, 'checkout')).status, 201);
  assertProblem(await post(7 * DAY - 1, 'support'), 409, 'recontact');
  assertProblem(await post(29 * DAY, 'search'), 409, 'recontact');
  assertProblem(await post(29 * DAY, undefined), 409, 'recontact');
  assert.equal((await post(7 * DAY, 'support', { id })).status, 201);
  assert.equal((await post(7 * DAY, 'support', { id })).status, 200, 'its retry');
  assertProblem(await post(13 * DAY, 'support'), 409, 'recontact');
  assert.equal((await post(14 * DAY, 'support')).status, 201);
  assertProblem(await post(43 * DAY, 'checkout'), 409, 'recontact'); // 29 days after the last
  assert.equal((await post(44 * DAY, 'checkout')).status, 201);
  assert.equal((await post(45 * DAY, 'a/b~c')).status, 201);
});

test('the form tells by the touchpoint', async () => {
  const recontact_days = { default: 30, touchpoints: { support: 20 } };
  await d.survey('asks', { metric: 'nps', recontact_days });
  const { json } = await d.post('asks', { score: 9, respondent: 'kim', touchpoint: 'support' });
  const at = Date.parse(json.answered_at);
  const from = async (touchpoint) =>
    (await d.request('GET', `/v1/surveys/asks/form?respondent=kim${touchpoint ? `&touchpoint=${touchpoint}` : ''}`))
      .json.eligible_from;
  assert.equal(await from(), iso(at + 30 * DAY));
  assert.equal(await from('checkout'), iso(at + 30 * DAY));
  assert.equal(await from('support'), iso(at + 20 * DAY));
});

test('what no days are', async () => {
  for (const [recontact_days, pointer] of [
    [{ defalt: 1 }, '/recontact_days/defalt'],
    [{ default: -1 }, '/recontact_days'],
    [{ default: 'x' }, '/recontact_days/default'],
    [{ touchpoints: 7 }, '/recontact_days/touchpoints'],
    [{ touchpoints: { support: 36501 } }, '/recontact_days/touchpoints/support'],
    [{ touchpoints: { 'a/b': 1.5 } }, '/recontact_days/touchpoints/a~1b'],
    [{ touchpoints: { '': 1 } }, '/recontact_days/touchpoints/'],
    [
      { touchpoints: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`t${i}`, 1])) },
      '/recontact_days/touchpoints',
    ],
  ]) {
    const reply = await d.admin('PUT', '/v1/surveys/bad', { body: { metric: 'nps', recontact_days } });
    assertProblem(reply, 422, 'invalid', [pointer]);
  }
  // No touchpoints is a number.
  const shown = await d.survey('plain', { metric: 'nps', recontact_days: { default: 5, touchpoints: {} } });
  assert.equal(shown.recontact_days, 5);
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
    assert.equal(
      (await d.admin('PATCH', `/v1/surveys/shop/responses/${response.id}`, { body: { excluded: true } })).status,
      200,
    );
  assert.deepEqual(await eligibility('shop', 'bob'), [true, undefined, undefined]);
  assert.equal((await d.post('shop', body, { headers })).status, 201);
  assert.equal((await d.post('shop', body, { headers })).status, 200, 'its retry');
  assert.equal((await eligibility('shop', 'bob'))[0], false);
});

for (const storage of ['sqlite:PATH', 'memory:']) {
  test(`the rule holds for what becomes a person's answer by an amend: ${storage.split(':')[0]}`, async (t) => {
    const mine = await use(t, { storage, config: { access: { recontact_days: 10 } } });
    await mine.survey('shop', { metric: 'nps', recontact_days: 30, max_backdate: '365d' });
    await mine.survey('other', { metric: 'nps', max_backdate: '365d' });
    await mine.survey('taker', { metric: 'nps', recontact_days: 30, recontact: 'store' });
    const ids = Array.from({ length: 20 }, () => makeId(random));
    let sent = 0; // what is answered earlier is sent later
    const put = (i, body, slug = 'shop') => mine.put(slug, ids[i], { score: 5, sequence: ++sent, ...body });
    const ok = async (...args) => assert.ok([200, 201].includes((await put(...args)).status));
    const held = async (i, slug = 'shop') => (await mine.admin('GET', `/v1/surveys/${slug}/responses/${ids[i]}`)).json;
    const soon = async (i, body, slug = 'shop') => {
      const before = await held(i, slug);
      assertProblem(await put(i, body, slug), 409, 'recontact');
      assert.deepEqual(await held(i, slug), before, 'nothing changes');
    };
    // Two answers without a name, and both become one person's.
    await ok(0);
    await ok(1);
    await ok(0, { respondent: 'eve' });
    await soon(1, { respondent: 'eve' });
    await soon(1, { respondent: 'eve', score: 1 });
    await ok(1, { respondent: 'bob' });
    // Neither name nor time changes: not judged again, whatever was said by then.
    await ok(0, { respondent: 'eve', score: 9 });
    await ok(0, { respondent: 'eve', score: 2, answered_at: (await held(0)).answered_at });
    // Renamed away and back.
    await ok(0, { respondent: 'ann' });
    assert.equal((await mine.post('shop', { score: 1, respondent: 'eve' })).status, 201);
    await soon(0, { respondent: 'eve' });
    await soon(0, { respondent: 'bob' });
    await ok(0, { respondent: 'ann', score: 0 });
    await ok(0, { touchpoint: 'nobody' });
    assert.equal((await held(0)).respondent, undefined);
    await ok(0, { respondent: 'ann' });
    // Moved in time: out of the days, into them, and within its own.
    const now = whole(Date.now());
    await ok(2, { respondent: 'old', answered_at: iso(now - 100 * DAY) });
    await ok(3, { respondent: 'old', answered_at: iso(now - 60 * DAY) });
    await soon(3, { respondent: 'old', answered_at: iso(now - 70 * DAY - 1000) });
    await soon(3, { respondent: 'old', answered_at: iso(now - 129 * DAY) });
    await ok(3, { respondent: 'old', answered_at: iso(now - 70 * DAY) });
    await ok(3, { respondent: 'old', answered_at: iso(now - 50 * DAY) });
    // Any survey's, and a survey that takes them.
    await ok(4, {}, 'other');
    await soon(4, { respondent: 'bob' }, 'other');
    await ok(5, {}, 'taker');
    await ok(5, { respondent: 'bob' }, 'taker');
    // By an invitation, whose answer an amend without it had given to another.
    const invitation = (await mine.admin('POST', '/v1/surveys/shop/invitations', { body: { respondent: 'guest' } }))
      .json.token;
    const invited = (await mine.post('shop', { score: 9, invitation })).json.id;
    assert.equal((await mine.put('shop', invited, { score: 9, respondent: 'nobody' })).status, 200);
    assert.equal((await mine.post('shop', { score: 1, respondent: 'guest' })).status, 201);
    for (const reply of [
      await mine.put('shop', invited, { score: 8, invitation }),
      await mine.post('shop', { score: 8, invitation }),
    ])
      assertProblem(reply, 409, 'recontact');
    assert.equal((await mine.post('shop', { score: 9, invitation })).status, 200, 'the retry of the first is one');
    // A crowd of answers that become one person's at once: one does.
    await Promise.all(ids.slice(6).map((_, i) => ok(6 + i)));
    const statuses = (await Promise.all(ids.slice(6).map((_, i) => put(6 + i, { respondent: 'crowd' }))))
      .map((reply) => reply.status)
      .sort();
    assert.deepEqual(statuses, [200, ...Array(13).fill(409)]);
    // A batch is not held to it, nor what an operator lets count again.
    await mine.load([{ survey: 'shop', id: ids[1], score: 5, respondent: 'ann' }]);
    assert.equal((await held(1)).respondent, 'ann');
    for (const excluded of [true, false])
      assert.equal(
        (await mine.admin('PATCH', `/v1/surveys/shop/responses/${ids[1]}`, { body: { excluded } })).status,
        200,
      );
    await ok(1, { respondent: 'ann', score: 3 });
    await ok(1, { respondent: 'zoe' });
    await soon(1, { respondent: 'ann' });
  });
}

test('of 100 answers at once one is stored', async () => {
  for (const [slug, respondent] of [
    ['shop', 'crowd'],
    ['other', 'mob'],
  ]) {
    const had = await count(slug);
    const statuses = (
      await Promise.all(Array.from({ length: 100 }, (_, i) => d.post(slug, { score: i % 11, respondent })))
    ).map((reply) => reply.status);
    assert.equal(statuses.filter((status) => status === 201).length, 1);
    assert.equal(statuses.filter((status) => status === 409).length, 99);
    assert.equal(await count(slug), had + 1);
  }
});

test('without the parameter the form is as ever; with it, it is not kept', async () => {
  const plain = await d.request('GET', '/v1/surveys/shop/form');
  assert.equal(plain.json.eligible, undefined);
  assert.equal(
    (await d.request('GET', '/v1/surveys/shop/form', { headers: { 'If-None-Match': plain.headers.etag } })).status,
    304,
  );
  const asked = await d.request('GET', '/v1/surveys/shop/form?respondent=x', {
    headers: { Origin: 'https://a.example' },
  });
  assert.deepEqual(
    [asked.headers.etag, asked.headers['cache-control'], asked.headers['access-control-allow-origin']],
    [undefined, 'no-store', 'https://a.example'],
  );
  const { eligible, ...rest } = asked.json;
  assert.equal(eligible, true);
  assert.deepEqual(rest, plain.json);
  for (const query of ['respondent=', 'respondent', 'respondent=%20+&_=1', 'respondent=%E2%80%8B']) {
    const nobody = await d.request('GET', `/v1/surveys/shop/form?${query}`);
    assert.equal(nobody.status, 200, query);
    assert.deepEqual([nobody.json, nobody.headers.etag], [plain.json, plain.headers.etag], query);
  }
  for (const query of [
    'respondent=a&respondent=b',
    'respondent=&respondent=b',
    `respondent=${'x'.repeat(257)}`,
    'respondent=%ff',
  ])
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

test('the rule over all surveys reads those that somebody answered, however many others there are', async (t) => {
  const mine = await use(t, { config: { access: { recontact_days: 10 } } });
  for (const slug of ['a', 'b', 'c'])
    await mine.survey(slug, { metric: 'nps', recontact: 'store', max_backdate: '365d' });
  const now = whole(Date.now());
  const lines = (slug, respondent, days) =>
    days.map((day) => ({ survey: slug, respondent, score: 5, answered_at: iso(now - day * DAY) }));
  await mine.load([
    ...lines('a', 'ann', [3]),
    ...lines('c', 'ann', [5, 9]),
    ...lines(
      'b',
      'crowd',
      Array.from({ length: 3000 }, (_, i) => i / 1000),
    ),
  ]);
  const range = { 3: now - 8 * DAY, 4: now + DAY, 5: 0 };
  const look = () => {
    const steps = {};
    for (const respondent of ['ann', 'crowd', 'nobody']) {
      const told = askStore(
        mine.database,
        'last_answer_anywhere',
        { 1: `"'${respondent}'"`, ...range },
        { stats: '.stats vmstep' },
      );
      const [, last, number] = /^(\d*)\nVM-steps: (\d+)$/m.exec(told) ?? assert.fail(told);
      assert.equal(Number(last), { ann: now - 3 * DAY, crowd: now, nobody: 0 }[respondent]);
      steps[respondent] = Number(number);
    }
    return steps;
  };
  const few = look();
  for (let i = 0; i < 200; i++) await mine.survey(`other-${i}`, { metric: 'nps' });
  assert.deepEqual(look(), few, 'not a step more with 200 other surveys');
  await mine.load(
    lines(
      'b',
      'crowd',
      Array.from({ length: 3000 }, (_, i) => i / 1000 + 0.0005),
    ),
  );
  assert.deepEqual(look(), few, 'nor with 3,000 more answers of the same name');
  assert.ok(few.crowd < 200, `${few.crowd} steps`);
  assert.equal(
    (await mine.request('GET', '/v1/surveys/other-7/form?respondent=ann')).json.eligible_from,
    iso(now + 7 * DAY),
  );
  assertProblem(await mine.post('other-7', { score: 1, respondent: 'ann' }), 409, 'recontact');
  assert.equal((await mine.post('other-7', { score: 1, respondent: 'bob' })).status, 201);

  // Everything that looks for a name finds it by the index of names.
  await mine.end();
  for (const name of [
    'last_answer',
    'last_answer_anywhere',
    'list_of_respondent',
    'list_of_person',
    'select_respondent',
  ]) {
    const plan = askStore(mine.database, name, {}, { before: 'EXPLAIN QUERY PLAN' });
    assert.match(
      plan,
      /SEARCH response USING (COVERING )?INDEX response_by_respondent \(respondent=\?/,
      `${name}:\n${plan}`,
    );
    assert.doesNotMatch(plan, /SCAN (response|survey)\b/, `${name}:\n${plan}`);
  }
});
