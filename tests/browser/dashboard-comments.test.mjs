// What people wrote, in the dashboard: it is what the API says, what is done is done, and nothing of it runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { MARKUP, assertTame, judgeAll, texts, useDesk } from './desk.mjs';
import { until } from './harness.mjs';

const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const lines = (survey, n, score, comment) =>
  Array.from({ length: n }, (_, i) => ({ survey, score, comment: `${comment} ${i}`, answered_at: at(60 + i) }));

const desk = useDesk(async (daemon) => {
  const questions = [{ key: 'why', type: 'text', text: { en: 'Why?' } }];
  await daemon.survey('shop', { metric: 'nps', questions, properties: ['plan'] });
  await daemon.load([
    ...lines('shop', 20, 2, 'no refund came'),
    ...lines('shop', 25, 9, 'quick and friendly'),
    {
      survey: 'shop',
      score: 7,
      comment: 'مرحبا',
      answers: { why: 'because' },
      touchpoint: 'receipt',
      answered_at: at(5),
    },
  ]);
  await daemon.survey('live', { metric: 'nps' });
  await daemon.load([{ survey: 'live', score: 5, comment: 'the first', answered_at: at(9) }]);
  await daemon.survey('bare', { metric: 'csat' });
  await daemon.survey('markup', { metric: 'nps', questions, properties: ['plan'] });
  await daemon.load(
    MARKUP.map((text, i) => ({
      survey: 'markup',
      score: i,
      comment: text,
      respondent: text,
      touchpoint: text.slice(0, 60),
      channel: text.slice(0, 60),
      properties: { plan: text },
      answers: { why: text },
    })),
  );
});

test('the list is the API’s, page by page', async () => {
  const page = await desk.open('/surveys/shop/comments');
  const { responses } = await desk.get('/v1/surveys/shop/comments?window=30d&excluded=false&limit=100');
  assert.equal(responses.length, 46);
  assert.deepEqual(
    await texts(page, '.response .comment'),
    responses.slice(0, 30).map(({ comment }) => comment),
  );
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('46 comments, that is all').waitFor();
  assert.deepEqual(
    await texts(page, '.response .comment'),
    responses.map(({ comment }) => comment),
  );
  assert.deepEqual(
    await texts(page, '.response .score-chip b'),
    responses.map(({ score }) => String(score)),
  );
  assert.equal(await page.locator('.response .comment').first().getAttribute('dir'), 'auto');
  assert.deepEqual(await texts(page, '.response .answers dd'), ['because']);
  await judgeAll(page, 'a list of comments');
  await page.context().close();
});

test('what is searched for is marked, and the band and the order are the API’s', async () => {
  const page = await desk.open('/surveys/shop/comments?q=refund+OR+quick&band=detractors&order=oldest');
  const query = 'window=30d&excluded=false&q=refund+OR+quick&band=detractors&order=oldest&limit=30';
  const { responses } = await desk.get(`/v1/surveys/shop/comments?${query}`);
  assert.deepEqual(
    await texts(page, '.response .comment'),
    responses.map(({ comment }) => comment),
  );
  assert.deepEqual([...new Set(await texts(page, 'mark'))], ['refund']);
  await page.getByRole('searchbox').fill('friendly');
  await page.keyboard.press('Enter');
  await page.getByText('No comment says this').waitFor();
  await judgeAll(page, 'no comment');
  await page.goBack();
  await page.locator('mark').first().waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'refund OR quick');
  await page.context().close();
});

test('terms are the API’s, and one that is pressed is searched for', async () => {
  const page = await desk.open('/surveys/shop/comments');
  const said = await desk.get('/v1/surveys/shop/comments/terms?window=30d&band=detractors&limit=15');
  assert.ok(said.terms.length > 0);
  await page.locator('.terms li').first().waitFor();
  assert.deepEqual(
    await texts(page, '.term'),
    said.terms.map(({ term }) => term),
  );
  assert.deepEqual(
    await texts(page, '.term-row .number'),
    said.terms.map(({ count }) => String(count)),
  );
  const [first] = said.terms;
  await page.locator('.terms summary').first().click();
  assert.deepEqual(
    await texts(page, '.terms li:first-child blockquote p:first-child'),
    first.examples.map(({ comment }) => comment),
  );
  await page.locator('button.term').first().click();
  await page.locator('mark').first().waitFor();
  const url = new URL(page.url());
  assert.deepEqual([url.searchParams.get('q'), url.searchParams.get('band')], [`"${first.term}"`, 'detractors']);
  await page.context().close();
});

