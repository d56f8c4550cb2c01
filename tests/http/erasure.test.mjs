// Erased stays erased: whatever a client sends again, whenever and how, and what a restored backup learns of it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { assertProblem, makeId, run, seeded, sqlite, use, until } from './harness.mjs';

const random = seeded(61);
const NPS = { metric: 'nps', properties: ['plan'] };
const eve = { score: 9, comment: 'call me', respondent: 'eve', properties: { plan: 'pro', note: 'free' } };
const path = (name, query = '') => `/v1/respondents/${encodeURIComponent(name)}${query}`;
const n = async (d, survey = 'shop') => (await d.score(survey, 'window=all')).json.n;

async function erase(d, name, counts) {
  const reply = await d.admin('DELETE', path(name, counts ? '?counts=true' : ''));
  assert.equal(reply.status, 200, reply.text);
}

// Not one byte of them in any file.
function assertNowhere(d, words) {
  for (const file of fs.readdirSync(d.dir).filter((name) => name !== d.skip)) {
    const bytes = fs.readFileSync(`${d.dir}/${file}`);
    for (const word of words) assert.ok(!bytes.includes(word), `${word} in ${file}`);
  }
}

async function assertNobody(d, name) {
  assert.deepEqual((await d.admin('GET', path(name))).json.responses, []);
}

for (const counts of [false, true]) {
  const what = counts ? 'with counts' : 'without';
  test(`erased ${what}: no retry brings anything back`, async (t) => {
    const d = await use(t);
    await d.survey('shop', NPS);
    await d.survey('other', NPS);
    await d.survey('invited', { ...NPS, access: 'invited' });
    const put = makeId(random),
      posted = makeId(random),
      batched = makeId(random);
    const { token } = (await d.admin('POST', '/v1/surveys/invited/invitations', { body: { respondent: 'eve' } })).json;
    const headers = { 'Idempotency-Key': 'form-17' };
    const line = { survey: 'shop', ...eve };
    const tries = [
      [201, () => d.put('shop', put, eve)],
      [201, () => d.post('shop', { ...eve, id: posted })],
      [201, () => d.post('shop', eve, { headers })],
      [201, () => d.post('invited', { score: 9, comment: 'call me', invitation: token })],
    ];
    for (const [status, send] of tries) assert.equal((await send()).status, status);
    await d.load([{ ...line, id: batched }]);
    assert.equal(
      (await d.admin('POST', '/v1/responses', { body: [line], headers: { 'Idempotency-Key': 'b1' } })).json[0].status,
      201,
    );

    await erase(d, 'eve', counts);
    const left = counts ? 0 : 5;
    const assertStill = async () => {
      await assertNobody(d, 'eve');
      assert.equal(await n(d), left);
      assert.equal(await n(d, 'invited'), counts ? 0 : 1);
    };
    await assertStill();
    for (const [, send] of tries) assertProblem(await send(), 410, 'response_gone');
    for (const body of [
      { score: 9 },
      { score: 0, comment: 'other', respondent: 'mallory' },
      { ...eve, answered_at: new Date(Date.now() - 30 * 86_400_000).toISOString() },
    ]) {
      assertProblem(await d.put('shop', put, body), 410, 'response_gone');
      assertProblem(await d.post('shop', { ...body, id: posted }), 410, 'response_gone');
    }
    const lines = [
      { ...line, id: batched },
      { survey: 'shop', score: 3 },
      { ...line, id: put, score: 1 },
      { survey: 'other', score: 3, id: posted }, // another response
    ];
    const results = (await d.admin('POST', '/v1/responses', { body: lines })).json;
    assert.deepEqual(
      results.map(({ line: number, status, type }) => [number, status, type?.replace('/problems/', '')]),
      [
        [1, 410, 'response_gone'],
        [2, 201, undefined],
        [3, 410, 'response_gone'],
        [4, 201, undefined],
      ],
    );
    const [again] = (await d.admin('POST', '/v1/responses', { body: [line], headers: { 'Idempotency-Key': 'b1' } }))
      .json;
    assert.deepEqual([again.status, again.type], [410, '/problems/response_gone']);
    // The one new line above counts; no other does. A closed survey, or a restart, makes no difference.
    assert.equal(await n(d), left + 1);
    await assertNobody(d, 'eve');
    await d.admin('DELETE', '/v1/surveys/shop');
    await d.end();
    await d.begin();
    assertProblem(await d.put('shop', put, eve), 410, 'response_gone');
    for (const body of [eve, { score: 1 }])
      assertProblem(await d.post('shop', body, { headers }), 410, 'response_gone');
    await assertNobody(d, 'eve');
    // The person may answer anew, under a new id.
    assert.equal((await d.post('other', eve)).status, 201);
    assert.equal((await d.admin('GET', path('eve'))).json.responses.length, 1);
  });
}

