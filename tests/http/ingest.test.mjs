// One response: what is taken, what is stored, what is refused and how it is said (issue: Ingest; edge.md §3, §4, §6).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, start, UUID } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps', properties: ['plan'] });
await d.survey('csat', { metric: 'csat' });
await d.survey('ces', { metric: 'ces' });
await d.survey('thumbs', { metric: 'csat', scale: { min: 0, max: 1 } });
await d.survey('long', { metric: 'nps', max_backdate: '60d' });
await d.survey('shop', { metric: 'nps', allowed_origins: ['https://shop.example'] });

const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString();

test('only a score is required; the reply is the stored response', async () => {
  const before = Date.now();
  const reply = await d.post('nps', { score: 9 });
  const now = Date.now();
  assert.equal(reply.status, 201, reply.text);
  assert.match(reply.headers['content-type'], /^application\/json/);
  const r = reply.json;
  assert.match(r.id, UUID);
  assert.equal(r.id[14], '7', 'the server makes UUIDv7');
  assert.ok(Math.abs(parseInt(r.id.replace('-', '').slice(0, 12), 16) - now) < 10_000, 'of this moment');
  assert.equal(r.survey, 'nps');
  assert.equal(r.score, 9);
  assert.equal(r.revision, 1);
  for (const time of [r.answered_at, r.received_at]) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.ok(Date.parse(time) >= before - 1000 && Date.parse(time) <= now + 1000, time);
  }
  for (const member of ['comment', 'respondent', 'touchpoint', 'channel', 'locale']) assert.equal(r[member] ?? null, null, member);
  assert.equal(new URL(reply.headers.location, d.url).pathname, `/v1/surveys/nps/responses/${r.id}`);
});

test('every member is stored as it was sent', async () => {
  const answered = new Date(Date.now() - 3600_000).toISOString();
  const sent = {
    id: '01920000-aaaa-7bbb-8ccc-1234567890ab', score: 0, comment: 'Zu langsam …\nund „teuer“ 🙁\t!', respondent: 'user-17',
    touchpoint: 'checkout', channel: 'web', locale: 'de-CH', properties: { plan: 'pro', n: 3, beta: true, 'a.b-c_9': 'x' }, answered_at: answered,
  };
  const reply = await d.post('nps', sent);
  assert.equal(reply.status, 201, reply.text);
  const { received_at: received, answered_at: at, ...rest } = reply.json;
  assert.ok(received);
  assert.equal(Date.parse(at), Date.parse(answered));
  const { answered_at: _, ...members } = sent;
  assert.deepEqual(rest, { ...members, survey: 'nps', revision: 1, properties: { plan: 'pro', n: '3', beta: 'true', 'a.b-c_9': 'x' } });
});

test('PUT names the response; an id of upper case is the same id', async () => {
  const id = '01920000-0000-7000-8000-00000000000a';
  const first = await d.put('nps', id.toUpperCase(), { score: 4 });
  assert.equal(first.status, 201, first.text);
  assert.equal(first.json.id, id);
  assert.ok(first.headers.location?.endsWith(id));
  const again = await d.put('nps', id, { score: 4, id: id.toUpperCase() });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.id, id);
});

test('PUT with another id in the body is refused by name', async () => {
  const reply = await d.put('nps', '01920000-0000-7000-8000-00000000000b', { score: 4, id: '01920000-0000-7000-8000-00000000000c' });
  assertProblem(reply, 422, 'invalid', ['/id']);
});

