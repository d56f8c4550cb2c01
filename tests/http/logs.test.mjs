// What the log says, in both forms, and what it never says; the ids by which a request is found again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  BINARY,
  environment,
  ids,
  ini,
  makeDirectory,
  removeDirectory,
  run,
  start,
  until,
  use,
  useDirectory,
  UUID,
} from './harness.mjs';

const ORIGIN = 'https://shop.example';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const id = ids(4);

const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps' });

// The records of a daemon that writes JSON, each parsed; every line must be one.
function records(daemon) {
  const lines = daemon.stderr.split('\n');
  assert.equal(lines.pop(), '', 'the last line has its end');
  return lines.map((line) => {
    const record = JSON.parse(line);
    assert.match(record.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.ok(['error', 'warning', 'info', 'debug'].includes(record.level), line);
    assert.match(record.event, /^[a-z_]+$/);
    return record;
  });
}
const events = (daemon, event) => records(daemon).filter((record) => record.event === event);
const json = (level, more = {}) => ({ format: 'json', level, ...more });

// Waits for what the daemon writes after its reply.
async function written(daemon, event, count = 1) {
  await until(() => daemon.stderr.split(`"event":"${event}"`).length > count, `${count} ${event}`);
  return events(daemon, event);
}

// A reply of every kind, by its status; `headers` go with each request.
const KINDS = {
  200: (headers) => d.request('GET', '/healthz', { headers }),
  201: (headers) => d.post('nps', { score: 9 }, { headers }),
  204: (headers) =>
    d.request('OPTIONS', '/v1/surveys/nps/responses', {
      headers: { ...headers, Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
    }),
  304: async (headers) => {
    const { etag } = (await d.request('GET', '/v1/surveys/nps/form')).headers;
    return d.request('GET', '/v1/surveys/nps/form', { headers: { ...headers, 'If-None-Match': etag } });
  },
  400: (headers) =>
    d.raw(
      `GET /v1/%zz HTTP/1.1\r\nHost: x\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
  401: (headers) => d.request('GET', '/v1/surveys', { headers }),
  404: (headers) => d.request('GET', '/nowhere', { headers }),
  405: (headers) => d.request('PATCH', '/healthz', { headers }),
  413: (headers) => d.post('nps', ' '.repeat(330_000), { headers }),
  415: (headers) => d.post('nps', 'x', { type: 'image/png', headers }),
  422: (headers) => d.post('nps', { score: 11 }, { headers }),
};

for (const [status, make] of Object.entries(KINDS)) {
  test(`X-Request-Id on a ${status}`, async () => {
    const own = await make({ 'X-Request-Id': 'Abc-1._~+/=:9' });
    assert.equal(own.status, Number(status));
    assert.equal(own.headers['x-request-id'], 'Abc-1._~+/=:9');
    const made = await make({});
    assert.match(made.headers['x-request-id'], UUID);
    for (const reply of [own, made])
      if (reply.json?.type) assert.equal(reply.json.request_id, reply.headers['x-request-id'], reply.text);
  });
}

test('X-Request-Id on what is refused by limits and by the storage', async (t) => {
  const limited = await use(t, { config: { limits: { ingest_rate: 1 } } });
  await limited.survey('nps', { metric: 'nps' });
  const headers = { 'X-Request-Id': 'mine' };
  await limited.post('nps', { score: 1 });
  const refused = await limited.post('nps', { score: 1 }, { headers });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers['x-request-id'], 'mine');
  assert.equal(refused.json.request_id, 'mine');
  for (const [kind, status] of [
    ['storage', 503],
    ['full', 507],
    ['memory', 503],
  ]) {
    const daemon = await use(t, { storage: `faulty:${kind}:1+:memory:` });
    await daemon.survey('nps', { metric: 'nps' });
    const reply = await daemon.post('nps', { score: 1 }, { headers });
    assert.equal(reply.status, status);
    assert.equal(reply.headers['x-request-id'], 'mine');
  }
});

test('an id that is not well-formed, or is given twice, is replaced; made ones differ', async () => {
  const seen = new Set();
  for (const bad of ['a b', 'a"b', 'a,b', 'x'.repeat(129), 'a@b', '<a>', 'a\\b', '', 'é', "a';b"]) {
    const reply = await d.request('GET', '/healthz', {
      headers: { 'X-Request-Id': Buffer.from(bad).toString('latin1') },
    });
    assert.match(reply.headers['x-request-id'], UUID, bad);
    seen.add(reply.headers['x-request-id']);
  }
  assert.equal(seen.size, 10);
  const twice = await d.raw('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\nx-request-id: a\r\n\r\n');
  assert.match(twice.headers['x-request-id'], UUID);
  const longest = 'x'.repeat(128);
  assert.equal(
    (await d.request('GET', '/healthz', { headers: { 'X-Request-Id': longest } })).headers['x-request-id'],
    longest,
  );
  // The next request of a connection does not inherit it.
  const wire = await d.connect();
  wire.send('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: first\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await wire.reply()).headers['x-request-id'], 'first');
  assert.match((await wire.reply()).headers['x-request-id'], UUID);
  wire.close();
});

test('a page of another origin may send the ids and read ours', async () => {
  const reply = await KINDS[204]({});
  const allowed = reply.headers['access-control-allow-headers'].toLowerCase().split(/, */);
  for (const name of ['x-request-id', 'traceparent', 'tracestate']) assert.ok(allowed.includes(name), name);
  const posted = await d.post(
    'nps',
    { score: 9 },
    { headers: { Origin: ORIGIN, 'X-Request-Id': 'page-1', traceparent: `00-${TRACE}-${SPAN}-01` } },
  );
  assert.equal(posted.status, 201);
  assert.match(posted.headers['access-control-expose-headers'], /\bX-Request-Id\b/);
});

test('at debug each request has one record, with its ids', async (t) => {
  const daemon = await use(t, { config: { log: json('debug') } });
  await daemon.survey('nps', { metric: 'nps' });
  const since = events(daemon, 'request').length;
  const parent = { 'X-Request-Id': 'r-1', traceparent: `00-${TRACE}-${SPAN}-01` };
  const posted = await daemon.post('nps', { score: 9 }, { headers: parent });
  await daemon.request('HEAD', '/v1/surveys/nps/form', {
    headers: { 'X-Request-Id': 'r-2', traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01` },
  });
  await daemon.request('GET', '/v1/surveys/none/score', { headers: { 'X-Request-Id': '3' } });
  await daemon.request('GET', '/v1/nowhere?x=1', {
    headers: { 'X-Request-Id': 'r-4', traceparent: `ff-${TRACE}-${SPAN}-01` },
  });
  const [post, head, scope, nowhere] = (await written(daemon, 'request', since + 4)).slice(since);
  for (const record of [post, head, scope, nowhere]) {
    assert.equal(record.level, 'debug');
    assert.equal(typeof record.duration_ms, 'number');
  }
  const plain = ({ time, level, event, duration_ms, ...rest }) => rest;
  assert.deepEqual(plain(post), {
    method: 'POST',
    route: '/v1/surveys/{survey}/responses',
    status: 201,
    body_bytes: JSON.stringify({ score: 9 }).length,
    bytes: Buffer.byteLength(posted.text),
    request_id: 'r-1',
    trace_id: TRACE,
    span_id: SPAN,
  });
  assert.equal(head.method, 'HEAD');
  assert.ok(!('trace_id' in head) && !('span_id' in head), 'a malformed traceparent is dropped');
  assert.deepEqual([scope.problem, scope.status, scope.request_id], ['no_key', 401, '3']);
  assert.deepEqual([nowhere.route, nowhere.problem, nowhere.status], ['none', 'not_found', 404]);
  assert.ok(!('trace_id' in nowhere));
});

