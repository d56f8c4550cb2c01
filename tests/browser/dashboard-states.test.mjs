// The dashboard in its states: while it waits, where there is nothing, where it is refused or nobody answers, on a
// phone, from right to left, and with what people wrote to break it. axe-core looks at each, in both themes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { figure, open, settled, sticksOut, watchFor } from './dashboard.mjs';
import { postAll } from './demo.mjs';
import { launch } from './harness.mjs';

const EVIL = [
  '<script>document.title = "ran"</script>',
  '"><img src=x onerror="document.title=\'ran\'">',
  "javascript:document.title='ran'",
  '<svg onload=document.title="ran">',
  '{{constructor.constructor("document.title=\'ran\'")()}}',
  '=HYPERLINK("http://evil.example")',
  '\u202eesrever',
  '</td></tr><style>*{display:none}</style>',
];

let daemon, browser;
before(async () => {
  daemon = await start({ config: { access: { read: 'everything' } } });
  browser = await launch();
  const now = Date.now();
  const options = EVIL.map((en, i) => ({ value: `o${i}`, text: { en } }));
  await daemon.survey('shop', {
    name: EVIL[1],
    metric: 'nps',
    max_backdate: 400 * 86_400,
    properties: ['plan'],
    questions: [
      { key: 'why', type: 'choice', text: { en: EVIL[0] }, options },
      { key: 'ease', type: 'scale', metric: 'ces', text: { en: EVIL[3] } },
    ],
  });
  await daemon.survey('fresh', { metric: 'csat' });
  await postAll(
    daemon,
    Array.from({ length: 160 }, (_, i) => ({
      survey: 'shop',
      score: (i * 7) % 11,
      touchpoint: EVIL[i % EVIL.length].slice(0, 64),
      channel: EVIL[(i + 3) % EVIL.length].slice(0, 64),
      properties: { plan: EVIL[(i + 5) % EVIL.length] },
      respondent: `r${i % 30}`,
      comment: EVIL[i % EVIL.length],
      answers: { why: `o${i % EVIL.length}`, ease: 1 + (i % 7) },
      answered_at: new Date(now - (i % 70) * 86_400_000 - 1000).toISOString(),
    })),
  );
  const stages = [{ survey: 'shop', touchpoint: EVIL[1].slice(0, 64) }, { survey: 'shop' }, { survey: 'fresh' }];
  const made = await daemon.admin('PUT', '/v1/journeys/evil', { body: { name: EVIL[0], stages } });
  assert.equal(made.status, 201, made.text);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const isPath = (part) => (url) => url.pathname.includes(part);
const problem = (status, type) => (route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: `/problems/${type}`, title: type, status, detail: `it is ${type}` }),
  });
const list = (name) => (route) => route.fulfill({ json: { [name]: [], next: null } });

async function none(page) {
  for (const name of ['scores', 'surveys', 'journeys']) await page.route(isPath(`/v1/${name}`), list(name));
}

// What is opened, what the API says there in place of its own, and what is to be read.
const STATES = {
  'all surveys': { target: '/', reads: /NPS/ },
  'no surveys': { target: '/', first: none, reads: /No surveys yet/ },
  'one survey': { target: '/surveys/shop?window=90d', reads: /Likely between/ },
  'a survey split by two': { target: '/surveys/shop?window=90d&by=touchpoint,channel&rows=3', reads: /other values/ },
  'figures of a question': { target: '/surveys/shop?window=90d&question=ease&by=answer.why', reads: /CES/ },
  'no answers ever': {
    target: '/surveys/fresh',
    reads: /No answers yet[\s\S]*\/s\/fresh[\s\S]*widget\.js[\s\S]*curl -d score=/,
  },
  'no answers in this time': {
    target: '/surveys/shop?from=2020-01-01&to=2020-02-01',
    reads: /No answers in this time[\s\S]*160 answers in all/,
  },
  'no answers with these filters': { target: '/surveys/shop?channel=none', reads: /No answers with these filters/ },
  'no such survey': { target: '/surveys/nobody', reads: /There is nothing here/ },
  'an address that cannot be read': { target: '/surveys/shop?window=soon', reads: /This address cannot be read/ },
  'a journey': { target: '/journeys/evil?window=90d', reads: /Stage 1/ },
  'no such journey': { target: '/journeys/nothing', reads: /There is nothing here/ },
  'no permission': {
    target: '/',
    first: (page) => page.route(isPath('/v1/scores'), problem(403, 'forbidden')),
    reads: /You may not see this/,
  },
  'a failure': {
    target: '/',
    first: (page) => page.route(isPath('/v1/scores'), problem(500, 'failed')),
    reads: /could not answer[\s\S]*Try again/,
  },
  'a part that fails': {
    target: '/surveys/shop',
    first: (page) => page.route(isPath('/segments'), problem(503, 'busy')),
    reads: /Likely between[\s\S]*could not answer/,
  },
  'nobody answers': {
    target: '/',
    first: (page) => page.route(isPath('/v1/scores'), (route) => route.abort()),
    reads: /No connection to the server/,
  },
};

