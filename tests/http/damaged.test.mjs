// Databases that somebody has changed with another program. What `cxd check` and `cxd restore` pass, `cxd serve` starts
// with; what serve refuses they find, and serve names it. And nothing that stands in such a file is obeyed by a
// terminal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ini, removeDirectory, ROOT, run, sqlite, start, until, useDirectory } from './harness.mjs';

let seed;
before(async () => {
  const d = await start();
  try {
    for (const slug of ['nps', 'csat']) await d.survey(slug, { metric: slug, properties: ['plan'] });
    for (let i = 0; i < 20; i++)
      assert.equal((await d.post('nps', { score: i % 11, properties: { plan: 'pro' } })).status, 201);
    const stages = [{ survey: 'nps', touchpoint: 'web' }, { survey: 'csat' }];
    assert.equal((await d.admin('PUT', '/v1/journeys/buy', { body: { name: 'Buy', stages } })).status, 201);
    assert.equal((await d.admin('PUT', '/v1/alerts/each', { body: { survey: 'nps', kind: 'detractor' } })).status, 201);
    assert.equal((await d.post('nps', { score: 1, comment: 'slow' })).status, 201);
    await until(async () => (await d.admin('GET', '/v1/alerts/each')).json.state === 'firing', 'the alert');
    assert.equal((await d.admin('POST', '/v1/alerts/each/acknowledge')).status, 200);
  } finally {
    await d.end();
  }
  seed = d.dir;
});
after(() => removeDirectory(seed));

function place(t, file = path.join(seed, 'cxd.db')) {
  const dir = useDirectory(t);
  const p = { dir, database: path.join(dir, 'cxd.db'), config: path.join(dir, 'cxd.conf') };
  fs.copyFileSync(file, p.database);
  fs.writeFileSync(p.config, ini({ server: { listen: '127.0.0.1:0' }, storage: { url: `sqlite:${p.database}` } }));
  return p;
}

const FORBIDDEN = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/;
function harmless(done) {
  assert.notEqual(done.status, null);
  assert.doesNotMatch(done.stdout + done.stderr, FORBIDDEN);
  return done;
}

// Whether a daemon starts with it, and what it says where it does not.
async function serves(p) {
  let stderr = '';
  const d = await start({ dir: p.dir, writeConfig: false }).catch((error) => {
    stderr = error.message;
  });
  if (d) await d.end();
  return { starts: d !== undefined, stderr };
}