test('a failure of ours is a record with its problem and ids, at every level', async (t) => {
  const daemon = await use(t, { storage: 'faulty:full:1-1:memory:', config: { log: json('error') } });
  await daemon.survey('nps', { metric: 'nps' });
  const reply = await daemon.post('nps', { score: 9 }, { headers: { traceparent: `00-${TRACE}-${SPAN}-00` } });
  assert.equal(reply.status, 507);
  const [record] = await written(daemon, 'request_failed');
  const { time, duration_ms, ...rest } = record;
  assert.deepEqual(rest, {
    level: 'error',
    event: 'request_failed',
    method: 'POST',
    route: '/v1/surveys/{survey}/responses',
    status: 507,
    problem: 'storage_full',
    body_bytes: 11,
    bytes: Buffer.byteLength(reply.text),
    request_id: reply.json.request_id,
    trace_id: TRACE,
    span_id: SPAN,
  });
  assert.equal((await daemon.post('nps', { score: 9 })).status, 201);
  assert.equal((await daemon.post('nps', { score: 99 })).status, 422);
  await daemon.end();
  assert.equal(events(daemon, 'request_failed').length, 1, "a client's mistake is none of ours");
});

test('slow requests are recorded by the pattern of their path, when they took so long', async (t) => {
  const lines = Array.from({ length: 20_000 }, () => ({ survey: 'nps', score: 9 }));
  for (const [slow, wanted] of [
    ['1ms', true],
    ['1h', false],
    ['0', false],
  ]) {
    const daemon = await use(t, { storage: 'memory:', config: { log: json('warning', { slow_request: slow }) } });
    await daemon.survey('nps', { metric: 'nps' });
    const before = performance.now();
    const reply = await daemon.batch(lines, { headers: { 'X-Request-Id': 'slow-1' } });
    const took = performance.now() - before;
    assert.equal(reply.status, 200);
    await daemon.end();
    const found = events(daemon, 'slow_request').filter((record) => record.request_id === 'slow-1');
    assert.equal(found.length, wanted ? 1 : 0, slow);
    if (!wanted) continue;
    const [record] = found;
    assert.deepEqual(
      [record.level, record.method, record.route, record.status, record.bytes],
      ['warning', 'POST', '/v1/responses', 200, Buffer.byteLength(reply.text)],
    );
    assert.ok(record.duration_ms >= 1 && record.duration_ms <= took + 1, `${record.duration_ms} of ${took} ms`);
  }
});

