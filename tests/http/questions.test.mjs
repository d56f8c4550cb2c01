// Figures of further questions (docs/scoring.md §14) against a recount of the raw answers: who was asked, who answered,
// options, scales, filters and tables by answers, what was changed or removed, and what min_n withholds.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertComparison, assertFigures, expectComparison } from './figures.mjs';
import { assertProblem, run, seeded, start } from './harness.mjs';

const NPS = { metric: 'nps' };
const EASE = { metric: 'ces' };
const DAY = 86_400_000;
const option = (value) => ({ value, text: { en: `It is ${value}` } });
const QUESTIONS = [
  { key: 'reason', type: 'choice', text: { en: 'Why?' }, options: ['price', 'speed', 'care'].map(option), other: true },
  { key: 'parts', type: 'choices', options: ['a', 'b', 'c'].map(option) },
  { key: 'ease', type: 'scale', ...EASE, show: { answer: { key: 'reason', in: ['price', 'other'] } } },
  { key: 'sorry', type: 'text', text: { en: 'What went wrong?' }, show: { band: ['detractors'] } },
];
const d = await start();
after(() => d.stop());
const random = seeded(16);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const ask = async (target, daemon = d) => {
  const reply = await daemon.admin('GET', `/v1/surveys/${target}`);
  assert.equal(reply.status, 200, `${target}: ${reply.text}`);
  return reply.json;
};
const refused = async (target) => {
  const reply = await d.admin('GET', `/v1/surveys/${target}`);
  assertProblem(reply, 400, 'bad_parameter');
  return reply.json.detail;
};

function makeLines(slug, size, earlier = 0) {
  return Array.from({ length: size }, () => {
    const score = below(11);
    const reason = pick(['price', 'price', 'speed', 'care', 'other', null]);
    const answers = { reason, parts: ['a', 'b', 'c'].filter(() => below(2)) };
    if (['price', 'other'].includes(reason) && below(4)) answers.ease = 1 + below(7);
    if (score <= 6 && below(2)) answers.sorry = 'it broke';
    return {
      survey: slug,
      score,
      channel: pick(['web', 'ios']),
      answered_at: new Date(Date.now() - 1000 - earlier * DAY - below(20 * DAY)).toISOString(),
      answers,
    };
  });
}

const said = (line, key) => [line.answers?.[key] ?? []].flat().map(String);
const has = (key, value) => (line) => (value === null ? said(line, key).length === 0 : said(line, key).includes(value));
const scores = (lines) => lines.map(({ score }) => score);
const eases = (lines) => lines.filter((line) => line.answers.ease).map((line) => line.answers.ease);

const ASKED = {
  reason: () => true,
  parts: () => true,
  ease: (line) => ['price', 'other'].includes(line.answers.reason),
  sorry: (line) => line.score <= 6,
};

// A row by an answer, against those who did not give it.
function assertRow(row, lines, holds, note) {
  const [own, rest] = [lines.filter(holds), lines.filter((line) => !holds(line))].map(scores);
  const net = (list) => list.filter((score) => score >= 9).length - list.filter((score) => score <= 6).length;
  const want = expectComparison(NPS, own, rest);
  const impact = (100 * (net(own) - (net(scores(lines)) * own.length) / lines.length)) / lines.length;
  assertFigures(row, NPS, own, { note });
  assert.deepEqual([row.test, row.reason], [want.test, want.reason], note);
  assert.ok(own.length === 0 ? row.impact === null : Math.abs(row.impact - impact) <= 0.05 + 1e-9, note);
  assert.ok(want.p_value === null ? row.p_value === null : Math.abs(row.p_value - want.p_value) <= 5.1e-5, note);
}

function assertOptions(got, key, values, lines) {
  const answered = lines.filter((line) => said(line, key).length > 0);
  assert.equal(got.asked, lines.filter(ASKED[key]).length);
  assert.equal(got.answered, answered.length);
  assertFigures(got, NPS, scores(lines));
  assert.deepEqual(got.options.map(({ value }) => value).sort(), [...values].sort());
  for (const [i, row] of got.options.entries()) {
    assertRow(row, lines, has(key, row.value), `${key} ${row.value}`);
    assert.ok(Math.abs(row.share - (100 * row.n) / answered.length) <= 0.05 + 1e-9);
    assert.ok(i === 0 || got.options[i - 1].n >= row.n, 'the most frequent first');
  }
}

