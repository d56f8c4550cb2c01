// The database's files while the daemon runs: removed, moved, replaced, overwritten, cut off. What was acknowledged
// before is in the file that was there; nothing is acknowledged once that is noticed, by a commit at the latest; what
// lies in the places is left alone; and the same files back in their places are gone on with.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Control, VFS_WORDS } from '../fault/control.mjs';
import {
  assertProblem,
  BINARY,
  ini,
  makeDirectory,
  METRICS,
  NPS,
  removeDirectory,
  run,
  sqlite,
  start,
  until,
  useDirectory,
} from './harness.mjs';

const BESIDE = ['', '-wal', '-shm', '.lock'];
const isRoot = process.geteuid() === 0;

const ready = (daemon) => daemon.request('GET', '/readyz');
const reasonsOf = (reply) => reply.json.reasons?.map((reason) => reason.reason) ?? [];
const notReady = (daemon, reason) =>
  until(async () => {
    const reply = await ready(daemon);
    return reply.status === 503 && reasonsOf(reply).includes(reason) ? reply : null;
  });
const isReady = (daemon) => until(async () => (await ready(daemon)).status === 200);

// A daemon in a directory below one of the test's own, so that the directory can be moved too; with what it has
// acknowledged.
async function lay(t, { config, ...options } = {}) {
  const root = makeDirectory();
  const dir = path.join(root, 'state');
  const state = path.join(root, 'run');
  fs.mkdirSync(dir);
  fs.mkdirSync(state);
  const daemon = await start({
    dir,
    config: { ...config, server: { state_directory: state, ...config?.server } },
    ...options,
  });
  t.after(async () => {
    try {
      if (!daemon.stopped) await daemon.end();
    } finally {
      spawnSync('umount', ['-l', dir], { stdio: 'ignore' });
      removeDirectory(root);
    }
  });
  const keyFile = [state, dir].map((where) => path.join(where, 'admin.key')).find((file) => fs.existsSync(file));
  const { key } = Object.assign(daemon, { key: fs.readFileSync(keyFile, 'utf8').trim() });
  daemon.again = async () => Object.assign(await daemon.begin(), { key });
  await daemon.survey('nps', NPS);
  const held = new Set();
  daemon.held = held;
  daemon.say = async (count = 1) => {
    for (let i = 0; i < count; i++) {
      const reply = await daemon.post('nps', { score: i % 11, comment: `said ${held.size}` });
      assert.equal(reply.status, 201, reply.text);
      held.add(reply.json.id);
    }
  };
  await daemon.say(30);
  return { daemon, root, dir, file: daemon.database };
}

const idsIn = (file) =>
  new Set(
    sqlite(file, 'SELECT lower(hex(id)) FROM response;')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')),
  );

// A copy, because to open it makes files beside it.
function assertHolds(file, held) {
  const copy = `${makeDirectory()}/copy.db`;
  for (const end of ['', '-wal']) if (fs.existsSync(file + end)) fs.copyFileSync(file + end, copy + end);
  const found = idsIn(copy);
  for (const id of held) assert.ok(found.has(id), `${id} was acknowledged, and is not in ${file}`);
  assert.equal(sqlite(copy, 'PRAGMA integrity_check;').trim(), 'ok');
  removeDirectory(path.dirname(copy));
}

// Another cxd's database, settled.
async function makeOther(root, count = 3) {
  const dir = path.join(root, 'other');
  fs.mkdirSync(dir);
  const other = await start({ dir });
  await other.survey('nps', NPS);
  for (let i = 0; i < count; i++) assert.equal((await other.post('nps', { score: 1 })).status, 201);
  await other.end();
  other.clean();
  return other.database;
}

const lost = (daemon) => [...daemon.stderr.matchAll(/ database_lost .*/g)].map(([line]) => line);

