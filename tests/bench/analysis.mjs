// Analysis: what every call that says what the answers say costs, with few and with many responses stored, where there
// is everything that can be asked about (generate.c, "people"), and alerts watch; and what further questions cost, of a
// survey that asks some (generate.c, "asking"). And what each of them takes on disk, and in memory.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generated } from './generated.mjs';
import { median, quantile, request } from './load.mjs';
import { BenchError, memory, RULES, startServer } from './servers.mjs';

const TIMES = 200;
const QUESTION_MS = 20000; // no question is asked for longer
const MEMORY_BOUND = 64 * 1024 * 1024;

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const bench = '/v1/surveys/bench';

// `underMs` are the goals of the project: what rollups serve, and what the issue names. What the daemon's version does
// not know is in the report as missing, what it refuses with why. (scan): responses are read one by one.
function ofPeople(nowMs) {
  const month = (ago) => `${day(nowMs - ago * 86400000)}`;
  return [
    { title: 'score, 30 days', path: `${bench}/score?window=30d`, underMs: 5 },
    { title: 'score, all time', path: `${bench}/score?window=all`, underMs: 5 },
    { title: 'score with its change, 90 days', path: `${bench}/score?window=90d&compare=previous`, underMs: 5 },
    { title: 'score by a filter, 90 days', path: `${bench}/score?window=90d&touchpoint=app`, underMs: 5 },
    { title: 'score by two filters, 90 days (scan)', path: `${bench}/score?window=90d&touchpoint=app&channel=web` },
    { title: 'trend, 90 days by day', path: `${bench}/trend?window=90d`, underMs: 5 },
    { title: 'trend, a year by day', path: `${bench}/trend?from=${month(365)}&to=${day(nowMs)}`, underMs: 5 },
    {
      title: 'trend, a year, rolling',
      path: `${bench}/trend?from=${month(365)}&to=${day(nowMs)}&rolling=30d`,
      underMs: 5,
    },
    { title: 'trend by a filter, 90 days', path: `${bench}/trend?window=90d&touchpoint=app`, underMs: 5 },
    { title: 'scores of all surveys', path: '/v1/scores?window=30d', underMs: 5 },
    { title: 'two surveys as one', path: '/v1/score?surveys=bench,bench-2&window=30d', underMs: 5 },
    { title: 'segments, 30 days', path: `${bench}/segments?by=touchpoint&window=30d`, underMs: 5 },
    {
      title: 'segments with changes, 90 days',
      path: `${bench}/segments?by=touchpoint&window=90d&compare=previous`,
      underMs: 5,
    },
    { title: 'segments of 1,000 values, all time', path: `${bench}/segments?by=property.branch&window=all&limit=20` },
    {
      title: 'segments of 1,000 values, 90 days',
      path: `${bench}/segments?by=property.branch&window=90d&limit=20`,
      underMs: 5,
    },
    { title: 'segments of 1,000 values, a year', path: `${bench}/segments?by=property.branch&window=365d&limit=20` },
    { title: 'the same, all 1,000 shown', path: `${bench}/segments?by=property.branch&window=90d`, underMs: 5 },
    {
      title: 'the same, with their changes',
      path: `${bench}/segments?by=property.branch&window=90d&compare=previous`,
      underMs: 5,
    },
    { title: 'segments of a filter, 90 days (scan)', path: `${bench}/segments?by=touchpoint&channel=web&window=90d` },
    { title: 'segments by two, 90 days (scan)', path: `${bench}/segments?by=touchpoint,channel&window=90d` },
    { title: 'journey of three stages, 30 days (scan)', path: '/v1/journeys/bench/score?window=30d' },
    { title: 'respondents counted, 30 days (scan)', path: `${bench}/score?window=30d&respondents=true` },
    { title: 'latest of each, 30 days (scan)', path: `${bench}/score?window=30d&count=latest` },
    { title: 'clustered errors, 30 days (scan)', path: `${bench}/score?window=30d&errors=clustered` },
    { title: 'movement, 30 days (scan)', path: `${bench}/movement?window=30d` },
    { title: 'search: a rare word', path: `${bench}/comments?q=kobami&window=all`, underMs: 50 },
    { title: 'search: a frequent word', path: `${bench}/comments?q=was&window=all`, underMs: 50 },
    { title: 'search: a phrase', path: `${bench}/comments?q=%22quick%20was%22&window=all`, underMs: 50 },
    { title: 'search: a prefix', path: `${bench}/comments?q=suppo*&window=all`, underMs: 50 },
    {
      title: 'search: two words, a band',
      path: `${bench}/comments?q=late%20AND%20invoice&band=detractors&window=all`,
      underMs: 50,
    },
    { title: 'search: best first', path: `${bench}/comments?q=was&order=best&window=all`, underMs: 50 },
    { title: 'search: lowest first', path: `${bench}/comments?q=was&order=lowest&window=all`, underMs: 50 },
    {
      title: 'search: a frequent word, nowhere',
      path: `${bench}/comments?q=was&touchpoint=nowhere&window=all`,
      underMs: 50,
    },
    {
      title: 'search: a frequent word of a respondent',
      path: `${bench}/comments?q=was&respondent=customer-7&window=all`,
      underMs: 50,
    },
    { title: 'comments, newest first', path: `${bench}/comments?window=all`, underMs: 50 },
    { title: 'terms, 90 days', path: `${bench}/comments/terms?band=detractors&window=90d`, underMs: 1000 },
    { title: 'plan', path: `${bench}/plan?margin=5`, underMs: 5 },
    { title: 'alerts', path: '/v1/alerts', underMs: 5 },
    { title: 'history of an alert', path: '/v1/alerts/detractor/history', underMs: 5 },
    { title: 'responses, the newest', path: `${bench}/responses`, underMs: 5 },
  ];
}