const { slug, lines, before } = await (async () => {
  const made = { slug: 'shop', lines: makeLines('shop', 300), before: makeLines('shop', 120, 30) };
  await d.survey('shop', { ...NPS, questions: QUESTIONS });
  await d.load([...made.lines, ...made.before]);
  return made;
})();

test('every question of a survey, short', async () => {
  const { questions, n } = await ask(`${slug}/questions`);
  assert.equal(n, lines.length);
  assert.deepEqual(
    questions.map(({ key, type, removed }) => [key, type, removed]),
    QUESTIONS.map(({ key, type }) => [key, type, false]),
  );
  for (const { key, asked, answered } of questions)
    assert.deepEqual(
      [key, asked, answered],
      [key, lines.filter(ASKED[key]).length, lines.filter((line) => said(line, key).length > 0).length],
    );
  const [reason, , ease] = questions;
  assert.equal(reason.options.length, 4);
  assert.deepEqual(
    reason.options.at(-1).text,
    reason.options.at(-1).value === 'other' ? {} : reason.options.at(-1).text,
  );
  assertFigures(ease.answers, EASE, eases(lines));
});

test('options of one and of several, in all, in a window within days, and by a filter', async () => {
  const from = new Date(Date.now() - 11.3 * DAY).toISOString();
  const late = lines.filter((line) => line.answered_at >= from);
  const web = lines.filter((line) => line.channel === 'web');
  for (const [query, list] of [
    ['window=30d', lines],
    ['window=all', [...lines, ...before]],
    [`from=${from}`, late],
    ['channel=web', web],
  ]) {
    assertOptions(await ask(`${slug}/questions/reason?${query}`), 'reason', ['price', 'speed', 'care', 'other'], list);
    assertOptions(await ask(`${slug}/questions/parts?${query}`), 'parts', ['a', 'b', 'c'], list);
    const ease = await ask(`${slug}/questions/ease?${query}`);
    assertFigures(ease.answers, EASE, eases(list));
    assert.deepEqual([ease.asked, ease.answered], [list.filter(ASKED.ease).length, eases(list).length]);
    const sorry = await ask(`${slug}/questions/sorry?${query}`);
    assert.deepEqual([sorry.asked, sorry.options], [list.filter(ASKED.sorry).length, undefined]);
  }
});

test('a scale is scored as a survey is: score, change, trend, segments', async () => {
  const score = await ask(`${slug}/score?question=ease&compare=previous`);
  assert.deepEqual([score.question, score.metric, score.response_rate], ['ease', 'ces', null]);
  assertFigures(score, EASE, eases(lines));
  assertComparison(score.previous, EASE, eases(lines), eases(before));
  for (const interval of ['day', 'hour']) {
    const trend = await ask(`${slug}/trend?question=ease&window=7d&interval=${interval}`);
    for (const bucket of trend.buckets) {
      const list = lines.filter(({ answered_at: at }) => at >= bucket.from && at < bucket.to);
      assertFigures(bucket, EASE, eases(list));
    }
  }
  const byChannel = await ask(`${slug}/segments?question=ease&by=channel`);
  for (const row of byChannel.segments)
    assertFigures(row, EASE, eases(lines.filter((line) => line.channel === row.value)));
  const byReason = await ask(`${slug}/segments?question=ease&by=answer.reason`);
  assert.deepEqual(byReason.segments.map(({ value }) => value).sort(), ['other', 'price']);
  for (const row of byReason.segments) assertFigures(row, EASE, eases(lines.filter(has('reason', row.value))));
});

