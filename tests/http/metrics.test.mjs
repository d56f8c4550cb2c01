// The metrics on their own listener: what a test did is what they say, read by a parser of the test's own and by
// promtool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { assertMonotonic, parseMetrics } from './exposition.mjs';
import { HANGS_MS, METRICS, ROOT, TRANSPORTS, UUID, makeId, run, seeded, sqlite, use, until } from './harness.mjs';

const random = seeded(44);
const id = () => makeId(random);
const on = (config = {}) => ({ config: { metrics: METRICS, ...config } });
const RESPONSES = '/v1/surveys/{survey}/responses';

async function scrape(daemon, options) {
  const { text } = await daemon.scrape();
  return Object.assign(parseMetrics(text, options), { text });
}

// The values of a metric by one of its labels.
const by = (metrics, name, label) =>
  Object.fromEntries(metrics.all(name).map(({ labels, value }) => [labels[label], value]));

function promtool(args, input) {
  const done = spawnSync('promtool', args, { input, encoding: 'utf8', timeout: HANGS_MS });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout + done.stderr;
}

// Requests of every kind, with the status that each gets and the route that it counts for; responses say their result
// too.
async function traffic(d, times = 1) {
  const done = { requests: {}, results: {}, writes: 0, seconds: 0 };
  const note = (map, key, count = 1) => (map[key] = (map[key] ?? 0) + count);
  const send = async (method, target, route, status, options, result, writes = 0) => {
    const begun = performance.now();
    const reply = await d.request(method, target, options);
    done.seconds += (performance.now() - begun) / 1000;
    assert.equal(reply.status, status, `${method} ${target}: ${reply.text}`);
    note(done.requests, `${method} ${route} ${status}`);
    if (result) note(done.results, result);
    done.writes += writes;
    return reply;
  };
  const key = d.key;
  for (let turn = 0; turn < times; turn++) {
    const slug = `shop${turn}`;
    const post = (body, status, result, writes, options = {}) =>
      send('POST', `/v1/surveys/${slug}/responses`, RESPONSES, status, { body, ...options }, result, writes);
    const put = (name, body, status, result, writes) =>
      send('PUT', `/v1/surveys/${slug}/responses/${name}`, `${RESPONSES}/{id}`, status, { body }, result, writes);
    await send('PUT', `/v1/surveys/${slug}`, '/v1/surveys/{survey}', 201, { key, body: { metric: 'nps' } }, null, 1);
    await send(
      'PUT',
      `/v1/surveys/${slug}-fixed`,
      '/v1/surveys/{survey}',
      201,
      { key, body: { metric: 'nps', amend_window: 0 } },
      null,
      1,
    );
    await send('GET', `/v1/surveys/${slug}`, '/v1/surveys/{survey}', 200, { key });
    await send('GET', '/v1/surveys', '/v1/surveys', 401);
    const name = id();
    for (let i = 0; i < 3; i++) await post({ score: 9 }, 201, 'created', 1);
    await put(name, { score: 1 }, 201, 'created', 1);
    for (let i = 0; i < 2; i++) await put(name, { score: 1 }, 200, 'replayed', 1);
    await put(name, { score: 2 }, 200, 'amended', 1);
    await put('none', { score: 2 }, 404, 'not_found');
    const fixed = id();
    const late = (body, status, result) =>
      send('PUT', `/v1/surveys/${slug}-fixed/responses/${fixed}`, `${RESPONSES}/{id}`, status, { body }, result, 1);
    await late({ score: 3 }, 201, 'created');
    await late({ score: 4 }, 409, 'response_conflict');
    await post({ score: 11 }, 422, 'invalid');
    await post('{', 400, 'malformed_json');
    await post({ score: 1 }, 415, 'media_type', 0, { type: 'text/csv' });
    await post('x'.repeat(330_000), 413); // seen before the survey is
    await send('POST', '/v1/surveys/none/responses', RESPONSES, 404, { body: { score: 1 } }, 'no_survey');
    const lines = [
      { survey: slug, score: 5 },
      { survey: slug, score: 6 },
      { survey: slug, score: 2, id: name },
      { survey: slug, score: 3, id: name },
      { survey: `${slug}-fixed`, score: 5, id: fixed },
      { survey: slug, score: 'x' },
      { survey: 'none', score: 1 },
    ];
    await send(
      'POST',
      '/v1/responses',
      '/v1/responses',
      200,
      { key, body: lines.map((line) => JSON.stringify(line)).join('\n'), type: 'application/x-ndjson' },
      null,
      5,
    );
    for (const result of ['created', 'created', 'replayed', 'amended', 'response_conflict', 'invalid', 'no_survey'])
      note(done.results, result);
    await send('POST', '/v1/responses', '/v1/responses', 415, { key, body: 'x', type: 'text/plain' });
    await send('GET', `/v1/surveys/${slug}/score`, '/v1/surveys/{survey}/score', 200, { key });
    await send('GET', `/v1/surveys/${slug}/score?window=x`, '/v1/surveys/{survey}/score', 400, { key });
    await send('GET', `/v1/surveys/${slug}/form`, '/v1/surveys/{survey}/form', 200);
    await send('HEAD', '/healthz', '/healthz', 200);
    await send('GET', '/readyz', '/readyz', 200);
    await send('GET', '/metrics', 'none', 404);
    await send('GET', `/v1/nothing/${slug}%22%0A`, 'none', 404);
    await send('DELETE', '/healthz', '/healthz', 405);
    await send('OPTIONS', `/v1/surveys/${slug}/responses`, RESPONSES, 204, {
      headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' },
    });
  }
  return done;
}