// Writes of every kind are refused, with one record for all.
async function assertRefuses(daemon) {
  const before = await until(() => lost(daemon).length);
  for (let i = 0; i < 5; i++) {
    const reply = await daemon.post('nps', { score: 9 });
    assertProblem(reply, 503, 'storage');
    assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
    assert.doesNotMatch(reply.text, /\.db|\/tmp/, 'strangers learn no path');
  }
  assert.equal((await daemon.admin('PUT', '/v1/surveys/more', { body: NPS })).status, 503);
  assert.equal(
    (
      await daemon.batch([
        { survey: 'nps', score: 1 },
        { survey: 'nps', score: 2 },
      ])
    ).status,
    503,
  );
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
  assert.equal(lost(daemon).length, before, daemon.stderr);
  assert.doesNotMatch(daemon.stderr, / (batch_failed|apply_failed|housekeeping_refused) /);
}

const assertReads = async (daemon) => assert.equal((await daemon.score('nps', 'window=all')).json.n, daemon.held.size);

function stateOf(files) {
  return Object.fromEntries(files.filter((file) => fs.existsSync(file)).map((file) => [file, fs.readFileSync(file)]));
}

// --- out of their places ---------------------------------------------------------------------------------------------

const AWAY = [
  {
    name: 'the database is moved away',
    go: ({ file }) => fs.renameSync(file, `${file}.away`),
    back: ({ file }) => fs.renameSync(`${file}.away`, file),
    whole: ({ file }) => `${file}.away`,
  },
  {
    name: 'the log is moved away',
    go: ({ file }) => fs.renameSync(`${file}-wal`, `${file}.away`),
    back: ({ file }) => fs.renameSync(`${file}.away`, `${file}-wal`),
    whole: ({ file }) => file,
  },
  {
    name: 'the index is moved away',
    go: ({ file }) => fs.renameSync(`${file}-shm`, `${file}.away`),
    back: ({ file }) => fs.renameSync(`${file}.away`, `${file}-shm`),
    whole: ({ file }) => file,
  },
  {
    name: 'the lock is moved away',
    go: ({ file }) => fs.renameSync(`${file}.lock`, `${file}.away`),
    back: ({ file }) => fs.renameSync(`${file}.away`, `${file}.lock`),
    whole: ({ file }) => file,
  },
  {
    name: 'the directory is moved away',
    go: ({ dir }) => fs.renameSync(dir, `${dir}.away`),
    back: ({ dir }) => fs.renameSync(`${dir}.away`, dir),
    whole: ({ dir }) => `${dir}.away/cxd.db`,
  },
];

for (const { name, go, back, whole } of AWAY) {
  test(`${name}: noticed, and gone on with when it is back`, async (t) => {
    const place = await lay(t, { config: { metrics: METRICS } });
    const { daemon } = place;
    go(place);
    const problem = assertProblem(await notReady(daemon, 'database_missing'), 503, 'not_ready');
    assert.doesNotMatch(problem.detail, /\/tmp|\.db/);
    await assertRefuses(daemon);
    await assertReads(daemon);
    assertHolds(whole(place), daemon.held);
    assert.match((await daemon.scrape()).text, /^cxd_database_in_place 0$/m);
    const status = (await daemon.admin('GET', '/v1/status')).json;
    assert.equal(status.ready, false);
    assert.ok(status.reasons.some(({ check, reason }) => check === 'database' && reason === 'database_missing'));
    back(place);
    await isReady(daemon);
    await daemon.say(3);
    await assertReads(daemon);
    assert.match((await daemon.scrape()).text, /^cxd_database_in_place 1$/m);
    assert.equal([...daemon.stderr.matchAll(/ database_back /g)].length, 1);
    await daemon.end();
    assert.deepEqual(idsIn(place.file), daemon.held);
  });

  test(`${name}: a commit notices by itself, and what it refuses is not stored`, async (t) => {
    const place = await lay(t);
    const { daemon } = place;
    // Nobody has looked since: the reply comes after the look.
    for (let round = 0; round < 5; round++) {
      go(place);
      const replies = await Promise.all(Array.from({ length: 4 }, () => daemon.post('nps', { score: 9 })));
      for (const reply of replies) assertProblem(reply, 503, 'storage');
      back(place);
      await isReady(daemon);
      await daemon.say(1);
    }
    await assertReads(daemon);
  });
}