test('tables by answers: of one they are a partition, of several they overlap', async () => {
  const one = await ask(`${slug}/segments?by=answer.reason`);
  assert.equal(
    one.segments.reduce((sum, { n }) => sum + n, 0),
    lines.length,
  );
  for (const row of one.segments) assertRow(row, lines, has('reason', row.value), row.value);
  const several = await ask(`${slug}/segments?by=answer.parts`);
  assert.deepEqual(several.segments.map(({ value }) => value ?? '').sort(), ['', 'a', 'b', 'c']);
  assert.ok(several.segments.reduce((sum, { share }) => sum + share, 0) > 100);
  for (const row of several.segments) assertRow(row, lines, has('parts', row.value), row.value);
  const few = await ask(`${slug}/segments?by=answer.parts&limit=1&compare=previous`);
  const rest = few.segments.at(-1);
  assert.deepEqual(
    [rest.remainder, rest.value_count, rest.n, rest.score, rest.reason, rest.suppressed, rest.previous.n],
    [true, 3, null, null, 'overlap', undefined, null],
  );
  assertComparison(
    few.segments[0].previous,
    NPS,
    scores(lines.filter(has('parts', few.segments[0].value))),
    scores(before.filter(has('parts', few.segments[0].value))),
  );
  const pairs = await ask(`${slug}/segments?by=answer.parts,channel`);
  for (const { values, ...row } of pairs.segments)
    assertRow(row, lines, (line) => has('parts', values[0])(line) && line.channel === values[1], values.join());
  const both = await ask(`${slug}/segments?by=answer.parts,answer.reason`);
  for (const { values, ...row } of both.segments)
    assertRow(row, lines, (line) => has('parts', values[0])(line) && has('reason', values[1])(line), values.join());
  const scale = await ask(`${slug}/segments?by=answer.ease`);
  for (const row of scale.segments) assertRow(row, lines, has('ease', row.value), row.value);
});

test('filters by answers', async () => {
  for (const [query, holds] of [
    ['answer.reason=price', has('reason', 'price')],
    ['answer.reason=other', has('reason', 'other')],
    ['answer.ease=7', has('ease', '7')],
    ['answer.parts=a', has('parts', 'a')],
    ['answer.parts=a&answer.parts=b', (line) => has('parts', 'a')(line) && has('parts', 'b')(line)],
    ['answer.reason=price&channel=web', (line) => has('reason', 'price')(line) && line.channel === 'web'],
  ]) {
    const list = lines.filter(holds);
    const score = await ask(`${slug}/score?${query}`);
    assertFigures(score, NPS, scores(list), { note: query });
    assert.equal(score.response_rate, null);
    const trend = await ask(`${slug}/trend?${query}&interval=week`);
    assertFigures(trend, NPS, scores(list), { note: query });
    const { segments } = await ask(`${slug}/segments?${query}&by=channel`);
    for (const row of segments)
      assertFigures(row, NPS, scores(list.filter((line) => line.channel === row.value)), { note: query });
    const listed = await ask(`${slug}/responses?${query}&window=30d&limit=500`);
    assert.equal(listed.responses.length, list.length, query);
  }
  const everywhere = await d.admin('GET', '/v1/scores?answer.reason=price');
  assert.equal(everywhere.status, 200, 'also where another survey asks no such question');
});

test('what is no question, no option or no number says so', async () => {
  assert.match(
    await refused(`${slug}/score?answer.reasn=price`),
    /has never asked a question reasn; it asks reason, parts/,
  );
  assert.match(await refused(`${slug}/score?answer.reason=prise`), /no option of this question; did you mean price\?/);
  assert.match(await refused(`${slug}/score?answer.ease=8`), /whole number from 1 to 7/);
  assert.match(await refused(`${slug}/score?answer.sorry=x`), /answered in words/);
  assert.match(await refused(`${slug}/score?question=reason`), /on no scale/);
  assert.match(await refused(`${slug}/score?question=nothing`), /has never asked a question nothing/);
  assert.match(await refused(`${slug}/segments?by=answer.sorry`), /in words/);
  assert.match(await refused(`${slug}/segments?by=answr.reason`), /did you mean|answer\.KEY/);
  assert.match(await refused(`${slug}/score?answer.parts=`), /a value to filter by/);
  assert.match(await refused(`${slug}/score?property.a=1&property.a=2`), /twice/);
  assertProblem(await d.admin('GET', '/v1/scores?question=ease'), 400, 'bad_parameter');
  assertProblem(await d.admin('GET', `/v1/surveys/${slug}/questions/nothing`), 404, 'no_question');
  assertProblem(await d.admin('GET', '/v1/surveys/nowhere/questions'), 404, 'no_survey');
});

