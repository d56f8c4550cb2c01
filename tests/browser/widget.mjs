// The widget as a shop embeds it: pages on an origin of their own, what a person does on them, and what the daemon
// holds of it afterwards.
import assert from 'node:assert/strict';
import { WAITS_MS } from '../http/harness.mjs';
import { site, until } from './harness.mjs';

export const EVENTS = ['ready', 'shown', 'scored', 'commented', 'dismissed', 'closed', 'error', 'skipped'];

const escape = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

// Options of the widget as attributes of its script.
export function data({ properties = {}, ...options }) {
  const all = Object.entries(properties).map(([key, value]) => [`property-${key}`, value]);
  return [...Object.entries(options), ...all].map(([name, value]) => ` data-${name}="${escape(value)}"`).join('');
}

export const script = (daemon, options = {}, more = '') =>
  `<script async src="${daemon.url}/widget.js"${options.survey ? data(options) : ''}${more}></script>`;

export const html = (content, { head = '', lang = 'en' } = {}) =>
  `<!doctype html><html lang="${lang}"><head><title>Shop</title>${head}</head><body><main><h1>Shop</h1><p>Buy!</p>` +
  `<button id="buy">Buy</button>${content}</main></body></html>`;

export const embed = (daemon, options, page) => html(script(daemon, options), page);

// What a page calls before the script is there.
export const QUEUE =
  '<script>window.cxd = window.cxd || function () { (cxd.q = cxd.q || []).push(arguments); };</script>';

// A site whose pages are made as they are needed: open(html) gives the address of one.
export async function openShop(options = {}) {
  const pages = { ...options.pages };
  const served = await site({ ...options, pages });
  let number = 0;
  return {
    ...served,
    open: (content, path = `/page-${++number}`) => {
      pages[path] = content;
      return served.origin + path;
    },
  };
}

// A page of the browser that hears what the widget says, in order: heard(page) gives [name, detail] of each.
export async function listen(context) {
  const page = await context.newPage();
  await page.addInitScript((names) => {
    const said = [];
    Object.defineProperty(window, 'said', { value: said });
    Object.defineProperty(window, 'unsent', {
      value: () => Object.keys(localStorage).filter((key) => key.startsWith('cxd.q.')).length,
    });
    for (const name of names)
      document.addEventListener(`cxd:${name}`, (event) => said.push([name, JSON.parse(JSON.stringify(event.detail))]));
  }, EVENTS);
  page.setDefaultTimeout(WAITS_MS);
  page.on('pageerror', (error) => assert.fail(error));
  return page;
}
export const heard = (page) => page.evaluate(() => window.said);
export const names = async (page) => (await heard(page)).map(([name]) => name);
// Waits until the widget has said so, and gives the detail.
export async function says(page, name) {
  await page.waitForFunction((wanted) => window.said.some(([said]) => said === wanted), name);
  return (await heard(page)).findLast(([said]) => said === name)[1];
}

// --- What a person does ----------------------------------------------------------------------------------------------

export const widget = (page, slug) => page.locator(slug ? `cxd-widget[data-survey="${slug}"]` : 'cxd-widget');
export const edge = (page, slug) => widget(page, slug).locator('.edge');
export const box = (page, slug) => widget(page, slug).locator('[part~=box]');
// By what is read out of it: "9 out of 10".
export const point = (page, score, slug) =>
  widget(page, slug).locator(`label:has(input[aria-label^="${score} "])`).first();
export const button = (page, name, slug) => widget(page, slug).getByRole('button', { name, exact: true });
export const words = (page, slug) => widget(page, slug).locator('textarea');
export const choose = (page, score, slug) => point(page, score, slug).click();

// --- What the daemon holds -------------------------------------------------------------------------------------------

export const stored = async (daemon, slug) =>
  (await daemon.admin('GET', `/v1/surveys/${slug}/responses?limit=100`)).json.responses;

const of = (response, wanted) => Object.fromEntries(Object.keys(wanted).map((key) => [key, response?.[key]]));
const same = (a, b) => {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
};

// Waits until the survey's response is as `wanted` says, for so far as it says, and nothing of a browser's is on its
// way to it; then there is exactly one, and nothing about it is suspicious.
export async function only(daemon, slug, wanted, page) {
  await until(
    () => stored(daemon, slug),
    (all) => same(of(all[0], wanted), wanted),
  );
  if (page && !page.isClosed()) await page.waitForFunction(() => !unsent());
  const all = await stored(daemon, slug);
  assert.equal(all.length, 1, JSON.stringify(all));
  assert.deepEqual(of(all[0], wanted), wanted);
  assert.equal(all[0].flags, undefined);
  return all[0];
}

// What was reported of visits: { shown, answered, dismissed }.
export async function visits(daemon, slug) {
  const { response_rate: rate } = (await daemon.score(slug)).json;
  return rate && { shown: rate.shown, answered: rate.answered, dismissed: rate.dismissed };
}
export const counted = (daemon, slug, wanted) =>
  until(
    () => visits(daemon, slug),
    (rate) => same(rate, wanted),
  );
