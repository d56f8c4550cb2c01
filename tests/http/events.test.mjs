// Response rates: events of surveys that are shown, and what scores and trends say of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
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
    await bad({}, ['/type', '/visit']);
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

  test('the trend of all that there is has what the score of all has', async () => {
    await d.survey('whole', { metric: 'nps' });
    const trend = async (more = '') =>
      (await d.admin('GET', `/v1/surveys/whole/trend?window=all&interval=day${more}`)).json;
    assert.deepEqual((await trend()).buckets, []);
    const at = new Date(Date.now() - 2 * DAY).toISOString();
    for (let i = 0; i < 4; i++) await event(d, 'whole', { type: 'shown', visit: `early${i}`, at });
    const first = await trend();
    assert.deepEqual([first.buckets.length, first.response_rate.shown, first.n], [1, 4, 0]); // no answers yet
    await event(d, 'whole', { type: 'shown', visit: 'now' });
    await answer(d, 'whole', { score: 9, visit: 'now' });
    const all = await trend();
    assert.deepEqual(all.response_rate, await rate(d, 'whole', '?window=all'));
    assert.deepEqual([all.response_rate.shown, all.response_rate.rate], [5, 20]);
    assert.deepEqual(
      all.buckets.map((bucket) => [bucket.response_rate?.shown ?? null, bucket.n]),
      [[4, 0], [null, 0], [1, 1]], // prettier-ignore
    );
    assert.deepEqual((await trend('&touchpoint=none')).response_rate, null);
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

describe('several events at once', () => {
  before(() => d.survey('several', { metric: 'nps' }));

  test('are counted together, in their order, and again as replays', async () => {
    const events = [
      { type: 'shown', visit: 'a', touchpoint: 'x' },
      { type: 'started', visit: 'a' },
      { type: 'shown', visit: 'b' },
      { type: 'shown', visit: 'b' },
    ];
    for (const type of ['application/json', 'text/plain;charset=UTF-8']) {
      const first = type === 'application/json';
      const reply = await event(d, 'several', JSON.stringify(events), { headers: { 'Content-Type': type } });
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(
        reply.json.map(({ status, outcome, type, visit }) => [status, outcome, type, visit]),
        [
          [first ? 201 : 200, first ? 'created' : 'replayed', 'shown', 'a'],
          [first ? 201 : 200, first ? 'created' : 'replayed', 'started', 'a'],
          [first ? 201 : 200, first ? 'created' : 'replayed', 'shown', 'b'],
          [200, 'replayed', 'shown', 'b'],
        ],
      );
    }
    const { shown, started } = await rate(d, 'several');
    assert.deepEqual([shown, started], [2, 1]);
    const one = await event(d, 'several', [{ type: 'shown', visit: 'a' }]);
    assert.deepEqual([one.status, one.json.length, one.json[0].outcome], [200, 1, 'replayed']);
  });

  test('what is wrong with one is told by its place, and none is counted', async () => {
    const before = await rate(d, 'several');
    const good = { type: 'shown', visit: 'new' };
    const bad = async (events, pointers) => assertProblem(await event(d, 'several', events), 422, 'invalid', pointers);
    await bad([], ['']);
    await bad(Array(21).fill(good), ['']);
    await bad([good, 7], ['/1']);
    await bad([good, { type: 'seen', visit: '' }, { ...good, vist: 1 }], ['/1/type', '/2/vist', '/1/visit']);
    await bad([good, { ...good, visit: 'v'.repeat(129) }, { type: 'shown' }], ['/1/visit', '/2/visit']);
    await bad([good, [good]], ['/1']);
    assertProblem(await event(d, 'several', '[{"type"', {}), 400, 'malformed_json');
    assertProblem(await event(d, 'several', [good, { ...good, invitation: 'x.y' }]), 403, 'invitation_invalid');
    assert.deepEqual(await rate(d, 'several'), before);
  });

  test('each has what became of it; machines are not told', async () => {
    await d.survey('half', { metric: 'nps' });
    const machine = { headers: { 'User-Agent': 'Googlebot/2.1' } };
    const asked = await event(d, 'half', [{ type: 'shown', visit: 'm' }], machine);
    assert.deepEqual([asked.json[0].status, asked.json[0].outcome], [201, 'created']);
    assert.equal(await rate(d, 'half'), null);
    await event(d, 'half', { type: 'shown', visit: 'v' });
    await d.admin('DELETE', '/v1/surveys/half');
    const two = ['v', 'w'].map((visit) => ({ type: 'shown', visit }));
    const reply = await event(d, 'half', two);
    assert.equal(reply.status, 200);
    assert.deepEqual(
      reply.json.map(({ status, outcome, type }) => [status, outcome ?? type]),
      [[200, 'replayed'], [403, '/problems/survey_closed']], // prettier-ignore
    );
    const all = await d.admin('GET', '/v1/status');
    assert.ok(all.json.events.suspected >= 1 && all.json.events.refused >= 1);
  });
});

describe('strangers', () => {
  test('spend of the limits by address; what is large, coded or odd is refused as of responses', async (t) => {
    const daemon = await use(t, { config: { limits: { ingest_rate: 3 } } });
    await daemon.survey('rated', { metric: 'nps' });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await event(daemon, 'rated', { type: 'shown', visit: `${i}` })).status);
    assert.deepEqual(statuses, [201, 201, 201, 429, 429]);
    const keyed = await daemon.admin('POST', '/v1/surveys/rated/events', { body: { type: 'shown', visit: 'k' } });
    assert.equal(keyed.status, 201);
  });

  test('sizes, media types and keys', async () => {
    await d.survey('odd', { metric: 'nps' });
    const send = (body, type, headers = {}) => event(d, 'odd', body, { headers: { ...headers, 'Content-Type': type } });
    assertProblem(
      await send(`{"type":"shown","visit":"${'v'.repeat(1 << 20)}"}`, 'application/json'),
      413,
      'too_large',
    );
    assertProblem(await send('type,visit', 'text/csv'), 415, 'media_type');
    assertProblem(await send('{"type":"shown","visit":"v"}\n', 'application/x-ndjson'), 415, 'media_type');
    assertProblem(await send('type=shown&visit=v&visit=w', 'application/x-www-form-urlencoded'), 422, 'invalid', [
      '/visit',
    ]);
    assertProblem(await send('{"type":"shown","visit":"\\u0000"}', 'application/json'), 422, 'invalid', ['/visit']);
    assertProblem(await send(`${'['.repeat(500)}${']'.repeat(500)}`, 'application/json'), 400, 'malformed_json');
    const bad = await send('{"type":"shown","visit":"v"}', 'application/json', { Authorization: 'Bearer cxs_nope' });
    assertProblem(bad, 401, 'bad_key');
    const read = (await d.admin('POST', '/v1/keys', { body: { name: 'reader', scopes: ['read'] } })).json.key;
    const body = { type: 'shown', visit: 'v', at: new Date(Date.now() - 20 * DAY).toISOString() };
    const stranger = await d.request('POST', '/v1/surveys/odd/events', { body, key: read });
    assertProblem(stranger, 422, 'invalid', ['/at']); // as without a key
    assert.equal((await d.admin('POST', '/v1/surveys/odd/events', { body })).status, 201);
    assertProblem(await d.request('GET', '/v1/surveys/odd/events'), 405, 'method_not_allowed');
    assert.equal((await rate(d, 'odd', '?window=30d')).shown, 1);
  });
});

