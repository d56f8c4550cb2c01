// How a survey reaches people, in the dashboard.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { assertTame, judgeAll, useDesk } from './desk.mjs';
import { site, until } from './harness.mjs';

const desk = useDesk(async (daemon) => {
  await daemon.survey('shop', { metric: 'nps', properties: ['plan'], amend_window: 0 });
});

test('the line for a page makes the widget ask', async () => {
  const page = await desk.open('/surveys/shop/share');
  await judgeAll(page, 'a survey is shared');
  await page.getByLabel('Where').selectOption('inline');
  await page.getByLabel('Touchpoint').first().fill('"><b>x');
  const line = await page.getByLabel('Put this into the page').inputValue();
  assert.ok(line.includes('data-mode="inline"') && line.includes('data-touchpoint="&quot;&gt;&lt;b&gt;x"'), line);
  await page.getByLabel('Touchpoint').first().fill('shop');
  const shop = await site({
    pages: {
      '/': `<!doctype html><title>shop</title><body>${await page.getByLabel('Put this into the page').inputValue()}`,
    },
  });
  const visitor = await (await desk.browser.newContext()).newPage();
  await visitor.goto(`${shop.origin}/`);
  await visitor
    .locator('cxd-widget')
    .getByRole('radio', { name: /^9 out of/ })
    .click();
  const [answer] = await until(
    async () => (await desk.get('/v1/surveys/shop/responses')).responses,
    ({ length }) => length > 0,
  );
  assert.deepEqual([answer.score, answer.touchpoint], [9, 'shop']);
  await visitor.context().close();
  await shop.close();
  await page.context().close();
});

test('the link and its code say what is filled in', async () => {
  const page = await desk.open('/surveys/shop/share');
  await page.getByLabel('Touchpoint').nth(1).fill('table 5');
  await page.getByLabel('plan').fill('pro');
  const link = await page.getByLabel('The survey’s page').inputValue();
  assert.equal(link, `${desk.daemon.url}/s/shop?touchpoint=table+5&property.plan=pro`);
  const code = page.getByAltText('The link as a QR code');
  await page.waitForFunction(
    () => document.querySelector('.qr').complete && document.querySelector('.qr').naturalWidth > 0,
  );
  assert.equal(new URL(await code.getAttribute('src'), link).search, new URL(link).search);
  for (const [name, type] of [
    ['SVG of the code', /^<\?xml|^<svg/],
    ['PNG of the code', /^.PNG/s],
  ]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    assert.match(fs.readFileSync(await file.path(), 'latin1').slice(0, 8), type);
  }
  await page.context().close();
});

test('pasted people get a link each, which are good, and a file of them', async () => {
  const page = await desk.open('/surveys/shop/share');
  await page
    .getByLabel('People, one a line')
    .fill('E-Mail;plan;A name\nann@example.com;pro;Ann\n=1+1@example.com;free;B\n;pro;nobody\n');
  await page.getByText('3 people. plan goes along as properties of the answers.').waitFor();
  await page.getByRole('button', { name: 'Make 3 links' }).click();
  await page.getByText('2 links made').waitFor();
  await page.getByText('Line 3').waitFor();
  await judgeAll(page, 'invitations');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download as CSV' }).click(),
  ]);
  const rows = fs
    .readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n')
    .map((row) => row.split(','));
  assert.deepEqual(rows[0], ['respondent', 'url', 'expires_at', 'error']);
  assert.deepEqual(
    rows.slice(1).map(([who]) => who),
    ['ann@example.com', "'=1+1@example.com", ''],
  );
  const token = new URL(rows[1][1], desk.daemon.url).searchParams.get('i');
  const posted = await desk.daemon.post('shop', { score: 4, invitation: token }, { key: desk.daemon.key });
  assert.equal(posted.status, 201, posted.text);
  assert.deepEqual([posted.json.respondent, posted.json.properties.plan], ['ann@example.com', 'pro']);
  await assertTame(page);
  await page.context().close();
});

test('a file of people is read as what is pasted', async () => {
  const page = await desk.open('/surveys/shop/share');
  const buffer = Buffer.from('\ufeffrespondent,expires\r\nc-1,7d\r\n"c-2, the second",\r\n');
  await page.getByLabel('Or a file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Make 2 links' }).click();
  await page.getByText('2 links made').waitFor();
  await page.getByText('c-2, the second').waitFor();
  await page.context().close();
});

test('who may not write is told so', async () => {
  const page = await desk.open('/surveys/shop/share', { scopes: ['read'] });
  await page.getByText('Invitations take a key with the scope write.').waitFor();
  await page.context().close();
});
