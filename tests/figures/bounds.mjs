// Files that are larger than the memory there is, or that are bad, through the program that reads them, with 48 MiB of
// address space: the words that are said of each, with line and column, and what is read on behind them.
//
//   node tests/figures/bounds.mjs
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { ROOT } from '../http/harness.mjs';
import { sheetOf, writeBook } from '../support/books.mjs';

const LIMIT_KIB = 48 * 1024;
const HUGE = 300 << 20;
const MANY = 1_000_000;
const CELLS = path.join(ROOT, 'build/tests/figures/cells');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cxd-bounds-'));
const file = path.join(folder, 'file');

// Texts, and { repeat, bytes } where one goes on for so many bytes.
function write(pieces) {
  const out = fs.openSync(file, 'w');
  for (const piece of pieces) {
    if (typeof piece === 'string' || Buffer.isBuffer(piece)) {
      fs.writeSync(out, piece);
      continue;
    }
    const block = Buffer.from(piece.repeat.repeat(Math.ceil((1 << 20) / piece.repeat.length)));
    for (let left = piece.bytes; left > 0; left -= block.length)
      fs.writeSync(out, block, 0, Math.min(left, block.length));
  }
  fs.closeSync(out);
}

// What each is, how it is made, and what is said: rows that were read (bad ones too), faults, and what ended it.
const CASES = {
  'a cell that is larger than memory': {
    make: () => write(['a,b\n1,"', { repeat: 'two words\n', bytes: HUGE }, '"\n3,4\n']),
    count: 3,
    faults: ['line 6555, column 2: a cell of more than 64 KiB'],
  },
  'a quote that is never closed': {
    make: () => write(['a,b\n1,2\n3,"', { repeat: 'x,y\n', bytes: HUGE }]),
    count: 2,
    error: 'line 3, column 2: the quote that opens here is never closed',
  },
  'a line that is larger than memory': {
    make: () => write(['a,b\n', { repeat: '0123456789', bytes: HUGE }, '\n3,4\n']),
    count: 3,
    faults: ['line 2, column 1: a cell of more than 64 KiB'],
  },
  'a file without a line': {
    make: () => write([{ repeat: '0123456789', bytes: HUGE }]),
    count: 0,
    error: 'line 1, column 1: a cell of more than 64 KiB',
  },
  'a hole of 2 GiB': {
    make: () => {
      write(['a,b\n1,2\n']);
      fs.truncateSync(file, 2 ** 31);
      fs.appendFileSync(file, '\n3,4\n');
    },
    count: 4,
    faults: ['line 3, column 1: a NUL byte'],
  },
  'a million columns': {
    make: () => write(['a,b\n', ','.repeat(MANY), 'x\n3,4\n']),
    count: 3,
    faults: ['line 2, column 4097: more than 4096 columns'],
  },
  'a million columns in the header': {
    make: () => write(['a,'.repeat(MANY), 'b\n3,4\n']),
    count: 0,
    error: 'line 1, column 4097: more than 4096 columns',
  },
  'a row of many cells that are large': {
    make: () => write(['a,'.repeat(99), 'b\n', `${'x'.repeat(20_000)},`.repeat(99), 'y\n3,4\n']),
    count: 3,
    faults: ['line 2, column 53: a row of more than 1024 KiB'],
  },
  'an object of JSON that is larger than memory': {
    make: () => write(['{"a":1}\n{"a":"', { repeat: 'xy', bytes: HUGE }, '"}\n{"a":2}\n']),
    count: 4,
    faults: ['line 2, column 1: more than 1024 KiB'],
  },
  'an element of an array that is larger than memory': {
    make: () => write(['[{"a":1},\n{"a":"', { repeat: '],', bytes: HUGE }, '"},\n{"a":2}]']),
    count: 4,
    faults: ['line 2, column 1: more than 1024 KiB'],
  },
  'an array that is larger than memory, and cut': {
    make: () => write(['[', { repeat: '{"a":1},\n', bytes: 9 << 20 }, '{"a":']),
    count: (1 << 20) + 1,
    error: `line ${(1 << 20) + 1}: the file ends within the array: a part of it is missing`,
  },
  'a million texts of a workbook': {
    make: () =>
      writeBook(
        file,
        sheetOf(Array.from({ length: 50_000 }, (_, i) => `<row><c t="s"><v>${i * 20}</v></c></row>`).join('')),
        `<sst>${Array.from({ length: MANY }, (_, i) => `<si><t>the text of the number ${i}</t></si>`).join('')}</sst>`,
      ),
    count: 50_000,
  },
  'a zip bomb': {
    make: () => writeBook(file, sheetOf(`<row><c><v>1</v></c></row>${'<row></row>'.repeat(6 << 20)}`)),
    count: 1,
    error: `${file} is packed so densely that unpacking it would have no end (a zip bomb)`,
  },
  'a zip bomb of texts': {
    make: () => writeBook(file, sheetOf(''), `<sst>${'<si></si>'.repeat(8 << 20)}</sst>`),
    count: 0,
    error: `${file} is packed so densely that unpacking it would have no end (a zip bomb)`,
  },
  'entities': {
    make: () =>
      writeBook(
        file,
        `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${sheetOf('<row><c><v>&b;</v></c></row>')}`,
      ),
    count: 0,
    error: /^xl\/sheet\.xml, line 1, column \d+: it has a DTD, which no workbook has$/,
  },
  'a header alone': { make: () => write(['a,b\n']), count: 1 },
  'nothing': { make: () => write([]), count: 0, error: `${file} is empty` },
  'blank lines alone': { make: () => write(['\n\r\n \n']), count: 0 },
  'a directory': { path: folder, count: 0, error: `${folder} is a directory` },
  'a device': { path: '/dev/zero', count: 0, error: '/dev/zero is a device' },
  'what is not there': {
    path: '/nonexistent',
    count: 0,
    error: '/nonexistent cannot be opened: No such file or directory',
  },
  'a pipe': { path: '-', input: 'a,b\n1,2\n', count: 2 },
  'a pipe without a place for its copy': {
    path: '-',
    input: 'a,b\n1,2\n',
    env: { TMPDIR: '/nonexistent' },
    count: 0,
    error: 'no temporary file can be made in /nonexistent: No such file or directory',
  },
  'an old workbook': {
    make: () => write([Buffer.from('d0cf11e0a1b11ae1', 'hex'), { repeat: '\0', bytes: 4096 }]),
    count: 0,
    error: `${file} is an old or an encrypted workbook: save it as .xlsx, without a password`,
  },
  'a login page': {
    make: () => write(['\n<!DOCTYPE html>\n<html>']),
    count: 0,
    error: `${file} is HTML or XML, and no table`,
  },
  'a compressed file': {
    make: () => write([zlib.gzipSync('a,b\n')]),
    count: 0,
    error: `${file} is compressed: unpack it with gunzip`,
  },
  'a cut workbook': {
    make: () => {
      writeBook(file, sheetOf('<row><c><v>1</v></c></row>'));
      fs.truncateSync(file, fs.statSync(file).size - 30);
    },
    count: 0,
    error: `${file} is damaged or cut off: as a zip archive, which an XLSX is, it cannot be read`,
  },
};

function read({ path: place = file, input = '', env }) {
  const { status, stdout, stderr, signal } = spawnSync(
    'sh',
    ['-c', `ulimit -v ${LIMIT_KIB} && exec "$0" --count "$1"`, CELLS, place],
    { encoding: 'utf8', input, env: { ...process.env, LC_ALL: 'C', ...env }, maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(`ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}

const isSaid = (got, wanted) => (wanted instanceof RegExp ? wanted.test(got) : got === wanted);

let failed = 0;
try {
  for (const [name, wanted] of Object.entries(CASES)) {
    wanted.make?.();
    let got = {};
    try {
      got = read(wanted);
    } catch (error) {
      got.failure = error.message;
    }
    const { count, faults = [], error = null } = wanted;
    if (got.count === count && JSON.stringify(got.rows) === JSON.stringify(faults) && isSaid(got.error, error))
      continue;
    failed++;
    console.log(`FAIL ${name}: ${JSON.stringify(got)}, not ${JSON.stringify({ count, faults, error: String(error) })}`);
  }
} finally {
  fs.rmSync(folder, { recursive: true });
}
console.log(`${Object.keys(CASES).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
