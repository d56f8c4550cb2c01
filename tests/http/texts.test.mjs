// What is answered in words to further questions is searched, counted for terms, exported and brought back, and leaves
// as comments do. That the index and a walk find the same is held by tests/contract/test_store_texts.c.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { succeeds } from './command.mjs';
import { assertProblem, parseLines, start, use, useDirectory } from './harness.mjs';

const text = (en) => ({ en });
const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: text('Why?'),
    options: [
      { value: 'price', text: { en: 'The price', de: 'Der Preis' } },
      { value: 'trust', text: text('Trust') },
    ],
    other: true,
  },
  {
    key: 'parts',
    type: 'choices',
    text: text('Which?'),
    options: [
      { value: '-a', text: text('A') },
      { value: 'b', text: text('B') },
    ],
    other: true,
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: text('How easy?') },
  { key: 'why', type: 'text', text: text('And?') },
];
const SURVEY = { metric: 'nps', max_backdate: '365d', questions: QUESTIONS };
const begin = Date.now() - 10 * 86_400_000;
const at = (minute) => new Date(begin + minute * 60_000).toISOString();
const ANSWERS = [
  { score: 2, comment: 'Slow delivery', answers: { why: 'the box was broken', reason: 'price' } },
  { score: 9, answers: { why: 'Fast delivery', ease: 6 } },
  { score: 6, comment: 'broken', answers: { reason: { other: 'the box' }, why: 'slow', parts: ['b', '-a'] } },
  { score: 10, answers: { parts: ['-a', { other: '=1, "as ever"\nprice' }], why: 'box <the>' } },
  { score: 3, answers: { reason: 'price', parts: ['-a'] } },
  { score: 7, answers: { reason: 'other' } },
].map((answer, i) => ({ survey: 'shop', answered_at: at(i), respondent: `p${i}`, ...answer }));

let d;
before(async () => {
  d = await start();
  await d.survey('shop', SURVEY);
  await d.load(ANSWERS);
});
after(() => d.stop());

const ask = (query, { survey = 'shop', call = 'comments', daemon = d } = {}) =>
  daemon.admin('GET', `/v1/surveys/${survey}/${call}?${new URLSearchParams(query)}`);
async function found(query, options) {
  const reply = await ask(query, options);
  assert.equal(reply.status, 200, reply.text);
  return reply.json.responses.map(({ answered_at }) => Math.round((Date.parse(answered_at) - begin) / 60_000));
}

describe('searches', () => {
  for (const [query, expected] of [
    [{}, [3, 2, 1, 0]],
    [{ q: 'slow' }, [2, 0]],
    [{ q: 'box' }, [3, 2, 0]],
    [{ q: 'price' }, [3]],
    [{ q: '"delivery the"' }, []],
    [{ q: 'slow broken' }, [2, 0]],
    [{ question: 'why' }, [3, 2, 1, 0]],
    [{ question: 'reason' }, [2]],
    [{ question: 'why', q: 'slow' }, [2]],
    [{ question: 'why', q: 'box -slow' }, [3, 0]],
    [{ question: 'parts', q: 'ever', order: 'best' }, [3]],
    [{ question: 'why', q: 'delivery OR box', order: 'lowest' }, [0, 1, 3]],
    [{ q: 'box', 'answer.reason': 'price' }, [0]],
    [{ q: 'box', 'answer.reason': 'other' }, [2]],
  ])
    test(JSON.stringify(query), async () => {
      assert.deepEqual(await found(query), expected);
      if (query.q) assert.deepEqual(await found(query, { call: 'responses' }), expected);
    });

  test('a hit says which text it was found in', async () => {
    const snippets = async (query) =>
      (await ask(query)).json.responses.map(({ snippet, snippet_question: key }) => [
        key,
        snippet.map(({ text: piece, match }) => (match ? `[${piece}]` : piece)).join(''),
      ]);
    assert.deepEqual(await snippets({ q: 'box' }), [
      ['why', '[box] <the>'],
      ['reason', 'the [box]'],
      ['why', 'the [box] was broken'],
    ]);
    assert.deepEqual(await snippets({ q: 'slow delivery' }), [[undefined, '[Slow] [delivery]']]);
    assert.deepEqual(await snippets({ q: 'slow', question: 'why' }), [['why', '[slow]']]);
    assert.ok((await ask({ question: 'why' })).json.responses.every((response) => !('snippet' in response)));
  });

  test('pages go on, for the same question alone', async () => {
    const first = await ask({ q: 'box OR delivery', question: 'why', limit: 1, order: 'best' });
    const cursor = first.json.next;
    assert.equal(
      (await ask({ q: 'box OR delivery', question: 'why', order: 'best', cursor })).json.responses.length,
      2,
    );
    for (const query of [{}, { question: 'reason' }])
      assertProblem(await ask({ q: 'box OR delivery', order: 'best', cursor, ...query }), 400, 'bad_parameter');
  });

  test('what is refused', async () => {
    for (const [query, detail, call = 'comments'] of [
      [{ question: 'ease' }, /^question: ease is not answered in words/],
      [
        { question: 'gone' },
        /^question: the survey shop has never asked a question gone; it asks reason, parts, ease and why now$/,
      ],
      [{ question: '' }, /^question: /],
      [{ question: 'why' }, /^question: .*give q$/, 'responses'],
      [{ question: 'ease' }, /^question: ease is not answered in words/, 'comments/terms'],
    ]) {
      const reply = await ask(query, { call });
      assert.match(assertProblem(reply, 400, 'bad_parameter').detail, detail);
    }
  });
});

