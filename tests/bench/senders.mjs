// Who sends: one alone, whose post takes a flush and how much more; a thousand and ten thousand at once; over TLS; and
// people who may answer once in so many days, each of whom is looked for.

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { certify } from '../http/harness.mjs';
import { median, wrk } from './load.mjs';
import { cpuTimeUs, freshFolder, memory, putSurvey, startServer } from './servers.mjs';

const MEMORY_BOUND = 64 * 1024 * 1024;
const FLUSHES = 200;
const PAGE = Buffer.alloc(4096, 1);

const tlsSection = (folder) => {
  const { certificate, key } = certify(folder);
  return ['[tls]', `certificate = ${certificate}`, `key = ${key}`];
};
const open = (connections) => ['[server]', `max_connections = ${connections + 100}`];

const SENDERS = [
  { title: 'one', connections: 1 },
  { title: '64', connections: 64, isMeasure: true },
  { title: '64 over TLS', connections: 64, config: tlsSection },
  { title: '64, people who answer once in 30 days', connections: 64, survey: { recontact_days: 30 }, method: 'people' },
  { title: '1,000', connections: 1000, config: () => open(1000) },
  { title: '10,000', connections: 10000, config: () => open(10000) },
];

// Milliseconds that a page takes to be written over another and flushed, by itself: as in a log that begins anew.
function flushMs(folder) {
  const file = join(folder, 'flushed');
  const fd = openSync(file, 'w');
  writeSync(fd, Buffer.alloc(FLUSHES * PAGE.length));
  fdatasyncSync(fd);
  writeSync(fd, PAGE, 0, PAGE.length, 0);
  const times = Array.from({ length: FLUSHES }, () => {
    const began = process.hrtime.bigint();
    writeSync(fd, PAGE);
    fdatasyncSync(fd);
    return Number(process.hrtime.bigint() - began) / 1e6;
  });
  closeSync(fd);
  rmSync(file);
  return median(times);
}

async function measure({ connections, config = () => [], survey, method = 'post' }, seconds) {
  const folder = freshFolder('run');
  const flush = flushMs(folder);
  const first = await startServer('sqlite', folder);
  await putSurvey(first, survey);
  await first.stop();
  const server = await startServer('sqlite', folder, { config: config(folder) });
  try {
    const load = { connections, method };
    const warm = await wrk(server.url, { ...load, seconds: 1 });
    const before = cpuTimeUs(server.pid);
    const run = await wrk(server.url, { ...load, seconds });
    return {
      flush,
      perSecond: run.per_second,
      cpuUs: (cpuTimeUs(server.pid) - before) / run.requests,
      p50Ms: run.p50_us / 1000,
      p99Ms: run.p99_us / 1000,
      maxMs: run.max_us / 1000,
      peak: memory(server.pid).peak,
      errors: warm.errors + run.errors,
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function senders(options) {
  const runs = SENDERS.map(() => []);
  for (let round = 0; round < options.rounds; round++)
    for (const [at, sender] of SENDERS.entries()) {
      process.stderr.write(`bench: round ${round + 1}, senders: ${sender.title}\n`);
      runs[at].push(await measure(sender, options.seconds));
    }
  const against = runs[SENDERS.findIndex(({ isMeasure }) => isMeasure)];
  const rows = SENDERS.map(({ title, connections }, at) => {
    const row = { title, connections, errors: runs[at].reduce((sum, run) => sum + run.errors, 0) };
    for (const name of ['perSecond', 'cpuUs', 'p50Ms', 'p99Ms', 'maxMs'])
      row[name] = median(runs[at].map((run) => run[name]));
    row.peak = Math.max(...runs[at].map((run) => run.peak));
    row.ratio = median(runs[at].map((run, round) => run.perSecond / against[round].perSecond));
    return row;
  });
  const bounds = rows
    .filter(({ connections }) => connections <= 64)
    .map(({ title, peak }) => ({
      what: `MB of memory at the peak with senders: ${title}`,
      value: peak / 2 ** 20,
      bound: 'under 64',
      kept: peak < MEMORY_BOUND,
    }));
  return {
    rows,
    flushMs: median(runs.flat().map(({ flush }) => flush)),
    bounds,
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
  };
}
