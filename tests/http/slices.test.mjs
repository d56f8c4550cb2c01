// A long batch is applied in slices: others are answered between two of them, what is stored of it is always its front,
// and the same batch again completes it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Control, VFS_WORDS } from '../fault/control.mjs';
import { assertProblem, makeId, METRICS, NPS, seeded, start, until, useDirectory } from './harness.mjs';

const SLICE = 2000; // PARTS_SLICE of src/ingest/parts.h
const random = seeded(11);

// A daemon of which each flush of the log may be held up, failed or made its last act.
async function lay(t, storage = 'sqlite:PATH') {
  const dir = useDirectory(t);
  const control = new Control(path.join(dir, 'faults'), VFS_WORDS);
  t.after(() => control.close());
  const daemon = await start({ dir, storage: `vfs:${control.file}:${storage}`, config: { metrics: METRICS } });
  t.after(() => daemon.stop());
  await daemon.survey('nps', NPS);
  await daemon.survey('other', NPS);
  const hold = { error: 5, short: 0, on: 0 };
  // At the flush of that number from now on: 1 is the next.
  const arm = (number, words) => {
    for (const [word, value] of Object.entries({ ...hold, ...words, left: number, armed: 2 })) control.set(word, value);
  };
  return { daemon, control, arm };
}

const lines = (count, more = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({ survey: 'nps', score: i % 11, ...more(i) }));
const counted = async (daemon, slug = 'nps') => (await daemon.score(slug, 'window=all')).json.n;
const figure = async (daemon, name) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await daemon.scrape()).text)[1]);
const waits = (daemon, count) => until(async () => (await figure(daemon, 'cxd_queue_changes')) >= count);
const outcomes = (reply) => {
  const found = {};
  for (const line of reply.lines) found[line.outcome ?? line.status] = (found[line.outcome ?? line.status] ?? 0) + 1;
  return found;
};

test('a single answer is stored and answered in the middle of a batch', async (t) => {
  const { daemon, control, arm } = await lay(t);
  arm(3, { hang: 1 });
  let done = false;
  const batch = daemon.batch(lines(7 * SLICE)).finally(() => {
    done = true;
  });
  await until(() => control.get('injected') === 1, 'the third slice');
  const single = daemon.post('other', { score: 9 });
  await waits(daemon, 1);
  // Goes on to the second flush from here, which is behind that of the next slice: at its own the batch has more to do.
  control.set('left', 3);
  control.set('hang', 2);
  assert.equal((await single).status, 201);
  await until(() => control.get('injected') === 2, 'another slice');
  assert.equal(done, false);
  const stored = await counted(daemon);
  assert.ok(stored >= 3 * SLICE && stored < 7 * SLICE && stored % SLICE === 0, `${stored} are stored`);
  assert.equal(await counted(daemon, 'other'), 1);
  control.set('hang', 0);
  const reply = await batch;
  assert.deepEqual(
    reply.lines.map((line) => [line.line, line.status]),
    lines(7 * SLICE).map((_, i) => [i + 1, 201]),
  );
  assert.equal(await counted(daemon), 7 * SLICE);
});

test('two long batches advance side by side', async (t) => {
  const { daemon, control, arm } = await lay(t);
  arm(2, { hang: 1 });
  const batches = [daemon.batch(lines(5 * SLICE))];
  await until(() => control.get('injected') === 1, 'the second slice of the first');
  batches.push(daemon.batch(lines(5 * SLICE, () => ({ survey: 'other' }))));
  await waits(daemon, 5 * SLICE);
  control.set('left', 4);
  control.set('hang', 2);
  await until(() => control.get('injected') === 2, 'a slice of both');
  for (const slug of ['nps', 'other']) {
    const stored = await counted(daemon, slug);
    assert.ok(stored > 0 && stored < 5 * SLICE, `${stored} of ${slug} are stored`);
  }
  control.set('hang', 0);
  for (const batch of batches) assert.deepEqual(outcomes(await batch), { created: 5 * SLICE });
});