test("a slow client's time is not the daemon's", async (t) => {
  const daemon = await use(t, { config: { log: json('warning', { slow_request: '200ms' }) } });
  await daemon.survey('nps', { metric: 'nps' });
  const wire = await daemon.connect();
  wire.send(
    'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 11\r\n\r\n{"score"',
  );
  await new Promise((resolve) => setTimeout(resolve, 400)); // the time itself is what is tested
  wire.send(':9}');
  assert.equal((await wire.reply()).status, 201);
  wire.close();
  await daemon.end();
  assert.deepEqual(events(daemon, 'slow_request'), []);
});

test('a flood of failures fills no disk: some records, then how many were left out', async (t) => {
  const daemon = await use(t, { storage: 'faulty:storage:1+:memory:', config: { log: json('info') } });
  await daemon.survey('nps', { metric: 'nps' });
  const COUNT = 300;
  for (let i = 0; i < COUNT; i++) assert.equal((await daemon.post('nps', { score: 9 })).status, 503);
  await daemon.end();
  const told = events(daemon, 'request_failed').length;
  const left = events(daemon, 'records_left_out')
    .filter((record) => record.of === 'request_failed')
    .reduce((sum, record) => sum + record.count, 0);
  assert.equal(told + left, COUNT);
  assert.ok(told >= 20 && told <= COUNT / 2, `${told} of ${COUNT} were written`);
});

