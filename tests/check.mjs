// `make check` and `make check-long`: every suite in sequence, a line a step, and at the very end the names of what
// failed and `N passed, N failed`. Full output goes to build/check/*.log; the end of a failed one is shown.
//
//   node tests/check.mjs TIER|STEP…      TIER: check long; STEP: a name of STEPS below
//   node tests/check.mjs --sum TIER…     what the tiers said when they were run, as one
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const logs = 'build/check';
fs.mkdirSync(logs, { recursive: true });

const SECOND = 1000;
const LIMIT = 900 * SECOND; // for what hangs, where a step has no `limit` of its own
const PARALLEL = 2;
const HTTP_PARALLEL = 3; // they wait more than they compute
const FUZZ_SECONDS = 12; // each target: what is known runs again, and `make fuzz` seeks what is new
const STATEFUL_SECONDS = 30;
const SEED = '1'; // of all that is made up
const FUZZ_PARALLEL = 6; // more than there are cores: `make fuzz` gives each one to itself

const environment = {
  ...process.env,
  LC_ALL: 'C',
  CMOCKA_MESSAGE_OUTPUT: 'TAP',
  ASAN_OPTIONS: 'detect_leaks=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  TSAN_OPTIONS: 'halt_on_error=0:exitcode=66',
};
for (const name of Object.keys(environment))
  if (name.startsWith('CXD_') && name !== 'CXD_BINARY') delete environment[name];

// Names of the files `directory`/`before`NAME`after`.
function names(directory, before, after) {
  return fs
    .readdirSync(directory)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
    .sort();
}

// --- How a run is read -----------------------------------------------------------------------------------------------

const count = (text, pattern) => [...text.matchAll(pattern)].length;

