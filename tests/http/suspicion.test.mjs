// What looks like a machine's is stored, flagged, excluded and answered as usual. Nonces are made and checked here by
// Node's crypto, with the signing key as the database holds it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  assertProblem,
  makeId,
  METRICS,
  run,
  seeded,
  signingKeys,
  sqlite,
  start,
  until,
  use,
  useDirectory,
} from './harness.mjs';

const DAY = 86_400_000;
const random = seeded(11);
const d = await start({ config: { metrics: METRICS } });
after(() => d.stop());
await d.survey('shop', { metric: 'nps' });
await d.survey('timed', { metric: 'nps', min_seconds: 2 });
await d.survey('slow', { metric: 'nps', min_seconds: 3600 });

const secretOf = (daemon) => signingKeys(daemon)[0];
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const signed = (secret, purpose, payload) =>
  `${Buffer.from(payload).toString('base64url')}.${hmac(hmac(secret, purpose), payload).toString('base64url')}`;
const secret = secretOf(d);
const nonce = (slug, ago, purpose = 'form', key = secret) => signed(key, purpose, `${slug} ${Date.now() - ago}`);
const stored = async (slug, id, daemon = d) => (await daemon.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json;
const score = async (slug) => (await d.score(slug, 'window=all')).json;

// Posts, is answered as anybody, and tells what the operator sees of it.
async function suspect(slug, body, options) {
  const reply = await d.post(slug, body, options);
  assert.equal(reply.status, 201, reply.text);
  for (const member of ['flags', 'excluded', 'excluded_reason']) assert.equal(reply.json[member], undefined, member);
  return stored(slug, reply.json.id);
}

async function flagsOf(slug, body, options) {
  const had = (await score(slug)).n;
  const { flags, excluded, excluded_reason } = await suspect(slug, body, options);
  assert.equal((await score(slug)).n, had + (flags ? 0 : 1), 'a suspect is not counted, others are');
  assert.equal(excluded, flags && true);
  assert.equal(excluded_reason, flags && `suspected: ${flags.join(', ')}`);
  return flags;
}

async function metrics(daemon = d) {
  const { text } = await daemon.scrape();
  return Object.fromEntries(
    [...text.matchAll(/^cxd_responses_flagged_total\{reason="(\w+)"\} (\d+)$/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]),
  );
}

// In JSON each value is what fills a member in, or leaves it empty.
const FILLED = ['http://x.example', '0', 0, 17, true, {}, ['x']];
const EMPTY = ['', ' \t\u00a0', null, false, undefined];
const FORM = { type: 'application/x-www-form-urlencoded' };
const honeypotOf = async (slug) => (await d.request('GET', `/v1/surveys/${slug}/form`)).json.honeypot;

test('the honeypot: told by the form, filled in only by machines', async () => {
  assert.equal(await honeypotOf('shop'), 'further_remarks');
  for (const value of FILLED)
    assert.deepEqual(await flagsOf('shop', { score: 1, further_remarks: value }), ['honeypot'], JSON.stringify(value));
  for (const value of EMPTY) assert.equal(await flagsOf('shop', { score: 9, further_remarks: value }), undefined);
  // What pages of before have, and browsers fill in.
  for (const website of [...FILLED, ...EMPTY]) assert.equal(await flagsOf('shop', { score: 9, website }), undefined);
});

test('the honeypot has the name that the survey gives it', async () => {
  await d.survey('own', { metric: 'nps', honeypot: 'nickname_2' });
  assert.equal(await honeypotOf('own'), 'nickname_2');
  assert.equal((await d.admin('GET', '/v1/surveys/own')).json.honeypot, 'nickname_2');
  for (const value of ['x', true])
    assert.deepEqual(await flagsOf('own', { score: 1, nickname_2: value }), ['honeypot'], JSON.stringify(value));
  for (const value of ['', ' ', false, null])
    assert.equal(await flagsOf('own', { score: 9, nickname_2: value }), undefined);
  assert.equal((await d.put('own', makeId(random), { score: 9, nickname_2: '' })).status, 201);
  assert.equal(await flagsOf('own', { score: 9, further_remarks: 'x', website: 'x' }), undefined);
  const body = { score: 9, nickname_2: 'x' };
  assertProblem(await d.post('shop', body), 422, 'invalid', ['/nickname_2']);
  const { lines } = await d.batch([
    { survey: 'own', ...body },
    { survey: 'shop', ...body },
    { survey: 'own', ...body, scroe: 1, score: 99 },
  ]);
  assert.equal(lines[0].outcome, 'created', 'a key is no stranger');
  assert.deepEqual(
    lines.slice(1).map(({ status, errors }) => [status, errors.map(({ pointer }) => pointer).sort()]),
    [
      [422, ['/nickname_2']],
      [422, ['/score', '/scroe']],
    ],
  );
  const wrong = assertProblem(await d.post('own', { ...body, scroe: 1 }), 422, 'invalid', ['/scroe']);
  assert.equal(wrong.detail, '1 member is not valid');
  assert.equal(wrong.errors[0].detail, 'is not a member of a response; did you mean "score"?');
  const free = assertProblem(await d.post('own', { ...body, shoes: 43 }), 422, 'invalid', ['/shoes']);
  assert.equal(free.errors[0].detail, 'is not a member of a response; free data goes under properties');
  await d.survey('old', { metric: 'nps', honeypot: 'website' });
  assert.deepEqual(await flagsOf('old', { score: 1, website: 'x' }), ['honeypot']);
});

test('a page that has the form of before is not refused', async () => {
  for (const [honeypot, before, stranger] of [
    ['first_one', undefined, 'other.one'],
    ['other.one', 'first_one', 'third_one'],
    ['other.one', 'first_one', 'third_one'],
    [undefined, 'other.one', 'first_one'],
    ['third_one', 'other.one', 'first_one'],
    ['third_one', 'other.one', 'first_one'],
  ]) {
    const { revision, ...shown } = await d.survey('changed', { metric: 'nps', honeypot });
    assert.equal((await d.survey('changed', { metric: 'nps', honeypot })).revision, revision, 'the same again');
    assert.equal((await d.survey('changed', shown)).revision, revision, 'the reply put back');
    for (const name of [honeypot, before, 'further_remarks', 'website'].filter(Boolean)) {
      assert.equal(await flagsOf('changed', { score: 9, [name]: '' }), undefined, `${honeypot} ${name}`);
      assert.equal(await flagsOf('changed', `score=9&${name}=`, FORM), undefined, `${honeypot} ${name}`);
      if (name === honeypot) assert.deepEqual(await flagsOf('changed', `score=9&${name}=x`, FORM), ['honeypot']);
    }
    for (const [sent, options] of [[{ score: 9, [stranger]: '' }], [`score=9&${stranger}=`, FORM]])
      assertProblem(await d.post('changed', sent, options), 422, 'invalid', [`/${stranger}`]);
  }
  const once = { score: 9, other_one: '' };
  assertProblem(await d.post('changed', { score: 9, 'other.one': 'x' }), 422, 'invalid', ['/other.one']);
  assertProblem(await d.post('changed', once), 422, 'invalid', ['/other_one']);
  assert.equal((await d.batch([{ survey: 'changed', ...once }])).lines[0].status, 422);
  const body = { metric: 'nps', honeypot_before: 'x' };
  assertProblem(await d.admin('PUT', '/v1/surveys/changed', { body }), 422, 'invalid', ['/honeypot_before']);
});

test('names that a honeypot cannot have', async () => {
  for (const honeypot of [
    'a b',
    'é',
    'x'.repeat(65),
    'score',
    'survey',
    'properties',
    'property.x',
    '_charset_',
    7,
    ['x'],
  ]) {
    const reply = await d.admin('PUT', '/v1/surveys/named', { body: { metric: 'nps', honeypot } });
    assertProblem(reply, 422, 'invalid', ['/honeypot']);
  }
  for (const [honeypot, name] of [
    ['x'.repeat(64), 'x'.repeat(64)],
    ['A.b-c_9', 'A.b-c_9'],
    [null, 'further_remarks'],
    ['', 'further_remarks'],
  ])
    assert.equal((await d.survey('named', { metric: 'nps', honeypot })).honeypot, name);
  // The default is the same definition, said or not.
  const { revision } = await d.survey('named', { metric: 'nps' });
  assert.equal((await d.survey('named', { metric: 'nps', honeypot: 'further_remarks' })).revision, revision);
});

test('the nonce is ours: the payload and its signature, by an independent computation', async () => {
  const before = Date.now();
  const { json, headers } = await d.request('GET', '/v1/surveys/timed/form');
  const behind = Date.now();
  assert.deepEqual([headers['cache-control'], headers.etag], ['no-store', undefined]);
  const [payload, signature] = json.nonce.split('.');
  const text = Buffer.from(payload, 'base64url').toString();
  const [slug, issued] = text.split(' ');
  assert.equal(slug, 'timed');
  assert.ok(issued >= before && issued <= behind, issued);
  assert.equal(signature, hmac(hmac(secret, 'form'), text).toString('base64url'));
  assert.equal((await d.request('GET', '/v1/surveys/shop/form')).json.nonce, undefined);
  assert.deepEqual(await flagsOf('timed', { score: 9, nonce: json.nonce }), ['too_fast']);
  // The client's wait, and no sleep: a nonce of that age.
  assert.deepEqual(await flagsOf('slow', { score: 9, nonce: nonce('slow', 3_600_000 - 5_000) }), ['too_fast']);
  assert.equal(await flagsOf('slow', { score: 9, nonce: nonce('slow', 3_600_000) }), undefined);
  assert.equal(await flagsOf('timed', { score: 9, nonce: nonce('timed', 2000) }), undefined);
});

test('nonces that are none', async () => {
  const good = nonce('timed', 60_000);
  const cases = {
    missing: undefined,
    null: null,
    empty: '',
    'of another survey': nonce('shop', 60_000),
    'of a survey whose name begins so': nonce('timed2', 60_000),
    'of the future': nonce('timed', -60_000),
    'older than a day': nonce('timed', DAY + 60_000),
    'for another purpose': nonce('timed', 60_000, 'invitation'),
    'by another key': nonce('timed', 60_000, 'form', crypto.randomBytes(32)),
    'by the key itself':
      `${good.split('.')[0]}` + `.${hmac(secret, Buffer.from(good.split('.')[0], 'base64url')).toString('base64url')}`,
    'of another time': `${Buffer.from(`timed ${Date.now() - 90_000}`).toString('base64url')}.${good.split('.')[1]}`,
    'cut short': good.slice(0, -1),
    'with more': `${good}A`,
    unsigned: good.split('.')[0],
    'no token': 'x'.repeat(3000),
  };
  for (const [name, value] of Object.entries(cases))
    assert.deepEqual(await flagsOf('timed', { score: 9, nonce: value }), ['nonce'], name);
  assert.equal(await flagsOf('timed', { score: 9, nonce: good }), undefined);
  assert.equal(await flagsOf('timed', { score: 9, nonce: nonce('timed', DAY - 60_000) }), undefined);
  assert.equal(await flagsOf('shop', { score: 9, nonce: 'whatever' }), undefined, 'where nothing is asked for');
});

test('a new signing key: nonces of the one before are still good, those of the one before that are not', async (t) => {
  const mine = await use(t);
  await mine.survey('timed', { metric: 'nps', min_seconds: 1 });
  const keys = [secretOf(mine), crypto.randomBytes(32), crypto.randomBytes(32)];
  await mine.end();
  for (const key of keys.slice(1))
    sqlite(mine.database, `INSERT INTO signing_key (secret, created_at) VALUES (x'${key.toString('hex')}', 1);`);
  await mine.begin();
  const verdict = async (key) =>
    (
      await stored(
        'timed',
        (await mine.post('timed', { score: 9, nonce: nonce('timed', 60_000, 'form', key) })).json.id,
        mine,
      )
    ).flags;
  assert.deepEqual(
    [await verdict(keys[2]), await verdict(keys[1]), await verdict(keys[0])],
    [undefined, undefined, ['nonce']],
  );
});

test('coming again does not make it suspect; an amend that is suspect does', async () => {
  const id = makeId(random);
  const body = { score: 9, nonce: nonce('timed', 60_000) };
  assert.equal((await d.put('timed', id, body)).status, 201);
  for (const again of [body, { score: 9 }, { score: 9, further_remarks: 'x' }]) {
    const reply = await d.put('timed', id, again);
    assert.equal(reply.status, 200, reply.text);
    assert.equal((await stored('timed', id)).flags, undefined);
  }
  assert.equal((await d.put('timed', id, { score: 8, nonce: body.nonce })).status, 200);
  assert.equal((await stored('timed', id)).flags, undefined);
  const n = (await score('timed')).n;
  const before = await metrics();
  const reply = await d.put('timed', id, { score: 7, nonce: body.nonce, further_remarks: 'x' });
  assert.deepEqual([reply.status, reply.json.flags, reply.json.excluded], [200, undefined, undefined]);
  const held = await stored('timed', id);
  assert.deepEqual([held.score, held.flags, held.excluded], [7, ['honeypot'], true]);
  assert.equal((await score('timed')).n, n - 1);
  assert.equal((await d.put('timed', id, { score: 7, nonce: body.nonce, further_remarks: 'x' })).status, 200);
  assert.deepEqual(await metrics(), { ...before, honeypot: before.honeypot + 1 }, 'counted once');
  // A better one later does not lift it: only an operator does.
  await d.put('timed', id, { score: 6, nonce: body.nonce });
  assert.deepEqual((await stored('timed', id)).flags, ['honeypot']);
  await d.admin('PATCH', `/v1/surveys/timed/responses/${id}`, { body: { excluded: false } });
  assert.equal((await stored('timed', id)).flags, undefined);
  assert.equal((await score('timed')).n, n);
});

const agent = (name) => ({ headers: { 'User-Agent': name } });
const MACHINES = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; ' +
    '+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.6099.109 Safari/537.36',
  'Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'TelegramBot (like TwitterBot)',
  'BarracudaCentral-Link-Scanner',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'SOME-NEW-CRAWLER/7',
];
const PEOPLE = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 ' +
    'Safari/537.36 Edg/131.0.2903.51',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 ' +
    'Safari/537.36 OPR/115.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 ' +
    'Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'GSA/323.0.647062479 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'Mobile/15E148 [FBAN/FBIOS;FBAV/400.0.0.0;FBBV/1;FBDV/iPhone14,5]',
  'Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 ' +
    'Chrome/122.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) ' +
    'Chrome/96.0.4664.104 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 9; CUBOT_X19 Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like ' +
    'Gecko) Version/4.0 Chrome/90.0.4430.210 Mobile Safari/537.36 Instagram 200.0.0.0',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 12; Redmi Note 9 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
    'Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.4.0-g',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0',
  'Drupal/10.2 (+https://www.drupal.org/) GuzzleHttp/7',
  'ExampleShop/2.1 (+https://shop.example)',
  'Nextcloud-Server-Crawler/33.0.0; +https://cloud.example',
  'MoodleBot/1.0',
  'curl/7.88.1',
  'python-requests/2.32',
  'okhttp/4.12.0',
  '',
];
test('user agents: machines are flagged, browsers pass', async () => {
  for (const name of MACHINES) assert.deepEqual(await flagsOf('shop', { score: 1 }, agent(name)), ['user_agent'], name);
  for (const name of PEOPLE) assert.equal(await flagsOf('shop', { score: 9 }, agent(name)), undefined, name);
  assert.deepEqual(
    await flagsOf('timed', { score: 9, further_remarks: 'x' }, agent(MACHINES[0])),
    ['honeypot', 'nonce', 'user_agent'],
    'all that holds',
  );
});

