// A clock that is wrong deletes nothing: not at a start, not while it runs, not by many restarts; neither responses nor
// what names a person in them, nor marks, keys or backups. It is told, and taken back by a word, or by the right clock.
//
//   node tests/fault/held.mjs
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { run, sqlite, start, until } from '../http/harness.mjs';
import { BINARY, Suite } from './control.mjs';
import { fakeClock, library } from './faketime.mjs';

const suite = new Suite('held');
const DAY_MS = 86_400_000;
const WRONG = '+1826d';
const OLD = 40;
const YOUNG = 25;

const line = (survey, i, days) => ({
  survey,
  score: i % 11,
  answered_at: new Date(Date.now() - days * DAY_MS - i * 1000).toISOString(),
  respondent: `person-${i}`,
  comment: 'noted',
});

// A database with a survey that deletes after a year and one that anonymises, each with responses of two months ago and
// of yesterday; a mark of an erased id, and a key that was revoked.
async function fill(sections = {}) {
  const dir = suite.directory();
  const clock = fakeClock(dir, '+0');
  const open = (more = {}) =>
    start({
      dir,
      binary: BINARY,
      env: clock.env,
      config: {
        metrics: { listen: '127.0.0.1:0' },
        storage: { retention_every: 1, retention_delay: 0 },
        ...sections,
        ...more,
      },
    });
  const d = await open();
  for (const [slug, retention] of [
    ['shop', 'delete'],
    ['desk', 'anonymise'],
  ]) {
    await d.survey(slug, { metric: 'nps', retention_days: 365, retention });
    await d.load(Array.from({ length: OLD }, (_, i) => line(slug, i, 60)));
    await d.load(Array.from({ length: YOUNG }, (_, i) => line(slug, 100 + i, 1)));
  }
  await d.survey('plain', { metric: 'nps' });
  const gone = '01900000-0000-7000-8000-000000000001';
  assert.equal((await d.put('shop', gone, { score: 3, respondent: 'eve' })).status, 201);
  assert.equal((await d.admin('DELETE', '/v1/respondents/eve?counts=true')).status, 200);
  const { id } = (await d.admin('POST', '/v1/keys', { body: { name: 'ended', scopes: ['read'] } })).json;
  assert.equal((await d.admin('DELETE', `/v1/keys/${id}`)).status, 200);
  await d.end();
  return { dir, clock, open, gone };
}

// Everything that a wrong clock could take.
const content = (d) =>
  sqlite(
    d.database,
    `SELECT survey, hex(id), score, respondent, comment, forgotten_at FROM response ORDER BY number;
     SELECT hex(id), survey, at FROM gone; SELECT hex(id), revoked_at FROM api_key ORDER BY id;`,
  );
const listed = (dir) =>
  fs
    .readdirSync(dir)
    .filter((name) => /^erasures-.*\.list$/.test(name))
    .map((name) => fs.readFileSync(path.join(dir, name), 'utf8'));

// Until the daemon has had some runs of whatever it does by itself.
async function someRuns(d) {
  const runs = () => Number(/^cxd_commit_changes_count (\d+)$/m.exec(scraped)[1]);
  let scraped = (await d.scrape()).text;
  const from = runs();
  await until(async () => ((scraped = (await d.scrape()).text), runs() >= from + 8), 'runs of the housekeeping');
}

const status = async (d) => (await d.admin('GET', '/v1/status')).json;
const counts = async (d) =>
  Promise.all(['shop', 'desk'].map(async (slug) => (await d.score(slug, 'window=all')).json.n));
const cli = (d, ...words) => run([...words, '-c', d.config], { binary: BINARY, env: { NO_COLOR: '1' } });
const gauge = async (d) => /^cxd_retention_held (\d)$/m.exec((await d.scrape()).text)?.[1];

async function assertHeld(d) {
  const { ready, retention } = await status(d);
  assert.equal(ready, true, 'it is ready all the same');
  assert.equal((await d.request('GET', '/readyz')).status, 200);
  assert.ok(!/retention|clock/.test((await d.request('GET', '/readyz')).text));
  assert.equal(retention.held, true);
  assert.equal(retention.reason, 'retention_held');
  assert.ok(Math.abs(retention.ahead_seconds - 1826 * 86_400) < 3600, `${retention.ahead_seconds}`);
  const asOf = Date.parse(retention.deletes_as_of) - Date.now();
  assert.ok(asOf > DAY_MS - 3600_000 && asOf <= DAY_MS + 3600_000, retention.deletes_as_of);
  assert.equal(await gauge(d), '1');
  assert.equal(d.stderr.match(/ retention_held /g).length, 1, 'one record');
  const shown = cli(d, 'status');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /retention_held: The clock says .* 1826\.0 days ahead .*cxd retention resume/);
}

