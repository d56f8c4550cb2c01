// Alerts: rules, their states at the end of a reporting day, hysteresis, single detractors told once, acknowledged,
// history; over restarts and kill −9.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fakeClock, library } from '../fault/faketime.mjs';
import { askStore, assertProblem, METRICS, ROOT, run, sqlite, start, until, use, useDirectory } from './harness.mjs';

const DAY_MS = 86_400_000;
const binary = path.join(ROOT, 'build/cxd'); // where the clock is another: a sanitizer wants to be loaded before that
const put = (d, name, body, options = {}) => d.admin('PUT', `/v1/alerts/${name}`, { body, ...options });
const get = async (d, name) => (await d.admin('GET', `/v1/alerts/${name}`)).json;
const history = async (d, name, query = '') => (await d.admin('GET', `/v1/alerts/${name}/history${query}`)).json;
const acknowledge = (d, name, body = {}) => d.admin('POST', `/v1/alerts/${name}/acknowledge`, { body });
// Put back as it is, but open.
async function reopen(d) {
  const { json } = await d.admin('GET', '/v1/surveys/shop');
  return d.admin('PUT', '/v1/surveys/shop', { body: { ...json, archived: false } });
}
const evaluated = (d, name) =>
  until(async () => (await get(d, name)).evaluated_at && (await get(d, name)), `${name} to be evaluated`);

// Where it is about noon: no test lies at a midnight.
const hours = new Date().getUTCHours() - 12;
const timezone = hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;

// Answers by scores, so many days ago.
const days = (survey, scores, daysAgo, more = {}) =>
  daysAgo.flatMap((ago) =>
    scores.map((score, i) => ({
      survey,
      score,
      answered_at: new Date(Date.now() - ago * DAY_MS - i).toISOString(),
      ...more,
    })),
  );
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const times = (n, score) => Array(n).fill(score);

async function daemon(t, options = {}) {
  const d = await use(t, { timezone, ...options });
  await d.survey('shop', { metric: 'nps', properties: ['plan'] });
  return d;
}