test('options that were retired and questions that were removed are counted as they were, and marked', async () => {
  const choice = (values, more = {}) => ({ key: 'q', type: 'choice', options: values.map(option), ...more });
  const post = (answers, score = 9) => ({ survey: 'changed', score, answers });
  await d.survey('changed', { ...NPS, questions: [choice(['x', 'y'], { show: { band: ['promoters'] } })] });
  await d.load([post({ q: 'x' }), post({ q: 'x' }), post({ q: 'y' }), post({}, 2)]);
  await d.survey('changed', { ...NPS, questions: [choice(['y', 'z'])] });
  await d.load([post({ q: 'z' }), post({}, 2)]);
  const changed = await ask('changed/questions/q');
  assert.deepEqual(
    changed.options.map(({ value, n, retired, text }) => [value, n, retired, text.en]),
    [
      ['x', 2, true, 'It is x'],
      ['y', 1, false, 'It is y'],
      ['z', 1, false, 'It is z'],
    ],
  );
  assert.deepEqual([changed.asked, changed.answered], [5, 4], 'promoters, then all');
  assert.equal((await ask('changed/score?answer.q=x')).n, 2);
  await d.survey('changed', { ...NPS, questions: [{ key: 'more', type: 'scale', metric: 'csat' }] });
  await d.load([post({ more: 4 })]);
  const { questions } = await ask('changed/questions');
  assert.deepEqual(
    questions.map(({ key, removed, asked, answered }) => [key, removed, asked, answered]),
    [
      ['more', false, 1, 1],
      ['q', true, 5, 4],
    ],
  );
  assert.equal((await ask('changed/questions/q')).options.length, 3);
  assert.equal((await ask('changed/segments?by=answer.q')).segments.length, 4);
  await d.survey('changed', NPS);
  const scale = await ask('changed/score?question=more');
  assert.deepEqual([scale.n, scale.metric], [1, 'csat']);
  assert.equal((await ask('changed/questions?to=2001-01-01')).questions.length, 0);
});

test('who was asked goes by the key, also where its type changed before it was answered', async () => {
  const reason = { key: 'reason', type: 'choice', options: [option('x')] };
  const show = { answer: { key: 'reason', in: ['x'] } };
  const post = { survey: 'turned', score: 9, channel: 'web', answers: { reason: 'x' } };
  await d.survey('turned', { ...NPS, questions: [reason, { key: 'more', type: 'text', show }] });
  await d.load([post, { ...post, answers: {} }]);
  await d.survey('turned', { ...NPS, questions: [reason, { key: 'more', type: 'scale', metric: 'ces', show }] });
  await d.load([post, { ...post, answers: { reason: 'x', more: 3 } }]);
  for (const query of ['window=all', 'window=all&channel=web']) {
    const { asked, answered } = await ask(`turned/questions/more?${query}`);
    assert.deepEqual([asked, answered], [3, 1], query);
  }
});

test('what does not count is in no figure of a question', async () => {
  await d.survey('less', { ...NPS, questions: QUESTIONS });
  const answers = { reason: 'price', parts: ['a', 'b'], ease: 2 };
  const { id } = (await d.post('less', { score: 9, answers, respondent: 'a' })).json;
  const other = (await d.post('less', { score: 3, answers: { reason: 'speed' } })).json.id;
  const counts = async () =>
    (await ask('less/questions')).questions.map(({ asked, answered }) => `${answered}/${asked}`).join(' ');
  assert.equal(await counts(), '2/2 1/2 1/1 0/1');
  await d.admin('PATCH', `/v1/surveys/less/responses/${id}`, { body: { excluded: true } });
  assert.equal(await counts(), '1/1 0/1 0/0 0/1');
  await d.admin('PATCH', `/v1/surveys/less/responses/${id}`, { body: { excluded: false } });
  const amended = await d.put('less', other, { score: 9, answers: { reason: 'price', ease: 7 } });
  assert.equal(amended.status, 200, amended.text);
  assert.equal(await counts(), '2/2 1/2 2/2 0/0');
  assertFigures(await ask('less/score?question=ease'), EASE, [2, 7]);
  await d.admin('DELETE', '/v1/respondents/a?counts=true');
  assert.equal(await counts(), '1/1 0/1 1/1 0/0');
});