test('retained away: no retry brings it back, whether it was deleted or lost its person', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  const old = { ...eve, answered_at: new Date(Date.now() - 3 * 86_400_000).toISOString() };
  for (const retention of ['delete', 'anonymise']) {
    await d.survey(retention, { ...NPS, retention_days: 1, retention });
    const id = makeId(random);
    assert.equal((await d.put(retention, id, old)).status, 201);
    await until(async () => (await d.admin('GET', path('eve'))).json.responses.length === 0);
    assertProblem(await d.put(retention, id, old), 410, 'response_gone');
    assertProblem(await d.put(retention, id, { score: 1 }), 410, 'response_gone');
    assertProblem(await d.post(retention, { ...eve, id }), 410, 'response_gone');
    assert.equal(await n(d, retention), retention === 'delete' ? 0 : 1);
  }
});

for (const storage of ['sqlite:PATH', 'memory:']) {
  test(`what retention has passed is filled in by nobody, named or not: ${storage.split(':')[0]}`, async (t) => {
    const d = await use(t, { storage, config: { storage: { retention_every: 1, retention_delay: 0 } } });
    await d.survey('shop', { ...NPS, retention_days: 1, retention: 'anonymise', amend_window: '30d' });
    const answered_at = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const bare = [
      { score: 9, answered_at },
      { score: 4, answered_at, touchpoint: 'cart', properties: { plan: 'pro' } },
    ].map((body) => [makeId(random), body]);
    for (const [id, body] of bare) assert.equal((await d.put('shop', id, body)).status, 201);
    // One run, or two where one came between them.
    const anonymised = async () =>
      (await audit(d))
        .filter(({ act }) => act === 'retention.run')
        .reduce((sum, { detail }) => sum + Number(/^deleted 0 anonymised (\d+)$/.exec(detail)[1]), 0);
    await until(async () => (await anonymised()) === 2);
    for (const [id, body] of bare) {
      const ways = [
        () => d.put('shop', id, { ...body, respondent: 'eve' }),
        () => d.put('shop', id, { ...body, comment: 'eve' }),
        () => d.put('shop', id, body),
        () => d.post('shop', { score: 1, id }),
      ];
      for (const send of ways) assertProblem(await send(), 410, 'response_gone');
      assert.equal(
        (await d.admin('POST', '/v1/responses', { body: [{ survey: 'shop', ...body, id, respondent: 'eve' }] })).json[0]
          .status,
        410,
      );
    }
    await assertNobody(d, 'eve');
    assert.equal(await n(d), 2);
  });

  test(`what was erased is given no reason that may name somebody: ${storage.split(':')[0]}`, async (t) => {
    const d = await use(t, { storage });
    await d.survey('shop', NPS);
    const { id } = (await d.post('shop', eve)).json;
    const patch = async (body) => {
      const { status, json } = await d.admin('PATCH', `/v1/surveys/shop/responses/${id}`, { body });
      assert.equal(status, 200);
      assert.deepEqual((await d.admin('GET', `/v1/surveys/shop/responses/${id}`)).json, json);
      return [json.excluded, json.excluded_reason, await n(d)];
    };
    const named = { excluded: true, reason: 'Eve Adams asked for it' };
    assert.deepEqual(await patch(named), [true, named.reason, 0]);
    await erase(d, 'eve', false);
    for (let i = 0; i < 2; i++)
      assert.deepEqual(await patch(named), [true, undefined, 0], 'the retry of what was said before');
    assert.deepEqual(await patch({ excluded: false }), [undefined, undefined, 1]);
    assert.deepEqual(await patch(named), [true, undefined, 0]);
    await d.end();
    assertNowhere(d, ['Eve Adams']);
  });
}

