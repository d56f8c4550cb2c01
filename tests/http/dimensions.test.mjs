// Values that strangers make up, and properties that a survey begins or ceases to declare: every figure stays exact,
// the operator is told, and nobody waits for the work that it takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { METRICS, run, use, until } from './harness.mjs';

const NPS = { metric: 'nps' };
const CITIES = ['Graz', 'Linz', 'Wien'];

const status = async (d) => (await d.admin('GET', '/v1/status')).json.dimensions;
const score = async (d, survey, query) => (await d.score(survey, `window=all&${query}`)).json;

const check = (d) => {
  const checked = run(['check', '-c', d.config]);
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
};

test('values beyond dimension_values: counted, exact, in the status, the metrics and cxd status', async (t) => {
  const d = await use(t, { config: { limits: { dimension_values: 3 }, metrics: METRICS } });
  await d.survey('shop', { ...NPS, properties: ['plan'] });
  const sent = [];
  for (let i = 0; i < 40; i++) {
    const line = {
      score: i % 11,
      touchpoint: `t${i % 20}`,
      channel: i % 2 ? 'web' : 'ios',
      properties: { plan: `p${i}` },
    };
    assert.equal((await d.post('shop', line)).status, 201);
    sent.push(line);
  }
  const scores = (holds) => sent.filter(holds).map((line) => line.score);
  assertFigures(
    await score(d, 'shop', ''),
    NPS,
    scores(() => true),
  );
  for (const i of [0, 2, 3, 19]) {
    assertFigures(
      await score(d, 'shop', `touchpoint=t${i}`),
      NPS,
      scores((line) => line.touchpoint === `t${i}`),
    );
    assertFigures(
      await score(d, 'shop', `property.plan=p${i}`),
      NPS,
      scores((line) => line.properties.plan === `p${i}`),
    );
    assertFigures(
      await score(d, 'shop', `touchpoint=t${i}&channel=web`),
      NPS,
      scores((line) => line.touchpoint === `t${i}` && line.channel === 'web'),
    );
  }
  assert.equal((await score(d, 'shop', 'touchpoint=t20')).n, 0);
  await until(async () => (await status(d)).beyond === 34 + 37);
  assert.deepEqual(await status(d), {
    overflowing: 2,
    beyond: 71,
    unrolled: 0,
    overflows: [
      { survey: 'shop', dimension: 'property.plan', values: 3, beyond: 37 },
      { survey: 'shop', dimension: 'touchpoint', values: 3, beyond: 34 },
    ],
  });
  const { text } = await d.scrape();
  for (const line of ['cxd_responses_beyond 71', 'cxd_dimensions_overflowing 2', 'cxd_dimensions_unrolled 0'])
    assert.match(text, new RegExp(`^${line}$`, 'm'));
  const shown = run(['status', '-c', d.config]);
  assert.match(shown.stdout, /71 responses beyond \[limits\] dimension_values/);
  assert.match(shown.stdout, /shop touchpoint: 3 values kept, 34 responses beyond/);
});

// Each of the daemon's own commits is small; and while it works, others' responses go on and every answer is right.
test('a property declared late and another dropped: by steps, while another survey is written to', async (t) => {
  const d = await use(t, { config: { metrics: METRICS } });
  await d.survey('shop', { ...NPS, properties: ['plan'] });
  await d.survey('other', NPS);
  const lines = Array.from({ length: 4000 }, (_, i) => ({
    survey: 'shop',
    score: i % 11,
    properties: { city: CITIES[i % 3], plan: `p${i % 700}` },
  }));
  await d.load(lines);
  const scores = (holds) => lines.filter(holds).map((line) => line.score);
  await d.survey('shop', { ...NPS, properties: ['city'] });
  let posts = 0;
  for (let done = false; !done; posts++) {
    assert.equal((await d.post('other', { score: posts % 11 })).status, 201);
    if (posts % 5 === 0) {
      // one more that the fill must not miss, and not count twice
      const line = { survey: 'shop', score: posts % 11, properties: { city: 'Linz', plan: 'new' } };
      assert.equal((await d.post('shop', { score: line.score, properties: line.properties })).status, 201);
      lines.push(line);
    }
    for (const city of CITIES)
      assertFigures(
        await score(d, 'shop', `property.city=${city}`),
        NPS,
        scores((line) => line.properties.city === city),
      );
    done = (await status(d)).unrolled === 0;
  }
  for (const city of CITIES)
    assertFigures(
      await score(d, 'shop', `property.city=${city}`),
      NPS,
      scores((line) => line.properties.city === city),
    );
  assert.equal(
    (await score(d, 'shop', 'property.plan=p7')).n,
    scores((line) => line.properties.plan === 'p7').length,
    'by the responses',
  );
  check(d);
});

test('killed in the middle: the next life goes on', async (t) => {
  const d = await use(t);
  await d.survey('shop', { ...NPS, properties: ['plan'] });
  const lines = Array.from({ length: 4000 }, (_, i) => ({
    survey: 'shop',
    score: i % 11,
    properties: { city: CITIES[i % 3], plan: `p${i % 300}` },
  }));
  await d.load(lines);
  await d.survey('shop', { ...NPS, properties: ['city'] });
  await d.kill();
  await d.begin();
  await until(async () => (await status(d)).unrolled === 0);
  for (const city of CITIES)
    assertFigures(
      await score(d, 'shop', `property.city=${city}`),
      NPS,
      lines.filter((line) => line.properties.city === city).map((line) => line.score),
    );
  check(d);
});
