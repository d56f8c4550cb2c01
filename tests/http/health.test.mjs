// Whether the daemon says that it is ready when it is, and every reason when it is not; and what `cxd status` shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Control, VFS_WORDS } from '../fault/control.mjs';
import {
  assertProblem,
  BINARY,
  environment,
  ini,
  makeDirectory,
  NPS,
  removeDirectory,
  run,
  start,
  until,
  use,
  useDirectory,
} from './harness.mjs';

const MORE_THAN_A_DISK = '1000000G';
const EIO = 5;
const ENOSPC = 28;
const FAULT = { write: 1, sync: 2, open: 4, truncate: 8, read: 16, shm: 32 };
const CHECKS = ['serving', 'writer', 'http', 'workers', 'database', 'disk'];

const ready = (daemon, options) => daemon.request('GET', '/readyz', options);
const reasons = (reply) => reply.json.reasons.map((reason) => reason.reason);

function assertNotReady(reply, expected, type = 'not_ready') {
  const problem = assertProblem(reply, 503, type);
  assert.deepEqual(reasons(reply), expected);
  for (const { detail } of problem.reasons) assert.ok(problem.detail.includes(detail), problem.detail);
  assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
  assert.equal(reply.headers['cache-control'], 'no-store');
  assert.doesNotMatch(reply.text, /\/tmp|\/var|\d{4,} ?(B|bytes)|\.db/, 'strangers learn no path and no size');
}

// Asks until the reply is as wanted. A probe is answered whatever hangs: else this would not end.
const becomes = (daemon, wanted) =>
  until(async () => {
    const reply = await ready(daemon);
    return wanted(reply) ? reply : null;
  }, wanted);
const isReady = (reply) => reply.status === 200;
const has =
  (...words) =>
  (reply) =>
    reply.status === 503 && words.every((word) => reasons(reply).includes(word));

// A daemon whose files fail when told.
async function faulty(t, config) {
  const dir = makeDirectory();
  const control = new Control(path.join(dir, 'faults'), VFS_WORDS);
  const heal = () => {
    control.set('armed', 0);
    control.set('hang', 0);
  };
  const daemon = await start({ dir, storage: `vfs:${path.join(dir, 'faults')}:sqlite:PATH`, config });
  t.after(async () => {
    heal();
    await daemon.stop();
    control.close();
    removeDirectory(dir);
  });
  await daemon.survey('nps', NPS);
  const strike = (kinds, { hang = 0, error = EIO } = {}) => {
    for (const [name, value] of Object.entries({ error, hang, on: 1, left: 1, armed: kinds })) control.set(name, value);
  };
  return { daemon, control, strike, heal };
}

test('ready: every check is named, also without a file, and to HEAD', async (t) => {
  for (const storage of ['sqlite:PATH', 'memory:']) {
    const daemon = await use(t, { storage });
    for (let i = 0; i < 3; i++) {
      const reply = await ready(daemon);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json, { status: 'ready', checks: Object.fromEntries(CHECKS.map((name) => [name, 'ok'])) });
    }
    const head = await daemon.request('HEAD', '/readyz');
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
  }
});

test('a disk with less room than min_free is not ready, and responses are taken on', async (t) => {
  const daemon = await use(t, { config: { storage: { min_free: MORE_THAN_A_DISK } } });
  await daemon.survey('nps', NPS);
  assertNotReady(await ready(daemon), ['disk_low']);
  await until(() => /WARN.* disk_low path=\S+ free_bytes=\d+ needed_bytes=\d{16}\n/i.test(daemon.stderr), 'the record');
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assert.equal((await daemon.score('nps')).json.n, 1);
  const head = await daemon.request('HEAD', '/readyz');
  assert.equal(head.status, 503);
  assert.equal(head.text, '');
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
});

test('min_free = 0 looks at no disk, and memory: has none', async (t) => {
  const zero = await use(t, { config: { storage: { min_free: 0 } } });
  assert.equal((await ready(zero)).status, 200);
  const memory = await use(t, { storage: 'memory:', config: { storage: { min_free: MORE_THAN_A_DISK } } });
  assert.equal((await ready(memory)).status, 200);
});

test('min_free between what is free and less of it decides', async (t) => {
  const dir = useDirectory(t);
  const { bavail, bsize } = fs.statfsSync(dir, { bigint: true });
  const mib = Number((bavail * bsize) >> 20n);
  for (const [share, status] of [
    [0.5, 200],
    [2, 503],
  ]) {
    const daemon = await start({ dir, config: { storage: { min_free: `${Math.floor(mib * share)}M` } } });
    assert.equal((await ready(daemon)).status, status);
    await daemon.end();
  }
});