describe('the listener', () => {
  test('is off by default, and then nothing of it is there', async (t) => {
    const d = await use(t);
    assert.equal(d.metricsUrl, undefined);
    assert.ok(!fs.existsSync(path.join(d.dir, 'metrics')));
    assert.ok(!/metrics/.test(d.stderr), d.stderr);
    assert.equal((await d.admin('GET', '/metrics')).status, 404);
  });

  test('answers GET and HEAD of /metrics without a key, and nothing else', async (t) => {
    const d = await use(t, on());
    const reply = await d.scrape();
    assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(reply.headers['cache-control'], 'no-store');
    const head = await d.scrape({ method: 'HEAD' });
    assert.equal(head.text, '');
    assert.ok(Number(head.headers['content-length']) > 1000);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await d.scrape({ method, target: '/metrics' });
      assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD, OPTIONS'], method);
    }
    for (const target of ['/', '/metrics//', '/v1/surveys', '/healthz', '/metricsx'])
      assert.equal((await d.scrape({ target })).status, 404, target);
    assert.equal((await d.scrape({ target: '/metrics/' })).status, 200);
    assert.equal((await d.scrape({ target: '/metrics?a=b' })).status, 400);
    assert.equal((await d.admin('GET', '/metrics')).status, 404, 'on the main listener there is none');
  });

  test('tells its address on stdout, in the log and in the state directory, until it ends', async (t) => {
    const d = await use(t, on());
    const file = path.join(d.dir, 'metrics');
    assert.match(d.metricsUrl, /^http:\/\/127\.0\.0\.1:[1-9]\d*\/metrics$/);
    assert.notEqual(new URL(d.metricsUrl).port, String(d.port));
    assert.equal(fs.readFileSync(file, 'utf8'), `${d.metricsUrl}\n`);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    await d.end();
    assert.match(d.stderr, new RegExp(`started .* metrics=${new URL(d.metricsUrl).host} `));
    assert.ok(!fs.existsSync(file));
  });

  test('a bad address is an error of the configuration, a taken one of the start', async (t) => {
    const d = await use(t);
    const check = (value) => run(['serve', '--check', '-c', d.config], { env: { CXD_METRICS_LISTEN: value } });
    for (const value of ['127.0.0.1', 'x:y', '127.0.0.1:70000', 'localhost:']) {
      const refused = check(value);
      assert.equal(refused.status, 1, value);
      assert.match(refused.stderr, /CXD_METRICS_LISTEN: .* is not ADDRESS:PORT .*, or nothing/);
    }
    for (const value of ['', '0', '9187', '[::1]:0']) assert.equal(check(value).status, 0, value);
    assert.equal(run(['serve', '--check', '-c', d.config], { env: { CXD_METRICS_SCORES: 'maybe' } }).status, 1);
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    t.after(() => taken.close());
    const refused = run(['serve', '-c', d.config, '--listen', '127.0.0.1:0'], {
      env: {
        CXD_METRICS_LISTEN: `127.0.0.1:${taken.address().port}`,
        CXD_STORAGE_URL: 'memory:',
        CXD_SERVER_STATE_DIRECTORY: d.dir,
      },
    });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Cannot listen on 127\.0\.0\.1 port \d+: Address already in use/);
  });

  test('who takes all its connections does not touch the main listener', async (t) => {
    const d = await use(t, on());
    const { hostname, port } = new URL(d.metricsUrl);
    const sockets = await Promise.all(
      Array.from(
        { length: 24 },
        () =>
          new Promise((resolve, reject) => {
            const socket = net.connect(Number(port), hostname, () => resolve(socket));
            socket.on('error', reject);
          }),
      ),
    );
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    assert.equal((await d.request('GET', '/healthz')).status, 200);
    sockets.splice(0).forEach((socket) => socket.destroy());
    assert.equal((await scrape(d)).value('cxd_http_connections_limit', { listener: 'metrics' }), 16);
  });
});