describe('terms', () => {
  before(async () => {
    const said = (score, why, comment) => ({ survey: 'terms', score, comment, answers: { why }, locale: 'en' });
    await d.survey('terms', { ...SURVEY, min_n: 1 });
    await d.load([
      ...Array.from({ length: 9 }, () => said(2, 'no refund came', 'slow')),
      ...Array.from({ length: 9 }, () => said(10, 'fine delivery', 'refund')),
    ]);
  });
  const terms = async (query) =>
    (await ask({ min_count: 3, ...query }, { survey: 'terms', call: 'comments/terms' })).json;

  test('are of all that was said, each text by itself', async () => {
    const all = await terms({});
    assert.deepEqual(all.n, { band: 9, rest: 9 });
    assert.ok(!('question' in all));
    const counts = Object.fromEntries(all.terms.map(({ term, count, rest }) => [term, [count, rest]]));
    assert.deepEqual(counts.slow, [9, 0]);
    assert.ok(!('slow no' in counts) && Object.keys(counts).some((term) => term.includes('no refund')), all.terms);
    const example = all.terms.find(({ term }) => term.includes('no refund')).examples[0];
    assert.deepEqual([example.comment, example.question], ['no refund came', 'why']);
    const slow = all.terms.find(({ term }) => term === 'slow').examples[0];
    assert.deepEqual([slow.comment, slow.question], ['slow', undefined]);
  });

  test('or of the answers to one question', async () => {
    const one = await terms({ question: 'why' });
    assert.equal(one.question, 'why');
    assert.ok(one.terms.every(({ term }) => term !== 'slow'));
    const { stdout } = await succeeds(['terms', 'terms', '--question', 'why', '-c', d.config]);
    assert.match(stdout, /no refund/);
    assert.doesNotMatch(stdout, /^slow/m);
  });
});

test('a question that is asked no more', async (t) => {
  const own = await use(t);
  await own.survey('shop', SURVEY);
  await own.load(ANSWERS);
  await own.survey('shop', { ...SURVEY, questions: QUESTIONS.slice(2, 3) });
  assert.deepEqual(await found({ q: 'box' }, { daemon: own }), [3, 2, 0]);
  assert.deepEqual(await found({ q: 'box', question: 'why' }, { daemon: own }), [3, 0]);
  assert.deepEqual(await found({ question: 'reason' }, { daemon: own }), [2]);
  const { text: csv } = await own.admin('GET', '/v1/surveys/shop/responses.csv');
  assert.match(csv, /,properties,answer\.ease,answers\r\n/);
  assert.ok(csv.includes('"{""reason"":""price"",""why"":""the box was broken""}"'), csv);
});

test('an "other" that is taken no more has left its words', async (t) => {
  const own = await use(t);
  await own.survey('shop', SURVEY);
  await own.load(ANSWERS);
  const retired = QUESTIONS.map(({ other, ...question }) => question);
  await own.survey('shop', { ...SURVEY, questions: retired });
  assert.deepEqual(await found({ question: 'reason' }, { daemon: own }), [2]);
  assert.deepEqual(await found({ q: 'ever', question: 'parts' }, { daemon: own }), [3]);
  assert.equal((await ask({ question: 'parts' }, { call: 'comments/terms', daemon: own })).status, 200);
  await own.survey('shop', { ...SURVEY, questions: retired.slice(2) });
  assert.deepEqual(await found({ question: 'reason' }, { daemon: own }), [2]);
  await own.survey('never', { ...SURVEY, questions: retired });
  const options = { survey: 'never', daemon: own };
  assertProblem(await ask({ question: 'reason' }, options), 400, 'bad_parameter');
});

test('erased words are found no more, and what was chosen stays', async (t) => {
  const own = await use(t);
  await own.survey('shop', SURVEY);
  await own.load(ANSWERS);
  const reply = await own.admin('DELETE', '/v1/respondents/p2');
  assert.ok([200, 202].includes(reply.status), reply.text);
  assert.deepEqual(await found({ q: 'slow' }, { daemon: own }), [0]);
  assert.deepEqual(await found({}, { daemon: own }), [3, 1, 0]);
  const lines = parseLines((await own.admin('GET', '/v1/surveys/shop/responses.ndjson')).text);
  assert.deepEqual(lines[2].answers, { parts: ['-a', 'b'], reason: 'other', why: null });
});

