// Limits by address and by survey, and of bad keys; whose address it is behind proxies.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, run, use, useDirectory } from './harness.mjs';

const WRONG = `cxs_${'A'.repeat(43)}`;
const LOOPBACK = { server: { trusted_proxies: '127.0.0.0/8, 10.0.0.0/8' } };
const from = (...hops) => ({ headers: { 'X-Forwarded-For': hops.join(', ') } });

// {name, q, w} and {name, r, t} of the two headers.
function limits(reply) {
  const policy = /^"(\w+)";q=(\d+);w=(\d+)$/.exec(reply.headers['ratelimit-policy'] ?? '');
  const state = /^"(\w+)";r=(\d+);t=(\d+)$/.exec(reply.headers.ratelimit ?? '');
  assert.ok(policy && state, JSON.stringify(reply.headers));
  assert.equal(policy[1], state[1]);
  return { name: policy[1], q: Number(policy[2]), w: Number(policy[3]), r: Number(state[2]), t: Number(state[3]) };
}

async function limited(t, config) {
  const daemon = await use(t, { config });
  await daemon.survey('nps', { metric: 'nps' });
  return daemon;
}

function refused(reply, name) {
  assertProblem(reply, 429, 'rate_limited');
  assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
  assert.match(reply.json.detail, new RegExp(`try again in ${reply.headers['retry-after']} s`));
  assert.equal(limits(reply).name, name);
  assert.equal(limits(reply).r, 0);
  return Number(reply.headers['retry-after']);
}

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

test('a minute’s worth may come at once; then 429 until Retry-After, which is true', async (t) => {
  const d = await limited(t, { limits: { ingest_rate: 40 } });
  const begun = performance.now();
  for (let i = 0; i < 40; i++) {
    const reply = await d.post('nps', { score: 9 });
    assert.equal(reply.status, 201);
    const { name, q, w, r, t: reset } = limits(reply);
    assert.deepEqual([name, q, w], ['address', 40, 60]);
    const back = Math.ceil((performance.now() - begun) / 1500);
    assert.ok(r >= 39 - i && r <= 39 - i + back, `${r} of 40 are left after ${i + 1}`);
    assert.ok(reset >= 1 && reset <= 60);
  }
  let reply;
  for (let i = 0; i < 20 && reply?.status !== 429; i++)
    reply = await d.put('nps', '0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10', { score: 9 });
  const seconds = refused(reply, 'address');
  assert.equal(seconds, limits(reply).q === 40 ? Math.min(seconds, 2) : 0, 'one comes back every 1.5 s');
  const { n } = (await d.score('nps')).json;
  await wait(seconds);
  assert.ok((await d.post('nps', { score: 9 })).status < 300, 'Retry-After was honoured');
  assert.equal((await d.score('nps')).json.n, n + 1, 'what was refused is not stored');
  assert.equal((await d.request('GET', '/v1/surveys/nps/form')).status, 200, 'only responses are limited');
  assert.equal((await d.request('GET', '/healthz')).headers.ratelimit, undefined);
});

test('refused responses and retries count; batches with a key do not', async (t) => {
  const d = await limited(t, { limits: { ingest_rate: 5 } });
  const id = '0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10';
  await d.load(Array.from({ length: 100 }, () => ({ survey: 'nps', score: 9 })));
  assert.equal(limits(await d.put('nps', id, { score: 9 })).r, 4);
  assert.equal(limits(await d.put('nps', id, { score: 9 })).r, 3);
  const bad = await d.post('nps', { score: 99 });
  assertProblem(bad, 422, 'invalid');
  assert.equal(limits(bad).r, 2);
  assert.equal(limits(await d.post('nowhere', { score: 9 })).r, 1);
  assert.equal(limits(await d.post('nps', '{')).r, 0);
  refused(await d.post('nps', { score: 9 }), 'address');
  await d.load(Array.from({ length: 100 }, () => ({ survey: 'nps', score: 9 })));
});