describe('what was done is what they say', () => {
  for (const [transport, options] of Object.entries(TRANSPORTS)) {
    test(`requests by route and status, responses by result, commits (${transport})`, async (t) => {
      const d = await use(t, { ...options, ...on() });
      await d.admin('GET', '/v1/keys'); // the day of the key's use is a write of its own
      await d.survey('first', { metric: 'nps' });
      const before = await scrape(d);
      const begun = performance.now();
      const done = await traffic(d, 2);
      const now = await scrape(d);
      const seconds = (performance.now() - begun) / 1000;
      const requests = {};
      const results = {};
      for (const { labels, value } of now.all('cxd_http_requests_total')) {
        const more = value - (before.value('cxd_http_requests_total', labels) ?? 0);
        if (more > 0) requests[`${labels.method} ${labels.route} ${labels.status}`] = more;
      }
      assert.deepEqual(requests, done.requests);
      for (const [result, value] of Object.entries(by(now, 'cxd_responses_total', 'result')))
        if (value > 0) results[result] = value;
      assert.deepEqual(results, done.results);

      // One observation a request, none of which took longer than its client waited.
      const total = (name, metrics) =>
        metrics
          .all(name)
          .reduce(
            (sum, sample) => (sample.name === name || sample.name === `${name}_count` ? sum + sample.value : sum),
            0,
          );
      for (const { labels } of now.all('cxd_http_requests_total')) {
        const { method, route } = labels;
        const counted = now
          .all('cxd_http_requests_total')
          .filter(({ labels: l }) => l.method === method && l.route === route)
          .reduce((sum, { value }) => sum + value, 0);
        assert.equal(
          now.value('cxd_http_request_duration_seconds_count', { method, route }),
          counted,
          `${method} ${route}`,
        );
      }
      assert.equal(total('cxd_http_request_duration_seconds', now), total('cxd_http_requests_total', now));
      const took = (metrics) =>
        metrics
          .all('cxd_http_request_duration_seconds')
          .reduce((sum, { name, value }) => (name.endsWith('_sum') ? sum + value : sum), 0);
      assert.ok(
        took(now) > took(before) && took(now) - took(before) < done.seconds,
        `${took(now) - took(before)} s of ${done.seconds} s`,
      );

      // Requests came one after the other: each write was a commit, but for the batch.
      const commits = (name) => now.value(name) - before.value(name);
      assert.equal(commits('cxd_commit_changes_sum'), done.writes);
      assert.equal(commits('cxd_commit_changes_count'), done.writes - 2 * 4);
      assert.equal(commits('cxd_commit_duration_seconds_count'), done.writes - 2 * 4);
      assert.ok(commits('cxd_commit_duration_seconds_sum') > 0 && commits('cxd_commit_duration_seconds_sum') < seconds);
      assert.equal(now.value('cxd_queue_changes'), 0);
      assert.equal(now.value('cxd_queue_capacity_changes'), 8192);
      assert.equal(now.value('cxd_http_requests_in_flight'), 0);
      assert.equal(now.value('cxd_http_requests_unanswered_total'), 0);
      assert.equal(now.value('cxd_ready'), 1);
      assertMonotonic(before, now);

      promtool(['check', 'metrics'], now.text);
      const end = now.value('cxd_tls_certificate_expiry_timestamp_seconds');
      if (!options.tls) {
        assert.equal(end, undefined);
      } else {
        const told = spawnSync('openssl', ['x509', '-noout', '-enddate', '-in', path.join(d.dir, 'tls.pem')], {
          encoding: 'utf8',
        }).stdout;
        assert.equal(end, Date.parse(/notAfter=(.*)/.exec(told)[1]) / 1000);
      }
    });
  }

  test('what was limited, by limit', async (t) => {
    const d = await use(t, on({ limits: { ingest_rate: 3, survey_rate: 5, auth_rate: 2 } }));
    await d.survey('shop', { metric: 'nps' });
    for (const status of [201, 201, 201, 429, 429]) assert.equal((await d.post('shop', { score: 9 })).status, status);
    for (const status of [401, 401, 429])
      assert.equal((await d.request('GET', '/v1/keys', { key: 'wrong' })).status, status);
    const now = await scrape(d);
    assert.deepEqual(by(now, 'cxd_requests_limited_total', 'limit'), { address: 2, survey: 0, bytes: 0, auth: 1 });
    assert.equal(now.value('cxd_http_requests_total', { method: 'POST', route: RESPONSES, status: '429' }), 2);
    assert.equal(by(now, 'cxd_responses_total', 'result').rate_limited, undefined, 'these never came to their survey');
  });

  test('storage that fails: failed commits, refused responses, not ready', async (t) => {
    const d = await use(t, { storage: 'faulty:storage:2-3:memory:', ...on() });
    await d.survey('shop', { metric: 'nps' });
    await d.settled();
    for (const status of [201, 503, 503]) assert.equal((await d.post('shop', { score: 9 })).status, status);
    const failing = await scrape(d);
    const { storage, ...others } = by(failing, 'cxd_commit_failures_total', 'reason');
    assert.ok(storage >= 2, 'and what the daemon wrote by itself meanwhile');
    assert.deepEqual(others, { no_memory: 0, storage_full: 0 });
    assert.equal(failing.value('cxd_ready'), 0);
    assert.equal(by(failing, 'cxd_responses_total', 'result').storage, 2);
    assert.equal((await d.post('shop', { score: 9 })).status, 201);
    const well = await scrape(d);
    assert.equal(well.value('cxd_ready'), 1);
    assert.equal(by(well, 'cxd_responses_total', 'result').created, 2);
  });

  test('a queue that is full', async (t) => {
    const d = await use(t, on({ storage: { queue_length: 1 } }));
    await d.survey('shop', { metric: 'nps' });
    let refused = 0;
    let created = 0;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let i = 0; i < 100 && refused < 3; i++) {
          const { status } = await d.post('shop', { score: 9 });
          if (status === 503) refused++;
          else created++;
        }
      }),
    );
    assert.ok(refused > 0, 'the queue never filled');
    const now = await scrape(d);
    assert.equal(now.value('cxd_queue_full_total'), refused);
    assert.equal(by(now, 'cxd_responses_total', 'result').queue_full, refused);
    assert.equal(by(now, 'cxd_responses_total', 'result').created, created);
    assert.equal(now.value('cxd_queue_capacity_changes'), 1);
  });

  test('connections by listener, and requests that get no reply', async (t) => {
    const d = await use(t, {
      config: { metrics: METRICS, server: { unix_socket: path.join(fs.mkdtempSync('/tmp/cxd-test-'), 's') } },
    });
    const before = await scrape(d);
    const wires = await Promise.all([d.connect(), d.connect(), d.connect()]);
    for (const wire of wires) {
      wire.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.equal((await wire.reply()).status, 200);
    }
    const open = await scrape(d);
    assert.deepEqual(by(open, 'cxd_http_connections', 'listener'), { tcp: 3, unix: 0, metrics: 1 });
    const accepted = by(open, 'cxd_http_connections_accepted_total', 'listener');
    assert.deepEqual(
      [accepted.tcp, accepted.unix],
      [before.value('cxd_http_connections_accepted_total', { listener: 'tcp' }) + 3, 0],
    );
    wires[0].send('POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
    let metrics;
    const becomes = (holds) => until(async () => holds((metrics = await scrape(d))), holds);
    await becomes((m) => m.value('cxd_http_requests_in_flight') === 1);
    for (const wire of wires) wire.close();
    await becomes(
      (m) => m.value('cxd_http_requests_in_flight') === 0 && m.value('cxd_http_connections', { listener: 'tcp' }) === 0,
    );
    assert.equal(
      metrics.value('cxd_http_requests_unanswered_total'),
      before.value('cxd_http_requests_unanswered_total') + 1,
    );
    fs.rmSync(path.dirname(/unix_socket = (.*)/.exec(fs.readFileSync(d.config, 'utf8'))[1]), { recursive: true });
  });

  test('the process and its build', async (t) => {
    const d = await use(t, on());
    const now = await scrape(d);
    const { labels } = now.all('cxd_build_info')[0];
    assert.equal(run(['--version']).stdout.trim(), `cxd ${labels.version}`);
    for (const name of ['libmicrohttpd', 'gnutls', 'sqlite', 'jansson']) assert.match(labels[name], /^\d+\.\d+/);
    assert.equal(labels.sqlite, spawnSync('sqlite3', ['--version'], { encoding: 'utf8' }).stdout.split(' ')[0]);
    const proc = (file) => fs.readFileSync(`/proc/${d.child.pid}/${file}`, 'utf8');
    const stat = proc('stat').split(') ')[1].split(' ');
    const boot = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'utf8'))[1]);
    assert.ok(Math.abs(now.value('process_start_time_seconds') - (boot + Number(stat[19]) / 100)) < 2);
    assert.equal((await scrape(d)).value('process_start_time_seconds'), now.value('process_start_time_seconds'));
    assert.ok(
      Math.abs(now.value('process_resident_memory_bytes') - Number(proc('statm').split(' ')[1]) * 4096) < 32 << 20,
    );
    assert.ok(Math.abs(now.value('process_open_fds') - fs.readdirSync(`/proc/${d.child.pid}/fd`).length) <= 2);
    assert.equal(now.value('process_max_fds'), Number(/^Max open files\s+(\d+)/m.exec(proc('limits'))[1]));
    assert.equal(now.value('process_threads'), Number(stat[17]));
    const cpu = (Number(stat[11]) + Number(stat[12])) / 100;
    assert.ok(Math.abs(now.value('process_cpu_seconds_total') - cpu) < 0.5);
  });
});