// Figures of further questions. (ragged): the rest of the first and of the last day is read from the responses.
function ofAsking(nowMs) {
  const year = `from=${day(nowMs - 365 * 86400000)}&to=${day(nowMs)}`;
  const ragged = `from=${day(nowMs - 30 * 86400000)}T07:13:00Z&to=${day(nowMs - 86400000)}T19:31:00Z`;
  const onScale = `question=ease`;
  const price = 'answer.reason=price';
  return [
    { title: 'score of a survey with further questions, 30 days', path: `${bench}/score?window=30d`, underMs: 5 },
    { title: 'score of a question, 30 days', path: `${bench}/score?${onScale}&window=30d`, underMs: 5 },
    { title: 'score of a question, all time', path: `${bench}/score?${onScale}&window=all`, underMs: 5 },
    {
      title: 'score of a question with its change, 90 days',
      path: `${bench}/score?${onScale}&window=90d&compare=previous`,
      underMs: 5,
    },
    { title: 'score of a question, 30 days (ragged)', path: `${bench}/score?${onScale}&${ragged}` },
    { title: 'trend of a question, a year by day', path: `${bench}/trend?${onScale}&${year}`, underMs: 5 },
    {
      title: 'segments of a question, 30 days',
      path: `${bench}/segments?${onScale}&by=touchpoint&window=30d`,
      underMs: 5,
    },
    { title: 'all questions, 30 days', path: `${bench}/questions?window=30d`, underMs: 5 },
    { title: 'all questions, all time', path: `${bench}/questions?window=all`, underMs: 5 },
    { title: 'all questions, 30 days (ragged)', path: `${bench}/questions?${ragged}` },
    ...['reason', 'features', 'ease', 'why'].flatMap((key) => [
      { title: `question "${key}", 30 days`, path: `${bench}/questions/${key}?window=30d`, underMs: 5 },
      { title: `question "${key}", all time`, path: `${bench}/questions/${key}?window=all`, underMs: 5 },
      { title: `question "${key}", 30 days (ragged)`, path: `${bench}/questions/${key}?${ragged}` },
    ]),
    { title: 'score by an answer, 30 days', path: `${bench}/score?${price}&window=30d`, underMs: 5 },
    { title: 'score by an answer, all time', path: `${bench}/score?${price}&window=all`, underMs: 5 },
    { title: 'trend by an answer, a year by day', path: `${bench}/trend?${price}&${year}`, underMs: 5 },
    { title: 'segments by answers, 30 days', path: `${bench}/segments?by=answer.reason&window=30d`, underMs: 5 },
    { title: 'segments by answers, all time', path: `${bench}/segments?by=answer.reason&window=all`, underMs: 5 },
    {
      title: 'segments by several answers, all time',
      path: `${bench}/segments?by=answer.features&window=all`,
      underMs: 5,
    },
    {
      title: 'score of a question by an answer, 30 days (scan)',
      path: `${bench}/score?${onScale}&${price}&window=30d`,
    },
    {
      title: 'segments by answers and touchpoint, 30 days (scan)',
      path: `${bench}/segments?by=answer.reason,touchpoint&window=30d`,
    },
  ];
}

