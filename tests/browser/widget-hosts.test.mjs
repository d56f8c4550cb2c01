// Pages that make it hard: wrappers of fetch, frozen prototypes, strict policies, frames, no storage, other widgets,
// the script twice. Each is answered once; and the page finds nothing changed that is its own.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import {
  box,
  QUEUE,
  button,
  choose,
  counted,
  data,
  edge,
  embed,
  html,
  listen,
  names,
  only,
  openShop,
  point,
  says,
  script,
  stored,
  widget,
  words,
} from './widget.mjs';

let daemon, browser, shop, other, context, page, slug;
let number = 0;
before(async () => {
  daemon = await start();
  browser = await launch();
  shop = await openShop();
  other = await openShop({ host: '127.0.0.1' });
});
after(async () => {
  await browser?.close();
  await other?.close();
  await shop?.close();
  await daemon?.stop();
});
const survey = async (definition) => {
  const name = `s${++number}`;
  await daemon.survey(name, { metric: 'nps', ...definition });
  return name;
};
beforeEach(async () => {
  slug = await survey();
  context = await browser.newContext();
  page = await listen(context);
});
afterEach(() => context.close());

// `where`: a page, or a frame of one.
async function answer(where, name = slug, score = 9) {
  await choose(where, score, name);
  await words(where, name).fill('a comment');
  await button(where, 'Send', name).click();
  await widget(where, name).getByText('Thank you for your answer!').waitFor();
}
const answered = (where, name = slug, score = 9) => only(daemon, name, { score, comment: 'a comment' }, where);

// What a page may have done before the script comes.
const HOSTS = {
  'wraps fetch, with credentials and headers of its own': `
    const real = window.fetch;
    window.fetch = (url, options = {}) => {
      window.wrapped = (window.wrapped ?? 0) + 1;
      const headers = new Headers(options.headers);
      headers.set('X-Requested-With', 'XMLHttpRequest');
      headers.set('sentry-trace', 'd4cda95b652f4a1592b449d5929fda1b-6e0c63257de34c92-1');
      headers.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
      return real(url, { ...options, credentials: 'include', headers });
    };
    const open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (...all) {
      open.apply(this, all);
      this.withCredentials = true;
      this.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
    };`,
  'answers sendBeacon with false': `navigator.sendBeacon = () => false;`,
  'freezes prototypes': `
    for (const one of [Object, Array, Function, String, Number, Promise, Element, HTMLElement, Node, Document, Event,
      EventTarget, Map, Set, RegExp, Date, Error]) Object.freeze(one.prototype);
    Object.freeze(Object); Object.freeze(Array); Object.freeze(JSON); Object.freeze(Math);`,
  'adds to prototypes, as old libraries do': `
    Object.prototype.extend = function () {};
    Array.prototype.remove = function () {};
    Array.prototype.toJSON = function () { return 'patched'; };
    String.prototype.toJSON = undefined;`,
  'has no constructable style sheets': `
    window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } };`,
  'forbids storage': `
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
    Object.defineProperty(Document.prototype, 'cookie', { get() { throw new DOMException('no', 'SecurityError'); } });`,
  'has a storage that is full': `
    for (let size = 1 << 22; size >= 1; size >>= 1)
      try { for (let i = 0; ; i++) localStorage['fill' + size + '.' + i] = 'x'.repeat(size); } catch { /* full */ }`,
  'has no crypto but an old one': `
    Object.defineProperty(window, 'crypto', { value: { getRandomValues: crypto.getRandomValues.bind(crypto) } });`,
  'styles everything': `
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { all: unset !important } div, section, form { display: none !important; color: red }');
    document.adoptedStyleSheets = [sheet];`,
  'has another widget that watches and patches': `
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      const wrapped = typeof listener === 'function' ? function (e) { return listener.call(this, e); } : listener;
      return add.call(this, type, wrapped, options);
    };
    const append = Node.prototype.appendChild;
    Node.prototype.appendChild = function (node) { return append.call(this, node); };
    addEventListener('keydown', (event) => event.stopImmediatePropagation(), true);
    new MutationObserver(() => {}).observe(document, { subtree: true, childList: true, attributes: true });
    window.cxdOther = {}; customElements.define('other-widget', class extends HTMLElement {});`,
  'has keys of its own, wherever nobody seems to type': `
    document.addEventListener('keydown', (event) => {
      if (!/input|textarea|select/.test(event.target.localName)) event.preventDefault();
    });`,
};