test('scores only where they are asked for, and then as the API has them', async (t) => {
  const quiet = await use(t, on());
  await quiet.survey('shop', { metric: 'nps' });
  await quiet.post('shop', { score: 9 });
  const silent = await scrape(quiet);
  assert.deepEqual([silent.all('cxd_score'), silent.all('cxd_score_responses')], [[], []]);
  assert.ok(!silent.text.includes('shop'), 'no name of a survey is told');

  const d = await use(t, on({ metrics: { ...METRICS, scores: 'yes' } }));
  const surveys = {
    nps: { metric: 'nps' },
    csat: { metric: 'csat' },
    mean: { metric: 'csat', method: 'mean' },
    few: { metric: 'nps', min_n: 50 },
    empty: { metric: 'ces' },
  };
  for (const [slug, definition] of Object.entries(surveys)) await d.survey(slug, definition);
  for (const slug of ['nps', 'csat', 'mean', 'few'])
    for (let i = 0; i < 7; i++) await d.post(slug, { score: 1 + Math.floor(random() * 5) });
  const now = await scrape(d);
  const { scores } = (await d.admin('GET', '/v1/scores')).json;
  assert.equal(scores.length, 5);
  for (const { survey, metric, score, n } of scores) {
    assert.equal(now.value('cxd_score', { survey, metric, window: '30d' }), score ?? undefined, survey);
    assert.equal(now.value('cxd_score_responses', { survey, metric, window: '30d' }), n, survey);
  }
  assert.equal(now.all('cxd_score').length, 3);
  promtool(['check', 'metrics'], now.text);
});

