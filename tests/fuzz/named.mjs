// Journeys, movement and alerts of the stateful fuzz, over people in a survey of their own: definitions are put,
// changed and deleted, people answer, and what the daemon makes of them is recounted from all that they said.
import assert from 'node:assert/strict';
import { assertProblem, until } from '../http/harness.mjs';

const DAY = 86_400_000;
const PEOPLE = 12;
const TOUCHPOINTS = ['a', 'b', 'c'];
const NAMES = ['one', 'two', 'three'];
const BANDS = ['detractors', 'passives', 'promoters'];
const EACH = 'each'; // the rule that tells of every detractor

// The survey that no other call touches, but what erases: its people have names of their own.
export const WALKED = 'walked';

export class Named {
  constructor() {
    this.answers = []; // { id, score, who, touchpoint, at, comment }
    this.kinds = { journeys: new Map(), alerts: new Map() }; // by name: { revision, body }
    this.first = Math.floor(Date.now() / DAY) - 12; // the first of ten days, all of them at noon
    this.told = []; // ids that EACH has to tell of
  }
}

const admin = (context, method, target, options = {}) =>
  context.call(method, target, { key: context.daemon.key, ...options });
const band = (score) => (score <= 6 ? 0 : score <= 8 ? 1 : 2);
const iso = (day) => new Date(day * DAY).toISOString();

async function answer(context, dice) {
  const { named } = context;
  const one = {
    id: dice.id(),
    score: dice.below(11),
    who: `walker-${dice.below(PEOPLE)}`,
    touchpoint: dice.of(TOUCHPOINTS),
    at: (named.first + dice.below(10)) * DAY + DAY / 2 + dice.below(60_000),
    comment: dice.chance(0.3) ? 'words' : undefined,
  };
  const reply = await context.call('PUT', `/v1/surveys/${WALKED}/responses/${one.id}`, {
    body: {
      score: one.score,
      respondent: one.who,
      touchpoint: one.touchpoint,
      answered_at: new Date(one.at).toISOString(),
      comment: one.comment,
    },
  });
  assert.equal(reply.status, 201, reply.text);
  named.answers.push(one);
  if (one.score <= 6 && one.comment && named.kinds.alerts.has(EACH)) named.told.push(one.id);
}

const MAKE = {
  journeys: (dice) => ({
    name: dice.of(['Walk', 'Run']),
    stages: [...TOUCHPOINTS]
      .sort(() => dice.random() - 0.5)
      .slice(0, 1 + dice.below(3))
      .map((touchpoint) => ({ survey: WALKED, touchpoint })),
  }),
  alerts: (dice) =>
    dice.of([
      { survey: WALKED, kind: 'score', below: dice.below(100) - 50, window: '7d', min_n: 1 + dice.below(9) },
      { survey: WALKED, kind: 'silence' },
      { survey: WALKED, kind: 'rate', above: 1 + dice.below(90), window: '30d', min_n: 5 },
    ]),
};

async function define(context, dice) {
  const kind = dice.of(['journeys', 'alerts']);
  const all = context.named.kinds[kind];
  const name = dice.of(NAMES);
  const before = all.get(name);
  if (dice.chance(0.25)) {
    const reply = await admin(context, 'DELETE', `/v1/${kind}/${name}`);
    if (before) assert.equal(reply.status, 200, reply.text);
    else assertProblem(reply, 404, kind === 'journeys' ? 'no_journey' : 'no_alert');
    all.delete(name);
    return;
  }
  const body = before && dice.chance(0.2) ? before.body : MAKE[kind](dice);
  const isSame = before && JSON.stringify(before.body) === JSON.stringify(body);
  const reply = await admin(context, 'PUT', `/v1/${kind}/${name}`, { body });
  assert.equal(reply.status, before ? 200 : 201, reply.text);
  const revision = (before?.revision ?? 0) + (isSame ? 0 : 1);
  assert.equal(reply.json.revision, revision, reply.text);
  all.set(name, { revision, body });
}

async function watch(context) {
  const { alerts } = context.named.kinds;
  if (alerts.has(EACH)) return;
  const body = { survey: WALKED, kind: 'detractor' };
  const reply = await admin(context, 'PUT', `/v1/alerts/${EACH}`, { body });
  assert.equal(reply.status, 201, reply.text);
  alerts.set(EACH, { revision: 1, body });
}

// Every detractor with a comment since the rule was put, each once.
async function holdTold(context) {
  const { named } = context;
  if (!named.kinds.alerts.has(EACH)) return;
  const told = async () => {
    const ids = [];
    let next = '';
    do {
      const reply = await admin(context, 'GET', `/v1/alerts/${EACH}/history?limit=500${next && `&cursor=${next}`}`);
      assert.equal(reply.status, 200, reply.text);
      ids.push(...reply.json.events.flatMap(({ response }) => response ?? []));
      next = reply.json.next;
    } while (next);
    return ids;
  };
  await until(async () => (await told()).length >= named.told.length, 'every detractor to be told of');
  assert.deepEqual((await told()).sort(), [...named.told].sort());
}