// --- min_n --------------------------------------------------------------------------------------------------------

const kept = async (name, list) => {
  await d.survey(name, { ...NPS, min_n: 5, questions: QUESTIONS });
  await d.load(list.map(([score, answers]) => ({ survey: name, score, answers })));
  return async (key) => (await ask(`${name}/questions/${key}?window=all`)).options;
};
const times = (n, score, answers) => Array.from({ length: n }, () => [score, answers]);
const hidden = (options) => options.filter(({ n }) => n === null).map(({ value }) => value);

test('min_n: few are withheld, and so many others that nobody gets at them by subtraction', async () => {
  const options = await kept('few', [
    ...times(12, 9, { reason: 'price' }),
    ...times(8, 0, { reason: 'speed' }),
    ...times(2, 0, { reason: 'care' }),
    ...times(9, 10, {}),
  ]);
  const reason = await options('reason');
  assert.deepEqual(hidden(reason).sort(), ['care', 'other', 'speed']);
  for (const row of reason.filter(({ n }) => n === null))
    assert.deepEqual([row.score, row.share, row.suppressed, row.impact], [null, null, true, null]);
  const { segments } = await ask('few/segments?by=answer.reason&window=all');
  assert.deepEqual(hidden(segments).sort(), ['care', 'speed'], 'the same of the table');
  const ease = await ask('few/questions/ease?window=all');
  assert.deepEqual(
    [ease.asked, ease.answered, ease.answers],
    [null, null, null],
    'it would tell that nobody said other',
  );
  const { questions } = await ask('few/questions?window=all');
  assert.deepEqual(hidden(questions[0].options).sort(), ['care', 'other', 'speed']);
});

test('min_n: nor by who did not tick it', async () => {
  const options = await kept('ticks', [
    ...times(20, 9, { parts: ['a'] }),
    ...times(10, 9, { parts: ['a', 'b'] }),
    ...times(2, 0, { parts: ['b'] }),
    ...times(9, 10, {}),
  ]);
  assert.ok(hidden(await options('parts')).includes('a'), 'a would tell of the two who ticked b alone');
});

test('min_n: of a small window, nothing but how many there are', async () => {
  const options = await kept('small', times(4, 0, { reason: 'price', parts: ['a'], ease: 3 }));
  assert.deepEqual(hidden(await options('reason')).length, 4);
  const sorry = await ask('small/questions/sorry?window=all');
  assert.deepEqual([sorry.n, sorry.asked], [4, null], 'that all were detractors is not told');
  const score = await ask('small/score?question=ease&window=all');
  assert.deepEqual([score.n, score.score, score.suppressed], [4, null, true]);
});

const followUp = (key, values, type = {}) => ({
  key,
  type: 'choice',
  options: ['x', 'y'].map(option),
  show: { answer: { key: values[0][0] === 'x' ? 'on_a' : 'reason', in: values } },
  ...type,
});