// What nobody may find in a log, in everything that a stranger or a client sends.
test('no comment, respondent, property, key, address, path or query is ever in the log', async (t) => {
  const MARK = 'zqmark';
  for (const format of ['text', 'json']) {
    const daemon = await use(t, {
      config: {
        log: { format, level: 'debug', slow_request: '1ms' },
        server: { trusted_proxies: '127.0.0.1' },
        limits: { auth_rate: 5, ingest_rate: 200 },
      },
    });
    await daemon.survey('nps', { metric: 'nps', properties: [`${MARK}key`] });
    const seen = {
      'User-Agent': `${MARK}agent bot`,
      'X-Forwarded-For': '203.0.113.77',
      Origin: `https://${MARK}origin.example`,
      Referer: `https://x/${MARK}referer`,
      Cookie: `${MARK}cookie=1`,
      'X-Request-Id': `${MARK} bad id`,
      traceparent: `00-${MARK}`,
      tracestate: `${MARK}=1`,
    };
    const answer = {
      score: 9,
      comment: `${MARK}comment\nforged level=error`,
      respondent: `${MARK}person@example.com`,
      touchpoint: `${MARK}touch`,
      channel: `${MARK}channel`,
      locale: 'en',
      properties: { [`${MARK}key`]: `${MARK}value`, [`${MARK}free`]: `${MARK}other` },
    };
    const asks = [
      () => daemon.post('nps', answer, { headers: { ...seen, 'Idempotency-Key': `${MARK}idempotency` } }),
      () => daemon.put('nps', id(), answer, { headers: seen }),
      () => daemon.post('nps', { ...answer, score: 99 }, { headers: seen }),
      () => daemon.post('nps', `{"score": 1, "${MARK}member": 1}`, { headers: seen }),
      () => daemon.post('nps', `{"score": ${MARK}`, { headers: seen }),
      () => daemon.post(`${MARK}survey`, answer, { headers: seen }),
      () => daemon.post('nps', { ...answer, id: `${MARK}id` }, { headers: { 'X-Forwarded-For': '203.0.113.77' } }),
      () => daemon.post('nps', { score: 1, invitation: `${MARK}.token` }),
      () => daemon.batch([{ survey: 'nps', ...answer }, { survey: `${MARK}x`, ...answer }, `{"${MARK}`]),
      () => daemon.admin('GET', `/v1/respondents/${MARK}person@example.com`),
      () => daemon.admin('DELETE', `/v1/respondents/${MARK}person@example.com`),
      () => daemon.admin('GET', `/v1/surveys/nps/responses?q=${MARK}query&touchpoint=${MARK}touch`),
      () => daemon.admin('GET', `/v1/surveys/nps/score?touchpoint=${MARK}touch&property.${MARK}key=${MARK}value`),
      () => daemon.admin('GET', `/v1/surveys/nps/score?${MARK}parameter=1`),
      () =>
        daemon.admin('POST', '/v1/surveys/nps/invitations', {
          body: { respondent: `${MARK}person`, properties: { a: `${MARK}value` } },
        }),
      () => daemon.request('GET', `/${MARK}path/%0aforged?${MARK}=1`, { headers: seen }),
      () => daemon.request('GET', `/v1/surveys/${MARK}survey/score`, { key: `cxs_${MARK}${'A'.repeat(37)}` }),
      () => daemon.request('GET', '/v1/surveys', { headers: { Authorization: `Basic ${MARK}basic` } }),
      () => daemon.request('GET', `/readyz?${MARK}=1`, { headers: seen }),
      () => daemon.raw(`GET /${MARK} HTTP/1.1\r\nHost: ${MARK}host\r\nHost: b\r\n${MARK}: x\r\n\r\n`),
      () => daemon.raw(`${MARK.toUpperCase()} /healthz HTTP/1.1\r\nHost: ${MARK}host\r\n\r\n`),
    ];
    for (const ask of asks) assert.ok((await ask()).status < 500);
    for (let i = 0; i < 10; i++)
      await daemon.request('GET', '/v1/surveys', {
        key: `cxs_${MARK}${i}${'A'.repeat(36)}`,
        headers: { 'X-Forwarded-For': '203.0.113.77' },
      });
    const { key } = (await daemon.admin('POST', '/v1/keys', { body: { name: `${MARK}name`, scopes: ['read'] } })).json;
    assert.equal((await daemon.request('GET', '/v1/surveys', { key })).status, 200);
    const leaving = await daemon.connect(); // gone in the middle
    leaving.send(
      `POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"comment":"${MARK}`,
    );
    leaving.close();
    for (let i = 0; i < 100; i++)
      await daemon.post(
        'nps',
        { score: 1, comment: `${MARK}comment` },
        { headers: { 'X-Forwarded-For': '203.0.113.77' } },
      );
    await daemon.end();
    assert.ok(daemon.stderr.split('\n').length > asks.length + 100, 'the log was there');
    assert.doesNotMatch(daemon.stderr, new RegExp(MARK, 'i'));
    assert.doesNotMatch(daemon.stderr, /203\.0\.113|cxs_|forged|@example/);
    assert.ok(
      !daemon.stderr.includes(daemon.key) &&
        !daemon.stderr.includes(daemon.key.slice(0, 12)) &&
        !daemon.stderr.includes(key.slice(0, 12)),
    );
    assert.doesNotMatch(daemon.stderr.replace(/listen=\S+|"listen":"[^"]*"/g, ''), /127\.0\.0\.1/);
  }
});

test('a daemon whose storage fails, at debug: nothing of what was sent either', async (t) => {
  const MARK = 'zqmark';
  const daemon = await use(t, { storage: 'faulty:storage:1+:sqlite:PATH', config: { log: json('debug') } });
  await daemon.survey('nps', { metric: 'nps' });
  for (let i = 0; i < 3; i++) await daemon.post('nps', { score: 1, comment: `${MARK}comment`, respondent: `${MARK}r` });
  await daemon.batch([{ survey: 'nps', score: 1, comment: `${MARK}comment` }]);
  await daemon.end();
  assert.ok(events(daemon, 'batch_failed').length > 0);
  assert.doesNotMatch(daemon.stderr, new RegExp(MARK));
});

// Standard error in a file, whose device and inode the journal's variable names, or not.
test("the journal's prefix is for the journal's stream only, and JSON has none", async (t) => {
  const dir = useDirectory(t);
  for (const [format, same, head] of [
    ['text', true, /^<[0-7]>[a-z_]+( |$)/],
    ['text', false, /^\d{4}-\d\d-\d\dT[0-9:.]+Z (info|warning|error) [a-z_]+( |$)/],
    ['json', true, /^\{"time":"\d{4}-.*\}$/],
  ]) {
    const file = path.join(dir, `${format}-${same}.log`);
    const config = path.join(dir, 'cxd.conf');
    fs.writeFileSync(
      config,
      ini({ server: { listen: '127.0.0.1:0', state_directory: dir }, storage: { url: 'memory:' }, log: { format } }),
    );
    const fd = fs.openSync(file, 'w');
    const { dev, ino } = fs.fstatSync(fd, { bigint: true });
    const env = environment({ JOURNAL_STREAM: `${dev}:${same ? ino : ino + 1n}` });
    const child = spawn(BINARY, ['serve', '-c', config], { env, stdio: ['ignore', 'pipe', fd] });
    t.after(() => child.kill('SIGKILL'));
    fs.closeSync(fd);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
    assert.ok(lines.length >= 3);
    for (const line of lines) assert.match(line, head);
  }
});

test('the options of the log are checked', () => {
  const dir = makeDirectory();
  try {
    const file = path.join(dir, 'cxd.conf');
    for (const [key, value, good] of [
      ['format', 'json', true],
      ['format', 'xml', false],
      ['slow_request', '250ms', true],
      ['slow_request', '0', true],
      ['slow_request', '-1', false],
      ['slow_request', '2h', false],
      ['slow_request', 'soon', false],
    ]) {
      fs.writeFileSync(file, ini({ storage: { url: 'memory:' }, log: { [key]: value } }));
      const done = run(['serve', '--check', '-c', file]);
      assert.equal(done.status, good ? 0 : 1, `${key} = ${value}: ${done.stderr}`);
      if (!good) assert.match(done.stderr, new RegExp(`${key}.*${value}`));
    }
  } finally {
    removeDirectory(dir);
  }
});
