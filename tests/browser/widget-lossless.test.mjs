// What happens between a person and the daemon: no network, a daemon that was killed, replies that are lost, pages that
// are closed, loaded again, or open twice. However it goes, the daemon holds one response, with what was said last.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch, until } from './harness.mjs';
import {
  box,
  button,
  choose,
  counted,
  embed,
  heard,
  html,
  listen,
  names,
  only,
  openShop,
  point,
  QUEUE,
  says,
  script,
  stored,
  words,
} from './widget.mjs';

let daemon, browser, shop, context, page, slug;
let number = 0;
before(async () => {
  daemon = await start();
  // The same port again, when it is started anew.
  fs.writeFileSync(
    daemon.config,
    fs.readFileSync(daemon.config, 'utf8').replace('127.0.0.1:0', `127.0.0.1:${daemon.port}`),
  );
  browser = await launch();
  shop = await openShop();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await daemon?.stop();
});
beforeEach(async () => {
  slug = `s${++number}`;
  await daemon.survey(slug, { metric: 'nps' });
  context = await browser.newContext();
  page = await listen(context);
});
afterEach(() => context.close());

const address = (options) => shop.open(embed(daemon, { survey: slug, ...options }));
const show = async (options) => {
  await page.goto(address(options));
  await point(page, 5).waitFor();
};
const thanked = (where = page) => where.getByText('Thank you for your answer!').waitFor();
const sent = (where = page) => where.waitForFunction(() => !window.unsent());
const isOf = (kind) => (request) => request.method() !== 'OPTIONS' && request.url().includes(`/${kind}`);
// What a person has said is kept while it is on its way, and is with the daemon afterwards.
const RESPONSES = /\/v1\/surveys\/[^/]+\/responses/;

describe('no network', () => {
  test('from before the score until after the comment: one answer when it is back', async () => {
    await show();
    await context.setOffline(true);
    await choose(page, 3);
    await says(page, 'scored');
    await button(page, 'Back').click();
    await choose(page, 4);
    await words(page).fill('from the train');
    await button(page, 'Send').click();
    await says(page, 'commented');
    assert.deepEqual(await stored(daemon, slug), []);
    assert.ok(await page.evaluate(() => window.unsent()));
    await context.setOffline(false);
    await only(daemon, slug, { score: 4, comment: 'from the train' }, page);
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
  });

  test('until another page of the shop is opened, much later', async () => {
    await show();
    await context.setOffline(true);
    await choose(page, 6);
    await says(page, 'scored');
    await page.close();
    await context.setOffline(false);
    assert.deepEqual(await stored(daemon, slug), []);
    page = await listen(context);
    await page.goto(address());
    await only(daemon, slug, { score: 6 }, page);
  });
});

