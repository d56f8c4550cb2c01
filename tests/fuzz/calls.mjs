// The calls of the stateful fuzz: each makes up something to send from its own random numbers, asks the model, sends
// it, and holds the reply against what the model said.
import assert from 'node:assert/strict';
import { assertComparison, assertFigures, BAND_NAMES } from '../http/figures.mjs';
import { assertProblem, parseLines, shownTo } from '../http/harness.mjs';
import { cutOf, floorTo, isRunning, previousOf, windowOf } from '../http/zone.mjs';
import { DAY, isUsualScale, placeOf } from './model.mjs';
import { holdImports, IMPORTED, importSome } from './imports.mjs';
import { holdNamed, walk, WALKED } from './named.mjs';
import { makeAnswers, makeQuestions } from './questions.mjs';
import { POOL, visit } from './visits.mjs';

// Surveys that are held by files of their own.
const APART = [POOL, IMPORTED, WALKED];
const SLUGS = ['alpha', 'beta', 'gamma', 'delta-1', 'e_5', 'zeta'];
const WORDS = ['web', 'mail', 'shop', 'kiosk', 'Zürich', '<b>&', '=1+1', '"q"', '日本', '😀 ok', 'a b'];
const LOCALES = ['en', 'de-AT', 'pt_BR'];
const PLANS = ['pro', 'free', '7', 'true', '1.5'];
const ORIGINS = ['https://a.example', 'https://b.example:8443', 'null'];
const ZONES_OFFSETS = ['Z', '+05:45', '-03:00'];

// Random numbers and choices of one call.
export class Dice {
  constructor(random) {
    this.random = random;
  }

  below(n) {
    return Math.floor(this.random() * n);
  }