for (const id of ['x', '01920000-0000-7000-8000-00000000000', '01920000-0000-7000-8000-00000000000g', '01920000000070008000000000000001',
  '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '{01920000-0000-7000-8000-000000000001}']) {
  test(`id ${id} is refused, in the body and in the path`, async () => {
    assertProblem(await d.post('nps', { score: 1, id }), 422, 'invalid', ['/id']);
    const put = await d.put('nps', encodeURIComponent(id), { score: 1 });
    assert.ok([400, 404, 422].includes(put.status), `${put.status} ${put.text}`);
  });
}

// Scores at and beyond the edge of each scale, and other things than integers.
const scales = { nps: [0, 10], csat: [1, 5], ces: [1, 7], thumbs: [0, 1] };
for (const [slug, [min, max]] of Object.entries(scales)) {
  test(`${slug} takes every score from ${min} to ${max} and no other`, async () => {
    for (let score = min; score <= max; score++) assert.equal((await d.post(slug, { score })).status, 201, `${score}`);
    for (const score of [min - 1, max + 1, -1, 11, 1e6, -1e15]) assertProblem(await d.post(slug, { score }), 422, 'invalid', ['/score']);
  });
}

for (const score of ['6.5', '"9"', 'null', 'true', '[9]', '{"a":1}', '1e400', '9.5e0', '99999999999999999999999']) {
  test(`a score of ${score} is refused`, async () => {
    const reply = await d.post('nps', `{"score": ${score}}`);
    if (score === '1e400' || score.length > 20) assert.ok([400, 422].includes(reply.status), reply.text);
    else assertProblem(reply, 422, 'invalid', ['/score']);
  });
}

test('a missing score is named', async () => {
  assertProblem(await d.post('nps', {}), 422, 'invalid', ['/score']);
  assertProblem(await d.post('nps', { comment: 'x' }), 422, 'invalid', ['/score']);
});

test('every bad member is named, not the first', async () => {
  const reply = await d.post('nps', {
    scroe: 9, comment: 7, respondent: 'r'.repeat(257), touchpoint: 4, channel: [], locale: {}, properties: { ok: 'x', 'a/b~c': [1] }, answered_at: 'yesterday', id: 'x', score: 11,
  });
  assertProblem(reply, 422, 'invalid', ['/scroe', '/comment', '/respondent', '/touchpoint', '/channel', '/locale', '/properties/a~1b~0c', '/answered_at', '/id', '/score']);
});

test('a member that a newer client may send is still a typo', async () => {
  assertProblem(await d.post('nps', { score: 9, survey: 'nps', excluded: true }), 422, 'invalid', ['/survey', '/excluded']);
});

// Texts: limits are in code points.
const LIMITS = [
  ['comment', 8000], ['respondent', 256],
];
for (const [member, limit] of LIMITS) {
  test(`${member} holds ${limit} characters, counted as code points`, async () => {
    for (const letter of ['a', 'é', '🙂']) {
      const value = letter.repeat(limit);
      const reply = await d.post('nps', { score: 5, [member]: value });
      assert.equal(reply.status, 201, reply.text.slice(0, 300));
      assert.equal(reply.json[member], value);
      assertProblem(await d.post('nps', { score: 5, [member]: value + letter }), 422, 'invalid', [`/${member}`]);
    }
  });
}

test('properties: 32, keys of 64, values of 512 and no more', async () => {
  const many = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
  assert.equal((await d.post('nps', { score: 5, properties: many(32) })).status, 201);
  assertProblem(await d.post('nps', { score: 5, properties: many(33) }), 422, 'invalid', ['/properties']);
  const key = 'k'.repeat(64);
  const ok = await d.post('nps', { score: 5, properties: { [key]: 'ß'.repeat(512) } });
  assert.equal(ok.status, 201, ok.text);
  assert.deepEqual(ok.json.properties, { [key]: 'ß'.repeat(512) });
  assertProblem(await d.post('nps', { score: 5, properties: { [`${key}k`]: 'v' } }), 422, 'invalid');
  assertProblem(await d.post('nps', { score: 5, properties: { k: 'ß'.repeat(513) } }), 422, 'invalid', ['/properties/k']);
  for (const bad of ['', 'a b', 'ü', 'a=b']) assertProblem(await d.post('nps', { score: 5, properties: { [bad]: 'v' } }), 422, 'invalid', [`/properties/${bad}`]);
  assertProblem(await d.post('nps', { score: 5, properties: { 'a/b~c': 'v' } }), 422, 'invalid', ['/properties/a~1b~0c']);
  for (const properties of [[], 'x', 3]) assertProblem(await d.post('nps', { score: 5, properties }), 422, 'invalid', ['/properties']);
});

test('an empty comment is no comment', async () => {
  const reply = await d.post('nps', { score: 5, comment: '' });
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.json.comment ?? null, null);
});

test('control characters are refused where they have no business', async () => {
  for (const member of ['respondent', 'touchpoint', 'channel']) {
    assertProblem(await d.post('nps', `{"score":5,"${member}":"a\\u0007b"}`), 422, 'invalid', [`/${member}`]);
  }
  assertProblem(await d.post('nps', '{"score":5,"comment":"a\\u001bb"}'), 422, 'invalid', ['/comment']);
});

