// Speed, delay and ingest: responses taken in by the servers side by side, in interleaved rounds, so that what else the
// machine does falls on all of them alike. A ratio is the median over the rounds of the ratio within a round.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, wrk } from './load.mjs';
import {
  adminKey,
  BenchError,
  cpuTimeUs,
  freshFolder,
  LIMITS,
  putRules,
  putSurvey,
  reportVisit,
  servers,
  startServer,
  storedCount,
} from './servers.mjs';

// One server at one number of connections: warmed up for a second, then measured.
async function measure(name, connections, options) {
  const folder = freshFolder('run');
  const server = await startServer(name, folder, options);
  let result;
  try {
    if (name === 'sqlite' || name === 'discard' || name === 'before') await putSurvey(server);
    if (options.rules && name === 'sqlite') await putRules(server);
    if (options.load?.method === 'visits' && name === 'sqlite') await reportVisit(server);
    const headers = options.isAdmins && servers[name].stores ? [`Authorization: Bearer ${adminKey(server)}`] : [];
    const warm = await wrk(server.url, { connections, seconds: 1, headers, ...options.load });
    if (servers[name].stores) await settle(server);
    const before = cpuTimeUs(server.pid);
    const load = await wrk(server.url, { connections, seconds: options.seconds, headers, ...options.load });
    const cpu = cpuTimeUs(server.pid) - before;
    result = {
      server: name,
      connections,
      perSecond: load.per_second,
      cpuUs: cpu / load.requests,
      p50Ms: load.p50_us / 1000,
      p99Ms: load.p99_us / 1000,
      requests: load.requests,
      errors: warm.errors + load.errors,
    };
    if (servers[name].stores && !options.uncounted) {
      await settle(server);
      await checkStored(server, result, warm.requests + load.requests, 2 * connections);
    }
  } finally {
    await server.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  return result;
}

// Waits until the server has stored what wrk left under way: on a slow disk that is seconds of work, which belong to no
// run.
async function settle(server) {
  let last;
  for (let count = await storedCount(server); count !== last; count = await storedCount(server)) {
    last = count;
    await sleep(100);
  }
}

// wrk drops the requests that are under way when its time is up, at most one a connection in each of the two runs:
// these may be stored though their 201 was not read. Nothing else may differ.
async function checkStored(server, result, acknowledged, underWay) {
  result.acknowledged = acknowledged - result.errors;
  result.stored = await storedCount(server);
  if (result.stored < result.acknowledged || result.stored > result.acknowledged + underWay) {
    throw new BenchError(`${servers[server.name].title}: ${result.acknowledged} acknowledged, ${result.stored} stored`);
  }
}

async function rounds(names, options) {
  const runs = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const connections of options.connections) {
      for (let i = 0; i < names.length; i++) {
        const name = names[(i + round) % names.length];
        const run = { round, ...(await measure(name, connections, options)) };
        const errors = run.errors ? `, ${run.errors} ERRORS` : '';
        process.stderr.write(
          `bench: round ${round + 1}, ${connections} connections, ${name}: ${Math.round(run.perSecond)}/s${errors}\n`,
        );
        runs.push(run);
      }
    }
  }
  return runs;
}

// A row a server and number of connections: medians, and ratios to the servers named in `against`.
function summarise(runs, names, against, options) {
  const rows = [];
  for (const connections of options.connections) {
    for (const server of names) {
      const of = (name, round) =>
        runs.find((run) => run.server === name && run.connections === connections && run.round === round);
      const mine = runs.filter((run) => run.server === server && run.connections === connections);
      const row = { server, title: servers[server].title, connections, ratio: {} };
      for (const other of against) {
        row.ratio[other] = median(mine.map((run) => run.perSecond / of(other, run.round).perSecond));
      }
      for (const key of ['perSecond', 'cpuUs', 'p50Ms', 'p99Ms']) row[key] = median(mine.map((run) => run[key]));
      row.errors = mine.reduce((sum, run) => sum + run.errors, 0);
      rows.push(row);
    }
  }
  return rows;
}

// The goals of the project, where these numbers of connections were measured: of requests a second against another
// server, and of what a row says beside another.
const goals = [
  ...[
    [16, 0.35],
    [64, 0.55],
    [256, 0.65],
  ].map(([connections, least]) => ({ server: 'sqlite', connections, against: 'floor', least })),
  { server: 'sqlite', connections: 64, against: 'node', least: 8 },
  { server: 'sqlite', connections: 64, against: 'before', least: 0.9 },
  { server: 'sqlite', connections: 256, against: 'before', least: 0.9 },
];
const shapes = [
  {
    connections: 64,
    what: '99th post against the median',
    value: ({ sqlite }) => sqlite.p99Ms / sqlite.p50Ms,
    most: 3,
  },
  {
    connections: 256,
    what: '99th post against the median',
    value: ({ sqlite }) => sqlite.p99Ms / sqlite.p50Ms,
    most: 2.5,
  },
  {
    connections: 256,
    what: 'CPU, discarding, × floor',
    value: ({ discard, floor }) => discard.cpuUs / floor.cpuUs,
    most: 1.4,
  },
  {
    connections: 256,
    what: 'CPU, durable, × floor',
    value: ({ sqlite, floor }) => sqlite.cpuUs / floor.cpuUs,
    most: 2,
  },
];
const LEAST_LINES = 5; // a second, of batches, × single posts at 256 connections
const LEAST_SCORES = 0.6; // a second, × the floor's GET
const BATCH_LINES = 1000;

