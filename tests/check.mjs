// `make check`: every suite in sequence, each bounded in time, a line a step, and `N passed, N failed` at the end. Full output goes to
// build/check/*.log; the end of a failed one is shown.
//
//   node tests/check.mjs [STEP…]       STEP: unit tsan http browser crash fault stateful fuzz package lint (default: all)
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const logs = 'build/check';
fs.mkdirSync(logs, { recursive: true });

const CRASH_KILLS = 20;
const FUZZ_SECONDS = 30; // each target, and the stateful fuzz
const FUZZ_PARALLEL = 6; // more than there are cores: `make fuzz` gives each one to itself
const PARALLEL = 2;
const HTTP_PARALLEL = 3; // they wait more than they compute
const SECOND = 1000;

const environment = {
  ...process.env,
  LC_ALL: 'C',
  CMOCKA_MESSAGE_OUTPUT: 'TAP',
  ASAN_OPTIONS: 'detect_leaks=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  TSAN_OPTIONS: 'halt_on_error=0:exitcode=66',
};
for (const name of Object.keys(environment)) if (name.startsWith('CXD_') && name !== 'CXD_BINARY') delete environment[name];

// Files of `directory` that match, with a path to each; none if there is no such directory.
function list(directory, pattern) {
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory).filter((name) => pattern.test(name)).sort().map((name) => path.join(directory, name));
}

// Runs a command with its output to a log: { code, output, seconds, late }.
function execute(command, args, log, limit, env = {}) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const file = fs.createWriteStream(log);
    const child = spawn(command, args, { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let late = false;
    const collect = (text) => {
      output += text;
      file.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    // The whole group, so that no daemon outlives its test.
    const timer = setTimeout(() => {
      late = true;
      collect(`\nnot done after ${limit / SECOND} s\n`);
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    }, limit);
    const end = (code) => {
      clearTimeout(timer);
      file.end();
      resolve({ code, output, late, seconds: (performance.now() - begun) / SECOND });
    };
    child.on('error', (error) => {
      collect(`${error.message}\n`);
      end(-1);
    });
    child.on('close', (code) => end(code ?? -1));
  });
}

const count = (text, pattern) => [...text.matchAll(pattern)].length;

// TAP as cmocka and Node write it: Node's closing counts where they are, else its lines.
function readTap({ code, output, late }) {
  const total = (name) => {
    const found = [...output.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1);
    return found ? Number(found[1]) : 0;
  };
  let result;
  if (/^# pass \d+$/m.test(output)) {
    result = { passed: total('pass'), failed: total('fail') + total('cancelled'), skipped: total('skipped') + total('todo') };
  } else {
    const skipped = count(output, /^ok\b.*# SKIP/gim);
    result = { passed: count(output, /^ok\b/gm) - skipped, failed: count(output, /^not ok\b/gm), skipped };
  }
  // A crash, a sanitizer or a time limit is a failure also where no line says so.
  if ((code !== 0 || late) && result.failed === 0) result.failed = 1;
  return result;
}

const asOne = ({ code }) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });

