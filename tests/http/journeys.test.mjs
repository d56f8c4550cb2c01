// Journeys: kept definitions, and their stages' scores side by side, recounted from what was sent.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertComparison, assertFigures } from './figures.mjs';
import { assertProblem, seeded, start, use } from './harness.mjs';

const DAY = 86_400_000;
const d = await start();
after(() => d.stop());
const shop = await d.survey('shop', { metric: 'nps', properties: ['plan'] });
const visit = await d.survey('visit', { metric: 'csat' });
const effort = await d.survey('effort', { metric: 'ces', direction: 'lower_is_better' });
await d.survey('shut', { metric: 'nps' });
await d.admin('DELETE', '/v1/surveys/shut');
const random = seeded(3);
const pick = (list) => list[Math.floor(random() * list.length)];
const now = Date.now();
const rows = Array.from({ length: 900 }, () => {
  const survey = pick(['shop', 'shop', 'visit', 'effort']);
  return {
    survey,
    score: survey === 'shop' ? Math.floor(random() * 11) : 1 + Math.floor(random() * (survey === 'visit' ? 5 : 7)),
    answered_at: now - Math.floor(random() * 6.9 * DAY),
    touchpoint: pick(['search', 'payment']),
    channel: pick(['web', 'email']),
    properties: { plan: pick(['pro', 'free']) },
    ...(random() < 0.8 ? { respondent: `p${Math.floor(random() * 300)}` } : {}),
  };
});
await d.load(rows.map((row) => ({ ...row, answered_at: new Date(row.answered_at).toISOString() })));

const put = (name, body, options) => d.admin('PUT', `/v1/journeys/${name}`, { body, ...options });
const score = (name, query = '') => d.admin('GET', `/v1/journeys/${name}/score?${query}`);
const STAGES = [
  { survey: 'shop', touchpoint: 'search' },
  { survey: 'shop', touchpoint: 'payment' },
  { survey: 'visit', touchpoint: null },
  { survey: 'effort' },
];
const isOf = (stage) => (row) =>
  row.survey === stage.survey && (!stage.touchpoint || row.touchpoint === stage.touchpoint);

// [people, lost], as docs/scoring.md says it.
function lost(stage, next, from, to, keep = () => true) {
  const first = new Map();
  for (const row of rows.filter(isOf(stage)).filter(keep)) {
    if (!row.respondent || row.answered_at < from || row.answered_at >= to) continue;
    first.set(row.respondent, Math.min(row.answered_at, first.get(row.respondent) ?? Infinity));
  }
  const came = (who, at) => rows.some((row) => isOf(next)(row) && row.respondent === who && row.answered_at >= at);
  return [first.size, [...first].filter(([who, at]) => !came(who, at)).length];
}

const POSITIONS = [(s) => (s + 100) / 200, (s) => (s + 100) / 200, (s) => s / 100, (s) => 1 - (s - 1) / 6];

test('a journey is put, shown, put back, amended and deleted', async () => {
  const made = await put('buy', { name: 'Buying', stages: STAGES });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.json.stages, [
    { survey: 'shop', touchpoint: 'search', archived: false },
    { survey: 'shop', touchpoint: 'payment', archived: false },
    { survey: 'visit', touchpoint: null, archived: false },
    { survey: 'effort', touchpoint: null, archived: false },
  ]);
  const shown = await d.admin('GET', '/v1/journeys/buy');
  assert.deepEqual(shown.json, made.json);
  assert.equal(shown.headers.etag, made.headers.etag);
  const again = await put('buy', shown.json);
  assert.deepEqual([again.status, again.json], [200, shown.json]);
  const amended = await put('buy', { ...shown.json, name: null }, { headers: { 'If-Match': shown.headers.etag } });
  assert.deepEqual([amended.status, amended.json.revision, amended.json.name], [200, 2, null]);
  assertProblem(
    await put('buy', { stages: STAGES.slice(1) }, { headers: { 'If-Match': shown.headers.etag } }),
    412,
    'precondition_failed',
  );
  assertProblem(
    await put('buy', { stages: STAGES.slice(1) }, { headers: { 'If-None-Match': '*' } }),
    412,
    'precondition_failed',
  );
  const unchanged = await d.admin('GET', '/v1/journeys/buy', { headers: { 'If-None-Match': amended.headers.etag } });
  assert.equal(unchanged.status, 304);
  const closed = await put('closed', { stages: [{ survey: 'shut' }] });
  assert.deepEqual(closed.json.stages[0].archived, true);
  assertProblem(
    await d.admin('DELETE', '/v1/journeys/buy', { headers: { 'If-Match': shown.headers.etag } }),
    412,
    'precondition_failed',
  );
  const gone = await d.admin('DELETE', '/v1/journeys/buy', { headers: { 'If-Match': amended.headers.etag } });
  assert.deepEqual([gone.status, gone.json], [200, { journey: 'buy', deleted: true }]);
  for (const reply of [
    await d.admin('GET', '/v1/journeys/buy'),
    await d.admin('DELETE', '/v1/journeys/buy'),
    await score('buy'),
    await d.admin('DELETE', `/v1/journeys/${'x'.repeat(80)}`),
    await d.admin('GET', `/v1/journeys/${'x'.repeat(80)}`),
  ])
    assertProblem(reply, 404, 'no_journey');
  const acts = (await d.admin('GET', '/v1/audit?limit=500')).json.records.filter(({ act }) => /^journey/.test(act));
  assert.deepEqual(
    acts.map(({ act, target, detail }) => [act, target, detail]),
    [
      ['journey.put', 'buy', 'revision 1'],
      ['journey.put', 'buy', 'revision 2'],
      ['journey.put', 'closed', 'revision 1'],
      ['journey.delete', 'buy', ''],
    ],
  );
  await d.admin('DELETE', '/v1/journeys/closed');
});

