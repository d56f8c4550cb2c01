// The driver of `make bench`: measures, prints tables, and writes all of it as JSON.
//
//     node tests/bench/bench.mjs [PART…], of those in `parts` below; all: those that are run without a name
//                                [--json FILE] [--seconds S] [--rounds N]
//                                [--connections 16,64,256] [--delays 2,10] [--sizes 10000,1000000,20000000] [--keep]
//                                [--before FOLDER] [--data FOLDER] [--kinds people,asking]
//
// With --before, `speed` also measures the cxd in that folder, which `upgrade` and `ingest` need. --responses is
// --sizes. With --data, `analysis` takes FOLDER/KIND-SIZE/cxd.db where it is there, and what the generator said of it
// (generate.c) in written.json beside it; `exports` takes FOLDER/scale-SIZE. --kinds is what `analysis` asks about.
//
// Ends with 1 when a request failed or a figure was wrong. A bound that is broken is marked, and is no failure: it
// may be the machine's.

import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { analysis } from './analysis.mjs';
import { beside } from './beside.mjs';
import { dashboard } from './dashboard.mjs';
import { footprint } from './footprint.mjs';
import { exports } from './exports.mjs';
import { discardGenerated } from './generated.mjs';
import { importFiles } from './import.mjs';
import { imports } from './imports.mjs';
import { live } from './live.mjs';
import { closeClient } from './load.mjs';
import { report } from './report.mjs';
import { scale } from './scale.mjs';
import { senders } from './senders.mjs';
import { BenchError, installRival, workshop } from './servers.mjs';
import { delay, ingest, speed } from './speed.mjs';
import { upgrade } from './upgrade.mjs';
import { web } from './web.mjs';
import { widget } from './widget.mjs';

// footprint last: it posts to the databases of scale
const parts = {
  speed,
  senders,
  delay,
  ingest,
  web,
  widget,
  live,
  scale,
  dashboard,
  analysis,
  beside,
  imports,
  import: importFiles,
  exports,
  footprint,
  upgrade,
};

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string', default: join(workshop, 'result.json') },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '16,64,256' },
      delays: { type: 'string', default: '2,10' },
      sizes: { type: 'string', default: '10000,1000000,20000000' },
      responses: { type: 'string' },
      data: { type: 'string' },
      kinds: { type: 'string', default: 'people,asking' },
      before: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const numbers = (name) =>
    values[name].split(',').map((text) => {
      if (!/^[1-9]\d*$/.test(text)) throw new BenchError(`--${name}: "${text}" is not a whole number from 1`);
      return Number(text);
    });
  const chosen =
    positionals.length === 0 || positionals.includes('all')
      ? Object.keys(parts).filter((part) => part !== 'upgrade' && part !== 'ingest')
      : positionals;
  for (const part of chosen)
    if (!parts[part]) throw new BenchError(`there is no part "${part}" (${Object.keys(parts).join(', ')}, all)`);
  return {
    chosen,
    json: values.json,
    seconds: numbers('seconds')[0],
    rounds: numbers('rounds')[0],
    connections: numbers('connections'),
    delays: numbers('delays'),
    sizes: numbers(values.responses === undefined ? 'sizes' : 'responses'),
    data: values.data && resolve(values.data),
    kinds: values.kinds.split(','),
    before: values.before && resolve(values.before),
    keep: values.keep,
  };
}

async function main() {
  const options = readOptions();
  const result = {
    at: new Date().toISOString(),
    machine: { cpus: os.cpus().length, model: os.cpus()[0]?.model, kernel: os.release(), node: process.version },
    options,
    bounds: [],
  };
  mkdirSync(workshop, { recursive: true });
  if (options.chosen.some((part) => part === 'speed' || part === 'delay')) installRival();
  let errors = 0;
  for (const part of Object.keys(parts).filter((name) => options.chosen.includes(name))) {
    result[part] = await parts[part](options);
    result.bounds.push(...result[part].bounds);
    errors += result[part].errors;
  }
  if (!options.keep) discardGenerated();
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, JSON.stringify(result, null, 1) + '\n');
  process.stdout.write(report(result, options));
  if (errors > 0) throw new BenchError(`${errors} requests failed`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BenchError) && error.code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  closeClient();
}