describe('files', () => {
  const COLUMNS = 'answer.reason,answer.reason.other,answer.parts,answer.parts.other,answer.ease,answer.why,answers';

  test('have a column for each question', async () => {
    const { text: csv } = await d.admin('GET', '/v1/surveys/shop/responses.csv');
    const ends = csv.split(/\r\n/).map((line) => line.slice(line.indexOf(',false,') + 7));
    assert.ok(ends[0].endsWith(`,properties,${COLUMNS}`), ends[0]);
    assert.deepEqual(ends.slice(1), [
      ',,,,price,,,,,the box was broken,',
      ',,,,,,,,6,Fast delivery,',
      ",,,,other,the box,'-a; b,,,slow,",
      `,,,,,,'-a; other,"'=1, ""as ever""\nprice",,box <the>,`,
      ",,,,price,,'-a,,,,",
      ',,,,other,,,,,,',
      '',
    ]);
    const schema = (await d.admin('GET', '/v1/surveys/shop/responses.schema.json')).json;
    assert.ok(
      schema.fields
        .map(({ name }) => name)
        .join(',')
        .endsWith(COLUMNS),
    );
    assert.deepEqual(schema.fields.find(({ name }) => name === 'answer.ease').constraints, { minimum: 1, maximum: 7 });
  });

  const strip = (lines) =>
    lines.map(({ score, comment, answered_at, answers }) => ({ score, comment, answered_at, answers }));

  test('go there and back', async (t) => {
    const dir = useDirectory(t);
    const file = path.join(dir, 'shop.csv');
    const own = await use(t);
    await own.survey('copy', SURVEY);
    await succeeds(['export', 'shop', '-o', file, '-c', d.config]);
    const done = await succeeds(['import', file, '--survey', 'copy', '-c', own.config, '--yes', '--json']);
    const told = JSON.parse(done.stdout);
    assert.deepEqual(Object.keys(told.mapping.answers), [
      'ease',
      'parts',
      'parts.other',
      'reason',
      'reason.other',
      'why',
    ]);
    assert.deepEqual([told.import.created, told.import.answers_refused], [6, 0]);
    const [from, to] = await Promise.all([
      d.admin('GET', '/v1/surveys/shop/responses.ndjson'),
      own.admin('GET', '/v1/surveys/copy/responses.ndjson'),
    ]);
    assert.deepEqual(strip(parseLines(to.text)), strip(parseLines(from.text)));
    assert.deepEqual(await found({ q: 'box', question: 'why' }, { survey: 'copy', daemon: own }), [3, 0]);
  });

  for (const kind of ['csv', 'ndjson'])
    test(`go there and back with words beside options, in ${kind}`, async (t) => {
      const dir = useDirectory(t);
      const file = path.join(dir, `shop.${kind}`);
      const own = await use(t);
      const survey = { ...SURVEY, properties: ['plan'] };
      for (const slug of ['shop', 'copy', 'plain']) await own.survey(slug, survey);
      // What is said first behind the objects that make the header is in columns too.
      const early = Array.from({ length: 1000 }, (_, i) => ({ survey: 'shop', score: 8, answered_at: at(i) }));
      await own.load(early);
      const said = [
        { parts: ['b', { other: 'Äpfel, "rot"; [grün]' }], reason: { other: "'=a, b" }, ease: 7, why: "'=1; [x]" },
        { parts: ['-a', 'b', 'other'], reason: 'other', why: '["a"]' },
        { parts: [{ other: 'else' }] },
        { parts: ['-a'], reason: 'trust', why: 'a, b' },
      ].map((answers, i) => ({ answers, score: i, answered_at: at(2000 + i), respondent: `p${i}` }));
      const more = { comment: "'=well", properties: { plan: 'pro' }, locale: 'de' };
      await own.load(said.map((one) => ({ survey: 'shop', ...one, ...more })));
      await succeeds(['export', 'shop', '-o', file, '-c', own.config]);
      const done = await succeeds(['import', file, '--survey', 'copy', '-c', own.config, '--yes', '--json']);
      const told = JSON.parse(done.stdout);
      assert.deepEqual(Object.keys(told.mapping.answers).length, 6);
      assert.deepEqual([told.preset, told.import.created, told.import.answers_refused], ['cxd', 1004, 0]);
      // The columns may be named, and the words are found beside them.
      const member = kind === 'csv' ? 'answer' : 'answers';
      const map = ['reason', 'parts'].map((key) => `answer.${key}=${member}.${key}`).join();
      await succeeds(['import', file, '--survey', 'plain', '-c', own.config, '--yes', '--map', map]);
      const lines = async (slug) =>
        parseLines((await own.admin('GET', `/v1/surveys/${slug}/responses.ndjson`)).text).map(
          ({ score, answered_at, respondent, comment, locale, properties, answers }) =>
            JSON.stringify({ score, answered_at, respondent, comment, locale, properties, answers }),
        );
      const from = await lines('shop');
      assert.deepEqual(JSON.parse(from.at(-4)).answers, said[0].answers);
      assert.deepEqual(await lines('copy'), from);
      assert.deepEqual(await lines('plain'), from);
    });

  test('archives have them as they are', async (t) => {
    const dir = useDirectory(t);
    const file = path.join(dir, 'all.ndjson');
    const [from, to] = [await use(t), await use(t)];
    await from.survey('shop', SURVEY);
    await from.load(ANSWERS);
    await from.survey('shop', { ...SURVEY, questions: QUESTIONS.slice(0, 1) });
    await from.admin('DELETE', '/v1/respondents/p2');
    await succeeds(['export', '--all', '-o', file, '-c', from.config]);
    await succeeds(['import', '--all', file, '-c', to.config, '--yes']);
    const lines = fs
      .readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const responses = lines.filter(({ type }) => type === 'response').map(({ response }) => response);
    assert.deepEqual(responses[2].answers, { parts: ['-a', 'b'], reason: 'other', why: null });
    assert.ok(responses.every(({ revision }) => revision === 1));
    const [a, b] = await Promise.all([from, to].map((own) => own.admin('GET', '/v1/surveys/shop/responses.ndjson')));
    assert.deepEqual(strip(parseLines(b.text)), strip(parseLines(a.text)));
    const figures = async (own, key) => (await own.admin('GET', `/v1/surveys/shop/questions/${key}?window=all`)).json;
    for (const key of ['reason', 'parts', 'ease', 'why'])
      assert.deepEqual(await figures(to, key), await figures(from, key), key);
  });
});