// TAP as cmocka and Node write it: Node's closing counts where they are, else its lines.
function readTap({ output }) {
  const total = (name) => Number([...output.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
  if (/^# pass \d+$/m.test(output))
    return {
      passed: total('pass'),
      failed: total('fail') + total('cancelled'),
      skipped: total('skipped') + total('todo'),
    };
  const skipped = count(output, /^ok\b.*# SKIP/gim);
  return { passed: count(output, /^ok\b/gm) - skipped, failed: count(output, /^not ok\b/gm), skipped };
}

const asOne = ({ code }) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });

function readSummary({ output }) {
  const [, passed, failed] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [0, 0, 1];
  return { passed: Number(passed), failed: Number(failed), skipped: 0 };
}

// --- Running again ---------------------------------------------------------------------------------------------------

// CI runs on a machine whose neighbours are busy. What fails there in a step that waits for clocks, sockets and other
// programs is run once more by itself, and told at the end if it passes then. A sanitizer's word, a crash of the
// runner, a lost answer or a wrong figure are never forgiven.
const FORGIVING = Boolean(process.env.CI);
const SANITIZER = /ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:/;

// --- The runs of a step ----------------------------------------------------------------------------------------------

const programs = (variant, folder, list, env) =>
  list.map((name) => ({
    name: `test_${name}`,
    source: `tests/${folder}/test_${name}.c`,
    command: `build/${variant}/tests/${folder}/test_${name}`,
    read: readTap,
    env,
  }));

const scripts = (folder, list, { after = '.mjs', read = readSummary, args = () => [], env } = {}) =>
  list.map((name) => ({
    name,
    source: `tests/${folder}/${name}${after}`,
    command: process.execPath,
    args: [...(read === readTap ? NODE_TAP : []), `tests/${folder}/${name}${after}`, ...args(name)],
    read,
    env,
  }));
const NODE_TAP = ['--test-reporter=tap', '--test-reporter-destination=stdout'];
const nodeTests = (folder, list, env) => scripts(folder, list, { after: '.test.mjs', read: readTap, env });

// A make of its own, without the variables and jobs of the one that called.
const target = (name) => ({
  name,
  command: process.env.MAKE ?? 'make',
  args: [name],
  read: asOne,
  env: { MAKEFLAGS: '', MFLAGS: '', MAKELEVEL: '' },
});

// A fuzz target begins with the inputs of tests/fuzz/corpus/fuzz_NAME and the words of tests/fuzz/dict/fuzz_NAME.dict,
// if there are any. What it finds goes to the build folder.
function fuzzTarget(name) {
  const found = path.join(logs, `corpus_${name}`);
  fs.mkdirSync(found, { recursive: true });
  const dictionary = `tests/fuzz/dict/fuzz_${name}.dict`;
  const seeds = `tests/fuzz/corpus/fuzz_${name}`;
  return {
    name: `fuzz_${name}`,
    source: `tests/fuzz/fuzz_${name}.c`,
    command: `build/fuzz/tests/fuzz/fuzz_${name}`,
    args: [
      `-seed=${SEED}`,
      `-max_total_time=${FUZZ_SECONDS}`,
      '-timeout=10',
      '-rss_limit_mb=2048',
      `-artifact_prefix=${logs}/${name}_`,
      '-print_final_stats=1',
      ...(fs.existsSync(dictionary) ? [`-dict=${dictionary}`] : []),
      found,
      ...(fs.existsSync(seeds) ? [seeds] : []),
    ],
    read: asOne,
  };
}

// --- Tiers and steps -------------------------------------------------------------------------------------------------

// Of tests/http/: what needs programs of others, or a minute.
const HTTP_LONG = ['crowd', 'dashboards', 'hostile', 'nodes', 'programs', 'proxy'];
// Of tests/http/, what asks nothing of SQLite's files, once more over PostgreSQL.
const HTTP_ON_POSTGRESQL = ['answers', 'batch', 'idempotency', 'ingest', 'journeys', 'openapi', 'order', 'scores'];
// Hundreds of commands that live for a moment each: under the sanitizers most of their time is a start.
const HTTP_SHORT_LIVED = ['damaged', 'terminal', 'misconfigured', 'owner', 'completion', 'offline-key'];
// The first to begin, so that the end does not wait for one of them alone.
const HTTP_FIRST = ['places', 'service', 'backup', 'retention', 'tls', 'guard', 'scores'];
const HTTP = names('tests/http', '', '.test.mjs').filter((name) => ![...HTTP_LONG, ...HTTP_SHORT_LIVED].includes(name));
// Of tests/browser/: what the daemon's edge says to browsers, by the sanitizers' daemon; and its pages, which ask it
// nothing that tests/http/ does not.
const BROWSER_EDGE = ['credentials', 'origins'];
const BROWSER_PAGES = names('tests/browser', '', '.test.mjs').filter((name) => !BROWSER_EDGE.includes(name));
// Programs that go round less often by TEST_SIZE=small. So does store_upgrade, whose whole takes as long as a tier: it
// is for who writes a migration, by itself.
const SIZED = ['store_gaps', 'store_histories'];
const SMALL = { TEST_SIZE: 'small' };
// Those that the Makefile builds.
const TSAN = [
  ...fs
    .readFileSync('Makefile', 'utf8')
    .match(/^TSAN_PROGRAMS = (?:.*\\\n)*.*$/m)[0]
    .matchAll(/test_(\w+)/g),
].map(([, name]) => name);
const RELEASE = { CXD_BINARY: 'build/cxd' };

// A step: its tier, its runs, how many of them go at once, how long each may take, and whether CI forgives what fails
// and then does not.
const STEPS = {
  'lint': { tier: 'check', runs: [target('lint')] },
  'unit': {
    tier: 'check',
    runs: ['contract', 'unit'].flatMap((folder) =>
      programs('asan', folder, names(`tests/${folder}`, 'test_', '.c'), SMALL),
    ),
    parallel: PARALLEL,
  },
  'tsan': { tier: 'check', runs: programs('tsan', 'unit', TSAN), parallel: PARALLEL },
  'http': {
    tier: 'check',
    runs: [
      ...nodeTests('http', HTTP_SHORT_LIVED, RELEASE),
      ...nodeTests('http', [...new Set([...HTTP_FIRST, ...HTTP])]),
    ],
    parallel: HTTP_PARALLEL,
    forgives: true,
  },
  'browser': {
    tier: 'check',
    runs: [...nodeTests('browser', BROWSER_EDGE), ...nodeTests('browser', BROWSER_PAGES, RELEASE)],
    parallel: PARALLEL,
    forgives: true,
  },
  'figures': {
    tier: 'check',
    runs: [
      ...scripts('figures', ['tables', 'cells', 'bounds']),
      ...scripts('figures', ['figures'], { env: RELEASE, args: () => ['--tables', '60'] }),
    ],
    parallel: PARALLEL,
  },
  'crash': { tier: 'check', runs: scripts('crash', ['crash'], { env: RELEASE, args: () => ['20', SEED] }) },
  'fault': {
    tier: 'check',
    runs: scripts('fault', ['alloc', 'clock', 'held', 'tables'], { env: RELEASE }),
    parallel: PARALLEL,
    forgives: true,
  },

  'unit-long': { tier: 'long', runs: programs('asan', 'contract', SIZED), parallel: PARALLEL },
  'http-long': { tier: 'long', runs: nodeTests('http', HTTP_LONG), parallel: HTTP_PARALLEL, forgives: true },
  'http-postgresql': {
    tier: 'long',
    runs: nodeTests('http', HTTP_ON_POSTGRESQL, { CXD_TEST_STORE: 'postgresql' }),
    parallel: HTTP_PARALLEL,
    forgives: true,
  },
  'figures-long': {
    tier: 'long',
    runs: scripts('figures', ['figures'], { env: RELEASE, args: () => ['--tables', '150'] }),
  },
  'crash-long': { tier: 'long', runs: scripts('crash', ['crash'], { env: RELEASE, args: () => ['100', SEED] }) },
  'fault-long': {
    tier: 'long',
    runs: scripts('fault', ['storage', 'connections', 'nodes', 'soak']),
    parallel: PARALLEL,
    forgives: true,
  },
  'stateful': {
    tier: 'long',
    runs: scripts('fuzz', ['stateful'], { args: () => ['--seed', SEED, '--seconds', `${STATEFUL_SECONDS}`] }),
  },
  'instructions': { tier: 'long', runs: scripts('instructions', ['instructions'], { env: RELEASE }) },
  'fuzz': { tier: 'long', runs: names('tests/fuzz', 'fuzz_', '.c').map(fuzzTarget), parallel: FUZZ_PARALLEL },
  'package': {
    tier: 'long',
    limit: 2 * LIMIT,
    parallel: PARALLEL,
    runs: [
      { name: 'package', source: 'tests/package/package.sh', command: 'tests/package/package.sh', read: readTap },
      target('distcheck'),
    ],
  },
  'platforms': {
    tier: 'long',
    limit: 2 * LIMIT,
    runs: [
      {
        name: 'platforms',
        source: 'tests/platforms/platforms.sh',
        command: 'tests/platforms/platforms.sh',
        read: readTap,
      },
    ],
  },
};
const TIERS = ['check', 'long'];

// Files that are tests by their shape and that no step runs.
const TEST_FILE =
  /\/(test_\w+\.c|fuzz_\w+\.c|[\w-]+\.test\.mjs)$|^tests\/(crash|fault|figures|instructions)\/\w+\.mjs$/;
const NO_TESTS = [
  'tests/crash/imported.mjs',
  'tests/crash/ledger.mjs',
  'tests/fault/control.mjs',
  'tests/fault/faketime.mjs',
  'tests/figures/questions.mjs', // of figures.mjs
  'tests/fault/torture.mjs', // `make torture`: the same with --long
];
function strayFiles() {
  const known = new Set([...NO_TESTS, ...Object.values(STEPS).flatMap(({ runs }) => runs.map(({ source }) => source))]);
  const files = fs.readdirSync('tests', { recursive: true }).map((file) => `tests/${file}`);
  const tests = files.filter((file) => !file.includes('node_modules') && TEST_FILE.test(file));
  const gone = [...known].filter((file) => file && !fs.existsSync(file));
  return [...tests.filter((file) => !known.has(file)), ...gone];
}

// --- Running ---------------------------------------------------------------------------------------------------------

// Runs a command with its output to a log: { code, output, seconds, late }.
function execute({ command, args = [], env = {} }, limit, log) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const file = fs.createWriteStream(log);
    const child = spawn(command, args, {
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
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

// The lines around what failed, or the last ones.
function extract(output) {
  const lines = output.trimEnd().split('\n');
  const failures = lines.flatMap((line, i) => (/^(\s*not ok\b|FAIL )/.test(line) ? lines.slice(i, i + 25) : []));
  return (failures.length > 0 ? failures.slice(0, 100) : lines.slice(-40)).map((line) => `    ${line}`).join('\n');
}

// What failed, by its names; or why there are none.
function failuresOf({ output, code, late }, limit) {
  const found = [...output.matchAll(/^\s*not ok \d+ - (.*)$|^FAIL (.*)$/gm)].map(([, tap, line]) => tap ?? line);
  if (found.length > 0) return [...new Set(found)];
  const checked = output.match(/^tests\/\S+\.[ch]:\d+: .*$/m); // what a fuzz target says before it aborts
  return [late ? `not done after ${limit / SECOND} s` : `ended with status ${code}${checked ? `: ${checked}` : ''}`];
}

const line = (name, { passed, failed }, begun, width) => {
  const seconds = ((performance.now() - begun) / SECOND).toFixed(1).padStart(6);
  return `${name.padEnd(width)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${seconds} s`;
};

// What a run says: { job, result, names of what failed, isCut: a sanitizer spoke or the run did not come to its end }.
async function runJob(step, job, isOnly, suffix = '') {
  const begun = performance.now();
  const log = path.join(logs, `${step}-${job.name}${suffix}.log`);
  const { limit = LIMIT } = STEPS[step];
  const outcome = await execute(job, limit, log);
  const result = job.read(outcome);
  // A crash, a sanitizer, a time limit or no test at all is a failure also where no line says so.
  const isEmpty = result.passed + result.failed + result.skipped === 0;
  if ((outcome.code !== 0 || outcome.late || isEmpty) && result.failed === 0) result.failed = 1;
  const isCut = outcome.late || isEmpty || SANITIZER.test(outcome.output);
  if (!isOnly || result.failed > 0) console.log(`  ${line(`${step}/${job.name}${suffix}`, result, begun, 28)}`);
  const names = result.failed > 0 ? failuresOf(outcome, limit).map((name) => `${step}/${job.name}: ${name}`) : [];
  if (result.failed > 0) console.log(`    ${log}:\n${extract(outcome.output)}`);
  return { job, result, names, isCut };
}

function add(sum, { passed, failed, skipped, names, again = [] }) {
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
  sum.names.push(...names);
  sum.again.push(...again);
}
const nothing = () => ({ passed: 0, failed: 0, skipped: 0, names: [], again: [] });

async function runStep(step, sum) {
  const { runs, parallel = 1, forgives = false } = STEPS[step];
  const begun = performance.now();
  const own = nothing();
  const waiting = [...runs];
  const doubtful = [];
  if (runs.length === 0) add(own, { ...nothing(), failed: 1, names: [`${step}: there is nothing to run`] });
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        const told = await runJob(step, job, runs.length === 1);
        if (forgives && FORGIVING && told.result.failed > 0 && !told.isCut) doubtful.push(told);
        else add(own, { ...told.result, names: told.names });
      }
    }),
  );
  for (const { job, names } of doubtful) {
    const told = await runJob(step, job, false, '-again');
    add(own, { ...told.result, names: told.names, again: told.result.failed === 0 ? names : [] });
  }
  add(sum, own);
  console.log(line(step, own, begun, 30));
}

