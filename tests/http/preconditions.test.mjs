// If-Match and If-None-Match on everything that changes something, and the entity tags that they name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { assertProblem, ids, ROOT, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
const newId = ids(41);
const description = parse(fs.readFileSync(path.join(ROOT, 'docs/openapi.yaml'), 'utf8'));
let made = 0;
const OTHERS = '"00000000000000000000000000000000"';

const DONE = [200, 202, 204]; // an import is undone in a while, of a session nothing is left to tell
const newImport = async () => {
  const body = { survey: await newSurvey(), source: 'a file', fingerprint: 'one' };
  return `/v1/imports/${(await d.admin('POST', '/v1/imports', { body })).json.id}`;
};
const newSurvey = async () => {
  const slug = `s${++made}`;
  await d.survey(slug, { metric: 'nps' });
  return slug;
};
const newResponse = async (over = {}) => {
  const target = `/v1/surveys/${await newSurvey()}/responses/${newId()}`;
  assert.equal((await d.request('PUT', target, { body: { score: 9, ...over } })).status, 201);
  return target;
};
const tagOf = async (target) => {
  const reply = await d.admin('GET', target);
  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.headers.etag, /^"[0-9a-f]{32}"$/);
  return reply.headers.etag;
};

// Each call that changes what there is: makes something for it, and says what to ask of it. `seen` is where its tag
// stands; `none` is a target where nothing is and something can be put, `missing` one where nothing can be done.
const CASES = {
  'PUT /v1/surveys/{survey}': async () => {
    const target = `/v1/surveys/${await newSurvey()}`;
    return { target, seen: target, body: { metric: 'nps', name: 'other' }, none: '/v1/surveys/not-there' };
  },
  'DELETE /v1/surveys/{survey}': async () => {
    const target = `/v1/surveys/${await newSurvey()}`;
    return { target, seen: target, missing: '/v1/surveys/nowhere' };
  },
  'PUT /v1/surveys/{survey}/responses/{id}': async () => {
    const target = await newResponse();
    return { target, seen: target, body: { score: 3 }, none: target.replace(/[^/]+$/, newId()) };
  },
  'PATCH /v1/surveys/{survey}/responses/{id}': async () => {
    const target = await newResponse();
    const missing = target.replace(/[^/]+$/, newId());
    return { target, seen: target, body: { excluded: true, reason: 'a test' }, missing };
  },
  'PATCH /v1/surveys/{survey}/responses': async () => {
    const target = `${(await newResponse({ further_remarks: 'x' })).replace(/\/[^/]+$/, '')}?flagged=true`;
    return { target, body: { excluded: false }, missing: '/v1/surveys/nowhere/responses?flagged=true' };
  },
  'DELETE /v1/respondents/{respondent}': async () => {
    const respondent = `person-${++made}`;
    await newResponse({ respondent });
    return { target: `/v1/respondents/${respondent}`, missing: '/v1/respondents/nobody' };
  },
  'PUT /v1/journeys/{journey}': async () => {
    const survey = await newSurvey();
    const target = `/v1/journeys/${survey}`;
    const put = await d.admin('PUT', target, { body: { stages: [{ survey }] } });
    assert.equal(put.status, 201, put.text);
    return { target, seen: target, body: { name: 'other', stages: [{ survey }] }, none: `/v1/journeys/not-${survey}` };
  },
  'DELETE /v1/journeys/{journey}': async () => {
    const survey = await newSurvey();
    const target = `/v1/journeys/${survey}`;
    assert.equal((await d.admin('PUT', target, { body: { stages: [{ survey }] } })).status, 201);
    return { target, missing: '/v1/journeys/nowhere' };
  },
  // The tag is the rule's, and not of how it stands: nothing is answered 304 by it.
  'PUT /v1/alerts/{name}': async () => {
    const survey = await newSurvey();
    const target = `/v1/alerts/${survey}`;
    assert.equal((await d.admin('PUT', target, { body: { survey, kind: 'detractor' } })).status, 201);
    return { target, body: { survey, kind: 'detractor', channel: 'web' }, none: `/v1/alerts/not-${survey}` };
  },
  'DELETE /v1/alerts/{name}': async () => {
    const survey = await newSurvey();
    const target = `/v1/alerts/${survey}`;
    assert.equal((await d.admin('PUT', target, { body: { survey, kind: 'detractor' } })).status, 201);
    return { target, missing: '/v1/alerts/nowhere' };
  },
  'DELETE /v1/keys/{id}': async () => {
    const { id } = (await d.admin('POST', '/v1/keys', { body: { name: 'k', scopes: ['read'] } })).json;
    return { target: `/v1/keys/${id}`, missing: `/v1/keys/${newId()}` };
  },
  // Of who asks: there is always one.
  'DELETE /v1/session': async () => ({ target: '/v1/session' }),
  'PATCH /v1/imports/{id}': async () => {
    const target = await newImport();
    return { target, body: { state: 'done' }, missing: `/v1/imports/${newId()}` };
  },
  'DELETE /v1/imports/{id}': async () => ({ target: await newImport(), missing: `/v1/imports/${newId()}` }),
};

