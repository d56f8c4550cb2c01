// Signing in and out, in a real browser: by a key, by a link, in two tabs, and when it ends meanwhile.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { sticksOut } from './dashboard.mjs';
import { judgeAll } from './desk.mjs';
import { launch } from './harness.mjs';

const d = await start();
await d.survey('nps', { metric: 'nps', name: 'Shop' });
const browser = await launch();
after(async () => {
  await browser.close();
  await d.stop();
});

const makeKey = async (scopes, name = scopes.join()) =>
  (await d.admin('POST', '/v1/keys', { body: { name, scopes } })).json;
const makeLink = async (scopes) => (await d.admin('POST', '/v1/session/links', { body: { scopes } })).json.url;
const isAt = (page, path) => page.waitForURL((url) => url.pathname + url.search === path);

async function visit(t) {
  const context = await browser.newContext();
  t.after(() => context.close());
  return { context, page: await context.newPage() };
}

async function signIn(page, key) {
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('by a key: from where one wanted to go, and on to there; the cookie is no script’s', async (t) => {
  const { context, page } = await visit(t);
  await page.goto(`${d.url}/surveys/nps?window=7d`);
  await page.waitForURL(/\/login\?next=/);
  await signIn(page, 'cxs_wrong');
  await page.getByRole('alert').getByText('This key is not known here').waitFor();
  await signIn(page, d.key);
  await isAt(page, '/surveys/nps?window=7d');
  const [cookie, ...others] = await context.cookies();
  assert.deepEqual(others, []);
  const { name, httpOnly, secure, sameSite, path } = cookie;
  assert.deepEqual(
    { name, httpOnly, secure, sameSite, path },
    { name: '__Host-cxd', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
  );
  assert.equal(
    await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })),
    '{}',
  );
});

test('by a link: once, and nothing of it is left in the address', async (t) => {
  const { page } = await visit(t);
  const url = await makeLink(['read']);
  await page.goto(url);
  await isAt(page, '/');
  assert.ok(!(await page.evaluate(() => location.href)).includes('cxl_'));
  const other = await visit(t);
  await other.page.goto(url);
  await other.page.getByRole('alert').getByText('This link was used already').waitFor();
  assert.equal(new URL(other.page.url()).hash, '');
});

test('next leads nowhere but into this site', async (t) => {
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)']) {
    const { page } = await visit(t);
    await page.goto(`${d.url}/login?next=${encodeURIComponent(next)}`);
    await signIn(page, d.key);
    await page.waitForURL((url) => !url.pathname.endsWith('/login'));
    assert.equal(new URL(page.url()).origin, d.url, next);
  }
});

test('two tabs are one session; signed out in one, the other asks to sign in', async (t) => {
  const { context, page } = await visit(t);
  await page.goto(`${d.url}/login`);
  await signIn(page, d.key);
  await isAt(page, '/');
  const second = await context.newPage();
  await second.goto(`${d.url}/login`);
  await second.getByRole('button', { name: 'Sign out', exact: true }).click();
  await second.getByLabel('Key', { exact: true }).waitFor();
  await page.goto(`${d.url}/surveys/nps`);
  await page.waitForURL(/\/login\?next=/);
  assert.deepEqual(await context.cookies(), []);
});

test('a key that is revoked ends it, and so does who signs out everywhere', async (t) => {
  const key = await makeKey(['read', 'admin'], 'office');
  const [a, b] = [await visit(t), await visit(t)];
  for (const { page } of [a, b]) {
    await page.goto(`${d.url}/login`);
    await signIn(page, key.key);
    await isAt(page, '/');
  }
  await a.page.goto(`${d.url}/login`);
  await a.page.getByText('Signed in with the key “office”').waitFor();
  await a.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await a.page.getByLabel('Key', { exact: true }).waitFor();
  await b.page.goto(`${d.url}/surveys/nps`);
  await b.page.waitForURL(/\/login\?next=/);

  await signIn(b.page, key.key);
  await isAt(b.page, '/surveys/nps');
  const comments = await b.page.context().newPage(); // a view of the other bundle
  await comments.goto(`${d.url}/surveys/nps/comments`);
  await comments.locator('.live[data-state=live]').waitFor();
  await d.admin('DELETE', `/v1/keys/${key.id}`);
  // by themselves: what is told as it comes has ended
  for (const page of [b.page, comments]) await page.waitForURL(/\/login\?next=/);
});

test('its states are for everybody: in both themes, from right to left, and on a phone', async (t) => {
  const { page } = await visit(t);
  const closed = { signed_in: false, name: null, scopes: [], reads_without_key: true, can_sign_in: false };
  await page.route('**/v1/session', (route) => route.fulfill({ json: { ...closed, why_not: 'it is plain HTTP' } }));
  await page.goto(`${d.url}/login`);
  await page.getByText('it is plain HTTP').waitFor();
  await judgeAll(page, 'nobody can sign in');
  await page.unroute('**/v1/session');
  await page.goto(`${d.url}/login`);
  await signIn(page, 'cxs_wrong');
  await page.getByText('This key is not known here').waitFor();
  await judgeAll(page, 'a key that is refused');
  await signIn(page, d.key);
  await isAt(page, '/');
  await page.goto(`${d.url}/login`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor();
  await judgeAll(page, 'signed in');
  for (const dir of ['ltr', 'rtl']) assert.deepEqual(await sticksOut(page, dir), []);
});
