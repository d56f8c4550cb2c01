// What is sent under one id, one after the other, in whatever order it arrives (docs/edge.md §5); and answered_at that
// lies ahead of the server's clock (§3).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { assertProblem, makeId, seeded, start, until, use } from './harness.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const d = await start();
after(() => d.stop());
const random = seeded(8);
const newId = () => makeId(random);
const iso = (ms) => new Date(ms).toISOString();
let count = 0;
async function fresh(more = {}) {
  const slug = `o${++count}`;
  await d.survey(slug, { metric: 'nps', ...more });
  return slug;
}
const stored = async (slug, id, daemon = d) => (await daemon.admin('GET', `/v1/surveys/${slug}/responses/${id}`)).json;

// The ways in which a response comes under an id: each gives the status, and what is stored then.
const WAYS = {
  PUT: async (slug, id, body) => (await d.put(slug, id, body)).status,
  POST: async (slug, id, body) => (await d.post(slug, { id, ...body })).status,
  'a batch': async (slug, id, body) => (await d.batch([{ survey: slug, id, ...body }])).lines[0].status,
};

for (const [way, send] of Object.entries(WAYS)) {
  test(`${way}: a late retry of the first does not undo an amendment`, async () => {
    const then = Date.now() - 5 * MINUTE;
    for (const [first, second] of [
      [{ score: 3 }, { score: 9 }],
      [
        { score: 3, answered_at: iso(then) },
        { score: 9, answered_at: iso(then + 30_000) },
      ],
      [
        { score: 3, answered_at: iso(then) },
        { score: 9, answered_at: iso(then) },
      ],
      [{ score: 3, answered_at: iso(then) }, { score: 9 }],
      [{ score: 3 }, { score: 9, answered_at: iso(then) }],
      [
        { score: 3, sequence: 1 },
        { score: 9, sequence: 2 },
      ],
      [{ score: 3 }, { score: 9, sequence: 0 }],
    ]) {
      const slug = await fresh();
      const id = newId();
      assert.equal(await send(slug, id, first), 201);
      assert.equal(await send(slug, id, second), 200);
      const before = await stored(slug, id);
      assert.equal(before.score, 9);
      for (let i = 0; i < 2; i++) {
        assert.equal(await send(slug, id, first), 200);
        assert.deepEqual(await stored(slug, id), before, JSON.stringify([first, second]));
      }
    }
  });

  test(`${way}: what was said earlier and comes later changes nothing`, async () => {
    const then = Date.now() - 5 * MINUTE;
    for (const [later, earlier] of [
      [
        { score: 9, answered_at: iso(then) },
        { score: 3, answered_at: iso(then - 1) },
      ],
      [
        { score: 9, sequence: 2 },
        { score: 3, sequence: 1 },
      ],
      [
        { score: 9, sequence: Number.MAX_SAFE_INTEGER },
        { score: 3, sequence: Number.MAX_SAFE_INTEGER - 1 },
      ],
      // By sequence, whatever the times say.
      [
        { score: 9, sequence: 2, answered_at: iso(then - 1) },
        { score: 3, sequence: 1, answered_at: iso(then) },
      ],
    ]) {
      const slug = await fresh();
      const id = newId();
      assert.equal(await send(slug, id, later), 201);
      assert.equal(await send(slug, id, earlier), 200);
      assert.equal((await stored(slug, id)).score, 9, JSON.stringify([later, earlier]));
      // The other way round it amends.
      const other = newId();
      assert.equal(await send(slug, other, earlier), 201);
      assert.equal(await send(slug, other, later), 200);
      assert.equal((await stored(slug, other)).score, 9);
    }
  });
}