test('scrapes beside writes: every count only grows, and at the end each is right', async (t) => {
  const d = await use(t, on({ server: { http_threads: 2, read_threads: 2 } }));
  await d.survey('shop', { metric: 'nps' });
  const first = await scrape(d);
  let busy = true;
  let scrapes = 0;
  const scraper = async () => {
    for (let before = first; busy; scrapes++) {
      const now = await scrape(d, { moving: true });
      assertMonotonic(before, now);
      before = now;
    }
  };
  const WRITERS = 8;
  const EACH = 60;
  const writer = async () => {
    for (let i = 0; i < EACH; i++) {
      const reply = await d.post('shop', { score: i % 11 });
      assert.equal(reply.status, 201);
      assert.match(reply.json.id, UUID);
    }
  };
  const scrapers = [scraper(), scraper()];
  await Promise.all(Array.from({ length: WRITERS }, writer));
  busy = false;
  await Promise.all(scrapers);
  assert.ok(scrapes > 4, `${scrapes} scrapes`);
  const now = await scrape(d);
  assert.equal(by(now, 'cxd_responses_total', 'result').created, WRITERS * EACH);
  assert.equal(
    now.value('cxd_http_requests_total', { method: 'POST', route: RESPONSES, status: '201' }),
    WRITERS * EACH,
  );
  const changes = now.value('cxd_commit_changes_sum') - first.value('cxd_commit_changes_sum');
  assert.ok(
    changes >= WRITERS * EACH && changes <= WRITERS * EACH + 2,
    `${changes}: the daemon's own errand at the start may be among them`,
  );
});

