// One response: what is taken, what is stored, what is refused and how it is said (docs/edge.md §3, §4, §6).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, start, UUID } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps', properties: ['plan'] });
await d.survey('csat', { metric: 'csat' });
await d.survey('ces', { metric: 'ces' });
await d.survey('thumbs', { metric: 'csat', scale: { min: 0, max: 1 } });
const stated = (min, max, from, to) =>
  d.survey({ '1-4': 'stars', '0-10': 'tens', '2-7': 'odd' }[`${min}-${max}`], {
    metric: 'csat',
    scale: { min, max },
    bands: { satisfied_from: from, dissatisfied_to: to },
  });
await Promise.all([stated(1, 4, 3, 2), stated(0, 10, 8, 4), stated(2, 7, 6, 3)]);
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
  for (const member of ['comment', 'respondent', 'touchpoint', 'channel', 'locale'])
    assert.equal(r[member] ?? null, null, member);
  assert.equal(new URL(reply.headers.location, d.url).pathname, `/v1/surveys/nps/responses/${r.id}`);
});

test('every member is stored as it was sent', async () => {
  const answered = new Date(Date.now() - 3600_000).toISOString();
  const sent = {
    id: '01920000-aaaa-7bbb-8ccc-1234567890ab',
    score: 0,
    comment: 'Zu langsam …\nund „teuer“ 🙁\t!',
    respondent: 'user-17',
    touchpoint: 'checkout',
    channel: 'web',
    locale: 'de-CH',
    properties: { plan: 'pro', n: 3, beta: true, 'a.b-c_9': 'x' },
    answered_at: answered,
  };
  const reply = await d.post('nps', sent);
  assert.equal(reply.status, 201, reply.text);
  const { received_at: received, answered_at: at, ...rest } = reply.json;
  assert.ok(received);
  assert.equal(Date.parse(at), Date.parse(answered));
  const { answered_at: _, ...members } = sent;
  assert.deepEqual(rest, {
    ...members,
    survey: 'nps',
    revision: 1,
    properties: { plan: 'pro', n: '3', beta: 'true', 'a.b-c_9': 'x' },
  });
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
  const reply = await d.put('nps', '01920000-0000-7000-8000-00000000000b', {
    score: 4,
    id: '01920000-0000-7000-8000-00000000000c',
  });
  assertProblem(reply, 422, 'invalid', ['/id']);
});

for (const id of [
  'x',
  '01920000-0000-7000-8000-00000000000',
  '01920000-0000-7000-8000-00000000000g',
  '01920000000070008000000000000001',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '{01920000-0000-7000-8000-000000000001}',
]) {
  test(`id ${id} is refused, in the body and in the path`, async () => {
    assertProblem(await d.post('nps', { score: 1, id }), 422, 'invalid', ['/id']);
    const put = await d.put('nps', encodeURIComponent(id), { score: 1 });
    assert.ok([400, 404, 422].includes(put.status), `${put.status} ${put.text}`);
  });
}

// Scores at and beyond the edge of each scale, and other things than integers.
const scales = { nps: [0, 10], csat: [1, 5], ces: [1, 7], thumbs: [0, 1], stars: [1, 4], tens: [0, 10], odd: [2, 7] };
for (const [slug, [min, max]] of Object.entries(scales)) {
  test(`${slug} takes every score from ${min} to ${max} and no other`, async () => {
    for (let score = min; score <= max; score++) assert.equal((await d.post(slug, { score })).status, 201, `${score}`);
    for (const score of [min - 1, max + 1, -1, 11, 1e6, -1e15])
      assertProblem(await d.post(slug, { score }), 422, 'invalid', ['/score']);
  });
}