// The last lines of all: what failed, and how many.
function close({ passed, failed, skipped, names, again }) {
  if (again.length > 0) console.log(`\nPassed only when run again:\n${again.map((name) => `  ${name}`).join('\n')}`);
  if (names.length > 0) console.log(`\nFailed:\n${names.map((name) => `  ${name}`).join('\n')}`);
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

const resultFile = (tier) => path.join(logs, `${tier}.json`);

function readResult(tier) {
  const file = resultFile(tier);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
  return { ...nothing(), failed: 1, names: [`${tier}: did not come to its end, see above`] };
}

async function runAll(wanted) {
  const sum = nothing();
  for (const file of strayFiles()) {
    sum.failed += 1;
    sum.names.push(`${file}: no step of tests/check.mjs runs it, or it is not there`);
  }
  for (const step of wanted) await runStep(step, sum);
  return sum;
}

const [first, ...others] = process.argv.slice(2);
if (first === '--sum') {
  const sum = nothing();
  for (const tier of others) add(sum, readResult(tier));
  close(sum);
} else {
  const wanted = process.argv
    .slice(2)
    .flatMap((name) => (TIERS.includes(name) ? Object.keys(STEPS).filter((step) => STEPS[step].tier === name) : name));
  const unknown = wanted.filter((name) => !(name in STEPS));
  if (unknown.length > 0 || wanted.length === 0) {
    console.error(`no such step: ${unknown.join(', ')} (there are ${[...TIERS, ...Object.keys(STEPS)].join(', ')})`);
    process.exit(2);
  }
  if (TIERS.includes(first)) fs.rmSync(resultFile(first), { force: true });
  const sum = await runAll(wanted);
  if (TIERS.includes(first)) fs.writeFileSync(resultFile(first), JSON.stringify(sum));
  close(sum);
}
