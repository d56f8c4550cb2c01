// The page of a survey on a device on which many people answer, one after the other: by the browser's clock, which the
// test moves, offline, and while the daemon is away.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { start, until } from '../http/harness.mjs';
import { launch } from './harness.mjs';

const TEXTS = { en: { question: 'How was it?', thanks: 'Thanks!' } };
const QUESTIONS = [
  { key: 'wish', type: 'text', text: { en: 'What next?' } },
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was it?' },
    options: [
      { value: 'price', text: { en: 'Price' } },
      { value: 'speed', text: { en: 'Speed' } },
    ],
    required: true,
    show: { band: ['detractors'] },
  },
];

let daemon,
  browser,
  number = 0;
before(async () => {
  daemon = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});
const survey = async (definition = {}) => {
  const slug = `k${++number}`;
  await daemon.survey(slug, { metric: 'nps', texts: TEXTS, ...definition });
  return slug;
};
const stored = async (slug) => (await daemon.admin('GET', `/v1/surveys/${slug}/responses?limit=100`)).json.responses;
const storedAre = (slug, count) => until(async () => (await stored(slug)).length === count, `${count} are stored`);

describe('a kiosk', () => {
  let context, page, slug;
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1024, height: 768 }, hasTouch: true });
    page = await context.newPage();
    await page.clock.install();
    slug = await survey({ questions: QUESTIONS });
  });
  afterEach(() => context.close());
  const open = (query = 'kiosk=30') => page.goto(`${daemon.url}/s/${slug}?lang=en&${query}`);
  const choose = (value) => page.locator(`label:has([name=score][value="${value}"])`).tap();
  const send = () => page.locator('form button').tap();
  const isThere = (selector) => page.locator(selector).isVisible();
  // From then on no time passes but what the test lets pass.
  const freeze = () => page.clock.pauseAt(Date.now() + 3_600_000);
  const pass = (seconds) => page.clock.runFor(seconds * 1000);
  const isClean = async () => {
    assert.equal(await page.locator('input:checked').count(), 0);
    for (const field of await page.locator('textarea, .words').all()) assert.equal(await field.inputValue(), '');
    assert.equal(await isThere('form'), true);
    assert.equal(await isThere('#thanks'), false);
  };
  const kept = () =>
    page.evaluate(() => Object.keys(localStorage).map((key) => [key, String(localStorage.getItem(key))]));

  test('takes ten people in a row, and each is one answer with what they said', async () => {
    await open('kiosk=30&touchpoint=door&property.shop=Berlin');
    for (let i = 0; i < 10; i++) {
      await isClean();
      await choose(i);
      if (i < 7) await page.locator('label:has([value=speed])').tap();
      await page.fill('#comment', `person ${i}`);
      await send();
      await page.waitForSelector('#thanks:visible');
      assert.equal(await page.textContent('#thanks h1'), 'Thanks!');
      assert.doesNotMatch(await page.innerText('body'), /person \d/, 'nobody reads what was said');
      await storedAre(slug, i + 1);
      if (i % 2) await pass(30);
      else await page.tap('.restart');
      await page.waitForSelector('form:visible');
    }
    const all = await stored(slug);
    assert.equal(new Set(all.map(({ id }) => id)).size, 10);
    assert.deepEqual(
      all
        .map(({ score, comment, touchpoint, properties, answers, flags }) => [
          score,
          comment,
          touchpoint,
          properties,
          answers,
          flags,
        ])
        .sort(([a], [b]) => a - b),
      Array.from({ length: 10 }, (_, i) => [
        i,
        `person ${i}`,
        'door',
        { shop: 'Berlin' },
        i < 7 ? { reason: 'speed' } : undefined,
        undefined,
      ]),
    );
    assert.deepEqual(await kept(), [], 'and nothing is left of it on the device');
  });

  test('goes back to the start after its time, neither before nor later', async () => {
    await open('kiosk=20');
    await freeze();
    await choose(9);
    await send();
    await page.waitForSelector('#thanks:visible');
    await pass(19);
    assert.equal(await isThere('#thanks'), true);
    await pass(1);
    await isClean();
  });

  test('clears what somebody left in the middle, and asks before', async () => {
    await open('kiosk=30');
    await freeze();
    await choose(2);
    await page.fill('#comment', 'half');
    await pass(19);
    assert.equal(await isThere('#still'), false);
    await pass(1);
    assert.equal(await isThere('#still'), true);
    assert.equal(await page.evaluate(() => document.activeElement.closest('#still') !== null), true);
    await page.tap('#still button');
    assert.equal(await isThere('#still'), false);
    assert.equal(await page.inputValue('#comment'), 'half');
    await pass(29);
    assert.equal(await page.inputValue('#comment'), 'half');
    await pass(1);
    await isClean();
    assert.deepEqual(await stored(slug), []);
    assert.deepEqual(await kept(), []);
  });

  test('keeps answers while there is no connection, over a reload, and sends them with it', async () => {
    await open();
    await context.setOffline(true);
    for (const score of [10, 8]) {
      await choose(score);
      await page.fill('#comment', `offline ${score}`);
      await send();
      await page.waitForSelector('#thanks:visible');
      await page.waitForSelector('.kept:visible');
      await page.tap('.restart');
    }
    assert.equal(await page.textContent('#waiting'), 'Answers waiting to be sent: 2');
    await page.reload().catch(() => {}); // which shows that there is no connection
    await context.setOffline(false);
    await open();
    await storedAre(slug, 2);
    await until(async () => (await kept()).length === 0, 'nothing waits');
    assert.equal(await isThere('#waiting'), false);
    assert.deepEqual((await stored(slug)).map(({ score, comment }) => [score, comment]).sort(), [
      [10, 'offline 10'],
      [8, 'offline 8'],
    ]);
  });

  test('sends what waits the moment that the connection is back', async () => {
    await open();
    await context.setOffline(true);
    await choose(7);
    await send();
    await page.waitForSelector('.kept:visible');
    await context.setOffline(false);
    await storedAre(slug, 1);
  });

  test('shows no former answer to who goes back, forward, or loads it again', async () => {
    await open();
    await choose(3);
    await page.fill('#comment', 'secret');
    await page.goto(`${daemon.url}/s/${slug}/thanks`);
    await page.goBack();
    await page.waitForSelector('form:visible');
    await isClean();
    await choose(3);
    await page.fill('#comment', 'secret');
    await page.reload();
    await isClean();
    assert.equal(await page.getAttribute('form', 'autocomplete'), 'off');
  });

  test('asks what the survey asks by now, and says when it is closed', async () => {
    await open();
    await choose(9);
    await daemon.survey(slug, { metric: 'nps', texts: { en: { question: 'How was it today?' } } });
    await send();
    await page.waitForSelector('#thanks:visible');
    await storedAre(slug, 1);
    await page.tap('.restart');
    await page.waitForFunction(() => document.querySelector('h1').textContent === 'How was it today?');
    await daemon.survey(slug, { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
    await choose(9);
    await send();
    await page.waitForSelector('main.problem');
    assert.equal((await stored(slug)).length, 1, 'what was answered too late waits: it may be opened again');
    assert.equal((await kept()).length, 1);
    await daemon.survey(slug, { metric: 'nps' });
    await open();
    await storedAre(slug, 2);
  });

  test('what the daemon cannot take of a link costs no answer', async () => {
    await open(`kiosk=30&touchpoint=${'t'.repeat(65)}&channel=c`);
    await choose(6);
    await page.locator('label:has([value=price])').tap();
    await send();
    await storedAre(slug, 1);
    const [{ score, channel, touchpoint }] = await stored(slug);
    assert.deepEqual([score, channel, touchpoint], [6, 'c', undefined]);
  });

  for (const [said, seconds] of [
    ['kiosk', 30],
    ['kiosk=x', 30],
    ['kiosk=1', 5],
    ['kiosk=99999', 600],
  ])
    test(`?${said} waits ${seconds} seconds`, async () => {
      await open(said);
      assert.equal(await page.getAttribute('form', 'data-kiosk'), `${seconds}`);
    });

  test('is large, and fits tablets and phones', async () => {
    await open();
    for (const [width, height] of [
      [1024, 768],
      [768, 1024],
      [320, 640],
    ]) {
      await page.setViewportSize({ width, height });
      const [needed, there] = await page.locator('html').evaluate((root) => [root.scrollWidth, root.clientWidth]);
      assert.ok(needed <= there, `${needed} of ${there}`);
      const box = await page.locator('.point').first().boundingBox();
      assert.ok(box.height >= 72 && box.width >= (width > 600 ? 48 : 24), `${box.width} × ${box.height}`);
    }
  });
});

