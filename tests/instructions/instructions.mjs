// Instructions that each path takes, counted by callgrind under a fixed load: one connection, one request after the
// other. A machine that is busy counts the same; so here a bound says what a clock could not.
//
//   node tests/instructions/instructions.mjs [--rounds N] [PATH…]     N: count each so often, and tell how far apart
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BINARY, makeDirectory, METRICS, removeDirectory, ROOT, start, until } from '../http/harness.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '1' } },
});
const VISITS = path.join(ROOT, 'build/test/tests/bench/visits');

// --- What is sent ----------------------------------------------------------------------------------------------------

const of = (list, i) => list[i % list.length];
const SCORES = [10, 9, 10, 8, 9, 7, 10, 6, 9, 3, 8, 10, 5, 9, 0, 8];
// As a widget sends it, but without a comment: these are indexed later, at a moment of the daemon's own choice.
const response = (i) =>
  JSON.stringify({
    score: of(SCORES, i),
    touchpoint: of(['checkout', 'delivery', 'support', 'returns', 'app'], i),
    channel: of(['web', 'email', 'ios', 'android'], i),
    locale: of(['en', 'de', 'fr', 'pt-BR'], i),
    properties: { plan: of(['free', 'team', 'business'], i) },
  });
const line = (i) => `${JSON.stringify({ survey: 'counted', ...JSON.parse(response(i)) })}\n`;
const BATCH = 1000;

// What is read lies in days that are long over: of today there would be more pieces the later it is.
const FROM = Date.UTC(2026, 0, 1);
const DAYS = 60;
const MINUTE_MS = 60_000;
const read = (i) => ({
  survey: 'counted',
  ...JSON.parse(response(i)),
  comment: `delivery was quick and the support team answered ${i}`,
  answered_at: new Date(FROM + (i * DAYS * 24 * 60 * MINUTE_MS) / BATCH).toISOString(),
});
const WINDOW = 'from=2026-01-03T10:40:00Z&to=2026-02-28T09:20:00Z';

const SURVEY = '/v1/surveys/counted';
const get = (target) => () => ['GET', target];
// name: what one of it is, how many requests make a count, how many units each has, its bound in instructions, and the
// request. What the daemon holds when a path's turn comes is the same each time.
const PATHS = {
  'single post': {
    requests: 500,
    bound: 205_000,
    make: (i) => ['POST', `${SURVEY}/responses`, response(i), 'application/json'],
  },
  'batch line': {
    requests: 2,
    units: BATCH,
    bound: 36_000,
    isAdmins: true,
    make: () => [
      'POST',
      '/v1/responses',
      Array.from({ length: BATCH }, (_, i) => line(i)).join(''),
      'application/x-ndjson',
    ],
  },
  'score': { requests: 300, bound: 490_000, make: get(`${SURVEY}/score?${WINDOW}`) },
  'trend': { requests: 100, bound: 2_830_000, make: get(`${SURVEY}/trend?interval=day&${WINDOW}`) },
  'segments': { requests: 100, bound: 3_270_000, make: get(`${SURVEY}/segments?by=touchpoint&${WINDOW}`) },
  'page of responses': {
    requests: 50,
    isAdmins: true,
    bound: 4_190_000,
    make: get(`${SURVEY}/responses?limit=100&${WINDOW}`),
  },
  'asset': { requests: 300, bound: 77_000, make: get('/widget.js') },
};
// The writer by itself, in commits of a fixed size (tests/bench/visits.c): the kind, by its number there; responses
// that come in one quarter of an hour, without and with a visit.
const WRITER = {
  'writer, commits of 8': { kind: 8, batch: 8, bound: 44_000 },
  'writer, commits of 64': { kind: 8, batch: 64, bound: 30_500 },
  'writer, commits of 64, with a visit': { kind: 9, batch: 64, bound: 57_500 },
};
const WRITTEN = 6400;

// --- Counting --------------------------------------------------------------------------------------------------------

const CALLGRIND = ['valgrind', '--tool=callgrind', '--quiet'];
const totalOf = (file) => {
  const found = fs.readFileSync(file, 'utf8').match(/^(?:totals|summary): (\d+)/m);
  assert.ok(found, `no total in ${file}`);
  return Number(found[1]);
};

function control(daemon, ...words) {
  const done = spawnSync('callgrind_control', [...words, `${daemon.child.pid}`], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /OK\./, done.stdout);
}