const bound = (what, value, word, limit) => ({
  what,
  value,
  bound: `at ${word} ${limit}`,
  kept: word === 'least' ? value >= limit : value <= limit,
});

function boundsOf(rows, against) {
  const row = (server, connections) => rows.find((one) => one.server === server && one.connections === connections);
  return [
    ...goals
      .filter((goal) => against.includes(goal.against) && row(goal.server, goal.connections))
      .map(({ server, connections, against: other, least }) =>
        bound(
          `cxd with fsync at ${connections} connections, against ${servers[other].title}`,
          row(server, connections).ratio[other],
          'least',
          least,
        ),
      ),
    ...shapes
      .filter(({ connections }) => row('sqlite', connections))
      .map(({ connections, what, value, most }) => {
        const at = Object.fromEntries(['floor', 'discard', 'sqlite'].map((name) => [name, row(name, connections)]));
        return bound(`${what}, at ${connections} connections`, value(at), 'most', most);
      }),
  ];
}

// What is not a post of one response: batches, whose lines count, and the GET of a score.
async function others(rows, options) {
  const uncounted = { ...options, uncounted: true };
  const batch = { connections: [2], isAdmins: true, load: { method: 'batch', path: '/v1/responses' } };
  const batches = summarise(await rounds(['sqlite'], { ...uncounted, ...batch }), ['sqlite'], [], { connections: [2] });
  const [lines] = batches.map((row) => ({
    ...row,
    title: 'cxd, batches of 1,000',
    perSecond: row.perSecond * BATCH_LINES,
  }));
  lines.cpuUs /= BATCH_LINES;
  const get = { connections: [64], load: { method: 'get', path: '/v1/surveys/bench/score' } };
  const names = ['floor', 'sqlite'];
  const reads = summarise(await rounds(names, { ...uncounted, ...get }), names, ['floor'], { connections: [64] });
  const [floor, score] = reads.map((row, i) => ({ ...row, title: ['GET of the floor', 'GET of a score'][i] }));
  const single = rows.find((row) => row.server === 'sqlite' && row.connections === 256);
  const bounds = [
    bound('GET of a score at 64 connections, against the floor', score.ratio.floor, 'least', LEAST_SCORES),
  ];
  if (single) {
    lines.ratio.single = lines.perSecond / single.perSecond;
    bounds.push(
      bound('lines of batches a second, against posts at 256 connections', lines.ratio.single, 'least', LEAST_LINES),
    );
  }
  return { rows: [lines, floor, score], bounds };
}

export async function speed(options) {
  const names = ['floor', 'discard', 'sqlite', 'node'];
  const against = ['floor', 'node'];
  if (options.before) {
    Object.assign(servers.before, { program: join(options.before, 'cxd'), limits: LIMITS });
    names.push('before');
    against.push('before');
  }
  const runs = await rounds(names, options);
  const rows = summarise(runs, names, against, options);
  const more = await others(rows, options);
  return {
    rows,
    more: more.rows,
    runs,
    bounds: [...boundsOf(rows, against), ...more.bounds],
    errors: [...rows, ...more.rows].reduce((sum, row) => sum + row.errors, 0),
  };
}

// Ingest with everything on, against the version before: comments that are indexed, segments, rules of alerts.
// Then of responses that also name a respondent and a visit, which is counted; before, it was only kept. And of events,
// which are to cost no more than responses do.
export async function ingest(options) {
  if (!options.before) throw new BenchError('ingest: --before FOLDER');
  Object.assign(servers.before, { program: join(options.before, 'cxd'), limits: LIMITS });
  const names = ['sqlite', 'before'];
  const rows = [];
  for (const [method, more] of [
    ['post', ''],
    ['visits', ', with visits'],
  ]) {
    const runs = await rounds(names, { ...options, rules: true, load: { method } });
    const summary = summarise(runs, names, ['before'], options);
    rows.push(...summary.map((row) => ({ ...row, title: row.title + more, method })));
  }
  const path = '/v1/surveys/bench/events';
  const events = await rounds(['sqlite'], { ...options, uncounted: true, load: { method: 'events', path } });
  const eventRows = summarise(events, ['sqlite'], [], options).map((row) => ({ ...row, title: 'cxd, events' }));
  for (const row of eventRows) {
    const responses = rows.find((one) => one.server === 'sqlite' && one.connections === row.connections);
    row.ratio.responses = row.perSecond / responses.perSecond;
  }
  const bounds = rows
    .filter((row) => row.server === 'sqlite')
    .map((row) =>
      bound(
        `${row.title} with everything on at ${row.connections} connections, against the version before`,
        row.ratio.before,
        'least',
        0.9,
      ),
    );
  return { rows, eventRows, bounds, errors: [...rows, ...eventRows].reduce((sum, row) => sum + row.errors, 0) };
}

export async function delay(options) {
  const names = ['sqlite', 'node'];
  const disks = [];
  for (const delayMs of options.delays) {
    process.stderr.write(`bench: every fsync takes ${delayMs} ms longer\n`);
    const runs = await rounds(names, { ...options, delayMs });
    disks.push({ delayMs, rows: summarise(runs, names, ['node'], options), runs });
  }
  return { disks, bounds: [], errors: disks.flatMap((disk) => disk.rows).reduce((sum, row) => sum + row.errors, 0) };
}
