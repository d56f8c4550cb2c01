// What the clients of a test said and were told, against what the daemon says and what lies on disk. Shared by the
// crash and the fault tests: a load of every kind of write, its ledger (acknowledged, refused, unknown), and the checks
// that end it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expectFigures } from '../http/figures.mjs';
import { makeId, run, seeded, sqlite, until } from '../http/harness.mjs';
import { Imported } from './imported.mjs';

// What a survey's definition says of each, for the figures.
export const SURVEYS = {
  nps: { metric: 'nps', properties: ['plan'] },
  csat: { metric: 'csat' },
  ces: { metric: 'ces' },
};
const SCALES = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };
export const ZONE = 'Asia/Kathmandu';

const DAY = 86_400_000;
const VISITS = 600; // of a survey, each of one of the last days, in which it is all at noon
const TYPES = ['shown', 'dismissed', 'started'];

const OK = [200, 201];
// These say "not stored, send it again".
const AGAIN = [503, 507];

// What SQL says of a database: of a file of SQLite's, or of what has a function for it.
const ask = (database, sql) => (typeof database === 'string' ? sqlite(database, sql) : database.sql(sql));

export class Ledger {
  constructor({
    seed = Date.now() % 1_000_000,
    clients = 24,
    events = true,
    named = false,
    imports = false,
    long = false,
  } = {}) {
    this.seed = seed;
    this.clients = clients;
    this.random = seeded(seed);
    this.held = new Map(); // responses that were acknowledged, by id: { survey, score, visit }
    this.events = new Map(); // types of events that were acknowledged, by "survey visit"
    this.noon = Math.floor(Date.now() / DAY) * DAY + DAY / 2;
    this.kinds = ['post', 'post', 'put', 'put', 'put', 'key', 'key', 'batch', 'keyed batch', 'amend', 'bad'];
    this.named = new Set(); // journeys and alerts that were acknowledged, as "kind name"
    if (named) this.kinds.push('journey', 'alert');
    this.imported = imports ? new Imported(this) : null;
    if (imports) this.kinds.push('import');
    if (long) this.kinds.push('long batch'); // of several slices
    this.parted = 0; // long batches of which a retry found a part stored
    this.watches = named; // by a rule of the kind detractor, on all of nps
    if (events) this.kinds.push('event', 'event', 'event', 'bad event');
    this.refused = new Set(); // ids
    this.unknown = []; // requests whose fate is unknown, or that were told to come again
    this.resolved = 0; // of these, settled by a retry
    this.found = 0; // and of those, found to have been stored before
    this.statuses = new Map(); // how often each was answered; 0: no answer
    this.amending = new Set();
    this.said = 0;
    this.settled = []; // ids that may be amended
    this.serial = 0;
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  newId() {
    return makeId(this.random);
  }

  async define(daemon) {
    for (const [slug, definition] of Object.entries(SURVEYS)) await daemon.survey(slug, definition);
    // Answers count in their visits from the first report on.
    const first = Object.keys(SURVEYS).map((slug) => this.eventOf(slug, false));
    for (const request of this.kinds.includes('event') ? first : []) assert.ok(await this.deliver(daemon, request));
    await this.imported?.begin(daemon);
    if (!this.watches) return;
    const made = await daemon.admin('PUT', '/v1/alerts/each', { body: { survey: 'nps', kind: 'detractor' } });
    assert.equal(made.status, 201, made.text);
    this.named.add('alert each');
  }

  answer(survey) {
    const { random } = this;
    const [min, max] = SCALES[survey];
    const body = {
      score: min + Math.floor(random() * (max - min + 1)),
      answered_at: new Date(Date.now() - Math.floor(random() * 6 * 86_400_000)).toISOString(),
      sequence: ++this.said, // what amends is newer, whatever its answered_at
    };
    if (random() < 0.5) body.touchpoint = this.pick(['checkout', 'search', 'help']);
    if (random() < 0.3) body.channel = this.pick(['web', 'mail']);
    if (random() < 0.3) body.locale = this.pick(['de', 'fr', 'en-GB']);
    if (random() < 0.5) body.properties = { plan: this.pick(['pro', 'free']) };
    if (random() < 0.3) body.comment = 'x'.repeat(Math.floor(random() * 300));
    if (random() < 0.4) {
      Object.assign(body, this.newVisit('answered_at'));
      body.score = min + (Number(body.visit.slice(1)) % (max - min + 1)); // many scores of one visit are suspected
    }
    return body;
  }

  // A visit, and when all of it was.
  newVisit(at) {
    const number = Math.floor(this.random() * VISITS);
    return { visit: `v${number}`, [at]: new Date(this.noon - (1 + (number % 5)) * DAY).toISOString() };
  }

  hold(survey, id, said) {
    this.held.set(id, { survey, score: said.score, visit: said.visit });
    this.settled.push(id);
  }

  lines(survey, most, extra) {
    return Array.from({ length: 1 + Math.floor(this.random() * most) }, () => ({
      survey,
      ...extra(),
      ...this.answer(survey),
    }));
  }

  // A request of some kind: { method, target, body, headers, type, key, settle(reply) }. settle moves the ledger.
  compose(kind = this.pick(this.kinds)) {
    const survey = this.pick(Object.keys(SURVEYS));
    const target = `/v1/surveys/${survey}/responses`;
    const body = this.answer(survey);
    switch (kind) {
      case 'post': {
        const id = this.newId();
        return { method: 'POST', target, body: { id, ...body }, settle: () => this.hold(survey, id, body) };
      }
      case 'key': {
        const key = `key-${this.seed}-${++this.serial}`;
        return {
          method: 'POST',
          target,
          body,
          headers: { 'Idempotency-Key': key },
          settle: (reply) => this.hold(survey, reply.json.id, body),
        };
      }
      case 'batch':
        return this.batchOf(
          this.lines(survey, 40, () => ({ id: this.newId() })),
          {},
        );
      case 'keyed batch':
        return this.batchOf(
          this.lines(survey, 40, () => ({})),
          { 'Idempotency-Key': `batch-${this.seed}-${++this.serial}` },
        );
      case 'long batch':
        if (this.random() < 0.6) return this.compose('put');
        return this.batchOf(
          this.lines(this.pick(['csat', 'ces']), 6000, () => ({})), // of which no rule tells
          { 'Idempotency-Key': `long-${this.seed}-${++this.serial}` },
        );
      case 'amend': {
        const id = this.settled.length > 0 ? this.pick(this.settled) : undefined;
        if (id === undefined || this.amending.has(id)) return this.compose('put');
        return this.amendOf(id);
      }
      case 'import':
        return this.imported.compose();
      case 'journey':
        return this.definitionOf('journey', 'journeys', {
          stages: [
            { survey: 'nps', touchpoint: 'checkout' },
            { survey, touchpoint: 'help' },
          ],
        });
      case 'alert':
        return this.definitionOf('alert', 'alerts', { survey, kind: 'silence' });
      case 'event':
      case 'bad event':
        return this.eventOf(survey, kind === 'bad event');
      case 'put': {
        const id = this.newId();
        return { method: 'PUT', target: `${target}/${id}`, body, settle: () => this.hold(survey, id, body) };
      }
      default: {
        const id = this.newId();
        return {
          method: 'PUT',
          target: `${target}/${id}`,
          body: { ...body, score: 11 },
          bad: true,
          settle: () => this.refused.add(id),
        };
      }
    }
  }

  // Of so many names that there are more puts than definitions, and no more alerts than there may be.
  definitionOf(kind, path, definition) {
    const name = `d${Math.floor(this.random() * 150)}`;
    return {
      method: 'PUT',
      target: `/v1/${path}/${name}`,
      body: { ...definition, ...(kind === 'journey' && { name: `Journey ${++this.serial}` }) },
      admin: true,
      settle: () => this.named.add(`${kind} ${name}`),
    };
  }

  // Sent again it says the same, whoever sent it.
  eventOf(survey, bad) {
    const body = { ...this.newVisit('at'), type: this.pick(TYPES) };
    if (this.random() < 0.5) body.touchpoint = this.pick(['checkout', 'search', 'help']);
    if (this.random() < 0.3) body.channel = this.pick(['web', 'mail']);
    if (this.random() < 0.5) body.properties = { plan: this.pick(['pro', 'free']) };
    return {
      method: 'POST',
      target: `/v1/surveys/${survey}/events`,
      body: bad ? { ...body, type: 'seen', visit: `bad ${body.visit}` } : body,
      bad,
      event: true,
      settle: () => {
        const key = `${survey} ${body.visit}`;
        if (!bad) this.events.set(key, (this.events.get(key) ?? new Set()).add(body.type));
      },
    };
  }

  amendOf(id) {
    const { survey } = this.held.get(id);
    const next = this.answer(survey);
    this.amending.add(id);
    return {
      method: 'PUT',
      target: `/v1/surveys/${survey}/responses/${id}`,
      body: next,
      amend: true,
      settle: () => {
        this.held.set(id, { survey, score: next.score, visit: next.visit });
        this.amending.delete(id);
      },
    };
  }

  batchOf(lines, headers) {
    return {
      method: 'POST',
      target: '/v1/responses',
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
      type: 'application/x-ndjson',
      headers,
      admin: true,
      settle: (reply) => {
        const results = reply.text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        assert.equal(results.length, lines.length);
        const known = results.filter((result) => result.outcome === 'replayed').length;
        this.parted += known > 0 && known < lines.length;
        results.forEach((result, i) => {
          assert.ok(OK.includes(result.status), JSON.stringify(result));
          this.hold(lines[i].survey, result.id, lines[i]);
        });
      },
    };
  }

  // Sends it; true when an answer settled it, false when it has to be sent again.
  async deliver(daemon, request, agent) {
    let reply;
    try {
      reply = await daemon.request(request.method, request.target, {
        body: request.body,
        headers: request.headers,
        type: request.type,
        key: request.admin ? daemon.key : undefined,
        agent,
      });
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      reply = { status: 0 };
    }
    this.statuses.set(reply.status, (this.statuses.get(reply.status) ?? 0) + 1);
    if (reply.status === 0 || AGAIN.includes(reply.status)) return false;
    if (request.bad) assert.equal(reply.status, 422, reply.text);
    else assert.ok(OK.includes(reply.status), `${request.method} ${request.target}: ${reply.status} ${reply.text}`);
    if (request.tried) {
      this.resolved += 1;
      if (reply.status === 200 && !request.amend && !request.admin && !request.event) this.found += 1;
    }
    request.settle(reply);
    return true;
  }

  // Clients that send until `until.over`, the unknown ones first; `until.killed` ends each at its first failure.
  async load(daemon, until) {
    const queue = this.unknown;
    this.unknown = [];
    await Promise.all(
      Array.from({ length: this.clients }, async () => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        for (;;) {
          const request = queue.pop() ?? (until.over ? undefined : this.compose());
          if (!request) break;
          if (!(await this.deliver(daemon, request, agent))) {
            request.tried = true;
            this.unknown.push(request);
            if (until.killed) break;
          }
        }
        agent.destroy();
      }),
    );
    this.unknown.push(...queue);
  }

