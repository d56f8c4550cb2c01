// Footprint: what cxd takes of a machine: its program, the time from start to ready, memory and wake-ups idle and under
// load, and disk; with nothing stored and with as many responses as the largest of --sizes.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { diskBytes, generated } from './generated.mjs';
import { closeClient, median, quantile, request, wrk } from './load.mjs';
import { BenchError, freshFolder, memory, putSurvey, root, startServer, storedCount, workshop } from './servers.mjs';

const STARTS = 21;
const IDLE_SECONDS = 10;
const SETTLE_MS = 3000;
const CONNECTIONS = 100;
const LOAD_CONNECTIONS = 64;
const binary = join(root, 'build', 'cxd');

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function output(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) throw new BenchError(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}

// What is installed: the file, the same without debug information, and the libraries that come with it.
function measureProgram() {
  if (!existsSync(binary)) throw new BenchError(`${binary} is not built: run "make bench"`);
  const stripped = join(workshop, 'cxd-stripped');
  copyFileSync(binary, stripped);
  output('strip', stripped);
  const bytes = statSync(stripped).size;
  rmSync(stripped);
  const linked = [...output('readelf', '-d', binary).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
  const loaded = [...output('ldd', binary).matchAll(/=> (\S+) \(0x/g)].map(([, path]) => realpathSync(path));
  return {
    debugBytes: statSync(binary).size,
    strippedBytes: bytes,
    linked,
    loaded: loaded.length,
    loadedBytes: loaded.reduce((sum, path) => sum + statSync(path).size, 0),
  };
}

const since = (began) => Number(process.hrtime.bigint() - began) / 1e6;

// From before the process is made until /readyz has said 200, in ms. The first connection is made here, as it is by
// whoever waits.
async function measureStart(folder) {
  const began = process.hrtime.bigint();
  const server = await startServer('sqlite', folder);
  let reply;
  do reply = await request(`${server.url}/readyz`);
  while (reply.status !== 200 && since(began) < 60000);
  const ms = since(began);
  closeClient();
  await server.stop();
  if (reply.status !== 200) throw new BenchError(`/readyz: ${reply.status} ${reply.body}`);
  return ms;
}

async function measureStarts(folder) {
  const all = [];
  const first = await measureStart(folder);
  for (let i = 0; i < STARTS; i++) all.push(await measureStart(folder));
  return { firstMs: first, ms: median(all), p90Ms: quantile(all, 0.9) };
}

// How long any process takes from here to its end: the part of a start that is not cxd's.
function measureSpawn() {
  const all = Array.from({ length: STARTS }, () => {
    const began = process.hrtime.bigint();
    output(binary, '--version');
    return since(began);
  });
  return median(all);
}

// Proportional and private memory beside what servers.mjs tells, in bytes.
function memoryNow(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (key) => Number(rollup.match(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm'))[1]) * 1024;
  return { ...memory(pid), pss: bytes('Pss'), anonymous: bytes('Anonymous') };
}

// Context switches so far and time on a processor in ns, a thread each.
function activity(pid) {
  const threads = new Map();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const at = `/proc/${pid}/task/${task}`;
    const status = readFileSync(`${at}/status`, 'utf8');
    const count = (key) => Number(status.match(new RegExp(`^${key}_ctxt_switches:\\s+(\\d+)`, 'm'))[1]);
    threads.set(task, {
      name: status.match(/^Name:\s+(.*)$/m)[1],
      switches: count('voluntary') + count('nonvoluntary'),
      ns: Number(readFileSync(`${at}/schedstat`, 'utf8').split(' ')[0]),
    });
  }
  return threads;
}

async function measureIdle(pid) {
  await pause(SETTLE_MS);
  const before = activity(pid);
  const began = process.hrtime.bigint();
  await pause(IDLE_SECONDS * 1000);
  const after = activity(pid);
  const seconds = since(began) / 1000;
  const threads = [...after].map(([task, { name, switches, ns }]) => ({
    name,
    wakeups: (switches - (before.get(task)?.switches ?? 0)) / seconds,
    us: (ns - (before.get(task)?.ns ?? 0)) / 1000 / seconds,
  }));
  const sum = (key) => threads.reduce((total, thread) => total + thread[key], 0);
  return { wakeups: sum('wakeups'), cpuUs: sum('us'), threads, memory: memoryNow(pid) };
}

// Connections that have had an answer and stay open.
async function openConnections(server, count) {
  const { hostname, port } = new URL(server.url);
  const sockets = Array.from({ length: count }, () => net.connect(Number(port), hostname));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve, reject) => {
          socket.once('data', resolve).once('error', reject);
          socket.write('GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n');
        }),
    ),
  );
  return sockets;
}

