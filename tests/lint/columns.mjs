// Comments are within 120 columns, in whatever language (clang-format sees to those of C), and so is all of JavaScript,
// and the prose of pages: not their tables, and no examples. Migrations that have been released stay as they are:
// databases hold their text. Prints every violation; exits 1 if there is any.
import fs from 'node:fs';
import { filesBut } from './files.mjs';

const LIMIT = 120;
const SKIPPED =
  /node_modules|fuzz\/corpus\/|http\/exports\/|\/dict\/|\.(json|png)$|tests\/upgrade\/schema-|sql\/sqlite\/000[123]_/;
const COMMENT = /^\s*(#|--|\/\/|\/\*| \* )/;
const PROSE = /^(?![|]| {4})./;
const found = [];
let count = 0;

const files = filesBut(SKIPPED);

// Of a page without its examples, which keep their lines.
function textOf(file) {
  const text = fs.readFileSync(file, 'utf8');
  return file.endsWith('.md') ? text.replace(/^```.*?^```/gms, (block) => block.replace(/.+/g, '')) : text;
}

for (const file of files)
  for (const [i, line] of textOf(file).split('\n').entries()) {
    const isComment = (file.endsWith('.md') ? PROSE : COMMENT).test(line);
    if (!isComment && !file.endsWith('.mjs')) continue;
    count += isComment;
    if ([...line].length > LIMIT) found.push(`${file}:${i + 1}: ${[...line].length} columns`);
  }
if (count < 500) found.push(`only ${count} comments were read`);
for (const line of found) console.log(line);
process.exitCode = found.length > 0 ? 1 : 0;
