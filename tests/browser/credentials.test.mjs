// What wrappers of fetch do without being asked: they send credentials and headers of their own. From a page of another
// origin, of the daemon's own site, from a file and from a sandboxed frame: each answer is stored once, and the page
// sees what became of it, refusals too.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeDirectory, removeDirectory, start } from '../http/harness.mjs';
import { launch, site } from './harness.mjs';

const PAGE = '<!doctype html><title>shop</title><p>A page.';
// Each of its own wrapper; none is one that a page may send unasked.
const HEADERS = {
  'X-Requested-With': 'XMLHttpRequest',
  'sentry-trace': 'd4cda95b652f4a1592b449d5929fda1b-6e0c63257de34c92-1',
  baggage: 'sentry-environment=production,sentry-trace_id=d4cda95b652f4a1592b449d5929fda1b',
  'x-datadog-trace-id': '5208512171318403364',
  'x-datadog-parent-id': '1',
  'x-datadog-origin': 'rum',
  'x-datadog-sampling-priority': '1',
  'request-id': '|5c1c2f9e.6a10',
  'request-context': 'appId=cid-v1:1',
  newrelic: 'eyJ2IjpbMCwxXX0=',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'vendor=1',
  'x-csrf-token': 't',
  'x-xsrf-token': 't',
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.',
};

