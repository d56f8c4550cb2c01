// Files that are read while memory is refused, at each request for it in turn: what is read of them is as without it,
// or it is said that there was no memory; never fewer rows, other cells or a crash.
//
//   node tests/fault/tables.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../http/harness.mjs';
import { sheetOf, writeBook } from '../support/books.mjs';
import { ALLOC_WORDS, Control, Suite } from './control.mjs';

const REQUESTS_MAX = 1000;
const NO_OUTPUT = 3; // of the program that reads: it could not say what it read
const suite = new Suite('tables');
const folder = suite.directory();
const control = new Control(path.join(folder, 'control'), ALLOC_WORDS);

const FILES = {
  'file.csv': 'a,b\n1,"x\ny"\n2,é\n',
  'file.ndjson': '{"a":1,"b":{"c":["x","y"]}}\n{"a":2}\n',
  'file.json': '[{"a":1,"b":{"c":[1,{"d":2}]}},\n{"a":2}]',
  'file.xlsx': null,
};

function read(file, left) {
  control.set('refused', 0);
  control.set('left', left);
  control.set('armed', left > 0 ? 1 : 0);
  const { status, signal, stdout } = spawnSync(path.join(ROOT, 'build/tests/figures/cells'), [file], {
    encoding: 'utf8',
    env: { ...process.env, LD_PRELOAD: path.join(ROOT, 'build/tests/fault/alloc.so'), FAULT_ALLOC: control.file },
  });
  return { status: signal ?? status, stdout };
}

function holdFile(name) {
  const file = path.join(folder, name);
  if (FILES[name]) fs.writeFileSync(file, FILES[name]);
  else
    writeBook(
      file,
      sheetOf('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c><v>1</v></c><c t="b"><v>1</v></c></row>'),
      '<sst><si><t>a</t></si><si><r><t>b</t></r></si></sst>',
    );
  const whole = read(file, 0).stdout;
  assert.equal(JSON.parse(whole).error, null);
  let refused = 0;
  for (let left = 1; ; left++) {
    assert.ok(left < REQUESTS_MAX, 'there is an end');
    const { status, stdout } = read(file, left);
    if (control.get('refused') === 0) break;
    refused++;
    if (status === NO_OUTPUT || stdout === whole) continue;
    assert.equal(status, 0, `request ${left}`);
    assert.match(JSON.parse(stdout).error, /no memory|cannot be read/, `request ${left}: ${stdout}`);
  }
  assert.ok(refused > 5);
  return `${refused} requests`;
}

for (const name of Object.keys(FILES))
  await suite.hold(`memory is refused while ${name} is read`, () => holdFile(name));
control.close();
suite.end();