for (const [end, how] of [
  ['', 'the database is removed'],
  ['-wal', 'the log is removed'],
  ['-shm', 'the index is removed'],
  ['.lock', 'the lock is removed'],
]) {
  test(`${how}: noticed, and nothing that was acknowledged is lost before the end`, async (t) => {
    const { daemon, file } = await lay(t);
    fs.unlinkSync(file + end);
    await notReady(daemon, 'database_missing');
    await assertRefuses(daemon);
    await assertReads(daemon);
    if (end === '') {
      // What has no name any more can still be had: the record says where.
      const [, open] = /can be copied from (\/proc\/\d+\/fd\/\d+)/.exec(lost(daemon)[0]);
      const rescued = `${file}.rescued`;
      fs.copyFileSync(open, rescued);
      assertHolds(rescued, daemon.held);
      await daemon.end();
      assert.ok(!fs.existsSync(file), 'nothing is put in its place');
      fs.renameSync(rescued, file);
    } else {
      await daemon.kill(); // the hardest end
    }
    assertHolds(file, daemon.held);
    await daemon.again();
    await isReady(daemon);
    await daemon.say(1);
    await assertReads(daemon);
  });
}

test('all is removed, and the directory with it', async (t) => {
  const { daemon, dir } = await lay(t);
  fs.rmSync(dir, { recursive: true });
  await notReady(daemon, 'database_missing');
  await assertRefuses(daemon);
  await assertReads(daemon);
  await daemon.end();
  assert.ok(!fs.existsSync(dir));
});

// --- others in their places ------------------------------------------------------------------------------------------

for (const end of ['SIGTERM', 'SIGKILL']) {
  test(`another database is moved over it: left alone, also at the end by ${end}`, async (t) => {
    const { daemon, root, file } = await lay(t);
    const other = await makeOther(root);
    fs.linkSync(file, `${file}.was`);
    fs.renameSync(other, file);
    const before = fs.readFileSync(file);
    await notReady(daemon, 'database_replaced');
    await assertRefuses(daemon);
    await assertReads(daemon);
    assertHolds(`${file}.was`, daemon.held);
    if (end === 'SIGTERM') await daemon.end();
    else await daemon.kill();
    assert.deepEqual(fs.readFileSync(file), before);
    assertHolds(`${file}.was`, daemon.held);
    assert.equal(idsIn(file).size, 3, 'nothing of ours is read into it');
    assert.equal(sqlite(file, 'PRAGMA integrity_check;').trim(), 'ok');
  });
}

test('the directory is exchanged for that of another daemon, which goes on', async (t) => {
  const { daemon, root, dir, file } = await lay(t);
  fs.renameSync(dir, `${dir}.away`);
  fs.mkdirSync(dir);
  const state = path.join(root, 'run2');
  fs.mkdirSync(state);
  const other = await start({ dir, config: { server: { state_directory: state } } });
  t.after(() => other.end());
  other.key = fs.readFileSync(path.join(state, 'admin.key'), 'utf8').trim();
  await other.survey('nps', NPS);
  assert.equal((await other.post('nps', { score: 1 })).status, 201);
  await notReady(daemon, 'database_replaced');
  await assertRefuses(daemon);
  assertHolds(path.join(`${dir}.away`, 'cxd.db'), daemon.held);
  const inodes = BESIDE.map((name) => fs.statSync(file + name).ino);
  await daemon.end();
  assert.deepEqual(
    BESIDE.map((name) => fs.statSync(file + name).ino),
    inodes,
    'none of its files is removed',
  );
  for (let i = 0; i < 5; i++) assert.equal((await other.post('nps', { score: 2 })).status, 201);
  assert.equal((await ready(other)).status, 200);
  assert.equal((await other.score('nps', 'window=all')).json.n, 6);
});