for (const [score, why] of [
  ['6.5', 'must be a whole number'],
  ['9.5e0', 'must be a whole number'],
  ['1e-1', 'must be a whole number'],
  ['1e-400', 'must be a whole number'],
  ['9.0000000000000001', 'must be a whole number'],
  ['"9"', 'must be a whole number: send the number 9, without quotes; a form may send text'],
  ['"9.0"', 'must be a whole number: send the number 9.0, without quotes; a form may send text'],
  ['"nine"', 'must be a whole number'],
  ['true', 'must be a whole number'],
  ['[9]', 'must be a whole number'],
  ['{"a":1}', 'must be a whole number'],
  ['null', 'is required'],
  ['""', 'is required'],
  ['1e400', 'must be a whole number from 0 to 10'],
  ['-1e400', 'must be a whole number from 0 to 10'],
  ['1e19', 'must be a whole number from 0 to 10'],
  ['99999999999999999999999', 'must be a whole number from 0 to 10'],
  ['1100e-2', 'must be a whole number from 0 to 10'],
]) {
  test(`a score of ${score} is refused`, async () => {
    const problem = assertProblem(await d.post('nps', `{"score": ${score}}`), 422, 'invalid', ['/score']);
    assert.equal(problem.errors[0].detail, why);
  });
}

test('a whole number is one however it is written', async () => {
  for (const [text, score] of Object.entries({
    '9.0': 9,
    '1e1': 10,
    '90e-1': 9,
    '1.0E+1': 10,
    '-0.0': 0,
    '0.7e1': 7,
  })) {
    const reply = await d.post('nps', `{"score":${text}}`);
    assert.deepEqual([reply.status, reply.json.score], [201, score], text);
  }
});

test('a missing score is named', async () => {
  assertProblem(await d.post('nps', {}), 422, 'invalid', ['/score']);
  assertProblem(await d.post('nps', { comment: 'x' }), 422, 'invalid', ['/score']);
});

test('every bad member is named, not the first', async () => {
  const reply = await d.post('nps', {
    scroe: 9,
    comment: 7,
    respondent: 'r'.repeat(257),
    touchpoint: 4,
    channel: [],
    locale: {},
    properties: { ok: 'x', 'a/b~c': [1] },
    answered_at: 'yesterday',
    id: 'x',
    score: 11,
  });
  assertProblem(reply, 422, 'invalid', [
    '/scroe',
    '/comment',
    '/respondent',
    '/touchpoint',
    '/channel',
    '/locale',
    '/properties/a~1b~0c',
    '/answered_at',
    '/id',
    '/score',
  ]);
});

test('a member that a newer client may send is still a typo', async () => {
  assertProblem(await d.post('nps', { score: 9, survey: 'nps', excluded: true }), 422, 'invalid', [
    '/survey',
    '/excluded',
  ]);
});

// Texts: limits are in code points.
const LIMITS = [
  ['comment', 8000],
  ['respondent', 256],
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
  assertProblem(await d.post('nps', { score: 5, properties: { k: 'ß'.repeat(513) } }), 422, 'invalid', [
    '/properties/k',
  ]);
  for (const bad of ['', 'a b', 'ü', 'a=b'])
    assertProblem(await d.post('nps', { score: 5, properties: { [bad]: 'v' } }), 422, 'invalid', [
      `/properties/${bad}`,
    ]);
  assertProblem(await d.post('nps', { score: 5, properties: { 'a/b~c': 'v' } }), 422, 'invalid', [
    '/properties/a~1b~0c',
  ]);
  for (const properties of [[], 'x', 3])
    assertProblem(await d.post('nps', { score: 5, properties }), 422, 'invalid', ['/properties']);
});

test('control characters are refused where they have no business', async () => {
  for (const member of ['respondent', 'touchpoint', 'channel']) {
    assertProblem(await d.post('nps', `{"score":5,"${member}":"a\\u0007b"}`), 422, 'invalid', [`/${member}`]);
  }
});

// Times.
test('answered_at: with Z, an offset, milliseconds, or none given', async () => {
  const ms = Math.floor(Date.now() / 1000) * 1000 - 7_200_000;
  const local = iso(ms + 5.75 * 3600_000).slice(0, 19);
  for (const [text, want] of [
    [iso(ms), ms],
    [`${local}+05:45`, ms],
    [iso(ms + 123), ms + 123],
    [iso(ms).replace('.000Z', 'Z'), ms],
  ]) {
    const reply = await d.post('nps', { score: 5, answered_at: text });
    assert.equal(reply.status, 201, `${text}: ${reply.text}`);
    assert.equal(Date.parse(reply.json.answered_at), want, text);
    assert.ok(reply.json.answered_at.endsWith('Z'));
  }
});

