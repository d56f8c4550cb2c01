// The form of a definition that is not stored: as it would be of a survey that has it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertProblem, start } from './harness.mjs';

let daemon;
before(async () => {
  daemon = await start();
});
after(() => daemon?.stop());

const DEFINITION = {
  metric: 'csat',
  texts: { en: { question: 'Happy?' }, de: { question: 'Zufrieden?' } },
  questions: [
    {
      key: 'why',
      type: 'choice',
      text: { en: 'Why?', de: 'Warum?' },
      options: [{ value: 'price', text: { de: 'Der Preis' } }],
      show: { band: ['dissatisfied'] },
    },
    { key: 'ease', type: 'scale', metric: 'ces', show: { answer: { key: 'why', in: ['price'] } } },
  ],
};
const preview = (body, query = '', options = {}) => daemon.admin('POST', `/v1/form${query}`, { body, ...options });

test('it is what the survey of the definition has', async () => {
  await daemon.survey('stored', DEFINITION);
  for (const query of ['', '?locale=de', '?locale=fr', '?interface=true&locale=de']) {
    const got = await preview(DEFINITION, query);
    assert.equal(got.status, 200, got.text);
    const stored = (await daemon.request('GET', `/v1/surveys/stored/form${query}`)).json;
    assert.deepEqual(got.json, { ...stored, slug: 'preview' }, query);
    assert.equal(got.headers.etag, undefined);
  }
});

test('nothing is stored by it', async () => {
  const before = (await daemon.admin('GET', '/v1/surveys')).json.surveys.length;
  assert.equal((await preview({ metric: 'nps', min_seconds: 9 })).json.nonce, undefined);
  assert.equal((await daemon.admin('GET', '/v1/surveys')).json.surveys.length, before);
});

test('what is wrong with it is named by its pointers', async () => {
  const bad = { ...DEFINITION, scale: { min: 0, max: 4 }, questions: [{ key: 'a b', type: 'text' }] };
  assertProblem(await preview(bad), 422, 'invalid', ['/bands', '/questions/0/key']);
  assertProblem(await preview({ ...DEFINITION, slug: 'stored' }), 422, 'invalid', ['/slug']);
  assertProblem(await preview('{'), 400, 'malformed_json');
  assertProblem(await preview(DEFINITION, '?respondent=a'), 400, 'bad_parameter');
  assertProblem(await preview(DEFINITION, '?interface=yes'), 400, 'bad_parameter');
});

test('it takes the scope admin', async () => {
  assertProblem(await daemon.request('POST', '/v1/form', { body: DEFINITION }), 401, 'no_key');
  const made = await daemon.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read', 'write'] } });
  assertProblem(await daemon.request('POST', '/v1/form', { body: DEFINITION, key: made.json.key }), 403, 'scope');
});