describe('a page that', () => {
  for (const [name, code] of Object.entries(HOSTS))
    test(name, async () => {
      const hasStorage = !/storage/i.test(name);
      await page.goto(shop.open(embed(daemon, { survey: slug }, { head: `<script>(() => {${code}})()</script>` })));
      await choose(page, 9);
      await words(page).click();
      await page.keyboard.type('a comment');
      await button(page, 'Send').click();
      await widget(page).getByText('Thank you for your answer!').waitFor();
      await answered(hasStorage ? page : undefined);
      await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
    });
});

describe('a policy that is strict', () => {
  const policy = (nonce) =>
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src ${daemon.url}; ` +
    `require-trusted-types-for 'script'; trusted-types 'none'`;
  const CASES = {
    'with a nonce': '',
    'without constructable style sheets': 'window.CSSStyleSheet = class { constructor() { throw new TypeError(); } };',
  };
  for (const [name, code] of Object.entries(CASES))
    test(name, async () => {
      const strict = await openShop({ headers: { 'Content-Security-Policy': policy('abc') } });
      const violations = [];
      page.on(
        'console',
        (message) => /Content Security|Trusted/.test(message.text()) && violations.push(message.text()),
      );
      const head = code && `<script nonce="abc">${code}</script>`;
      await page.goto(strict.open(html(script(daemon, { survey: slug }, ' nonce="abc"'), { head })));
      await answer(page);
      await answered(page);
      assert.deepEqual(violations, []);
      const paper = await widget(page)
        .locator('[part~=box]')
        .evaluate((one) => getComputedStyle(one).backgroundColor);
      assert.notEqual(paper, 'rgba(0, 0, 0, 0)', 'its style is there');
      await strict.close();
    });
});

describe('a frame', () => {
  const framed = async (attributes) => {
    const inner = other.open(embed(daemon, { survey: slug, mode: 'inline' }));
    await page.goto(shop.open(html(`<iframe ${attributes} width="500" height="600" src="${inner}"></iframe>`)));
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    return frame;
  };
  test('of another site', async () => {
    await answer(await framed(''));
    await answered();
  });
  test('that is sandboxed, and so has no origin, no storage and no cookies', async () => {
    await answer(await framed('sandbox="allow-scripts"'));
    await answered();
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
  });
});

describe('more than one on a page', () => {
  test('the script twice for the same survey: one widget', async () => {
    await page.goto(shop.open(html(script(daemon, { survey: slug }) + script(daemon, { survey: slug }))));
    await answer(page);
    assert.equal(await widget(page).count(), 1);
    await answered(page);
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
  });

  test('two surveys, each in its place', async () => {
    const second = await survey({ metric: 'ces' });
    const inline = (survey) => script(daemon, { survey, mode: 'inline' });
    await page.goto(shop.open(html(`${inline(slug)}<hr>${inline(second)}`)));
    await answer(page, second, 6);
    await answer(page, slug, 2);
    await answered(page, second, 6);
    await answered(page, slug, 2);
    assert.deepEqual(
      await page.evaluate(() => [...document.querySelectorAll('cxd-widget')].map((one) => one.dataset.survey)),
      [slug, second],
    );
  });

  test('two that would cover each other: one at a time', async () => {
    const second = await survey();
    await page.goto(shop.open(html(script(daemon, { survey: slug }) + script(daemon, { survey: second }))));
    await says(page, 'shown');
    await says(page, 'skipped');
    const skipped = await page.evaluate(() => window.said.find(([name]) => name === 'skipped')[1]);
    assert.equal(skipped.reason, 'busy');
    assert.equal(await widget(page).count(), 1);
  });

  test('one after the body was swapped: it is shown, and what was half typed is sent', async () => {
    for (const mode of ['corner', 'button']) {
      const [first, second] = [await survey(), await survey()];
      await page.goto(shop.open(html(QUEUE + script(daemon))));
      const show = (survey, mode) => page.evaluate((options) => window.cxd('show', options), { survey, mode });
      await show(first, mode);
      if (mode === 'button') await edge(page, first).click();
      await choose(page, 3, first);
      await words(page, first).fill('half ty');
      await page.evaluate(() => (document.body.innerHTML = ''));
      await show(second, 'modal');
      await answer(page, second);
      await answered(page, second);
      assert.ok(!(await names(page)).includes('skipped'));
      await only(daemon, first, { score: 3, comment: 'half ty' }, page);
    }
  });

  test('a call that is none among those that wait: the others are done', async () => {
    const errors = [];
    page.removeAllListeners('pageerror').on('pageerror', (error) => errors.push(error));
    const calls = `<script>cxd('nothing'); cxd('show'); cxd('show', { survey: '${slug}' });</script>`;
    await page.goto(shop.open(html(QUEUE + calls + script(daemon))));
    await answer(page);
    await answered(page);
    assert.equal(errors.length, 2, 'the page hears of them as of any error');
  });

  test('two daemons on a page', async () => {
    const neighbour = await start();
    await neighbour.survey('theirs', { metric: 'nps' });
    const theirs = script(neighbour, { survey: 'theirs', mode: 'inline' });
    await page.goto(shop.open(html(theirs + script(daemon, { survey: slug, mode: 'inline' }))));
    await answer(page, 'theirs', 3);
    await answer(page, slug, 9);
    await only(neighbour, 'theirs', { score: 3, comment: 'a comment' }, page);
    await answered(page);
    await neighbour.stop();
  });
});

test('a place that the page has not: at its end; what is no selector, and no daemon there: told', async () => {
  const errors = [];
  page.removeAllListeners('pageerror').on('pageerror', (error) => errors.push(error.message));
  await page.goto(shop.open(html(QUEUE + script(daemon) + '<hr>')));
  const show = (options) =>
    page.evaluate((all) => window.cxd('show', { mode: 'inline', ...all }), { survey: slug, ...options });
  await show({ target: '##' });
  await show({ server: `${shop.origin}/nowhere` });
  assert.equal((await says(page, 'error')).status, 0, 'a page that is no form');
  await show({ target: '#nowhere' });
  await answer(page);
  await answered(page);
  assert.equal(await page.evaluate(() => document.querySelector('cxd-widget') === document.body.lastChild), true);
  assert.deepEqual(
    errors.map((text) => /'##' is not a valid selector/.test(text)),
    [true],
  );
});

test('what a page knows nothing of, or knows as a number, costs no answer', async () => {
  await page.goto(
    shop.open(embed(daemon, { survey: slug, respondent: '', touchpoint: '', properties: { plan: '', shop: 'x' } })),
  );
  await answer(page);
  const response = await answered(page);
  assert.deepEqual(
    [response.respondent, response.touchpoint, response.properties],
    [undefined, undefined, { shop: 'x' }],
  );
  const second = await survey();
  await page.goto(shop.open(html(QUEUE + script(daemon))));
  await page.evaluate((name) => window.cxd('show', { survey: name, respondent: 4711, touchpoint: null }), second);
  await answer(page, second);
  assert.equal((await answered(page, second)).respondent, '4711');
});

test('nothing of the page is changed: no cookie, no style, no global but cxd', async () => {
  const bare = shop.open(html(''));
  const look = () =>
    page.evaluate(() => ({
      globals: Object.getOwnPropertyNames(window).sort(),
      sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
      root: [document.documentElement, document.body].map((one) => one.outerHTML.match(/^<[^>]*>/)[0]),
      style: ['overflow', 'font', 'color', 'padding', 'position'].map((name) => getComputedStyle(document.body)[name]),
      buy: JSON.stringify(document.querySelector('#buy').getBoundingClientRect()),
      cookie: document.cookie,
      own: [Object, Array, Element, EventTarget, Promise].map((one) =>
        Object.getOwnPropertyNames(one.prototype).join(),
      ),
    }));
  await page.goto(bare);
  const before = await look();
  await page.goto(shop.open(embed(daemon, { survey: slug })));
  await answer(page);
  const then = await look();
  assert.deepEqual(
    then.globals.filter((name) => !before.globals.includes(name)),
    ['cxd'],
  );
  assert.deepEqual({ ...then, globals: 0 }, { ...before, globals: 0 });
  assert.deepEqual(await context.cookies(), []);
  const keys = await page.evaluate(() => Object.keys(localStorage));
  assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('cxd.')), `${keys}`);
  await page.evaluate(() =>
    document.querySelector('#buy').addEventListener('click', () => (document.title = 'bought')),
  );
  await page.click('#buy');
  assert.equal(await page.title(), 'bought');
});

test('a survey of other origins says so to the page, and is not shown', async () => {
  slug = await survey({ allowed_origins: ['https://shop.example'] });
  await page.goto(shop.open(embed(daemon, { survey: slug })));
  await says(page, 'error');
  assert.equal(await widget(page).locator('[part~=box]').count(), 0);
  assert.deepEqual(await names(page), ['error']);
  assert.deepEqual(await stored(daemon, slug), []);
});

// --- Words of strangers ----------------------------------------------------------------------------------------------

describe('nothing that anybody says runs', () => {
  const CORPUS = [
    '<script>say()</script>',
    '"><img src=x onerror=say()>',
    "'-say()-'",
    '</textarea></style><svg onload=say()>',
    'javascript:say()',
    '{{constructor.constructor("say()")()}}',
    '\u202e<b onmouseover=say()>&lt;i&gt;',
  ];
  test('in texts, questions, options, properties, respondents, and what is typed', async () => {
    const heard = [];
    await page.exposeFunction('say', () => heard.push('ran'));
    page.on('dialog', (dialog) => heard.push(dialog.message()) && dialog.dismiss());
    for (const text of CORPUS) {
      const own = await survey({
        texts: { en: { question: text, low_label: text, high_label: text, comment_prompt: text, thanks: text } },
        questions: [
          { key: 'a', type: 'choice', text: { en: text }, options: [{ value: 'x', text: { en: text } }], other: true },
          { key: 'b', type: 'text', text: { en: text } },
        ],
      });
      const said = { touchpoint: text, channel: text, respondent: text, label: text };
      await page.goto(shop.open(embed(daemon, { survey: own, ...said, properties: { x: text }, mode: 'button' })));
      assert.equal((await edge(page).textContent()).trim(), text);
      await edge(page).click();
      await box(page).getByText(text, { exact: true }).first().waitFor();
      await choose(page, 9);
      await widget(page).getByRole('radio', { name: 'Something else' }).check({ force: true });
      await widget(page).getByRole('textbox').first().fill(text);
      await button(page, 'Next').click();
      await widget(page).getByRole('textbox').first().fill(text);
      await button(page, 'Next').click();
      await words(page).fill(text);
      await button(page, 'Send').click();
      const response = await only(daemon, own, { score: 9, comment: text }, page);
      assert.deepEqual(response.properties, { x: text });
      assert.deepEqual([response.respondent, response.touchpoint], [text, text]);
    }
    assert.deepEqual(heard, []);
  });

  test('in a name of a survey, a mode, a selector, a server or a pattern that is none', async () => {
    const heard = [];
    await page.exposeFunction('say', () => heard.push('ran'));
    const others = ['mode', 'look', 'side', 'theme', 'locale', 'label', 'touchpoint'];
    for (const text of CORPUS) {
      const all = Object.fromEntries(others.map((name) => [name, text]));
      for (const options of [all, { url: text }, { survey: text }, { server: text }, { share: text, delay: text }]) {
        const given = data({ survey: slug, every: 0, ...options });
        await page.goto(shop.open(html(`<script async src="${daemon.url}/widget.js"${given}></script>`)));
        await page.waitForFunction(() => window.said.length > 0);
      }
    }
    await page.goto(shop.open(html(QUEUE + script(daemon))));
    const wrong = [undefined, null, 5, 'x', [], {}, { survey: {} }, { survey: 5 }, { survey: slug, properties: 5 }];
    for (const value of wrong) await page.evaluate((given) => window.cxd('show', given), value).catch(() => 0);
    for (const name of ['nothing', null, 'toString', '__proto__'])
      await page.evaluate((value) => window.cxd(value, 'x', 'y'), name).catch(() => 0);
    await page.evaluate(() => window.cxd('hide'));
    await page.evaluate((name) => window.cxd('show', { survey: name, mode: 'inline' }), slug);
    await point(page, 5).waitFor();
    assert.deepEqual(heard, []);
  });
});
