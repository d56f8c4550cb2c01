// Of the widget what neither an answer nor a page shows: words that are limited, and what is read out in Arabic.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import { box, choose, embed, listen, openShop, point, widget } from './widget.mjs';

let daemon, browser, shop, context, page;
before(async () => {
  daemon = await start({ config: { limits: { comment_characters: 40 } } });
  browser = await launch();
  shop = await openShop();
  await daemon.survey('nps', { metric: 'nps' });
  const options = [{ value: 'price', text: { en: 'Price' } }];
  const question = { key: 'reason', type: 'choice', text: { en: 'Why?' }, options, other: true };
  await daemon.survey('why', { metric: 'nps', questions: [question] });
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await daemon?.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await listen(context);
});
afterEach(() => context.close());

test('words for other are as long as a comment may be', async () => {
  await page.goto(shop.open(embed(daemon, { survey: 'why' })));
  await choose(page, 3);
  await widget(page).getByText('Something else').click();
  const other = widget(page).getByRole('textbox');
  await other.pressSequentially('x'.repeat(50));
  assert.equal((await other.inputValue()).length, 40);
});

test('in Arabic what is read out has its own comma', async () => {
  await page.goto(shop.open(embed(daemon, { survey: 'nps', locale: 'ar' })));
  await point(page, 0).waitFor();
  const names = await box(page)
    .locator('input[type=radio]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  assert.deepEqual([names[0], names[10]], ['0 من 10، غير محتمل إطلاقًا', '10 من 10، محتمل جدًا']);
  assert.equal(names[5], '5 من 10');
});