function readSummary(run) {
  const found = [...run.output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  const result = found ? { passed: Number(found[1]), failed: Number(found[2]), skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  if (run.code !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

const programs = (files, limit) => files.map((file) => ({ name: path.basename(file), command: file, args: [], read: readTap, limit }));

// A fuzz target begins with the inputs of tests/fuzz/corpus/fuzz_NAME and the words of tests/fuzz/dict/fuzz_NAME.dict, if there are
// any. What it finds goes to the build folder.
function fuzzTarget(file) {
  const name = path.basename(file).replace(/^fuzz_/, '');
  const found = path.join(logs, `corpus_${name}`);
  fs.mkdirSync(found, { recursive: true });
  const seeds = [`tests/fuzz/corpus/fuzz_${name}`].filter((directory) => fs.existsSync(directory));
  const words = [`tests/fuzz/dict/fuzz_${name}.dict`].filter((dictionary) => fs.existsSync(dictionary)).map((dictionary) => `-dict=${dictionary}`);
  const args = [`-max_total_time=${FUZZ_SECONDS}`, '-timeout=10', '-rss_limit_mb=2048', `-artifact_prefix=${logs}/${name}_`, '-print_final_stats=1', ...words, found, ...seeds];
  return { name: path.basename(file), command: file, args, read: asOne, limit: (FUZZ_SECONDS + 60) * SECOND };
}

// A step is a list of runs; `parallel` of them at once.
const STEPS = {
  unit: () => ({ runs: programs([...list('build/asan/tests/unit', /^test_\w+$/), ...list('build/asan/tests/contract', /^test_\w+$/)], 120 * SECOND), parallel: PARALLEL }),
  tsan: () => ({ runs: programs(list('build/tsan/tests/unit', /^test_(http|ingest|queue|writer|catalog)\w*$/), 180 * SECOND), parallel: 1 }),
  http: () => ({
    runs: list('tests/http', /\.test\.mjs$/).map((file) => ({ name: path.basename(file, '.test.mjs'), command: process.execPath, args: ['--test-reporter=tap', '--test-reporter-destination=stdout', file], read: readTap, limit: 240 * SECOND })),
    parallel: HTTP_PARALLEL,
  }),
  browser: () => ({
    runs: list('tests/browser', /\.test\.mjs$/).map((file) => ({ name: path.basename(file, '.test.mjs'), command: process.execPath, args: ['--test-reporter=tap', '--test-reporter-destination=stdout', file], read: readTap, limit: 240 * SECOND })),
    parallel: 1,
  }),
  crash: () => ({ runs: [{ name: 'crash', command: process.execPath, args: ['tests/crash/crash.mjs', String(CRASH_KILLS)], read: readSummary, limit: 180 * SECOND }], parallel: 1 }),
  fault: () => ({
    runs: ['alloc', 'storage', 'clock', 'connections'].map((name) => ({ name, command: process.execPath, args: [`tests/fault/${name}.mjs`], read: readSummary, limit: 180 * SECOND })),
    parallel: PARALLEL,
  }),
  stateful: () => ({ runs: [{ name: 'stateful', command: process.execPath, args: ['tests/fuzz/stateful.mjs', '--seconds', String(FUZZ_SECONDS)], read: readSummary, limit: (FUZZ_SECONDS + 180) * SECOND }], parallel: 1 }),
  fuzz: () => ({ runs: list('build/fuzz/tests/fuzz', /^fuzz_\w+$/).map(fuzzTarget), parallel: FUZZ_PARALLEL }),
  package: () => ({ runs: [{ name: 'package', command: 'tests/package/package.sh', args: [], read: readTap, limit: 420 * SECOND }], parallel: 1 }),
  lint: () => ({ runs: [{ name: 'lint', command: process.env.MAKE ?? 'make', args: ['lint'], read: asOne, limit: 300 * SECOND, env: { MAKEFLAGS: '', MFLAGS: '', MAKELEVEL: '' } }], parallel: 1 }),
};

function tail(log) {
  const lines = fs.readFileSync(log, 'utf8').trimEnd().split('\n');
  const failures = lines.flatMap((line, i) => (/^(\s*not ok\b|FAIL )/.test(line) ? lines.slice(i, i + 25) : []));
  return (failures.length > 0 ? failures.slice(0, 100) : lines.slice(-40)).map((line) => `    ${line}`).join('\n');
}

async function runStep(name) {
  const { runs, parallel } = STEPS[name]();
  const begun = performance.now();
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...runs];
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const log = path.join(logs, `${name}-${job.name}.log`);
      const outcome = await execute(job.command, job.args, log, job.limit, job.env);
      const result = job.read(outcome);
      if (result.passed + result.failed + result.skipped === 0) {
        result.failed = 1;
        console.log(`${name}/${job.name}: ran no test`);
      }
      for (const key of Object.keys(sum)) sum[key] += result[key];
      if (runs.length > 1 || result.failed > 0) {
        console.log(`  ${`${name}/${job.name}`.padEnd(28)} ${String(result.passed).padStart(5)} passed ${String(result.failed).padStart(3)} failed ${outcome.seconds.toFixed(1).padStart(6)} s`);
      }
      if (result.failed > 0) console.log(`    ${log}:\n${tail(log)}`);
    }
  }));
  if (sum.passed + sum.failed + sum.skipped === 0) {
    sum.failed = 1;
    console.log(`  ${name}: there is nothing to run (was it built?)`);
  }
  console.log(`${name.padEnd(30)} ${String(sum.passed).padStart(5)} passed ${String(sum.failed).padStart(3)} failed ${((performance.now() - begun) / SECOND).toFixed(1).padStart(6)} s`);
  return sum;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')} (there are ${Object.keys(STEPS).join(', ')})`);
  process.exit(2);
}
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of wanted.length > 0 ? wanted : Object.keys(STEPS)) {
  const sum = await runStep(name);
  for (const key of Object.keys(total)) total[key] += sum[key];
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
