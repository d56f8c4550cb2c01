// Databases full of made-up responses. One is made once a run for all parts that want its size, and goes at the end of
// the run.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError, freshFolder, programs } from './servers.mjs';

const made = new Map();

async function generate(folder, size, program, kind) {
  const url = `sqlite:${join(folder, 'cxd.db')}`;
  const child = spawn(program, [url, String(size), ...(kind ? [String(Date.now()), kind] : [])], {
    stdio: ['ignore', 'pipe', 2],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', () => reject(new BenchError('generate is not built: run "make bench"')));
    child.on('close', resolve);
  });
  if (code !== 0) throw new BenchError(`generating ${size} responses failed`);
  return JSON.parse(out);
}

// Of a kind that generate knows: { folder, written (what the generator counted, where that is known), seconds }. Parts
// that post to it leave more in it than `written` says. What lies ready in `data`, out of a run of the generator by
// hand, is used as it is, and stays.
export async function generated(size, program = join(programs, 'generate'), kind = '', data = undefined) {
  const name = `${kind || 'scale'}-${size}`;
  const ready = data && join(data, name);
  if (ready && existsSync(join(ready, 'cxd.db'))) {
    const told = join(ready, 'written.json');
    return {
      folder: ready,
      written: existsSync(told) ? JSON.parse(readFileSync(told, 'utf8')) : undefined,
      seconds: NaN,
    };
  }
  if (!made.has(name)) {
    const folder = freshFolder(name);
    const began = Date.now();
    process.stderr.write(`bench: generating ${size} responses ${kind && `(${kind})`}\n`);
    const written = await generate(folder, size, program, kind);
    made.set(name, { folder, written, seconds: (Date.now() - began) / 1000 });
  }
  return made.get(name);
}

export function discardGenerated() {
  for (const { folder } of made.values()) rmSync(folder, { recursive: true, force: true });
  made.clear();
}

export function diskBytes(folder) {
  return readdirSync(folder)
    .filter((name) => name.startsWith('cxd.db'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).blocks * 512, 0);
}