test('0 is no limit and says nothing', async (t) => {
  const d = await limited(t, {});
  for (let i = 0; i < 50; i++) {
    const reply = await d.post('nps', { score: 9 });
    assert.equal(reply.status, 201);
    assert.equal(reply.headers.ratelimit, undefined);
    assert.equal(reply.headers['ratelimit-policy'], undefined);
  }
});

test('the limits are on by default', async (t) => {
  const text = run(['serve', '--print-config']).stdout;
  for (const name of ['ingest_rate', 'survey_rate', 'auth_rate']) assert.match(text, new RegExp(`${name} = [1-9]`));
  const d = await limited(t, { limits: { ingest_rate: /ingest_rate = (\d+)/.exec(text)[1] } });
  assert.equal(limits(await d.post('nps', { score: 9 })).q, Number(/ingest_rate = (\d+)/.exec(text)[1]));
});

test('pages of other origins read the refusal; preflights are not limited', async (t) => {
  const d = await limited(t, { limits: { ingest_rate: 1 } });
  const headers = { Origin: 'https://shop.example' };
  for (const status of [201, 429, 429]) {
    const reply = await d.post('nps', { score: 9 }, { headers });
    assert.equal(reply.status, status);
    assert.equal(reply.headers['access-control-allow-origin'], 'https://shop.example');
    const exposed = reply.headers['access-control-expose-headers'].split(/, */);
    for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'Location', 'ETag'])
      assert.ok(exposed.includes(name), name);
    const preflight = await d.request('OPTIONS', '/v1/surveys/nps/responses', {
      headers: { ...headers, 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(preflight.status, 204);
    assert.ok(preflight.headers['access-control-allow-methods']);
  }
});

test('a refusal is told before a large body is read', async (t) => {
  const d = await limited(t, { limits: { ingest_rate: 1, body_bytes: 1024 } });
  assert.equal((await d.post('nps', { score: 9 })).status, 201);
  const wire = await d.connect();
  wire.send(
    'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 100000\r\n\r\n',
  );
  const reply = await wire.reply();
  refused(reply, 'address');
  assert.match(reply.headers.connection, /close/i);
  // A small one is dropped, and the connection goes on.
  const next = await d.connect();
  for (let i = 0; i < 2; i++) {
    next.send(
      'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        'Content-Length: 11\r\n\r\n{"score":9}',
    );
    refused(await next.reply(), 'address');
  }
  wire.close();
  next.close();
});

test('bad keys: so many from an address, then 429 until Retry-After; a good one always passes', async (t) => {
  const d = await limited(t, { limits: { auth_rate: 30 } });
  assert.equal((await d.admin('GET', '/v1/keys')).status, 200);
  let reply;
  for (let i = 0; i < 30; i++) {
    reply = await d.request('GET', '/v1/surveys', { key: WRONG });
    assertProblem(reply, 401, 'bad_key');
    if (i < 29) assert.equal((await d.admin('GET', '/v1/surveys')).status, 200, 'a good key passes, and is no failure');
    assertProblem(await d.request('GET', '/v1/surveys'), 401, 'no_key');
  }
  for (let i = 0; i < 10 && reply.status !== 429; i++) reply = await d.request('GET', '/v1/surveys', { key: WRONG });
  const seconds = refused(reply, 'auth');
  assert.ok(seconds <= 2);
  for (let i = 0; i < 20; i++) {
    await d.request('GET', '/v1/surveys', { key: WRONG });
    assert.equal((await d.admin('GET', '/v1/surveys')).status, 200, 'who guesses locks nobody out');
  }
  assertProblem(await d.request('GET', '/v1/surveys'), 401, 'no_key');
  assert.equal((await d.post('nps', { score: 9 })).status, 201, 'responses need no key');
  await wait(seconds);
  assert.equal((await d.admin('GET', '/v1/surveys')).status, 200);
});

test('headers that are no keys count as bad ones', async (t) => {
  const d = await limited(t, { limits: { auth_rate: 2 } });
  const odd = (value) => d.request('GET', '/v1/surveys', { headers: { Authorization: value } });
  assertProblem(await odd('Basic YTpi'), 401, 'bad_key');
  assertProblem(await odd('Bearer'), 401, 'bad_key');
  refused(await odd('Bearer'), 'auth');
  refused(await d.request('GET', '/v1/surveys', { key: WRONG }), 'auth');
  refused(await d.batch([{ survey: 'nps', score: 9 }], { key: WRONG }), 'auth');
  assert.equal((await d.batch([{ survey: 'nps', score: 9 }])).status, 200);
});

test('the refusal of a large batch arrives whole', async (t) => {
  const d = await limited(t, { limits: { auth_rate: 1 } });
  const body = `${JSON.stringify({ survey: 'nps', score: 9, comment: 'x'.repeat(5000) })}\n`.repeat(1000);
  assertProblem(await d.batch([body], { key: WRONG }), 401, 'bad_key');
  for (let i = 0; i < 10; i++) refused(await d.batch([body], { key: WRONG }), 'auth');
});

test('a key without the scope is no bad key', async (t) => {
  const d = await limited(t, { limits: { auth_rate: 1 } });
  const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write'] } })).json;
  for (let i = 0; i < 5; i++) assertProblem(await d.request('GET', '/v1/keys', { key }), 403, 'scope');
  assert.equal((await d.admin('GET', '/v1/keys')).status, 200);
});

test('X-Forwarded-For of a peer that is not trusted is passed over', async (t) => {
  for (const server of [{}, { trusted_proxies: '10.0.0.0/8, ::1' }]) {
    const d = await limited(t, { server, limits: { ingest_rate: 3, auth_rate: 3 } });
    for (let i = 0; i < 3; i++) {
      assert.equal((await d.post('nps', { score: 9 }, from(`192.0.2.${i}`))).status, 201);
      await d.request('GET', '/v1/surveys', { key: WRONG, ...from(`192.0.2.${i}`) });
    }
    refused(await d.post('nps', { score: 9 }, from('192.0.2.77')), 'address');
    refused(await d.post('nps', { score: 9 }, from('10.0.0.1')), 'address');
    refused(await d.request('GET', '/v1/surveys', { key: WRONG, ...from('192.0.2.77') }), 'auth');
    assert.equal(d.stderr.split('forwarded_ignored').length - 1, 1, 'the log hints at it, once');
    assert.ok(
      !/192\.0\.2|127\.0\.0\.1/.test(
        d.stderr
          .split('\n')
          .filter((line) => /forwarded/.test(line))
          .join(),
      ),
      'and names no address',
    );
  }
});

test('behind a trusted proxy each client has its own limit, IPv6 by /64', async (t) => {
  const d = await limited(t, { ...LOOPBACK, limits: { ingest_rate: 1, auth_rate: 1 } });
  const post = (...hops) => d.post('nps', { score: 9 }, from(...hops));
  assert.equal((await post('192.0.2.1')).status, 201);
  refused(await post('192.0.2.1'), 'address');
  refused(await post('198.51.100.9', '192.0.2.1'), 'address'); // what the client made up stands left of what it is
  refused(await post('192.0.2.1', '10.0.0.7', '10.0.0.8'), 'address'); // trusted hops are passed
  refused(await post('198.51.100.9', '::ffff:192.0.2.1'), 'address');
  refused(await post('192.0.2.1:4711'), 'address');
  assert.equal((await post('192.0.2.2')).status, 201);
  assert.equal((await post('2001:db8:0:1::1')).status, 201);
  refused(await post('[2001:db8:0:1:ffff::2]:443'), 'address');
  assert.equal((await post('2001:db8:0:2::1')).status, 201);
  assert.equal((await post('192.0.2.1', 'unknown', '10.0.0.9')).status, 201); // the last trusted hop: 10.0.0.9
  refused(await post('192.0.2.3', 'nonsense', '10.0.0.9'), 'address');
  assert.equal((await d.post('nps', { score: 9 })).status, 201); // nothing forwarded: the proxy itself
  refused(await post('nonsense'), 'address'); // and so it is here
  assertProblem(await d.request('GET', '/v1/surveys', { key: WRONG, ...from('192.0.2.5') }), 401, 'bad_key');
  refused(await d.request('GET', '/v1/surveys', { key: WRONG, ...from('192.0.2.5') }), 'auth');
  assertProblem(await d.request('GET', '/v1/surveys', { key: WRONG, ...from('192.0.2.6') }), 401, 'bad_key');
  assert.equal((await d.admin('GET', '/v1/surveys', from('192.0.2.7'))).status, 200);
});

test('several X-Forwarded-For headers are one list', async (t) => {
  const d = await limited(t, { ...LOOPBACK, limits: { ingest_rate: 1 } });
  const wire = await d.connect();
  const post = async (...lines) => {
    wire.send(
      `POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\n` +
        `${lines.map((line) => `x-forwarded-for: ${line}\r\n`).join('')}Content-Type: application/json\r\n` +
        `Content-Length: 11\r\n\r\n{"score":9}`,
    );
    return wire.reply();
  };
  assert.equal((await post('198.51.100.1', '192.0.2.1', '10.0.0.1')).status, 201);
  refused(await post('198.51.100.2', '192.0.2.1', '10.0.0.1'), 'address');
  refused(await post('192.0.2.1, 10.0.0.1', '10.0.0.2'), 'address');
  assert.equal((await post('192.0.2.1', '192.0.2.2')).status, 201);
  wire.close();
});

test('a survey has a ceiling over all addresses; another survey its own', async (t) => {
  const d = await limited(t, { ...LOOPBACK, limits: { ingest_rate: 3, survey_rate: 6 } });
  await d.survey('csat', { metric: 'csat' });
  let taken = 0;
  for (let i = 0; i < 6; i++) taken += (await d.post('nps', { score: 9 }, from(`192.0.2.${i}`))).status === 201;
  assert.equal(taken, 6);
  const reply = await d.post('nps', { score: 9 }, from('192.0.2.100'));
  assert.ok(refused(reply, 'survey') <= 10);
  assert.equal(limits(reply).q, 6);
  assert.equal((await d.post('csat', { score: 3 }, from('192.0.2.100'))).status, 201);
  // One address alone cannot use up a survey's ceiling with what is refused.
  for (let i = 0; i < 3; i++) await d.post('csat', { score: 3 }, from('192.0.2.200'));
  for (let i = 0; i < 20; i++) refused(await d.post('csat', { score: 3 }, from('192.0.2.200')), 'address');
  assert.equal((await d.post('csat', { score: 3 }, from('192.0.2.201'))).status, 201);
});

test('a flood of addresses gives nobody a fresh bucket', async (t) => {
  const d = await limited(t, { ...LOOPBACK, limits: { ingest_rate: 1 } });
  assert.equal((await d.post('nps', { score: 9 }, from('192.0.2.1'))).status, 201);
  const socket = net.connect(d.port, d.host);
  const FLOOD = 20_000;
  await new Promise((resolve, reject) => {
    let ends = 0;
    socket.on('error', reject);
    socket.on('data', (data) => {
      ends += data.toString('latin1').split('HTTP/1.1 422').length - 1;
      if (ends >= FLOOD * 0.99) resolve(); // a status line may lie across two pieces
    });
    let at = 0;
    const more = () => {
      let text = '';
      for (const end = Math.min(FLOOD, at + 500); at < end; at++) {
        text +=
          `POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 100.${at >> 16}` +
          `.${(at >> 8) & 255}.${at & 255}\r\nContent-Length: 12\r\n\r\n{"score":99}`;
      }
      if (at < FLOOD) socket.write(text, more);
      else socket.write(text);
    };
    more();
  });
  socket.destroy();
  refused(await d.post('nps', { score: 9 }, from('192.0.2.1')), 'address');
});

// Posts over one connection without waiting, and counts the status lines that come.
async function pour(d, requests, statuses) {
  const socket = net.connect(d.port, d.host);
  const total = requests.length;
  await new Promise((resolve, reject) => {
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      text = text.slice(-12) + data.toString('latin1');
      for (const [, status] of text.matchAll(/HTTP\/1\.1 (\d{3})/g)) statuses[status] = (statuses[status] ?? 0) + 1;
      text = text.replaceAll(/HTTP\/1\.1 \d{3}/g, '');
      if (Object.values(statuses).reduce((a, b) => a + b, 0) >= total) resolve();
    });
    const more = () => (requests.length > 0 ? socket.write(requests.splice(0, 500).join(''), more) : undefined);
    more();
  });
  socket.destroy();
}

