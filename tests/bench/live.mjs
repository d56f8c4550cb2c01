// What a thousand clients cost who listen to a survey while it is being answered: memory, at rest and at most; and the
// processor time of the daemon, at rest and beyond what as many answers take where nobody listens, in interleaved
// rounds. The clients run on the same machine, so answers a second are fewer than a daemon alone would take, and come
// in smaller batches, which is counted here as theirs.
import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, wrk } from './load.mjs';
import { cpuTimeUs, freshFolder, putSurvey, startServer } from './servers.mjs';

const CLIENTS = 1000;
const CONNECTIONS = 64;
const REST_MS = 4000;
const MOST_MIB = 64;
const MOST_CORES = 0.1; // of a processor, however many answers there are

function memoryMib(pid, name) {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kib) / 1024;
}

// One who listens, and counts events alone: it is not the client that is measured.
function listen(url, key) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    const client = { socket, bytes: 0 };
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      if (client.bytes === 0 && !bytes.toString('latin1').startsWith('HTTP/1.1 200')) reject(new Error(String(bytes)));
      client.bytes += bytes.length;
      resolve(client);
    });
    socket.write(`GET /v1/surveys/bench/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  });
}

async function measure(clients, options) {
  const folder = freshFolder('run');
  const server = await startServer('sqlite', folder, options);
  const listeners = [];
  try {
    await putSurvey(server);
    const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
    for (let i = 0; i < clients; i++) listeners.push(await listen(server.url, key));
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
      cpuUs: (cpuTimeUs(server.pid) - begun) / load.requests,
      errors: load.errors,
      bytes: listeners.reduce((sum, each) => sum + each.bytes, 0),
    };
  } finally {
    for (const { socket } of listeners) socket.destroy();
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
    for (const name of ['restMib', 'restCpu', 'mostMib', 'perSecond', 'cpuUs', 'bytes'])
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
