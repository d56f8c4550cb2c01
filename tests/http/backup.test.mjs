// Backups: of a daemon at work, of one that is stopped, or was killed; what is damaged is found and not restored; the
// daemon's own. What is in a copy is looked at with the sqlite3 shell and counted here.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { BINARY, environment, ini, makeId, run, sqlite, start, until, use, useDirectory } from './harness.mjs';

const SURVEY = { metric: 'nps', properties: ['plan'] };
const TOUCHPOINTS = ['checkout', 'support', 'app'];
const newId = () => makeId(Math.random);
const isRoot = process.geteuid() === 0;

// A response that only its number makes.
const make = (n) => ({
  score: (n * 7) % 11,
  touchpoint: TOUCHPOINTS[n % 3],
  comment: `comment ${n} `.repeat(20),
  respondent: `person-${n % 50}`,
  properties: { plan: n % 2 ? 'pro' : 'free' },
});

function begin(args, options = {}) {
  const child = spawn(BINARY, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const done = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (done.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (done.stderr += text));
  child.ended = new Promise((resolve) => child.on('close', (status, signal) => resolve({ ...done, status, signal })));
  return child;
}

// A configuration in a directory of its own, for a database that is not there yet.
function place(t, sections = {}) {
  const dir = useDirectory(t);
  const config = path.join(dir, 'cxd.conf');
  fs.writeFileSync(
    config,
    ini({ server: { listen: '127.0.0.1:0' }, storage: { url: `sqlite:${path.join(dir, 'cxd.db')}` }, ...sections }),
  );
  return { dir, config, database: path.join(dir, 'cxd.db') };
}

const good = (done) => {
  assert.equal(done.status, 0, done.stderr + done.stdout);
  return done;
};
const refused = (done, pattern) => {
  assert.equal(done.status, 1, done.stderr + done.stdout);
  assert.match(done.stderr, pattern);
  return done;
};
const leavesNothing = (file) =>
  assert.deepEqual(
    fs
      .readdirSync(path.dirname(file))
      .filter((name) => name.startsWith(path.basename(file)) && !/\.(lock|reserve)$/.test(name)),
    [],
  );

// What is in no rollup row yet (src/store/sqlite/recent.h), by survey, series, tier and bucket.
function countedLast(file) {
  const counts = new Map();
  const add = (place, score, count) => {
    const sums = counts.get(place) ?? Array(11).fill(0);
    sums[score] += count;
    counts.set(place, sums);
  };
  const lines = sqlite(file, 'SELECT survey, bucket, hex(counts) FROM recent WHERE tier = 3;').split('\n');
  for (const line of lines.filter((line) => line !== '')) {
    const [survey, quarter, hex] = line.split('|');
    const bytes = Buffer.from(hex, 'hex');
    const buckets = [0, Math.floor(quarter / 96), Math.floor(quarter / 4), Number(quarter)];
    let at = 0;
    const next = () => {
      for (let value = 0, shift = 0; ; shift += 7) {
        value |= (bytes[at] & 127) << shift;
        if (bytes[at++] < 128) return value;
      }
    };
    for (let series = 0; at < bytes.length;) {
      series += next();
      for (let present = next(), score = 0; present !== 0; present >>= 1, score++) {
        if ((present & 1) === 0) continue;
        const count = next();
        for (const [tier, bucket] of buckets.entries()) add(`${survey}|${series}|${tier}|${bucket}`, score, count);
      }
    }
  }
  return counts;
}

// Every rollup row held against a count of the responses, tier by tier, in SQL of our own.
function assertRollups(file) {
  const lengths = [
    [0, 'CASE WHEN 1 THEN 0 END'],
    [1, 'answered_at / 86400000'],
    [2, 'answered_at / 3600000'],
    [3, 'answered_at / 900000'],
  ];
  const scores = Array.from({ length: 11 }, (_, n) => n);
  const last = countedLast(file);
  for (const [tier, bucket] of lengths) {
    for (const [dimension, value] of [
      ['', "''"],
      ['touchpoint', 'touchpoint'],
      ['property.plan', "json_extract(properties, '$.plan')"],
    ]) {
      const counted = sqlite(
        file,
        `SELECT survey, ${bucket} AS b, ${value} AS v, ${scores.map((n) => `sum(score = ${n})`)} FROM ` +
          `response WHERE excluded = 0 GROUP BY survey, b, v ORDER BY survey, b, v;`,
      );
      const rows = sqlite(
        file,
        `SELECT r.survey, bucket, coalesce(s.value, ''), series, ${scores.map((n) => `n${n}`)}
           FROM rollup r LEFT JOIN series s ON s.id = r.series
        WHERE tier = ${tier} AND coalesce(s.dimension, '') = '${dimension}' ORDER BY 1, 2, 3;`,
      );
      const stored = rows.replace(
        /^(\d+)\|(-?\d+)\|(.*)\|(\d+)((?:\|\d+){11})$/gm,
        (_, survey, at, text, series, sums) => {
          const more = last.get(`${survey}|${series}|${tier}|${at}`) ?? Array(11).fill(0);
          const held = sums.slice(1).split('|');
          return [survey, at, text, ...held.map((n, score) => Number(n) + more[score])].join('|');
        },
      );
      assert.ok(counted.length > 10, 'there are responses');
      assert.equal(stored, counted, `tier ${tier}, ${dimension}`);
    }
  }
}

test('a backup while responses come at full rate: one moment, all acknowledged before, the same scores', async (t) => {
  const d = await use(t);
  await d.survey('shop', SURVEY);
  const writers = Array.from({ length: 12 }, (_, i) => ({
    first: i * 1_000_000,
    size: i < 4 ? 250 : 1,
    acknowledged: 0,
    sent: 0,
  }));
  const ids = new Map();
  let goOn = true;
  // One batch after the other, each only when the one before was acknowledged.
  const write = async (writer) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (goOn) {
      const lines = Array.from({ length: writer.size }, (_, k) => ({
        id: newId(),
        survey: 'shop',
        ...make(writer.first + writer.sent + k),
      }));
      lines.forEach((line, k) => ids.set(line.id, writer.first + writer.sent + k));
      writer.sent += lines.length;
      const reply = await d.batch(lines, { agent });
      assert.equal(reply.status, 200, reply.text);
      writer.acknowledged += lines.length;
    }
    agent.destroy();
  };
  const running = Promise.all(writers.map(write));
  const total = () => writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
  await until(() => total() > 8000 && writers.every((writer) => writer.acknowledged > 0), 'some responses');

  const file = path.join(d.dir, 'copy.db');
  const before = writers.map((writer) => writer.acknowledged);
  const done = await begin(['backup', '-c', d.config, file]).ended;
  const after = writers.map((writer) => writer.sent);
  const during = total() - before.reduce((a, b) => a + b);
  goOn = false;
  await running;
  good(done);
  assert.ok(during > 500, `the daemon went on: ${during}`);
  assert.equal(done.stderr, '', 'no bar where there is no terminal');

  const rows = sqlite(file, "SELECT lower(hex(id)) || '|' || score || '|' || touchpoint FROM response;")
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('|'));
  assert.match(done.stdout, new RegExp(`^Wrote ${file}: ${rows.length} responses, [0-9.]+ [KMG]iB, [0-9.]+ s\\.\n$`));
  const found = writers.map(() => new Set());
  for (const [hex, score, touchpoint] of rows) {
    const number = ids.get(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    assert.ok(number !== undefined, 'nothing that was not sent');
    assert.equal(Number(score), make(number).score);
    assert.equal(touchpoint, make(number).touchpoint);
    found[Math.floor(number / 1_000_000)].add(number % 1_000_000);
  }
  writers.forEach((writer, i) => {
    const { size } = found[i];
    assert.ok(size >= before[i], `writer ${i}: ${size} of ${before[i]} that were acknowledged before`);
    assert.ok(size <= after[i], 'nothing from later');
    assert.equal(size % writer.size, 0, 'no half of a batch');
    assert.equal(Math.max(...found[i]), size - 1, 'a prefix of what the writer sent');
  });
  assertRollups(file);
  assert.equal(sqlite(file, 'PRAGMA integrity_check; PRAGMA journal_mode;'), 'ok\ndelete\n');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    fs.readdirSync(d.dir).filter((name) => name.startsWith('copy')),
    ['copy.db'],
  );

  // Restored, a daemon answers as the copy says; the one that was copied is sound, and holds everything.
  const other = place(t);
  good(run(['restore', '-c', other.config, file]));
  const restored = await start({ dir: other.dir, writeConfig: false });
  restored.key = d.key; // of the same database
  try {
    const scores = rows.map(([, score]) => Number(score));
    assertFigures((await restored.score('shop', 'window=all')).json, SURVEY, scores);
    assertFigures(
      (await restored.score('shop', 'window=all&touchpoint=app')).json,
      SURVEY,
      rows.filter(([, , touchpoint]) => touchpoint === 'app').map(([, score]) => Number(score)),
    );
    assert.equal((await restored.put('shop', newId(), { score: 9 })).status, 201);
  } finally {
    await restored.end();
  }
  assert.equal((await d.score('shop', 'window=all')).json.n, total());
  const checked = good(run(['check', '-c', d.config]));
  assert.match(checked.stdout, new RegExp(`^${total()} responses to 1 survey,`, 'm'));
});

