// Lists of surveys, scores and keys: in pages, all of them by following `next`, whatever is changed meanwhile.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, makeId, run, seeded, start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const SURVEYS = 503;
const KEYS = 501;
const slugOf = (i) => `s${String((i * 7919) % SURVEYS).padStart(3, '0')}`;
const together = async (count, make) => {
  for (let at = 0; at < count; at += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - at) }, (_, i) => make(at + i)));
};
await together(SURVEYS, (i) => d.survey(slugOf(i), { metric: i % 2 ? 'nps' : 'csat' }));
await together(KEYS, async (i) =>
  assert.equal((await d.admin('POST', '/v1/keys', { body: { name: `k${i}`, scopes: ['read'] } })).status, 201),
);
await d.load([
  { survey: slugOf(0), score: 5 },
  { survey: slugOf(1), score: 9 },
]);

const LISTS = {
  '/v1/surveys': ['surveys', (item) => item.slug],
  '/v1/scores': ['scores', (item) => item.survey],
  '/v1/keys': ['keys', (item) => item.id],
};

// Follows the Link header, which must say what `next` does; `between` is called after each page.
async function follow(target, { between = () => {} } = {}) {
  const [member] = LISTS[target.split('?')[0]];
  const base = new URL(target, d.url);
  const pages = [];
  for (let url = base; url;) {
    const { status, json, headers, text } = await d.admin('GET', url.pathname + url.search);
    assert.equal(status, 200, text);
    pages.push(json[member]);
    const link = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1];
    if (json.next === null) {
      assert.equal(headers.link, undefined);
      return pages;
    }
    const next = new URL(link, url);
    assert.equal(next.searchParams.get('cursor'), json.next);
    for (const [name, value] of base.searchParams)
      assert.equal(next.searchParams.get(name), value, 'the rest of the query stays');
    await between(json[member], pages.length);
    url = next;
  }
}

for (const [target, [member, name]] of Object.entries(LISTS)) {
  test(`${target}: pages of any size make the whole`, async () => {
    const whole = (await follow(target)).flat();
    assert.equal(whole.length, member === 'keys' ? KEYS + 1 : SURVEYS);
    assert.equal(new Set(whole.map(name)).size, whole.length);
    assert.deepEqual(
      (await follow(target)).map((page) => page.length),
      [500, whole.length - 500],
      'by default',
    );
    for (const limit of [499, 111, 500]) {
      const pages = await follow(`${target}?limit=${limit}`);
      assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
      assert.deepEqual(pages.flat(), whole);
    }
    const last = await d.admin(
      'GET',
      `${target}?limit=${whole.length - 500}&cursor=${(await d.admin('GET', target)).json.next}`,
    );
    assert.equal(last.json.next, null, 'a page that ends with the last has none behind it');
    assert.deepEqual(last.json[member], whole.slice(500));
  });

  test(`${target}: parameters`, async () => {
    for (const query of [
      'limit=0',
      'limit=501',
      'limit=-1',
      'limit=x',
      'limit=',
      'cursor=',
      'cursor=%00',
      'cursor=..',
      member === 'keys' ? 'cursor=1_2' : 'cursor=%2F',
      'cursor=A%20b',
      'after=1',
      'page=2',
    ])
      assertProblem(await d.admin('GET', `${target}?${query}`), 400, 'bad_parameter');
    if (member !== 'scores') assertProblem(await d.admin('GET', `${target}?window=30d`), 400, 'bad_parameter');
  });
}

test('scores: window and filters go with the pages', async () => {
  const pages = await follow('/v1/scores?limit=250&window=all&confidence=0.9&touchpoint=a%20%26b');
  assert.equal(pages.length, 3);
  assert.ok(pages.flat().every((score) => score.n === 0));
  const counted = (await follow('/v1/scores?limit=250&window=all')).flat().filter((score) => score.n > 0);
  assert.deepEqual(counted.map((score) => score.survey).sort(), [slugOf(0), slugOf(1)].sort());
});

test('what was there all the time is seen once, whatever comes and changes between two pages', async () => {
  const before = (await follow('/v1/surveys')).flat();
  let seen = await follow('/v1/surveys?limit=200', {
    between: async (page, number) => {
      const last = page.at(-1).slug;
      await d.survey(last, { metric: page.at(-1).metric, name: 'renamed' });
      await d.admin('DELETE', `/v1/surveys/${page[0].slug}`);
      await d.survey(`a-${number}`, { metric: 'nps' }); // before the cursor
      await d.survey(`z-${number}`, { metric: 'nps' }); // behind it
    },
  });
  let slugs = seen.flat().map((survey) => survey.slug);
  assert.deepEqual(
    slugs.filter((slug) => !slug.includes('-')),
    before.map((survey) => survey.slug),
  );
  assert.ok(slugs.includes('z-1') && slugs.includes('z-2') && !slugs.includes('a-1'));
  assert.deepEqual(
    (await d.admin('GET', '/v1/surveys?limit=2&cursor=a-0')).json.surveys.map((survey) => survey.slug),
    ['a-1', 'a-2'],
    'behind one that is not there',
  );

  const keys = (await follow('/v1/keys')).flat();
  seen = await follow('/v1/keys?limit=200', { between: (page) => d.admin('DELETE', `/v1/keys/${page.at(-1).id}`) });
  assert.deepEqual(
    seen.flat().map((key) => key.id),
    keys.map((key) => key.id),
  );
  assert.ok((await d.admin('GET', `/v1/keys?limit=1&cursor=0_${makeId(seeded(3))}`)).json.keys[0].id === keys[0].id);
});

test('the command line shows all of them', async () => {
  const json = (args) => {
    const done = run([...args, '--json', '-c', d.config]);
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout);
  };
  const table = (args) => {
    const done = run([...args, '-c', d.config]);
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trimEnd().split('\n').slice(1);
  };
  for (const [target, args] of [
    ['/v1/surveys', ['survey', 'list']],
    ['/v1/keys', ['key', 'list']],
    ['/v1/scores', ['score', '--window', 'all']],
  ]) {
    const [member] = LISTS[target];
    const whole = (await follow(target === '/v1/scores' ? `${target}?window=all` : target)).flat();
    assert.ok(whole.length > 500);
    const told = json(args);
    assert.equal(told.next, null);
    // Its end is the time of the request.
    if (member === 'scores') for (const score of [...told.scores, ...whole]) delete score.window;
    assert.deepEqual(told[member], whole);
    assert.equal(table(args).length, whole.length);
  }
});

test('a page is bounded in bytes too', async (t) => {
  const mine = await use(t);
  const texts = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`de-X-P${i}`, { question: 'q'.repeat(500), thanks: 't'.repeat(500) }]),
  );
  for (let i = 0; i < 70; i++) await mine.survey(`large-${i}`, { metric: 'nps', texts });
  const one = (await mine.admin('GET', '/v1/surveys/large-1')).text.length;
  const seen = [];
  for (let next = ''; next !== null;) {
    const { json, text } = await mine.admin('GET', `/v1/surveys${next && `?cursor=${next}`}`);
    assert.ok(text.length < (1 << 20) + one + 200, `${text.length}`);
    seen.push(...json.surveys);
    next = json.next;
  }
  assert.ok(seen.length >= 70 && one * 70 > 1.2 * (1 << 20), `${seen.length} of ${one} bytes`);
  assert.equal(new Set(seen.map((survey) => survey.slug)).size, seen.length);
  const done = run(['survey', 'list', '-c', mine.config]);
  assert.equal(done.stdout.trimEnd().split('\n').length, seen.length + 1);
});
