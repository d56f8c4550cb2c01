// The dashboard in a browser, as somebody with a key of some scopes sees it.
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
  // A page that is signed in by a key of these scopes (null: not at all), at a path of the dashboard.
  desk.open = async (path, { scopes = ALL, context: options = {} } = {}) => {
    const key = scopes && scopes !== ALL ? await keyOf(desk.daemon, scopes) : desk.daemon.key;
    const context = await desk.browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    if (scopes) await signIn(desk.daemon, context, key, scopes);
    const page = await context.newPage();
    page.errors = [];
    page.on('pageerror', (error) => page.errors.push(error.message));
    await desk.go(page, path);
    return page;
  };
  desk.go = async (page, path) => {
    await page.goto(desk.daemon.url + path);
    await desk.settled(page);
  };
  desk.settled = (page) =>
    page.waitForFunction(
      () =>
        document.querySelector('main h1, main h2') && !document.querySelector('main .loading, main [aria-busy=true]'),
    );
  desk.get = async (target) => {
    const reply = await desk.daemon.admin('GET', target);
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  };
  return desk;
}

async function keyOf(daemon, scopes) {
  const reply = await daemon.admin('POST', '/v1/keys', { body: { name: scopes.join('+'), scopes } });
  assert.equal(reply.status, 201, reply.text);
  return reply.json.key;
}

// By the key in each request, as an own program would show it.
async function signIn(daemon, context, key, scopes) {
  await context.setExtraHTTPHeaders({ Authorization: `Bearer ${key}` });
  const json = { signed_in: true, name: 'someone', scopes, reads_without_key: true, can_sign_in: true, why_not: null };
  await context.route('**/v1/session', (route) => route.fulfill({ json }));
}

// What axe-core has against it, in both themes and from right to left.
export async function judgeAll(page, state) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
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
