// The servers that are measured, each a process started on a fresh directory, and what the kernel says of them.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '..', '..');
// Where runs, databases and results go, and where the programs of this folder are built.
export const workshop = join(root, 'build', 'bench');
export const programs = join(root, 'build', 'test', 'tests', 'bench');
const rivalFolder = join(here, 'node');

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

export class BenchError extends Error {}

// name: { title, stores: whether what it acknowledged can be counted, command(folder) -> argv }
export const servers = {
  floor: { title: 'bare libmicrohttpd (the floor)', stores: false, command: () => [join(programs, 'floor')] },
  discard: {
    title: 'cxd, discarding store',
    stores: false,
    command: (folder) => cxdCommand(join(root, 'build', 'test', 'cxd'), folder, 'discard:'),
  },
  sqlite: {
    title: 'cxd, fsync before each 201',
    stores: true,
    command: (folder, more) =>
      cxdCommand(join(root, 'build', 'cxd'), folder, `sqlite:${join(folder, 'cxd.db')}`, [...LIMITS, ...more]),
  },
  before: {
    title: 'cxd, the version before',
    limits: [], // of a version that may not know them
    stores: true,
    command: (folder) =>
      cxdCommand(servers.before.program, folder, `sqlite:${join(folder, 'cxd.db')}`, servers.before.limits),
  },
  node: {
    title: 'Node, one commit a request',
    stores: true,
    command: (folder) => [process.execPath, join(rivalFolder, 'server.mjs'), join(folder, 'node.db')],
  },
};

// The limits are on, as they are in earnest, and so high that the one address of the bench passes.
const RATE = process.env.BENCH_RATE ?? 60_000_000;
export const LIMITS = [
  '[limits]',
  `ingest_rate = ${RATE}`,
  `survey_rate = ${RATE}`,
  'bytes_per_address = 1G',
  'connections_per_address = 1000000',
];

function cxdCommand(binary, folder, url, limits = LIMITS) {
  const config = join(folder, 'cxd.conf');
  writeFileSync(
    config,
    [
      '[server]',
      'listen = 127.0.0.1:0',
      `state_directory = ${folder}`,
      '[storage]',
      `url = ${url}`,
      '[reporting]',
      'timezone = UTC',
      '[access]',
      'read = open',
      ...limits,
      '',
    ].join('\n'),
  );
  return [binary, 'serve', '-c', config];
}

