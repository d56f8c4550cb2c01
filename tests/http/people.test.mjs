// Figures that know who answered (docs/scoring.md §8): respondents, latest answers, clustered errors, movement. All are
// recounted here from the raw answers, and errors and tests by R (tests/figures/people.R).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { succeeds } from './command.mjs';
import { assertProblem, METRICS, ROOT, seeded, start, until, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const random = seeded(14);
const below = (n) => Math.floor(random() * n);
const DAY = 86_400_000;
const MIDDLE = Date.parse('2024-03-31T00:00:00Z');
const OWN = 'from=2024-03-31&to=2024-04-30';
const SIDES = [
  [MIDDLE, MIDDLE + 30 * DAY],
  [MIDDLE - 30 * DAY, MIDDLE],
];
let count = 0;

const KINDS = [
  {
    metric: 'nps',
    method: 'net_promoter',
    scale: [0, 10],
    bands: [9, 6],
    names: ['promoters', 'passives', 'detractors'],
  },
  { metric: 'csat', method: 'top_box', scale: [1, 5], bands: [4, 2], names: ['satisfied', 'neutral', 'dissatisfied'] },
  { metric: 'ces', method: 'mean', scale: [1, 7], bands: [5, 3], names: ['easy', 'neutral', 'difficult'] },
];
const bandOf = ({ bands: [good, bad] }, score) => (score >= good ? 0 : score <= bad ? 2 : 1);

// Answers of a few people who have opinions of their own, and of some nobody knows; several at one time.
function makeAnswers(kind, [from, to], people, size) {
  const [min, max] = kind.scale;
  return Array.from({ length: size }, () => {
    const who = random() < 0.15 ? undefined : `p${below(people)}@example.org`;
    const leaning = who ? Number(who.slice(1, who.indexOf('@'))) % (max - min + 1) : below(max - min + 1);
    const score = Math.min(max, Math.max(min, min + leaning + below(5) - 2));
    const at = from + below((to - from) / DAY) * DAY + below(3) * 1000;
    return { score, at, who, channel: random() < 0.5 ? 'web' : 'app' };
  });
}

async function survey(kind, sides, definition = {}) {
  const slug = `people${++count}`;
  await d.survey(slug, { metric: kind.metric, method: kind.method, ...definition });
  const lines = sides.flat().map(({ score, at, who, channel }) => ({
    survey: slug,
    score,
    answered_at: new Date(at).toISOString(),
    channel,
    // One form of a name, however it is spelled.
    respondent: who && (random() < 0.3 ? ` ${who.toUpperCase()} ` : who),
  }));
  await d.load(lines);
  return slug;
}

// Of each person the latest answer; of one time the one that was stored later (they are loaded in order).
function latest(answers) {
  const last = new Map();
  answers.forEach((answer, i) => {
    const key = answer.who ?? i;
    if (!last.has(key) || last.get(key).at <= answer.at) last.set(key, answer);
  });
  return [...last.values()];
}
const distribution = ({ scale: [min, max] }, answers) =>
  Object.fromEntries(
    Array.from({ length: max - min + 1 }, (_, i) => [min + i, answers.filter(({ score }) => score === min + i).length]),
  );

function judge(cases) {
  const { status, stdout, stderr } = spawnSync('Rscript', ['--vanilla', path.join(ROOT, 'tests/figures/people.R')], {
    input: cases.join('\n') + '\n',
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').map((text) => (text === 'NA' ? null : Number(text))));
}
function clusteredCase(kind, sides, confidence) {
  const side = (answers) => answers.map(({ who, score }) => `${who ?? ''}:${score}`).join(' ');
  return ['clustered', kind.method, ...kind.bands, ...kind.scale, confidence, ...sides.map(side)].join('\t');
}
function near(actual, expected, decimals, what) {
  if (expected === null) assert.equal(actual, null, what);
  else
    assert.ok(
      actual !== null && Math.abs(actual - expected) <= 0.51 * 10 ** -decimals,
      `${what}: ${actual}, R: ${expected}`,
    );
}
const nearP = (actual, expected, what) =>
  assert.ok(Math.abs(actual - expected) <= Math.max(0.51e-4, 0.051 * expected), `${what}: p ${actual}, R: ${expected}`);

test('respondents and latest answers are those of a recount', async () => {
  for (const kind of KINDS)
    for (const [people, size] of [
      [4, 25],
      [40, 60],
      [1, 3],
    ]) {
      const sides = SIDES.map((bounds) => makeAnswers(kind, bounds, people, size));
      const slug = await survey(kind, sides);
      for (const channel of ['', 'web']) {
        const [own, other] = sides.map((side) => side.filter((answer) => !channel || answer.channel === channel));
        const filter = channel && `&channel=${channel}`;
        const all = (await d.score(slug, `${OWN}${filter}&respondents=true`)).json;
        assert.equal(all.n, own.length);
        assert.deepEqual(all.respondents, {
          distinct: new Set(own.flatMap(({ who }) => who ?? [])).size,
          anonymous: own.filter(({ who }) => !who).length,
        });
        assert.equal(all.count, undefined);
        const plain = (await d.score(slug, `${OWN}${filter}&compare=previous`)).json;
        const read = (await d.score(slug, `${OWN}${filter}&compare=previous&respondents=true`)).json;
        assert.deepEqual({ ...read, respondents: undefined }, { ...plain, respondents: undefined });

        const last = (await d.score(slug, `${OWN}${filter}&count=latest&compare=previous&respondents=true`)).json;
        assert.equal(last.count, 'latest');
        assert.equal(last.answers, own.length);
        assert.deepEqual(last.distribution, distribution(kind, latest(own)));
        assert.equal(last.n, last.respondents.distinct + last.respondents.anonymous);
        assert.equal(last.previous.n, latest(other).length);
        // As a survey that holds those answers alone.
        const alone = (await d.score(await survey(kind, [latest(own), latest(other)]), `${OWN}&compare=previous`)).json;
        for (const member of ['n', 'score', 'interval', 'mean', 'bands', 'previous'])
          assert.deepEqual(last[member], alone[member], member);
      }
    }
});

test('what does not count is nobody’s latest answer', async () => {
  const slug = await survey(KINDS[0], []);
  const at = (i) => new Date(MIDDLE + i * DAY).toISOString();
  const id = (i) => `01900000-0000-7000-8000-00000000000${i}`;
  await d.load([9, 3].map((score, i) => ({ survey: slug, id: id(i), score, respondent: 'ann', answered_at: at(i) })));
  assert.equal((await d.score(slug, `${OWN}&count=latest`)).json.score, -100);
  const reply = await d.admin('PATCH', `/v1/surveys/${slug}/responses/${id(1)}`, { body: { excluded: true } });
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await d.score(slug, `${OWN}&count=latest&respondents=true`)).json.score, 100);
});

test('clustered errors and their test are those of R', async () => {
  const asked = [];
  for (const kind of KINDS)
    for (const [people, size] of [
      [30, 150],
      [60, 300],
      [25, 90],
      [3, 12],
      [1, 5],
    ]) {
      const sides = SIDES.map((bounds) => makeAnswers(kind, bounds, people, size));
      const slug = await survey(kind, sides);
      for (const confidence of ['0.8', '0.95']) {
        const query = `${OWN}&errors=clustered&compare=previous&confidence=${confidence}`;
        asked.push([kind, clusteredCase(kind, sides, confidence), (await d.score(slug, query)).json, slug]);
        const last = sides.map(latest);
        asked.push([kind, clusteredCase(kind, last, confidence), (await d.score(slug, `${query}&count=latest`)).json]);
      }
    }
  const judged = judge(asked.map(([, line]) => line));
  let tested = 0;
  asked.forEach(([kind, line, { interval, previous }], i) => {
    const decimals = kind.method === 'mean' ? 2 : 1;
    const [low, high, deltaLow, deltaHigh, p] = judged[i];
    near(interval?.low ?? null, low, decimals, line);
    near(interval?.high ?? null, high, decimals, line);
    if (interval) assert.equal(interval.method, 'clustered');
    near(previous.delta_interval?.low ?? null, deltaLow, decimals, line);
    near(previous.delta_interval?.high ?? null, deltaHigh, decimals, line);
    assert.equal(previous.test, p === null ? null : 'clustered_t');
    if (p === null) assert.ok(['few_respondents', 'constant'].includes(previous.reason), line);
    else nearP(previous.p_value, p, line);
    tested += p !== null;
  });
  assert.ok(tested > 20);
});

test('repeats widen the interval where people agree with themselves', async () => {
  const answers = Array.from({ length: 200 }, (_, i) => ({
    score: i % 40 < 20 ? 10 : 0,
    at: MIDDLE + i * 1000,
    who: `p${i % 40}`,
  }));
  const slug = await survey(KINDS[0], [answers]);
  const width = ({ interval: { low, high } }) => high - low;
  const plain = width((await d.score(slug, OWN)).json);
  const clustered = width((await d.score(slug, `${OWN}&errors=clustered`)).json);
  assert.ok(clustered > 1.5 * plain, `${clustered}, ${plain}`);
});

function recountMovement(kind, [own, other]) {
  const last = [own, other].map((side) => new Map(latest(side).flatMap((a) => (a.who ? [[a.who, a.score]] : []))));
  const table = [0, 1, 2].map(() => [0, 0, 0]);
  for (const [who, score] of last[1])
    if (last[0].has(who)) table[bandOf(kind, score)][bandOf(kind, last[0].get(who))]++;
  return { table, distinct: last.map((side) => side.size) };
}
const named = (kind, table) =>
  Object.fromEntries(
    kind.names.map((from, i) => [from, Object.fromEntries(kind.names.map((to, j) => [to, table[i][j]]))]),
  );

test('movement is that of a recount, and its test that of R', async () => {
  const asked = [];
  for (const kind of KINDS)
    for (const [people, size] of [
      [8, 20],
      [60, 120],
      [900, 2600],
    ]) {
      const sides = SIDES.map((bounds) => makeAnswers(kind, bounds, people, size));
      const slug = await survey(kind, sides);
      const { status, json, text } = await d.admin('GET', `/v1/surveys/${slug}/movement?${OWN}`);
      assert.equal(status, 200, text);
      const { table, distinct } = recountMovement(kind, sides);
      assert.deepEqual(json.movement, named(kind, table));
      assert.equal(
        json.n,
        table.flat().reduce((a, b) => a + b),
      );
      assert.equal(json.gained, table[1][0] + table[2][0] + table[2][1]);
      assert.equal(json.lost, table[0][1] + table[0][2] + table[1][2]);
      assert.equal(json.gained + json.lost + json.unchanged, json.n);
      assert.deepEqual([json.respondents.distinct, json.previous.respondents.distinct], distinct);
      assert.equal(json.respondents.anonymous, sides[0].filter(({ who }) => !who).length);
      if (json.gained + json.lost > 0) asked.push([json, ['bowker', ...table.flat()].join('\t')]);
    }
  assert.ok(asked.length >= 8);
  judge(asked.map(([, line]) => line)).forEach(([statistic, df, p], i) => {
    const [json, line] = asked[i];
    near(json.statistic, statistic, 4, line);
    assert.equal(json.df, df, line);
    nearP(json.p_value, p, line);
    assert.equal(json.significant, p < 0.05, line);
  });
  assert.deepEqual([...new Set(asked.map(([{ test: name }]) => name))].sort(), ['bowker', 'bowker_exact']);
});

test('movement says why there is nothing', async () => {
  const [nps] = KINDS;
  const one = (who, score, at) => ({ who, score, at });
  const ask = async (slug, query = OWN) => (await d.admin('GET', `/v1/surveys/${slug}/movement?${query}`)).json;
  const nobody = await ask(
    await survey(nps, [[one('a', 9, MIDDLE)], [one('b', 9, MIDDLE - DAY), one(undefined, 1, MIDDLE - 1)]]),
  );
  assert.equal(nobody.reason, 'empty');
  assert.equal(nobody.n, 0);
  assert.equal(nobody.test, null);
  const still = await ask(await survey(nps, [[one('a', 9, MIDDLE)], [one('a', 10, MIDDLE - DAY)]]));
  assert.equal(still.reason, 'unchanged');
  assert.equal(still.unchanged, 1);
  const few = await survey(nps, [[one('a', 9, MIDDLE)], [one('a', 1, MIDDLE - DAY)]], { min_n: 2 });
  const hidden = await ask(few);
  assert.equal(hidden.reason, 'suppressed');
  assert.equal(hidden.suppressed, true);
  assert.deepEqual([hidden.movement, hidden.gained, hidden.lost, hidden.unchanged], [null, null, null, null]);
  const years = await ask(few, 'from=2022-01-01&to=2024-12-31&compare=year');
  assert.equal(years.reason, 'overlap');
  assert.equal(years.movement, null);
  const at = ['--from', '2024-03-31', '--to', '2024-04-30', '--url', d.url, '--key', d.key];
  assert.match(
    (await succeeds(['movement', few, ...at])).stdout,
    /withheld: fewer respondents than the survey's min_n/,
  );
  assert.match((await succeeds(['movement', few, '--csv', ...at])).stdout, /,suppressed\r?\n$/);
});

test('fewer people than min_n are not counted in public, however often they answer', async () => {
  const often = Array.from({ length: 6 }, (_, i) => ({ who: 'a', score: 9, at: MIDDLE + i * DAY }));
  const slug = await survey(KINDS[0], [often], { min_n: 3 });
  const { json } = await d.score(slug, `${OWN}&respondents=true`);
  assert.equal(json.n, 6);
  assert.equal(json.respondents, null);
  const last = (await d.score(slug, `${OWN}&count=latest`)).json;
  assert.equal(last.suppressed, true);
  assert.equal(last.score, null);
});

test('parameters are refused where they mean nothing', async () => {
  const slug = await survey(KINDS[2], []);
  for (const [query, says] of [
    ['respondents=yes', /respondents: true or false/],
    ['respondent=true', /did you mean respondents/],
    ['count=last', /count: latest/],
    ['errors=robust', /errors: clustered/],
    ['errors=clustered&interval=t', /errors: clustered has an interval of its own/],
  ])
    assert.match(assertProblem(await d.score(slug, query), 400, 'bad_parameter').detail, says);
  for (const [query, says] of [
    ['compare=none', /compare: one of previous, year, previous_whole/],
    ['window=all', /compare: a window without a begin/],
    ['count=latest', /no such parameter/],
  ]) {
    const reply = await d.admin('GET', `/v1/surveys/${slug}/movement?${query}`);
    assert.match(assertProblem(reply, 400, 'bad_parameter').detail, says);
  }
  assertProblem(await d.admin('GET', `/v1/surveys/${slug}/trend?respondents=true`), 400, 'bad_parameter');
  const pooled = await d.admin('GET', `/v1/score?surveys=${slug}&count=latest`);
  assert.match(assertProblem(pooled, 400, 'bad_parameter').detail, /of one survey/);
  const segments = await d.admin('GET', `/v1/surveys/${slug}/segments?by=channel&respondents=true`);
  assert.match(assertProblem(segments, 400, 'bad_parameter').detail, /of one survey/);
  const scores = await d.admin('GET', '/v1/scores?window=all&respondents=true&count=latest');
  assert.ok(scores.json.scores.every((score) => score.count === 'latest' && 'respondents' in score));
});

test('questions share memory: one alone passes, of several some are refused, nothing is kept', async (t) => {
  const daemon = await use(t, { config: { metrics: METRICS, limits: { question_memory: '64K' } } });
  await daemon.survey('shop', { metric: 'nps' });
  const line = (i, touchpoint) => ({ survey: 'shop', score: i % 11, respondent: `person-${i}`, touchpoint });
  const lines = [...Array.from({ length: 20000 }, (_, i) => line(i, 'web')), line(7, 'app')];
  assert.equal((await daemon.batch(lines)).status, 200);
  const stages = ['web', 'app'].map((touchpoint) => ({ survey: 'shop', touchpoint }));
  assert.equal((await daemon.admin('PUT', '/v1/journeys/way', { body: { name: 'Way', stages } })).status, 201);
  const paths = [
    '/v1/surveys/shop/score?window=today&respondents=true',
    '/v1/surveys/shop/movement?window=today&compare=previous_whole',
    '/v1/journeys/way/score?window=today',
  ];
  const memory = async () => (await daemon.admin('GET', '/v1/status')).json.question_memory;
  const alone = [];
  for (const path of paths) alone.push(await daemon.admin('GET', path));
  for (const reply of alone) assert.equal(reply.status, 200, reply.text);
  assert.equal(alone[0].json.respondents.distinct, 20000);
  assert.equal(alone[2].json.stages[0].lost.people, 20000);
  assert.deepEqual(await memory(), { held_bytes: 0, limit_bytes: 65536, refused: 0 });
  const refused = new Set();
  await until(async () => {
    const replies = await Promise.all([...paths, ...paths].map((path) => daemon.admin('GET', path)));
    for (const [i, reply] of replies.entries()) {
      if (reply.status === 200) continue;
      assert.match(assertProblem(reply, 503, 'question_memory').detail, /ask again/);
      assert.equal(reply.headers['retry-after'], '1');
      refused.add(i % paths.length);
    }
    return refused.size === paths.length;
  }, 'each kind of question to be refused once');
  const after = await memory();
  assert.equal(after.held_bytes, 0);
  assert.ok(after.refused >= paths.length);
  const { text } = await daemon.scrape();
  for (const line of ['cxd_question_memory_bytes 0', 'cxd_question_memory_limit_bytes 65536'])
    assert.ok(text.includes(`\n${line}\n`), line);
});

test('a window that still runs is compared by its part', async (t) => {
  const daemon = await use(t);
  await daemon.survey('shop', { metric: 'nps' });
  for (const score of [10, 2]) await daemon.post('shop', { score, respondent: 'ann' });
  const { json } = await daemon.score('shop', 'window=year&compare=previous&count=latest&errors=clustered');
  assert.equal(json.previous.part, 'same');
  assert.equal(json.n, 1);
  const movement = await daemon.admin('GET', '/v1/surveys/shop/movement?window=year');
  assert.equal(movement.json.part, 'same');
});

test('the command line shows it', async () => {
  const [nps] = KINDS;
  const sides = SIDES.map((bounds) => makeAnswers(nps, bounds, 40, 90));
  const slug = await survey(nps, sides);
  const at = ['--from', '2024-03-31', '--to', '2024-04-30', '--url', d.url, '--key', d.key];
  const { table } = recountMovement(nps, sides);
  const { stdout } = await succeeds(['movement', slug, ...at]);
  for (const [i, name] of nps.names.entries())
    assert.match(stdout, new RegExp(`^ *${name} +${table[i].join(' +')}$`, 'm'), stdout);
  const csv = (await succeeds(['movement', slug, '--csv', ...at])).stdout.trimEnd().split(/\r?\n/);
  const at0 = csv[0].split(',').indexOf('favourable_favourable');
  assert.deepEqual(
    csv[1]
      .split(',')
      .slice(at0, at0 + 9)
      .map(Number),
    table.flat(),
  );
  assert.deepEqual(
    JSON.parse((await succeeds(['movement', slug, '--json', ...at])).stdout).movement,
    named(nps, table),
  );
  const score = await succeeds(['score', slug, '--respondents', '--count', 'latest', '--errors', 'clustered', ...at]);
  assert.match(score.stdout, /each respondent's latest of 90 answers/);
  assert.match(score.stdout, new RegExp(`${latest(sides[0]).filter(({ who }) => who).length} respondents`));
});
