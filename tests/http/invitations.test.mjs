// Invitations, from the link to the answer. Tokens are made and read here by Node's crypto, with the key out of the
// database file, so that nothing rests on the daemon's own word.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { assertProblem, ids, parseLines, run, signingKeys, start, use, UUID } from './harness.mjs';

const DAY = 86_400_000;
const d = await start({ config: { limits: { batch_bytes: '8M' } } });
after(() => d.stop());
const id = ids(31);
await d.survey('open', { metric: 'nps', properties: ['plan'] });
await d.survey('shop', { metric: 'nps', access: 'invited', properties: ['plan'] });
await d.survey('once', { metric: 'nps', access: 'invited', amend_window: 0 });
await d.survey('other', { metric: 'nps', access: 'invited' });
await d.survey('closed', { metric: 'nps', access: 'invited', closes_at: '2020-01-01T00:00:00Z' });

// A token signed with a key.
const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
const signBytes = (bytes, key = signingKeys(d)[0], purpose = 'invitation') =>
  `${bytes.toString('base64url')}.${hmac(hmac(key, purpose), bytes).toString('base64url')}`;
const sign = (payload, ...rest) => signBytes(Buffer.from(JSON.stringify(payload)), ...rest);
const payload = (over = {}) => ({ i: id(), s: 'shop', r: 'customer-1', e: Date.now() + DAY, ...over });
const read = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString('utf8'));
// What is held of a person.
const held = async (person, daemon = d) =>
  (await daemon.admin('GET', `/v1/respondents/${encodeURIComponent(person)}`)).json;
const token = async (survey, body, daemon = d) =>
  (await daemon.admin('POST', `/v1/surveys/${survey}/invitations`, { body })).json.token;
const invite = (survey, body, options = {}) =>
  d.admin('POST', `/v1/surveys/${survey}/invitations${options.query ?? ''}`, { body, ...options });

