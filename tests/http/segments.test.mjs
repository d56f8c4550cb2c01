// Segments against an independent computation from the raw answers: order, impact, tests against the rest, adjusted p,
// remainder, comparisons, and what min_n withholds.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  assertComparison,
  assertFigures,
  expectComparison,
  expectFigures,
  KINDS,
  methodOf,
  scaleOf,
} from './figures.mjs';
import { assertProblem, run, seeded, start, until, use } from './harness.mjs';

const NPS = { metric: 'nps' };
const DAY = 86_400_000;
const P_TOLERANCE = 5.1e-5;
const d = await start();
after(() => d.stop());
const random = seeded(14);
const below = (n) => Math.floor(random() * n);
let count = 0;

const get = async (daemon, slug, query) => {
  const reply = await daemon.admin('GET', `/v1/surveys/${slug}/segments?${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};

// --- The yardstick -------------------------------------------------------------------------------------------------

// Benjamini & Hochberg, as it is defined: the least p·m/i of all that are not smaller.
function adjust(list) {
  const known = list.filter((p) => p !== null).sort((a, b) => a - b);
  return list.map((p) => {
    if (p === null) return null;
    const from = known.lastIndexOf(p);
    const candidates = known.map((other, i) => (other * known.length) / (i + 1)).filter((_, i) => i >= from);
    return Math.min(1, ...candidates);
  });
}

// What an answer counts, as whole numbers.
function weight(survey, scores) {
  if (methodOf(survey) === 'mean') return scores.reduce((a, b) => a + b, 0);
  const { bands } = expectFigures(survey, scores);
  const [good, , bad] = Object.values(bands);
  return methodOf(survey) === 'top_box' ? good : good - bad;
}

const keyOf = (values) => JSON.stringify(values);
const byText = (a, b) => (a === null) - (b === null) || Buffer.compare(Buffer.from(a ?? ''), Buffer.from(b ?? ''));

// Rows in their order, each with the unrounded figures that the reply is held against.
function expectRows(survey, lines, valuesOf, alpha = 0.05) {
  const groups = new Map();
  for (const line of lines) {
    const values = valuesOf(line);
    if (!groups.has(keyOf(values))) groups.set(keyOf(values), { values, scores: [] });
    groups.get(keyOf(values)).scores.push(line.score);
  }
  const all = lines.map((line) => line.score);
  const [total, unit] = [weight(survey, all), methodOf(survey) === 'mean' ? 1 : 100];
  const rows = [...groups.values()].map((row) => {
    const rest = lines.filter((line) => keyOf(valuesOf(line)) !== keyOf(row.values)).map((line) => line.score);
    const n = row.scores.length;
    const harm = weight(survey, row.scores) * all.length - total * n;
    const comparison = expectComparison(survey, row.scores, rest);
    return { ...row, n, harm, impact: (unit * harm) / all.length ** 2, ...comparison, n, rest };
  });
  const adjusted = adjust(rows.map((row) => row.p_value));
  rows.forEach((row, i) => {
    row.p_adjusted = adjusted[i];
    row.significant = adjusted[i] === null ? null : adjusted[i] < alpha - 1e-12;
  });
  const sign = survey.direction === 'lower_is_better' && methodOf(survey) === 'mean' ? -1 : 1;
  return rows.sort(
    (a, b) =>
      sign * (a.harm - b.harm) || b.n - a.n || byText(a.values[0], b.values[0]) || byText(a.values[1], b.values[1]),
  );
}

function assertRow(got, want, survey, all) {
  const where = `${JSON.stringify(got)} want ${JSON.stringify({ ...want, scores: undefined, rest: undefined })}`;
  const decimals = methodOf(survey) === 'mean' ? 2 : 1;
  assert.deepEqual(got.values ?? [got.value], want.values, where);
  assertFigures(got, survey, want.scores);
  assert.ok(Math.abs(got.share - (100 * want.n) / all) <= 0.05 + 1e-9, where);
  assert.ok(Math.abs(got.impact - want.impact) <= 0.5 * 10 ** -decimals + 1e-9, where);
  for (const member of ['test', 'significant', 'reason']) assert.equal(got[member], want[member], where);
  for (const member of ['p_value', 'p_adjusted'])
    if (want[member] === null) assert.equal(got[member], null, where);
    else assert.ok(Math.abs(got[member] - want[member]) <= P_TOLERANCE, `${member}: ${where}`);
}

function assertTable(got, survey, lines, valuesOf, limit = 1000) {
  const rows = expectRows(survey, lines, valuesOf);
  const shown = got.segments.filter((row) => !row.remainder);
  const scores = lines.map((line) => line.score);
  assertFigures(got, survey, scores);
  assert.equal(shown.length, Math.min(limit, rows.length));
  shown.forEach((row, i) => assertRow(row, rows[i], survey, lines.length));
  const remainder = got.segments.find((row) => row.remainder);
  assert.equal(got.segments.indexOf(remainder), remainder ? got.segments.length - 1 : -1, 'it is the last');
  if (rows.length > limit) {
    assert.equal(remainder.value_count, rows.length - limit);
    assertFigures(
      remainder,
      survey,
      rows.slice(limit).flatMap((row) => row.scores),
    );
    assert.deepEqual([remainder.test, remainder.reason, remainder.p_adjusted], [null, 'remainder', null]);
  } else {
    assert.equal(remainder, undefined);
  }
  const decimals = methodOf(survey) === 'mean' ? 2 : 1;
  const sum = got.segments.reduce((total, row) => total + row.impact, 0);
  assert.ok(Math.abs(sum) <= got.segments.length * 0.5 * 10 ** -decimals + 1e-9, `impacts sum to ${sum}`);
  assert.deepEqual(
    Object.keys(got.distribution).map((s) => got.segments.reduce((total, row) => total + row.distribution[s], 0)),
    Object.values(got.distribution),
  );
}

// --- What is asked -------------------------------------------------------------------------------------------------

const TOUCHPOINTS = ['checkout', 'delivery', 'app "x"', 'Größe', null];
const CHANNELS = ['web', 'ios', null];

function makeLines(survey, slug, size, earlier = 0) {
  const { min, max } = scaleOf(survey);
  return Array.from({ length: size }, () => {
    const touchpoint = TOUCHPOINTS[below(TOUCHPOINTS.length)];
    const channel = CHANNELS[below(CHANNELS.length)];
    const drawn = min + below(max - min + 1);
    const line = {
      survey: slug,
      score: touchpoint === 'checkout' && below(2) ? min : drawn,
      answered_at: new Date(Date.now() - 1000 - earlier * DAY - below(20 * DAY)).toISOString(),
      properties: { plan: ['free', 'team'][below(2)], city: `c${below(4)}` },
    };
    if (below(5) === 0) delete line.properties;
    if (touchpoint !== null) line.touchpoint = touchpoint;
    if (channel !== null) line.channel = channel;
    return line;
  });
}

const VALUE_OF = {
  touchpoint: (line) => line.touchpoint ?? null,
  channel: (line) => line.channel ?? null,
  locale: (line) => line.locale ?? null,
  'property.plan': (line) => line.properties?.plan ?? null,
  'property.city': (line) => line.properties?.city ?? null,
};
const by = (...names) => [`by=${names.join(',')}`, (line) => names.map((name) => VALUE_OF[name](line))];

async function survey(definition, size, earlier = 0) {
  const slug = `s${++count}`;
  await d.survey(slug, { ...definition, properties: ['plan'] });
  const lines = makeLines(definition, slug, size);
  const before = earlier ? makeLines(definition, slug, earlier, 30) : [];
  await d.load([...lines, ...before]);
  return { slug, lines, before };
}

test('every method: rollups, a scan of an undeclared property, two dimensions, filters', async () => {
  for (const kind of KINDS) {
    const { slug, lines } = await survey(kind, 60 + below(120));
    for (const names of [
      ['touchpoint'],
      ['channel'],
      ['property.plan'],
      ['property.city'],
      ['touchpoint', 'channel'],
    ]) {
      const [query, valuesOf] = by(...names);
      const got = await get(d, slug, query);
      assert.deepEqual(got.by, names);
      assertTable(got, kind, lines, valuesOf);
    }
    const [query, valuesOf] = by('touchpoint');
    const web = lines.filter((line) => line.channel === 'web');
    assertTable(await get(d, slug, `${query}&channel=web`), kind, web, valuesOf);
    assertTable(await get(d, slug, `${query}&limit=2`), kind, lines, valuesOf, 2);
    const [pairs, pairOf] = by('channel', 'property.city');
    assertTable(await get(d, slug, `${pairs}&limit=3`), kind, lines, pairOf, 3);
  }
});

test('the order of two dimensions is that of the question', async () => {
  const { slug, lines } = await survey(NPS, 50);
  const [query, valuesOf] = by('channel', 'touchpoint');
  assertTable(await get(d, slug, query), NPS, lines, valuesOf);
});

test('a dimension that nobody has said anything of is one row, unset; nothing answered is none', async () => {
  const { slug, lines } = await survey(NPS, 12);
  const got = await get(d, slug, 'by=locale');
  assertTable(got, NPS, lines, (line) => [line.locale ?? null]);
  assert.equal(got.segments.length, 1);
  assert.deepEqual([got.segments[0].value, got.segments[0].impact, got.segments[0].reason], [null, 0, 'empty']);
  const nothing = await get(d, slug, 'by=touchpoint&from=2001-01-01&to=2001-02-01');
  assert.deepEqual([nothing.n, nothing.segments], [0, []]);
});

test('what does not count is in no segment', async () => {
  const { slug, lines } = await survey(NPS, 20);
  const listed = (await d.admin('GET', `/v1/surveys/${slug}/responses?limit=500`)).json.responses;
  const out = listed.find((response) => response.touchpoint);
  await d.admin('PATCH', `/v1/surveys/${slug}/responses/${out.id}`, { body: { excluded: true } });
  const left = listed.filter((response) => response.id !== out.id);
  assert.equal(left.length, lines.length - 1);
  for (const names of [['touchpoint'], ['touchpoint', 'channel']]) {
    const [query, valuesOf] = by(...names);
    assertTable(await get(d, slug, query), NPS, left, valuesOf);
  }
});

test('compare: each row, and those that are gone', async () => {
  const { slug, lines, before } = await survey(NPS, 90, 80);
  await d.load([
    { survey: slug, score: 3, touchpoint: 'gone', answered_at: new Date(Date.now() - 35 * DAY).toISOString() },
  ]);
  before.push({ score: 3, touchpoint: 'gone' });
  for (const limit of [1000, 2]) {
    const got = await get(d, slug, `by=touchpoint&compare=previous&limit=${limit}`);
    const scoresOf = (list, holds) => list.filter(holds).map((line) => line.score);
    assert.equal(got.previous.n, before.length);
    const named = got.segments.filter((row) => !row.remainder).map((row) => row.value);
    for (const row of got.segments) {
      const holds = (line) =>
        row.remainder ? !named.includes(line.touchpoint ?? null) : (line.touchpoint ?? null) === row.value;
      assertComparison(row.previous, NPS, scoresOf(lines, holds), scoresOf(before, holds), { note: row.value });
      assert.equal(row.previous.current, undefined);
    }
    assert.equal(
      got.segments.reduce((sum, row) => sum + row.previous.n, 0),
      got.previous.n,
    );
    if (limit === 1000) {
      const gone = got.segments.at(-1);
      assert.deepEqual([gone.value, gone.n, gone.score, gone.impact, gone.share], ['gone', 0, null, null, 0]);
    }
  }
});

test('compare in a running month: what is compared of each row', async () => {
  const { slug } = await survey(NPS, 60, 60);
  const got = await get(d, slug, 'by=touchpoint&window=year&compare=previous');
  assert.equal(got.previous.part, 'same');
  const sum = (member) => got.segments.reduce((total, row) => total + member(row), 0);
  assert.equal(
    sum((row) => row.previous.current.n),
    got.previous.current.n,
  );
  assert.equal(
    sum((row) => row.previous.n),
    got.previous.n,
  );
});

test('values beyond those that have rollups stand in the remainder, counted', async (t) => {
  const own = await use(t, { config: { limits: { dimension_values: 3 } } });
  await own.survey('shop', NPS);
  const lines = Array.from({ length: 120 }, (_, i) => ({
    survey: 'shop',
    score: (i * 7) % 11,
    ...(i % 10 === 9 ? {} : { touchpoint: `t${i % 13}` }),
  }));
  await own.load(lines);
  const got = await get(own, 'shop', 'by=touchpoint');
  const rolled = ['t0', 't1', 't2', null];
  assert.deepEqual(
    got.segments
      .map((row) => row.value)
      .slice(0, -1)
      .sort(),
    [...rolled].sort(),
  );
  const scoresOf = (holds) => lines.filter((line) => holds(line.touchpoint ?? null)).map((line) => line.score);
  for (const row of got.segments.slice(0, -1))
    assertFigures(
      row,
      NPS,
      scoresOf((value) => value === row.value),
    );
  const remainder = got.segments.at(-1);
  assert.deepEqual([remainder.remainder, remainder.value_count, remainder.at_least], [true, 10, undefined]);
  assertFigures(
    remainder,
    NPS,
    scoresOf((value) => !rolled.includes(value)),
  );
  // By a filter it is a scan, which knows no such bound.
  const filtered = await get(own, 'shop', 'by=touchpoint,channel');
  assert.equal(filtered.segments.length, 14);
  const few = await get(own, 'shop', 'by=touchpoint&limit=1');
  assert.equal(few.segments.at(-1).value_count, 13);
  assert.equal(few.segments[0].p_adjusted, got.segments[0].p_adjusted);
});

test('pairs beyond the bound of a scan are counted in the remainder', async (t) => {
  const own = await use(t);
  await own.survey('shop', NPS);
  const lines = Array.from({ length: 5200 }, (_, i) => ({ survey: 'shop', score: i % 11, touchpoint: `t${i}` }));
  await own.load(lines);
  const got = await get(own, 'shop', 'by=touchpoint,channel');
  assert.equal(got.segments.length, 1001);
  assert.equal(got.segments.at(-1).value_count, 4200);
  assert.equal(
    got.segments.reduce((sum, row) => sum + row.n, 0),
    5200,
  );
});

test('rollups that are still being filled in, a rebuild, a restart: the same rows', async (t) => {
  const own = await use(t);
  await own.survey('shop', NPS);
  const lines = makeLines(NPS, 'shop', 3000);
  await own.load(lines);
  await own.survey('shop', { ...NPS, properties: ['city'] });
  const [query, valuesOf] = by('property.city');
  assertTable(await get(own, 'shop', query), NPS, lines, valuesOf);
  await until(async () => (await own.admin('GET', '/v1/status')).json.dimensions.unrolled === 0);
  assertTable(await get(own, 'shop', query), NPS, lines, valuesOf);
});

// --- min_n ---------------------------------------------------------------------------------------------------------

const HIDDEN = ['n', 'share', 'score', 'interval', 'bands', 'distribution', 'mean', 'impact', 'test', 'p_value'];

async function counted(min_n, sizes, earlier = {}) {
  const slug = `m${++count}`;
  const at = (days) => new Date(Date.now() - days * DAY).toISOString();
  await d.survey(slug, { ...NPS, min_n });
  await d.load(
    [sizes, earlier].flatMap((list, i) =>
      Object.entries(list).flatMap(([touchpoint, size]) =>
        Array.from({ length: size }, (_, k) => ({
          survey: slug,
          score: (k * 3) % 11,
          touchpoint,
          answered_at: at(5 + 30 * i),
        })),
      ),
    ),
  );
  return slug;
}
const hidden = (got) => got.segments.filter((row) => row.suppressed).map((row) => row.value);

test('min_n: a lone segment hides the next smallest; nothing of them is shown', async () => {
  const slug = await counted(5, { a: 30, b: 8, c: 2, d: 12 });
  const got = await get(d, slug, 'by=touchpoint');
  assert.deepEqual(hidden(got), ['b', 'c']);
  for (const row of got.segments.slice(-2)) {
    for (const member of [...HIDDEN, 'p_adjusted', 'significant', 'small_sample'])
      assert.equal(row[member], null, member);
    assert.equal(row.reason, 'suppressed');
  }
  assert.equal(got.segments.find((row) => row.value === 'a').n, 30);
});

test('min_n: no limit and no sum gives a part of what is hidden away', async () => {
  for (const sizes of [
    { a: 30, b: 8, c: 2, d: 12 },
    { a: 30, b: 9, c: 1, d: 1, e: 7 },
    { a: 9, b: 1 },
    { a: 6, b: 6, c: 3, d: 3, e: 2 },
  ]) {
    const slug = await counted(5, sizes);
    const known = new Set();
    for (let limit = 1; limit <= 6; limit++) {
      const got = await get(d, slug, `by=touchpoint&limit=${limit}`);
      const left = got.n - got.segments.reduce((sum, row) => sum + (row.n ?? 0), 0);
      assert.ok(left === 0 || left >= 5, `${left} are left of ${JSON.stringify(sizes)}`);
      const remainder = got.segments.find((row) => row.remainder);
      if (remainder) known.add(remainder.n);
      for (const row of got.segments) assert.ok(row.n === null || row.n >= 5);
    }
    const differences = [...known].flatMap((a) => [...known].map((b) => Math.abs(a - b)));
    for (const difference of differences) assert.ok(difference === 0 || difference >= 5, `${[...known]}`);
  }
});

test('min_n: changes are withheld by the numbers of both windows', async () => {
  const slug = await counted(5, { a: 30, b: 20, c: 12 }, { a: 30, b: 9, c: 2 });
  const table = await get(d, slug, 'by=touchpoint&window=30d&compare=previous');
  assert.deepEqual(hidden(table), []);
  const change = Object.fromEntries(table.segments.map((row) => [row.value, row.previous]));
  assert.equal(change.a.n, 30);
  for (const value of ['b', 'c'])
    assert.deepEqual(
      [change[value].n, change[value].score, change[value].delta, change[value].test, change[value].reason],
      [null, null, null, null, 'suppressed'],
    );
});

// Plain, and as what another window is held against: of both tables none tells what the other hides.
test('min_n: a window hides the same by itself as it does where it is compared', async () => {
  const slug = await counted(3, { a: 8, b: 8, c: 2 }, { a: 8, b: 1, c: 8, d: 8 });
  const day = (days) => new Date(Date.now() - days * DAY).toISOString().slice(0, 10);
  const [begin, middle] = [day(59), day(29)];
  const alone = await get(d, slug, `by=touchpoint&from=${begin}&to=${middle}`);
  const compared = await get(d, slug, `by=touchpoint&from=${middle}&to=${day(-1)}&compare=previous`);
  assert.deepEqual([compared.previous.n, compared.n], [alone.n, 18]);
  assert.deepEqual(hidden(alone).sort(), ['a', 'b']);
  for (const row of compared.segments)
    assert.equal(row.previous.n === null, ['a', 'b'].includes(row.value), JSON.stringify(row));
  const gone = compared.segments.find((row) => row.value === 'd');
  assert.deepEqual([gone.n, gone.previous.n, gone.previous.delta, gone.previous.reason], [null, 8, null, 'suppressed']);
});

test('shares of a table without answers are null, since nothing is no part of nothing', async () => {
  const slug = await counted(0, {}, { a: 2 });
  const [row] = (await get(d, slug, 'by=touchpoint&window=30d&compare=previous')).segments;
  assert.deepEqual([row.value, row.n, row.share, row.previous.n], ['a', 0, null, 2]);
});

// --- How it is asked -----------------------------------------------------------------------------------------------

test('what cannot be asked is refused, with what was meant', async () => {
  const { slug } = await survey(NPS, 1);
  for (const [query, said] of [
    ['', /^by: /],
    ['by=', /^by: /],
    ['by=touchpiont', /did you mean touchpoint\?/],
    ['by=plan', /did you mean property\.plan\?/],
    ['by=property.', /^by: /],
    ['by=propery.plan', /did you mean property\.plan\?/],
    ['by=touchpoint,', /^by: /],
    ['by=touchpoint,touchpoint', /twice/],
    ['by=touchpoint,channel,locale', /at most 2/],
    ['by=touchpoint&limit=0', /^limit: /],
    ['by=touchpoint&limit=1001', /^limit: /],
    ['by=touchpoint&rolling=7d', /no such parameter here: rolling/],
    ['by=touchpoint&interval=t', /^interval: /],
    ['by=touchpoint&window=all&compare=previous', /^compare: /],
  ]) {
    const reply = await d.admin('GET', `/v1/surveys/${slug}/segments?${query}`);
    assert.match(assertProblem(reply, 400, 'bad_parameter').detail, said, query);
  }
  assertProblem(await d.admin('GET', '/v1/surveys/none/segments?by=touchpoint'), 404, 'no_survey');
});

test('without a key: figures, but not by what people wrote', async (t) => {
  const own = await use(t, { config: { access: { read: 'open' } } });
  await own.survey('shop', { ...NPS, properties: ['plan'] });
  await own.post('shop', { score: 9, properties: { plan: 'pro', name: 'ann' } });
  const ask = (query) => own.request('GET', `/v1/surveys/shop/segments?${query}`);
  assert.equal((await ask('by=property.plan')).status, 200);
  for (const query of ['by=property.name', 'by=touchpoint,property.name', 'by=touchpoint&property.name=ann'])
    assertProblem(await ask(query), 401, 'no_key');
});

test('an entity tag; and the command line', async (t) => {
  const own = await use(t);
  await own.survey('shop', NPS);
  await own.load(makeLines(NPS, 'shop', 40));
  const first = await own.admin('GET', '/v1/surveys/shop/segments?by=touchpoint');
  const again = await own.admin('GET', '/v1/surveys/shop/segments?by=touchpoint', {
    headers: { 'If-None-Match': first.headers.etag },
  });
  assert.equal(again.status, 304);
  const cxd = (...args) => {
    const result = run(['segments', '-c', own.config, ...args]);
    assert.equal(result.status, 0, result.stderr);
    return result.stdout;
  };
  const table = cxd('shop');
  assert.match(table, /^SEGMENT +N +SHARE +SCORE +IMPACT +P\n/m);
  assert.match(table, /^\(unset\) +\d+ +[\d.]+%/m);
  assert.match(cxd('shop', '--by', 'touchpoint,channel', '--limit', '2', '--compare', 'previous'), /^\(\d+ others\)/m);
  assert.deepEqual(JSON.parse(cxd('shop', '--json')).segments.length, first.json.segments.length);
  const csv = cxd('shop', '--csv').split('\r\n');
  assert.match(csv[0], /^survey,window_from,window_to,by,value,remainder,value_count,n,score,/);
  assert.equal(csv.length, first.json.segments.length + 2);
  assert.match(
    cxd('shop', '--by', 'touchpoint,channel', '--csv'),
    /^survey,window_from,window_to,by,value_1,value_2,remainder/,
  );
});