test('marks are forgotten after keep_marks, reloaded too; what only lost its person is gone for good', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  await d.survey('shop', NPS);
  const [deleted, bare] = [makeId(random), makeId(random)];
  assert.equal((await d.put('shop', deleted, eve)).status, 201);
  await erase(d, 'eve', true);
  assert.equal((await d.put('shop', bare, eve)).status, 201);
  await erase(d, 'eve', false);
  assertProblem(await d.put('shop', deleted, { score: 1 }), 410, 'response_gone');
  fs.writeFileSync(
    d.config,
    fs.readFileSync(d.config, 'utf8').replace(/^retention_every.*$/m, 'retention_every = 1\nkeep_marks = 1'),
  );
  d.child.kill('SIGHUP');
  await until(async () => (await d.put('shop', deleted, { score: 1 })).status === 201);
  assertProblem(await d.put('shop', bare, { score: 1 }), 410, 'response_gone');
});

test('what an operator noted is erased with the person; segments stay, unless their value is the name', async (t) => {
  const d = await use(t);
  await d.survey('shop', { metric: 'nps', properties: ['email', 'plan'] });
  const { id } = (
    await d.post('shop', {
      score: 2,
      respondent: 'eve@example.com',
      touchpoint: 'Eve@Example.com',
      channel: 'web',
      properties: { email: 'eve@example.com', plan: 'pro' },
    })
  ).json;
  assert.equal(
    (
      await d.admin('PATCH', `/v1/surveys/shop/responses/${id}`, {
        body: { excluded: true, reason: 'Eve Adams of Acme' },
      })
    ).status,
    200,
  );
  const other = (
    await d.post('shop', {
      score: 9,
      respondent: 'eve@example.com',
      touchpoint: 'cart',
      properties: { email: 'eve@example.com', plan: 'pro' },
    })
  ).json.id;
  await erase(d, 'eve@example.com', false);
  const get = async (which) => (await d.admin('GET', `/v1/surveys/shop/responses/${which}`)).json;
  const shown = await get(id);
  assert.deepEqual(
    [shown.excluded, shown.excluded_reason, shown.touchpoint, shown.channel, shown.properties],
    [true, undefined, undefined, 'web', { plan: 'pro' }],
  );
  assert.deepEqual((await get(other)).properties, { plan: 'pro' });
  assert.equal((await d.score('shop', 'window=all&property.plan=pro')).json.n, 1);
  assert.equal((await d.score('shop', 'window=all&property.email=eve%40example.com')).json.n, 0);
  await d.end();
  assertNowhere(d, ['Eve Adams', 'eve@example', 'Eve@Example']);
});

// --- Proof -----------------------------------------------------------------------------------------------------------

