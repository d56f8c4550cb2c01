// Reads a container file and makes its images in layers of roots.mjs, with no container engine: what FROM names is a
// minimal root, COPY and RUN are done, and the rest is told. What it does not know it refuses.
import fs from 'node:fs';
import path from 'node:path';
import { layer, minimal, run, SOURCES, withRoot } from './roots.mjs';

const BASE = /^debian:(\w+)-slim$/;
const TOLD = ['USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

// [[instruction, rest]…]
export function parse(text) {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [, instruction, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!instruction) throw new Error(`no instruction: ${line}`);
    return [instruction, rest];
  });
}

// What a COPY reads, as text, so that a layer is made again where that is another.
function contents(from) {
  const stat = fs.statSync(from);
  if (!stat.isDirectory()) return `${from}\0${fs.readFileSync(from, 'latin1')}`;
  return fs
    .readdirSync(from)
    .sort()
    .map((name) => contents(path.join(from, name)))
    .join('\0');
}

function copy(from, root, to) {
  const target = path.join(root, to);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  run('cp', ['-rT', from, target]);
}

// The layer that COPY makes below of a file or folder of this tree or, with a key, of another stage.
function copied(name, below, rest, stages) {
  const [, stage, source, to] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(rest) ?? [];
  if (!to) throw new Error(`COPY ${rest}`);
  if (!stage) {
    const from = path.join(SOURCES, source);
    return layer(name, below, [rest, contents(from)], ({ root }) => copy(from, root, to));
  }
  return layer(name, below, [rest, stages[stage].key], ({ root: target }) =>
    withRoot(stages[stage], `${name}-from`, null, ({ root }) => copy(path.join(root, source), target, to)),
  );
}

// { image: the last stage's layer, told: {USER: …} of the last stage, runs: [the layer of each RUN] }.
export async function build(file) {
  const stages = {};
  const runs = [];
  let name;
  let below;
  let told;
  let step = 0;
  for (const [instruction, rest] of parse(fs.readFileSync(file, 'utf8'))) {
    step += 1;
    if (instruction === 'FROM') {
      const [, image, as] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      const [, suite] = BASE.exec(image ?? '') ?? [];
      if (!suite) throw new Error(`FROM ${rest}`);
      name = as ?? 'image';
      below = minimal(suite);
      told = {};
    } else if (instruction === 'COPY') {
      below = await copied(`${name}-${step}`, below, rest, stages);
    } else if (instruction === 'RUN') {
      below = await layer(`${name}-${step}`, below, [rest], ({ sh }) => sh(rest));
      runs.push(below);
    } else if (TOLD.includes(instruction)) {
      told[instruction] = rest;
    } else {
      throw new Error(`unknown instruction: ${instruction}`);
    }
    stages[name] = below;
  }
  return { image: below, told, runs };
}
