// Several surveys as one, and one state of the store: GET /v1/score and GET /v1/scores, recounted from what was sent.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertComparison, assertFigures } from './figures.mjs';
import { assertProblem, seeded, start } from './harness.mjs';

const DAY = 86_400_000;
const d = await start();
after(() => d.stop());
const NPS = await d.survey('shop-a', { metric: 'nps', properties: ['plan'] });
await d.survey('shop-b', { metric: 'nps', min_n: 3, properties: ['plan'] });
await d.survey('shop-old', { metric: 'nps' });
await d.survey('other', { metric: 'nps' });
await d.survey('alone', { metric: 'csat' });
await d.survey('easy', { metric: 'ces' });
await d.survey('net', { metric: 'ces', method: 'net_easy' });
await d.survey('short', { metric: 'ces', scale: { min: 1, max: 5 } });
await d.survey('hard', { metric: 'ces', direction: 'lower_is_better' });
await d.survey('strict', { metric: 'csat', bands: { satisfied_from: 5, dissatisfied_to: 2 } });
const random = seeded(814);
const pick = (list) => list[Math.floor(random() * list.length)];
const now = Date.now();
const rows = Array.from({ length: 400 }, () => ({
  survey: pick(['shop-a', 'shop-a', 'shop-b', 'shop-old', 'other']),
  score: Math.floor(random() * 11),
  answered_at: now - Math.floor(random() * 6 * DAY),
  touchpoint: pick(['checkout', 'search']),
  channel: pick(['web', 'email']),
  properties: { plan: pick(['pro', 'free']) },
}));
await d.load(rows.map((row) => ({ ...row, answered_at: new Date(row.answered_at).toISOString() })));
await d.admin('DELETE', '/v1/surveys/shop-old');

const ask = (query, options) => d.admin('GET', `/v1/score?${query}`, options);
const of = (surveys, keep = () => true) => rows.filter((row) => surveys.includes(row.survey) && keep(row));
const scores = (list) => list.map((row) => row.score);

test('surveys are counted as one, by names and by patterns', async () => {
  for (const [list, surveys] of [
    ['shop-a', ['shop-a']],
    ['shop-a,shop-b', ['shop-a', 'shop-b']],
    ['shop-b,shop-a,shop-b', ['shop-a', 'shop-b']],
    ['shop-*', ['shop-a', 'shop-b']],
    ['s*p-*', ['shop-a', 'shop-b']],
    ['*o*h*r', ['other']],
    ['shop-*,other', ['other', 'shop-a', 'shop-b']],
    ['shop-*,shop-old', ['shop-a', 'shop-b', 'shop-old']], // archived: where it is named
    ['shop-old', ['shop-old']],
  ]) {
    const { json, status } = await ask(`surveys=${list}`);
    assert.equal(status, 200, list);
    assert.deepEqual(json.surveys, surveys, list);
    assert.equal(json.survey, undefined);
    assertFigures(json, NPS, scores(of(surveys)), { note: list });
  }
});

test('filters, windows, comparison and confidence are those of a score', async () => {
  const both = ['shop-a', 'shop-b'];
  for (const [filter, keep] of [
    ['touchpoint=checkout', (row) => row.touchpoint === 'checkout'],
    ['property.plan=pro', (row) => row.properties.plan === 'pro'],
    ['channel=web&touchpoint=search', (row) => row.channel === 'web' && row.touchpoint === 'search'],
  ]) {
    const { json } = await ask(`surveys=shop-*&window=all&${filter}`);
    assertFigures(json, NPS, scores(of(both, keep)), { note: filter });
  }
  const json = (await ask('surveys=shop-*&window=3d&compare=previous&confidence=0.9')).json;
  const [from, to] = [json.window.from, json.window.to].map(Date.parse);
  const within = (a, b) => scores(of(both, (row) => row.answered_at >= a && row.answered_at < b));
  assertFigures(json, NPS, within(from, to), { confidence: 0.9 });
  assertComparison(json.previous, NPS, within(from, to), within(from - 3 * DAY, from), { confidence: 0.9 });
});