test('cxd audit --respondent proves an erasure, or says that there is none', async (t) => {
  const d = await use(t);
  await d.survey('shop', NPS);
  const name = "Ann É/7 +%'\\ x@y";
  const ask = (who, ...words) =>
    run(['audit', '--respondent', who, ...words], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  const none = /There is no record that this respondent was erased\.\n$/;
  assert.equal(ask(name).status, 1);
  assert.match(ask(name).stdout, none);
  await d.load([1, 2].map((score) => ({ survey: 'shop', score, respondent: name })));
  await d.admin('GET', path(name)); // a look is no erasure
  assert.equal(ask(name).status, 1);
  assert.match(ask(name).stdout, /respondent\.export +hmac:[0-9a-f]{64} *\nThere is no record/);
  await erase(d, name, false);
  const proof = ask(name);
  assert.deepEqual([proof.status, proof.stderr], [0, '']);
  const [record] = (await audit(d)).filter(({ act }) => act === 'respondent.erase');
  assert.ok(
    proof.stdout.endsWith(
      `Erased at ${record.at} by ${d.key.slice(0, 8)} (responses 2 counts false); records of erasures: 1.\n`,
    ),
    proof.stdout,
  );
  assert.match(proof.stdout, new RegExp(`respondent\\.erase +${record.target} +responses 2 counts false`));
  const json = ask(name, '--json');
  assert.equal(json.status, 0);
  assert.deepEqual(
    JSON.parse(json.stdout).records.map(({ act }) => act),
    ['respondent.export', 'respondent.erase'],
  );
  for (const other of [name.toLowerCase(), `${name} `, name.slice(1), record.target, 'bob'])
    assert.equal(ask(other).status, 1, other);
  assert.equal(ask('').status, 2);
  assert.ok(!d.stderr.includes('Ann'));

  // A record that was written before there was a secret has the bare hash, and is found too.
  await d.load([{ survey: 'shop', score: 1, respondent: 'old' }]);
  await erase(d, 'old', true);
  await d.end();
  const bare = crypto.createHash('sha256').update('old').digest('hex');
  sqlite(d.database, `UPDATE audit SET target = '${bare}' WHERE number = (SELECT max(number) FROM audit)`);
  await d.begin();
  assert.equal(ask('old').status, 0);
  assert.match(ask('old').stdout, new RegExp(`${bare} +responses 1 counts true`));
  assert.equal(ask(bare).status, 1);
  const refused = run(['audit', '--respondent', 'old'], { env: { CXD_URL: d.url, CXD_KEY: 'cxs_nonsense' } });
  assert.equal(refused.status, 1);
  assert.equal(refused.stdout, '');
});

// --- Restored backups ------------------------------------------------------------------------------------------------

const listOf = (d) => {
  const names = fs.readdirSync(d.dir).filter((name) => /^erasures-.*\.list$/.test(name));
  assert.equal(names.length, 1, names.join(' '));
  return `${d.dir}/${names[0]}`;
};
const audit = async (d) => (await d.admin('GET', '/v1/audit?limit=500')).json.records;
const acts = async (d, act) =>
  (await audit(d)).filter((record) => record.act === act).map(({ target, detail }) => `${target} ${detail}`.trim());
const cxd = (d, ...words) => run([...words, '-c', d.config]);

async function backUp(d, name) {
  const copy = `${d.dir}/${name}`;
  assert.equal(cxd(d, 'backup', copy).status, 0);
  return copy;
}

const inviteTo = async (d, respondent) =>
  (await d.admin('POST', '/v1/surveys/shop/invitations', { body: { respondent } })).json.token;
const invitationsOf = async (d, name) => (await d.admin('GET', path(name))).json.invitations;

test('an invitation of who was erased is none, nor is it after an older backup was restored', async (t) => {
  const d = await use(t);
  await d.survey('shop', NPS);
  const [open, other] = [await inviteTo(d, 'Eve@Example.com'), await inviteTo(d, 'bob')];
  const copy = await backUp(d, 'copy.db');
  const late = await inviteTo(d, 'cy'); // the copy does not know it
  await erase(d, 'eve@example.com', false);
  assertProblem(await d.post('shop', { score: 9, invitation: open }), 410, 'response_gone');
  await d.end();
  assertNowhere({ dir: d.dir, skip: 'copy.db' }, ['eve@example.com', 'Eve@']);
  restore(d, copy);
  await d.begin();
  assert.deepEqual(await invitationsOf(d, 'eve@example.com'), []);
  assertProblem(await d.post('shop', { score: 9, invitation: open }), 410, 'response_gone');
  assertProblem(await d.post('shop', { score: 9, invitation: late }), 410, 'invitation_gone');
  assert.equal((await d.post('shop', { score: 9, invitation: other })).status, 201);
  await d.end();
  assertNowhere({ dir: d.dir, skip: 'copy.db' }, ['eve@example.com', 'Eve@']);
  assert.equal(cxd(d, 'check').status, 0);
});

test('an invitation is kept while its answer may be amended; then a retry is answered all the same', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  await d.survey('shop', { ...NPS, amend_window: 0 });
  const [invitation, open] = [await inviteTo(d, 'eve'), await inviteTo(d, 'bob')];
  const sent = { score: 9, properties: { note: 'x' }, invitation };
  assert.equal((await d.post('shop', sent)).status, 201);
  await until(async () => (await invitationsOf(d, 'eve')).length === 0);
  assert.equal((await invitationsOf(d, 'bob')).length, 1);
  const again = await d.post('shop', sent);
  assert.deepEqual([again.status, again.json.respondent], [200, undefined], again.text);
  assertProblem(await d.post('shop', { ...sent, score: 8 }), 409, 'invitation_used');
  assert.equal((await d.admin('GET', path('eve'))).json.responses.length, 1);
  assert.equal((await d.post('shop', { score: 9, invitation: open })).status, 201);
});

// In place of the stopped daemon's database.
function restore(d, copy) {
  for (const tail of ['', '-wal', '-shm']) fs.rmSync(d.database + tail, { force: true });
  const restored = cxd(d, 'restore', copy);
  assert.equal(restored.status, 0, restored.stderr);
  return restored;
}

