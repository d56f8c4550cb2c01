// Kills the daemon with SIGKILL at random under load, restarts it, retries what it does not know, and holds a ledger of its own:
// acknowledged exactly once, refused never, unknown at most once and exactly once after the retry. Then the database by itself:
// integrity_check, the ledger against the rows, rollups against a recount, and `cxd rebuild` on a copy changes nothing.
//
//   node tests/crash/crash.mjs [KILLS] [SEED]      (CXD_BINARY: another binary)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expectFigures } from '../http/figures.mjs';
import { BINARY, makeId, ROOT, run, seeded, sqlite, start } from '../http/harness.mjs';

const KILLS = Number(process.argv[2] ?? 20);
const SEED = Number(process.argv[3] ?? Date.now() % 1_000_000);
const CLIENTS = 24;
const fast = path.join(ROOT, 'build/test/cxd');
const binary = process.env.CXD_BINARY || !fs.existsSync(fast) ? BINARY : fast;
const random = seeded(SEED);
const pick = (list) => list[Math.floor(random() * list.length)];
const newId = () => makeId(random);

// What a survey's definition says of each, for the figures.
const SURVEYS = { nps: { metric: 'nps', properties: ['plan'] }, csat: { metric: 'csat' }, ces: { metric: 'ces' } };
const SCALES = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };
const ZONE = 'Asia/Kathmandu';

// Responses that were acknowledged, by id: { survey, score }. Refused ids. Requests whose fate is unknown.
const ledger = new Map();
const refused = new Set();
let unknown = [];
let resolved = 0; // unknown requests that a retry settled
let found = 0; // of these, responses that had been stored before the kill
const amending = new Set();
const settled = []; // ids that may be amended
let serial = 0;

function answer(survey) {
  const [min, max] = SCALES[survey];
  const body = { score: min + Math.floor(random() * (max - min + 1)), answered_at: new Date(Date.now() - Math.floor(random() * 6 * 86_400_000)).toISOString() };
  if (random() < 0.5) body.touchpoint = pick(['checkout', 'search', 'help']);
  if (random() < 0.3) body.channel = pick(['web', 'mail']);
  if (random() < 0.3) body.locale = pick(['de', 'fr', 'en-GB']);
  if (random() < 0.5) body.properties = { plan: pick(['pro', 'free']) };
  if (random() < 0.3) body.comment = 'x'.repeat(Math.floor(random() * 300));
  return body;
}

// A request of some kind: { method, target, body, headers, type, key, settle(reply) }. settle moves the ledger.
function compose() {
  const survey = pick(Object.keys(SURVEYS));
  const target = `/v1/surveys/${survey}/responses`;
  const body = answer(survey);
  const hold = (id, said) => {
    ledger.set(id, { survey, score: said.score });
    settled.push(id);
  };
  switch (pick(['post', 'post', 'put', 'put', 'put', 'key', 'key', 'batch', 'keyed batch', 'amend', 'bad'])) {
    case 'post': {
      const id = newId();
      return { method: 'POST', target, body: { id, ...body }, count: 1, settle: () => hold(id, body) };
    }
    case 'key': {
      const key = `key-${SEED}-${++serial}`;
      return { method: 'POST', target, body, headers: { 'Idempotency-Key': key }, count: 1, settle: (reply) => hold(reply.json.id, body) };
    }
    case 'batch': {
      const lines = Array.from({ length: 1 + Math.floor(random() * 40) }, () => ({ survey, id: newId(), ...answer(survey) }));
      return batchOf(lines, {}, (result, line) => hold(line.id, line));
    }
    case 'keyed batch': {
      const lines = Array.from({ length: 1 + Math.floor(random() * 40) }, () => ({ survey, ...answer(survey) }));
      return batchOf(lines, { 'Idempotency-Key': `batch-${SEED}-${++serial}` }, (result, line) => hold(result.id, line));
    }
    case 'amend': {
      const id = settled.length > 0 ? pick(settled) : undefined;
      if (id !== undefined && !amending.has(id)) {
        const { survey: own } = ledger.get(id);
        const next = answer(own);
        amending.add(id);
        return {
          method: 'PUT', target: `/v1/surveys/${own}/responses/${id}`, body: next, count: 1, amend: true,
          settle: () => {
            ledger.set(id, { survey: own, score: next.score });
            amending.delete(id);
          },
        };
      }
    } // falls through to a plain PUT while there is nothing to amend
    case 'put': {
      const id = newId();
      return { method: 'PUT', target: `${target}/${id}`, body, count: 1, settle: () => hold(id, body) };
    }
    default: {
      const id = newId();
      return { method: 'PUT', target: `${target}/${id}`, body: { ...body, score: 11 }, bad: true, settle: () => refused.add(id) };
    }
  }
}

