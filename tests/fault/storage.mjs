// The storage fails: every write, flush, open and truncation of the database in turn (and reads, and the shared index
// of the log), once and until healed, as an I/O error, a full disk, and a short write; in ingest, in checkpoints, at
// start. Then a file system that is really full, and a limit on the size of files. Acknowledged: once. Refused: not
// stored. Reads go on. It recovers by itself.
//
//   node tests/fault/storage.mjs [--long]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { start } from '../http/harness.mjs';
import { expectRebuild, expectRecount, expectSound, Ledger, SURVEYS, ZONE } from '../crash/ledger.mjs';
import { BINARY, CLASSES, Control, LONG, Suite, VFS_WORDS } from './control.mjs';

const EIO = 5;
const ENOSPC = 28;
const suite = new Suite('storage');
const dir = suite.directory();
const control = new Control(path.join(dir, 'faults'), VFS_WORDS);
const storage = `vfs:${control.file}:sqlite:PATH`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function arm(kind, n, { on = 0, error = EIO, short = 0 } = {}) {
  control.set('injected', 0);
  control.set('left', n);
  control.set('on', on);
  control.set('error', error);
  control.set('short', short);
  control.set('armed', 1 << CLASSES.indexOf(kind));
}

const heal = () => control.set('armed', 0);

// Some of everything, a few at a time. What fails is to be sent again.
async function burst(daemon, ledger, count) {
  let left = count;
  await ledger.load(daemon, {
    get over() {
      return left-- <= 0;
    },
    killed: true,
  });
}

async function total(daemon) {
  let n = 0;
  for (const slug of Object.keys(SURVEYS)) n += (await daemon.score(slug, 'window=all')).json.n;
  return n;
}

const FULL = { error: ENOSPC };
const CASES = [
  ['write', 'I/O error', {}],
  ['write', 'no room', FULL],
  ['write', 'short, I/O error', { short: 1 }],
  ['write', 'short, no room', { ...FULL, short: 1 }],
  ['sync', 'I/O error', {}],
  ['sync', 'no room', FULL],
  ['truncate', 'I/O error', {}],
  ['read', 'I/O error', {}],
  ['shm', 'I/O error', {}],
];

async function faults(daemon, ledger) {
  const depth = LONG ? 40 : 7;
  for (const [kind, how, options] of CASES) {
    for (const on of [0, 1]) {
      const fault = `${kind}: ${how}${on ? ', until healed' : ''}`;
      await suite.hold(
        fault,
        async () => {
          const row = suite.row(fault);
          let reached = 0;
          for (let n = 1; n <= depth; n++) {
            arm(kind, n, { ...options, on });
            await burst(daemon, ledger, 12);
            const injected = control.get('injected');
            reached += injected > 0;
            row.injected += injected;
            heal();
            if (daemon.exit) row.crashed += 1;
            assert.equal(daemon.exit, null, daemon.stderr.slice(-2000));
            const known = ledger.held.size;
            const n_ = await total(daemon);
            // What was told to come again is not stored. (A reply is lost only with its daemon.)
            if (n_ > known) row.duplicated += n_ - known;
            if (n_ < known) row.lost += known - n_;
            assert.equal(n_, known, `call ${n}: stored and acknowledged`);
            await ledger.retry(daemon);
            assert.equal((await daemon.request('GET', '/readyz')).status, 200, 'ready after a write that went well');
          }
          return `${reached} of ${depth} reached, ${row.injected} injected`;
        },
        fault,
      );
    }
  }
}

async function expectAll(daemon, ledger, fault) {
  const { lost, duplicated } = ledger.compare(daemon.database);
  suite.row(fault).lost += lost.length;
  suite.row(fault).duplicated += duplicated.length;
  ledger.expectStored(daemon.database);
  expectSound(daemon.database);
  expectRecount(daemon.database);
  expectRebuild(daemon.database, daemon.dir, BINARY);
}

// --- while it runs