// Times.
test('answered_at: with Z, an offset, milliseconds, or none given', async () => {
  const ms = Math.floor(Date.now() / 1000) * 1000 - 7_200_000;
  const local = iso(ms + 5.75 * 3600_000).slice(0, 19);
  for (const [text, want] of [[iso(ms), ms], [`${local}+05:45`, ms], [iso(ms + 123), ms + 123], [iso(ms).replace('.000Z', 'Z'), ms]]) {
    const reply = await d.post('nps', { score: 5, answered_at: text });
    assert.equal(reply.status, 201, `${text}: ${reply.text}`);
    assert.equal(Date.parse(reply.json.answered_at), want, text);
    assert.ok(reply.json.answered_at.endsWith('Z'));
  }
});

for (const text of ['', 'now', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-11-01T24:30:00Z', '2026-11-01T00:61:00Z', '2026-11-01 00:00:00', '2026-11-01T00:00:00', '1730000000', '2026-11-01T00:00:00+25:00', '2026-11-01T00:00:00Zx']) {
  test(`answered_at ${JSON.stringify(text)} is refused`, async () => {
    assertProblem(await d.post('long', { score: 5, answered_at: text }), 422, 'invalid', ['/answered_at']);
  });
}

test('answered_at may lie 5 minutes ahead and max_backdate back', async () => {
  const now = Date.now();
  const status = async (slug, ms) => (await d.post(slug, { score: 5, answered_at: iso(ms) })).status;
  assert.equal(await status('nps', now + 4 * 60_000), 201);
  assertProblem(await d.post('nps', { score: 5, answered_at: iso(now + 6 * 60_000) }), 422, 'invalid', ['/answered_at']);
  assert.equal(await status('nps', now - 7 * DAY + 60_000), 201);
  assertProblem(await d.post('nps', { score: 5, answered_at: iso(now - 7 * DAY - 60_000) }), 422, 'invalid', ['/answered_at']);
  assert.equal(await status('long', now - 60 * DAY + 60_000), 201);
  assertProblem(await d.post('long', { score: 5, answered_at: iso(now - 60 * DAY - 60_000) }), 422, 'invalid', ['/answered_at']);
});

// JSON as it arrives.
for (const [name, body] of [
  ['nothing', ''], ['a cut object', '{"score": 9'], ['a member twice', '{"score": 9, "score": 1}'], ['trailing junk', '{"score": 9} x'], ['two documents', '{"score": 9}{"score": 9}'],
  ['single quotes', "{'score': 9}"], ['a comment', '{"score": 9} // nine'], ['NaN', '{"score": NaN}'], ['\\u0000', '{"score": 9, "comment": "a\\u0000b"}'],
  ['a lone surrogate', '{"score": 9, "comment": "\\ud800"}'], ['bad UTF-8', Buffer.from('7b2273636f7265223a392c22636f6d6d656e74223a22ff227d', 'hex')],
  ['an overlong slash', Buffer.from('7b2273636f7265223a392c22636f6d6d656e74223a22c0af227d', 'hex')],
  ['nesting beyond 16', `{"score": 9, "properties": ${'['.repeat(17)}${']'.repeat(17)}}`], ['very deep nesting', '['.repeat(30_000)], ['a raw newline in a text', '{"score": 9, "comment": "a\nb"}'],
  ['a member of properties twice', '{"score": 9, "properties": {"a": "1", "a": "2"}}'],
]) {
  test(`malformed JSON: ${name}`, async () => assertProblem(await d.post('nps', body), 400, 'malformed_json'));
}

for (const body of ['[]', '"x"', '9', 'null', 'true', '[{"score": 9}]']) {
  test(`a body of ${body} is not a response`, async () => {
    const reply = await d.post('nps', body);
    assert.ok(reply.status === 400 || reply.status === 422, `${reply.status} ${reply.text}`);
    assert.match(reply.headers['content-type'], /problem\+json/);
  });
}

test('media types: application/json and text/plain carrying JSON, nothing else', async () => {
  let n = 16;
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'text/plain', 'text/plain;charset=UTF-8']) {
    assert.equal((await d.post('nps', '{"score": 3}', { type })).status, 201, type);
    assert.equal((await d.put('nps', `01920000-0000-7000-8000-0000000000${(n++).toString(16)}`, '{"score": 3}', { type })).status, 201, type);
  }
  for (const type of ['application/x-www-form-urlencoded', 'text/html', 'application/xml', 'application/jsonx', 'multipart/form-data; boundary=x']) {
    assertProblem(await d.post('nps', '{"score": 3}', { type }), 415, 'media_type');
  }
});

