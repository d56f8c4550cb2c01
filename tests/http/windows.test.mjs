// Windows, trends and comparisons against a recount in JS, in zones with DST and with a 45-minute offset
// (docs/scoring.md §3, §4).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertComparison, assertFigures, expectFigures } from './figures.mjs';
import { makeId, seeded, start } from './harness.mjs';
import { add, at, buckets, civil, cutOf, floorTo, iso, previousOf, startOf, windowOf } from './zone.mjs';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York'];
const NPS = { metric: 'nps', properties: ['plan'], max_backdate: '3650d' };
const daemons = {};
for (const zone of ZONES) daemons[zone] = await start({ timezone: zone });
after(() => Promise.all(Object.values(daemons).map((daemon) => daemon.stop())));
let count = 0;

async function fresh(daemon, rows = [], more = {}) {
  const slug = `w${++count}`;
  await daemon.survey(slug, { ...NPS, ...more });
  await daemon.load(rows.map((row) => ({ survey: slug, ...row, answered_at: iso(row.answered_at) })));
  return slug;
}
const within = (rows, from, to) =>
  rows.filter((row) => row.answered_at >= from && row.answered_at < to).map((row) => row.score);
const range = (from, to) => `from=${encodeURIComponent(iso(from))}&to=${encodeURIComponent(iso(to))}`;
const trend = async (daemon, slug, query) => {
  const reply = await daemon.admin('GET', `/v1/surveys/${slug}/trend?${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
// Runs a check that depends on today's date again if midnight passed meanwhile.
async function sameDay(zone, check) {
  for (;;) {
    const now = Date.now();
    try {
      await check(now);
      return;
    } catch (error) {
      if (floorTo('day', now, zone) === floorTo('day', Date.now(), zone)) throw error;
    }
  }
}
function sumOf(list) {
  const total = {};
  for (const bucket of list)
    for (const [score, n] of Object.entries(bucket.distribution)) total[score] = (total[score] ?? 0) + n;
  return total;
}

test('from and to are exact to the millisecond, at every kind of boundary', async () => {
  const daemon = daemons.UTC;
  for (const text of [
    '2024-05-06T00:00:00.000Z',
    '2024-05-06T07:00:00.000Z',
    '2024-05-06T07:15:00.000Z',
    '2024-05-06T07:23:45.678Z',
    '2024-01-01T00:00:00.000Z',
    '1972-02-29T00:00:00.000Z',
  ]) {
    const t = at(text);
    const slug = await fresh(daemon, [
      { score: 1, answered_at: t - 1 },
      { score: 5, answered_at: t },
      { score: 10, answered_at: t + 1 },
    ]);
    const n = async (from, to) => (await daemon.score(slug, range(from, to))).json.n;
    assert.deepEqual(
      [
        await n(t, t + 1),
        await n(t - 1, t),
        await n(t - 1, t + 1),
        await n(t, t + 2),
        await n(t - 1, t + 2),
        await n(t + 1, t + 2),
        await n(t + 2, t + 9),
      ],
      [1, 1, 2, 2, 3, 1, 0],
      text,
    );
    assert.deepEqual(
      [
        await n(t - 40 * DAY, t),
        await n(t, t + 40 * DAY),
        await n(t - 40 * DAY, t + 1),
        await n(t - 400 * DAY, t + 400 * DAY),
      ],
      [1, 2, 2, 3],
      text,
    );
  }
});

test('the reply states the window, and one side may be open', async () => {
  const daemon = daemons.UTC;
  const t = at('2024-05-06T07:23:45.678Z');
  const slug = await fresh(daemon, [
    { score: 1, answered_at: t - 1 },
    { score: 5, answered_at: t },
  ]);
  const { json } = await daemon.score(slug, range(t, t + 5));
  assert.deepEqual([Date.parse(json.window.from), Date.parse(json.window.to)], [t, t + 5]);
  assert.equal((await daemon.score(slug, `from=${iso(t)}`)).json.n, 1);
  assert.equal((await daemon.score(slug, `to=${iso(t)}`)).json.n, 1);
  const all = (await daemon.score(slug, 'window=all')).json;
  assert.deepEqual(all.window, { from: null, to: null });
  assert.equal(all.n, 2);
});

test('bounds: an offset, a date of the reporting zone', async () => {
  const daemon = daemons['Asia/Kathmandu'];
  const midnight = at('2024-03-09T18:15:00Z');
  const slug = await fresh(daemon, [
    { score: 1, answered_at: midnight - 1 },
    { score: 2, answered_at: midnight },
    { score: 3, answered_at: midnight + DAY - 1 },
    { score: 4, answered_at: midnight + DAY },
  ]);
  for (const query of [
    'from=2024-03-10&to=2024-03-11',
    'from=2024-03-10T00:00:00%2B05:45&to=2024-03-11T00:00:00%2B05:45',
    'from=2024-03-09T18:15:00Z&to=2024-03-10T18:15:00Z',
  ]) {
    const { json } = await daemon.score(slug, query);
    assert.deepEqual([json.n, json.distribution[2], json.distribution[3]], [2, 1, 1], query);
    assert.equal(Date.parse(json.window.from), midnight, query);
  }
});

for (const zone of ZONES) {
  test(`named windows are calendar periods of ${zone}`, async () => {
    const daemon = daemons[zone];
    await sameDay(zone, async (now) => {
      const running = ['today', 'week', 'month', 'quarter', 'year'];
      const past = ['yesterday', 'last_week', 'last_month', 'last_quarter', 'last_year'];
      const names = [...running, ...past, '1d', '7d', '30d', '90d', '365d'];
      const rows = [];
      // A response on each side of every boundary, as far as the future may hold none.
      for (const name of names) {
        const [from, to] = windowOf(name, now, zone);
        const [before] = previousOf(name, now, zone);
        for (const t of [from - 1, from, to - 1, before, before - 1])
          if (t <= now) rows.push({ score: rows.length % 11, answered_at: t });
      }
      rows.push({ score: 10, answered_at: now });
      const slug = await fresh(daemon, rows);
      for (const name of names) {
        const [from, to] = windowOf(name, now, zone);
        const { json } = await daemon.score(slug, `window=${name}&compare=previous`);
        assert.deepEqual(
          [Date.parse(json.window.from), Date.parse(json.window.to)],
          [from, to],
          `${name} ${JSON.stringify(json.window)} want ${iso(from)} ${iso(to)}`,
        );
        assertFigures(json, NPS, within(rows, from, to), { note: name });
        const others = within(rows, ...previousOf(name, now, zone));
        const whole = (await daemon.score(slug, `window=${name}&compare=previous_whole`)).json;
        assertComparison(whole.previous, NPS, within(rows, from, to), others, { note: name });
        assert.deepEqual([whole.previous.part, whole.previous.current], ['whole', undefined]);
        if (!running.includes(name)) {
          assert.deepEqual(json, whole);
          continue;
        }
        const cut = Date.parse(json.previous.current.window.to);
        const [current, before] = cutOf(name, cut, zone);
        assert.ok(cut <= Date.now() && cut > now - 60_000, iso(cut));
        assert.equal(json.previous.part, 'same');
        assert.deepEqual(
          [json.previous.current.window, json.previous.window].map((window) => [
            Date.parse(window.from),
            Date.parse(window.to),
          ]),
          [current, before],
          name,
        );
        const want = expectFigures(NPS, within(rows, ...current));
        assert.deepEqual([json.previous.current.n, json.previous.current.score], [want.n, want.score], name);
        assertComparison(json.previous, NPS, within(rows, ...current), within(rows, ...before), { note: name });
      }
      const standard = (await daemon.score(slug)).json;
      assert.deepEqual(standard.window, (await daemon.score(slug, 'window=30d')).json.window, '30d is the default');
      const [from] = windowOf('30d', now, zone);
      const year = civil(from, zone);
      const { json } = await daemon.score(slug, 'window=30d&compare=year');
      const end = civil(windowOf('30d', now, zone)[1], zone);
      const earlier = [
        startOf(year.year - 1, year.month, year.day, zone),
        startOf(end.year - 1, end.month, end.day, zone),
      ];
      assertComparison(json.previous, NPS, within(rows, ...windowOf('30d', now, zone)), within(rows, ...earlier));
    });
  });
}

test('compare=previous of a range is as long and ends where it starts; compare=year a year earlier', async () => {
  const daemon = daemons.UTC;
  const from = at('2025-03-01T12:00:00Z');
  const to = from + 3 * DAY + 7;
  const random = seeded(3);
  const rows = Array.from({ length: 400 }, () => ({
    score: Math.floor(random() * 11),
    answered_at: from - 3 * DAY - 10_000 + Math.floor(random() * (6 * DAY + 20_000)),
  }));
  for (const t of [from - 1, from, to - 1, to, 2 * from - to, 2 * from - to - 1])
    rows.push({ score: 9, answered_at: t });
  const yearFrom = at('2024-03-01T12:00:00Z');
  for (const t of [yearFrom - 1, yearFrom, yearFrom + 3 * DAY + 6, yearFrom + 3 * DAY + 7])
    rows.push({ score: 0, answered_at: t });
  const slug = await fresh(daemon, rows);
  const previous = (await daemon.score(slug, `${range(from, to)}&compare=previous`)).json;
  assertComparison(previous.previous, NPS, within(rows, from, to), within(rows, 2 * from - to, from));
  const year = (await daemon.score(slug, `${range(from, to)}&compare=year`)).json;
  assertComparison(year.previous, NPS, within(rows, from, to), within(rows, yearFrom, yearFrom + 3 * DAY + 7));
  assert.equal(year.previous.n, 2);
});

test('29 February a year earlier', async () => {
  const daemon = daemons.UTC;
  const rows = [
    '2023-02-27T23:59:59.999Z',
    '2023-02-28T00:00:00Z',
    '2023-02-28T23:59:59.999Z',
    '2023-03-01T00:00:00Z',
    '2024-02-28T12:00:00Z',
  ].map((text, i) => ({ score: i, answered_at: at(text) }));
  const slug = await fresh(daemon, rows);
  const { json } = await daemon.score(slug, 'from=2024-02-28&to=2024-03-01&compare=year');
  assert.equal(json.n, 1);
  assert.equal(json.previous.n, 2);
});

test('responses that arrive late and out of order count where they belong', async () => {
  const daemon = daemons['America/New_York'];
  const slug = await fresh(daemon);
  const base = at('2024-07-01T00:00:00Z');
  const order = [5, 1, 9, 3, 7, 0, 8, 2, 6, 4];
  const rows = [];
  for (const i of order) {
    const row = { score: i, answered_at: base + i * 11 * HOUR + i };
    rows.push(row);
    const reply = await daemon.post(slug, { score: row.score, answered_at: iso(row.answered_at) });
    assert.equal(reply.status, 201, reply.text);
    for (const [from, to] of [
      [base, base + 2 * DAY],
      [base + 33 * HOUR, base + 77 * HOUR + 8],
      [base - DAY, base + 30 * DAY],
    ])
      assertFigures((await daemon.score(slug, range(from, to))).json, NPS, within(rows, from, to));
  }
});

test('an amendment moves the response between windows, buckets and filters', async () => {
  const daemon = daemons['Asia/Kathmandu'];
  const slug = await fresh(daemon);
  const id = makeId(seeded(9));
  const [a, b] = [at('2024-07-01T10:00:00Z'), at('2024-08-15T11:11:11Z')];
  const n = async (query) => (await daemon.score(slug, query)).json.n;
  await daemon.put(slug, id, { score: 9, answered_at: iso(a), touchpoint: 'x', properties: { plan: 'pro' } });
  assert.deepEqual(
    [
      await n(range(a, a + 1)),
      await n(range(b, b + 1)),
      await n('window=all&touchpoint=x'),
      await n('window=all&property.plan=pro'),
    ],
    [1, 0, 1, 1],
  );
  const reply = await daemon.put(slug, id, {
    score: 2,
    answered_at: iso(b),
    touchpoint: 'y',
    properties: { plan: 'free' },
  });
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(
    [
      await n(range(a, a + 1)),
      await n(range(b, b + 1)),
      await n('window=all&touchpoint=x'),
      await n('window=all&property.plan=pro'),
      await n('window=all&touchpoint=y'),
      await n('window=all&property.plan=free'),
      await n('window=all'),
    ],
    [0, 1, 0, 0, 1, 1, 1],
  );
  const { buckets: months } = await trend(daemon, slug, 'from=2024-07-01&to=2024-09-01&interval=month');
  assert.deepEqual(
    months.map((bucket) => [bucket.n, bucket.score]),
    [
      [0, null],
      [1, -100],
    ],
  );
});

// Days of 23 and 25 hours, hours that start at UTC :15.
const DST = [
  ['America/New_York', '2024-03-10', 23],
  ['America/New_York', '2024-11-03', 25],
  ['America/New_York', '2024-06-01', 24],
  ['Asia/Kathmandu', '2024-03-10', 24],
  ['UTC', '2024-03-10', 24],
];
for (const [zone, date, hours] of DST) {
  test(`${date} in ${zone} has ${hours} hours`, async () => {
    const daemon = daemons[zone];
    const [year, month, day] = date.split('-').map(Number);
    const from = startOf(year, month, day, zone);
    const to = startOf(year, month, day + 1, zone);
    assert.equal(to - from, hours * HOUR);
    const rows = [];
    for (let t = from; t < to; t += HOUR)
      for (const edge of [t, t + HOUR - 1]) rows.push({ score: rows.length % 11, answered_at: edge });
    rows.push({ score: 0, answered_at: from - 1 }, { score: 0, answered_at: to });
    const slug = await fresh(daemon, rows);
    const next = new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
    const hourly = await trend(daemon, slug, `from=${date}&to=${next}&interval=hour`);
    assert.equal(hourly.bucket, 'hour');
    assert.equal(hourly.buckets.length, hours);
    hourly.buckets.forEach((bucket, i) => {
      assert.equal(Date.parse(bucket.from), from + i * HOUR);
      assert.equal(Date.parse(bucket.to), from + (i + 1) * HOUR);
      assert.equal(bucket.n, 2);
    });
    const daily = await trend(daemon, slug, `${range(from - 2 * DAY, to + 2 * DAY)}&interval=day`);
    const bounds = buckets('day', from - 2 * DAY, to + 2 * DAY, zone);
    assert.deepEqual(
      daily.buckets.map((bucket) => Date.parse(bucket.from)),
      bounds.slice(0, -1),
    );
    const today = daily.buckets.find((bucket) => Date.parse(bucket.from) === from);
    assertFigures(today, NPS, within(rows, from, to));
  });
}

test('an empty bucket is there, with n 0 and null', async () => {
  const daemon = daemons.UTC;
  const slug = await fresh(daemon, [
    { score: 9, answered_at: at('2024-01-01T12:00:00Z') },
    { score: 9, answered_at: at('2024-01-05T12:00:00Z') },
  ]);
  const got = await trend(daemon, slug, 'from=2024-01-01&to=2024-01-06&interval=day');
  assert.deepEqual(
    got.buckets.map((bucket) => [bucket.n, bucket.score, bucket.mean, bucket.interval === null]),
    [
      [1, 100, 9, false],
      [0, null, null, true],
      [0, null, null, true],
      [0, null, null, true],
      [1, 100, 9, false],
    ],
  );
  assert.equal(got.survey, slug);
  assert.equal(got.metric, 'nps');
  assert.equal(got.n, 2);
});

test('no response at all: a trend of all time is empty', async () => {
  const daemon = daemons.UTC;
  const got = await trend(daemon, await fresh(daemon), 'window=all&interval=day');
  assert.deepEqual(got.buckets, []);
  assert.equal(got.n, 0);
});

test('weeks start on Monday', async () => {
  const daemon = daemons.UTC;
  const slug = await fresh(daemon, [
    { score: 9, answered_at: at('2024-01-07T23:59:59.999Z') },
    { score: 0, answered_at: at('2024-01-08T00:00:00Z') },
  ]);
  const got = await trend(daemon, slug, 'from=2024-01-01&to=2024-01-15&interval=week');
  assert.deepEqual(
    got.buckets.map((bucket) => [bucket.from.slice(0, 10), bucket.n, bucket.score]),
    [
      ['2024-01-01', 1, 100],
      ['2024-01-08', 1, -100],
    ],
  );
});

test('the first and last bucket are clipped to the window', async () => {
  const daemon = daemons['America/New_York'];
  const from = at('2024-02-10T10:00:00Z');
  const to = at('2024-05-20T10:00:00.001Z');
  const rows = [
    { score: 1, answered_at: from - 1 },
    { score: 2, answered_at: from },
    { score: 3, answered_at: to - 1 },
    { score: 4, answered_at: to },
  ];
  const slug = await fresh(daemon, rows);
  const got = await trend(daemon, slug, `${range(from, to)}&interval=month`);
  const bounds = buckets('month', from, to, 'America/New_York');
  assert.deepEqual(
    got.buckets.map((bucket) => [Date.parse(bucket.from), Date.parse(bucket.to)]),
    bounds.slice(0, -1).map((start, i) => [start, bounds[i + 1]]),
  );
  assert.deepEqual(
    got.buckets.map((bucket) => bucket.n),
    [1, 0, 0, 1],
  );
});

for (const query of [
  'interval=minute',
  'interval=',
  'rolling=30',
  'rolling=0d',
  'rolling=x',
  'interval=hour&from=1990-01-01&to=2024-01-01',
  'colour=red',
  'compare=previous',
]) {
  test(`trend?${query} is refused`, async () => {
    const daemon = daemons.UTC;
    const slug = await fresh(daemon);
    const reply = await daemon.admin('GET', `/v1/surveys/${slug}/trend?${query}`);
    assert.equal(reply.status, 400, reply.text);
    assert.equal(reply.json.type, '/problems/bad_parameter');
  });
}

// Random histories against a recount.
const pick = (random, list) => list[Math.floor(random() * list.length)];
function history(random, size, now) {
  return Array.from({ length: size }, () => {
    const row = {
      id: makeId(random),
      sequence: 1, // whatever its answered_at, what amends it is newer
      score: Math.floor(random() * 11),
      answered_at: now - Math.floor(random() * 400 * DAY),
    };
    // Some stand exactly on a boundary of an hour or a quarter.
    if (random() < 0.1) row.answered_at -= row.answered_at % (15 * 60_000);
    const touchpoint = pick(random, [undefined, 'checkout', 'search']);
    const channel = pick(random, [undefined, 'web', 'mail']);
    const locale = pick(random, [undefined, 'de', 'fr-CH']);
    if (touchpoint) row.touchpoint = touchpoint;
    if (channel) row.channel = channel;
    if (locale) row.locale = locale;
    row.properties = random() < 0.8 ? { plan: pick(random, ['pro', 'free']), other: pick(random, ['x', 'y']) } : {};
    return row;
  });
}
const matches = (row, filter) =>
  Object.entries(filter).every(
    ([name, value]) => (name.startsWith('property.') ? row.properties[name.slice(9)] : row[name]) === value,
  );
function anyFilter(random) {
  const filter = {};
  const items = [
    ['touchpoint', ['checkout', 'search', 'none']],
    ['channel', ['web', 'mail']],
    ['locale', ['de', 'fr-CH']],
    ['property.plan', ['pro', 'free']],
  ];
  const wanted = pick(random, [0, 0, 1, 1, 1, 2, 3]);
  for (let i = 0; i < wanted; i++) {
    const [name, values] = pick(random, items);
    filter[name] = pick(random, values);
  }
  return filter;
}

for (const zone of ZONES) {
  test(`random histories in ${zone}: 2,000 responses over 400 days, 60 windows and filters`, async () => {
    const daemon = daemons[zone];
    const random = seeded(zone.length);
    const now = Date.now() - 60_000;
    let rows = history(random, 2000, now);
    const slug = await fresh(daemon, rows);
    // Amend a hundred of them, in every member, and replay as many.
    const amended = new Map(
      history(random, 100, now).map((row, i) => [rows[i * 17].id, { ...row, id: rows[i * 17].id, sequence: 2 }]),
    );
    rows = rows.map((row) => amended.get(row.id) ?? row);
    const line = (row) => ({ survey: slug, ...row, answered_at: iso(row.answered_at) });
    const reply = await daemon.batch([...amended.values()].map(line));
    assert.ok(
      reply.lines.every((result) => result.outcome === 'amended'),
      reply.text.slice(0, 500),
    );
    const replay = await daemon.batch(rows.slice(0, 100).map(line));
    assert.ok(
      replay.lines.every((result) => result.outcome === 'replayed'),
      replay.text.slice(0, 500),
    );

    for (let round = 0; round < 60; round++) {
      const filter = anyFilter(random);
      const chosen = rows.filter((row) => matches(row, filter));
      const precision = pick(random, [1, 1000, 15 * 60_000, HOUR, DAY]);
      let from = now - 410 * DAY + Math.floor(random() * 420 * DAY);
      from -= from % precision;
      const to = from + Math.max(precision, Math.floor((random() ** 3 * 420 * DAY) / precision) * precision);
      const extra = Object.keys(filter).length ? `&${new URLSearchParams(filter)}` : '';
      const note = `${zone} round ${round} ${range(from, to)}${extra}`;
      const reply = await daemon.score(slug, range(from, to) + extra);
      assert.equal(reply.status, 200, reply.text);
      assertFigures(reply.json, NPS, within(chosen, from, to), { note });
      const unit = pick(random, ['day', 'week', 'month', 'quarter']);
      const series = await trend(daemon, slug, `${range(from, to)}&interval=${unit}${extra}`);
      const bounds = buckets(unit, from, to, zone);
      assert.deepEqual(
        series.buckets.map((bucket) => Date.parse(bucket.from)),
        bounds.slice(0, -1),
        note,
      );
      series.buckets.forEach((bucket, i) => {
        assert.equal(Date.parse(bucket.to), bounds[i + 1], note);
        assertFigures(bucket, NPS, within(chosen, bounds[i], bounds[i + 1]), { note });
      });
      assert.deepEqual(sumOf(series.buckets), reply.json.distribution, `the trend sums to its window: ${note}`);
      assertFigures(series, NPS, within(chosen, from, to), { note });
    }
    assertFigures(
      (await daemon.score(slug, 'window=all')).json,
      NPS,
      rows.map((row) => row.score),
    );
    const all = await trend(daemon, slug, 'window=all&interval=month');
    assert.deepEqual(sumOf(all.buckets), (await daemon.score(slug, 'window=all')).json.distribution);
  });

  test(`rolling in ${zone}: each bucket is over the N days that end with it`, async () => {
    const daemon = daemons[zone];
    const random = seeded(40 + zone.length);
    const rows = history(random, 1500, at('2024-12-31T00:00:00Z'));
    const slug = await fresh(daemon, rows);
    for (const [unit, days, from, to] of [
      ['day', 30, '2024-02-20', '2024-04-10'],
      ['day', 7, '2024-10-20', '2024-11-20'],
      ['week', 90, '2024-01-01', '2024-04-01'],
      ['month', 1, '2024-01-01', '2025-01-01'],
    ]) {
      const series = await trend(daemon, slug, `from=${from}&to=${to}&interval=${unit}&rolling=${days}d`);
      const [begin, end] = [from, to].map((date) => startOf(...date.split('-').map(Number), zone));
      const bounds = buckets(unit, begin, end, zone);
      assert.equal(series.buckets.length, bounds.length - 1);
      series.buckets.forEach((bucket, i) => {
        const until = bounds[i + 1];
        assert.equal(Date.parse(bucket.to), until);
        assert.deepEqual(
          [Date.parse(bucket.figure_from), Date.parse(bucket.figure_to)],
          [add('day', until, -days, zone), until],
        );
        assertFigures(bucket, NPS, within(rows, add('day', until, -days, zone), until), {
          note: `${unit} ${days} ${bucket.from}`,
        });
      });
      assertFigures(series, NPS, within(rows, begin, end));
    }
    await sameDay(zone, async () => {
      const recent = await fresh(
        daemon,
        history(random, 300, Date.now()).map((row) => ({
          ...row,
          answered_at: Date.now() - Math.floor(random() * 50 * DAY),
        })),
      );
      const last = (await trend(daemon, recent, 'window=7d&interval=day&rolling=30d')).buckets.at(-1);
      const score = (await daemon.score(recent, 'window=30d')).json;
      assert.deepEqual(
        [last.n, last.score, last.distribution],
        [score.n, score.score, score.distribution],
        'the last bucket of a daily trend with rolling=30d is the score over 30d',
      );
    });
  });
}

// Where a bucket does not end at midnight the N days before it end at the same time by the clock on the wall, also
// around a change of it.
test('rolling hours follow the clock on the wall', async (t) => {
  const daemon = await start({ timezone: 'Europe/Berlin' });
  t.after(() => daemon.stop());
  const slug = await fresh(daemon, [{ score: 9, answered_at: at('2026-03-29T04:30:00+02:00') }]);
  const series = await trend(
    daemon,
    slug,
    'interval=hour&rolling=1d&from=2026-03-30T01:00:00Z&to=2026-03-30T03:00:00Z',
  );
  assert.deepEqual(
    series.buckets.map((bucket) => [bucket.figure_from, bucket.figure_to, bucket.n, bucket.small_sample]),
    [
      ['2026-03-29T02:00:00Z', '2026-03-30T02:00:00Z', 1, true],
      ['2026-03-29T03:00:00Z', '2026-03-30T03:00:00Z', 0, true],
    ],
  );
  // 02:30 of the day that has none lies where the clock would have been; in autumn the first of two.
  const spring = await trend(
    daemon,
    slug,
    'interval=hour&rolling=1d&from=2026-03-30T00:00:00Z&to=2026-03-30T00:30:00Z',
  );
  assert.equal(spring.buckets[0].figure_from, '2026-03-29T01:30:00Z');
  const autumn = await trend(
    daemon,
    slug,
    'interval=hour&rolling=1d&from=2025-10-27T00:00:00Z&to=2025-10-27T01:30:00Z',
  );
  assert.deepEqual(
    autumn.buckets.map((bucket) => bucket.figure_from),
    ['2025-10-26T00:00:00Z', '2025-10-26T00:30:00Z'],
  );
});

test('a strong ETag: 304 while nothing changes, another after a change', async () => {
  const daemon = daemons.UTC;
  const slug = await fresh(daemon, [{ score: 9, answered_at: at('2024-01-01T12:00:00Z') }]);
  for (const target of [
    `/v1/surveys/${slug}/score?window=all`,
    `/v1/surveys/${slug}/trend?from=2024-01-01&to=2024-02-01`,
    '/v1/scores?window=all',
    `/v1/surveys/${slug}`,
    '/v1/surveys',
  ]) {
    const first = await daemon.admin('GET', target);
    assert.equal(first.status, 200, first.text);
    if (!first.headers.etag && /surveys(\/w\d+)?$/.test(target)) continue; // an ETag is promised for scores and trends
    assert.match(first.headers.etag, /^"[^"]+"$/, target);
    const ask = (tag) => daemon.admin('GET', target, { headers: { 'If-None-Match': tag } });
    for (const tag of [first.headers.etag, `"x", ${first.headers.etag}`, '*', `W/${first.headers.etag}`]) {
      const same = await ask(tag);
      assert.equal(same.status, 304, `${target} ${tag}`);
      assert.equal(same.text, '');
      assert.equal(same.headers.etag, first.headers.etag);
      assert.equal(same.headers['content-length'], String(Buffer.byteLength(first.text)), 'that of the 200');
    }
    assert.equal((await ask('"x"')).status, 200);
  }
  const target = `/v1/surveys/${slug}/score?window=all`;
  const { etag } = (await daemon.admin('GET', target)).headers;
  await daemon.load([{ survey: slug, score: 1, answered_at: '2024-01-02T00:00:00Z' }]);
  const changed = await daemon.admin('GET', target, { headers: { 'If-None-Match': etag } });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.etag, etag);
  assert.equal(changed.json.n, 2);
});

test('a midnight that daylight saving skips', async (t) => {
  const zone = 'America/Havana'; // 2024-03-10 begins at 01:00
  const daemon = await start({ timezone: zone });
  t.after(() => daemon.stop());
  const first = startOf(2024, 3, 10, zone);
  const rows = [first - 1, first, first + 23 * HOUR - 1, first + 23 * HOUR].map((answered_at, score) => ({
    score,
    answered_at,
  }));
  const slug = await fresh(daemon, rows);
  const series = await trend(daemon, slug, 'from=2024-03-09&to=2024-03-12&interval=day');
  assert.deepEqual(
    series.buckets.map((bucket) => bucket.n),
    [1, 2, 1],
  );
  assert.deepEqual(
    series.buckets.map((bucket) => Date.parse(bucket.from)),
    [9, 10, 11].map((day) => startOf(2024, 3, day, zone)),
  );
});
