// What a thousand clients cost who listen to a survey while it is being answered: memory, at rest and at most; the
// processor time of the daemon, at rest and beyond what as many answers take where nobody listens; and answers a second
// and how long one takes, beside those where nobody listens, in interleaved rounds. The kernel's work of sending to a
// client on the same machine, and some of the client's own, are in it still.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, wrk } from './load.mjs';
import { BenchError, cpuTimeUs, freshFolder, putSurvey, startServer } from './servers.mjs';

const LISTENERS = fileURLToPath(new URL('listeners.mjs', import.meta.url));
const CLIENTS = 1000;
const CONNECTIONS = 64;
const REST_MS = 4000;
const MOST_MIB = 64;
const MOST_CORES = 0.1; // of a processor, however many answers there are

function memoryMib(pid, name) {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kib) / 1024;
}

// They listen in a program of its own, which has what the daemon and the load leave of the processors: else it would be
// the clients' work that slows answers down, which is done elsewhere in life.
async function listenAll(url, key, count) {
  const args = ['-n', '19', process.execPath, LISTENERS, url, key, String(count)];
  const child = spawn('nice', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => {
    const { value } = await lines.next();
    if (value === undefined) throw new BenchError('the clients who listen have failed');
    return value;
  };
  await said();
  return {
    told: async () => {
      child.stdin.end();
      return Number(await said());
    },
    end: () => child.kill('SIGKILL'),
  };
}

async function measure(clients, options) {
  const folder = freshFolder('run');
  const server = await startServer('sqlite', folder, options);
  let listeners = null;
  try {
    await putSurvey(server);
    const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
    if (clients > 0) listeners = await listenAll(server.url, key, clients);
    await pause(1000);
    const [restMib, before] = [memoryMib(server.pid, 'VmRSS'), cpuTimeUs(server.pid)];
    await pause(REST_MS);
    const restCpu = (cpuTimeUs(server.pid) - before) / 1000 / REST_MS;
    await wrk(server.url, { seconds: 1, connections: CONNECTIONS });
    const begun = cpuTimeUs(server.pid);
    const load = await wrk(server.url, { seconds: options.seconds, connections: CONNECTIONS });
    return {
      restMib,
      restCpu,
      mostMib: memoryMib(server.pid, 'VmHWM'),
      perSecond: load.per_second,
      p50Ms: load.p50_us / 1000,
      p99Ms: load.p99_us / 1000,
      cpuUs: (cpuTimeUs(server.pid) - begun) / load.requests,
      errors: load.errors,
      bytes: (await listeners?.told()) ?? 0,
    };
  } finally {
    listeners?.end();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function live(options) {
  const runs = [[], []];
  for (let round = 0; round < options.rounds; round++)
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
      runs[at].push(await measure(at === 0 ? 0 : CLIENTS, options));
      process.stderr.write(`bench: round ${round + 1}, ${at === 0 ? 'nobody listens' : `${CLIENTS} listen`}\n`);
    }
  const rows = runs.map((own, at) => {
    const row = { clients: at === 0 ? 0 : CLIENTS, errors: own.reduce((sum, run) => sum + run.errors, 0) };
    for (const name of ['restMib', 'restCpu', 'mostMib', 'perSecond', 'p50Ms', 'p99Ms', 'cpuUs', 'bytes'])
      row[name] = median(own.map((run) => run[name]));
    return row;
  });
  const [none, all] = rows;
  const cores = ((all.cpuUs - none.cpuUs) * all.perSecond) / 1e6;
  const bound = (what, value, most, unit = '') => ({
    what,
    value,
    bound: `at most ${most}${unit}`,
    kept: value <= most,
  });
  return {
    rows,
    errors: none.errors + all.errors,
    bounds: [
      bound(`${CLIENTS} live clients, memory of the daemon under load`, all.mostMib, MOST_MIB, ' MiB'),
      bound(`${CLIENTS} live clients, processors that they take while answers come`, cores, MOST_CORES),
    ],
  };
}