describe('each state, in both themes, and on a phone from left to right and from right to left', () => {
  for (const [name, { target, first, reads }] of Object.entries(STATES))
    test(name, async (t) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      t.after(() => context.close());
      const page = await context.newPage();
      const unharmed = await watchFor(page);
      await first?.(page);
      await open(page, daemon.url + target);
      assert.match(await page.locator('body').innerText(), reads);
      assert.notEqual(await page.title(), 'ran');
      unharmed(); // axe-core looks at style sheets in ways that the policy forbids
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await judge(page, `${name}, ${colorScheme}`);
      }
      for (const dir of ['ltr', 'rtl']) assert.deepEqual(await sticksOut(page, dir), []);
      await judge(page, `${name}, narrow, from right to left`);
    });
});

test('while figures are waited for, there is as much room as they take', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await page.route(isPath('/v1/surveys/shop/'), async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto(`${daemon.url}/surveys/shop`);
  await page.waitForSelector('main .loading');
  assert.match(await page.locator('main').innerText(), /Loading/);
  await judge(page, 'loading');
  go();
  await settled(page);
  assert.equal(await page.locator('main .loading').count(), 0);
});

test('where the connection is lost what was seen stays, and comes back by itself', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  await open(page, `${daemon.url}/surveys/shop?window=90d`);
  const score = await figure(page.locator('.score-panel'), 'score');
  await page.route('**/v1/**', (route) => route.abort());
  await page.getByLabel('Time', { exact: true }).selectOption('7d');
  await page.waitForSelector('.offline:not(:empty)');
  assert.equal(await figure(page.locator('.score-panel'), 'score'), score);
  await judge(page, 'offline');
  await page.unroute('**/v1/**');
  await page.waitForFunction(() => !document.querySelector('.offline').textContent);
  await settled(page);
  assert.match(await page.locator('.score-panel').innerText(), /Last 7 days/);
});

test('charts are read by keyboard, shown as tables, and taken along as files', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  const unharmed = await watchFor(page);
  await open(page, `${daemon.url}/surveys/shop?window=90d`);
  const panel = page.locator('.trend-panel');
  await panel.locator('.chart').focus();
  await page.keyboard.press('End');
  const last = await panel.locator('.legend').innerText();
  assert.match(last, /answers?/);
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await panel.locator('.legend').innerText(), last);
  await page.keyboard.press('+');
  await panel.getByRole('button', { name: 'Show all' }).waitFor();
  await page.keyboard.press('Escape');
  await panel.getByRole('button', { name: 'Show all' }).waitFor({ state: 'hidden' });
  for (const name of ['trend-panel', 'distribution-panel', 'segments-panel']) {
    const download = page.waitForEvent('download');
    await page.locator(`.${name}`).getByRole('button', { name: /^PNG/ }).click();
    const bytes = fs.readFileSync(await (await download).path());
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.ok(bytes.length > 5000, `${name}: ${bytes.length} bytes`);
    const csv = page.waitForEvent('download');
    await page.locator(`.${name}`).getByRole('button', { name: /^CSV/ }).click();
    const text = fs.readFileSync(await (await csv).path(), 'utf8');
    assert.ok(text.split('\r\n').length > 3, text);
    assert.doesNotMatch(text, /(^|,)[=@]/m, 'what a spreadsheet would run');
  }
  await panel.getByRole('button', { name: /^Table/ }).click();
  await panel.locator('tbody tr').first().waitFor();
  unharmed();
  await judge(page, 'tables');
});

test('answers that come while one looks are in the figures, and can be held still', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  await daemon.survey('lively', { metric: 'nps' });
  await daemon.post('lively', { score: 9 });
  await open(page, `${daemon.url}/surveys/lively`);
  await page.locator('.live-dot.live').waitFor();
  const n = () => figure(page.locator('.score-panel'), 'n');
  const says = (wanted) =>
    page.waitForFunction(
      (text) => document.querySelector('.score-panel [data-figure="n"]')?.textContent === text,
      wanted,
    );
  await daemon.post('lively', { score: 3 });
  await says('2 answers');
  await page.getByRole('button', { name: 'Pause live figures' }).click();
  await page.locator('.live-dot.paused').waitFor();
  await daemon.post('lively', { score: 10 });
  assert.equal(await n(), '2 answers');
  await page.getByRole('button', { name: 'Resume live figures' }).click();
  await says('3 answers');
});