const table = async (daemon, survey, query) => {
  const reply = await daemon.admin('GET', `/v1/surveys/${survey}/segments?${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const COUNTS = ['shown', 'answered', 'dismissed', 'started'];

// What the rows of a table say is what scores say of a filter by each; and together they are the whole.
async function assertRates(daemon, survey, by, query = '') {
  const whole = await table(daemon, survey, `by=${by.join(',')}&${query}`);
  const sum = { shown: 0, answered: 0, dismissed: 0, started: 0 };
  for (const row of whole.segments) {
    for (const count of COUNTS) sum[count] += row.response_rate?.[count] ?? 0;
    const values = row.values ?? [row.value];
    if (row.remainder || values.includes(null)) continue;
    const filter = by.map((name, i) => `&${name}=${encodeURIComponent(values[i])}`).join('');
    assert.deepEqual(row.response_rate, await rate(daemon, survey, `?${query}${filter}`), `${by} ${values}`);
  }
  const { response_rate } = await score(daemon, survey, `?${query}`);
  assert.deepEqual(whole.response_rate, response_rate);
  return { whole, sum };
}

describe('segments have their response rates', () => {
  const PLACES = ['a', 'b', 'c', 'd', undefined];
  before(async () => {
    await d.survey('split', { metric: 'nps', properties: ['plan'] });
    const at = (i) => new Date(Date.now() - (i % 6) * 60_000 - (i % 3) * DAY).toISOString();
    for (let i = 0; i < 150; i++) {
      const place = {
        touchpoint: PLACES[i % 5],
        channel: i % 3 ? 'web' : 'app',
        locale: i % 2 ? 'de' : 'en',
        ...(i % 7 ? { properties: { plan: `p${i % 2}`, size: `${i % 4}` } } : {}),
      };
      await event(d, 'split', { type: 'shown', visit: `v${i}`, at: at(i), ...place });
      if (i % 4 === 0) await event(d, 'split', { type: 'dismissed', visit: `v${i}`, at: at(i) });
      if (i % 3 === 0 && i % 5 !== 1)
        await answer(d, 'split', { score: i % 11, visit: `v${i}`, answered_at: at(i), ...place });
    }
  });

  const PLAN = 'property.plan';
  const BY = [['touchpoint'], ['channel'], [PLAN], ['touchpoint', 'channel'], [PLAN, 'touchpoint']];
  const QUERIES = ['', 'window=7d', 'window=today', 'locale=de', 'locale=de&window=7d'];
  for (const by of BY)
    for (const query of QUERIES)
      test(`by ${by} ${query}`, async () => {
        const { whole, sum } = await assertRates(d, 'split', by, query);
        for (const count of COUNTS) assert.equal(sum[count], whole.response_rate[count], count);
      });

  test('what was shown and never answered has a row; limits leave a remainder', async () => {
    const { segments, response_rate } = await table(d, 'split', 'by=touchpoint');
    const b = segments.find((row) => row.value === 'b');
    assert.deepEqual([b.n, b.score, b.response_rate.shown, b.response_rate.rate], [0, null, 30, 0]);
    assert.equal(segments.find((row) => row.value === null).response_rate.shown, 30);
    const [first, rest] = (await table(d, 'split', 'by=touchpoint&limit=1')).segments;
    assert.equal(first.response_rate.shown, 30);
    assert.equal(rest.remainder, true);
    assert.equal(rest.response_rate.shown, response_rate.shown - 30);
    const [low, high] = wilson(rest.response_rate.answered, rest.response_rate.shown);
    assert.deepEqual(rest.response_rate.interval, { low, high, confidence: 0.95, method: 'wilson' });
  });

  test('held against another window, and by what the survey does not declare', async () => {
    await assertRates(d, 'split', ['touchpoint'], 'window=7d&compare=previous');
    await assertRates(d, 'split', ['channel'], 'window=today&compare=previous');
    const { segments } = await table(d, 'split', 'by=property.size');
    assert.deepEqual([...new Set(segments.map((row) => row.response_rate.reason))], ['undeclared']);
    await d.survey('silent', { metric: 'nps' });
    await answer(d, 'silent', { score: 9, touchpoint: 'a' });
    const silent = await table(d, 'silent', 'by=touchpoint');
    assert.equal(silent.response_rate, null);
    assert.equal(silent.segments[0].response_rate, null);
  });

  test('invitations stand in the whole alone', async () => {
    await d.survey('asked', { metric: 'nps' });
    await d.admin('POST', '/v1/surveys/asked/invitations', { body: { respondent: 'someone' } });
    await event(d, 'asked', { type: 'shown', visit: 'v' });
    await event(d, 'asked', { type: 'shown', visit: 'w', touchpoint: 'a' });
    const { segments, response_rate } = await table(d, 'asked', 'by=touchpoint');
    assert.equal(response_rate.invitations.made, 1);
    assert.deepEqual(
      segments.map((row) => [row.value, row.n, row.response_rate.shown, row.response_rate.invitations]),
      [['a', 0, 1, null], [null, 0, 1, null]], // prettier-ignore
    );
  });

  test('a min_n withholds what others would tell by subtraction', async () => {
    await d.survey('shy', { metric: 'nps', min_n: 5 });
    const fill = async (touchpoint, answers, visits, answered) => {
      for (let i = 0; i < visits; i++) await event(d, 'shy', { type: 'shown', visit: `${touchpoint}${i}`, touchpoint });
      for (let i = 0; i < answers; i++)
        await answer(d, 'shy', { score: 9, touchpoint, ...(i < answered ? { visit: `${touchpoint}${i}` } : {}) });
    };
    await fill('many', 20, 40, 10);
    await fill('more', 20, 30, 10);
    await fill('most', 30, 60, 10);
    await fill('silent', 30, 0, 0); // answers without visits
    await fill('once', 12, 3, 2); // enough answers, and three visits
    const told = (rows) =>
      Object.fromEntries(
        rows.map((row) => [row.value ?? 'rest', row.response_rate && (row.response_rate.shown ?? 'withheld')]),
      );
    const query = 'by=touchpoint&window=30d';
    const { segments } = await table(d, 'shy', query);
    assert.deepEqual(told(segments), { many: 40, more: 'withheld', most: 60, silent: null, once: 'withheld' });
    assert.equal(segments.find((row) => row.value === 'more').response_rate.suppressed, true);
    assert.equal(segments.find((row) => row.value === 'more').score, 100);
    for (let limit = 1; limit < 6; limit++) {
      const rows = (await table(d, 'shy', `${query}&limit=${limit}`)).segments;
      const withheld = rows.filter((row) => row.response_rate?.suppressed);
      const inRows = withheld.filter((row) => !row.remainder).map((row) => row.value);
      const rest = rows.find((row) => row.remainder);
      assert.ok(inRows.length !== 1 || rest.response_rate.suppressed, `limit ${limit}`);
    }
    await fill('two', 2, 50, 2); // and one whose score is withheld
    const after = told((await table(d, 'shy', query)).segments);
    assert.deepEqual(after, { many: 40, more: 30, most: 60, silent: null, once: null, two: null });
  });
});

test('values beyond those that have rollups have their rates as long as there are rows', async (t) => {
  const config = { storage: { retention_every: 1, retention_delay: 0 }, limits: { dimension_values: 2 } };
  const daemon = await use(t, { config });
  await daemon.survey('wide', { metric: 'nps', max_backdate: '30d' });
  const at = (back) => new Date(Date.now() - back).toISOString();
  for (let i = 0; i < 40; i++) {
    const place = { visit: `v${i}`, touchpoint: `t${i % 5}` };
    await event(daemon, 'wide', { type: 'shown', at: at((i % 8) * DAY), ...place });
    if (i % 3) await answer(daemon, 'wide', { score: 9, answered_at: at((i % 8) * DAY), ...place });
  }
  await answer(daemon, 'wide', { score: 9, touchpoint: 'no visit' });
  for (const query of ['window=30d', 'window=7d', 'window=30d&compare=previous'])
    await assertRates(daemon, 'wide', ['touchpoint'], query);
  const first = (await table(daemon, 'wide', 'by=touchpoint&window=30d')).segments;
  assert.equal(
    first.reduce((sum, row) => sum + row.response_rate.shown, 0),
    40,
  );
  fs.writeFileSync(
    daemon.config,
    fs.readFileSync(daemon.config, 'utf8').replace('[storage]', '[storage]\nkeep_events = 2d'),
  );
  await daemon.end();
  await daemon.begin();
  await until(async () => Number(sqlite(daemon.database, 'SELECT count(*) FROM impression')) < 20);
  // Answers had t1 and t2 first, visits t0 and t1.
  const { whole } = await assertRates(daemon, 'wide', ['touchpoint'], 'window=30d');
  const told = whole.segments.map((row) => [row.value ?? 'rest', row.response_rate.shown ?? row.response_rate.reason]);
  assert.deepEqual(told.sort(), [['rest', 'expired'], ['t1', 8], ['t2', 'expired']]); // prettier-ignore
  await assertRates(daemon, 'wide', ['touchpoint'], `from=${at(DAY / 2)}&to=${at(-DAY)}`);
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
  // A survey of which nothing has expired is told whole, however far back the window goes.
  await daemon.survey('young', { metric: 'nps', properties: ['plan'] });
  assert.equal((await event(daemon, 'young', { type: 'shown', visit: 'y', ...plan })).status, 201);
  for (const window of ['window=all', 'window=30d', 'window=today']) {
    assert.equal((await rate(daemon, 'young', `?${window}&touchpoint=x&property.plan=pro`)).shown, 1, window);
    const { segments } = await table(daemon, 'young', `by=touchpoint,property.plan&${window}`);
    assert.deepEqual(
      segments.map((row) => row.response_rate.shown),
      [1],
      window,
    );
    const { segments: named } = await table(daemon, 'young', `by=touchpoint&property.plan=pro&${window}`);
    assert.equal(named[0].response_rate.shown, 1, window);
  }
  // Nor has anything expired where nothing was ever reported, or not yet.
  await daemon.survey('silent', { metric: 'nps', properties: ['plan'] });
  const before9 = `from=${at(9 * DAY)}&to=${at(6 * DAY)}`;
  for (const [slug, window] of [
    ['silent', 'window=all'],
    ['silent', 'window=30d'],
    ['young', before9],
  ]) {
    const query = `${window}&touchpoint=x&property.plan=pro`;
    assert.equal(await rate(daemon, slug, `?${query}`), null, query);
    const whole = (await daemon.admin('GET', `/v1/surveys/${slug}/trend?interval=day&${query}`)).json;
    assert.ok(
      [whole, ...whole.buckets].every((one) => one.response_rate === null),
      query,
    );
  }
  assert.equal((await rate(daemon, 'old', '?window=30d&touchpoint=x&property.plan=pro')).reason, 'expired');
  const two = 'interval=day&touchpoint=x&property.plan=pro';
  const trend = async (query) => (await daemon.admin('GET', `/v1/surveys/old/trend?${two}&${query}`)).json;
  const told = ({ response_rate: rate }) => rate?.reason ?? rate?.shown ?? null;
  const week = await trend('window=7d');
  assert.deepEqual([told(week), week.buckets.map(told)], ['expired', [...Array(4).fill('expired'), null, null, 1]]);
  const rolling = await trend('window=today&rolling=30d');
  assert.deepEqual([told(rolling), rolling.buckets.map(told)], [1, ['expired']], 'the window itself can be told');
  assert.deepEqual((await trend('window=7d&rolling=2d')).buckets.map(told), [...Array(5).fill('expired'), null, 1]);
  const young = (await daemon.admin('GET', `/v1/surveys/young/trend?${two}&window=7d`)).json;
  assert.deepEqual([told(young), young.buckets.map(told)], [1, [...Array(6).fill(null), 1]]);
  const split = async (by, query) => {
    const { segments } = await table(daemon, 'old', `by=${by}&${query}`);
    return segments.find((row) => row.value ?? row.values?.[0]).response_rate;
  };
  assert.equal((await split('touchpoint', 'window=30d')).shown, 3, 'counts of one dimension stay');
  assert.equal((await split('property.plan', 'window=30d')).shown, 3);
  const pairs = (await table(daemon, 'old', 'by=touchpoint,property.plan&window=30d')).segments;
  assert.deepEqual(
    pairs.map((row) => row.response_rate.reason),
    ['expired'],
  );
  assert.equal((await split('touchpoint,property.plan', `from=${at(DAY)}&to=${at(-DAY)}`)).shown, 1);
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

test('a backup has them, and what is restored counts on; damage is found, and mended', async (t) => {
  const daemon = await use(t);
  await daemon.survey('kept', { metric: 'nps' });
  await answer(daemon, 'kept', { score: 9, visit: 'early' }); // before anything was reported
  for (const visit of ['a', 'b', 'c']) await event(daemon, 'kept', { type: 'shown', visit, touchpoint: 'x' });
  await answer(daemon, 'kept', { score: 9, visit: 'a' });
  const counts = async () => {
    const { shown, answered } = await rate(daemon, 'kept');
    return [shown, answered];
  };
  assert.deepEqual(await counts(), [3, 1]);
  const copy = path.join(daemon.dir, 'copy.db');
  const good = (...args) => {
    const done = run([...args, '-c', daemon.config]);
    assert.equal(done.status, 0, done.stdout + done.stderr);
  };
  good('backup', copy);
  await event(daemon, 'kept', { type: 'shown', visit: 'later' });
  await daemon.end();
  for (const suffix of ['', '-wal', '-shm']) fs.rmSync(daemon.database + suffix, { force: true });
  good('restore', '-q', copy);
  good('check');
  sqlite(daemon.database, 'UPDATE rollup SET n1 = n1 + 1 WHERE survey < 0 AND segmented = 1 AND tier = 2;');
  const damaged = run(['check', '-c', daemon.config]);
  assert.equal(damaged.status, 1, damaged.stdout);
  good('rebuild');
  good('check');
  await daemon.begin();
  assert.deepEqual(await counts(), [3, 1]);
  assert.equal((await event(daemon, 'kept', { type: 'shown', visit: 'a' })).status, 200, 'known by its name');
  assert.equal((await event(daemon, 'kept', { type: 'shown', visit: 'later' })).status, 201);
  await answer(daemon, 'kept', { score: 9, visit: 'b' });
  assert.deepEqual(await counts(), [4, 2]);
});
