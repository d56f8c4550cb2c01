// Imports: begun and gone on with, rows that are created, known or refused, what they are judged by, done, undone while
// answers come in, and over kill −9.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { assertProblem, ids, METRICS, parseLines, run, seeded, start, until, use } from './harness.mjs';

const DAY = 86_400_000;
const d = await start({ config: { metrics: METRICS } });
after(() => d.stop());
const shop = await d.survey('shop', { metric: 'nps', properties: ['plan'], recontact_days: 30, max_backdate: '1d' });
const newId = ids(15);
// As the daemon writes a time: of a whole second without its milliseconds.
const ago = (days) => new Date(Date.now() - days * DAY).toISOString().replace('.000Z', 'Z');
let serial = 0;

const begin = (daemon, survey, more = {}) =>
  daemon.admin('POST', '/v1/imports', {
    body: { survey, source: 'answers.csv', fingerprint: `file-${++serial}`, ...more },
  });
const open = async (survey, daemon = d) => (await begin(daemon, survey)).json.id;
const send = async (id, rows, daemon = d) => {
  const body = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
  const reply = await daemon.admin('POST', `/v1/imports/${id}/responses`, { body, type: 'application/x-ndjson' });
  if (reply.status === 200) reply.lines = parseLines(reply.text);
  return reply;
};
const get = async (id, daemon = d) => (await daemon.admin('GET', `/v1/imports/${id}`)).json;
const counts = ({ rows, created, known, refused, removed }) => [rows, created, known, refused, removed];
const undo = (id, daemon = d) => daemon.admin('DELETE', `/v1/imports/${id}`);
const undone = (id, daemon = d) =>
  until(async () => {
    const record = await get(id, daemon);
    return record.state === 'undone' && record;
  }, 'an import to be undone');

test('an import is begun, goes on under its id, is filled and done', async () => {
  const body = { fingerprint: 'sha256:1', rows: 3 };
  const made = await begin(d, 'shop', body);
  assert.equal(made.status, 201, made.text);
  const { id, created_at: at, updated_at: updated, ...rest } = made.json;
  assert.ok(at === updated && Date.now() - Date.parse(at) < 600_000);
  assert.deepEqual(rest, {
    survey: 'shop',
    source: 'answers.csv',
    fingerprint: 'sha256:1',
    state: 'open',
    expected: 3,
    rows: 0,
    created: 0,
    known: 0,
    refused: 0,
    removed: 0,
  });
  const again = await begin(d, 'shop', { ...body, source: 'copy of answers.csv' });
  assert.deepEqual([again.status, again.json.id, again.json.source], [200, id, 'answers.csv']);
  const rows = [1, 2, 3].map((score) => ({ id: newId(), score, answered_at: ago(400), respondent: 'ann' }));
  const first = await send(id, rows.slice(0, 2));
  assert.deepEqual(
    first.lines,
    rows.slice(0, 2).map((row, i) => ({ line: i + 1, status: 201, id: row.id, outcome: 'created' })),
  );
  const whole = await send(id, rows);
  assert.deepEqual(
    whole.lines.map(({ status, outcome }) => [status, outcome]),
    [
      [200, 'known'],
      [200, 'known'],
      [201, 'created'],
    ],
  );
  assert.deepEqual(counts(await get(id)), [3, 3, 0, 0, 0]);
  const done = await d.admin('PATCH', `/v1/imports/${id}`, { body: { state: 'done' } });
  assert.deepEqual([done.status, done.json.state], [200, 'done']);
  assertProblem(await send(id, rows), 409, 'import_ended');
  const next = await begin(d, 'shop', body);
  assert.equal(next.status, 201);
  assert.notEqual(next.json.id, id);
  const array = await d.admin('POST', `/v1/imports/${next.json.id}/responses`, { body: rows });
  assert.deepEqual(
    array.json.map(({ outcome }) => outcome),
    ['known', 'known', 'known'],
  );
  assert.deepEqual(counts(await get(next.json.id)), [3, 0, 3, 0, 0]);
});

test('imports are listed, newest first, in pages', async () => {
  const made = [];
  for (let i = 0; i < 3; i++) made.unshift(await open('shop'));
  const page = await d.admin('GET', '/v1/imports?limit=2');
  assert.deepEqual(
    page.json.imports.map(({ id }) => id),
    made.slice(0, 2),
  );
  const behind = await d.admin('GET', `/v1/imports?limit=1&cursor=${page.json.next}`);
  assert.equal(behind.json.imports[0].id, made[2]);
  assertProblem(await d.admin('GET', '/v1/imports?survey=shop'), 400, 'bad_parameter');
});