for (const text of [
  'now',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-01T24:30:00Z',
  '2026-11-01T00:61:00Z',
  '2026-11-01 00:00:00',
  '2026-11-01T00:00:00',
  '1730000000',
  '2026-11-01T00:00:00+25:00',
  '2026-11-01T00:00:00Zx',
]) {
  test(`answered_at ${JSON.stringify(text)} is refused`, async () => {
    assertProblem(await d.post('long', { score: 5, answered_at: text }), 422, 'invalid', ['/answered_at']);
  });
}

test('answered_at may lie a day ahead and max_backdate back', async () => {
  const now = Date.now();
  const status = async (slug, ms) => (await d.post(slug, { score: 5, answered_at: iso(ms) })).status;
  assert.equal(await status('nps', now + DAY - 60_000), 201);
  assertProblem(await d.post('nps', { score: 5, answered_at: iso(now + DAY + 60_000) }), 422, 'invalid', [
    '/answered_at',
  ]);
  assert.equal(await status('nps', now - 7 * DAY + 60_000), 201);
  assertProblem(await d.post('nps', { score: 5, answered_at: iso(now - 7 * DAY - 60_000) }), 422, 'invalid', [
    '/answered_at',
  ]);
  // What is refused here is taken there, as it says.
  const old = { score: 5, answered_at: iso(now - 70 * DAY) };
  assert.match(
    (await d.post('nps', old)).json.errors[0].detail,
    /older answers are imported with a key, in a batch, POST \/v1\/responses$/,
  );
  assert.equal((await d.batch([{ survey: 'nps', ...old }])).lines[0].status, 201);
  assert.equal(await status('long', now - 60 * DAY + 60_000), 201);
  assertProblem(await d.post('long', { score: 5, answered_at: iso(now - 60 * DAY - 60_000) }), 422, 'invalid', [
    '/answered_at',
  ]);
});

// JSON as it arrives.
for (const [name, body] of [
  ['nothing', ''],
  ['a cut object', '{"score": 9'],
  ['a member twice', '{"score": 9, "score": 1}'],
  ['an escape that is none', '{"score": 9, "comment": "\\x41"}'],
  ['an escape that is cut', '{"score": 9, "comment": "\\u12, more"}'],
  ['half a character between values', Buffer.from('7b2273636f7265223a392cff7d', 'hex')],
  ['a comment of bad characters twice', '{"score": 9, "comment": "\\ud800", "comment": "\\ud800"}'],
  ['trailing junk', '{"score": 9} x'],
  ['two documents', '{"score": 9}{"score": 9}'],
  ['single quotes', "{'score': 9}"],
  ['a comment', '{"score": 9} // nine'],
  ['NaN', '{"score": NaN}'],
  ['nesting beyond 16', `{"score": 9, "properties": ${'['.repeat(17)}${']'.repeat(17)}}`],
  ['very deep nesting', '['.repeat(30_000)],
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
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'text/plain',
    'text/plain;charset=UTF-8',
    'APPLICATION/JSON ; Charset="Utf-8"',
    "application/json;charset='utf-8'",
    'application/json; charset=utf8',
    'text/plain; charset=us-ascii; format=flowed',
    'application/json; charset=',
    'application/json;; odata=verbose ;charset=UTF-8;',
    'application/json; x="; charset=latin1"',
    '',
    null,
  ]) {
    assert.equal((await d.post('nps', '{"score": 3}', { type })).status, 201, type);
    assert.equal(
      (await d.put('nps', `01920000-0000-7000-8000-0000000000${(n++).toString(16)}`, '{"score": 3}', { type })).status,
      201,
      type,
    );
  }
  for (const type of [
    'text/html',
    'application/xml',
    'application/jsonx',
    'application/jso',
    'application',
    ';',
    'application/x-ndjson',
    'application/json, application/json',
  ]) {
    const reply = await d.post('nps', '{"score": 3}', { type });
    assert.match(assertProblem(reply, 415, 'media_type').detail, /application\/json, text\/plain/, type);
    assert.match(reply.headers['accept-post'], /^application\/json, text\/plain\b/);
  }
  const put = await d.put('nps', '01920000-0000-7000-8000-0000000000ff', '{"score": 3}', { type: 'text/html' });
  assertProblem(put, 415, 'media_type');
  assert.match(put.headers.accept, /^application\/json, text\/plain\b/);
  for (const charset of ['latin-1', 'iso-8859-1', 'UTF-16', '"utf-16le"', 'windows-1252', 'utf-8; charset=utf-7']) {
    const reply = await d.post('nps', '{"score": 3}', { type: `application/json; charset=${charset}` });
    assert.match(assertProblem(reply, 415, 'media_type').detail, /only UTF-8 is read/, charset);
  }
});