test('a sequence is kept and replied, and stays where none is sent', async () => {
  const slug = await fresh();
  const id = newId();
  assert.equal((await d.put(slug, id, { score: 3, sequence: 0 })).json.sequence, 0);
  assert.equal((await d.put(slug, id, { score: 4, sequence: 7 })).json.sequence, 7);
  assert.equal((await stored(slug, id)).sequence, 7);
  const amended = await d.put(slug, id, { score: 5 });
  assert.deepEqual([amended.json.score, amended.json.sequence], [5, 7]);
  const late = await d.put(slug, id, { score: 6, sequence: 6 });
  assert.deepEqual([late.status, late.json], [200, amended.json]);
  // Nothing else of it is another, and it is the latest all the same.
  assert.equal((await d.put(slug, id, { score: 5, sequence: 8 })).json.sequence, 8);
  const { responses } = (await d.admin('GET', `/v1/surveys/${slug}/responses`)).json;
  assert.deepEqual(
    responses.map((response) => response.sequence),
    [8],
  );
  assert.equal((await d.post(slug, { score: 1 })).json.sequence, undefined);
  assert.equal((await d.post(slug, { score: 1, sequence: null })).json.sequence, undefined);
});

test('a sequence is a whole number from 0 to 2^53 - 1', async () => {
  const slug = await fresh();
  for (const sequence of [0, 1, Number.MAX_SAFE_INTEGER])
    assert.equal((await d.post(slug, { score: 1, sequence })).json.sequence, sequence);
  for (const sequence of [-1, 2 ** 53, 1.5, '1', true, [], {}])
    assertProblem(await d.post(slug, { score: 1, sequence }), 422, 'invalid', ['/sequence']);
  const [line] = (await d.batch([{ survey: slug, score: 1, sequence: -1 }])).lines;
  assert.equal(line.errors[0].pointer, '/sequence');
});

test('past the amend window what is older is answered, what is newer is a conflict', async () => {
  const slug = await fresh({ amend_window: 0 });
  const then = Date.now() - MINUTE;
  const body = { score: 9, sequence: 2, answered_at: iso(then) };
  const id = newId();
  const first = await d.put(slug, id, body);
  assert.equal(first.status, 201);
  for (const older of [
    { score: 3, sequence: 1 },
    { score: 3, answered_at: iso(then - 1) },
  ])
    assert.deepEqual([(await d.put(slug, id, older)).status, (await d.put(slug, id, older)).json], [200, first.json]);
  for (const newer of [{ score: 3 }, { score: 3, sequence: 3 }, { ...body, sequence: 3 }, { ...body, score: 3 }])
    assertProblem(await d.put(slug, id, newer), 409, 'response_conflict');
});

test('who knows an id, or guesses it, reads no text that others have said by it', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': 'order-4711' };
  const first = { score: 3, channel: 'web' };
  const texts = {
    comment: 'for the shop alone',
    respondent: 'somebody',
    touchpoint: 'checkout',
    channel: 'web',
    locale: 'de',
    visit: 'v-1',
    properties: { plan: 'pro' },
  };
  const at = iso(Date.now() - MINUTE);
  const { id } = (await d.post(slug, first, { headers })).json;
  const amended = await d.put(slug, id, { score: 9, answered_at: at, sequence: 2, ...texts });
  assert.equal(amended.status, 200, amended.text);
  const bare = { ...amended.json };
  for (const name of Object.keys(texts)) delete bare[name];
  const asks = [
    [first, { ...bare, channel: 'web' }],
    [{ score: 0, sequence: 1 }, bare],
    [{ score: 0, answered_at: iso(Date.parse(at) - 1) }, bare],
    ...Object.entries(texts).map(([name, text]) => [
      { score: 0, sequence: 1, [name]: text },
      { ...bare, [name]: text },
    ]),
    [{ score: 0, sequence: 1, properties: { plan: 'pro', seats: 1 }, comment: 'FOR THE SHOP ALONE' }, bare],
  ];
  const ask = async () => {
    for (const [sent, shown] of asks) {
      const replies = [await d.put(slug, id, sent), await d.post(slug, { id, ...sent })];
      if (sent === first) replies.push(await d.post(slug, sent, { headers }));
      for (const reply of replies) {
        assert.deepEqual([reply.status, reply.json], [200, shown], JSON.stringify(sent));
        assert.equal(reply.headers.etag, undefined, 'of what is not shown it would be a proof');
      }
    }
  };
  await ask();
  await d.survey(slug, { metric: 'nps', amend_window: 0 });
  await ask();
  assert.deepEqual(await stored(slug, id), amended.json);
  const again = await d.put(slug, id, { score: 9, ...texts });
  assert.deepEqual([again.json, again.headers.etag], [amended.json, amended.headers.etag]);
});

