// API keys: the first one, creating, listing, revoking, scopes, expiry (docs/edge.md §6).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, sqlite, start, use, UUID, until } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps' });
const SECRET = /^cxs_[A-Za-z0-9_-]{43}$/;
const create = async (body) => {
  const reply = await d.admin('POST', '/v1/keys', { body });
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
};
const list = async () => (await d.admin('GET', '/v1/keys')).json.keys;
const score = (key) => d.request('GET', '/v1/surveys/nps/score', { key });

test('the first start writes an admin key that only its owner may read', () => {
  const stat = fs.statSync(d.keyFile);
  assert.equal(stat.mode & 0o777, 0o600);
  assert.match(fs.readFileSync(d.keyFile, 'utf8').trim(), SECRET);
});

test('the admin key is never printed', () => {
  assert.ok(!d.stdout.includes(d.key));
  assert.ok(!d.stderr.includes(d.key));
});

test('a key is shown once, then known by prefix', async () => {
  const made = await create({ name: 'dashboard', scopes: ['read', 'export'] });
  assert.match(made.key, SECRET);
  assert.match(made.id, UUID);
  assert.equal(made.name, 'dashboard');
  assert.deepEqual([...made.scopes].sort(), ['export', 'read']);
  assert.equal(made.prefix, made.key.slice(0, 8));
  assert.equal(made.expires_at, null);
  assert.equal(made.revoked_at, null);
  assert.ok(Math.abs(Date.parse(made.created_at) - Date.now()) < 60_000);
  const text = (await d.admin('GET', '/v1/keys')).text;
  assert.ok(!text.includes(made.key));
  const { key, ...rest } = made;
  const listed = (await list()).find((item) => item.id === made.id);
  assert.deepEqual(listed, rest);
});

test('only a hash is at rest', async (t) => {
  const mine = await use(t);
  const made = (await mine.admin('POST', '/v1/keys', { body: { name: 'hash', scopes: ['read'] } })).json;
  await mine.end();
  for (const file of fs.readdirSync(mine.dir)) {
    if (file === 'admin.key') continue;
    const bytes = fs.readFileSync(path.join(mine.dir, file));
    assert.ok(!bytes.includes(made.key), file);
    assert.ok(!bytes.includes(mine.key), file);
  }
});

const ROUTES = [
  ['read', 'GET', '/v1/surveys'],
  ['read', 'GET', '/v1/surveys/nps'],
  ['read', 'GET', '/v1/surveys/nps/score'],
  ['read', 'GET', '/v1/surveys/nps/trend'],
  ['read', 'GET', '/v1/scores'],
  ['write', 'POST', '/v1/responses', '', 'application/x-ndjson'],
  ['admin', 'PUT', '/v1/surveys/nps', '{"metric":"nps"}'],
  ['admin', 'DELETE', '/v1/surveys/absent'],
  ['admin', 'GET', '/v1/keys'],
  ['read', 'GET', '/v1/surveys/nps/responses'],
  ['read', 'GET', '/v1/surveys/nps/responses/01920000-0000-7000-8000-000000000001'],
  ['write', 'PATCH', '/v1/surveys/nps/responses/01920000-0000-7000-8000-000000000001', '{"excluded":false}'],
  ['export', 'GET', '/v1/respondents/ann'],
  ['erase', 'DELETE', '/v1/respondents/ann'],
  ['admin', 'GET', '/v1/audit'],
  ['admin', 'POST', '/v1/keys', '{"name":"x","scopes":["read"]}'],
  ['admin', 'DELETE', '/v1/keys/01920000-0000-7000-8000-000000000001'],
];
const SCOPES = ['read', 'write', 'export', 'erase', 'admin'];
const keys = Object.fromEntries(
  await Promise.all(
    SCOPES.map(async (scope) => [
      scope,
      (await d.admin('POST', '/v1/keys', { body: { name: scope, scopes: [scope] } })).json.key,
    ]),
  ),
);
for (const [need, method, target, body, type] of ROUTES) {
  test(`${method} ${target} needs ${need}`, async () => {
    const options = { body, type };
    const bare = await d.request(method, target, options);
    assertProblem(bare, 401, 'no_key');
    assert.match(bare.headers['www-authenticate'], /^Bearer\b/);
    for (const scope of SCOPES) {
      const reply = await d.request(method, target, { ...options, key: keys[scope] });
      if (scope === need || scope === 'admin') assert.ok(![401, 403].includes(reply.status), `${scope}: ${reply.text}`);
      else assertProblem(reply, 403, 'scope');
    }
  });
}