test('a response is excluded with a reason, taken back, and restored', async () => {
  const page = await desk.open('/surveys/shop/comments?order=highest');
  const card = page.locator('.response').first();
  const id = await card.getAttribute('data-id');
  const stored = () => desk.get(`/v1/surveys/shop/responses/${id}`);
  await card.getByRole('button', { name: 'Exclude' }).click();
  await page.getByLabel('Why', { exact: true }).fill('<b>a test</b>');
  await page.keyboard.press('Enter');
  await card.getByText('Does not count').waitFor();
  const excluded = await stored();
  assert.deepEqual([excluded.excluded, excluded.excluded_reason], [true, '<b>a test</b>']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await until(stored, ({ excluded }) => excluded === undefined);
  await card.getByRole('button', { name: 'Exclude' }).click();
  await page.keyboard.press('Enter');
  await card.getByRole('button', { name: 'Restore' }).click();
  await until(stored, ({ excluded }) => excluded === undefined);
  await assertTame(page);
  await page.context().close();
});

test('the file has what the search has', async () => {
  const page = await desk.open('/surveys/shop/comments?q=refund');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download these comments as CSV' }).click(),
  ]);
  const rows = fs
    .readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  const { responses } = await desk.get('/v1/surveys/shop/comments?window=30d&excluded=false&q=refund&limit=500');
  assert.equal(rows[0].split(',')[0], 'id');
  assert.deepEqual(
    rows.slice(1).map((row) => row.split(',')[0]),
    responses.map(({ id }) => id),
  );
  await page.context().close();
});

test('new comments are told of, and shown when asked for', async () => {
  const page = await desk.open('/surveys/live/comments');
  await page.locator('.live[data-state=live]').waitFor();
  assert.deepEqual(await texts(page, '.response .comment'), ['the first']);
  for (const comment of ['one more', 'another <b>one</b>']) await desk.daemon.post('live', { score: 9, comment });
  await page.getByRole('button', { name: '2 new comments' }).waitFor();
  assert.deepEqual(await texts(page, '.response .comment'), ['the first'], 'nothing moves by itself');
  await judgeAll(page, 'new comments are told of');
  await page.getByRole('button', { name: '2 new comments' }).click();
  assert.deepEqual(await texts(page, '.response .comment'), ['another <b>one</b>', 'one more', 'the first']);
  await page.getByRole('button', { name: 'Live' }).click();
  await page.locator('.live[data-state=paused]').waitFor();
  await desk.daemon.post('live', { score: 9, comment: 'unheard' });
  await page.getByRole('button', { name: 'Paused' }).click();
  await page.getByRole('button', { name: '1 new comment' }).waitFor();
  await assertTame(page);
  await page.context().close();
});

test('nothing that was written runs', async () => {
  const page = await desk.open('/surveys/markup/comments');
  assert.deepEqual(new Set(await texts(page, '.response .comment')), new Set(MARKUP));
  await page.locator('summary', { hasText: 'Details' }).first().click();
  await assertTame(page);
  await desk.go(page, `/surveys/markup/comments?q=${encodeURIComponent('"ran"')}`);
  await page.locator('mark').first().waitFor();
  await assertTame(page);
  await desk.go(page, `/surveys/markup/comments?touchpoint=${encodeURIComponent(MARKUP[0].slice(0, 60))}`);
  await assertTame(page);
  await page.context().close();
});

test('its states: nothing yet, a search that makes no sense, nobody signed in, no right, no server', async () => {
  const page = await desk.open('/surveys/bare/comments');
  await page.getByText('No comments in this time').waitFor();
  await judgeAll(page, 'no comments yet');
  await desk.go(page, '/surveys/shop/comments?q=(');
  await page.getByText('This address cannot be read').first().waitFor();
  await judgeAll(page, 'a search that makes no sense');
  await desk.go(page, '/surveys/nothing/comments');
  await page.getByText('There is nothing here').waitFor();
  await judgeAll(page, 'no such survey');
  await desk.go(page, '/surveys/shop/comments');
  await page.route('**/v1/surveys/shop/comments?*', (route) => route.abort());
  await page.getByLabel('Order').selectOption('oldest');
  await page.getByText('No connection to the server').first().waitFor();
  await judgeAll(page, 'no server');
  await page.context().close();

  const reader = await desk.open('/surveys/shop/comments', { scopes: ['read'] });
  assert.equal(await reader.getByRole('button', { name: 'Exclude' }).count(), 0, 'what may not be done is not offered');
  await reader.context().close();
});
