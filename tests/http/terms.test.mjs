// Terms of comments: counts and z against a plain count over the texts (docs/scoring.md §11), who may read them, and
// what is refused.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { succeeds } from './command.mjs';
import { assertProblem, seeded, start, until } from './harness.mjs';

const d = await start();
after(() => d.stop());
const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString();
let count = 0;

// A survey with these [score, comment, more].
async function survey(definition, answers) {
  const slug = `t${++count}`;
  await d.survey(slug, definition);
  await d.load(answers.map(([score, comment, more]) => ({ survey: slug, score, comment, ...more })));
  return slug;
}
const terms = async (slug, query = '') => {
  const reply = await d.admin('GET', `/v1/surveys/${slug}/comments/terms${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const times = (n, ...answer) => Array.from({ length: n }, () => answer);
const named = (reply, term) => reply.terms.find((t) => t.term === term);
const texts = (reply) => reply.terms.map(({ term }) => term);

function weigh(y1, n1, y2, n2) {
  const a = 0.1 * (y1 + y2);
  const a0 = 0.1 * (n1 + n2);
  const odds = Math.log((y1 + a) / (n1 + a0 - y1 - a)) - Math.log((y2 + a) / (n2 + a0 - y2 - a));
  return [odds, odds / Math.sqrt(1 / (y1 + a) + 1 / (n1 + a0 - y1 - a) + 1 / (y2 + a) + 1 / (n2 + a0 - y2 - a))];
}

test('a complaint is found, with its figures and examples', async () => {
  const slug = await survey({ metric: 'nps' }, [
    ...times(6, 2, 'Still no refund for my order'),
    ...times(3, 4, 'The app is slow'),
    ...times(8, 10, 'Great app, fast delivery'),
    ...times(2, 9, 'Got my refund quickly'),
    ...times(4, 8, undefined),
  ]);
  const reply = await terms(slug);
  assert.equal(reply.band, 'detractors');
  assert.deepEqual(reply.n, { band: 9, rest: 10 });
  assert.equal(reply.undercount, 0);
  const found = named(reply, 'no refund');
  assert.deepEqual([found.count, found.rest], [6, 0]);
  assert.equal(found.examples.length, 1); // one text, sent six times
  assert.equal(found.examples[0].comment, 'Still no refund for my order');
  assert.equal(found.examples[0].score, 2);
  const { json } = await d.admin('GET', `/v1/surveys/${slug}/responses/${found.examples[0].id}`);
  assert.equal(json.comment, 'Still no refund for my order');
  assert.ok(!texts(reply).includes('the') && !texts(reply).includes('refund') && !texts(reply).includes('great'));
  const zs = reply.terms.map(({ z }) => z);
  assert.deepEqual(
    zs,
    [...zs].sort((a, b) => b - a),
  );
  assert.ok(named(await terms(slug, '?band=promoters'), 'Great app'));
  assert.deepEqual(texts(await terms(slug, '?band=favourable')), texts(await terms(slug, '?band=promoters')));
});

test('z is that of a plain count, over random comments', async () => {
  const random = seeded(5);
  const WORDS = Array.from({ length: 40 }, (_, i) => `word${String.fromCharCode(97 + (i % 26), 97 + (i >> 2))}`);
  const answers = Array.from({ length: 600 }, () => {
    const score = Math.floor(random() * 11);
    const size = 1 + Math.floor(random() * 12);
    const pick = () => WORDS[Math.floor(WORDS.length * random() ** (score <= 6 ? 1 : 2))];
    return [score, Array.from({ length: size }, pick).join('. ')]; // no phrases
  });
  const slug = await survey({ metric: 'nps' }, answers);
  const counts = new Map();
  const mentions = [0, 0];
  for (const [score, text] of answers)
    for (const word of new Set(text.split('. '))) {
      const side = score <= 6 ? 0 : 1;
      if (!counts.has(word)) counts.set(word, [0, 0]);
      counts.get(word)[side]++;
      mentions[side]++;
    }
  const expected = [...counts]
    .map(([term, [y1, y2]]) => ({ term, y1, y2, w: weigh(y1, mentions[0], y2, mentions[1]) }))
    .filter(({ y1, w }) => y1 >= 3 && w[1] > 0);
  const reply = await terms(slug, '?limit=500');
  assert.deepEqual(texts(reply).sort(), expected.map(({ term }) => term).sort());
  for (const { term, y1, y2, w } of expected) {
    const found = named(reply, term);
    assert.deepEqual([found.count, found.rest], [y1, y2], term);
    assert.ok(Math.abs(found.log_odds - w[0]) <= 0.0051 && Math.abs(found.z - w[1]) <= 0.0051, term);
  }
});

test('windows, filters, languages, min_count and limit', async () => {
  const at = iso(Date.now() - 40 * DAY);
  const slug = await survey({ metric: 'csat' }, [
    ...times(4, 1, 'Der Aufzug klemmt', { locale: 'de-AT', touchpoint: 'lift' }),
    ...times(4, 1, 'The staircase is steep', { locale: 'en', touchpoint: 'stairs' }),
    ...times(2, 1, 'noisy', { locale: 'en' }),
    ...times(5, 1, 'dusty', { locale: 'en', answered_at: at }),
    ...times(9, 5, 'fine', { locale: 'en' }),
    ...times(9, 5, 'gut', { locale: 'de' }),
  ]);
  const all = await terms(slug);
  assert.equal(all.band, 'dissatisfied');
  assert.deepEqual(texts(all).sort(), ['Aufzug klemmt', 'staircase', 'steep']);
  assert.ok(named(await terms(slug, '?min_count=2'), 'noisy'));
  assert.ok(named(await terms(slug, '?window=90d'), 'dusty'));
  assert.deepEqual(texts(await terms(slug, '?touchpoint=stairs')), []); // no rest
  const german = await terms(slug, '?language=de');
  assert.deepEqual([german.language, german.n], ['de', { band: 4, rest: 9 }]);
  assert.deepEqual(texts(german), ['Aufzug klemmt']);
  assert.equal((await terms(slug, '?limit=1')).terms.length, 1);
});

test('one question at a time, one waits, and more are told to ask again', async (t) => {
  const daemon = await start({ config: { server: { read_threads: 4 } } });
  t.after(() => daemon.stop());
  await daemon.survey('busy', { metric: 'nps' });
  const answers = [...times(1000, 2, 'too slow by far'), ...times(1000, 9, 'good')];
  await daemon.load(answers.map(([score, comment]) => ({ survey: 'busy', score, comment })));
  const ask = () => daemon.admin('GET', '/v1/surveys/busy/comments/terms');
  const refused = await until(async () => {
    const replies = await Promise.all([ask(), ask(), ask(), ask()]);
    assert.ok(replies.filter(({ status }) => status === 200).length >= 2, 'one waits');
    return replies.find(({ status }) => status !== 200);
  }, 'all are answered at once');
  assertProblem(refused, 503, 'queue_full');
  assert.match(refused.json.detail, /one such question/);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.equal((await ask()).status, 200);
});

test('of a small store, questions for terms and about people stand beside each other', async () => {
  const slug = await survey({ metric: 'nps' }, [
    ...Array.from({ length: 1500 }, (_, i) => [2, `too slow by far`, { respondent: `p${i}` }]),
    ...times(1500, 9, 'good'),
  ]);
  const loop = async (path) => {
    for (let i = 0; i < 10; i++) {
      const reply = await d.admin('GET', `/v1/surveys/${slug}${path}`);
      assert.equal(reply.status, 200, reply.text);
    }
  };
  await Promise.all([
    loop('/comments/terms?window=90d'),
    loop('/comments/terms?window=90d'),
    loop('/score?window=all&respondents=true'),
  ]);
  const { question_memory: memory } = (await d.admin('GET', '/v1/status')).json;
  assert.deepEqual([memory.held_bytes, memory.refused], [0, 0]);
});

test('what terms hold is claimed, and refused where others hold it', async (t) => {
  const daemon = await start({ config: { limits: { question_memory: '1K' } } });
  t.after(() => daemon.stop());
  await daemon.survey('full', { metric: 'nps' });
  const answers = Array.from({ length: 3000 }, (_, i) => ({
    survey: 'full',
    score: i % 11,
    comment: `said ${String.fromCharCode(97 + (i % 26), 97 + ((i >> 4) % 26))}bc`,
    respondent: `p${i}`,
  }));
  await daemon.load(answers);
  const ask = (path) => daemon.admin('GET', `/v1/surveys/full${path}`);
  assert.equal((await ask('/comments/terms')).status, 200, 'alone it takes what it needs');
  const refused = await until(async () => {
    const replies = await Promise.all([ask('/comments/terms'), ask('/score?window=all&respondents=true')]);
    assert.ok(replies.some(({ status }) => status === 200));
    return replies.find(({ status }) => status !== 200);
  }, 'one holds what both need');
  assert.match(assertProblem(refused, 503, 'question_memory').detail, /people or terms .*ask again/);
  assert.equal((await daemon.admin('GET', '/v1/status')).json.question_memory.held_bytes, 0);
});

test('a lower score that is better, and bands that the survey chose', async () => {
  const slug = await survey({ metric: 'ces', direction: 'lower_is_better' }, [
    ...times(4, 7, 'endless form'),
    ...times(4, 1, 'short form'),
  ]);
  const reply = await terms(slug);
  assert.equal(reply.band, 'difficult');
  assert.ok(named(reply, 'endless form') ?? named(reply, 'endless'));
});

test('with min_n: whole days, terms of few are not shown, nor anything of few comments', async () => {
  const answers = [...times(6, 1, 'broken lift'), ...times(4, 1, 'cold soup'), ...times(9, 10, 'fine')];
  const reply = await terms(
    await survey({ metric: 'nps', min_n: 5 }, answers),
    '?min_count=1&from=2026-01-01T12:00:00Z',
  );
  assert.deepEqual([texts(reply), reply.min_count, reply.window.rounded_to], [['broken lift'], 5, 'day']);
  const few = await terms(await survey({ metric: 'nps', min_n: 50 }, answers));
  assert.deepEqual([few.suppressed, few.terms, few.n], [true, [], { band: 10, rest: 9 }]);
});

test('what names a person is no term, and what was erased or excluded is not read', async () => {
  const slug = await survey({ metric: 'nps' }, [
    ...times(5, 1, 'Write to ann.lee@shop.example or call 0176 123 4567, order 12345678, see https://x.example/ann'),
    ...times(5, 1, 'Or ask bbbeta (at) seconddom.com, dddelta [at] fourthdom (dot) com, eeepsi @ fifthdom.com'),
    ...times(3, 1, 'gloomy corridor', { respondent: 'bob' }),
    ...times(5, 10, 'fine'),
  ]);
  const said = JSON.stringify(texts(await terms(slug)));
  const parts = ['ann', 'lee', 'shop', '0176', '123', '4567', '12345678', 'example'];
  for (const part of [...parts, 'beta', 'delta', 'epsi', 'dom', 'dot', 'com'])
    assert.ok(!said.includes(part), `${said} has ${part}`);
  assert.ok(named(await terms(slug), 'gloomy corridor'));
  assert.equal((await d.admin('DELETE', '/v1/respondents/bob')).status, 200);
  assert.equal(named(await terms(slug), 'gloomy corridor'), undefined);
});

test('an empty survey, a survey without a rest, a long comment', async () => {
  const empty = await terms(await survey({ metric: 'nps' }, []));
  assert.deepEqual([empty.terms, empty.n], [[], { band: 0, rest: 0 }]);
  assert.deepEqual((await terms(await survey({ metric: 'nps' }, times(9, 1, 'bad')))).terms, []);
  const long = `${'leaky '.repeat(400)}\u{1F4A7}`;
  const reply = await terms(await survey({ metric: 'nps' }, [...times(3, 1, long), ...times(3, 10, 'dry')]));
  const { comment } = named(reply, 'leaky').examples[0];
  assert.ok(comment.endsWith('…') && Buffer.byteLength(comment) <= 503 && long.startsWith(comment.slice(0, -1)));
  assert.equal(named(reply, 'leaky').count, 3);
});

test('other scripts', async () => {
  const slug = await survey({ metric: 'nps' }, [
    ...times(4, 1, '退款太慢了。', { locale: 'zh' }),
    ...times(4, 1, 'Доставка опоздала', { locale: 'ru' }),
    ...times(4, 1, '\u{1F621}'),
    ...times(8, 10, '很好', { locale: 'zh' }),
  ]);
  const found = texts(await terms(slug));
  for (const term of ['退款太', 'Доставка опоздала', '\u{1F621}']) assert.ok(found.includes(term), found.join(' '));
});

test('a tag, and what is refused', async () => {
  const slug = await survey({ metric: 'nps' }, [...times(3, 1, 'bad lift'), ...times(3, 10, 'fine')]);
  const target = `/v1/surveys/${slug}/comments/terms`;
  const query = '?from=2026-01-01&to=2100-01-01';
  const { headers } = await d.admin('GET', target + query);
  const etag = headers.etag ?? headers.get?.('etag');
  assert.equal((await d.admin('GET', target + query, { headers: { 'If-None-Match': etag } })).status, 304);
  for (const [bad, text] of [
    ['band=satisfied', 'promoters, passives, detractors'],
    ['bnad=detractors', 'did you mean band?'],
    ['language=de-AT', 'language'],
    ['min_count=0', 'min_count'],
    ['min_count=x', 'min_count'],
    ['limit=501', 'limit'],
    ['window=never', 'window'],
    ['compare=previous', 'compare'],
  ]) {
    const reply = await d.admin('GET', `${target}?${bad}`);
    assertProblem(reply, 400, 'bad_parameter');
    assert.ok(reply.json.detail.includes(text), reply.json.detail);
  }
  assertProblem(await d.admin('GET', '/v1/surveys/none/comments/terms'), 404, 'no_survey');
  assertProblem(await d.request('GET', target, {}), 401, 'no_key');
});

test('cxd terms', async () => {
  const slug = await survey({ metric: 'nps' }, [...times(4, 1, 'The lift, again, is broken'), ...times(4, 10, 'fine')]);
  const env = { CXD_URL: d.url, CXD_KEY: d.key };
  const { stdout: table } = await succeeds(['terms', slug], { env });
  assert.match(table, /4 comments of detractors, 4 of the rest/);
  assert.match(table, /lift +\d\.\d+ +4 +0 +The lift, again, is broken/);
  assert.match((await succeeds(['terms', slug, '--band', 'passives'], { env })).stdout, /nothing sets them apart/);
  const { stdout: csv } = await succeeds(['terms', slug, '--csv', '--min-count', '4'], { env });
  assert.match(csv, /^survey,band,term,z,log_odds,count,rest,example\r\n/);
  assert.match(csv, new RegExp(`^${slug},detractors,lift,[0-9.]+,[0-9.]+,4,0,"The lift, again, is broken"\r$`, 'm'));
  assert.equal(JSON.parse((await succeeds(['terms', slug, '--json'], { env })).stdout).band, 'detractors');
});