test('a body of 64 KiB is read, a longer one is not', async () => {
  const body = (length) => {
    const head = '{"score": 3';
    return head + ' '.repeat(length - head.length - 1) + '}';
  };
  assert.equal((await d.post('nps', body(65536))).status, 201);
  assertProblem(await d.post('nps', body(65537)), 413, 'too_large');
});

test('unknown survey, method, path', async () => {
  assertProblem(await d.post('nowhere', { score: 9 }), 404, 'no_survey');
  assertProblem(await d.put('nowhere', '01920000-0000-7000-8000-00000000000d', { score: 9 }), 404, 'no_survey');
  const reply = await d.request('DELETE', '/v1/surveys/nps/responses');
  assertProblem(reply, 405, 'method_not_allowed');
  assert.match(reply.headers.allow, /\bPOST\b/);
  assertProblem(await d.request('GET', '/v1/nothing'), 404, 'not_found');
  assertProblem(await d.request('POST', '/v1/surveys/nps/responses/', { body: { score: 9 } }), 404, 'not_found');
});

test('an unknown query parameter is named', async () => {
  const reply = await d.request('POST', '/v1/surveys/nps/responses?dry=1', { body: { score: 9 } });
  assert.match(assertProblem(reply, 400, 'bad_parameter').detail, /dry/);
});

test('ingest needs no key, and a bad key is not asked for', async () => {
  assert.equal((await d.post('nps', { score: 9 })).status, 201);
});

// CORS.
test('CORS: any Origin is echoed where the survey names none', async () => {
  const reply = await d.post('nps', { score: 9 }, { headers: { Origin: 'https://a.example' } });
  assert.equal(reply.status, 201);
  assert.equal(reply.headers['access-control-allow-origin'], 'https://a.example');
  assert.match(reply.headers.vary, /\bOrigin\b/i);
  assert.equal(reply.headers['access-control-allow-credentials'], undefined);
});

test('CORS: a refused body still lets the page read why', async () => {
  const reply = await d.post('nps', { score: 99 }, { headers: { Origin: 'https://a.example' } });
  assert.equal(reply.status, 422);
  assert.equal(reply.headers['access-control-allow-origin'], 'https://a.example');
});

test('CORS: allowed_origins decides, and without Origin anyone may post', async () => {
  const good = await d.post('shop', { score: 9 }, { headers: { Origin: 'https://shop.example' } });
  assert.equal(good.status, 201);
  assert.equal(good.headers['access-control-allow-origin'], 'https://shop.example');
  for (const origin of ['https://evil.example', 'http://shop.example', 'https://shop.example.evil', 'https://shop.example:8443', 'null']) {
    const bad = await d.post('shop', { score: 9 }, { headers: { Origin: origin } });
    assertProblem(bad, 403, 'origin');
    assert.equal(bad.headers['access-control-allow-origin'], undefined);
  }
  assert.equal((await d.post('shop', { score: 9 })).status, 201);
});

