// The page of a survey in a real browser: with script and without, by mouse, keyboard and touch, once however often it
// is sent. What axe-core has against it is asked in survey-page-axe.test.mjs.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';

const TEXTS = {
  en: { question: 'Would you recommend us?', low_label: 'Never', high_label: 'Always', thanks: 'Thanks!' },
  ar: { question: 'هل توصي بنا؟' },
};

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
  const slug = `s${++number}`;
  await daemon.survey(slug, { metric: 'nps', texts: TEXTS, ...definition });
  return slug;
};
const stored = async (slug) => (await daemon.admin('GET', `/v1/surveys/${slug}/responses`)).json.responses;

for (const javaScriptEnabled of [true, false])
  describe(`the page ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    let context, page, slug;
    beforeEach(async () => {
      context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 }, hasTouch: true });
      page = await context.newPage();
      slug = await survey();
    });
    afterEach(() => context.close());
    const open = (query = '') => page.goto(`${daemon.url}/s/${slug}${query}`);
    const thanked = () => page.waitForURL(/\/thanks/);
    const send = () => page.click('button');

    test('is answered by mouse, from the score of a link, and may be loaded and sent again', async () => {
      await open('?score=9&touchpoint=receipt');
      assert.equal(await page.isChecked('input[value="9"]'), true);
      await page.fill('textarea', 'quick');
      await send();
      await thanked();
      assert.equal(await page.textContent('h1'), 'Thanks!');
      await page.reload();
      await page.goBack();
      await page.fill('textarea', 'quick, and friendly');
      await send();
      await thanked();
      const all = await stored(slug);
      assert.equal(all.length, 1);
      assert.deepEqual(
        [all[0].score, all[0].comment, all[0].touchpoint, all[0].flags],
        [9, 'quick, and friendly', 'receipt', undefined],
      );
    });

    test('is one answer where it is loaded again before it is sent, and another on a later visit', async () => {
      await open();
      const id = await page.getAttribute('input[name=id]', 'value');
      await page.reload();
      assert.equal(await page.getAttribute('input[name=id]', 'value'), id);
      await page.check('input[value="3"]', { force: true });
      await send();
      await thanked();
      await open();
      assert.notEqual(await page.getAttribute('input[name=id]', 'value'), id);
      await page.check('input[value="4"]', { force: true });
      await send();
      await thanked();
      assert.deepEqual((await stored(slug)).map(({ score }) => score).sort(), [3, 4]);
    });

    test('is answered by keyboard alone', async () => {
      await open();
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Tab');
      await page.keyboard.type('typed');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await thanked();
      const [{ score, comment, flags }] = await stored(slug);
      assert.deepEqual([comment, flags], ['typed', undefined], 'no key leads to the honeypot');
      assert.ok(score === 1 || score === 2, `${score}`);
    });

    test('is answered by touch, and sent once by two', async () => {
      await open();
      await page.tap('label:has(input[value="10"])');
      const button = page.locator('button');
      await button.dblclick({ noWaitAfter: true });
      await thanked();
      const all = await stored(slug);
      assert.deepEqual(
        all.map(({ score }) => score),
        [10],
      );
    });

    test('is sent again where sending it was stopped', async () => {
      let stopped = 0;
      await page.clock.install();
      await page.route(/lang=/, (route) => (stopped++ === 0 ? route.abort('aborted') : route.continue()));
      await open('?score=4');
      const failed = page.waitForEvent('requestfailed');
      await send();
      await failed;
      await page.clock.fastForward(10_000);
      await send();
      await thanked();
      assert.equal((await stored(slug)).length, 1);
    });

    test('without a number is not sent', async () => {
      await open();
      await send();
      assert.match(page.url(), new RegExp(`/s/${slug}$`));
      assert.deepEqual(await stored(slug), []);
    });

    test('fits a screen of 320 pixels, and a text of twice the size', async () => {
      await open();
      const widths = () => page.locator('html').evaluate((root) => [root.scrollWidth, root.clientWidth]);
      for (const width of [320, 256]) {
        await page.setViewportSize({ width, height: 640 });
        const [needed, there] = await widths();
        assert.ok(needed <= there, `${needed} of ${there} at ${width}`);
      }
      for (const box of await page.locator('.point').all()) {
        const { width, height } = await box.boundingBox();
        assert.ok(width >= 24 && height >= 24, `${width} × ${height}`);
      }
    });
  });

const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was it?' },
    options: [
      { value: 'price', text: { en: 'The price' } },
      { value: 'speed', text: { en: 'The speed' } },
    ],
    other: true,
    required: true,
    show: { band: ['detractors'] },
  },
  {
    key: 'why',
    type: 'text',
    text: { en: 'Why that?' },
    required: true,
    show: { answer: { key: 'reason', in: ['price'] } },
  },
  {
    key: 'features',
    type: 'choices',
    text: { en: 'Which do you use?' },
    options: [{ value: 'a', text: { en: 'Alerts' } }],
    show: { band: ['promoters'] },
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' }, high_label: { en: 'Easy' } },
];

test('long words and long texts fit a screen of 320 pixels, in either direction', async () => {
  const word = 'Donaudampfschifffahrtsgesellschaft'.repeat(4);
  const text = 'One word after another '.repeat(8).trim();
  const slug = await survey({
    texts: { en: { question: word, low_label: word, high_label: word, comment_prompt: word, thanks: word } },
    questions: [
      {
        key: 'choice',
        type: 'choice',
        text: { en: word },
        options: [
          { value: 'a', text: { en: word } },
          { value: 'b', text: { en: text } },
        ],
        other: true,
      },
      { key: 'words', type: 'text', text: { en: word } },
    ],
  });
  await daemon.survey(`${slug}ar`, { metric: 'nps', texts: { ar: { question: word } }, questions: QUESTIONS });
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  for (const target of [slug, `${slug}/thanks`, `${slug}ar`]) {
    await page.goto(`${daemon.url}/s/${target}`);
    const [needed, there] = await page.locator('html').evaluate((root) => [root.scrollWidth, root.clientWidth]);
    assert.ok(needed <= there, `${needed} of ${there}: ${target}`);
  }
  const words = page.locator('.words').first();
  assert.equal(await words.evaluate((field) => getComputedStyle(field).direction), 'rtl', 'an empty field in Arabic');
  await page.goto(`${daemon.url}/s/${slug}`);
  const lefts = await page
    .locator('.tick')
    .nth(1)
    .evaluate((option) => {
      const range = document.createRange();
      range.selectNodeContents(option);
      return [...new Set([...range.getClientRects()].map(({ left }) => Math.round(left)))];
    });
  assert.equal(lefts.length, 1, `lines of an option begin below each other: ${lefts}`);
  await context.close();
});

for (const javaScriptEnabled of [true, false])
  test(`further questions ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const slug = await survey({ questions: QUESTIONS });
    const shown = async () => {
      const keys = [];
      for (const one of await page.locator('.question').all())
        if (await one.isVisible()) keys.push(await one.getAttribute('data-key'));
      return keys;
    };
    const choose = (name, value) => page.locator(`label:has([name="${name}"][value="${value}"])`).click();
    // What hangs on an answer no style sheet can hide; a word says so.
    const always = javaScriptEnabled ? [] : ['why'];
    await page.goto(`${daemon.url}/s/${slug}`);
    assert.deepEqual(await shown(), [...always, 'ease']);
    assert.equal(await page.locator('.hint:visible').count(), always.length);
    await choose('score', 10);
    assert.deepEqual(await shown(), [...always, 'features', 'ease']);
    await choose('answer.features', 'a');
    await choose('score', 2);
    assert.deepEqual(await shown(), ['reason', ...always, 'ease']);
    if (javaScriptEnabled) {
      await page.click('button');
      assert.match(page.url(), new RegExp(`/s/${slug}$`), 'what must be answered is asked for');
      await page.fill('.words', 'something');
      assert.equal(await page.isChecked('[name="answer.reason"][value="other"]'), true);
    }
    await choose('answer.reason', 'price');
    assert.deepEqual(await shown(), ['reason', 'why', 'ease']);
    if (javaScriptEnabled) await page.fill('.words', '');
    await choose('answer.reason', 'price');
    await page.fill('[name="answer.why"]', 'too much');
    await choose('answer.ease', 6);
    await page.click('button');
    await page.waitForURL(/\/thanks/);
    const [{ score, answers }] = await stored(slug);
    assert.deepEqual(
      [score, answers],
      [2, { reason: 'price', why: 'too much', ease: 6 }],
      'what was hidden is not said',
    );
    await context.close();
  });