test('a rule: put, read, listed, replaced, deleted; with what is wrong in it', async (t) => {
  const d = await daemon(t);
  const rule = { survey: 'shop', kind: 'score', below: 30, window: '7d', min_n: 5, touchpoint: 'web' };
  const made = await put(d, 'low', rule);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(
    { ...made.json, created_at: 0, updated_at: 0, since: 0 },
    {
      name: 'low',
      survey: 'shop',
      kind: 'score',
      below: 30,
      margin: null,
      window: '7d',
      min_n: 5,
      touchpoint: 'web',
      revision: 1,
      created_at: 0,
      updated_at: 0,
      state: 'no_data',
      since: 0,
      value: null,
      n: null,
      threshold: 30,
      reason: 'not_evaluated_yet',
      evaluated_at: null,
      day_end: null,
      acknowledged: null,
    },
  );
  const state = await evaluated(d, 'low');
  assert.deepEqual([state.state, state.reason, state.n], ['no_data', 'few_answers', 0]);
  // What is read can be put back: it is the same rule, and its state stays.
  const again = await put(d, 'low', state);
  assert.deepEqual(
    [again.status, again.json.revision, again.json.evaluated_at],
    [200, 1, state.evaluated_at],
    again.text,
  );
  const other = await put(d, 'low', { ...rule, below: undefined, above: 12.5, margin: 0.5 });
  assert.deepEqual(
    [other.status, other.json.revision, other.json.above, other.json.threshold, other.json.evaluated_at],
    [200, 2, 12.5, 12.5, null],
  );
  assert.deepEqual(
    (await d.admin('GET', '/v1/alerts')).json.alerts.map(({ name }) => name),
    ['low'],
  );
  assert.deepEqual(
    (await history(d, 'low')).events.map(({ event }) => event),
    ['changed'],
  );
  assertProblem(await put(d, 'low', rule, { headers: { 'If-None-Match': '*' } }), 412, 'precondition_failed');
  assert.equal((await d.admin('DELETE', '/v1/alerts/low')).status, 200);
  assertProblem(await d.admin('GET', '/v1/alerts/low'), 404, 'no_alert');
  assertProblem(await d.admin('GET', '/v1/alerts/low/history'), 404, 'no_alert');
  assertProblem(await d.admin('DELETE', '/v1/alerts/low'), 404, 'no_alert');
  assertProblem(await acknowledge(d, 'low'), 404, 'no_alert');
  const { records } = (await d.admin('GET', '/v1/audit?limit=500')).json;
  assert.deepEqual(
    records.filter(({ target }) => target === 'low').map(({ act, detail }) => `${act} ${detail}`),
    ['alert.put revision 1', 'alert.put revision 2', 'alert.delete '],
  );

  await d.survey('gone', { metric: 'nps' });
  await d.admin('DELETE', '/v1/surveys/gone');
  for (const [body, ...pointers] of [
    [{}, '/survey', '/kind'],
    [{ survey: 'nowhere', kind: 'detractor' }, '/survey'],
    [{ survey: 'shop', kind: 'scores' }, '/kind'],
    [{ survey: 'shop', kind: 'score' }, '/below'],
    [{ survey: 'shop', kind: 'score', below: 1, above: 2 }, '/above'],
    [{ survey: 'shop', kind: 'score', below: 200 }, '/below'],
    [{ survey: 'shop', kind: 'score', below: '30' }, '/below'],
    [{ survey: 'shop', kind: 'score', below: 30, margin: 80 }, '/margin'],
    [{ survey: 'shop', kind: 'score', below: 30, window: '30' }, '/window'],
    [{ survey: 'shop', kind: 'score', below: 30, min_n: 0 }, '/min_n'],
    [{ survey: 'shop', kind: 'score', below: 30, alpha: 0.05 }, '/alpha'],
    [{ survey: 'shop', kind: 'rate', above: 0 }, '/above'],
    [{ survey: 'shop', kind: 'rate', above: 20, below: 10 }, '/below'],
    [{ survey: 'shop', kind: 'drop', window: 'all' }, '/window'],
    [{ survey: 'shop', kind: 'drop', alpha: 0.5 }, '/alpha'],
    [{ survey: 'shop', kind: 'silence', window: '7d' }, '/window'],
    [{ survey: 'shop', kind: 'detractor', properties: { 'a b': 'c' } }, '/properties'],
    [{ survey: 'shop', kind: 'detractor', properties: { plan: 'pro', paln: 'pro' } }, '/properties'],
    [{ survey: 'shop', kind: 'detractor', touchpoint: 'x'.repeat(65) }, '/touchpoint'],
    [{ survey: 'shop', kind: 'silence', locale: 'x'.repeat(36) }, '/locale'],
    [{ survey: 'gone', kind: 'detractor' }, '/survey'],
    [{ survey: 'shop', kind: 'detractor', name: 'y' }, '/name'],
    [{ survey: 'shop', kind: 'detractor', chanel: 'web' }, '/chanel'],
  ])
    assertProblem(await put(d, 'x', body), 422, 'invalid', pointers);
  assert.match(
    (await put(d, 'x', { survey: 'shop', kind: 'detractor', chanel: 'w' })).text,
    /did you mean \\"channel\\"/,
  );
  assertProblem(await put(d, 'X!', { survey: 'shop', kind: 'detractor' }), 422, 'invalid', ['/name']);
  assertProblem(await d.admin('GET', '/v1/alerts?limit=3'), 400, 'bad_parameter');
});