export function freshFolder(name) {
  const folder = join(workshop, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

// Starts a server in `folder` and waits until it says where it listens. delayMs slows each of its fsyncs, and `config`
// are more lines of the configuration, of "sqlite".
export async function startServer(name, folder, { delayMs = 0, config = [] } = {}) {
  const [program, ...args] = servers[name].command(folder, config);
  if (!existsSync(program)) throw new BenchError(`${program} is not built: run "make bench"`);
  const env = { ...process.env, NODE_ENV: 'production' };
  if (delayMs > 0) {
    env.LD_PRELOAD = join(programs, 'slow_fsync.so');
    env.SLOW_FSYNC_US = String(delayMs * 1000);
  }
  const log = join(folder, 'server.log');
  const logFd = openSync(log, 'a');
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', logFd] });
  closeSync(logFd);
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const url = await Promise.race([
    (async () => {
      for await (const line of createInterface(child.stdout)) {
        const match = line.match(/listening on (https?:\/\/\S+)/);
        if (match) return match[1];
      }
    })(),
    ended.then(() => undefined),
  ]);
  if (!url) {
    child.kill('SIGKILL');
    throw new BenchError(`${servers[name].title} does not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  }
  child.stdout.resume();
  return {
    name,
    folder,
    url,
    pid: child.pid,
    log,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 60000);
      child.kill(name === 'floor' ? 'SIGKILL' : 'SIGTERM');
      const { code, signal } = await ended;
      clearTimeout(timer);
      if (name !== 'floor' && code !== 0) {
        throw new BenchError(
          `${servers[name].title} ended with ${signal ?? code}:\n${readFileSync(log, 'utf8').slice(-2000)}`,
        );
      }
    },
  };
}

export const RULES = {
  score: { kind: 'score', below: 30, window: '30d', min_n: 30 },
  rate: { kind: 'rate', above: 20, window: '30d' },
  drop: { kind: 'drop', window: '7d' },
  silence: { kind: 'silence' },
  detractor: { kind: 'detractor' },
};

export const adminKey = ({ folder }) => readFileSync(join(folder, 'admin.key'), 'utf8').trim();

// Puts the survey "bench" into a cxd.
export async function putSurvey(server, more = {}) {
  const key = adminKey(server);
  const reply = await fetch(`${server.url}/v1/surveys/bench`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ metric: 'nps', properties: ['plan'], ...more }),
  });
  if (!reply.ok) throw new BenchError(`PUT /v1/surveys/bench: ${reply.status} ${await reply.text()}`);
}

// Rules of alerts of each kind that looks at every answer, or once a day.
export async function putRules(server) {
  const key = adminKey(server);
  for (const [name, rule] of Object.entries(RULES)) {
    const reply = await fetch(`${server.url}/v1/alerts/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ survey: 'bench', ...rule }),
    });
    if (!reply.ok) throw new BenchError(`PUT /v1/alerts/${name}: ${reply.status} ${await reply.text()}`);
  }
  // Answers count in their visits once something was reported.
  const body = JSON.stringify({ type: 'shown', visit: 'first' });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${server.url}/v1/surveys/bench/events`, { method: 'POST', headers, body });
  if (!reply.ok) throw new BenchError(`POST events: ${reply.status} ${await reply.text()}`);
}

// From then on the visits of answers count too.
export async function reportVisit(server) {
  const reply = await fetch(`${server.url}/v1/surveys/bench/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"shown","visit":"the-first"}',
  });
  if (!reply.ok) throw new BenchError(`POST events: ${reply.status} ${await reply.text()}`);
}

export async function storedCount(server) {
  const reply = await fetch(`${server.url}/v1/surveys/bench/score?window=all`);
  if (!reply.ok) throw new BenchError(`GET score: ${reply.status} ${await reply.text()}`);
  return (await reply.json()).n;
}

// CPU time of the process, all threads, in microseconds (a clock tick is the unit: 10 ms).
export function cpuTimeUs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
}

// { rss, peak } in bytes.
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (key) => Number(status.match(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm'))[1]) * 1024;
  return { rss: bytes('VmRSS'), peak: bytes('VmHWM') };
}

function run(command, args, folder) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) {
    throw new BenchError(
      `"${command} ${args.join(' ')}" in ${folder} failed: ${error?.message ?? ''}\n${(stdout + stderr).slice(-4000)}`,
    );
  }
}

// Installs what package-lock.json names and compiles better-sqlite3 against the headers of the Node that runs this.
// Does nothing where that was done for the same lock and Node.
export function installRival() {
  const prefix = dirname(dirname(process.execPath));
  const stampFile = join(rivalFolder, 'node_modules', '.cxd-bench');
  const stamp = `${process.version} ${createHash('sha256')
    .update(readFileSync(join(rivalFolder, 'package-lock.json')))
    .digest('hex')}\n`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!existsSync(join(prefix, 'include', 'node', 'node_version.h'))) {
    throw new BenchError(`the headers of Node are not in ${prefix}/include/node (Debian: libnode-dev)`);
  }
  process.stderr.write('bench: installing and compiling the Node server (a minute or two, once)\n');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], rivalFolder);
  run(
    'npm',
    ['run', 'build-release', '--', `--nodedir=${prefix}`],
    join(rivalFolder, 'node_modules', 'better-sqlite3'),
  );
  writeFileSync(stampFile, stamp);
}
