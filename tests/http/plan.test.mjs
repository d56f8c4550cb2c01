// Planning: GET /v1/surveys/{survey}/plan. The formulas are those of R (tests/unit/test_domain_plan.c); here, what is
// asked, what is refused, and which answers they are made of.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const load = (survey, scores, over = {}) => d.load(scores.map((score) => ({ survey, score, ...over })));
const times = (n, score) => Array.from({ length: n }, () => score);
const plan = (slug, query = '') => d.admin('GET', `/v1/surveys/${slug}/plan?${query}`);
await d.survey('shop', { metric: 'nps' });
await load('shop', [...times(70, 10), ...times(20, 8), ...times(10, 0)]);
await d.survey('visit', { metric: 'csat' });
await load('visit', [...times(45, 5), ...times(5, 1)]);
await d.survey('effort', { metric: 'ces' });
await load('effort', [...times(12, 5), ...times(9, 6), ...times(6, 7), ...times(8, 4), ...times(5, 1)]);

test('a net score: the number for a margin, for a change, and what there is', async () => {
  const { json } = await plan('shop', 'margin=5&detect=10&power=0.8');
  assert.deepEqual(json.spread, { of: 'answers', reason: null, standard_deviation: 66.67 });
  assert.deepEqual([json.confidence, json.alpha, json.power], [0.95, 0.05, 0.8]);
  assert.deepEqual(json.margin, { margin_of_error: 5, n: 683 });
  assert.deepEqual(json.detect, { change: 10, n: 698 });
  assert.deepEqual(json.present, { n: 100, margin_of_error: 13.07, detectable_change: 26.41 });
  const worst = (await plan('shop', 'margin=5&detect=10&assume=worst')).json;
  assert.deepEqual(worst.spread, { of: 'worst_case', reason: 'asked', standard_deviation: 100 });
  assert.deepEqual([worst.margin.n, worst.detect.n], [1537, 1570]);
  const strict = (await plan('shop', 'detect=10&assume=worst&alpha=0.01&power=0.9')).json;
  assert.deepEqual([strict.margin, strict.detect.n], [null, 2976]);
});

test('a share, and a mean', async () => {
  const share = (await plan('visit', 'margin=5&detect=8')).json;
  assert.deepEqual([share.margin.n, share.detect.n], [142, 295]);
  assert.deepEqual(share.present, { n: 50, margin_of_error: 8.4, detectable_change: 22.69 });
  assert.equal((await plan('visit', 'detect=95')).json.detect.n, null);
  const mean = (await plan('effort', 'margin=0.25&detect=0.5')).json;
  assert.deepEqual([mean.margin.n, mean.detect.n], [189, 193]);
  assert.deepEqual(mean.present, { n: 40, margin_of_error: 0.543, detectable_change: 1.098 });
});

test('where there are too few answers the worst case is assumed, and said', async () => {
  await d.survey('new', { metric: 'nps' });
  const none = (await plan('new', 'margin=5')).json;
  assert.deepEqual(none.spread, { of: 'worst_case', reason: 'too_few', standard_deviation: 100 });
  assert.deepEqual(none.present, { n: 0, margin_of_error: null, detectable_change: null });
  await load('new', times(29, 10));
  assert.equal((await plan('new')).json.spread.reason, 'too_few');
  assert.notEqual((await plan('new')).json.present.detectable_change, null);
  await load('new', [10]);
  assert.equal((await plan('new')).json.spread.reason, 'constant');
  await load('new', [8]);
  assert.equal((await plan('new')).json.spread.reason, null);
  assert.equal((await plan('new', 'touchpoint=nowhere')).json.spread.reason, 'too_few');
  assert.equal((await plan('new', 'window=yesterday')).json.present.n, 0);
  await d.survey('private', { metric: 'nps', min_n: 50 });
  await load('private', [...times(30, 10), ...times(19, 0)]);
  assert.equal((await plan('private')).json.spread.reason, 'too_few');
  await load('private', [8]);
  assert.equal((await plan('private')).json.spread.reason, null);
});

test('what is refused', async () => {
  for (const [query, detail] of [
    ['margin=0', /margin: a number of points/],
    ['margin=-5', /margin: a number of points/],
    ['margin=1e3', /margin: a number of points/],
    ['margin=5.', /margin: a number of points/],
    ['margin=200', /less than the whole range of the score, which is 200/],
    ['detect=', /detect: a number of points/],
    ['detect=nan', /detect: a number of points/],
    ['detect=10&power=1', /power: a number from 0.5/],
    ['assume=best', /assume: answers/],
    ['alpha=0.2', /alpha/],
    ['compare=previous', /no such parameter/],
    ['margn=5', /did you mean margin\?/],
    ['powr=0.8', /did you mean power\?/],
  ]) {
    const reply = await plan('shop', query);
    assertProblem(reply, 400, 'bad_parameter');
    assert.match(reply.json.detail, detail, query);
  }
  assertProblem(await plan('nowhere'), 404, 'no_survey');
  assertProblem(await plan('effort', 'detect=6'), 400, 'bad_parameter');
});

test('weights are refused, and it is said why', async (t) => {
  for (const path of [
    '/v1/surveys/shop/plan',
    '/v1/surveys/shop/score',
    '/v1/surveys/shop/trend',
    '/v1/surveys/shop/movement',
    '/v1/scores',
    '/v1/score',
  ])
    for (const name of ['weights', 'weight']) {
      const reply = await d.admin('GET', `${path}?${name}=age`);
      assertProblem(reply, 400, 'bad_parameter');
      assert.match(reply.json.detail, /every answer counts once.*how people were drawn/, path);
    }
  const listing = await d.admin('GET', '/v1/surveys/shop/responses?weight=age');
  assert.match(listing.json.detail, /no such parameter/);
  const mine = await use(t, { config: { access: { read: 'open' } } });
  await mine.survey('shop', { metric: 'nps' });
  assert.equal((await mine.request('GET', '/v1/surveys/shop/plan?margin=5')).status, 200);
});