describe('a daemon', () => {
  test('that is killed between score and comment, and started again', async () => {
    await show();
    await choose(page, 9);
    await says(page, 'scored');
    await sent();
    await daemon.kill();
    await words(page).fill('you were away');
    await button(page, 'Send').click();
    await says(page, 'commented');
    await daemon.begin();
    await only(daemon, slug, { score: 9, comment: 'you were away' }, page);
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
  });

  test('that is killed before the score', async () => {
    await show();
    await daemon.kill();
    await choose(page, 2);
    await says(page, 'scored');
    await daemon.begin();
    await only(daemon, slug, { score: 2 }, page);
  });

  test('that stores, and whose reply is lost: no second answer', async () => {
    let lost = 0;
    await page.route(RESPONSES, async (route) => {
      if (lost++ > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await show();
    await choose(page, 8);
    await until(
      () => lost,
      (count) => count > 2,
    );
    await words(page).fill('again');
    await button(page, 'Send').click();
    await thanked();
    await only(daemon, slug, { score: 8, comment: 'again' }, page);
  });

  test('behind a proxy that names a day to come again: later and later', async () => {
    const times = [];
    await page.route(RESPONSES, (route) => {
      times.push(Date.now());
      const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };
      headers['Retry-After'] = 'Wed, 21 Oct 2099 07:28:00 GMT';
      return times.length > 2 ? route.continue() : route.fulfill({ status: 503, headers, body: 'Sorry' });
    });
    await show();
    await choose(page, 8);
    await only(daemon, slug, { score: 8 }, page);
    assert.ok(times[1] - times[0] >= 900 && times[2] - times[1] >= 1900, times.join());
  });

  for (const status of [429, 500, 503, 507])
    test(`that cannot for now (${status})`, async () => {
      let refused = 0;
      await page.route(RESPONSES, (route) =>
        refused++
          ? route.continue()
          : route.fulfill({
              status,
              headers: { 'Access-Control-Allow-Origin': '*', 'Retry-After': '1' },
              contentType: 'application/problem+json',
              body: JSON.stringify({ type: '/problems/x', title: 'x', status, detail: 'x' }),
            }),
      );
      await show();
      await choose(page, 8);
      await only(daemon, slug, { score: 8 }, page);
      assert.ok(refused >= 2);
      assert.ok(!(await names(page)).includes('error'));
    });

  test('that refuses for good: the page hears why, and nothing is tried again', async () => {
    await show();
    await daemon.survey(slug, { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
    await choose(page, 8);
    const error = await says(page, 'error');
    assert.deepEqual([error.survey, error.status, error.type], [slug, 403, '/problems/survey_closed']);
    await sent();
    assert.deepEqual(await stored(daemon, slug), []);
  });
});

test('what cannot be read in the storage is dropped, and stops nothing', async () => {
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  await page.goto(shop.origin);
  await page.evaluate((survey) => {
    for (const kind of ['q', 'a']) {
      localStorage[`cxd.${kind}.0`] = '{"survey": "cut o';
      localStorage[`cxd.${kind}.1`] = 'null';
      localStorage[`cxd.${kind}.2`] = '{"of": "another"}';
      localStorage[`cxd.${kind}.3`] = '[3]';
    }
    localStorage[`cxd.s.${survey}`] = '12:';
  }, slug);
  await show();
  await choose(page, 7);
  await words(page).fill('all the same');
  await button(page, 'Send').click();
  await thanked();
  await until(
    () => stored(daemon, slug),
    ([one]) => one?.comment === 'all the same',
  );
  const left = await page.evaluate(() => Object.values(localStorage));
  assert.ok(!left.some((value) => /cut o|another|\[3\]/.test(value)), left.join());
  assert.deepEqual(
    posts.filter((url) => !url.startsWith(daemon.url)),
    [],
  );
});

// Each as a page writes it, and by which pointer it is told. A name may have what pointers have signs for; and what is
// no JSON shall not keep the widget from being shown.
for (const [more, pointer] of [
  ['', '/properties/user'],
  ["'a/b': 1", '/properties/a~1b'],
  ["'~1': 1", '/properties/~01'],
  ['self: window', '/properties/self'],
  ['large: 5n', '/properties/large'],
  ['get own() { throw new Error() }', '/properties/own'],
])
  test(`what a page says that is not taken is left out, told, and costs no answer: ${more}`, async () => {
    const properties = { plan: 'pro', seats: '5' };
    const call = `<script>
    cxd('show', { survey: '${slug}', every: 0, touchpoint: 'x'.repeat(65), channel: 'web',
      properties: { plan: 'pro', seats: 5, basket: ['book', 'lamp'], user: { id: 1 }, ${more} } });
  </script>`;
    await page.goto(shop.open(html(script(daemon) + QUEUE + call)));
    await choose(page, 2);
    await words(page).fill('the basket');
    await button(page, 'Send').click();
    await thanked();
    const wanted = { score: 2, comment: 'the basket', channel: 'web', properties };
    const one = await only(daemon, slug, wanted, page);
    assert.equal(one.touchpoint ?? null, null);
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
    const told = (await heard(page)).flatMap(([name, { errors }]) => (name === 'error' ? errors : []));
    const pointers = new Set(told.map(({ pointer }) => pointer));
    for (const one of ['/properties/basket', '/properties/user', '/touchpoint', pointer])
      assert.ok(pointers.has(one), `${one}: ${[...pointers]}`);
  });

test('no two browsers wait alike for a daemon that is away', async () => {
  const waits = [];
  for (const random of [0, 0.25, 0.75]) {
    const other = await browser.newContext();
    const visitor = await listen(other);
    await visitor.clock.setFixedTime(Date.now());
    await visitor.addInitScript((value) => (Math.random = () => value), random);
    await visitor.route(/\/v1\/surveys\/[^/]+\/events/, (route) => route.abort());
    await visitor.goto(address());
    const wait = await visitor.waitForFunction(() => {
      const [lease] = Object.keys(localStorage).filter((name) => name.startsWith('cxd.l.'));
      const left = localStorage[lease] - Date.now();
      return left < 10000 && left; // after that of who sends it now
    });
    waits.push(await wait.jsonValue());
    await other.close();
  }
  assert.deepEqual(waits, [1000, 1250, 1750]);
});

describe('a page', () => {
  test('that is left right after the score', async () => {
    await show();
    await choose(page, 7);
    await page.goto('about:blank');
    await only(daemon, slug, { score: 7 });
  });

  test('that is closed right after the score', async () => {
    await show();
    await choose(page, 7);
    await page.close({ runBeforeUnload: true });
    await only(daemon, slug, { score: 7 });
  });

  test('that is left while a comment is half typed', async () => {
    await show();
    await choose(page, 7);
    await words(page).fill('I would have');
    await page.goto('about:blank');
    await only(daemon, slug, { score: 7, comment: 'I would have' });
  });

  test('that is closed while a comment is half typed and the score is on its way', async () => {
    await page.route(RESPONSES, (route) => (route.request().resourceType() === 'ping' ? route.continue() : undefined));
    await show();
    await choose(page, 7);
    await words(page).fill('I would have');
    await page.close({ runBeforeUnload: true });
    await only(daemon, slug, { score: 7, comment: 'I would have' });
  });

  test('that is loaded again between score and comment: not asked twice, and one answer', async () => {
    await show();
    await choose(page, 7);
    await says(page, 'scored');
    await page.reload();
    await says(page, 'skipped');
    await only(daemon, slug, { score: 7 }, page);
  });

  test('that is loaded again, and asks again: what is said then takes the place', async () => {
    await show({ every: 0 });
    await choose(page, 7);
    await says(page, 'scored');
    await page.reload();
    await choose(page, 4);
    await words(page).fill('on second thoughts');
    await button(page, 'Send').click();
    await thanked();
    await only(daemon, slug, { score: 4, comment: 'on second thoughts' }, page);
  });

  test('that is gone back to, from the cache of the browser', async () => {
    await show({ every: 0 });
    await choose(page, 7);
    await says(page, 'scored');
    await page.goto(shop.origin);
    await page.goBack();
    await choose(page, 5);
    await words(page).fill('back');
    await button(page, 'Send').click();
    await thanked();
    await only(daemon, slug, { score: 5, comment: 'back' }, page);
  });

  test('that is open in two tabs, which both are answered', async () => {
    const other = await listen(context);
    await Promise.all([show({ every: 0 }), other.goto(address({ every: 0 }))]);
    await point(other, 5).waitFor();
    await choose(page, 3);
    await says(page, 'scored');
    await sent();
    await choose(other, 8);
    await words(other).fill('in the other tab');
    await button(other, 'Send').click();
    await thanked(other);
    await only(daemon, slug, { score: 8, comment: 'in the other tab' }, other);
  });

  test('that is open in two tabs, without a network: one answer when it is back', async () => {
    const other = await listen(context);
    await show({ every: 0 });
    await other.goto(address({ every: 0 }));
    await point(other, 5).waitFor();
    await context.setOffline(true);
    await choose(page, 3);
    await says(page, 'scored');
    await choose(other, 8);
    await says(other, 'scored');
    await context.setOffline(false);
    await only(daemon, slug, { score: 8 }, other);
    await sent(page);
    await only(daemon, slug, { score: 8 }, page);
  });

  test('whose person writes after the time in which it may be changed: refused, and no second answer', async () => {
    await daemon.survey(slug, { metric: 'nps', amend_window: 0 });
    await show();
    await choose(page, 6);
    await sent();
    await words(page).fill('late');
    await button(page, 'Send').click();
    assert.equal((await says(page, 'error')).status, 409);
    await only(daemon, slug, { score: 6, comment: undefined }, page);
  });

  test('whose person answers again after the time in which it may be changed: another answer', async () => {
    await daemon.survey(slug, { metric: 'nps', amend_window: 0 });
    await show({ every: 0 });
    await choose(page, 3);
    await sent();
    await page.reload();
    await choose(page, 8);
    await sent();
    await until(
      () => stored(daemon, slug),
      (all) => all.length === 2,
    );
  });
});