// UUID version 5 in cxd's name space, which is read out of an Idempotency-Key's id below.
function uuid5(space, name) {
  const hash = crypto
    .createHash('sha1')
    .update(Buffer.concat([Buffer.from(space.replaceAll('-', ''), 'hex'), Buffer.from(name)]))
    .digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
const SPACE = (() => {
  const text = fs.readFileSync(new URL('../../src/base/id.c', import.meta.url), 'utf8');
  const bytes = /ID_SPACE_CXD\s*=\s*\{([^;]+)\}/
    .exec(text)[1]
    .match(/0x[0-9a-fA-F]{2}/g)
    .map((hex) => hex.slice(2));
  assert.equal(bytes.length, 16);
  return bytes.join('');
})();

describe('making invitations', () => {
  test('one: the token is what Node signs, and says nothing of who is invited', async () => {
    const before = Date.now();
    const reply = await invite('shop', {
      respondent: 'Zoë / "4711"',
      expires_in: '14d',
      properties: { plan: 'pro', seats: 5, trial: false },
    });
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.headers['cache-control'], 'no-store');
    const { token, url, respondent, expires_at: expires, response_id: response } = reply.json;
    const inside = read(token);
    assert.match(inside.i, UUID);
    assert.deepEqual({ ...inside, i: 0, e: 0 }, { i: 0, s: 'shop', e: 0 });
    assert.deepEqual((await held('Zoë / "4711"')).invitations, [
      {
        survey: 'shop',
        response_id: response,
        created_at: new Date(inside.e - 14 * DAY).toISOString(),
        expires_at: expires,
        properties: { plan: 'pro', seats: '5', trial: 'false' },
      },
    ]);
    assert.equal(Date.parse(expires), inside.e);
    assert.ok(inside.e >= before + 14 * DAY && inside.e <= Date.now() + 14 * DAY);
    assert.equal(respondent, 'Zoë / "4711"');
    assert.equal(token, signBytes(Buffer.from(token.split('.')[0], 'base64url')));
    assert.equal(url, `http://${d.host}:${d.port}/s/shop?i=${token}`);
    const body = '{"respondent":"a"}';
    const absolute = await d.raw(
      `POST http://feedback.example:81/v1/surveys/shop/invitations HTTP/1.1\r\nHost: evil.example\r\nAuthorization: ` +
        `Bearer ${d.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(absolute.json.url, /^http:\/\/feedback\.example:81\/s\/shop\?/, 'of the host that was asked');
    assert.equal(response, uuid5(SPACE, `\ninvitation\nshop\n${inside.i}`));
    const again = await invite('shop', { respondent: 'Zoë / "4711"', expires_in: '14d' });
    assert.notEqual(read(again.json.token).i, inside.i, 'each is its own');
  });

  test('expiry: 30 days by default, by query, by member, by time', async () => {
    const expiry = async (body, query) => {
      const reply = await invite('shop', { respondent: 'a', ...body }, { query });
      assert.equal(reply.status, 201, reply.text);
      return Date.parse(reply.json.expires_at) - Date.now();
    };
    const near = (got, wanted) => assert.ok(Math.abs(got - wanted) < 60_000, `${got} is not about ${wanted}`);
    near(await expiry({}), 30 * DAY);
    near(await expiry({}, '?expires_in=2h'), 7_200_000);
    near(await expiry({ expires_in: 60 }, '?expires_in=2h'), 60_000);
    near(await expiry({ expires_at: new Date(Date.now() + 3 * DAY).toISOString() }), 3 * DAY);
  });

  test('the link: of the request, or of the configuration', async (t) => {
    const link = encodeURIComponent('https://shop.example/{survey}/rate?i={token}#{token}');
    const { url, token } = (await invite('shop', { respondent: 'a' }, { query: `?link=${link}` })).json;
    assert.equal(url, `https://shop.example/shop/rate?i=${token}#${token}`);
    for (const bad of [
      'https://shop.example/',
      'javascript:alert("{token}")',
      'https://shop.example/{token} x',
      '/{token}',
      'https://?i={token}',
      'https:///{token}',
      `https://a.example/{token}${'x'.repeat(2048)}`,
    ]) {
      assertProblem(
        await invite('shop', { respondent: 'a' }, { query: `?link=${encodeURIComponent(bad)}` }),
        400,
        'bad_parameter',
      );
    }
    const daemon = await use(t, { config: { server: { public_url: 'https://feedback.example/cxd/' } } });
    await daemon.survey('shop', { metric: 'nps' });
    const made = (await daemon.admin('POST', '/v1/surveys/shop/invitations', { body: { respondent: 'a' } })).json;
    assert.equal(made.url, `https://feedback.example/cxd/s/shop?i=${made.token}`);
  });

  test('a public_url that is none ends the start', () => {
    for (const bad of [
      'feedback.example',
      'ftp://feedback.example',
      'https://',
      'https:///x',
      'https://a.example/?x',
      'https://a b',
    ]) {
      const file = path.join(d.dir, 'bad.conf');
      fs.writeFileSync(file, `[server]\npublic_url = ${bad}\n`);
      const done = run(['serve', '--check', '-c', file]);
      assert.notEqual(done.status, 0, bad);
      assert.match(done.stderr, /public_url/);
    }
  });

  test('what is wrong is named', async () => {
    assertProblem(await invite('shop', {}), 422, 'invalid', ['/respondent']);
    assertProblem(await invite('shop', { respondent: '' }), 422, 'invalid', ['/respondent']);
    assertProblem(await invite('shop', { respondent: 'x'.repeat(257) }), 422, 'invalid', ['/respondent']);
    assertProblem(await invite('shop', { respondent: 'a\u0007' }), 422, 'invalid', ['/respondent']);
    assertProblem(await invite('shop', { respondent: 5, survey: 'shop' }), 422, 'invalid', ['/respondent', '/survey']);
    assertProblem(await invite('shop', { respondent: 'a', expires_in: '0s' }), 422, 'invalid', ['/expires_in']);
    assertProblem(await invite('shop', { respondent: 'a', expires_in: 'soon' }), 422, 'invalid', ['/expires_in']);
    assertProblem(await invite('shop', { respondent: 'a', expires_at: '2020-01-01T00:00:00Z' }), 422, 'invalid', [
      '/expires_at',
    ]);
    assertProblem(
      await invite('shop', { respondent: 'a', expires_at: '2099-01-01T00:00:00Z', expires_in: '1d' }),
      422,
      'invalid',
      ['/expires_in'],
    );
    assertProblem(
      await invite('shop', {
        respondent: 'a',
        properties: { 'a b': 'x', ok: null, bad: 'a\u0000', long: 'x'.repeat(513) },
      }),
      422,
      'invalid',
      ['/properties/a b', '/properties/bad', '/properties/long'],
    );
    assertProblem(await invite('shop', '{"respondent"'), 400, 'malformed_json');
    assertProblem(await invite('nowhere', { respondent: 'a' }), 404, 'no_survey');
    for (const type of ['text/html', 'text/csv; charset=latin-1', 'application/x-www-form-urlencoded'])
      assertProblem(await invite('shop', { respondent: 'a' }, { type }), 415, 'media_type');
    for (const type of ['application/ndjson', 'application/jsonl', 'application/x-ndjson;charset=utf-8'])
      assert.equal((await invite('shop', '{"respondent":"a"}\n', { type })).status, 200, type);
    assertProblem(await invite('shop', { respondent: 'a' }, { query: '?expires_in=0' }), 400, 'bad_parameter');
    assertProblem(await invite('shop', { respondent: 'a' }, { query: '?expire=1d' }), 400, 'bad_parameter');
    assertProblem(
      await d.request('POST', '/v1/surveys/shop/invitations', { body: { respondent: 'a' } }),
      401,
      'no_key',
    );
    const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
    assertProblem(
      await d.request('POST', '/v1/surveys/shop/invitations', { body: { respondent: 'a' }, key }),
      403,
      'scope',
    );
  });
});

describe('answering', () => {
  test('the response has the respondent and the fixed properties of the token; a retry is a replay', async () => {
    const inside = payload({ r: 'Zoë', p: { plan: 'pro', a: '1' } });
    const sent = { score: 9, comment: 'Good', properties: { m: 'x', plan: 'pro' }, invitation: sign(inside) };
    const first = await d.post('shop', sent);
    assert.equal(first.status, 201, first.text);
    assert.equal(first.json.id, uuid5(SPACE, `\ninvitation\nshop\n${inside.i}`));
    assert.equal(first.json.respondent, 'Zoë');
    assert.deepEqual(first.json.properties, { a: '1', m: 'x', plan: 'pro' });
    assert.equal(first.json.invitation, undefined);
    assert.equal((await d.post('shop', sent)).status, 200);
    assert.equal((await d.post('shop', { ...sent, respondent: 'Zoë', id: first.json.id })).status, 200);
    assert.equal((await d.put('shop', first.json.id, sent)).status, 200);
    const amended = await d.post('shop', { score: 3, invitation: sent.invitation });
    assert.equal(amended.status, 200, amended.text);
    assert.equal(amended.json.score, 3);
    assert.deepEqual(amended.json.properties, { a: '1', plan: 'pro' }, 'fixed ones stay');
    const reply = await d.score('shop', 'property.plan=pro');
    assert.equal(reply.json.n, 1);
  });

  test('once: after the amend window it is used, and the same answer is still a replay', async () => {
    const invitation = sign(payload({ s: 'once' }));
    assert.equal((await d.post('once', { score: 9, invitation })).status, 201);
    assert.equal((await d.post('once', { score: 9, invitation })).status, 200);
    assertProblem(await d.post('once', { score: 8, invitation }), 409, 'invitation_used');
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => d.post('once', { score: i % 11, invitation })));
    assert.ok(many.every(({ status, json }) => (status === 200 && json.score === 9) || status === 409));
    assert.equal((await d.score('once')).json.n, 1);
  });

  test('twenty at once with one token leave one response', async () => {
    const before = (await d.score('shop')).json.n;
    const invitation = sign(payload());
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        d.post('shop', { score: 10, invitation }, { headers: { 'Idempotency-Key': id() } }),
      ),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [...Array(19).fill(200), 201]);
    assert.equal((await d.score('shop')).json.n, before + 1);
  });

  test('required where the survey says so, but a key may import', async () => {
    assertProblem(await d.post('shop', { score: 9 }), 403, 'invitation_required');
    assertProblem(await d.put('shop', id(), { score: 9 }), 403, 'invitation_required');
    for (const invitation of [null, ''])
      assertProblem(await d.post('shop', { score: 9, invitation }), 403, 'invitation_required');
    assertProblem(await d.post('shop', { score: 9 }, { key: d.key }), 403, 'invitation_required');
    const { lines } = await d.batch([{ survey: 'shop', score: 9 }]);
    assert.equal(lines[0].status, 201);
  });

  test('a survey that came to need one still answers the retry of what it took', async () => {
    await d.survey('later', { metric: 'nps' });
    const name = id();
    assert.equal((await d.put('later', name, { score: 9 })).status, 201);
    await d.survey('later', { metric: 'nps', access: 'invited' });
    assert.equal((await d.put('later', name, { score: 9 })).status, 200);
    assertProblem(await d.put('later', name, { score: 8 }), 403, 'invitation_required');
  });

  test('a public survey takes one too', async () => {
    const reply = await d.post('open', { score: 9, invitation: sign(payload({ s: 'open', r: 'known' })) });
    assert.equal(reply.status, 201);
    assert.equal(reply.json.respondent, 'known');
    assertProblem(await d.post('open', { score: 9, invitation: 'x.y' }), 403, 'invitation_invalid');
  });

  test('forged in any way is invalid', async () => {
    const good = sign(payload());
    const [body, mac] = good.split('.');
    const flipped = Buffer.from(body, 'base64url');
    flipped[flipped.indexOf('customer-1')] ^= 1;
    const forged = [
      '.',
      'x',
      `${body}.`,
      `.${mac}`,
      body,
      `${good}=`,
      ` ${good}`,
      `${good}.x`,
      good.slice(0, -1),
      `${flipped.toString('base64url')}.${mac}`,
      `${body}.${mac.slice(1)}${mac[0]}`,
      sign(payload(), crypto.randomBytes(32)), // another key
      sign(payload(), Buffer.alloc(32)),
      sign(payload(), undefined, 'nonce'), // a token of another purpose
      `${body}.${hmac(signingKeys(d)[0], Buffer.from(body, 'base64url')).toString('base64url')}`, // without a purpose
      `${body}.${crypto.createHash('sha256').update(Buffer.from(body, 'base64url')).digest('base64url')}`,
      signBytes(Buffer.from('not json')),
      signBytes(Buffer.from('[]')),
      signBytes(Buffer.alloc(0)),
      ...[
        { i: 5 },
        { i: 'x' },
        { s: 5 },
        { r: 5 },
        { r: '' },
        { r: null },
        { e: 'x' },
        { e: null },
        { s: 'NOT A SLUG' },
        { p: 5 },
        { p: { a: [] } },
      ].map((over) => sign(payload(over))),
      'A'.repeat(60_000),
      '𝄞',
    ];
    const before = (await d.score('shop')).json.n;
    for (const invitation of forged)
      assertProblem(await d.post('shop', { score: 9, invitation }), 403, 'invitation_invalid');
    assertProblem(await d.post('shop', { score: 9, invitation: 5 }), 422, 'invalid', ['/invitation']);
    assert.equal(
      (await d.post('shop', { score: 9, invitation: good })).status,
      201,
      'and the one that they were made of is good',
    );
    assert.equal((await d.score('shop')).json.n, before + 1);
  });

  test('of another survey', async () => {
    const problem = assertProblem(
      await d.post('other', { score: 9, invitation: sign(payload()) }),
      403,
      'invitation_other_survey',
    );
    assert.match(problem.detail, /shop/);
  });

  test('expired: to the millisecond, but a retry of what came in time is answered', async () => {
    assertProblem(
      await d.post('shop', { score: 9, invitation: sign(payload({ e: Date.now() })) }),
      403,
      'invitation_expired',
    );
    assertProblem(await d.post('shop', { score: 9, invitation: sign(payload({ e: 0 })) }), 403, 'invitation_expired');
    assertProblem(
      await d.post('shop', { score: 9, invitation: sign(payload({ e: -(2 ** 52) })) }),
      403,
      'invitation_expired',
    );
    const brief = payload({ e: Date.now() + 60_000 });
    assert.equal((await d.post('shop', { score: 9, invitation: sign(brief) })).status, 201);
    // The same invitation as its clock runs out; its id is what counts.
    const late = sign({ ...brief, e: Date.now() - 1 });
    assert.equal((await d.post('shop', { score: 9, invitation: late })).status, 200);
    assertProblem(await d.post('shop', { score: 8, invitation: late }), 403, 'invitation_expired');
  });

  test('a closed survey stays closed', async () => {
    assertProblem(
      await d.post('closed', { score: 9, invitation: sign(payload({ s: 'closed' })) }),
      403,
      'survey_closed',
    );
  });

  test('a body that says otherwise is refused at each member', async () => {
    const invitation = sign(payload({ p: { plan: 'pro', 'a.b': '1' } }));
    assertProblem(
      await d.post('shop', {
        score: 11,
        respondent: 'someone',
        id: id(),
        properties: { plan: 'free', 'a.b': 2, c: 'x' },
        invitation,
      }),
      422,
      'invalid',
      ['/score', '/respondent', '/id', '/properties/plan', '/properties/a.b'],
    );
    assertProblem(await d.put('shop', id(), { score: 9, invitation }), 422, 'invalid', ['/invitation']);
    const many = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, 'x']));
    assertProblem(await d.post('shop', { score: 9, properties: many, invitation }), 422, 'invalid', ['/properties']);
    assert.equal((await d.post('shop', { score: 9, properties: { plan: 'pro' }, invitation })).status, 201);
  });

  test('of the store: what it fills in is not told to who holds the token alone', async () => {
    const made = await token('shop', { respondent: 'Ann@Example.com', properties: { plan: 'pro', a: '1' } });
    const sent = { score: 9, properties: { m: 'x', plan: 'pro' }, invitation: made };
    const first = await d.post('shop', sent);
    assert.equal(first.status, 201, first.text);
    assert.deepEqual([first.json.respondent, first.json.properties], [undefined, { m: 'x', plan: 'pro' }]);
    const again = await d.post('shop', sent);
    assert.deepEqual([again.status, again.json], [200, first.json]);
    const shown = (await d.post('shop', sent, { key: d.key })).json;
    assert.deepEqual([shown.respondent, shown.properties], ['ann@example.com', { a: '1', m: 'x', plan: 'pro' }]);
    assert.equal(first.headers.etag, undefined, 'names could be tried out by it');
    const amended = await d.put('shop', first.json.id, { score: 3, invitation: made });
    assert.equal(amended.status, 200, amended.text);
    assert.deepEqual([amended.json.score, amended.json.properties], [3, undefined]);
    const stored = (await d.admin('GET', `/v1/surveys/shop/responses/${first.json.id}`)).json;
    assert.deepEqual([stored.respondent, stored.properties], ['ann@example.com', { a: '1', plan: 'pro' }]);
    assert.equal((await d.post('shop', sent)).json.score, 3, 'a late retry changes nothing');
  });

  test('of the store: a body that says otherwise is refused at each member', async () => {
    const made = await token('shop', { respondent: 'b', properties: { plan: 'pro', 'a.b': '1' } });
    assertProblem(
      await d.post('shop', {
        score: 9,
        comment: 'x'.repeat(8001),
        respondent: 'someone',
        properties: { plan: 'free', 'a.b': 2, c: 'x' },
        invitation: made,
      }),
      422,
      'invalid',
      ['/comment', '/respondent', '/properties/plan', '/properties/a.b'],
    );
    assertProblem(await d.post('shop', { score: 9, id: id(), invitation: made }), 422, 'invalid', ['/id']);
    const many = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, 'x']));
    assertProblem(await d.post('shop', { score: 9, properties: many, invitation: made }), 422, 'invalid', [
      '/properties',
    ]);
    const { lines } = await d.batch([{ survey: 'shop', score: 9, respondent: 'c', invitation: made }]);
    assert.deepEqual([lines[0].status, lines[0].errors.map(({ pointer }) => pointer)], [422, ['/respondent']]);
    assert.equal((await d.post('shop', { score: 9, respondent: 'b', invitation: made })).status, 201);
  });

  test('of the store: in a form, and in a batch', async () => {
    const [one, two] = await Promise.all(['f', 'g'].map((respondent) => token('other', { respondent })));
    const form = await d.request('POST', '/v1/surveys/other/responses', {
      body: `score=9&invitation=${one}`,
      type: 'application/x-www-form-urlencoded',
    });
    assert.equal(form.status, 201, form.text);
    const line = { survey: 'other', score: 8, invitation: two };
    const { lines } = await d.batch([line, line]);
    assert.deepEqual(
      lines.map(({ status }) => status),
      [201, 200],
    );
    for (const [person, score] of [
      ['f', 9],
      ['g', 8],
    ])
      assert.deepEqual(
        (await held(person)).responses.map((response) => response.score),
        [score],
      );
  });

  test('of the store: once, though twenty answer at once', async () => {
    const made = await token('once', { respondent: 'h' });
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) => d.post('once', { score: i % 11, invitation: made })),
    );
    assert.equal(many.filter(({ status }) => status === 201).length, 1);
    assert.equal((await held('h')).responses.length, 1);
    const again = await d.post('once', { score: (await held('h')).responses[0].score, invitation: made });
    assert.equal(again.status, 200, again.text);
  });

  test('of nobody that is known is gone, and so is that of who was erased', async () => {
    const unknown = sign({ i: id(), s: 'shop', e: Date.now() + DAY });
    assertProblem(await d.post('shop', { score: 9, invitation: unknown }), 410, 'invitation_gone');
    assertProblem(
      await d.post('shop', { score: 9, invitation: sign({ i: id(), s: 'shop', e: 1 }) }),
      403,
      'invitation_expired',
    );
    assertProblem(
      await d.post('shop', { score: 9, invitation: sign({ i: id(), s: 'shop', e: Date.now() + DAY, p: {} }) }),
      403,
      'invitation_invalid',
    );
    const made = await Promise.all([1, 2].map(() => token('shop', { respondent: 'Gone@Example.com' })));
    assert.equal((await d.post('shop', { score: 9, invitation: made[0] })).status, 201);
    const erased = await d.admin('DELETE', '/v1/respondents/gone%40example.COM');
    assert.deepEqual(
      [erased.json.erased, erased.json.invitations],
      [1, 1],
      'the one that was answered went with the answer',
    );
    for (const invitation of made) assertProblem(await d.post('shop', { score: 9, invitation }), 410, 'response_gone');
    assert.deepEqual((await held('gone@example.com')).invitations, []);
    const open = await token('shop', { respondent: 'gone@example.com' });
    assert.deepEqual((await d.admin('DELETE', '/v1/respondents/gone@example.com')).json, {
      erased: 0,
      invitations: 1,
      counts: false,
    });
    assertProblem(await d.post('shop', { score: 9, invitation: open }), 410, 'response_gone');
    assertProblem(await d.admin('DELETE', '/v1/respondents/gone@example.com'), 404, 'no_respondent');
  });

  test('lines of a batch', async () => {
    const invitation = sign(payload({ s: 'once', r: 'b' }));
    const { lines } = await d.batch([
      { survey: 'once', score: 9, invitation },
      { survey: 'once', score: 9, invitation },
      { survey: 'once', score: 8, invitation },
      { survey: 'other', score: 8, invitation },
      { survey: 'once', score: 8, invitation: 'x.y' },
      { survey: 'once', score: 8, invitation: sign(payload({ s: 'once', e: 1 })) },
      { survey: 'once', score: 12, respondent: 'c', invitation },
    ]);
    assert.deepEqual(
      lines.map(({ status, type }) => type ?? status),
      [
        201,
        200,
        ...['used', 'other_survey', 'invalid', 'expired'].map((name) => `/problems/invitation_${name}`),
        '/problems/invalid',
      ],
    );
    assert.deepEqual(lines[6].errors.map(({ pointer }) => pointer).sort(), ['/respondent', '/score']);
  });
});

