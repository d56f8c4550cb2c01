// Import: `cxd import` of a CSV of a million rows, and of a workbook of a hundred thousand, into a daemon on the same
// machine: the time to the end with both looks at the file before, what both take of the processors, and the most
// memory that the client had.

import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError, cpuTimeUs, freshFolder, memory, putSurvey, root, startServer, storedCount } from './servers.mjs';

const CSV_ROWS = 1_000_000;
const XLSX_ROWS = 100_000;
const SECONDS_MAX = 60;
const BYTES_MAX = 64 * 2 ** 20;
const POLL_MS = 20;
const WORDS = 'the checkout was quick and clear but search did not find what I wanted at all today thanks'.split(' ');

// Always the same rows: a third has a comment of 3 to 14 words.
function* makeRows(count) {
  let state = 1;
  const draw = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const two = (number) => String(number).padStart(2, '0');
  for (let i = 0; i < count; i++) {
    const day = `2025-${two(1 + draw(12))}-${two(1 + draw(28))}`;
    const time = `${two(draw(24))}:${two(draw(60))}:${two(draw(60))}`;
    const comment = i % 3 === 0 ? Array.from({ length: 3 + draw(12) }, () => WORDS[draw(WORDS.length)]).join(' ') : '';
    yield [`r${i}`, `${day} ${time}`, draw(11), comment, ['free', 'pro', 'team'][draw(3)]];
  }
}

const HEADER = ['Row', 'Submitted at', 'Score', 'Comment', 'Plan'];

function writeCsv(file, count) {
  const fd = openSync(file, 'w');
  let text = `${HEADER.join(',')}\n`;
  for (const row of makeRows(count)) {
    text += `${row.join(',')}\n`;
    if (text.length > 1 << 20) {
      writeSync(fd, text);
      text = '';
    }
  }
  writeSync(fd, text);
  closeSync(fd);
}

// With texts in the cells; Python has the zip.
async function writeXlsx(file, count) {
  const cell = (value) =>
    typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const lines = [HEADER, ...makeRows(count)].map((row) => `<row>${row.map(cell).join('')}</row>`);
  const space = 'http://schemas.openxmlformats.org';
  const related = `${space}/officeDocument/2006/relationships`;
  const relationship = (id, type, target) =>
    `<Relationships xmlns="${space}/package/2006/relationships">` +
    `<Relationship Id="${id}" Type="${related}/${type}" Target="${target}"/></Relationships>`;
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${space}/package/2006/content-types"/>`,
    '_rels/.rels': relationship('a', 'officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml':
      `<workbook xmlns="${space}/spreadsheetml/2006/main" xmlns:r="${related}">` +
      '<sheets><sheet name="A" sheetId="1" r:id="b"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relationship('b', 'worksheet', 'worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml':
      `<worksheet xmlns="${space}/spreadsheetml/2006/main">` + `<sheetData>${lines.join('')}</sheetData></worksheet>`,
  };
  const program =
    'import json,sys,zipfile\n' +
    'with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:\n' +
    '    for name, text in json.load(sys.stdin).items(): z.writestr(name, text)\n';
  const child = spawn('python3', ['-c', program, file], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(JSON.stringify(parts));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new BenchError(`python3 cannot write ${file}`);
}

// Runs it, and looks meanwhile at what the kernel says of it.
async function importFile(server, file) {
  const key = join(server.folder, 'admin.key');
  const args = ['import', file, '--survey', 'bench', '--map', 'id=', '--url', server.url, '--key-file', key, '--yes'];
  const began = process.hrtime.bigint();
  const before = cpuTimeUs(server.pid);
  const child = spawn(join(root, 'build', 'cxd'), [...args, '--json', '--quiet'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  let peak = 0;
  let cpuUs = 0;
  const look = setInterval(() => {
    try {
      peak = Math.max(peak, memory(child.pid).peak);
      cpuUs = cpuTimeUs(child.pid);
    } catch {
      // It has ended.
    }
  }, POLL_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new BenchError(`cxd import ${file}: ${code}\n${stderr}`);
  const { import: result } = JSON.parse(stdout);
  return {
    seconds: Number(process.hrtime.bigint() - began) / 1e9,
    sendSeconds: result.seconds,
    created: result.created,
    peak,
    cpuUs,
    serverCpuUs: cpuTimeUs(server.pid) - before,
  };
}

async function measure(format, count, write) {
  const folder = freshFolder(`import-${format}`);
  const file = join(folder, `answers.${format}`);
  await write(file, count);
  const server = await startServer('sqlite', folder);
  try {
    await putSurvey(server);
    const first = await importFile(server, file);
    const again = await importFile(server, file);
    const stored = await storedCount(server);
    if (first.created !== count || again.created !== 0 || stored !== count)
      throw new BenchError(`${first.created} and ${again.created} of ${count} rows were created, ${stored} are there`);
    return { format, count, bytes: statSync(file).size, first, again };
  } finally {
    await server.stop();
    rmSync(file);
  }
}

export async function importFiles() {
  const runs = [await measure('csv', CSV_ROWS, writeCsv), await measure('xlsx', XLSX_ROWS, writeXlsx)];
  const bounds = runs.flatMap(({ format, count, first }) => [
    {
      what: `import of ${count} rows of ${format}, s`,
      value: first.seconds,
      bound: `< ${SECONDS_MAX}`,
      kept: first.seconds < SECONDS_MAX,
    },
    {
      what: 'the most memory of its client, MB',
      value: first.peak / 2 ** 20,
      bound: `< ${BYTES_MAX / 2 ** 20}`,
      kept: first.peak < BYTES_MAX,
    },
  ]);
  return { runs, bounds, errors: 0 };
}
