// A key on the calls that need none: who shows one of scope `write` is no stranger, what is no key of ours is passed
// over, and a key of ours that is not good is said to be none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, makeId, seeded, sqlite, until, use } from './harness.mjs';

const random = seeded(23);
const CRAWLER = { 'User-Agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' };
const UNKNOWN = `cxs_${'A'.repeat(43)}`;

async function open(t, config = {}) {
  const d = await use(t, { config });
  await d.survey('shop', { metric: 'nps' });
  await d.survey('timed', { metric: 'nps', min_seconds: 2 });
  await d.survey('invited', { metric: 'nps', access: 'invited' });
  const make = async (scopes, more = {}) =>
    (await d.admin('POST', '/v1/keys', { body: { name: scopes.join(), scopes, ...more } })).json;
  return { d, make, write: (await make(['write'])).key };
}

const stored = async (d, slug, id) => (await d.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json;
const with_ = (value, more = {}) => ({ headers: { Authorization: value, ...more } });

async function flagsOf(d, slug, body, options) {
  const reply = await d.post(slug, body, options);
  assert.equal(reply.status, 201, reply.text);
  const { flags, excluded } = await stored(d, slug, reply.json.id);
  assert.equal(excluded, flags && true);
  return flags;
}

test('what comes with a key of scope write is not suspected, for no reason', async (t) => {
  const { d, make, write } = await open(t);
  for (const key of [write, (await make(['read', 'write'])).key, d.key]) {
    assert.equal(await flagsOf(d, 'shop', { score: 9 }, { key, headers: CRAWLER }), undefined);
    assert.equal(await flagsOf(d, 'shop', { score: 9, further_remarks: 'x' }, { key }), undefined, 'honeypot');
    assert.equal(await flagsOf(d, 'timed', { score: 9 }, { key }), undefined, 'nonce');
    const { nonce } = (await d.request('GET', '/v1/surveys/timed/form')).json;
    assert.equal(await flagsOf(d, 'timed', { score: 9, nonce }, { key }), undefined, 'too fast');
    const id = makeId(random);
    assert.equal((await d.put('shop', id, { score: 3, further_remarks: 'x' }, { key, headers: CRAWLER })).status, 201);
    assert.equal((await d.put('shop', id, { score: 4, further_remarks: 'x' }, { key, headers: CRAWLER })).status, 200);
    assert.equal((await stored(d, 'shop', id)).flags, undefined);
  }
  assert.equal((await d.score('shop', 'window=all')).json.n, 9);
  assert.deepEqual(await flagsOf(d, 'shop', { score: 9 }, { headers: CRAWLER }), ['user_agent'], 'a stranger is');
  assert.deepEqual(await flagsOf(d, 'timed', { score: 9 }), ['nonce']);
});

test('nor are bursts of it, and it is part of no one else’s', async (t) => {
  const { d, write } = await open(t);
  const visit = 'the till';
  const post = async (score, options) => (await d.post('shop', { score, visit }, options)).json.id;
  const flags = async (ids) => Promise.all(ids.map(async (id) => (await stored(d, 'shop', id)).flags?.join()));
  const ours = [];
  for (const score of [0, 1, 2, 3, 4]) ours.push(await post(score, { key: write }));
  const theirs = [await post(5), await post(6)];
  assert.deepEqual(await flags([...ours, ...theirs]), Array(7).fill(undefined));
  theirs.push(await post(7));
  assert.deepEqual(await flags(theirs), ['burst', 'burst', 'burst']);
  ours.push(await post(8, { key: write }));
  assert.deepEqual(await flags(ours), Array(6).fill(undefined));
});

// Asks until it is refused, which comes however slowly it asks, and then by which limit.
async function refusedBy(ask) {
  let reply;
  for (let i = 0; i < 1000 && reply?.status !== 429; i++) reply = await ask(i);
  assertProblem(reply, 429, 'rate_limited');
  return /^"(\w+)"/.exec(reply.headers.ratelimit)[1];
}

test('it spends nothing of its address’s limits, and of the survey’s as everyone', async (t) => {
  const limits = { ingest_rate: 3, survey_rate: 40, bytes_per_address: 4096 };
  const { d, write } = await open(t, { limits });
  const comment = 'x'.repeat(1000);
  for (let i = 0; i < 8; i++) {
    const reply = await d.post('shop', { score: 9, comment }, { key: write });
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.headers.ratelimit, undefined);
    const form = await d.request('GET', `/v1/surveys/shop/form?respondent=r${i}`, { key: write });
    assert.deepEqual([form.status, form.headers.ratelimit], [200, undefined]);
  }
  assert.match((await d.post('shop', { score: 9 })).headers.ratelimit, /^"address";r=2;/);
  assert.equal(await refusedBy(() => d.post('shop', { score: 9 })), 'address');
  assert.equal((await d.put('shop', makeId(random), { score: 9 }, { key: write })).status, 201);
  assert.equal(await refusedBy(() => d.post('shop', { score: 9 }, { key: write })), 'survey');
});