  // Retries until every fate is known.
  async retry(daemon, rounds = 20) {
    for (let round = 0; this.unknown.length > 0 && round < rounds; round++) await this.load(daemon, { over: true });
    assert.equal(this.unknown.length, 0, 'requests that no retry settles');
  }

  scoresOf(survey) {
    return [...this.held.values()].filter((entry) => entry.survey === survey).map((entry) => entry.score);
  }

  // Visits of a survey, by their day before today: { shown, answered, dismissed, started, reported }.
  visitsOf(survey) {
    const visits = new Map();
    const visit = (name) => visits.get(name) ?? visits.set(name, new Set()).get(name);
    for (const [key, types] of this.events)
      if (key.startsWith(`${survey} `)) for (const type of types) visit(key.split(' ')[1]).add(type);
    for (const entry of this.held.values())
      if (entry.survey === survey && entry.visit) visit(entry.visit).add('answered');
    const days = Array.from({ length: 6 }, () => ({ shown: 0, answered: 0, dismissed: 0, started: 0, reported: 0 }));
    for (const [name, facts] of visits) {
      const day = days[1 + (Number(name.slice(1)) % 5)];
      day.shown += 1;
      day.reported += facts.has('shown');
      for (const fact of ['answered', 'dismissed', 'started']) day[fact] += facts.has(fact);
    }
    return days;
  }

