// What a browser's requests cost, in interleaved rounds: a file that pages load, compressed and as it is, against
// /healthz, the cheapest there is (wrk waits for the body of a 304, so that is not among them); the page of a survey;
// and what it posts against the same as JSON.
import { rmSync } from 'node:fs';
import { median, postPath, wrk } from './load.mjs';
import { cpuTimeUs, freshFolder, putSurvey, startServer } from './servers.mjs';

const NAME = 'page.css';

async function measure({ path, headers = [], method = 'get' }, connections, options) {
  const folder = freshFolder('run');
  const server = await startServer('sqlite', folder, options);
  try {
    await putSurvey(server);
    const question = { connections, method, path, headers };
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

// `against`: the place of the question whose processor time is the measure, and what is bounded by how much of it.
const QUESTIONS = [
  { title: '/healthz', path: '/healthz', against: 0 },
  { title: `${NAME}, gzip`, path: `/assets/${NAME}`, headers: ['Accept-Encoding: gzip'], against: 0, most: 1.3 },
  { title: NAME, path: `/assets/${NAME}`, against: 0, most: 1.3 },
  { title: 'the page of a survey', path: '/s/bench', against: 0 },
  { title: 'POST of JSON', path: postPath, method: 'post', against: 4 },
  { title: 'POST of the page', path: '/s/bench', method: 'page', against: 4, most: 1.3 },
];

function summarise(runs, connections) {
  const cpuUs = runs.map((own) => median(own.map((run) => run.cpuUs)));
  return QUESTIONS.map(({ title, against }, at) => {
    const row = { title, connections, ratio: { cpu: cpuUs[at] / cpuUs[against] } };
    for (const key of ['perSecond', 'cpuUs', 'p50Ms', 'p99Ms']) row[key] = median(runs[at].map((run) => run[key]));
    row.errors = runs[at].reduce((sum, run) => sum + run.errors, 0);
    return row;
  });
}

export async function web(options) {
  const rows = [];
  for (const connections of options.connections) {
    const runs = QUESTIONS.map(() => []);
    for (let round = 0; round < options.rounds; round++)
      for (let i = 0; i < QUESTIONS.length; i++) {
        const at = (i + round) % QUESTIONS.length;
        runs[at].push(await measure(QUESTIONS[at], connections, options));
        process.stderr.write(`bench: round ${round + 1}, ${connections} connections, ${QUESTIONS[at].title}\n`);
      }
    rows.push(...summarise(runs, connections));
  }
  const bounds = rows.flatMap((row, i) => {
    const { most, against } = QUESTIONS[i % QUESTIONS.length];
    const what = `${row.title} at ${row.connections} connections, processor time against ${QUESTIONS[against].title}`;
    return most ? [{ what, value: row.ratio.cpu, bound: `at most ${most}`, kept: row.ratio.cpu <= most }] : [];
  });
  return { rows, bounds, errors: rows.reduce((sum, row) => sum + row.errors, 0) };
}