async function hold(name, check) {
  await suite.hold(name, async () => {
    const opened = [];
    const place = async (sections) => {
      const made = await fill(sections);
      return {
        ...made,
        open: async (...more) => {
          const d = await made.open(...more);
          opened.push(d);
          return d;
        },
      };
    };
    try {
      await check(place);
    } finally {
      for (const d of opened) if (!d.stopped) await d.kill();
    }
  });
}

if (!library) {
  suite.skip('held', 'libfaketime is not installed');
  suite.passed += 1;
} else {
  await hold('started with a clock of 2031, again and again: nothing goes; set right, all is well', async (place) => {
    const { dir, clock, open, gone } = await place();
    const whole = [];
    const lists = listed(dir);
    assert.match(lists.join(), new RegExp(gone.slice(-12)), 'it names what was erased');
    for (let turn = 0; turn < 4; turn += 1) {
      clock.set(WRONG);
      const d = await open();
      whole.push(content(d));
      await someRuns(d);
      await assertHeld(d);
      assert.deepEqual(await counts(d), [OLD + YOUNG, OLD + YOUNG]);
      assert.equal(content(d), whole[0]);
      assert.equal((await d.put('shop', gone, { score: 3 })).status, 410, 'the mark is there');
      // What is stored by the wrong clock does not vouch for it at the next start.
      if (turn === 1) {
        assert.equal((await d.post('plain', { score: 9 })).status, 201);
        whole[0] = content(d);
      }
      await d.end(turn % 2 ? 'SIGTERM' : 'SIGINT');
    }
    assert.deepEqual(listed(dir), lists);
    clock.set('+0');
    const d = await open();
    await someRuns(d);
    const { retention } = await status(d);
    assert.deepEqual([retention.held, retention.reason, retention.clock], [false, null, 'agrees']);
    assert.equal(await gauge(d), '0');
    assert.equal(content(d), whole[0]);
    assert.doesNotMatch(cli(d, 'status').stdout, /retention_held|clock_behind/);
    // And then it goes on: what is a year old by the right clock goes.
    await d.load([line('shop', 500, 366), line('desk', 501, 366)]);
    await until(async () => (await counts(d))[0] === OLD + YOUNG, 'the old one to go');
    await d.end();
  });

  await hold('the clock jumps while it runs, and back', async (place) => {
    const { clock, open } = await place();
    const d = await open();
    await someRuns(d);
    const before = content(d);
    clock.set(WRONG);
    await until(() => / retention_held /.test(d.stderr), 'the record');
    await someRuns(d);
    await assertHeld(d);
    assert.equal(content(d), before);
    clock.set('+0');
    await until(() => / clock_agrees /.test(d.stderr), 'the record');
    await someRuns(d);
    assert.equal((await status(d)).retention.held, false);
    assert.equal(content(d), before);
    await d.end();
  });

  await hold('resume: by a key of scope admin, told by the audit log, and kept over restarts', async (place) => {
    const { clock, open, gone } = await place();
    clock.set(WRONG);
    let d = await open();
    await someRuns(d);
    await assertHeld(d);
    const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read', 'write', 'erase'] } }))
      .json;
    assert.equal((await d.request('POST', '/v1/retention/resume', { key })).status, 403);
    assert.equal((await d.request('POST', '/v1/retention/resume')).status, 401);
    // Nobody can be asked: both times are shown, and nothing is done.
    const asked = cli(d, 'retention', 'resume');
    assert.equal(asked.status, 2, asked.stderr);
    assert.match(asked.stderr, /The clock says {6}203\d-.*\nThe database knows {2}20\d\d-.*\n[^]*--yes/);
    await assertHeld(d);
    const done = cli(d, 'retention', 'resume', '--yes');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /^what is old goes as of 203\d-/);
    await until(async () => (await counts(d))[0] === 0, 'what is old to go');
    await until(async () => (await d.put('shop', gone, { score: 3 })).status === 201, 'the mark to go');
    await until(async () => (await d.admin('GET', '/v1/keys')).json.keys.every((key) => key.name !== 'ended'), 'keys');
    await until(
      () => sqlite(d.database, 'SELECT count(*) FROM response WHERE comment IS NOT NULL;').trim() === '0',
      'comments to go',
    );
    assert.equal((await counts(d))[1], OLD + YOUNG, 'anonymised ones count');
    assert.equal((await status(d)).retention.reason, null);
    assert.equal(await gauge(d), '0');
    const { records } = (await d.admin('GET', '/v1/audit?limit=500')).json;
    const said = records.filter((record) => record.act === 'retention.resume');
    assert.equal(said.length, 1);
    assert.match(said[0].target, /^203\d-/);
    assert.notEqual(said[0].actor, 'local');
    // Said twice is said once.
    const again = await d.admin('POST', '/v1/retention/resume');
    assert.deepEqual([again.status, again.json.retention.held], [200, false]);
    await d.end();
    d = await open();
    await someRuns(d);
    assert.equal((await status(d)).retention.held, false, 'the consent holds');
    await d.end();
    // It was a mistake: the clock is set right, which is told, and can be said to be right too.
    clock.set('+0');
    d = await open();
    await someRuns(d);
    const { retention } = await status(d);
    assert.deepEqual([retention.held, retention.reason, retention.clock], [false, 'clock_behind', 'behind']);
    assert.match(cli(d, 'status').stdout, /clock_behind: /);
    assert.equal(cli(d, 'retention', 'resume', '-y').status, 0);
    assert.equal((await status(d)).retention.clock, 'agrees');
    await d.end();
    clock.set(WRONG);
    d = await open();
    await until(async () => (await status(d)).retention.held, 'it holds again');
    await d.end();
  });

  await hold('the first run waits, unless somebody says that the clock is right', async (place) => {
    const { clock, open } = await place();
    clock.set(WRONG);
    const d = await open({ storage: { retention_every: 1, retention_delay: '1h' } });
    assert.equal(cli(d, 'retention', 'resume', '--yes').status, 0);
    await until(async () => (await counts(d))[0] === 0, 'what is old to go');
    await d.end();
  });

  await hold('down for a night is nothing; for three days it is held, and says how long', async (place) => {
    const { clock, open } = await place();
    clock.set('+20h');
    let d = await open();
    await someRuns(d);
    assert.equal((await status(d)).retention.clock, 'agrees');
    await d.end();
    clock.set('+95h');
    d = await open();
    await someRuns(d);
    const { retention } = await status(d);
    assert.equal(retention.held, true);
    const span = retention.resumes_in_seconds + retention.held_seconds;
    assert.ok(span > 74 * 3600 && span < 76 * 3600, `${span} s`);
    await d.end();
  });

  await hold('backups of a wrong clock push out none of the others', async (place) => {
    const { dir, clock, open } = await place();
    const backups = path.join(dir, 'backups');
    fs.mkdirSync(backups);
    const name = (ms) => `cxd-${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}.db`;
    const good = [1, 2, 3].map((days) => name(Date.now() - days * DAY_MS)).sort();
    for (const file of good) fs.writeFileSync(path.join(backups, file), 'good');
    const sections = { backup: { every: 1, keep: 3 } };
    const made = (d) => (d.stderr.match(/ backup file=/g) ?? []).length;
    clock.set(WRONG);
    let d = await open(sections);
    await until(() => made(d) >= 5, 'backups');
    await d.end();
    const names = fs.readdirSync(backups).sort();
    assert.deepEqual(names.slice(0, 3), good, 'all good ones are there');
    assert.ok(names.length >= 6 && names.length <= 7, `as many of the others: ${names}`);
    clock.set('+0');
    d = await open(sections);
    await until(() => made(d) >= 5, 'backups');
    await d.end();
    const left = fs.readdirSync(backups).sort();
    assert.ok(!left.some((file) => good.includes(file)), 'the oldest of the good went');
    const fresh = left.filter((file) => file < name(Date.now() + DAY_MS));
    assert.ok(fresh.length >= 3 && fresh.length <= 4, `fresh ones stay beside those of the future: ${left}`);
    assert.equal(left.length - fresh.length, names.length - 3);
  });
}

suite.end();