test('a batch is not suspected', async () => {
  const id = makeId(random);
  await d.admin('POST', '/v1/responses', {
    body: JSON.stringify({ survey: 'timed', id, score: 9 }),
    type: 'application/x-ndjson',
    ...agent(MACHINES[0]),
  });
  const held = await stored('timed', id);
  assert.deepEqual([held.score, held.flags, held.excluded], [9, undefined, undefined]);
});

test('flagged=true lists them, with reasons', async () => {
  const { json } = await d.admin('GET', '/v1/surveys/shop/responses?flagged=true&limit=500');
  assert.ok(json.responses.length >= MACHINES.length);
  for (const response of json.responses) assert.ok(response.flags.length > 0 && response.excluded);
  const all = (await d.admin('GET', '/v1/surveys/shop/responses?limit=500')).json.responses;
  assert.equal(all.filter((response) => response.flags).length, json.responses.length);
});

test('the list of user agents may be another one', async (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'agents');
  fs.writeFileSync(file, '# mine\n\n  My Scanner/  \r\n');
  const mine = await use(t, { config: { suspicion: { user_agents: file } } });
  await mine.survey('shop', { metric: 'nps' });
  const verdict = async (name) =>
    (await stored('shop', (await mine.post('shop', { score: 1 }, agent(name))).json.id, mine)).flags;
  assert.deepEqual(await verdict('x MY scanner/2'), ['user_agent']);
  assert.equal(await verdict(MACHINES[0]), undefined);
  fs.writeFileSync(file, '');
  await mine.end();
  await mine.begin();
  assert.equal(await verdict('x MY scanner/2'), undefined);

  const config = path.join(dir, 'bad.conf');
  for (const [text, said] of [
    ['abc\nno\n', /agents: line 2/],
    ['x'.repeat(2 << 20), /larger than/],
    [null, /cannot be read/],
  ]) {
    if (text === null) fs.rmSync(file);
    else fs.writeFileSync(file, text);
    fs.writeFileSync(
      config,
      `[server]\nlisten = 127.0.0.1:0\n[storage]\nurl = sqlite:${dir}/x.db\n[suspicion]\nuser_agents = ${file}\n`,
    );
    const { status, stderr } = run(['serve', '-c', config]);
    assert.notEqual(status, 0);
    assert.match(stderr, said);
  }
  fs.writeFileSync(
    config,
    `[server]\nlisten = 127.0.0.1:0\n[storage]\nurl = sqlite:${dir}/x.db\n[suspicion]\nuser_agents = ${dir}\n`,
  );
  assert.match(run(['serve', '-c', config]).stderr, /cannot be read/);
});

