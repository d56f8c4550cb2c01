// Looking at stored responses, taking them out of the figures and back, and what is held of a person.
// Expected lists and scores are computed here from what was sent.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { assertProblem, makeId, seeded, start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const random = seeded(31);
const NPS = { metric: 'nps', properties: ['plan'] };
const DAY = 86_400_000;
const now = Date.now();
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const pick = (list) => list[Math.floor(random() * list.length)];

await d.survey('shop', NPS);
await d.survey('other', NPS);
const sent = [];
for (let i = 0; i < 237; i++) {
  // Few distinct times, so that pages end amid equal ones.
  sent.push({
    id: makeId(random),
    survey: 'shop',
    score: Math.floor(random() * 11),
    answered_at: iso(Math.floor((now - 20 * DAY) / 1000) * 1000 + Math.floor(random() * 40) * 3_600_000),
    touchpoint: pick(['cart', 'help']),
    respondent: pick(['ann', 'bob', 'c/d é?&=%', undefined]),
    properties: { plan: pick(['pro', 'free']), note: `n${i}` },
    comment: `comment ${i}`,
  });
}
await d.load(sent);
await d.load([{ survey: 'other', score: 3, respondent: 'ann', answered_at: iso(now - DAY) }]);

// Newest first; equal times by id, descending.
const newest = (list) =>
  [...list].sort((a, b) => Date.parse(b.answered_at) - Date.parse(a.answered_at) || (a.id < b.id ? 1 : -1));
const ids = (list) => list.map((item) => item.id);

// Walks the pages by `next` or by the Link header.
async function walk(target, byLink) {
  const found = [];
  let query = target;
  for (let pages = 0; pages < 300; pages++) {
    const reply = await d.admin('GET', query);
    assert.equal(reply.status, 200, reply.text);
    found.push(...reply.json.responses);
    if (reply.json.next === null) {
      assert.equal(reply.headers.link, undefined);
      return found;
    }
    const link = /^<(\?[^>]*)>; rel="next"$/.exec(reply.headers.link)[1];
    const [base, old] = query.split('?');
    if (byLink) {
      query = base + link;
    } else {
      const parameters = new URLSearchParams(old);
      parameters.set('cursor', reply.json.next);
      query = `${base}?${parameters}`;
      assert.deepEqual([...new URLSearchParams(link)].sort(), [...parameters].sort());
    }
  }
  throw new Error('endless');
}

for (const limit of [1, 7, 50, 236, 237, 500]) {
  test(`pages of ${limit} give every response once, newest first`, async () => {
    const found = await walk(`/v1/surveys/shop/responses?limit=${limit}`, limit % 2 === 0);
    assert.deepEqual(ids(found), ids(newest(sent)));
  });
}

test('a listed response is what was sent', async () => {
  const [first] = newest(sent);
  const { json } = await d.admin('GET', '/v1/surveys/shop/responses?limit=1');
  const { revision, received_at, ...rest } = json.responses[0];
  assert.deepEqual(rest, JSON.parse(JSON.stringify(first)));
  assert.equal(revision, 1);
  assert.deepEqual((await d.admin('GET', `/v1/surveys/shop/responses/${first.id}`)).json, json.responses[0]);
});

const at = iso(Math.floor((now - 20 * DAY) / 1000) * 1000 + 20 * 3_600_000);
const FILTERS = [
  ['touchpoint=cart', (r) => r.touchpoint === 'cart'],
  ['property.plan=pro', (r) => r.properties.plan === 'pro'],
  ['property.note=n17', (r) => r.properties.note === 'n17'],
  ['respondent=ann', (r) => r.respondent === 'ann'],
  [
    `respondent=${encodeURIComponent('c/d é?&=%')}&touchpoint=help`,
    (r) => r.respondent === 'c/d é?&=%' && r.touchpoint === 'help',
  ],
  [`from=${at}`, (r) => Date.parse(r.answered_at) >= Date.parse(at)],
  [`to=${at}`, (r) => Date.parse(r.answered_at) < Date.parse(at)],
  ['window=all&excluded=false', () => true],
  ['excluded=true', () => false],
  ['flagged=true', () => false],
];
for (const [query, keep] of FILTERS) {
  test(`filtered by ${query}`, async () => {
    assert.deepEqual(
      ids(await walk(`/v1/surveys/shop/responses?limit=13&${query}`, true)),
      ids(newest(sent.filter(keep))),
    );
  });
}

