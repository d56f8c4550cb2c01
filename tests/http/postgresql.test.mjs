// The daemon on a PostgreSQL: what it says of it, what becomes of a server that is away, whose the schema is, and what
// two first starts at once agree on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { NPS, ini, run, start, until, use, useDirectory } from './harness.mjs';
import { commonServer, useServer } from '../support/postgresql.mjs';

// A database of its own on the server that the tests here have in common: { server, name, url }.
async function useDatabase(t, server) {
  const on = server ?? (await commonServer());
  const name = on.create();
  t.after(() => !server && on.drop(name));
  return { server: on, name, url: on.url(name) };
}

// A configuration for the tools: its path.
function configure(dir, url, name = 'tool.conf') {
  const file = path.join(dir, name);
  fs.writeFileSync(file, ini({ storage: { url }, server: { state_directory: dir } }));
  return file;
}

const roles = (server, name, owner, daemon) =>
  server.sql(`CREATE ROLE ${owner} LOGIN; CREATE ROLE ${daemon} LOGIN; ALTER DATABASE ${name} OWNER TO ${owner};`);

test('answers are there after a restart, and the library is named', async (t) => {
  const { url } = await useDatabase(t);
  const daemon = await use(t, { storage: url, config: { metrics: { listen: '127.0.0.1:0' } } });
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assert.match((await daemon.scrape()).text, /^cxd_build_info\{.*libpq="\d+\.\d+"/m);
  await daemon.end();
  await daemon.begin();
  assert.equal((await daemon.score('nps')).json.n, 1);
});

test('two daemons in one state directory: the second is refused', async (t) => {
  const { url } = await useDatabase(t);
  const daemon = await use(t, { storage: url });
  await assert.rejects(start({ storage: url, dir: daemon.dir }), /the state directory \S+ is another daemon's/);
  assert.equal((await daemon.admin('GET', '/v1/keys')).status, 200);
});

test('a server that is away: 503 at once, not ready, and all is well when it is back', async (t) => {
  const server = await useServer(t);
  const { url } = await useDatabase(t, server);
  const daemon = await use(t, { storage: url });
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  await server.halt();
  // The first may find it out itself, and is told no lie.
  assert.equal((await daemon.post('nps', { score: 1 })).status, 503);
  await until(async () => {
    const ready = await daemon.request('GET', '/readyz');
    return ready.status === 503 && ready.json.reasons.some(({ reason }) => reason === 'database_unreachable');
  }, 'not ready');
  const id = '01930000-0000-7000-8000-000000000001';
  for (const reply of [
    await daemon.put('nps', id, { score: 10 }),
    await daemon.batch([{ survey: 'nps', score: 3 }]).then((batch) => batch.lines?.[0] ?? batch),
    await daemon.score('nps'),
  ])
    assert.equal(reply.status, 503, JSON.stringify(reply));
  assert.match((await daemon.score('nps')).headers['retry-after'], /^\d+$/);
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
  assert.equal((await daemon.admin('GET', '/v1/status')).json.ready, false);
  await server.start();
  await until(async () => (await daemon.request('GET', '/readyz')).status === 200, 'ready again');
  assert.equal((await daemon.put('nps', id, { score: 10 })).status, 201);
  const { json } = await daemon.score('nps');
  assert.equal(json.n, 2);
  assert.match(daemon.stderr, /database_lost place=unreachable/);
  assert.match(daemon.stderr, /database_back/);
});

test('no server at the start: the daemon says so, and nothing of a password', async (t) => {
  const dir = useDirectory(t);
  const url = `postgresql://cxd:s3cret@/feedback?host=${dir}&sslpassword=s3cret2`;
  await assert.rejects(start({ storage: url, dir }), (error) => {
    assert.match(error.message, /no connection to PostgreSQL/);
    assert.doesNotMatch(error.message, /s3cret/);
    return true;
  });
});

test('a password stands in no log, error, status, metric or printed configuration', async (t) => {
  const server = await useServer(t, { hba: 'local all cxd trust\nlocal all all scram-sha-256\n' });
  const { name } = await useDatabase(t, server);
  server.sql(`CREATE ROLE guarded LOGIN PASSWORD 's3cret'; ALTER DATABASE ${name} OWNER TO guarded;`);
  const url = `postgresql://guarded:s3cret@/${name}?host=${server.directory}`;
  const daemon = await use(t, {
    storage: url,
    config: { metrics: { listen: '127.0.0.1:0' }, log: { level: 'debug' } },
  });
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  const said = [(await daemon.admin('GET', '/v1/status')).text, (await daemon.scrape()).text];
  await server.halt();
  await until(async () => (await daemon.request('GET', '/readyz')).status === 503, 'not ready');
  said.push((await daemon.post('nps', { score: 1 })).text, (await daemon.score('nps')).text);
  said.push((await daemon.request('GET', '/readyz')).text, (await daemon.admin('GET', '/v1/status')).text);
  await server.start();
  await until(async () => (await daemon.request('GET', '/readyz')).status === 200, 'ready again');
  // A password that is wrong by now is refused by the server, with its words.
  server.sql("ALTER ROLE guarded PASSWORD 'other'");
  for (const args of [['check'], ['backup', 'copy'], ['rebuild'], ['migrate'], ['key', 'create', 'x', '--offline']]) {
    const done = run([...args, '-c', daemon.config], { cwd: daemon.dir });
    assert.equal(done.status, 1, `${args}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, /PostgreSQL|no file/, args.join(' '));
    said.push(done.stdout, done.stderr);
  }
  said.push(run(['serve', '--check', '-c', daemon.config]).stdout, run(['serve', '--print-config']).stdout);
  said.push(fs.readFileSync(`/proc/${daemon.child.pid}/cmdline`, 'utf8'));
  server.sql("ALTER ROLE guarded PASSWORD 's3cret'");
  said.push(daemon.stdout, daemon.stderr);
  for (const text of said) assert.doesNotMatch(text, /s3cret/);
});

test("a password comes from a file, a credential, libpq's own files or a service", async (t) => {
  const server = await useServer(t, { hba: 'local all cxd trust\nlocal all all scram-sha-256\n' });
  const { name } = await useDatabase(t, server);
  server.sql(`CREATE ROLE guarded LOGIN PASSWORD 's3 cret'; ALTER DATABASE ${name} OWNER TO guarded;`);
  const dir = useDirectory(t);
  const put = (file, text, mode = 0o600) => {
    fs.writeFileSync(path.join(dir, file), text, { mode });
    return path.join(dir, file);
  };
  const base = `postgresql://guarded@/${name}?host=${server.directory}`;
  const alone = put('pass word', 's3 cret\n', 0o640);
  const service = put('services', `[cxd]\nhost=${server.directory}\ndbname=${name}\nuser=guarded\n`);
  const pgpass = put('pgpass', '*:*:*:guarded:s3 cret\n');
  const ways = [
    [`${base}&passwordfile=${encodeURIComponent(alone)}`],
    [`postgresql://guarded@/${name}?passwordfile=${encodeURIComponent(alone)}&host=${server.directory}`],
    [`${base}&passwordfile=pass%20word`, { CREDENTIALS_DIRECTORY: dir }],
    [`${base}&passfile=${pgpass}`],
    [`postgresql:///?service=cxd&passfile=${pgpass}`, { PGSERVICEFILE: service }],
  ];
  for (const [url, env] of ways) {
    const done = run(['migrate', '-c', configure(dir, url)], { env });
    assert.equal(done.status, 0, `${url}: ${done.stderr}`);
  }
  put('empty', '\n');
  for (const [url, why] of [
    [`${base}&passwordfile=${dir}/none`, /the file of the database's password, \S+\/none: No such file/],
    [`${base}&passwordfile=${dir}/empty`, /is empty/],
    [`${base}&passwordfile=empty`, /is no path, and there are no credentials/],
    [base, /no password supplied/],
  ]) {
    const done = run(['migrate', '-c', configure(dir, url)], { env: { CREDENTIALS_DIRECTORY: undefined } });
    assert.equal(done.status, 1, url);
    assert.match(done.stderr, why);
  }
});

test('the tools say what to use in their place', async (t) => {
  const dir = useDirectory(t);
  const { url } = await useDatabase(t);
  const file = configure(dir, url);
  for (const args of [['check'], ['backup', 'copy'], ['restore', 'copy']]) {
    const done = run([...args, '-c', file], { cwd: dir });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /has no file to .*the server's own tools do, such as pg_dump/);
  }
});

test('rebuild recounts, and a key is made without the daemon', async (t) => {
  const { url } = await useDatabase(t);
  const daemon = await use(t, { storage: url });
  await daemon.survey('nps', NPS);
  for (const score of [1, 9, 10]) assert.equal((await daemon.post('nps', { score })).status, 201);
  const before = (await daemon.score('nps')).json;
  await daemon.end();
  const rebuilt = run(['rebuild', '-c', daemon.config]);
  assert.equal(rebuilt.stdout, 'Recounted 3 responses.\n', rebuilt.stderr);
  fs.rmSync(path.join(daemon.dir, 'admin.key'));
  const made = run(['key', 'create', 'again', '--offline', '-c', daemon.config]);
  assert.equal(made.status, 0, made.stderr);
  await daemon.begin();
  assert.equal(daemon.key, made.stdout.trim());
  const after = (await daemon.score('nps')).json;
  assert.deepEqual([after.score, after.n], [before.score, before.n]);
});

test('a daemon whose role may change rows and no table', async (t) => {
  const { server, name } = await useDatabase(t);
  const owner = `owner_${name}`;
  const role = `daemon_${name}`;
  roles(server, name, owner, role);
  const url = server.url(name, { user: role });
  await assert.rejects(start({ storage: url }), (error) => {
    assert.match(error.message, /has no schema of cxd's, and the role daemon_\w+ may not make it: 'cxd schema'/);
    return true;
  });
  const ddl = run(['schema', '--role', role]);
  assert.equal(ddl.status, 0, ddl.stderr);
  server.sql(`SET ROLE ${owner};\n${ddl.stdout}`, name);
  const daemon = await use(t, { storage: url });
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assert.equal((await daemon.score('nps')).json.n, 1);
  // Of all tables: each is granted, and none is the daemon's.
  const tables = server.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", name).split('\n');
  const granted = [...ddl.stdout.matchAll(/^GRANT \S.* ON (\w+) TO/gm)].map(([, table]) => table).sort();
  assert.deepEqual(granted, tables.toSorted());
  const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
  assert.equal(server.sql(owners, name), owner);
  for (const statement of ['ALTER TABLE response ADD x int', 'DROP TABLE response', 'CREATE TABLE mine (x int)'])
    assert.throws(() => server.sql(`SET ROLE ${role}; ${statement};`, name), /must be owner|permission denied/);
  // Older, and newer.
  await daemon.end();
  server.sql('DELETE FROM cxd_schema', name);
  await assert.rejects(start({ storage: url }), /may not (make it|bring it)/);
  server.sql('INSERT INTO cxd_schema (version) VALUES (99)', name);
  await assert.rejects(start({ storage: url }), /has schema 99, of a newer cxd/);
  server.sql('DELETE FROM cxd_schema; INSERT INTO cxd_schema (version) VALUES (1)', name);
  await daemon.begin();
  assert.equal((await daemon.score('nps')).json.n, 1);
});

test('cxd migrate makes the schema for another role, once', async (t) => {
  const dir = useDirectory(t);
  const { server, name } = await useDatabase(t);
  const owner = `owner_${name}`;
  const role = `daemon_${name}`;
  roles(server, name, owner, role);
  const refused = run(['migrate', '-c', configure(dir, server.url(name, { user: role }))]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /may not make it/);
  const file = configure(dir, server.url(name, { user: owner }));
  const made = run(['migrate', '--role', role, '-c', file]);
  assert.equal(made.stdout, 'Made schema 1.\n', made.stderr);
  assert.match(run(['migrate', '-c', file]).stdout, /^The database has schema 1, the newest/);
  const daemon = await use(t, { storage: server.url(name, { user: role }) });
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  const sqlite = run(['migrate', '-c', configure(dir, `sqlite:${dir}/cxd.db`)]);
  assert.match(sqlite.stderr, /"sqlite:" is brought up to date by the daemon that opens it/);
});

test('what distributes the tables names each once, by the survey where that is in its primary key', async (t) => {
  const { server, name, url } = await useDatabase(t);
  const file = configure(useDirectory(t), url);
  assert.equal(run(['migrate', '-c', file]).status, 0);
  const { stdout } = run(['schema', '--citus']);
  const statements = [...stdout.matchAll(/^SELECT create_(\w+)_table\('(\w+)'(?:, '(\w+)')?.*\);$/gm)];
  const tables = server.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name).split('\n');
  assert.deepEqual(
    statements.map(([, , table]) => table).sort(),
    tables.filter((table) => table !== 'cxd_schema').sort(),
  );
  const keyed = `SELECT DISTINCT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
      AND a.attnum = ANY (i.indkey) AND a.attname = 'survey')`;
  const without = server.sql(keyed, name).split('\n');
  for (const [, kind, table, column] of statements) {
    assert.equal(column, kind === 'distributed' ? 'survey' : undefined, table);
    assert.ok(kind === 'reference' || !without.includes(table), `${table} has a unique key without the survey`);
  }
});

test('two first starts at once: one admin key, one signing key, one secret', async (t) => {
  const { server } = await useDatabase(t);
  for (let round = 0; round < 8; round++) {
    const { url, name } = await useDatabase(t);
    const nodes = await Promise.all([start({ storage: url }), start({ storage: url })]);
    try {
      const keys = nodes.map((node) => node.key).filter(Boolean);
      assert.equal(keys.length, 1, 'one of them has made the key');
      for (const node of nodes) {
        const listed = await node.request('GET', '/v1/keys', { key: keys[0] });
        assert.equal(listed.status, 200, listed.text);
        assert.equal(listed.json.keys.length, 1);
      }
      const count = 'SELECT (SELECT count(*) FROM signing_key), (SELECT count(*) FROM state)';
      assert.equal(server.sql(count, name), '1|1');
      const other = nodes.find((node) => !node.key);
      assert.match(other.stdout, /admin\.key is missing/);
    } finally {
      for (const node of nodes) await node.stop();
    }
  }
});