test('what is wrong is told, and counted by line', async () => {
  for (const [body, pointers] of [
    [{}, ['/survey', '/source', '/fingerprint']],
    [{ survey: 'nowhere', source: 'x', fingerprint: 'x' }, ['/survey']],
    [{ survey: 'shop', source: 'x\u0001', fingerprint: 'a b', rows: -1, extra: 1 }, null],
    [{ survey: 'shop', source: 'x'.repeat(201), fingerprint: 'x'.repeat(129) }, ['/source', '/fingerprint']],
  ])
    assertProblem(await d.admin('POST', '/v1/imports', { body }), 422, 'invalid', pointers ?? undefined);
  const id = await open('shop');
  for (const body of [{ state: 'open' }, { state: 'undone' }, {}, { state: 'done', source: 'x' }])
    assertProblem(await d.admin('PATCH', `/v1/imports/${id}`, { body }), 422, 'invalid');
  const good = { id: newId(), score: 5, answered_at: ago(3) };
  const bad = [
    [{ score: 5 }, 'invalid', '/id'],
    [{ id: 'row 7', score: 5 }, 'invalid', '/id'],
    [{ ...good, id: newId(), score: 11 }, 'invalid', '/score'],
    ['{"id": ', 'malformed_json'],
    [{ ...good, id: newId(), survey: 'shop' }, 'invalid', '/survey'],
    [{ ...good, id: newId(), invitation: 'x' }, 'invalid', '/invitation'],
    [{ ...good, id: newId(), nonce: 'x' }, 'invalid', '/nonce'],
    [{ ...good, id: newId(), answered_at: ago(-3) }, 'invalid', '/answered_at'],
    [{ ...good, id: newId(), received_at: ago(-3) }, 'invalid', '/received_at'],
    [{ ...good, id: newId(), updated_at: ago(-3) }, 'invalid', '/updated_at'],
    [{ ...good, id: newId(), revision: 99 }, 'invalid', '/revision'],
    [{ ...good, id: newId(), flags: ['burst'] }, 'invalid', '/flags'],
    [{ ...good, id: newId(), excluded: true, flags: ['odd'] }, 'invalid', '/flags'],
    [{ ...good, id: newId(), excluded_reason: 'why' }, 'invalid', '/excluded_reason'],
    [{ ...good, id: newId(), excluded: 1 }, 'invalid', '/excluded'],
  ];
  const { lines } = await send(id, [good, ...bad.map(([row]) => row)]);
  assert.equal(lines[0].outcome, 'created');
  bad.forEach(([, slug, pointer], i) => {
    const line = lines[i + 1];
    assert.deepEqual(
      [line.line, line.outcome, line.type],
      [i + 2, 'refused', `/problems/${slug}`],
      JSON.stringify(line),
    );
    const told = pointer && line.errors.map((one) => one.pointer);
    assert.deepEqual(told, pointer && [pointer]);
  });
  assert.deepEqual(counts(await get(id)), [bad.length + 1, 1, 0, bad.length, 0]);
  const none = await send(id, ['{"id": ', { score: 5 }]);
  assert.deepEqual(
    none.lines.map(({ outcome }) => outcome),
    ['refused', 'refused'],
  );
  assert.equal((await get(id)).refused, bad.length + 2);
  // Only an import may say these.
  for (const more of [{ received_at: ago(1) }, { excluded: false }, { updated_at: ago(1) }])
    assertProblem(await d.post('shop', { score: 5, ...more }), 422, 'invalid');
  const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write', 'read'] } })).json;
  for (const [method, target] of [
    ['GET', '/v1/imports'],
    ['POST', '/v1/imports'],
    ['POST', `/v1/imports/${id}/responses`],
    ['DELETE', `/v1/imports/${id}`],
  ]) {
    const reply = await d.request(method, target, { key, ...(method === 'POST' && { body: [] }) });
    assertProblem(reply, 403, 'scope');
  }
});

test('what an archive says of a response is kept', async () => {
  const id = await open('shop');
  const row = {
    id: newId(),
    score: 2,
    comment: 'late',
    answered_at: ago(300),
    received_at: ago(299),
    updated_at: ago(200),
    excluded: true,
    excluded_reason: 'suspected: burst',
    flags: ['burst'],
    revision: shop.revision,
    sequence: 4,
    visit: 'v1',
    properties: { plan: 'pro' },
  };
  const { updated_at: updated, ...shown } = row;
  assert.ok(updated);
  assert.equal((await send(id, [row])).lines[0].outcome, 'created');
  const stored = (await d.admin('GET', `/v1/surveys/shop/responses/${row.id}`)).json;
  assert.deepEqual(stored, { ...shown, survey: 'shop' });
});