control.set('checkpoint', 8);
const daemon = await start({ binary: BINARY, timezone: ZONE, storage });
const ledger = new Ledger({ seed: 11, clients: 6 });
try {
  await ledger.define(daemon);
  await burst(daemon, ledger, 60);
  await ledger.retry(daemon);
  await faults(daemon, ledger);
  await suite.hold('each class of calls was met', () => {
    for (const kind of ['write', 'sync', 'open', 'read']) assert.ok(control.get(kind) > 0, kind);
    for (const row of suite.rows.values()) if (/^(write|sync)/.test(row.fault)) assert.ok(row.injected > 0, row.fault);
  });
  for (const slug of Object.keys(SURVEYS))
    await suite.hold(`the score of ${slug} is the ledger's`, () => ledger.expectScore(daemon, slug));
  await suite.hold('it stops cleanly', () => daemon.end());
  await suite.hold('stored, sound, recounted', () => expectAll(daemon, ledger, 'write: I/O error'));

  // --- at start

  for (const kind of CLASSES) {
    const fault = `${kind} at start`;
    await suite.hold(
      fault,
      async () => {
        const row = suite.row(fault);
        let refused = 0;
        let n = 1;
        for (; n < (LONG ? 60 : 6); n++) {
          arm(kind, n, { on: 1 });
          const error = await daemon.begin().then(
            () => null,
            (failure) => failure,
          );
          const injected = control.get('injected');
          heal();
          row.injected += injected;
          if (error === null) {
            await daemon.end();
          } else {
            refused += 1;
            assert.match(error.message, /cxd ended \(\d+\)/, 'ends by itself, with a status');
            assert.ok(injected > 0);
            assert.match(
              daemon.stderr.trim().split('\n').at(-1),
              /cxd.*(cannot|failed|error|disk)/i,
              daemon.stderr.slice(-500),
            );
          }
          expectSound(daemon.database);
          if (injected === 0) break;
        }
        ledger.expectStored(daemon.database);
        return `${refused} starts refused, ${n} tried`;
      },
      fault,
    );
  }

  // --- at the first start, when the file and its tables are made; and at a stop, when the log is brought home

  for (const kind of ['write', 'sync', 'truncate', 'shm']) {
    const fault = `${kind} at the first start`;
    await suite.hold(
      fault,
      async () => {
        const row = suite.row(fault);
        for (let n = 1; n <= (LONG ? 40 : 4); n++) {
          arm(kind, n, { on: 1 });
          const options = { binary: BINARY, dir: suite.directory(), storage };
          const error = await start(options).then(
            (running) => running.end().then(() => null),
            (failure) => failure,
          );
          const injected = control.get('injected');
          heal();
          row.injected += injected;
          if (error)
            assert.match(error.message, /cxd ended \(\d+\)[^]*cxd.*\S/, 'ends by itself, with a status and a word');
          const running = await start(options); // what was half made does not stand in the way
          await running.survey('nps', SURVEYS.nps);
          await running.end();
          expectSound(running.database);
          if (injected === 0) break;
        }
      },
      fault,
    );
  }

  control.set('checkpoint', 1000); // so that the last commit leaves something to bring home
  for (const kind of ['write', 'sync', 'truncate']) {
    const fault = `${kind} at a stop`;
    await suite.hold(
      fault,
      async () => {
        await daemon.begin();
        await burst(daemon, ledger, 12);
        await ledger.retry(daemon);
        arm(kind, 1, { on: 1 });
        await daemon.end();
        suite.row(fault).injected += control.get('injected');
        heal();
        assert.ok(control.get('injected') > 0, 'never reached');
        await daemon.begin();
        assert.equal(await total(daemon), ledger.held.size);
        await daemon.end();
        ledger.expectStored(daemon.database);
        expectSound(daemon.database);
      },
      fault,
    );
  }

  control.set('checkpoint', 8);

  // --- a kill while it cannot flush: what was refused may be there after the log is read again, but a retry settles it

  await suite.hold(
    'killed while no flush succeeds',
    async () => {
      const row = suite.row('kill without flush');
      for (let round = 0; round < (LONG ? 20 : 3); round++) {
        await daemon.begin();
        arm('sync', 2, { on: 1 });
        await burst(daemon, ledger, 12);
        row.injected += control.get('injected');
        await daemon.kill();
        heal();
        await daemon.begin();
        await ledger.retry(daemon);
        await daemon.end();
      }
      await expectAll(daemon, ledger, 'kill without flush');
    },
    'kill without flush',
  );
} finally {
  if (!daemon.stopped) await daemon.kill();
  daemon.clean();
  control.close();
}