  // What the daemon says of its visits is what the ledger says: each acknowledged event counts once.
  expectVisits(trend, slug) {
    const days = this.visitsOf(slug);
    for (const bucket of trend.buckets) {
      const { reported, ...want } = days[Math.floor((this.noon - Date.parse(bucket.from)) / DAY)] ?? { reported: 0 };
      const { shown, answered, dismissed, started } = bucket.response_rate ?? {};
      if (reported > 0) assert.deepEqual({ shown, answered, dismissed, started }, want, `${slug} ${bucket.from}`);
      else assert.equal(bucket.response_rate, null);
    }
    const sum = (name) => days.reduce((all, day) => all + day[name], 0);
    assert.equal(trend.response_rate?.shown ?? 0, sum('reported') > 0 ? sum('shown') : 0);
  }

  // What the daemon says of a survey is what the ledger says.
  async expectScore(daemon, slug) {
    const want = expectFigures(SURVEYS[slug], this.scoresOf(slug));
    for (const window of ['all', '30d']) {
      const { status, json, text } = await daemon.score(slug, `window=${window}`);
      assert.equal(status, 200, text);
      assert.deepEqual(
        [json.n, json.score, json.mean, json.distribution],
        [want.n, want.score, want.mean, want.distribution],
      );
    }
    const trend = await this.trend(daemon, slug, '&interval=hour');
    assert.equal(
      trend.buckets.reduce((sum, bucket) => sum + bucket.n, 0),
      want.n,
    );
    this.expectVisits(await this.trend(daemon, slug), slug);
  }