const WRITE = 'PRAGMA writable_schema = ON;';
// By what is done: SQL; whether a daemon starts with it; what both say.
const CHANGES = {
  'nothing': ['SELECT 1;', true],
  'a definition that is no JSON': [
    "UPDATE survey SET definition = '{' WHERE slug = 'csat';",
    false,
    /stored survey 2, "csat", cannot be read: line 1/,
  ],
  'a definition of nothing': ["UPDATE survey SET definition = '';", false, /stored survey 2, "csat"/],
  'a definition of another kind': [
    "UPDATE survey SET definition = '[]' WHERE slug = 'nps';",
    false,
    /stored survey 1, "nps"/,
  ],
  'a definition with a member that is none': [
    "UPDATE survey SET definition = json_set(definition, '$.zzz', 1) WHERE slug = 'nps';",
    false,
    /\/zzz is no member/,
  ],
  'a definition that breaks a rule': [
    "UPDATE survey SET definition = json_set(definition, '$.min_n', -1) WHERE slug = 'nps';",
    false,
    /"nps", cannot be read: \/min_n/,
  ],
  'a definition of another metric': [
    "UPDATE survey SET metric = 'ces' WHERE slug = 'csat';",
    false,
    /"csat", cannot be read: metric and scale/,
  ],
  'a metric that is none': [
    "UPDATE survey SET metric = 'x' WHERE slug = 'csat';",
    false,
    /"csat", cannot be read: its metric/,
  ],
  'a slug that is none': [
    "UPDATE survey SET slug = 'N P' WHERE slug = 'nps';",
    false,
    /stored survey 1, "N P", cannot be read: \/slug/,
  ],
  'an empty slug': ["UPDATE survey SET slug = '' WHERE slug = 'nps';", false, /stored survey 1, ""/],
  'a slug of control characters': [
    "UPDATE survey SET slug = char(27, 0x9b, 10, 0x202e) || '[31m' WHERE slug = 'nps';",
    false,
    /stored survey 1, "(\\x1b\\u009b\\x0a\\u202e|\?+)\[31m"/,
  ],
  'a slug that is too long': [
    "UPDATE survey SET slug = hex(zeroblob(60)) WHERE slug = 'nps';",
    false,
    /stored survey 1, "0+", cannot be read: its slug is too long/,
  ],
  'two slugs that differ behind a NUL': [
    "UPDATE survey SET slug = 'csat' || char(0) || 'b' WHERE slug = 'nps';",
    false,
    /stored survey 1, "csat", cannot be read: there is a NUL/,
  ],
  'a definition with more behind a NUL': [
    "UPDATE survey SET definition = definition || char(0) || 'x' WHERE slug = 'nps';",
    false,
    /there is a NUL/,
  ],
  'a number of a schema below any': ['PRAGMA user_version = -5;', false, /schema -5/],
  'no number of a schema': ['PRAGMA user_version = 0;', false, /schema 0/],
  'an older number': ['PRAGMA user_version = 1;', false, /./],
  'a newer number': ['PRAGMA user_version = 99;', false, /schema 99/],
  'another application': ['PRAGMA application_id = 7;', false, /not one of cxd/],
  'no application': ['PRAGMA application_id = 0;', false, /not one of cxd/],
  'a table too few': ['DROP TABLE signing_key;', false, /signing_key/],
  'a column too few': ['ALTER TABLE api_key DROP COLUMN revoked_at;', false, /revoked_at|api_key/],
  'a broken schema': [
    `${WRITE} UPDATE sqlite_schema SET sql = 'CREATE TABLE "' || char(27) || '[31m' WHERE name = 'survey';`,
    false,
    /malformed|not/,
  ],
  "a broken schema of somebody's": [
    `${WRITE} INSERT INTO sqlite_schema VALUES ('table', char(27, 0x202e) || 'x', char(27, 0x202e) || ` +
      `'x', 2, 'CREATE TABEL x');`,
    false,
    /malformed|not/,
  ],
  "a table of somebody's": ['CREATE TABLE stranger (x);', true],
  "an index of somebody's": ['CREATE INDEX stranger ON response (comment);', true],
  'a table of a module that is not there': [
    `${WRITE} INSERT INTO sqlite_schema VALUES ('table', 's', 's', 0, 'CREATE VIRTUAL TABLE s USING nosuch (x)');`,
    true,
  ],
  'a longer audit log': [
    "INSERT INTO audit SELECT max(number) + 1, 0, 'x', char(27), 'x', 'x', x'00' FROM audit;",
    undefined,
  ],
  'keys cut short': ["UPDATE api_key SET hash = x'00';", undefined, /keys whose id/],
  'a signing key cut short': ["UPDATE signing_key SET secret = x'00';", undefined, /keys whose id/],
  'properties without end': [
    'WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO ' +
      "survey_property SELECT 2, i, 'k' || i, 1 FROM n;",
    undefined,
    /declares 10[01] properties/,
  ],
  'a property without a name': ["INSERT INTO survey_property VALUES (2, 9, '', 1);", undefined, /without a name/],
  'a revision that is not there': ['UPDATE survey SET revision = 99;', undefined, /revision 99, which is not there/],
  "a view of somebody's": ['CREATE VIEW stranger AS SELECT 1;', undefined, /view stranger is not cxd's/],
  'a view named by control characters': [
    `${WRITE} INSERT INTO sqlite_schema VALUES ('view', char(27) || '[31m', 'x', 0, 'CREATE VIEW "' || ` +
      `char(27) || '[31m" AS SELECT 1');`,
    undefined,
  ],
  "a trigger of somebody's": [
    'CREATE TRIGGER stranger AFTER INSERT ON response BEGIN SELECT 1; END;',
    undefined,
    /trigger stranger is not cxd's/,
  ],
  "a unique index of somebody's": [
    'CREATE UNIQUE INDEX stranger ON response (id, comment);',
    undefined,
    /index stranger is not cxd's, and refuses rows/,
  ],
  'a unique index in other words': [
    `CREATE INDEX stranger ON gone (at, id); ${WRITE} UPDATE sqlite_schema SET sql = 'CREATE' || char(9) ` +
      `|| 'UNIQUE INDEX stranger ON gone (at, id)' WHERE name = 'stranger';`,
    undefined,
    /index stranger is not cxd's, and refuses rows/,
  ],
  'an index that computes what it cannot': [
    'DELETE FROM response; DELETE FROM rollup; DELETE FROM series; DELETE FROM dimension; CREATE INDEX ' +
      'stranger ON response (zeroblob(1000000000 * score));',
    undefined,
    /index stranger is not cxd's, and refuses rows/,
  ],
  "an index of a part, by a collation of SQLite's": [
    'CREATE INDEX stranger ON response (comment COLLATE nocase) WHERE comment IS NOT NULL;',
    true,
  ],
  "a response's id cut short": [
    'UPDATE response SET id = substr(id, 1, 15);',
    undefined,
    /the id of a response is not as long as one/,
  ],
  'a number before the first': [
    'UPDATE response SET number = 0 WHERE number = 1;',
    undefined,
    /1 responses have a number that none is given/,
  ],
  'a number that is the last': [
    'UPDATE response SET number = 9223372036854775807 WHERE number = 1;',
    undefined,
    /1 responses have a number that none is given/,
  ],
  'what was counted last cut short': [
    "INSERT INTO recent VALUES (1, 3, 1, x'80');",
    undefined,
    /counted last: it cannot/,
  ],
  'a mark cut short': ["INSERT INTO gone VALUES (x'00', 1, 0);", undefined, /1 rows of gone have an id/],
  'an identity cut short': ["UPDATE identity SET audit_secret = x'';", undefined, /1 rows of identity have an id/],
  'a journey that is none': [
    `UPDATE document SET definition = '{"name":1}' WHERE kind = 'journey';`,
    undefined,
    /stored journey "buy" cannot be read/,
  ],
  'a rule that is none': [
    `UPDATE document SET definition = json_set(definition, '$.kind', 'x') WHERE kind = 'alert';`,
    undefined,
    /the stored alert "each" cannot be read/,
  ],
  "a rule of another revision than its state's": [
    "UPDATE document SET revision = 2 WHERE kind = 'alert';",
    undefined,
    /1 rows of alert_state are of no alert/,
  ],
  'a status that is none': [
    'UPDATE alert_state SET status = 4;',
    undefined,
    /1 rows of alert_state .* say what none can/,
  ],
  'a history of nothing': ["UPDATE alert_event SET name = 'x';", undefined, /2 rows of alert_event are of no alert/],
  'a detractor that is not there': [
    'UPDATE alert_event SET response = 99 WHERE response IS NOT NULL;',
    undefined,
    /1 rows of alert_event/,
  ],
  'an id of a detractor cut short': [
    "UPDATE alert_event SET response_id = x'00' WHERE response IS NOT NULL;",
    undefined,
    /1 rows of alert_event/,
  ],
  'no place that alerts are at': ['DELETE FROM alert_told;', undefined, /1 rows of alert_told/],
  'two places that alerts are at': ['INSERT INTO alert_told VALUES (0, 0);', undefined, /1 rows of alert_told/],
  'a table that refers to ours': [
    'CREATE TABLE stranger (x REFERENCES survey (number));',
    undefined,
    /table stranger is not cxd's, and refers to others/,
  ],
};

describe('passed is served, and refused is found', () => {
  for (const [name, [sql, starts, words]] of Object.entries(CHANGES))
    test(name, async (t) => {
      const p = place(t);
      const changed = spawnSync('sqlite3', ['-batch', '-unsafe-testing', p.database], { input: sql, encoding: 'utf8' });
      if (/unknown option/.test(changed.stderr))
        spawnSync('sqlite3', ['-batch', p.database], { input: sql, encoding: 'utf8' });
      const copy = path.join(p.dir, 'copy.db');
      fs.copyFileSync(p.database, copy);
      const checked = harmless(run(['check', '-c', p.config]));
      JSON.parse(harmless(run(['check', '-j', copy])).stdout || '{}');
      const backed = harmless(run(['backup', '-q', '-c', p.config, path.join(p.dir, 'backup.db')]));
      const other = path.join(p.dir, 'other.conf');
      fs.writeFileSync(other, ini({ storage: { url: `sqlite:${p.dir}/restored.db` } }));
      const restored = harmless(run(['restore', '-q', '-c', other, copy]));
      const served = await serves(p);
      harmless(run(['rebuild', '-c', p.config]));
      const passed = checked.status === 0;
      assert.equal(backed.status, checked.status, `backup: ${backed.stderr}`);
      assert.equal(restored.status, checked.status, `restore: ${restored.stderr}`);
      if (passed) assert.ok(served.starts, served.stderr);
      if (starts !== undefined) {
        assert.equal(served.starts, starts, served.stderr);
        assert.equal(passed, starts, checked.stdout + checked.stderr);
      } else {
        assert.ok(!passed, checked.stdout);
      }
      if (!served.starts) assert.doesNotMatch(served.stderr.replaceAll('\n', ''), FORBIDDEN);
      if (words) assert.match(checked.stdout + checked.stderr, words);
      if (words && !served.starts) assert.match(served.stderr, words);
    });

  test('texts that are not in UTF-8', async (t) => {
    const p = place(t);
    fs.rmSync(p.database);
    const schema = fs.readFileSync(path.join(ROOT, 'tests/upgrade/schema-1.sql'), 'utf8');
    sqlite(p.database, `PRAGMA encoding = 'UTF-16le'; ${schema}`);
    assert.match(run(['check', '-c', p.config]).stderr, /not keep its texts in UTF-8/);
    assert.match((await serves(p)).stderr, /not keep its texts in UTF-8/);
  });

  test("a table of somebody's that has the name of a later one of ours", async (t) => {
    const p = place(t);
    fs.rmSync(p.database);
    sqlite(p.database, fs.readFileSync(path.join(ROOT, 'tests/upgrade/schema-1.sql'), 'utf8'));
    assert.equal(run(['check', '-q', '-c', p.config]).status, 0);
    sqlite(p.database, 'CREATE TABLE Signing_Key (x);');
    assert.match(
      run(['check', '-c', p.config]).stdout,
      /table Signing_Key is not cxd's, and has a name that cxd needs/,
    );
    assert.equal((await serves(p)).starts, false);
  });
});