test('imports are not judged as strangers are: age, recontact, closed surveys', async () => {
  await d.survey('over', { metric: 'nps', closes_at: ago(1), recontact_days: 30, recontact: 'refuse' });
  const id = await open('over');
  const rows = Array.from({ length: 3 }, () => ({ id: newId(), score: 9, answered_at: ago(900), respondent: 'eve' }));
  assert.deepEqual(
    (await send(id, rows)).lines.map(({ outcome }) => outcome),
    ['created', 'created', 'created'],
  );
  assert.equal((await d.score('over', 'window=all')).json.n, 3);
  assert.equal((await d.admin('DELETE', '/v1/surveys/over')).status, 200);
  const late = (await send(id, [rows[0], { ...rows[0], id: newId() }])).lines;
  assert.deepEqual([late[0].outcome, late[1].type], ['known', '/problems/survey_closed']);
  assertProblem(await begin(d, 'over'), 403, 'survey_closed');
});

test('an imported answer is the last answer of its respondent', async () => {
  await d.survey('rare', { metric: 'nps', recontact_days: 30, recontact: 'refuse' });
  await send(await open('rare'), [{ id: newId(), score: 9, answered_at: ago(10), respondent: 'ann' }]);
  assertProblem(await d.post('rare', { score: 9, respondent: 'ann' }), 409, 'recontact');
  assert.equal((await d.post('rare', { score: 9, respondent: 'bob' })).status, 201);
});

test('what a survey deletes as too old is refused; what it anonymises is told', async () => {
  await d.survey('brief', { metric: 'nps', retention_days: 30, retention: 'delete' });
  const old = { id: newId(), score: 3, answered_at: ago(40), comment: 'old' };
  const { lines } = await send(await open('brief'), [old, { ...old, id: newId(), answered_at: ago(20) }]);
  assert.deepEqual([lines[0].type, lines[0].outcome], ['/problems/past_retention', 'refused']);
  assert.equal(lines[1].outcome, 'created');
  await d.survey('veiled', { metric: 'nps', retention_days: 30, retention: 'anonymise' });
  const told = (await send(await open('veiled'), [old])).lines[0];
  assert.deepEqual([told.outcome, told.adjusted[0].pointer], ['created', '/answered_at']);
});

test('what retention has anonymised, and nobody asked for, comes again once it is undone', async (t) => {
  const daemon = await use(t, { config: { storage: { retention_every: 1, retention_delay: 0 } } });
  await daemon.survey('veiled', { metric: 'nps', retention_days: 365, retention: 'anonymise' });
  const rows = ['ann', 'bob'].map((respondent) => ({ id: newId(), score: 3, answered_at: ago(900), respondent }));
  const recent = { id: newId(), score: 4, answered_at: ago(1), respondent: 'eve' };
  const id = await open('veiled', daemon);
  assert.ok((await send(id, [...rows, recent], daemon)).lines.every(({ outcome }) => outcome === 'created'));
  const named = async () => {
    const { responses } = (await daemon.admin('GET', '/v1/surveys/veiled/responses')).json;
    return responses.filter(({ respondent }) => respondent).length;
  };
  await until(async () => (await named()) === 1, 'the old ones to be anonymised');
  assert.equal((await daemon.admin('DELETE', '/v1/respondents/eve')).status, 200);
  assert.equal((await undo(id, daemon)).status, 202);
  await undone(id, daemon);
  const again = (await send(await open('veiled', daemon), [...rows, recent], daemon)).lines;
  assert.deepEqual(
    again.map(({ outcome, type }) => [outcome, type]),
    [
      ['created', undefined],
      ['created', undefined],
      ['refused', '/problems/response_gone'],
    ],
  );
  assert.equal((await daemon.score('veiled', 'window=all')).json.n, 2);
  await until(async () => (await named()) === 0, 'them to be anonymised again');
});

