// A new binary on the database of an older one: the daemon upgrades it at start, says so, and answers as before.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { assertProblem, makeDirectory, removeDirectory, ROOT, shownTo, sqlite, start, use } from './harness.mjs';
import { listen } from './manager.mjs';

const OLD = fs
  .readdirSync(path.join(ROOT, 'tests/upgrade'))
  .map((name) => Number(/^schema-(\d+)\.sql$/.exec(name)[1]))
  .sort();
const fixture = (schema) => fs.readFileSync(path.join(ROOT, `tests/upgrade/schema-${schema}.sql`), 'utf8');

function lay(dir, schema) {
  const file = path.join(dir, 'cxd.db');
  sqlite(file, fixture(schema));
  fs.writeFileSync(path.join(dir, 'admin.key'), `${/cxs_\S+/.exec(fixture(schema))[0]}\n`, { mode: 0o600 });
  return file;
}

const rowsOf = (file) =>
  JSON.parse(
    sqlite(
      file,
      `.mode json
  SELECT hex(r.id) AS id, slug, score, excluded, touchpoint, properties, comment, respondent,
    excluded_reason AS reason FROM response r JOIN survey s ON s.number = r.survey ORDER BY r.id;`,
    ),
  );
const number = (file, sql) => Number(sqlite(file, sql));

async function assertAnswers(daemon, rows) {
  const definitions = (await daemon.admin('GET', '/v1/surveys')).json.surveys;
  for (const definition of definitions) {
    const mine = rows.filter((row) => row.slug === definition.slug);
    const counted = mine.filter((row) => !row.excluded);
    const ask = async (query) => (await daemon.score(definition.slug, `window=all&${query}`)).json;
    assertFigures(
      await ask(''),
      definition,
      counted.map((row) => row.score),
    );
    assertFigures(
      await ask('touchpoint=checkout'),
      definition,
      counted.filter((row) => row.touchpoint === 'checkout').map((row) => row.score),
    );
    assertFigures(
      await ask('property.plan=pro'),
      definition,
      counted.filter((row) => JSON.parse(row.properties ?? '{}').plan === 'pro').map((row) => row.score),
    );
    const { json } = await daemon.admin('GET', `/v1/surveys/${definition.slug}/responses?limit=500`);
    const byId = (list) => Object.fromEntries(list);
    assert.deepEqual(
      byId(
        json.responses.map((r) => [
          r.id.replaceAll('-', '').toUpperCase(),
          [r.score, r.comment ?? null, r.excluded ?? false, r.respondent ?? null, r.excluded_reason ?? null],
        ]),
      ),
      byId(mine.map((row) => [row.id, [row.score, row.comment, Boolean(row.excluded), row.respondent, row.reason]])),
    );
  }
}

for (const schema of OLD) {
  test(`a database of schema ${schema} is upgraded at start, with a backup, and answers as it did`, async (t) => {
    const dir = makeDirectory();
    try {
      const file = lay(dir, schema);
      const rows = rowsOf(file);
      const daemon = await use(t, { dir });
      await assertAnswers(daemon, rows);
      assert.match(
        daemon.stderr,
        new RegExp(`upgraded from=${schema} to=\\d+ backup=${file}\\.schema-${schema}\\.backup`),
      );
      const told = [...daemon.stderr.matchAll(/ (upgrade_begins|upgrading|upgraded) (?:step=(\w+))?/g)];
      assert.deepEqual(
        told.map(([, name, step]) => step ?? name),
        ['upgrade_begins', 'backup', 'trial', 'upgrade', 'upgraded'],
      );
      assert.match(daemon.stderr, new RegExp(` upgrade_begins from=${schema} to=\\d+ rows=${rows.length}\n`));
      assert.match(
        daemon.stderr,
        new RegExp(` upgrading step=upgrade done=0 all=${rows.length} unit=rows seconds=\\d+\n`),
      );
      assert.match(daemon.stderr, / upgrading step=backup done=0 all=[1-9]\d+ unit=bytes seconds=\d+\n/);
      // What only the new schema has room for.
      const more = await daemon.post('shop', { score: 10, respondent: 'new', visit: 'v1' });
      assert.equal(more.status, 201);
      await daemon.end();
      const backup = `${file}.schema-${schema}.backup`;
      assert.equal(number(backup, 'PRAGMA user_version'), schema);
      assert.deepEqual(rowsOf(backup), rows);
      await daemon.begin();
      assert.equal(
        (await daemon.score('shop', 'window=all')).json.n,
        rows.filter((row) => row.slug === 'shop' && !row.excluded).length + 1,
      );
      assert.equal([...daemon.stderr.matchAll(/ upgraded /g)].length, 1);
      await daemon.end();
    } finally {
      removeDirectory(dir);
    }
  });
}