// --- full: a refusal, reads that go on, and a recovery without a restart

async function expectFull(running, book, row, fill, free) {
  await book.define(running);
  await burst(running, book, 40);
  await book.retry(running);
  await fill();
  let refusal = null;
  for (let i = 0; i < 400 && refusal === null; i++) {
    const id = book.newId();
    const body = { score: 5, comment: 'x'.repeat(4000) };
    const reply = await running.put('csat', id, body);
    if (reply.status === 201) book.held.set(id, { survey: 'csat', score: 5 });
    else refusal = { id, body, reply };
  }
  assert.ok(refusal, 'never full');
  row.injected += 1;
  assert.equal(refusal.reply.status, 507, refusal.reply.text);
  assert.match(refusal.reply.headers['retry-after'], /^\d+$/);
  assert.equal(refusal.reply.json.type, '/problems/storage_full');
  assert.equal((await running.request('GET', '/readyz')).status, 503);
  assert.equal((await running.request('GET', '/healthz')).status, 200);
  for (const slug of Object.keys(SURVEYS)) await book.expectScore(running, slug);
  await free();
  const again = await running.put('csat', refusal.id, refusal.body);
  assert.equal(again.status, 201, again.text);
  book.held.set(refusal.id, { survey: 'csat', score: 5 });
  assert.equal((await running.request('GET', '/readyz')).status, 200);
  await burst(running, book, 40);
  await book.retry(running);
  for (const slug of Object.keys(SURVEYS)) await book.expectScore(running, slug);
  await running.end();
  await expectAll(running, book, row.fault);
}

await suite.hold(
  'a limit on the size of files',
  async () => {
    const row = suite.row('limit on file size');
    const running = await start({ binary: BINARY, timezone: ZONE });
    const limit = (bytes) => {
      const done = spawnSync('prlimit', [`--pid=${running.child.pid}`, `--fsize=${bytes}:unlimited`], {
        encoding: 'utf8',
      });
      assert.equal(done.status, 0, done.stderr);
    };
    try {
      const log = `${running.database}-wal`;
      await expectFull(
        running,
        new Ledger({ seed: 13 }),
        row,
        () => limit(fs.statSync(log).size + 200_000),
        () => limit('unlimited'),
      );
    } finally {
      if (!running.stopped) await running.kill();
      running.clean();
    }
  },
  'limit on file size',
);

const mount = path.join(dir, 'small');
fs.mkdirSync(mount);
if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', mount]).status !== 0) {
  suite.skip('a small file system', 'no right to mount one');
} else {
  try {
    await suite.hold(
      'a small file system',
      async () => {
        const row = suite.row('full disk');
        // Its own files lie elsewhere, so that only the database meets the limit.
        const running = await start({
          binary: BINARY,
          timezone: ZONE,
          storage: `sqlite:${mount}/cxd.db`,
          config: { server: { state_directory: suite.directory() }, storage: { min_free: 0 } },
        });
        running.key = fs.readFileSync(path.join(suite.directories.at(-1), 'admin.key'), 'utf8').trim();
        running.database = path.join(mount, 'cxd.db');
        const ballast = path.join(mount, 'ballast');
        const fill = () => {
          const { bavail, bsize } = fs.statfsSync(mount);
          fs.writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 300_000)));
        };
        try {
          await expectFull(running, new Ledger({ seed: 17 }), row, fill, () => fs.rmSync(ballast));
        } finally {
          if (!running.stopped) await running.kill();
          running.clean();
        }
      },
      'full disk',
    );
  } finally {
    await sleep(50);
    spawnSync('umount', [mount]);
  }
}
suite.end();