test('a body of 320 KiB is read, a longer one is not', async () => {
  const body = (length) => {
    const head = '{"score": 3';
    return head + ' '.repeat(length - head.length - 1) + '}';
  };
  assert.equal((await d.post('nps', body(320 * 1024))).status, 201);
  assertProblem(await d.post('nps', body(320 * 1024 + 1)), 413, 'too_large');
});

test('unknown survey, method, path', async () => {
  assertProblem(await d.post('nowhere', { score: 9 }), 404, 'no_survey');
  assertProblem(await d.put('nowhere', '01920000-0000-7000-8000-00000000000d', { score: 9 }), 404, 'no_survey');
  const reply = await d.request('DELETE', '/v1/surveys/nps/responses');
  assertProblem(reply, 405, 'method_not_allowed');
  assert.match(reply.headers.allow, /\bPOST\b/);
  assertProblem(await d.request('GET', '/v1/nothing'), 404, 'not_found');
  assertProblem(await d.request('POST', '/v1/surveys/nps/responses//', { body: { score: 9 } }), 404, 'not_found');
});

// What caches, trackers and frameworks put behind a path.
const LOOSE = [
  '?_=1732880000',
  '?utm_source=mail&utm_medium=e&fbclid=x',
  '?',
  '?a&b=&=c&&',
  '?a=1&a=2',
  '?a=%&%zz=%ff&b=%00',
  `?${Array.from({ length: 300 }, (_, i) => `p${i}=${i}`).join('&')}`,
];

test('a slash at the end, and parameters that mean nothing here: responses and the form are as without', async () => {
  await d.survey('loose', { metric: 'nps' });
  const form = (await d.request('GET', '/v1/surveys/loose/form')).text;
  for (const [i, tail] of ['/', ...LOOSE, ...LOOSE.map((query) => `/${query}`)].entries()) {
    const posted = await d.request('POST', `/v1/surveys/loose/responses${tail}`, { body: { score: 9 } });
    assert.equal(posted.status, 201, `POST ${tail}: ${posted.text}`);
    assert.equal(posted.headers.location, `/v1/surveys/loose/responses/${posted.json.id}`);
    const target = `/v1/surveys/loose/responses/01920000-0000-7000-8000-0000000001${String(i).padStart(2, '0')}${tail}`;
    assert.equal((await d.request('PUT', target, { body: { score: 8 } })).status, 201, target);
    assert.equal((await d.request('PUT', target, { body: { score: 8 } })).status, 200, target);
    const read = await d.request('GET', `/v1/surveys/loose/form${tail}`);
    assert.equal(read.status, 200, `form ${tail}: ${read.text}`);
    assert.equal(read.text, form);
  }
  assert.equal((await d.score('loose', 'window=all')).json.n, 2 * (1 + 2 * LOOSE.length));
});

