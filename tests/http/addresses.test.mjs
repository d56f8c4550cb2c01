// A respondent that is an address of e-mail is one person, however the address is spelled: in what is stored, asked
// for, refused as too soon, exported and erased. upgrade.test.mjs has what an older version stored.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, ids, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
const newId = ids(101);
await d.survey('shop', { metric: 'nps', recontact_days: 30, properties: ['who'] });
await d.survey('free', { metric: 'nps' });
await d.survey('invited', { metric: 'nps', access: 'invited' });

const FORM = 'ann.lee+nps@shop.example';
const SPELLINGS = ['ANN.LEE+NPS@SHOP.EXAMPLE', ' Ann.Lee+nps@shop.example', 'ann.lee+NPS@Shop.Example\u00a0\r\n'];
const person = (name, query = '') => `/v1/respondents/${encodeURIComponent(name)}${query}`;
const eligible = async (name) =>
  (await d.request('GET', `/v1/surveys/shop/form?respondent=${encodeURIComponent(name)}`)).json.eligible;
const listed = async (survey, name) =>
  (await d.admin('GET', `/v1/surveys/${survey}/responses?respondent=${encodeURIComponent(name)}`)).json.responses;

test('stored, listed and exported as one, by whatever way it came', async () => {
  await d.post('free', { score: 1, respondent: SPELLINGS[0] });
  await d.put('free', newId(), { score: 2, respondent: SPELLINGS[1] });
  await d.load([{ survey: 'free', score: 3, respondent: SPELLINGS[2] }]);
  for (const name of [FORM, ...SPELLINGS]) {
    const list = await listed('free', name);
    assert.deepEqual(list.map(({ score }) => score).sort(), [1, 2, 3], name);
    assert.ok(list.every(({ respondent }) => respondent === FORM));
    const { json } = await d.admin('GET', person(name));
    assert.deepEqual([json.respondent, json.responses.length], [FORM, 3]);
  }
});

test('the same in another spelling is the same answer', async () => {
  const id = newId();
  const first = await d.put('free', id, { score: 9, respondent: 'Bob@Shop.Example' });
  assert.equal(first.json.respondent, 'bob@shop.example');
  const again = await d.put('free', id, { score: 9, respondent: ' bob@shop.example ' });
  assert.deepEqual([again.status, again.json], [200, first.json]);
  const headers = { 'Idempotency-Key': 'a-key' };
  for (const [status, respondent] of [
    [201, 'eve@shop.example'],
    [200, 'EVE@shop.example'],
  ])
    assert.equal((await d.post('free', { score: 4, respondent }, { headers })).status, status);
  // Lines are named by what was sent, as it was spelled, as versions before this one named them.
  const lines = [{ survey: 'free', score: 4, respondent: 'Dan@shop.example' }];
  for (const outcome of ['created', 'replayed'])
    assert.equal((await d.batch(lines, { headers })).lines[0].outcome, outcome);
});

test('left alone', async () => {
  assert.equal(await eligible(FORM), true);
  assert.equal((await d.post('shop', { score: 9, respondent: SPELLINGS[0] })).status, 201);
  for (const name of [FORM, ...SPELLINGS]) {
    assert.equal(await eligible(name), false, name);
    assertProblem(await d.post('shop', { score: 9, respondent: name }), 409, 'recontact');
  }
  assert.equal(await eligible('x.lee+nps@shop.example'), true);
});

test('what is no address is compared as it was sent', async () => {
  for (const name of ['Ann', ' ann', '@Ann', 'Ann@', 'Ann@shop.example@x', 'Ann Lee@shop.example', 'ann@x, B@y']) {
    assert.equal((await d.post('shop', { score: 9, respondent: name })).json.respondent, name);
    assert.equal(await eligible(name), false, name);
    assert.equal(await eligible(name.toLowerCase() === name ? name.toUpperCase() : name.toLowerCase()), true, name);
    assert.equal(await eligible(` ${name}`), true, name);
  }
});

test('an invitation, and what is said beside it', async () => {
  const invite = async (body, options) => d.admin('POST', '/v1/surveys/invited/invitations', { body, ...options });
  const { token, respondent } = (await invite({ respondent: 'Zoe@Shop.Example ' })).json;
  assert.equal(respondent, 'zoe@shop.example');
  const csv = await invite('respondent\nZoe@Shop.Example\n', { type: 'text/csv' });
  assert.match(csv.text, /^1?2,201,zoe@shop\.example,/m);
  const other = await d.post('invited', { score: 1, invitation: token, respondent: 'zoey@shop.example' });
  assertProblem(other, 422, 'invalid', ['/respondent']);
  const reply = await d.post('invited', { score: 1, invitation: token, respondent: 'ZOE@shop.example' });
  assert.deepEqual([reply.status, reply.json.respondent], [201, 'zoe@shop.example']);
});

test('erased, with segments that say the name, and found in the audit log', async () => {
  const { json } = await d.post('free', {
    score: 5,
    respondent: 'Kim@Shop.Example',
    touchpoint: 'KIM@shop.example',
    channel: 'web',
    comment: 'c',
  });
  const survey = {
    survey: 'shop',
    score: 5,
    respondent: 'KIM@shop.example',
    properties: { who: '\u00a0Kim@shop.example ' },
  };
  await d.load([survey]);
  const [stored] = await listed('shop', 'kim@shop.example');
  assert.equal((await d.admin('DELETE', person(' kim@SHOP.example'))).json.erased, 2);
  const kept = (await d.admin('GET', `/v1/surveys/free/responses/${json.id}`)).json;
  assert.deepEqual(
    [kept.channel, kept.touchpoint, kept.respondent, kept.comment],
    ['web', ...Array(3).fill(undefined)],
  );
  assert.equal((await d.admin('GET', `/v1/surveys/shop/responses/${stored.id}`)).json.properties, undefined);
  for (const name of ['kim@shop.example', 'Kim@Shop.Example', ' KIM@SHOP.EXAMPLE']) {
    assertProblem(await d.admin('DELETE', person(name)), 404, 'no_respondent');
    const { records } = (await d.admin('GET', `/v1/audit?respondent=${encodeURIComponent(name)}`)).json;
    assert.deepEqual(
      records.map(({ act, detail }) => [act, detail]),
      [['respondent.erase', 'responses 2 counts false']],
    );
  }
});