test('a batch that is killed in the middle is completed by the same key, and by the same ids', async (t) => {
  for (const headers of [{ 'Idempotency-Key': 'nightly' }, {}]) {
    const { daemon, control, arm } = await lay(t);
    const batch = lines(4 * SLICE + 10, () => (headers['Idempotency-Key'] ? {} : { id: makeId(random) }));
    arm(3, { error: -1 });
    await assert.rejects(daemon.batch(batch, { headers }));
    await daemon.kill();
    control.set('armed', 0);
    await daemon.begin();
    const stored = await counted(daemon);
    assert.ok(stored === 2 * SLICE || stored === 3 * SLICE, `${stored} are stored`);
    const reply = await daemon.batch(batch, { headers });
    assert.deepEqual(outcomes(reply), { replayed: stored, created: batch.length - stored });
    assert.ok(reply.lines.slice(0, stored).every((line) => line.outcome === 'replayed'));
    assert.equal(await counted(daemon), batch.length);
    assert.deepEqual(outcomes(await daemon.batch(batch, { headers })), { replayed: batch.length });
  }
});

test('a slice that cannot be stored ends the batch, which says how far it came', async (t) => {
  for (const [kind, status, slug] of [
    ['full', 507, 'storage_full'],
    ['storage', 503, 'storage'],
  ]) {
    const daemon = await start({ storage: `faulty:${kind}:3:memory:`, config: { metrics: METRICS } });
    t.after(() => daemon.stop());
    await daemon.survey('nps', NPS);
    await daemon.settled();
    // Line 1 is blank and line 2 refused.
    const batch = ['', { survey: 'nowhere', score: 9 }, ...lines(4 * SLICE)];
    const headers = { 'Idempotency-Key': 'twice' };
    const refused = await daemon.batch(batch, { headers });
    assertProblem(refused, status, slug);
    assert.equal(refused.headers['retry-after'], status === 507 ? '10' : '1');
    assert.equal(refused.json.applied_through, 2 * SLICE + 2);
    assert.match(refused.json.detail, /behind line 4002, and all is up to it/);
    assert.equal(await counted(daemon), 2 * SLICE);
    const results = async (result) => figure(daemon, `cxd_responses_total{result="${result}"}`);
    assert.equal(await results('created'), 2 * SLICE);
    assert.equal(await results(slug), 2 * SLICE);
    const again = await daemon.batch(batch, { headers });
    assert.deepEqual(outcomes(again), { 404: 1, replayed: 2 * SLICE, created: 2 * SLICE });
    assert.equal(await counted(daemon), 4 * SLICE);
    assert.equal(await results('created'), 4 * SLICE);
  }
});

test('the rows of an import that stand before the slice that failed are known when they come again', async (t) => {
  const daemon = await start({ storage: 'faulty:storage:2:memory:' });
  t.after(() => daemon.stop());
  await daemon.survey('nps', NPS);
  const begun = await daemon.admin('POST', '/v1/imports', {
    body: { survey: 'nps', source: 'old.csv', fingerprint: 'of-it' },
  });
  assert.equal(begun.status, 201, begun.text);
  const target = `/v1/imports/${begun.json.id}/responses`;
  const body = lines(2 * SLICE + 1, () => ({ id: makeId(random), survey: undefined }))
    .map((line) => JSON.stringify(line))
    .join('\n');
  const send = () => daemon.admin('POST', target, { body, type: 'application/x-ndjson' });
  const refused = await send();
  assertProblem(refused, 503, 'storage');
  assert.equal(refused.json.applied_through, SLICE);
  const again = await send();
  assert.equal(again.status, 200, again.text);
  const record = (await daemon.admin('GET', `/v1/imports/${begun.json.id}`)).json;
  assert.equal(record.created, 2 * SLICE + 1);
  assert.equal(await counted(daemon), 2 * SLICE + 1);
});

test('what is under way at SIGTERM is stored to its end, and answered', async (t) => {
  const { daemon, control, arm } = await lay(t);
  arm(2, { hang: 1 });
  const batch = daemon.batch(lines(5 * SLICE));
  await until(() => control.get('injected') === 1, 'the second slice');
  daemon.child.kill('SIGTERM');
  await until(() => / stopping|draining|shutting/.test(daemon.stderr));
  control.set('hang', 0);
  assert.deepEqual(outcomes(await batch), { created: 5 * SLICE });
  await daemon.exited;
  control.set('armed', 0);
  await daemon.begin();
  assert.equal(await counted(daemon), 5 * SLICE);
});