test('what the form does read is read among them, and judged', async () => {
  const eligible = async (query) => await d.request('GET', `/v1/surveys/nps/form${query}`);
  for (const query of ['?_=1&respondent=a+b&utm=%', '/?%72espondent=a%20b'])
    assert.equal((await eligible(query)).json.eligible, true, query);
  for (const query of ['?Respondent=a', '?respondent=', '?respondent', '?respondent=+%09'])
    assert.equal((await eligible(query)).json.eligible, undefined, query);
  for (const query of ['?respondent=a&respondent=a', '?respondent=%', '?respondent=%ff'])
    assertProblem(await eligible(query), 400, 'bad_parameter');
});

test('other calls name a parameter that they do not know, and take a slash at the end', async () => {
  for (const target of ['/v1/surveys', '/v1/surveys/nps', '/v1/surveys/nps/score', '/v1/scores', '/v1/keys']) {
    assert.equal((await d.admin('GET', `${target}/`)).status, 200, target);
    const reply = await d.admin('GET', `${target}?utm_source=x`);
    assert.match(assertProblem(reply, 400, 'bad_parameter').detail, /utm_source/);
  }
  const batch = await d.admin('POST', '/v1/responses?_=1', { body: [{ survey: 'nps', score: 9 }] });
  assert.equal(batch.status, 200, 'they are answers too');
  assert.equal((await d.admin('POST', '/v1/responses/', { body: [{ survey: 'nps', score: 9 }] })).status, 200);
  for (const target of ['/healthz/', '/readyz/']) assert.equal((await d.request('GET', target)).status, 200, target);
  assertProblem(await d.request('GET', '/v1/surveys/'), 401, 'no_key');
  assertProblem(await d.admin('DELETE', '/v1/surveys/'), 405, 'method_not_allowed');
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
  assert.equal(reply.headers['access-control-allow-credentials'], 'true');
  for (const name of ['location', 'retry-after', 'etag', 'ratelimit', 'ratelimit-policy', 'x-request-id'])
    assert.match(reply.headers['access-control-expose-headers'], new RegExp(`\\b${name}\\b`, 'i'));
  assert.equal((await d.post('nps', { score: 9 })).headers['access-control-allow-credentials'], undefined);
});

test('CORS: a cookie, or a key that is not one, changes nothing of an answer', async () => {
  const origin = { Origin: 'https://a.example' };
  const cookies = `session=${'x'.repeat(4000)}; ${Array.from({ length: 40 }, (_, i) => `c${i}=1`).join('; ')}`;
  for (const headers of [{ Cookie: 'id=1' }, { Cookie: cookies }, { Cookie: '=;;;,"' }]) {
    const reply = await d.post('nps', { score: 9 }, { headers: { ...origin, ...headers } });
    assert.equal(reply.status, 201);
    assert.equal(reply.headers['set-cookie'], undefined);
    assert.equal(reply.headers['access-control-allow-credentials'], 'true');
  }
});

test('CORS: what is no origin is not repeated, and is one where none is named', async () => {
  for (const origin of ['', '\t', 'https://a.example\thttps://b.example', 'https://\xe9.example', 'x'.repeat(513)]) {
    const open = await d.post('nps', { score: 9 }, { headers: { Origin: origin } });
    assert.equal(open.status, 201, JSON.stringify(origin));
    assert.equal(open.headers['access-control-allow-origin'], undefined);
    assert.equal(open.headers['access-control-allow-credentials'], undefined);
    assertProblem(await d.post('shop', { score: 9 }, { headers: { Origin: origin } }), 403, 'origin');
  }
  const two = await d.raw(
    'POST /v1/surveys/shop/responses HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\n' +
      'Origin: https://evil.example\r\nContent-Length: 11\r\n\r\n{"score":9}',
  );
  assertProblem(two, 403, 'origin');
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
  for (const origin of [
    'https://evil.example',
    'http://shop.example',
    'https://shop.example.evil',
    'https://shop.example:8443',
    'null',
  ]) {
    const bad = await d.post('shop', { score: 9 }, { headers: { Origin: origin } });
    assertProblem(bad, 403, 'origin');
    assert.equal(bad.headers['access-control-allow-origin'], undefined);
  }
  assert.equal((await d.post('shop', { score: 9 })).status, 201);
});