test('nor of its network’s', async (t) => {
  const { d, write } = await open(t, { limits: { ingest_rate: 1 }, server: { trusted_proxies: '127.0.0.0/8' } });
  const from = (subnet) => ({ headers: { 'X-Forwarded-For': `2001:db8:1:${subnet}::1` } });
  for (let i = 0; i < 40; i++)
    assert.equal((await d.post('shop', { score: 9 }, { key: write, ...from(i) })).status, 201);
  for (let i = 0; i < 16; i++) assert.equal((await d.post('shop', { score: 9 }, from(i))).status, 201);
  assert.equal(await refusedBy((i) => d.post('shop', { score: 9 }, from(100 + i))), 'address');
});

test('a key of ours that is not good is 401, has a limit of its own, and stores nothing', async (t) => {
  const { d, make } = await open(t, { limits: { ingest_rate: 2, auth_rate: 1000 } });
  const revoked = await make(['write']);
  assert.equal((await d.admin('DELETE', `/v1/keys/${revoked.id}`)).status, 200);
  const bad = [
    UNKNOWN,
    revoked.key,
    `${d.key}A`,
    d.key.slice(0, -1),
    'cxs_',
    'cxs_!',
    'cxs_ x',
    `${UNKNOWN} ${UNKNOWN}`,
  ];
  for (const key of bad) {
    for (const ask of [
      (options) => d.post('shop', { score: 9 }, options),
      (options) => d.put('shop', makeId(random), { score: 9 }, options),
      (options) => d.request('GET', '/v1/surveys/shop/form', options),
      (options) => d.request('GET', '/v1/surveys/shop/form?respondent=r', options),
    ]) {
      const reply = await ask(with_(`Bearer ${key}`, { Origin: 'https://shop.example' }));
      assertProblem(reply, 401, 'bad_key');
      assert.match(reply.headers['www-authenticate'], /^Bearer .*invalid_token/, key);
      assert.equal(reply.headers['access-control-allow-origin'], 'https://shop.example');
    }
  }
  assert.equal((await d.score('shop', 'window=all')).json.n, 0);
  for (let i = 0; i < 2; i++) assert.equal((await d.post('shop', { score: 9 })).status, 201, 'the limit is unspent');
});

test('an expired key is none', async (t) => {
  const { d, make } = await open(t);
  const { id, key } = await make(['write'], { expires_in: '90d' });
  assert.equal((await d.post('shop', { score: 9 }, { key })).status, 201);
  await d.end();
  sqlite(d.database, `UPDATE api_key SET expires_at = 1 WHERE id = x'${id.replaceAll('-', '')}';`);
  await d.begin();
  assertProblem(await d.post('shop', { score: 9 }, { key }), 401, 'bad_key');
});

test('many bad keys are 429, good ones pass, and so do strangers', async (t) => {
  const { d, write } = await open(t, { limits: { auth_rate: 2 } });
  assert.equal(await refusedBy(() => d.post('shop', { score: 9 }, { key: UNKNOWN })), 'auth');
  assert.equal((await d.post('shop', { score: 9 }, { key: write })).status, 201);
  assert.equal((await d.post('shop', { score: 9 })).status, 201);
});

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const OTHERS = [
  `Basic ${Buffer.from('shop:secret').toString('base64')}`,
  `Basic ${Buffer.from(`x:${UNKNOWN}`).toString('base64')}`,
  'Digest username="x", realm="y"',
  `Bearer ${JWT}`,
  `bearer ${JWT}`,
  'Bearer',
  'Bearer ',
  'Bearer undefined',
  'Bearer null',
  'Bearer CXS_AAAA',
  'Negotiate YII=',
  'AWS4-HMAC-SHA256 Credential=x',
  UNKNOWN,
  `Token ${UNKNOWN}`,
  `BearerX ${UNKNOWN}`,
  'garbage, and = more; of it',
  '',
];

