// What a browser's requests cost beside the cheapest there is: a file that pages load, compressed and as it is, against
// /healthz, in interleaved rounds. (wrk waits for the body of a 304, so that is not among them.)
import { rmSync } from 'node:fs';
import { median, wrk } from './load.mjs';
import { cpuTimeUs, freshFolder, startServer } from './servers.mjs';

const NAME = 'page.css';

async function measure({ path, headers }, connections, options) {
  const folder = freshFolder('run');
  const server = await startServer('sqlite', folder, options);
  try {
    const question = { connections, method: 'get', path, headers };
    await wrk(server.url, { seconds: 1, ...question });
    const before = cpuTimeUs(server.pid);
    const load = await wrk(server.url, { seconds: options.seconds, ...question });
    const cpuUs = (cpuTimeUs(server.pid) - before) / load.requests;
    return {
      perSecond: load.per_second,
      cpuUs,
      p50Ms: load.p50_us / 1000,
      p99Ms: load.p99_us / 1000,
      errors: load.errors,
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function web(options) {
  const questions = [
    { title: '/healthz', path: '/healthz', headers: [] },
    { title: `${NAME}, gzip`, path: `/assets/${NAME}`, headers: ['Accept-Encoding: gzip'] },
    { title: NAME, path: `/assets/${NAME}`, headers: [] },
  ];
  const rows = [];
  for (const connections of options.connections) {
    const runs = questions.map(() => []);
    for (let round = 0; round < options.rounds; round++)
      for (let i = 0; i < questions.length; i++) {
        const at = (i + round) % questions.length;
        runs[at].push(await measure(questions[at], connections, options));
        process.stderr.write(`bench: round ${round + 1}, ${connections} connections, ${questions[at].title}\n`);
      }
    for (const [at, { title }] of questions.entries()) {
      const row = {
        title,
        connections,
        ratio: { healthz: median(runs[at].map((run, round) => run.perSecond / runs[0][round].perSecond)) },
      };
      for (const key of ['perSecond', 'cpuUs', 'p50Ms', 'p99Ms']) row[key] = median(runs[at].map((run) => run[key]));
      row.ratio.cpu = row.cpuUs / median(runs[0].map((run) => run.cpuUs));
      row.errors = runs[at].reduce((sum, run) => sum + run.errors, 0);
      rows.push(row);
    }
  }
  const bounds = rows
    .filter((row) => row.title !== '/healthz')
    .map((row) => ({
      what: `${row.title} at ${row.connections} connections, processor time against /healthz`,
      value: row.ratio.cpu,
      bound: 'at most 1.3',
      kept: row.ratio.cpu <= 1.3,
    }));
  return { rows, bounds, errors: rows.reduce((sum, row) => sum + row.errors, 0) };
}
