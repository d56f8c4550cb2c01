// When a widget is shown: the page's conditions one by one and together, then the daemon, which decides last. Time is
// the clock of the page, which the driver moves; it goes on by itself too, so waits are an hour.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import {
  QUEUE,
  box,
  button,
  choose,
  counted,
  edge,
  embed,
  html,
  listen,
  names,
  only,
  openShop,
  point,
  says,
  script,
  visits,
} from './widget.mjs';

const LONG = '<div style="height: 5000px">A long page.</div>';
const DAY_MS = 86_400_000;

let daemon, browser, shop, context, page, slug;
let number = 0;
before(async () => {
  daemon = await start();
  browser = await launch();
  shop = await openShop();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await daemon?.stop();
});
const survey = async (definition) => {
  const name = `s${++number}`;
  await daemon.survey(name, { metric: 'nps', ...definition });
  return name;
};
beforeEach(async () => {
  slug = await survey();
  context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  page = await listen(context);
});
afterEach(() => context.close());

const address = (options, path) => shop.open(html(script(daemon, { survey: slug, ...options }) + LONG), path);
const isShown = async () => (await box(page).count()) === 1;
// A condition that is not met yet is told from one that never will be by what is there when the script has run.
const loaded = () => page.waitForFunction(() => typeof window.cxd === 'function' && !window.cxd.q);
const skipped = async () => (await says(page, 'skipped')).reason;
const form = () => page.waitForRequest((request) => request.url().includes('/form'));

