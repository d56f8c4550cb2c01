// Searches of comments: what q asks for, by which filters, in which order; pages, snippets, and what is refused. That
// the index and a walk find the same is held by tests/contract/test_store_search.c.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { askStore, assertProblem, METRICS, makeId, run, seeded, start, until, use } from './harness.mjs';

const d = await start({ config: { metrics: METRICS } });
after(() => d.stop());
const random = seeded(14);
const at = (minute) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const ANSWERS = [
  { score: 2, comment: 'Slow delivery, and the box was broken', touchpoint: 'shop' },
  { score: 9, comment: 'Fast delivery!', touchpoint: 'shop', properties: { plan: 'pro' } },
  { score: 6, comment: 'Délivery slow. SLOW, slow', locale: 'fr' },
  { score: 10, comment: 'The slowest delivery of all; but friendly' },
  { score: 7 },
  { score: 0, comment: 'Ärger mit der <b>Lieferung</b>' },
].map((answer, i) => ({ survey: 'shop', answered_at: at(i), ...answer }));
await d.survey('shop', { metric: 'nps' });
await d.survey('other', { metric: 'csat' });
await d.load([...ANSWERS, { survey: 'other', score: 5, comment: 'slow elsewhere', answered_at: at(0) }]);

const ask = (query, { survey = 'shop', call = 'comments', daemon = d } = {}) =>
  daemon.admin('GET', `/v1/surveys/${survey}/${call}?${new URLSearchParams(query)}`);
const minutes = (reply) => reply.json.responses.map((response) => new Date(response.answered_at).getUTCMinutes());
const unindexed = async () => Number(/^cxd_comments_unindexed (\d+)$/m.exec((await d.scrape()).text)[1]);
async function found(query, options) {
  const reply = await ask(query, options);
  assert.equal(reply.status, 200, reply.text);
  return minutes(reply);
}

test('comments are those responses that have one', async () => {
  assert.deepEqual(await found({}), [5, 3, 2, 1, 0]);
  assert.deepEqual(await found({ order: 'oldest' }), [0, 1, 2, 3, 5]);
  const reply = await ask({});
  assert.ok(reply.json.responses.every((response) => !('snippet' in response)));
});

for (const [q, expected] of Object.entries({
  slow: [2, 0],
  'SLOW delivery': [2, 0],
  'slow*': [3, 2, 0],
  '"slow delivery"': [0],
  '“delivery slow”': [2],
  'fast OR broken': [1, 0],
  'delivery -slow': [3, 1],
  'delivery AND NOT (slow OR fast)': [3],
  '-delivery': [5],
  arger: [5],
  'b lieferung b': [5],
  'facet:1': [],
  '") OR comment:("': [],
}))
  test(`q=${q}`, async () => {
    assert.deepEqual(await found({ q }), expected);
    assert.deepEqual(await found({ q }, { call: 'responses' }), expected);
    assert.deepEqual(await found({ q, order: 'oldest' }), expected.toReversed());
  });

test('q is measured in characters', async () => {
  assert.deepEqual(await found({ q: `slow OR ${'\u00e9'.repeat(1900)}` }), [2, 0]);
});

test('filters', async () => {
  for (const [query, expected] of [
    [{ score: '0..6' }, [5, 2, 0]],
    [{ score: '9' }, [1]],
    [{ score: '9..' }, [3, 1]],
    [{ score: '..2' }, [5, 0]],
    [{ band: 'detractors' }, [5, 2, 0]],
    [{ band: 'passives' }, []],
    [{ band: 'promoters', q: 'delivery' }, [3, 1]],
    [{ band: 'detractor' }, [5, 2, 0]],
    [{ band: 'unfavourable' }, [5, 2, 0]],
    [{ band: 'favourable', q: 'delivery' }, [3, 1]],
    [{ band: 'neutral' }, []],
    [{ order: 'lowest' }, [5, 0, 2, 1, 3]],
    [{ order: 'highest', q: 'delivery' }, [3, 1, 2, 0]],
    [{ order: 'lowest', q: 'delivery', score: '3..' }, [2, 1, 3]],
    [{ touchpoint: 'shop' }, [1, 0]],
    [{ locale: 'fr', q: 'slow' }, [2]],
    [{ 'property.plan': 'pro' }, [1]],
    [{ from: at(1), to: at(3), q: 'delivery' }, [2, 1]],
    [{ flagged: 'true' }, []],
    [{ excluded: 'true', q: 'slow' }, []],
  ])
    assert.deepEqual(await found(query), expected, JSON.stringify(query));
  assert.deepEqual(await found({ score: '7..9' }, { call: 'responses' }), [4, 1]);
  assert.deepEqual(await found({ band: 'passives' }, { call: 'responses' }), [4]);
  assert.deepEqual(await found({ band: 'satisfied', q: 'slow' }, { survey: 'other' }), [0]);
});