test('what was amended before an upgrade knows the retry of what it said first', async (t) => {
  const dir = makeDirectory();
  try {
    const file = lay(dir, 3);
    const slug = sqlite(
      file,
      "SELECT slug FROM survey JOIN response ON survey = number WHERE comment = 'after';",
    ).trim();
    const daemon = await use(t, { dir });
    const id = '0192f3a0-0000-7000-8000-000000000102';
    const held = (await daemon.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json;
    assert.deepEqual([held.score, held.comment], [8, 'after']);
    const first = { score: 7, comment: 'before', respondent: 'stays@example.org' };
    for (const retry of [first, { ...first, answered_at: held.answered_at }]) {
      const reply = await daemon.put(slug, id, retry);
      assert.deepEqual([reply.status, reply.json], [200, shownTo(retry, held)]);
    }
    for (const other of [
      { ...first, score: 6 },
      { ...first, sequence: 1 },
    ])
      assert.equal((await daemon.put(slug, id, other)).status, 409);
    await daemon.end();
  } finally {
    removeDirectory(dir);
  }
});

test('addresses of respondents get their form; what was recorded of them is found', async (t) => {
  const dir = makeDirectory();
  try {
    const file = lay(dir, 3);
    const names = ['Ann@Shop.Example', ' ann@shop.example', 'ann@shop.example\u00a0', 'Ann', 'Ann Lee@X', 'Ä@X'];
    const secret = Buffer.from(sqlite(file, 'SELECT hex(audit_secret) FROM identity;').trim(), 'hex');
    const target = `hmac:${createHmac('sha256', secret).update(names[0]).digest('hex')}`;
    sqlite(
      file,
      `INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, flags, respondent)
       SELECT randomblob(16), number, 1, key, 1, 1, 0, 0, value
       FROM survey CROSS JOIN json_each('${JSON.stringify(names)}') WHERE slug = 'shop';
       INSERT INTO audit (number, at, actor, act, target, detail, hash)
       SELECT max(number) + 1, 1, 'local', 'respondent.erase', '${target}', '', zeroblob(32) FROM audit;`,
    );
    const daemon = await use(t, { dir });
    const scores = async (name) =>
      (await daemon.admin('GET', `/v1/respondents/${encodeURIComponent(name)}`)).json.responses
        .map(({ score }) => score)
        .sort();
    for (const name of names.slice(0, 3)) assert.deepEqual(await scores(name), [0, 1, 2], name);
    for (const i of [3, 4, 5]) assert.deepEqual(await scores(names[i]), [i], names[i]);
    assert.deepEqual(await scores('Äx@x'), []);
    const found = async (name) =>
      (await daemon.admin('GET', `/v1/audit?respondent=${encodeURIComponent(name)}`)).json.records.filter(
        ({ act }) => act === 'respondent.erase',
      ).length;
    assert.deepEqual([await found(names[0]), await found(names[1])], [1, 0]);
    await daemon.end();
  } finally {
    removeDirectory(dir);
  }
});

// Half of a SHA-256 over members, as src/domain/response.c has it.
const digestOf = (salt, members) =>
  createHash('sha256')
    .update(salt)
    .update(members.map(([name, value]) => `${name}\0${value}\0`).join(''))
    .digest()
    .subarray(0, 16);

// UUIDv5 in the space of src/base/id.c.
function idOf(name) {
  const space = Buffer.from('5b1de207934c4f0aa6712ec84d903fb5', 'hex');
  const id = createHash('sha1').update(space).update(name).digest().subarray(0, 16);
  id[6] = (id[6] & 0x0f) | 0x50;
  id[8] = (id[8] & 0x3f) | 0x80;
  return id;
}

test('what was sent before is known as its respondent was spelled then, amended or in a batch', async (t) => {
  const dir = makeDirectory();
  try {
    const file = lay(dir, 3);
    const respondent = ' Ann@Shop.Example';
    const members = [
      ['score', 7],
      ['respondent', respondent],
    ];
    const id = Buffer.from('0192f3a0000070008000000a0b0c0d0e', 'hex');
    const named = idOf(`shop\n${digestOf('shop\0', members).toString('hex')} 0\na file`);
    const row = (bytes, score) => `SELECT x'${bytes.toString('hex')}', number, 1, ${score}, 1, 1, 0, 0, '${respondent}'
      FROM survey WHERE slug = 'shop';`;
    const into =
      'INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, flags, respondent)';
    sqlite(
      file,
      `${into} ${row(id, 9)} ${into} ${row(named, 7)}
       INSERT INTO said_first (id, answered_at, digest)
       VALUES (x'${id.toString('hex')}', 1, x'${digestOf(id, members).toString('hex')}');`,
    );
    const daemon = await use(t, { dir });
    const first = { score: 7, respondent };
    const target = id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const held = (await daemon.admin('GET', `/v1/surveys/shop/responses/${target}`)).json;
    assert.deepEqual([held.score, held.respondent], [9, 'ann@shop.example']);
    const retry = await daemon.put('shop', target, first);
    assert.deepEqual([retry.status, retry.json], [200, held]);
    const other = await daemon.put('shop', target, { ...first, respondent: 'ANN@shop.example' });
    assertProblem(other, 409, 'response_conflict');
    const lines = [{ survey: 'shop', ...first }];
    const batch = await daemon.batch(lines, { headers: { 'Idempotency-Key': '"a file"' } });
    assert.deepEqual([batch.lines[0].status, batch.lines[0].outcome], [200, 'replayed']);
    await daemon.end();
  } finally {
    removeDirectory(dir);
  }
});

// A disk of its own, which only root can mount.
function smallDisk(t, kilobytes) {
  const dir = makeDirectory();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', dir]).status !== 0) {
    fs.rmdirSync(dir);
    t.skip('needs root, to mount a small disk');
    return null;
  }
  t.after(() => {
    spawnSync('umount', ['-l', dir]);
    fs.rmdirSync(dir);
  });
  return dir;
}