test('a full or failing storage is not ready until a write goes well', async (t) => {
  for (const [kind, word] of [
    ['full', 'storage_full'],
    ['storage', 'storage_failing'],
    ['memory', 'storage_failing'],
  ]) {
    const daemon = await use(t, { storage: `faulty:${kind}:1-1:sqlite:PATH` });
    await daemon.survey('nps', NPS);
    await daemon.settled();
    assert.equal((await ready(daemon)).status, 200);
    assert.ok((await daemon.post('nps', { score: 9 })).status >= 500);
    assertNotReady(await ready(daemon), [word]);
    assert.equal((await daemon.request('GET', '/healthz')).status, 200);
    assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
    assert.equal((await ready(daemon)).status, 200);
  }
});

test('all reasons are named at once', async (t) => {
  const { daemon, strike, heal } = await faulty(t, { storage: { min_free: MORE_THAN_A_DISK } });
  strike(FAULT.write, { error: ENOSPC });
  assert.equal((await daemon.post('nps', { score: 9 })).status, 507);
  assertNotReady(await ready(daemon), ['storage_full', 'disk_low']);
  heal();
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assertNotReady(await ready(daemon), ['disk_low']);
});

test('a daemon that ends says so, with what else there is', async (t) => {
  const daemon = await use(t, { config: { storage: { min_free: MORE_THAN_A_DISK } } });
  const askers = await Promise.all([0, 1].map(() => daemon.connect()));
  for (const asker of askers) asker.send('GET /readyz HTTP/1.1\r\nHost: x\r\n');
  for (let i = 0; i < 10; i++) await daemon.request('GET', '/healthz'); // so that they have arrived
  daemon.child.kill('SIGTERM');
  const knock = () => daemon.connect().catch(() => null);
  // It drains once it takes no connection any more.
  for (let wire = await knock(); wire; wire = await knock()) wire.close();
  for (const asker of askers) {
    asker.send('\r\n');
    const reply = await asker.reply();
    assertNotReady({ ...reply, json: JSON.parse(reply.text) }, ['draining', 'disk_low'], 'draining');
    assert.match(reply.headers.connection, /close/i);
  }
  assert.deepEqual(await daemon.exited, { code: 0, signal: null });
});

test('a database that cannot be read is not ready, and is again by itself', async (t) => {
  const { daemon, control, strike, heal } = await faulty(t);
  assert.equal((await ready(daemon)).status, 200);
  // What is read next is not in a reader's memory any more.
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  strike(FAULT.read | FAULT.shm | FAULT.open);
  // The search index is written after the response, and may fail as well.
  await becomes(daemon, has('database_unreadable'));
  assert.ok(control.get('injected') > 0);
  heal();
  await becomes(daemon, isReady);
});

test('a disk that hangs: writer stuck, database silent; probes are answered, all is well after', async (t) => {
  const stuck = async () => {
    const { daemon, strike, heal } = await faulty(t);
    strike(FAULT.sync | FAULT.write, { hang: 1 });
    const waiting = daemon.post('nps', { score: 9 });
    assertNotReady(await becomes(daemon, has('writer_stuck')), ['writer_stuck']);
    assert.equal((await daemon.request('GET', '/healthz')).status, 200);
    const status = (await daemon.admin('GET', '/v1/status')).json;
    assert.equal(status.ready, false);
    assert.deepEqual(
      status.reasons.map((reason) => reason.reason),
      ['writer_stuck'],
    );
    const shown = run(['status', '-c', daemon.config]);
    assert.equal(shown.status, 1);
    assert.match(shown.stdout, /is not ready\n {2}writer_stuck: /);
    heal();
    assert.equal((await waiting).status, 201);
    await becomes(daemon, isReady);
  };
  const silent = async () => {
    const { daemon, strike, heal } = await faulty(t, { server: { read_threads: 1 } });
    assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
    strike(FAULT.read | FAULT.shm | FAULT.open, { hang: 1 });
    const reading = daemon.admin('GET', '/v1/surveys/nps/responses');
    // It waits for the disk and is told when the next one asks, or has the look of before.
    const first = ready(daemon);
    await becomes(daemon, has('database_silent'));
    const told = await first;
    assert.ok(isReady(told) || reasons(told).includes('database_silent'), told.text);
    assert.equal((await daemon.admin('GET', '/v1/status')).json.responses.counted, null);
    // The writer is stuck too where a chore has had it write meanwhile.
    const last = await becomes(daemon, has('workers_stuck'));
    const also = has('writer_stuck')(last) ? ['writer_stuck'] : [];
    assertNotReady(last, [...also, 'workers_stuck', 'database_silent']);
    heal();
    assert.equal((await reading).status, 200);
    await becomes(daemon, isReady);
  };
  await Promise.all([stuck(), silent()]);
});