test('bursts: three different scores of a visit, the earlier ones too', async () => {
  const visit = 'v-1';
  const post = async (score, more = {}) => (await d.post('shop', { score, visit, ...more })).json.id;
  const flags = async (ids) => Promise.all(ids.map(async (id) => (await stored('shop', id)).flags?.join()));
  const n = (await score('shop')).n;
  const before = await metrics();
  const ids = [await post(1), await post(1), await post(9), await post(9)];
  assert.deepEqual(await flags(ids), [undefined, undefined, undefined, undefined]);
  assert.equal((await score('shop')).n, n + 4);
  const reply = await d.post('shop', { score: 5, visit });
  assert.deepEqual([reply.status, reply.json.flags, reply.json.excluded], [201, undefined, undefined]);
  ids.push(reply.json.id);
  assert.deepEqual(await flags(ids), ['burst', 'burst', 'burst', 'burst', 'burst']);
  assert.equal((await score('shop')).n, n);
  ids.push(await post(5), await post(1, { further_remarks: 'x' }));
  assert.deepEqual((await flags(ids)).slice(5), ['burst', 'honeypot,burst']);
  assert.deepEqual(await metrics(), { ...before, burst: before.burst + 7, honeypot: before.honeypot + 1 });
  // Other visits, other surveys and no visit are others.
  assert.deepEqual(
    await flags([await post(1, { visit: 'v-2' }), await post(2, { visit: 'v-2' }), await post(3, { visit: 'v-3' })]),
    [undefined, undefined, undefined],
  );
  for (const slug of ['b1', 'b2', 'b3']) {
    await d.survey(slug, { metric: 'nps' });
    assert.equal(await flagsOf(slug, { score: Number(slug[1]), visit: 'v-4' }), undefined);
  }
  for (const value of [1, 2, 3, 4]) assert.equal(await flagsOf('shop', { score: value }), undefined);
});

