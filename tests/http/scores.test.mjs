// Every figure of a score against an independent computation from the raw list of scores (docs/scoring.md §1–§3, §7).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  assertComparison,
  assertFigures,
  assertInterval,
  expectClassical,
  KINDS,
  methodOf,
  normalTwoSided,
  scaleOf,
  studentQuantile,
  studentTwoSided,
  roundRatio,
} from './figures.mjs';
import { assertProblem, seeded, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
const random = seeded(11);
const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString();
let count = 0;

// A survey that holds these scores (answered now), and, 30 to 60 days back, those.
async function survey(definition, scores, earlier = []) {
  const slug = `f${++count}`;
  await d.survey(slug, definition);
  const now = Date.now();
  const lines = [
    ...scores.map((score) => ({ survey: slug, score })),
    ...earlier.map((score) => ({ survey: slug, score, answered_at: iso(now - 40 * DAY) })),
  ];
  await d.load(lines);
  return slug;
}
const repeat = (...pairs) => pairs.flatMap(([score, times]) => Array(times).fill(score));
const drawn = (survey, size) => {
  const { min, max } = scaleOf(survey);
  return Array.from({ length: size }, () => min + Math.floor(random() * (max - min + 1)));
};

// The yardstick itself, against printed tables (two-sided 0.80, 0.90, 0.95, 0.99).
test('the yardstick agrees with tables', () => {
  const table = {
    1: [3.0777, 6.3138, 12.7062, 63.6567],
    4: [1.5332, 2.1318, 2.7764, 4.6041],
    9: [1.383, 1.8331, 2.2622, 3.2498],
    29: [1.3114, 1.6991, 2.0452, 2.7564],
    99: [1.2902, 1.6604, 1.9842, 2.6264],
    120: [1.2886, 1.6577, 1.9799, 2.6174],
  };
  for (const [df, quantiles] of Object.entries(table))
    [0.8, 0.9, 0.95, 0.99].forEach((confidence, i) =>
      assert.ok(Math.abs(studentQuantile(confidence, Number(df)) - quantiles[i]) < 6e-5, `${df} ${confidence}`),
    );
  for (const [z, p] of [
    [1, 0.3173105079],
    [1.959964, 0.05],
    [2.575829, 0.01],
    [3, 0.0026997961],
    [5, 5.733031e-7],
  ])
    assert.ok(Math.abs(normalTwoSided(z) / p - 1) < 1e-6, `${z}`);
  assert.ok(Math.abs(studentTwoSided(2.228138852, 10) - 0.05) < 1e-8);
  assert.equal(roundRatio(-100, 3, 1), -33.3);
  assert.equal(roundRatio(-125, 100, 1), -1.3);
  assert.equal(roundRatio(125, 100, 1), 1.3);
});

test('worked: NPS of 70, 20, 10', async () => {
  const slug = await survey({ metric: 'nps' }, repeat([10, 40], [9, 30], [8, 11], [7, 9], [6, 4], [3, 5], [0, 1]));
  const { json } = await d.score(slug);
  assert.equal(json.n, 100);
  assert.equal(json.score, 60);
  assert.deepEqual(json.interval, { low: 45.3, high: 71.2, margin: 14.7, confidence: 0.95, method: 'adjusted_wald' });
  assert.deepEqual(json.bands, { promoters: 70, passives: 20, detractors: 10 });
  assert.equal(json.small_sample, false);
  assert.equal(json.mean, 8.6);
  assert.deepEqual(json.distribution, { 0: 1, 1: 0, 2: 0, 3: 5, 4: 0, 5: 0, 6: 4, 7: 9, 8: 11, 9: 30, 10: 40 });
});
test('worked: NPS −25.0 and −33.3', async () => {
  assert.equal((await d.score(await survey({ metric: 'nps' }, [9, 7, 6, 0]))).json.score, -25);
  assert.equal((await d.score(await survey({ metric: 'nps' }, [7, 8, 6]))).json.score, -33.3);
});
test('worked: CSAT 45 of 50', async () => {
  const { json } = await d.score(await survey({ metric: 'csat' }, repeat([5, 20], [4, 25], [3, 2], [1, 3])));
  assert.equal(json.score, 90);
  assert.deepEqual(json.interval, { low: 78.6, high: 95.7, margin: 11.4, confidence: 0.95, method: 'wilson' });
});
test('worked: CES 5,6,7,4,6', async () => {
  const slug = await survey({ metric: 'ces' }, [5, 6, 7, 4, 6]);
  const { json } = await d.score(slug);
  assert.equal(json.score, 5.6);
  assert.equal(json.mean, 5.6);
  assert.deepEqual(json.interval, { low: 3.85, high: 6.15, margin: 1.75, confidence: 0.95, method: 'adjusted_mean' });
  assert.equal(json.small_sample, true);
  const classical = (await d.score(slug, 'interval=t')).json;
  assert.deepEqual(classical.interval, { low: 4.18, high: 7, margin: 1.42, confidence: 0.95, method: 't' });
});

for (const [what, definition, now, before, p] of [
  ['one promoter against fifty', { metric: 'nps' }, [10], repeat([10, 25], [8, 15], [0, 10]), 0.7059],
  ['two promoters against fifty', { metric: 'nps' }, [10, 9], repeat([10, 25], [8, 15], [0, 10]), 0.4118],
  ['three promoters against three detractors', { metric: 'nps' }, [9, 10, 9], [0, 3, 6], 0.1],
  [
    'two fives against fifty',
    { metric: 'csat', method: 'mean' },
    [5, 5],
    repeat([1, 8], [2, 5], [3, 7], [4, 10], [5, 20]),
    0.2753,
  ],
  [
    'three of five against forty of fifty',
    { metric: 'csat' },
    repeat([5, 3], [1, 2]),
    repeat([5, 40], [1, 10]),
    0.5743,
  ],
]) {
  test(`worked: ${what}: p ${p}`, async () => {
    const { previous } = (await d.score(await survey(definition, now, before), 'window=30d&compare=previous')).json;
    assert.deepEqual([previous.test, previous.p_value, previous.significant], ['permutation', p, false]);
  });
}

test('what the reply states, so that a reader can recompute it', async () => {
  const slug = await survey({ metric: 'ces', direction: 'lower_is_better', scale: { min: 1, max: 5 } }, [1, 2]);
  const { json } = await d.score(slug);
  assert.equal(json.survey, slug);
  assert.equal(json.metric, 'ces');
  assert.equal(json.method, 'mean');
  assert.deepEqual(json.scale, { min: 1, max: 5 });
  assert.equal(json.direction, 'lower_is_better');
  assert.deepEqual(json.bands, { easy: 2, neutral: 0, difficult: 0 });
  assert.equal(json.previous, undefined, 'not asked, not there');
});

// Every metric, scale and method, over several sizes and confidences.
const DEFINITIONS = [...KINDS, { metric: 'csat', bands: { satisfied_from: 5, dissatisfied_to: 3 } }];
for (const definition of DEFINITIONS) {
  test(`figures of ${JSON.stringify(definition)}`, async () => {
    const { min, max } = scaleOf(definition);
    for (const scores of [
      [],
      [max],
      [min, max],
      drawn(definition, 7),
      drawn(definition, 29),
      drawn(definition, 30),
      drawn(definition, 400),
      Array(40).fill(min),
      Array(40).fill(max),
    ]) {
      const slug = await survey(definition, scores);
      for (const confidence of [0.95, 0.8, 0.9, 0.99]) {
        const { json, status, text } = await d.score(
          slug,
          confidence === 0.95 ? '' : `confidence=${confidence.toFixed(2)}`,
        );
        assert.equal(status, 200, text);
        assert.equal(json.method, methodOf(definition));
        assertFigures(json, definition, scores, { confidence });
        const classical = await d.score(slug, `interval=t&confidence=${confidence.toFixed(2)}`);
        if (methodOf(definition) === 'mean')
          assertInterval(classical.json, definition, expectClassical(definition, scores, confidence), { confidence });
        else assert.match(assertProblem(classical, 400, 'bad_parameter').detail, /interval/);
        assert.equal(json.small_sample, scores.length < 30);
      }
    }
  });
}

test('windows that share answers are not tested', async () => {
  const slug = await survey({ metric: 'nps' }, [9, 10, 3]);
  await d.load([0, 0, 7].map((score) => ({ survey: slug, score, answered_at: iso(Date.now() - 500 * DAY) })));
  const { previous } = (await d.score(slug, 'window=800d&compare=year')).json;
  assert.deepEqual(
    [previous.test, previous.reason, previous.p_value, previous.significant, previous.delta_interval],
    [null, 'overlap', null, null, null],
  );
  assert.equal(typeof previous.delta, 'number');
});

test('min_n: bounds are whole days, there are no hours, and a comparison ends at midnight', async () => {
  const slug = await survey({ metric: 'nps', min_n: 2 }, [9, 9, 1, 7]);
  const { window } = (await d.score(slug, 'from=2026-01-02T10:00:00Z&to=2026-01-05T00:00:01Z')).json;
  assert.deepEqual(window, { from: '2026-01-02T00:00:00Z', to: '2026-01-06T00:00:00Z', rounded_to: 'day' });
  const trend = (query) => d.admin('GET', `/v1/surveys/${slug}/trend?${query}`);
  assert.match(assertProblem(await trend('window=7d&interval=hour'), 400, 'bad_parameter').detail, /min_n/);
  assert.deepEqual((await trend('interval=day&from=2026-01-02T10:00:00Z&to=2026-01-05')).json.window, {
    from: '2026-01-02T00:00:00Z',
    to: '2026-01-05T00:00:00Z',
    rounded_to: 'day',
  });
  assert.equal((await d.score(slug, 'from=2026-01-02&to=2026-01-05')).json.window.rounded_to, undefined);
  const { previous } = (await d.score(slug, 'window=month&compare=previous')).json;
  assert.ok(
    /T00:00:00Z$/.test(previous.current.window.to) && /T00:00:00Z$/.test(previous.window.to),
    JSON.stringify(previous),
  );
});

test('an empty window: n 0 and null, never 0', async () => {
  const slug = await survey({ metric: 'nps' }, [9]);
  const { json } = await d.score(slug, 'from=2001-01-01T00:00:00Z&to=2001-02-01T00:00:00Z');
  assert.equal(json.n, 0);
  assert.equal(json.score, null);
  assert.equal(json.mean, null);
  assert.equal(json.interval, null);
  assert.deepEqual(json.bands, { promoters: 0, passives: 0, detractors: 0 });
});

test('min_n suppresses score, interval, bands and distribution below it', async () => {
  const definition = { metric: 'nps', min_n: 5 };
  const four = (await d.score(await survey(definition, [9, 9, 1, 7]))).json;
  assert.equal(four.suppressed, true);
  for (const member of ['score', 'interval', 'bands', 'distribution']) assert.equal(four[member], null, member);
  assert.equal(four.mean ?? null, null);
  const five = (await d.score(await survey(definition, [9, 9, 1, 7, 7]))).json;
  assert.ok(!five.suppressed);
  assert.equal(five.score, 20);
});

// Comparisons.
const COMPARED = DEFINITIONS.filter(
  (definition) => definition.direction !== 'lower_is_better' && (definition.scale?.max ?? 7) !== 3,
);
for (const definition of COMPARED) {
  test(`compare=previous of ${JSON.stringify(definition)}`, async () => {
    const { min, max } = scaleOf(definition);
    const pairs = [
      [drawn(definition, 60), drawn(definition, 45)],
      [drawn(definition, 3), drawn(definition, 5)],
      [drawn(definition, 200), drawn(definition, 20).concat(Array(30).fill(max))],
      [drawn(definition, 12), drawn(definition, 15)],
      [drawn(definition, 9), drawn(definition, 300)],
      [drawn(definition, 19), drawn(definition, 20)],
      [drawn(definition, 20), drawn(definition, 21)],
      [Array(20).fill(max), Array(400).fill(max).concat(drawn(definition, 9))],
      [[max, min], [max]],
      [[], [max]],
      [[max], []],
      [Array(9).fill(max), Array(5).fill(max)],
      [Array(9).fill(max), Array(5).fill(min)],
    ];
    for (const [now, before] of pairs) {
      const slug = await survey(definition, now, before);
      for (const [confidence, alpha] of [
        [0.95, 0.05],
        [0.8, 0.01],
        [0.95, 0.1],
      ]) {
        const { json, status, text } = await d.score(
          slug,
          `window=30d&compare=previous&confidence=${confidence}&alpha=${alpha}`,
        );
        assert.equal(status, 200, text);
        assertFigures(json, definition, now, { confidence });
        assert.equal(json.previous.part, 'whole');
        assertComparison(json.previous, definition, now, before, { confidence, alpha });
      }
    }
  });
}

test('scores of all surveys', async (t) => {
  const scores = [];
  for (let query = ''; query !== null;) {
    const reply = await d.admin('GET', `/v1/scores?window=all&confidence=0.9${query}`);
    assert.equal(reply.status, 200);
    scores.push(...reply.json.scores);
    query = reply.json.next && `&cursor=${reply.json.next}`;
  }
  assert.equal(new Set(scores.map((score) => score.survey)).size, count);
  for (const slug of ['f1', 'f4', `f${count}`]) {
    const single = (await d.score(slug, 'window=all&confidence=0.9')).json;
    assert.deepEqual(
      scores.find((score) => score.survey === slug),
      single,
    );
  }
  const compared = await d.admin('GET', '/v1/scores?compare=previous');
  assert.ok(
    compared.json.scores.every((score) => score.previous),
    compared.text.slice(0, 300),
  );
});

test('an archived survey keeps its score', async () => {
  const slug = await survey({ metric: 'nps' }, [9, 1]);
  await d.admin('DELETE', `/v1/surveys/${slug}`);
  assert.equal((await d.score(slug)).json.n, 2);
});

for (const query of [
  'alpha=0.2',
  'alpha=',
  'interval=wald',
  'confidence=0.5',
  'confidence=95',
  'confidence=x',
  'confidence=',
  'compare=next',
  'compare=',
  'window=31',
  'window=0d',
  'window=-1d',
  'window=3661d',
  'window=fortnight',
  'window=',
  'from=soon',
  'to=soon',
  'colour=red',
  'window=30d&window=7d',
  'window=30d&from=2026-01-01T00:00:00Z',
  'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
  'window=all&compare=previous',
  'window=all&compare=year',
  'touchpoint=%zz',
  'touchpoint=%ff',
  'touchpoint=a%00b',
  'interval=day',
  'property.=x',
]) {
  test(`score?${query} is refused, by name`, async () => {
    const slug = 'f1';
    const problem = assertProblem(await d.score(slug, query), 400, 'bad_parameter');
    const name = query.split('=')[0];
    if (!query.includes('%'))
      assert.match(problem.detail, /window|from|to|compare|confidence|alpha|colour|interval|property/, name);
    if (['colour', 'confidence', 'interval'].includes(name)) assert.match(problem.detail, new RegExp(name));
  });
}

test('unknown survey', async () => {
  assertProblem(await d.score('nowhere'), 404, 'no_survey');
  assertProblem(await d.admin('GET', '/v1/surveys/nowhere/trend'), 404, 'no_survey');
});

test('filters: touchpoint, channel, locale, declared properties, alone and together', async () => {
  const definition = { metric: 'nps', properties: ['plan', 'land'] };
  const slug = `f${++count}`;
  await d.survey(slug, definition);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const rows = Array.from({ length: 600 }, () => {
    const row = { survey: slug, score: Math.floor(random() * 11) };
    const touchpoint = pick([undefined, 'checkout', 'search', 'a b&c=d+e']);
    const channel = pick([undefined, 'web', 'mail']);
    const locale = pick([undefined, 'de', 'de-CH', 'fr']);
    if (touchpoint) row.touchpoint = touchpoint;
    if (channel) row.channel = channel;
    if (locale) row.locale = locale;
    row.properties = { plan: pick(['pro', 'free', '']), land: pick(['CH', 'ÖÄ', 'it\u2019s']) };
    return row;
  });
  await d.load(rows);
  const matches = (row, filter) =>
    Object.entries(filter).every(
      ([name, value]) => (name.startsWith('property.') ? row.properties[name.slice(9)] : row[name]) === value,
    );
  for (const filter of [
    {},
    { touchpoint: 'checkout' },
    { touchpoint: 'a b&c=d+e' },
    { touchpoint: 'none' },
    { channel: 'web' },
    { locale: 'de' },
    { 'property.plan': 'pro' },
    { 'property.land': 'ÖÄ' },
    { 'property.land': 'it\u2019s' },
    { touchpoint: 'search', channel: 'mail' },
    { 'property.plan': 'free', 'property.land': 'CH' },
    { touchpoint: 'checkout', channel: 'web', locale: 'de-CH', 'property.plan': 'pro', 'property.land': 'CH' },
  ]) {
    const scores = rows.filter((row) => matches(row, filter)).map((row) => row.score);
    for (const window of ['30d', 'all']) {
      const query = new URLSearchParams({ window, ...filter });
      const reply = await d.score(slug, query);
      assert.equal(reply.status, 200, reply.text);
      assertFigures(reply.json, definition, scores, { note: `${query}` });
    }
    const trend = await d.admin(
      'GET',
      `/v1/surveys/${slug}/trend?${new URLSearchParams({ window: '7d', interval: 'day', ...filter })}`,
    );
    assert.equal(
      trend.json.buckets.reduce((sum, bucket) => sum + bucket.n, 0),
      scores.length,
    );
  }
});

test('HEAD is GET without the body', async () => {
  const get = await d.score('f1', 'window=all');
  const head = await d.admin('HEAD', '/v1/surveys/f1/score?window=all');
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.equal(head.headers.etag, get.headers.etag);
});
