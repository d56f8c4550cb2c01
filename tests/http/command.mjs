// The command line under test: runs of the binary, and a server that plays the daemon's part.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';

import { BINARY, environment, HANGS_MS } from './harness.mjs';

// Runs the binary without blocking this process, which may be the server it speaks to.
export function cxd(args, { env, input, cwd, binary = BINARY } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env: environment(env), cwd, timeout: HANGS_MS, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

export async function succeeds(args, options) {
  const done = await cxd(args, options);
  assert.equal(done.status, 0, `cxd ${args.join(' ')}: ${done.status}\n${done.stderr}`);
  return done;
}

export async function fails(status, pattern, args, options) {
  const done = await cxd(args, options);
  assert.equal(done.status, status, `cxd ${args.join(' ')}: ${done.status}\n${done.stdout}${done.stderr}`);
  assert.match(done.stderr, pattern);
  if (status === 2) assert.match(done.stderr, /\nTry 'cxd .*--help'\.\n$/);
  return done;
}

// A server that answers the nth request with the nth reply (the last one for ever): { status, headers, body }, or
// 'drop'.
export async function stub(t, replies) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const reply = replies[Math.min(requests.length, replies.length - 1)];
      requests.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      if (reply === 'drop') {
        request.socket.destroy();
        return;
      }
      const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
      response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json', ...reply.headers });
      response.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}
