// [access] read: which calls are answered without a key. `open` is for figures and definitions, `everything` for what
// people wrote too, and every call is judged here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { assertProblem, until, use } from './harness.mjs';
import { glance } from './listening.mjs';
import { readRoutes } from './routes.mjs';

// Of the scope read: what nobody but the operator wrote, and what people did. A new one has to be put into one of them.
const FIGURES = [
  'get /v1/surveys/{survey}/score',
  'get /v1/surveys/{survey}/score.svg',
  'get /v1/surveys/{survey}/trend.svg',
  'get /v1/surveys/{survey}/trend',
  'get /v1/surveys/{survey}/plan',
  'get /v1/surveys/{survey}/responses.schema.json',
  'get /v1/surveys/{survey}/segments',
  'get /v1/surveys/{survey}/questions',
  'get /v1/surveys/{survey}/questions/{question}',
  'get /v1/scores',
  'get /v1/score',
  'get /v1/journeys',
  'get /v1/journeys/{journey}',
  'get /v1/journeys/{journey}/score',
  'get /v1/surveys',
  'get /v1/surveys/{survey}',
  'get /v1/status',
  'get /v1/alerts',
  'get /v1/alerts/{name}',
];
const WORDS = [
  'get /v1/surveys/{survey}/responses',
  'get /v1/surveys/{survey}/responses/{id}',
  'get /v1/surveys/{survey}/live',
  'get /v1/surveys/{survey}/movement',
  'get /v1/surveys/{survey}/comments/terms',
  'get /v1/surveys/{survey}/comments',
  'get /v1/alerts/{name}/history',
];
const NEEDS_NO_KEY = { key: [], open: FIGURES, everything: [...FIGURES, ...WORDS] };