test('strangers cannot change what was imported, nor learn of it', async () => {
  await d.survey('mine', { metric: 'nps' });
  const row = { id: newId(), score: 3, answered_at: ago(2), comment: 'secret' };
  await send(await open('mine'), [row]);
  for (const body of [{ score: 9 }, { score: 9, answered_at: ago(500), sequence: 0 }]) {
    const reply = await d.put('mine', row.id, body);
    assert.equal(reply.status === 409 || reply.status === 422, true, reply.text);
    assert.ok(!reply.text.includes('secret'));
  }
});

test('strangers who guess the id of a row stand for none', async () => {
  await d.survey('guessed', { metric: 'nps' });
  const rows = [9, 10, 8].map((score) => ({ id: newId(), score, answered_at: ago(30) }));
  assert.equal((await d.put('guessed', rows[0].id, { score: 0 })).status, 201);
  assert.equal((await d.put('guessed', rows[1].id, { score: 10 })).status, 201);
  await d.load([{ survey: 'guessed', ...rows[2] }]);
  const id = await open('guessed');
  const { lines } = await send(id, rows);
  assert.deepEqual(
    lines.map(({ status, outcome, type }) => [status, outcome, type]),
    [
      [409, 'refused', '/problems/response_conflict'],
      [409, 'refused', '/problems/response_conflict'],
      [200, 'known', undefined],
    ],
  );
  assert.match(lines[0].detail, /another answer is stored under this id/);
  assert.deepEqual(counts(await get(id)), [3, 0, 1, 2, 0]);
  // With its time left out, what says the same is the same.
  const { answered_at: at, ...bare } = rows[1];
  assert.ok(at);
  assert.deepEqual(
    (await send(id, [bare])).lines.map(({ outcome }) => outcome),
    ['known'],
  );
});

