// Browsers that are signed in: by whom a session can be had, for which requests it counts, and when it ends.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fakeClock, library } from '../fault/faketime.mjs';
import { listen } from './listening.mjs';
import { readRoutes, readSiteRoutes } from './routes.mjs';
import { ask } from './web.mjs';
import {
  assertProblem,
  makeDirectory,
  METRICS,
  removeDirectory,
  ROOT,
  run,
  sqlite,
  start,
  until,
  use,
} from './harness.mjs';

const NAME = '__Host-cxd';
const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps' });
await d.post('nps', { score: 9, id: '0192f3a0-0000-7000-8000-000000000001' });

const own = (daemon) => daemon.url;
const makeKey = async (daemon, scopes, over = {}) =>
  (await daemon.admin('POST', '/v1/keys', { body: { name: scopes.join(), scopes, ...over } })).json;
const signIn = (daemon, body, headers = {}) =>
  daemon.request('POST', '/v1/session', { body, headers: { Origin: own(daemon), ...headers } });
const cookieOf = (reply) => /^(__Host-cxd=[^;]*);/.exec(reply.headers['set-cookie']?.[0] ?? '')?.[1];
const session = async (daemon, key) => {
  const reply = await signIn(daemon, { key });
  assert.equal(reply.status, 201, reply.text);
  return cookieOf(reply);
};
const link = async (daemon, body = {}, key = daemon.key) =>
  (await daemon.request('POST', '/v1/session/links', { key, body })).json;
const secretOf = ({ url }) => new URL(url).hash.slice(1);
const withCookie = (daemon, cookie, method, target, { headers = {}, ...rest } = {}) =>
  daemon.request(method, target, {
    ...rest,
    headers: { Cookie: cookie, ...(method === 'GET' ? {} : { Origin: own(daemon) }), ...headers },
  });
const look = async (daemon, cookie) => (await withCookie(daemon, cookie, 'GET', '/v1/keys')).status;
const records = async (daemon) =>
  (await daemon.admin('GET', '/v1/audit?limit=500')).json.records.filter(({ act }) => act.startsWith('session.'));
const exclude = (daemon, cookie, headers) =>
  withCookie(daemon, cookie, 'PATCH', '/v1/surveys/nps/responses/0192f3a0-0000-7000-8000-000000000001', {
    body: { excluded: true, reason: 'x' },
    headers,
  });

const good = await session(d, (await makeKey(d, ['admin'])).key);

