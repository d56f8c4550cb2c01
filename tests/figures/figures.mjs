// Figures of a real daemon against base R, which computes them from the raw answers (figures.R): scores, intervals of
// every confidence, the classical ones, comparisons, trends, rolling trends and segments of random tables, for every
// metric, scale, method and direction; response rates; and further questions (questions.mjs).
//
//   node tests/figures/figures.mjs [--seed N] [--tables N]
//
// One survey a kind; table i is what it was answered on day i, so that compare=previous holds it against table i − 1.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bandsOf, KINDS, methodOf, scaleOf } from '../http/figures.mjs';
import { askQuestions } from './questions.mjs';
import { ROOT, seeded, start, UNLIMITED } from '../http/harness.mjs';

const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const seed = option('seed', 20);
const tables = option('tables', 500);
const random = seeded(seed);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const DAY = 86_400_000;
const BEGIN = Date.parse('2021-03-01T00:00:00Z');
const ROLLING_DAYS = 7;
const SEGMENTS_DAYS = 5;
const TOUCHPOINTS = ['a', 'b', 'c', 'd', 'e', null];
const FAILURES_SHOWN = 20;
const day = (i) => new Date(BEGIN + i * DAY).toISOString();

// Answers of one day: small tables, where methods change (10, 20) and where all agree above all; now and then none.
function makeTable({ min, max }) {
  const size = pick([0, 1, 2, 3, below(10), 9 + below(3), 18 + below(4), below(40), below(40), 20 + below(180)]);
  const levels = max - min + 1;
  const weights = Array.from({ length: levels }, () => pick([0, 0, 1, random(), 5 * random() ** 4]));
  weights[pick([0, levels - 1, below(levels)])] += pick([0.2, 1, 20]);
  const total = weights.reduce((a, b) => a + b, 0);
  return Array.from({ length: size }, () => {
    let at = random() * total;
    let level = 0;
    while (level < levels - 1 && at >= weights[level]) at -= weights[level++];
    return min + level;
  });
}

// Runs R over all cases: a map from a case's id to its figures.
function judge(cases) {
  return new Promise((resolve, reject) => {
    const child = spawn('Rscript', ['--vanilla', path.join(ROOT, 'tests/figures/figures.R')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`Rscript ended with ${code}`));
      return resolve(
        new Map(
          output
            .trimEnd()
            .split('\n')
            .map((line) => {
              const [id, ...figures] = line.split('\t');
              return [id, Object.fromEntries(figures.map((text) => text.split('=').map((part) => part.trim())))];
            }),
        ),
      );
    });
    child.stdin.on('error', () => {});
    child.stdin.end(cases.join('\n') + '\n');
  });
}

const caseLine = (id, kind, confidence, alpha, own, other) => {
  const { from, to, lower } = bandsOf(kind);
  const { min, max } = scaleOf(kind);
  return [
    id,
    methodOf(kind),
    lower ? 'lower_is_better' : 'higher_is_better',
    min,
    max,
    from,
    to,
    confidence,
    alpha,
    own.join(' '),
    other.join(' '),
  ].join('\t');
};

// --- What the daemon says, held against R's figures ------------------------------------------------------------------

const same = (got, want, decimals) =>
  want === undefined || want === 'NA'
    ? got === null
    : got !== null && Math.abs(got - Number(want)) <= 0.5 * 10 ** -decimals + 1e-9;
// Four decimals, or two digits where these would show 0.
const sameP = (got, want) =>
  want === undefined || want === 'NA'
    ? got === null
    : got !== null && Math.abs(got - Number(want)) <= (Number(want) >= 0.00005 ? 0.5e-4 + 1e-9 : 0.051 * Number(want));