describe('a page shows it', () => {
  test('at once, where nothing else is said', async () => {
    await page.goto(address());
    await point(page, 5).waitFor();
  });

  test('after a delay, and asks for nothing before', async () => {
    await page.clock.install();
    let asked = 0;
    page.on('request', (request) => (asked += request.url().includes('/form') ? 1 : 0));
    await page.goto(address({ delay: 3600 }));
    await loaded();
    await page.clock.fastForward(3_000_000);
    assert.deepEqual([asked, await isShown()], [0, false]);
    await page.clock.fastForward(700_000);
    await point(page, 5).waitFor();
    assert.equal(asked, 1);
  });

  test('where the page has been scrolled so far', async () => {
    await page.goto(address({ scroll: 50 }));
    await loaded();
    const scrollTo = (share) =>
      page.evaluate(
        (part) =>
          new Promise((resolve) => {
            addEventListener('scroll', () => requestAnimationFrame(resolve), { once: true });
            scrollTo(0, document.documentElement.scrollHeight * part);
          }),
        share,
      );
    await scrollTo(0.2);
    assert.equal(await isShown(), false);
    const asked = form();
    await scrollTo(0.5);
    await asked;
    await point(page, 5).waitFor();
  });

  test('where the pointer leaves it at the top, and not elsewhere', async () => {
    await page.goto(address({ exit: 'true' }));
    await loaded();
    const leave = (clientY) =>
      page.evaluate((y) => {
        document.documentElement.dispatchEvent(
          new MouseEvent('mouseout', { bubbles: true, clientY: y, relatedTarget: null }),
        );
      }, clientY);
    await leave(300);
    assert.equal(await isShown(), false);
    await leave(-1);
    await point(page, 5).waitFor();
  });

  test('at once, where it need not be left', async () => {
    await page.goto(address({ exit: 'false' }));
    await point(page, 5).waitFor();
  });

  test('after the delay, where it is left or scrolled', async () => {
    await page.clock.install();
    await page.goto(address({ delay: 3600, exit: 'true', scroll: 90 }));
    await loaded();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.clock.fastForward(3_000_000);
    assert.equal(await isShown(), false);
    await page.clock.fastForward(700_000);
    await point(page, 5).waitFor();
  });

  for (const [pattern, path, isMeant] of [
    ['/cart/*', '/cart/pay', true],
    ['/cart/*', '/home', false],
    ['/cart', '/cart/pay', true],
    ['/cart$', '/cart/pay', false],
    ['/home /cart/*', '/cart/pay?step=2', true],
    ['*step=2*', '/cart/pay?step=2', true],
    ['*://localhost*/cart/*', '/cart/pay', true],
    ['https://*', '/cart/pay', false],
    ['/a.b', '/axb', false],
    ['\n  /cart/\n  /thanks$\n', '/home', false],
    ['\n  /cart/\n  /thanks$\n', '/thanks', true],
    ['/item(1)', '/item(1)', true],
  ])
    test(`at ${path}${isMeant ? '' : ' not'} by ${pattern}`, async () => {
      await page.goto(address({ url: pattern }, path));
      if (isMeant) await point(page, 5).waitFor();
      else assert.equal(await skipped(), 'url');
    });

  test('for a share of visitors, who stay the same', async () => {
    await page.goto(address({ share: 0 }));
    assert.equal(await skipped(), 'share');
    await page.goto(address({ share: 1 }));
    await point(page, 5).waitFor();
    const visitor = await browser.newContext();
    const theirs = await listen(visitor);
    await theirs.addInitScript(() => (Math.random = () => (location.search === '?later' ? 0.9 : 0.3)));
    for (const [share, outcome, query] of [
      [0.2, 'skipped', ''],
      [0.5, 'ready', ''],
      [0.5, 'ready', '?later'],
      [0.2, 'skipped', '?later'],
    ]) {
      await theirs.goto(address({ share, every: 0 }, `/share-${share}${query}`));
      await theirs.waitForFunction(() => window.said.length > 0);
      assert.equal((await names(theirs))[0], outcome, `${share} ${query}`);
    }
    await visitor.close();
  });

  test('once in so many days, as it was shown last', async () => {
    await page.clock.install();
    await page.goto(address({ every: 7 }));
    await point(page, 5).waitFor();
    await page.reload();
    assert.equal(await skipped(), 'every');
    await page.clock.setSystemTime(Date.now() + 6 * DAY_MS);
    await page.reload();
    assert.equal(await skipped(), 'every');
    await page.clock.setSystemTime(Date.now() + 8 * DAY_MS);
    await page.reload();
    await point(page, 5).waitFor();
  });

  test('once and never again', async () => {
    await page.goto(address({ every: 99_999 }));
    await point(page, 5).waitFor();
    await page.reload();
    assert.equal(await skipped(), 'every');
  });

  for (const [mode, target, parent] of [
    ['corner', '', 'BODY'],
    ['inline', '#here', 'here'],
  ])
    test(`in the head of a page that is still being read: ${mode}`, async () => {
      let goOn;
      const waits = new Promise((resolve) => (goOn = resolve));
      await page.route('**/slow.js', async (route) => {
        await waits;
        await route.fulfill({ contentType: 'text/javascript', body: '' });
      });
      const head = script(daemon, { survey: slug, mode, target }) + '<script src="/slow.js"></script>';
      await page.goto(shop.open(html('<div id="here"></div>', { head })), { waitUntil: 'commit' });
      // Nothing is drawn yet, so there are no frames to look at.
      await page.waitForFunction(() => typeof window.cxd === 'function', undefined, { polling: 50 });
      goOn();
      await point(page, 5).waitFor();
      assert.equal(
        await page.evaluate(() =>
          (({ id, nodeName }) => id || nodeName)(document.querySelector('cxd-widget').parentNode),
        ),
        parent,
      );
    });

  test('not when it was hidden while the daemon was asked', async () => {
    let goOn;
    const waits = new Promise((resolve) => (goOn = resolve));
    await page.route('**/form?*', async (route) => {
      await waits;
      await route.continue();
    });
    const asked = form();
    await page.goto(shop.open(html(QUEUE + script(daemon))));
    await page.evaluate((name) => window.cxd('show', { survey: name }), slug);
    await asked;
    await page.evaluate(() => window.cxd('hide'));
    const told = page.waitForResponse((response) => response.url().includes('/form'));
    goOn();
    await told;
    await page.evaluate((name) => window.cxd('show', { survey: name, share: 0 }), slug);
    assert.equal(await skipped(), 'share');
    assert.equal(await isShown(), false);
    assert.ok(!(await names(page)).includes('ready'));
  });

  test('once a month by itself; a button at the edge and a place in the page are there each time', async () => {
    await page.goto(address());
    await point(page, 5).waitFor();
    await page.reload();
    assert.equal(await skipped(), 'every');
    await page.goto(address({ mode: 'inline' }));
    await point(page, 5).waitFor();
    await page.goto(address({ mode: 'button' }));
    await edge(page).waitFor();
  });

  test('by a call each time, with conditions in `trigger` or beside it', async () => {
    await page.goto(shop.open(html(QUEUE + script(daemon))));
    for (let i = 1; i <= 2; i++) {
      await page.evaluate((name) => window.cxd('show', { survey: name }), slug);
      await point(page, 5).waitFor();
      await page.evaluate(() => window.cxd('hide'));
      await box(page).waitFor({ state: 'detached' });
    }
    for (const options of [{ trigger: { share: 0 } }, { share: 0 }]) {
      await page.evaluate(() => (window.said.length = 0));
      await page.evaluate(([name, more]) => window.cxd('show', { survey: name, ...more }), [slug, options]);
      assert.equal(await skipped(), 'share');
    }
  });
});

