// The editor of surveys: what is typed is stored, what is wrong is said where it is, and nobody's work is lost.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, start } from '../http/harness.mjs';
import { MARKUP, assertTame, judgeAll, signIn, texts, useDesk } from './desk.mjs';
import { until } from './harness.mjs';

const SHOP = {
  name: 'Shop',
  metric: 'nps',
  texts: { en: { question: 'Would you recommend us?' }, ar: { question: 'هل توصي بنا؟' } },
  questions: [
    { key: 'why', type: 'choice', text: { en: 'Why?' }, options: [{ value: 'price', text: { en: 'The price' } }] },
  ],
};
const desk = useDesk(async (daemon) => {
  for (const slug of ['shop', 'two', 'wrong', 'lost', 'gone']) await daemon.survey(slug, SHOP);
  await daemon.survey('answered', SHOP);
  await daemon.post('answered', { score: 9, answers: { why: 'price' } });
  const markup = Object.fromEntries(
    ['question', 'low_label', 'high_label', 'thanks'].map((key, i) => [key, MARKUP[i]]),
  );
  await daemon.survey('markup', {
    metric: 'nps',
    name: MARKUP[0],
    texts: { en: markup },
    questions: [
      { key: 'a', type: 'choice', text: { en: MARKUP[1] }, options: [{ value: 'x', text: { en: MARKUP[3] } }] },
    ],
  });
});
const stored = (slug) => desk.get(`/v1/surveys/${slug}`);
const question = (page) => page.locator('[name="/texts/en/question"]');
const preview = (page) => page.locator('cxd-widget');

test('a survey is made with a name and a question', async () => {
  const page = await desk.open('/surveys/new');
  await preview(page).getByText('How likely are you to recommend us').first().waitFor();
  await judgeAll(page, 'a new survey');
  await page.locator('[name="/name"]').fill('After the call');
  assert.equal(await page.locator('[name=slug]').inputValue(), 'after-the-call');
  await question(page).fill('How was the call?');
  await page.locator('[name="/metric"]').selectOption('csat');
  await page.getByRole('button', { name: 'Free text' }).click();
  await page.locator('[name="/questions/0/text/en"]').fill('What went wrong?');
  await page.locator('[name="/questions/0/key"]').fill('wrong');
  await page.getByRole('button', { name: 'Create the survey' }).click();
  await page.waitForURL(/\/surveys\/after-the-call\/share/);
  const made = await stored('after-the-call');
  assert.deepEqual([made.metric, made.name, made.texts.en.question], ['csat', 'After the call', 'How was the call?']);
  assert.deepEqual(
    made.questions.map(({ key, type, text }) => [key, type, text]),
    [['wrong', 'text', { en: 'What went wrong?' }]],
  );
  await page.context().close();
});

test('what is typed is seen in the preview, in each language, and stored', async () => {
  const page = await desk.open('/surveys/shop/edit');
  await question(page).fill('Really, would you?');
  await preview(page).getByText('Really, would you?').waitFor();
  await page.getByLabel('Language', { exact: true }).last().selectOption('ar');
  await preview(page).getByText('هل توصي بنا؟').waitFor();
  await judgeAll(page, 'an editor in Arabic');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved, revision 2').waitFor();
  const now = await stored('shop');
  assert.deepEqual([now.texts.en.question, now.texts.ar.question], ['Really, would you?', 'هل توصي بنا؟']);
  assert.equal((await desk.get('/v1/surveys/shop/responses')).responses.length, 0, 'a preview sends nothing');
  await assertTame(page);
  await page.context().close();
});

test('what is wrong is said at its field, and nothing is stored', async () => {
  const page = await desk.open('/surveys/wrong/edit');
  const before = await stored('wrong');
  await page.locator('[name="/questions/0/options/0/value"]').fill('no blanks here');
  await page.getByText('It waits for what has to be mended').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[name="/questions/0/options/0/value"][aria-invalid=true]').waitFor();
  await page.getByText('One thing has to be mended').waitFor();
  await judgeAll(page, 'an editor with an error');
  await page.locator('.edit-top a').click();
  assert.equal(
    await page.evaluate(() => document.activeElement.name),
    '/questions/0/options/0/value',
    'its link leads to it',
  );
  assert.deepEqual(await stored('wrong'), before);
  await page.context().close();
});

