// Random calls, valid and not, against the daemon and against a model of it in memory (model.mjs): every reply must be
// the model's. The daemon is restarted and killed in between.
//
//   node tests/fuzz/stateful.mjs [--seed N] [--steps N] [--seconds N] [--only 3,17,42] [--storage memory:]
//
// Each step draws from its own random numbers (seed and step), so that the same seed gives the same calls, and a
// failure can be had from fewer: what failed is tried again without more and more of the steps before it, and the
// shortest list is printed for --only.
import { run, seeded, start } from '../http/harness.mjs';
import { APART, audit, CALLS, Dice } from './calls.mjs';
import { Imports } from './imports.mjs';
import { Model } from './model.mjs';
import { Named } from './named.mjs';
import { Tags } from './preconditions.mjs';
import { Visits } from './visits.mjs';

const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York'];
const SHRINK_MS = 90_000;

function readArguments() {
  const options = { seed: Math.floor(Math.random() * 2 ** 31), steps: Infinity, seconds: 30 };
  for (let i = 2; i < process.argv.length; i += 2) {
    const name = process.argv[i].replace(/^--/, '');
    const value = process.argv[i + 1];
    if (!['seed', 'steps', 'seconds', 'only', 'storage'].includes(name) || value === undefined)
      throw new Error(`unknown or without a value: ${process.argv[i]}`);
    options[name] = name === 'only' ? value.split(',').map(Number) : name === 'storage' ? value : Number(value);
  }
  if (options.steps !== Infinity || options.only) options.seconds = Infinity;
  return options;
}

const TOTAL = CALLS.reduce((sum, [, weight]) => sum + weight, 0);

function pick(random) {
  let at = random() * TOTAL;
  for (const [call, weight] of CALLS) if ((at -= weight) < 0) return call;
  return CALLS[0][0];
}

class Context {
  constructor(daemon, model, storage) {
    this.storage = storage;
    this.daemon = daemon;
    this.model = model;
    this.unsure = new Map();
    this.keyed = {}; // the first body under a survey and an Idempotency-Key
    this.tags = new Tags();
    this.visits = new Visits();
    this.imports = new Imports();
    this.named = new Named();
    this.batches = {}; // the last lines under an Idempotency-Key
    this.log = [];
    this.calls = 0;
    this.restarts = 0;
  }

  async call(method, target, options = {}) {
    this.calls += 1;
    const line = {
      step: this.step,
      call: `${method} ${target}`,
      key: options.key?.slice(0, 10),
      headers: options.headers,
      body: options.body,
    };
    this.log.push(line);
    if (this.log.length > 8) this.log.shift();
    const reply = await this.daemon.request(method, target, options);
    line.status = reply.status;
    line.reply = reply.text.slice(0, 400);
    return reply;
  }

  async restart(signal) {
    this.restarts += 1;
    if (signal === 'SIGKILL') await this.daemon.kill();
    else await this.daemon.end('SIGTERM');
    if (signal === 'rebuild') {
      const { status, stderr } = run(['rebuild', '-c', this.daemon.config]);
      if (status !== 0) throw new Error(`cxd rebuild: ${status} ${stderr}`);
    }
    await this.daemon.begin();
  }
}

// Runs the steps of a list (or all up to the bounds): null, or the failure { step, error, log }.
async function runSteps({ seed, steps, seconds, only, storage }, report = () => {}) {
  const zone = ZONES[seed % ZONES.length];
  const daemon = await start({ timezone: zone, storage });
  const model = new Model({ zone });
  const context = new Context(daemon, model, storage);
  const end = performance.now() + seconds * 1000;
  let failure = null;
  try {
    model.addKey({
      name: 'first admin key',
      scopes: ['admin'],
      secret: daemon.key,
      id: (await daemon.admin('GET', '/v1/keys')).json.keys[0].id,
    });
    // There is always this survey, and it never goes.
    model.putSurvey('alpha', { metric: 'nps' });
    await daemon.survey('alpha', { metric: 'nps' });
    for (const slug of APART) await daemon.survey(slug, { metric: 'nps', max_backdate: '30d' });
    const list = only ?? {
      *[Symbol.iterator]() {
        for (let i = 0; i < steps && performance.now() < end; i++) yield i;
      },
    };
    for (const step of list) {
      context.step = step;
      const random = seeded((seed * 2654435761 + step * 40503) >>> 0);
      random();
      const call = pick(random);
      if (storage && storage.startsWith('memory') && /restart|killDuring/.test(call.name)) continue;
      await call(context, new Dice(random));
    }
    context.step = 'the end';
    await audit(context);
    await daemon.end();
  } catch (error) {
    failure = { step: context.step, error, log: context.log };
    await daemon.kill().catch(() => {});
  }
  daemon.clean();
  report(context);
  return failure;
}

// Leaves out half, a quarter, … of the steps before the failure, as long as it still fails.
async function shrink(options, failure) {
  const until = performance.now() + SHRINK_MS;
  const last = failure.step === 'the end' ? (options.only?.at(-1) ?? options.steps) : failure.step;
  let kept = options.only ? options.only.filter((step) => step <= last) : Array.from({ length: last + 1 }, (_, i) => i);
  let found = failure;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && performance.now() < until;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < kept.length - 1 && performance.now() < until;) {
      const tried = [...kept.slice(0, at), ...kept.slice(Math.min(at + size, kept.length - 1))];
      const again = tried.length < kept.length ? await runSteps({ ...options, only: tried, seconds: Infinity }) : null;
      if (again) {
        found = again;
        kept = tried.filter((step) => again.step === 'the end' || step <= again.step);
      } else {
        at += size;
      }
    }
  }
  return { kept, found };
}

const options = readArguments();
console.log(`seed ${options.seed}`);
let steps = 0;
const failure = await runSteps(options, (context) => {
  steps = context.calls;
  console.log(
    `${context.calls} calls, ${context.model.responses.size} responses, ${context.restarts} restarts, ` +
      `zone ${context.model.zone}`,
  );
});
if (failure) {
  console.log(`FAIL step ${failure.step} of seed ${options.seed}: ${failure.error.message}`);
  const { kept, found } = Number.isFinite(Number(failure.step))
    ? await shrink(options, failure)
    : { kept: [], found: failure };
  for (const line of found.log) console.log(JSON.stringify(line));
  console.log(found.error.stack);
  console.log(
    `again: node tests/fuzz/stateful.mjs --seed ${options.seed} ` +
      `${kept.length > 0 ? `--only ${kept.join(',')}` : `--steps ${failure.step + 1}`}`,
  );
}
console.log(`${failure ? 0 : 1} passed, ${failure ? 1 : 0} failed`);
process.exitCode = failure || steps === 0 ? 1 : 0;