for (const query of [
  'limit=0',
  'limit=501',
  'limit=x',
  'limit=1e2',
  'cursor=',
  'cursor=5',
  'cursor=5_x',
  'cursor=-1_01920000-0000-7000-8000-000000000001',
  'flagged=yes',
  'excluded=',
  'confidence=0.9',
  'compare=previous',
  'window=fortnight',
  'respondent=',
  'colour=red',
]) {
  test(`${query} is refused`, async () =>
    assertProblem(await d.admin('GET', `/v1/surveys/shop/responses?${query}`), 400, 'bad_parameter'));
}

test('responses that arrive between two pages do not shift them', async (t) => {
  const mine = await use(t);
  await mine.survey('shop', NPS);
  const lines = Array.from({ length: 10 }, (_, i) => ({
    id: makeId(random),
    survey: 'shop',
    score: i,
    answered_at: iso(now - (i + 1) * 1000 - 1000),
  }));
  await mine.load(lines);
  const first = (await mine.admin('GET', '/v1/surveys/shop/responses?limit=5')).json;
  await mine.post('shop', { score: 1 });
  const second = (await mine.admin('GET', `/v1/surveys/shop/responses?limit=5&cursor=${first.next}`)).json;
  assert.deepEqual(ids([...first.responses, ...second.responses]), ids(newest(lines)));
});

test('PATCH excludes from every figure, and includes again', async () => {
  const [victim, ...rest] = sent;
  const target = `/v1/surveys/shop/responses/${victim.id}`;
  const patch = (body, type) => d.admin('PATCH', target, { body, type });
  for (let i = 0; i < 2; i++) {
    const { status, json } = await patch({ excluded: true, reason: 'a test order' });
    assert.deepEqual(
      [status, json.id, json.excluded, json.excluded_reason, json.score],
      [200, victim.id, true, 'a test order', victim.score],
    );
  }
  assertFigures(
    (await d.score('shop', 'window=all')).json,
    NPS,
    rest.map((r) => r.score),
  );
  assertFigures(
    (await d.score('shop', `window=all&property.plan=${victim.properties.plan}`)).json,
    NPS,
    rest.filter((r) => r.properties.plan === victim.properties.plan).map((r) => r.score),
  );
  assert.deepEqual(ids(await walk('/v1/surveys/shop/responses?excluded=true', true)), [victim.id]);
  assert.equal((await walk('/v1/surveys/shop/responses?excluded=false&limit=500', true)).length, sent.length - 1);
  const back = await patch({ excluded: false });
  assert.deepEqual([back.status, back.json.excluded, back.json.excluded_reason], [200, undefined, undefined]);
  assertFigures(
    (await d.score('shop', 'window=all')).json,
    NPS,
    sent.map((r) => r.score),
  );

  assertProblem(await patch({}), 422, 'invalid', ['/excluded']);
  assertProblem(await patch({ excluded: 1, reason: 5, colour: 'red' }), 422, 'invalid', [
    '/excluded',
    '/reason',
    '/colour',
  ]);
  assertProblem(await patch({ excluded: false, reason: 'x' }), 422, 'invalid', ['/reason']);
  assertProblem(await patch({ excluded: true, reason: 'x'.repeat(201) }), 422, 'invalid', ['/reason']);
  for (const body of [
    { excluded: false, reason: '' },
    { excluded: true, reason: ' ' },
    { excluded: true, reason: '' },
  ]) {
    const blank = await patch(body);
    assert.deepEqual([blank.status, blank.json.excluded_reason], [200, undefined], blank.text);
  }
  assertProblem(await patch('[]'), 422, 'invalid');
  assertProblem(await patch('{'), 400, 'malformed_json');
  assertProblem(await patch('excluded=1', 'text/plain'), 415, 'media_type');
  const absent = makeId(random);
  for (const [method, body] of [
    ['PATCH', { excluded: true }],
    ['GET', undefined],
  ]) {
    assertProblem(await d.admin(method, `/v1/surveys/shop/responses/${absent}`, { body }), 404, 'no_response');
    assertProblem(await d.admin(method, `/v1/surveys/other/responses/${victim.id}`, { body }), 404, 'no_response');
    assertProblem(await d.admin(method, '/v1/surveys/shop/responses/17', { body }), 404, 'no_response');
    assertProblem(await d.admin(method, `/v1/surveys/nowhere/responses/${victim.id}`, { body }), 404, 'no_survey');
  }
});

