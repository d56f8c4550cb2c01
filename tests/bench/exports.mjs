// Exports: all responses of a survey to a client that keeps up, in each form; and what ingest is meanwhile.

import http from 'node:http';
import { generated } from './generated.mjs';
import { median, wrk } from './load.mjs';
import { adminKey, BenchError, cpuTimeUs, memory, startServer } from './servers.mjs';

export const FORMS = {
  ndjson: { path: 'responses.ndjson' },
  csv: { path: 'responses.csv' },
  'csv, gzip': { path: 'responses.csv', headers: { 'Accept-Encoding': 'gzip' } },
};
const GOAL = 200_000; // responses a second
const MEMORY = 64e6;
const CONNECTIONS = 16;
const SECONDS = 3;
const ROUNDS = 3;

// Reads an export to its end, or until `signal`: { bytes, seconds, complete }.
export function readExport(server, key, { path, headers = {} }, signal) {
  const began = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const request = http.get(
      `${server.url}/v1/surveys/bench/${path}`,
      { agent: false, signal, headers: { ...headers, Authorization: `Bearer ${key}` } },
      (response) => {
        let bytes = 0;
        if (response.statusCode !== 200) reject(new BenchError(`an export was answered ${response.statusCode}`));
        response.on('data', (chunk) => {
          bytes += chunk.length;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            bytes,
            seconds: Number(process.hrtime.bigint() - began) / 1e9,
            complete: response.trailers['cxd-complete'] === 'true',
          }),
        );
      },
    );
    request.on('error', reject);
  });
}

// Responses a second from wrk, while exports go on or not.
async function ingest(server, key, exporting) {
  const end = new AbortController();
  const goOn = async () => {
    while (!end.signal.aborted) await readExport(server, key, FORMS.ndjson, end.signal);
  };
  const running = exporting ? goOn().catch(() => {}) : undefined;
  const { per_second: perSecond } = await wrk(server.url, { connections: CONNECTIONS, seconds: SECONDS });
  end.abort();
  await running;
  return perSecond;
}

export async function exports(options) {
  const size = Math.max(...options.sizes);
  const { folder } = await generated(size, undefined, '', options.data);
  const server = await startServer('sqlite', folder);
  const key = adminKey(server);
  const forms = [];
  for (const [form, what] of Object.entries(FORMS)) {
    const cpu = cpuTimeUs(server.pid);
    const { bytes, seconds, complete } = await readExport(server, key, what);
    if (!complete) throw new BenchError(`the export (${form}) is not complete`);
    forms.push({ form, bytes, seconds, perSecond: size / seconds, cpuUs: (cpuTimeUs(server.pid) - cpu) / size });
  }
  const { peak } = memory(server.pid);
  const alone = [];
  const meanwhile = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await ingest(server, key, false));
    meanwhile.push(await ingest(server, key, true));
  }
  await server.stop();
  const beside = median(meanwhile) / median(alone);
  return {
    size,
    forms,
    peak,
    alone: median(alone),
    beside,
    errors: 0,
    bounds: [
      ...forms
        .slice(0, 2)
        .map(({ form, perSecond }) => ({
          what: `responses a second, ${form}, of ${size}`,
          value: perSecond,
          bound: `> ${GOAL}`,
          kept: perSecond > GOAL,
        })),
      { what: 'memory of exports, MB', value: peak / 1e6, bound: `< ${MEMORY / 1e6}`, kept: peak < MEMORY },
    ],
  };
}
