// One case for each line of errors.def that can leave by HTTP, and the failures of storage, queue and memory: a clear
// error, the daemon lives, nothing is lost.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import net from 'node:net';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import { listen } from './listening.mjs';
import { assertProblem, ids, METRICS, ROOT, signingKeys, start, until, use } from './harness.mjs';

const table = [
  ...fs
    .readFileSync(path.join(ROOT, 'include/cxd/base/errors.def'), 'utf8')
    .matchAll(/^CXD_ERROR\((\w+),\s*(\d+),\s*"(\w+)",\s*"([^"]+)"\)/gm),
].map(([, code, status, slug, title]) => ({ code, status: Number(status), slug, title }));

const d = await start();
after(() => d.stop());
const id = ids(21);
await d.survey('nps', { metric: 'nps' });
await d.survey('fixed', { metric: 'nps', amend_window: 0 });
await d.survey('closed', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
await d.survey('shop', { metric: 'nps', allowed_origins: ['https://shop.example'] });
await d.survey('invited', { metric: 'nps', access: 'invited' });
await d.post('fixed', { score: 5 });

const token = async (survey, over = {}) =>
  (await d.admin('POST', `/v1/surveys/${survey}/invitations`, { body: { respondent: 'a', ...over } })).json.token;

// A daemon whose Nth to Mth write of a response fails.
async function faulty(t, kind, from = 1, to = 3) {
  const daemon = await use(t, { storage: `faulty:${kind}:${from}-${to}:sqlite:PATH` });
  await daemon.survey('nps', { metric: 'nps' });
  await daemon.settled();
  return daemon;
}

async function crowd(daemon, size, call) {
  const agents = Array.from({ length: size }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  try {
    return await Promise.all(agents.map(call));
  } finally {
    agents.forEach((agent) => agent.destroy());
  }
}

const retryAfter = (reply) => assert.match(reply.headers['retry-after'] ?? '', /^[1-9]\d*$/, 'an integer Retry-After');

// Whether a connection to the port is taken.
const accepts = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

const CASES = {
  malformed_request: () =>
    d.raw('POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
  malformed_json: () => d.post('nps', '{"score": '),
  bad_parameter: () => d.score('nps', 'window=fortnight'),
  bad_idempotency_key: () => d.post('nps', { score: 1 }, { headers: { 'Idempotency-Key': 'k'.repeat(513) } }),
  bad_precondition: () => d.post('nps', { score: 1 }, { headers: { 'If-Match': 'abc' } }),
  precondition_failed: () => d.post('nps', { score: 1 }, { headers: { 'If-Match': '*' } }),
  no_key: () => d.request('GET', '/v1/surveys/nps/score'),
  session_ended: () => d.request('GET', '/v1/keys', { headers: { Cookie: '__Host-cxd=cxw_none' } }),
  not_own_page: () => d.request('POST', '/v1/session', { body: { key: d.key } }),
  no_sign_in: () => d.request('POST', '/v1/session', { body: { key: d.key }, headers: { Host: 'far.example' } }),
  // Who spends it last finds it there, and gone once it is their turn to be written.
  link_spent: async () => {
    for (;;) {
      const { json } = await d.admin('POST', '/v1/session/links', { body: {} });
      const spent = { body: { link: new URL(json.url).hash.slice(1) }, headers: { Origin: d.url } };
      const replies = await crowd(d, 8, (agent) => d.request('POST', '/v1/session', { ...spent, agent }));
      const late = replies.find(({ status }) => status === 410);
      if (late) return late;
    }
  },
  bad_key: () => d.request('GET', '/v1/surveys/nps/score', { key: `cxs_${'A'.repeat(43)}` }),
  scope: async () => {
    const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write'] } })).json;
    return d.request('GET', '/v1/surveys/nps/score', { key });
  },
  origin: () => d.post('shop', { score: 1 }, { headers: { Origin: 'https://evil.example' } }),
  survey_closed: () => d.post('closed', { score: 1 }),
  malformed_csv: () => d.admin('POST', '/v1/surveys/nps/invitations', { body: 'respondent,"', type: 'text/csv' }),
  invitation_required: () => d.post('invited', { score: 1 }),
  invitation_invalid: async () => d.post('invited', { score: 1, invitation: `x${await token('invited')}` }),
  invitation_expired: async () => {
    const ends = Date.now() + 500;
    const invitation = await token('invited', { expires_at: new Date(ends).toISOString() });
    while (Date.now() <= ends) await d.request('GET', '/healthz');
    return d.post('invited', { score: 1, invitation });
  },
  invitation_other_survey: async () => d.post('nps', { score: 1, invitation: await token('invited') }),
  invitation_used: async () => {
    const invitation = await token('fixed');
    assert.equal((await d.post('fixed', { score: 1, invitation })).status, 201);
    return d.post('fixed', { score: 2, invitation });
  },
  not_found: () => d.request('GET', '/v2/surveys'),
  no_survey: () => d.post('nowhere', { score: 1 }),
  no_response: () => d.admin('GET', '/v1/surveys/nps/responses/01920000-0000-7000-8000-000000000001'),
  no_question: () => d.admin('GET', '/v1/surveys/nps/questions/nothing'),
  no_journey: () => d.admin('GET', '/v1/journeys/nowhere'),
  no_respondent: () => d.admin('DELETE', '/v1/respondents/nobody'),
  no_import: () => d.admin('GET', '/v1/imports/01920000-0000-7000-8000-000000000001'),
  import_ended: async () => {
    const body = { survey: 'nps', source: 'a file', fingerprint: 'errors' };
    const { id: name } = (await d.admin('POST', '/v1/imports', { body })).json;
    assert.equal((await d.admin('DELETE', `/v1/imports/${name}`)).status, 202);
    return d.admin('PATCH', `/v1/imports/${name}`, { body: { state: 'done' } });
  },
  past_retention: async () => {
    await d.survey('brief', { metric: 'nps', retention_days: 30, retention: 'delete' });
    const body = { survey: 'brief', source: 'a file', fingerprint: 'errors' };
    const { id: name } = (await d.admin('POST', '/v1/imports', { body })).json;
    const row = { id: id(), score: 1, answered_at: '2020-01-01T00:00:00Z' };
    const reply = await d.admin('POST', `/v1/imports/${name}/responses`, { body: [row] });
    const { line, outcome, ...problem } = reply.json[0];
    assert.deepEqual([line, outcome], [1, 'refused']);
    return { ...reply, status: problem.status, json: problem, headers: { 'content-type': 'application/problem+json' } };
  },
  no_alert: () => d.admin('GET', '/v1/alerts/none'),
  not_firing: async () => {
    assert.equal((await d.admin('PUT', '/v1/alerts/calm', { body: { survey: 'nps', kind: 'detractor' } })).status, 201);
    return d.admin('POST', '/v1/alerts/calm/acknowledge', { body: {} });
  },
  too_many_alerts: async () => {
    const body = { survey: 'nps', kind: 'detractor' };
    for (let i = 0; i < 200; i += 1) {
      const reply = await d.admin('PUT', `/v1/alerts/many-${i}`, { body });
      if (reply.status === 409) return reply;
    }
    return d.admin('PUT', '/v1/alerts/more', { body });
  },
  no_public_url: () => d.request('GET', '/s/nps/mail.html'),
  stale_cursor: () => d.admin('GET', `/v1/surveys/nps/responses.csv?cursor=${'0'.repeat(32)}.5`),
  too_many_exports: async (t) => {
    const daemon = await use(t, { config: { limits: { exports: 1, batch_bytes: '64M' } } });
    await daemon.survey('nps', { metric: 'nps' });
    await daemon.load(Array.from({ length: 4000 }, () => ({ survey: 'nps', score: 1, comment: 'x'.repeat(7000) })));
    const held = await daemon.connect();
    held.socket.pause(); // reads nothing
    held.send(`GET /v1/surveys/nps/responses.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daemon.key}\r\n\r\n`);
    t.after(() => held.socket.destroy());
    await until(async () => (await daemon.admin('GET', '/v1/status')).json.workers.export.busy === 1);
    const reply = await daemon.admin('GET', '/v1/surveys/nps/responses.ndjson');
    retryAfter(reply);
    return reply;
  },
  too_many_live: async (t) => {
    const daemon = await use(t, { config: { limits: { live_clients: 1 } } });
    await daemon.survey('nps', { metric: 'nps' });
    const held = await listen(daemon, '/v1/surveys/nps/live');
    t.after(held.close);
    const reply = await daemon.admin('GET', '/v1/surveys/nps/live');
    retryAfter(reply);
    return reply;
  },
  no_such_key: () => d.admin('DELETE', '/v1/keys/01920000-0000-7000-8000-000000000001'),
  method_not_allowed: async () => {
    const reply = await d.request('PATCH', '/v1/surveys/nps', { body: {} });
    for (const method of ['GET', 'PUT', 'DELETE']) assert.match(reply.headers.allow, new RegExp(`\\b${method}\\b`));
    return reply;
  },
  response_conflict: async () => {
    const name = id();
    await d.put('fixed', name, { score: 1 });
    return d.put('fixed', name, { score: 2 });
  },
  recontact: async () => {
    await d.survey('rare', { metric: 'nps', recontact_days: 30 });
    assert.equal((await d.post('rare', { score: 9, respondent: 'ann' })).status, 201);
    return d.post('rare', { score: 9, respondent: 'ann' });
  },
  survey_fixed: () => d.admin('PUT', '/v1/surveys/fixed', { body: { metric: 'csat' } }),
  question_fixed: async () => {
    const why = { key: 'why', type: 'text' };
    await d.survey('asking', { metric: 'nps', questions: [why] });
    assert.equal((await d.post('asking', { score: 1, answers: { why: 'cold' } })).status, 201);
    const ease = { key: 'why', type: 'scale', metric: 'csat' };
    return d.admin('PUT', '/v1/surveys/asking', { body: { metric: 'nps', questions: [ease] } });
  },
  response_gone: async () => {
    const name = id();
    assert.equal((await d.put('nps', name, { score: 9, respondent: 'erased' })).status, 201);
    assert.equal((await d.admin('DELETE', '/v1/respondents/erased')).status, 200);
    return d.put('nps', name, { score: 9, respondent: 'erased' });
  },
  invitation_gone: () => {
    const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
    const payload = Buffer.from(JSON.stringify({ i: id(), s: 'invited', e: Date.now() + 86_400_000 }));
    const mac = hmac(hmac(signingKeys(d)[0], 'invitation'), payload);
    return d.post('invited', { score: 1, invitation: `${payload.toString('base64url')}.${mac.toString('base64url')}` });
  },
  length_required: () =>
    d.raw('POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n'),
  unwanted_body: () => d.raw('GET /v1/surveys/nps/form HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'),
  too_large: () =>
    d.raw(
      'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        'Content-Length: 327681\r\n\r\n' +
        ' '.repeat(327681),
    ),
  content_coding: () => d.post('nps', 'x', { headers: { 'Content-Encoding': 'br' } }),
  malformed_coding: () => d.post('nps', '{"score":9}', { headers: { 'Content-Encoding': 'gzip' } }),
  malformed_form: () => d.post('nps', 'score=1', { type: 'multipart/form-data' }),
  media_type: () => d.post('nps', 'score=1', { type: 'text/html' }),
  host: async (t) => {
    const daemon = await use(t, { config: { metrics: METRICS } });
    daemon.port = Number(new URL(daemon.metricsUrl).port);
    return daemon.raw('GET /metrics HTTP/1.1\r\nHost: cxd.example\r\n\r\n');
  },
  invalid: () => d.post('nps', { score: 11 }),
  idempotency_key_reused: async () => {
    const headers = { 'Idempotency-Key': 'used' };
    await d.post('nps', { score: 1 }, { headers });
    return d.post('nps', { score: 2 }, { headers });
  },

  rate_limited: async (t) => {
    const daemon = await use(t, { config: { limits: { ingest_rate: 1 } } });
    await daemon.survey('nps', { metric: 'nps' });
    assert.equal((await daemon.post('nps', { score: 1 })).status, 201);
    const refused = await daemon.post('nps', { score: 1 });
    retryAfter(refused);
    return refused;
  },

  queue_full: async (t) => {
    const daemon = await use(t, { config: { storage: { queue_length: 1 } } });
    await daemon.survey('nps', { metric: 'nps' });
    let refused;
    const acknowledged = new Set();
    await crowd(daemon, 32, async (agent) => {
      for (let i = 0; i < 200 && !refused; i++) {
        const name = id();
        const reply = await daemon.put('nps', name, { score: 1 }, { agent });
        if (reply.status === 201) acknowledged.add(name);
        else refused ??= reply;
      }
    });
    assert.ok(refused, 'the queue never filled');
    retryAfter(refused);
    assert.equal((await daemon.post('nps', { score: 1 })).status, 201, 'the daemon lives');
    assert.equal(
      (await daemon.score('nps')).json.n,
      acknowledged.size + 1,
      'what was refused is not stored, what was acknowledged is',
    );
    return refused;
  },

  batch_memory: async (t) => {
    const daemon = await use(t, { config: { limits: { batch_memory: '64K' } } });
    await daemon.survey('nps', { metric: 'nps' });
    const holder = await daemon.connect();
    holder.send(
      `POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daemon.key}\r\nContent-Type: ` +
        `application/x-ndjson\r\nContent-Length: 60000\r\n\r\n{`,
    );
    while ((await daemon.admin('GET', '/v1/status')).json.batch_memory.held_bytes === 0);
    const refused = await daemon.batch(Array.from({ length: 300 }, () => ({ survey: 'nps', score: 9 })));
    holder.close();
    return refused;
  },

  question_memory: async (t) => {
    const daemon = await use(t, { config: { limits: { question_memory: '1K' } } });
    await daemon.survey('nps', { metric: 'nps' });
    const line = (_, i) => ({ survey: 'nps', score: i % 11, respondent: `person-${i}` });
    assert.equal((await daemon.batch(Array.from({ length: 20000 }, line))).status, 200);
    const ask = () => daemon.admin('GET', '/v1/surveys/nps/score?respondents=true&window=all');
    const replies = () => Promise.all(Array.from({ length: 4 }, ask));
    return until(async () => (await replies()).find((reply) => reply.status !== 200), 'two questions at the same time');
  },

  draining: async (t) => {
    const daemon = await use(t);
    await daemon.survey('nps', { metric: 'nps' });
    // Requests that are half sent when the signal comes; a response among them, which is still taken.
    const asker = await daemon.connect();
    asker.send('GET /readyz HTTP/1.1\r\nHost: x\r\n');
    const poster = await daemon.connect();
    poster.send(
      'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        'Content-Length: 11\r\n\r\n{"score"',
    );
    // Whole exchanges behind them, so that they have arrived.
    for (let i = 0; i < 10; i++) assert.equal((await daemon.request('GET', '/readyz')).status, 200);
    daemon.child.kill('SIGTERM');
    // It drains once it takes no connection any more.
    const knock = () => daemon.connect().catch(() => null);
    for (let wire = await knock(); wire; wire = await knock()) wire.close();
    asker.send('\r\n');
    const refused = await asker.reply();
    poster.send(':9}');
    const taken = await poster.reply();
    assert.ok([201, 503].includes(taken.status), taken.text);
    for (const reply of [refused, taken]) assert.match(reply.headers.connection, /close/i);
    await daemon.exited;
    return refused;
  },

  not_ready: async (t) => (await use(t, { config: { storage: { min_free: '1000000G' } } })).request('GET', '/readyz'),

  no_memory: async (t) => {
    const daemon = await faulty(t, 'memory');
    const name = id();
    const reply = await daemon.put('nps', name, { score: 9 });
    await recovers(daemon, name);
    return reply;
  },
  storage: async (t) => {
    const daemon = await faulty(t, 'storage');
    const name = id();
    const reply = await daemon.put('nps', name, { score: 9 });
    await recovers(daemon, name);
    return reply;
  },
  storage_full: async (t) => {
    const daemon = await faulty(t, 'full');
    assert.equal((await daemon.request('GET', '/readyz')).status, 200);
    const name = id();
    const reply = await daemon.put('nps', name, { score: 9 });
    retryAfter(reply);
    assert.equal((await daemon.request('GET', '/readyz')).status, 503, 'not ready while the storage is full');
    assert.equal((await daemon.request('GET', '/healthz')).status, 200, 'but alive');
    assert.equal((await daemon.score('nps')).status, 200, 'reads go on');
    await recovers(daemon, name);
    assert.equal((await daemon.request('GET', '/readyz')).status, 200, 'ready again by itself');
    return reply;
  },
};

// The same response again, until the fault is over: stored exactly once. How many tries it takes depends on who else
// was in the batch: one that fails is tried again ticket by ticket, and each try is one of those that the store fails.
async function recovers(daemon, name) {
  const statuses = [];
  while (statuses.at(-1) !== 201 && statuses.length < 5)
    statuses.push((await daemon.put('nps', name, { score: 9 })).status);
  for (let i = 0; i < 2; i++) statuses.push((await daemon.put('nps', name, { score: 9 })).status);
  assert.deepEqual(statuses.slice(-3), [201, 200, 200], statuses.join());
  assert.equal((await daemon.score('nps')).json.n, 1);
}

// These end a start or a command, never a request (tests/http/life.test.mjs), or have no cause that a client could
// give.
const NOT_BY_HTTP = ['internal', 'config', 'schema', 'locked', 'system', 'exists', 'table', 'damaged', 'cancelled'];

test('every code has a case', () => {
  assert.ok(table.length > 20, 'errors.def is read');
  assert.deepEqual(
    table.map((row) => row.slug).filter((slug) => !(slug in CASES) && !NOT_BY_HTTP.includes(slug)),
    [],
  );
  assert.deepEqual(
    Object.keys(CASES).filter((slug) => !table.some((row) => row.slug === slug)),
    [],
  );
  assert.equal(new Set(table.map((row) => row.slug)).size, table.length, 'slugs are distinct');
});

for (const [slug, make] of Object.entries(CASES)) {
  test(`problem ${slug}`, async (t) => {
    const row = table.find((line) => line.slug === slug);
    const reply = await make(t);
    const problem = assertProblem(reply, row.status, slug);
    assert.equal(problem.title, row.title);
    if (row.status === 503 || row.status === 507) retryAfter(reply);
    if (row.status === 401) assert.match(reply.headers['www-authenticate'], /^Bearer\b/);
  });
}

test('a failed write in a crowd: what was acknowledged is stored, else not, and a retry stores it', async (t) => {
  for (const kind of ['storage', 'full', 'memory']) {
    const daemon = await use(t, { storage: `faulty:${kind}:3-6:sqlite:PATH` });
    await daemon.survey('nps', { metric: 'nps' });
    const names = Array.from({ length: 320 }, id);
    const results = new Map();
    await crowd(daemon, 16, async (agent, i) => {
      for (const name of names.slice(i * 20, i * 20 + 20))
        results.set(name, (await daemon.put('nps', name, { score: 9 }, { agent })).status);
    });
    const stored = [...results.values()].filter((status) => status === 201).length;
    const failed = [...results.values()].filter((status) => status === (kind === 'full' ? 507 : 503)).length;
    assert.ok(failed > 0, 'some failed');
    assert.equal(stored + failed, 320, JSON.stringify([...results.values()]));
    assert.equal((await daemon.score('nps')).json.n, stored);
    for (const name of names)
      assert.equal((await daemon.put('nps', name, { score: 9 })).status, results.get(name) === 201 ? 200 : 201);
    assert.equal((await daemon.score('nps')).json.n, 320);
  }
});

test('a write whose fate is unknown is answered 503, and a retry stores it once', async (t) => {
  for (const [kind, again] of [
    ['kept', 200],
    ['lost', 201],
  ]) {
    const daemon = await faulty(t, kind, 1, 1);
    const name = id();
    const reply = await daemon.put('nps', name, { score: 9 });
    assertProblem(reply, 503, 'storage');
    retryAfter(reply);
    assert.equal((await daemon.put('nps', name, { score: 9 })).status, again, kind);
    assert.equal((await daemon.score('nps')).json.n, 1);
  }
});

test('a batch fails as a whole, and a retry stores it once', async (t) => {
  const daemon = await faulty(t, 'full', 1, 1);
  const lines = Array.from({ length: 200 }, () => ({ survey: 'nps', id: id(), score: 9 }));
  assertProblem(await daemon.batch(lines), 507, 'storage_full');
  assert.equal((await daemon.score('nps')).json.n, 0);
  await daemon.load(lines);
  await daemon.load(lines);
  assert.equal((await daemon.score('nps')).json.n, 200);
});

test('a change of surveys or keys goes on while responses fail', async (t) => {
  const daemon = await faulty(t, 'storage', 1, 1000);
  assertProblem(await daemon.post('nps', { score: 9 }), 503, 'storage');
  assert.equal((await daemon.admin('PUT', '/v1/surveys/other', { body: { metric: 'nps' } })).status, 201);
  assert.equal((await daemon.admin('GET', '/v1/surveys')).json.surveys.length >= 2, true);
});

test('a batch that is larger than the queue is taken', async (t) => {
  const daemon = await use(t, { config: { storage: { queue_length: 1 } } });
  await daemon.survey('nps', { metric: 'nps' });
  await daemon.load(Array.from({ length: 500 }, () => ({ survey: 'nps', score: 9 })));
  assert.equal((await daemon.score('nps')).json.n, 500);
});

test('errors are problems also on HEAD, and for the shapes of every route', async () => {
  const head = await d.request('HEAD', '/v1/surveys/nps/score');
  assert.equal(head.status, 401);
  assert.equal(head.text, '');
  assert.match(head.headers['content-type'], /problem\+json/);
});

test('/healthz and /readyz', async () => {
  for (const target of ['/healthz', '/readyz']) {
    assert.equal((await d.request('GET', target)).status, 200);
    assert.equal((await d.request('HEAD', target)).status, 200);
    assertProblem(await d.request('POST', target, { body: '' }), 405, 'method_not_allowed');
  }
});