function batchOf(lines, headers, hold) {
  return {
    method: 'POST', target: '/v1/responses', body: lines.map((line) => JSON.stringify(line)).join('\n'), type: 'application/x-ndjson', headers, admin: true, count: lines.length,
    settle: (reply) => {
      const results = reply.text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
      assert.equal(results.length, lines.length);
      results.forEach((result, i) => {
        assert.ok(result.status === 201 || result.status === 200, JSON.stringify(result));
        hold(result, lines[i]);
      });
    },
  };
}

// Sends it; true when an answer settled it, false when the daemon went away first.
async function deliver(daemon, request, agent) {
  let reply;
  try {
    reply = await daemon.request(request.method, request.target, { body: request.body, headers: request.headers, type: request.type, key: request.admin ? daemon.key : undefined, agent });
  } catch {
    return false;
  }
  if (request.bad) assert.equal(reply.status, 422, reply.text);
  else if (reply.status === 503) return false; // at its limit: to be sent again
  else assert.ok(reply.status === 201 || reply.status === 200, `${request.method} ${request.target}: ${reply.status} ${reply.text}`);
  if (request.tried) {
    resolved += 1;
    if (reply.status === 200 && !request.amend && !request.admin) found += 1;
  }
  request.settle(reply);
  return true;
}

async function load(daemon, until) {
  const queue = unknown;
  unknown = [];
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const request = queue.pop() ?? (until.over ? undefined : compose());
      if (!request) break;
      if (!(await deliver(daemon, request, agent))) {
        request.tried = true;
        unknown.push(request);
        if (until.killed) break;
      }
    }
    agent.destroy();
  }));
  unknown.push(...queue);
}