describe('the daemon decides', () => {
  test('a survey that is closed, or not open yet', async () => {
    for (const definition of [{ closes_at: '2020-01-01T00:00:00Z' }, { opens_at: '2099-01-01T00:00:00Z' }]) {
      slug = await survey(definition);
      await page.goto(address());
      assert.equal(await skipped(), 'closed');
      assert.equal(await isShown(), false);
      assert.equal(await visits(daemon, slug), null);
    }
  });

  test('who answered not long ago is not asked again, wherever they did', async () => {
    slug = await survey({ recontact_days: 30 });
    const options = { respondent: 'customer 1+2', touchpoint: 'till' };
    await page.goto(address(options));
    await choose(page, 9);
    await only(daemon, slug, { score: 9, respondent: 'customer 1+2' }, page);
    const elsewhere = await browser.newContext();
    page = await listen(elsewhere);
    await page.goto(address(options));
    const { reason } = await says(page, 'skipped');
    assert.equal(reason, 'recontact');
    await page.goto(address({ ...options, respondent: 'customer 2' }));
    await point(page, 5).waitFor();
    await elsewhere.close();
  });

  test('no survey of that name, and no daemon: the page hears of it', async () => {
    await page.goto(address({ survey: 'nothing' }));
    const unknown = await says(page, 'error');
    assert.deepEqual([unknown.survey, unknown.status, unknown.type], ['nothing', 404, '/problems/no_survey']);
    await page.route(/\/form/, (route) => route.abort());
    await page.goto(address());
    const away = await says(page, 'error');
    assert.deepEqual([away.survey, away.status], [slug, 0]);
  });

  test('a button at the edge: shown whenever it is opened', async () => {
    await page.goto(address({ mode: 'button', label: 'What do you think?' }));
    assert.equal((await edge(page).textContent()).trim(), 'What do you think?');
    for (let i = 0; i < 2; i++) {
      await edge(page).click();
      await point(page, 5).waitFor();
      await button(page, 'Close').click();
      await box(page).waitFor({ state: 'hidden' });
    }
    await edge(page).click();
    await choose(page, 4);
    await only(daemon, slug, { score: 4 }, page);
    await counted(daemon, slug, { shown: 3, answered: 1, dismissed: 2 });
  });

  test('a machine that says so is not counted as shown', async () => {
    const machines = await browser.newContext({ userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' });
    page = await listen(machines);
    await page.goto(shop.open(embed(daemon, { survey: slug })));
    await says(page, 'shown');
    await page.waitForFunction(() => !window.unsent());
    await machines.close();
    page = await listen(context);
    await page.goto(address());
    await says(page, 'shown');
    await counted(daemon, slug, { shown: 1, answered: 0, dismissed: 0 });
  });
});
