// The page of a survey where it is read otherwise: with forced colours, and much enlarged, in either direction.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import { ENLARGED, assertReachable } from './reach.mjs';

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
  const slug = `l${++number}`;
  await daemon.survey(slug, { metric: 'nps', ...definition });
  return slug;
};
const stored = async (slug, from = daemon) => (await from.admin('GET', `/v1/surveys/${slug}/responses`)).json.responses;
async function send(page) {
  const replied = page.waitForResponse((reply) => reply.request().method() === 'POST');
  await page.click('form button');
  await replied;
  await page.waitForLoadState();
}

describe('read otherwise', () => {
  const QUESTIONS = [
    {
      key: 'reason',
      type: 'choice',
      text: { en: 'What was it?', ar: 'ما السبب؟' },
      options: [
        { value: 'price', text: { en: 'The price', ar: 'السعر' } },
        { value: 'speed', text: { en: 'The speed', ar: 'السرعة' } },
      ],
      other: true,
    },
    { key: 'wish', type: 'text', text: { en: 'What next?', ar: 'ماذا بعد؟' } },
  ];

  test('with forced colours what is chosen, and what has the focus, is seen', async () => {
    const slug = await survey({ questions: QUESTIONS });
    const context = await browser.newContext({ forcedColors: 'active', viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await page.goto(`${daemon.url}/s/${slug}?score=9&answer.reason=price&lang=en`);
    const look = (selector) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const style = getComputedStyle(element);
          return [
            style.outlineStyle,
            style.outlineWidth,
            style.borderTopStyle,
            style.color,
            style.backgroundColor,
          ].join(' ');
        });
    for (const [chosen, other] of [
      ['input[value="9"] + .point', 'input[value="8"] + .point'],
      ['input[value="price"] + .tick', 'input[value="speed"] + .tick'],
    ]) {
      assert.notEqual(await look(chosen), await look(other), chosen);
      assert.match(await look(other), / solid /, 'a border says where it is');
    }
    assert.match(await look('form button'), / solid /, 'a button is seen to be one');
    for (const selector of ['input[value="9"]', 'input[value="price"]', 'textarea', 'form button']) {
      const shown = /^input/.test(selector) ? `${selector} + *` : selector;
      const before = await look(shown);
      await page.locator(selector).first().focus();
      assert.match(await look(shown), /^(solid|auto) [1-9]/, `the focus of ${selector}`);
      if (!/^input/.test(selector)) assert.notEqual(await look(shown), before);
    }
    await context.close();
  });

  for (const lang of ['en', 'ar'])
    test(`at 400 % nothing is lost, and eleven numbers stand in a row: ${lang}`, async () => {
      const slug = await survey({ questions: QUESTIONS });
      const context = await browser.newContext(ENLARGED);
      const page = await context.newPage();
      await page.goto(`${daemon.url}/s/${slug}?lang=${lang}`);
      await assertReachable(page, lang, { least: 11 + 4 + 1 + 1 + 1 });
      const names = page.getByRole('radio', { name: lang === 'en' ? /^\d+ out of 10/ : /^\d+ من 10/ });
      assert.equal(await names.count(), 11, 'each says of how many it is');
      const boxes = await page.$$eval('.scale .point', (all) => all.map((one) => one.getBoundingClientRect().toJSON()));
      assert.equal(boxes.length, 11);
      assert.equal(new Set(boxes.map(({ y }) => Math.round(y))).size, 1, 'one row');
      const sizes = boxes.map(({ width }) => width);
      assert.ok(Math.min(...sizes) >= 24 && Math.max(...sizes) - Math.min(...sizes) < 1, `${sizes}`);
      for (const field of await page.locator('textarea, .words').all())
        assert.equal(
          await field.evaluate((node) => getComputedStyle(node).direction),
          lang === 'ar' ? 'rtl' : 'ltr',
          'an empty field begins where who writes begins',
        );
      await page.click('label:has(input[value="10"])');
      await page.fill('#comment', 'near');
      await send(page);
      assert.equal((await stored(slug)).length, 1);
      await context.close();
    });

  for (const lang of ['en', 'ar'])
    test(`at 400 % each page, and a kiosk, is there whole: ${lang}`, async () => {
      const slug = await survey({ questions: QUESTIONS });
      const closed = await survey({ closes_at: '2020-01-01T00:00:00Z' });
      const context = await browser.newContext({ ...ENLARGED, hasTouch: true });
      const page = await context.newPage();
      const open = (target) => page.goto(`${daemon.url}/s/${target}${target.includes('?') ? '&' : '?'}lang=${lang}`);
      await open(slug);
      await page.evaluate(() => (document.querySelector('form').noValidate = true));
      await send(page);
      await assertReachable(page, 'without a number', { least: 18 });
      for (const [target, least] of [
        [`${slug}/thanks`, 0],
        [`${slug}/thanks?kiosk=30`, 1],
        [closed, 0],
        ['nothing', 0],
        [`${slug}?i=cut`, 0],
      ]) {
        await open(target);
        await assertReachable(page, target, { least });
      }
      await open(`${slug}?kiosk=30`);
      await assertReachable(page, 'a kiosk', { least: 18 });
      await page.locator('label:has([name=score][value="9"])').tap();
      await page.evaluate(() => (document.getElementById('still').hidden = false));
      await assertReachable(page, 'whether somebody is there', { within: '#still' });
      await page.tap('#still button');
      await context.setOffline(true);
      await page.tap('form button');
      await page.waitForSelector('.kept:visible');
      await assertReachable(page, 'the thanks of a kiosk without a connection');
      await context.setOffline(false);
      await context.close();
    });
});
