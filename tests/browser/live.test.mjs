// web/assets/dashboard/live.js in a real browser: two pages see what is posted, once, over a restart of the daemon; one
// connection for all who ask on a page; pause and resume; and what ends it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { METRICS, ROOT, start } from '../http/harness.mjs';
import { launch, until } from './harness.mjs';

const browser = await launch();
const d = await start({
  args: ['--assets', `${ROOT}/web/assets`],
  config: { access: { read: 'everything' }, metrics: METRICS },
});
after(async () => {
  await browser.close();
  await d.stop();
});
await d.survey('shop', { metric: 'nps', amend_window: 3600 });

// A page that watches, `count` times over; window.seen has what each was told.
async function watcher(t, { count = 1, query = '' } = {}) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${d.url}/healthz`);
  await page.evaluate(
    async ({ count, query }) => {
      const { watch } = await import('/assets/dashboard/live.js');
      window.seen = { scores: [], changes: [], states: [] };
      window.watches = Array.from({ length: count }, () =>
        watch('', 'shop', {
          query,
          onResponse: ({ score }) => window.seen.scores.push(score),
          onChange: ({ kind }) => window.seen.changes.push(kind),
          onState: (state) => window.seen.states.push(state),
        }),
      );
    },
    { count, query },
  );
  const read = () => page.evaluate(() => window.seen);
  await until(read, ({ states }) => states.at(-1) === 'live');
  return { page, read, see: (done) => until(read, done) };
}
const open = async () => Number(/^cxd_live_clients (\d+)$/m.exec((await d.scrape()).text)[1]);
const post = async (answer) => {
  const reply = await d.post('shop', answer);
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
};

test('two pages see a response, also over a restart of the daemon, each once', async (t) => {
  const [one, two] = [await watcher(t), await watcher(t, { query: 'score=9..' })];
  await post({ score: 3 });
  await post({ score: 9 });
  await one.see(({ scores }) => scores.length === 2);
  await two.see(({ scores }) => scores.length === 1);
  const port = d.port;
  await d.end();
  for (const { see } of [one, two]) await see(({ states }) => states.at(-1) !== 'live');
  const { readFileSync, writeFileSync } = await import('node:fs');
  writeFileSync(
    d.config,
    readFileSync(d.config, 'utf8').replace(/^listen = 127\.0\.0\.1:0$/m, `listen = 127.0.0.1:${port}`),
  );
  await d.begin();
  await post({ score: 10 });
  const seen = await one.see(({ scores }) => scores.length === 3);
  assert.deepEqual(seen.scores, [3, 9, 10]);
  assert.deepEqual(seen.changes, ['reset'], 'what older ones became meanwhile is to be read');
  assert.equal(seen.states.at(-1), 'live');
  assert.deepEqual((await two.see(({ scores }) => scores.length === 2)).scores, [9, 10]);
});

test('all who ask on a page share a connection, and the last one closes it', async (t) => {
  await until(open, (count) => count === 0);
  const page = await watcher(t, { count: 3 });
  assert.equal(await open(), 1);
  const { id } = await post({ score: 5 });
  await page.see(({ scores }) => scores.length === 3);
  await d.admin('PATCH', `/v1/surveys/shop/responses/${id}`, { body: { excluded: true, reason: 'test' } });
  assert.deepEqual((await page.see(({ changes }) => changes.length === 3)).changes, Array(3).fill('excluded'));
  await page.page.evaluate(() => window.watches.slice(1).forEach((each) => each.close()));
  await post({ score: 6 });
  assert.deepEqual((await page.see(({ scores }) => scores.length === 4)).scores, [5, 5, 5, 6]);
  await page.page.evaluate(() => window.watches[0].close());
  await until(open, (count) => count === 0);
});

test('pause keeps still, and what came meanwhile is told after it', async (t) => {
  const page = await watcher(t);
  await page.page.evaluate(() => window.watches[0].pause());
  await page.see(({ states }) => states.at(-1) === 'paused');
  await until(open, (count) => count === 0);
  for (const score of [1, 2]) await post({ score });
  assert.deepEqual((await page.read()).scores, []);
  await page.page.evaluate(() => window.watches[0].resume());
  assert.deepEqual((await page.see(({ scores }) => scores.length === 2)).scores, [1, 2]);
  assert.deepEqual((await page.read()).states, ['connecting', 'live', 'paused', 'connecting', 'live']);
});

test('who may not is told so, and does not ask again', async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${d.url}/healthz`);
  await page.evaluate(async () => {
    const { watch } = await import('/assets/dashboard/live.js');
    window.states = [];
    watch('', 'none', { onState: (state) => window.states.push(state) });
  });
  await until(
    () => page.evaluate(() => window.states),
    (states) => states.at(-1) === 'denied',
  );
});

test('events come apart and together', async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${d.url}/healthz`);
  const read = await page.evaluate(async () => {
    const { Events } = await import('/assets/dashboard/live.js');
    const text =
      'retry: 5\nevent: ready\nid: h.1\ndata:{}\n\n:\n\nevent: response\nid: h.2\ndata:{"id":"a:b"}\n\nretry: 7\n\n';
    return [1, 2, 3, 7, text.length].map((size) => {
      const events = new Events();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...events.take(text.slice(at, at + size)));
      return { found, last: events.last, retry: events.retry, rest: events.rest };
    });
  });
  const found = [
    { event: 'ready', data: {} },
    { event: 'response', data: { id: 'a:b' } },
  ];
  assert.deepEqual(read, Array(5).fill({ found, last: 'h.2', retry: 7, rest: '' }));
});