async function load(d) {
  await d.survey('shop', NPS);
  const ids = { eve: makeId(random), bob: makeId(random), late: makeId(random), ann: makeId(random) };
  for (const name of ['eve', 'bob', 'ann'])
    assert.equal((await d.put('shop', ids[name], { ...eve, respondent: name, comment: `by ${name}` })).status, 201);
  return ids;
}

test('a restored backup learns of erasures since: they are done again before anything is answered', async (t) => {
  const d = await use(t);
  const ids = await load(d);
  await erase(d, 'ann', false); // the copy knows of it
  const copy = await backUp(d, 'copy.db');
  await erase(d, 'eve', false);
  await erase(d, 'bob', true);
  assert.equal((await d.put('shop', ids.late, { ...eve, respondent: 'zed' })).status, 201); // after the copy: not in it
  await erase(d, 'zed', false);
  const list = listOf(d);
  assert.equal(fs.statSync(list).mode & 0o777, 0o600);
  const lines = fs.readFileSync(list, 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'cxd erasures 1 0');
  assert.deepEqual(
    lines.slice(1).map((line) =>
      line
        .split(' ')
        .filter((_, i) => i !== 1)
        .join(' '),
    ),
    [`1 ${ids.ann} kept shop`, `2 ${ids.eve} kept shop`, `3 ${ids.bob} gone shop`, `4 ${ids.late} kept shop`],
  );
  await d.end();
  const { stdout, stderr } = restore(d, copy);
  assert.match(stdout, /3 responses were erased since the copy was made; the start of the daemon erases them again/);
  assert.equal(stderr, '');
  const from = d.stderr.length;
  await d.begin();
  assert.match(d.stderr.slice(from), /erasures_repeated entries=3 responses=2/);
  for (const name of ['eve', 'bob', 'zed', 'ann']) {
    await assertNobody(d, name);
    assertProblem(await d.admin('DELETE', path(name)), 404, 'no_respondent');
  }
  for (const id of Object.values(ids)) assertProblem(await d.put('shop', id, eve), 410, 'response_gone');
  assert.equal(await n(d), 2); // ann's and eve's stay, bob's went, zed's was never in the copy
  assert.deepEqual(await acts(d, 'erasures.repeat'), ['responses 2 of 3']);
  assert.deepEqual(await acts(d, 'erasures.unknown'), []);
  // That there is no record of a name proves less now; ann's is in the copy.
  const proof = (name) => run(['audit', '--respondent', name], { env: { CXD_URL: d.url, CXD_KEY: d.key } });
  const [{ at }] = (await audit(d)).filter(({ act }) => act === 'erasures.repeat');
  assert.equal(proof('eve').status, 1);
  assert.ok(
    proof('eve').stdout.endsWith(
      `There is no record that this respondent was erased. At ${at} the database was found to be older ` +
        `than its list of erasures, or without one: what was erased before may be on record without a ` +
        `name, or not at all.\n`,
    ),
    proof('eve').stdout,
  );
  assert.match(proof('ann').stdout, /\nErased at \S+ by \S+ \(responses 1 counts false\); records of erasures: 1\.\n$/);
  // Once, and then it knows.
  await d.end();
  const again = d.stderr.length;
  await d.begin();
  assert.ok(!/erasures_/.test(d.stderr.slice(again)), d.stderr.slice(again));
  assert.equal((await acts(d, 'erasures.repeat')).length, 1);
  await d.end();
  assertNowhere({ dir: d.dir, skip: 'copy.db' }, ['by eve', 'by bob']);
  assert.equal(cxd(d, 'check').status, 0);
});

test('what was erased in a survey that the copy does not know is gone in that one alone', async (t) => {
  const d = await use(t);
  const ids = await load(d);
  const copy = await backUp(d, 'copy.db');
  await d.survey('later', { metric: 'nps' });
  assert.equal((await d.put('later', ids.ann, { score: 3, respondent: 'zed' })).status, 201);
  await erase(d, 'zed', true);
  await d.end();
  restore(d, copy);
  await d.begin();
  assert.equal((await d.put('shop', ids.ann, { ...eve, respondent: 'ann', comment: 'by ann' })).status, 200);
  await d.survey('later', { metric: 'nps' });
  await d.survey('other', { metric: 'nps' });
  assertProblem(await d.put('later', ids.ann, { score: 3 }), 410, 'response_gone');
  assert.equal((await d.put('other', ids.ann, { score: 3 })).status, 201);
});

