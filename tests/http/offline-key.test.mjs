// The admin key is lost: what a start and the commands say of it, and how its owner makes another without the daemon.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BINARY, NPS, environment, run, sqlite, start, use, useDirectory } from './harness.mjs';

const SECRET = /^cxs_[A-Za-z0-9_-]{43}\n$/;
const OWNER = 61234;
const noRoot = process.geteuid() === 0 ? false : 'only root can act as others';
const offline = (daemon, ...args) => run(['key', 'create', '--offline', '-c', daemon.config, ...args]);
const status = (daemon) => run(['status', '-c', daemon.config]);

async function prepare(t) {
  const daemon = await use(t);
  await daemon.survey('nps', NPS);
  return { daemon, keyFile: path.join(daemon.dir, 'admin.key') };
}

// What the daemon says of itself between a start and an end.
async function life(daemon, during = () => {}) {
  const [out, err] = [daemon.stdout.length, daemon.stderr.length];
  await daemon.begin();
  await during();
  await daemon.end();
  return { stdout: daemon.stdout.slice(out), stderr: daemon.stderr.slice(err) };
}

// The key is the caller's from now on, and opens the daemon in the file and by itself.
async function opens(daemon, keyFile, secret) {
  assert.equal(fs.readFileSync(keyFile, 'utf8'), secret);
  assert.equal(fs.statSync(keyFile).mode & 0o777, 0o600);
  const said = await life(daemon, async () => {
    assert.equal(status(daemon).status, 0);
    const { records } = (await daemon.request('GET', '/v1/audit?limit=500', { key: secret.trim() })).json;
    assert.equal(records.filter(({ act }) => act === 'key.create').at(-1).actor, 'local');
    const verified = run(['audit', 'verify', '-c', daemon.config]);
    assert.equal(verified.status, 0, verified.stderr);
  });
  assert.match(said.stdout, /^admin key: .*\/admin\.key$/m);
  assert.doesNotMatch(said.stderr, /admin_key_unusable/);
}

const LOST = {
  'the file was removed': {
    lose: (daemon, keyFile) => fs.rmSync(keyFile),
    start: /admin\.key is missing/,
    asked: /There is no .*admin\.key/,
  },
  'the file is empty': {
    lose: (daemon, keyFile) => fs.writeFileSync(keyFile, ''),
    start: /admin\.key holds no key/,
    asked: /admin\.key/,
    gives: 1,
  },
  'the key was revoked': {
    lose: async (daemon) => {
      await daemon.admin('POST', '/v1/keys', { body: { name: 'other', scopes: ['admin'] } });
      const { keys } = (await daemon.admin('GET', '/v1/keys')).json;
      await daemon.admin('DELETE', `/v1/keys/${keys.find(({ name }) => name === 'first admin key').id}`);
    },
    start: /admin\.key holds a key that was revoked/,
    asked: /admin\.key does not open this daemon/,
  },
  'the key has expired': {
    lose: async (daemon) => {
      await daemon.admin('POST', '/v1/keys', { body: { name: 'other', scopes: ['admin'] } });
      await daemon.end();
      sqlite(daemon.database, `UPDATE api_key SET expires_at = ${Date.now() - 1000} WHERE name = 'first admin key';`);
      await daemon.begin();
    },
    start: /admin\.key holds a key that has expired/,
    asked: /admin\.key does not open this daemon/,
  },
  'the database is a copy of another time': {
    lose: (daemon, keyFile) => fs.writeFileSync(keyFile, `cxs_${'A'.repeat(43)}\n`),
    start: /admin\.key holds a key that the database does not know, as after a backup was restored/,
    asked: /admin\.key does not open this daemon/,
  },
  'the file has a key of less': {
    lose: async (daemon, keyFile) => {
      const { key } = (await daemon.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
      fs.writeFileSync(keyFile, `${key}\n`);
    },
    start: /admin\.key holds a key that has not the scope admin/,
  },
};

for (const [what, { lose, start, asked }] of Object.entries(LOST))
  test(`${what}: the start and the commands say so, and another is made`, async (t) => {
    const { daemon, keyFile } = await prepare(t);
    await lose(daemon, keyFile);
    if (asked) {
      const refused = status(daemon);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, asked);
      if (/401/.test(refused.stderr)) assert.match(refused.stderr, /cxd key create --offline.*daemon is stopped/);
    }
    await daemon.end();
    const said = await life(daemon);
    assert.match(said.stderr, start);
    assert.match(said.stderr, /admin_key_unusable.*cxd key create --offline/);
    assert.match(said.stdout, new RegExp(`^admin key: .*${start.source}.*cxd key create --offline`, 'm'));
    const made = offline(daemon);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, SECRET);
    assert.match(made.stderr, /admin\.key holds the new key/);
    await opens(daemon, keyFile, made.stdout);
  });