const WRITTEN = ['comment-7f31', 'respondent-7f32', 'value-7f33'];
const [comment, respondent, value] = WRITTEN;
const ANSWER = { score: 9, comment, respondent, touchpoint: 'shop', properties: { plan: 'pro', customer: value } };
const QUESTIONS = [{ key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' } }];
const SURVEY = { metric: 'nps', min_n: 1, properties: ['plan'], questions: QUESTIONS };

async function prepare(t, read) {
  const daemon = await use(t, { config: { access: { read } } });
  const put = await daemon.admin('PUT', '/v1/surveys/nps', { body: SURVEY });
  assert.equal(put.status, 201, put.text);
  const journey = await daemon.admin('PUT', '/v1/journeys/buying', { body: { stages: [{ survey: 'nps' }] } });
  assert.equal(journey.status, 201, journey.text);
  const { id } = (await daemon.post('nps', ANSWER)).json;
  const alert = await daemon.admin('PUT', '/v1/alerts/each', { body: { survey: 'nps', kind: 'detractor' } });
  assert.equal(alert.status, 201, alert.text);
  return { daemon, id };
}

// Without which there is no reply.
const QUERIES = { 'get /v1/score': '?surveys=nps', 'get /v1/surveys/{survey}/segments': '?by=property.plan' };
const name = ({ method, pattern }) => `${method} ${pattern}`;
function ask(daemon, route, id, options = {}) {
  const path =
    route.pattern
      .replace('{survey}', 'nps')
      .replace('{journey}', 'buying')
      .replace('{question}', 'ease')
      .replace('{id}', id)
      .replace('{respondent}', respondent)
      .replace('{name}', 'each') + (QUERIES[name(route)] ?? '');
  const isBodiless = ['get', 'delete'].includes(route.method) || route.flags.includes('HTTP_BODILESS');
  if (path.endsWith('/live') && !options.method) return glance(daemon, path, { key: null, ...options });
  const method = (options.method ?? route.method).toUpperCase();
  return daemon.request(method, path, { body: isBodiless ? undefined : '{"score":1}', ...options });
}

test('every call of the scope read is judged', () => {
  const read = readRoutes().filter(({ scope, flags }) => scope === 'read' && !flags.includes('HTTP_OPEN'));
  assert.deepEqual(read.map(name).sort(), [...FIGURES, ...WORDS].sort());
  assert.deepEqual(
    readRoutes()
      .filter(({ isFigures }) => isFigures)
      .map(name)
      .sort(),
    [...FIGURES].sort(),
  );
});

for (const [read, open] of Object.entries(NEEDS_NO_KEY))
  test(`read = ${read}: every call, without a key`, async (t) => {
    const { daemon, id } = await prepare(t, read);
    for (const route of readRoutes().filter(({ scope, flags }) => scope && !flags.includes('HTTP_OPEN'))) {
      const reply = await ask(daemon, route, id);
      if (open.includes(name(route))) assert.equal(reply.status, 200, `${name(route)}: ${reply.text}`);
      else assertProblem(reply, 401, 'no_key');
      if (route.method === 'get')
        assert.equal((await ask(daemon, route, id, { method: 'HEAD' })).status, reply.status, name(route));
      // What it opens, it opens under a host of this machine alone.
      assertProblem(await ask(daemon, route, id, { headers: { Host: 'evil.example' } }), 401, 'no_key');
      if (open.includes(name(route)) && FIGURES.includes(name(route)))
        for (const text of WRITTEN) assert.ok(!reply.text.includes(text), `${name(route)} shows ${text}`);
    }
  });

test('read = open: the refusal says why; a key of scope read opens it', async (t) => {
  const { daemon, id } = await prepare(t, 'open');
  const { key } = (await daemon.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
  const write = (await daemon.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write'] } })).json.key;
  const bad = `cxs_${'A'.repeat(43)}`;
  for (const target of [
    '/v1/surveys/nps/responses',
    '/v1/surveys/nps/responses?flagged=true',
    `/v1/surveys/nps/responses?respondent=${respondent}`,
    `/v1/surveys/nps/responses/${id}`,
  ]) {
    const refused = await daemon.request('GET', target);
    assertProblem(refused, 401, 'no_key');
    assert.match(refused.json.detail, /what people wrote.*read = open.*Bearer KEY/);
    assert.equal((await daemon.request('GET', target, { key })).status, 200, target);
    assertProblem(await daemon.request('GET', target, { key: write }), 403, 'scope');
    assertProblem(await daemon.request('GET', target, { key: bad }), 401, 'bad_key');
  }
  for (const shown of [write, bad])
    assert.equal((await daemon.request('GET', '/v1/scores', { key: shown })).status, 200, 'as a stranger');
  assertProblem(await daemon.request('GET', `/v1/surveys/nps/score?respondent=${respondent}`), 400, 'bad_parameter');
});

test('read = open: figures by segments, and by no property that the survey does not declare', async (t) => {
  const { daemon } = await prepare(t, 'open');
  const { key } = (await daemon.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
  for (const target of ['/v1/surveys/nps/score', '/v1/surveys/nps/trend', '/v1/scores']) {
    for (const query of ['touchpoint=shop', 'property.plan=pro', 'property.plan=pro&channel=x&locale=en'])
      assert.equal((await daemon.request('GET', `${target}?${query}`)).status, 200, `${target}?${query}`);
    for (const query of [`property.customer=${value}`, `property.plan=pro&property.customer=${value}`]) {
      const refused = await daemon.request('GET', `${target}?${query}`);
      assertProblem(refused, 401, 'no_key');
      assert.match(refused.json.detail, /^property\.customer: the survey nps does not declare/);
      assert.equal((await daemon.request('GET', `${target}?${query}`, { key })).status, 200, `${target}?${query}`);
    }
  }
  const everything = await prepare(t, 'everything');
  const reply = await everything.daemon.request('GET', `/v1/surveys/nps/score?property.customer=${value}`);
  assert.equal(reply.json.n, 1, reply.text);
});

test('a reload goes from one to the other, either way', async (t) => {
  const { daemon, id } = await prepare(t, 'key');
  const text = fs.readFileSync(daemon.config, 'utf8');
  for (const read of ['everything', 'open', 'key', 'open', 'everything', 'key']) {
    const before = (await daemon.admin('GET', '/v1/status')).json.reloads.done;
    fs.writeFileSync(daemon.config, text.replace(/^read = .*$/m, `read = ${read}`));
    daemon.child.kill('SIGHUP');
    await until(async () => (await daemon.admin('GET', '/v1/status')).json.reloads.done > before, 'the reload');
    for (const route of readRoutes().filter((each) => [...FIGURES, ...WORDS].includes(name(each))))
      assert.equal(
        (await ask(daemon, route, id)).status,
        NEEDS_NO_KEY[read].includes(name(route)) ? 200 : 401,
        `${read}: ${name(route)}`,
      );
  }
});

test('the first screen says what is open', async (t) => {
  for (const [read, said] of [
    ['key', null],
    ['open', /^open to this machine without a key: scores, .*read = open/m],
    ['everything', /^open to this machine without a key: .*what people wrote.*read = everything/m],
  ]) {
    const daemon = await use(t, { config: { access: { read } } });
    if (said) assert.match(daemon.stdout, said);
    else assert.doesNotMatch(daemon.stdout, /without a key/);
  }
});