describe('rotation', () => {
  test('an old key is good after one rotation and not after two, over a restart too', async () => {
    const daemon = await start();
    try {
      await daemon.survey('shop', { metric: 'nps', access: 'invited' });
      const make = async () =>
        (await daemon.admin('POST', '/v1/surveys/shop/invitations', { body: { respondent: 'a' } })).json.token;
      const rotate = () => daemon.admin('POST', '/v1/signing-keys');
      const list = async () => (await daemon.admin('GET', '/v1/signing-keys')).json.signing_keys;
      const [first, spare, third] = [await make(), await make(), await make()];
      assert.deepEqual(
        (await list()).map(({ number, signs }) => [number, signs]),
        [[1, true]],
      );
      const made = await rotate();
      assert.equal(made.status, 201, made.text);
      assert.deepEqual([made.json.number, made.json.signs], [2, true]);
      assert.deepEqual(
        (await list()).map(({ number, signs }) => [number, signs]),
        [
          [2, true],
          [1, false],
        ],
      );
      assert.equal(signingKeys(daemon).length, 2);
      const second = await make();
      assert.equal(
        second,
        signBytes(Buffer.from(second.split('.')[0], 'base64url'), signingKeys(daemon)[0]),
        'the new one signs',
      );
      assert.equal((await daemon.post('shop', { score: 9, invitation: first })).status, 201);
      await daemon.end();
      await daemon.begin();
      assert.equal((await daemon.post('shop', { score: 9, invitation: spare })).status, 201);
      assert.equal((await rotate()).status, 201);
      assertProblem(await daemon.post('shop', { score: 9, invitation: third }), 403, 'invitation_invalid');
      assert.equal((await daemon.post('shop', { score: 9, invitation: second })).status, 201);
      assert.equal(signingKeys(daemon).length, 2, 'the secret is gone');
    } finally {
      await daemon.stop();
    }
  });

  test('is for admins, takes no body, and tells no secret', async () => {
    const { key } = (
      await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write', 'read', 'export', 'erase'] } })
    ).json;
    for (const method of ['GET', 'POST'])
      assertProblem(await d.request(method, '/v1/signing-keys', { key }), 403, 'scope');
    assertProblem(await d.admin('POST', '/v1/signing-keys', { body: {} }), 411, 'unwanted_body');
    const { text } = await d.admin('GET', '/v1/signing-keys');
    for (const secret of signingKeys(d))
      for (const form of ['hex', 'base64', 'base64url']) assert.ok(!text.includes(secret.toString(form)));
  });
});

