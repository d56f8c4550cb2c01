// tests/support/manager.c from a test: what the daemon tells the service manager, threads that are held up, sockets
// that are handed down.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { environment, ROOT } from './harness.mjs';

export const MANAGER = path.join(ROOT, 'build/asan/tests/support/manager');

// A running helper, read line by line. All of them end with the test.
export class Helper {
  constructor(args, { env } = {}) {
    this.lines = [];
    this.text = '';
    this.stderr = '';
    this.waiters = [];
    this.child = spawn(MANAGER, args, { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    this.closed = new Promise((resolve) => this.child.on('close', (code) => resolve(code)));
    this.child.stdin.on('error', () => {});
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      const pieces = (this.text + text).split('\n');
      this.text = pieces.pop();
      const at = performance.now();
      this.lines.push(...pieces.map((line) => ({ line, at })));
      for (const waiter of this.waiters.splice(0)) waiter();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
  }

  // The first line from index `from` on that matches: { line, at, index, match }.
  async line(pattern, { from = 0 } = {}) {
    for (;;) {
      for (let index = from; index < this.lines.length; index += 1) {
        const match = pattern.exec(this.lines[index].line);
        if (match) return { ...this.lines[index], index, match };
      }
      from = Math.max(from, this.lines.length);
      await new Promise((resolve) => this.waiters.push(resolve));
    }
  }

  // Lets it end by itself.
  async end() {
    this.child.stdin.end();
    return this.closed;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

let sockets = 0;

// A service manager's notify socket: `env` is for the daemon. Messages are `PID FIELD|FIELD`.
export async function listen(t, { name = `@cxd-test-${process.pid}-${(sockets += 1)}`, watchdogMs } = {}) {
  const helper = new Helper(['notify', name]);
  t.after(() => helper.kill());
  await helper.line(/^ready$/);
  helper.env = { NOTIFY_SOCKET: name };
  if (watchdogMs) helper.env.WATCHDOG_USEC = String(watchdogMs * 1000);
  return helper;
}

// Holds every thread of that name until the function that it returns is called.
export async function hold(t, pid, thread) {
  const helper = new Helper(['hold', String(pid), thread]);
  t.after(() => helper.kill());
  const { match } = await helper.line(/^held (\d+)$/);
  assert.ok(Number(match[1]) > 0, `threads named ${thread}`);
  return async () => assert.equal(await helper.end(), 0, helper.stderr);
}
