// Headers lead to files. Each room's header, include/cxd/ROOM/ROOM.h, opens with a map of src/ROOM/, a line a file; and
// what a header declares is defined in the .c of its name, or in the one whose name stands in what is declared
// (cmd_backup: backup.c), or in the one that the section of the header names, a comment that begins with "/* FILE.c". A
// map that says "a file uses those above it" is in that order. What an engine, src/store/NAME/, gives to others begins
// with its name, but for its table, STORE_NAME. Proved from the symbols of the built objects. Prints every violation;
// exits 1 if there is any.
//
// usage: node tests/lint/maps.mjs OBJECT…
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const MAP_LINE = /^ \* {2,}([a-z0-9_/]+\.c) {2,}\S/;
const SECTION = /^\/\* ([a-z0-9_/]+\.c)\b/;
const found = [];

const walk = (folder, ending) =>
  fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name))
    .sort();

const rooms = fs.readdirSync('src').filter((name) => fs.statSync(`src/${name}`).isDirectory() && name !== 'tools');

// The file that defines each external symbol, and the symbols that each file uses.
const homes = new Map();
const uses = [];
const symbols = execFileSync(process.env.NM ?? 'nm', ['-A', '-P', '-g', ...process.argv.slice(2)], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
for (const line of symbols.trim().split('\n')) {
  const [object, symbol, kind] = line.split(' ');
  const file = object.replace(/^.*obj\//, '').replace(/\.o:?$/, '.c');
  if (kind === 'U') uses.push({ file, symbol });
  else homes.set(symbol, file);
}

function checkMap(room) {
  const header = `include/cxd/${room}/${room}.h`;
  if (!fs.existsSync(header)) return found.push(`${header} is not there, with the map of src/${room}/`);
  const text = fs.readFileSync(header, 'utf8');
  const mapped = text
    .split('\n')
    .map((line) => MAP_LINE.exec(line)?.[1])
    .filter(Boolean);
  const files = walk(`src/${room}`, '.c').map((file) => path.relative(`src/${room}`, file));
  for (const file of files.filter((file) => !mapped.includes(file))) found.push(`${header}: no line for ${file}`);
  for (const file of mapped.filter((file) => !files.includes(file)))
    found.push(`${header}: ${file} is not in src/${room}/`);
  for (const file of mapped.filter((file, i) => mapped.indexOf(file) !== i))
    found.push(`${header}: ${file} has two lines`);
  if (!text.includes('a file uses those above it')) return;
  const place = (file) => mapped.indexOf(path.relative(`src/${room}`, file));
  for (const { file, symbol } of uses)
    if (place(file) >= 0 && place(homes.get(symbol) ?? '') > place(file))
      found.push(`${header}: ${file} uses ${symbol} of ${homes.get(symbol)}, which stands below it`);
}

// Where each symbol is declared, and the file in which the header says that it is defined.
const declared = new Map();
function readHeader(header) {
  const parts = header.split(path.sep);
  const folder = parts[0] === 'include' ? `src/${parts[2]}` : path.dirname(header);
  let home = path.join(folder, path.basename(header, '.h') + '.c');
  let depth = 0;
  let statement = '';
  for (const line of fs.readFileSync(header, 'utf8').split('\n')) {
    const section = SECTION.exec(line);
    if (section) home = path.join(folder, section[1]);
    const code = line.replace(/\/\*.*?(\*\/|$)/g, '').replace(/^ \*.*/, '');
    if (depth === 0 && !code.startsWith('#')) statement += `${code} `;
    depth += (code.match(/[{]/g) ?? []).length - (code.match(/[}]/g) ?? []).length;
    if (depth > 0 || !code.includes(';')) continue;
    for (const [, name] of statement.matchAll(/([A-Za-z_][A-Za-z0-9_]*)(?=\(|\[|;|,)/g))
      if (homes.has(name) && !declared.has(name)) declared.set(name, { header, home });
    statement = '';
  }
}

const isNamedBy = (symbol, file) => `_${symbol}_`.includes(`_${path.basename(file, '.c')}_`);

rooms.forEach(checkMap);
[...walk('include', '.h'), ...walk('src', '.h')].forEach(readHeader);
for (const [symbol, file] of homes) {
  const engine = /^src\/store\/([a-z0-9]+)\//.exec(file)?.[1];
  if (engine && !symbol.startsWith(`${engine}_`) && symbol !== `STORE_${engine.toUpperCase()}`)
    found.push(`${file}: ${symbol} does not begin with ${engine}_`);
  const at = declared.get(symbol);
  if (symbol === 'main' || !rooms.includes(file.split('/')[1])) continue;
  if (!at) found.push(`${file}: ${symbol} is declared in no header`);
  else if (at.home !== file && !isNamedBy(symbol, file))
    found.push(`${at.header}: ${symbol} is defined in ${file}; begin its section with "/* ${path.basename(file)}"`);
}
if (homes.size < 300) found.push(`only ${homes.size} symbols were read`);
for (const line of found) console.log(line);
if (found.length === 0) console.log(`maps: ${rooms.length} rooms, ${declared.size} declarations lead to their files`);
process.exitCode = found.length > 0 ? 1 : 0;
