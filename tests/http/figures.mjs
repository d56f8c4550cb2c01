// Every figure of a score, computed here from the raw list of scores, by other means than the daemon's: exact integers
// for scores and means, series and continued fractions for the distributions. figures are held against tables in
// scores.test.mjs.
import assert from 'node:assert/strict';

const DEFAULT_BANDS = { '0-1': [1, 0], '1-3': [3, 1], '1-5': [4, 2], '1-10': [9, 5], '0-10': [9, 6] };

// Two-sided standard normal quantiles, from tables.
export const Z = {
  0.8: 1.2815515655446004,
  0.9: 1.6448536269514722,
  0.95: 1.959963984540054,
  0.99: 2.5758293035489004,
};

function logGamma(x) {
  // Stirling's series after raising the argument.
  let shift = 0;
  while (x < 15) {
    shift -= Math.log(x);
    x += 1;
  }
  const i = 1 / x;
  const i2 = i * i;
  return (
    shift +
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    i * (1 / 12 - i2 * (1 / 360 - i2 * (1 / 1260 - i2 * (1 / 1680))))
  );
}

// P(|Z| ≥ z): Taylor series of erf near 0, continued fraction beyond.
export function normalTwoSided(z) {
  const x = Math.abs(z) / Math.SQRT2;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200; k++) {
      term *= (-x * x) / k;
      sum += term / (2 * k + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 200; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

// The regularised incomplete beta function by its continued fraction, evaluated from the tail.
function incompleteBeta(x, a, b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  let fraction = 0;
  for (let m = 400; m >= 1; m--) {
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    fraction = even / (1 + odd / (1 + fraction));
  }
  const first = (-a * (a + b) * x) / (a * (a + 1));
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  return front / (1 + first / (1 + fraction));
}

export function studentTwoSided(t, df) {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

export function studentQuantile(confidence, df) {
  let low = 0;
  let high = 1e6;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, df) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// numerator/denominator to `decimals`, half away from zero, in integers.
export function roundRatio(numerator, denominator, decimals) {
  const scale = 10n ** BigInt(decimals);
  const n = BigInt(numerator) * scale;
  const d = BigInt(denominator);
  const magnitude = ((n < 0n ? -n : n) * 2n + d) / (2n * d);
  return Number(n < 0n ? -magnitude : magnitude) / 10 ** decimals;
}

// Every metric, scale, method and direction that there is.
export const KINDS = [
  { metric: 'nps' },
  ...[
    [0, 1],
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 10],
  ].flatMap(([min, max]) => ['top_box', 'mean'].map((method) => ({ metric: 'csat', scale: { min, max }, method }))),
  ...[
    [1, 4, 3, 2],
    [0, 10, 8, 4],
    [2, 7, 6, 3],
  ].flatMap(([min, max, from, to]) =>
    ['top_box', 'mean'].map((method) => ({
      metric: 'csat',
      scale: { min, max },
      method,
      bands: { satisfied_from: from, dissatisfied_to: to },
    })),
  ),
  ...[
    [1, 7],
    [1, 5],
  ].flatMap(([min, max]) =>
    ['mean', 'top_box', 'net_easy'].flatMap((method) =>
      ['higher_is_better', 'lower_is_better'].map((direction) => ({
        metric: 'ces',
        scale: { min, max },
        method,
        direction,
      })),
    ),
  ),
];

export function scaleOf(survey) {
  return survey.scale ?? { nps: { min: 0, max: 10 }, csat: { min: 1, max: 5 }, ces: { min: 1, max: 7 } }[survey.metric];
}

export function methodOf(survey) {
  return survey.method ?? { nps: 'net_promoter', csat: 'top_box', ces: 'mean' }[survey.metric];
}

export function bandsOf(survey) {
  const { min, max } = scaleOf(survey);
  const name = `${min}-${max}`;
  let [from, to] = DEFAULT_BANDS[name] ?? [];
  if (name === '1-7') {
    if (survey.metric === 'csat') [from, to] = [6, 3];
    else if (methodOf(survey) === 'net_easy') [from, to] = [6, 3];
    else [from, to] = [5, 3];
  }
  const lower = survey.direction === 'lower_is_better';
  if (lower) [from, to] = [min + max - from, min + max - to];
  from = survey.bands?.satisfied_from ?? from;
  to = survey.bands?.dissatisfied_to ?? to;
  return { from, to, lower };
}

export const BAND_NAMES = {
  nps: ['promoters', 'passives', 'detractors'],
  csat: ['satisfied', 'neutral', 'dissatisfied'],
  ces: ['easy', 'neutral', 'difficult'],
};

function tally(survey, scores) {
  const { from, to, lower } = bandsOf(survey);
  let good = 0;
  let bad = 0;
  let sum = 0;
  let squares = 0;
  for (const score of scores) {
    if (lower ? score <= from : score >= from) good += 1;
    else if (lower ? score >= to : score <= to) bad += 1;
    sum += score;
    squares += score * score;
  }
  const n = scores.length;
  return { n, good, bad, middle: n - good - bad, sum, squares };
}

const sampleVariance = ({ n, sum, squares }) => (n * squares - sum * sum) / (n * (n - 1));

const isNet = (survey) => methodOf(survey).startsWith('net');

// Prior answers of an adjusted estimate, and centre and standard error with k of them, in the unit of the values that
// answers count.
const prior = (confidence) => (confidence >= 0.95 ? 3 : 3 * (Z[confidence] / Z[0.95]) ** 2);

function adjusted(survey, scores, k) {
  const { min, max } = scaleOf(survey);
  const levels = isNet(survey)
    ? [
        [-1, k / 4],
        [0, k / 2],
        [1, k / 4],
      ]
    : Array.from({ length: max - min + 1 }, (_, i) => [min + i, k / (max - min + 1)]);
  const weighted = [...valuesOf(survey, scores).map((value) => [value, 1]), ...levels];
  const size = scores.length + k;
  const centre = weighted.reduce((sum, [value, weight]) => sum + value * weight, 0) / size;
  return {
    centre,
    error: Math.sqrt(weighted.reduce((sum, [value, weight]) => sum + weight * (value - centre) ** 2, 0)) / size,
  };
}

// What each answer counts: 1, 0 or −1 of a net score, 1 or 0 of a share, itself of a mean.
function valuesOf(survey, scores) {
  if (methodOf(survey) === 'mean') return scores;
  const { from, to, lower } = bandsOf(survey);
  const worst = isNet(survey) ? -1 : 0;
  return scores.map((score) =>
    (lower ? score <= from : score >= from) ? 1 : (lower ? score >= to : score <= to) ? worst : 0,
  );
}

function interval(survey, count, scores, confidence) {
  const { n, good, sum } = count;
  const z = Z[confidence];
  const hold = (method, score, low, high, least, most) => ({
    method,
    low: Math.min(score, Math.max(least, low)),
    high: Math.max(score, Math.min(most, high)),
  });
  if (methodOf(survey) === 'top_box') {
    const p = good / n;
    const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
    return hold('wilson', 100 * p, 100 * (centre - half), 100 * (centre + half), 0, 100);
  }
  const { centre, error } = adjusted(survey, scores, prior(confidence));
  if (isNet(survey))
    return hold(
      'adjusted_wald',
      (100 * (good - count.bad)) / n,
      100 * (centre - z * error),
      100 * (centre + z * error),
      -100,
      100,
    );
  const { min, max } = scaleOf(survey);
  return hold('adjusted_mean', sum / n, centre - z * error, centre + z * error, min, max);
}

// The classical interval of a mean, or null.
export function expectClassical(survey, scores, confidence = 0.95) {
  const count = tally(survey, scores);
  if (count.n < 2 || !(sampleVariance(count) > 0)) return null;
  const { min, max } = scaleOf(survey);
  const mean = count.sum / count.n;
  const half = studentQuantile(confidence, count.n - 1) * Math.sqrt(sampleVariance(count) / count.n);
  return { method: 't', low: Math.max(min, mean - half), high: Math.min(max, mean + half) };
}

function choose(n, k) {
  let ways = 1n;
  for (let i = 1n; i <= k; i++) ways = (ways * (BigInt(n) - i + 1n)) / i;
  return ways;
}

// Every way to deal the pooled values into two groups of these sizes, counted in integers: the share that lies at least
// as far apart as what was seen, those that lie just as far counting half where `mid`.
export function permutationP(values, others, mid) {
  const [few, many] = values.length <= others.length ? [values, others] : [others, values];
  const pooled = [...few, ...many];
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  let deals = new Map([['0,0', 1n]]);
  for (const level of new Set(pooled)) {
    const have = pooled.filter((value) => value === level).length;
    const next = new Map();
    for (const [key, ways] of deals) {
      const [dealt, total] = key.split(',').map(Number);
      for (let take = 0; take <= Math.min(have, few.length - dealt); take++) {
        const at = `${dealt + take},${total + take * level}`;
        next.set(at, (next.get(at) ?? 0n) + ways * choose(have, BigInt(take)));
      }
    }
    deals = next;
  }
  const apart = (total) => Math.abs(total * pooled.length - few.length * sum(pooled));
  const seen = apart(sum(few));
  let further = 0n;
  let asFar = 0n;
  let all = 0n;
  for (const [key, ways] of deals) {
    const [dealt, total] = key.split(',').map(Number);
    if (dealt !== few.length) continue;
    all += ways;
    if (apart(total) > seen) further += ways;
    else if (apart(total) === seen) asFar += ways;
  }
  const share = ((2n * further + (mid ? 1n : 2n) * asFar) * 10n ** 30n) / (2n * all);
  return Number(share) / 1e30;
}

// { test, p } or { reason }.
function expectTest(survey, scores, others) {
  const a = valuesOf(survey, scores);
  const b = valuesOf(survey, others);
  if (a.length === 0 || b.length === 0) return { reason: 'empty' };
  if (new Set([...a, ...b]).size === 1) return { reason: 'constant' };
  const smaller = Math.min(a.length, b.length);
  if (smaller < 20) return { test: 'permutation', p: permutationP(a, b, smaller >= 10) };
  if (methodOf(survey) !== 'top_box') {
    const x = adjusted(survey, scores, 3);
    const y = adjusted(survey, others, 3);
    return { test: 'adjusted_z', p: normalTwoSided((x.centre - y.centre) / Math.sqrt(x.error ** 2 + y.error ** 2)) };
  }
  const good = (values) => values.filter((value) => value === 1).length;
  const total = a.length + b.length;
  const pooled = (good(a) + good(b)) / total;
  if ((smaller * Math.min(good(a) + good(b), total - good(a) - good(b))) / total < 3)
    return { test: 'permutation', p: permutationP(a, b, true) };
  return {
    test: 'pooled_z',
    p: normalTwoSided(
      (good(a) / a.length - good(b) / b.length) / Math.sqrt(pooled * (1 - pooled) * (1 / a.length + 1 / b.length)),
    ),
  };
}

// What the daemon should say of these scores: exact members, and `interval` unrounded.
export function expectFigures(survey, scores, confidence = 0.95) {
  const count = tally(survey, scores);
  const method = methodOf(survey);
  const { min, max } = scaleOf(survey);
  const distribution = {};
  for (let s = min; s <= max; s++) distribution[s] = scores.filter((score) => score === s).length;
  const names = BAND_NAMES[survey.metric];
  const bands = { [names[0]]: count.good, [names[1]]: count.middle, [names[2]]: count.bad };
  const out = { n: count.n, score: null, mean: null, interval: null, bands, distribution };
  if (count.n === 0) return out;
  const numerator = {
    net_promoter: 100 * (count.good - count.bad),
    net_easy: 100 * (count.good - count.bad),
    top_box: 100 * count.good,
    mean: count.sum,
  }[method];
  out.score = roundRatio(numerator, count.n, method === 'mean' ? 2 : 1);
  out.mean = roundRatio(count.sum, count.n, 2);
  out.interval = interval(survey, count, scores, confidence);
  return out;
}

// What the daemon should say of two lists: exact members, and `p` and the bounds unrounded.
export function expectComparison(survey, scores, others, confidence = 0.95, alpha = 0.05) {
  const method = methodOf(survey);
  const a = tally(survey, scores);
  const b = tally(survey, others);
  const out = {
    n: b.n,
    score: expectFigures(survey, others, confidence).score,
    delta: null,
    interval: null,
    test: null,
    p_value: null,
    significant: null,
  };
  const { test = null, reason, p = null } = expectTest(survey, scores, others);
  if (a.n > 0 && b.n > 0) {
    const value = (c) =>
      ({ net_promoter: c.good - c.bad, net_easy: c.good - c.bad, top_box: c.good, mean: c.sum })[method];
    const unit = method === 'mean' ? 1 : 100;
    const [s, o] = [a, b].map((c) => (unit * value(c)) / c.n);
    const [own, other] = [
      [a, scores],
      [b, others],
    ].map(([count, list]) => interval(survey, count, list, confidence));
    out.delta = roundRatio(unit * (value(a) * b.n - value(b) * a.n), a.n * b.n, method === 'mean' ? 2 : 1);
    out.interval = {
      low: s - o - Math.sqrt((s - own.low) ** 2 + (other.high - o) ** 2),
      high: s - o + Math.sqrt((own.high - s) ** 2 + (o - other.low) ** 2),
    };
  }
  return { ...out, test, ...(test === null ? { reason } : { p_value: p, significant: p < alpha - 1e-12 }) };
}

const hasDecimals = (value, decimals) => Math.abs(value * 10 ** decimals - Math.round(value * 10 ** decimals)) < 1e-6;

export function assertFigures(got, survey, scores, { confidence = 0.95, note = '' } = {}) {
  const want = expectFigures(survey, scores, confidence);
  const where = `${note} ${JSON.stringify(got)}`;
  assert.equal(got.n, want.n, `n: ${where}`);
  assert.deepEqual(got.distribution, want.distribution, `distribution: ${where}`);
  assert.deepEqual(got.bands, want.bands, `bands: ${where}`);
  assert.equal(got.score, want.score, `score: ${where}`);
  assert.equal(got.mean, want.mean, `mean: ${where}`);
  assertInterval(got, survey, want.interval, { confidence, where });
}

const assertBounds = (got, want, decimals, where) => {
  for (const side of ['low', 'high']) {
    assert.ok(hasDecimals(got[side], decimals), `${side} is rounded: ${where}`);
    assert.ok(
      Math.abs(got[side] - want[side]) <= 0.5 * 10 ** -decimals + 1e-7,
      `${side}: want ${want[side]}: ${where}`,
    );
  }
};

// Of a score or a bucket, which holds the score.
export function assertInterval(got, survey, want, { confidence = 0.95, where = '' } = {}) {
  if (want === null) {
    assert.equal(got.interval, null, `interval: ${where}`);
    return;
  }
  const decimals = methodOf(survey) === 'mean' ? 2 : 1;
  assert.equal(got.interval.method, want.method, where);
  assert.equal(got.interval.confidence, confidence, where);
  assertBounds(got.interval, want, decimals, where);
  assert.ok(got.interval.low <= got.score && got.score <= got.interval.high, `the score is in its interval: ${where}`);
  const margin = Math.max(got.interval.high - got.score, got.score - got.interval.low);
  assert.ok(Math.abs(got.interval.margin - margin) <= 1.01 * 10 ** -decimals, `margin: ${where}`);
}

export function assertComparison(got, survey, scores, others, { confidence = 0.95, alpha = 0.05, note = '' } = {}) {
  const want = expectComparison(survey, scores, others, confidence, alpha);
  const where = `${note} ${JSON.stringify(got)} want ${JSON.stringify(want)}`;
  for (const member of ['n', 'score', 'delta', 'test', 'reason', 'significant'])
    assert.equal(got[member], want[member], `${member}: ${where}`);
  assert.equal(got.alpha, alpha, where);
  if (want.interval === null) assert.equal(got.delta_interval, null, where);
  else assertBounds(got.delta_interval, want.interval, methodOf(survey) === 'mean' ? 2 : 1, where);
  if (want.p_value === null) assert.equal(got.p_value, null, where);
  else assert.ok(Math.abs(got.p_value - want.p_value) <= P_TOLERANCE, where);
}

// p-values are given to at least four decimals.
const P_TOLERANCE = 5.1e-5;