test('under an Idempotency-Key the sequence is content: another one is refused', async () => {
  const slug = await fresh();
  const headers = { 'Idempotency-Key': 'k' };
  const first = await d.post(slug, { score: 9, sequence: 2 }, { headers });
  assert.equal(first.status, 201);
  const again = await d.post(slug, { score: 9, sequence: 2 }, { headers });
  assert.deepEqual([again.status, again.json], [200, first.json]);
  for (const sequence of [1, 3])
    assertProblem(await d.post(slug, { score: 9, sequence }, { headers }), 422, 'idempotency_key_reused');
  const lines = [undefined, 1, 2].map((sequence) => ({ survey: slug, score: 9, sequence }));
  const made = (await d.batch(lines, { headers })).lines;
  assert.deepEqual(
    made.map((line) => line.status),
    [201, 201, 201],
  );
  const back = (await d.batch(lines.reverse(), { headers })).lines;
  assert.deepEqual(
    back.map((line) => line.outcome),
    ['replayed', 'replayed', 'replayed'],
  );
});

test('an older content is refused where any other would be, but for the window', async () => {
  const slug = await fresh();
  const id = newId();
  await d.put(slug, id, { score: 9, sequence: 2 });
  for (const headers of [{ 'If-None-Match': '*' }, { 'If-Match': '"another"' }])
    assertProblem(await d.put(slug, id, { score: 3, sequence: 1 }, { headers }), 412, 'precondition_failed');
  await d.survey(slug, { metric: 'nps', closes_at: iso(Date.now() - 1000) });
  assertProblem(await d.put(slug, id, { score: 3, sequence: 1 }), 403, 'survey_closed');
  assert.equal((await d.put(slug, id, { score: 9, sequence: 2 })).status, 200);
});

test('what is erased is not filled again by what comes late', async () => {
  const slug = await fresh();
  const id = newId();
  const first = { score: 3, sequence: 1, respondent: 'somebody' };
  await d.put(slug, id, first);
  await d.put(slug, id, { score: 9, sequence: 2, respondent: 'somebody' });
  assert.equal((await d.admin('DELETE', '/v1/respondents/somebody')).status, 200);
  for (const late of [first, { score: 4, sequence: 1 }])
    assertProblem(await d.put(slug, id, late), 410, 'response_gone');
});

// --- Ahead of the clock ----------------------------------------------------------------------------------------------

// The time of receipt is told as such.
function assertHeldBack(json) {
  assert.equal(json.answered_at, json.received_at);
  assert.deepEqual(
    json.adjusted.map((one) => one.pointer),
    ['/answered_at'],
  );
}

test('what lies ahead becomes the time of receipt, is told, and is counted at once', async () => {
  const slug = await fresh();
  const answered_at = iso(Date.now() + 23 * HOUR);
  const reply = await d.post(slug, { score: 9, answered_at });
  assert.equal(reply.status, 201, reply.text);
  assertHeldBack(reply.json);
  // As soon as the millisecond is over: a window ends before now.
  await until(async () => (await d.score(slug, 'window=1d')).json.n === 1);
  assert.equal((await stored(slug, reply.json.id)).adjusted, undefined, 'what is stored is not another than it is');
  const fine = await d.post(slug, { score: 9, answered_at: iso(Date.now() - 1000) });
  assert.equal(fine.json.adjusted, undefined);
  assert.equal((await d.post(slug, { score: 9 })).json.adjusted, undefined);
});

