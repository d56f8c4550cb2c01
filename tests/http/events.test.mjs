// Response rates: events of surveys that are shown, and what scores and trends say of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, describe, test } from 'node:test';
import { assertProblem, run, sqlite, start, until, use } from './harness.mjs';

const DAY = 86_400_000;
const d = await start({});
after(() => d.stop());

const event = (daemon, survey, body, options = {}) =>
  daemon.request('POST', `/v1/surveys/${survey}/events`, { body, ...options });
const answer = (daemon, survey, body) => daemon.request('POST', `/v1/surveys/${survey}/responses`, { body });
const score = async (daemon, survey, query = '') =>
  (await daemon.admin('GET', `/v1/surveys/${survey}/score${query}`)).json;
const rate = async (daemon, survey, query) => (await score(daemon, survey, query)).response_rate;

// Wilson's interval, by itself.
function wilson(k, n, z = 1.959963984540054) {
  const centre = (k + (z * z) / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
  return [centre - half, centre + half].map((share) => Math.round(1000 * share) / 10);
}

describe('events', () => {
  test('are counted once a visit, type and day; the rate has its interval', async () => {
    await d.survey('rates', { metric: 'nps', properties: ['plan'] });
    assert.equal(await rate(d, 'rates'), null);
    for (let i = 0; i < 40; i++) {
      const body = {
        type: 'shown',
        visit: `v${i}`,
        touchpoint: i % 2 ? 'a' : 'b',
        properties: { plan: 'pro', odd: 1 },
      };
      const reply = await event(d, 'rates', body);
      assert.equal(reply.status, 201, reply.text);
      assert.deepEqual(Object.keys(reply.json), ['survey', 'type', 'visit', 'at']);
      assert.equal((await event(d, 'rates', body)).status, 200);
    }
    for (let i = 0; i < 8; i++) await event(d, 'rates', { type: 'dismissed', visit: `v${i}` });
    for (let i = 8; i < 20; i++) await event(d, 'rates', { type: 'started', visit: `v${i}` });
    for (let i = 10; i < 20; i++) await answer(d, 'rates', { score: 9, visit: `v${i}`, touchpoint: 'z' });
    await answer(d, 'rates', { score: 9 }); // no visit
    await answer(d, 'rates', { score: 9, visit: 'never-shown' });
    const [low, high] = wilson(11, 41);
    assert.deepEqual(await rate(d, 'rates'), {
      shown: 41,
      answered: 11,
      dismissed: 8,
      started: 12,
      rate: 26.8,
      interval: { low, high, confidence: 0.95, method: 'wilson' },
      invitations: null,
    });
    assert.equal((await rate(d, 'rates', '?touchpoint=a')).answered, 5); // by where it was shown
    assert.equal((await rate(d, 'rates', '?property.plan=pro')).shown, 40);
    assert.equal((await rate(d, 'rates', '?touchpoint=a&property.plan=pro')).shown, 20);
    assert.equal(await rate(d, 'rates', '?touchpoint=z'), null);
    assert.deepEqual((await rate(d, 'rates', '?property.odd=1')).reason, 'undeclared');
    await event(d, 'rates', { type: 'shown', visit: 'never-shown' }); // late
    assert.equal((await rate(d, 'rates')).shown, 41);
  });

  test('come in every way that responses come', async () => {
    await d.survey('ways', { metric: 'nps', allowed_origins: ['https://shop.example'] });
    const ways = [
      ['application/json', '{"type":"shown","visit":"a"}'],
      ['text/plain;charset=UTF-8', '{"type":"shown","visit":"b"}'],
      ['application/x-www-form-urlencoded', 'type=shown&visit=c&property.plan=pro'],
      ['multipart/form-data; boundary=x', ['--x', 'Content-Disposition: form-data; name="type"', '', 'shown', '--x',
        'Content-Disposition: form-data; name="visit"', '', 'd', '--x--', ''].join('\r\n')], // prettier-ignore
    ];
    for (const [type, body] of ways) {
      const headers = { 'Content-Type': type, Origin: 'https://shop.example' };
      const reply = await d.request('POST', '/v1/surveys/ways/events', { body, headers });
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers['access-control-allow-origin'], 'https://shop.example');
    }
    assert.equal((await rate(d, 'ways')).shown, 4);
    const evil = { Origin: 'https://evil.example' };
    assertProblem(await event(d, 'ways', { type: 'shown', visit: 'e' }, { headers: evil }), 403, 'origin');
  });

  test('what is wrong with one is said', async () => {
    await d.survey('wrong', { metric: 'nps' });
    const bad = (body, pointers) => event(d, 'wrong', body).then((r) => assertProblem(r, 422, 'invalid', pointers));
    await bad({}, ['/type']);
    await bad({ type: 'shwon', visit: 'v' }, ['/type']);
    await bad({ type: 'shown' }, ['/visit']);
    await bad({ type: 'shown', visit: 'v', vist: 1 }, ['/vist']);
    const long = { type: 'shown', visit: 'v'.repeat(129), touchpoint: 't'.repeat(65), locale: '?' };
    await bad(long, ['/visit', '/touchpoint', '/locale']);
    await bad({ type: 'shown', visit: 'v', at: new Date(Date.now() - 8 * DAY).toISOString() }, ['/at']);
    await bad({ type: 'shown', visit: 'v', at: new Date(Date.now() + 2 * DAY).toISOString() }, ['/at']);
    assertProblem(await event(d, 'none', { type: 'shown', visit: 'v' }), 404, 'no_survey');
    assert.equal(await rate(d, 'wrong'), null);
  });

  test('machines are not counted, closed surveys take replays only', async () => {
    await d.survey('closing', { metric: 'nps' });
    const body = { type: 'shown', visit: 'v' };
    const agent = { 'User-Agent': 'Googlebot/2.1' };
    assert.equal((await event(d, 'closing', body, { headers: agent })).status, 201);
    assert.equal(await rate(d, 'closing'), null);
    assert.equal((await event(d, 'closing', body)).status, 201);
    assert.equal((await d.admin('DELETE', '/v1/surveys/closing')).status, 200);
    assert.equal((await event(d, 'closing', body)).status, 200);
    assertProblem(await event(d, 'closing', { type: 'shown', visit: 'w' }), 403, 'survey_closed');
    assert.equal((await rate(d, 'closing')).shown, 1);
  });

  test('an answer counts when its survey was shown; trends have the rate of each bucket', async () => {
    await d.survey('late', { metric: 'nps' });
    const now = Date.now();
    const time = (back) => new Date(now - back).toISOString();
    await event(d, 'late', { type: 'shown', visit: 'v', at: time(2 * DAY) });
    await event(d, 'late', { type: 'shown', visit: 'w', at: time(5 * DAY) });
    await answer(d, 'late', { score: 9, visit: 'v', answered_at: time(2 * DAY - 1000) });
    const trend = (await d.admin('GET', '/v1/surveys/late/trend?window=7d&interval=day')).json;
    assert.equal(trend.response_rate.shown, 2);
    assert.equal(trend.response_rate.answered, 1);
    assert.equal(
      trend.buckets.reduce((sum, bucket) => sum + (bucket.response_rate?.shown ?? 0), 0),
      2,
    );
    assert.equal(trend.buckets.at(-1).response_rate, null);
    const rolling = (await d.admin('GET', '/v1/surveys/late/trend?window=7d&interval=day&rolling=7d')).json;
    assert.equal(rolling.buckets.at(-1).response_rate.shown, 2);
  });

  test('what becomes of answers: excluded, erased, suspect', async () => {
    await d.survey('fate', { metric: 'nps' });
    for (const visit of ['a', 'b', 'c', 'd']) await event(d, 'fate', { type: 'shown', visit });
    const one = (await answer(d, 'fate', { score: 9, visit: 'a' })).json;
    await answer(d, 'fate', { score: 9, visit: 'b', respondent: 'ann-of-fate' });
    await answer(d, 'fate', { score: 9, visit: 'c', respondent: 'bob-of-fate' });
    await answer(d, 'fate', { score: 9, visit: 'd', website: 'x', hp: '' });
    const path = `/v1/surveys/fate/responses/${one.id}`;
    const before = (await rate(d, 'fate')).answered;
    await d.admin('PATCH', path, { body: { excluded: true } });
    assert.equal((await rate(d, 'fate')).answered, before - 1);
    await d.admin('PATCH', path, { body: { excluded: false } });
    assert.equal((await rate(d, 'fate')).answered, before);
    await d.admin('DELETE', '/v1/respondents/ann-of-fate');
    assert.equal((await rate(d, 'fate')).answered, before, 'the figures stay');
    await d.admin('DELETE', '/v1/respondents/bob-of-fate?counts=true');
    const left = await rate(d, 'fate');
    assert.deepEqual([left.shown, left.answered], [3, before - 1], 'the visit goes with the person');
  });

  test('few are not told where the survey has a min_n', async () => {
    await d.survey('few', { metric: 'nps', min_n: 3 });
    for (const visit of ['a', 'b', 'c', 'd']) await event(d, 'few', { type: 'shown', visit });
    await answer(d, 'few', { score: 9, visit: 'a' });
    const hidden = await rate(d, 'few', '?window=30d');
    assert.deepEqual([hidden.shown, hidden.answered, hidden.rate, hidden.suppressed], [null, null, null, true]);
    for (const visit of ['b', 'c']) await answer(d, 'few', { score: 9, visit });
    assert.equal((await rate(d, 'few', '?window=30d')).rate, 75);
  });

  test('invitations: made, opened, answered', async () => {
    await d.survey('invited', { metric: 'nps', access: 'invited' });
    const tokens = [];
    for (const respondent of ['x1', 'x2', 'x3', 'x4'])
      tokens.push((await d.admin('POST', '/v1/surveys/invited/invitations', { body: { respondent } })).json.token);
    const shown = (visit, invitation) => event(d, 'invited', { type: 'shown', visit, invitation });
    assertProblem(await shown('v', undefined), 403, 'invitation_required');
    assertProblem(await shown('v', 'bad.token'), 403, 'invitation_invalid');
    assert.equal((await shown('v1', tokens[0])).status, 201);
    await event(d, 'invited', { type: 'started', visit: 'v1', invitation: tokens[0] });
    await answer(d, 'invited', { score: 9, visit: 'v2', invitation: tokens[1] });
    await answer(d, 'invited', { score: 8, visit: 'v2', invitation: tokens[1] }); // amended
    const { shown: visits, answered, invitations } = await rate(d, 'invited');
    assert.deepEqual([visits, answered, invitations], [2, 1, { made: 4, opened: 2, answered: 1 }]);
  });
});

