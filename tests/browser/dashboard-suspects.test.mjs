// Suspects, in the dashboard: why, and what becomes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKUP, assertTame, judgeAll, texts, useDesk } from './desk.mjs';
import { until } from './harness.mjs';

const flagged = async (slug) =>
  (await desk.get(`/v1/surveys/${slug}/responses?flagged=true&limit=100`)).responses.map(({ id }) => id);

const desk = useDesk(async (daemon) => {
  for (const slug of ['shop', 'all', 'none']) await daemon.survey(slug, { metric: 'nps' });
  for (let i = 0; i < 6; i++) await daemon.post('shop', { score: i, comment: `robot ${i}`, further_remarks: 'x' });
  for (const text of MARKUP.slice(0, 4)) await daemon.post('all', { score: 3, comment: text, further_remarks: text });
});

test('they are the API’s, with the reasons; one is let count, one kept out, two at once', async () => {
  const page = await desk.open('/surveys/shop/suspects');
  const before = await flagged('shop');
  assert.deepEqual(await page.locator('.response').evaluateAll((all) => all.map((one) => one.dataset.id)), before);
  await page.getByText('Filled in the trap').first().waitFor();
  await judgeAll(page, 'suspects');

  await page.locator('.response').first().getByRole('button', { name: 'Let it count' }).click();
  await until(
    () => flagged('shop'),
    (now) => now.length === 5,
  );
  assert.equal((await desk.get('/v1/surveys/shop/score?window=all')).n, 1);

  const kept = await page.locator('.response').first().getAttribute('data-id');
  await page.locator('.response').first().getByRole('button', { name: 'Keep out' }).click();
  await page.getByLabel('Why', { exact: true }).fill('our own test');
  await page.keyboard.press('Enter');
  await page.getByText('4 suspects shown, that is all').waitFor();
  const response = await desk.get(`/v1/surveys/shop/responses/${kept}`);
  assert.deepEqual([response.excluded, response.excluded_reason], [true, 'our own test']);

  await page.locator('.response input[type=checkbox]').nth(0).check();
  await page.locator('.response input[type=checkbox]').nth(1).check();
  await page.getByRole('button', { name: 'Let them count' }).click();
  await until(
    () => flagged('shop'),
    (now) => now.length === 3,
  );
  await page.getByText('2 suspects shown, that is all').waitFor();
  assert.equal((await desk.get('/v1/surveys/shop/score?window=all')).n, 3);

  await page.getByLabel('Also those kept out').check();
  await page.getByText('our own test').waitFor();
  assert.equal(await page.locator('.response').count(), 3);
  await page.context().close();
});

test('all of a time are let count, and nothing of them runs', async () => {
  const page = await desk.open('/surveys/all/suspects');
  assert.deepEqual(new Set(await texts(page, '.response .comment')), new Set(MARKUP.slice(0, 4)));
  await assertTame(page);
  await page.getByRole('button', { name: 'Let all count' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Let all count' }).click();
  await page.getByText('No suspects').waitFor();
  assert.deepEqual(await flagged('all'), []);
  assert.equal((await desk.get('/v1/surveys/all/score?window=all')).n, 4);
  await judgeAll(page, 'no suspects');
  await page.context().close();
});

test('who may only look is offered nothing else', async () => {
  const page = await desk.open('/surveys/shop/suspects', { scopes: ['read'] });
  await page.getByText('Your key may look at these, and change nothing.').waitFor();
  assert.equal(await page.locator('.response input, .bulk input').count(), 0);
  assert.equal(await page.getByRole('button', { name: /count/ }).count(), 0);
  await judgeAll(page, 'suspects for who may look');
  await page.context().close();
});