test('many probes at once cost one look', async (t) => {
  const daemon = await use(t);
  const replies = await Promise.all(Array.from({ length: 500 }, () => ready(daemon)));
  assert.ok(replies.every(isReady));
});

test('GET /v1/status: the figures are those that were made', async (t) => {
  const daemon = await use(t, {
    config: { limits: { ingest_rate: 8 }, server: { unix_socket: path.join(makeDirectory(), 's') } },
  });
  const before = (await daemon.admin('GET', '/v1/status')).json;
  assert.equal(before.responses.counted, 0);
  assert.deepEqual(before.reasons, []);
  await daemon.survey('nps', { metric: 'nps' });
  await daemon.survey('old', { metric: 'nps' });
  await daemon.admin('DELETE', '/v1/surveys/old');
  const ids = [];
  for (let i = 0; i < 7; i++) ids.push((await daemon.post('nps', { score: i })).json.id);
  assert.equal((await daemon.put('nps', ids[0], { score: 0 })).status, 200, 'a replay is none more');
  for (let i = 0; i < 3; i++) assert.equal((await daemon.post('nps', { score: 1 })).status, 429);
  await daemon.admin('PATCH', `/v1/surveys/nps/responses/${ids[1]}`, { body: { excluded: true, reason: 'test' } });
  await daemon.request('GET', '/v1/surveys', { key: `cxs_${'A'.repeat(43)}` });
  // The look at the database and its disk may be half a second old: again, until it is not.
  const json = await until(async () => {
    const status = (await daemon.admin('GET', '/v1/status')).json;
    return status.responses.counted === 6 ? status : null;
  }, 'seven, one of them excluded');
  assert.equal(json.ready, true);
  assert.equal(json.version, /^cxd (\S+)/.exec(run(['--version']).stdout)[1]);
  assert.deepEqual(json.listen, [
    { url: daemon.url },
    { url: `unix:${/^unix_socket = (.*)$/m.exec(fs.readFileSync(daemon.config, 'utf8'))[1]}` },
  ]);
  assert.equal(json.surveys, 1);
  assert.deepEqual(json.rate_limited, { address: 3, survey: 0, bytes: 0, auth: 0 });
  assert.deepEqual(json.queue, { waiting: 0, capacity: 8192 });
  assert.equal(json.responses.last_minute, 7);
  assert.equal(json.responses.last_hour, 7);
  assert.equal(json.last_commit.changes, 1);
  const ago = (time) => Date.parse(json.now) - Date.parse(time);
  assert.ok(ago(json.last_commit.at) >= 0 && ago(json.last_commit.at) < 60_000);
  assert.ok(Math.abs(ago(json.started_at) / 1000 - json.uptime_seconds) < 1.5);
  assert.ok(Math.abs(Date.parse(json.now) - Date.now()) < 30_000);
  assert.equal(json.backups, null);
  assert.ok(
    json.connections.open >= 1 && json.connections.open < json.connections.limit,
    JSON.stringify(json.connections),
  );
  assert.deepEqual(json.reloads, { done: 0, refused: 0, last_at: null });
  assert.equal(json.storage.min_free_bytes, 64 << 20);
  assert.equal(json.storage.database_bytes, fs.statSync(daemon.database).size);
  assert.ok(json.storage.log_bytes >= 0); // the daemon empties it when it likes
  const { bavail, bsize } = fs.statfsSync(daemon.dir);
  assert.ok(Math.abs(json.storage.free_bytes / (bavail * bsize) - 1) < 0.1);
  daemon.child.kill('SIGHUP');
  const reloads = await until(async () => {
    const status = (await daemon.admin('GET', '/v1/status')).json;
    return status.reloads.done > 0 ? status.reloads : null;
  }, 'a reload');
  assert.equal(reloads.done, 1, JSON.stringify(reloads) + daemon.stderr);
  assert.ok(Math.abs(Date.parse(reloads.last_at) - Date.now()) < 60_000);
});

test('the last backup is shown', async (t) => {
  const daemon = await use(t, { config: { backup: { every: '1h' } } });
  const backups = await until(async () => {
    const status = (await daemon.admin('GET', '/v1/status')).json;
    return status.backups.last_at ? status.backups : null;
  }, 'a backup');
  assert.ok(Math.abs(Date.parse(backups.last_at) - Date.now()) < 60_000);
  assert.ok(backups.bytes >= 4096);
  assert.equal(backups.failures, 0);
  assert.match(run(['status', '-c', daemon.config]).stdout, /\n {2}last backup {3}\d+ s ago, [\d.]+ [KM]iB\n/);
});

