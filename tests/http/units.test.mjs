// The units of systemd as `make install` leaves them: they are valid and closed, and cxd does nothing that their
// sandbox forbids (docs/edge.md §7). What a running systemd does with them is tried by tests/package.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { certify, environment, HANGS_MS, ini, makeDirectory, removeDirectory, ROOT, until } from './harness.mjs';

// The addresses of a sanitizer are no part of the sandbox: the release.
const BINARY = path.join(ROOT, 'build/cxd');
// With cxd.socket and the drop-in for it there is no network.
const UNITS = { 'cxd.service': 1.2, 'sealed.service': 0.4 };
let dir;
let units;
const DROP_IN = () => `${dir}/usr/share/doc/cxd/cxd-no-network.conf`;

function make(...targets) {
  const env = environment();
  for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'CI']) delete env[name];
  const done = spawnSync('make', ['-s', ...targets, `PREFIX=${dir}/usr`, `SYSCONFDIR=${dir}/etc`], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  assert.equal(done.status, 0, done.stderr);
}

function analyze(...args) {
  const done = spawnSync('systemd-analyze', ['--no-pager', ...args], {
    encoding: 'utf8',
    timeout: HANGS_MS,
    env: environment(),
  });
  return { status: done.status, text: `${done.stdout}${done.stderr}` };
}

// Sections of lines KEY=VALUE, each key with all its values.
function parse(text) {
  const sections = {};
  let section;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const head = /^\[(\w+)\]$/.exec(line);
    if (head) {
      section = sections[head[1]] = {};
      continue;
    }
    const [, key, value] = /^(\w+)=(.*)$/.exec(line);
    (section[key] ??= []).push(value);
  }
  return sections;
}

const read = (name) => fs.readFileSync(path.join(units, name), 'utf8');

before(() => {
  dir = makeDirectory();
  make('install');
  units = `${dir}/usr/lib/systemd/system`;
  const sealed = read('cxd.service').replace('\n[Install]', `${fs.readFileSync(DROP_IN(), 'utf8')}\n[Install]`);
  fs.writeFileSync(path.join(units, 'sealed.service'), sealed);
});
after(() => removeDirectory(dir));

test('they are valid where they are installed', () => {
  for (const name of [...Object.keys(UNITS), 'cxd.socket', 'cxd-metrics.socket']) {
    const { status, text } = analyze('verify', '--man=no', path.join(units, name));
    assert.equal(status, 0, text);
    assert.equal(text.replace(/^.*SYSTEMD_LOG.*$/m, '').trim(), '', `${name}: ${text}`);
  }
  const service = parse(read('cxd.service'));
  assert.deepEqual(service.Service.ExecStart, [`${dir}/usr/bin/cxd serve --config ${dir}/etc/cxd/cxd.conf`]);
  assert.ok(fs.existsSync(`${dir}/etc/cxd/cxd.conf`));
  assert.match(fs.readFileSync(`${dir}/usr/lib/sysusers.d/cxd.conf`, 'utf8'), /^u cxd - ".*" \/var\/lib\/cxd$/m);
});

for (const [name, most] of Object.entries(UNITS)) {
  test(`${name} exposes at most ${most}`, () => {
    const { text } = analyze('security', '--offline=yes', path.join(units, name));
    const level = Number(/Overall exposure level for \S+: (\d+\.\d+)/.exec(text)?.[1]);
    assert.ok(level <= most, text);
  });
}

test('one service, by one name, whoever listens', () => {
  const { Unit, Service } = parse(read('cxd.service'));
  assert.equal(Unit.Conflicts, undefined, 'a socket that is started stops no daemon');
  assert.deepEqual(Unit.StartLimitIntervalSec, ['0'], 'what failed often comes back when the cause is gone');
  assert.deepEqual(parse(read('sealed.service')).Service.RestrictAddressFamilies.slice(-2), ['', 'AF_UNIX']);
  for (const name of ['cxd.socket', 'cxd-metrics.socket']) {
    const unit = parse(read(name));
    assert.equal(unit.Unit.Conflicts, undefined, name);
    assert.deepEqual(unit.Install.WantedBy, ['sockets.target cxd.service'], name);
  }
  const socket = parse(read('cxd.socket')).Socket;
  assert.deepEqual([socket.Service, socket.ListenStream], [undefined, ['127.0.0.1:8080']]);
  const metrics = parse(read('cxd-metrics.socket')).Socket;
  assert.deepEqual([metrics.Service, metrics.FileDescriptorName], [['cxd.service'], ['metrics']]);
  const wanted = {
    Type: 'notify',
    NotifyAccess: 'main',
    WatchdogSec: '30s',
    Restart: 'on-failure',
    RestartSec: '5s',
    TimeoutStopSec: '30s',
    User: 'cxd',
    UMask: '0077',
    StateDirectory: 'cxd',
    StateDirectoryMode: '0700',
    ExecReload: `${dir}/usr/bin/cxd serve --reload $MAINPID`,
  };
  for (const [key, value] of Object.entries(wanted)) assert.deepEqual(Service[key], [value], key);
});

