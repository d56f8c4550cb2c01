// The specification is in this repository: every page of docs/ that is cited is there, and has the section
// (docs/edge.md §4: a heading "## 4."); no other page is cited by a § of its own, and no issue. A link of a page leads
// to a file and, behind a #, to a heading. A file of the house that is named (src/base/id.c, base/id.c, sqlite/db.c) is
// there, and so is an option ([limits] ingest_rate) and a metric (`cxd_…`) that a page names, and what it says to
// `make`. Prints every violation; exits 1 if there is any.
import fs from 'node:fs';
import path from 'node:path';
import { filesBut } from './files.mjs';

const SKIPPED = /node_modules|\/corpus\/|\/dict\/|package-lock\.json|tests\/lint\/citations\.mjs/;
const found = [];

const files = filesBut(SKIPPED);

const pages = new Map();
function sectionsOf(page) {
  if (!pages.has(page)) {
    const text = fs.existsSync(page) ? fs.readFileSync(page, 'utf8') : null;
    pages.set(page, text && [...text.matchAll(/^## (\d+)\./gm)].map((match) => match[1]));
  }
  return pages.get(page);
}

const isThere = (...places) => places.some((place) => fs.existsSync(place));
const ROOMS = fs.readdirSync('src').filter((name) => fs.statSync(`src/${name}`).isDirectory());
// From the root, or as one says it: by its room, or by its folder in the store.
const FOLDERS = ['include/cxd', 'src', 'sql', 'tests', 'sqlite', ...ROOMS].join('|');
const NAMED = new RegExp(String.raw`(?<![\w./-])((?:${FOLDERS})/[a-z0-9_/]+\.(?:c|h|def|sql|mjs|sh))\b`, 'g');

// The fragments of a page's headings, as web sites make them.
const fragments = (page) =>
  [...fs.readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

// Links of a page, [text](target).
function checkLinks(file, text, refuse) {
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [to, fragment] = target.split('#');
    const page = to ? path.join(path.dirname(file), to) : file;
    if (!isThere(page)) refuse(`leads to ${target}, which is not there`);
    else if (fragment !== undefined && !fragments(page).includes(fragment))
      refuse(`${page} has no heading #${fragment}`);
  }
}

const read = (file) => fs.readFileSync(file, 'utf8');
const matches = (file, pattern) => new Set([...read(file).matchAll(pattern)].map((match) => match.slice(1).join(' ')));
// What pages name beside files: how, and all that there is.
const NAMES = [
  ['option', /\[([a-z]+)\] ([a-z_]+)\b/g, matches('src/config/options.def', /OPTION\((\w+), (\w+),/g)],
  [
    'metric',
    /`((?:cxd|process)_[a-z_]+?)(?:_bucket|_sum|_count)?[`{]/g,
    matches('src/api/metrics.c', /"((?:cxd|process)_\w+)"/g),
  ],
  // As SECURITY.md names tests, without what their names end in.
  [
    'test',
    /`tests\/((?:http|unit|fault|fuzz|contract|browser|crash|package|upgrade)\/[a-z_-]+)`/g,
    new Set(files.flatMap((file) => [/^tests\/(\w+\/[\w-]+)/.exec(file)?.[1] ?? []].flat())),
  ],
  ['target', /`make ([a-z][a-z-]*)/g, matches('Makefile', /^([a-z-]+):/gm)],
];

let count = 0;
for (const file of files) {
  // As running text: a citation may go over the end of a comment's line.
  const text = fs.readFileSync(file, 'utf8').replace(/\n[ \t]*(\/\/|\*|#|--)?[ \t]*/g, ' ');
  const refuse = (what) => found.push(`${file}: ${what}`);
  for (const [cited, page] of text.matchAll(/\bdocs\/([a-z_-]+\.(?:md|yaml|in))\b/g)) {
    count++;
    if (!fs.existsSync(`docs/${page}`)) refuse(`cites ${cited}, which is not there`);
  }
  for (const [, before, page, list] of text.matchAll(/(docs\/)?\b([a-z]+\.md)\b((?:[,–\s]*(?:and )?§\d+)+)/g)) {
    if (!before) refuse(`cites ${page} by a section: say docs/${page}`);
    for (const [, section] of list.matchAll(/§(\d+)/g))
      if (!(sectionsOf(`docs/${page}`) ?? []).includes(section)) refuse(`docs/${page} has no §${section}`);
  }
  for (const [cited] of text.matchAll(/\bDESIGN\b|\breference\/[a-z]+\.md|\b[Ii]ssues? #?\d+|\(issue:/g))
    refuse(`cites ${cited}`);
  if (/\.md$/.test(file)) {
    checkLinks(file, text, refuse);
    for (const [kind, pattern, known] of NAMES)
      for (const match of text.matchAll(pattern)) {
        const name = match.slice(1).join(' ');
        if (!known.has(name)) refuse(`names the ${kind} ${name}, which is not there`);
      }
  }
  for (const [page] of text.matchAll(/(?<![\w./-])[A-Za-z_-]+\.md\b/g))
    if (!isThere(page, `docs/${page}`)) refuse(`cites ${page}, which is not there`);
  if (/\.([ch]|def|md|sql)$/.test(file))
    for (const [, cited] of text.matchAll(NAMED))
      if (!isThere(cited, `src/${cited}`, `src/store/${cited}`, `include/cxd/${cited}`))
        refuse(`names ${cited}, which is not there`);
}
if (count < 20) found.push(`only ${count} citations were read`);
for (const line of new Set(found)) console.log(line);
if (found.length === 0) console.log(`citations: ${count}, each of a page that is there`);
process.exitCode = found.length > 0 ? 1 : 0;
