// Every figure of a score, computed here from the raw list of scores, by other means than the daemon's: exact integers for
// scores and means, series and continued fractions for the distributions. figures are held against tables in scores.test.mjs.
import assert from 'node:assert/strict';

const DEFAULT_BANDS = {
  '0-1': [1, 0], '1-3': [3, 1], '1-5': [4, 2], '1-10': [9, 5], '0-10': [9, 6],
};

// Two-sided standard normal quantiles, from tables.
export const Z = { 0.8: 1.2815515655446004, 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 };

function logGamma(x) {
  // Stirling's series after raising the argument.
  let shift = 0;
  while (x < 15) {
    shift -= Math.log(x);
    x += 1;
  }
  const i = 1 / x;
  const i2 = i * i;
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI)
    + i * (1 / 12 - i2 * (1 / 360 - i2 * (1 / 1260 - i2 * (1 / 1680))));
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
  const first = (-(a) * (a + b) * x) / (a * (a + 1));
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

function interval(survey, count, confidence) {
  const { n, good, bad, sum } = count;
  const method = methodOf(survey);
  const z = Z[confidence];
  if (method === 'net_promoter' || method === 'net_easy') {
    const n1 = n + 3;
    const p = (good + 0.75) / n1;
    const d = (bad + 0.75) / n1;
    const half = z * Math.sqrt((p + d - (p - d) ** 2) / n1);
    return { method: 'adjusted_wald', low: Math.max(-100, 100 * (p - d - half)), high: Math.min(100, 100 * (p - d + half)) };
  }
  if (method === 'top_box') {
    const p = good / n;
    const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
    return { method: 'wilson', low: 100 * (centre - half), high: 100 * (centre + half) };
  }
  if (n < 2) return null;
  const { min, max } = scaleOf(survey);
  const mean = sum / n;
  const half = studentQuantile(confidence, n - 1) * Math.sqrt(sampleVariance(count) / n);
  return { method: 't', low: Math.max(min, mean - half), high: Math.min(max, mean + half) };
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
  const numerator = { net_promoter: 100 * (count.good - count.bad), net_easy: 100 * (count.good - count.bad), top_box: 100 * count.good, mean: count.sum }[method];
  out.score = roundRatio(numerator, count.n, method === 'mean' ? 2 : 1);
  out.mean = roundRatio(count.sum, count.n, 2);
  out.interval = interval(survey, count, confidence);
  return out;
}

// delta, p_value and significant of two lists.
export function expectComparison(survey, scores, others, confidence = 0.95) {
  const method = methodOf(survey);
  const a = tally(survey, scores);
  const b = tally(survey, others);
  const out = { n: b.n, score: expectFigures(survey, others, confidence).score, delta: null, p_value: null, significant: null };
  if (a.n === 0 || b.n === 0) return out;
  const value = (c) => ({ net_promoter: c.good - c.bad, net_easy: c.good - c.bad, top_box: c.good, mean: c.sum }[method]);
  const unit = method === 'mean' ? 1 : 100;
  out.delta = roundRatio(unit * (value(a) * b.n - value(b) * a.n), a.n * b.n, method === 'mean' ? 2 : 1);
  const difference = value(a) / a.n - value(b) / b.n;
  let p;
  if (method === 'mean') {
    if (a.n < 2 || b.n < 2) return out;
    const va = sampleVariance(a) / a.n;
    const vb = sampleVariance(b) / b.n;
    if (va + vb === 0 && difference !== 0) return out; // constant data: no test
    if (va + vb === 0) p = 1;
    else p = studentTwoSided(difference / Math.sqrt(va + vb), (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1)));
  } else {
    let error;
    if (method === 'top_box') {
      const pooled = (a.good + b.good) / (a.n + b.n);
      error = Math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
    } else {
      const square = (c) => ((c.good + c.bad) / c.n - ((c.good - c.bad) / c.n) ** 2) / c.n;
      error = Math.sqrt(square(a) + square(b));
    }
    if (error === 0 && difference !== 0) return out;
    p = error === 0 ? 1 : normalTwoSided(difference / error);
  }
  out.p_value = p;
  out.significant = p < 1 - confidence;
  return out;
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
  if (want.interval === null) {
    assert.equal(got.interval, null, `interval: ${where}`);
  } else {
    const decimals = methodOf(survey) === 'mean' ? 2 : 1;
    assert.equal(got.interval.method, want.interval.method, where);
    assert.equal(got.interval.confidence, confidence, where);
    for (const side of ['low', 'high']) {
      assert.ok(hasDecimals(got.interval[side], decimals), `${side} is rounded: ${where}`);
      assert.ok(Math.abs(got.interval[side] - want.interval[side]) <= 0.5 * 10 ** -decimals + 1e-7, `${side}: want ${want.interval[side]}: ${where}`);
    }
  }
}

export function assertComparison(got, survey, scores, others, { confidence = 0.95, note = '' } = {}) {
  const want = expectComparison(survey, scores, others, confidence);
  const where = `${note} ${JSON.stringify(got)} want ${JSON.stringify(want)}`;
  assert.equal(got.n, want.n, where);
  // Without a score of our own there is nothing to compare with, and the other's may be left out too.
  if (scores.length > 0 || got.score !== null) assert.equal(got.score, want.score, where);
  assert.equal(got.delta, want.delta, where);
  if (want.p_value === null) {
    assert.equal(got.p_value, null, where);
  } else {
    assert.ok(Math.abs(got.p_value - want.p_value) <= P_TOLERANCE, where);
    assert.equal(got.significant, want.significant, where);
  }
}

// p-values are given to at least four decimals.
const P_TOLERANCE = 5.1e-5;