const begun = performance.now();
let passed = 0;
let failed = 0;
async function hold(name, check) {
  try {
    await check();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}

console.log(`crash: ${KILLS} kills, seed ${SEED}, ${path.relative(ROOT, binary)}`);
const daemon = await start({ binary, timezone: ZONE });
try {
  for (const [slug, definition] of Object.entries(SURVEYS)) await daemon.survey(slug, definition);
  for (let kill = 1; kill <= KILLS; kill++) {
    await hold(`kill ${kill}`, async () => {
      const until = { over: false, killed: false };
      const loading = load(daemon, until);
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 180));
      until.killed = true;
      until.over = true;
      await daemon.kill();
      await loading;
      await daemon.begin();
    });
  }
  const pending = unknown.length;
  await hold(`the last ${pending} unknown requests are settled by a retry`, async () => {
    for (let round = 0; unknown.length > 0 && round < 20; round++) await load(daemon, { over: true });
    assert.equal(unknown.length, 0);
  });
  const scoresOf = (survey) => [...ledger.values()].filter((entry) => entry.survey === survey).map((entry) => entry.score);
  for (const [slug, definition] of Object.entries(SURVEYS)) {
    await hold(`the score of ${slug} is the ledger's`, async () => {
      const want = expectFigures(definition, scoresOf(slug));
      for (const window of ['all', '30d']) {
        const { json } = await daemon.score(slug, `window=${window}`);
        assert.deepEqual([json.n, json.score, json.mean, json.distribution], [want.n, want.score, want.mean, want.distribution]);
      }
      const trend = (await daemon.admin('GET', `/v1/surveys/${slug}/trend?window=30d&interval=hour`)).json;
      assert.equal(trend.buckets.reduce((sum, bucket) => sum + bucket.n, 0), want.n);
    });
  }
  await hold('it stops cleanly', () => daemon.end());
  await hold('integrity_check', () => assert.equal(sqlite(daemon.database, 'PRAGMA integrity_check; PRAGMA foreign_key_check;').trim(), 'ok'));

  await hold('every acknowledged response is stored exactly once, as it was last said; nothing else is', () => {
    const rows = sqlite(daemon.database, `SELECT lower(hex(r.id)), s.slug, r.score FROM response r JOIN survey s ON s.number = r.survey;`).trim().split('\n').filter(Boolean);
    const stored = new Map();
    for (const row of rows) {
      const [hex, survey, score] = row.split('|');
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      assert.ok(!stored.has(id), `${id} twice`);
      stored.set(id, { survey, score: Number(score) });
    }
    const lost = [...ledger.keys()].filter((id) => !stored.has(id));
    assert.deepEqual(lost, [], 'acknowledged and not stored');
    const extra = [...stored.keys()].filter((id) => !ledger.has(id));
    assert.deepEqual(extra, [], 'stored and not acknowledged');
    for (const [id, entry] of ledger) assert.deepEqual(stored.get(id), entry, id);
    assert.ok([...refused].every((id) => !stored.has(id)), 'refused and stored');
  });

  await hold('rollups equal a recount of the responses', () => {
    const columns = Array.from({ length: 11 }, (_, s) => `sum(r.score = ${s})`).join(', ');
    const held = Array.from({ length: 11 }, (_, s) => `n${s}`).join(', ');
    const dimensions = ["SELECT '' dimension, '' value, * FROM response", ...['touchpoint', 'channel', 'locale'].map((name) => `SELECT '${name}', ${name}, * FROM response WHERE ${name} IS NOT NULL`),
      "SELECT 'property.plan', json_extract(properties, '$.plan'), * FROM response WHERE survey = (SELECT number FROM survey WHERE slug = 'nps') AND json_extract(properties, '$.plan') IS NOT NULL"];
    const tiers = [[0, '0'], [1, 'r.answered_at / 86400000'], [2, 'r.answered_at / 3600000'], [3, 'r.answered_at / 900000']];
    for (const [tier, bucket] of tiers) {
      const recount = sqlite(daemon.database, `SELECT r.survey, dimension, value, ${bucket} AS bucket, ${columns} FROM (${dimensions.join(' UNION ALL ')}) r WHERE NOT r.excluded GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;`);
      const rollup = sqlite(daemon.database, `SELECT o.survey, coalesce(e.dimension, ''), coalesce(e.value, ''), o.bucket, ${held} FROM rollup o LEFT JOIN series e ON e.id = o.series WHERE o.tier = ${tier} AND (${held.replaceAll(', ', ' OR ')}) ORDER BY 1, 2, 3, 4;`);
      assert.ok(recount.length > 0);
      assert.equal(rollup, recount, `tier ${tier}`);
    }
  });

  await hold('`cxd rebuild` on a copy changes no rollup', () => {
    const copy = path.join(daemon.dir, 'copy.db');
    const config = path.join(daemon.dir, 'copy.conf');
    sqlite(daemon.database, `VACUUM INTO '${copy}';`);
    fs.writeFileSync(config, `[storage]\nurl = sqlite:${copy}\n[reporting]\ntimezone = ${ZONE}\n`);
    const dump = () => sqlite(copy, `SELECT o.survey, coalesce(e.dimension, ''), coalesce(e.value, ''), o.tier, o.bucket, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10
      FROM rollup o LEFT JOIN series e ON e.id = o.series WHERE n0 OR n1 OR n2 OR n3 OR n4 OR n5 OR n6 OR n7 OR n8 OR n9 OR n10 ORDER BY 1, 2, 3, 4, 5;`);
    const before = dump();
    assert.ok(before.length > 0);
    const done = run(['rebuild', '-c', config], { binary });
    assert.equal(done.status, 0, done.stderr);
    assert.equal(dump(), before);
  });

  console.log(`${ledger.size} responses acknowledged, ${refused.size} refused, ${resolved} unknown requests settled by a retry (${found} of them had been stored), ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  await hold('the load was a load', () => {
    assert.ok(ledger.size > KILLS * 10, `${ledger.size} responses`);
    assert.ok(refused.size > 0);
    assert.ok(KILLS < 10 || resolved > 0, 'no kill ever hit a request');
  });
} finally {
  if (!daemon.stopped) await daemon.kill();
  daemon.clean();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