test('a flood from every subnet of a /48: it gets what sixteen addresses get, and nobody else notices', async (t) => {
  const RATE = 5;
  const d = await limited(t, { ...LOOPBACK, limits: { ingest_rate: RATE } });
  for (let i = 0; i < RATE; i++)
    assert.equal((await d.post('nps', { score: 9 }, from('2001:db8:aaaa::1'))).status, 201);
  const statuses = {};
  const post = (address) =>
    `POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n` +
    `Content-Length: 12\r\n\r\n{"score":99}`;
  const begun = performance.now();
  await pour(
    d,
    Array.from({ length: 20_000 }, (_, i) => post(`2001:db8:bbbb:${(i * 3).toString(16)}::1`)),
    statuses,
  );
  const back = Math.ceil((((performance.now() - begun) / 1000) * 16 * RATE) / 60) + 1;
  assert.equal(statuses[422] + statuses[429], 20_000);
  assert.ok(statuses[422] >= 16 * RATE && statuses[422] <= 16 * RATE + back, JSON.stringify(statuses));
  const neighbour = await d.post('nps', { score: 9 }, from('2001:db8:bbbb:ffff::1'));
  if (neighbour.status !== 201) {
    refused(neighbour, 'address');
    assert.match(neighbour.json.detail, /network of this address .* 80 requests/);
  }
  for (let i = 0; i < 200; i++) {
    for (const stranger of [`2001:db9:${i.toString(16)}::1`, `198.51.100.${i}`]) {
      const reply = await d.post('nps', { score: 9 }, from(stranger));
      assert.equal(reply.status, 201);
      assert.equal(limits(reply).r, RATE - 1, stranger);
    }
  }
  const late = await d.post('nps', { score: 9 }, from('2001:db8:aaaa::2'));
  if (performance.now() - begun < 10_000) refused(late, 'address');
});

