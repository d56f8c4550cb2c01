// The tables of docs/scoring.md that are exact are what the program says now, and no type I error is above its bound.
//
//   node tests/figures/tables.mjs
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { status, stdout, stderr } = spawnSync(path.join(root, 'build/tests/figures/tables'), ['quick'], {
  encoding: 'utf8',
});
const page = new Set(fs.readFileSync(path.join(root, 'docs/scoring.md'), 'utf8').split('\n'));
const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
const missing = rows.filter((row) => !page.has(row));
for (const row of missing) console.log(`FAIL not in docs/scoring.md: ${row}`);
process.stdout.write(stderr);
if (status !== 0) console.log(`FAIL a type I error is above its bound\n${stdout}`);
console.log(`${rows.length - missing.length + (status === 0)} passed, ${missing.length + (status !== 0)} failed`);
process.exitCode = missing.length > 0 || status !== 0 || rows.length === 0 ? 1 : 0;