test('another file in the place of the log, of the index, of the lock', async (t) => {
  for (const name of ['-wal', '-shm', '.lock']) {
    const { daemon, file } = await lay(t);
    fs.renameSync(file + name, `${file}.was`);
    fs.writeFileSync(file + name, Buffer.alloc(40_000, 7));
    await notReady(daemon, 'database_replaced');
    await assertRefuses(daemon);
    await daemon.end();
    assert.deepEqual(fs.readFileSync(file + name), Buffer.alloc(40_000, 7), name);
    fs.renameSync(`${file}.was`, file + name);
    assertHolds(file, daemon.held);
  }
});

test('a file system is mounted over the directory', { skip: !isRoot && 'needs root' }, async (t) => {
  const { daemon, root, dir, file } = await lay(t);
  const cover = path.join(root, 'cover');
  fs.mkdirSync(cover);
  const mounted = spawnSync('mount', ['--bind', cover, dir], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    t.skip(mounted.stderr);
    return;
  }
  await notReady(daemon, 'database_missing');
  await assertRefuses(daemon);
  await assertReads(daemon);
  assert.deepEqual(fs.readdirSync(dir), [], 'nothing is made there');
  assert.equal(spawnSync('umount', [dir]).status, 0);
  await isReady(daemon);
  await daemon.say(2);
  await daemon.end();
  assert.deepEqual(idsIn(file), daemon.held);
});

test('a link to the directory that leads elsewhere now', async (t) => {
  const root = makeDirectory();
  const dir = path.join(root, 'state');
  const lead = (name) => {
    fs.rmSync(dir, { force: true });
    fs.symlinkSync(path.join(root, name), dir);
  };
  for (const name of ['real', 'new']) fs.mkdirSync(path.join(root, name), { mode: 0o700 });
  lead('real');
  const daemon = await start({ dir });
  t.after(() => daemon.end().finally(() => removeDirectory(root)));
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  lead('new');
  await notReady(daemon, 'database_missing');
  assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
  for (const end of BESIDE) fs.writeFileSync(path.join(root, 'new', `cxd.db${end}`), '');
  await notReady(daemon, 'database_replaced');
  assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
  lead('real');
  await isReady(daemon);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
});

// --- one database, one daemon ----------------------------------------------------------------------------------------

test('no second daemon has the same file, under whatever name, and with whatever lock', async (t) => {
  const { daemon, root, file } = await lay(t);
  const begin = (database) => {
    const config = path.join(root, 'second.conf');
    fs.writeFileSync(
      config,
      ini({ server: { listen: '127.0.0.1:0', state_directory: root }, storage: { url: `sqlite:${database}` } }),
    );
    return run(['serve', '-c', config]);
  };
  const expectLocked = (database) => {
    const second = begin(database);
    assert.equal(second.status, 1, second.stdout);
    assert.match(second.stderr, /is in use by |is a symbolic link|has a second name/);
  };
  expectLocked(file);
  const link = path.join(root, 'link.db');
  const hard = path.join(root, 'hard.db');
  fs.symlinkSync(file, link);
  fs.linkSync(file, hard);
  expectLocked(link);
  expectLocked(hard);
  for (const name of [link, hard]) fs.unlinkSync(name);
  fs.unlinkSync(`${file}.lock`);
  expectLocked(file); // with a lock of its own
  await notReady(daemon, 'database_replaced');
  await assertRefuses(daemon);
  for (const command of ['rebuild']) assert.match(run([command, '-c', daemon.config]).stderr, /is in use by /);
  await daemon.end();
  assertHolds(file, daemon.held);
  await daemon.again();
  await daemon.say(1);
  await assertReads(daemon);
});

// --- written by others -----------------------------------------------------------------------------------------------