test('what is stored and what it takes, also after a restart', async (t) => {
  const d = await use(t, on());
  await d.survey('shop', { metric: 'nps' });
  const excluded = (await d.post('shop', { score: 1 })).json.id;
  for (let i = 0; i < 20; i++) await d.post('shop', { score: i % 11 });
  await d.admin('PATCH', `/v1/surveys/shop/responses/${excluded}`, { body: { excluded: true, reason: 'test' } });
  const check = async (packs) => {
    // The daemon writes by itself, too: between the look and this test's own.
    const now = await until(async () => {
      const at = await scrape(d);
      return at.value('cxd_wal_bytes') === fs.statSync(`${d.database}-wal`).size ? at : null;
    });
    assert.equal(
      now.value('cxd_responses_stored'),
      Number(sqlite(d.database, 'SELECT count(*) FROM response WHERE excluded = 0')),
    );
    assert.equal(now.value('cxd_responses_stored'), 20);
    assert.equal(now.value('cxd_rollup_rows'), Number(sqlite(d.database, 'SELECT count(*) FROM rollup')));
    assert.ok(now.value('cxd_rollup_rows') >= 4);
    assert.deepEqual(
      ['cxd_packs_due', 'cxd_packs', 'cxd_pack_bytes'].map((name) => now.value(name)),
      packs,
    );
    assert.equal(now.value('cxd_database_bytes'), fs.statSync(d.database).size);
    const { bavail, bsize } = fs.statfsSync(d.dir);
    assert.ok(Math.abs(now.value('cxd_disk_free_bytes') - bavail * bsize) < 1 << 30);
  };
  await check([0, 0, 0]);
  await d.end();
  // Days are packed a minute after the start at the earliest.
  sqlite(
    d.database,
    `INSERT INTO packed (survey, span, bucket, state) VALUES (1, 0, 9, 0), (1, 0, 8, 1), (1, 1, 1, 0), (1, 0, 7, 2);
     INSERT INTO pack (survey, span, bucket, dimension, counts)
     VALUES (1, 0, 8, 'channel', x'010203'), (1, 0, 8, 'touchpoint', x'0405')`,
  );
  await d.begin();
  await check([2, 2, 5]);
});

test("the daemon's own backups", async (t) => {
  const without = await scrape(await use(t, on()));
  assert.deepEqual(
    ['last_success_timestamp_seconds', 'failures_total', 'bytes'].flatMap((end) => without.all(`cxd_backup_${end}`)),
    [],
  );
  assert.equal(without.value('cxd_backup_interval_seconds'), 0);
  const d = await use(t, on({ backup: { every: '1h' } }));
  let now;
  do now = await scrape(d);
  while (now.value('cxd_backup_last_success_timestamp_seconds') === 0);
  const [file] = fs.readdirSync(path.join(d.dir, 'backups')).filter((name) => name.endsWith('.db'));
  const [, ...parts] = /^cxd-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/.exec(file).map(Number);
  assert.equal(
    Math.floor(now.value('cxd_backup_last_success_timestamp_seconds')),
    Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2)) / 1000,
  );
  assert.equal(now.value('cxd_backup_bytes'), fs.statSync(path.join(d.dir, 'backups', file)).size);
  assert.equal(now.value('cxd_backup_failures_total'), 0);
  assert.equal(now.value('cxd_backup_interval_seconds'), 3600);
});

test('the manual lists every metric, and no other', async (t) => {
  const d = await use(t, on());
  const manual = fs.readFileSync(path.join(ROOT, 'docs/cxd.8.in'), 'utf8');
  const section = /^\.Sh METRICS$(.*?)^\.Sh /ms.exec(manual)[1];
  const listed = [...section.matchAll(/^\.It Li ((?:cxd|process)_\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(listed, [...(await scrape(d)).families.keys()]);
});