test('the strictest min_n holds', async () => {
  const day = new Date(now).toISOString().slice(0, 10);
  const { json } = await ask(`surveys=shop-*&from=${day}T00:00:01Z&to=${day}T00:00:02Z`);
  assert.equal(json.window.rounded_to, 'day');
  await d.survey('few-a', { metric: 'nps' });
  await d.survey('few-b', { metric: 'nps', min_n: 4 });
  for (const slug of ['few-a', 'few-a', 'few-b']) await d.post(slug, { score: 9 });
  const few = (await ask('surveys=few-*')).json;
  assert.deepEqual([few.n, few.score, few.suppressed, few.bands], [3, null, true, null]);
  await d.post('few-b', { score: 9 });
  assert.deepEqual([(await ask('surveys=few-*')).json.score, (await ask('surveys=few-a')).json.score], [100, 100]);
});

test('surveys that are scored otherwise are refused, with the two and the difference', async () => {
  for (const [list, detail] of [
    ['alone,shop-a', /alone and shop-a .*the metric of one is csat, of the other nps/],
    ['easy,net', /easy and net .*the method of one is mean, of the other net_easy/],
    ['easy,short', /easy and short .*the scale of one is 1 to 7, of the other 1 to 5/],
    ['easy,hard', /easy and hard .*the direction of one is higher_is_better, of the other lower_is_better/],
    ['alone,strict', /alone and strict .*the bands of one are 4 and 2, of the other 5 and 2/],
    ['*', /do not add up to one score/],
  ]) {
    const reply = await ask(`surveys=${list}`);
    assertProblem(reply, 400, 'bad_parameter');
    assert.match(reply.json.detail, detail);
  }
});

test('lists that name nothing', async () => {
  for (const list of [
    '',
    ',',
    'shop-a,',
    ',shop-a',
    'shop-a,,other',
    'Shop',
    'a b',
    'shop-a;other',
    `${'a'.repeat(65)}`,
  ])
    assertProblem(await ask(`surveys=${encodeURIComponent(list)}`), 400, 'bad_parameter');
  assertProblem(await d.admin('GET', '/v1/score'), 400, 'bad_parameter');
  for (const [list, detail] of [
    ['shop-c', /there is no survey shop-c; did you mean shop-a\?/],
    ['nothing-like-it', /there is no survey nothing-like-it$/],
    ['x*', /none that matches x\*/],
    ['shop-o*', /all that match shop-o\* are archived: name them/],
  ]) {
    const reply = await ask(`surveys=${list}`);
    assertProblem(reply, 404, 'no_survey');
    assert.match(reply.json.detail, detail);
  }
  const misspelt = await ask('survey=shop-a');
  assertProblem(misspelt, 400, 'bad_parameter');
  assert.match(misspelt.json.detail, /did you mean surveys\?/);
  assertProblem(await ask('surveys=shop-a&limit=3'), 400, 'bad_parameter');
});

test('the classical interval is of means alone', async () => {
  assert.equal((await ask('surveys=easy&interval=t')).status, 200);
  assertProblem(await ask('surveys=shop-a&interval=t'), 400, 'bad_parameter');
});

test('all scores are one state of the store, while answers and surveys arrive', async () => {
  // Each commit holds one answer of each of two surveys, or makes a survey: their numbers never differ in a reply.
  await d.survey('pair-a', { metric: 'nps' });
  await d.survey('pair-b', { metric: 'nps' });
  let done = false;
  const writing = (async () => {
    for (let i = 0; i < 60; i++) {
      await d.batch([
        { survey: 'pair-a', score: 9 },
        { survey: 'pair-b', score: 9 },
      ]);
      if (i % 10 === 0) await d.survey(`later-${i}`, { metric: 'nps' });
    }
    done = true;
  })();
  while (!done) {
    const list = (await d.admin('GET', '/v1/scores?window=all')).json.scores;
    const [a, b] = ['pair-a', 'pair-b'].map((slug) => list.find(({ survey }) => survey === slug).n);
    assert.equal(a, b);
    const pooled = (await ask('surveys=pair-*&window=all')).json;
    assert.equal(pooled.n % 2, 0);
  }
  await writing;
});
