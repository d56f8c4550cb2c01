// The audit log (docs/edge.md §6): every act has its record, the chain is recomputed here with Node's crypto, and what
// is done to a stopped database shows.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { assertProblem, makeId, run, seeded, sqlite, start, use } from './harness.mjs';

const sha256 = (...parts) => {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

async function log(d, limit = 500) {
  const records = [];
  for (let after = 0; after !== null;) {
    const reply = await d.admin('GET', `/v1/audit?after=${after}&limit=${limit}`);
    assert.equal(reply.status, 200, reply.text);
    assert.ok(reply.json.records.length <= limit);
    records.push(...reply.json.records);
    after = reply.json.next;
  }
  return records;
}

// The number of the first record that does not fit, or 0.
function firstBad(records) {
  let before = Buffer.alloc(32);
  for (const [i, r] of records.entries()) {
    before = sha256(before, [i + 1, r.at, r.actor, r.act, r.target, r.detail].join('\n'));
    if (r.number !== i + 1 || r.hash !== before.toString('hex')) return i + 1;
  }
  return 0;
}

const cxd = (d, words) => run(words, { env: { CXD_URL: d.url, CXD_KEY: d.key } });
const verify = (d, ...words) => cxd(d, ['audit', 'verify', ...words]);
const short = ({ actor, act, target, detail }) => [actor, act, target, detail];

test('a first start tells what it made', async (t) => {
  const d = await use(t);
  const records = await log(d);
  assert.equal(firstBad(records), 0);
  assert.ok(records.every(({ actor }) => actor === 'local'));
  assert.deepEqual(records.map(({ act }) => act).sort(), ['key.create', 'signing_key.rotate']);
  const [key] = (await d.admin('GET', '/v1/keys')).json.keys;
  assert.deepEqual(short(records.find(({ act }) => act === 'key.create')), [
    'local',
    'key.create',
    key.id,
    'scopes admin',
  ]);
});

test('every act has its record, with who, and nothing else has', async (t) => {
  const d = await use(t);
  const mine = d.key.slice(0, 8);
  const expected = [];
  const note = (...record) => expected.push(record);
  const begun = (await log(d)).length;
  const id = makeId(seeded(5));
  await d.survey('shop', { metric: 'nps' });
  note(mine, 'survey.put', 'shop', 'revision 1');
  await d.survey('shop', { metric: 'nps' }); // a replay
  await d.survey('shop', { metric: 'nps', name: 'Shop' });
  note(mine, 'survey.put', 'shop', 'revision 2');
  assertProblem(await d.admin('PUT', '/v1/surveys/shop', { body: { metric: 'odd' } }), 422, 'invalid');

  const maker = (await d.admin('POST', '/v1/keys', { body: { name: 'second\u2028admin', scopes: ['admin', 'read'] } }))
    .json;
  note(mine, 'key.create', maker.id, 'scopes read,admin');
  const yours = maker.prefix;
  assert.equal((await d.put('shop', id, { score: 9, respondent: 'Ann É', comment: 'hello' })).status, 201);
  await d.load([{ survey: 'shop', score: 3, respondent: 'Ann É' }]);
  const patch = (excluded, reason) =>
    d.request('PATCH', `/v1/surveys/shop/responses/${id}`, { key: maker.key, body: { excluded, reason } });
  assert.equal((await patch(true, 'Ann asked for it')).status, 200);
  note(yours, 'response.exclude', id, 'survey shop');
  assert.equal((await patch(true, 'Ann asked for it')).status, 200);
  assert.equal((await patch(false)).status, 200);
  note(yours, 'response.include', id, 'survey shop');
  assert.equal(
    (
      await d.request('PATCH', `/v1/surveys/shop/responses/${makeId(seeded(6))}`, {
        key: maker.key,
        body: { excluded: true, reason: 'x' },
      })
    ).status,
    404,
  );

  // A respondent is a keyed hash: the same for the same name, and none that can be computed from it.
  const hashOf = async (name) => {
    const found = (await d.admin('GET', `/v1/audit?respondent=${encodeURIComponent(name)}`)).json.records;
    assert.match(found[0].target, /^hmac:[0-9a-f]{64}$/);
    assert.ok(found.every(({ target }) => target === found[0].target));
    assert.ok(!found[0].target.includes(sha256(name).toString('hex')));
    return found[0].target;
  };
  const person = `/v1/respondents/${encodeURIComponent('Ann É')}`;
  const first = await d.request('GET', `${person}?limit=1`, { key: maker.key });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.responses.length, 1);
  assert.match(first.headers.link, /rel="next"/);
  const ann = await hashOf('Ann É');
  note(yours, 'respondent.export', ann, '');
  assert.equal(
    (await d.request('GET', `${person}?limit=1&cursor=${first.json.next}`, { key: maker.key })).json.responses.length,
    1,
  );
  note(yours, 'respondent.export', ann, '');
  assertProblem(await d.request('GET', `${person}?limit=0`, { key: maker.key }), 400, 'bad_parameter');
  assertProblem(await d.request('GET', person), 401, 'no_key');

  assert.equal((await d.admin('DELETE', person)).json.erased, 2);
  note(mine, 'respondent.erase', ann, 'responses 2 counts false');
  assertProblem(await d.admin('DELETE', person), 404, 'no_respondent');
  await d.load(Array.from({ length: 501 }, (_, i) => ({ survey: 'shop', score: i % 11, respondent: 'bob' })));
  assert.equal((await d.admin('DELETE', '/v1/respondents/bob?counts=true')).json.erased, 501);
  for (const count of [500, 1]) note(mine, 'respondent.erase', await hashOf('bob'), `responses ${count} counts true`);

  for (let i = 0; i < 2; i++) assert.equal((await d.admin('DELETE', `/v1/keys/${maker.id}`)).status, 200);
  note(mine, 'key.revoke', maker.id, '');
  for (let i = 0; i < 2; i++) assert.equal((await d.admin('DELETE', '/v1/surveys/shop')).status, 200);
  note(mine, 'survey.archive', 'shop', '');

  const records = await log(d);
  assert.deepEqual(records.slice(begun).map(short), expected);
  assert.equal(firstBad(records), 0);
  assert.deepEqual(await log(d, 3), records);
  assert.ok(records.every(({ at }) => Math.abs(Date.parse(at) - Date.now()) < 60_000));
  for (const word of ['Ann', 'bob', 'asked']) assert.ok(!JSON.stringify(records).includes(word), word);

  const head = records.at(-1).hash;
  assert.deepEqual(verify(d), { status: 0, stdout: `${records.length} records, head ${head}\n`, stderr: '' });
  assert.equal(verify(d, '--head', records[3].hash.toUpperCase()).status, 0);
  const table = cxd(d, ['audit']);
  assert.equal(table.status, 0, table.stderr);
  const lines = table.stdout.trimEnd().split('\n');
  assert.match(lines[0], /^NUMBER +AT +ACTOR +ACT +TARGET +DETAIL$/);
  assert.equal(lines.length, records.length + 1);
  assert.deepEqual(
    lines.slice(1).map((line) => line.trim().split(/ +/).slice(0, 5)),
    records.map((r) => [String(r.number), r.at, r.actor, r.act, r.target]),
  );
  assert.deepEqual(JSON.parse(cxd(d, ['audit', '--json']).stdout).records, records);
});

