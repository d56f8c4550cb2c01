// Scale: what reading costs and holds with few and with many responses stored. Each size is generated, served by cxd,
// asked, posted to, and measured in memory and on disk.

import { diskBytes, generated } from './generated.mjs';
import { median, postMany, quantile, request, wrk } from './load.mjs';
import { BenchError, memory, startServer, storedCount } from './servers.mjs';

const REQUESTS = 200;
const POSTS = 10000;
const MEMORY_BOUND = 64 * 1024 * 1024;

const day = (ms) => new Date(ms).toISOString().slice(0, 10);

function questions(nowMs) {
  const to = day(nowMs + 86400000);
  const from = `${Number(to.slice(0, 4)) - 1}${to.slice(4)}`.replace(/-02-29$/, '-02-28');
  return [
    { key: 'score30d', title: '30-day score', path: '/v1/surveys/bench/score?window=30d', underMs: 1 },
    { key: 'scoreAll', title: 'all-time score', path: '/v1/surveys/bench/score?window=all', underMs: 1 },
    {
      key: 'trend12m',
      title: '12-month daily trend',
      path: `/v1/surveys/bench/trend?interval=day&from=${from}&to=${to}`,
    },
  ];
}

async function ask(server, path) {
  const reply = await request(server.url + path);
  if (reply.status !== 200) throw new BenchError(`GET ${path}: ${reply.status} ${reply.body}`);
  const appMs = Number(String(reply.headers['server-timing'] ?? '').match(/app;dur=([\d.]+)/)?.[1] ?? NaN);
  if (Number.isNaN(appMs)) throw new BenchError(`GET ${path}: no Server-Timing`);
  return { appMs, clientMs: reply.ms, json: JSON.parse(reply.body) };
}

async function measureQuestion(server, question) {
  const first = await ask(server, question.path);
  const app = [];
  const client = [];
  for (let i = 0; i < REQUESTS; i++) {
    const { appMs, clientMs } = await ask(server, question.path);
    app.push(appMs);
    client.push(clientMs);
  }
  return { firstMs: first.appMs, appMs: median(app), appP99Ms: quantile(app, 0.99), clientMs: median(client) };
}

// The daemon's figures against what the generator counted.
async function checkFigures(server, written) {
  const { json } = await ask(server, '/v1/surveys/bench/score?window=all');
  const expected = written.distribution;
  const right =
    json.n === written.responses &&
    Object.keys(expected).every((score) => json.distribution[score] === expected[score]);
  if (!right) {
    throw new BenchError(
      `all-time score is wrong: ${JSON.stringify(json)} where ${JSON.stringify(written)} was written`,
    );
  }
}

async function measureSize(size, options) {
  const { folder, written, seconds } = await generated(size);
  const result = { size, generateSeconds: seconds, questions: {} };
  const server = await startServer('sqlite', folder);
  try {
    result.startMemory = memory(server.pid);
    await checkFigures(server, written);
    for (const question of questions(written.now_ms)) {
      process.stderr.write(`bench: ${size} stored, ${question.title}\n`);
      const measured = await measureQuestion(server, question);
      const load = await wrk(server.url, {
        connections: 16,
        seconds: options.seconds,
        method: 'get',
        path: question.path,
      });
      if (load.errors > 0) throw new BenchError(`GET ${question.path}: ${load.errors} errors under load`);
      result.questions[question.key] = {
        ...measured,
        perSecond: load.per_second,
        title: question.title,
        underMs: question.underMs,
      };
    }
    await postMany(server.url, POSTS);
    const stored = await storedCount(server);
    if (stored !== size + POSTS) throw new BenchError(`${size} + ${POSTS} acknowledged, ${stored} counted`);
    result.memory = memory(server.pid);
  } finally {
    await server.stop();
  }
  result.bytesPerResponse = diskBytes(folder) / (size + POSTS);
  return result;
}

function judge(sizes) {
  const bounds = [];
  for (const { size, questions, memory } of sizes) {
    for (const question of Object.values(questions)) {
      if (question.underMs) {
        bounds.push({
          what: `${question.title} with ${size} stored, ms in the daemon`,
          value: question.appMs,
          bound: `under ${question.underMs}`,
          kept: question.appMs < question.underMs,
        });
      }
    }
    bounds.push({
      what: `resident memory with ${size} stored, MB at its peak`,
      value: memory.peak / 2 ** 20,
      bound: 'under 64',
      kept: memory.peak < MEMORY_BOUND,
    });
  }
  if (sizes.length > 1) {
    for (const key of Object.keys(sizes[0].questions)) {
      const times = sizes.map((one) => one.questions[key].appMs);
      const spread = Math.max(...times) / Math.min(...times);
      bounds.push({
        what: `${sizes[0].questions[key].title}, slowest size / fastest size`,
        value: spread,
        bound: 'within 2',
        kept: spread <= 2,
      });
    }
  }
  return bounds;
}

export async function scale(options) {
  const sizes = [];
  for (const size of options.sizes) sizes.push(await measureSize(size, options));
  return { sizes, bounds: judge(sizes), errors: 0 };
}
