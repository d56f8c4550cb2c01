// Answers to further questions, as they are sent: what is taken, left out and named, refused under strict handling, and
// that a retry stays one whatever has become of the survey.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, ids, parseLines, run, start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const id = ids(16);
let count = 0;

const options = (...values) => values.map((value) => ({ value, text: { en: value } }));
const REASON = { key: 'reason', type: 'choice', text: { en: 'Why?' }, options: options('price', 'speed'), other: true };
const FEATURES = {
  key: 'features',
  type: 'choices',
  text: { en: 'Which?' },
  options: options('a', 'b', 'c'),
  other: true,
};
const EASE = { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy?' } };
const WHY = { key: 'why', type: 'text', text: { en: 'What else?' } };
const LOST = {
  key: 'lost',
  type: 'choice',
  text: { en: 'What went wrong?' },
  options: options('late', 'broken'),
  show: { band: ['detractors'] },
};
const DEAR = {
  key: 'dear',
  type: 'text',
  text: { en: 'How dear?' },
  show: { answer: { key: 'reason', in: ['price'] } },
};
const QUESTIONS = [REASON, FEATURES, EASE, WHY, LOST, DEAR];
const define = (slug, questions = QUESTIONS, more = {}) => d.survey(slug, { metric: 'nps', questions, ...more });

async function survey(questions, more) {
  const slug = `a${++count}`;
  await define(slug, questions, more);
  return slug;
}
const STRICT = { headers: { Prefer: 'handling=strict' } };
const stored = async (slug, which) => (await d.admin('GET', `/v1/surveys/${slug}/responses/${which}`)).json;
const n = async (slug) => (await d.score(slug, 'window=all')).json.n;
const refused = ({ answers_refused: list = [] }) => list.map(({ key }) => key);

async function take(slug, answers, expected, left = [], score = 9) {
  const reply = await d.post(slug, { score, answers });
  const said = JSON.stringify(answers);
  assert.equal(reply.status, 201, `${said}: ${reply.text}`);
  assert.deepEqual([reply.json.answers, refused(reply.json)], [expected, left], said);
  const { answers: kept, answers_refused: none } = await stored(slug, reply.json.id);
  assert.deepEqual([kept, none], [expected, undefined], said);
}

test('answers are stored in one form, and shown as they are stored', async () => {
  const slug = await survey();
  const why = 'It <b>is</b>\n\u00e9 "so" \\ 😀';
  for (const [answers, expected] of [
    [{ reason: 'price' }, { reason: 'price' }],
    [{ reason: { other: 'words' } }, { reason: { other: 'words' } }],
    [{ reason: 'other' }, { reason: 'other' }],
    [{ reason: { other: ' ' } }, { reason: 'other' }],
    [{ reason: { other: null } }, { reason: 'other' }],
    [{ features: ['b', 'a', 'b'] }, { features: ['a', 'b'] }],
    [{ features: 'a' }, { features: ['a'] }],
    [{ features: { other: 'x' } }, { features: [{ other: 'x' }] }],
    [{ features: ['c', { other: 'x' }, 'other'] }, { features: ['c', { other: 'x' }] }],
    [{ ease: 6 }, { ease: 6 }],
    [{ why }, { why }],
    [{ why: 'other' }, { why: 'other' }],
    [
      { why: 'x', reason: 'price', features: ['a'], ease: 1, dear: 'very' },
      { dear: 'very', ease: 1, features: ['a'], reason: 'price', why: 'x' },
    ],
    [{}, undefined],
    [null, undefined],
    ['', undefined],
    [{ reason: null, features: [], why: ' \n', ease: '' }, undefined],
    [{ features: ['', null] }, undefined],
  ])
    await take(slug, answers, expected);
  const text = await d.post(slug, `{"score":9,"answers":{"ease":7.0,"reason":"speed"}}`);
  assert.deepEqual(text.json.answers, { ease: 7, reason: 'speed' });
  const { responses } = (await d.admin('GET', `/v1/surveys/${slug}/responses?limit=500`)).json;
  assert.equal(responses.filter(({ answers }) => answers).length, 14);
});

test('what no question takes is left out and named, and costs neither the score nor the other answers', async () => {
  const slug = await survey();
  const ODD = [true, 6.5, {}, { x: 1 }, [1], [[]], [{}], { other: 1 }, { other: 'x', more: 1 }];
  let sent = 0;
  for (const [key, values] of Object.entries({
    nothing: ['x', 1, ...ODD],
    reason: ['prices', 'Price', 1, ['price'], ...ODD],
    features: [['d'], 'd', 1, ...ODD],
    ease: [0, 8, -1, 99999999999, '6', 'six', [6], ...ODD],
    why: [6, ['x'], { other: 'x' }, { other: '' }, ...ODD],
    lost: ['late', ...ODD],
    dear: ['very', ...ODD],
  }))
    for (const value of values) {
      await take(
        slug,
        { [key]: value, reason: key === 'reason' ? value : 'speed' },
        key === 'reason' ? undefined : { reason: 'speed' },
        [key],
      );
      sent++;
    }
  assert.equal(await n(slug), sent);
  await take(slug, { features: ['a', 'd', 'b'] }, { features: ['a', 'b'] }, ['features']);
  for (const odd of [1, true, {}, { b: 1 }, [], { other: 1 }])
    await take(slug, { features: [odd, 'b', odd, 'a'] }, { features: ['a', 'b'] }, ['features']);
  const two = [{ other: 'x' }, 'b', { other: 'y' }];
  await take(slug, { features: two }, { features: ['b', { other: 'x' }] }, ['features']);
  // Whom it was to be shown.
  await take(slug, { lost: 'late' }, { lost: 'late' }, [], 3);
  await take(slug, { dear: 'very', reason: 'speed' }, { reason: 'speed' }, ['dear']);
  await take(slug, { dear: 'very', reason: 'expensive' }, undefined, ['reason', 'dear']);
  const reply = await d.post(slug, { score: 9, answers: { 'a"\\/~b': 1, ['k'.repeat(300)]: 2 } });
  assert.equal(reply.status, 201, reply.text);
  for (const { key, detail } of reply.json.answers_refused) assert.ok(key.length < 80 && detail.length > 0, reply.text);
  assert.equal(reply.json.answers_refused.length, 2);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  const named = await d.post(slug, { score: 9, answers: { ...many, reason: 'price' } });
  assert.deepEqual([named.status, named.json.answers_refused.length], [201, 16]);
  const first = await d.post(slug, { score: 9, answers: { reason: 'price', ...many } });
  assert.deepEqual(first.json.answers, { reason: 'price' });
  for (const answers of [[], 6, 'x', true])
    assertProblem(await d.post(slug, { score: 9, answers }), 422, 'invalid', ['/answers']);
  const without = await survey([]);
  await take(without, { reason: 'price' }, undefined, ['reason']);
});

test('a text may be as long as a comment', async (t) => {
  const daemon = await use(t, { config: { limits: { comment_characters: 5 } } });
  await daemon.survey('s', { metric: 'nps', questions: QUESTIONS });
  const post = (answers, more) => daemon.post('s', { score: 9, answers }, more);
  const fits = { why: 'éééé😀', reason: { other: 'abcde' }, features: ['a', { other: 'abcde' }] };
  assert.deepEqual((await post(fits)).json.answers, fits);
  const long = { why: 'abcdef', reason: { other: 'abcdef' }, features: ['a', { other: 'abcdef' }], ease: 3 };
  const { answers, answers_refused: list } = (await post(long)).json;
  assert.deepEqual(answers, { ease: 3, features: ['a'] });
  assert.deepEqual(
    list.map(({ key, detail }) => [key, detail]),
    ['features', 'reason', 'why'].map((key) => [key, 'must have at most 5 characters']),
  );
  assertProblem(await post(long, STRICT), 422, 'invalid', ['/answers/features', '/answers/reason', '/answers/why']);
});

// As config/cxd.conf and docs/edge.md say of [limits] body_bytes.
test('a body has room for so many texts at their longest', async () => {
  const keys = Array.from({ length: 12 }, (_, i) => `text${i}`);
  const slug = await survey(keys.map((key) => ({ ...WHY, key })));
  const post = (character, count) => {
    const text = character.repeat(8000);
    const answers = Object.fromEntries(keys.slice(0, count).map((key) => [key, text]));
    return d.post(slug, { score: 9, comment: text, answers });
  };
  const raw = (character, count) => {
    const text = character.repeat(8000);
    const answers = keys.slice(0, count).map((key) => `"${key}":"${text}"`);
    return d.post(slug, `{"score":9,"comment":"${text}","answers":{${answers}}}`);
  };
  const form = (count) => {
    const text = encodeURIComponent('é').repeat(8000);
    const fields = ['score=9', `comment=${text}`, ...keys.slice(0, count).map((key) => `answer.${key}=${text}`)];
    return d.post(slug, fields.join('&'), { type: 'application/x-www-form-urlencoded' });
  };
  for (const [send, fits] of [
    [(count) => post('漢', count), 12],
    [(count) => raw('\\ud83d\\ude00', count), 2],
    [form, 5],
  ]) {
    const reply = await send(fits);
    assert.equal(reply.status, 201, reply.text.slice(0, 300));
    assert.equal(reply.json.answers_refused, undefined);
    assert.equal(Object.keys(reply.json.answers).length, fits);
    if (fits < 12) assertProblem(await send(fits + 1), 413, 'too_large');
  }
  assertProblem(await post('😀', 12), 413, 'too_large');
});

test('what is no character of a text becomes U+FFFD, which is told', async () => {
  const slug = await survey();
  const reply = await d.post(slug, '{"score":9,"answers":{"why":"a\\u0000b","reason":{"other":"\\ud800"}}}');
  assert.deepEqual(reply.json.answers, { reason: { other: '\ufffd' }, why: 'a\ufffdb' });
  assert.deepEqual(reply.json.adjusted.map(({ pointer }) => pointer).sort(), ['/answers/reason', '/answers/why']);
});

test('strict handling refuses what would be left out, and says that it does', async () => {
  const slug = await survey();
  const bad = { reason: 'dear', ease: 9, 'a/b': 1, why: 'fine' };
  const pointers = ['/answers/reason', '/answers/ease', '/answers/a~1b'];
  const reply = await d.post(slug, { score: 9, answers: bad }, STRICT);
  assertProblem(reply, 422, 'invalid', pointers);
  assert.equal(reply.headers['preference-applied'], 'handling=strict');
  const both = await d.post(slug, { score: 11, answers: bad }, STRICT);
  assert.ok(assertProblem(both, 422, 'invalid').errors.some(({ pointer }) => pointer === '/score'));
  assert.equal(await n(slug), 0);
  const good = await d.put(slug, id(), { score: 9, answers: { reason: 'price' } }, STRICT);
  assert.deepEqual([good.status, good.headers['preference-applied']], [201, 'handling=strict']);
  for (const Prefer of ['Handling = "strict"', 'respond-async, handling=strict;x=1', ['wait=1', 'handling=strict']])
    assertProblem(await d.post(slug, { score: 9, answers: bad }, { headers: { Prefer } }), 422, 'invalid', pointers);
  for (const Prefer of ['handling=lenient', 'strict', 'handling=lenient, handling=strict', '"', '']) {
    const lenient = await d.post(slug, { score: 9, answers: bad }, { headers: { Prefer } });
    assert.deepEqual([lenient.status, refused(lenient.json).length], [201, 3], Prefer);
    assert.equal(lenient.headers['preference-applied'], undefined);
  }
});

test('a retry is one, whatever has become of the survey; another content wins whole', async () => {
  const slug = await survey();
  const one = id();
  const body = { score: 3, answers: { reason: 'price', lost: 'late', ease: 9, why: 'slow' } };
  const made = await d.put(slug, one, body);
  assert.deepEqual([made.status, refused(made.json), made.json.revision], [201, ['ease'], 1]);
  // What was asked is changed, and then asked no more.
  for (const questions of [[{ ...REASON, options: options('speed') }, EASE, WHY], [WHY], []]) {
    await define(slug, questions);
    const again = await d.put(slug, one, body);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual([again.json.answers, refused(again.json)], [made.json.answers, ['ease']]);
    assert.equal(again.json.revision, 1);
    const taken = await d.put(slug, one, { score: 3, answers: made.json.answers }, STRICT);
    assert.deepEqual([taken.status, taken.json.answers], [200, made.json.answers], taken.text);
    assertProblem(await d.put(slug, one, body, STRICT), 422, 'invalid', ['/answers/ease']);
  }
  assert.equal((await stored(slug, one)).revision, 1);
  // The content of another is judged by what is asked now.
  await define(slug, [FEATURES, WHY]);
  const second = { score: 3, answers: { reason: 'price', features: ['a'] } };
  const amended = await d.put(slug, one, second);
  assert.deepEqual(
    [amended.status, amended.json.answers, refused(amended.json)],
    [200, { features: ['a'] }, ['reason']],
  );
  assert.ok(amended.json.revision > 1);
  // What was said first comes late, and changes nothing.
  const late = await d.put(slug, one, body);
  assert.deepEqual([late.status, late.json.answers], [200, { features: ['a'] }]);
  const third = await d.put(slug, one, { score: 4 });
  assert.deepEqual([third.json.score, third.json.answers], [4, undefined]);
  assert.deepEqual((await stored(slug, one)).answers, undefined);
  assert.equal(await n(slug), 1);
});

test('an Idempotency-Key names answers as it does all content', async () => {
  const slug = await survey();
  const headers = { 'Idempotency-Key': 'with-answers' };
  const body = { score: 9, answers: { reason: 'price', ease: 99 } };
  assert.equal((await d.post(slug, body, { headers })).status, 201);
  await define(slug, [WHY]);
  const again = await d.post(slug, body, { headers });
  assert.deepEqual([again.status, again.json.answers, refused(again.json)], [200, { reason: 'price' }, ['ease']]);
  const other = { score: 9, answers: { why: 'x' } };
  assertProblem(await d.post(slug, other, { headers }), 422, 'idempotency_key_reused');
  assertProblem(await d.post(slug, { score: 9 }, { headers }), 422, 'idempotency_key_reused');
});

test('answers are judged by the revision of the form', async () => {
  const slug = await survey();
  await define(slug, [{ ...EASE, key: 'mood' }]);
  const answers = { reason: 'price', mood: 5 };
  const post = (revision, how) => d.post(slug, { score: 9, answers, revision }, how);
  for (const [revision, by, kept, left] of [
    [1, 1, { reason: 'price' }, 'mood'],
    [2, 2, { mood: 5 }, 'reason'],
    [undefined, 2, { mood: 5 }, 'reason'],
    [null, 2, { mood: 5 }, 'reason'],
  ]) {
    const { status, json } = await post(revision);
    assert.deepEqual([status, json.revision, json.answers, refused(json)], [201, by, kept, [left]], `${revision}`);
    assert.equal(json.adjusted, undefined);
    assert.equal((await stored(slug, json.id)).revision, by);
  }
  for (const revision of [3, 0, -1, 1e30]) {
    const { status, json } = await post(revision);
    assert.deepEqual([status, json.revision, json.answers], [201, 2, { mood: 5 }], `${revision}`);
    assert.deepEqual(
      json.adjusted.map(({ pointer }) => pointer),
      ['/revision'],
    );
    const alone = { score: 9, answers: { mood: 5 }, revision };
    const problem = assertProblem(await d.post(slug, alone, STRICT), 422, 'invalid', ['/revision']);
    assert.match(problem.errors[0].detail, /2/);
  }
  for (const revision of ['1', 1.5, [], true]) assertProblem(await post(revision), 422, 'invalid', ['/revision']);
  const without = await d.post(slug, { score: 9, revision: 1 }, STRICT);
  assert.deepEqual([without.status, without.json.revision], [201, 1]);
  // What names its revision is judged by that one, and may so be another content.
  const one = id();
  const body = { score: 9, answers: { mood: 5 } };
  assert.equal((await d.put(slug, one, { ...body, revision: 2 })).status, 201);
  await define(slug, [WHY]);
  for (const revision of [2, undefined, 99]) {
    const { status, json } = await d.put(slug, one, { ...body, revision });
    assert.deepEqual([status, json.revision, json.answers, refused(json)], [200, 2, { mood: 5 }, []], `${revision}`);
    assert.equal(json.adjusted?.[0].pointer, revision === 99 ? '/revision' : undefined);
  }
  const other = await d.put(slug, one, { ...body, revision: 1 });
  assert.deepEqual([other.status, other.json.revision, other.json.answers], [200, 1, undefined]);
});

test('of a batch each is judged by itself', async () => {
  const slug = await survey();
  const lines = [
    { survey: slug, score: 9, answers: { reason: 'price' } },
    { survey: slug, score: 9, answers: { reason: 'dear', why: 'x' } },
    { survey: slug, score: 9, answers: [] },
    { survey: slug, score: 9, revision: 7 },
    { survey: slug, score: 9, answers: { reason: 'price' } },
  ];
  const strict = await d.batch(lines, STRICT);
  assert.equal(strict.headers['preference-applied'], 'handling=strict');
  assert.deepEqual(
    strict.lines.map(({ status, errors }) => [status, errors?.map(({ pointer }) => pointer)]),
    [
      [201, undefined],
      [422, ['/answers/reason']],
      [422, ['/answers']],
      [422, ['/revision']],
      [201, undefined],
    ],
  );
  const headers = { 'Idempotency-Key': 'a-batch' };
  const first = (await d.batch(lines, { headers })).lines;
  assert.deepEqual(
    first.map((line) => [line.status, refused(line), line.adjusted?.[0].pointer]),
    [
      [201, [], undefined],
      [201, ['reason'], undefined],
      [422, [], undefined],
      [201, [], '/revision'],
      [201, [], undefined],
    ],
  );
  await define(slug, [WHY]);
  const again = (await d.batch(lines, { headers })).lines;
  assert.deepEqual(
    again.map((line) => [line.id, line.outcome, refused(line)]),
    first.map((line) => [line.id, line.outcome && 'replayed', refused(line)]),
  );
});

test('rows of an import have answers; what an archive says was erased is no text', async () => {
  const slug = await survey();
  const begun = { survey: slug, source: 's', fingerprint: 'f' };
  const { id: which } = (await d.admin('POST', '/v1/imports', { body: begun })).json;
  const send = async (rows, how = {}) => {
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    const reply = await d.admin('POST', `/v1/imports/${which}/responses`, {
      body,
      type: 'application/x-ndjson',
      ...how,
    });
    assert.equal(reply.status, 200, reply.text);
    return parseLines(reply.text);
  };
  const rows = [
    { id: id(), score: 9, answers: { reason: 'price', ease: 9 } },
    { id: id(), score: 9, answers: { why: null, ease: 6, reason: 'other' }, revision: 1 },
    { id: id(), score: 9, answers: { why: null, ease: 6 } },
  ];
  const lines = await send(rows);
  assert.deepEqual(
    lines.map((line) => [line.outcome, refused(line)]),
    [
      ['created', ['ease']],
      ['created', []],
      ['created', []],
    ],
  );
  assert.deepEqual((await stored(slug, rows[1].id)).answers, { ease: 6, reason: 'other', why: null });
  assert.deepEqual((await stored(slug, rows[2].id)).answers, { ease: 6 });
  const [line] = await send([{ id: id(), score: 9, answers: { ease: 9 } }], STRICT);
  assert.deepEqual([line.outcome, line.errors[0].pointer], ['refused', '/answers/ease']);
  assert.deepEqual(
    (await send([rows[0], rows[1]])).map((row) => [row.outcome, refused(row)]),
    [
      ['known', ['ease']],
      ['known', []],
    ],
  );
});

test('a form sends answers in its fields, and a retry is one whichever way it comes', async () => {
  const slug = await survey();
  const type = 'application/x-www-form-urlencoded';
  const one = id();
  const fields =
    'score=9&revision=1&answer.reason=other&answer.reason.other=late&answer.features=b&answer.features=a' +
    '&answer.features.other=&answer.ease=6&answer.why=two%0D%0Alines&answer.lost=';
  const made = await d.put(slug, one, fields, { type });
  const answers = { ease: 6, features: ['a', 'b'], reason: { other: 'late' }, why: 'two\nlines' };
  assert.deepEqual([made.status, made.json.answers, made.json.answers_refused], [201, answers, undefined], made.text);
  assert.equal((await d.put(slug, one, { score: 9, answers })).status, 200);
  const left = await d.post(slug, 'score=9&answer.ease=six&answer.reason=price&answer.reason.other=late', { type });
  assert.deepEqual([left.json.answers, refused(left.json)], [{ reason: 'price' }, ['ease']]);
  assertProblem(await d.post(slug, 'score=9&answers=x', { type }), 422, 'invalid', ['/answers']);
  // What its fields are is told by what was asked then.
  await define(slug, [WHY]);
  const again = await d.put(slug, one, fields, { type });
  assert.deepEqual(
    [again.status, again.json.answers, again.json.answers_refused],
    [200, answers, undefined],
    again.text,
  );
  const unnamed = await d.put(slug, one, fields.replace('revision=1&', ''), { type });
  assert.deepEqual([unnamed.status, unnamed.json.revision, unnamed.json.answers], [200, 1, answers], unnamed.text);
});

test('who guesses an id reads no answers that they did not send', async () => {
  const slug = await survey();
  const headers = { 'Idempotency-Key': 'guessed' };
  const named = await d.post(slug, { score: 9, answers: { why: 'secret' } }, { headers });
  const seen = await d.put(slug, named.json.id, { score: 8, answers: { ease: 6 } });
  assert.deepEqual(seen.json.answers, { ease: 6 }, 'it amends, and is what was sent');
  const late = await d.put(slug, named.json.id, { score: 9, answers: { why: 'secret' } });
  assert.deepEqual(
    [late.status, late.json.score, late.json.answers, late.headers.etag],
    [200, 8, undefined, undefined],
  );
});

test('a person is told what they answered; erased, it stays that they did, and what they chose', async () => {
  const slug = await survey();
  const answers = { ease: 3, features: ['a', { other: 'else' }], reason: { other: 'words' }, why: 'text' };
  const { json } = await d.post(slug, { score: 9, respondent: 'ann', answers });
  const told = (await d.admin('GET', '/v1/respondents/ann')).json.responses;
  assert.deepEqual(told, [json]);
  assert.equal((await d.admin('DELETE', '/v1/respondents/ann')).status, 200);
  const left = { ease: 3, features: ['a', 'other'], reason: 'other', why: null };
  assert.deepEqual((await stored(slug, json.id)).answers, left);
});

test('where a score is optional, answers stand beside a comment, and ask for no band', async () => {
  const slug = await survey(QUESTIONS, { score: 'optional' });
  const reply = await d.post(slug, { comment: 'Why?', answers: { reason: 'price', lost: 'late', dear: 'very' } });
  assert.equal(reply.status, 201, reply.text);
  assert.deepEqual([reply.json.answers, refused(reply.json)], [{ dear: 'very', reason: 'price' }, ['lost']]);
  assertProblem(await d.post(slug, { answers: { reason: 'price' } }), 422, 'invalid', ['/score']);
});

test('a page of another origin may ask for strict handling', async () => {
  const slug = await survey();
  const asks = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' };
  const target = `/v1/surveys/${slug}/responses`;
  const wanted = { ...asks, 'Access-Control-Request-Headers': 'prefer' };
  for (const headers of [asks, wanted]) {
    const reply = await d.request('OPTIONS', target, { headers });
    assert.match(reply.headers['access-control-allow-headers'], /\bprefer\b/i);
  }
  const headers = { Origin: 'https://a.example', Prefer: 'handling=strict' };
  const reply = await d.post(slug, { score: 9 }, { headers });
  assert.match(reply.headers['access-control-expose-headers'], /\bPreference-Applied\b/);
});

test('strict handling names bad answers beside a bad score, and says how many there are', async () => {
  const slug = await survey();
  const pointers = (reply) => reply.errors.map(({ pointer }) => pointer);
  const answers = { reason: 'no', ease: 9, why: 'x', lost: 'late', dear: 'y' };
  const BAD = ['/score', '/answers/reason', '/answers/ease', '/answers/dear'];
  const strict = { ...STRICT.headers };
  for (const score of [11, 'nine', 2.5]) {
    for (const more of [{}, { id: id() }, { revision: 1 }]) {
      const reply = await d.post(slug, { score, answers, ...more }, STRICT);
      assertProblem(reply, 422, 'invalid', BAD); // whom `lost` is shown to is not known
      assert.equal(reply.json.detail, '4 members are not valid');
    }
    assertProblem(await d.post(slug, { score, answers }), 422, 'invalid', ['/score']);
    const batch = await d.batch([{ survey: slug, score, answers }], { headers: strict });
    assert.deepEqual(pointers(batch.lines[0]).sort(), [...BAD].sort());
  }
  assertProblem(await d.post(slug, { score: 11, answers, revision: 9 }, STRICT), 422, 'invalid', ['/score']);
  const long = { score: 9, touchpoint: 'x'.repeat(1000), answers };
  const others = ['/touchpoint', ...BAD.slice(1), '/answers/lost'];
  for (const more of [{}, { id: id() }])
    assertProblem(await d.post(slug, { ...long, ...more }, STRICT), 422, 'invalid', others);
  for (const count of [16, 17, 65, 300]) {
    const many = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
    const { errors } = assertProblem(await d.post(slug, { score: 9, answers: many }, STRICT), 422, 'invalid');
    assert.equal(errors.length, count > 16 ? 17 : 16);
    const last = { pointer: '/answers', detail: `has ${count - 16} more that are not taken, ${count} in all` };
    if (count > 16) assert.deepEqual(errors[16], last);
    const taken = await d.post(slug, { score: 9, answers: many });
    assert.deepEqual([taken.status, taken.json.answers_refused.length], [201, 16]);
  }
});

test('cxd post: answers are read as their questions have them', async () => {
  const slug = await survey([...QUESTIONS, { key: 'code', type: 'choice', options: options('7', '8') }]);
  await define(slug, [WHY]);
  const post = (...args) => run(['post', slug, '9', ...args, '-c', d.config], {});
  const answers = ['reason.other=so & "so" + ü', 'features=b', 'features=a', 'ease=6', 'why=7', 'code=7', 'lost=late'];
  const given = ['--revision', '1', '--property', 'plan=a=b&c', '--comment', 'é 100%\nmore', '--sequence', '2'];
  const flags = answers.flatMap((answer) => ['--answer', answer]);
  const done = post(...flags, ...given);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^stored [0-9a-f-]{36} {2}survey a\d+, revision 1, score 9\nleft out lost: .*shown.*\n$/);
  const found = await stored(slug, /[0-9a-f-]{36}/.exec(done.stdout)[0]);
  assert.deepEqual(found.answers, {
    code: '7',
    ease: 6,
    features: ['a', 'b'],
    reason: { other: 'so & "so" + ü' },
    why: '7',
  });
  assert.deepEqual([found.comment, found.properties, found.sequence], ['é 100%\nmore', { plan: 'a=b&c' }, 2]);
  assert.match(post('--revision', '1').stdout, /revision 1, score 9\n$/, 'as JSON');
  for (const [args, why] of [
    [['--answer', 'ease'], /--answer takes KEY=VALUE, not 'ease'/],
    [['--answer', '=6'], /--answer takes KEY=VALUE/],
    [['--answer', 'ease=6', '-p', 'a=1', '-p', 'a=2'], /--property gives 'a' twice/],
    [['--answer', 'ease=6', '-p', 'a'], /--property takes KEY=VALUE/],
    [['--revision', 'x'], /--revision must be a whole number/],
  ]) {
    const bad = post(...args);
    assert.deepEqual([bad.status, why.test(bad.stderr)], [2, true], bad.stderr);
  }
});
