// What the dashboard costs: bytes that a browser loads; with many responses stored, how many requests a page makes and
// when it can be used, in headless Chromium; and its pictures, drawn by the daemon, against the same figures as JSON.
import { launch } from '../browser/harness.mjs';
import { generated } from './generated.mjs';
import { median, request, wrk } from './load.mjs';
import { BenchError, cpuTimeUs, startServer } from './servers.mjs';

const BYTES_BOUND = 80 * 1024;
const CONNECTIONS = 16;
const PAGES = [
  { title: 'overview', path: '/' },
  { title: 'a survey', path: '/surveys/bench' },
];
// `against`: the place of the question whose processor time is the measure.
const PICTURES = [
  { title: 'score', path: '/v1/surveys/bench/score', against: 0 },
  { title: 'score.svg', path: '/v1/surveys/bench/score.svg', against: 0 },
  { title: 'trend', path: '/v1/surveys/bench/trend', against: 2 },
  { title: 'trend.svg', path: '/v1/surveys/bench/trend.svg', against: 2 },
];

// All that a browser loads before it shows a chart, as it comes over the network.
async function weigh(server) {
  const { body } = await request(`${server.url}/surveys/bench`);
  const paths = [...body.matchAll(/(?:href|src|data-dygraphs)="([^"]*\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const files = [];
  for (const path of paths) {
    const reply = await fetch(new URL(path, server.url), { headers: { 'Accept-Encoding': 'gzip' } });
    if (reply.status !== 200 || reply.headers.get('content-encoding') !== 'gzip')
      throw new BenchError(`GET ${path}: ${reply.status}, not compressed`);
    files.push({ name: path.split('/').at(-1), bytes: Number(reply.headers.get('content-length')) });
    await reply.arrayBuffer();
  }
  if (files.length < 3) throw new BenchError(`the dashboard loads ${files.length} files: ${paths}`);
  return files;
}

// A page is of use once its figure is there, and the browser has nothing else to do.
async function open(browser, server, { path }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  let requests = 0;
  page.on('request', () => {
    requests++;
  });
  await page.goto(server.url + path, { waitUntil: 'commit' });
  await page.waitForSelector('[data-figure="score"]');
  const interactiveMs = await page.evaluate(
    () => new Promise((resolve) => requestIdleCallback(() => resolve(performance.now()))),
  );
  await page.waitForLoadState('networkidle');
  const shown = await page.textContent('[data-figure="score"]');
  await context.close();
  return { requests, interactiveMs, shown };
}

async function measureDrawing(server, { path }, seconds) {
  const question = { connections: CONNECTIONS, method: 'get', path };
  await wrk(server.url, { seconds: 1, ...question });
  const before = cpuTimeUs(server.pid);
  const load = await wrk(server.url, { seconds, ...question });
  return {
    perSecond: load.per_second,
    cpuUs: (cpuTimeUs(server.pid) - before) / load.requests,
    p50Ms: load.p50_us / 1000,
    p99Ms: load.p99_us / 1000,
    errors: load.errors,
  };
}

async function measurePictures(server, { rounds, seconds }) {
  const runs = PICTURES.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < PICTURES.length; i++) {
      const at = (i + round) % PICTURES.length;
      runs[at].push(await measureDrawing(server, PICTURES[at], seconds));
      process.stderr.write(`bench: round ${round + 1}, ${PICTURES[at].title}\n`);
    }
  const cpuUs = runs.map((own) => median(own.map((run) => run.cpuUs)));
  return PICTURES.map(({ title, against }, at) => {
    const row = { title, connections: CONNECTIONS, ratio: { cpu: cpuUs[at] / cpuUs[against] } };
    for (const key of ['perSecond', 'cpuUs', 'p50Ms', 'p99Ms']) row[key] = median(runs[at].map((run) => run[key]));
    row.errors = runs[at].reduce((sum, run) => sum + run.errors, 0);
    return row;
  });
}

async function measurePages(server, rounds) {
  const browser = await launch();
  try {
    await open(browser, server, PAGES[0]); // its start is not a page's
    const runs = PAGES.map(() => []);
    for (let round = 0; round < rounds; round++)
      for (const [at, page] of PAGES.entries()) runs[at].push(await open(browser, server, page));
    return PAGES.map(({ title }, at) => ({
      title,
      requests: median(runs[at].map((run) => run.requests)),
      interactiveMs: median(runs[at].map((run) => run.interactiveMs)),
      shown: runs[at][0].shown,
    }));
  } finally {
    await browser.close();
  }
}

export async function dashboard(options) {
  const size = options.sizes.includes(1000000) ? 1000000 : options.sizes.at(-1);
  const { folder } = await generated(size, undefined, '', options.data);
  const server = await startServer('sqlite', folder, options);
  try {
    const files = await weigh(server);
    const pages = await measurePages(server, options.rounds);
    const rows = await measurePictures(server, options);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const bounds = [
      { what: 'bytes of the dashboard', value: bytes, bound: `at most ${BYTES_BOUND}`, kept: bytes <= BYTES_BOUND },
    ];
    return { size, files, pages, rows, bounds, errors: rows.reduce((sum, row) => sum + row.errors, 0) };
  } finally {
    await server.stop();
  }
}
