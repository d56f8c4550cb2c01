// Visits of the stateful fuzz: events and answers in a survey of its own, sent once or again, in any order, around
// midnights of UTC, and what becomes of answers. What the daemon counts of them is what this makes of all that was ever
// said, anew at each question.
import assert from 'node:assert/strict';

const DAY = 86_400_000;
const TYPES = ['shown', 'dismissed', 'started'];
const TOUCHPOINTS = ['a', 'b', 'c'];
const OFFSETS = [0, 1, 60_000, DAY / 2, DAY - 60_000, DAY - 1];

// The survey that no other call touches.
export const POOL = 'pool';

export class Visits {
  constructor() {
    this.facts = new Map(); // "visit type day": the touchpoint of the first that said so
    this.answers = new Map(); // by id: { visit, day, excluded, isEarly }: before anything was reported
    this.first = Math.floor(Date.now() / DAY) - 4; // of five days, the last is yesterday
    this.serial = 0;
  }

  // { visit, shown, answered, dismissed, started, touchpoint } of each visit's rows; undefined: nobody said where.
  rows() {
    const rows = new Map();
    const shown = (visit, day) => this.facts.has(`${visit} shown ${day}`);
    const note = (visit, day, type) => {
      const home = !shown(visit, day) && shown(visit, day - 1) ? day - 1 : day;
      const key = `${visit} ${home}`;
      if (!rows.has(key)) rows.set(key, { day: home, touchpoint: this.facts.get(`${visit} shown ${home}`) });
      rows.get(key)[type] = true;
    };
    for (const fact of this.facts.keys()) {
      const [visit, type, day] = fact.split(' ');
      note(visit, Number(day), type);
    }
    for (const { visit, day, excluded, isEarly } of this.answers.values())
      if (!excluded && !isEarly) note(visit, day, 'answered');
    return [...rows.values()];
  }

  counts(rows) {
    if (!rows.some((row) => row.shown)) return null;
    const count = (type) => rows.filter((row) => row[type]).length;
    return [rows.length, count('answered'), count('dismissed'), count('started')];
  }
}

const told = (rate) => rate && [rate.shown, rate.answered, rate.dismissed, rate.started];

async function hold(context) {
  const { visits, daemon } = context;
  const ask = async (target) => {
    const reply = await context.call('GET', `/v1/surveys/${POOL}/${target}`, { key: daemon.key });
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  };
  const rows = visits.rows();
  const from = new Date(visits.first * DAY).toISOString();
  const to = new Date((visits.first + 4) * DAY).toISOString();
  assert.deepEqual(told((await ask('score?window=all')).response_rate), visits.counts(rows));
  for (let i = 0; i < 4; i++) {
    const at = new Date((visits.first + i) * DAY).toISOString();
    const next = new Date((visits.first + i + 1) * DAY).toISOString();
    const { response_rate: rate } = await ask(`score?from=${at}&to=${next}`);
    assert.deepEqual(told(rate), visits.counts(rows.filter((row) => row.day === visits.first + i)), `day ${i}`);
  }
  // Where a visit is that nobody reported as shown, the order says.
  const reported = rows.filter((row) => row.shown);
  const { segments } = await ask(`segments?by=touchpoint&from=${from}&to=${to}`);
  let all = 0;
  for (const { value, response_rate: rate } of segments) {
    const least = reported.filter((row) => row.touchpoint === value).length;
    assert.ok((rate?.shown ?? least) >= least, `${value}: ${rate?.shown} of ${least}`);
    all += rate?.shown ?? 0;
  }
  assert.ok(all <= rows.length && all >= reported.length, `${all} of ${rows.length}, ${reported.length} reported`);
}

async function sendEvent(context, dice, said) {
  const { visits } = context;
  const type = dice.of(TYPES);
  const key = `${said.visit} ${type} ${said.day}`;
  const body = { type, visit: said.visit, touchpoint: said.touchpoint, at: said.at };
  const reply = await context.call('POST', `/v1/surveys/${POOL}/events`, { body });
  assert.equal(reply.status, visits.facts.has(key) ? 200 : 201, reply.text);
  if (!visits.facts.has(key)) visits.facts.set(key, said.touchpoint);
}

async function sendAnswer(context, dice, said) {
  const { visits } = context;
  const ids = [...visits.answers.keys()];
  const id = ids.length > 0 && dice.chance(0.3) ? dice.of(ids) : dice.id();
  const body = {
    score: 9, // one visit with many scores is suspected
    visit: said.visit,
    touchpoint: said.touchpoint,
    answered_at: said.at,
    sequence: ++visits.serial,
  };
  const reply = await context.call('PUT', `/v1/surveys/${POOL}/responses/${id}`, { body });
  assert.ok(reply.status < 300, reply.text);
  const { excluded, isEarly } = visits.answers.get(id) ?? { excluded: false, isEarly: visits.facts.size === 0 };
  visits.answers.set(id, { visit: said.visit, day: said.day, excluded, isEarly });
}

async function exclude(context, dice) {
  const { visits, daemon } = context;
  const ids = [...visits.answers.keys()];
  if (ids.length === 0) return;
  const id = dice.of(ids);
  const excluded = dice.chance(0.5);
  const target = `/v1/surveys/${POOL}/responses/${id}`;
  const reply = await context.call('PATCH', target, { body: { excluded }, key: daemon.key });
  assert.equal(reply.status, 200, reply.text);
  visits.answers.get(id).excluded = excluded;
}

// Some of them, and what is counted then.
export async function visit(context, dice) {
  for (let i = dice.below(6); i >= 0; i--) {
    const day = context.visits.first + dice.below(4);
    const said = {
      visit: `v${dice.below(25)}`,
      touchpoint: dice.of(TOUCHPOINTS),
      day,
      at: new Date(day * DAY + dice.of(OFFSETS)).toISOString(),
    };
    const act = dice.of([sendEvent, sendEvent, sendEvent, sendAnswer, exclude]);
    await act(context, dice, said);
  }
  await hold(context);
}