// A request's head alone, and the reply to it; `over` are header lines.
async function head(d, method, target, length, over = []) {
  const wire = await d.connect();
  wire.send(
    [
      `${method} ${target} HTTP/1.1`,
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${length}`,
      ...over,
      '',
      '',
    ].join('\r\n'),
  );
  wire.sent = null;
  const reply = await wire.reply();
  if (reply?.headers.connection === 'close') await wire.ended();
  wire.close();
  return reply;
}

const comment = (bytes) => ({ score: 9, comment: 'x'.repeat(bytes) });

test('bytes of bodies by address: beyond them no body is read', async (t) => {
  const d = await limited(t, { limits: { bytes_per_address: 10_000 } });
  assert.equal((await d.post('nps', comment(4000))).status, 201);
  assert.equal((await d.post('nps', comment(4000))).status, 201);
  const over = await head(d, 'POST', '/v1/surveys/nps/responses', 4000);
  const seconds = refusedBytes(over);
  assert.ok(seconds >= 1 && seconds <= 20, `${seconds}`);
  assert.equal(
    (await head(d, 'POST', '/v1/surveys/nps/responses', 4000, ['Expect: 100-continue'])).status,
    429,
    'and none is asked for',
  );
  assert.equal((await d.post('nps', { score: 9 })).status, 201, 'what fits passes');
  assert.equal((await d.request('GET', '/v1/surveys/nps/form')).status, 200, 'and what has no body');
  assert.equal((await d.request('GET', '/healthz')).status, 200);
  for (let i = 0; i < 3; i++)
    assert.equal(
      (await d.batch(Array.from({ length: 500 }, () => ({ survey: 'nps', score: 9 })))).status,
      200,
      'a good key is not limited',
    );
  assert.equal((await d.admin('GET', '/v1/status')).json.rate_limited.bytes, 2);
});

function refusedBytes(reply) {
  assertProblem(reply, 429, 'rate_limited');
  assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
  assert.equal(reply.headers.connection, 'close');
  const { name, w } = limits(reply);
  assert.deepEqual([name, w], ['bytes', 60]);
  assert.match(reply.json.detail, /This address has sent more than \d+ bytes of bodies a minute; try again in \d+ s/);
  return Number(reply.headers['retry-after']);
}

test('Retry-After of bytes is true', async (t) => {
  const d = await limited(t, { limits: { bytes_per_address: 60_000 } });
  for (let i = 0; i < 7; i++) assert.equal((await d.post('nps', comment(8000))).status, 201);
  let reply;
  for (let i = 0; i < 10 && reply?.status !== 429; i++) reply = await d.post('nps', comment(4000));
  await wait(refusedBytes(reply));
  assert.equal((await d.post('nps', comment(4000))).status, 201);
});

// Those that no call could use are not read (guard.test.mjs).
test('bodies that are refused or dropped count too, but with a good key', async (t) => {
  const dropped = {
    'no key': (d, body) => d.request('PUT', '/v1/surveys/x', { body }),
    'a bad key': (d, body) => d.request('POST', '/v1/responses', { body, key: WRONG }),
    'a key without the scope': async (d, body) => d.request('POST', '/v1/responses', { body, key: d.reader }),
    'a key without the scope where none is asked for': async (d, body) => d.post('nps', body, { key: d.reader }),
    'no such survey': (d, body) => d.post('nowhere', body),
    'a parameter': (d, body) => d.request('POST', '/v1/surveys/nps/responses?x=1', { body }),
  };
  const d = await limited(t, { ...LOOPBACK, limits: { bytes_per_address: 50_000, body_bytes: '16K' } });
  d.reader = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json.key;
  let client = 0;
  for (const [name, call] of Object.entries(dropped)) {
    client += 1;
    const own = Object.create(d, {
      request: {
        value: (method, target, options = {}) =>
          d.request(method, target, {
            ...options,
            headers: { ...options.headers, ...from(`192.0.2.${client}`).headers },
          }),
      },
    });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await call(own, comment(15_000))).status);
    assert.ok(
      !statuses.slice(0, 3).includes(429) && statuses.slice(3).every((status) => status === 429),
      `${name}: ${statuses}`,
    );
  }
  for (let i = 0; i < 10; i++) assertProblem(await d.post('nps', comment(15_000), { key: d.key }), 422, 'invalid');
  // One that is too large to be read at all costs no more than what came of it.
  for (let i = 0; i < 20; i++)
    assert.equal(
      (await head(d, 'POST', '/v1/surveys/nps/responses', 100_000_000, ['X-Forwarded-For: 192.0.2.200'])).status,
      413,
    );
});

test('what is pushed behind a refusal counts', async (t) => {
  const d = await limited(t, { limits: { bytes_per_address: '1M', body_bytes: '64K', batch_bytes: '64K' } });
  let status;
  for (let i = 0; i < 50 && status !== 429; i++) {
    const socket = net.connect(d.port, d.host);
    status = await new Promise((resolve) => {
      socket.on('error', () => resolve(0));
      socket.on('data', (data) => resolve(Number(data.toString('latin1').slice(9, 12))));
      socket.write(
        Buffer.concat([
          Buffer.from('POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n'),
          Buffer.alloc(400_000),
        ]),
      );
    });
    socket.destroy();
    assert.ok([0, 404, 429].includes(status), `${status}`);
  }
  assert.equal(status, 429);
});

test('the form is limited where it is asked by a name, and not by what a cache puts behind it', async (t) => {
  const d = await limited(t, { limits: { ingest_rate: 2 } });
  const ask = (query) => d.request('GET', `/v1/surveys/nps/form${query}`);
  for (let i = 0; i < 20; i++) {
    const reply = await ask(`?_=${i}&utm_source=%`);
    assert.deepEqual([reply.status, reply.headers.ratelimit], [200, undefined]);
  }
  assert.equal((await d.post('nps', { score: 9 })).status, 201, 'they cost nothing');
  for (const name of ['?respondent=a', '?_=1&%72espondent=a', '?respondent=%', '?respondent=a&respondent=b']) {
    let reply;
    for (let i = 0; i < 10 && reply?.status !== 429; i++) reply = await ask(name);
    refused(reply, 'address');
  }
  assert.equal((await ask('?_=1')).status, 200);
});

test('a body that is larger than all of it passes where nothing has been sent', async (t) => {
  const d = await limited(t, { ...LOOPBACK, limits: { bytes_per_address: 3000 } });
  const begun = performance.now();
  assert.equal((await d.post('nps', comment(6000), from('192.0.2.1'))).status, 201);
  const seconds = refusedBytes(await d.post('nps', comment(6000), from('192.0.2.1')));
  const least = 60 - (performance.now() - begun) / 1000; // a minute from the first, less what has passed
  assert.ok(seconds >= least && seconds <= 60, `${seconds}, ${least}`);
  refusedBytes(await d.post('nps', comment(1000), from('192.0.2.1')));
  assert.equal((await d.post('nps', comment(6000), from('192.0.2.2'))).status, 201);
});

test('bytes are on by default, by client behind a proxy, and not limited on a Unix socket', async (t) => {
  const dir = useDirectory(t);
  const socket = path.join(dir, 's');
  const d = await limited(t, {
    server: { ...LOOPBACK.server, unix_socket: socket },
    limits: { bytes_per_address: 600 },
  });
  assert.match(run(['serve', '--print-config']).stdout, /^#bytes_per_address = 16M$/m);
  for (let i = 1; i < 10; i++) assert.equal((await d.post('nps', comment(500), from(`192.0.2.${i}`))).status, 201);
  refusedBytes(await d.post('nps', comment(500), from('192.0.2.1')));
  for (let i = 0; i < 10; i++) assert.equal(await postLocally(socket, '/v1/surveys/nps/responses'), 201);
});

test('lists of proxies that are none are refused at the start', () => {
  for (const list of ['10.0.0.0/33', 'proxy.example', '10.0.0.0/8;::1', '[::1]']) {
    const done = run(['serve', '--check'], { env: { CXD_SERVER_TRUSTED_PROXIES: list } });
    assert.equal(done.status, 1 + (done.status === 2), done.stderr);
    assert.match(done.stderr, /CXD_SERVER_TRUSTED_PROXIES.*is not a list of networks/);
  }
});

// POST over a Unix socket: the status.
const postLocally = (socketPath, target, headers = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath,
        method: 'POST',
        path: target,
        headers: { Host: 'x', 'Content-Type': 'application/json', 'Content-Length': 11, ...headers },
      },
      (reply) => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode));
      },
    );
    request.on('error', reject);
    request.end('{"score":9}');
  });

test('peers on a Unix socket are not limited, and forward only where "unix" is trusted', async (t) => {
  const dir = useDirectory(t);
  const target = '/v1/surveys/nps/responses';
  for (const trusted of ['127.0.0.1', 'unix']) {
    const socket = path.join(dir, `${trusted}.sock`);
    const d = await limited(t, {
      server: { unix_socket: socket, trusted_proxies: trusted },
      limits: { ingest_rate: 1 },
    });
    const post = (...hops) => postLocally(socket, target, hops.length > 0 ? from(...hops).headers : {});
    for (let i = 0; i < 4; i++) assert.equal(await post(), 201);
    assert.equal(await post('192.0.2.1'), 201);
    assert.equal(await post('192.0.2.1'), trusted === 'unix' ? 429 : 201);
    assert.equal(await post('192.0.2.2'), 201);
    // "unix" says nothing of TCP.
    if (trusted === 'unix') {
      assert.equal((await d.post('nps', { score: 9 }, from('192.0.2.3'))).status, 201);
      refused(await d.post('nps', { score: 9 }, from('192.0.2.4')), 'address');
    }
  }
});
