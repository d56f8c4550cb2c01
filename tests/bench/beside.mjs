// What posts wait for while the daemon does something else too: a long batch, an export, a backup, and retention.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FORMS, readExport } from './exports.mjs';
import { generated } from './generated.mjs';
import { median, request, wrk } from './load.mjs';
import { adminKey, BenchError, memory, root, startServer } from './servers.mjs';

const CONNECTIONS = 16;
const LINES = 50_000;
const WAIT_MS = 50; // of a post beside a batch

async function must(server, key, path, sent, status = 200) {
  const reply = await request(server.url + path, { key, ...sent });
  if (reply.status !== status) throw new BenchError(`${path}: ${reply.status} ${reply.body.slice(0, 500)}`);
}

const LINE =
  '{"survey":"bench","score":9,"touchpoint":"checkout","channel":"web","locale":"en","properties":{"plan":"team"}}\n';
const BATCH = { method: 'POST', body: LINE.repeat(LINES), type: 'application/x-ndjson' };

function backup({ folder }) {
  const copy = join(folder, 'copy.db');
  rmSync(copy, { force: true });
  const child = spawn(join(root, 'build', 'cxd'), ['backup', '-c', join(folder, 'cxd.conf'), copy], {
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new BenchError(`backup ended with ${code}`))));
  });
}

// Each does it once, an export until it is told to stop. Retention is the last: it takes away what was generated.
const BESIDE = [
  { title: 'nothing else' },
  {
    title: `batches of ${LINES} lines`,
    once: (server, key) => must(server, key, '/v1/responses', BATCH),
    most: WAIT_MS,
  },
  { title: 'exports', once: (server, key, signal) => readExport(server, key, FORMS.ndjson, signal) },
  { title: 'backups', once: backup },
  {
    title: 'retention of all but 30 days',
    once: async (server, key) => {
      const body = '{"metric":"nps","properties":["plan"],"retention_days":30}';
      await must(server, key, '/v1/surveys/bench', { method: 'PUT', body });
    },
    isOnce: true,
  },
];

async function measure(server, key, { once, isOnce }, seconds) {
  const end = new AbortController();
  let times = 0;
  const goOn = async () => {
    do {
      await once(server, key, end.signal);
      times++;
    } while (!end.signal.aborted && !isOnce);
  };
  const running = once ? goOn() : Promise.resolve();
  const load = await wrk(server.url, { connections: CONNECTIONS, seconds });
  end.abort();
  await running.catch((error) => {
    if (error.name !== 'AbortError' && error.code !== 'ABORT_ERR') throw error;
  });
  return {
    perSecond: load.per_second,
    p50Ms: load.p50_us / 1000,
    p99Ms: load.p99_us / 1000,
    maxMs: load.max_us / 1000,
    errors: load.errors,
    times,
  };
}

export async function beside(options) {
  const size = Math.max(...options.sizes);
  const { folder } = await generated(size, undefined, '', options.data);
  const server = await startServer('sqlite', folder);
  const key = adminKey(server);
  const runs = BESIDE.map(() => []);
  for (let round = 0; round < options.rounds; round++)
    for (const [at, what] of BESIDE.entries()) {
      if (what.isOnce && round < options.rounds - 1) continue;
      process.stderr.write(`bench: round ${round + 1}, beside ${what.title}\n`);
      runs[at].push(await measure(server, key, what, options.seconds));
    }
  const { peak } = memory(server.pid);
  await server.stop();
  const rows = BESIDE.map(({ title }, at) => {
    const row = { title, errors: runs[at].reduce((sum, run) => sum + run.errors, 0) };
    for (const name of ['perSecond', 'p50Ms', 'p99Ms', 'maxMs', 'times'])
      row[name] = median(runs[at].map((run) => run[name]));
    return row;
  });
  const bounds = BESIDE.flatMap(({ title, most }, at) =>
    most
      ? [
          {
            what: `ms that a post waits at most beside ${title}`,
            value: rows[at].maxMs,
            bound: `at most ${most}`,
            kept: rows[at].maxMs <= most,
          },
        ]
      : [],
  );
  return { size, rows, peak, bounds, errors: rows.reduce((sum, row) => sum + row.errors, 0) };
}