test('who was imported after a backup, and erased, is not brought back by the file, however late', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  await d.survey('shop', NPS);
  const own = makeId(random);
  assert.equal((await d.put('shop', own, { ...eve, respondent: 'own' })).status, 201);
  const copy = await backUp(d, 'copy.db');
  const rows = ['gone', 'kept'].map((respondent) => ({ id: makeId(random), score: 3, respondent }));
  const send = async (fingerprint) => {
    const begun = await d.admin('POST', '/v1/imports', { body: { survey: 'shop', source: 'a file', fingerprint } });
    const { json } = await d.admin('POST', `/v1/imports/${begun.json.id}/responses`, { body: rows });
    return json.map(({ outcome, type }) => type ?? outcome);
  };
  assert.deepEqual(await send('first'), ['created', 'created']);
  await erase(d, 'own', true);
  await erase(d, 'gone', true);
  await erase(d, 'kept', false);
  const words = fs.readFileSync(listOf(d), 'utf8').trimEnd().split('\n').slice(1);
  assert.deepEqual(
    words.map((line) => line.split(' ').slice(3).join(' ')),
    ['gone shop', 'gone shop imported', 'kept shop imported'],
  );
  await d.end();
  restore(d, copy);
  fs.writeFileSync(
    d.config,
    fs.readFileSync(d.config, 'utf8').replace(/^retention_every.*$/m, 'retention_every = 1\nkeep_marks = 1'),
  );
  await d.begin();
  // The mark of what was not imported lapses; the others last.
  await until(async () => (await d.put('shop', own, { score: 1 })).status === 201);
  assert.deepEqual(await send('second'), ['/problems/response_gone', '/problems/response_gone']);
});

test('without its list a restored backup says what it cannot know; what came of it is learned later', async (t) => {
  const d = await use(t);
  await load(d);
  const copy = await backUp(d, 'copy.db'); // from before the first erasure
  await erase(d, 'eve', false);
  const list = listOf(d);
  const kept = fs.readFileSync(list);
  await d.end();
  fs.rmSync(list);
  const { stderr } = restore(d, copy);
  assert.match(
    stderr,
    new RegExp(`there is no list of erasures, ${list}: put it there, or erase again whoever was erased since`),
  );
  const from = d.stderr.length;
  await d.begin();
  assert.match(
    d.stderr.slice(from),
    /warning.*erasures_unknown reason=missing list=|erasures_unknown reason=missing list=/,
  );
  assert.deepEqual(await acts(d, 'erasures.unknown'), ['list missing']);
  assert.equal((await d.admin('GET', path('eve'))).json.responses.length, 1);
  // The list turns up.
  await d.end();
  fs.writeFileSync(list, kept);
  await d.begin();
  await assertNobody(d, 'eve');
});

test('a torn last line is none, a damaged one is told, and a list of another database is left alone', async (t) => {
  const d = await use(t);
  await load(d);
  const copy = await backUp(d, 'copy.db');
  await erase(d, 'eve', false);
  await erase(d, 'bob', true);
  const list = listOf(d);
  const whole = fs.readFileSync(list, 'utf8');
  const lines = whole.trimEnd().split('\n');
  const other = `${d.dir}/erasures-01920000-0000-4000-8000-000000000001.list`;
  fs.writeFileSync(other, whole);
  const begin = async (text) => {
    await d.end();
    restore(d, copy);
    fs.writeFileSync(list, text);
    const from = d.stderr.length;
    await d.begin();
    return d.stderr.slice(from);
  };
  let said = await begin(`${whole}3 2026-01-01T00:00:00Z 0192`);
  assert.match(said, /erasures_repeated entries=2/);
  assert.ok(!/erasures_unknown/.test(said), said);
  assert.equal(fs.readFileSync(list, 'utf8'), whole);
  said = await begin([lines[0], 'what is this', lines[2], ''].join('\n'));
  assert.match(said, /erasures_unknown reason=lost entries=1/);
  assert.match(said, /erasures_repeated entries=1/);
  assert.equal((await d.admin('GET', path('eve'))).json.responses.length, 1);
  await assertNobody(d, 'bob');
  assert.deepEqual(await acts(d, 'erasures.unknown'), ['list lost entries 1']);
  said = await begin('no list at all\n');
  assert.match(said, /erasures_unknown reason=missing/);
  assert.equal(fs.readFileSync(`${list}.damaged`, 'utf8'), 'no list at all\n');
  assert.equal(fs.readFileSync(other, 'utf8'), whole);
});

