// The widget on a page of another origin in a real browser: what it asks of the daemon, and what the daemon holds when
// a person has answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch, site, until } from './harness.mjs';

const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was the reason?' },
    options: ['price', 'speed'].map((value) => ({ value, text: { en: value } })),
    other: true,
    required: true,
    show: { band: ['passives', 'promoters'] },
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' } },
];

let daemon, browser;
before(async () => {
  daemon = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

let number = 0;
// A survey of its own, a page that embeds it by these attributes, and what went over the wire to the daemon.
async function embed(t, { attributes = '', definition = {}, script = '' } = {}) {
  const slug = `w${++number}`;
  await daemon.survey(slug, { metric: 'nps', ...definition });
  const tag = `<script async src="${daemon.url}/widget.js" data-survey="${slug}" ${attributes}></script>`;
  const shop = await site({
    pages: { '/': `<!doctype html><html lang="en"><title>shop</title><h1>Shop</h1>${tag}${script}` },
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  context.on('request', (request) => {
    if (request.url().startsWith(daemon.url))
      asked.push(`${request.method()} ${request.url().slice(daemon.url.length).replace(/\?.*/, '')}`);
  });
  t.after(async () => {
    await context.close();
    await shop.close();
  });
  await page.goto(shop.origin);
  const list = async () => (await daemon.admin('GET', `/v1/surveys/${slug}/responses`)).json.responses;
  return { slug, page, context, asked, list, widget: page.locator('cxd-widget') };
}

test('a score that is clicked is one response, by four requests, and a comment amends it', async (t) => {
  const { slug, page, asked, list, widget } = await embed(t, {
    attributes: 'data-touchpoint="cart" data-property-plan="pro" data-respondent="ann"',
  });
  await widget.getByRole('radio', { name: '9 out of 10', exact: true }).click();
  const [scored] = await until(list, (all) => all.length === 1);
  assert.equal(scored.score, 9);
  const path = `/v1/surveys/${slug}`;
  const visit = ['GET /widget.js', `GET ${path}/form`, `POST ${path}/events`, `POST ${path}/responses`];
  assert.deepEqual(asked, visit);
  await widget.getByRole('textbox', { name: 'Would you like to tell us why?' }).fill('Quick & <b>kind</b>');
  await widget.getByRole('button', { name: 'Send' }).click();
  await until(list, ([{ comment }]) => comment);
  await widget.getByText('Thank you for your answer!').waitFor();
  const [whole, ...more] = await list();
  assert.deepEqual(more, []);
  assert.deepEqual(asked, [...visit, `POST ${path}/responses`]);
  const { id, score, comment, touchpoint, properties, respondent, locale, revision } = whole;
  assert.deepEqual(
    { id, score, comment, touchpoint, properties, respondent, locale, revision },
    {
      id: scored.id,
      score: 9,
      comment: 'Quick & <b>kind</b>',
      touchpoint: 'cart',
      properties: { plan: 'pro' },
      respondent: 'ann',
      locale: 'en',
      revision: 1,
    },
  );
  const { n, response_rate: rate } = (await daemon.score(slug, 'window=all')).json;
  assert.equal(n, 1);
  assert.deepEqual({ shown: rate.shown, dismissed: rate.dismissed }, { shown: 1, dismissed: 0 });
  assert.equal(
    await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('cxd.q')).length),
    0,
  );
});

test('further questions come a step at a time, and are asked of whom they are for', async (t) => {
  const { list, widget } = await embed(t, { attributes: 'data-mode="modal"', definition: { questions: QUESTIONS } });
  const point = (score) => widget.getByRole('radio', { name: new RegExp(`^${score} out of`) });
  await point(3).click();
  await widget.getByText('How easy was it?').waitFor();
  await widget.getByRole('button', { name: 'Back' }).click();
  await point(9).click();
  await widget.getByRole('button', { name: 'Next' }).click();
  await widget.getByText('Please answer this question.').waitFor();
  await widget.getByRole('radio', { name: 'Something else' }).click();
  await widget.getByRole('textbox', { name: 'What is it?' }).fill('The colour');
  await widget.getByRole('button', { name: 'Next' }).click();
  await point(6).click();
  await widget.getByRole('button', { name: 'Next' }).click();
  await widget.getByRole('button', { name: 'Send' }).click();
  const [{ score, answers }] = await until(list, ([one]) => one?.answers?.ease);
  assert.equal(score, 9);
  assert.deepEqual(answers, { ease: 6, reason: { other: 'The colour' } });
  assert.equal((await list()).length, 1);
});