test('undone: scores, lists, comments and people are as before, while answers come in', async () => {
  await d.survey('busy', { metric: 'nps', properties: ['plan'] });
  const definition = (await d.admin('GET', '/v1/surveys/busy')).json;
  const random = seeded(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const row = () => ({
    id: newId(),
    score: Math.floor(random() * 11),
    answered_at: ago(random() * 300),
    touchpoint: pick(['a', 'b']),
    properties: { plan: pick(['pro', 'free']) },
    respondent: `p${Math.floor(random() * 50)}`,
    ...(random() < 0.5 ? { comment: `${pick(['parcel', 'courier', 'price'])} ${pick(['late', 'lost'])}` } : {}),
  });
  const own = Array.from({ length: 300 }, row);
  await d.load(own.map((one) => ({ survey: 'busy', ...one })));
  const id = await open('busy');
  const imported = [...Array.from({ length: 1500 }, row), ...own.slice(0, 20)];
  const { lines } = await send(id, imported);
  assert.equal(lines.filter(({ outcome }) => outcome === 'created').length, 1500);
  const all = [...own, ...imported.slice(0, 1500)];
  const scores = (list) => list.map(({ score }) => score);
  assertFigures((await d.score('busy', 'window=all')).json, definition, scores(all));
  const find = async (q) => (await d.admin('GET', `/v1/surveys/busy/comments?q=${q}&limit=500`)).json.responses.length;
  assert.ok((await find('courier')) > 0);
  // One is excluded, one person erased.
  const { respondent } = imported[5];
  await d.admin('PATCH', `/v1/surveys/busy/responses/${imported[0].id}`, { body: { excluded: true } });
  assert.equal((await d.admin('DELETE', `/v1/respondents/${respondent}?counts=true`)).status, 200);
  const reply = await undo(id);
  assert.deepEqual([reply.status, reply.json.state], [202, 'undoing']);
  assertProblem(await send(id, imported), 409, 'import_ended');
  const meanwhile = Array.from({ length: 50 }, row).map((one) => ({ ...one, respondent: undefined }));
  for (const one of meanwhile) await d.load([{ survey: 'busy', ...one }]);
  const record = await undone(id);
  const kept = [...own.filter((one) => one.respondent !== respondent), ...meanwhile];
  const erased = imported.slice(0, 1500).filter((one) => one.respondent === respondent).length;
  assert.deepEqual(counts(record), [1520, 1500, 20, 0, 1500 - erased]);
  assertFigures((await d.score('busy', 'window=all')).json, definition, scores(kept));
  for (const plan of ['pro', 'free'])
    assertFigures(
      (await d.score('busy', `window=all&property.plan=${plan}`)).json,
      definition,
      scores(kept.filter((one) => one.properties.plan === plan)),
    );
  for (const word of ['parcel', 'courier', 'price'])
    assert.equal(await find(word), kept.filter((one) => one.comment?.includes(word)).length);
  // The same rows come again, but for the person.
  const again = (await send(await open('busy'), imported)).lines;
  const outcomes = again.map((line, i) => [line.outcome, line.type ?? '', imported[i].respondent === respondent]);
  for (const [i, [outcome, type, isGone]] of outcomes.entries())
    if (isGone) assert.equal(type, '/problems/response_gone');
    else assert.equal(outcome, i < 1500 ? 'created' : 'known');
  const ended = await undo(id);
  assert.deepEqual([ended.status, ended.json.state], [200, 'undone']);
  assertProblem(await undo(newId()), 404, 'no_import');
});

test('no rule tells of an imported answer; metrics, audit log and status know of imports', async () => {
  await d.survey('told', { metric: 'nps' });
  assert.equal((await d.admin('PUT', '/v1/alerts/each', { body: { survey: 'told', kind: 'detractor' } })).status, 201);
  const row = { id: newId(), score: 0, comment: 'imported', answered_at: ago(1) };
  const id = await open('told');
  await send(id, [row]);
  // Counted again, it is as one that was amended: nor is that told of.
  for (const excluded of [true, false])
    await d.admin('PATCH', `/v1/surveys/told/responses/${row.id}`, { body: { excluded } });
  assert.equal((await d.post('told', { score: 1, comment: 'own' })).status, 201);
  const told = await until(async () => {
    const { json } = await d.admin('GET', '/v1/alerts/each/history');
    return json.events.length > 0 && json.events;
  }, 'the own answer to be told of');
  const values = told.map(({ value }) => value);
  assert.deepEqual(values, [1]);
  const { text } = await d.scrape();
  const { imports } = (await d.admin('GET', '/v1/status')).json;
  assert.ok(imports.open > 0 && imports.undoing === 0, JSON.stringify(imports));
  assert.match(text, /^cxd_imports\{state="open"\} [1-9]/m);
  assert.match(text, /^cxd_import_rows_total\{result="created"\} [1-9]/m);
  assert.match(text, /^cxd_import_rows_total\{result="refused"\} [1-9]/m);
  await undo(id);
  await undone(id);
  const { records } = (await d.admin('GET', '/v1/audit?limit=500')).json;
  const acts = records.filter(({ target }) => target === id).map(({ act }) => act);
  assert.deepEqual(acts, ['import.begin', 'import.undo']);
});

test('an import and its undoing go on over kill −9, and the file is whole', async (t) => {
  const daemon = await use(t, {});
  const definition = await daemon.survey('shop', { metric: 'nps' });
  const rows = Array.from({ length: 6000 }, (_, i) => ({
    id: newId(),
    score: i % 11,
    answered_at: ago(1 + (i % 200)),
    ...(i % 3 === 0 ? { comment: `row ${i}` } : {}),
  }));
  const own = Array.from({ length: 100 }, (_, i) => ({ id: newId(), score: (3 * i) % 11 }));
  await daemon.load(own.map((one) => ({ survey: 'shop', ...one })));
  const made = (await begin(daemon, 'shop', { fingerprint: 'killed' })).json;
  let sent = 0;
  for (const killAt of [1500, 3000, 6000]) {
    for (; sent < killAt; sent += 500) await send(made.id, rows.slice(sent, sent + 500), daemon);
    const lost = send(made.id, rows.slice(sent, sent + 500), daemon).catch(() => undefined);
    await daemon.kill();
    await lost;
    await daemon.begin();
    const again = await begin(daemon, 'shop', { fingerprint: 'killed' });
    assert.deepEqual([again.status, again.json.id], [200, made.id]);
    assert.ok(again.json.created >= sent && again.json.created <= sent + 500);
  }
  assert.deepEqual(counts(await get(made.id, daemon)), [6000, 6000, 0, 0, 0]);
  const scores = (list) => list.map(({ score }) => score);
  assertFigures((await daemon.score('shop', 'window=all')).json, definition, scores([...own, ...rows]));
  assert.equal((await undo(made.id, daemon)).status, 202);
  await until(async () => (await get(made.id, daemon)).removed > 0, 'some to be removed');
  await daemon.kill();
  await daemon.begin();
  const record = await undone(made.id, daemon);
  assert.deepEqual(counts(record), [6000, 6000, 0, 0, 6000]);
  assertFigures((await daemon.score('shop', 'window=all')).json, definition, scores(own));
  await daemon.end();
  const check = run(['check', '--config', daemon.config]);
  assert.equal(check.status, 0, check.stdout + check.stderr);
});