const changes = (method) => ['put', 'patch', 'delete'].includes(method);

test('the cases are every PUT, PATCH and DELETE, of the description and of the daemon', () => {
  const described = Object.entries(description.paths).flatMap(([pattern, item]) =>
    Object.keys(item)
      .filter(changes)
      .map((method) => `${method.toUpperCase()} ${pattern}`),
  );
  assert.deepEqual(described.sort(), Object.keys(CASES).sort());
  const source = fs.readFileSync(path.join(ROOT, 'src/api/routes.c'), 'utf8');
  const methods = [...source.matchAll(/\{HTTP_(PUT|PATCH|DELETE),/g)].map(([, method]) => method);
  assert.deepEqual(methods.sort(), described.map((call) => call.split(' ')[0]).sort());
  for (const [pattern, item] of Object.entries(description.paths))
    for (const method of Object.keys(item).filter(changes)) {
      const { responses, parameters } = item[method];
      assert.ok(responses['412'], `${method} ${pattern} has a 412`);
      for (const name of ['IfMatch', 'IfNoneMatchToChange'])
        assert.ok(JSON.stringify(parameters).includes(`parameters/${name}"`), `${method} ${pattern}: ${name}`);
    }
});

for (const [name, make] of Object.entries(CASES)) {
  const method = name.split(' ')[0];

  test(`${name}: what does not hold is 412, and nothing is done`, async () => {
    const { target, body, seen } = await make();
    const ask = (headers) => d.admin(method, target, { body, headers });
    const before = seen && (await tagOf(seen));
    for (const headers of [
      { 'If-Match': OTHERS },
      { 'If-Match': '"x"' },
      { 'If-Match': `"a,b", ${OTHERS}` },
      { 'If-Match': `W/${before ?? OTHERS}` },
      { 'If-None-Match': '*' },
      { 'If-Match': '*', 'If-None-Match': '*' },
      ...(seen ? [{ 'If-None-Match': before }, { 'If-None-Match': `"x", W/${before}` }] : []),
    ]) {
      const reply = await ask(headers);
      assertProblem(reply, 412, 'precondition_failed');
      assert.match(reply.json.detail, /^If-(None-)?Match: /);
      assert.equal(/weak/.test(reply.json.detail), headers['If-Match']?.startsWith('W/') ?? false);
    }
    if (seen) assert.equal(await tagOf(seen), before);
    const done = await ask({ 'If-Match': '*', 'If-None-Match': OTHERS });
    assert.ok(DONE.includes(done.status), done.text);
    if (seen) assert.notEqual(await tagOf(seen), before);
  });

  test(`${name}: what is no list of tags is 400, and nothing is done`, async () => {
    const { target, body, seen } = await make();
    const before = seen && (await tagOf(seen));
    for (const header of ['If-Match', 'If-None-Match'])
      for (const value of ['abc', '"abc', '*, "abc"', '"a b"', '"a" "b"', '', ',', 'w/"a"', "'a'"]) {
        const reply = await d.admin(method, target, { body, headers: { [header]: value } });
        assertProblem(reply, 400, 'bad_precondition');
        assert.ok(reply.json.detail.startsWith(`${header}: `), reply.json.detail);
      }
    if (seen) assert.equal(await tagOf(seen), before);
    const dates = { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT', 'If-Modified-Since': 'never' };
    const { status } = await d.admin(method, target, { body, headers: dates });
    assert.ok(DONE.includes(status), 'times are passed over');
  });

  test(`${name}: of what is not there`, async () => {
    const { none, missing, body } = await make();
    if (missing) {
      for (const headers of [{}, { 'If-Match': '*' }, { 'If-Match': OTHERS }, { 'If-None-Match': '*' }])
        assert.equal((await d.admin(method, missing, { body, headers })).status, 404);
      return;
    }
    if (!none) return;
    for (const value of ['*', OTHERS])
      assertProblem(await d.admin(method, none, { body, headers: { 'If-Match': value } }), 412, 'precondition_failed');
    assert.equal((await d.admin('GET', none)).status, 404);
    const once = () => d.admin(method, none, { body, headers: { 'If-None-Match': '*' } });
    const [first, again] = [await once(), await once()];
    assert.deepEqual([first.status, again.status], [201, 200], again.text);
    assert.deepEqual([again.headers.etag, again.json], [first.headers.etag, first.json]);
    assert.equal(await tagOf(none), first.headers.etag);
  });

  test(`${name}: on from the tag that was seen; a retry after a lost reply is none that comes too late`, async () => {
    const { target, body, seen } = await make();
    if (!seen) return;
    const before = await tagOf(seen);
    const ask = () => d.admin(method, target, { body, headers: { 'If-Match': `"other", ${before}` } });
    const first = await ask();
    assert.equal(first.status, 200, first.text);
    assert.equal(first.headers.etag, await tagOf(seen));
    const again = await ask();
    assert.equal(again.status, 200, again.text);
    assert.deepEqual([again.headers.etag, again.json], [first.headers.etag, first.json]);
    for (const known of [first.headers.etag, `W/${first.headers.etag}`, `"x", ${first.headers.etag}`, '*'])
      assert.equal((await d.admin('GET', seen, { headers: { 'If-None-Match': known } })).status, 304);
    const head = await d.admin('HEAD', seen);
    assert.deepEqual([head.status, head.headers.etag], [200, first.headers.etag]);
    assert.equal((await d.admin('GET', seen, { headers: { 'If-None-Match': before } })).status, 200);
  });
}

// Of many at once with the same precondition one is done, and the others are told.
const race = async (call) => {
  const replies = await Promise.all(Array.from({ length: 40 }, (_, i) => call(i)));
  const won = replies.filter((reply) => reply.status !== 412);
  assert.equal(won.length, 1, replies.map((reply) => reply.status).join(' '));
  for (const reply of replies) if (reply !== won[0]) assertProblem(reply, 412, 'precondition_failed');
  return won[0];
};

test('many at once: one survey is put, one is created', async () => {
  const target = `/v1/surveys/${await newSurvey()}`;
  const tag = await tagOf(target);
  const put = (at, headers, i) => d.admin('PUT', at, { body: { metric: 'nps', name: `name ${i}` }, headers });
  const won = await race((i) => put(target, { 'If-Match': tag }, i));
  assert.deepEqual((await d.admin('GET', target)).json, won.json);
  assert.equal(won.json.revision, 2);
  const created = await race((i) => put('/v1/surveys/raced', { 'If-None-Match': '*' }, i));
  assert.equal(created.status, 201);
  assert.deepEqual((await d.admin('GET', '/v1/surveys/raced')).json, created.json);
});

test('many at once: one response is put, one is created, one is excluded', async () => {
  const target = await newResponse();
  const put = (at, headers, i) => d.request('PUT', at, { body: { score: 3, comment: `no. ${i}` }, headers });
  const tag = await tagOf(target);
  const won = await race((i) => put(target, { 'If-Match': tag }, i));
  assert.deepEqual((await d.admin('GET', target)).json, won.json);
  const other = target.replace(/[^/]+$/, newId());
  assert.equal((await race((i) => put(other, { 'If-None-Match': '*' }, i))).status, 201);
  const seen = await tagOf(target);
  const exclude = (i) =>
    d.admin('PATCH', target, { body: { excluded: true, reason: `no. ${i}` }, headers: { 'If-Match': seen } });
  const excluded = await race(exclude);
  assert.deepEqual((await d.admin('GET', target)).json, excluded.json);
});

test('many at once with the same content are one, and its retries', async () => {
  const target = `/v1/surveys/${await newSurvey()}/responses/${newId()}`;
  const replies = await Promise.all(
    Array.from({ length: 40 }, () =>
      d.request('PUT', target, { body: { score: 7 }, headers: { 'If-None-Match': '*' } }),
    ),
  );
  assert.equal(replies.filter((reply) => reply.status === 201).length, 1);
  assert.ok(replies.every((reply) => reply.status === 200 || reply.status === 201));
  assert.equal(new Set(replies.map((reply) => reply.headers.etag)).size, 1);
});

test('each survey that is put is answered as it was put, however many are put at once', async () => {
  const target = `/v1/surveys/${await newSurvey()}`;
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, i) => d.admin('PUT', target, { body: { metric: 'nps', name: `name ${i}` } })),
  );
  replies.forEach((reply, i) => assert.equal(reply.json.name, `name ${i}`));
  assert.equal(new Set(replies.map((reply) => reply.headers.etag)).size, 40);
  const last = replies.find((reply) => reply.json.revision === 41);
  assert.deepEqual((await d.admin('GET', target)).json, last.json);
  assert.equal(await tagOf(target), last.headers.etag);
});