  chance(p) {
    return this.random() < p;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  hex(digits) {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
  }

  id() {
    return `0192${this.hex(4)}-${this.hex(4)}-7${this.hex(3)}-8${this.hex(3)}-${this.hex(12)}`;
  }
}

// --- Holding a reply against the model -------------------------------------------------------------------------------

const ms = (text) => (text === null ? null : Date.parse(text));

const GONE = { status: 410, slug: 'response_gone' };

function holdProblem(reply, either) {
  const want = either.orGone && reply.status === GONE.status ? GONE : either;
  const problem = assertProblem(reply, want.status, want.slug);
  if (want.pointers) holdPointers(problem, want);
}

function holdPointers({ errors = [] }, { pointers, orAnswers }) {
  const isMore = (pointer) => orAnswers && !pointers.includes(pointer) && /^\/(answers\/|revision$)/.test(pointer);
  const named = errors.map(({ pointer }) => pointer).filter((pointer) => !isMore(pointer));
  assert.deepEqual(named.sort(), [...pointers].sort());
}

function holdSurvey(json, want) {
  const { revision, created_at: created, updated_at: updated, archived_at: archived, slug, ...rest } = json;
  const { archived: isArchived, ...definition } = rest;
  assert.equal(slug, want.slug);
  assert.deepEqual(definition, want.definition);
  assert.equal(revision, want.revision);
  assert.equal(archived !== null, want.archived, `archived_at of ${slug}`);
  assert.equal(isArchived, want.archived, `archived of ${slug}`);
  assert.ok(ms(created) <= ms(updated));
  // What the model cannot know must not change by itself.
  for (const [name, value] of Object.entries({
    created,
    [`updated${revision}`]: updated,
    ...(want.archived && { [`archived${want.archivals}`]: archived }),
  })) {
    want.times ??= {};
    want.times[name] ??= value;
    assert.equal(value, want.times[name], `${name} of ${slug}`);
  }
}

// `sent`: what the reply is to, judged; undefined: all of it is taken.
function holdResponse(json, response, { refused = [], named } = {}) {
  const { said, ...want } = response;
  const { adjusted, answers_refused: left, ...rest } = json;
  assert.deepEqual(
    (left ?? []).map(({ key }) => key),
    refused,
  );
  const isOther = named !== undefined && named !== response.revision;
  assert.equal(adjusted?.some(({ pointer }) => pointer === '/revision') ?? false, isOther, `revision ${named}`);
  const got = { ...rest, answered_at: ms(json.answered_at), received_at: ms(json.received_at) };
  for (const { pointer } of adjusted ?? []) {
    if (pointer === '/answered_at') assert.ok(said > response.answered_at, 'only what lay ahead was adjusted');
    else if (pointer !== '/revision') assert.equal(pointer, '/comment'); // of what was sent, which may be older
  }
  assert.deepEqual(got, Object.fromEntries(Object.entries(want).filter(([, value]) => value !== undefined)));
  assert.deepEqual(Object.keys(json.properties ?? {}), Object.keys(response.properties ?? {}), 'properties are sorted');
}

function holdKey(json, key) {
  assert.equal(json.id, key.id);
  assert.equal(json.name, key.name);
  assert.deepEqual(json.scopes, key.scopes);
  assert.equal(json.revoked_at !== null, key.revoked);
  assert.equal(json.key, undefined);
}

function holdFigures(context, slug, got, scores, confidence, note) {
  const { definition } = context.model.surveys.get(slug);
  if (scores.length >= definition.min_n) {
    assertFigures(got, definition, scores, { confidence, note });
    assert.equal(got.suppressed, undefined, note);
    return;
  }
  const { n, score, mean, interval, bands, distribution, suppressed } = got;
  assert.deepEqual(
    { n, score, mean, interval, bands, distribution, suppressed },
    context.model.figures(slug, scores, confidence),
    note,
  );
}

// --- What is sent ----------------------------------------------------------------------------------------------------

function makeTime(dice, now, farthest) {
  const at = now - dice.below(farthest) - 1000;
  const rounded = dice.chance(0.5) ? at - (at % 3_600_000) : dice.chance(0.5) ? at - (at % 1000) : at;
  const offset = dice.of(ZONES_OFFSETS);
  if (offset === 'Z') return new Date(rounded).toISOString();
  const minutes = offset === '+05:45' ? 345 : -180;
  return new Date(rounded + minutes * 60_000).toISOString().replace('Z', offset);
}

// A body; `spoil` is the chance of a mistake.
function makeBody(dice, survey, now, spoil, farthest = 6 * DAY) {
  const { min, max } = survey?.definition.scale ?? { min: 0, max: 10 };
  const body = { score: min + dice.below(max - min + 1) };
  if (dice.chance(0.4))
    body.comment = dice.of([
      '',
      'good\nreally',
      dice.of(WORDS),
      'x'.repeat(dice.below(200)),
      'bell\u0007',
      'cut \ud83d',
    ]);
  if (survey?.definition.score === 'optional' && body.comment && dice.chance(0.5)) delete body.score;
  if (dice.chance(0.3)) body.respondent = `r${dice.below(12)}`;
  if (dice.chance(0.2)) body.visit = `v-${dice.hex(10)}`; // one visit with many scores is suspected
  if (dice.chance(0.5)) body.touchpoint = dice.of(WORDS);
  if (dice.chance(0.4)) body.channel = dice.of(WORDS);
  if (dice.chance(0.4)) body.locale = dice.of(LOCALES);
  if (dice.chance(0.4)) {
    body.properties = { plan: dice.of([...PLANS, 7, true, 1.5]) };
    if (dice.chance(0.4)) body.properties[dice.of(['tier', 'a.b', 'Z-1', '10'])] = dice.of(WORDS);
  }
  if (dice.chance(0.5)) body.answers = makeAnswers(dice);
  if (dice.chance(0.15)) body.revision = dice.of([1, 2, 3, 99, 0, survey?.revision ?? 1]);
  if (dice.chance(0.6)) body.answered_at = makeTime(dice, now, farthest);
  if (dice.chance(0.1)) body.sequence = dice.below(4);
  // Without a score the comment is all there is.
  const none =
    dice.chance(0.05) &&
    dice.of(['sequence', 'comment', 'locale', 'properties', 'respondent', 'channel', 'answered_at', 'id']);
  if (none && (none !== 'comment' || 'score' in body)) body[none] = null;
  if (dice.chance(spoil)) dice.of(SPOILS)(body, dice, { min, max, now });
  return body;
}

const SPOILS = [
  (body, dice, { max }) => {
    body.score = max + 1;
  },
  (body, dice, { min }) => {
    body.score = min - 1;
  },
  (body) => {
    body.score = 1.5;
  },
  (body, dice) => {
    body.score = dice.of(['9', null, true, [], {}]);
  },
  (body) => {
    delete body.score;
  },
  (body) => {
    body.scroe = 1;
  },
  (body) => {
    body['a/b~c'] = 1;
  },
  (body) => {
    body.comment = 'x'.repeat(8001);
  },
  (body, dice) => {
    body[dice.of(['respondent', 'touchpoint', 'channel'])] = dice.of(['\ud83d', 'x\ny', 'y'.repeat(257), 5, '\u0085']);
  },
  (body, dice) => {
    body.locale = dice.of(['e n', 'de-', 'abcdefghi', 7]);
  },
  (body, dice) => {
    body.properties = dice.of([[], 'x', { 'a b': '1' }, { a: null, b: {} }, { '': 'x' }, { a: 'x'.repeat(513) }]);
  },
  (body, dice) => {
    body.answered_at = dice.of(['yesterday', '2026-13-01T00:00:00Z', 5, '2026-10-24']);
  },
  (body, dice, { now }) => {
    body.answered_at = new Date(now + 2 * DAY).toISOString();
  },
  (body, dice, { now }) => {
    body.answered_at = new Date(now - 400 * DAY).toISOString();
  },
  (body, dice) => {
    body.sequence = dice.of([-1, 1.5, '1', 2 ** 53, true, []]);
  },
  (body, dice) => {
    body.answers = dice.of([[], 'x', 7, true]);
  },
  (body, dice) => {
    body.revision = dice.of(['1', 1.5, true, {}]);
  },
  (body, dice) => {
    body.id = dice.of(['x', '00000000-0000-0000-0000-000000000000', 7, 'ffffffff-ffff-ffff-ffff-ffffffffffff']);
  },
];

function makeDefinition(dice, known) {
  const metric = known && dice.chance(0.85) ? known.definition.metric : dice.of(['nps', 'csat', 'ces']);
  const sent = { metric };
  const scales = {
    nps: ['0-10'],
    csat: ['0-1', '1-3', '1-5', '1-7', '1-10', '1-4', '0-10', '2-7'],
    ces: ['1-7', '1-5'],
  }[metric];
  if (known && known.definition.metric === metric && dice.chance(0.8)) sent.scale = known.definition.scale;
  else if (dice.chance(0.4)) {
    const [min, max] = dice.of(scales).split('-').map(Number);
    sent.scale = { min, max };
  }
  const { min, max } = sent.scale ?? {};
  if (metric === 'csat' && min !== undefined && dice.chance(isUsualScale(min, max) ? 0.2 : 0.9)) {
    const to = min + dice.below(max - min);
    sent.bands = { satisfied_from: to + 1 + dice.below(max - to), dissatisfied_to: to };
  }
  if (dice.chance(0.5))
    sent.method = dice.of(
      { nps: ['net_promoter'], csat: ['top_box', 'mean'], ces: ['mean', 'top_box', 'net_easy'] }[metric],
    );
  if (metric === 'ces' && dice.chance(0.3)) sent.direction = dice.of(['lower_is_better', 'higher_is_better']);
  if (known ? known.definition.score === 'optional' : dice.chance(0.5)) sent.score = 'optional';
  if (dice.chance(0.4)) sent.name = dice.of(WORDS);
  if (dice.chance(0.3))
    sent.texts = {
      [dice.of(LOCALES)]: { question: dice.of(WORDS) },
      en: { thanks: 'Thanks', low_label: dice.of(WORDS) },
    };
  if (dice.chance(0.5)) sent.properties = dice.of([['plan'], ['plan', 'tier'], ['tier'], []]);
  if (dice.chance(0.6)) sent.questions = makeQuestions(dice, metric);
  if (dice.chance(0.15)) sent.allowed_origins = ORIGINS.slice(0, 1 + dice.below(3));
  if (dice.chance(0.1))
    sent[dice.of(['opens_at', 'closes_at'])] = dice.of(['2020-01-01T00:00:00Z', '2040-01-01T00:00:00Z']);
  if (dice.chance(0.3)) sent.amend_window = dice.of([0, 3600, 86400]);
  if (dice.chance(0.3)) sent.max_backdate = dice.of([86400, 3 * 86400, 30 * 86400]);
  if (dice.chance(0.1))
    Object.assign(sent, {
      retention_days: 3650,
      retention: dice.of(['delete', 'anonymise']),
      recontact: dice.of(['refuse', 'store']),
      ...(dice.chance(0.2) ? { recontact_days: { default: 0, touchpoints: { [dice.of(WORDS)]: 0 } } } : {}),
    });
  if (dice.chance(0.2)) sent.honeypot = dice.of([null, 'trap', 'further_remarks']);
  if (dice.chance(0.2)) sent.min_n = dice.of([0, 3, 8]);
  if (dice.chance(known?.archived ? 0.7 : 0.2)) sent.archived = dice.of([false, false, false, null, true]);
  if (dice.chance(0.12)) {
    dice.of([
      () => {
        sent.metric = 'nsp';
      },
      () => {
        sent.scale = { min: 1, max: 9 };
      },
      () => {
        sent.method = metric === 'nps' ? 'mean' : 'net_promoter';
      },
      () => {
        sent.colour = 'red';
      },
      () => {
        sent.properties = ['plan', 'a b', 'plan'];
      },
      () => {
        sent.min_n = -1;
      },
      () => {
        sent.slug = 'another';
      },
      () => {
        sent.opens_at = '2030-01-01T00:00:00Z';
        sent.closes_at = '2029-01-01T00:00:00Z';
      },
    ])();
  }
  return sent;
}

// A key of the model for a call, mostly one that may: { key, sent }.
function pickKey(context, dice) {
  if (dice.chance(0.85)) return context.model.keys[0];
  if (dice.chance(0.2)) return null;
  if (dice.chance(0.2)) return 'unknown';
  return dice.of(context.model.keys);
}

const secretOf = (key) => (key === null ? undefined : key === 'unknown' ? `cxs_${'A'.repeat(43)}` : key.secret);

// --- The calls -------------------------------------------------------------------------------------------------------

async function putSurvey(context, dice) {
  const slug = dice.chance(0.03) ? dice.of(['Alpha', '-x', 'a'.repeat(65)]) : dice.of(SLUGS);
  const sent = makeDefinition(dice, context.model.surveys.get(slug));
  const key = pickKey(context, dice);
  const { headers, isBroken } = context.tags.draw(dice, slug);
  const want = context.model.authorize(key, 'admin') ?? context.model.putSurvey(slug, sent, isBroken);
  const reply = await context.call('PUT', `/v1/surveys/${slug}`, { key: secretOf(key), body: sent, headers });
  if (want.slug) return holdProblem(reply, want);
  assert.equal(reply.status, want.status, reply.text);
  context.tags.learn(slug, reply.headers.etag, want.survey);
  return holdSurvey(reply.json, want.survey);
}

async function deleteSurvey(context, dice) {
  const slug = dice.chance(0.2) ? 'nowhere' : dice.of(SLUGS);
  const key = pickKey(context, dice);
  const { headers, isBroken } = context.tags.draw(dice, slug);
  const want = context.model.authorize(key, 'admin') ?? context.model.deleteSurvey(slug, isBroken);
  const reply = await context.call('DELETE', `/v1/surveys/${slug}`, { key: secretOf(key), headers });
  if (want.slug) return holdProblem(reply, want);
  assert.equal(reply.status, 200, reply.text);
  context.tags.learn(slug, reply.headers.etag, want.survey);
  return holdSurvey(reply.json, want.survey);
}

async function getSurvey(context, dice) {
  const slug = dice.chance(0.1) ? 'nowhere' : dice.of(SLUGS);
  const survey = context.model.surveys.get(slug);
  const form = dice.chance(0.5);
  const key = form ? null : pickKey(context, dice);
  const target = `/v1/surveys/${slug}${form ? '/form' : ''}`;
  const refused = form ? null : context.model.authorize(key, 'read');
  const now = Date.now();
  const reply = await context.call('GET', target, { key: secretOf(key) });
  const want = refused ?? (survey ? null : { status: 404, slug: 'no_survey' });
  if (want) return holdProblem(reply, want);
  assert.equal(reply.status, 200, reply.text);
  if (form) {
    const { metric, scale, score, texts, questions } = survey.definition;
    const { questions: drawn, locale: _locale, ...rest } = reply.json;
    assert.deepEqual(
      drawn.map(({ key }) => key),
      questions.map(({ key }) => key),
    );
    assert.deepEqual(rest, {
      slug,
      metric,
      scale,
      score,
      texts,
      revision: survey.revision,
      open: context.model.isOpen(survey, now),
      honeypot: survey.definition.honeypot,
    });
  } else {
    holdSurvey(reply.json, survey);
    context.tags.learn(slug, reply.headers.etag, survey);
  }
  const again = await context.call('GET', target, {
    key: secretOf(key),
    headers: { 'If-None-Match': `"x", ${reply.headers.etag}` },
  });
  return assert.deepEqual([again.status, again.text], [304, '']);
}

function holdStored(context, reply, want, t0, t1) {
  assert.equal(reply.status, want.status, reply.text);
  const json = reply.json;
  if (want.status === 201) {
    assert.match(json.id, want.name !== undefined ? /^.{14}5/ : want.hasId ? /./ : /^.{14}7/, 'the version of the id');
    const received = ms(json.received_at);
    assert.ok(received >= t0 - 1 && received <= t1 + 1, `received_at ${json.received_at}`);
    context.model.learn(want, { id: json.id, received_at: received, answered_at: received });
    assert.equal(reply.headers.location, `/v1/surveys/${json.survey}/responses/${json.id}`);
  }
  // What lay ahead of the clock became the time of this receipt.
  if (want.response.answered_at === undefined) {
    want.response.answered_at = ms(json.answered_at);
    assert.ok(want.response.answered_at >= t0 - 1 && want.response.answered_at <= t1 + 1, json.answered_at);
    assert.ok(
      json.adjusted?.some(({ pointer }) => pointer === '/answered_at'),
      'it is said',
    );
  }
  const shown = shownTo(want.sent, want.response);
  const isWhole = Object.keys(want.response).every((name) => name in shown || want.response[name] === undefined);
  assert.equal(reply.headers.etag !== undefined, isWhole, reply.text);
  holdResponse(json, shown, want.sent);
  if (reply.headers.etag) context.tags.learn(placeOf(json.survey, json.id), reply.headers.etag, want.response);
}

async function sendResponse(context, dice) {
  await settle(context);
  const slug = dice.chance(0.03) ? 'nowhere' : dice.of(SLUGS);
  const survey = context.model.surveys.get(slug);
  const stored = [...context.model.responses.values()];
  const options = {};
  const headers = {};
  let body = makeBody(dice, survey, Date.now(), 0.12);
  let method = 'POST';
  // One that is there already: the same again, or with another payload, perhaps under another survey.
  const before = stored.length > 0 && dice.chance(0.35) ? dice.of(stored) : null;
  if (before) {
    if (dice.chance(0.6)) body = bodyOf(before);
    if (dice.chance(0.3)) changeOne(body, dice, before);
    if (dice.chance(0.2)) body = bodyOf(context.model.first.get(before.id) ?? before);
    if (dice.chance(0.3)) delete body.answered_at;
    if (dice.chance(0.2)) body.sequence = dice.below(6);
  }
  if (dice.chance(0.05)) body.answered_at = new Date(Date.now() + 60_000 + dice.below(DAY / 2)).toISOString();
  const id = before ? before.id : dice.id();
  if (dice.chance(0.5)) {
    method = 'PUT';
    options.pathId = dice.chance(0.03) ? 'not-an-id' : dice.chance(0.1) ? id.toUpperCase() : id;
    if (dice.chance(0.1)) body.id ??= dice.chance(0.7) ? id : dice.id();
  } else if (before || dice.chance(0.3)) {
    body.id ??= id;
  } else if (dice.chance(0.5)) {
    options.key = dice.chance(0.1)
      ? dice.of(['a b', ' ', 'caf\u00e9', 'k'.repeat(513), 'q'.repeat(512)])
      : `k${dice.below(30)}`;
    headers['Idempotency-Key'] = dice.chance(0.5) || options.key.includes(' ') ? `"${options.key}"` : options.key;
    // The same again, or in other words: a retry; else another content under a used key.
    if (dice.chance(0.5)) body = { ...(context.keyed[`${slug} ${options.key}`] ?? body) };
    if (dice.chance(0.3)) delete body.answered_at;
    context.keyed[`${slug} ${options.key}`] ??= body;
  }
  if (dice.chance(0.15)) headers.Prefer = dice.of(['handling=strict', 'handling=lenient', 'wait=1, Handling="Strict"']);
  options.isStrict = /strict/i.test(headers.Prefer);
  if (dice.chance(0.15)) headers.Origin = options.origin = dice.of([...ORIGINS, 'https://evil.example']);
  const at = before && dice.chance(0.9) ? before.survey : slug;
  const named = context.model.named.get(`${at}\n0\n${options.key}`);
  const place = placeOf(at, options.key === undefined ? (options.pathId ?? body.id)?.toLowerCase?.() : named);
  const precondition = context.tags.draw(dice, place, before ? 0.5 : 0.1);
  options.isBroken = precondition.isBroken;
  const loose = dice.chance(0.1) ? dice.of(['/', '?_=1', '/?utm_source=a&utm_source=%']) : '';
  const target = `/v1/surveys/${at}/responses${method === 'PUT' ? `/${options.pathId}` : ''}${loose}`;
  const t0 = Date.now();
  const want = context.model.putResponse(at, body, t0, options);
  const reply = await context.call(method, target, {
    body,
    headers: { ...headers, ...precondition.headers },
    type: dice.chance(0.2) ? 'text/plain;charset=UTF-8' : undefined,
  });
  if (want.slug) return holdProblem(reply, want);
  if (headers.Origin) assert.equal(reply.headers['access-control-allow-origin'], headers.Origin);
  return holdStored(context, reply, want, t0, Date.now());
}

// One member taken away or made another: the least that makes it no replay.
function changeOne(body, dice, response) {
  const name = dice.of([
    'score',
    'comment',
    'respondent',
    'touchpoint',
    'channel',
    'locale',
    'properties',
    'answered_at',
    'sequence',
    'visit',
    'answers',
  ]);
  const others = {
    score: 1,
    locale: 'fr',
    visit: `v-${dice.hex(10)}`,
    properties: { plan: 'other' },
    answers: makeAnswers(dice),
    answered_at: new Date((response.said ?? response.answered_at) + dice.of([1000, -1000])).toISOString(),
    sequence: 3,
  };
  if (name in body && name !== 'score' && dice.chance(0.4)) delete body[name];
  else body[name] = others[name] ?? 'other';
}

const MEMBERS = [
  'score',
  'comment',
  'respondent',
  'touchpoint',
  'channel',
  'locale',
  'properties',
  'visit',
  'sequence',
  'answers',
];

function bodyOf(response) {
  const body = {};
  for (const name of MEMBERS) if (response[name] !== undefined) body[name] = response[name];
  body.answered_at = new Date(response.said ?? response.answered_at).toISOString();
  return body;
}

async function sendBatch(context, dice) {
  await settle(context);
  const stored = [...context.model.responses.values()];
  const asArray = dice.chance(0.3);
  const key = dice.chance(0.3) ? `b${dice.below(6)}` : undefined;
  const who = pickKey(context, dice);
  const now = Date.now();
  const lines = [];
  for (let count = 1 + dice.below(dice.chance(0.1) ? 80 : 12); count > 0; count--) {
    if (!asArray && dice.chance(0.05)) {
      lines.push(dice.of(['{', 'nonsense', '{"score":1,"score":2}', '{"score":1}}']));
      continue;
    }
    const before = stored.length > 0 && dice.chance(0.2) ? dice.of(stored) : null;
    const slug = before?.survey ?? (dice.chance(0.05) ? 'nowhere' : dice.of(SLUGS));
    const line = before ? bodyOf(before) : makeBody(dice, context.model.surveys.get(slug), now, 0.08, 60 * DAY);
    if (before) line.id = before.id;
    else if (dice.chance(0.5)) line.id ??= dice.id();
    line.answered_at ??= makeTime(dice, now, 40 * DAY);
    if (before && dice.chance(0.4)) changeOne(line, dice, before);
    if (!dice.chance(0.02)) line.survey = slug;
    lines.push(line);
  }
  // An earlier batch under the key again: lines left out, in another order, some of them twice, others between them.
  if (key !== undefined && !asArray && dice.chance(0.6)) {
    for (const line of context.batches[key] ?? [])
      if (dice.chance(0.8)) lines.splice(dice.below(lines.length + 1), 0, line, ...(dice.chance(0.1) ? [line] : []));
  }
  if (key !== undefined) context.batches[key] = lines.slice(0, 40);
  const isStrict = dice.chance(0.15);
  const refused = context.model.authorize(who, 'write');
  const t0 = Date.now();
  const counts = {};
  const wants = refused
    ? []
    : lines.map((line) =>
        context.model.batchLine(typeof line === 'string' ? undefined : line, t0, key, counts, isStrict),
      );
  const body = asArray
    ? JSON.stringify(lines)
    : lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const reply = await context.call('POST', '/v1/responses', {
    key: secretOf(who),
    body,
    type: asArray ? 'application/json' : 'application/x-ndjson',
    headers: {
      ...(key && { 'Idempotency-Key': key }),
      ...(isStrict && { Prefer: 'handling=strict' }),
      ...context.tags.draw(dice, '', 0.1).headers,
    },
  });
  if (refused) return holdProblem(reply, refused);
  assert.equal(reply.status, 200, reply.text);
  const results = asArray ? reply.json : parseLines(reply.text);
  assert.equal(results.length, lines.length, reply.text);
  return results.forEach((result, i) => holdLine(context, result, wants[i], i + 1, [t0, Date.now()]));
}

function holdLine(context, result, either, number, [t0, t1]) {
  const want = either.orGone && result.status === GONE.status ? GONE : either;
  assert.equal(result.line, number);
  assert.equal(result.status, want.status, JSON.stringify({ result, want }));
  if (want.slug) {
    assert.equal(result.type, `/problems/${want.slug}`);
    if (want.pointers) holdPointers(result, want);
    return;
  }
  assert.equal(result.outcome, want.outcome);
  assert.deepEqual(
    (result.answers_refused ?? []).map(({ key }) => key),
    want.sent.refused,
  );
  // When it came is not told here: a replay later does.
  context.model.learn(want, { id: result.id });
  assert.equal(result.id, want.response.id);
  if (want.response.received_at === undefined || want.response.answered_at === undefined)
    context.unsure.set(placeOf(want.response.survey, result.id), [t0, t1]);
}

// Replays what a batch has stored, which shows all of it.
export async function settle(context) {
  for (const [place, [t0, t1]] of context.unsure) {
    const response = context.model.responses.get(place);
    const reply = await context.call('PUT', `/v1/surveys/${response.survey}/responses/${response.id}`, {
      body: bodyOf(response),
    });
    assert.equal(reply.status, 200, reply.text);
    for (const name of ['received_at', 'answered_at']) {
      if (response[name] !== undefined) continue;
      response[name] = ms(reply.json[name]);
      assert.ok(response[name] >= t0 - 1 && response[name] <= t1 + 1, reply.text);
    }
    holdResponse(reply.json, response);
    context.tags.learn(place, reply.headers.etag, response);
  }
  context.unsure.clear();
}

// A window: { query, from, to, previous: [from, to] or null }; the model's own calendar.
function makeWindow(context, dice, now) {
  const { zone } = context.model;
  const kind = dice.below(10);
  if (kind === 0) return { query: 'window=all', from: -Infinity, to: Infinity };
  if (kind < 5) {
    const name = dice.of([
      ...['today', 'week', 'month', 'quarter', 'year', '1d', '7d', '30d', '90d'],
      ...['yesterday', 'last_week', 'last_month', 'last_quarter', 'last_year'],
    ]);
    const [from, to] = windowOf(name, now, zone);
    return { query: `window=${name}`, from, to, previous: previousOf(name, now, zone), name };
  }
  if (kind === 5) {
    const [from, to] = windowOf('30d', now, zone);
    return { query: '', from, to, previous: previousOf('30d', now, zone), name: '30d' };
  }
  const bound = () => {
    const at = now - dice.below(45 * DAY);
    return dice.chance(0.5) ? floorTo('day', at, zone) : dice.chance(0.5) ? at - (at % 3_600_000) : at;
  };
  const [a, b] = [bound(), bound()].sort((x, y) => x - y);
  if (kind === 6) return { query: `from=${new Date(a).toISOString()}`, from: a, to: Infinity };
  if (kind === 7) return { query: `to=${new Date(b).toISOString()}`, from: -Infinity, to: b };
  if (a === b) return { query: `from=${new Date(a).toISOString()}&to=${new Date(a).toISOString()}`, refused: true };
  return {
    query: `from=${new Date(a).toISOString()}&to=${new Date(b).toISOString()}`,
    from: a,
    to: b,
    previous: Object.assign([a - (b - a), a], { range: true }),
  };
}

function makeFilter(dice) {
  const filter = {};
  if (dice.chance(0.25)) filter.touchpoint = dice.of(WORDS);
  if (dice.chance(0.2)) filter.channel = dice.of(WORDS);
  if (dice.chance(0.2)) filter.locale = dice.of(LOCALES);
  if (dice.chance(0.25)) filter['property.plan'] = dice.of(PLANS);
  if (dice.chance(0.1)) filter['property.tier'] = dice.of(WORDS);
  return filter;
}

const BAD_QUERIES = [
  'window=31x',
  'from=yesterday',
  'colour=red',
  'confidence=0.5',
  'window=7d&from=2026-01-01',
  'window=7d&window=7d',
  'touchpoint=',
  'a=%zz',
  'property.a%20b=1',
];

const join = (...parts) => parts.filter((part) => part !== '').join('&');
const encode = (filter) =>
  Object.entries(filter)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

function holdWindow(got, from, to) {
  assert.deepEqual([ms(got.from), ms(got.to)], [from === -Infinity ? null : from, to === Infinity ? null : to]);
}

function holdScoring(json, survey) {
  const { metric, method, scale, direction } = survey.definition;
  assert.deepEqual(
    [json.survey, json.metric, json.method, json.scale, json.direction],
    [survey.slug, metric, method, scale, direction],
  );
}

function makeQuestion(context, dice, extra) {
  const now = Date.now();
  const window = makeWindow(context, dice, now);
  const filter = makeFilter(dice);
  const confidence = dice.of([0.95, 0.95, 0.8, 0.9, 0.99]);
  const bad = dice.chance(0.06) ? dice.of(BAD_QUERIES) : '';
  const query =
    bad !== '' ? bad : join(window.query, encode(filter), confidence === 0.95 ? '' : `confidence=${confidence}`, extra);
  return { now, window, filter, confidence, query, refused: bad !== '' || window.refused };
}

function expectRefusal(context, dice, question, slug) {
  const key = pickKey(context, dice);
  const noKey = context.model.authorize(key, 'read');
  // An escape that is none is seen before the survey is looked for, the meaning of parameters after.
  const early =
    question.query.includes('%zz') || question.query.includes('window=7d&window=7d')
      ? { status: 400, slug: 'bad_parameter' }
      : null;
  const noSurvey = slug !== undefined && !context.model.surveys.has(slug) ? { status: 404, slug: 'no_survey' } : null;
  return {
    key,
    refused: noKey ?? early ?? noSurvey ?? (question.refused ? { status: 400, slug: 'bad_parameter' } : null),
  };
}

// `how` is previous or year, `whole` what it is compared with unless it is cut.
function holdComparison(context, slug, json, { window, filter, confidence, now }, how, whole) {
  const { model } = context;
  const { definition } = model.surveys.get(slug);
  const { previous } = json;
  let own = [window.from, window.to];
  let other = whole;
  assert.equal(previous.part, isRunning(window.name ?? '') ? 'same' : 'whole');
  if (previous.part === 'same') {
    const cut = ms(previous.current.window.to);
    assert.ok(
      definition.min_n > 0
        ? cut === floorTo('day', now, model.zone)
        : cut % 60_000 === 0 && cut <= Date.now() && cut > now - 60_000,
      JSON.stringify(previous),
    );
    own = [window.from, cut];
    if (how === 'previous') [, other] = cutOf(window.name, cut, model.zone);
    // In UTC, which has no days of 23 hours.
    else other = [whole[0], Math.min(whole[1], whole[0] + (cut - window.from))];
    holdWindow(previous.current.window, ...own);
    const want = model.figures(slug, model.scores(slug, filter, ...own), confidence);
    assert.deepEqual([previous.current.n, previous.current.score], [want.n, want.score]);
  }
  holdWindow(previous.window, ...other);
  const [scores, others] = [own, other].map((bounds) => model.scores(slug, filter, ...bounds));
  if (definition.min_n === 0) {
    const overlaps = other[1] > own[0];
    if (!overlaps) assertComparison(previous, definition, scores, others, { confidence, note: 'previous' });
    else assert.deepEqual([previous.test, previous.n], [null, others.length]);
    return;
  }
  const { n, score, delta, test, reason } = previous;
  const want = model.comparison(slug, scores, others, confidence);
  assert.deepEqual(
    { n, score, delta, test, reason },
    { n: want.n, score: want.score, delta: want.delta, test: want.test, reason: want.reason },
  );
}

function holdScore(context, slug, json, question, how) {
  const { model } = context;
  const survey = model.surveys.get(slug);
  const { filter, confidence } = question;
  const window = { ...question.window, ...model.wholeDays(slug, question.window) };
  const scores = model.scores(slug, filter, window.from, window.to);
  holdScoring(json, survey);
  holdWindow(json.window, window.from, window.to);
  holdFigures(context, slug, json, scores, confidence, 'score');
  assert.equal(json.small_sample, scores.length < 30);
  // Of visits the model knows nothing: without an event nothing is reported as shown.
  assert.equal(json.response_rate?.shown ?? null, null);
  assert.equal(json.previous !== undefined, how !== undefined);
  if (how === undefined) return;
  const whole = how === 'year' ? [yearBefore(window.from, 'UTC'), yearBefore(window.to, 'UTC')] : window.previous;
  holdComparison(context, slug, json, { ...question, window }, how, whole);
}

const yearBefore = (time, zone) => {
  const at = new Date(time);
  if (zone === 'UTC') return at.setUTCFullYear(at.getUTCFullYear() - 1);
  return undefined;
};

async function getScore(context, dice) {
  await settle(context);
  const slug = dice.chance(0.05) ? 'nowhere' : dice.of(SLUGS);
  const how = dice.of([
    '',
    '',
    'compare=none',
    'compare=previous',
    'compare=previous',
    context.model.zone === 'UTC' ? 'compare=year' : '',
  ]);
  const question = makeQuestion(context, dice, how);
  const { key, refused } = expectRefusal(context, dice, question, slug);
  const unbounded = question.window.from === -Infinity || question.window.to === Infinity;
  const compare = how.match(/previous|year/)?.[0];
  const want = refused ?? (/previous|year/.test(how) && unbounded ? { status: 400, slug: 'bad_parameter' } : null);
  const target = `/v1/surveys/${slug}/score${question.query && `?${question.query}`}`;
  const reply = await context.call('GET', target, { key: secretOf(key) });
  if (floorTo('day', Date.now(), context.model.zone) !== floorTo('day', question.now, context.model.zone))
    return undefined;
  if (want) return holdProblem(reply, want);
  assert.equal(reply.status, 200, reply.text);
  holdScore(context, slug, reply.json, question, compare);
  if (reply.json.previous?.part === 'same') return undefined; // another minute may have begun
  const again = await context.call('GET', target, {
    key: secretOf(key),
    headers: { 'If-None-Match': reply.headers.etag },
  });
  return assert.equal(again.status, 304);
}

async function getScores(context, dice) {
  await settle(context);
  const question = makeQuestion(context, dice, '');
  const { key, refused } = expectRefusal(context, dice, question);
  const reply = await context.call('GET', `/v1/scores${question.query && `?${question.query}`}`, {
    key: secretOf(key),
  });
  if (floorTo('day', Date.now(), context.model.zone) !== floorTo('day', question.now, context.model.zone)) return;
  // Where there is no survey nobody looks at the parameters' meaning; there always is one here.
  if (refused) {
    holdProblem(reply, refused);
    return;
  }
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(
    reply.json.scores.map((score) => score.survey),
    [...context.model.surveys.keys(), ...APART].sort(),
  );
  for (const score of reply.json.scores.filter(({ survey }) => !APART.includes(survey)))
    holdScore(context, score.survey, score, question, undefined);
}

async function getTrend(context, dice) {
  await settle(context);
  const { model } = context;
  const slug = dice.chance(0.05) ? 'nowhere' : dice.of(SLUGS);
  const unit = dice.of(['day', 'day', 'week', 'month', 'quarter', 'hour']);
  const rolling = dice.chance(0.4) ? dice.of([1, 7, 30]) : 0;
  const question = makeQuestion(context, dice, join(`interval=${unit}`, rolling ? `rolling=${rolling}d` : ''));
  const { key, refused } = expectRefusal(context, dice, question, slug);
  const reply = await context.call('GET', `/v1/surveys/${slug}/trend${question.query && `?${question.query}`}`, {
    key: secretOf(key),
  });
  if (floorTo('day', Date.now(), model.zone) !== floorTo('day', question.now, model.zone)) return;
  if (refused) {
    holdProblem(reply, refused);
    return;
  }
  const { filter, confidence } = question;
  if (unit === 'hour' && model.surveys.get(slug).definition.min_n > 0) {
    holdProblem(reply, { status: 400, slug: 'bad_parameter' });
    return;
  }
  const window = model.wholeDays(slug, question.window);
  const bounds = model.bounds(slug, unit, window.from, window.to);
  if (bounds !== null && bounds.length > 10001) {
    holdProblem(reply, { status: 400, slug: 'bad_parameter' });
    return;
  }
  assert.equal(reply.status, 200, reply.text);
  holdScoring(reply.json, model.surveys.get(slug));
  assert.deepEqual([reply.json.bucket, reply.json.rolling], [unit, rolling ? `${rolling}d` : null]);
  if (bounds === null) {
    assert.deepEqual([reply.json.n, reply.json.buckets], [0, []]);
    return;
  }
  holdWindow(reply.json.window, bounds[0], bounds.at(-1));
  assert.equal(reply.json.buckets.length, bounds.length - 1);
  holdFigures(context, slug, reply.json, model.scores(slug, filter, bounds[0], bounds.at(-1)), confidence, 'trend');
  const every = rolling ? Math.ceil(bounds.length / 400) : 1; // those of each hour of a year take half a minute
  reply.json.buckets.forEach((bucket, i) => {
    assert.deepEqual([ms(bucket.from), ms(bucket.to)], [bounds[i], bounds[i + 1]]);
    if (i % every !== 0) return;
    const from = rolling ? model.daysBefore(bounds[i + 1], rolling) : bounds[i];
    if (rolling) assert.deepEqual([ms(bucket.figure_from), ms(bucket.figure_to)], [from, bounds[i + 1]]);
    holdFigures(
      context,
      slug,
      bucket,
      model.scores(slug, filter, from, bounds[i + 1]),
      confidence,
      `bucket ${i} of ${bucket.from}`,
    );
  });
}

async function getSegments(context, dice) {
  await settle(context);
  const { model } = context;
  const slug = dice.chance(0.05) ? 'nowhere' : dice.of(SLUGS);
  const names = dice.of([['touchpoint'], ['channel'], ['locale'], ['touchpoint', 'channel']]);
  const question = makeQuestion(context, dice, `by=${names.join(',')}`);
  const { key, refused } = expectRefusal(context, dice, question, slug);
  const reply = await context.call('GET', `/v1/surveys/${slug}/segments${question.query && `?${question.query}`}`, {
    key: secretOf(key),
  });
  if (floorTo('day', Date.now(), model.zone) !== floorTo('day', question.now, model.zone)) return;
  if (refused) {
    holdProblem(reply, refused);
    return;
  }
  assert.equal(reply.status, 200, reply.text);
  const { filter, confidence } = question;
  const { definition } = model.surveys.get(slug);
  const { from, to } = model.wholeDays(slug, question.window);
  const answers = model
    .select(slug, filter)
    .filter((response) => response.answered_at >= from && response.answered_at < to);
  const valuesOf = (response) => JSON.stringify(names.map((name) => response[name] ?? null));
  holdScoring(reply.json, model.surveys.get(slug));
  holdFigures(context, slug, reply.json, model.scores(slug, filter, from, to), confidence, 'segments');
  const rows = reply.json.segments.filter((row) => !row.remainder);
  for (const row of rows) {
    const values = JSON.stringify(row.values ?? [row.value]);
    const scores = answers.filter((response) => valuesOf(response) === values).map((response) => response.score);
    if (row.suppressed) assert.deepEqual([row.n, row.score, row.distribution, row.p_value], [null, null, null, null]);
    else assertFigures(row, definition, scores, { confidence, note: values });
    assert.ok(row.suppressed ? definition.min_n > 0 : scores.length >= definition.min_n, values);
  }
  assert.equal(rows.length, new Set(answers.map(valuesOf)).size);
  const left = answers.length - rows.reduce((sum, row) => sum + (row.n ?? 0), 0);
  assert.ok(left === 0 || left >= Math.min(definition.min_n, answers.length), `${left} may be had by subtraction`);
}

async function keys(context, dice) {
  const { model } = context;
  const who = pickKey(context, dice);
  const refused = model.authorize(who, 'admin');
  const what = dice.below(3);
  if (what === 0) {
    const scopes = [...new Set([dice.of(['read', 'write', 'admin', 'erase', 'export']), dice.of(['read', 'write'])])];
    const body = { name: dice.of(WORDS), scopes };
    if (dice.chance(0.3)) body.expires_in = '90d';
    const bad = dice.chance(0.2);
    if (bad) body.scopes = ['read', 'fly'];
    const reply = await context.call('POST', '/v1/keys', { key: secretOf(who), body });
    if (refused || bad) return holdProblem(reply, refused ?? { status: 422, slug: 'invalid', pointers: ['/scopes/1'] });
    assert.equal(reply.status, 201, reply.text);
    const { key, ...shown } = reply.json;
    assert.match(key, /^cxs_[A-Za-z0-9_-]{43}$/);
    return holdKey(shown, model.addKey({ name: body.name, scopes, id: shown.id, secret: key }));
  }
  if (what === 1 && model.keys.length > 1) {
    const key = model.keys[1 + dice.below(model.keys.length - 1)];
    const known = dice.chance(0.8);
    const { headers, isBroken } = context.tags.draw(dice, '');
    const reply = await context.call('DELETE', `/v1/keys/${known ? key.id : dice.of([dice.id(), 'x'])}`, {
      key: secretOf(who),
      headers,
    });
    if (!refused && known && !key.revoked && isBroken(key))
      return holdProblem(reply, { status: 412, slug: 'precondition_failed' });
    if (refused || !known) return holdProblem(reply, refused ?? { status: 404, slug: 'no_such_key' });
    assert.equal(reply.status, 200, reply.text);
    key.revoked = true;
    return holdKey(reply.json, key);
  }
  const reply = await context.call('GET', '/v1/keys', { key: secretOf(who) });
  if (refused) return holdProblem(reply, refused);
  assert.equal(reply.json.keys.length, model.keys.length);
  return reply.json.keys.forEach((json, i) => holdKey(json, model.keys[i]));
}

async function erase(context, dice) {
  await settle(context);
  const who = pickKey(context, dice);
  const name = `r${dice.below(12)}`;
  const counts = dice.chance(0.5);
  const { headers, isBroken } = context.tags.draw(dice, '');
  const want = context.model.authorize(who, 'erase') ?? context.model.erase(name, counts, isBroken);
  const reply = await context.call(
    'DELETE',
    `/v1/respondents/${name}${counts ? '?counts=true' : dice.of(['', '?counts=false'])}`,
    { key: secretOf(who), headers },
  );
  if (want.slug) return holdProblem(reply, want);
  return assert.deepEqual([reply.status, reply.json], [200, { erased: want.erased, invitations: 0, counts }]);
}

// Calls that no state makes valid.
const INVALID = [
  (dice) => [
    'GET',
    dice.of(['/nothing', '/v1', '/v2/surveys', '/v1/surveys/alpha/nothing', '//', '/v1/surveys//form']),
    {},
    404,
    'not_found',
  ],
  () => ['PATCH', '/v1/surveys', { body: '{}' }, 405, 'method_not_allowed'],
  () => ['POST', '/healthz', { body: '' }, 405, 'method_not_allowed'],
  () => ['GET', '/v1/surveys/%zz', {}, 400, 'malformed_request'],
  () => ['GET', '/v1/surveys?x=1', { admin: true }, 400, 'bad_parameter'],
  () => ['POST', '/v1/surveys/alpha/responses', { body: '<score/>', type: 'application/xml' }, 415, 'media_type'],
  (dice) => [
    'POST',
    '/v1/surveys/alpha/responses',
    {
      body: dice.of([
        '{"score":1',
        '{"score":1}x',
        '{"score":1,"score":2}',
        '[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]',
        '{"comment":"\\x00"}',
      ]),
    },
    400,
    'malformed_json',
  ],
  () => ['POST', '/v1/surveys/alpha/responses', { body: '[]' }, 422, 'invalid'],
  () => ['POST', '/v1/surveys/alpha/responses', { body: 'x'.repeat(330_000) }, 413, 'too_large'],
  () => [
    'POST',
    '/v1/surveys/alpha/responses',
    { body: '{"score":1}', headers: { 'Idempotency-Key': '"a' } },
    400,
    'bad_idempotency_key',
  ],
  () => ['POST', '/v1/responses', { body: '[{"survey":"alpha","score":1},', admin: true }, 400, 'malformed_json'],
];

async function invalid(context, dice) {
  const [method, target, { admin, ...options }, status, slug] = dice.of(INVALID)(dice);
  if (admin) options.key = context.model.keys[0].secret;
  holdProblem(await context.call(method, target, options), { status, slug });
}

// Everything that is held, by every way to see it.
export async function audit(context) {
  await settle(context);
  const { model } = context;
  const admin = { key: model.keys[0].secret };
  const surveys = await context.call('GET', '/v1/surveys', admin);
  const slugs = [...model.surveys.keys()].sort();
  const shown = surveys.json.surveys.filter(({ slug }) => !APART.includes(slug));
  assert.deepEqual(
    shown.map(({ slug }) => slug),
    slugs,
  );
  shown.forEach((json) => holdSurvey(json, model.surveys.get(json.slug)));
  for (const slug of slugs) {
    const reply = await context.call('GET', `/v1/surveys/${slug}/score?window=all`, admin);
    holdScore(
      context,
      slug,
      reply.json,
      { window: { from: -Infinity, to: Infinity }, filter: {}, confidence: 0.95 },
      undefined,
    );
  }
  await holdImports(context);
  await holdNamed(context);
}

// Some that are stored, sent once more: they come back as they were.
export async function replay(context, dice, count) {
  await settle(context);
  const stored = [...context.model.responses.values()];
  for (let i = 0; i < count && stored.length > 0; i++) {
    const response = dice.of(stored);
    const reply = await context.call('PUT', `/v1/surveys/${response.survey}/responses/${response.id}`, {
      body: bodyOf(response),
    });
    if (context.model.gone.has(placeOf(response.survey, response.id))) {
      holdProblem(reply, { status: 410, slug: 'response_gone' });
      continue;
    }
    assert.equal(reply.status, 200, reply.text);
    holdResponse(reply.json, response);
  }
}

async function restart(context, dice) {
  await settle(context);
  await context.restart(dice.of(['SIGTERM', 'SIGKILL', 'rebuild']));
  await audit(context);
  await replay(context, dice, 20);
}

// Several at once, some of them twice or thrice: of each one is 201, and all others say the same with 200.
function makeBurst(context, dice, count) {
  const { model } = context;
  const open = [...model.surveys.values()].filter(
    (survey) => model.isOpen(survey, Date.now()) && survey.definition.allowed_origins.length === 0,
  );
  const sends = [];
  while (open.length > 0 && sends.length < count) {
    const survey = dice.of(open);
    const body = makeBody(dice, survey, Date.now(), 0, DAY / 2);
    const byKey = dice.chance(0.3);
    const send = {
      survey,
      body,
      id: byKey ? undefined : dice.id(),
      key: byKey ? `burst-${dice.hex(12)}` : undefined,
      copies: dice.chance(0.3) ? 2 + dice.below(3) : 1,
      replies: [],
    };
    send.target = `/v1/surveys/${survey.slug}/responses${byKey ? '' : `/${send.id}`}`;
    sends.push(send);
  }
  return sends;
}

const sendOne = (daemon, { target, body, key }) =>
  daemon.request(key ? 'POST' : 'PUT', target, { body, headers: key ? { 'Idempotency-Key': key } : {} });

const expectOne = (context, { survey, body, id, key }, now) =>
  context.model.putResponse(survey.slug, body, now, id ? { pathId: id } : { key });

async function burst(context, dice) {
  await settle(context);
  const sends = makeBurst(context, dice, 5 + dice.below(40));
  const t0 = Date.now();
  await Promise.all(
    sends.flatMap((send) =>
      Array.from({ length: send.copies }, async () => send.replies.push(await sendOne(context.daemon, send))),
    ),
  );
  for (const send of sends) {
    const statuses = send.replies.map((reply) => reply.status).sort();
    assert.deepEqual(statuses, [...Array(send.copies - 1).fill(200), 201], JSON.stringify(send));
    const made = send.replies.find((reply) => reply.status === 201);
    for (const reply of send.replies) assert.deepEqual(reply.json, made.json);
    holdStored(context, made, expectOne(context, send, t0), t0, Date.now());
  }
}

// Killed with answers on their way, which are then sent again: what was acknowledged is there, and all are stored once.
async function killDuring(context, dice) {
  await settle(context);
  const sends = makeBurst(context, dice, 1 + dice.below(20));
  const t0 = Date.now();
  const sent = sends.map((send) =>
    sendOne(context.daemon, send).then(
      (reply) => reply,
      () => null,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, dice.below(8)));
  await context.restart('SIGKILL');
  for (const [i, send] of sends.entries()) {
    const first = await sent[i];
    const reply = await sendOne(context.daemon, send);
    assert.ok(
      reply.status === 200 || (reply.status === 201 && first === null),
      `${first?.status} then ${reply.status}: ${reply.text}`,
    );
    if (first) assert.deepEqual(reply.json, first.json, 'what was acknowledged is what is stored');
    const want = expectOne(context, send, t0);
    holdStored(
      context,
      {
        ...reply,
        status: 201,
        headers: { ...reply.headers, location: `/v1/surveys/${send.survey.slug}/responses/${reply.json.id}` },
      },
      want,
      t0,
      Date.now(),
    );
  }
  await audit(context);
}

async function preflight(context, dice) {
  const slug = dice.chance(0.1) ? 'nowhere' : dice.of(SLUGS);
  const origins = context.model.surveys.get(slug)?.definition.allowed_origins ?? [];
  const origin = dice.of([...ORIGINS, 'https://evil.example']);
  const [path, method] = dice.of([
    ['responses', 'POST'],
    [`responses/${dice.id()}`, 'PUT'],
    ['form', 'GET'],
    ['score', 'GET'],
    ['responses', 'DELETE'],
  ]);
  const reply = await context.call('OPTIONS', `/v1/surveys/${slug}/${path}`, {
    headers: { Origin: origin, 'Access-Control-Request-Method': method },
  });
  assert.equal(reply.status, 204, reply.text);
  const allowed = path !== 'score' && (origins.length === 0 || origins.includes(origin));
  assert.equal(reply.headers['access-control-allow-origin'], allowed ? origin : undefined);
  assert.equal(reply.headers['access-control-allow-credentials'], allowed ? 'true' : undefined);
  assert.doesNotMatch(reply.headers['access-control-allow-methods'] ?? '', /DELETE/);
}

export const CALLS = [
  [putSurvey, 12],
  [deleteSurvey, 2],
  [getSurvey, 6],
  [sendResponse, 60],
  [sendBatch, 14],
  [getScore, 22],
  [getTrend, 10],
  [getSegments, 8],
  [getScores, 3],
  [visit, 8],
  [importSome, 4],
  [walk, 6],
  [keys, 5],
  [erase, 4],
  [invalid, 8],
  [(context) => audit(context), 1],
  [(context, dice) => replay(context, dice, 5), 2],
  [preflight, 3],
  [burst, 2],
  [restart, 0.4],
  [killDuring, 0.35],
];

export { APART, SLUGS, BAND_NAMES };
