// What admins look at, in the dashboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTS } from '../../web/assets/dashboard/record-words.js';
import { description } from '../http/openapi.mjs';
import { judge } from './axe.mjs';
import { sticksOut } from './dashboard.mjs';
import { assertTame, judgeAll, texts, useDesk } from './desk.mjs';

const NAME = '<img src=x onerror=window.ran=1>';

const desk = useDesk((daemon) => daemon.survey('shop', { metric: 'nps' }));

test('a key is made, shown once, good, and revoked', async () => {
  const page = await desk.open('/admin/keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill(NAME);
  await page.getByRole('checkbox', { name: /^write/ }).check();
  await judgeAll(page, 'a new key');
  await page.getByRole('button', { name: 'Make it' }).click();
  const secret = await page.getByLabel('Key', { exact: true }).inputValue();
  assert.match(secret, /^cxs_[\w-]{43}$/);
  await judgeAll(page, 'a secret');
  await page.getByRole('button', { name: 'I have it' }).click();
  const row = page.locator('tr', { hasText: NAME });
  await row.waitFor();
  const made = (await desk.get('/v1/keys')).keys.find(({ name }) => name === NAME);
  assert.deepEqual(made.scopes, ['read', 'write']);
  assert.ok(made.expires_at);
  assert.equal((await desk.daemon.request('GET', '/v1/surveys/shop/responses', { key: secret })).status, 200);
  assert.ok(!(await page.content()).includes(secret), 'it is shown once');
  await judgeAll(page, 'keys');
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('Revoked').waitFor();
  assert.equal((await desk.daemon.request('GET', '/v1/surveys/shop/responses', { key: secret })).status, 401);
  await assertTame(page);
  await page.context().close();
});

test('signing keys: another one signs', async () => {
  const page = await desk.open('/admin/signing-keys');
  const [before] = (await desk.get('/v1/signing-keys')).signing_keys;
  await page.getByRole('button', { name: 'Make a new one' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
  await page.locator(`[data-number="${before.number + 1}"]`).waitFor();
  assert.equal((await desk.get('/v1/signing-keys')).signing_keys[0].number, before.number + 1);
  await judgeAll(page, 'signing keys');
  await page.context().close();
});

test('the audit log has the API’s records, the newest first, in pages', async () => {
  for (let i = 0; i < 60; i++) await desk.daemon.survey('shop', { metric: 'nps', name: `name ${i}` });
  const page = await desk.open('/admin/audit');
  const { records } = await desk.get('/v1/audit?limit=500'); // with who signed in to see them
  const shown = () => texts(page, 'td[data-key=number]');
  const newest = records.map(({ number }) => String(number)).reverse();
  assert.deepEqual(await shown(), newest.slice(0, 50));
  await judgeAll(page, 'the audit log');
  await page.getByRole('link', { name: 'Older' }).click();
  await page.locator('td[data-key=number]', { hasText: /^1$/ }).waitFor();
  assert.deepEqual(await shown(), newest.slice(50, 100));
  await assertTame(page);
  await page.context().close();
});

test('each act that the log can have is told in words', () => {
  const { act } = description.document.components.schemas.AuditRecord.properties;
  assert.deepEqual(Object.keys(ACTS).sort(), [...act.enum].sort());
});

test('the status says what the API says', async () => {
  const page = await desk.open('/admin');
  const status = await desk.get('/v1/status');
  await page.getByText('It takes answers').waitFor();
  const tiles = await texts(page, '.tiles dd');
  assert.equal(tiles[0], String(status.responses.counted));
  await page.locator('.facts-table', { hasText: status.version }).waitFor();
  await judgeAll(page, 'the status');
  await page.context().close();
});

test('what takes the scope admin is not shown to others, with the reason', async () => {
  const page = await desk.open('/admin/keys', { scopes: ['read', 'write'] });
  await page.getByText('It takes a key with the scope admin; yours has read, write.').waitFor();
  await judgeAll(page, 'no permission');
  for (const path of ['/admin/audit', '/admin/signing-keys', '/admin/imports', '/surveys/shop/edit', '/surveys/new']) {
    await desk.go(page, path);
    await page.getByText(/You may not/).waitFor();
  }
  await page.context().close();
});

test('nothing was imported yet', async () => {
  const page = await desk.open('/admin/imports');
  await page.getByText('Nothing was imported').waitFor();
  await judgeAll(page, 'no imports');
  await page.context().close();
});

test('a head has its survey’s name while the rest comes; who leaves before that is left in peace', async () => {
  await desk.daemon.survey('shop', { metric: 'nps', name: 'The shop' });
  const page = await desk.open('/surveys/shop', { scopes: ['admin'] });
  const heading = page.locator('main h1');
  await heading.getByText('The shop').waitFor();
  const held = [];
  await page.route(/\/assets\/desk\..*js$/, (route) => held.push(route));
  const [asked] = await Promise.all([
    page.waitForRequest(/\/assets\/desk\./),
    page.getByRole('link', { name: 'Comments' }).click(),
  ]);
  await page.goBack();
  await page.locator('.tabs [aria-current=page]', { hasText: 'Scores' }).waitFor();
  await held.shift().continue();
  await (await asked.response()).finished();
  // Loaded by now, or when the next one that wants it goes on: both take the same file.
  await page.evaluate(() => import(document.body.dataset.desk));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  await page.waitForFunction(() => !document.body.textContent.includes('Loading'));
  assert.equal(await page.title(), 'The shop · cxd');

  await page.route('**/v1/surveys/shop', (route) => held.push(route));
  await page.getByRole('link', { name: 'Comments' }).click();
  await page.locator('main').getByText('Loading').first().waitFor({ state: 'attached' });
  assert.equal(await heading.textContent(), 'The shop');
  assert.ok(held.length > 0, 'nothing of it came yet');
  await page.context().close();
});

// Every view but those of figures, which dashboard-states has; a new survey's asks for nothing.
const VIEWS = [
  ...['comments', 'suspects', 'alerts', 'edit', 'share'].map((view) => `/surveys/shop/${view}`),
  ...['/alerts', '/admin', '/admin/keys', '/admin/signing-keys', '/admin/audit', '/admin/imports'],
];

test('each view says that it waits, that nobody answers, and what failed, and is read on a phone', async (t) => {
  const page = await desk.open('/surveys/new');
  assert.deepEqual(await sticksOut(page, 'ltr'), [], 'a new survey');
  let answer = null; // of the API: null keeps it waiting
  const waiting = [];
  const say = async (how) => {
    answer = how;
    await Promise.all(waiting.splice(0).map(how));
  };
  await page.route(
    (url) => url.pathname.startsWith('/v1/') && url.pathname !== '/v1/session',
    (route) => (answer ? answer(route) : waiting.push(route)),
  );
  const main = page.locator('main');
  const again = () => main.getByRole('button', { name: 'Try again' }).first().click();
  for (const path of VIEWS)
    await t.test(path, async () => {
      answer = null;
      await page.goto(desk.daemon.url + path);
      await main.getByText('Loading').first().waitFor({ state: 'attached' });
      await main.locator('h1').waitFor();
      await say((route) => route.abort());
      await main.getByText('No connection to the server').first().waitFor();
      for (const dir of ['rtl', 'ltr']) assert.deepEqual(await sticksOut(page, dir), [], 'where nobody answers');
      await judge(page, `${path}, where nobody answers`);
      answer = (route) =>
        route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          json: { type: '/problems/failed', title: 'failed', status: 500, detail: 'it failed' },
        });
      await again();
      await main.getByText('The server could not answer').first().waitFor();
      answer = (route) => route.continue();
      await again();
      await main.getByText('The server could not answer').first().waitFor({ state: 'detached' });
      await page.waitForFunction(() => !document.querySelector('main .loading, main [aria-busy=true]'));
      for (const dir of ['rtl', 'ltr']) assert.deepEqual(await sticksOut(page, dir), []);
    });
  await page.context().close();
});