test('GET /v1/status is for who may read', async (t) => {
  const daemon = await use(t);
  assertProblem(await daemon.request('GET', '/v1/status'), 401, 'no_key');
  const { key } = (await daemon.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write', 'export'] } })).json;
  assertProblem(await daemon.request('GET', '/v1/status', { key }), 403, 'scope');
  const reader = (await daemon.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json.key;
  assert.equal((await daemon.request('GET', '/v1/status', { key: reader })).status, 200);
});

test('cxd status: ready, not ready, not there', async (t) => {
  const daemon = await use(t);
  await daemon.survey('nps', NPS);
  await daemon.post('nps', { score: 9 });
  const shown = run(['status', '-c', daemon.config]);
  assert.equal(shown.status, 0, shown.stderr);
  const rows = Object.fromEntries(
    shown.stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => /^ {2}(\S+(?: \S+)?) {2,}(.+)$/.exec(line).slice(1)),
  );
  assert.match(shown.stdout, /^cxd \S+ is ready\n/);
  assert.equal(rows.listening, daemon.url);
  assert.match(rows.up, /^\d+ s, since \d{4}-/);
  assert.match(rows.responses, /^1; 1 in the last minute, 1 in the last hour$/);
  assert.equal(rows.surveys, '1');
  assert.match(rows.connections, /^\d+ of \d+$/);
  assert.equal(rows.queue, '0 of 8192');
  assert.match(rows['last commit'], /^\d+ s ago, [12] changes? in \d+\.\d{3} s$/);
  assert.match(rows.database, /^[\d.]+ KiB, log [\d.]+ ([KM]i)?B, schema \d+$/);
  assert.match(rows.disk, /^[\d.]+ [MGT]iB free in \/.+[^;]$/);
  assert.doesNotMatch(shown.stdout, /\x1b/, 'no colours where there is no terminal');
  const document = run(['status', '-c', daemon.config, '--json']);
  assert.equal(document.status, 0);
  assert.equal(JSON.parse(document.stdout).ready, true);

  await daemon.end();
  const gone = run(['status', '-c', daemon.config]);
  assert.equal(gone.status, 1);
  assert.equal(gone.stdout, '');
  assert.match(gone.stderr, /Is the daemon running\?/);

  const low = await use(t, { config: { storage: { min_free: MORE_THAN_A_DISK } } });
  const not = run(['status', '-c', low.config, '--json']);
  assert.equal(not.status, 1);
  assert.deepEqual(
    JSON.parse(not.stdout).reasons.map(({ check, reason }) => [check, reason]),
    [['disk', 'disk_low']],
  );
  const told = run(['status', '-c', low.config]);
  assert.equal(told.status, 1);
  const { storage } = JSON.parse(not.stdout);
  assert.equal(storage.directory, low.dir);
  assert.match(
    told.stdout,
    new RegExp(
      `\\n {2}disk {2,}[\\d.]+ [MGT]iB free in ${low.dir}; \\[storage\\] min_free asks for [\\d.,]+ [MGTP]iB\\n`,
    ),
  );
});

test('cxd status --wait', async (t) => {
  const daemon = await use(t, { config: { storage: { min_free: MORE_THAN_A_DISK } } });
  const begun = performance.now();
  const late = run(['status', '-c', daemon.config, '--wait', '1s']);
  assert.equal(late.status, 1);
  assert.ok(performance.now() - begun >= 1000);
  assert.match(late.stdout, /not ready\n {2}disk_low/);
  for (const bad of ['soon', '-1', '1x']) assert.equal(run(['status', '--wait', bad]).status, 2, bad);

  // A daemon that is started while it waits: where it is, and the key, come to be meanwhile.
  const dir = useDirectory(t);
  const config = path.join(dir, 'cxd.conf');
  fs.writeFileSync(
    config,
    ini({ server: { listen: '127.0.0.1:0' }, storage: { url: `sqlite:${path.join(dir, 'cxd.db')}` } }),
  );
  const waiter = spawn(BINARY, ['status', '-c', config, '--wait', '30s'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => waiter.kill('SIGKILL'));
  let out = '';
  let err = '';
  waiter.stdout.on('data', (text) => {
    out += text;
  });
  waiter.stderr.on('data', (text) => {
    err += text;
  });
  const ended = new Promise((resolve) => waiter.on('close', resolve));
  const late2 = await start({ dir, writeConfig: false });
  assert.equal(await ended, 0, err);
  assert.match(out, /is ready\n/);
  assert.equal(err, '');
  await late2.end();
});