test('the best come first', async () => {
  assert.deepEqual(await found({ q: 'slow', order: 'best' }), [2, 0]);
  assert.deepEqual((await found({ q: 'friendly OR delivery', order: 'best' }))[0], 3);
});

test('a snippet is text in pieces', async () => {
  const [one] = (await ask({ q: 'lieferung OR "mit der"' })).json.responses;
  assert.deepEqual(one.snippet, [
    { text: 'Ärger ' },
    { text: 'mit der', match: true },
    { text: ' <b>' },
    { text: 'Lieferung', match: true },
    { text: '</b>' },
  ]);
  await d.survey('long', { metric: 'nps' });
  const comment = `${'words in front '.repeat(40)}needle${' and behind it'.repeat(40)}`;
  await d.load([{ survey: 'long', score: 1, comment }]);
  const [{ snippet }] = (await ask({ q: 'needle' }, { survey: 'long' })).json.responses;
  const text = snippet.map((piece) => piece.text).join('');
  assert.ok(text.length <= 162 && text.startsWith('…') && text.endsWith('…'), text);
  assert.ok(comment.includes(text.slice(1, -1)));
  assert.deepEqual(
    snippet.filter((piece) => piece.match),
    [{ text: 'needle', match: true }],
  );
  // In a terminal, and in a pipe, it stands for the comment.
  const shown = run(['comments', 'long', 'needle'], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  assert.equal(shown.status, 0, shown.stderr);
  assert.ok(shown.stdout.includes('words in front needle and behind it'), shown.stdout);
});

test('the command says that there are more than it lists', async () => {
  await d.survey('more', { metric: 'nps' });
  await d.load(Array.from({ length: 3 }, (_, i) => ({ survey: 'more', score: i, comment: `number ${i}` })));
  for (const form of [[], ['--csv'], ['--json']])
    for (const [limit, hint] of [
      [2, /there are more than these; --limit/],
      [3, /^$/],
    ]) {
      const { status, stderr } = run(['comments', 'more', '--limit', String(limit), ...form], {
        env: { CXD_URL: d.url, CXD_KEY: d.key },
      });
      assert.equal(status, 0, stderr);
      assert.match(stderr, hint);
    }
});

for (const order of ['newest', 'oldest', 'best', 'lowest', 'highest'])
  test(`pages hold while comments arrive: ${order}`, async () => {
    const survey = `pages-${order}`;
    await d.survey(survey, { metric: 'nps' });
    const answer = (i, words) => ({
      survey,
      score: i % 11,
      comment: Array.from({ length: words }, () => ['slow', 'fast', 'box'][Math.floor(random() * 3)]).join(' '),
      answered_at: at(order === 'oldest' ? 59 - (i % 50) : i % 50),
      id: makeId(random),
    });
    await d.load(Array.from({ length: 60 }, (_, i) => answer(i, 1 + (i % 7))));
    const q = 'slow OR box';
    const whole = (await ask({ q, order, limit: 500 }, { survey })).json.responses.map(({ id }) => id);
    const seen = [];
    let next = null;
    do {
      const reply = await ask({ q, order, limit: 7, ...(next && { cursor: next }) }, { survey });
      assert.equal(reply.status, 200, reply.text);
      seen.push(...reply.json.responses.map(({ id }) => id));
      next = reply.json.next;
      assert.equal(reply.headers.link === undefined, next === null);
      await d.load([answer(1, 9), answer(2, 3)]);
    } while (next);
    assert.deepEqual(
      seen.filter((id) => whole.includes(id)),
      whole,
    );
    assert.equal(new Set(seen).size, seen.length);
  });

test('what makes no sense is refused, with its place', async () => {
  for (const [query, detail] of [
    [{ q: '' }, /no word/],
    [{ q: '!!!' }, /no word/],
    [{ q: '\u{1f44d}' }, /no emoji \(character 1\)/],
    [{ q: 'slow \u{1f44d}\u{1f3fd}!' }, /no emoji \(character 6\)/],
    [{ q: 'good "bad' }, /quote.*character 6/],
    [{ q: '(slow' }, /not closed \(character 1\)/],
    [{ q: 'slow)' }, /has no \( \(character 5\)/],
    [{ q: 'slow ()' }, /nothing between.*character 6/],
    [{ q: 'slow OR' }, /missing at the end \(character 8\)/],
    [{ q: 'OR slow' }, /between two words.*character 1/],
    [{ q: 'é s*' }, /at least two letters \(character 3\)/],
    [{ q: 'sl*w' }, /end of a word \(character 3\)/],
    [{ q: Array(17).fill('w').join(' ') }, /more than 16/],
    [{ q: 'x'.repeat(2001) }, /longer than 2000 characters/],
    [{ q: 'slow\u0000fast' }, /./],
    [{ q: '('.repeat(20) + 'a' + ')'.repeat(20) }, /too deep/],
    [{ score: '11' }, /score/],
    [{ score: '5..3' }, /score/],
    [{ score: '..' }, /score/],
    [{ score: '9', band: 'promoters' }, /either/],
    [{ band: 'satisfied' }, /promoters, passives, detractors/],
    [{ order: 'best' }, /give q/],
    [{ order: 'latest' }, /newest, oldest, best, lowest, highest/],
    [{ query: 'slow' }, /query/],
    [{ band: 'detractorss' }, /promoters, passives, detractors/],
  ]) {
    const reply = await ask(query);
    assertProblem(reply, 400, 'bad_parameter');
    assert.match(reply.json.detail, detail, JSON.stringify(query));
  }
  assertProblem(await ask({ order: 'oldest' }, { call: 'responses' }), 400, 'bad_parameter');
  assertProblem(await ask({}, { survey: 'none' }), 404, 'no_survey');
});

// A place among the matches of one question is none among those of another.
test('a cursor is of its own survey, q and order', async () => {
  const orders = ['newest', 'oldest', 'best', 'lowest', 'highest'];
  const questions = [
    ...orders.flatMap((order) =>
      ['slow OR fast', 'slow OR fa*', 'slow fast', 'slow NOT fast'].map((q) => ({ q, order })),
    ),
    ...orders.filter((order) => order !== 'best').map((order) => ({ order })),
  ];
  const survey = 'cursors';
  await d.survey(survey, { metric: 'nps' });
  await d.load(
    Array.from({ length: 9 }, (_, i) => ({
      survey,
      score: i,
      comment: ['slow', 'fast', 'slow fast'][i % 3],
      answered_at: at(i),
    })),
  );
  const firsts = [];
  for (const question of questions) {
    const reply = await ask({ ...question, limit: 1 }, { survey });
    assert.equal(reply.status, 200, reply.text);
    assert.ok(reply.json.next, JSON.stringify(question));
    firsts.push(reply.json.next);
  }
  for (const question of questions)
    for (const [i, cursor] of firsts.entries()) {
      const reply = await ask({ ...question, limit: 1, cursor }, { survey });
      if (questions[i] === question) {
        assert.equal(reply.status, 200, reply.text);
        assert.equal(reply.json.responses.length, 1);
      } else {
        assertProblem(reply, 400, 'bad_parameter');
        assert.match(reply.json.detail, /^cursor: .*the same survey, q, order/);
      }
    }
  await d.survey('cursors2', { metric: 'nps' });
  for (const [i, cursor] of firsts.entries())
    assertProblem(await ask({ ...questions[i], cursor }, { survey: 'cursors2' }), 400, 'bad_parameter');
  const own = firsts[0];
  for (const again of ['slow or fast', ' slow  OR ( fast )'])
    // however it is written
    assert.equal((await ask({ q: again, cursor: own }, { survey })).status, again.includes('or') ? 400 : 200);
  assertProblem(await ask({ cursor: own }, { survey, call: 'responses' }), 400, 'bad_parameter');
});

test('a cursor that was changed is refused', async () => {
  const mark = async (query) => (await ask({ ...query, limit: 1 }, { survey: 'cursors' })).json.next.split('_')[1];
  const place = `1774000000000_${makeId(random)}`;
  const [best, lowest] = [await mark({ q: 'slow', order: 'best' }), await mark({ order: 'lowest' })];
  for (const [query, cursor] of [
    [{ q: 'slow', order: 'best' }, `best_${best}_1_1._1_1_x`],
    [{ q: 'slow', order: 'best' }, `best_${best}_1_-1._1_1_`],
    [{ q: 'slow', order: 'best' }, `best_${best}_0_1._1_1_`],
    [{ q: 'slow', order: 'best' }, `best_1_1._1_1_`],
    [{ q: 'slow', order: 'best' }, place],
    [{ q: 'slow' }, place],
    [{ order: 'lowest' }, `lowest_${lowest}_${place}`],
    [{ order: 'lowest' }, `lowest_${lowest}_1_${place}x`],
    [{ order: 'lowest' }, `lowest_${lowest}`],
  ]) {
    const reply = await ask({ ...query, cursor }, { survey: 'cursors' });
    assertProblem(reply, 400, 'bad_parameter');
    assert.match(reply.json.detail, /^cursor: /, cursor);
  }
  const good = await ask({ order: 'lowest', cursor: `lowest_${lowest}_-3_${place}` }, { survey: 'cursors' });
  assert.equal(good.status, 200, good.text);
});

// More than are looked at for a page: it says where to go on, also where it has nothing.
test('a page looks at so many matches, and the next one goes on', async () => {
  const survey = 'many';
  await d.survey(survey, { metric: 'nps' });
  const count = 21000;
  const stamp = (i) => new Date(Date.UTC(2026, 1, 1) + i * 50).toISOString();
  for (let i = 0; i < count; i += 5000)
    await d.load(
      Array.from({ length: Math.min(5000, count - i) }, (_, k) => ({
        survey,
        score: (i + k) % 11,
        comment: (i + k) % 5000 === 0 ? 'slow slow' : 'slow, and more words',
        answered_at: stamp(i + k),
        touchpoint: i + k === 7 ? 'rare' : 'usual',
      })),
    );
  await until(async () => (await unindexed()) < 500, 'nearly everything is indexed');
  async function pages(query) {
    const all = [];
    let next = null;
    do {
      const reply = await ask({ ...query, ...(next && { cursor: next }) }, { survey });
      assert.equal(reply.status, 200, reply.text);
      all.push(reply.json.responses);
      next = reply.json.next;
    } while (next);
    return all;
  }
  for (const order of ['newest', 'oldest', 'best', 'lowest', 'highest']) {
    const found = await pages({ q: 'slow', touchpoint: 'rare', order });
    assert.equal(found.length, 2, order);
    assert.deepEqual(
      found.flat().map((response) => response.answered_at),
      [stamp(7)],
    );
  }
  const best = await pages({ q: 'slow -nothing', order: 'best', limit: 500 });
  const ids = best.flat().map(({ id }) => id);
  assert.equal(ids.length, count);
  assert.equal(new Set(ids).size, count);
  // Of the newest 15,000 three are better than all others; then comes what was before.
  const places = best.flat().flatMap(({ comment }, place) => (comment === 'slow slow' ? [place] : []));
  assert.deepEqual(places.slice(0, 3), [0, 1, 2]);
  assert.ok(places.length === 5 && places[3] >= 15000, `${places}`);
});

test('the index passes responses without a comment', async () => {
  await d.survey('silent', { metric: 'nps' });
  const before = await unindexed();
  for (let i = 0; i < 4; i++) await d.load(Array.from({ length: 2600 }, () => ({ survey: 'silent', score: 9 })));
  await until(async () => (await unindexed()) <= before + 400, 'they are passed');
});

test('amended, excluded and erased comments', async (t) => {
  const daemon = await use(t);
  await daemon.survey('nps', { metric: 'nps' });
  const [one, two] = [makeId(random), makeId(random)];
  await daemon.load([
    { survey: 'nps', id: one, score: 3, comment: 'wordbefore', respondent: 'ada' },
    { survey: 'nps', id: two, score: 3, comment: 'somethingelse' },
  ]);
  const ids = async (q) => (await ask({ q }, { survey: 'nps', daemon })).json.responses.map(({ id }) => id);
  assert.deepEqual(await ids('wordbefore'), [one]);
  assert.equal((await daemon.put('nps', one, { score: 4, comment: 'wordafter', respondent: 'ada' })).status, 200);
  assert.deepEqual(await ids('wordbefore'), []);
  assert.deepEqual(await ids('wordafter'), [one]);
  assert.equal((await daemon.admin('DELETE', '/v1/respondents/ada')).status, 200);
  assert.deepEqual(await ids('wordafter'), []);
  const has = (word) =>
    ['cxd.db', 'cxd.db-wal'].some((name) => {
      const file = path.join(daemon.dir, name);
      return fs.existsSync(file) && fs.readFileSync(file).includes(word);
    });
  await until(() => !has('wordafter'), 'the word has left the files');
  assert.ok(has('somethingelse'));
});

test('what is not indexed yet is read by its number, however much the survey has', async (t) => {
  const daemon = await use(t);
  await daemon.end();
  for (const name of ['search_unindexed', 'list_unindexed']) {
    const plan = askStore(daemon.database, name, {}, { before: 'EXPLAIN QUERY PLAN' });
    assert.match(plan, /SEARCH response USING INTEGER PRIMARY KEY \(rowid>\?\)/, `${name}: ${plan}`);
  }
});