test('a list in another order, with lines that come twice, or without its last line feed says as much', async (t) => {
  const d = await use(t);
  await load(d);
  const copy = await backUp(d, 'copy.db');
  for (const name of ['eve', 'bob', 'ann']) await erase(d, name, name === 'bob');
  const list = listOf(d);
  const whole = fs.readFileSync(list, 'utf8');
  const [head, one, two, three] = whole.trimEnd().split('\n');
  for (const text of [
    [head, three, one, two, ''],
    [head, one, one, two, two, three, three, ''],
    [head, one, two, three],
  ].map((lines) => lines.join('\n'))) {
    await d.end();
    restore(d, copy);
    fs.writeFileSync(list, text);
    const from = d.stderr.length;
    await d.begin();
    assert.match(d.stderr.slice(from), /erasures_repeated entries=3 responses=3/);
    assert.ok(!/erasures_unknown|erasures_list_behind/.test(d.stderr.slice(from)), d.stderr.slice(from));
    for (const name of ['eve', 'bob', 'ann']) await assertNobody(d, name);
    // It goes on, in a line of its own.
    assert.equal((await d.put('shop', makeId(random), { ...eve, respondent: 'zed' })).status, 201);
    await erase(d, 'zed', false);
    assert.match(fs.readFileSync(list, 'utf8'), new RegExp(`^${text.trimEnd()}\n4 \\S+ \\S+ kept shop\n$`));
  }
});

for (const both of [false, true]) {
  test(`a list that turns up later is taken too: ${both ? 'joined with the new one' : 'in its place'}`, async (t) => {
    const d = await use(t);
    const ids = await load(d);
    const copy = await backUp(d, 'copy.db');
    for (const name of ['eve', 'bob']) await erase(d, name, name === 'bob');
    const list = listOf(d);
    const kept = fs.readFileSync(list, 'utf8');
    await d.end();
    fs.rmSync(list);
    restore(d, copy);
    await d.begin();
    assert.equal((await d.put('shop', ids.late, { ...eve, respondent: 'zed' })).status, 201);
    for (const name of ['ann', 'zed']) await erase(d, name, false); // under the numbers of eve's and bob's
    await d.end();
    fs.writeFileSync(list, kept + (both ? fs.readFileSync(list, 'utf8').replace(/^.*\n/, '') : ''));
    const from = d.stderr.length;
    await d.begin();
    assert.match(d.stderr.slice(from), /erasures_repeated entries=2 responses=2/);
    assert.match(d.stderr.slice(from), /erasures_list_behind list=\S+ detail="/);
    for (const name of ['eve', 'bob', 'ann', 'zed']) await assertNobody(d, name);
    for (const id of Object.values(ids)) assertProblem(await d.put('shop', id, eve), 410, 'response_gone');
    assert.equal(await n(d), 3);
    await d.end();
    const again = d.stderr.length;
    await d.begin();
    assert.ok(!/erasures_/.test(d.stderr.slice(again)), d.stderr.slice(again));
  });
}

test('of lists that were joined only what is old is left out, whatever its number', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0, keep_marks: 3 } } });
  const ids = await load(d);
  const copy = await backUp(d, 'copy.db');
  const list = listOf(d);
  await d.end();
  const now = Date.now();
  const line = (number, id, ms) => `${number} ${new Date(ms).toISOString()} ${id} gone\n`;
  const young = line(1, ids.bob, now + 3_600_000);
  fs.writeFileSync(list, `cxd erasures 1 0\n${line(1, ids.eve, now - 86_400_000)}${young}${line(2, ids.late, now)}`);
  await d.begin();
  await until(async () => (await n(d)) >= 0 && !fs.readFileSync(list, 'utf8').includes(ids.late));
  assert.equal(fs.readFileSync(list, 'utf8'), `cxd erasures 1 2\n${young}`);
  await d.end();
  restore(d, copy);
  await d.begin();
  await assertNobody(d, 'bob');
});