describe('signing in', () => {
  test('by a key: a fresh secret each time, in a cookie that no script and no other host gets', async () => {
    const replies = [await signIn(d, { key: d.key }), await signIn(d, { key: ` ${d.key}\n` })];
    for (const reply of replies) {
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.deepEqual(reply.headers['set-cookie'].length, 1);
      assert.match(
        reply.headers['set-cookie'][0],
        /^__Host-cxd=cxw_[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
      );
      assert.doesNotMatch(reply.text, /cx[swl]_/);
      assert.equal(await look(d, cookieOf(reply)), 200);
    }
    assert.notEqual(cookieOf(replies[0]), cookieOf(replies[1]));
    const stored = sqlite(d.database, 'SELECT hex(hash) FROM session;\n');
    assert.doesNotMatch(stored, new RegExp(Buffer.from(cookieOf(replies[0]).slice(11)).toString('hex'), 'i'));
  });

  test('a cookie that the browser brings along is never taken over', async () => {
    const chosen = `${NAME}=cxw_${'A'.repeat(43)}`;
    const reply = await signIn(d, { key: d.key }, { Cookie: chosen });
    assert.equal(reply.status, 201);
    assert.notEqual(cookieOf(reply), chosen);
    assert.equal(await look(d, chosen), 401);
  });

  test('what a page is told', async () => {
    const { json: stranger } = await d.request('GET', '/v1/session');
    assert.deepEqual(stranger, {
      signed_in: false,
      name: null,
      scopes: [],
      reads_without_key: false,
      reads_words_without_key: false,
      can_sign_in: true,
      why_not: null,
    });
    const key = await makeKey(d, ['read', 'export']);
    const { json } = await withCookie(d, await session(d, key.key), 'GET', '/v1/session');
    assert.deepEqual([json.signed_in, json.name, json.scopes], [true, 'read,export', ['read', 'export']]);
  });

  test('bad keys, bodies and links', async () => {
    assertProblem(await signIn(d, { key: 'cxs_none' }), 401, 'bad_key');
    assertProblem(await signIn(d, { key: 'x'.repeat(5000) }), 401, 'bad_key');
    assertProblem(await signIn(d, { link: d.key }), 401, 'bad_key');
    assertProblem(await signIn(d, { key: (await session(d, d.key)).slice(11) }), 401, 'bad_key');
    assertProblem(await signIn(d, { link: (await session(d, d.key)).slice(11) }), 401, 'bad_key');
    assertProblem(await signIn(d, {}), 422, 'invalid', ['/key']);
    assertProblem(await signIn(d, { key: 1 }), 422, 'invalid', ['/key']);
    assertProblem(await signIn(d, { key: d.key, link: 'x' }), 422, 'invalid', ['/link']);
    assertProblem(await signIn(d, { key: d.key, more: 1 }), 422, 'invalid', ['/more']);
    for (const reply of [await signIn(d, { key: 'cxs_none' }), await signIn(d, {})])
      assert.equal(reply.headers['set-cookie'], undefined);
  });

  test('a link: once, with its scopes, by POST alone', async () => {
    const made = await link(d, { scopes: ['read'] });
    assert.match(made.url, new RegExp(`^${d.url}/login#cxl_[\\w-]{43}$`));
    assert.deepEqual(made.scopes, ['read']);
    const secret = secretOf(made);
    for (const target of [`/login?${secret}`, `/login?token=${secret}`, `/v1/session?link=${secret}`])
      await ask(d, 'GET', target);
    assert.equal(await look(d, `${NAME}=${secret}`), 401, 'a link is no session');
    const first = await signIn(d, { link: secret });
    assert.equal(first.status, 201, first.text);
    assert.deepEqual(first.json.scopes, ['read']);
    assertProblem(await withCookie(d, cookieOf(first), 'GET', '/v1/keys'), 403, 'scope');
    assertProblem(await signIn(d, { link: secret }), 401, 'bad_key');
  });

  test('of two who spend a link at once one is signed in', async () => {
    for (let round = 0; round < 10; round++) {
      const secret = secretOf(await link(d));
      const replies = await Promise.all([1, 2, 3, 4].map(() => signIn(d, { link: secret })));
      assert.equal(replies.filter(({ status }) => status === 201).length, 1);
      for (const reply of replies.filter(({ status }) => status !== 201))
        assert.ok(['link_spent', 'bad_key'].includes(reply.json.type.split('/').at(-1)), reply.text);
    }
  });

  test('a link is for who has a key, and for no more than that may', async () => {
    const key = await makeKey(d, ['read']);
    assert.deepEqual((await link(d, {}, key.key)).scopes, ['read']);
    const more = await d.request('POST', '/v1/session/links', { key: key.key, body: { scopes: ['read', 'admin'] } });
    assertProblem(more, 422, 'invalid', ['/scopes']);
    const bare = await d.request('POST', '/v1/session/links', { body: {} });
    assertProblem(bare, 401, 'no_key');
    const held = await session(d, d.key);
    assertProblem(await withCookie(d, held, 'POST', '/v1/session/links', { body: {} }), 401, 'no_key');
  });
});

describe('what a session counts for', () => {
  const FOREIGN = {
    'no Origin': undefined,
    'null': 'null',
    'another host': 'https://evil.example',
    'a port beside': `http://${d.host}:${d.port + 1}`,
    'another name of the machine': `http://localhost:${d.port}`,
    'another scheme': `https://${d.host}:${d.port}`,
    'more behind it': `${d.url}.evil.example`,
    'a path': `${d.url}/`,
    'a user': `http://x@${d.host}:${d.port}`,
    'nothing': '',
  };
  for (const [what, origin] of Object.entries(FOREIGN))
    test(`a write needs the own Origin: ${what}`, async () => {
      const cookie = await session(d, d.key);
      const headers = { Cookie: cookie, ...(origin === undefined ? {} : { Origin: origin }) };
      const target = '/v1/surveys/nps/responses/0192f3a0-0000-7000-8000-000000000001';
      const reply = await d.request('PATCH', target, { headers, body: { excluded: true } });
      assertProblem(reply, 403, 'not_own_page');
      const signing = await d.request('POST', '/v1/session', {
        headers: origin === undefined ? {} : { Origin: origin },
        body: { key: d.key },
      });
      assertProblem(signing, 403, 'not_own_page');
      assert.equal(signing.headers['set-cookie'], undefined);
      assertProblem(await d.request('DELETE', '/v1/session', { headers }), 403, 'not_own_page');
      assert.equal(await look(d, cookie), 200);
    });

  test('two Origins are none', async () => {
    const cookie = await session(d, d.key);
    const reply = await d.raw(
      `DELETE /v1/session HTTP/1.1\r\nHost: ${d.host}:${d.port}\r\nCookie: ${cookie}\r\nOrigin: ${d.url}\r\n` +
        `Origin: https://evil.example\r\n\r\n`,
    );
    assert.equal(reply.status, 403);
  });

  test('what is done by it is written down as that', async () => {
    const key = await makeKey(d, ['write', 'read']);
    const cookie = await session(d, key.key);
    assert.equal((await exclude(d, cookie)).status, 200);
    const { json } = await d.admin('GET', '/v1/audit?limit=500');
    assert.equal(json.records.filter(({ act }) => act === 'response.exclude').at(-1).actor, `${key.prefix}/session`);
    assertProblem(await withCookie(d, cookie, 'POST', '/v1/keys', { body: {} }), 403, 'scope');
  });

  test('no call of other pages or of machines reads a cookie', async () => {
    const cookie = await session(d, d.key);
    const before = await d.admin('GET', '/v1/status');
    for (const bad of [cookie, `${NAME}=cxw_none`]) {
      const posted = await withCookie(d, bad, 'POST', '/v1/surveys/nps/responses', { body: { score: 3 } });
      assert.equal(posted.status, 201);
      assert.equal((await withCookie(d, bad, 'GET', '/v1/surveys/nps/form')).status, 200);
    }
    const batch = { body: '{"survey":"nps","score":1}\n', type: 'application/x-ndjson' };
    assertProblem(await withCookie(d, cookie, 'POST', '/v1/responses', batch), 401, 'no_key');
    assert.equal(before.status, 200);
  });

  test('on every route that pages of others may use a cookie is nothing', async () => {
    const open = [...readRoutes(), ...readSiteRoutes()].filter(({ flags }) => flags.includes('HTTP_CORS'));
    assert.ok(open.length >= 4, `${open.length} routes`);
    const cookie = await session(d, (await makeKey(d, ['read', 'write', 'admin'])).key);
    const bad = `${NAME}=cxw_${'A'.repeat(43)}`;
    for (const { method, pattern } of open) {
      const target = pattern
        .replace('{survey}', 'nps')
        .replace('{id}', '0192f3a0-0000-7000-8000-000000000002')
        .replace(/\{[^}]*\}/g, 'x');
      const options = { headers: { Origin: 'https://shop.example' }, ...(method !== 'get' && { body: { score: 4 } }) };
      const ask = (sent) =>
        d.request(method.toUpperCase(), target, {
          ...options,
          headers: { ...options.headers, ...(sent && { Cookie: sent }) },
        });
      await ask(); // what is stored with an id is there for all that follow
      const [without, by, stale] = [await ask(), await ask(cookie), await ask(bad)];
      assert.ok(without.status < 500 && ![401, 403].includes(without.status), `${method} ${pattern}: ${without.text}`);
      const said = ({ status, headers, json }) => [
        status,
        headers['access-control-allow-origin'],
        Object.keys(json ?? {}),
      ];
      assert.deepEqual(said(by), said(without), `${method} ${pattern}`);
      assert.deepEqual(said(stale), said(without), `${method} ${pattern}`);
      for (const reply of [by, stale]) assert.equal(reply.headers['set-cookie'], undefined);
    }
    // What a session opens no page of others reads.
    const preflight = await d.request('OPTIONS', '/v1/keys', {
      headers: { 'Origin': 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  });

  test('an Authorization header goes before it', async () => {
    const cookie = await session(d, d.key);
    const reply = await withCookie(d, cookie, 'GET', '/v1/keys', { headers: { Authorization: 'Bearer cxs_none' } });
    assertProblem(reply, 401, 'bad_key');
    const key = await makeKey(d, ['read']);
    assertProblem(await withCookie(d, cookie, 'GET', '/v1/keys', { key: key.key }), 403, 'scope');
  });

  test('a page of another origin reads nothing by it', async () => {
    const cookie = await session(d, d.key);
    const from = (site) => withCookie(d, cookie, 'GET', '/v1/keys', { headers: { 'Sec-Fetch-Site': site } });
    for (const site of ['cross-site', 'same-site', 'SAME-ORIGIN', '']) assertProblem(await from(site), 401, 'no_key');
    for (const site of ['same-origin', 'none']) assert.equal((await from(site)).status, 200);
    const told = await withCookie(d, cookie, 'GET', '/v1/session', { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    assert.equal(told.json.signed_in, false);
  });

  const value = good.slice(NAME.length + 1);
  const COOKIES = {
    [`a=b; ${good}`]: 200,
    [`${good};`]: 200,
    [`  ${good}  ; x`]: 200,
    [`x${good}`]: 401,
    [`${good}; ${good}`]: 401,
    [`${good}; ${NAME}=`]: 401,
    [`${NAME}=x; ${good}`]: 401,
    [`${NAME}="${value}"`]: 401,
    [`${NAME} =${value}`]: 401,
    [`${NAME}= ${value}`]: 401,
    [`${NAME.toUpperCase()}=${value}`]: 401,
    [`${NAME}=${value}x`]: 401,
    [`${NAME}=${value.slice(0, -1)}`]: 401,
    [`${NAME}=${'x'.repeat(4000)}`]: 401,
    [`${NAME}=`]: 401,
    [`${NAME}`]: 401,
    [`=${value}`]: 401,
    [`$Version=1; ${good}`]: 200,
    [`${';'.repeat(50)}${good}`]: 200,
    [`${NAME}=${value}%00`]: 401,
    [`${NAME}=é`]: 401,
  };
  for (const [cookie, status] of Object.entries(COOKIES))
    test(`the header ${JSON.stringify(cookie.replaceAll(value, 'VALUE')).slice(0, 60)}`, async () => {
      const sent = Buffer.from(cookie, 'utf8').toString('latin1');
      assert.equal((await withCookie(d, sent, 'GET', '/v1/keys')).status, status);
    });

  test('two Cookie headers are none', async () => {
    const head = `GET /v1/keys HTTP/1.1\r\nHost: ${d.host}:${d.port}\r\n`;
    assert.equal((await d.raw(`${head}Cookie: ${good}\r\n\r\n`)).status, 200);
    assert.equal((await d.raw(`${head}Cookie: ${good}\r\nCookie: a=b\r\n\r\n`)).status, 401);
  });
});

describe('the end', () => {
  test('of this session, and of all of a key', async () => {
    const key = await makeKey(d, ['read', 'admin']);
    const [a, b, c] = [await session(d, key.key), await session(d, key.key), await session(d, key.key)];
    const others = await session(d, d.key);
    const out = await withCookie(d, a, 'DELETE', '/v1/session');
    assert.equal(out.status, 204);
    assert.match(out.headers['set-cookie'][0], /^__Host-cxd=; Path=\/; Secure; .*Max-Age=0$/);
    assert.deepEqual([await look(d, a), await look(d, b), await look(d, c)], [401, 200, 200]);
    assertProblem(await withCookie(d, a, 'GET', '/v1/keys'), 401, 'session_ended');
    assert.equal((await withCookie(d, b, 'DELETE', '/v1/session?everywhere=true')).status, 204);
    assert.deepEqual([await look(d, b), await look(d, c), await look(d, others)], [401, 401, 200]);
    const last = (await records(d)).at(-1);
    assert.deepEqual(
      [last.act, last.actor, last.target, last.detail],
      ['session.end', `${key.prefix}/session`, key.id, 'sessions 2'],
    );
  });

  test('two tabs are one session: out in one is out in the other, and ends what it listens to', async () => {
    const key = await makeKey(d, ['read', 'write']);
    const [shared, other] = [await session(d, key.key), await session(d, key.key)];
    const listening = (cookie) =>
      listen(d, '/v1/surveys/nps/live', { key: null, headers: { 'Cookie': cookie, 'Sec-Fetch-Site': 'same-origin' } });
    const [tab, beside] = [await listening(shared), await listening(other)];
    for (const each of [tab, beside]) assert.ok((await each.next('ready')).length > 0);
    // Both work at once, and neither is signed out by what the other does.
    const worked = await Promise.all([exclude(d, shared), exclude(d, shared), look(d, shared)]);
    assert.deepEqual(
      worked.map((reply) => reply.status ?? reply),
      [200, 200, 403],
    );
    assert.equal((await withCookie(d, shared, 'DELETE', '/v1/session')).status, 204);
    await until(() => tab.closed, 'the end of the stream');
    assert.equal(beside.closed, false);
    const told = await withCookie(d, shared, 'GET', '/v1/session');
    assert.equal(told.json.signed_in, false);
    assertProblem(await exclude(d, shared), 401, 'session_ended');
    assertProblem(await withCookie(d, shared, 'DELETE', '/v1/session'), 401, 'session_ended');
    assert.equal((await withCookie(d, other, 'GET', '/v1/session')).json.signed_in, true);
    assert.equal((await withCookie(d, other, 'DELETE', '/v1/session?everywhere=true')).status, 204);
    await until(() => beside.closed, 'the end of the other');
  });

  test('who signs in where somebody is signed in gets a session of their own', async () => {
    const [first, second] = [await makeKey(d, ['read']), await makeKey(d, ['read', 'write'])];
    const before = await session(d, first.key);
    const reply = await signIn(d, { key: second.key }, { Cookie: before });
    assert.equal(reply.status, 201);
    assert.deepEqual(reply.json.scopes, ['read', 'write']);
    assert.notEqual(cookieOf(reply), before);
    const scopes = async (cookie) => (await withCookie(d, cookie, 'GET', '/v1/session')).json.scopes;
    assert.deepEqual([await scopes(before), await scopes(cookieOf(reply))], [['read'], ['read', 'write']]);
  });

  test('a key that is revoked takes its sessions and links along at once', async () => {
    const key = await makeKey(d, ['read', 'admin']);
    const cookie = await session(d, key.key);
    const unspent = secretOf(await link(d, {}, key.key));
    assert.equal(await look(d, cookie), 200);
    assert.equal((await d.admin('DELETE', `/v1/keys/${key.id}`)).status, 200);
    assertProblem(await withCookie(d, cookie, 'GET', '/v1/keys'), 401, 'session_ended');
    assert.equal((await withCookie(d, cookie, 'GET', '/v1/session')).json.signed_in, false);
    assertProblem(await signIn(d, { link: unspent }), 401, 'bad_key');
  });

  test('a key has twenty; the one that was used longest ago ends', async () => {
    const key = await makeKey(d, ['admin']);
    const cookies = [];
    for (let i = 0; i < 22; i++) cookies.push(await session(d, key.key));
    const statuses = await Promise.all(cookies.map((cookie) => look(d, cookie)));
    assert.equal(statuses.filter((status) => status === 200).length, 20);
    assert.equal(statuses[21], 200);
  });

  test('a restart is none, and the log tells who came and went', async (t) => {
    const mine = await use(t);
    const cookie = await session(mine, mine.key);
    const secret = secretOf(await link(mine, { scopes: ['read'] }));
    await mine.end();
    await mine.begin();
    assert.equal(await look(mine, cookie), 200);
    assert.equal((await signIn(mine, { link: secret })).status, 201);
    assert.equal((await withCookie(mine, cookie, 'DELETE', '/v1/session?everywhere=true')).status, 204);
    assert.deepEqual(
      (await records(mine)).map(({ act, actor, detail }) => [act, actor.replace(/^cxs_.{4}/, 'KEY'), detail]),
      [
        ['session.begin', 'KEY', 'scopes admin'],
        ['session.link', 'KEY', 'scopes read'],
        ['session.begin', 'KEY', 'scopes read by link'],
        ['session.end', 'KEY/session', 'sessions 2'],
      ],
    );
    const checked = await run(['check', '-c', mine.config]);
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });

  test('a clock that goes on: a link a minute, a session twelve hours unused, thirty days in all', async (t) => {
    if (!library) return t.skip('libfaketime is not installed');
    const dir = makeDirectory();
    t.after(() => removeDirectory(dir));
    const clock = fakeClock(dir, '+0');
    const mine = await use(t, { dir, binary: path.join(ROOT, 'build/cxd'), env: clock.env });
    const [used, unused] = [await session(mine, mine.key), await session(mine, mine.key)];
    const secret = secretOf(await link(mine));
    clock.set('+61s');
    assertProblem(await signIn(mine, { link: secret }), 401, 'bad_key');
    const seen = async () => sqlite(mine.database, 'SELECT max(seen_at) FROM session;\n');
    for (let hours = 11; hours < 30 * 24; hours += 11) {
      const before = await seen();
      clock.set(`+${hours}h`);
      assert.equal(await look(mine, used), 200, `after ${hours} hours`);
      for (let i = 0; (await seen()) === before && i < 1000; i++) await look(mine, used);
      if (hours > 12) assert.equal(await look(mine, unused), 401, `unused for ${hours} hours`);
    }
    clock.set('+30d');
    assertProblem(await withCookie(mine, used, 'GET', '/v1/keys'), 401, 'session_ended');
  });
});

describe('where', () => {
  const post = (daemon, headers, body = { key: daemon.key }) =>
    daemon.request('POST', '/v1/session', { body, headers });

  test('nobody signs in over plain HTTP, but on the machine itself', async (t) => {
    const mine = await use(t, { config: { server: { public_url: 'http://survey.example/' } } });
    const far = { Host: 'survey.example', Origin: 'http://survey.example' };
    assertProblem(await post(mine, far), 403, 'no_sign_in');
    const told = (await mine.request('GET', '/v1/session', { headers: { Host: 'survey.example' } })).json;
    assert.equal(told.can_sign_in, false);
    assert.match(told.why_not, /plain HTTP/);
    for (const host of ['localhost', '[::1]:9', `127.0.0.1:${mine.port}`])
      assert.equal((await post(mine, { Host: host, Origin: `http://${host}` })).status, 201, host);
  });

  test('behind a proxy: one that is trusted, under the public URL', async (t) => {
    const server = { public_url: 'https://survey.example/cx' };
    const far = { Host: 'survey.example', Origin: 'https://survey.example' };
    const mine = await use(t, { config: { server } });
    const told = (await mine.request('GET', '/v1/session', { headers: far })).json;
    assert.match(told.why_not, /trusted_proxies/);
    assertProblem(await post(mine, far), 403, 'no_sign_in');

    const trusting = await use(t, { config: { server: { ...server, trusted_proxies: '127.0.0.1' } } });
    const reply = await post(trusting, far);
    assert.equal(reply.status, 201, reply.text);
    assert.equal((await post(trusting, { ...far, 'X-Forwarded-Proto': 'https' })).status, 201);
    assertProblem(await post(trusting, { ...far, 'X-Forwarded-Proto': 'http' }), 403, 'no_sign_in');
    assertProblem(await post(trusting, { ...far, 'Host': 'other.example' }), 403, 'no_sign_in');
    assertProblem(await post(trusting, { ...far, Origin: 'http://survey.example' }), 403, 'not_own_page');
  });

  test('over TLS of its own', async (t) => {
    const mine = await use(t, { tls: true });
    assert.equal((await post(mine, { Host: 'a.example', Origin: 'https://a.example' })).status, 201);
    assertProblem(await post(mine, { Host: 'a.example', Origin: 'http://a.example' }), 403, 'not_own_page');
  });
});

test('bad keys are counted and, beyond their limit, written down', async (t) => {
  const mine = await use(t, { config: { limits: { auth_rate: 5 } } });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await signIn(mine, { key: 'cxs_none' })).status);
  assert.deepEqual([...new Set(statuses)].sort(), [401, 429]);
  const noted = async () => (await records(mine)).filter(({ act }) => act === 'session.refused');
  for (let i = 0; (await noted()).length === 0 && i < 1000; i++);
  assert.equal((await noted()).length, 1);
  assert.equal((await noted())[0].actor, 'local');
});

test('who is signed in, and what became of attempts, is counted', async (t) => {
  const mine = await use(t, { config: { metrics: METRICS } });
  const figures = async () =>
    Object.fromEntries(
      [...(await mine.scrape()).text.matchAll(/^cxd_(?:sessions|sign_ins_total\{result="(.*)"\}) (\d+)$/gm)].map(
        ([, result, count]) => [result ?? 'sessions', Number(count)],
      ),
    );
  assert.deepEqual(await figures(), { sessions: 0, key: 0, link: 0, bad_key: 0 });
  const key = await makeKey(mine, ['read']);
  const [first, second] = [await session(mine, mine.key), await session(mine, mine.key)];
  await session(mine, key.key);
  const secret = secretOf(await link(mine));
  assert.deepEqual(await figures(), { sessions: 3, key: 3, link: 0, bad_key: 0 }); // a link is none yet
  assert.equal((await signIn(mine, { link: secret })).status, 201);
  await signIn(mine, { link: secret });
  await signIn(mine, { key: 'cxs_none' });
  await signIn(mine, {});
  await mine.request('POST', '/v1/session', { body: { key: mine.key } });
  const refused = { bad_key: 2, invalid: 1, not_own_page: 1 };
  assert.deepEqual(await figures(), { sessions: 4, key: 3, link: 1, ...refused });
  await withCookie(mine, first, 'DELETE', '/v1/session');
  await mine.admin('DELETE', `/v1/keys/${key.id}`);
  assert.equal((await figures()).sessions, 2);
  await withCookie(mine, second, 'DELETE', '/v1/session?everywhere=true');
  assert.deepEqual(await figures(), { sessions: 0, key: 3, link: 1, ...refused });
});

test('cxd login prints a link, for scripts as JSON', async () => {
  const printed = await run(['login', '-c', d.config, '--scope', 'read']);
  assert.equal(printed.status, 0, printed.stderr);
  assert.match(printed.stderr, /within a minute.*scopes read/);
  const signed = await signIn(d, { link: secretOf({ url: printed.stdout.trim() }) });
  assert.deepEqual(signed.json.scopes, ['read']);
  const json = await run(['login', '-c', d.config, '--json']);
  assert.deepEqual(JSON.parse(json.stdout).scopes, ['admin']);
  const key = await makeKey(d, ['read']);
  const file = path.join(d.dir, 'reader.key');
  fs.writeFileSync(file, key.key, { mode: 0o600 });
  const refused = await run(['login', '-c', d.config, '--key-file', file, '--scope', 'admin']);
  assert.notEqual(refused.status, 0);
});