for (const key of ['x', 'cxs_', `cxs_${'A'.repeat(43)}`, 'cxs_'.repeat(100)]) {
  test(`the key ${key.slice(0, 20)} is not known`, async () => {
    const reply = await score(key);
    assertProblem(reply, 401, 'bad_key');
    assert.match(reply.headers['www-authenticate'], /^Bearer\b/);
  });
}

test('a key cut or changed by one character is another', async () => {
  const { key } = await create({ name: 'n', scopes: ['read'] });
  assert.equal((await score(key)).status, 200);
  assertProblem(await score(key.slice(0, -1)), 401, 'bad_key');
  assertProblem(await score(`${key}A`), 401, 'bad_key');
  assertProblem(await score(key.slice(0, 10) + (key[10] === 'A' ? 'B' : 'A') + key.slice(11)), 401, 'bad_key');
});

test('Authorization: the scheme is Bearer, in any case, and nothing else', async () => {
  const ask = (value) => d.request('GET', '/v1/surveys/nps/score', { headers: { Authorization: value } });
  assert.equal((await ask(`bearer ${keys.read}`)).status, 200);
  for (const value of [`Basic ${Buffer.from(`x:${keys.read}`).toString('base64')}`, keys.read, 'Bearer'])
    assert.equal((await ask(value)).status, 401, value);
});

test('a revoked key is refused at once, and the list says when', async () => {
  const made = await create({ name: 'short-lived', scopes: ['read'] });
  assert.equal((await score(made.key)).status, 200);
  const reply = await d.admin('DELETE', `/v1/keys/${made.id}`);
  assert.equal(reply.status, 200, reply.text);
  assert.ok(Date.parse(reply.json.revoked_at) > 0);
  assertProblem(await score(made.key), 401, 'bad_key');
  const listed = (await list()).find((item) => item.id === made.id);
  assert.ok(Date.parse(listed.revoked_at) > 0);
  const again = await d.admin('DELETE', `/v1/keys/${made.id}`);
  assert.deepEqual([again.status, again.json.revoked_at], [200, listed.revoked_at]);
  assertProblem(await d.admin('DELETE', '/v1/keys/01920000-0000-7000-8000-000000000001'), 404, 'no_such_key');
});

test('an expired key is refused', async () => {
  const later = await create({
    name: 'later',
    scopes: ['read'],
    expires_at: new Date(Date.now() + 3600_000).toISOString(),
  });
  assert.equal((await score(later.key)).status, 200);
  const before = Date.now();
  const days = await create({ name: 'days', scopes: ['read'], expires_in: '90d' });
  const asked = Date.parse(days.expires_at) - 90 * 86_400_000;
  assert.ok(before <= asked && asked <= Date.now(), days.expires_at);
  const soon = await create({ name: 'soon', scopes: ['read'], expires_at: new Date(Date.now() + 1500).toISOString() });
  const expiry = Date.parse(soon.expires_at);
  const ended = await until(async () => {
    const reply = await score(soon.key);
    return reply.status === 200 ? null : reply;
  }, 'its end');
  assert.ok(Date.now() >= expiry - 5);
  assertProblem(ended, 401, 'bad_key');
});

test('the last-used day is noted', async () => {
  const made = await create({ name: 'used', scopes: ['read'] });
  assert.equal((await list()).find((item) => item.id === made.id).last_used, null);
  const before = new Date().toISOString().slice(0, 10);
  await score(made.key);
  const day = await until(async () => (await list()).find((item) => item.id === made.id).last_used);
  assert.ok([before, new Date().toISOString().slice(0, 10)].includes(day), day);
});