// Names of system calls that a filter stands for, with those of the sets within it.
function callsOf(filter) {
  const names = new Set();
  const { status, text } = analyze('syscall-filter', filter);
  assert.equal(status, 0, text);
  for (const line of text.split('\n').slice(1)) {
    const word = /^ {4}(@?\w[\w-]*)$/.exec(line)?.[1];
    if (word?.startsWith('@')) callsOf(word).forEach((name) => names.add(name));
    else if (word) names.add(word);
  }
  return names;
}

// Runs cxd under strace through all that a daemon does, and returns the trace.
async function trace(inject) {
  const home = fs.mkdtempSync(path.join(dir, 'trace-'));
  const file = path.join(home, 'cxd.conf');
  fs.writeFileSync(
    file,
    ini({
      server: { listen: '127.0.0.1:0', unix_socket: `${home}/s` },
      storage: { url: `sqlite:${home}/cxd.db` },
      tls: certify(home),
    }),
  );
  const child = spawn(
    'strace',
    ['-f', '-qq', '-o', `${home}/trace`, ...inject, BINARY, 'serve', '-c', file, '--starter-surveys'],
    { env: environment({ NOTIFY_SOCKET: '@cxd-none', WATCHDOG_USEC: '100000' }), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const closed = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  await new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(out + log)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      if (/listening on/.test(out) && out.includes('Ctrl-C')) resolve();
    });
  });
  const cxd = (...args) => {
    const done = spawnSync(BINARY, [...args, '-c', file], { env: environment(), encoding: 'utf8', timeout: HANGS_MS });
    assert.equal(done.status, 0, done.stderr + log);
  };
  for (let i = 0; i < 5; i += 1) cxd('post', 'nps', '9', '--comment', 'as it should be');
  cxd('score', 'nps');
  const curl = spawnSync('curl', ['-sS', '--unix-socket', `${home}/s`, 'http://x/readyz'], {
    encoding: 'utf8',
    timeout: HANGS_MS,
  });
  assert.match(curl.stdout, /ready/);
  const pid = Number(fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]);
  const reload = spawnSync(BINARY, ['serve', '--reload', `${pid}`], { env: environment(), encoding: 'utf8' });
  assert.equal(reload.status, 0, reload.stderr);
  await until(() => /\sreloaded /.test(log), 'reloaded');
  process.kill(pid, 'SIGTERM');
  assert.equal(await closed, 0, log);
  const text = fs.readFileSync(`${home}/trace`, 'utf8');
  return text.slice(text.indexOf('\n') + 1); // without the execve that begins it
}

test('the sandbox lets cxd do all that it does', async () => {
  const allowed = callsOf('@system-service');
  for (const filter of ['@privileged', '@resources']) callsOf(filter).forEach((name) => allowed.delete(name));
  allowed.add('setpriority'); // exports give way
  assert.deepEqual(parse(read('cxd.service')).Service.SystemCallFilter, [
    '@system-service',
    '~@privileged @resources',
    'setpriority',
  ]);
  assert.ok(allowed.size > 200 && !allowed.has('chown') && !allowed.has('setrlimit') && allowed.has('fsync'));
  const text = await trace([]);
  const used = new Set([...text.matchAll(/^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)/gm)].map((match) => match[1]));
  assert.ok(used.has('fdatasync') || used.has('fsync'), 'the trace is one of a daemon that writes');
  // SQLite gives files of root to the database's owner; the daemon is not root.
  if (process.getuid() === 0) used.delete('fchown');
  assert.deepEqual(
    [...used].filter((name) => !allowed.has(name)),
    [],
  );
  // MemoryDenyWriteExecute
  assert.deepEqual(
    text.split('\n').filter((line) => /mprotect\(.*PROT_EXEC|mmap\(.*PROT_WRITE\|PROT_EXEC/.test(line)),
    [],
  );
  // RestrictAddressFamilies of the activated unit has no IP, and there cxd makes no such socket: only here, where it
  // binds.
  const families = new Set([...text.matchAll(/\bsocket\((AF_\w+)/g)].map((match) => match[1]));
  assert.deepEqual([...families].sort(), ['AF_INET', 'AF_UNIX']);
});

test('a system that lets nobody raise the number of files is no hindrance', async () => {
  await trace(['-e', 'inject=prlimit64,setrlimit:error=EPERM']);
});

test('uninstall takes everything but a configuration that was changed', () => {
  fs.appendFileSync(`${dir}/etc/cxd/cxd.conf`, '# mine\n');
  fs.rmSync(path.join(units, 'sealed.service'));
  make('uninstall');
  const left = fs
    .readdirSync(`${dir}/usr`, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name);
  assert.deepEqual(left, []);
  assert.ok(fs.existsSync(`${dir}/etc/cxd/cxd.conf`));
});
