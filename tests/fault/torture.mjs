// `make torture`: the long versions of everything in this folder and of the kills, one after the other, and a table of
// what was done to the daemon: fault, times injected, lost, duplicated, crashed. Fails if any of the last three is not
// 0, or any check failed.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const KILLS = process.env.KILLS ?? '100';
const RUNS = [
  ...['alloc', 'storage', 'clock', 'connections', 'soak'].map((name) => ({
    name,
    file: path.join(here, `${name}.mjs`),
    args: ['--long'],
  })),
  { name: 'kill -9', file: path.join(here, '../crash/crash.mjs'), args: [KILLS] },
];

function execute(run) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [run.file, ...run.args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text.replace(/^row .*\n/gm, ''));
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}

const rows = [];
let broken = false;
for (const run of RUNS) {
  console.log(`\n--- ${run.name}`);
  const { code, output } = await execute(run);
  broken ||= code !== 0;
  rows.push(...[...output.matchAll(/^row\s+(\{.*\})$/gm)].map(([, json]) => JSON.parse(json)));
}

const head = ['fault', 'injected', 'lost', 'duplicated', 'crashed', ''];
const cells = [
  head,
  ...rows.map((row) => [...head.slice(0, 5).map((name) => String(row[name])), row.failed ? 'FAILED' : '']),
];
const widths = head.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
console.log();
for (const line of cells)
  console.log(
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
const bad = rows.filter((row) => row.lost || row.duplicated || row.crashed || row.failed);
if (bad.length > 0 || broken || rows.length === 0) {
  console.log('\nNot well: see above.');
  process.exitCode = 1;
}