test('what no journey is', async () => {
  const stages = [{ survey: 'shop' }];
  for (const [body, pointer, detail] of [
    [{}, '/stages', /required/],
    [{ stages: [] }, '/stages', /1 to 20/],
    [{ stages: Array.from({ length: 21 }, (_, i) => ({ survey: 'shop', touchpoint: `t${i}` })) }, '/stages', /1 to 20/],
    [{ stages: {} }, '/stages', /list|array/],
    [{ stages: [{ survey: 'shop' }, { survey: 'shop', touchpoint: '' }] }, '/stages/1', /same as a stage before/],
    [{ stages: [{ touchpoint: 'search' }] }, '/stages/0/survey', /required/],
    [{ stages: [{ survey: 'Shop!' }] }, '/stages/0/survey', /name of a survey/],
    [{ stages: [{ survey: 'shop' }, { survey: 'shap' }] }, '/stages/1/survey', /no survey shap; did you mean shop\?/],
    [{ stages: [{ survey: 'shop', touchpont: 'a' }] }, '/stages/0/touchpont', /touchpoint/],
    [{ stages: [{ survey: 'shop', touchpoint: 'a\u0007b' }] }, '/stages/0/touchpoint', /control/],
    [{ stages: [7] }, '/stages/0', /object/],
    [{ stages, nam: 'x' }, '/nam', /name/],
    [{ stages, name: 'x'.repeat(201) }, '/name', /200/],
    [{ stages, journey: 'another' }, '/journey', /path/],
    [[], '', /object/],
  ]) {
    const reply = await put('bad', body);
    assertProblem(reply, 422, 'invalid', [pointer]);
    assert.match(reply.json.errors[0].detail, detail, JSON.stringify(body));
  }
  assertProblem(await put('No', { stages }), 422, 'invalid', ['/journey']);
  assertProblem(await put('bad', '{'), 400, 'malformed_json');
  assertProblem(await d.admin('GET', '/v1/journeys/bad'), 404, 'no_journey');
});

test('journeys come in pages', async (t) => {
  const mine = await use(t);
  await mine.survey('shop', { metric: 'nps' });
  const names = ['c', 'a', 'b', 'a-1'];
  for (const name of names) await mine.admin('PUT', `/v1/journeys/${name}`, { body: { stages: [{ survey: 'shop' }] } });
  const list = async (query) => (await mine.admin('GET', `/v1/journeys?${query}`)).json;
  const all = await list('');
  assert.deepEqual([all.journeys.map(({ journey }) => journey), all.next], [['a', 'a-1', 'b', 'c'], null]);
  const first = await list('limit=3');
  assert.deepEqual([first.journeys.length, first.next], [3, 'b']);
  const second = await list(`limit=3&cursor=${first.next}`);
  assert.deepEqual([second.journeys.map(({ journey }) => journey), second.next], [['c'], null]);
  assertProblem(await mine.admin('GET', '/v1/journeys?limt=3'), 400, 'bad_parameter');
  await mine.end();
  await mine.begin();
  assert.deepEqual((await mine.admin('GET', '/v1/journeys')).json, all);
});