test('CORS: preflight', async () => {
  for (const [target, method] of [['/v1/surveys/nps/responses', 'POST'], ['/v1/surveys/nps/responses/01920000-0000-7000-8000-00000000000e', 'PUT'], ['/v1/surveys/nps/form', 'GET']]) {
    const reply = await d.request('OPTIONS', target, { headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'content-type, idempotency-key' } });
    assert.equal(reply.status, 204, `${target} ${reply.text}`);
    assert.equal(reply.headers['access-control-allow-origin'], 'https://a.example');
    assert.match(reply.headers['access-control-allow-methods'], new RegExp(`\\b${method}\\b`));
    assert.match(reply.headers['access-control-allow-headers'], /content-type/i);
    assert.match(reply.headers['access-control-allow-headers'], /idempotency-key/i);
    assert.equal(reply.headers['access-control-max-age'], '7200');
    assert.match(reply.headers.vary, /\bOrigin\b/i);
    assert.equal(reply.headers['access-control-allow-credentials'], undefined);
  }
  const refused = await d.request('OPTIONS', '/v1/surveys/shop/responses', { headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' } });
  assert.equal(refused.headers['access-control-allow-origin'], undefined);
});

test('CORS: every reply of these calls varies by Origin, errors too, and a page that is allowed may read it', async () => {
  const ask = async (status, allowed, method, target, options = {}) => {
    const reply = await d.request(method, target, { ...options, headers: { Origin: 'https://a.example', ...options.headers } });
    assert.equal(reply.status, status, `${method} ${target}: ${reply.text}`);
    assert.equal(reply.headers.vary, 'Origin', `${method} ${target} ${status}`);
    assert.equal(reply.headers['access-control-allow-origin'], allowed ? 'https://a.example' : undefined, `${method} ${target} ${status}`);
    assert.equal(reply.headers['access-control-allow-credentials'], undefined);
  };
  const body = { score: 1 };
  await ask(201, true, 'POST', '/v1/surveys/nps/responses', { body });
  await ask(400, true, 'POST', '/v1/surveys/nps/responses?dry=1', { body });
  await ask(400, true, 'POST', '/v1/surveys/nps/responses', { body: '{' });
  await ask(404, true, 'POST', '/v1/surveys/nowhere/responses', { body });
  await ask(404, true, 'PUT', '/v1/surveys/nps/responses/17', { body });
  await ask(413, true, 'POST', '/v1/surveys/nps/responses', { body: ' '.repeat(65537) });
  await ask(415, true, 'POST', '/v1/surveys/nps/responses', { body: 'a', type: 'text/csv' });
  await ask(422, true, 'POST', '/v1/surveys/nps/responses', { body: { score: 99 } });
  await ask(200, true, 'GET', '/v1/surveys/nps/form');
  await ask(200, true, 'HEAD', '/v1/surveys/nps/form');
  await ask(404, true, 'GET', '/v1/surveys/nowhere/form');
  await ask(405, false, 'DELETE', '/v1/surveys/nps/responses');
  await ask(204, false, 'OPTIONS', '/v1/surveys/nps/responses');
  await ask(204, true, 'OPTIONS', '/v1/surveys/nps/responses', { headers: { 'Access-Control-Request-Method': 'POST' } });
  await ask(204, false, 'OPTIONS', '/v1/surveys/nps/responses', { headers: { 'Access-Control-Request-Method': 'DELETE' } });
  await ask(403, false, 'POST', '/v1/surveys/shop/responses', { body });
  await ask(200, false, 'GET', '/v1/surveys/shop/form');
  await ask(204, false, 'OPTIONS', '/v1/surveys/shop/responses', { headers: { 'Access-Control-Request-Method': 'POST' } });
});

test('CORS: an origin is compared byte by byte', async () => {
  await d.survey('origins', { metric: 'nps', allowed_origins: ['https://shop.example', 'http://localhost:3000', 'null'] });
  const status = async (origin) => (await d.post('origins', { score: 1 }, { headers: { Origin: origin } })).status;
  for (const origin of ['https://shop.example', 'http://localhost:3000', 'null']) assert.equal(await status(origin), 201, origin);
  for (const origin of ['https://shop.example:443', 'https://Shop.example', 'HTTPS://shop.example', 'https://shop.example/', 'https://shop.example.', 'https://a.shop.example', 'https://shop.example, https://evil.example', 'http://localhost', 'http://localhost:30000', 'https://localhost:3000', 'NULL', '*', '']) {
    assert.equal(await status(origin), 403, origin);
  }
  for (const bad of ['https://Shop.example', 'https://shop.example:443', 'http://shop.example:80', 'https://shop.example/', 'https://*.shop.example', '*', 'https://user@shop.example', 'https://shop.example:0x50', 'https://shop.example:', ' https://shop.example']) {
    const reply = await d.admin('PUT', '/v1/surveys/bad-origin', { body: { metric: 'nps', allowed_origins: [bad] } });
    assertProblem(reply, 422, 'invalid', ['/allowed_origins/0']);
  }
});

test('CORS: key-protected routes are not cross-origin', async () => {
  for (const target of ['/v1/surveys/nps/score', '/v1/surveys', '/v1/keys']) {
    const reply = await d.admin('GET', target, { headers: { Origin: 'https://a.example' } });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['access-control-allow-origin'], undefined, target);
    const preflight = await d.request('OPTIONS', target, { headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' } });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined, target);
  }
});

test('comments never reach the log', async () => {
  const secret = 'Streng-geheimer-Kommentar-4711';
  assert.equal((await d.post('nps', { score: 1, comment: secret, respondent: secret })).status, 201);
  assertProblem(await d.post('nps', { score: 99, comment: secret }), 422, 'invalid');
  assert.ok(!d.stderr.includes(secret));
  assert.ok(!d.stdout.includes(secret));
});
