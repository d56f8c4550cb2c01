// Imports: rows by POST /v1/imports/{id}/responses over two connections, and what undoing them takes.

import { setTimeout as pause } from 'node:timers/promises';
import { request } from './load.mjs';
import {
  adminKey,
  BenchError,
  cpuTimeUs,
  freshFolder,
  memory,
  putSurvey,
  startServer,
  storedCount,
} from './servers.mjs';

const ROWS = 1_000_000;
const BATCH = 5000;
const WIDTH = 2;
const SECONDS = 60; // the goal of the project, for a million rows on two processors
const DAY_MS = 86_400_000;

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

// Rows as another tool has them: of three years, one in three with a comment.
function batchOf(from, count, nowMs) {
  const lines = [];
  for (let n = from; n < from + count; n++) {
    const at = nowMs - ((n * 7919) % (1000 * DAY_MS)) - DAY_MS;
    const comment = n % 3 === 0 ? `,"comment":"row ${n} came late, and the parcel was ${n % 7 ? 'open' : 'lost'}"` : '';
    lines.push(
      `{"id":"${hex(n, 8)}-0000-5000-8000-000000000000","score":${n % 11},` +
        `"answered_at":"${new Date(at).toISOString()}","touchpoint":"t${n % 5}","channel":"${n % 2 ? 'web' : 'app'}",` +
        `"respondent":"p${n % 100_000}","properties":{"plan":"${n % 4 ? 'pro' : 'free'}"}${comment}}`,
    );
  }
  return lines.join('\n');
}

async function json(reply, status) {
  const { status: is, body } = await reply;
  if (is !== status) throw new BenchError(`an import was answered ${is}: ${body.slice(0, 500)}`);
  return JSON.parse(body);
}

async function measure(began, server, cpuBefore, rows) {
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { seconds, perSecond: rows / seconds, cpuUs: (cpuTimeUs(server.pid) - cpuBefore) / rows };
}

export async function imports(options) {
  const { rows = ROWS } = options;
  const server = await startServer('sqlite', freshFolder('imports'));
  await putSurvey(server);
  const key = adminKey(server);
  const nowMs = Date.now();
  const body = JSON.stringify({ survey: 'bench', source: 'bench', fingerprint: 'bench', rows });
  const { id } = await json(request(`${server.url}/v1/imports`, { method: 'POST', body, key }), 201);
  const target = `${server.url}/v1/imports/${id}`;

  let cpu = cpuTimeUs(server.pid);
  let began = process.hrtime.bigint();
  let next = 0;
  const client = async () => {
    while (next < rows) {
      const from = next;
      next += BATCH;
      const lines = batchOf(from, Math.min(BATCH, rows - from), nowMs);
      const type = 'application/x-ndjson';
      const reply = await request(`${target}/responses`, { method: 'POST', body: lines, type, key });
      if (reply.status !== 200) throw new BenchError(`an import was answered ${reply.status}: ${reply.body}`);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, client));
  const imported = await measure(began, server, cpu, rows);
  const record = await json(request(target, { key }), 200);
  const stored = await storedCount(server);
  const { peak } = memory(server.pid);

  cpu = cpuTimeUs(server.pid);
  began = process.hrtime.bigint();
  await json(request(target, { method: 'DELETE', key }), 202);
  while ((await json(request(target, { key }), 200)).state !== 'undone') await pause(100);
  const undone = await measure(began, server, cpu, rows);
  const left = await storedCount(server);
  await server.stop();
  return {
    rows,
    imported,
    undone,
    peak,
    errors: (record.created !== rows) + (stored !== rows) + (left !== 0),
    bounds: [
      {
        what: `seconds to import ${rows} rows`,
        value: imported.seconds,
        bound: `< ${(SECONDS * rows) / ROWS}`,
        kept: imported.seconds < (SECONDS * rows) / ROWS,
      },
    ],
  };
}
