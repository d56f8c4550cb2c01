// The page on which the dashboard's script runs: the same on all of its paths, without data, and under a policy that
// lets nothing else run.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { start } from './harness.mjs';
import { ask, elements } from './web.mjs';

const PATHS = [
  '/',
  '/surveys/shop',
  '/surveys/no-such-survey',
  '/surveys/shop/comments',
  '/journeys/buying',
  '/alerts',
  '/admin',
  '/admin/keys',
  '/login',
];
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};
const readPolicy = (text) => Object.fromEntries(text.split('; ').map((rule) => rule.split(/ (.*)/s).slice(0, 2)));

describe('the page of the dashboard', () => {
  let daemon;
  before(async () => {
    daemon = await start();
    await daemon.survey('shop', { metric: 'nps', name: 'Shop & Co' });
  });
  after(() => daemon.stop());

  test('is one page on every path, which names no survey and asks for nothing', async () => {
    const first = await ask(daemon, 'GET', '/');
    assert.equal(first.status, 200);
    assert.equal(first.headers['content-type'], 'text/html; charset=utf-8');
    assert.doesNotMatch(first.text, /shop/i);
    for (const path of PATHS)
      for (const target of [path, `${path}?window=30d&property.plan=pro&%zz=%zz`, path === '/' ? path : `${path}/`]) {
        const reply = await ask(daemon, 'GET', target);
        assert.equal(reply.status, 200, target);
        assert.equal(reply.text, first.text, target);
        const head = await ask(daemon, 'HEAD', target);
        assert.equal(head.body.length, 0);
        assert.equal(head.headers.etag, first.headers.etag);
        const again = await ask(daemon, 'GET', target, { headers: { 'If-None-Match': first.headers.etag } });
        assert.equal(again.status, 304);
      }
  });

  test('nothing but the files beside it runs, and nobody frames or keeps it', async () => {
    const { headers, text } = await ask(daemon, 'GET', '/surveys/shop');
    assert.deepEqual(readPolicy(headers['content-security-policy']), POLICY);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['cache-control'], 'private, no-cache');
    const all = elements(text);
    assert.equal(all.filter(({ name, text: inner }) => ['script', 'style'].includes(name) && inner.trim()).length, 0);
    assert.equal(
      all.filter(({ attributes }) => Object.keys(attributes).some((name) => /^(style|on)/.test(name))).length,
      0,
    );
    assert.ok(all.some(({ name }) => name === 'noscript'));
    const files = [
      ...all.filter(({ name }) => name === 'script').map(({ attributes }) => attributes.src),
      ...all.filter(({ name }) => name === 'link').map(({ attributes }) => attributes.href),
    ];
    assert.equal(files.length, 3);
    for (const file of files) {
      assert.match(file, /^\/assets\/(dashboard\.[0-9a-f]{16}\.(css|js)|icon\.[0-9a-f]{16}\.svg)$/);
      assert.equal((await ask(daemon, 'GET', file)).status, 200);
    }
  });

  test('a key is not looked at, and another method or path is none of it', async () => {
    assert.equal((await ask(daemon, 'GET', '/', { headers: { Authorization: 'Bearer cxs_none' } })).status, 200);
    assert.equal((await ask(daemon, 'POST', '/')).status, 405);
    for (const path of ['/surveys', '/surveys/a/b/c', '/journeys', '/alerts/x', '/admin/x/y', '//', '/index.html'])
      assert.equal((await ask(daemon, 'GET', path)).status, 404, path);
  });
});

test('below the path of public_url, and by the days of the zone', async () => {
  const daemon = await start({
    config: { server: { public_url: 'https://survey.example/cx/' }, reporting: { timezone: 'Europe/Berlin' } },
  });
  const all = elements((await ask(daemon, 'GET', '/alerts')).text);
  const { attributes } = all.find(({ name }) => name === 'body');
  assert.equal(attributes['data-root'], '/cx');
  assert.equal(attributes['data-timezone'], 'Europe/Berlin');
  assert.match(all.find(({ name }) => name === 'script').attributes.src, /^\/cx\/assets\/dashboard\./);
  await daemon.stop();
});