// By the kind of what is stored.
const KINDS = { people: ofPeople, asking: ofAsking };

// What the questions ask about, beside the responses; an answer of 404 is a version without it.
async function prepare(server, key) {
  const put = async (path, body) => {
    const reply = await request(server.url + path, { method: 'PUT', body: JSON.stringify(body), key });
    if (reply.status >= 400 && reply.status !== 404) throw new BenchError(`PUT ${path}: ${reply.status} ${reply.body}`);
  };
  await put('/v1/journeys/bench', {
    name: 'Bench',
    stages: ['app', 'checkout', 'delivery'].map((touchpoint) => ({ survey: 'bench', touchpoint })),
  });
  for (const [name, rule] of Object.entries(RULES)) await put(`/v1/alerts/${name}`, { survey: 'bench', ...rule });
}

// The daemon's counts of answers against what the generator counted.
async function checkAnswers(server, key, written) {
  const { body } = await request(`${server.url}${bench}/questions?window=all`, { key });
  for (const { key: question, options = [], answers } of JSON.parse(body).questions) {
    const told = answers?.distribution ?? Object.fromEntries(options.map(({ value, n }) => [value, n]));
    for (const [value, n] of Object.entries(written[question] ?? {}))
      if (told[value] !== n) throw new BenchError(`${question}: ${n} said ${value}, ${told[value]} are counted`);
  }
}

// In the daemon, where it says so; else what the client waited.
function daemonMs(reply) {
  const told = String(reply.headers['server-timing'] ?? '').match(/app;dur=([\d.]+)/)?.[1];
  return told === undefined ? reply.ms : Number(told);
}

async function measureQuestion(server, key, question) {
  const times = [];
  const begin = Date.now();
  let first;
  while (first === undefined || (times.length < TIMES && Date.now() - begin < QUESTION_MS)) {
    const reply = await request(server.url + question.path, { key });
    if (reply.status === 404 || reply.body.includes('no such parameter')) return { ...question, missing: true };
    if (reply.status === 400) return { ...question, refused: JSON.parse(reply.body).detail };
    if (reply.status !== 200) throw new BenchError(`GET ${question.path}: ${reply.status} ${reply.body}`);
    const ms = daemonMs(reply);
    if (first === undefined) first = ms;
    else times.push(ms);
  }
  if (times.length === 0) times.push(first);
  return {
    ...question,
    firstMs: first,
    bestMs: Math.min(...times),
    medianMs: median(times),
    p99Ms: quantile(times, 0.99),
    times: times.length,
  };
}

// By what its tables and indexes are for: the name of each leads to it.
const PURPOSES = [
  ['search (the index of comments)', /comment|fts/],
  ['events (rows of visits, 90 days)', /impression|visit|event_/],
  ['alerts', /alert/],
  ['journeys and rules', /document/],
  ['packs (days that are over, summed up)', /^pack/],
  ['rollups', /rollup|series|dimension/],
  ['respondents (their index)', /response_by_respondent/],
  ['responses', /response|said_first/],
];

