// A new binary on the database of an older one: the daemon upgrades it at start, says so, and answers as before.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { makeDirectory, removeDirectory, ROOT, sqlite, start, use } from './harness.mjs';

const OLD = [1];
const fixture = (schema) => fs.readFileSync(path.join(ROOT, `tests/upgrade/schema-${schema}.sql`), 'utf8');

function lay(dir, schema) {
  const file = path.join(dir, 'cxd.db');
  sqlite(file, fixture(schema));
  fs.writeFileSync(path.join(dir, 'admin.key'), `${/cxs_\S+/.exec(fixture(schema))[0]}\n`, { mode: 0o600 });
  return file;
}

const rowsOf = (file) => JSON.parse(sqlite(file, `.mode json
  SELECT hex(r.id) AS id, slug, score, touchpoint, properties, comment FROM response r JOIN survey s ON s.number = r.survey ORDER BY r.id;`));
const number = (file, sql) => Number(sqlite(file, sql));

async function assertAnswers(daemon, rows) {
  const definitions = (await daemon.admin('GET', '/v1/surveys')).json.surveys;
  for (const definition of definitions) {
    const mine = rows.filter((row) => row.slug === definition.slug);
    const ask = async (query) => (await daemon.score(definition.slug, `window=all&${query}`)).json;
    assertFigures(await ask(''), definition, mine.map((row) => row.score));
    assertFigures(await ask('touchpoint=checkout'), definition, mine.filter((row) => row.touchpoint === 'checkout').map((row) => row.score));
    assertFigures(await ask('property.plan=pro'), definition, mine.filter((row) => JSON.parse(row.properties ?? '{}').plan === 'pro').map((row) => row.score));
    const { json } = await daemon.admin('GET', `/v1/surveys/${definition.slug}/responses?limit=500`);
    const byId = (list) => Object.fromEntries(list);
    assert.deepEqual(
      byId(json.responses.map((r) => [r.id.replaceAll('-', '').toUpperCase(), [r.score, r.comment ?? null]])),
      byId(mine.map((row) => [row.id, [row.score, row.comment]])),
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
      assert.match(daemon.stderr, new RegExp(`upgraded from=${schema} to=\\d+ backup=${file}\\.schema-${schema}\\.backup`));
      const more = await daemon.post('shop', { score: 10, respondent: 'new', visit: 'v1' }); // what only the new schema has room for
      assert.equal(more.status, 201);
      await daemon.end();
      const backup = `${file}.schema-${schema}.backup`;
      assert.equal(number(backup, 'PRAGMA user_version'), schema);
      assert.deepEqual(rowsOf(backup), rows);
      await daemon.begin();
      assert.equal((await daemon.score('shop', 'window=all')).json.n, rows.filter((row) => row.slug === 'shop').length + 1);
      assert.equal([...daemon.stderr.matchAll(/ upgraded /g)].length, 1);
      await daemon.end();
    } finally {
      removeDirectory(dir);
    }
  });
}

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
    await assert.rejects(start({ dir }), /schema 1, and the upgrade fails when tried on a copy: .*signing_key already exists.* Nothing has been changed/);
    assert.deepEqual(fs.readFileSync(file), before);
    assert.ok(!fs.readdirSync(dir).some((name) => /backup|partial/.test(name)));
  } finally {
    removeDirectory(dir);
  }
});