test('several lines of a header are one list', async () => {
  const target = await newResponse();
  const tag = await tagOf(target);
  const put = (score, lines) => {
    const body = JSON.stringify({ score });
    return d.raw(
      `PUT ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
        `${lines.join('\r\n')}\r\n\r\n${body}`,
    );
  };
  const other = 'If-Match: "other"';
  assertProblem(await put(3, [other, 'if-match: "x"', `If-Match: W/${tag}`]), 412, 'precondition_failed');
  assertProblem(await put(3, [other, `If-None-Match: *`, `If-Match: ${tag}`]), 412, 'precondition_failed');
  assertProblem(await put(3, ['If-Match: *', `If-Match: ${tag}`]), 400, 'bad_precondition');
  assertProblem(await put(3, [`If-Match: ${tag}`, 'If-Match: x']), 400, 'bad_precondition');
  const reply = await put(3, [other, `if-match: ${tag} , `, 'If-Match: "x"']);
  assert.equal(reply.status, 200, reply.text);
  const now = await tagOf(target);
  const get = await d.raw(
    `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${d.key}\r\n` +
      `If-None-Match: "x"\r\nIf-None-Match: ${now}\r\n\r\n`,
  );
  assert.equal(get.status, 304);
});

test('the POST of one response heeds them too, for the response that it names', async () => {
  const slug = await newSurvey();
  const id = newId();
  const post = (body, headers) => d.post(slug, body, { headers });
  const created = await post({ id, score: 9 }, { 'If-None-Match': '*' });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.etag, await tagOf(`/v1/surveys/${slug}/responses/${id}`));
  assert.equal((await post({ id, score: 9 }, { 'If-None-Match': '*' })).status, 200);
  assertProblem(await post({ id, score: 3 }, { 'If-None-Match': '*' }), 412, 'precondition_failed');
  assertProblem(await post({ id, score: 3 }, { 'If-Match': OTHERS }), 412, 'precondition_failed');
  assert.equal((await post({ id, score: 3 }, { 'If-Match': created.headers.etag })).json.score, 3);
  assertProblem(await post({ score: 3 }, { 'If-Match': '*' }), 412, 'precondition_failed');
  assert.equal((await post({ score: 3 }, { 'If-None-Match': '*' })).status, 201);
  assertProblem(await post({ score: 3 }, { 'If-Match': 'abc' }), 400, 'bad_precondition');
  const keyed = { 'Idempotency-Key': 'k', 'If-None-Match': '*' };
  assert.equal((await post({ score: 3 }, keyed)).status, 201);
  assert.equal((await post({ score: 3 }, keyed)).status, 200);
  assertProblem(await post({ score: 4 }, keyed), 422, 'idempotency_key_reused');
});

test('who answers is not told by a tag what is thought of the answer, and may amend it', async () => {
  const target = await newResponse();
  const put = (score, headers = {}) => d.request('PUT', target, { body: { score }, headers });
  const { etag } = (await put(9)).headers;
  assert.equal(etag, await tagOf(target));
  await d.admin('PATCH', target, { body: { excluded: true, reason: 'a test' } });
  assert.notEqual(await tagOf(target), etag);
  assert.equal((await put(9)).headers.etag, etag, 'a retry is answered as before');
  const amended = await put(3, { 'If-Match': etag });
  assert.equal(amended.status, 200, amended.text);
  const stale = { body: { excluded: false }, headers: { 'If-Match': etag } };
  assertProblem(await d.admin('PATCH', target, stale), 412, 'precondition_failed');

  const suspect = `/v1/surveys/${await newSurvey()}/responses/${newId()}`;
  const sent = await d.request('PUT', suspect, { body: { score: 9, further_remarks: 'x' } });
  const seen = await d.admin('GET', suspect);
  assert.deepEqual(seen.json.flags, ['honeypot']);
  assert.notEqual(seen.headers.etag, sent.headers.etag);
  const again = await d.request('PUT', suspect, { body: { score: 8 }, headers: { 'If-Match': sent.headers.etag } });
  assert.equal(again.status, 200, again.text);
});

const schema = (name) => description.components.schemas[name];
const distinct = (tags) => assert.equal(new Set(tags).size, tags.length, tags.join(' '));

test('whatever of a response is shown otherwise, its tag is another', async () => {
  const MEMBERS = {
    score: { score: 3 },
    comment: { comment: 'x' },
    respondent: { respondent: 'x' },
    touchpoint: { touchpoint: 'x' },
    channel: { channel: 'x' },
    locale: { locale: 'de' },
    visit: { visit: 'x' },
    properties: { properties: { x: 'x' } },
    answers: { answers: { why: 'x' }, revision: 2 },
    answered_at: { answered_at: new Date(Date.now() - 60_000).toISOString() },
    sequence: { sequence: 0 },
  };
  // Not of the response as it is kept, or set by other ways than by sending it: those come below.
  const OTHERS = [
    'id',
    'survey',
    'revision',
    'received_at',
    'flags',
    'excluded',
    'excluded_reason',
    'adjusted',
    'answers_refused',
    'snippet',
    'snippet_question',
  ];
  assert.deepEqual(Object.keys(schema('Response').properties).sort(), [...Object.keys(MEMBERS), ...OTHERS].sort());
  const target = await newResponse();
  const slug = target.split('/')[3];
  await d.survey(slug, { metric: 'nps', questions: [{ key: 'why', type: 'text', text: { en: 'Why?' } }] });
  const tags = [await tagOf(target)];
  for (const body of Object.values(MEMBERS)) {
    const reply = await d.request('PUT', target, { body: { score: 9, ...body } });
    assert.equal(reply.status, 200, reply.text);
    tags.push(await tagOf(target));
    assert.equal(tags.at(-1), reply.headers.etag);
  }
  for (const body of [{ excluded: true }, { excluded: true, reason: 'a test' }]) {
    assert.equal((await d.admin('PATCH', target, { body })).status, 200);
    tags.push(await tagOf(target));
  }
  assert.equal((await d.request('PUT', target, { body: { score: 7, further_remarks: 'x' } })).status, 200);
  tags.push(await tagOf(target));
  await d.survey(slug, { metric: 'nps', name: 'of another revision' });
  assert.equal((await d.request('PUT', target, { body: { score: 8 } })).status, 200);
  tags.push(await tagOf(target));
  distinct(tags);
});

test('whatever of a survey is shown otherwise, its tag is another', async () => {
  const target = `/v1/surveys/${await newSurvey()}`;
  const tags = [await tagOf(target)];
  for (const body of [
    { metric: 'csat' },
    { metric: 'csat', scale: { min: 1, max: 7 } },
    { metric: 'csat', method: 'mean' },
    { metric: 'nps', name: 'x' },
    { metric: 'nps' }, // as at first, and yet another revision
    { metric: 'nps', min_n: 5 },
    { metric: 'nps', closes_at: '2099-01-01T00:00:00Z' },
    { metric: 'nps', texts: { en: { question: 'Well?' } } },
  ]) {
    const reply = await d.admin('PUT', target, { body });
    assert.equal(reply.status, 200, reply.text);
    tags.push(await tagOf(target));
    assert.equal(tags.at(-1), reply.headers.etag);
  }
  const archived = await d.admin('DELETE', target);
  tags.push(await tagOf(target));
  assert.equal(tags.at(-1), archived.headers.etag);
  distinct(tags);
  await d.end();
  await d.begin();
  assert.equal(await tagOf(target), tags.at(-1), 'the same after a restart');
});

test('a batch and what is made by POST pass them over', async () => {
  const slug = await newSurvey();
  const headers = { 'If-Match': 'abc', 'If-None-Match': '*' };
  const reply = await d.batch([{ survey: slug, score: 9 }], { headers });
  assert.equal(reply.lines[0].status, 201);
  assert.equal((await d.admin('POST', '/v1/keys', { body: { name: 'k', scopes: ['read'] }, headers })).status, 201);
});
