// Imports of the stateful fuzz, in a survey of their own: begun and gone on with, filled with rows that are new, known
// or refused, done and undone, between answers and exclusions of the same ids. What is stored, and what each import has
// counted, is what this makes of all that was said.
import assert from 'node:assert/strict';
import { assertProblem, parseLines, until } from '../http/harness.mjs';

const DAY = 86_400_000;
const FINGERPRINTS = 4;
const IDS = 60; // few, so that they come again

// The survey that no other call touches.
export const IMPORTED = 'imported';

export class Imports {
  constructor() {
    this.held = new Map(); // by id: { score, at, excluded, by: the import, or null }
    this.all = new Map(); // by id: { fingerprint, state, created, known, refused, removed }
    this.ids = [];
    this.now = Date.now();
  }

  // One of few ids, which a step alone decides.
  id(dice) {
    if (this.ids.length < IDS && dice.chance(0.5)) this.ids.push(dice.id());
    return this.ids.length > 0 ? dice.of(this.ids) : this.id(dice);
  }

  said(dice) {
    const at = new Date(this.now - dice.below(400) * DAY).toISOString();
    return { score: dice.below(11), answered_at: at };
  }
}

const admin = (context, method, target, options = {}) =>
  context.call(method, target, { key: context.daemon.key, ...options });

async function begin(context, dice) {
  const { all } = context.imports;
  const fingerprint = `f${dice.below(FINGERPRINTS)}`;
  const open = [...all].find(([, one]) => one.fingerprint === fingerprint && one.state === 'open');
  const reply = await admin(context, 'POST', '/v1/imports', {
    body: { survey: IMPORTED, source: 'fuzz.csv', fingerprint },
  });
  assert.equal(reply.status, open ? 200 : 201, reply.text);
  if (open) assert.equal(reply.json.id, open[0]);
  else all.set(reply.json.id, { fingerprint, state: 'open', created: 0, known: 0, refused: 0, removed: 0 });
}

// What becomes of a row, in the order of the batch: [status, outcome, problem].
function take(imports, id, row) {
  const one = imports.all.get(id);
  const before = imports.held.get(row.id);
  const isSame = before && before.score === row.score && before.at === row.answered_at;
  if (row.score > 10 || (before && before.by === null && !isSame)) {
    one.refused += 1;
    return row.score > 10 ? [422, 'refused', '/problems/invalid'] : [409, 'refused', '/problems/response_conflict'];
  }
  if (before) {
    one.known += before.by !== id; // what it has stored itself is sent again
    return [200, 'known', undefined];
  }
  one.created += 1;
  imports.held.set(row.id, { score: row.score, at: row.answered_at, excluded: false, by: id });
  return [201, 'created', undefined];
}

async function send(context, dice) {
  const { imports } = context;
  if (imports.all.size === 0) return;
  const id = dice.of([...imports.all.keys()]);
  const rows = Array.from({ length: 1 + dice.below(12) }, () => {
    const row = { id: imports.id(dice), ...imports.said(dice) };
    const before = imports.held.get(row.id);
    if (before && dice.chance(0.5)) Object.assign(row, { score: before.score, answered_at: before.at });
    if (dice.chance(0.05)) row.score = 11;
    return row;
  });
  const reply = await admin(context, 'POST', `/v1/imports/${id}/responses`, {
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
    type: 'application/x-ndjson',
  });
  if (imports.all.get(id).state !== 'open') {
    assertProblem(reply, 409, 'import_ended');
    return;
  }
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(
    parseLines(reply.text).map(({ status, outcome, type }) => [status, outcome, type]),
    rows.map((row) => take(imports, id, row)),
  );
}

async function answer(context, dice) {
  const { imports } = context;
  const id = imports.id(dice);
  const before = imports.held.get(id);
  const { score } = imports.said(dice);
  const at = new Date(imports.now - dice.below(6) * DAY).toISOString();
  if (before?.by === null) return; // what becomes of those other calls ask
  const reply = await context.call('PUT', `/v1/surveys/${IMPORTED}/responses/${id}`, {
    body: { score, answered_at: at },
  });
  if (!before) {
    assert.equal(reply.status, 201, reply.text);
    imports.held.set(id, { score, at, excluded: false, by: null });
  } else if (before.score !== score || before.at !== at) {
    assert.ok([409, 422].includes(reply.status), reply.text); // nobody amends what was imported
  }
}

async function exclude(context, dice) {
  const { held } = context.imports;
  if (held.size === 0) return;
  const id = dice.of([...held.keys()]);
  const excluded = dice.chance(0.5);
  const target = `/v1/surveys/${IMPORTED}/responses/${id}`;
  const reply = await admin(context, 'PATCH', target, { body: { excluded } });
  assert.equal(reply.status, 200, reply.text);
  held.get(id).excluded = excluded;
}

async function finish(context, dice) {
  const { all } = context.imports;
  const open = [...all].filter(([, one]) => one.state === 'open');
  if (open.length === 0) return;
  const [id, one] = dice.of(open);
  const reply = await admin(context, 'PATCH', `/v1/imports/${id}`, { body: { state: 'done' } });
  assert.deepEqual([reply.status, reply.json.state], [200, 'done'], reply.text);
  one.state = 'done';
}

// Sometimes the daemon is killed before it is over, and goes on with it.
async function undo(context, dice) {
  const { all, held } = context.imports;
  if (all.size === 0) return;
  const id = dice.of([...all.keys()]);
  const one = all.get(id);
  const reply = await admin(context, 'DELETE', `/v1/imports/${id}`);
  assert.equal(reply.status, one.state === 'undone' ? 200 : 202, reply.text);
  if (one.state === 'undone') return;
  if (dice.chance(0.1) && context.storage === undefined) await context.restart('SIGKILL');
  await until(async () => (await admin(context, 'GET', `/v1/imports/${id}`)).json.state === 'undone', `${id} undone`);
  one.state = 'undone';
  for (const [row, { by }] of [...held])
    if (by === id) {
      held.delete(row);
      one.removed += 1;
    }
}

export async function holdImports(context) {
  const { all, held } = context.imports;
  for (const [id, one] of all) {
    const { state, rows, created, known, refused, removed } = (await admin(context, 'GET', `/v1/imports/${id}`)).json;
    const { fingerprint, ...want } = one;
    assert.deepEqual({ state, created, known, refused, removed }, want, `${id} ${fingerprint}`);
    assert.equal(rows, created + known + refused);
  }
  const counted = [...held.values()].filter(({ excluded }) => !excluded);
  const { json } = await admin(context, 'GET', `/v1/surveys/${IMPORTED}/score?window=all`);
  assert.equal(json.n, counted.length);
  const scores = Object.fromEntries(Array.from({ length: 11 }, (_, score) => [score, 0]));
  for (const { score } of counted) scores[score] += 1;
  assert.deepEqual(json.distribution, scores);
}

// Some of it, and what there is then.
export async function importSome(context, dice) {
  for (let i = dice.below(6); i >= 0; i--)
    await dice.of([begin, send, send, send, send, answer, exclude, finish, undo])(context, dice);
  await holdImports(context);
}