async function measureLoad(server, options) {
  const posted = await wrk(server.url, { connections: LOAD_CONNECTIONS, seconds: options.seconds });
  const posting = memoryNow(server.pid);
  const read = await wrk(server.url, {
    connections: LOAD_CONNECTIONS,
    seconds: options.seconds,
    method: 'get',
    path: '/v1/surveys/bench/score?window=30d',
  });
  if (posted.errors + read.errors > 0) throw new BenchError(`${posted.errors} + ${read.errors} requests failed`);
  return {
    posting,
    reading: memoryNow(server.pid),
    postsPerSecond: posted.per_second,
    readsPerSecond: read.per_second,
  };
}

async function measureSize(size, options) {
  const say = (what) => process.stderr.write(`bench: footprint, ${size} stored, ${what}\n`);
  const { folder } = size > 0 ? await generated(size) : { folder: freshFolder('footprint-empty') };
  const diskAtRest = () => diskBytes(folder);
  say('starts');
  const start = await measureStarts(folder);
  const result = { size, start, diskBytes: diskAtRest() };
  const server = await startServer('sqlite', folder);
  try {
    say('idle');
    result.idle = await measureIdle(server.pid);
    say(`${CONNECTIONS} connections idle`);
    const sockets = await openConnections(server, CONNECTIONS);
    result.connected = await measureIdle(server.pid);
    if (sockets.some((socket) => socket.destroyed || socket.readableEnded))
      throw new BenchError('a connection did not stay open');
    sockets.forEach((socket) => socket.destroy());
    say('load');
    if (size === 0) await putSurvey(server);
    const before = await storedCount(server);
    result.load = await measureLoad(server, options);
    result.loadStored = (await storedCount(server)) - before;
    closeClient();
    say('idle after load');
    result.after = await measureIdle(server.pid);
  } finally {
    await server.stop();
  }
  if (size > 0) result.bytesPerResponse = result.diskBytes / size;
  else result.bytesPerResponse = (diskAtRest() - result.diskBytes) / result.loadStored;
  return result;
}

function judge({ sizes }) {
  const bounds = [];
  const hold = (what, value, under) => bounds.push({ what, value, bound: `under ${under}`, kept: value < under });
  for (const { size, start, idle, connected, after, load } of sizes) {
    hold(`start to ready with ${size} stored, ms`, start.ms, 500);
    hold(`idle wake-ups a second with ${size} stored`, idle.wakeups, 10);
    hold(`the same with ${CONNECTIONS} idle connections`, connected.wakeups, 10);
    hold('the same after load', after.wakeups, 10);
    hold(`resident memory idle with ${size} stored, MB`, idle.memory.rss / 2 ** 20, 32);
    hold('the same under load, at its peak', load.reading.peak / 2 ** 20, 64);
  }
  return bounds;
}

export async function footprint(options) {
  const result = {
    program: measureProgram(),
    spawnMs: measureSpawn(),
    connections: CONNECTIONS,
    loadConnections: LOAD_CONNECTIONS,
    sizes: [],
  };
  for (const size of [0, Math.max(...options.sizes)]) result.sizes.push(await measureSize(size, options));
  return { ...result, bounds: judge(result), errors: 0 };
}