test('any other Authorization is passed over where no key is needed, and 401 elsewhere', async (t) => {
  const { d } = await open(t, { limits: { ingest_rate: 1000, auth_rate: 0 } });
  for (const value of OTHERS) {
    const reply = await d.post('shop', { score: 9 }, with_(value));
    assert.equal(reply.status, 201, `${value}: ${reply.text}`);
    assert.match(reply.headers.ratelimit, /^"address"/, 'a stranger’s');
    assert.equal((await d.put('shop', makeId(random), { score: 9 }, with_(value))).status, 201, value);
    assert.equal((await d.request('GET', '/v1/surveys/shop/form', with_(value))).status, 200, value);
    assert.deepEqual(await flagsOf(d, 'shop', { score: 9 }, with_(value, CRAWLER)), ['user_agent'], value);
    assert.equal((await d.request('GET', '/v1/surveys', with_(value))).status, 401, value);
    assert.equal((await d.batch([{ survey: 'shop', score: 9 }], { key: null, ...with_(value) })).status, 401, value);
  }
});

test('the scheme is Bearer in any case, behind it one blank or more', async (t) => {
  const { d, write } = await open(t);
  for (const scheme of ['bearer', 'BEARER', 'bEaReR', 'Bearer  '])
    assert.equal(await flagsOf(d, 'shop', { score: 9 }, with_(`${scheme} ${write}`, CRAWLER)), undefined, scheme);
});

test('blanks behind a key are none of it', async (t) => {
  const { d, write } = await open(t);
  for (const blanks of [' ', '\t', ' \t  ']) {
    const post =
      `POST /v1/surveys/shop/responses HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${CRAWLER['User-Agent']}\r\n` +
      `Authorization: Bearer ${write}${blanks}\r\nContent-Length: 11\r\n\r\n{"score":9}`;
    const reply = await d.raw(post);
    assert.equal(reply.status, 201, reply.text);
    assert.equal((await d.admin('GET', `/v1/surveys/shop/responses/${reply.json.id}`)).json.flags, undefined);
    const list = `GET /v1/surveys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${d.key}${blanks}\r\n\r\n`;
    assert.equal((await d.raw(list)).status, 200);
  }
});

test('a key without the scope is a stranger’s; to answer alone an invitation is needed with any key', async (t) => {
  const { d, make, write } = await open(t, { limits: { ingest_rate: 50 } });
  const { key } = await make(['read', 'export', 'erase']);
  const reply = await d.post('shop', { score: 9 }, { key });
  assert.equal(reply.status, 201);
  assert.match(reply.headers.ratelimit, /^"address"/);
  assert.deepEqual(await flagsOf(d, 'shop', { score: 9 }, { key, headers: CRAWLER }), ['user_agent']);
  assert.equal((await d.request('GET', '/v1/surveys/shop/form', { key })).status, 200);
  for (const one of [undefined, key, write])
    assertProblem(await d.post('invited', { score: 9 }, { key: one }), 403, 'invitation_required');
  assertProblem(await d.post('invited', { score: 9 }, { key: UNKNOWN }), 401, 'bad_key');
});

test('two Authorization headers are refused', async (t) => {
  const { d, write } = await open(t);
  for (const second of [`Bearer ${write}`, 'Basic YTpi'])
    assert.equal(
      (
        await d.raw(
          'POST /v1/surveys/shop/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${write}\r\nAuthorization: ${second}\r\nContent-Length: 11\r\n\r\n{"score":9}`,
        )
      ).status,
      401,
    );
  assert.equal((await d.score('shop', 'window=all')).json.n, 0);
});

test('a day on which it is used is noted', async (t) => {
  const { d, write } = await open(t);
  const used = async () =>
    (await d.admin('GET', '/v1/keys')).json.keys.find(({ name }) => name === 'write').last_used ?? null;
  assert.equal(await used(), null);
  // One use is noted at a time: while the admin key's is on its way, the next one notes it.
  await until(async () => {
    assert.equal((await d.post('shop', { score: 9 }, { key: write })).status, 201);
    return used();
  }, 'the day of use');
});