const OVER = [
  { name: 'cut off by a shell', go: ({ file }) => fs.writeFileSync(file, '') },
  { name: 'cut off in the middle', go: ({ file }) => fs.truncateSync(file, fs.statSync(file).size - 4096) },
  { name: 'made longer', go: ({ file }) => fs.truncateSync(file, fs.statSync(file).size + 4096) },
  { name: 'copied over', go: ({ file, other }) => fs.copyFileSync(other, file), whole: true },
  {
    name: 'copied over with all its files',
    go: ({ file, other }) => {
      fs.copyFileSync(other, file);
      fs.writeFileSync(`${file}-wal`, '');
    },
    whole: true,
  },
  {
    name: 'written over in place, page by page',
    go: ({ file, other }) => {
      const fd = fs.openSync(file, 'r+');
      fs.writeSync(fd, fs.readFileSync(other));
      fs.closeSync(fd);
    },
  },
  {
    name: 'one page of zeros',
    go: ({ file }) => {
      const fd = fs.openSync(file, 'r+');
      fs.writeSync(fd, Buffer.alloc(4096), 0, 4096, 8192);
      fs.closeSync(fd);
    },
  },
];

for (const { name, go, whole } of OVER) {
  test(`the database is ${name}: no write, no read, and it stays as it is`, async (t) => {
    const place = await lay(t);
    const { daemon, root, file } = place;
    place.other = await makeOther(root);
    go(place);
    const before = stateOf([file]);
    assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
    await notReady(daemon, 'database_overwritten');
    await assertRefuses(daemon);
    assertProblem(await daemon.score('nps', 'window=all'), 503, 'storage');
    assert.deepEqual(stateOf([file]), before);
    await daemon.end();
    assert.deepEqual(stateOf([file]), before);
    if (whole) {
      assert.equal(idsIn(file).size, 3, 'what was put there is read as it is: nothing of ours is beside it');
      assert.equal(sqlite(file, 'PRAGMA integrity_check;').trim(), 'ok');
    }
  });
}

const OVER_LOG = [
  { name: 'cut off by a shell', go: (log) => fs.writeFileSync(log, '') },
  { name: 'cut off in the middle', go: (log) => fs.truncateSync(log, fs.statSync(log).size - 1) },
  { name: 'copied over', go: (log) => fs.writeFileSync(log, Buffer.alloc(fs.statSync(log).size + 4152, 9)) },
  {
    name: 'set back to what it was',
    prepare: (log) => fs.readFileSync(log),
    go: (log, was) => {
      const fd = fs.openSync(log, 'r+');
      fs.writeSync(fd, Buffer.alloc(fs.statSync(log).size, 0));
      fs.writeSync(fd, was, 0, was.length, 0);
      fs.closeSync(fd);
    },
  },
];

for (const { name, prepare, go } of OVER_LOG) {
  test(`the log is ${name}: nothing is acknowledged any more`, async (t) => {
    const { daemon, file } = await lay(t);
    const log = `${file}-wal`;
    await daemon.say(1);
    await until(() => fs.statSync(log).size > 0);
    const was = prepare?.(log);
    await daemon.say(2);
    go(log, was);
    const before = stateOf([file, log]);
    assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
    await notReady(daemon, 'database_overwritten');
    await assertRefuses(daemon);
    assert.deepEqual(stateOf([file, log]), before);
    await daemon.end();
    assert.deepEqual(stateOf([file, log]), before);
  });
}

// What is in the middle SQLite would bring home into the database.
for (const isLate of [false, true]) {
  test(`a page amid the log is written over: noticed ${isLate ? 'at the way home' : 'while writing'}`, async (t) => {
    const { daemon, root, file } = await lay(t);
    const log = `${file}-wal`;
    const reference = path.join(root, 'time');
    const touch = (from, to) => assert.equal(spawnSync('touch', ['-r', from, to]).status, 0);
    assert.equal((await daemon.post('nps', { score: 9, respondent: 'ann' })).status, 201);
    await daemon.say(20);
    const database = fs.readFileSync(file);
    touch(log, reference);
    const fd = fs.openSync(log, 'r+');
    fs.writeSync(fd, Buffer.alloc(4096, 9), 0, 4096, 3 * 4096);
    fs.closeSync(fd);
    if (isLate) {
      touch(reference, log); // as if a commit had come right behind it
      // 503: seen between the two.
      assert.ok([200, 503].includes((await daemon.admin('DELETE', '/v1/respondents/ann')).status));
    }
    await notReady(daemon, 'database_overwritten');
    await assertRefuses(daemon);
    assert.match(lost(daemon)[0], /cxd\.db-wal was written or cut off by somebody else/);
    await daemon.end();
    assert.deepEqual(fs.readFileSync(file), database, 'nothing of it is brought home');
  });
}