test('a list that is older than its database is told', async (t) => {
  const d = await use(t);
  const ids = await load(d);
  await erase(d, 'eve', false);
  const list = listOf(d);
  const early = fs.readFileSync(list);
  await erase(d, 'bob', false);
  const copy = await backUp(d, 'copy.db');
  await d.end();
  fs.writeFileSync(list, early);
  const from = d.stderr.length;
  await d.begin();
  assert.match(d.stderr.slice(from), /erasures_list_behind/);
  // It goes on behind what the database knows, so that the copy, which knows as much, learns of no more than it has to.
  await erase(d, 'ann', false);
  await d.end();
  assert.deepEqual(
    fs
      .readFileSync(list, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(' ')[0])),
    [1, 3],
  );
  assert.match(restore(d, copy).stdout, /^1 response was erased since/m);
  await d.begin();
  for (const id of Object.values(ids).slice(0, 2)) assertProblem(await d.put('shop', id, eve), 410, 'response_gone');
  await assertNobody(d, 'ann');
});

test('in memory there is no list, and an erased id is gone all the same', async (t) => {
  const d = await use(t, { storage: 'memory:' });
  const ids = await load(d);
  await erase(d, 'eve', true);
  await erase(d, 'bob', false);
  for (const name of ['eve', 'bob']) assertProblem(await d.put('shop', ids[name], eve), 410, 'response_gone');
  assert.ok(!fs.readdirSync(d.dir).some((name) => name.endsWith('.list')));
});

test('a copy older than keep_marks is told that the list no longer goes back so far', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0, keep_marks: 1 } } });
  await load(d);
  const copy = await backUp(d, 'copy.db');
  await erase(d, 'eve', false);
  const list = listOf(d);
  await until(() => fs.readFileSync(list, 'utf8') === 'cxd erasures 1 1\n');
  await d.end();
  assert.match(
    restore(d, copy).stderr,
    /erasures since the copy was made that are not in the list .* any more: 1; erase again/,
  );
  const from = d.stderr.length;
  await d.begin();
  assert.match(d.stderr.slice(from), /erasures_unknown reason=lost entries=1/);
});

test('an erasure that cannot be listed is refused as a whole', async (t) => {
  const state = fs.mkdtempSync('/tmp/cxd-state-');
  t.after(() => fs.rmSync(state, { recursive: true }));
  const d = await use(t, { config: { server: { state_directory: state } } });
  d.key = fs.readFileSync(`${state}/admin.key`, 'utf8').trim();
  const ids = await load(d);
  const [name] = fs.readdirSync(state).filter((file) => file.endsWith('.list'));
  assert.ok(!fs.readdirSync(d.dir).some((file) => file.endsWith('.list')));
  const list = `${state}/${name}`;
  const before = fs.readFileSync(list, 'utf8');
  // The file is replaced by a directory: what was in it cannot be put back, and so nothing can be added.
  fs.renameSync(list, `${list}.away`);
  fs.mkdirSync(list);
  const refused = await d.admin('DELETE', path('eve'));
  assertProblem(refused, 503, 'storage');
  assert.equal((await d.admin('GET', path('eve'))).json.responses.length, 1);
  assert.equal((await d.put('shop', ids.eve, { ...eve, respondent: 'eve', comment: 'by eve' })).status, 200);
  // Removed altogether, it is written anew, with what was in it.
  fs.rmdirSync(list);
  await erase(d, 'eve', false);
  assert.match(fs.readFileSync(list, 'utf8'), new RegExp(`^${before}1 \\S+ ${ids.eve} kept shop\n$`));
});

test('killed between the list and the commit, the two agree again', async (t) => {
  const d = await use(t);
  const ids = await load(d);
  await erase(d, 'eve', false);
  const list = listOf(d);
  await d.kill();
  // As a kill leaves it: the entry is there, the database has not committed.
  fs.appendFileSync(list, `2 2026-01-01T00:00:00Z ${ids.bob} gone\n`);
  const from = d.stderr.length;
  await d.begin();
  assert.match(d.stderr.slice(from), /erasures_repeated entries=1 responses=1/);
  await assertNobody(d, 'bob');
  assert.equal(await n(d), 2);
});

test('a copy of schema 2, from before there were lists, takes the one that lies there for its own', async (t) => {
  const d = await use(t);
  await load(d);
  const copy = await backUp(d, 'copy.db');
  await erase(d, 'eve', false);
  await d.end();
  sqlite(copy, 'UPDATE identity SET erasures = -1, store = randomblob(16)'); // what an upgrade makes of it
  restore(d, copy);
  await d.begin();
  await assertNobody(d, 'eve');
});