// A daemon that has what is read, below callgrind, which begins to count when it is told; what a daemon does by itself
// after its start is done. `count` runs what it is given, and says the instructions of all threads meanwhile.
async function startCounted() {
  const dir = makeDirectory();
  const config = { access: { read: 'open' }, metrics: METRICS };
  const before = await start({ dir, config });
  await before.survey('counted', { metric: 'nps', properties: ['plan'] });
  await before.load(Array.from({ length: BATCH }, (_, i) => read(i)));
  await before.end();

  const out = path.join(dir, 'callgrind.out');
  const binary = path.join(dir, 'counted');
  fs.writeFileSync(binary, `#!/bin/sh\nexec ${CALLGRIND.join(' ')} --callgrind-out-file=${out} '${BINARY}' "$@"\n`, {
    mode: 0o755,
  });
  const daemon = await start({ dir, binary, config });
  for (const gauge of ['cxd_comments_unindexed', 'cxd_packs_due'])
    await until(async () => new RegExp(`^${gauge}(\\{.*\\})? 0$`, 'm').test((await daemon.scrape()).text), gauge);
  let dumps = 0;
  daemon.count = async (load) => {
    control(daemon, '--zero');
    await load();
    control(daemon, '--dump');
    return totalOf(`${out}.${++dumps}`);
  };
  daemon.finish = async () => {
    await daemon.stop();
    removeDirectory(dir);
  };
  return daemon;
}

// One request over the one connection; its reply is read to the end.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
function ask(daemon, [method, target, body, type], key) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    if (key) headers.Authorization = `Bearer ${key}`;
    const options = { agent, host: daemon.host, port: daemon.port, method, path: target, headers };
    const request = http.request(options, (reply) => {
      reply.on('error', reject);
      reply.on('end', () => resolve(reply.statusCode));
      reply.resume();
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function countPath(daemon, { requests, units = 1, isAdmins, make }) {
  const send = async (from, count) => {
    for (let i = from; i < from + count; i++) {
      const status = await ask(daemon, make(i), isAdmins && daemon.key);
      assert.ok(status >= 200 && status < 300, `${make(i).slice(0, 2).join(' ')}: ${status}`);
    }
  };
  await send(0, Math.min(requests, 10));
  return (await daemon.count(() => send(10, requests))) / (requests * units);
}

function countWriter({ kind, batch }) {
  const dir = makeDirectory();
  const out = path.join(dir, 'callgrind.out');
  const args = [`--callgrind-out-file=${out}`, '--toggle-collect=measure', VISITS, `sqlite:${dir}/cxd.db`];
  const [program, ...first] = CALLGRIND;
  const done = spawnSync(program, [...first, ...args, `${WRITTEN}`, `${batch}`, `${kind}`], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const total = totalOf(out);
  removeDirectory(dir);
  return total / WRITTEN;
}

// --- The table -------------------------------------------------------------------------------------------------------

const isAsked = (name) => positionals.length === 0 || positionals.includes(name);
for (const name of positionals) assert.ok(PATHS[name] ?? WRITER[name], `there is no path "${name}"`);

async function round() {
  const counts = {};
  const paths = Object.entries(PATHS).filter(([name]) => isAsked(name));
  if (paths.length > 0) {
    const daemon = await startCounted();
    for (const [name, way] of paths) counts[name] = await countPath(daemon, way);
    await daemon.finish();
  }
  for (const [name, way] of Object.entries(WRITER)) if (isAsked(name)) counts[name] = countWriter(way);
  return counts;
}

const counts = {};
for (let i = 0; i < Number(values.rounds); i++)
  for (const [name, count] of Object.entries(await round())) (counts[name] ??= []).push(count);
agent.destroy();

// Far below its bound a path was not counted, or its bound wants to be lower.
const LEAST_SHARE = 0.6;
let failed = 0;
for (const [name, found] of Object.entries(counts)) {
  const { bound } = PATHS[name] ?? WRITER[name];
  const [least, most] = [Math.min(...found), Math.max(...found)].map(Math.round);
  const spread = found.length > 1 ? `  ${((most / least - 1) * 100).toFixed(2)} % apart` : '';
  console.log(`${name.padEnd(38)} ${String(most).padStart(9)} of ${String(bound).padStart(9)}${spread}`);
  if (most > bound || least < LEAST_SHARE * bound) {
    failed++;
    console.log(`FAIL ${name}: ${least} to ${most} instructions, bound ${bound}`);
  }
}
console.log(`${Object.keys(counts).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