test('old rows go, and the figures stay; check and rebuild agree', async (t) => {
  const daemon = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  await daemon.survey('old', { metric: 'nps', max_backdate: '30d', properties: ['plan'] });
  const at = (back) => new Date(Date.now() - back).toISOString();
  const plan = { touchpoint: 'x', properties: { plan: 'pro' } };
  for (const [visit, back] of [
    ['a', 5 * DAY],
    ['b', 5 * DAY],
    ['c', 0],
  ])
    assert.equal((await event(daemon, 'old', { type: 'shown', visit, at: at(back), ...plan })).status, 201);
  await answer(daemon, 'old', { score: 9, visit: 'a', answered_at: at(5 * DAY) });
  const queries = ['?window=30d', '?window=all', '?window=30d&touchpoint=x', '?window=30d&property.plan=pro'];
  const read = () => Promise.all(queries.map((query) => rate(daemon, 'old', query)));
  const before = await read();
  assert.deepEqual([before[0].shown, before[0].answered], [3, 1]);
  const rows = () => sqlite(daemon.database, 'SELECT count(*) FROM impression');
  fs.writeFileSync(daemon.config, `${fs.readFileSync(daemon.config, 'utf8')}\n[storage]\nkeep_events = 2d\n`);
  await daemon.end();
  for (const command of ['check', 'rebuild', 'check']) {
    const done = run([command, '-c', daemon.config]);
    assert.equal(done.status, 0, done.stdout + done.stderr);
  }
  await daemon.begin();
  assert.deepEqual(await read(), before);
  await until(async () => Number(rows()) === 1);
  assert.deepEqual(await read(), before, 'the figures stay');
  assert.equal((await rate(daemon, 'old', '?window=30d&touchpoint=x&property.plan=pro')).reason, 'expired');
  const late = { type: 'shown', visit: 'z', at: at(4 * DAY) };
  assertProblem(await event(daemon, 'old', late), 422, 'invalid', ['/at']);
  await daemon.end();
  for (const command of ['check', 'rebuild', 'check']) {
    const done = run([command, '-c', daemon.config]);
    assert.equal(done.status, 0, done.stdout + done.stderr);
  }
  await daemon.begin();
  assert.deepEqual(await read(), before);
});
