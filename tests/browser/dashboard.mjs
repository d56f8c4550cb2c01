// Reading the dashboard as somebody who looks at it does: by its words. Numbers are written here once more, so that a
// page which writes them wrongly is found.
import assert from 'node:assert/strict';

// Until every part of the view that is shown has what it asked for.
export async function settled(page) {
  await page.waitForSelector('main h1');
  await page.waitForFunction(
    () =>
      !document.querySelector('main .loading, main [aria-busy="true"]') &&
      document.querySelector('main .panel, main .state, main .stages'),
  );
}

export async function open(page, url) {
  await page.goto(url);
  await settled(page);
}

// What a figure reads as; null where it is not there.
export async function figure(scope, name) {
  const found = scope.locator(`[data-figure="${name}"]`);
  return (await found.count()) === 0 ? null : (await found.first().innerText()).trim();
}

export const digitsOf = (method) => (method === 'mean' ? 2 : 1);
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
export const counted = (n) => grouped(String(n));
// By the decimals that a reply has, as pages round them: 0.6625 is a tie, though what is stored is a bit less.
const rounded = (value, digits) => Number(`${Math.round(Number(`${value}e${digits}`))}e-${digits}`).toFixed(digits);
export function fixed(value, digits) {
  if (value === null || value === undefined) return '–';
  const [whole, rest] = rounded(Math.abs(value), digits).split('.');
  return `${value < 0 ? '−' : ''}${grouped(whole)}${rest ? `.${rest}` : ''}`;
}
export const signed = (value, digits) => (value > 0 ? `+${fixed(value, digits)}` : fixed(value, digits));
export const whole = (value, method) =>
  fixed(value, digitsOf(method)) + (method === 'top_box' && value !== null ? '%' : '');
export const plural = (n, one, many = `${one}s`) => `${counted(n)} ${n === 1 ? one : many}`;
export const percent = (value) => (value === null || value === undefined ? '–' : `${fixed(value, 1)}%`);

// On a phone, which is what 400 % of zoom leaves of a screen: what sticks out of it, so that it would have to be moved
// sideways to be read. What scrolls by itself (tabs, tables) does not.
export async function sticksOut(page, dir) {
  await page.setViewportSize({ width: 320, height: 640 });
  return page.evaluate((value) => {
    document.documentElement.dir = value;
    const { scrollWidth } = document.documentElement;
    if (scrollWidth <= innerWidth) return [];
    const scrolls = (one) => one && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
    const isOut = (one) => {
      const { left, right } = one.getBoundingClientRect();
      return (left < -0.5 || right > innerWidth + 0.5) && !scrolls(one.parentElement);
    };
    const out = [...document.body.querySelectorAll('*')].filter(isOut).map((one) => one.cloneNode().outerHTML);
    return [`${value}: ${scrollWidth} of ${innerWidth} pixels`, ...out.slice(0, 12)];
  }, dir);
}

// Policies that were broken, errors of scripts and what the console complains of, from now on. What a reply of the API
// refuses is no error of the page.
export async function watchFor(page) {
  const found = [];
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
    ),
  );
  page.on('pageerror', (error) => found.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/Failed to load resource/.test(message.text()))
      found.push(message.text());
  });
  return () => assert.deepEqual(found, []);
}

// Held again where the clock went on between what the page asked and what is asked here.
export async function held(times, work) {
  for (let left = times; ; left--)
    try {
      return await work();
    } catch (error) {
      if (left <= 1) throw error;
    }
}
