// Scores and trends as pictures: they say what the JSON of the same question says, by suffix and by Accept.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, start, use } from './harness.mjs';

const d = await start();
after(() => d.stop());
const DAY_MS = 24 * 60 * 60 * 1000;
const ago = (days) => new Date(Date.now() - days * DAY_MS).toISOString();
const QUESTIONS = [{ key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' } }];
const SURVEYS = {
  nps: { metric: 'nps', questions: QUESTIONS },
  csat: { metric: 'csat' },
  mean: { metric: 'csat', method: 'mean' },
  ces: { metric: 'ces' },
  shy: { metric: 'nps', min_n: 10 },
  none: { metric: 'nps' },
  named: { metric: 'nps', name: 'Bei <b>Müller</b> & "Söhne"' },
  turned: { metric: 'nps', name: '\u2069\u202eسوق\ufffe' },
  long: { metric: 'nps', name: 'ü'.repeat(200) },
};
for (const [slug, definition] of Object.entries(SURVEYS)) await d.survey(slug, definition);
await d.load([
  ...[10, 9, 9, 8, 7, 3, 10, 6, 9, 2, 10, 10].map((score, i) => ({
    survey: 'nps',
    score,
    touchpoint: i % 2 ? 'shop' : 'mail',
    answers: { ease: 1 + (i % 7) },
    answered_at: ago(i),
  })),
  ...[10, 0, 0, 6, 2, 1].map((score, i) => ({ survey: 'nps', score, answered_at: ago(35 + i) })),
  ...[5, 4, 3, 1, 5].map((score, i) => ({ survey: 'csat', score, answered_at: ago(i) })),
  ...[5, 4, 3, 1, 5].map((score, i) => ({ survey: 'mean', score, answered_at: ago(i) })),
  ...[7, 6, 2].map((score, i) => ({ survey: 'ces', score, answered_at: ago(i) })),
  ...[10, 2, 9].map((score, i) => ({ survey: 'shy', score, answered_at: ago(i) })),
]);

const get = (target, headers = {}) => d.admin('GET', `/v1/surveys/${target}`, { headers });
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

// A document of elements that are all closed, in order, whose values are quoted: else it throws. Its texts by element.
function parse(svg) {
  const open = [];
  const texts = {};
  let at = 0;
  for (const { 0: tag, index, groups } of svg.matchAll(
    /<(?<end>\/?)(?<name>[a-z]+)(?<attributes>(?: [a-zA-Z0-9:-]+="[^"<>]*")*)(?<empty>\/?)>/g,
  )) {
    const text = svg.slice(at, index);
    assert.doesNotMatch(text, /[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
    if (text.trim())
      (texts[open.at(-1)] ??= []).push(text.replaceAll(/&([a-z0-9#]+);/g, (_, entity) => ENTITIES[entity]));
    at = index + tag.length;
    if (groups.end) assert.equal(open.pop(), groups.name);
    else if (!groups.empty) open.push(groups.name);
  }
  assert.deepEqual(open, []);
  assert.equal(svg.slice(at).trim(), '');
  return texts;
}

async function draw(target, headers) {
  const reply = await get(target, headers);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['content-type'], 'image/svg+xml');
  assert.match(reply.headers['content-security-policy'], /^default-src 'none'/);
  assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  return { ...reply, texts: parse(reply.text) };
}

const NAMES = { nps: 'NPS', csat: 'CSAT', ces: 'CES' };
const figureOf = ({ method, score }) => score.toFixed(method === 'mean' ? 2 : 1) + (method === 'top_box' ? ' %' : '');
const intervalOf = ({ method, interval: { low, high, confidence } }) =>
  `${confidence * 100} % interval ${figureOf({ method, score: low })} to ${figureOf({ method, score: high })}`;

test('a score says in words and in letters what JSON says', async () => {
  for (const slug of ['nps', 'csat', 'mean', 'ces'])
    for (const query of ['', 'window=7d', 'window=all', 'confidence=0.8', 'window=30d&compare=previous'])
      for (const size of ['small', 'medium', 'large']) {
        const { json } = await get(`${slug}/score?${query}`);
        const { texts } = await draw(`${slug}/score.svg?size=${size}&${query}`);
        assert.deepEqual(texts.title, [`${NAMES[json.metric]} of ${slug}: ${figureOf(json)}`]);
        const says = texts.desc.join('');
        assert.ok(says.startsWith(intervalOf(json)), says);
        assert.ok(says.includes(`, ${json.n} answer${json.n === 1 ? '' : 's'}, `), says);
        assert.ok(texts.text.includes(figureOf(json)));
        assert.ok(texts.text.includes(`${NAMES[json.metric]} of ${slug}`));
        assert.equal(texts.text.includes(intervalOf(json)), size !== 'small');
        for (const [band, count] of Object.entries(json.bands))
          assert.equal(texts.text.includes(`${band} ${Math.round((100 * count) / json.n)} %`), size === 'large', band);
      }
});

test('a change is more than chance, or may be chance', async () => {
  const { json } = await get('nps/score?compare=previous');
  assert.ok(json.previous.delta > 0);
  const words = `up ${json.previous.delta.toFixed(1)}, ${json.previous.significant ? 'more than' : 'may be'} chance`;
  const { texts } = await draw('nps/score.svg?compare=previous');
  assert.ok(texts.text.includes(words), words);
  assert.ok(texts.desc[0].includes(words), texts.desc[0]);
  assert.ok((await draw('csat/score.svg?compare=previous')).texts.text.includes('nothing to compare with'));
  assert.ok(!(await draw('nps/score.svg')).text.includes('chance'));
});

test('filters and further questions', async () => {
  for (const query of ['touchpoint=shop', 'question=ease', 'question=ease&touchpoint=mail']) {
    const { json } = await get(`nps/score?${query}`);
    const { texts } = await draw(`nps/score.svg?${query}`);
    const asked = query.includes('question') ? ', ease' : '';
    assert.deepEqual(texts.title, [`${NAMES[json.metric]} of nps${asked}: ${figureOf(json)}`]);
    assert.ok(texts.desc[0].includes(`, ${json.n} answers`));
  }
});

test('a survey is called by its name, which turns, ends and runs nothing', async () => {
  for (const [slug, name] of [
    ['named', SURVEYS.named.name],
    ['turned', '\u2068سوق\ufffd\u2069'],
    ['long', `${'ü'.repeat(64)}…`],
  ])
    for (const kind of ['score', 'trend'])
      for (const size of ['small', 'large']) {
        const { texts } = await draw(`${slug}/${kind}.svg?size=${size}`);
        assert.ok(texts.title[0].startsWith(`NPS of ${name}`), texts.title[0]);
      }
});

test('where there are none, or too few to show', async () => {
  const none = await draw('none/score.svg');
  assert.deepEqual(none.texts.title, ['NPS of none: no answers']);
  const shy = await draw('shy/score.svg?size=large&compare=previous');
  assert.deepEqual(shy.texts.title, ['NPS of shy: too few answers to show']);
  assert.doesNotMatch(shy.text, /promoters|interval/);
  assert.ok(shy.texts.text.includes('too few answers to compare'));
  const long = await draw('nps/trend.svg?to=2020-01-01');
  assert.deepEqual(long.texts.desc, ['until 31 Dec 2019: no answers.']);
  assert.deepEqual((await get('nps/trend?to=2020-01-01')).json.window, { from: null, to: '2020-01-01T00:00:00Z' });
  assert.match((await draw('nps/trend.svg?window=1d')).texts.desc[0], /1 answer\. One point: 100\.0 \([^;]+\)\.$/);
  for (const slug of ['none', 'shy'])
    for (const size of ['small', 'medium', 'large']) {
      const { text } = await draw(`${slug}/trend.svg?size=${size}`);
      assert.doesNotMatch(text, /<path|<circle/);
    }
});

test('a trend has a place for every bucket that has a figure', async () => {
  const { json } = await get('nps/trend?window=60d&interval=week');
  const { text, texts } = await draw('nps/trend.svg?window=60d&interval=week');
  const known = json.buckets.filter(({ score }) => score !== null);
  assert.equal(text.match(/<circle/g).length, known.length);
  assert.deepEqual(texts.title, ['NPS of nps by week']);
  const says = texts.desc[0];
  assert.ok(says.includes(`: ${figureOf(json)}, ${intervalOf(json)}, ${json.n} answers. First `), says);
  const [first, last] = [known[0], known.at(-1)].map(({ score }) => score.toFixed(1));
  assert.ok(says.includes(`First ${first} (`) && says.includes(`Last ${last} (`), says);
  const scores = known.map(({ score }) => score);
  assert.ok(says.includes(`Lowest ${Math.min(...scores).toFixed(1)} (`), says);
  assert.ok(says.includes(`Highest ${Math.max(...scores).toFixed(1)} (`), says);
  // a line from the first to the last: higher figures stand higher
  const runs = [...text.matchAll(/<path d="([^"Z]+)" fill="none"/g)].flatMap(([, path]) => [
    [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, , y]) => Number(y)),
  ]);
  assert.ok(runs.length > 0);
  const spots = [...text.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, , y]) => Number(y));
  for (let i = 1; i < spots.length; i++)
    assert.equal(Math.sign(spots[i - 1] - spots[i]), Math.sign(scores[i] - scores[i - 1]));
  for (const interval of ['hour', 'day', 'month', 'quarter'])
    assert.match(
      (await draw(`nps/trend.svg?window=7d&interval=${interval}&rolling=7d`)).texts.title[0],
      new RegExp(`by ${interval}, rolling 7 days$`),
    );
});

test('a picture of more buckets than anybody sees is refused', async () => {
  await draw('nps/trend.svg?window=41d&interval=hour');
  const reply = await get('nps/trend.svg?window=60d&interval=hour');
  assertProblem(reply, 400, 'bad_parameter');
  assert.match(reply.json.detail, /^interval: a picture has at most 1000 buckets/);
});

test('sizes and themes', async () => {
  for (const kind of ['score', 'trend']) {
    const looks = new Set();
    for (const size of ['small', 'medium', 'large'])
      for (const theme of ['light', 'dark', 'auto']) {
        const { text } = await draw(`nps/${kind}.svg?size=${size}&theme=${theme}`);
        looks.add(text);
        assert.equal(text.includes('prefers-color-scheme'), theme === 'auto');
      }
    assert.equal(looks.size, 9);
    assert.equal((await draw(`nps/${kind}.svg`)).text, (await draw(`nps/${kind}.svg?size=medium&theme=light`)).text);
    for (const wrong of ['size=huge', 'theme=Dark', 'size=', 'by=touchpoint', 'limit=3'])
      assertProblem(await get(`nps/${kind}.svg?${wrong}`), 400, 'bad_parameter');
    for (const look of ['size=small', 'theme=dark'])
      assertProblem(await get(`nps/${kind}?${look}`), 400, 'bad_parameter');
  }
});

test('Accept decides, and the reply says that it does', async () => {
  const BROWSER = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
  const CASES = [
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['image/svg+xml', true],
    ['image/*', true],
    ['IMAGE/SVG+XML', true],
    [BROWSER, true],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
    ['image/svg+xml;q=0.5, application/json', false],
    ['image/svg+xml;q=0.5, application/json;q=0.4', true],
    ['image/svg+xml;q=0, */*', false],
    ['*/*;q=0.1, application/json;q=0', true],
  ];
  for (const kind of ['score', 'trend'])
    for (const [accept, isPicture] of CASES) {
      const reply = await get(`nps/${kind}`, accept ? { Accept: accept } : {});
      assert.equal(reply.headers['content-type'], isPicture ? 'image/svg+xml' : 'application/json', accept);
      assert.equal(reply.headers.vary, 'Accept');
      if (isPicture) assert.equal(reply.text, (await draw(`nps/${kind}.svg`)).text);
    }
  assert.equal((await get('nps/score?size=small', { Accept: 'image/svg+xml' })).status, 200);
});

test('a picture is known by its tag', async () => {
  for (const kind of ['score', 'trend']) {
    const first = await draw(`csat/${kind}.svg?window=all`);
    const known = { 'If-None-Match': first.headers.etag };
    const again = await get(`csat/${kind}.svg?window=all`, known);
    assert.equal(again.status, 304);
    assert.equal(again.headers['cache-control'], 'no-cache');
    const head = await d.admin('HEAD', `/v1/surveys/csat/${kind}.svg?window=all`);
    assert.equal(head.headers.etag, first.headers.etag);
    await d.load([{ survey: 'csat', score: 1 }]);
    assert.equal((await get(`csat/${kind}.svg?window=all`, known)).status, 200);
  }
});

test('whoever may not read the figures does not see them', async (t) => {
  const closed = await use(t, { config: { access: { read: 'key' } } });
  await closed.survey('nps', { metric: 'nps' });
  for (const kind of ['score', 'trend']) {
    assertProblem(await closed.request('GET', `/v1/surveys/nps/${kind}.svg`), 401, 'no_key');
    assertProblem(await closed.admin('GET', `/v1/surveys/nosuch/${kind}.svg`), 404, 'no_survey');
  }
});