test('a kiosk waits for a daemon that is away, and its answers come once', async () => {
  const away = await start();
  await away.survey('door', { metric: 'nps', texts: TEXTS });
  const context = await browser.newContext({ hasTouch: true });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${away.url}/s/door?kiosk=30`);
  await away.kill();
  for (const score of [1, 2, 3]) {
    await page.locator(`label:has([name=score][value="${score}"])`).tap();
    await page.locator('form button').tap();
    await page.waitForSelector('.kept:visible');
    await page.tap('.restart');
    await page.waitForSelector('form:visible');
  }
  // At the address that the page knows.
  fs.writeFileSync(
    away.config,
    fs.readFileSync(away.config, 'utf8').replace(/127\.0\.0\.1:0/, `127.0.0.1:${away.port}`),
  );
  await away.begin();
  await page.clock.fastForward(400_000);
  const stored_ = async () => (await away.admin('GET', '/v1/surveys/door/responses')).json.responses;
  await until(async () => (await stored_()).length === 3, 'all came');
  assert.deepEqual((await stored_()).map(({ score }) => score).sort(), [1, 2, 3]);
  await context.close();
  await away.stop();
});

test('without JavaScript thanks lead back to a form of its own', async () => {
  const slug = await survey();
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 768, height: 1024 } });
  const page = await context.newPage();
  const seen = new Set();
  await page.goto(`${daemon.url}/s/${slug}?kiosk=5&touchpoint=door&lang=en`);
  for (const score of [8, 9]) {
    seen.add(await page.getAttribute('input[name=id]', 'value'));
    assert.equal(await page.locator('input:checked').count(), 0);
    await page.locator(`label:has([name=score][value="${score}"])`).click();
    await page.click('form button');
    await page.waitForURL(/\/thanks/);
    const refresh = await page.locator('meta[http-equiv=refresh]').getAttribute('content');
    assert.match(refresh, new RegExp(`^5; url=/s/${slug}\\?lang=en&kiosk=5&touchpoint=door$`));
    if (score === 8) await page.click('.restart');
  }
  await page.waitForURL((url) => !url.pathname.endsWith('/thanks')); // by itself
  seen.add(await page.getAttribute('input[name=id]', 'value'));
  assert.equal(seen.size, 3);
  assert.deepEqual((await stored(slug)).map(({ score, touchpoint }) => [score, touchpoint]).sort(), [
    [8, 'door'],
    [9, 'door'],
  ]);
  await context.close();
});