test('two tabs: both versions are shown, and what each of them changed is kept', async () => {
  const [one, two] = [await desk.open('/surveys/two/edit'), await desk.open('/surveys/two/edit')];
  await question(one).fill('The first?');
  await one.getByRole('button', { name: 'Save' }).click();
  await one.getByText('Saved, revision 2').waitFor();
  await question(two).fill('The second?');
  await two.locator('[name="/name"]').fill('Renamed');
  await two.getByRole('button', { name: 'Save' }).click();
  await two.getByText('Somebody else changed this survey meanwhile').waitFor();
  assert.equal((await stored('two')).texts.en.question, 'The first?', 'nothing is overwritten');
  await judgeAll(two, 'a conflict');
  const pair = two.locator('[data-pointer="/texts/en/question"]');
  assert.deepEqual(await texts(two, '[data-pointer="/texts/en/question"] [dir=auto]'), ['The second?', 'The first?']);
  await pair.getByRole('radio').nth(1).check();
  await two.getByRole('button', { name: 'Take what is chosen' }).click();
  assert.equal(await question(two).inputValue(), 'The first?');
  assert.equal(await two.locator('[name="/name"]').inputValue(), 'Renamed');
  await two.getByRole('button', { name: 'Save' }).click();
  await until(
    () => stored('two'),
    ({ name }) => name === 'Renamed',
  );
  assert.equal((await stored('two')).texts.en.question, 'The first?');
  await one.context().close();
  await two.context().close();
});

test('what is fixed is shown as fixed, and why', async () => {
  const page = await desk.open('/surveys/answered/edit');
  for (const name of ['/metric', '/scale', '/questions/0/type', '/questions/0/key'])
    assert.equal(await page.locator(`[name="${name}"]`).isDisabled(), true, name);
  await page.getByText('Fixed: there are answers.').first().waitFor();
  await page.context().close();
});

test('what is not saved is not lost', async () => {
  const page = await desk.open('/surveys/lost/edit');
  await question(page).fill('Half a th');
  await page.getByRole('link', { name: 'Alerts' }).first().click();
  await page.getByText('Leave without saving?').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await question(page).inputValue(), 'Half a th');
  await page.getByRole('link', { name: 'Alerts' }).first().click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(/\/alerts$/);
  await desk.go(page, '/surveys/lost/edit');
  await page.getByText('These are changes that you had not saved.').waitFor();
  assert.equal(await question(page).inputValue(), 'Half a th');
  await page.getByRole('button', { name: 'Discard them' }).click();
  assert.equal(await question(page).inputValue(), SHOP.texts.en.question);
  await page.context().close();
});

test('a survey is archived, and opened again', async () => {
  const page = await desk.open('/surveys/gone/edit');
  await page.getByRole('button', { name: 'Archive this survey' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
  await page.getByText('This survey is archived: it takes no answers.').waitFor();
  assert.equal((await stored('gone')).archived, true);
  await page.getByRole('button', { name: 'Open it again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open' }).click();
  await page.getByRole('button', { name: 'Archive this survey' }).waitFor();
  assert.equal((await stored('gone')).archived, false);
  await page.context().close();
});

test('nothing that somebody calls a survey runs', async () => {
  const page = await desk.open('/surveys/markup/edit');
  await preview(page).getByText(MARKUP[0]).waitFor();
  assert.equal(await question(page).inputValue(), MARKUP[0]);
  await assertTame(page);
  await page.context().close();
});

test('the preview is drawn also where the files are read from a directory', async (t) => {
  const daemon = await start({ args: ['--assets', path.join(ROOT, 'web/assets')] });
  t.after(() => daemon.stop());
  const page = await (await desk.browser.newContext()).newPage();
  await signIn(page, daemon, '/surveys/new');
  await preview(page).getByText('How likely are you to recommend us').first().waitFor();
  await page.context().close();
});