// A small reader of CSV, other than the daemon's.
function rows(text) {
  const out = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && bare === '' && out.at(-1).length === 0) break;
    out.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end !== ',') out.push([]);
  }
  return out.filter((row) => row.length > 0);
}

describe('lists', () => {
  const csv = (body, options = {}) => invite('shop', body, { type: 'text/csv', ...options });

  test('NDJSON and arrays: a result a line, bad ones by their number', async () => {
    const good = { respondent: 'a', properties: { plan: 'pro' } };
    const reply = await invite(
      'shop',
      `${JSON.stringify(good)}\n\n{"respondent": 5}\r\nnonsense\n{"respondent":"Zoë","expires_in":"1h"}`,
      { type: 'application/x-ndjson' },
    );
    assert.equal(reply.status, 200, reply.text);
    const lines = parseLines(reply.text);
    assert.deepEqual(
      lines.map(({ line, status }) => [line, status]),
      [
        [1, 201],
        [3, 422],
        [4, 400],
        [5, 201],
      ],
    );
    for (const [at, person, properties] of [
      [0, 'a', { plan: 'pro' }],
      [3, 'Zoë', undefined],
    ]) {
      const { status, json } = await d.post('shop', { score: 9, invitation: lines[at].token }, { key: d.key });
      assert.deepEqual([status, json.respondent, json.properties], [201, person, properties]);
    }
    const array = await invite('shop', [good, {}, good]);
    assert.equal(array.status, 200);
    assert.deepEqual(
      array.json.map(({ line, status }) => [line, status]),
      [
        [1, 201],
        [2, 422],
        [3, 201],
      ],
    );
    const marked = [];
    for (const mark of ['', '\ufeff', '\ufeff \r\n'])
      marked.push((await invite('shop', `${mark}[{"respondent":"a"}]`)).json[0].status);
    assert.deepEqual(marked, [201, 201, 201], 'behind a byte order mark too');
    assert.deepEqual((await invite('shop', [])).json, []);
    assertProblem(await invite('shop', '[{"respondent":"a"},'), 400, 'malformed_json');
  });

  test('CSV: quotes, line ends, properties, expiry, Unicode', async () => {
    const soon = new Date(Date.now() + 5 * DAY).toISOString();
    const reply = await csv(
      `\uFEFFrespondent,expires,plan,note\r\n"Jones, ""Ann""",2h,pro,"two\r\nlines"\r\nZoë 𝄞,${soon},,\n` +
        `\n=SUM(A1),,free,x\nlast,,,`,
    );
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['content-type'], 'text/csv; charset=utf-8');
    const [header, ...made] = rows(reply.text);
    assert.deepEqual(header, ['line', 'status', 'respondent', 'url', 'token', 'expires_at', 'error']);
    assert.deepEqual(
      made.map((row) => row.slice(0, 3)),
      [
        ['2', '201', 'Jones, "Ann"'],
        ['4', '201', 'Zoë 𝄞'],
        ['6', '201', "'=SUM(A1)"],
        ['7', '201', 'last'],
      ],
    );
    const inside = made.map((row) => read(row[4]));
    assert.deepEqual(
      await Promise.all(
        made.map(async (row) => {
          const { json } = await d.post('shop', { score: 9, invitation: row[4] }, { key: d.key });
          return [json.respondent, json.properties];
        }),
      ),
      [
        ['Jones, "Ann"', { note: 'two\r\nlines', plan: 'pro' }],
        ['Zoë 𝄞', undefined],
        ['=SUM(A1)', { note: 'x', plan: 'free' }],
        ['last', undefined],
      ],
    );
    assert.equal(inside[1].e, Date.parse(soon));
    assert.ok(Math.abs(inside[0].e - Date.now() - 7_200_000) < 60_000);
    for (const row of made) {
      assert.equal(row[3], `http://${d.host}:${d.port}/s/shop?i=${row[4]}`);
      assert.equal(row[4], signBytes(Buffer.from(row[4].split('.')[0], 'base64url')));
    }
  });

  test('CSV: bad rows say why, and the others are made', async () => {
    const reply = await csv(
      'respondent,expires,plan\n,1d,x\na,never,x\nb,1d\n"c"d,1d,x\ne"e,1d,x\nf,1d,x\n' +
        'g,2020-01-01T00:00:00Z,\nh,1d,"open\nto the end',
    );
    const [, ...made] = rows(reply.text);
    assert.deepEqual(
      made.map((row) => [row[0], row[1]]),
      [
        ['2', '422'],
        ['3', '422'],
        ['4', '400'],
        ['5', '400'],
        ['6', '400'],
        ['7', '201'],
        ['8', '422'],
        ['9', '400'],
      ],
    );
    assert.deepEqual(
      made.filter((row) => row[1] !== '201').map((row) => row[6] !== '' && row[4] === ''),
      Array(7).fill(true),
    );
    assert.match(made[0][6], /respondent/);
    assert.match(made[1][6], /expires/);
  });

  test('CSV: the header', async () => {
    assertProblem(await csv('name\na\n'), 422, 'invalid', ['/respondent']);
    assertProblem(await csv('respondent,plan,plan,a b\na,b,c,d\n'), 422, 'invalid', ['/plan', '/a b']);
    assertProblem(await csv(''), 400, 'malformed_csv');
    assertProblem(await csv('"respondent\n'), 400, 'malformed_csv');
    assertProblem(await csv(Buffer.from([0x72, 0xff, 0x0a])), 400, 'malformed_csv');
    assert.equal(rows((await csv('respondent')).text).length, 1);
  });

  test('ten thousand, each its own', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `customer-${i}`);
    const reply = await csv(`respondent,plan\n${names.map((name) => `${name},pro\n`).join('')}`);
    const made = rows(reply.text).slice(1);
    assert.deepEqual(
      made.map((row) => row[2]),
      names,
    );
    assert.equal(new Set(made.map((row) => read(row[4]).i)).size, 10_000);
    const lines = parseLines(
      (
        await invite('shop', names.map((respondent) => JSON.stringify({ respondent })).join('\n'), {
          type: 'application/x-ndjson',
        })
      ).text,
    );
    assert.equal(lines.filter(({ status }) => status === 201).length, 10_000);
  });

  test('no more than batch_lines', async (t) => {
    const daemon = await use(t, { config: { limits: { batch_lines: 3 } } });
    await daemon.survey('shop', { metric: 'nps' });
    const ask = (count) =>
      daemon.admin('POST', '/v1/surveys/shop/invitations', {
        body: `respondent\n${'a\n'.repeat(count)}`,
        type: 'text/csv',
      });
    assert.equal((await ask(3)).status, 200);
    assertProblem(await ask(4), 413, 'too_large');
  });
});