test('every stage has its own score, change and losses', async () => {
  await put('buy', { name: 'Buying', stages: STAGES });
  const definitions = [shop, shop, visit, effort];
  for (const [query, keep] of [
    ['window=7d', () => true],
    ['window=3d', () => true],
    ['window=yesterday', () => true],
    ['window=7d&channel=web', (row) => row.channel === 'web'],
    ['window=7d&property.plan=pro', (row) => row.properties.plan === 'pro'],
    ['window=3d&confidence=0.9&alpha=0.1', () => true],
  ]) {
    const { json, status, text } = await score('buy', query);
    assert.equal(status, 200, text);
    const confidence = /confidence/.test(query) ? 0.9 : 0.95;
    const positions = [];
    json.stages.forEach((stage, i) => {
      const [from, to] = [stage.window.from, stage.window.to].map(Date.parse);
      const [before, until] = [stage.previous.window.from, stage.previous.window.to].map(Date.parse);
      const of = (a, b) =>
        rows
          .filter(isOf(STAGES[i]))
          .filter(keep)
          .filter((row) => row.answered_at >= a && row.answered_at < b)
          .map((row) => row.score);
      assertFigures(stage, definitions[i], of(from, to), { confidence, note: `${query} ${i}` });
      assertComparison(stage.previous, definitions[i], of(from, to), of(before, until), {
        confidence,
        alpha: /alpha/.test(query) ? 0.1 : 0.05,
        note: `${query} ${i}`,
      });
      assert.deepEqual([stage.survey, stage.touchpoint], [STAGES[i].survey, STAGES[i].touchpoint ?? null]);
      const position = POSITIONS[i](exact(definitions[i], of(from, to)));
      assert.ok(Math.abs(stage.position - position) <= 0.00050001, `${stage.position} ${position}`);
      positions.push(position);
      if (i === STAGES.length - 1) {
        assert.deepEqual(stage.lost, { share: null, people: null, lost: null, reason: 'last_stage' });
        return;
      }
      const [people, gone] = lost(STAGES[i], STAGES[i + 1], from, to, keep);
      assert.deepEqual([stage.lost.people, stage.lost.lost, stage.lost.reason], [people, gone, null], `${query} ${i}`);
      assert.ok(Math.abs(stage.lost.share - (100 * gone) / people) <= 0.0500001);
    });
    const drops = positions.slice(1).map((position, i) => positions[i] - position);
    const steepest = Math.max(...drops);
    if (steepest <= 0) assert.equal(json.steepest_drop, null);
    else {
      assert.equal(json.steepest_drop.stage, drops.indexOf(steepest) + 2);
      assert.ok(Math.abs(json.steepest_drop.drop - steepest) <= 0.00050001);
    }
  }
});

// The unrounded score.
function exact(definition, scores) {
  const n = scores.length;
  const count = (keep) => scores.filter(keep).length;
  if (definition.metric === 'nps') return (100 * (count((s) => s >= 9) - count((s) => s <= 6))) / n;
  if (definition.metric === 'csat') return (100 * count((s) => s >= 4)) / n;
  return scores.reduce((sum, s) => sum + s, 0) / n;
}

test('compare is previous unless it is said, and nothing where there is nothing before', async () => {
  assert.ok((await score('buy', 'window=7d')).json.stages[0].previous);
  assert.equal((await score('buy', 'window=7d&compare=none')).json.stages[0].previous, undefined);
  assert.equal((await score('buy', 'window=all')).json.stages[0].previous, undefined);
  assertProblem(await score('buy', 'window=all&compare=previous'), 400, 'bad_parameter');
  const own = await score('buy', 'touchpoint=search');
  assertProblem(own, 400, 'bad_parameter');
  assert.match(own.json.detail, /each stage of a journey says its own/);
  assertProblem(await score('buy', 'interval=t'), 400, 'bad_parameter');
  assert.match((await score('buy', 'windw=7d')).json.detail, /did you mean window\?/);
});

test('why losses are not known', async (t) => {
  const mine = await use(t);
  for (const slug of ['none', 'unnamed', 'named', 'later']) await mine.survey(slug, { metric: 'nps' });
  await mine.survey('private', { metric: 'nps', min_n: 3 });
  await mine.post('unnamed', { score: 9 });
  for (const respondent of ['ann', 'bob']) await mine.post('named', { score: 9, respondent });
  await mine.post('private', { score: 9, respondent: 'ann' });
  const reason = async (...slugs) => {
    const stages = slugs.map((survey) => ({ survey }));
    const reply = await mine.admin('PUT', '/v1/journeys/j', { body: { stages } });
    assert.ok(reply.status < 300, reply.text);
    const { json } = await mine.admin('GET', '/v1/journeys/j/score?compare=none');
    return json.stages[0].lost;
  };
  const unknown = (why) => ({ share: null, people: null, lost: null, reason: why });
  assert.deepEqual(await reason('named'), unknown('last_stage'));
  assert.deepEqual(await reason('none', 'named'), unknown('empty'));
  assert.deepEqual(await reason('unnamed', 'named'), unknown('no_respondents'));
  assert.deepEqual(await reason('named', 'unnamed'), unknown('next_without_respondents'));
  assert.deepEqual(await reason('named', 'private'), unknown('suppressed'));
  assert.deepEqual(await reason('private', 'named'), unknown('suppressed'));
  assert.deepEqual(await reason('named', 'none'), { share: 100, people: 2, lost: 2, reason: null });
  await mine.post('later', { score: 3, respondent: 'bob' });
  assert.deepEqual(await reason('named', 'later'), { share: 50, people: 2, lost: 1, reason: null });
  assert.deepEqual(await reason('later', 'named'), { share: 100, people: 1, lost: 1, reason: null });
  // Erased people are no longer told apart, and excluded answers count nowhere.
  await mine.admin('DELETE', '/v1/respondents/bob');
  assert.deepEqual(await reason('named', 'later'), unknown('next_without_respondents'));
});

test('a survey that is archived is scored on', async () => {
  await put('shut', { stages: [{ survey: 'shut' }] });
  const { json } = await score('shut');
  assert.deepEqual([json.stages[0].archived, json.stages[0].n, json.stages[0].score], [true, 0, null]);
  assert.equal(json.steepest_drop, null);
  assert.equal(json.stages[0].position, null);
});
