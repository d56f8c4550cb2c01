// The dashboard in a browser, as somebody who signed in with some scopes sees it.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { launch } from './harness.mjs';

export const ALL = ['read', 'write', 'export', 'erase', 'admin'];
// What runs where a text is taken for markup; each says so in window.ran.
export const MARKUP = [
  '<img src=x onerror="window.ran=1">',
  '"><svg onload="window.ran=2">',
  "'-(window.ran=3)-'",
  '</textarea><script>window.ran=4</script>',
  'javascript:window.ran=5',
  '{{constructor.constructor("window.ran=6")()}}',
  '‮<b onmouseover=window.ran=7>‬',
];

// `fill` puts into the daemon what is looked at.
export function useDesk(fill) {
  const desk = { daemon: null, browser: null };
  before(async () => {
    desk.daemon = await start();
    desk.browser = await launch();
    await fill(desk.daemon);
  });
  after(async () => {
    await desk.browser?.close();
    await desk.daemon?.stop();
  });
  // A page of who is signed in with these scopes (null: nobody), at a path of the dashboard.
  desk.open = async (path, { scopes = ALL, context: options = {} } = {}) => {
    const context = await desk.browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    page.errors = [];
    page.on('pageerror', (error) => page.errors.push(error.message));
    if (scopes) await signIn(page, desk.daemon, path, scopes);
    else await desk.go(page, path);
    return page;
  };
  desk.go = async (page, path) => {
    await page.goto(desk.daemon.url + path);
    await settled(page);
  };
  desk.get = async (target) => {
    const reply = await desk.daemon.admin('GET', target);
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  };
  return desk;
}

const settled = (page) =>
  page.waitForFunction(
    () => document.querySelector('main h1, main h2') && !document.querySelector('main .loading, main [aria-busy=true]'),
  );

// As people do: who may do all by the key, others by a link, as `cxd login --scope` prints one. Leads on to `path`.
export async function signIn(page, daemon, path, scopes = ALL) {
  const login = new URL(`/login?next=${encodeURIComponent(path)}`, daemon.url);
  if (scopes !== ALL) {
    const { status, text, json } = await daemon.admin('POST', '/v1/session/links', { body: { scopes } });
    assert.equal(status, 201, text);
    login.hash = new URL(json.url).hash;
  }
  await page.goto(login.href);
  if (scopes === ALL) {
    await page.getByLabel('Key', { exact: true }).fill(daemon.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await page.waitForURL((url) => url.pathname + url.search === path);
  await settled(page);
}

// What axe-core has against it, in both themes and from right to left.
export async function judgeAll(page, state) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => new Promise(requestAnimationFrame)); // a preview follows
    await judge(page, `${state}, ${colorScheme}`);
  }
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  await judge(page, `${state}, from right to left`);
  await page.evaluate(() => (document.documentElement.dir = ''));
  await page.emulateMedia({ colorScheme: 'light' });
}

// Nothing of it ran, and nothing was thrown.
export async function assertTame(page) {
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.deepEqual(page.errors, []);
}

export const texts = async (page, selector) =>
  (await page.locator(selector).allTextContents()).map((one) => one.trim());