test('CORS: preflight', async () => {
  for (const [target, method] of [
    ['/v1/surveys/nps/responses', 'POST'],
    ['/v1/surveys/nps/responses/01920000-0000-7000-8000-00000000000e', 'PUT'],
    ['/v1/surveys/nps/form', 'GET'],
  ]) {
    const reply = await d.request('OPTIONS', target, {
      headers: {
        Origin: 'https://a.example',
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'content-type, idempotency-key',
      },
    });
    assert.equal(reply.status, 204, `${target} ${reply.text}`);
    assert.equal(reply.headers['access-control-allow-origin'], 'https://a.example');
    assert.match(reply.headers['access-control-allow-methods'], new RegExp(`\\b${method}\\b`));
    assert.equal(reply.headers['access-control-allow-headers'], 'content-type, idempotency-key');
    assert.equal(reply.headers['access-control-max-age'], '7200');
    assert.equal(reply.headers.vary, 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
    assert.equal(reply.headers['access-control-allow-credentials'], 'true');
  }
  const refused = await d.request('OPTIONS', '/v1/surveys/shop/responses', {
    headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
  });
  for (const name of Object.keys(refused.headers)) assert.doesNotMatch(name, /^(access-control|cross-origin)-/);
});

test('CORS: a preflight has the headers repeated that it asks for, if they are names', async () => {
  const allowed = async (headers) => {
    const reply = await d.request('OPTIONS', '/v1/surveys/nps/responses/', {
      headers: {
        Origin: 'null',
        'Access-Control-Request-Method': 'POST',
        ...(headers !== undefined && { 'Access-Control-Request-Headers': headers }),
      },
    });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers['access-control-allow-origin'], 'null');
    return reply.headers['access-control-allow-headers'];
  };
  const wrappers =
    'authorization,baggage,cache-control,content-type,if-match,newrelic,pragma,request-id,sentry-trace,traceparent,' +
    'tracestate,x-csrf-token,x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id,' +
    'x-requested-with,x-xsrf-token';
  assert.equal(await allowed(wrappers), wrappers.replaceAll(',', ', '));
  assert.equal(await allowed('X-A ,\tX-B,, '), 'X-A, X-B');
  assert.match(await allowed(), /^Content-Type, Idempotency-Key, /);
  assert.equal(await allowed('a'.repeat(1023)), 'a'.repeat(1023));
  for (const none of ['', ' ', ',', 'a b', 'a, b c', 'a;b', 'a: b', '"a"', 'caf\xe9', 'a'.repeat(1024)])
    assert.equal(await allowed(none), undefined, none);
});

