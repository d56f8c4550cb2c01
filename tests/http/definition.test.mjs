// The further questions of a definition: put, read back, refused, and drawn by the form in the asked locale.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fails, succeeds } from './command.mjs';
import { assertProblem, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
const put = (slug, body, options = {}) => d.admin('PUT', `/v1/surveys/${slug}`, { body, ...options });
const get = async (slug) => (await d.admin('GET', `/v1/surveys/${slug}`)).json;
const form = async (slug, query = '') => {
  const reply = await d.request('GET', `/v1/surveys/${slug}/form${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};

const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { de: 'Warum?', en: 'Why?' },
    options: [
      { value: 'price', text: { de: 'Preis', en: 'Price' } },
      { value: 'speed', text: {} },
    ],
    other: true,
    required: true,
    show: { band: ['passives', 'detractors'] },
  },
  { key: 'features', type: 'choices', text: {}, options: [{ value: 'a', text: {} }], other: false, required: false },
  {
    key: 'ease',
    type: 'scale',
    text: { en: 'How easy?' },
    metric: 'ces',
    scale: { min: 1, max: 5 },
    method: 'net_easy',
    direction: 'lower_is_better',
    bands: { satisfied_from: 2, dissatisfied_to: 4 },
    low_label: { en: 'easy', fr: 'facile' },
    high_label: {},
    required: false,
    show: { answer: { key: 'reason', in: ['price', 'other'] } },
  },
  { key: 'more', type: 'text', text: {}, required: false, show: { answer: { key: 'ease', in: [4, 5] } } },
];

test('questions are read back as they were put, and a reply can be put back', async () => {
  assert.equal((await put('asks', { metric: 'nps', questions: QUESTIONS })).status, 201);
  const kept = await get('asks');
  assert.deepEqual(kept.questions, QUESTIONS);
  const again = await put('asks', kept);
  assert.deepEqual([again.status, again.json.revision], [200, 1]);
  const fewer = await put('asks', { ...kept, questions: QUESTIONS.slice(0, 2) });
  assert.deepEqual([fewer.status, fewer.json.revision, fewer.json.questions.length], [200, 2, 2]);
  const none = await put('asks', { ...kept, questions: null });
  assert.deepEqual([none.json.revision, none.json.questions], [3, []]);
});

test('what is left out has defaults', async () => {
  const questions = [
    { key: 'a', type: 'choice', options: [{ value: 'x' }] },
    { key: 'b', type: 'scale', metric: 'csat', show: {} },
    { key: 'c', type: 'text', show: { band: ['promoter'] } },
  ];
  const [a, b, c] = (await put('least', { metric: 'nps', questions })).json.questions;
  assert.deepEqual(a, {
    key: 'a',
    type: 'choice',
    text: {},
    options: [{ value: 'x', text: {} }],
    other: false,
    required: false,
  });
  assert.deepEqual(
    [b.scale, b.method, b.bands],
    [{ min: 1, max: 5 }, 'top_box', { satisfied_from: 4, dissatisfied_to: 2 }],
  );
  assert.equal(b.show, undefined);
  assert.deepEqual(c.show, { band: ['promoters'] });
});

test('a survey without questions says so, and its form too', async () => {
  const reply = await put('plain', { metric: 'nps' });
  assert.deepEqual(reply.json.questions, []);
  const drawn = await form('plain');
  assert.deepEqual([drawn.questions, drawn.locale], [[], null]);
});

const text = (more) => ({ key: 'x', type: 'text', ...more });
const BAD = [
  [[{ type: 'text' }], '/questions/0/key'],
  [[{ key: 'x', type: 'rating' }], '/questions/0/type'],
  [[text({ label: 1 })], '/questions/0/label'],
  [[text(), text()], '/questions/1/key'],
  [[{ key: '.', type: 'text' }], '/questions/0/key'],
  [[{ key: '..', type: 'text' }], '/questions/0/key'],
  [[{ key: 'x', type: 'choice', options: [{ value: 'other' }] }], '/questions/0/options/0/value'],
  [[{ key: 'x', type: 'choice' }], '/questions/0/options'],
  [[text({ options: [{ value: 'a' }] })], '/questions/0/options'],
  [[{ key: 'x', type: 'scale' }], '/questions/0/metric'],
  [[text({ show: { band: ['satisfied'] } })], '/questions/0/show/band/0'],
  [[text({ show: { answer: { key: 'y', in: ['a'] } } }), { key: 'y', type: 'text' }], '/questions/0/show/answer/key'],
  [[QUESTIONS[0], text({ show: { answer: { key: 'reason', in: ['weather'] } } })], '/questions/1/show/answer/in/0'],
  [Array.from({ length: 13 }, (_, i) => ({ key: `q${i}`, type: 'text' })), '/questions'],
];

test('bad questions are refused, and each fault is named', async () => {
  for (const [questions, pointer] of BAD) {
    const reply = await put('bad', { metric: 'nps', questions });
    assertProblem(reply, 422, 'invalid');
    assert.deepEqual(
      reply.json.errors.map((error) => error.pointer),
      [pointer],
      JSON.stringify(questions),
    );
  }
});

test('the form has questions in the asked locale, with the scores that they are shown to', async () => {
  const texts = { en: { question: 'How?' }, 'de-CH': { question: 'Wie?' } };
  assert.equal((await put('drawn', { metric: 'nps', texts, questions: QUESTIONS })).status, 201);
  const [reason, features, ease, more] = (await form('drawn', '?locale=de')).questions;
  assert.deepEqual(reason, {
    key: 'reason',
    type: 'choice',
    text: 'Warum?',
    options: [
      { value: 'price', text: 'Preis' },
      { value: 'speed', text: null },
    ],
    other: true,
    required: true,
    show: { band: ['passives', 'detractors'], scores: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  });
  assert.equal(features.show, undefined);
  assert.deepEqual(ease, {
    key: 'ease',
    type: 'scale',
    text: 'How easy?',
    metric: 'ces',
    scale: { min: 1, max: 5 },
    low_label: 'easy',
    high_label: null,
    required: false,
    show: { answer: { key: 'reason', in: ['price', 'other'] } },
  });
  assert.deepEqual(more.show, { answer: { key: 'ease', in: [4, 5] } });
  for (const [query, locale, asked] of [
    ['', 'en', 'Why?'],
    ['?locale=de-AT', 'de-CH', 'Warum?'],
    ['?locale=fr', 'en', 'Why?'],
    ['?locale=%00%FF', 'en', 'Why?'],
  ]) {
    const reply = await d.request('GET', `/v1/surveys/drawn/form${query}`);
    if (query.includes('%')) {
      assertProblem(reply, 400, 'bad_parameter');
      continue;
    }
    assert.equal(reply.json.locale, locale, query);
    assert.equal(reply.json.questions[0].text, asked, query);
    assert.deepEqual(Object.keys(reply.json.texts).sort(), ['de-CH', 'en']);
  }
  assertProblem(await d.request('GET', '/v1/surveys/drawn/form?locale=de&locale=en'), 400, 'bad_parameter');
  const tags = await Promise.all(
    ['de', 'en'].map(async (l) => (await d.request('GET', `/v1/surveys/drawn/form?locale=${l}`)).headers.etag),
  );
  assert.notEqual(tags[0], tags[1]);
});

const choice = (key, values, more) => ({ key, type: 'choice', options: values.map((value) => ({ value })), ...more });
const scale = (more) => ({ key: 'ease', type: 'scale', metric: 'csat', ...more });
const asks = (slug, ...questions) => put(slug, { metric: 'nps', questions });

test('what is answered is fixed, and everything else of a question changes', async () => {
  const ASKED = [choice('reason', ['price', 'speed']), scale(), { key: 'more', type: 'text' }];
  assert.equal((await asks('fixed', ...ASKED)).status, 201);
  const said = { reason: 'price', ease: 4 };
  assert.equal((await d.post('fixed', { score: 3, answers: said })).status, 201);
  const [, ease, more] = ASKED;
  const REFUSED = [
    [choice('reason', ['price'], { type: 'choices' }), ease, more],
    [{ key: 'reason', type: 'text' }, ease, more],
    [choice('reason', ['price']), scale({ scale: { min: 1, max: 7 } }), more],
    [choice('reason', ['price']), scale({ metric: 'ces', scale: { min: 1, max: 5 } }), more],
  ];
  const KEPT = [
    /^reason was answered as choice, and keeps that/,
    /^ease was answered as a scale, of csat from 1 to 5,/,
  ];
  for (const [i, questions] of REFUSED.entries()) {
    const problem = assertProblem(await asks('fixed', ...questions), 409, 'question_fixed');
    const [fixed, ...others] = problem.errors;
    assert.deepEqual([fixed.pointer, others], [i < 2 ? '/questions/0' : '/questions/1', []]);
    assert.match(fixed.detail, KEPT[i < 2 ? 0 : 1]);
  }
  const both = await asks('fixed', { key: 'ease', type: 'text' }, { key: 'a', type: 'text' }, scale({ key: 'reason' }));
  const { errors } = assertProblem(both, 409, 'question_fixed');
  assert.deepEqual(
    errors.map(({ pointer }) => pointer),
    ['/questions/0', '/questions/2'],
  );
  const bands = { satisfied_from: 5, dissatisfied_to: 1 };
  const TAKEN = [
    [choice('reason', ['weather'], { other: true }), scale({ method: 'mean', bands }), { key: 'more', type: 'text' }],
    [scale(), choice('reason', ['speed'], { show: { answer: { key: 'ease', in: [1] } } }), choice('more', ['a'])],
    [{ key: 'more', type: 'text' }],
  ];
  for (const [i, questions] of TAKEN.entries()) {
    const reply = await asks('fixed', ...questions);
    assert.deepEqual([reply.status, reply.json.revision], [200, i + 2], reply.text);
    const list = await d.admin('GET', '/v1/surveys/fixed/responses');
    assert.deepEqual(list.json.responses[0].answers, said, 'stays as it was answered');
  }
  assertProblem(await asks('fixed', { key: 'reason', type: 'text' }), 409, 'question_fixed');
  assert.equal((await asks('fixed', choice('reason', ['price']))).status, 200);
});

test('answers are judged by the revision that the form had', async () => {
  assert.equal((await asks('forms', choice('reason', ['price'], { show: { band: ['detractors'] } }))).status, 201);
  const { revision } = await form('forms');
  assert.equal((await asks('forms', choice('reason', ['speed']), { key: 'why', type: 'text' })).status, 200);
  const answers = { reason: 'price', why: 'x' };
  const before = (await d.post('forms', { score: 3, answers, revision })).json;
  assert.deepEqual([before.revision, before.answers], [1, { reason: 'price' }]);
  assert.deepEqual(before.answers_refused, [{ key: 'why', detail: 'is no question of the survey' }]);
  const other = (await d.post('forms', { score: 9, answers, revision })).json;
  assert.deepEqual([other.answers, other.score], [undefined, 9]);
  assert.deepEqual(other.answers_refused.map(({ key }) => key).sort(), ['reason', 'why']);
  const now = (await d.post('forms', { score: 9, answers })).json;
  assert.deepEqual([now.revision, now.answers], [2, { why: 'x' }]);
  assert.match(now.answers_refused[0].detail, /which "price" is not/);
});

test('the command line puts them, shows them, and names what is wrong', async () => {
  const env = { CXD_URL: d.url, CXD_KEY: d.key };
  const input = JSON.stringify({ metric: 'nps', questions: QUESTIONS });
  await succeeds(['survey', 'put', 'typed', '-'], { env, input });
  const { stdout } = await succeeds(['survey', 'show', 'typed'], { env });
  assert.deepEqual(JSON.parse(stdout).questions, QUESTIONS);
  const again = await succeeds(['survey', 'put', 'typed', '-'], { env, input: stdout });
  assert.match(again.stdout, /revision 1$/m);
  const bad = JSON.stringify({ metric: 'nps', questions: [{ key: 'x', type: 'choice' }] });
  await fails(1, /\/questions\/0\/options must have at least one option/, ['survey', 'put', 'typed', '-'], {
    env,
    input: bad,
  });
});
