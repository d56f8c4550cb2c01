// Responses without a score, where a survey says that it is optional: stored, listed, found, amended and erased as any
// other, and in no figure.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cxd, fails, succeeds } from './command.mjs';
import { assertProblem, ids, parseLines, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
const id = ids(15);
let count = 0;

async function survey(definition = {}) {
  const slug = `c${++count}`;
  await d.survey(slug, { metric: 'csat', score: 'optional', ...definition });
  return slug;
}
const ask = async (slug, call, query = '') => {
  const reply = await d.admin('GET', `/v1/surveys/${slug}/${call}${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const listed = async (slug, query = '') =>
  (await ask(slug, 'responses', query)).responses.map(({ score, comment }) => [score, comment]);
const n = async (slug) => (await d.score(slug)).json.n;

test('a comment alone is stored, shown and listed, and in no figure', async () => {
  const slug = await survey({ properties: ['plan'] });
  const comment = { comment: 'Why?', touchpoint: 'cart', respondent: 'ann', visit: 'v', properties: { plan: 'pro' } };
  const made = await d.post(slug, comment);
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.score, null);
  assert.equal(made.json.comment, 'Why?');
  const scoredOne = { score: 5, touchpoint: 'cart', respondent: 'ann', properties: { plan: 'pro' } };
  await d.post(slug, scoredOne);
  assert.deepEqual((await ask(slug, `responses/${made.json.id}`)).score, null);
  assert.deepEqual(new Set((await listed(slug)).map(([score]) => score)), new Set([5, null]));
  assert.equal((await listed(slug, '?excluded=false')).length, 2);
  assert.equal((await listed(slug, '?excluded=true')).length, 0);
  assert.equal((await listed(slug, '?respondent=ann')).length, 2);
  for (const query of ['', '?touchpoint=cart', '?property.plan=pro', '?touchpoint=cart&property.plan=pro'])
    assert.equal((await d.score(slug, query.slice(1))).json.n, 1, query);
  const scored = (await d.score(slug, 'respondents=true')).json;
  assert.deepEqual(scored.respondents, { distinct: 1, anonymous: 0 });
  assert.deepEqual(scored.distribution, { 1: 0, 2: 0, 3: 0, 4: 0, 5: 1 });
  const trend = await ask(slug, 'trend', '?interval=day&window=7d');
  assert.equal(
    trend.buckets.reduce((sum, bucket) => sum + bucket.n, 0),
    1,
  );
  const { segments } = await ask(slug, 'segments', '?by=touchpoint');
  assert.deepEqual(
    segments.map(({ value, n: answers }) => [value, answers]),
    [['cart', 1]],
  );
});

test('neither a score nor a comment, or a score that is required, is refused with a clear word', async () => {
  const slug = await survey();
  for (const body of [{}, { comment: ' ' }, { score: null, comment: '' }, { touchpoint: 'cart' }]) {
    const problem = assertProblem(await d.post(slug, body), 422, 'invalid', ['/score']);
    assert.equal(problem.errors[0].detail, 'is required where there is no comment');
  }
  assertProblem(await d.post(slug, { comment: 7 }), 422, 'invalid', ['/comment']);
  assertProblem(await d.post(slug, { score: 'x', comment: 'Why?' }), 422, 'invalid', ['/score']);
  const strict = await survey({ score: 'required' });
  const problem = assertProblem(await d.post(strict, { comment: 'Why?' }), 422, 'invalid', ['/score']);
  assert.equal(problem.errors[0].detail, 'is required');
  const named = await d.put(strict, id(), { comment: 'Why?' });
  assert.equal(assertProblem(named, 422, 'invalid', ['/score']).errors[0].detail, 'is required');
});

test('a definition says what it wants, and its form too', async () => {
  const slug = await survey();
  assert.equal((await ask(slug, 'form')).score, 'optional');
  assert.equal((await d.admin('GET', `/v1/surveys/${slug}`)).json.score, 'optional');
  assertProblem(
    await d.admin('PUT', `/v1/surveys/${slug}`, { body: { metric: 'csat', score: 'maybe' } }),
    422,
    'invalid',
    ['/score'],
  );
  const strict = await survey({ score: undefined });
  assert.equal((await ask(strict, 'form')).score, 'required');
  // What it says by default changes nothing.
  const same = await d.admin('PUT', `/v1/surveys/${strict}`, { body: { metric: 'csat', score: 'required' } });
  assert.equal(same.json.revision, 1);
});

test('a form may leave the score empty', async () => {
  const slug = await survey();
  for (const body of ['score=&comment=Why%3F', 'comment=Because']) {
    const reply = await d.post(slug, body, { type: 'application/x-www-form-urlencoded' });
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.json.score, null);
  }
  const parts = '--b\r\ncontent-disposition: form-data; name="comment"\r\n\r\nSo\r\n--b--\r\n';
  assert.equal((await d.post(slug, parts, { type: 'multipart/form-data; boundary=b' })).status, 201);
  assertProblem(await d.post(slug, 'score=&comment=', { type: 'application/x-www-form-urlencoded' }), 422, 'invalid', [
    '/score',
  ]);
  assert.equal(await n(slug), 0);
});

test('a batch takes them beside others', async () => {
  const slug = await survey();
  const strict = await survey({ score: 'required' });
  const lines = [
    { survey: slug, comment: 'one' },
    { survey: slug, score: 4 },
    { survey: slug },
    { survey: strict, comment: 'two' },
  ];
  for (const outcome of ['created', 'replayed']) {
    const reply = await d.batch(lines, { headers: { 'Idempotency-Key': 'comments-alone' } });
    const results = parseLines(reply.text);
    assert.deepEqual(
      results.map((result) => result.outcome ?? result.status),
      [outcome, outcome, 422, 422],
    );
  }
  assert.equal(await n(slug), 1);
  assert.equal((await listed(slug)).length, 2);
});

test('a retry is known, and no score is not the score 0', async () => {
  const slug = await survey({ scale: { min: 0, max: 10 }, bands: { satisfied_from: 8, dissatisfied_to: 4 } });
  const headers = { 'Idempotency-Key': 'k-1' };
  assert.equal((await d.post(slug, { comment: 'Why?' }, { headers })).status, 201);
  assert.equal((await d.post(slug, { comment: 'Why?' }, { headers })).status, 200);
  assertProblem(await d.post(slug, { score: 0, comment: 'Why?' }, { headers }), 422, 'idempotency_key_reused');
  const name = id();
  const first = await d.put(slug, name, { comment: 'Why?' });
  assert.equal(first.status, 201);
  const again = await d.put(slug, name, { comment: 'Why?' });
  assert.equal(again.status, 200);
  assert.equal(again.headers.etag, first.headers.etag);
  const zero = await d.put(slug, name, { score: 0, comment: 'Why?' }, { headers: { 'If-Match': first.headers.etag } });
  assert.equal(zero.status, 200, zero.text);
  assert.equal(zero.json.score, 0);
  assert.notEqual(zero.headers.etag, first.headers.etag);
  const late = await d.put(slug, name, { comment: 'Why?' }); // of what was sent first
  assert.equal(late.json.score, 0);
  assert.equal(await n(slug), 1);
});

test('a later content wins whole: a score comes, and goes', async () => {
  const slug = await survey();
  const name = id();
  await d.put(slug, name, { comment: 'Why?' });
  assert.equal((await d.put(slug, name, { score: 4 })).status, 200);
  assert.deepEqual(await listed(slug), [[4, undefined]]);
  assert.equal(await n(slug), 1);
  assert.equal((await d.put(slug, name, { comment: 'After all' })).status, 200);
  assert.deepEqual(await listed(slug), [[null, 'After all']]);
  assert.equal(await n(slug), 0);
});

test('what is stored stays where a score is required since, and its retry is answered', async () => {
  const slug = await survey();
  const name = id();
  assert.equal((await d.put(slug, name, { comment: 'Why?' })).status, 201);
  await d.survey(slug, { metric: 'csat', score: 'required' });
  assert.equal((await d.put(slug, name, { comment: 'Why?' })).status, 200);
  assertProblem(await d.put(slug, name, { comment: 'Other' }), 422, 'invalid', ['/score']);
  assertProblem(await d.put(slug, id(), { comment: 'Why?' }), 422, 'invalid', ['/score']);
  assert.deepEqual(await listed(slug), [[null, 'Why?']]);
  assert.equal((await d.put(slug, name, { score: 3, comment: 'Why?' })).status, 200);
  assert.equal(await n(slug), 1);
});

test('comments are found with and without a score', async () => {
  const slug = await survey();
  const at = (minute) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
  await d.load(
    [[2, 'slow'], [5, 'slow but fine'], [undefined, 'too slow'], [4]].map(([score, comment], i) => ({
      survey: slug,
      score,
      comment,
      answered_at: at(i),
    })),
  );
  const scores = async (query) => (await ask(slug, 'comments', `?${query}`)).responses.map(({ score }) => score);
  const hold = async () => {
    assert.deepEqual(await scores('q=slow'), [null, 5, 2]);
    assert.deepEqual(await scores('order=lowest'), [2, 5, null]);
    assert.deepEqual(await scores('order=highest'), [5, 2, null]);
    assert.deepEqual(await scores('q=slow&score=0..10'), [5, 2]);
    assert.deepEqual(await scores('band=dissatisfied'), [2]);
    assert.deepEqual(await scores('band=neutral'), []);
    assert.deepEqual(await scores('score=..10'), [5, 2]);
  };
  await hold();
  const terms = await ask(slug, 'comments/terms', '?band=dissatisfied&window=all');
  assert.deepEqual(terms.n, { band: 1, rest: 1 }); // in neither
});

test('a band that no score has finds nothing', async () => {
  const slug = await survey({ scale: { min: 0, max: 1 } });
  await d.post(slug, { score: 1, comment: 'yes' });
  await d.post(slug, { comment: 'perhaps' });
  assert.deepEqual((await ask(slug, 'comments', '?band=neutral')).responses, []);
  assert.deepEqual((await ask(slug, 'responses', '?band=neutral')).responses, []);
});

test('who wrote something has answered: recontact, visits, invitations', async () => {
  const slug = await survey({ recontact_days: 30, access: 'public' });
  await d.admin('POST', `/v1/surveys/${slug}/events`, { body: { type: 'shown', visit: 'v' } });
  assert.equal((await d.post(slug, { comment: 'Why?', respondent: 'ann', visit: 'v' })).status, 201);
  assertProblem(await d.post(slug, { score: 5, respondent: 'ann' }), 409, 'recontact');
  assert.equal((await ask(slug, 'form', '?respondent=ann')).eligible, false);
  const { response_rate: rate } = (await d.score(slug)).json;
  assert.deepEqual([rate.shown, rate.answered], [1, 1]);
  const invited = await survey({ access: 'invited', amend_window: 0 });
  const { token } = (await d.admin('POST', `/v1/surveys/${invited}/invitations`, { body: { respondent: 'bob' } })).json;
  assert.equal((await d.post(invited, { comment: 'Why?', invitation: token })).status, 201);
  assert.equal((await d.post(invited, { comment: 'Why?', invitation: token })).status, 200);
  assertProblem(await d.post(invited, { score: 1, invitation: token }), 409, 'invitation_used');
});

test('excluded is what somebody excluded', async () => {
  const slug = await survey();
  const { json } = await d.post(slug, { comment: 'Why?' });
  const path = `/v1/surveys/${slug}/responses/${json.id}`;
  const patch = (body) => d.admin('PATCH', path, { body });
  assert.equal((await d.admin('GET', path)).json.excluded, undefined);
  assert.equal((await patch({ excluded: true, reason: 'test' })).json.excluded, true);
  assert.deepEqual(await listed(slug, '?excluded=true'), [[null, 'Why?']]);
  assert.deepEqual(await listed(slug, '?excluded=false'), []);
  assert.equal((await patch({ excluded: false })).json.excluded, undefined);
  assert.equal(await n(slug), 0);
});

test('a machine is suspected with a comment alone, too', async () => {
  const slug = await survey();
  await d.post(slug, { comment: 'buy', further_remarks: 'now' });
  const [flagged] = (await ask(slug, 'responses', '?flagged=true')).responses;
  assert.deepEqual([flagged.score, flagged.excluded, flagged.flags], [null, true, ['honeypot']]);
});

test('the erased is gone', async () => {
  const slug = await survey();
  await d.post(slug, { comment: 'zqxwords', respondent: 'carl' });
  assert.equal((await ask(slug, 'comments', '?q=zqxwords')).responses.length, 1);
  assert.equal((await d.admin('DELETE', '/v1/respondents/carl?counts=true')).json.erased, 1);
  assert.deepEqual((await ask(slug, 'comments', '?q=zqxwords')).responses, []);
  assert.deepEqual((await ask(slug, 'responses')).responses, []);
  assert.equal(await n(slug), 0);
});

test('the command line posts, lists and names none', async () => {
  const slug = await survey();
  const options = ['-c', d.config];
  const { stdout } = await succeeds(['post', slug, '-', '--comment', 'Why?', ...options]);
  assert.match(stdout, /^stored .*, no score$/m);
  await succeeds(['post', slug, '5', '--comment', 'Because', ...options]);
  const csv = (await succeeds(['comments', slug, '--csv', '--order', 'oldest', ...options])).stdout;
  assert.match(csv, /,Why\?/);
  assert.deepEqual(
    csv.match(/^.*(Why|Because).*$/gm).map((line) => line.split(',').includes('5')),
    [false, true],
  );
  await fails(2, /SCORE must be a number, or - for none/, ['post', slug, 'x', ...options]);
  assert.equal((await cxd(['post', slug, '-', ...options])).status, 1);
});

test('everything is what a check counts', async () => {
  const done = await succeeds(['check', '-c', d.config]);
  assert.match(done.stdout, /^rollups +ok$/m);
  assert.match(done.stdout, /^comments +ok$/m);
});