test('who amends their own answer is no burst, however often; different answers of a visit are', async () => {
  const ids = [1, 2, 3, 4].map(() => makeId(random));
  const put = async (i, value) => {
    const reply = await d.put('shop', ids[i], { score: value, visit: 'v-amend' });
    assert.ok([200, 201].includes(reply.status), reply.text);
    return (await Promise.all(ids.map((id) => d.admin('GET', `/v1/surveys/shop/responses/${id}`))))
      .map(({ json }) => json.flags?.join())
      .filter(Boolean);
  };
  const n = (await score('shop')).n;
  const before = await metrics();
  for (const value of [1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1]) assert.deepEqual(await put(0, value), []);
  for (const value of [1, 2, 3, 4, 5]) assert.deepEqual(await put(value % 2, value), [], 'two in turn');
  assert.equal((await score('shop')).n, n + 2);
  assert.deepEqual(await put(2, 4), [], 'two of the three say the same');
  assert.deepEqual(await metrics(), before);
  assert.deepEqual(await put(3, 9), ['burst', 'burst', 'burst', 'burst'], 'three scores of four answers');
  assert.equal((await score('shop')).n, n);
});

test('an invited person changes their mind within a minute, and counts', async () => {
  await d.survey('invited', { metric: 'nps', access: 'invited' });
  const invite = async (respondent) =>
    (await d.admin('POST', '/v1/surveys/invited/invitations', { body: { respondent } })).json.token;
  const tokens = [await invite('ann'), await invite('bob')];
  const ids = [];
  for (const value of [9, 3, 10, 0, 5]) {
    for (const [i, invitation] of tokens.entries()) {
      const reply = await d.post('invited', { score: value, invitation, ...(i === 1 && { visit: 'page' }) });
      assert.ok([200, 201].includes(reply.status), reply.text);
      ids[i] = reply.json.id;
    }
  }
  for (const id of ids)
    assert.deepEqual(
      [(await stored('invited', id)).flags, (await stored('invited', id)).excluded],
      [undefined, undefined],
    );
  const { n, distribution } = await score('invited');
  assert.deepEqual([n, distribution[5]], [2, 2]);
});

