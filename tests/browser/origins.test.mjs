// Pages of other origins in a real browser: beacons, keepalive, preflights, allowed_origins, what a page may read.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch, site, until } from './harness.mjs';

const ID = '01920000-0000-7000-8000-0000000000';

describe('pages of another origin', () => {
  let daemon,
    browser,
    shop,
    context,
    page,
    number = 0;
  // A survey of its own for each test.
  const survey = async (definition = {}) => {
    const slug = `s${++number}`;
    await daemon.survey(slug, { metric: 'nps', ...definition });
    return { slug, url: `${daemon.url}/v1/surveys/${slug}/responses`, form: `${daemon.url}/v1/surveys/${slug}/form` };
  };
  const stored = async ({ slug }) => (await daemon.score(slug, 'window=all')).json.n;
  // Requests that were sent before this one have been answered once it has been: a page's connections are few.
  const settled = (target) => page.evaluate((url) => fetch(url).then((reply) => reply.status), target.form);
  // What fetch gives a page: { status, body, headers } or { refused }.
  const ask = (url, options = {}) =>
    page.evaluate(
      async ([where, what]) => {
        try {
          const reply = await fetch(where, what);
          return {
            status: reply.status,
            body: await reply.text(),
            headers: Object.fromEntries(reply.headers),
            type: reply.type,
          };
        } catch (error) {
          return { refused: error.name };
        }
      },
      [url, options],
    );
  const json = (body) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = (body) => ({ method: 'POST', body: JSON.stringify(body) });
  // What goes over the wire to the daemon, preflights too: "OPTIONS 204".
  const watch = async () => {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const methods = new Map(),
      seen = [];
    session.on('Network.requestWillBeSent', ({ requestId, request }) => methods.set(requestId, request.method));
    session.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.url.startsWith(daemon.url)) seen.push(`${methods.get(requestId)} ${response.status}`);
    });
    return seen;
  };

  before(async () => {
    daemon = await start();
    shop = await site();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
    await daemon?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(shop.origin);
  });
  afterEach(() => context.close());

  test('sendBeacon of a text is stored once, without a preflight', async () => {
    const target = await survey();
    const seen = await watch();
    assert.equal(
      await page.evaluate(
        ([url, body]) => navigator.sendBeacon(url, body),
        [target.url, '{"score":9,"comment":"a beacon"}'],
      ),
      true,
    );
    await until(
      () => stored(target),
      (n) => n > 0,
    );
    await settled(target);
    assert.equal(await stored(target), 1);
    assert.ok(!seen.some((line) => line.startsWith('OPTIONS')), seen.join());
  });

  for (const type of ['text/plain', 'text/plain;charset=UTF-8', '', 'application/json']) {
    test(`sendBeacon of a blob of type "${type}" is stored once`, async () => {
      const target = await survey();
      assert.equal(
        await page.evaluate(
          ([url, kind]) => navigator.sendBeacon(url, new Blob(['{"score":9}'], { type: kind })),
          [target.url, type],
        ),
        true,
      );
      await until(
        () => stored(target),
        (n) => n > 0,
      );
      await settled(target);
      assert.equal(await stored(target), 1);
    });
  }

  for (const event of ['pagehide', 'visibilitychange']) {
    test(`sendBeacon on ${event} outlives the page`, async () => {
      const target = await survey();
      await page.evaluate(
        ([url, name]) => {
          (name === 'pagehide' ? window : document).addEventListener(
            name,
            () => navigator.sendBeacon(url, '{"score":8}'),
            { once: true },
          );
        },
        [target.url, event],
      );
      await page.goto('about:blank');
      assert.equal(
        await until(
          () => stored(target),
          (n) => n > 0,
        ),
        1,
      );
      await page.close();
      assert.equal(await stored(target), 1);
    });
  }

  for (const [kind, headers] of [
    ['text', {}],
    ['JSON', { 'Content-Type': 'application/json' }],
  ]) {
    test(`fetch(keepalive) of ${kind} on pagehide outlives the page, and its retry is stored once`, async () => {
      const target = await survey();
      const body = JSON.stringify({ score: 7, id: `${ID}${kind === 'text' ? '01' : '02'}` });
      if (kind === 'JSON') await ask(target.url, { ...json({ score: 99 }) }); // the preflight is known then
      await page.evaluate(
        ([url, what]) => {
          window.addEventListener('pagehide', () => {
            fetch(url, what);
          });
        },
        [target.url, { method: 'POST', keepalive: true, headers, body }],
      );
      await page.goto(`${shop.origin}/next`);
      assert.equal(
        await until(
          () => stored(target),
          (n) => n > 0,
        ),
        1,
      );
      assert.equal((await ask(target.url, { method: 'POST', body })).status, 200);
      assert.equal(await stored(target), 1);
    });
  }

  test('fetch of JSON: one preflight, then none; the page reads the reply', async () => {
    const target = await survey();
    const seen = await watch();
    const reply = await ask(target.url, json({ score: 10 }));
    assert.equal(reply.status, 201);
    const { id } = JSON.parse(reply.body);
    assert.equal(reply.headers.location, `/v1/surveys/${target.slug}/responses/${id}`);
    assert.equal((await ask(target.url, json({ score: 10 }))).status, 201);
    await until(
      () => seen.length,
      (count) => count >= 3,
    );
    assert.deepEqual([...seen].sort(), ['OPTIONS 204', 'POST 201', 'POST 201']);
    assert.equal(await stored(target), 2);
  });

  test('PUT and Idempotency-Key: a retry gives one response', async () => {
    const target = await survey();
    const put = { ...json({ score: 3 }), method: 'PUT' };
    assert.equal((await ask(`${target.url}/${ID}03`, put)).status, 201);
    assert.equal((await ask(`${target.url}/${ID}03`, put)).status, 200);
    const keyed = {
      ...json({ score: 4 }),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': '"order-17"' },
    };
    const first = await ask(target.url, keyed);
    const second = await ask(target.url, keyed);
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal(JSON.parse(first.body).id, JSON.parse(second.body).id);
    assert.equal(await stored(target), 2);
  });

  test('a page reads why it was refused', async () => {
    const target = await survey();
    const invalid = await ask(target.url, json({ score: 11 }));
    assert.equal(invalid.status, 422);
    assert.equal(JSON.parse(invalid.body).errors[0].pointer, '/score');
    assert.equal((await ask(`${daemon.url}/v1/surveys/nowhere/responses`, json({ score: 1 }))).status, 404);
    assert.equal((await ask(target.url, text('x'.repeat(330_000)))).status, 413);
    assert.equal(
      (await ask(target.url, { method: 'POST', body: 'score=1', headers: { 'Content-Type': 'text/html' } })).status,
      415,
    );
    assert.equal((await ask(target.form, text({ score: 1 }))).status, 405);
    assert.equal(await stored(target), 0);
  });

  test('a page reads Retry-After', async () => {
    const full = await start({ storage: 'faulty:full:1-1:sqlite:PATH' });
    try {
      await full.survey('s', { metric: 'nps' });
      await full.settled();
      const url = `${full.url}/v1/surveys/s/responses`;
      const refused = await ask(url, json({ score: 9, id: `${ID}04` }));
      assert.equal(refused.status, 507);
      assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
      assert.equal((await ask(url, json({ score: 9, id: `${ID}04` }))).status, 201, 'and does what it says');
    } finally {
      await full.stop();
    }
  });

  test('the form: read with its ETag, and asked for again by it', async () => {
    const target = await survey({ texts: { en: { question: 'How likely?' } } });
    const reply = await ask(target.form);
    assert.equal(reply.status, 200);
    assert.equal(JSON.parse(reply.body).texts.en.question, 'How likely?');
    assert.match(reply.headers.etag, /^"/);
    assert.equal(
      (await ask(target.form, { headers: { 'If-None-Match': reply.headers.etag }, cache: 'no-store' })).status,
      304,
    );
  });

  test('allowed_origins that has the page lets it post', async () => {
    const target = await survey({ allowed_origins: ['https://other.example', shop.origin] });
    assert.equal((await ask(target.url, json({ score: 9 }))).status, 201);
    assert.equal((await ask(target.url, text({ score: 9 }))).status, 201);
    assert.equal((await ask(target.form)).status, 200);
    assert.equal(await stored(target), 2);
  });

  test('allowed_origins that has not: no preflight passes, nothing is stored, nothing is read', async () => {
    const { port } = new URL(shop.origin);
    const target = await survey({
      allowed_origins: [
        'https://shop.example',
        `https://localhost:${port}`,
        `http://127.0.0.1:${port}`,
        'http://localhost',
      ],
    });
    const seen = await watch();
    assert.deepEqual(await ask(target.url, json({ score: 9 })), { refused: 'TypeError' });
    assert.deepEqual(await ask(`${target.url}/${ID}05`, { ...json({ score: 9 }), method: 'PUT' }), {
      refused: 'TypeError',
    });
    assert.deepEqual(await ask(target.url, text({ score: 9 })), { refused: 'TypeError' });
    assert.equal((await ask(target.url, { ...text({ score: 9 }), mode: 'no-cors' })).type, 'opaque');
    assert.deepEqual(await ask(target.form), { refused: 'TypeError' });
    assert.equal(await page.evaluate((url) => navigator.sendBeacon(url, '{"score":9}'), target.url), true);
    const submitted = page.waitForResponse(
      (reply) => reply.url() === target.url && reply.request().isNavigationRequest(),
    );
    await page.evaluate((url) => {
      document.body.insertAdjacentHTML(
        'beforeend',
        `<iframe name=sink></iframe><form method=post enctype=text/plain target=sink action="${url}` +
          `"><input name='{"score":9,"comment":"' value='"}'></form>`,
      );
      document.querySelector('form').submit();
    }, target.url);
    assert.equal((await submitted).status(), 403);
    await until(
      () => seen.filter((line) => line === 'POST 403').length,
      (count) => count >= 3,
    );
    assert.ok(!seen.some((line) => / 20[01]$/.test(line) && line.startsWith('P')), seen.join());
    assert.equal(await stored(target), 0);
  });

  test('credentials do not open what a survey keeps from the page', async () => {
    const target = await survey({ allowed_origins: ['https://shop.example'] });
    assert.deepEqual(await ask(target.form, { credentials: 'include' }), { refused: 'TypeError' });
    assert.deepEqual(await ask(target.url, { ...json({ score: 9 }), credentials: 'include' }), {
      refused: 'TypeError',
    });
    assert.equal(await stored(target), 0);
  });

  test('calls with a key are not for pages of another origin', async () => {
    const headers = { Authorization: `Bearer ${daemon.key}` };
    const { slug } = await survey();
    for (const path of ['/v1/scores', '/v1/surveys', '/v1/keys', `/v1/surveys/${slug}/responses`])
      for (const credentials of ['omit', 'include'])
        assert.deepEqual(await ask(`${daemon.url}${path}`, { headers, credentials }), { refused: 'TypeError' }, path);
    const made = await ask(`${daemon.url}/v1/surveys/made`, {
      method: 'PUT',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: '{"metric":"nps"}',
    });
    assert.deepEqual(made, { refused: 'TypeError' });
    assert.equal((await daemon.admin('GET', '/v1/surveys/made')).status, 404);
  });

  // A sandboxed frame's Origin is "null".
  const fromSandbox = (url, options) =>
    page.evaluate(
      ([where, what]) =>
        new Promise((resolve) => {
          window.addEventListener('message', ({ data }) => resolve(data), { once: true });
          const frame = document.createElement('iframe');
          frame.sandbox = 'allow-scripts';
          frame.srcdoc =
            `<script>fetch(${JSON.stringify(where)}, ${JSON.stringify(what)}).then((reply) => ` +
            `reply.status, (error) => error.name).then((got) => parent.postMessage(got, '*'))</script>`;
          document.body.append(frame);
        }),
      [url, options],
    );

  test('a page without an origin posts where the survey names none, or names "null"', async () => {
    for (const allowed of [[], ['null'], ['https://shop.example', 'null']]) {
      const target = await survey({ allowed_origins: allowed });
      assert.equal(await fromSandbox(target.url, json({ score: 9 })), 201);
      assert.equal(await fromSandbox(target.url, text({ score: 9 })), 201);
      assert.equal(await stored(target), 2);
    }
    const target = await survey({ allowed_origins: [shop.origin] });
    assert.equal(await fromSandbox(target.url, json({ score: 9 })), 'TypeError');
    assert.equal(await fromSandbox(target.url, text({ score: 9 })), 'TypeError');
    assert.equal(await stored(target), 0);
  });
});
