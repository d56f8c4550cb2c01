// A disk that is full when the daemon starts: it serves reads, and writes when there is room (docs/edge.md §2).
// The disk is a file system in memory; without the right to mount one there is no test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeDirectory, METRICS, removeDirectory, run, start, until } from './harness.mjs';

const SIZE_MB = 24; // above what the reserve wants to be left

// The daemon on a disk of its own, which goes with the test; null without the right to mount one.
async function begin(t, prepare = () => {}, min_free = 0) {
  const home = makeDirectory();
  const dir = path.join(home, 'disk');
  fs.mkdirSync(dir);
  let daemon = null;
  t.after(async () => {
    if (daemon && !daemon.stopped) await daemon.kill();
    spawnSync('umount', ['-l', dir]);
    removeDirectory(home);
  });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'none', dir], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    t.skip('no right to mount a file system');
    return null;
  }
  prepare(dir);
  daemon = await start({ dir, config: { storage: { min_free }, metrics: METRICS } });
  await daemon.survey('s', { metric: 'nps' });
  for (const score of [9, 10, 0]) assert.equal((await daemon.post('s', { score })).status, 201);
  return daemon;
}

// To the last byte, and without a daemon that writes meanwhile it stays so.
function fill(dir, runs = false) {
  const file = fs.openSync(path.join(dir, 'ballast'), 'a');
  try {
    for (const block = Buffer.alloc(4096, 1); ;) fs.writeSync(file, block);
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  } finally {
    fs.closeSync(file);
  }
  if (!runs) assert.equal(fs.statfsSync(dir).bavail, 0);
}

const free = (dir) => fs.rmSync(path.join(dir, 'ballast'));

const reserved = (daemon) =>
  until(() => fs.statSync(`${daemon.database}.reserve`, { throwIfNoEntry: false })?.size === 1 << 19, 'the reserve');

const count = async (daemon) => (await daemon.score('s', 'window=all')).json.n;

for (const [how, end] of [
  ['a clean stop', (daemon) => daemon.end()],
  ['a kill', (daemon) => daemon.kill()],
]) {
  test(`after ${how}: reads, 507, and all again when there is room`, async (t) => {
    const daemon = await begin(t);
    if (!daemon) return;
    const { dir } = daemon;
    for (let round = 0; round < 2; round += 1) {
      await reserved(daemon);
      const before = await count(daemon);
      await end(daemon);
      fill(dir);
      await daemon.begin();
      assert.match(daemon.stderr, /reserve_released directory=\S+ detail=\"the disk is full/);
      assert.equal(await count(daemon), before);
      assert.match((await daemon.scrape()).text, /^cxd_disk_free_bytes \d+$/m);
      // The command line finds it all the same.
      const status = run(['status', '-c', daemon.config]);
      assert.match(status.stdout, /is (not )?ready/, status.stderr);
      let refused;
      for (let i = 0; i < 500 && refused?.status !== 507; i += 1)
        refused = await daemon.post('s', { score: 5, comment: 'x'.repeat(4000) });
      assert.equal(refused.status, 507, refused.text);
      assert.equal(refused.json.type, '/problems/storage_full');
      assert.equal((await daemon.request('GET', '/readyz')).status, 503);
      const full = await count(daemon);
      assert.ok(full >= before);
      free(dir);
      assert.equal((await daemon.post('s', { score: 6 })).status, 201);
      assert.equal(await count(daemon), full + 1);
      assert.equal((await daemon.request('GET', '/readyz')).status, 200);
    }
    await reserved(daemon);
    await daemon.end();
  });
}

test('start after start serves reads while the disk stays full, whatever takes what an end leaves', async (t) => {
  const daemon = await begin(t);
  if (!daemon) return;
  const { dir } = daemon;
  await reserved(daemon);
  const before = await count(daemon);
  for (let round = 0; round < 3; round += 1) {
    await daemon.end();
    fill(dir);
    await daemon.begin();
    fill(dir, true);
    assert.equal(await count(daemon), before);
  }
  free(dir);
  await reserved(daemon);
  assert.equal((await daemon.post('s', { score: 6 })).status, 201);
  await daemon.end();
});

test('without a reserve it says why it does not start, and starts when there is room', async (t) => {
  const daemon = await begin(t);
  if (!daemon) return;
  const { dir } = daemon;
  await reserved(daemon);
  const before = await count(daemon);
  await daemon.end();
  fs.rmSync(`${daemon.database}.reserve`);
  fill(dir);
  await assert.rejects(daemon.begin(), /cxd ended \(1\)[^]*(No space left|full)/);
  free(dir);
  await daemon.begin();
  assert.equal(await count(daemon), before);
  await daemon.end();
});

test('on a small disk, nearly full, there is none', async (t) => {
  const daemon = await begin(t, (dir) =>
    fs.writeFileSync(path.join(dir, 'ballast'), Buffer.alloc((SIZE_MB - 6) << 20)),
  );
  if (!daemon) return;
  // Each is a look, and the reserve a matter of looks.
  for (let i = 0; i < 3; i += 1) assert.equal((await daemon.request('GET', '/readyz')).status, 200);
  assert.ok(!fs.existsSync(`${daemon.database}.reserve`));
  await daemon.end();
});

test('the log tells of a low disk where and how much, once, and when it is over', async (t) => {
  const daemon = await begin(t, () => {}, '4M');
  if (!daemon) return;
  const { dir } = daemon;
  await reserved(daemon);
  const records = (name) => daemon.stderr.match(new RegExp(` ${name} .*`, 'g')) ?? [];
  for (let round = 1; round <= 2; round += 1) {
    const { bavail, bsize } = fs.statfsSync(dir);
    fs.writeFileSync(path.join(dir, 'ballast'), Buffer.alloc(bavail * bsize - (2 << 20)));
    await until(() => records('disk_low').length === round, 'disk_low');
    const [, where, bytes] = /^ disk_low path=(\S+) free_bytes=(\d+) needed_bytes=4194304$/.exec(
      records('disk_low').at(-1),
    );
    assert.equal(where, dir);
    assert.ok(Number(bytes) < 4 << 20);
    assert.equal(records('disk_has_room').length, round - 1);
    free(dir);
    await until(() => records('disk_has_room').length === round, 'disk_has_room');
    assert.match(records('disk_has_room').at(-1), /^ disk_has_room path=\S+ free_bytes=\d+ needed_bytes=4456448$/);
    assert.equal(records('disk_low').length, round);
  }
  await daemon.end();
});