// Rollups are one table, and lie apart in it.
const ROLLUPS = [
  ['of them scores (totals)', 'survey > 0 AND survey < 1 << 32 AND segmented = 0'],
  ['of them segments', 'survey > 0 AND survey < 1 << 32 AND segmented = 1'],
  ['of them answers on scales: totals and segments', 'survey >= 1 << 32'],
  ['of them events: totals and segments', 'survey < 0'],
];

const sqlite = (folder, sql) =>
  execFileSync('sqlite3', [join(folder, 'cxd.db'), sql], { encoding: 'utf8', maxBuffer: 2 ** 26 }).trim();

function bytesByPurpose(folder) {
  const bytes = Object.fromEntries(PURPOSES.map(([what]) => [what, 0]));
  bytes['all else'] = 0;
  for (const line of sqlite(folder, 'SELECT name, sum(pgsize) FROM dbstat GROUP BY name').split('\n')) {
    const [name, count] = line.split('|');
    bytes[PURPOSES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'all else'] += Number(count);
  }
  const rows = ROLLUPS.map(([what, where]) => [
    what,
    Number(sqlite(folder, `SELECT count(*) FROM rollup WHERE ${where}`)),
  ]);
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  for (const [what, count] of rows) bytes[what] = (bytes.rollups * count) / all;
  return bytes;
}

// What the daemon holds of what would fit on the disk, and how much of it at most.
const CACHES = [
  ['pages of the writer', '8 MB'],
  ['pages of a reader (one a worker, and those of strangers, chores and vitals)', '2 MB each'],
  ['rows of a table of segments (kept by each worker that has answered one)', '1.5 MB each'],
  ['a long reply, for the next one (kept by each loop)', '1 MB each'],
  ['questions that tell respondents apart, together ([limits] question_memory)', '32 MB'],
  ['a question for terms, alone', '80 MB'],
  ['batches in flight ([limits] batch_memory)', '64 MB'],
];

async function measureSize(size, kind, options) {
  const { folder, written, seconds } = await generated(size, undefined, kind, options.data);
  const server = await startServer('sqlite', folder);
  const result = { size, kind, generateSeconds: seconds, questions: [] };
  try {
    const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
    if (kind === 'people') await prepare(server, key);
    else if (written) await checkAnswers(server, key, written);
    result.startMemory = memory(server.pid);
    result.caches = CACHES;
    for (const question of KINDS[kind](Date.now())) {
      process.stderr.write(`bench: ${size} stored (${kind}), ${question.title}\n`);
      result.questions.push(await measureQuestion(server, key, question));
    }
    result.memory = memory(server.pid);
  } finally {
    await server.stop();
  }
  result.bytes = bytesByPurpose(folder);
  return result;
}

function judge(sizes) {
  const bounds = [];
  for (const { size, kind, questions, memory } of sizes) {
    for (const one of questions.filter((one) => one.underMs && !one.missing))
      bounds.push({
        what: `${one.title}, with ${size} stored, ms`,
        value: one.medianMs ?? NaN,
        bound: `under ${one.underMs}`,
        kept: one.medianMs < one.underMs,
      });
    bounds.push({
      what: `resident memory with ${size} stored (${kind}), after all questions, MB at its peak`,
      value: memory.peak / 2 ** 20,
      bound: 'under 64',
      kept: memory.peak < MEMORY_BOUND,
    });
  }
  return bounds;
}

export async function analysis(options) {
  const sizes = [];
  for (const size of options.sizes)
    for (const kind of Object.keys(KINDS).filter((name) => options.kinds.includes(name)))
      sizes.push(await measureSize(size, kind, options));
  return { sizes, bounds: judge(sizes), errors: 0 };
}