test('the index is cut off: not gone on with, and nothing is lost', async (t) => {
  const { daemon, file } = await lay(t);
  fs.truncateSync(`${file}-shm`, 0);
  // Who reads it before it is noticed is killed: then the log says so.
  const reply = await daemon.post('nps', { score: 9 }).catch(() => null);
  if (reply) assertProblem(reply, 503, 'storage');
  const noticed = await notReady(daemon, 'database_overwritten').catch(() => null);
  if (noticed) await daemon.end();
  else {
    assert.deepEqual(await daemon.exited, { code: null, signal: 'SIGBUS' });
    assert.match(daemon.stderr, /^killed signal=SIGBUS detail="/m);
    daemon.stopped = true;
  }
  await daemon.again();
  await assertReads(daemon);
  await daemon.say(3);
});

test('touched, linked, made readable to others: no harm, and no alarm', async (t) => {
  const { daemon, file } = await lay(t);
  for (const name of BESIDE) {
    fs.utimesSync(file + name, 1, 1);
    fs.chmodSync(file + name, 0o644);
    fs.linkSync(file + name, `${file}.link${name}`);
  }
  await daemon.say(3);
  assert.equal((await ready(daemon)).status, 200);
  for (const name of BESIDE) fs.unlinkSync(`${file}.link${name}`);
  fs.writeFileSync(`${file}.lock`, ''); // only its number counts
  await daemon.say(3);
  assert.equal((await ready(daemon)).status, 200);
  assert.deepEqual(lost(daemon), []);
});

// --- permissions -----------------------------------------------------------------------------------------------------

// As nobody, since root may do everything.
function asNobody(t) {
  const dir = useDirectory(t);
  const wrapper = path.join(dir, 'cxd');
  const binary = path.join(dir, 'cxd-binary');
  fs.copyFileSync(BINARY, binary);
  fs.writeFileSync(wrapper, `#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups ${binary} "$@"\n`);
  for (const file of [dir, wrapper, binary]) fs.chmodSync(file, 0o755);
  return wrapper;
}

test(
  'permissions that keep a restart from opening it',
  { skip: (!isRoot || spawnSync('setpriv', ['--version']).error) && 'needs root and setpriv' },
  async (t) => {
    const root = makeDirectory();
    const dir = path.join(root, 'state');
    fs.mkdirSync(dir);
    fs.chmodSync(root, 0o755);
    fs.chownSync(dir, 65534, 65534);
    const daemon = await start({ dir, binary: asNobody(t) });
    t.after(() => daemon.end().finally(() => removeDirectory(root)));
    await daemon.survey('nps', NPS);
    assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
    const steps = [
      ...BESIDE.map((name) => [
        () => fs.chmodSync(daemon.database + name, 0),
        () => fs.chmodSync(daemon.database + name, 0o600),
      ]),
      [() => fs.chownSync(daemon.database, 0, 0), () => fs.chownSync(daemon.database, 65534, 65534)],
      [() => fs.chmodSync(dir, 0), () => fs.chmodSync(dir, 0o700)],
    ];
    for (const [go, back] of steps) {
      go();
      await notReady(daemon, 'database_inaccessible');
      assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
      assert.equal((await daemon.score('nps', 'window=all')).json.n, 1);
      back();
      await isReady(daemon);
    }
    assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  },
);

// --- and the rest ----------------------------------------------------------------------------------------------------

test('under load: what is acknowledged is in the file that was moved away', async (t) => {
  const { daemon, root, file } = await lay(t);
  const away = path.join(root, 'away.db');
  let stopped = false;
  let refused = 0;
  const client = async () => {
    while (!stopped) {
      const reply = await daemon.post('nps', { score: 5 });
      if (reply.status === 201) daemon.held.add(reply.json.id);
      else {
        assertProblem(reply, 503, 'storage');
        refused += 1;
      }
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await until(() => daemon.held.size > 200);
  fs.renameSync(file, away);
  await until(() => refused > 50);
  const held = new Set(daemon.held);
  await notReady(daemon, 'database_missing');
  assert.deepEqual(daemon.held, held, 'none after the first refusal');
  assertHolds(away, held);
  fs.renameSync(away, file);
  await isReady(daemon);
  await until(() => daemon.held.size > held.size + 100);
  stopped = true;
  await Promise.all(clients);
  await daemon.end();
  assertHolds(file, daemon.held);
});

test('a log that has been brought home meanwhile, and one that an earlier life left', async (t) => {
  const root = makeDirectory();
  t.after(() => removeDirectory(root));
  const control = new Control(path.join(root, 'faults'), VFS_WORDS);
  t.after(() => control.close());
  control.set('checkpoint', 8);
  const { daemon, file } = await lay(t, { storage: `vfs:${control.file}:sqlite:PATH` });
  await daemon.say(60);
  assert.equal((await ready(daemon)).status, 200);
  await daemon.kill();
  await daemon.again();
  await daemon.say(60);
  assert.equal((await ready(daemon)).status, 200);
  assert.deepEqual(lost(daemon), []);
  // Over and over: the log of the last answer may be on its way home behind its reply, into what was just cut off.
  await until(async () => {
    fs.writeFileSync(file, '');
    const reply = await ready(daemon);
    return reply.status === 503 && reasonsOf(reply).includes('database_overwritten');
  });
});

test('a log that a reader holds is not read again with every answer', async (t) => {
  const root = makeDirectory();
  t.after(() => removeDirectory(root));
  const control = new Control(path.join(root, 'faults'), VFS_WORDS);
  t.after(() => control.close());
  control.set('checkpoint', 8);
  const { daemon, file } = await lay(t, { storage: `vfs:${control.file}:sqlite:PATH` });
  const reader = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => reader.kill());
  reader.stdin.write('BEGIN; SELECT count(*) FROM response;\n');
  await once(reader.stdout, 'data');
  const read = () => Number(/^rchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${daemon.child.pid}/io`, 'utf8'))[1]);
  const before = read();
  for (let i = 0; i < 300; i++) assert.equal((await daemon.post('nps', { score: i % 11 })).status, 201);
  const log = fs.statSync(`${file}-wal`).size;
  assert.ok(log > 300 * 4096, 'the reader holds it');
  // Whenever it is a quarter longer: five times in all, and now and then because time passes; with every answer: 150.
  assert.ok(read() - before < 40 * log, `${read() - before} bytes were read for a log of ${log}`);
  reader.kill();
  await once(reader, 'close');
  const begun = () => fs.readFileSync(`${file}-wal`).subarray(16, 24).toString('hex'); // the salt of its header
  const held = begun();
  await until(async () => {
    await daemon.post('nps', { score: 9 });
    return begun() !== held;
  });
});

test('a backup is not made of what lies in its place', async (t) => {
  const { daemon, root, dir, file } = await lay(t, { config: { backup: { every: 1, keep: 2 } } });
  const backups = path.join(root, 'run', 'backups');
  const copies = () => (fs.existsSync(backups) ? fs.readdirSync(backups).filter((name) => name.endsWith('.db')) : []);
  await until(() => copies().length > 0);
  const other = await makeOther(root);
  const foreign = idsIn(other);
  fs.renameSync(file, path.join(dir, 'was.db'));
  fs.renameSync(other, file);
  await notReady(daemon, 'database_replaced');
  await until(() => / backup_failed /.test(daemon.stderr));
  assert.equal(foreign.size, 3);
  for (const name of copies())
    for (const id of idsIn(path.join(backups, name))) assert.ok(!foreign.has(id), `${name} is of the other`);
});

test('memory: has no files to lose', async (t) => {
  const daemon = await start({ storage: 'memory:' });
  t.after(() => daemon.stop());
  await daemon.survey('nps', NPS);
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assert.equal((await ready(daemon)).status, 200);
});