function faultsOfFigures(got, want, decimals, isClassical) {
  const [low, high] = isClassical ? [want.t_low, want.t_high] : [want.low, want.high];
  const interval = got.interval ?? { low: null, high: null, margin: null };
  const faults = [];
  const hold = (name, good) => good || faults.push(name);
  hold('n', got.n === Number(want.n));
  hold('score', same(got.score, want.score, decimals));
  hold('mean', same(got.mean, want.mean, 2));
  hold('low', same(interval.low, low, decimals));
  hold('high', same(interval.high, high, decimals));
  if (!isClassical) hold('margin', same(interval.margin, want.margin, decimals));
  hold(
    'interval without its score',
    got.interval === null || (interval.low <= got.score && got.score <= interval.high),
  );
  hold('small_sample', got.small_sample === Number(want.n) < 30);
  return faults;
}

function faultsOfComparison(got, want, decimals) {
  const tested = !['empty', 'constant'].includes(want.test);
  const interval = got.delta_interval ?? { low: null, high: null };
  const faults = [];
  const hold = (name, good) => good || faults.push(`previous.${name}`);
  hold('score', want.other === undefined || same(got.score, want.other, decimals));
  hold('delta', same(got.delta, want.delta, decimals));
  hold('low', same(interval.low, want.delta_low, decimals));
  hold('high', same(interval.high, want.delta_high, decimals));
  hold(
    'test',
    tested ? got.test === want.test && got.reason === undefined : got.test === null && got.reason === want.test,
  );
  hold('p_value', tested ? sameP(got.p_value, want.p) : got.p_value === null);
  hold('significant', got.significant === (tested ? want.significant === '1' : null));
  return faults;
}

function faultsOfSegment(got, want, decimals, alpha) {
  const tested = !['empty', 'constant'].includes(want.test);
  const faults = [];
  const hold = (name, good) => good || faults.push(name);
  hold('impact', same(got.impact, want.impact, decimals));
  hold('test', tested ? got.test === want.test : got.test === null && got.reason === want.test);
  hold('p_value', tested ? sameP(got.p_value, want.p) : got.p_value === null);
  hold('p_adjusted', sameP(got.p_adjusted, want.p_adjusted));
  hold('significant', got.significant === (tested ? Number(want.p_adjusted) < alpha - 1e-12 : null));
  return faults;
}

// A response rate is a share: of visits that were shown, those that were answered.
const RATE = { metric: 'csat', scale: { min: 0, max: 1 } };
const RATE_DAYS = 40;
const LISTED = 20; // events in a request

function faultsOfRate(got, want, confidence) {
  const { shown, rate, interval } = got ?? { shown: 0, rate: null, interval: null };
  const faults = [];
  const hold = (name, good) => good || faults.push(`response_rate.${name}`);
  hold('shown', shown === Number(want.n));
  hold('rate', same(rate, want.score, 1));
  hold('low', same(interval?.low ?? null, want.low, 1));
  hold('high', same(interval?.high ?? null, want.high, 1));
  hold('confidence', !interval || interval.confidence === confidence);
  return faults;
}

function faultsOfShare(got, want) {
  const faults = [];
  const hold = (name, good) => good || faults.push(`share.${name}`);
  hold('n', got.n === Number(want.n));
  hold('share', same(got.score, want.score, 1));
  hold('low', same(got.interval.low, want.low, 1));
  hold('high', same(got.interval.high, want.high, 1));
  return faults;
}

// Visits of the last days as they happened: each of a day and a touchpoint; whether it was reported as shown, answered,
// how often; sent in any order, some of it twice.
function makeVisits() {
  const today = Math.floor(Date.now() / DAY);
  return Array.from({ length: RATE_DAYS }, (_, i) => {
    const share = pick([0, 1, random(), random() ** 3]);
    return Array.from({ length: pick([0, 1, 2, below(10), below(60), below(60)]) }, (__, k) => ({
      visit: `${i}-${k}`,
      day: today - RATE_DAYS + i,
      at: new Date((today - RATE_DAYS + i) * DAY + below(DAY)).toISOString(),
      touchpoint: pick(TOUCHPOINTS),
      answers: random() < share ? pick([1, 1, 2]) : 0,
    }));
  }).flat();
}

