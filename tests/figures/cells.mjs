// Random tables written as CSV in every delimiter, encoding and line end, and read: the cells are those that were
// written, at the lines where they were, and Python's csv and R's read.table say the same of the same files.
//
//   node tests/figures/cells.mjs [--seed N] [--tables N]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT, seeded } from '../http/harness.mjs';

const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const seed = option('seed', 15);
const count = option('tables', 400);
const random = seeded(seed);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (part) => random() < part;

const DELIMITERS = [',', ';', '\t', '|'];
const LINE_ENDS = ['\n', '\r\n', '\r'];
// As Python, R and the readers call them, and which characters a text in them may have. Windows-1252 is guessed by what
// is no UTF-8, so no two of its letters may be a character of that.
const PLAIN = ['a', 'B', '7', '0', '.', '-', ' ', "'", '=', '#', '\\', 'word', 'two words'];
const LATIN = [...PLAIN, 'é', 'ü', 'ñ', 'ö'];
const WIDE = [...LATIN, '€', 'ß', '日本', '😀', 'Ж', '\u00A0'];
const ENCODINGS = [
  { python: 'utf-8', r: 'UTF-8', ours: 'UTF-8', letters: WIDE },
  { python: 'utf-8-sig', r: 'UTF-8-BOM', ours: 'UTF-8', letters: WIDE, mark: '\uFEFF' },
  { python: 'cp1252', r: 'CP1252', ours: 'Windows-1252', letters: LATIN },
  { python: 'utf-16-le', r: 'UTF-16LE', ours: 'UTF-16LE', letters: LATIN },
  { python: 'utf-16-be', r: 'UTF-16BE', ours: 'UTF-16BE', letters: LATIN, isBig: true },
  { python: 'utf-16', ours: 'UTF-16LE', letters: WIDE, mark: '\uFEFF' },
  { python: 'utf-16', ours: 'UTF-16BE', letters: WIDE, mark: '\uFEFF', isBig: true },
];

function encode(text, { ours, mark = '', isBig }) {
  const bytes = Buffer.from(mark + text, ours === 'UTF-8' ? 'utf8' : ours === 'Windows-1252' ? 'latin1' : 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

// R's connections make one line end of all, so what it reads has "\n" inside of cells at most.
function makeCell({ delimiter, encoding, hasReturns }) {
  const special = ['"', '""', '\n', delimiter, ...DELIMITERS, ...(hasReturns ? ['\r\n', '\r'] : [])];
  return Array.from({ length: below(5) }, () => (chance(0.3) ? pick(special) : pick(encoding.letters))).join('');
}

const needsQuotes = (cell, { delimiter }) => /["\r\n]/.test(cell) || cell.includes(delimiter);

function makeTable(number) {
  const table = { delimiter: pick(DELIMITERS), encoding: pick(ENCODINGS), lineEnd: pick(LINE_ENDS), number };
  table.hasReturns = chance(0.5);
  table.isForR = !table.hasReturns && table.lineEnd !== '\r' && Boolean(table.encoding.r);
  table.width = 2 + below(6);
  const header = Array.from({ length: table.width }, (_, i) => `column_${i}`);
  const rows = Array.from({ length: below(12) }, () => Array.from({ length: table.width }, () => makeCell(table)));
  table.cells = [header, ...rows];
  const quotesAll = chance(0.3);
  let line = 1;
  let text = '';
  table.lines = table.cells.map((row) => {
    const begin = line;
    const written = row.map((cell) =>
      quotesAll || needsQuotes(cell, table) || chance(0.1) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    const record = written.join(table.delimiter) + table.lineEnd;
    line += record.match(/\r\n|\r|\n/g).length;
    text += record;
    return begin;
  });
  table.bytes = encode(text, table.encoding);
  return table;
}

function run(command, args, input) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (error || status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cxd-cells-'));
const tables = Array.from({ length: count }, (_, i) => makeTable(i));
let failed = 0;
let passed = 0;
function check(table, reader, got, wanted) {
  const same = JSON.stringify(got) === JSON.stringify(wanted);
  if (same) passed++;
  else if (failed++ < 20)
    console.log(
      `FAIL table ${table.number} (seed ${seed}), ${reader}: ${JSON.stringify(table.delimiter)} ` +
        `${table.encoding.python} ${JSON.stringify(table.lineEnd)}\n` +
        `  file  ${JSON.stringify(table.bytes.toString('latin1'))}\n` +
        `  reads ${JSON.stringify(got)}\n  not   ${JSON.stringify(wanted)}`,
    );
}

try {
  for (const table of tables) {
    table.file = path.join(folder, `${table.number}.csv`);
    fs.writeFileSync(table.file, table.bytes);
  }
  const ask = (words) =>
    run(
      path.join(ROOT, 'build/tests/figures/cells'),
      tables.flatMap((table) => [table.file, ...words(table), '--']),
    );
  const guessed = ask(() => []);
  const forced = ask(({ encoding, delimiter }) => [encoding.ours, delimiter]);
  const list = (chosen) =>
    JSON.stringify(chosen.map(({ file, encoding, delimiter }) => ({ file, encoding, delimiter })));
  const python = run('python3', [path.join(ROOT, 'tests/figures/cells.py')], list(tables));
  const forR = tables.filter((table) => table.isForR);
  const lines = forR.map(
    ({ file, encoding, delimiter }) => `${file}\n${encoding.r}\n${delimiter === '\t' ? 'TAB' : delimiter}\n`,
  );
  const r = run('Rscript', ['--vanilla', path.join(ROOT, 'tests/figures/cells.R')], lines.join(''));
  tables.forEach((table, i) => {
    const wanted = table.cells.map((row, at) => [table.lines[at], ...row]);
    check(table, 'guessed', guessed[i].rows, wanted);
    const ascii = table.encoding.ours === 'Windows-1252' && table.bytes.every((byte) => byte < 0x80);
    check(
      table,
      'what it is',
      [guessed[i].encoding, guessed[i].delimiter, guessed[i].error],
      [ascii ? 'UTF-8' : table.encoding.ours, table.delimiter, null],
    );
    check(table, 'forced', forced[i].rows, wanted);
    check(
      table,
      'Python',
      python[i],
      forced[i].rows.map((row) => row.slice(1)),
    );
  });
  forR.forEach((table, i) => check(table, 'R', r[i], table.cells));
  if (forR.length < count / 10) throw new Error(`only ${forR.length} tables for R`);
} finally {
  fs.rmSync(folder, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