const BAD = [
  [{}, ['/name', '/scopes']],
  [{ name: 'x' }, ['/scopes']],
  [{ name: 'x', scopes: [] }, ['/scopes']],
  [{ name: 'x', scopes: ['read', 'root'] }, ['/scopes/1']],
  [{ name: 'x', scopes: 'read' }, ['/scopes']],
  [{ name: '', scopes: ['read'] }, ['/name']],
  [{ name: 7, scopes: ['read'] }, ['/name']],
  [{ name: 'n'.repeat(129), scopes: ['read'] }, ['/name']],
  [{ name: 'x', scopes: ['read'], expires_at: 'soon' }, ['/expires_at']],
  [{ name: 'x', scopes: ['read'], scope: 'x' }, ['/scope']],
  [{ name: 'x', scopes: ['read'], expires_in: 'long' }, ['/expires_in']],
];
for (const [body, pointers] of BAD) {
  test(`a key of ${JSON.stringify(body).slice(0, 60)} is refused by name`, async () =>
    assertProblem(await d.admin('POST', '/v1/keys', { body }), 422, 'invalid', pointers));
}

test('keys and revocations survive a restart; the admin key is not made anew', async (t) => {
  const mine = await use(t);
  const kept = (await mine.admin('POST', '/v1/keys', { body: { name: 'kept', scopes: ['read'] } })).json;
  const gone = (await mine.admin('POST', '/v1/keys', { body: { name: 'gone', scopes: ['read'] } })).json;
  await mine.admin('DELETE', `/v1/keys/${gone.id}`);
  const admin = mine.key;
  await mine.end();
  await mine.begin();
  assert.equal(mine.key, admin);
  assert.equal((await mine.request('GET', '/v1/surveys', { key: kept.key })).status, 200);
  assertProblem(await mine.request('GET', '/v1/surveys', { key: gone.key }), 401, 'bad_key');
  assert.equal((await mine.admin('GET', '/v1/keys')).status, 200);
});

test('a key that ended is listed for 30 days, then removed, with a record; the newest admin key never', async (t) => {
  const mine = await use(t, { config: { storage: { retention_delay: 0 } } });
  const make = async (name, scopes = ['read']) =>
    (await mine.admin('POST', '/v1/keys', { body: { name, scopes } })).json;
  const names = async () => (await mine.admin('GET', '/v1/keys')).json.keys.map((key) => key.name);
  const kept = await make('kept');
  for (const name of ['revoked long ago', 'revoked', 'expired long ago', 'expired', 'revoked admin']) {
    const { id } = await make(name, name.endsWith('admin') ? ['admin'] : ['read']);
    if (name.startsWith('revoked')) assert.equal((await mine.admin('DELETE', `/v1/keys/${id}`)).status, 200);
  }
  const old = await make('expired admin, the newest', ['admin']);
  await mine.end();
  const [long, ago] = [31, 29].map((days) => Date.now() - days * 86_400_000);
  const set = (member, time, name) => `UPDATE api_key SET ${member} = ${time} WHERE name = '${name}';`;
  sqlite(
    mine.database,
    set('revoked_at', long, 'revoked long ago') +
      set('revoked_at', ago, 'revoked') +
      set('expires_at', long, 'expired long ago') +
      set('expires_at', ago, 'expired') +
      set('revoked_at', long, 'revoked admin') +
      set('expires_at', long, 'expired admin, the newest'),
  );
  await mine.begin();
  while ((await names()).includes('revoked admin')) await new Promise(setImmediate);
  assert.deepEqual((await names()).sort(), [
    'expired',
    'expired admin, the newest',
    'first admin key',
    'kept',
    'revoked',
  ]);
  const { records } = (await mine.admin('GET', '/v1/audit?limit=500')).json;
  assert.deepEqual(
    records.filter((record) => record.act === 'key.prune').map(({ actor, target, detail }) => [actor, target, detail]),
    [['local', 'keys', 'removed 3']],
  );
  assertProblem(await mine.request('GET', '/v1/surveys', { key: old.key }), 401, 'bad_key');
  assert.equal((await mine.request('GET', '/v1/surveys', { key: kept.key })).status, 200);
});