async function holdDefinitions(context) {
  for (const [kind, all] of Object.entries(context.named.kinds)) {
    const { json } = await admin(context, 'GET', `/v1/${kind}`);
    const key = kind === 'journeys' ? 'journey' : 'name';
    assert.deepEqual(
      json[kind].map((one) => [one[key], one.revision]),
      [...all].map(([name, { revision }]) => [name, revision]).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    for (const one of json[kind]) {
      const { body } = all.get(one[key]);
      for (const member of kind === 'journeys' ? ['name'] : Object.keys(body))
        assert.deepEqual(one[member], body[member], `${member} of ${one[key]}`);
      if (kind === 'journeys')
        assert.deepEqual(
          one.stages,
          body.stages.map((stage) => ({ ...stage, archived: false })),
        );
    }
  }
}

// Of a stage those with a first answer in the window, and who of them came to the next stage at or after it.
function lost(answers, stage, next, from, to) {
  const first = new Map();
  for (const { who, touchpoint, at } of answers)
    if (touchpoint === stage.touchpoint && at >= from && at < to)
      first.set(who, Math.min(at, first.get(who) ?? Infinity));
  const came = (who, since) =>
    answers.some((one) => one.touchpoint === next.touchpoint && one.who === who && one.at >= since);
  return [first.size, [...first].filter(([who, at]) => !came(who, at)).length];
}

async function holdJourney(context, dice) {
  const { named } = context;
  const [name, journey] = dice.of([...named.kinds.journeys, [null, null]]);
  if (name === null) return;
  const begin = dice.below(10);
  const [from, to] = [named.first + begin, named.first + begin + 1 + dice.below(10 - begin)];
  const reply = await admin(context, 'GET', `/v1/journeys/${name}/score?from=${iso(from)}&to=${iso(to)}`);
  assert.equal(reply.status, 200, reply.text);
  const { stages } = journey.body;
  assert.equal(reply.json.stages.length, stages.length);
  reply.json.stages.forEach((got, i) => {
    const isIn = ({ touchpoint, at }) => touchpoint === stages[i].touchpoint && at >= from * DAY && at < to * DAY;
    assert.equal(got.n, named.answers.filter(isIn).length, `${name} ${i}`);
    if (i + 1 === stages.length) return;
    const want = lost(named.answers, stages[i], stages[i + 1], from * DAY, to * DAY);
    if (want[0] > 0) assert.deepEqual([got.lost.people, got.lost.lost], want, `${name} ${i}: ${reply.text}`);
  });
}

// Each one's latest answer in either window. Equal times do not come, but by a chance in a million.
async function holdMovement(context, dice) {
  const { named } = context;
  const days = 1 + dice.below(5);
  const middle = named.first + days + dice.below(10 - 2 * days + 1);
  const last = [middle - days, middle].map((from) => {
    const latest = new Map();
    for (const one of named.answers)
      if (one.at >= from * DAY && one.at < (from + days) * DAY && one.at >= (latest.get(one.who)?.at ?? 0))
        latest.set(one.who, one);
    return latest;
  });
  const table = BANDS.map(() => [0, 0, 0]);
  for (const [who, { score }] of last[0]) if (last[1].has(who)) table[band(score)][band(last[1].get(who).score)] += 1;
  const query = `from=${iso(middle)}&to=${iso(middle + days)}`;
  const reply = await admin(context, 'GET', `/v1/surveys/${WALKED}/movement?${query}`);
  assert.equal(reply.status, 200, reply.text);
  const { movement, n, respondents, previous } = reply.json;
  assert.equal(
    n,
    table.flat().reduce((sum, count) => sum + count),
  );
  assert.deepEqual([previous.respondents.distinct, respondents.distinct], [last[0].size, last[1].size]);
  assert.deepEqual(
    movement,
    Object.fromEntries(BANDS.map((from, i) => [from, Object.fromEntries(BANDS.map((to, j) => [to, table[i][j]]))])),
  );
}

export async function holdNamed(context) {
  await holdDefinitions(context);
  await holdTold(context);
}

// Some of it, and what there is then.
export async function walk(context, dice) {
  for (let i = dice.below(6); i >= 0; i--) await dice.of([answer, answer, answer, define, watch])(context, dice);
  await holdJourney(context, dice);
  await holdMovement(context, dice);
  if (dice.chance(0.3)) await holdNamed(context);
}