test('min_n: nor by how many were asked what follows upon what is withheld', async () => {
  const questions = [
    { key: 'reason', type: 'choice', options: ['a', 'b', 'c'].map(option) },
    followUp('on_a', ['a']),
    followUp('on_ab', ['a', 'b']),
    followUp('on_c', ['c'], { type: 'scale', options: undefined, ...EASE }),
    followUp('then', ['x', 'y']),
  ];
  await d.survey('follow', { ...NPS, min_n: 5, questions });
  const all = [
    ...times(20, 9, { reason: 'a', on_a: 'x', on_ab: 'x', then: 'x' }),
    ...times(3, 9, { reason: 'b', on_ab: 'x' }),
    ...times(6, 0, { reason: 'c', on_c: 3 }),
    ...times(9, 10, {}),
  ];
  await d.load(all.map(([score, answers]) => ({ survey: 'follow', score, channel: 'web', answers })));
  const list = (await ask('follow/questions?window=all')).questions;
  assert.deepEqual(hidden(list[0].options), ['b', 'c']);
  const told = ({ asked, answered }) => [asked, answered];
  assert.deepEqual(list.map(told), [
    [38, 29],
    [20, 20],
    [null, null],
    [null, null],
    [null, null],
  ]);
  assert.deepEqual(hidden(list[2].options), ['x', 'y'], 'of how many the shares are would tell as much');
  assert.equal(list[3].answers, null);
  for (const key of ['on_ab', 'on_c', 'then'])
    assert.deepEqual(told(await ask(`follow/questions/${key}?window=all`)), [null, null], `${key} alone`);
  assert.deepEqual(told(await ask('follow/questions/on_a?window=all')), [20, 20]);
  const filtered = await ask('follow/questions/on_ab?window=all&channel=web');
  assert.deepEqual([filtered.n, ...told(filtered)], [38, null, null]);
  await d.survey('follow', { ...NPS, min_n: 5, questions: [questions[0], { ...questions[2], show: undefined }] });
  const since = (await ask('follow/questions?window=all')).questions.find(({ key }) => key === 'on_ab');
  assert.equal(since.asked, null, 'as it was asked before');
});

// --- Several surveys ----------------------------------------------------------------------------------------------

test('several surveys: a condition must be of one of them, and counts there', async () => {
  const choice = (key, ...values) => ({ key, type: 'choice', options: values.map(option) });
  await d.survey('one', { ...NPS, questions: [choice('q', 'x', 'y'), choice('old', 'z')] });
  await d.survey('two', { ...NPS, questions: [choice('q', 'x'), { key: 'why', type: 'text' }] });
  await d.survey('none', NPS);
  await d.load([
    { survey: 'one', score: 9, answers: { q: 'y', old: 'z' } },
    { survey: 'one', score: 9, answers: { q: 'x' } },
    { survey: 'two', score: 0, answers: { q: 'x' } },
    { survey: 'none', score: 0 },
  ]);
  await d.survey('one', { ...NPS, questions: [choice('q', 'x', 'y')] });
  const stages = ['one', 'two'].map((survey) => ({ survey }));
  assert.equal((await d.admin('PUT', '/v1/journeys/both', { body: { stages } })).status, 201);
  const targets = ['score?surveys=one,two,none&', 'scores?', 'journeys/both/score?'];
  for (const target of targets) {
    for (const [query, why] of [
      ['answer.typo=x', /^answer.typo: none of these surveys has ever asked a question typo; they ask .*q.* now/],
      ['answer.q=x&answer.typo=x', /^answer.typo: none/],
      ['answer.q=w', /^answer.q: w is no option of this question/],
      ['answer.why=x', /^answer.why: it is answered in words/],
    ]) {
      const reply = await d.admin('GET', `/v1/${target}${query}`);
      assertProblem(reply, 400, 'bad_parameter');
      assert.match(reply.json.detail, why, target + query);
    }
    for (const query of ['answer.q=x', 'answer.q=y', 'answer.old=z'])
      assert.equal((await d.admin('GET', `/v1/${target}${query}`)).status, 200, target + query);
  }
  const n = async (query) => (await d.admin('GET', `/v1/score?surveys=one,two,none&${query}`)).json.n;
  assert.deepEqual([await n('answer.q=x'), await n('answer.q=y'), await n('answer.old=z')], [2, 1, 1]);
  const alone = await d.admin('GET', '/v1/score?surveys=two&answer.typo=x');
  assert.match(alone.json.detail, /the survey two has never asked a question typo; it asks q and why now/);
  const without = await d.admin('GET', '/v1/score?surveys=none,shop&answer.typo=x');
  assert.match(without.json.detail, /they ask reason, .* now/);
  await d.survey('bare', NPS);
  const bare = await d.admin('GET', '/v1/score?surveys=none,bare&answer.typo=x');
  assert.match(bare.json.detail, /ever asked a question typo, and none asks any now/);
});