test('a burst that comes at once is flagged as a whole', async () => {
  const n = (await score('shop')).n;
  const replies = await Promise.all(
    Array.from({ length: 11 }, (_, i) => d.post('shop', { score: i, visit: 'v-crowd' })),
  );
  for (const reply of replies) assert.deepEqual((await stored('shop', reply.json.id)).flags, ['burst']);
  assert.equal((await score('shop')).n, n);
});

test('suspects are cleared in bulk, and count', async (t) => {
  const mine = await use(t);
  await mine.survey('shop', { metric: 'nps' });
  await mine.survey('other', { metric: 'nps' });
  const base = Date.now() - 3_600_000;
  const iso = (ms) => new Date(ms).toISOString();
  const posts = [];
  for (let i = 0; i < 1203; i++)
    posts.push(mine.post('shop', { score: 9, further_remarks: 'x', answered_at: iso(base + i) }));
  posts.push(mine.post('other', { score: 1, further_remarks: 'x' }), mine.post('shop', { score: 5 }));
  for (const reply of await Promise.all(posts)) assert.equal(reply.status, 201);
  const n = async (slug) => (await mine.score(slug, 'window=all')).json.n;
  const clear = (query, body = { excluded: false }, slug = 'shop') =>
    mine.admin('PATCH', `/v1/surveys/${slug}/responses?${query}`, { body });
  assert.equal(await n('shop'), 1);
  const part = await clear(`flagged=true&from=${iso(base + 100)}&to=${iso(base + 110)}`);
  assert.deepEqual([part.status, part.json], [200, { cleared: 10 }]);
  assert.equal(await n('shop'), 11);
  assert.deepEqual((await clear('flagged=true')).json, { cleared: 1193 });
  assert.equal(await n('shop'), 1204);
  assert.deepEqual((await clear('flagged=true')).json, { cleared: 0 });
  assert.deepEqual((await mine.admin('GET', '/v1/surveys/shop/responses?flagged=true')).json.responses, []);
  assert.equal((await mine.admin('GET', '/v1/surveys/other/responses?flagged=true')).json.responses.length, 1);
  for (const query of [
    '',
    'flagged=false',
    'flagged=1',
    'flagged=true&touchpoint=x',
    'flagged=true&window=30d',
    'flagged=true&limit=1',
    'flagged=true&from=x',
    'flagged=true&flagged=true',
  ])
    assertProblem(await clear(query), 400, 'bad_parameter');
  assertProblem(await clear('flagged=true', { excluded: true }), 422, 'invalid', ['/excluded']);
  assertProblem(await clear('flagged=true', {}), 422, 'invalid', ['/excluded']);
  assertProblem(await clear('flagged=true', { excluded: false, reason: 'x' }), 422, 'invalid', ['/reason']);
  assertProblem(await clear('flagged=true', '{'), 400, 'malformed_json');
  const refused = await mine.admin('PATCH', '/v1/surveys/shop/responses?flagged=true', {
    body: 'x',
    type: 'text/plain',
  });
  assertProblem(refused, 415, 'media_type');
  assert.equal(refused.headers['accept-patch'], 'application/json');
  assertProblem(await clear('flagged=true', { excluded: false }, 'nowhere'), 404, 'no_survey');
  const reader = (await mine.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json.key;
  assertProblem(
    await mine.request('PATCH', '/v1/surveys/other/responses?flagged=true', { key: reader, body: { excluded: false } }),
    403,
    'scope',
  );
  assertProblem(
    await mine.request('PATCH', '/v1/surveys/other/responses?flagged=true', { body: { excluded: false } }),
    401,
    'no_key',
  );
  assert.equal(await n('other'), 0);
});

test('status says what does not count, of which surveys and why; cxd suspects lists and clears it', async (t) => {
  const mine = await use(t);
  for (const slug of ['shop', 'desk', 'calm']) await mine.survey(slug, { metric: 'nps' });
  const cxd = (...words) => run([...words, '-c', mine.config]);
  const status = async (done) => {
    let suspects;
    await until(async () => {
      suspects = (await mine.admin('GET', '/v1/status')).json.suspects; // null while the disk does not answer
      return suspects && done(suspects);
    }, 'a fresh look');
    return suspects;
  };
  // The same on the screen, which has a '?' while the disk does not answer.
  const screen = () =>
    until(() => {
      const { stdout } = cxd('status');
      return !/suspects +\?/.test(stdout) && stdout;
    }, 'a fresh look');
  const none = { honeypot: 0, too_fast: 0, nonce: 0, user_agent: 0, burst: 0 };
  assert.deepEqual(await status(() => true), {
    responses: 0,
    complete: true,
    last_day: 0,
    reasons: none,
    surveys_with_some: 0,
    surveys: [],
  });
  assert.match(await screen(), /\n {2}suspects {6}none\n/);

  await mine.post('calm', { score: 9 });
  await mine.post('desk', { score: 9, further_remarks: 'x' });
  const iso = (ago) => new Date(Date.now() - ago).toISOString();
  await mine.post('shop', { score: 1, further_remarks: 'x' }, agent(MACHINES[0]));
  await mine.post('shop', { score: 2, answered_at: iso(2 * DAY), respondent: 'ada' }, agent(MACHINES[0]));
  await mine.post('shop', { score: 3, answered_at: iso(3 * DAY) }, agent(MACHINES[0]));
  const excluded = (await mine.post('shop', { score: 4 })).json.id;
  await mine.admin('PATCH', `/v1/surveys/shop/responses/${excluded}`, { body: { excluded: true, reason: 'a test' } });
  assert.deepEqual(await status(({ responses }) => responses === 4), {
    responses: 4,
    complete: true,
    last_day: 2,
    reasons: { ...none, honeypot: 2, user_agent: 3 },
    surveys_with_some: 2,
    surveys: [
      { survey: 'shop', responses: 3, last_day: 1, reasons: { ...none, honeypot: 1, user_agent: 3 } },
      { survey: 'desk', responses: 1, last_day: 1, reasons: { ...none, honeypot: 1 } },
    ],
  });
  assert.match(
    await screen(),
    new RegExp(
      '\n {2}suspects {6}4 answers are suspected and do not count \\(honeypot 2, user_agent 3\\); 2 of the last day' +
        '\n {2}shop: 3 \\(honeypot 1, user_agent 3\\); see cxd suspects list shop' +
        '\n {2}desk: 1 \\(honeypot 1\\); see cxd suspects list desk\n',
    ),
  );

  const listed = cxd('suspects', 'list', 'shop').stdout.trimEnd().split('\n');
  assert.match(listed[0], /^ANSWERED +SCORE +WHY +RESPONDENT +ID$/);
  assert.deepEqual(
    listed.slice(1).map((line) => line.trim().split(/ {2,}/).slice(1, 4).join('|')),
    ['1|honeypot, user_agent|-', '2|user_agent|ada', '3|user_agent|-'],
  );
  assert.equal(JSON.parse(cxd('suspects', 'list', 'shop', '--json', '--from', iso(DAY)).stdout).responses.length, 1);
  assert.equal(cxd('suspects', 'clear', 'shop', '--to', iso(DAY)).stdout, '2 answers count now\n');
  assert.equal(cxd('suspects', 'clear', 'shop').stdout, '1 answer counts now\n');
  assert.equal(cxd('suspects', 'clear', 'shop').stdout, '0 answers count now\n');
  assert.equal((await mine.score('shop', 'window=all')).json.n, 3);
  assert.equal(cxd('suspects', 'list', 'nowhere').status, 1);
  assert.equal(cxd('suspects', 'list').status, 2);
  assert.equal((await status(({ responses }) => responses === 1)).surveys[0].survey, 'desk');
  assert.match(await screen(), / 1 answer is suspected and does not count \(honeypot 1\); 1 of the last day\n/);
});

test('of very many suspects few are counted, but of every survey', async (t) => {
  const mine = await use(t);
  for (let i = 0; i < 7; i++) await mine.survey(`s${i}`, { metric: 'nps' });
  await mine.end();
  const many = [150, 20_001, 20_001, 20_001, 20_001, 20_001, 150];
  const rows = many.map(
    (count, i) =>
      `INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, flags)
       WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
       SELECT randomblob(16), number, 1, 9, i, i, 1, 1 FROM survey CROSS JOIN n WHERE slug = 's${i}';`,
  );
  sqlite(mine.database, `BEGIN; ${rows.join('\n')} COMMIT;`);
  await mine.begin();
  const suspects = await until(async () => (await mine.admin('GET', '/v1/status')).json.suspects, 'a look');
  const counted = Object.fromEntries(suspects.surveys.map(({ survey, responses }) => [survey, responses]));
  assert.deepEqual(counted, { s0: 150, s1: 20_000, s2: 20_000, s3: 20_000, s4: 20_000, s5: 20_000, s6: 100 });
  assert.deepEqual([suspects.responses, suspects.complete, suspects.surveys_with_some], [100_250, false, 7]);
});

test('the metrics count what was flagged, by reason', async () => {
  const before = await metrics();
  assert.deepEqual(Object.keys(before), ['honeypot', 'too_fast', 'nonce', 'user_agent', 'burst']);
  await d.post('timed', { score: 9, further_remarks: 'x' }, agent(MACHINES[0]));
  await d.post('timed', { score: 9, nonce: nonce('timed', 0) });
  await d.post('timed', { score: 9, nonce: nonce('timed', 60_000) });
  assert.deepEqual(await metrics(), {
    ...before,
    honeypot: before.honeypot + 1,
    too_fast: before.too_fast + 1,
    nonce: before.nonce + 1,
    user_agent: before.user_agent + 1,
  });
  assert.match((await d.scrape()).text, /^cxd_requests_limited_total\{limit="address"\} 0$/m);
});

test('asking about respondents is limited by address, the plain form is not', async (t) => {
  const mine = await use(t, { config: { limits: { ingest_rate: 5 }, metrics: METRICS } });
  await mine.survey('shop', { metric: 'nps' });
  for (let i = 0; i < 20; i++) assert.equal((await mine.request('GET', '/v1/surveys/shop/form')).status, 200);
  const statuses = [];
  for (let i = 0; i < 7; i++)
    statuses.push((await mine.request('GET', `/v1/surveys/shop/form?respondent=r${i}`)).status);
  assert.deepEqual(statuses.slice(0, 5), [200, 200, 200, 200, 200]);
  assert.ok(statuses.includes(429), statuses.join());
  assert.match((await mine.scrape()).text, /^cxd_requests_limited_total\{limit="address"\} [1-9]/m);
});