describe('the command line', () => {
  const cxd = (args, options) => run([...args, '-c', d.config], options);

  test('prints the link alone', async () => {
    const done = cxd([
      'invite',
      'shop',
      '--respondent',
      'Zoë',
      '--expires',
      '14d',
      '-p',
      'plan=pro',
      '--property',
      'a=1=2',
    ]);
    assert.deepEqual([done.status, done.stderr], [0, '']);
    const made = /^http:\/\/127\.0\.0\.1:\d+\/s\/shop\?i=(\S+)\n$/.exec(done.stdout)[1];
    assert.ok(Math.abs(read(made).e - Date.now() - 14 * DAY) < 60_000);
    const { status, json } = await d.post('shop', { score: 9, invitation: made }, { key: d.key });
    assert.deepEqual([status, json.respondent, json.properties], [201, 'Zoë', { a: '1=2', plan: 'pro' }]);
    const links = [
      ['https://shop.example/rate', /^https:\/\/shop\.example\/rate\?invitation=[\w.-]+\n$/],
      ['https://shop.example/rate?a=b#top', /^https:\/\/shop\.example\/rate\?a=b&invitation=[\w.-]+#top\n$/],
      ['https://shop.example/rate?#top', /^https:\/\/shop\.example\/rate\?invitation=[\w.-]+#top\n$/],
      ['HTTPS://shop.example?a&', /^HTTPS:\/\/shop\.example\?a&invitation=[\w.-]+\n$/],
      ['https://shop.example/{survey}/#{token}', /^https:\/\/shop\.example\/shop\/#[\w.-]+\n$/],
    ];
    for (const [url, wanted] of links) {
      const own = cxd(['invite', 'shop', '-r', 'a', '--link', url]);
      assert.deepEqual([own.status, own.stderr], [0, '']);
      assert.match(own.stdout, wanted);
    }
    assert.equal(JSON.parse(cxd(['invite', 'shop', '-r', 'a', '--json']).stdout).respondent, 'a');
  });

  test('lists from a file and from standard input', () => {
    const file = path.join(d.dir, 'people.csv');
    fs.writeFileSync(file, 'respondent\na\nb\n');
    const table = cxd(['invite', 'shop', '--file', file, '--expires', '1h']);
    assert.equal(table.status, 0, table.stderr);
    assert.deepEqual(
      rows(table.stdout)
        .slice(1)
        .map((row) => row[2]),
      ['a', 'b'],
    );
    const lines = cxd(['invite', 'shop', '-f', '-'], { input: '{"respondent":"a"}\n{"respondent":""}\n' });
    assert.equal(lines.status, 1);
    assert.match(lines.stderr, /1 of the list was refused/);
    assert.deepEqual(
      parseLines(lines.stdout).map(({ status }) => status),
      [201, 422],
    );
    const array = cxd(['invite', 'shop', '-f', '-'], { input: '[{"respondent":"a"},{"respondent":""},{}]' });
    assert.match(array.stderr, /2 of the list were refused/);
    const bad = cxd(['invite', 'shop', '-f', '-'], { input: 'respondent\n\n"x"y\nz\n' });
    assert.match(bad.stderr, /1 of the list was refused/);
  });

  test('usage', () => {
    for (const args of [
      ['shop'],
      ['shop', '-r', 'a', '-f', 'x'],
      ['SHOP!', '-r', 'a'],
      ['shop', '-r', 'a', '--expires', '0'],
      ['shop', '-r', 'a', '--link', 'shop.example/{token}'],
      ['shop', '-f', '-', '-p', 'a=b'],
      ['shop', '-r', 'a', '-p', 'x'],
    ]) {
      assert.equal(cxd(['invite', ...args]).status, 2, args.join(' '));
    }
    assert.equal(cxd(['invite', 'shop', '-f', path.join(d.dir, 'nothing')]).status, 1);
    assert.equal(cxd(['invite', 'nowhere', '-r', 'a']).status, 1);
  });

  test('signing-key', async (t) => {
    const daemon = await use(t);
    const call = (...args) => run(['signing-key', ...args, '-c', daemon.config]);
    assert.match(call('list').stdout, /^NUMBER +CREATED +STATE *\n +1 +\S+Z +signs *\n$/);
    const done = call('rotate');
    assert.deepEqual([done.status, done.stdout], [0, 'key 2 signs invitations from now on\n'], done.stderr);
    assert.match(call('list').stdout, /2 +\S+ +signs *\n +1 +\S+ +believed/);
    assert.equal(JSON.parse(call('rotate', '--json').stdout).number, 3);
    assert.equal(call().status, 2);
  });
});