test('the same again is its retry, whatever the clock and the limits have become', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'nps' });
  const headers = { 'Idempotency-Key': 'k' };
  const body = { score: 9, comment: 'ahead', answered_at: iso(Date.now() + HOUR) };
  const soon = { score: 8, answered_at: iso(Date.now() + 2000) };
  const [id, passing] = [newId(), newId()];
  const first = await daemon.put('s', id, body);
  const keyed = await daemon.post('s', body, { headers });
  const near = await daemon.put('s', passing, soon);
  for (const reply of [first, keyed]) {
    assert.equal(reply.status, 201, reply.text);
    assertHeldBack(reply.json);
  }
  const lines = [
    { survey: 's', ...body },
    { survey: 's', ...body },
    { survey: 's', score: 1 },
  ];
  const made = (await daemon.batch(lines, { headers })).lines;
  assert.deepEqual(
    made.map((line) => [line.status, line.adjusted?.[0].pointer]),
    [
      [201, '/answered_at'],
      [201, '/answered_at'],
      [201, undefined],
    ],
  );
  const retries = async (what) => {
    for (const [sent, reply] of [
      [first, await daemon.put('s', id, body)],
      [first, await daemon.post('s', { id, ...body })],
      [keyed, await daemon.post('s', body, { headers })],
      [near, await daemon.put('s', passing, soon)],
    ])
      assert.deepEqual([reply.status, reply.json], [200, sent.json], what);
    // As the reply has it, and without it.
    for (const other of [
      { ...body, answered_at: first.json.answered_at },
      { score: 9, comment: 'ahead' },
    ]) {
      const reply = await daemon.put('s', id, other);
      assert.deepEqual([reply.status, reply.json.answered_at], [200, first.json.answered_at], what);
      assert.equal(reply.json.adjusted, undefined, what);
    }
    const again = (await daemon.batch(lines, { headers })).lines;
    assert.deepEqual(
      again.map((line) => [line.outcome, line.id, line.adjusted]),
      made.map((line) => ['replayed', line.id, line.adjusted]),
      what,
    );
    assert.equal((await daemon.score('s', 'window=all')).json.n, 6, what);
  };
  await retries('at once');
  await daemon.survey('s', { metric: 'nps', amend_window: 0, max_backdate: 0 });
  await retries('past the window');
  fs.writeFileSync(daemon.config, fs.readFileSync(daemon.config, 'utf8').replace('[limits]\n', '$&clock_skew = 0\n'));
  await daemon.end();
  await daemon.begin();
  await retries('beyond what may lie ahead by now, and after a restart');
  assertProblem(await daemon.put('s', newId(), body), 422, 'invalid', ['/answered_at']);
});

test('what lay ahead is amended in the order of its own clock', async () => {
  const slug = await fresh();
  const id = newId();
  const ahead = Date.now() + HOUR;
  const bodies = [0, 30_000, 10_000].map((ms, i) => ({ score: [3, 9, 5][i], answered_at: iso(ahead + ms) }));
  assert.equal((await d.put(slug, id, bodies[0])).status, 201);
  const amended = await d.put(slug, id, bodies[1]);
  assert.equal(amended.json.score, 9);
  assert.ok(Date.parse(amended.json.answered_at) >= Date.parse(amended.json.received_at));
  assert.equal(amended.json.adjusted.length, 1);
  for (const late of [bodies[0], bodies[2]]) {
    const { adjusted, ...rest } = (await d.put(slug, id, late)).json;
    assert.equal(adjusted, undefined, 'it is not what was sent');
    assert.deepEqual({ ...rest, adjusted: amended.json.adjusted }, amended.json);
  }
});