// --- cxd questions -------------------------------------------------------------------------------------------------

const cxd = (...args) => {
  const done = run([...args, '-c', d.config], {});
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
};

test('cxd questions: for people, and as CSV', () => {
  const list = cxd('questions', slug);
  assert.match(list, /QUESTION +TYPE +ASKED +ANSWERED +ANSWERS/);
  assert.match(list, /reason +choice +300 +\d+ +price \d+\.\d%, .*1 more/);
  assert.match(list, /ease +scale +\d+ +\d+ +\d\.\d\d \(\d\.\d\d to \d\.\d\d\)/);
  assert.match(list, /sorry +text +\d+ +\d+ +-/);
  const one = cxd('questions', slug, 'reason', '--window', 'all');
  assert.match(one, /shop \/ reason +nps/);
  assert.match(one, /question +Why\? \(choice\)/);
  assert.match(one, /asked +420/);
  assert.match(one, /price +\d+ +\d+\.\d% .*It is price/);
  assert.match(cxd('questions', slug, 'ease'), /^shop \/ ease +ces, mean, scale 1.7\n[^]*score +\d\.\d\d/);
  assert.match(cxd('questions', slug, 'sorry'), /^shop \/ sorry\n/, 'nothing is scored');
  assert.match(cxd('questions', 'changed', 'q'), /x \(retired\)/);
  assert.match(cxd('questions', 'changed'), /q \(removed\)/);
  assert.match(cxd('questions', 'few', 'reason', '--window', 'all'), /care +withheld/);
  const [header, first] = cxd('questions', slug, 'reason', '--csv').split('\r\n');
  assert.match(header, /^survey,window_from,window_to,question,type,asked,answered,value,retired,share,/);
  assert.match(first, /^shop,.*,reason,choice,300,\d+,price,false,/);
  assert.match(cxd('questions', slug, '--csv'), /\r\nshop,[^\r]*,ease,scale,false,\d+,\d+,ces,mean,\d/);
  assert.match(cxd('questions', slug, 'sorry', '--csv'), /\r\nshop,[^\r]*,sorry,text,\d+,\d+,,/);
});

test('cxd questions speaks English where there is any', async () => {
  const text = { de: 'Warum?', 'en-GB': 'Why?', fr: 'Pourquoi ?' };
  const options = [
    { value: 'a', text: { de: 'Eins', en: 'One' } },
    { value: 'b', text: { fr: 'Deux', de: 'Zwei' } },
  ];
  await d.survey('tongues', { ...NPS, questions: [{ key: 'why', type: 'choice', text, options }] });
  const shown = cxd('questions', 'tongues', 'why');
  assert.match(shown, /question +Why\? \(choice\)/);
  assert.match(shown, /^a .* One$/m);
  assert.match(shown, /^b .* Zwei$/m);
});

test('cxd score, trend and segments of a question, and by answers', () => {
  assert.match(cxd('score', slug, '--question', 'ease'), /shop \/ ease +ces, mean/);
  assert.match(cxd('trend', slug, '--question', 'ease', '--interval', 'week'), /ces/);
  assert.match(cxd('segments', slug, '--question', 'ease', '--by', 'answer.reason'), /price/);
  const both = JSON.parse(cxd('score', slug, '--answer', 'parts=a', '--answer', 'parts=b', '--json'));
  assertFigures(both, NPS, scores(lines.filter((line) => has('parts', 'a')(line) && has('parts', 'b')(line))));
  const bad = run(['questions', slug, 'a b', '-c', d.config], {});
  assert.deepEqual([bad.status, /cannot be the key/.test(bad.stderr)], [2, true]);
  const none = run(['score', '--question', 'ease', '-c', d.config], {});
  assert.deepEqual([none.status, /is of one survey/.test(none.stderr)], [2, true]);
});