test('name, scopes and life are as asked; a file that is good stays', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  const before = fs.readFileSync(keyFile, 'utf8');
  await daemon.end();
  const read = offline(daemon, 'dashboard', '--scope', 'read', '--scope', 'export', '--expires', '90d', '--json');
  assert.equal(read.status, 0, read.stderr);
  const made = JSON.parse(read.stdout);
  assert.deepEqual([made.name, made.scopes], ['dashboard', ['read', 'export']]);
  assert.ok(Math.abs(Date.parse(made.expires_at) - Date.now() - 90 * 86_400_000) < 3_600_000, made.expires_at);
  const admin = offline(daemon);
  assert.match(admin.stdout, SECRET);
  assert.match(admin.stderr, /shown this once/);
  assert.equal(fs.readFileSync(keyFile, 'utf8'), before);
  fs.rmSync(keyFile);
  assert.equal(offline(daemon, 'r', '--scope', 'read').status, 0);
  assert.ok(!fs.existsSync(keyFile), 'a key of less is none to keep there');
  await daemon.begin();
  const ask = (key) => daemon.request('GET', '/v1/keys', { key });
  assert.equal((await ask(admin.stdout.trim())).status, 200);
  assert.equal((await ask(made.key)).status, 403);
  assert.equal((await ask(before.trim())).status, 200);
});

test('what is not to be made is refused: 2 of the line, 1 of what is asked', async (t) => {
  const { daemon } = await prepare(t);
  await daemon.end();
  for (const [args, said] of [
    [['--url', 'http://127.0.0.1:1'], /--offline asks no daemon/],
    [['--key', 'x'], /--offline asks no daemon/],
    [['--expires', 'soon'], /--expires takes a duration/],
    [['--scope', 'root'], /--scope does not take 'root'/],
    [['a', 'b'], /one argument too many/],
  ]) {
    const done = offline(daemon, ...args);
    assert.equal(done.status, 2, done.stderr);
    assert.match(done.stderr, said);
  }
  for (const name of ['n'.repeat(200), '', 'a\u001b[31m']) {
    const done = offline(daemon, name);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /^cxd key create: NAME must /);
  }
  const online = run(['key', 'create', '-c', daemon.config, '--scope', 'read']);
  assert.equal(online.status, 2);
  assert.match(online.stderr, /an argument is missing: NAME/);
});

test('beside a daemon that runs it is refused, and nothing has changed', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  fs.renameSync(keyFile, `${keyFile}.away`);
  const done = offline(daemon);
  assert.equal(done.status, 1);
  assert.match(done.stderr, new RegExp(`is in use by process ${daemon.child.pid}: stop the daemon first`));
  assert.equal(done.stdout, '');
  assert.ok(!fs.existsSync(keyFile));
  assert.equal((await daemon.admin('GET', '/v1/keys')).json.keys.length, 1);
});

test('what is said of a long path is said to its end', async (t) => {
  const dir = path.join(useDirectory(t), 'd'.repeat(140));
  fs.mkdirSync(dir);
  const daemon = await start({ dir });
  const done = offline(daemon);
  await daemon.end();
  assert.equal(done.status, 1);
  assert.match(done.stderr, /cxd\.db is in use by process \d+: stop the daemon first, .*, without --offline$/m);
});

test('no database is made, and nothing else', (t) => {
  const dir = useDirectory(t);
  const config = path.join(dir, 'cxd.conf');
  for (const url of [`sqlite:${dir}/none.db`, `sqlite:${dir}/none/none.db`]) {
    fs.writeFileSync(config, `[storage]\nurl = ${url}\n`);
    const done = run(['key', 'create', '--offline', '-c', config]);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /there is no database .*none\.db: the first start of a daemon makes one/);
  }
  fs.writeFileSync(config, `[storage]\nurl = sqlite:${dir}/empty.db\n`);
  fs.writeFileSync(path.join(dir, 'empty.db'), '');
  assert.match(run(['key', 'create', '--offline', '-c', config]).stderr, /empty\.db is empty/);
  fs.writeFileSync(path.join(dir, 'empty.db'), 'this is no database at all, whatever its name says of it');
  assert.equal(run(['key', 'create', '--offline', '-c', config]).status, 1);
  assert.deepEqual(fs.readdirSync(dir).sort(), ['cxd.conf', 'empty.db', 'empty.db.lock']);
});