describe('a database of some size', () => {
  const COUNT = 4000;
  let d, copy;
  before(async () => {
    d = await start();
    await d.survey('shop', SURVEY);
    await d.load(Array.from({ length: COUNT }, (_, n) => ({ survey: 'shop', id: newId(), ...make(n) })));
    copy = path.join(d.dir, 'good.db');
    good(run(['backup', '-q', '-c', d.config, copy]));
  });
  after(() => d.stop());

  const damages = [
    [
      'integrity',
      'bytes of a page',
      (file) => {
        const fd = fs.openSync(file, 'r+');
        fs.writeSync(fd, Buffer.alloc(2000, 0xa5), 0, 2000, 4096 * 300);
        fs.closeSync(fd);
      },
    ],
    ['integrity', 'the second half', (file) => fs.truncateSync(file, fs.statSync(file).size / 2)],
    [
      'rollups',
      'a rollup row',
      (file) => sqlite(file, 'UPDATE rollup SET n9 = n9 + 1 WHERE tier = 3 AND segmented = 1 AND series = 2;'),
    ],
    [
      'rollups',
      'a response',
      (file) => sqlite(file, 'DELETE FROM response WHERE id = (SELECT max(id) FROM response);'),
    ],
    ['references', 'a survey', (file) => sqlite(file, 'DELETE FROM survey;')],
    ['audit', 'a record of the log', (file) => sqlite(file, "UPDATE audit SET actor = 'nobody' WHERE number = 2;")],
    ['schema', 'an index', (file) => sqlite(file, 'DROP INDEX response_by_respondent;')],
  ];
  for (const [part, what, damage] of damages) {
    test(`damage is found, named and not restored: ${what}`, (t) => {
      const file = path.join(d.dir, 'bad.db');
      const { config, database } = place(t);
      fs.copyFileSync(copy, file);
      damage(file);
      const checked = refused(run(['check', file]), new RegExp(`What to do:\n(.*\n)*  ${part}: `));
      assert.match(checked.stdout, new RegExp(`^${part} +FAILED +\\d+ places?\n {14}\\S`, 'm'));
      const { good: isGood, parts } = JSON.parse(run(['check', '--json', file]).stdout);
      assert.equal(isGood, false);
      assert.equal(parts[part].result, 'failed');
      assert.ok(parts[part].damage > 0 && parts[part].places[0].length > 5);
      refused(run(['restore', '-c', config, file]), /bad\.db (is damaged|cannot be read): /);
      leavesNothing(database);
    });
  }

  test('a good copy passes, byte for byte unchanged, and is taken as it is', (t) => {
    const { config, database } = place(t);
    const bytes = fs.readFileSync(copy);
    const checked = good(run(['check', copy]));
    assert.equal([...checked.stdout.matchAll(/^(schema|integrity|references|rollups|audit) +ok\b/gm)].length, 5);
    assert.equal(checked.stderr, '');
    assert.equal(good(run(['check', '-q', copy])).stdout, '');
    assert.equal(JSON.parse(good(run(['check', '-j', copy])).stdout).responses, COUNT);
    good(run(['restore', '-q', '-c', config, copy]));
    assert.equal(sqlite(database, 'SELECT count(*) FROM response;'), `${COUNT}\n`);
    refused(run(['restore', '-c', config, copy]), /cxd\.db exists, and is not overwritten/);
    assert.ok(bytes.equals(fs.readFileSync(copy)));
  });

  test('what is refused', (t) => {
    const { dir, config } = place(t);
    refused(run(['backup', '-c', d.config, copy]), /good\.db exists, and is not overwritten/);
    refused(run(['backup', '-c', d.config, path.join(dir, 'none', 'x.db')]), /cannot look at .*none: No such file/);
    refused(run(['backup', '-c', config, path.join(dir, 'x.db')]), /there is no database at .*cxd\.db/);
    refused(run(['check', '-c', config]), /there is no database at/);
    refused(run(['check', path.join(dir, 'cxd.conf')]), /is not a database of cxd/);
    refused(run(['restore', '-c', config, path.join(dir, 'cxd.conf')]), /is not a database of cxd/);
    refused(run(['restore', '-c', d.config, copy]), /cxd\.db exists/);
    fs.copyFileSync(copy, path.join(dir, 'new.db'));
    sqlite(path.join(dir, 'new.db'), 'PRAGMA user_version = 1000;');
    refused(
      run(['restore', '-c', config, path.join(dir, 'new.db')]),
      /has schema 1000, and this version of cxd knows only up to/,
    );
    const memory = place(t, { storage: { url: 'memory:' } });
    refused(run(['backup', '-c', memory.config, path.join(dir, 'x.db')]), /"memory:" has no file to back up/);
    refused(
      run(['serve', '--check', '-c', place(t, { storage: { url: 'memory:' }, backup: { every: 60 } }).config]),
      /\[backup\] every/,
    );
    assert.equal(run(['backup', '-c', d.config]).status, 2);
    assert.equal(run(['backup', '-c', d.config, '']).status, 2);
    assert.equal(run(['check', 'a', 'b']).status, 2);
    assert.deepEqual(fs.readdirSync(dir).sort(), ['cxd.conf', 'new.db']);
  });

  test('into a directory, under the name of the moment', (t) => {
    const { dir } = place(t);
    for (const name of [dir, `${dir}/`]) {
      const earlier = new Date(Date.now() - 1000).toISOString();
      const [, file] = /^Wrote (\S+): /.exec(good(run(['backup', '-c', d.config, name])).stdout);
      const [, ...digits] = /^cxd-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/.exec(path.basename(file));
      const [year, month, day, hour, minute, second] = digits;
      assert.equal(path.dirname(file), dir);
      const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.999Z`;
      assert.ok(at >= earlier && at <= new Date(Date.now() + 1000).toISOString(), at);
      fs.unlinkSync(file);
    }
  });

  for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM']) {
    test(`${signal} half-way leaves no copy, and the daemon as it was`, async () => {
      const file = path.join(d.dir, 'cut.db');
      const child = begin(['backup', '-c', d.config, file]);
      await until(() => fs.existsSync(`${file}.partial`) && fs.statSync(`${file}.partial`).size > 0, 'a partial file');
      child.kill(signal);
      const done = await child.ended;
      assert.equal(done.signal ?? 'none', signal, done.stderr);
      assert.ok(!fs.existsSync(file));
      assert.equal(fs.existsSync(`${file}.partial`), signal === 'SIGKILL');
      assert.equal((await d.put('shop', newId(), { score: 9, touchpoint: 'app' })).status, 201);
      good(run(['check', '-q', '-c', d.config]));
      good(run(['backup', '-q', '-c', d.config, file]));
      assert.deepEqual(
        fs.readdirSync(d.dir).filter((name) => name.startsWith('cut')),
        ['cut.db'],
      );
      fs.unlinkSync(file);
    });
  }

  test('a full disk leaves nothing', () => {
    const file = path.join(d.dir, 'full.db');
    const done = spawnSync('sh', ['-c', 'ulimit -f 512; exec "$@"', 'sh', BINARY, 'backup', '-c', d.config, file], {
      env: environment(),
      encoding: 'utf8',
    });
    refused(done, /File too large/);
    leavesNothing(file);
  });

  test('a bar on a terminal', (t) => {
    const file = path.join(d.dir, 'bar.db');
    const done = spawnSync('script', ['-qec', `'${BINARY}' backup -c '${d.config}' '${file}'`, '/dev/null'], {
      env: environment({ LC_ALL: 'C.UTF-8' }),
      encoding: 'utf8',
    });
    if (done.error) {
      t.skip('script is not installed');
      return;
    }
    assert.equal(done.status, 0, done.stdout);
    assert.match(done.stdout, /\r(Copying|Verifying) +\[█*[▏▎▍▌▋▊▉]? *\] +\d+ %  [0-9.]+ [KM]iB/);
    assert.match(done.stdout, /\r\x1b\[KWrote /);
    fs.unlinkSync(file);
  });

  test(
    'another user is told, and what root restores belongs to the daemon’s',
    { skip: !isRoot && 'only root can be somebody else' },
    (t) => {
      const OTHER = 65534;
      const done = spawnSync(BINARY, ['check', '-c', d.config], {
        env: environment({ CXD_STORAGE_URL: `sqlite:${d.database}`, CXD_CONFIG: '' }),
        encoding: 'utf8',
        uid: OTHER,
        gid: OTHER,
      });
      assert.equal(done.status, 1, done.stderr);
      assert.match(done.stderr, /Permission denied/);
      const { dir, config, database } = place(t);
      fs.chownSync(dir, OTHER, OTHER);
      good(run(['restore', '-q', '-c', config, copy]));
      for (const name of [database, `${database}.lock`]) assert.equal(fs.statSync(name).uid, OTHER, name);
      assert.equal(fs.statSync(database).mode & 0o777, 0o600);
    },
  );
});

test('a daemon that is stopped, or was killed with its log full', async (t) => {
  const d = await use(t);
  await d.survey('shop', SURVEY);
  await d.load(Array.from({ length: 500 }, (_, n) => ({ survey: 'shop', ...make(n) })));
  // It may be brought home before the kill: then once more.
  let stored = 500;
  await until(async () => {
    if (stored > 500) await d.begin();
    assert.equal((await d.put('shop', newId(), { score: 9 })).status, 201);
    stored++;
    await d.kill();
    return fs.statSync(`${d.database}-wal`).size > 0;
  }, 'a log that nobody brought home');
  good(run(['check', '-c', d.config]));
  const file = path.join(d.dir, 'killed.db');
  good(run(['backup', '-c', d.config, file]));
  assert.equal(sqlite(file, 'SELECT count(*) FROM response;'), `${stored}\n`);
  await d.begin();
  stored += 20;
  await d.load(Array.from({ length: 20 }, (_, n) => ({ survey: 'shop', ...make(n) })));
  await d.end();
  assert.match(good(run(['check', '-c', d.config])).stdout, new RegExp(`^${stored} responses`, 'm'));
  good(run(['backup', '-c', d.config, path.join(d.dir, 'stopped.db')]));
  assert.equal(sqlite(path.join(d.dir, 'stopped.db'), 'SELECT count(*) FROM response;'), `${stored}\n`);
  // A check that comes between must not keep the daemon from its start.
  await d.begin();
  assert.equal((await d.score('shop', 'window=all')).json.n, stored);
});

test('a restore while a daemon has the place is refused', async (t) => {
  const d = await use(t);
  const copy = path.join(d.dir, 'copy.db');
  good(run(['backup', '-c', d.config, copy]));
  for (const suffix of ['', '-wal', '-shm']) fs.renameSync(d.database + suffix, path.join(d.dir, `moved${suffix}`));
  refused(run(['restore', '-c', d.config, copy]), /is in use by process \d+/);
  leavesNothing(d.database);
  for (const suffix of ['', '-wal', '-shm']) fs.renameSync(path.join(d.dir, `moved${suffix}`), d.database + suffix);
});

const NAME = /^cxd-\d{8}T\d{6}Z\.db$/;
const events = (d, event) => d.stderr.split('\n').filter((line) => new RegExp(`\\b${event} `).test(line));
const named = (ms) => `cxd-${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}.db`;

test('the daemon’s own: verified, the newest kept, others left alone, nothing twice after a restart', async (t) => {
  const dir = useDirectory(t);
  const kept = path.join(dir, 'backups');
  fs.mkdirSync(kept);
  const strangers = [
    'cxd-notes.db',
    'cxd-20200101T000000Z.db.txt',
    'cxd-20200101T000000.db',
    'xcxd-20200101T000000Z.db',
    'cxd-20209901T000000Z.db',
    'notes.partial',
  ];
  for (const name of strangers) fs.writeFileSync(path.join(kept, name), 'not ours');
  fs.mkdirSync(path.join(kept, 'cxd-20200102T000000Z.db'));
  fs.writeFileSync(path.join(kept, 'cxd-20200101T000000Z.db'), 'the oldest');
  fs.writeFileSync(path.join(kept, 'cxd-20200103T000000Z.db.partial'), 'left by a crash');
  fs.writeFileSync(path.join(kept, 'cxd-20200103T000000Z.db.partial-wal'), 'left by a crash');
  const mine = () =>
    fs
      .readdirSync(kept)
      .filter((name) => NAME.test(name) && !strangers.includes(name) && fs.statSync(path.join(kept, name)).isFile())
      .sort();
  let d = await start({ dir, config: { backup: { every: 1, keep: 2 } } });
  try {
    await d.survey('shop', SURVEY);
    await d.load(Array.from({ length: 300 }, (_, n) => ({ survey: 'shop', ...make(n) })));
    await until(() => events(d, 'backup').length >= 4, 'four backups');
    await until(() => events(d, 'backup_removed').length >= 3, 'three removed');
  } finally {
    await d.end();
  }
  assert.match(events(d, 'backup').at(-1), /backup file=cxd-\d{8}T\d{6}Z\.db responses=300 bytes=\d+ seconds=[0-9.]+$/);
  assert.deepEqual(events(d, 'backup_failed'), []);
  const left = mine();
  // 3: stopped between a new one and the removal of an old one.
  assert.ok(left.length === 2 || left.length === 3, left.join());
  assert.ok(left[0] > 'cxd-2021', 'the oldest went first');
  for (const name of left) good(run(['check', '-q', path.join(kept, name)]));
  for (const name of strangers) assert.equal(fs.readFileSync(path.join(kept, name), 'utf8'), 'not ours', name);
  assert.deepEqual(
    fs.readdirSync(kept).filter((name) => name.startsWith('cxd-') && /partial/.test(name)),
    [],
  );

  // The interval goes on from the newest: a start makes none, and one that is due is not forgotten.
  const restart = async (every, check) => {
    d = await start({ dir, config: { backup: { every, keep: 9 } } });
    try {
      await check();
    } finally {
      await d.end();
    }
  };
  await restart('1h', async () => {
    assert.equal((await d.put('shop', newId(), { score: 9 })).status, 201);
  });
  assert.deepEqual(events(d, 'backup'), []);
  assert.deepEqual(mine(), left);
  for (const name of left)
    fs.renameSync(
      path.join(kept, name),
      path.join(kept, named(Date.now() - 3600_000 - 60_000 * (1 + left.indexOf(name)))),
    );
  await restart('1h', () => until(() => events(d, 'backup').length === 1, 'the one that was due'));
  assert.equal(mine().length, left.length + 1);
  // One whose name lies in the future does not stop all others for ever.
  for (const name of mine()) fs.unlinkSync(path.join(kept, name));
  fs.writeFileSync(path.join(kept, named(Date.now() + 30 * 86_400_000)), '');
  await restart('1h', () => until(() => events(d, 'backup').length === 1, 'one in spite of the future'));
  assert.equal(mine().length, 2);
});

test('a stop does not wait for a backup', async (t) => {
  const d = await use(t);
  await d.survey('shop', SURVEY);
  await d.load(Array.from({ length: 8000 }, (_, n) => ({ survey: 'shop', ...make(n) })));
  await d.end();
  fs.appendFileSync(d.config, '[backup]\nevery = 1h\n');
  await d.begin();
  const kept = path.join(d.dir, 'backups');
  await until(
    () => fs.existsSync(kept) && fs.readdirSync(kept).some((name) => name.endsWith('.partial')),
    'a backup that runs',
  );
  await d.end();
  assert.deepEqual(fs.readdirSync(kept), []);
  assert.deepEqual(events(d, 'backup_failed'), []);
});

test('a backup that fails is logged and tried again, and the daemon goes on', async (t) => {
  const d = await use(t, { config: { backup: { every: 1 } } });
  const kept = path.join(d.dir, 'backups');
  await until(() => events(d, 'backup').length > 0, 'a backup');
  fs.renameSync(kept, `${kept}.away`);
  fs.writeFileSync(kept, 'in the way');
  await until(() => events(d, 'backup_failed').length > 1, 'two failures');
  // The first may have lost its folder while it was under way.
  assert.match(
    events(d, 'backup_failed').at(-1),
    /error=storage detail="cannot (look at|create) \S*backups\S*: Not a directory"$/,
  );
  await d.survey('shop', SURVEY);
  assert.equal((await d.put('shop', newId(), { score: 9 })).status, 201);
  fs.unlinkSync(kept);
  const made = events(d, 'backup').length;
  await until(() => events(d, 'backup').length > made, 'a backup again');
});