test('parameters', async (t) => {
  const d = await use(t);
  for (const query of [
    'after=-1',
    'after=x',
    'after=',
    'limit=0',
    'limit=501',
    'cursor=1',
    'window=7d',
    'after=1&after=2',
    'property.x=1',
  ])
    assertProblem(await d.admin('GET', `/v1/audit?${query}`), 400, 'bad_parameter');
  assert.deepEqual((await d.admin('GET', '/v1/audit?after=999999999999999')).json, { records: [], next: null });
  assert.equal((await d.admin('GET', '/v1/audit?limit=2')).json.next, null);
  assert.equal((await d.admin('GET', '/v1/audit?limit=1')).json.next, 1);
});

test('usage of the command', async (t) => {
  const d = await use(t);
  for (const words of [['verify', '--head', 'abc'], ['verify', 'x'], ['x'], ['--head', '0'.repeat(64)]])
    assert.equal(cxd(d, ['audit', ...words]).status, 2, words.join(' '));
  const refused = run(['audit', 'verify'], { env: { CXD_URL: d.url, CXD_KEY: 'cxs_nonsense' } });
  assert.equal(refused.status, 1);
  assert.equal(refused.stdout, '');
});

// More than a page of records, then a copy of the stopped database for each way of tampering.
test('tampering shows', async (t) => {
  const d = await start();
  t.after(() => d.clean());
  for (let i = 0; i < 510; i++) assert.equal((await d.admin('GET', `/v1/respondents/r${i}`)).status, 200);
  const records = await log(d);
  const last = records.length;
  assert.ok(last > 510);
  const head = records.at(-1).hash;
  await d.end();
  const whole = fs.readFileSync(d.database);

  const rewritten = (() => {
    // the target of record 400 changed, and its own hash made to fit
    const r = records[399];
    return sha256(
      Buffer.from(records[398].hash, 'hex'),
      [400, r.at, r.actor, r.act, 'nobody', r.detail].join('\n'),
    ).toString('hex');
  })();
  const ways = [
    ['the time', 'UPDATE audit SET at = at + 1 WHERE number = 7', /record 7 is not/],
    ['the actor', "UPDATE audit SET actor = 'local' WHERE number = 300", /record 300 is not/],
    ['the act', "UPDATE audit SET act = 'key.create' WHERE number = 12", /record 12 is not/],
    ['the target', "UPDATE audit SET target = 'x' WHERE number = 505", /record 505 is not/],
    ['the detail', "UPDATE audit SET detail = detail || ' ' WHERE number = 1", /record 1 is not/],
    ['the detail, behind a NUL', "UPDATE audit SET detail = CAST(x'0041' AS TEXT) WHERE number = 8", /record 8 is not/],
    ['the target, with no text', "UPDATE audit SET target = CAST(x'ff' AS TEXT) WHERE number = 8", /record 8 is not/],
    [
      'the target, too long',
      'UPDATE audit SET target = target || hex(zeroblob(60)) WHERE number = 9',
      /record 9 is not/,
    ],
    ['a hash', 'UPDATE audit SET hash = zeroblob(32) WHERE number = 2', /record 2 is not/],
    [
      'the last hash',
      `UPDATE audit SET hash = zeroblob(32) WHERE number = ${last}`,
      new RegExp(`record ${last} is not`),
    ],
    [
      'a record and its hash',
      `UPDATE audit SET target = 'nobody', hash = x'${rewritten}' WHERE number = 400`,
      /record 401 is not/,
    ],
    ['a middle record gone', 'DELETE FROM audit WHERE number = 250', /record 250 is missing/],
    ['the first gone', 'DELETE FROM audit WHERE number = 1', /record 1 is missing/],
    ['a page gone', 'DELETE FROM audit WHERE number BETWEEN 2 AND 505', /record 2 is missing/],
    [
      'a middle record gone and the rest moved up',
      'DELETE FROM audit WHERE number = 250; UPDATE audit SET number = -number WHERE number > 250; ' +
        'UPDATE audit SET number = -number - 1 WHERE number < 0',
      /record 250 is not/,
    ],
    [
      'two exchanged',
      'UPDATE audit SET number = -1 WHERE number = 20; UPDATE audit SET number = 20 WHERE number = 21; ' +
        'UPDATE audit SET number = 21 WHERE number = -1',
      /record 20 is not/,
    ],
    [
      'one added',
      `INSERT INTO audit SELECT ${last + 1}, at, actor, act, target, detail, hash FROM audit WHERE number = ${last}`,
      new RegExp(`record ${last + 1} is not`),
    ],
    ['the end cut off', `DELETE FROM audit WHERE number > ${last - 2}`, null],
    ['all gone', 'DELETE FROM audit', null],
  ];
  for (const [name, sql, found] of ways) {
    await t.test(name, async () => {
      for (const tail of ['-wal', '-shm']) fs.rmSync(d.database + tail, { force: true });
      fs.writeFileSync(d.database, whole);
      sqlite(d.database, sql);
      await d.begin();
      try {
        const plain = verify(d);
        if (found) {
          assert.equal(plain.status, 1, plain.stdout);
          assert.match(plain.stderr, found);
          assert.equal(plain.stdout, '');
        } else {
          assert.equal(plain.status, 0, plain.stderr); // the chain alone cannot know
          const held = verify(d, '--head', head);
          assert.equal(held.status, 1);
          assert.match(held.stderr, new RegExp(`no record has the hash ${head}`));
          await d.survey('new', { metric: 'nps' }); // the log goes on, and the loss still shows
          assert.equal(verify(d).status, 0);
          assert.equal(verify(d, '--head', head).status, 1);
        }
      } finally {
        await d.end();
      }
    });
  }
  fs.writeFileSync(d.database, whole);
  await d.begin();
  assert.equal(verify(d, '--head', head).status, 0);
  await d.survey('new', { metric: 'nps' });
  assert.equal(verify(d, '--head', head).status, 0);
  assert.equal(firstBad(await log(d)), 0);
  await d.end();
});

test('a batch that fails leaves no record', async (t) => {
  const d = await use(t, { storage: 'faulty:storage:1+:sqlite:PATH' });
  await d.survey('nps', { metric: 'nps' });
  const before = await log(d);
  // Acts that share a batch with responses fail first and are tried alone; what was acknowledged has its one record,
  // and no other is there.
  const work = [];
  for (let i = 0; i < 60; i++) {
    work.push(d.post('nps', { score: i % 11 }).then(({ status }) => assert.equal(status, 503)));
    work.push(d.admin('PUT', `/v1/surveys/s${i}`, { body: { metric: 'nps' } }));
  }
  const replies = (await Promise.all(work)).filter(Boolean);
  const made = (await d.admin('GET', '/v1/surveys')).json.surveys
    .map(({ slug }) => slug)
    .filter((slug) => /^s\d/.test(slug))
    .sort();
  const records = await log(d);
  assert.equal(firstBad(records), 0);
  assert.deepEqual(
    records
      .slice(before.length)
      .map(({ target }) => target)
      .sort(),
    made,
  );
  assert.equal(replies.filter(({ status }) => status === 201).length, made.length);
});
