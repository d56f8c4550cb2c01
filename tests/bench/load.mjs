// Load: wrk with load.lua, and a small keep-alive client for what wrk cannot see (single requests, headers, exact
// counts).

import { spawn } from 'node:child_process';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError } from './servers.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), 'load.lua');

export const postPath = '/v1/surveys/bench/responses';

// One run of wrk; what load.lua prints.
export async function wrk(url, { connections, seconds, method = 'post', path = postPath, headers = [] }) {
  const said = headers.flatMap((header) => ['-H', header]);
  const plain = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', script];
  const args = [...plain, ...said, url, '--', method, path];
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', () => reject(new BenchError('wrk is not installed (Debian: wrk)')));
    child.on('close', resolve);
  });
  if (code !== 0) throw new BenchError(`wrk failed: ${err || out}`);
  return JSON.parse(out.trim().split('\n').at(-1));
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

// One request: { status, headers, body, ms }.
export function request(url, { method = 'GET', body, key, type = 'application/json' } = {}) {
  const began = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    if (key) headers.authorization = `Bearer ${key}`;
    const sent = http.request(url, { method, headers, agent }, (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () =>
        resolve({
          status: reply.statusCode,
          headers: reply.headers,
          body: Buffer.concat(chunks).toString(),
          ms: Number(process.hrtime.bigint() - began) / 1e6,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// Posts `count` responses over `width` connections; every one must be answered 201.
export async function postMany(url, count, width = 16) {
  let next = 0;
  async function worker() {
    while (next < count) {
      const number = next++;
      const body = JSON.stringify({
        score: number % 11,
        comment: `posted by the bench, number ${number}`,
        touchpoint: 'checkout',
        channel: 'web',
        locale: 'en',
        properties: { plan: 'team' },
      });
      const reply = await request(url + postPath, { method: 'POST', body });
      if (reply.status !== 201) throw new BenchError(`POST: ${reply.status} ${reply.body}`);
    }
  }
  await Promise.all(Array.from({ length: width }, worker));
}

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

export function closeClient() {
  agent.destroy();
}