test('what is held of a person, over every survey', async () => {
  const found = await walk('/v1/respondents/ann?limit=10', true);
  assert.equal(found.length, sent.filter((r) => r.respondent === 'ann').length + 1);
  assert.equal(found[0].survey, 'other');
  assert.deepEqual(ids(found.slice(1)), ids(newest(sent.filter((r) => r.respondent === 'ann'))));
  const odd = await d.admin('GET', `/v1/respondents/${encodeURIComponent('c/d é?&=%')}?limit=500`);
  assert.equal(odd.json.respondent, 'c/d é?&=%');
  assert.deepEqual(ids(odd.json.responses), ids(newest(sent.filter((r) => r.respondent === 'c/d é?&=%'))));
  assert.deepEqual((await d.admin('GET', '/v1/respondents/nobody')).json, {
    respondent: 'nobody',
    invitations: [],
    responses: [],
    next: null,
  });
  assertProblem(await d.admin('GET', '/v1/respondents/ann?flagged=true'), 400, 'bad_parameter');
  assertProblem(await d.admin('DELETE', '/v1/respondents/ann?counts=maybe'), 400, 'bad_parameter');
  assertProblem(await d.admin('DELETE', '/v1/respondents/ann?all=true'), 400, 'bad_parameter');
});

test('erased: nothing of the person is held, scores keep their counts; with counts=true they go too', async (t) => {
  const mine = await use(t);
  await mine.survey('shop', NPS);
  await mine.survey('gone', NPS);
  // More than one transaction's worth.
  const lines = Array.from({ length: 1201 }, (_, i) => ({
    survey: i % 3 ? 'shop' : 'gone',
    score: i % 11,
    respondent: i < 1100 ? 'dr. strange/7' : 'eve',
    comment: 'SECRETWORD',
    visit: 'visitsecret',
    properties: { plan: 'pro', free: 'FREETEXT' },
  }));
  await mine.load(lines);
  await mine.admin('DELETE', '/v1/surveys/gone');
  const name = encodeURIComponent('dr. strange/7');
  const shop = lines.filter((r) => r.survey === 'shop');

  assert.deepEqual((await mine.admin('DELETE', `/v1/respondents/${name}`)).json, {
    erased: 1100,
    invitations: 0,
    counts: false,
  });
  assertProblem(await mine.admin('DELETE', `/v1/respondents/${name}`), 404, 'no_respondent');
  assert.deepEqual((await mine.admin('GET', `/v1/respondents/${name}`)).json.responses, []);
  assertFigures(
    (await mine.score('shop', 'property.plan=pro')).json,
    NPS,
    shop.map((r) => r.score),
  );
  let bare = 0;
  for (let query = '?limit=500', page; query; query = page.next && `?limit=500&cursor=${page.next}`) {
    page = (await mine.admin('GET', `/v1/surveys/shop/responses${query}`)).json;
    for (const response of page.responses) {
      if (response.respondent === 'eve') continue;
      bare++;
      assert.deepEqual(
        [response.respondent, response.comment, response.visit, response.properties],
        [undefined, undefined, undefined, { plan: 'pro' }],
      );
    }
  }
  assert.equal(bare, shop.length - shop.filter((r) => r.respondent === 'eve').length);

  assert.deepEqual((await mine.admin('DELETE', '/v1/respondents/eve?counts=true')).json, {
    erased: 101,
    invitations: 0,
    counts: true,
  });
  assertFigures(
    (await mine.score('shop')).json,
    NPS,
    shop.filter((r) => r.respondent !== 'eve').map((r) => r.score),
  );
  // Not one byte of them in any file, after a restart that brings the log home.
  await mine.end();
  for (const file of fs.readdirSync(mine.dir)) {
    const bytes = fs.readFileSync(path.join(mine.dir, file));
    for (const word of ['SECRETWORD', 'visitsecret', 'FREETEXT', 'strange', 'eve"'])
      assert.ok(!bytes.includes(word), `${word} in ${file}`);
  }
});