test('CORS: every reply varies by Origin, errors too, and a page that is allowed may read it', async () => {
  const ask = async (status, allowed, method, target, options = {}) => {
    const reply = await d.request(method, target, {
      ...options,
      headers: { Origin: 'https://a.example', ...options.headers },
    });
    assert.equal(reply.status, status, `${method} ${target}: ${reply.text}`);
    assert.match(reply.headers.vary, /^Origin\b/, `${method} ${target} ${status}`);
    assert.equal(
      reply.headers['access-control-allow-origin'],
      allowed ? 'https://a.example' : undefined,
      `${method} ${target} ${status}`,
    );
    assert.equal(reply.headers['access-control-allow-credentials'], allowed ? 'true' : undefined);
  };
  const body = { score: 1 };
  await ask(201, true, 'POST', '/v1/surveys/nps/responses', { body });
  await ask(201, true, 'POST', '/v1/surveys/nps/responses/?_=1', { body });
  await ask(400, true, 'POST', '/v1/surveys/nps/responses', { body: '{' });
  await ask(401, true, 'POST', '/v1/surveys/nps/responses', { body, key: `cxs_${'A'.repeat(43)}` });
  await ask(401, true, 'GET', '/v1/surveys/nps/form', { key: `cxs_${'A'.repeat(43)}` });
  await ask(404, true, 'POST', '/v1/surveys/nowhere/responses', { body });
  await ask(404, true, 'PUT', '/v1/surveys/nps/responses/17', { body });
  await ask(413, true, 'POST', '/v1/surveys/nps/responses', { body: ' '.repeat(327681) });
  await ask(415, true, 'POST', '/v1/surveys/nps/responses', { body: 'a', type: 'text/csv' });
  await ask(422, true, 'POST', '/v1/surveys/nps/responses', { body: { score: 99 } });
  await ask(200, true, 'GET', '/v1/surveys/nps/form');
  await ask(200, true, 'HEAD', '/v1/surveys/nps/form');
  await ask(404, true, 'GET', '/v1/surveys/nowhere/form');
  await ask(400, true, 'GET', '/v1/surveys/nps/form?respondent=a&respondent=b');
  await ask(405, true, 'DELETE', '/v1/surveys/nps/responses');
  await ask(405, true, 'POST', '/v1/surveys/nps/form', { body });
  await ask(405, false, 'POST', '/v1/surveys/shop/form', { body });
  await ask(401, false, 'GET', '/v1/surveys/nps/responses');
  await ask(401, false, 'PATCH', '/v1/surveys/nps/responses/01920000-0000-7000-8000-00000000000e', { body });
  await ask(204, true, 'OPTIONS', '/v1/surveys/nps/responses');
  await ask(204, true, 'OPTIONS', '/v1/surveys/nowhere/responses', {
    headers: { 'Access-Control-Request-Method': 'POST' },
  });
  await ask(204, true, 'OPTIONS', '/v1/surveys/nps/responses', {
    headers: { 'Access-Control-Request-Method': 'POST' },
  });
  await ask(204, true, 'OPTIONS', '/v1/surveys/nps/responses', {
    headers: { 'Access-Control-Request-Method': 'DELETE' },
  });
  for (const method of ['GET', 'HEAD', 'PATCH'])
    await ask(204, false, 'OPTIONS', '/v1/surveys/nps/responses', {
      headers: { 'Access-Control-Request-Method': method },
    });
  await ask(403, false, 'POST', '/v1/surveys/shop/responses', { body });
  await ask(200, false, 'GET', '/v1/surveys/shop/form');
  await ask(204, false, 'OPTIONS', '/v1/surveys/shop/responses', {
    headers: { 'Access-Control-Request-Method': 'POST' },
  });
});

test('CORS: an origin is compared byte by byte', async () => {
  await d.survey('origins', {
    metric: 'nps',
    allowed_origins: ['https://shop.example', 'http://localhost:3000', 'null'],
  });
  const status = async (origin) => (await d.post('origins', { score: 1 }, { headers: { Origin: origin } })).status;
  for (const origin of ['https://shop.example', 'http://localhost:3000', 'null'])
    assert.equal(await status(origin), 201, origin);
  for (const origin of [
    'https://shop.example:443',
    'https://Shop.example',
    'HTTPS://shop.example',
    'https://shop.example/',
    'https://shop.example.',
    'https://a.shop.example',
    'https://shop.example, https://evil.example',
    'http://localhost',
    'http://localhost:30000',
    'https://localhost:3000',
    'NULL',
    '*',
    '',
  ]) {
    assert.equal(await status(origin), 403, origin);
  }
  for (const bad of [
    'https://Shop.example',
    'https://shop.example:443',
    'http://shop.example:80',
    'https://shop.example/',
    'https://*.shop.example',
    '*',
    'https://user@shop.example',
    'https://shop.example:0x50',
    'https://shop.example:',
    ' https://shop.example',
  ]) {
    const reply = await d.admin('PUT', '/v1/surveys/bad-origin', { body: { metric: 'nps', allowed_origins: [bad] } });
    assertProblem(reply, 422, 'invalid', ['/allowed_origins/0']);
  }
});

test('CORS: key-protected routes are not cross-origin', async () => {
  for (const target of ['/v1/surveys/nps/score', '/v1/surveys', '/v1/keys']) {
    const reply = await d.admin('GET', target, { headers: { Origin: 'https://a.example' } });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['access-control-allow-origin'], undefined, target);
    const preflight = await d.request('OPTIONS', target, {
      headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' },
    });
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