async function loadVisits(daemon, slug, visits) {
  const place = ({ visit, touchpoint }) => ({ visit, ...(touchpoint && { touchpoint }) });
  const events = visits
    .flatMap((one) => Array(pick([1, 1, 2])).fill({ type: 'shown', at: one.at, ...place(one) }))
    .sort(() => random() - 0.5);
  const answers = visits.flatMap((one) =>
    Array.from({ length: one.answers }, () => ({ survey: slug, score: 9, answered_at: one.at, ...place(one) })),
  );
  const send = async (from, to) => {
    for (let i = from; i < to; i += LISTED) {
      const body = events.slice(i, Math.min(i + LISTED, to));
      const reply = await daemon.admin('POST', `/v1/surveys/${slug}/events`, { body });
      assert.equal(reply.status, 200, reply.text);
    }
  };
  await send(0, events.length / 2); // answers come before they are reported, too
  await daemon.load(answers);
  await send(Math.floor(events.length / 2), events.length);
}

// Asks for rates by day, by touchpoint and by both.
async function askRates(daemon, ask) {
  const slug = 'rates';
  await daemon.survey(slug, { metric: 'nps' });
  const visits = makeVisits();
  await loadVisits(daemon, slug, visits);
  const get = async (target) => {
    const reply = await daemon.admin('GET', `/v1/surveys/${slug}/${target}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  };
  const today = Math.floor(Date.now() / DAY);
  const date = (at) => new Date(at * DAY).toISOString();
  const part = (holds) => visits.filter(holds).map(({ answers }) => Math.min(answers, 1));
  const { buckets } = await get(`trend?from=${date(today - RATE_DAYS)}&to=${date(today)}&interval=day`);
  assert.equal(buckets.length, RATE_DAYS);
  for (const [i, { response_rate: rate }] of buckets.entries())
    ask(
      `e${i}`,
      RATE,
      0.95,
      0.05,
      part(({ day: on }) => on === today - RATE_DAYS + i),
      [],
      { rate, confidence: 0.95 },
    );
  for (let i = 0; i < RATE_DAYS; i += 1) {
    const from = today - RATE_DAYS + below(RATE_DAYS);
    const to = from + 1 + below(today - from);
    const confidence = pick([0.95, 0.8, 0.9, 0.99]);
    const query = `from=${date(from)}&to=${date(to)}&confidence=${confidence}`;
    const within = (holds) => part((one) => one.day >= from && one.day < to && holds(one));
    const whole = await get(`score?${query}`);
    ask(
      `w${i}`,
      RATE,
      confidence,
      0.05,
      within(() => true),
      [],
      { rate: whole.response_rate, confidence },
    );
    const { segments } = await get(`segments?by=touchpoint&${query}`);
    for (const [at, { value, response_rate: rate }] of segments.entries())
      ask(
        `x${i}.${at}`,
        RATE,
        confidence,
        0.05,
        within(({ touchpoint }) => touchpoint === value),
        [],
        { rate, confidence },
      );
  }
}

// ---------------------------------------------------------------------------------------------------------------------

const daemon = await start({ config: { limits: { ...UNLIMITED, batch_lines: 1_000_000, batch_bytes: '256M' } } });
let passed = 0;
const failures = [];
const count = (faults, what) => {
  if (faults.length === 0) passed += 1;
  else failures.push(`${faults.join(', ')}: ${what()}`);
};

try {
  const cases = [];
  const asked = [];
  const ask = (id, kind, confidence, alpha, own, other, reply) => {
    cases.push(caseLine(id, kind, confidence, alpha, own, other));
    asked.push({ id, decimals: methodOf(kind) === 'mean' ? 2 : 1, ...reply });
  };
  for (const [k, kind] of KINDS.entries()) {
    const slug = `k${k}`;
    await daemon.survey(slug, kind);
    const answers = Array.from({ length: tables + 1 }, () => makeTable(scaleOf(kind)));
    const touchpoints = answers.map((scores) => scores.map(() => pick(TOUCHPOINTS)));
    const lines = answers.flatMap((scores, i) =>
      scores.map((score, k) => ({
        survey: slug,
        score,
        ...(touchpoints[i][k] && { touchpoint: touchpoints[i][k] }),
        answered_at: new Date(BEGIN + i * DAY + below(DAY)).toISOString(),
      })),
    );
    await daemon.load(lines);
    const get = async (target) => {
      const reply = await daemon.admin('GET', `/v1/surveys/${slug}/${target}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.json;
    };
    for (let i = 1; i <= tables; i++) {
      const confidence = pick([0.95, 0.95, 0.8, 0.9, 0.99]);
      const alpha = pick([0.05, 0.05, 0.01, 0.1]);
      const isClassical = methodOf(kind) === 'mean' && random() < 0.3;
      const query =
        `score?from=${day(i)}&to=${day(i + 1)}&compare=previous&confidence=${confidence}&alpha=${alpha}` +
        `${isClassical ? '&interval=t' : ''}`;
      ask(`s${k}.${i}`, kind, confidence, alpha, answers[i], answers[i - 1], { score: await get(query), isClassical });
    }
    for (let i = 0; i + SEGMENTS_DAYS <= tables; i += SEGMENTS_DAYS) {
      const alpha = pick([0.05, 0.01, 0.1]);
      const { segments } = await get(
        `segments?by=touchpoint&from=${day(i)}&to=${day(i + SEGMENTS_DAYS)}&alpha=${alpha}`,
      );
      const part = (holds) =>
        answers
          .slice(i, i + SEGMENTS_DAYS)
          .flatMap((scores, at) => scores.filter((_, index) => holds(touchpoints[i + at][index])));
      for (const [at, row] of segments.entries()) {
        const [own, rest] = [part((value) => value === row.value), part((value) => value !== row.value)];
        ask(`g${k}_${i}.${at}`, kind, 0.95, alpha, own, rest, { segment: row, alpha });
      }
    }
    const trend = await get(`trend?interval=day&from=${day(0)}&to=${day(tables + 1)}`);
    const rolling = await get(
      `trend?interval=day&rolling=${ROLLING_DAYS}d&from=${day(ROLLING_DAYS)}` +
        `&to=${day(ROLLING_DAYS + Math.ceil(tables / 5))}`,
    );
    assert.equal(trend.buckets.length, tables + 1);
    trend.buckets.forEach((bucket, i) => ask(`t${k}.${i}`, kind, 0.95, 0.05, answers[i], [], { bucket }));
    rolling.buckets.forEach((bucket, i) =>
      ask(`r${k}.${i}`, kind, 0.95, 0.05, answers.slice(i + 1, i + 1 + ROLLING_DAYS).flat(), [], { bucket }),
    );
  }
  await askRates(daemon, ask);
  await askQuestions(daemon, ask, { pick, below, random });
  fs.mkdirSync(path.join(ROOT, 'build'), { recursive: true });
  const figures = await judge(cases);
  assert.equal(figures.size, cases.length);
  for (const [
    i,
    { id, decimals, score, bucket, segment, share, alpha, rate, confidence, isClassical = false },
  ] of asked.entries()) {
    const want = figures.get(id);
    if (share !== undefined) {
      count(faultsOfShare(share, want), () => `${cases[i]}\n  says ${JSON.stringify(share)}`);
      continue;
    }
    if (rate !== undefined) {
      count(faultsOfRate(rate, want, confidence), () => `${cases[i]}\n  says ${JSON.stringify(rate)}`);
      continue;
    }
    const got = score ?? bucket ?? segment;
    if (!got) continue; // of its table's family alone
    const faults = faultsOfFigures(got, want, decimals, isClassical);
    if (score) faults.push(...faultsOfComparison(score.previous, want, decimals));
    if (segment) faults.push(...faultsOfSegment(segment, want, decimals, alpha));
    count(faults, () => `${cases[i]}\n  says ${JSON.stringify(got)}\n  R    ${JSON.stringify(want)}`);
  }
} finally {
  await daemon.stop();
}
for (const failure of failures.slice(0, FAILURES_SHOWN)) console.log(`FAIL ${failure}`);
console.log(`seed ${seed}, ${KINDS.length} kinds, ${tables} tables each`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