test('other programs say options in words, and what is not taken is told', async (t) => {
  const own = await use(t);
  const file = path.join(useDirectory(t), 'a.csv');
  await own.survey('shop', SURVEY);
  fs.writeFileSync(
    file,
    'Score,Main reason,Parts,Easy,Words\n9,der preis,"A, B",7,well\n8,something else,B,9,\n7,Trust,nothing;A,,\n' +
      '6,PRICE,b; something; else,,\n',
  );
  const map = 'score=Score,answer.reason=Main reason,answer.parts=Parts,answer.ease=Easy,answer.why=Words';
  // The dry run judges answers as the daemon does.
  const dry = await succeeds(['import', file, '--survey', 'shop', '-c', own.config, '--dry-run', '--map', map]);
  assert.match(dry.stdout, /ease=9 \(left out\)/);
  assert.match(
    dry.stdout,
    /^ +1 answer that is left out, which the survey does not take; the first is of line 3, ease: /m,
  );
  const { counts, sample } = JSON.parse(
    (await succeeds(['import', file, '--survey', 'shop', '-c', own.config, '--dry-run', '--json', '--map', map]))
      .stdout,
  );
  assert.equal(counts.answers_refused, 1);
  assert.deepEqual(
    sample.map(({ answers_refused: list }) => list),
    [undefined, [{ key: 'ease', detail: 'must be a whole number from 1 to 7' }], undefined, undefined],
  );
  const { stdout } = await succeeds(['import', file, '--survey', 'shop', '-c', own.config, '--yes', '--map', map]);
  assert.match(stdout, /^answers +ease: #4 'Easy'\n +parts: #3 'Parts'\n/m);
  assert.match(stdout, /^1 answer was left out, which the survey does not take; the first is of line 3, ease: /m);
  const lines = parseLines((await own.admin('GET', '/v1/surveys/shop/responses.ndjson')).text);
  assert.deepEqual(
    lines.map(({ answers }) => answers),
    [
      { ease: 7, parts: ['-a', 'b'], reason: 'price', why: 'well' },
      { parts: ['b'], reason: { other: 'something else' } },
      { parts: ['-a', { other: 'nothing' }], reason: 'trust' },
      { parts: ['b', { other: 'something; else' }], reason: 'price' },
    ],
  );
});

test('cxd comments shows what was answered behind its key', async () => {
  const show = async (...args) => (await succeeds(['comments', 'shop', ...args, '-c', d.config])).stdout;
  const all = await show();
  assert.match(all, /Slow delivery \| reason: price \| why: the box was broken/);
  assert.match(all, /why: Fast delivery/);
  assert.match(await show('box'), /why: the box was broken/);
  const one = await show('slow', '--question', 'why');
  assert.match(one, /why: slow/);
  assert.doesNotMatch(one, /Slow delivery/);
});
