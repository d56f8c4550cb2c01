// Forms in a real browser: a plain HTML form, FormData, URLSearchParams, beacons of both; a body that is compressed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch, site, until } from './harness.mjs';

const COMMENT = 'größer, 100% + "x"\nand a second line';

describe('forms of pages of another origin', () => {
  let daemon,
    browser,
    shop,
    context,
    page,
    number = 0;
  const survey = async () => {
    const slug = `s${++number}`;
    await daemon.survey(slug, { metric: 'nps' });
    return { slug, url: `${daemon.url}/v1/surveys/${slug}/responses`, form: `${daemon.url}/v1/surveys/${slug}/form` };
  };
  const stored = async ({ slug }) => (await daemon.score(slug, 'window=all')).json.n;
  // The one that is stored, once there is one, and once what was sent before has been answered.
  const only = async (target) => {
    await until(
      () => stored(target),
      (n) => n > 0,
    );
    await page.evaluate((url) => fetch(url).then((reply) => reply.status), target.form);
    const { responses } = (await daemon.admin('GET', `/v1/surveys/${target.slug}/responses`)).json;
    assert.equal(responses.length, 1, 'stored once');
    const [{ score, comment, properties }] = responses;
    return { score, comment, properties };
  };
  const EXPECTED = { score: 9, comment: COMMENT, properties: { plan: 'pro' } };

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

  for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
    test(`a plain form of ${enctype} is stored once`, async () => {
      const target = await survey();
      const submitted = page.waitForResponse(
        (reply) => reply.url() === target.url && reply.request().isNavigationRequest(),
      );
      await page.evaluate(
        ([url, kind, text]) => {
          document.body.insertAdjacentHTML(
            'beforeend',
            `<iframe name=sink></iframe><form method=post target=sink enctype="${kind}" action="${url}">` +
              '<input type=radio name=score value=8><input type=radio name=score value=9 checked>' +
              '<textarea name=comment></textarea><input name="property.plan" value=pro><input name=channel>' +
              '<input type=hidden name=_charset_><button>Send</button></form>',
          );
          document.querySelector('textarea').value = text;
          document.querySelector('button').click();
        },
        [target.url, enctype, COMMENT],
      );
      assert.equal((await submitted).status(), 201);
      assert.deepEqual(await only(target), EXPECTED);
    });
  }

  for (const kind of ['FormData', 'URLSearchParams'])
    for (const way of ['fetch', 'sendBeacon'])
      test(`${way} of ${kind} is stored once`, async () => {
        const target = await survey();
        const got = await page.evaluate(
          async ([url, what, how, text]) => {
            const body = new window[what]();
            body.append('score', '9');
            body.append('comment', text);
            body.append('property.plan', 'pro');
            if (how === 'sendBeacon') return navigator.sendBeacon(url, body);
            return (await fetch(url, { method: 'POST', body })).status;
          },
          [target.url, kind, way, COMMENT],
        );
        assert.equal(got, way === 'fetch' ? 201 : true);
        assert.deepEqual(await only(target), EXPECTED);
      });

  test('FormData with a file is refused, and the page reads why', async () => {
    const target = await survey();
    const problem = await page.evaluate(async (url) => {
      const body = new FormData();
      body.append('score', '9');
      body.append('comment', new Blob(['x']), 'x.txt');
      return (await fetch(url, { method: 'POST', body })).json();
    }, target.url);
    assert.deepEqual(
      problem.errors.map(({ pointer }) => pointer),
      ['/comment'],
    );
    assert.equal(await stored(target), 0);
  });

  test('a body compressed by the page is stored once', async () => {
    const target = await survey();
    const status = await page.evaluate(
      async ([url, text]) => {
        const plain = new Blob([JSON.stringify({ score: 9, comment: text, properties: { plan: 'pro' } })]);
        const body = await new Response(plain.stream().pipeThrough(new CompressionStream('gzip'))).blob();
        const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
        return (await fetch(url, { method: 'POST', headers, body })).status;
      },
      [target.url, COMMENT],
    );
    assert.equal(status, 201);
    assert.deepEqual(await only(target), EXPECTED);
  });
});