describe('credentials and headers of wrappers', () => {
  const dir = makeDirectory();
  let daemon,
    limited,
    full,
    browser,
    shop,
    isolated,
    neighbour,
    number = 0;
  const make = async (at, definition = {}) => {
    const slug = `s${++number}`;
    await at.survey(slug, { metric: 'nps', ...definition });
    return { slug, url: `${at.url}/v1/surveys/${slug}/responses`, form: `${at.url}/v1/surveys/${slug}/form` };
  };
  const stored = async ({ slug }) => (await daemon.score(slug, 'window=all')).json.n;

  before(async () => {
    fs.writeFileSync(path.join(dir, 'page.html'), PAGE);
    daemon = await start();
    limited = await start({ config: { limits: { ingest_rate: 1 } } });
    full = await start({ storage: 'faulty:full:1-1:sqlite:PATH' });
    shop = await site();
    isolated = await site({
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' },
    });
    neighbour = await site({ host: '127.0.0.1' });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await neighbour?.close();
    await isolated?.close();
    await shop?.close();
    await full?.stop();
    await limited?.stop();
    await daemon?.stop();
    removeDirectory(dir);
  });

  // Each opens a page and returns the frame in which it asks.
  const PLACES = {
    'another origin': async (page) => {
      await page.goto(shop.origin);
      return page.mainFrame();
    },
    'another port of the same host, with cookies': async (page, context) => {
      await context.addCookies([
        { name: 'session', value: 'x'.repeat(2000), url: daemon.url, sameSite: 'Lax' },
        ...Array.from({ length: 90 }, (_, i) => `other${i}`).map((other) => ({
          name: other,
          value: 'x'.repeat(60),
          url: daemon.url,
          sameSite: 'Lax',
        })),
      ]);
      await page.goto(neighbour.origin);
      return page.mainFrame();
    },
    'a file': async (page) => {
      await page.goto(pathToFileURL(path.join(dir, 'page.html')).href);
      return page.mainFrame();
    },
    'a sandboxed frame': async (page) => {
      await page.goto(shop.origin);
      await page.setContent(`<iframe sandbox="allow-scripts" srcdoc="${PAGE.replaceAll('"', '&quot;')}"></iframe>`);
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      await frame.waitForSelector('p');
      return frame;
    },
  };

  for (const [name, open] of Object.entries(PLACES)) {
    describe(`from ${name}`, () => {
      let context, page, frame;
      before(async () => {
        context = await browser.newContext();
        page = await context.newPage();
        frame = await open(page, context);
      });
      after(() => context?.close());

      const ask = (url, options = {}) =>
        frame.evaluate(
          ([where, what]) =>
            fetch(where, { credentials: 'include', ...what }).then(
              async (reply) => ({
                status: reply.status,
                body: await reply.text(),
                headers: Object.fromEntries(reply.headers),
              }),
              (error) => ({ refused: error.name }),
            ),
          [url, options],
        );
      const json = (body, headers = {}) => ({
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });

      test('sendBeacon of a blob of JSON: stored once, and not blocked on the way back', async () => {
        const target = await make(daemon);
        const replied = page.waitForResponse((reply) => reply.request().method() === 'POST');
        assert.equal(
          await frame.evaluate(
            (url) => navigator.sendBeacon(url, new Blob(['{"score":9}'], { type: 'application/json' })),
            target.url,
          ),
          true,
        );
        assert.equal((await replied).status(), 201);
        assert.equal(await (await replied).finished(), null);
        assert.equal((await ask(target.form)).status, 200);
        assert.equal(await stored(target), 1);
      });

      test('fetch with credentials: the page sees that it is stored, and does not try again', async () => {
        const target = await make(daemon);
        const sent = page.waitForRequest((request) => request.method() === 'POST');
        const reply = await ask(target.url, json({ score: 10 }));
        assert.equal(reply.status, 201, JSON.stringify(reply));
        assert.equal(JSON.parse(reply.body).score, 10);
        for (const header of ['location', 'x-request-id', 'date']) assert.ok(reply.headers[header], header);
        const { cookie = '' } = await (await sent).allHeaders();
        assert.equal(/session=x/.test(cookie), /cookies/.test(name), 'cookies go where the browser lets them');
        assert.equal((await ask(target.url, { method: 'POST', body: '{"score":9}' })).status, 201);
        assert.equal((await ask(`${target.url}/?_=1&utm_source=x`, json({ score: 8 }))).status, 201);
        assert.equal(await stored(target), 3);
      });

      test('XMLHttpRequest with credentials', async () => {
        const target = await make(daemon);
        const status = await frame.evaluate(
          (url) =>
            new Promise((resolve) => {
              const request = new XMLHttpRequest();
              request.open('POST', url);
              request.withCredentials = true;
              request.setRequestHeader('Content-Type', 'application/json');
              request.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
              request.onloadend = () => resolve(request.status);
              request.send('{"score":9}');
            }),
          target.url,
        );
        assert.equal(status, 201);
        assert.equal(await stored(target), 1);
      });

      test('headers that wrappers add, one by one and together', async () => {
        const target = await make(daemon);
        for (const [header, value] of Object.entries(HEADERS))
          for (const credentials of ['include', 'omit']) {
            const reply = await ask(target.url, { ...json({ score: 9 }, { [header]: value }), credentials });
            assert.equal(reply.status, 201, `${header} ${JSON.stringify(reply)}`);
          }
        assert.equal((await ask(target.url, json({ score: 9 }, HEADERS))).status, 201);
        assert.equal((await ask(`${target.form}?_=1`, { headers: HEADERS })).status, 200);
        const put = { ...json({ score: 9 }, HEADERS), method: 'PUT' };
        assert.equal((await ask(`${target.url}/01920000-0000-7000-8000-000000000001/`, put)).status, 201);
        assert.equal((await ask(`${target.url}/01920000-0000-7000-8000-000000000001`, put)).status, 200);
        assert.equal(await stored(target), 2 * Object.keys(HEADERS).length + 2);
      });

      test('the page sees why it is refused', async () => {
        const target = await make(daemon);
        const cases = [
          [404, target.url.replace(target.slug, 'nowhere'), json({ score: 9 })],
          [404, target.form.replace(target.slug, 'nowhere')],
          [405, target.form, json({ score: 9 })],
          [413, target.url, { ...json({}), body: ' '.repeat(330_000) }],
          [415, target.url, { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: 'a' }],
          [422, target.url, json({ score: 11 })],
          [400, target.url, { ...json({}), body: '{' }],
          [400, `${target.form}?respondent=%ff`],
        ];
        for (const [status, url, options] of cases)
          for (const credentials of ['include', 'omit'])
            assert.equal((await ask(url, { ...options, credentials })).status, status, `${status} ${url}`);
        assert.equal(await stored(target), 0);
      });

      test('and that it is to come again', async () => {
        const target = await make(limited);
        let reply;
        for (let i = 0; i < 5 && reply?.status !== 429; i++) reply = await ask(target.url, json({ score: 9 }));
        assert.equal(reply.status, 429, JSON.stringify(reply));
        assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
        assert.match(reply.headers.ratelimit, /^"address";r=0;/);
      });
    });
  }

  test('a page that is isolated sees that what it sends by no-cors is taken', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(isolated.origin);
    assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
    const [open, kept] = [await make(daemon), await make(daemon, { allowed_origins: ['https://shop.example'] })];
    const send = (url) =>
      page.evaluate(
        (where) =>
          fetch(where, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"score":9}' }).then(
            (reply) => reply.type,
            (error) => error.name,
          ),
        url,
      );
    assert.equal(await send(open.url), 'opaque');
    assert.equal(await send(kept.url), 'TypeError');
    assert.deepEqual([await stored(open), await stored(kept)], [1, 0]);
    await context.close();
  });

  test('a page sees that the storage is full, and that it no longer is', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(shop.origin);
    const target = await make(full);
    await full.settled();
    const post = () =>
      page.evaluate(
        (url) =>
          fetch(url, {
            method: 'POST',
            credentials: 'include',
            headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'a' },
            body: '{"score":9,"id":"01920000-0000-7000-8000-000000000002"}',
          }).then((reply) => [reply.status, Number(reply.headers.get('Retry-After'))]),
        target.url,
      );
    const [status, retry] = await post();
    assert.equal(status, 507);
    assert.ok(retry > 0);
    assert.equal((await post())[0], 201);
    await context.close();
  });
});