test('without room for a copy the upgrade goes on, and the log says that there is no backup', async (t) => {
  const dir = smallDisk(t, 4096);
  if (!dir) return;
  const file = lay(dir, 1);
  const rows = rowsOf(file);
  const daemon = await use(t, { dir });
  await assertAnswers(daemon, rows);
  assert.match(daemon.stderr, /upgraded_without_backup from=1 to=\d+ reason=no_room/);
  await daemon.end();
  assert.ok(!fs.readdirSync(dir).some((name) => /backup|partial/.test(name)));
});

test('an upgrade that fails on the copy is refused in one line, and the file stays as it was', async () => {
  const dir = makeDirectory();
  try {
    const file = lay(dir, 1);
    sqlite(file, 'CREATE TABLE signing_key (number INTEGER);');
    const before = fs.readFileSync(file);
    await assert.rejects(
      start({ dir }),
      /schema 1, and the upgrade fails when tried on a copy: .*signing_key already exists.* Nothing has been changed/,
    );
    assert.deepEqual(fs.readFileSync(file), before);
    assert.ok(!fs.readdirSync(dir).some((name) => /backup|partial/.test(name)));
  } finally {
    removeDirectory(dir);
  }
});

test('the service manager hears how far an upgrade is', async (t) => {
  const dir = makeDirectory();
  try {
    const rows = rowsOf(lay(dir, OLD.at(-1)));
    const manager = await listen(t, { watchdogMs: 60000 });
    const daemon = await start({ dir, env: { ...manager.env } });
    const ready = await manager.line(/READY=1/);
    const told = manager.lines.slice(0, ready.index).map(({ line }) => line);
    for (const step of ['trial', 'upgrade'])
      assert.ok(
        told.some((line) => line.includes(`: ${step}, 0 of ${rows.length} rows`)),
        told.join('\n'),
      );
    await daemon.end();
  } finally {
    removeDirectory(dir);
  }
});