describe('nothing that anybody says runs', () => {
  const CORPUS = [
    '<script>say()</script>',
    '"><img src=x onerror=say()>',
    '</textarea><svg onload=say()>',
    'javascript:say()',
  ];
  test('in texts, in links, and in what is shown again', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const heard = [];
    await page.exposeFunction('say', () => heard.push(page.url()));
    page.on('dialog', (dialog) => heard.push(dialog.message()) && dialog.dismiss());
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && heard.push(message.text()));
    for (const text of CORPUS) {
      const slug = await survey({
        texts: { en: { question: text, low_label: text, comment_prompt: text, thanks: text } },
      });
      const said = encodeURIComponent(text);
      await page.goto(`${daemon.url}/s/${slug}?touchpoint=${said}&property.x=${said}&lang=${said}&score=${said}`);
      assert.equal(await page.textContent('h1'), text);
      await page.evaluate(() => (document.querySelector('form').noValidate = true));
      await page.fill('textarea', text);
      await page.click('button');
      await page.waitForSelector('.error');
      assert.equal(await page.inputValue('textarea'), text);
      await page.goto(`${daemon.url}/s/${slug}/thanks`);
      await page.goto(`${daemon.url}/s/${slug}?i=${said}`);
    }
    await context.close();
    assert.deepEqual(heard, []);
  });
});
