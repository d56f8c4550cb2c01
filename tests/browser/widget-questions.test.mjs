// Further questions in the widget: a step at a time, with a way back; shown by band and by answer, required, with
// other; and what the daemon holds of them.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import { box, button, choose, embed, listen, only, openShop, point, says, stored, widget, words } from './widget.mjs';

const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was it?', de: 'Woran lag es?' },
    options: [
      { value: 'price', text: { en: 'The price', de: 'Am Preis' } },
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
    options: [
      { value: 'a', text: { en: 'Alerts' } },
      { value: 'b', text: { en: 'Boards' } },
    ],
    other: true,
    show: { band: ['promoters'] },
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' }, high_label: { en: 'Very easy' } },
];

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
beforeEach(async () => {
  slug = `s${++number}`;
  await daemon.survey(slug, { metric: 'nps', questions: QUESTIONS });
  context = await browser.newContext();
  page = await listen(context);
});
afterEach(() => context.close());

const open = async (options = {}, more) => {
  await page.goto(shop.open(embed(daemon, { survey: slug, ...options }, more)));
  await point(page, 5).waitFor();
};
const asked = (text) => widget(page).getByText(text, { exact: true }).waitFor();
const tick = (name) => widget(page).locator('label').filter({ hasText: name }).click();
const next = () => button(page, 'Next').click();
const back = () => button(page, 'Back').click();
const field = () => widget(page).locator('.words:visible, textarea:visible, [placeholder]:visible').last();

test('a detractor: a choice, what hangs on it, a scale, a comment', async () => {
  await open();
  await choose(page, 2);
  await asked('What was it?');
  await tick('The price');
  await next();
  await asked('Why that?');
  await field().fill('too much');
  await next();
  await asked('How easy was it?');
  await choose(page, 6);
  await next();
  await words(page).fill('that is all');
  await button(page, 'Send').click();
  await asked('Thank you for your answer!');
  await only(
    daemon,
    slug,
    { score: 2, comment: 'that is all', answers: { reason: 'price', why: 'too much', ease: 6 } },
    page,
  );
});

test('a promoter: several, with other', async () => {
  await open();
  await choose(page, 10);
  await asked('Which do you use?');
  await tick('Boards');
  await tick('Alerts');
  await tick('Something else');
  await field().fill('the API');
  await next();
  await asked('How easy was it?');
  await next();
  await button(page, 'Send').click();
  const { answers } = await only(daemon, slug, { score: 10 }, page);
  assert.deepEqual(Object.keys(answers), ['features']);
  assert.deepEqual(
    new Set(answers.features.map((one) => one.other ?? one)),
    new Set(['a', 'b', 'the API']),
    JSON.stringify(answers),
  );
});

test('what must be answered is asked for, in words that are read out', async () => {
  await open();
  await choose(page, 0);
  await asked('What was it?');
  await next();
  await asked('Please answer this question.');
  const error = widget(page).getByText('Please answer this question.', { exact: true });
  assert.equal(await error.evaluate((one) => one.closest('[role=alert], [aria-live]') !== null), true);
  await tick('Something else');
  await next();
  await asked('What was it?');
  await field().fill('the weather');
  await next();
  await asked('How easy was it?');
  await next();
  await button(page, 'Send').click();
  await only(daemon, slug, { score: 0, answers: { reason: { other: 'the weather' } } }, page);
});

test('back: answers are still there, and what no longer applies is not said', async () => {
  await open();
  await choose(page, 2);
  await asked('What was it?');
  await tick('The price');
  await next();
  await asked('Why that?');
  await field().fill('too much');
  await back();
  await asked('What was it?');
  assert.equal(await widget(page).getByRole('radio', { name: 'The price' }).isChecked(), true);
  await tick('The speed');
  await next();
  await asked('How easy was it?');
  await back();
  await back();
  await point(page, 8).waitFor();
  await choose(page, 8);
  await asked('How easy was it?');
  await next();
  await button(page, 'Send').click();
  const { answers } = await only(daemon, slug, { score: 8 }, page);
  assert.equal(answers, undefined);
});

test('a score that is chosen alone is an answer, whatever else is not answered', async () => {
  await open();
  await choose(page, 1);
  await says(page, 'scored');
  await asked('What was it?');
  await button(page, 'Close').click();
  await box(page).waitFor({ state: 'detached' });
  await only(daemon, slug, { score: 1, answers: undefined }, page);
});

test('answers that were given are not lost, where the page is left in between', async () => {
  await open();
  await choose(page, 1);
  await asked('What was it?');
  await tick('The speed');
  await next();
  await asked('How easy was it?');
  await choose(page, 2);
  await page.goto('about:blank');
  await only(daemon, slug, { score: 1, answers: { reason: 'speed', ease: 2 } });
});

test('by keyboard alone', async () => {
  await open({ mode: 'modal' });
  await point(page, 1).locator('input').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await asked('What was it?');
  const held = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.outerHTML ?? '');
  const tabTo = async (what) => {
    for (let i = 0; i < 12 && !what.test(await held()); i++) await page.keyboard.press('Tab');
    assert.match(await held(), what);
  };
  await tabTo(/type="radio"/);
  await page.keyboard.press('Space');
  await tabTo(/>Next</);
  await page.keyboard.press('Enter');
  await asked('Why that?');
  await tabTo(/<textarea/);
  await page.keyboard.type('typed');
  await tabTo(/>Next</);
  await page.keyboard.press('Enter');
  await asked('How easy was it?');
  await tabTo(/>Next</);
  await page.keyboard.press('Enter');
  await tabTo(/>Send</);
  await page.keyboard.press('Enter');
  await asked('Thank you for your answer!');
  await only(daemon, slug, { score: 1, answers: { reason: 'price', why: 'typed' } }, page);
});

test('in the language of the page, an option without one in that of another', async () => {
  await open({ locale: 'de' });
  await choose(page, 2);
  await asked('Woran lag es?');
  await tick('The speed');
  await button(page, 'Weiter').click();
  await asked('How easy was it?');
  await only(daemon, slug, { score: 2 });
});

test('a survey that was changed meanwhile: answered as it was asked', async () => {
  await open();
  await choose(page, 2);
  await asked('What was it?');
  await daemon.survey(slug, { metric: 'nps', questions: QUESTIONS.slice(2) });
  await tick('The speed');
  await next();
  await asked('How easy was it?');
  await next();
  await button(page, 'Send').click();
  await asked('Thank you for your answer!');
  await only(daemon, slug, { score: 2, answers: { reason: 'speed' } }, page);
});

describe('all of the answers', () => {
  test('are one response, however many steps it took', async () => {
    await open();
    await choose(page, 1);
    await asked('What was it?');
    for (let i = 0; i < 3; i++) {
      await tick(i % 2 ? 'The price' : 'The speed');
      await next();
      await back();
    }
    await page.goto('about:blank');
    await only(daemon, slug, { score: 1 });
    assert.equal((await stored(daemon, slug)).length, 1);
  });
});
