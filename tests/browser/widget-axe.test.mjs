// What axe-core has against the widget, in every state of it, in each mode, in both themes and directions: nothing. It
// judges the page with the widget on it, so that what the widget adds to it counts too. And what it does not see: how
// the widget is at 400 %, and on a phone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { launch } from './harness.mjs';
import { ENLARGED, assertReachable } from './reach.mjs';
import { box, choose, edge, embed, listen, openShop, point, widget, words } from './widget.mjs';

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
    required: true,
  },
  {
    key: 'features',
    type: 'choices',
    text: { en: 'Which do you use?', ar: 'ماذا تستخدم؟' },
    options: [{ value: 'a', text: { en: 'Alerts', ar: 'التنبيهات' } }],
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' }, high_label: { en: 'Easy' } },
  { key: 'wish', type: 'text', text: { en: 'What next?' } },
];
const LOOKS = { csat: ['numbers', 'stars', 'smileys', 'thumbs'], ces: ['numbers', 'stars'], nps: ['numbers'] };

let daemon, browser, shop;
before(async () => {
  daemon = await start();
  const texts = { en: { question: 'Would you recommend us?' }, ar: { question: 'هل توصي بنا؟' } };
  for (const metric of Object.keys(LOOKS)) await daemon.survey(metric, { metric, texts });
  await daemon.survey('further', { metric: 'nps', texts, questions: QUESTIONS });
  browser = await launch();
  shop = await openShop();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await daemon?.stop();
});

for (const colorScheme of ['light', 'dark'])
  for (const locale of ['en', 'ar'])
    describe(`axe-core finds nothing: ${colorScheme}, ${locale}`, () => {
      let context, page;
      before(async () => {
        context = await browser.newContext({ colorScheme, viewport: { width: 400, height: 800 } });
        page = await listen(context);
      });
      after(() => context?.close());
      const show = async (options) => {
        const head = '<style>:root { color-scheme: light dark }</style>';
        await page.goto(shop.open(embed(daemon, { locale, every: 0, ...options }, { lang: locale, head })));
      };
      const forward = () => widget(page).locator('.foot button[part]').click();

      for (const mode of ['corner', 'modal', 'inline', 'button'])
        test(mode, async () => {
          await show({ survey: 'nps', mode });
          if (mode === 'button') {
            await edge(page).waitFor();
            await judge(page, 'a button at the edge', { within: 'cxd-widget', isPage: false });
            await edge(page).click();
          }
          await point(page, 5).waitFor();
          await judge(page, 'the scale', { isPage: mode !== 'corner' && mode !== 'button', within: 'cxd-widget' });
          await choose(page, 9);
          await widget(page).locator('textarea').waitFor();
          await judge(page, 'chosen, and a comment', { within: 'cxd-widget', isPage: false });
          await widget(page).locator('textarea').fill('words');
          await forward();
          await widget(page).locator('textarea').waitFor({ state: 'detached' });
          await judge(page, 'thanks', { within: 'cxd-widget', isPage: false });
        });

      for (const [survey, looks] of Object.entries(LOOKS))
        for (const look of looks)
          test(`${survey} as ${look}`, async () => {
            await show({ survey, look, mode: 'inline' });
            await point(page, survey === 'ces' ? 1 : 5).waitFor();
            await judge(page, 'the scale', { within: 'cxd-widget', isPage: false });
          });

      test('each kind of question, one that is missing, and no connection', async () => {
        await show({ survey: 'further', mode: 'inline' });
        await choose(page, 3);
        await box(page).locator('.list').waitFor();
        await forward();
        await judge(page, 'a choice, which is missing', { within: 'cxd-widget', isPage: false });
        await box(page).locator('.list label').last().click();
        await box(page).locator('[placeholder]').fill('other');
        await judge(page, 'a choice, other', { within: 'cxd-widget', isPage: false });
        await forward();
        await box(page).locator('.list label').first().click();
        await judge(page, 'choices', { within: 'cxd-widget', isPage: false });
        await forward();
        await choose(page, 6);
        await judge(page, 'a scale', { within: 'cxd-widget', isPage: false });
        await forward();
        await judge(page, 'words', { within: 'cxd-widget', isPage: false });
        await forward();
        await context.setOffline(true);
        await box(page).locator('textarea').fill('a comment');
        await forward();
        await judge(page, 'no connection', { within: 'cxd-widget', isPage: false });
        await context.setOffline(false);
      });
    });

for (const locale of ['en', 'ar'])
  describe(`at 400 % all is there, and can be pressed: ${locale}`, () => {
    let context, page;
    before(async () => {
      context = await browser.newContext({ ...ENLARGED, hasTouch: true });
      page = await listen(context);
    });
    after(() => context?.close());
    const head = '<meta name="viewport" content="width=device-width">';
    const show = (options) =>
      page.goto(shop.open(embed(daemon, { locale, every: 0, ...options }, { lang: locale, head })));
    const reach = (state, least) => assertReachable(page, state, { within: 'cxd-widget', least });
    const forward = () => widget(page).locator('.foot button[part]').press('Enter'); // two taps are one
    const thanked = () => box(page).locator('.foot').waitFor({ state: 'hidden' });

    for (const mode of ['corner', 'modal', 'inline', 'button'])
      test(mode, async () => {
        await show({ survey: 'further', mode });
        if (mode === 'button') {
          await edge(page).waitFor();
          await reach('a button at the edge');
          await edge(page).tap();
        }
        await point(page, 5).waitFor();
        await reach('the scale', 11);
        const names = await widget(page)
          .getByRole('radio', { name: locale === 'en' ? /^\d+ out of 10/ : /^\d+ من 10/ })
          .count();
        assert.equal(names, 11, 'each says of how many it is');
        await point(page, 3).tap();
        await box(page).locator('.list').waitFor();
        await forward();
        await reach('a choice, which is missing', 5);
        await box(page).locator('.list label').last().tap();
        await box(page).locator('[placeholder]').fill('other');
        await reach('a choice, other', 6);
        await forward();
        await reach('choices', 3);
        await forward();
        await point(page, 4).waitFor();
        await reach('a scale of seven', 9);
        const lines = await box(page)
          .locator('.row label')
          .evaluateAll((all) => new Set(all.map((one) => one.offsetTop)).size);
        assert.equal(lines, 1, 'seven stand in a row');
        await forward();
        await reach('words', 3);
        await forward();
        await context.setOffline(true);
        await words(page).fill('words '.repeat(40));
        await reach('a comment', 3);
        await forward();
        await thanked();
        await reach('thanks, and no connection', mode === 'inline' ? 0 : 1);
        await context.setOffline(false);
        await page.waitForFunction(() => !window.unsent());
        if (mode === 'inline') return;
        await box(page).locator('.x').tap();
        await box(page).waitFor({ state: 'detached' });
      });

    for (const look of locale === 'en' ? ['stars', 'smileys', 'thumbs'] : [])
      test(look, async () => {
        await show({ survey: 'csat', look });
        await point(page, 5).waitFor();
        await reach(look, look === 'thumbs' ? 3 : 6);
      });
  });