test('a database of another schema is left as it is', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  await daemon.end();
  fs.rmSync(keyFile);
  const schema = Number(sqlite(daemon.database, 'PRAGMA user_version;'));
  for (const [version, said] of [
    [schema - 1, /has schema \d+, of an older cxd: start the daemon once/],
    [schema + 1, /has schema \d+, and this version of cxd knows only up to/],
  ]) {
    sqlite(daemon.database, `PRAGMA user_version = ${version};`);
    const done = offline(daemon);
    assert.equal(done.status, 1);
    assert.match(done.stderr, said);
    assert.equal(Number(sqlite(daemon.database, 'PRAGMA user_version;')), version);
    assert.ok(!fs.existsSync(keyFile));
  }
  sqlite(daemon.database, `PRAGMA user_version = ${schema};`);
  assert.equal(offline(daemon).status, 0);
});

test('a bad line of the configuration is passed over; one that says where is not', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  await daemon.end();
  fs.rmSync(keyFile);
  const good = fs.readFileSync(daemon.config, 'utf8');
  fs.writeFileSync(daemon.config, good.replace(/^url = .*$/m, 'ulr = x'));
  const lost = offline(daemon);
  assert.equal(lost.status, 1);
  assert.match(lost.stderr, /\[storage\] url cannot be read/);
  fs.writeFileSync(daemon.config, `${good}[server]\nstate_directry = ${daemon.dir}\n`);
  assert.match(offline(daemon).stderr, /\[server\] state_directory cannot be read/);
  fs.writeFileSync(daemon.config, `${good}[log]\nx = 1\n`);
  const done = offline(daemon);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stderr, /passed over: .*\[log\] x/);
  fs.writeFileSync(daemon.config, good);
  await opens(daemon, keyFile, done.stdout);
});

test('a name that cannot be written is told, and the key is shown', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  await daemon.end();
  fs.rmSync(keyFile);
  fs.mkdirSync(keyFile);
  const done = offline(daemon);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, SECRET);
  assert.match(done.stderr, /warning: cannot write .*admin\.key: .*keep the key that is printed/);
  fs.rmdirSync(keyFile);
  fs.symlinkSync(daemon.config, keyFile);
  const said = await life(daemon, () => {
    const refused = status(daemon);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /admin\.key is a symbolic link, .*: it is not used/);
  });
  assert.match(said.stderr, /admin_key_unusable.*admin\.key cannot be used: is a symbolic link/);
});

test('a key that could not be shown is not said to be', async (t) => {
  const { daemon, keyFile } = await prepare(t);
  await daemon.end();
  const full = () => {
    const out = fs.openSync('/dev/full', 'w');
    const done = spawnSync(BINARY, ['key', 'create', '--offline', '-c', daemon.config], {
      env: environment(),
      stdio: ['ignore', out, 'pipe'],
      encoding: 'utf8',
    });
    fs.closeSync(out);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /cannot write the output/);
    return done.stderr;
  };
  assert.match(full(), /the key cxs_.{4} was made and is lost, since it could not be shown: revoke it/);
  fs.rmSync(keyFile);
  assert.match(full(), /admin\.key holds the new key/);
  await opens(daemon, keyFile, fs.readFileSync(keyFile, 'utf8'));
});

test('root acts as the owner of the directory; others are refused', { skip: noRoot }, async (t) => {
  const { daemon, keyFile } = await prepare(t);
  await daemon.end();
  fs.rmSync(keyFile);
  for (const name of fs.readdirSync(daemon.dir)) fs.chownSync(path.join(daemon.dir, name), OWNER, OWNER);
  fs.chownSync(daemon.dir, OWNER, OWNER);
  const done = offline(daemon);
  assert.equal(done.status, 0, done.stderr);
  for (const name of fs.readdirSync(daemon.dir))
    assert.equal(fs.statSync(path.join(daemon.dir, name)).uid, OWNER, name);
  assert.equal(fs.statSync(keyFile).mode & 0o777, 0o600);
  // In a directory of root's, a database of somebody else is not root's to write in.
  fs.chownSync(daemon.dir, 0, 0);
  const other = offline(daemon);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /cxd\.db belongs to uid 61234: run this as that user/);
});