test('a score below the line: fires once, is acknowledged, and resolves beyond it', async (t) => {
  const d = await daemon(t, { config: { metrics: METRICS } });
  // Of 7 days, 40 answers each: at first a score of 25, then of 75.
  await d.load(days('shop', [...times(20, 9), ...times(10, 8), ...times(10, 3)], range(1, 7)));
  await put(d, 'low', { survey: 'shop', kind: 'score', below: 30, window: '7d' });
  await put(d, 'near', { survey: 'shop', kind: 'score', below: 24, window: '7d' });
  await put(d, 'rate', { survey: 'shop', kind: 'rate', above: 20, window: '7d' });
  await put(d, 'few', { survey: 'shop', kind: 'score', below: 30, window: '7d', min_n: 281 });
  const low = await evaluated(d, 'low');
  assert.deepEqual([low.state, low.value, low.n, low.threshold, low.reason], ['firing', 25, 280, 30, null]);
  assert.equal((await evaluated(d, 'near')).state, 'ok');
  const rate = await evaluated(d, 'rate');
  assert.deepEqual([rate.state, rate.value, rate.n], ['firing', 25, 280]);
  assert.deepEqual([(await evaluated(d, 'few')).state, (await get(d, 'few')).n], ['no_data', 280]);
  assertProblem(await acknowledge(d, 'near'), 409, 'not_firing');
  const seen = await acknowledge(d, 'low', { note: 'looking' });
  assert.deepEqual([seen.status, seen.json.state, seen.json.acknowledged.note], [200, 'acknowledged', 'looking']);
  const twice = await acknowledge(d, 'low', { note: 'another' });
  assert.deepEqual([twice.status, twice.json.acknowledged], [200, seen.json.acknowledged]);
  await until(() => / alert_fired .*alert=low/.test(d.stderr), 'the record');
  assert.equal(d.stderr.match(/ alert_fired .*alert=low/g).length, 1);
  await until(async () => (await d.admin('GET', '/v1/status')).json.alerts.firing === 1, 'the status');
  const { text } = await d.scrape();
  assert.match(text, /^cxd_alerts\{state="firing"\} 1$/m);
  assert.match(text, /^cxd_alerts\{state="acknowledged"\} 1$/m);
  assert.match(text, /^cxd_alerts_fired_total\{kind="score"\} 1$/m);
  const { events } = await history(d, 'low');
  assert.deepEqual(
    events.map(({ event, value, n }) => [event, value, n]),
    [
      ['acknowledged', null, null],
      ['fired', 25, 280],
    ],
  );
  const first = await history(d, 'low', '?limit=1');
  assert.equal(first.events.length, 1);
  assert.deepEqual((await history(d, 'low', `?limit=1&cursor=${first.next}`)).events, [events[1]]);
  const shown = run(['alerts'], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /^low +shop +score +acknowledged .* 25\.00 +280 +30/m);
  const told = run(['alert', 'history', 'low'], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  assert.match(told.stdout, / fired +25\.00 +280 /);
});

test('a drop, and silence; a survey with min_n withholds', async (t) => {
  const d = await daemon(t);
  await d.survey('quiet', { metric: 'nps' });
  await d.survey('closed', { metric: 'nps', closes_at: new Date(Date.now() - 2 * DAY_MS).toISOString() });
  await d.survey('small', { metric: 'nps', min_n: 100 });
  await d.load(days('shop', times(30, 9), range(8, 14)));
  await d.load(days('shop', [...times(20, 9), ...times(10, 3)], range(1, 7)));
  await d.load(days('quiet', times(10, 9), range(2, 63)));
  await d.load(days('small', times(10, 3), range(1, 7)));
  await put(d, 'drop', { survey: 'shop', kind: 'drop', window: '7d' });
  await put(d, 'rise', { survey: 'shop', kind: 'drop', window: '14d' });
  await put(d, 'silent', { survey: 'quiet', kind: 'silence' });
  await put(d, 'spoken', { survey: 'shop', kind: 'silence' });
  await put(d, 'shut', { survey: 'closed', kind: 'silence' });
  await put(d, 'hidden', { survey: 'small', kind: 'rate', above: 50, window: '7d' });
  const drop = await evaluated(d, 'drop');
  assert.deepEqual([drop.state, drop.value, drop.n, drop.threshold], ['firing', -66.7, 210, 0.05]);
  assert.ok(drop.p_value > 0 && drop.p_value < 0.001);
  assert.equal((await evaluated(d, 'rise')).state, 'no_data', 'there is nothing before');
  const silent = await evaluated(d, 'silent');
  assert.deepEqual([silent.state, silent.expected, silent.n], ['firing', 10, 0]);
  assert.ok(Math.abs(silent.p_value - (8 / 9) ** 80.5) < 0.00006);
  assert.equal((await evaluated(d, 'spoken')).state, 'ok');
  assert.deepEqual([(await evaluated(d, 'shut')).state, (await get(d, 'shut')).reason], ['no_data', 'survey_closed']);
  const listed = run(['alerts'], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  assert.match(listed.stdout, /^silent +quiet +silence +firing +\d+ (s|min) +- +0 +0\.001 +-$/m);
  const hidden = await evaluated(d, 'hidden');
  assert.deepEqual([hidden.state, hidden.reason, hidden.value], ['no_data', 'suppressed', null]);
});

test('what is excluded is no sign that a survey had answers by then', async (t) => {
  const d = await daemon(t);
  await d.survey('weekly', { metric: 'nps', max_backdate: '90d' });
  await d.load(days('weekly', times(10, 9), [8, 15, 22, 29]));
  const old = { score: 9, answered_at: new Date(Date.now() - 57 * DAY_MS).toISOString() };
  const { id } = (await d.admin('POST', '/v1/surveys/weekly/responses', { body: old })).json;
  const excluded = await d.admin('PATCH', `/v1/surveys/weekly/responses/${id}`, { body: { excluded: true } });
  assert.equal(excluded.status, 200, excluded.text);
  await put(d, 'silent', { survey: 'weekly', kind: 'silence' });
  const silent = await evaluated(d, 'silent');
  assert.deepEqual([silent.state, silent.expected, silent.n], ['firing', 10, 0]);
  const trend = (await d.admin('GET', '/v1/surveys/weekly/trend?window=all&interval=week')).json;
  assert.equal(trend.buckets.length, 4);
});

test('an acknowledgement says nothing, or a note', async (t) => {
  const d = await daemon(t);
  await put(d, 'each', { survey: 'shop', kind: 'detractor' });
  // As many clients send nothing: curl -d '', and curl -X POST.
  for (const options of [{ body: '', type: 'application/x-www-form-urlencoded' }, {}, { body: '', type: 'text/x' }]) {
    await d.post('shop', bad());
    await until(async () => (await get(d, 'each')).state === 'firing', 'it to fire');
    const seen = await d.admin('POST', '/v1/alerts/each/acknowledge', options);
    assert.deepEqual([seen.status, seen.json.acknowledged?.note], [200, null], seen.text);
  }
  const form = { body: 'note=x', type: 'application/x-www-form-urlencoded' };
  assertProblem(await d.admin('POST', '/v1/alerts/each/acknowledge', form), 415, 'media_type');
  const shown = run(['alert', 'history', 'each', '--limit', '2'], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  assert.match(shown.stdout, / fired +2 +1 /, 'a score of one answer');
});

const bad = (more = {}) => ({ score: 2, comment: 'slow', ...more });

test('a detractor with a comment: each told once, amended ones too, suspects and excluded ones never', async (t) => {
  const d = await daemon(t);
  const before = (await d.post('shop', bad())).json;
  await put(d, 'each', { survey: 'shop', kind: 'detractor' });
  await put(d, 'web', { survey: 'shop', kind: 'detractor', touchpoint: 'web', properties: { plan: 'pro' } });
  const told = async (name) => (await history(d, name)).events.flatMap(({ response }) => response ?? []);
  const first = (await d.post('shop', bad({ respondent: 'eve', touchpoint: 'web', properties: { plan: 'pro' } }))).json;
  await until(async () => (await told('web')).length === 1, 'the first');
  await d.post('shop', { score: 2 });
  await d.post('shop', { score: 9, comment: 'fine' });
  const amended = (await d.post('shop', { score: 9, comment: 'fine' })).json;
  const suspect = (await d.post('shop', { ...bad(), further_remarks: 'x' })).json;
  const second = (await d.post('shop', bad({ respondent: 'eve' }))).json;
  await until(async () => (await told('each')).length === 2, 'the second');
  assert.equal((await d.put('shop', amended.id, bad())).status, 200);
  await until(async () => (await told('each')).length === 3, 'the amended one');
  assert.deepEqual((await told('each')).reverse(), [first.id, second.id, amended.id]);
  // Told once, whatever becomes of it; and what counts again is told.
  assert.equal((await d.put('shop', amended.id, bad({ score: 1 }))).status, 200);
  const clear = await d.admin('PATCH', `/v1/surveys/shop/responses/${suspect.id}`, { body: { excluded: false } });
  assert.equal(clear.status, 200, clear.text);
  await until(async () => (await told('each')).includes(suspect.id), 'the one that counts again');
  assert.deepEqual(await told('web'), [first.id]);
  assert.equal((await told('each')).length, 4);
  assert.ok(!(await told('each')).includes(before.id), 'it was there before the rule');
  const state = await get(d, 'each');
  assert.deepEqual([state.state, state.n, state.threshold], ['firing', 4, null]);
  const seen = await acknowledge(d, 'each');
  assert.deepEqual([seen.json.state, seen.json.n, seen.json.acknowledged.note], ['acknowledged', 0, null]);
  const last = (await d.post('shop', bad())).json;
  await until(async () => (await get(d, 'each')).state === 'firing', 'it to fire again');
  assert.equal((await get(d, 'each')).n, 1);
  // What is erased leaves the history.
  await d.admin('DELETE', '/v1/respondents/eve?counts=true');
  assert.deepEqual((await told('each')).sort(), [amended.id, suspect.id, last.id].sort());
  assert.deepEqual(await told('web'), []);
  assert.equal((await history(d, 'web')).events[0].value, null);
  const kept = sqlite(d.database, 'SELECT * FROM alert_event; SELECT * FROM alert_state;');
  assert.doesNotMatch(kept, /eve|slow/);
});

test('a rule of the name of one that was there begins anew; a survey may change beneath one', async (t) => {
  const d = await daemon(t);
  const rule = { survey: 'shop', kind: 'detractor' };
  await put(d, 'each', rule);
  const first = (await d.post('shop', bad())).json;
  await until(async () => (await get(d, 'each')).state === 'firing', 'it to fire');
  assert.equal((await d.admin('DELETE', '/v1/alerts/each')).status, 200);
  const again = await put(d, 'each', rule);
  assert.deepEqual([again.status, again.json.state, again.json.n, again.json.revision], [201, 'ok', 0, 1], again.text);
  assert.deepEqual((await history(d, 'each')).events, []);
  // What the rule before has told of is told of by this one when it is amended, and not before.
  const second = (await d.post('shop', bad())).json;
  await until(async () => (await get(d, 'each')).state === 'firing', 'it to fire');
  assert.equal((await d.put('shop', first.id, bad({ score: 1 }))).status, 200);
  await until(async () => (await get(d, 'each')).n === 2, 'the amended one');
  const told = async () => (await history(d, 'each')).events.map(({ response, value }) => [response, value]);
  assert.deepEqual(await told(), [
    [first.id, 1],
    [second.id, 2],
  ]);
  // One that is amended to a good answer was told: the history keeps what it said then.
  assert.equal((await d.put('shop', second.id, { score: 10, comment: 'sorry' })).status, 200);
  await d.post('shop', bad());
  await until(async () => (await get(d, 'each')).n === 3, 'the third');
  assert.deepEqual((await told())[2], [second.id, 2]);
  // By another name of the survey, and other bands of it.
  const { json: shop } = await d.admin('GET', '/v1/surveys/shop');
  const renamed = await d.admin('PUT', '/v1/surveys/shop', { body: { ...shop, name: 'Another name', min_n: 3 } });
  assert.equal(renamed.status, 200, renamed.text);
  const fourth = (await d.post('shop', bad())).json;
  await until(async () => (await told())[0][0] === fourth.id, 'the fourth');
  // Archived, it takes no answers; reopened, the rule goes on.
  assert.equal((await d.admin('DELETE', '/v1/surveys/shop')).status, 200);
  assertProblem(await d.post('shop', bad()), 403, 'survey_closed');
  const reopened = await reopen(d);
  assert.equal(reopened.status, 200, reopened.text);
  const fifth = (await d.post('shop', bad())).json;
  await until(async () => (await told())[0][0] === fifth.id, 'the fifth');
});

test('killed and started again: every detractor is told, and each once', async (t) => {
  let d = await daemon(t);
  await put(d, 'each', { survey: 'shop', kind: 'detractor' });
  const ids = new Set();
  const { dir } = d;
  for (let turn = 0; turn < 4; turn += 1) {
    for (let i = 0; i < 5; i += 1)
      await Promise.all(
        range(1, 6).map(async () => {
          const made = await d.post('shop', bad());
          assert.equal(made.status, 201);
          ids.add(made.json.id);
        }),
      );
    await d.kill();
    d = await start({ dir, timezone });
    t.after(() => d.stopped || d.end());
  }
  const events = async () => (await history(d, 'each', '?limit=500')).events;
  await until(async () => (await events()).length >= ids.size, 'all to be told');
  await until(() => / alert_firing .*alert=each survey=shop kind=detractor /.test(d.stderr), 'what fires to be said');
  assert.deepEqual((await events()).map(({ response }) => response).sort(), [...ids].sort());
  assert.equal((await get(d, 'each')).n, ids.size);
});

test('a rule that is put while others are told misses nothing, and is evaluated between them', async (t) => {
  const d = await daemon(t);
  await d.survey('late', { metric: 'nps' });
  await d.load(days('late', times(40, 3), [1]));
  await put(d, 'bulk', { survey: 'shop', kind: 'detractor' });
  const many = (n) => d.load(Array.from({ length: n }, () => ({ survey: 'shop', ...bad() })));
  await many(4000);
  await put(d, 'late', { survey: 'late', kind: 'detractor' });
  await d.post('late', bad());
  await until(async () => (await get(d, 'late')).state === 'firing', 'it to tell of the first');
  const again = await put(d, 'late', { survey: 'late', kind: 'detractor', touchpoint: 'web' });
  assert.equal(again.json.state, 'ok');
  await many(2000);
  await d.post('late', bad({ touchpoint: 'web' }));
  await until(async () => (await get(d, 'late')).state === 'firing', 'the changed rule to tell');
  assert.equal((await history(d, 'late')).events.filter(({ event }) => event === 'fired').length, 2);
  // However many come: a rule that is new is evaluated between them.
  await put(d, 'score', { survey: 'late', kind: 'score', below: 0, window: '7d' });
  let batches = 0;
  for (; batches < 40 && !(await get(d, 'score')).evaluated_at; batches += 1) await many(500);
  assert.ok(batches < 40, 'evaluated while there is more to tell of');
  await until(async () => (await get(d, 'bulk')).n === 6000 + 500 * batches, 'each to be told once');
});

test('a full history costs the writer no more than an empty one', async (t) => {
  const d = await use(t);
  await d.end();
  const event = (count) => `INSERT INTO alert_event (name, number, kind, at, day_end, n, acknowledged_at)
    WITH RECURSIVE i (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM i WHERE number < ${count})
    SELECT 'each', number, 0, 0, 0, 1, 0 FROM i;`;
  sqlite(d.database, event(10_003));
  const prune = () =>
    askStore(d.database, 'prune_alert_events', { 1: "'each'", 2: 10_000 }, { stats: '.stats vmstep' });
  assert.match(prune(), /VM-steps/);
  assert.equal(sqlite(d.database, 'SELECT count(*), min(number) FROM alert_event;').trim(), '10000|4');
  const steps = Number(/VM-steps: (\d+)/.exec(prune())[1]);
  assert.ok(steps < 100, `${steps} steps, and nothing to remove`);
});

test('without a key nothing of one person: no state of a detractor rule, no note', async (t) => {
  const d = await daemon(t, { config: { access: { read: 'open' } } });
  await d.survey('few', { metric: 'nps', min_n: 10 });
  await d.load(days('shop', times(40, 3), [1]));
  await put(d, 'det', { survey: 'few', kind: 'detractor' });
  await put(d, 'low', { survey: 'shop', kind: 'score', below: 0, window: '7d' });
  await put(d, 'rate', { survey: 'few', kind: 'rate', above: 50 });
  await d.post('few', bad({ respondent: 'eve', comment: 'never again' }));
  await until(async () => (await get(d, 'det')).state === 'firing', 'it to fire');
  await evaluated(d, 'low');
  await evaluated(d, 'rate');
  await acknowledge(d, 'low', { note: 'ask eve' });
  const told = { state: null, since: null, value: null, n: null, reason: null, evaluated_at: null, acknowledged: null };
  const read = async (target) => (await d.request('GET', target)).json;
  const shows = async () => {
    const { alerts } = await read('/v1/alerts');
    const [det, low, rate] = await Promise.all(['det', 'low', 'rate'].map((name) => read(`/v1/alerts/${name}`)));
    assert.deepEqual(alerts, [det, low, rate]);
    assert.deepEqual([rate.state, rate.n], ['no_data', 0]);
    assert.doesNotMatch(JSON.stringify(alerts), /eve|again|cxs_/i);
    assert.deepEqual({ ...det, ...told }, det);
    assert.deepEqual([low.state, low.value, low.n], ['acknowledged', -100, 40]);
    assert.deepEqual({ ...low.acknowledged, at: 0 }, { at: 0, by: null, note: null });
    const { firing, acknowledged } = (await read('/v1/status')).alerts;
    assert.deepEqual([firing, acknowledged], [null, null]);
  };
  await shows();
  for (const name of ['det', 'low']) assertProblem(await d.request('GET', `/v1/alerts/${name}/history`), 401, 'no_key');
  assert.equal((await acknowledge(d, 'det', { note: 'ask eve' })).json.acknowledged.note, 'ask eve');
  await shows();
  assert.equal((await get(d, 'low')).acknowledged.note, 'ask eve');
});

test('a rule that cannot be read keeps nobody from the others, and can be deleted', async (t) => {
  const d = await daemon(t);
  await put(d, 'bad', { survey: 'shop', kind: 'score', below: 0 });
  await put(d, 'good', { survey: 'shop', kind: 'detractor' });
  await evaluated(d, 'bad');
  sqlite(d.database, "UPDATE document SET definition = '{}' WHERE name = 'bad';");
  const { alerts } = (await d.admin('GET', '/v1/alerts')).json;
  assert.deepEqual(
    alerts.map(({ name, kind, reason }) => [name, kind, reason]),
    [
      ['bad', null, 'unreadable'],
      ['good', 'detractor', null],
    ],
  );
  await d.post('shop', bad());
  await until(async () => (await get(d, 'good')).state === 'firing', 'the other to tell');
  assert.equal((await d.admin('DELETE', '/v1/alerts/bad')).status, 200);
  assertProblem(await d.admin('GET', '/v1/alerts/bad'), 404, 'no_alert');
});

test('yesterday is the day that is over', async (t) => {
  const d = await daemon(t);
  await d.load(days('shop', times(40, 3), [1]));
  await d.load(days('shop', times(40, 9), [2]));
  for (const [name, rule] of Object.entries({
    score: { kind: 'score', below: 0 },
    rate: { kind: 'rate', above: 50 },
    drop: { kind: 'drop' },
  }))
    await put(d, name, { survey: 'shop', window: 'yesterday', ...rule });
  assert.deepEqual([(await evaluated(d, 'score')).value, (await get(d, 'score')).state], [-100, 'firing']);
  assert.deepEqual([(await evaluated(d, 'rate')).value, (await get(d, 'rate')).state], [100, 'firing']);
  assert.deepEqual([(await evaluated(d, 'drop')).value, (await get(d, 'drop')).state], [-200, 'firing']);
});

test('the day on which clocks are set back has 25 hours, and all of them', async (t) => {
  if (!library) return t.skip('libfaketime is not installed');
  const dir = useDirectory(t);
  const offset = (time) => `${Math.round((Date.parse(time) - Date.now()) / 1000)}s`;
  const clock = fakeClock(dir, offset('2026-10-26T11:00:00Z'));
  const d = await daemon(t, { dir, binary, env: clock.env, timezone: 'Europe/Berlin' });
  const at = (score, ...times) => times.map((answered_at) => ({ survey: 'shop', score, answered_at }));
  await d.load([
    ...at(9, '2026-10-24T22:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T22:59:59Z'),
    ...at(0, '2026-10-24T21:59:59Z', '2026-10-25T23:00:00Z'),
  ]);
  await put(d, 'day', { survey: 'shop', kind: 'score', below: 100 - 1, window: 'yesterday', min_n: 1 });
  const day = await evaluated(d, 'day');
  assert.deepEqual([day.day_end, day.n, day.value], ['2026-10-25T23:00:00Z', 4, 100]);
});

test('an alert of an archived survey resolves with the day, and is judged again where it is reopened', async (t) => {
  if (!library) return t.skip('libfaketime is not installed');
  const dir = useDirectory(t);
  const clock = fakeClock(dir, '+0');
  const d = await daemon(t, { dir, binary, env: clock.env });
  await d.load(days('shop', times(40, 3), [1]));
  await put(d, 'low', { survey: 'shop', kind: 'score', below: 0, window: '60d' });
  assert.equal((await evaluated(d, 'low')).state, 'firing');
  await d.admin('DELETE', '/v1/surveys/shop');
  clock.set('+24h');
  await until(async () => (await get(d, 'low')).reason === 'survey_archived', 'it to end');
  assert.equal((await get(d, 'low')).state, 'no_data');
  assert.deepEqual(
    (await history(d, 'low')).events.map(({ event, value }) => [event, value]),
    [
      ['resolved', null],
      ['fired', -100],
    ],
  );
  assert.equal((await reopen(d)).status, 200);
  clock.set('+48h');
  await until(async () => (await get(d, 'low')).state === 'firing', 'it to fire again');
});

test('a daemon that was down for a month judges the newest day', async (t) => {
  if (!library) return t.skip('libfaketime is not installed');
  const dir = useDirectory(t);
  const clock = fakeClock(dir, '+0');
  const d = await daemon(t, { dir, binary, env: clock.env });
  await d.load(days('shop', times(40, 3), [1]));
  await put(d, 'low', { survey: 'shop', kind: 'score', below: 0, window: '60d' });
  const fired = await evaluated(d, 'low');
  clock.set('+30d');
  await until(async () => (await get(d, 'low')).day_end !== fired.day_end, 'the newest day to be judged');
  const late = await get(d, 'low');
  assert.equal(Math.round((Date.parse(late.day_end) - Date.parse(fired.day_end)) / DAY_MS), 30);
  assert.deepEqual([late.state, late.n], ['firing', 40]);
  clock.set('+0');
  await until(async () => (await get(d, 'low')).day_end === fired.day_end, 'it to be judged again');
});

test('a day goes by: it resolves, once; the clock is set back, and no day is evaluated twice', async (t) => {
  if (!library) return t.skip('libfaketime is not installed');
  const dir = useDirectory(t);
  const clock = fakeClock(dir, '+0');
  let d = await daemon(t, { dir, binary, env: clock.env });
  await d.load(days('shop', times(40, 3), [1]));
  await put(d, 'low', { survey: 'shop', kind: 'score', below: 0, window: '1d' });
  const fired = await evaluated(d, 'low');
  assert.deepEqual([fired.state, fired.value], ['firing', -100]);
  await d.load(days('shop', times(40, 9), [0]));
  const resolved = async () => (await get(d, 'low')).state === 'ok';
  clock.set('+24h');
  await until(resolved, 'it to resolve');
  const ok = await get(d, 'low');
  assert.equal(ok.value, 100);
  assert.equal(Date.parse(ok.day_end) - Date.parse(fired.day_end), DAY_MS);
  await until(() => / alert_resolved .*alert=low/.test(d.stderr), 'the record');
  clock.set('+0');
  // A new rule shows that it has looked: by the day that is over now.
  await put(d, 'next', { survey: 'shop', kind: 'score', below: 0, window: '1d' });
  assert.equal((await evaluated(d, 'next')).day_end, fired.day_end);
  assert.equal((await get(d, 'low')).evaluated_at, ok.evaluated_at);
  await d.end();
  d = await start({ dir, timezone, binary, env: clock.env });
  t.after(() => d.stopped || d.end());
  await put(d, 'third', { survey: 'shop', kind: 'score', below: 0, window: '1d' });
  await evaluated(d, 'third');
  assert.equal((await get(d, 'low')).evaluated_at, ok.evaluated_at);
  assert.deepEqual(
    (await history(d, 'low')).events.map(({ event, value }) => [event, value]),
    [
      ['resolved', 100],
      ['fired', -100],
    ],
  );
});