  async trend(daemon, slug, query = '') {
    const reply = await daemon.admin('GET', `/v1/surveys/${slug}/trend?window=30d${query}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  }

  // Every acknowledged response is stored exactly once, as it was last said; nothing else is: { lost, duplicated },
  // which must be empty.
  compare(database) {
    const rows = ask(
      database,
      'SELECT lower(hex(r.id)), s.slug, r.score FROM response r JOIN survey s ON s.number = r.survey;',
    )
      .trim()
      .split('\n')
      .filter(Boolean);
    const stored = new Map();
    const twice = [];
    for (const row of rows) {
      const [hex, survey, score] = row.split('|');
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      if (stored.has(id)) twice.push(id);
      stored.set(id, { survey, score: Number(score) });
    }
    const same = (a, b) => b !== undefined && a.survey === b.survey && a.score === b.score;
    const lost = [...this.held].filter(([id, entry]) => !same(entry, stored.get(id))).map(([id]) => id);
    const extra = [...stored.keys()].filter((id) => !this.held.has(id));
    return { lost, duplicated: [...twice, ...extra] };
  }

  // What was acknowledged of definitions is there and nothing else, each rule with its state; and that on detractors
  // has told of each that there is, and of none twice.
  async expectNamed(database) {
    const lines = (sql) => ask(database, sql).trim().split('\n').filter(Boolean);
    assert.deepEqual(lines("SELECT kind || ' ' || name FROM document;").sort(), [...this.named].sort());
    const unmatched = `SELECT count(*) FROM document d LEFT JOIN alert_state s ON s.name = d.name AND
      s.revision = d.revision WHERE d.kind = 'alert' AND s.name IS NULL;`;
    assert.deepEqual(lines(unmatched), ['0']);
    const untold = `SELECT count(*) FROM response WHERE survey = (SELECT number FROM survey WHERE slug = 'nps') AND
      score <= 6 AND comment <> '' AND excluded = 0 AND flags = 0 AND
      number NOT IN (SELECT response FROM alert_event WHERE name = 'each' AND response IS NOT NULL);`;
    await until(() => lines(untold)[0] === '0', 'every detractor to be told');
    const told = 'SELECT count(response), count(DISTINCT response) FROM alert_event;';
    const [all, distinct] = lines(told)[0].split('|');
    assert.equal(all, distinct);
    return Number(all);
  }

  expectResponses(database) {
    const { lost, duplicated } = this.compare(database);
    assert.deepEqual(lost, [], 'acknowledged, and not stored as it was last said');
    assert.deepEqual(duplicated, [], 'stored twice, or not acknowledged');
  }

  expectStored(database) {
    this.expectResponses(database);
    const today = Math.floor(this.noon / DAY);
    const want = Object.keys(SURVEYS).flatMap((slug) =>
      this.visitsOf(slug).map((day, back) => [slug, today - back, ...Object.values(day)].join('|')),
    );
    const rows = sqlite(
      database,
      `SELECT s.slug, i.day, count(*), sum(i.answers > 0), sum(i.seen >> 1 & 1), sum(i.seen >> 2 & 1), sum(i.seen & 1)
      FROM impression i JOIN survey s ON s.number = i.survey GROUP BY 1, 2;`,
    );
    assert.deepEqual(
      rows.trim().split('\n').filter(Boolean).sort(),
      want.filter((row) => !row.endsWith('|0|0|0|0|0')).sort(),
      'visits',
    );
  }
}

export function expectSound(database) {
  assert.equal(sqlite(database, 'PRAGMA integrity_check; PRAGMA foreign_key_check;').trim(), 'ok');
}

// Rollups of the ledger's surveys equal a recount of the responses, and those of visits one of their rows.
export function expectRecount(database) {
  expectResponses(database);
  const kinds = ['1', 'i.answers + i.next_answers > 0 OR i.seen & 72', 'i.seen & 18', 'i.seen & 36', 'i.seen & 1'];
  const counts = kinds.map((kind) => `sum((${kind}) <> 0)`).join(', ');
  const total = sqlite(
    database,
    `SELECT -survey, 0, day, ${counts} FROM impression i GROUP BY survey, day ORDER BY 1, 3;`,
  );
  const byTouchpoint = sqlite(
    database,
    `SELECT -survey, touchpoint, day, ${counts} FROM impression i WHERE touchpoint IS NOT NULL
    GROUP BY survey, touchpoint, day ORDER BY 1, 2, 3;`,
  );
  const rolled = (value, where) =>
    sqlite(
      database,
      `SELECT o.survey, ${value}, o.bucket, n0, n1, n2, n3, n4 FROM rollup o LEFT JOIN series e ON e.id = o.series
      WHERE o.survey < 0 AND tier = 1 AND ${where} AND n0 ORDER BY 1, 2, 3;`,
    );
  assert.equal(rolled('0', 'o.segmented = 0'), total, 'visits');
  assert.equal(rolled('e.value', "e.dimension = 'touchpoint'"), byTouchpoint, 'visits by touchpoint');
}

function expectResponses(database) {
  const columns = Array.from({ length: 11 }, (_, s) => `sum(r.score = ${s})`).join(', ');
  const held = Array.from({ length: 11 }, (_, s) => `n${s}`).join(', ');
  const dimensions = [
    "SELECT '' dimension, '' value, * FROM response",
    ...['touchpoint', 'channel', 'locale'].map(
      (name) => `SELECT '${name}', ${name}, * FROM response WHERE ${name} IS NOT NULL`,
    ),
    "SELECT 'property.plan', json_extract(properties, '$.plan'), * FROM response WHERE survey = (SELECT " +
      "number FROM survey WHERE slug = 'nps') AND json_extract(properties, '$.plan') IS NOT NULL",
  ];
  const tiers = [
    [0, '0'],
    [1, 'r.answered_at / 86400000'],
    [2, 'r.answered_at / 3600000'],
    [3, 'r.answered_at / 900000'],
  ];
  for (const [tier, bucket] of tiers) {
    const recount = sqlite(
      database,
      `SELECT r.survey, dimension, value, ${bucket} AS bucket, ${columns} FROM ` +
        `(${dimensions.join(' UNION ALL ')}) r WHERE NOT r.excluded GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, ` +
        `4;`,
    );
    const rollup = sqlite(
      database,
      `SELECT o.survey, coalesce(e.dimension, ''), coalesce(e.value, ''), o.bucket, ${held} FROM rollup ` +
        `o LEFT JOIN series e ON e.id = o.series WHERE o.survey > 0 AND o.tier = ${tier} AND ` +
        `(${held.replaceAll(', ', ' OR ')}) ORDER BY 1, 2, 3, 4;`,
    );
    assert.ok(recount.length > 0);
    assert.equal(rollup, recount, `tier ${tier}`);
  }
}

// `cxd rebuild` on a copy changes no rollup.
export function expectRebuild(database, dir, binary) {
  const copy = path.join(dir, 'copy.db');
  const config = path.join(dir, 'copy.conf');
  for (const suffix of ['', '-wal', '-shm', '.lock']) fs.rmSync(copy + suffix, { force: true });
  sqlite(database, `VACUUM INTO '${copy}';`);
  fs.writeFileSync(config, `[storage]\nurl = sqlite:${copy}\n[reporting]\ntimezone = ${ZONE}\n`);
  const dump = () =>
    sqlite(
      copy,
      `SELECT o.survey, coalesce(e.dimension, ''), coalesce(e.value, ''), o.tier, o.bucket,
        n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
    FROM rollup o LEFT JOIN series e ON e.id = o.series
        WHERE n0 OR n1 OR n2 OR n3 OR n4 OR n5 OR n6 OR n7 OR n8 OR n9 OR n10 ORDER BY 1, 2, 3, 4, 5;`,
    );
  const before = dump();
  assert.ok(before.length > 0);
  const done = run(['rebuild', '-c', config], { binary });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(dump(), before);
}
