// Survey definitions: GET, PUT, DELETE /v1/surveys[/{survey}] and the form.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, ids, sqlite, start, until } from './harness.mjs';

const d = await start();
after(() => d.stop());
const newId = ids(7);
const put = (slug, body, options = {}) => d.admin('PUT', `/v1/surveys/${slug}`, { body, ...options });
const get = (slug) => d.admin('GET', `/v1/surveys/${slug}`);

const FULL = {
  name: 'Checkout',
  metric: 'csat',
  scale: { min: 1, max: 7 },
  method: 'mean',
  direction: 'higher_is_better',
  bands: { satisfied_from: 6, dissatisfied_to: 2 },
  texts: {
    en: {
      question: 'How satisfied are you?',
      low_label: 'Not at all',
      high_label: 'Very',
      comment_prompt: 'Why?',
      thanks: 'Thank you',
    },
    'de-CH': { question: 'Wie zufrieden sind Sie?', thanks: 'Merci ❤' },
  },
  properties: ['plan', 'country'],
  allowed_origins: ['https://shop.example'],
  opens_at: '2020-01-01T00:00:00Z',
  closes_at: '2099-01-01T00:00:00Z',
  amend_window: 3600,
  max_backdate: 86400,
  min_n: 5,
};

test('a new definition is created, and read back whole', async () => {
  const reply = await put('full', FULL);
  assert.equal(reply.status, 201, reply.text);
  for (const got of [reply.json, (await get('full')).json]) {
    assert.equal(got.slug, 'full');
    assert.equal(got.revision, 1);
    assert.ok(Date.parse(got.created_at) > 0);
    assert.ok(Date.parse(got.updated_at) > 0);
    assert.equal(got.archived_at, null);
    for (const [member, value] of Object.entries(FULL)) {
      if (member.endsWith('s_at')) assert.equal(Date.parse(got[member]), Date.parse(value), member);
      else if (member === 'texts') {
        for (const [locale, texts] of Object.entries(value))
          for (const [name, text] of Object.entries(texts)) assert.equal(got.texts[locale][name], text);
      } else assert.deepEqual(got[member], value, member);
    }
  }
});

const DEFAULTS = [
  [{ metric: 'nps' }, { min: 0, max: 10 }, 'net_promoter', 9, 6],
  [{ metric: 'csat' }, { min: 1, max: 5 }, 'top_box', 4, 2],
  [{ metric: 'csat', scale: { min: 0, max: 1 } }, { min: 0, max: 1 }, 'top_box', 1, 0],
  [{ metric: 'csat', scale: { min: 1, max: 3 } }, { min: 1, max: 3 }, 'top_box', 3, 1],
  [{ metric: 'csat', scale: { min: 1, max: 7 } }, { min: 1, max: 7 }, 'top_box', 6, 3],
  [{ metric: 'csat', scale: { min: 1, max: 10 } }, { min: 1, max: 10 }, 'top_box', 9, 5],
  [{ metric: 'csat', method: 'mean' }, { min: 1, max: 5 }, 'mean', 4, 2],
  [{ metric: 'ces' }, { min: 1, max: 7 }, 'mean', 5, 3],
  [{ metric: 'ces', method: 'top_box' }, { min: 1, max: 7 }, 'top_box', 5, 3],
  [{ metric: 'ces', method: 'net_easy' }, { min: 1, max: 7 }, 'net_easy', 6, 3],
  [{ metric: 'ces', scale: { min: 1, max: 5 } }, { min: 1, max: 5 }, 'mean', 4, 2],
  [{ metric: 'ces', scale: { min: 1, max: 5 }, direction: 'lower_is_better' }, { min: 1, max: 5 }, 'mean', 2, 4],
];
DEFAULTS.forEach(([definition, scale, method, from, to], i) => {
  test(`defaults of ${JSON.stringify(definition)}`, async () => {
    const reply = await put(`defaults${i}`, definition);
    assert.equal(reply.status, 201, reply.text);
    assert.deepEqual(reply.json.scale, scale);
    assert.equal(reply.json.method, method);
    assert.equal(reply.json.direction, definition.direction ?? 'higher_is_better');
    assert.deepEqual(reply.json.bands, { satisfied_from: from, dissatisfied_to: to });
    assert.equal(reply.json.amend_window, 1800);
    assert.equal(reply.json.max_backdate, 604800);
    assert.equal(reply.json.min_n, 0);
    const form = await d.request('GET', `/v1/surveys/defaults${i}/form`);
    assert.equal(form.status, 200);
    assert.deepEqual(form.json.scale, scale);
  });
});

test('durations may be texts', async () => {
  const { json } = await put('durations', { metric: 'nps', amend_window: '45m', max_backdate: '30d' });
  assert.equal(json.amend_window, 2700);
  assert.equal(json.max_backdate, 30 * 86400);
});

const BAD = [
  ['no metric', {}, ['/metric']],
  ['an unknown metric', { metric: 'nsp' }, ['/metric']],
  ['a metric of another type', { metric: 3 }, ['/metric']],
  ['an unknown member', { metric: 'nps', colour: 'red' }, ['/colour']],
  ['a scale that NPS has not', { metric: 'nps', scale: { min: 1, max: 5 } }, ['/scale']],
  ['a scale that CSAT has not', { metric: 'csat', scale: { min: 1, max: 11 } }, ['/scale']],
  ['a scale of one step', { metric: 'csat', scale: { min: 4, max: 4 } }, ['/scale']],
  ['a method of another metric', { metric: 'csat', method: 'net_easy' }, ['/method']],
  ['mean for NPS', { metric: 'nps', method: 'mean' }, ['/method']],
  ['an unknown direction', { metric: 'ces', direction: 'sideways' }, ['/direction']],
  ['origins that are none', { metric: 'nps', allowed_origins: ['shop.example'] }, ['/allowed_origins/0']],
  [
    'an origin with a path',
    { metric: 'nps', allowed_origins: ['https://a.example', 'https://shop.example/x'] },
    ['/allowed_origins/1'],
  ],
  ['properties of another type', { metric: 'nps', properties: ['plan', 7] }, ['/properties/1']],
  ['a property twice', { metric: 'nps', properties: ['plan', 'plan'] }, ['/properties/1']],
  ['a time that is none', { metric: 'nps', opens_at: 'soon' }, ['/opens_at']],
  ['an amend window that is none', { metric: 'nps', amend_window: 'long' }, ['/amend_window']],
  ['a negative amend window', { metric: 'nps', amend_window: -1 }, ['/amend_window']],
  ['a negative min_n', { metric: 'nps', min_n: -1 }, ['/min_n']],
  ['an unknown text', { metric: 'nps', texts: { en: { question: 'q', titel: 'x' } } }, ['/texts/en/titel']],
  ['another slug than the path', { metric: 'nps', slug: 'other' }, ['/slug']],
  [
    'many at once',
    { metric: 'nps', min_n: 'x', colour: 1, properties: 'plan', name: 9 },
    ['/min_n', '/colour', '/properties', '/name'],
  ],
];
for (const [name, definition, pointers] of BAD) {
  test(`a definition with ${name} is refused by name`, async () => {
    assertProblem(await put('bad', definition), 422, 'invalid', pointers);
    assertProblem(await get('bad'), 404, 'no_survey');
  });
}

// Where no bands are usual the definition states them.
for (const [min, max, from, to] of [
  [1, 4, 3, 2],
  [0, 10, 8, 4],
  [2, 7, 7, 2],
  [9, 10, 10, 9],
]) {
  test(`csat from ${min} to ${max} is a survey with stated bands, and not without`, async () => {
    const slug = `stated-${min}-${max}`;
    const definition = { metric: 'csat', scale: { min, max } };
    const bands = { satisfied_from: from, dissatisfied_to: to };
    const bare = assertProblem(await put(slug, definition), 422, 'invalid', ['/bands']);
    assert.match(bare.errors[0].detail, new RegExp(`no bands are usual for csat ${min} to ${max}$`));
    for (const [half, other] of [
      ['satisfied_from', 'dissatisfied_to'],
      ['dissatisfied_to', 'satisfied_from'],
    ]) {
      const part = { ...definition, bands: { [half]: bands[half] } };
      assertProblem(await put(slug, part), 422, 'invalid', [`/bands/${other}`]);
    }
    const made = await put(slug, { ...definition, bands });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.json.scale, { min, max });
    assert.deepEqual(made.json.bands, bands);
    assert.equal((await put(slug, made.json)).json.revision, 1);
  });
}

test('bands must not overlap, nor leave the scale', async () => {
  for (const bands of [
    { satisfied_from: 2, dissatisfied_to: 3 },
    { satisfied_from: 3, dissatisfied_to: 3 },
    { satisfied_from: 6 },
    { dissatisfied_to: 0 },
  ]) {
    const reply = await put('bad', { metric: 'csat', bands });
    assert.equal(reply.status, 422, `${JSON.stringify(bands)}: ${reply.text}`);
    assert.ok(
      reply.json.errors.every((error) => error.pointer.startsWith('/bands')),
      reply.text,
    );
  }
});

test('a survey that closes before it opens is refused', async () => {
  assert.equal(
    (await put('bad', { metric: 'nps', opens_at: '2026-02-01T00:00:00Z', closes_at: '2026-01-01T00:00:00Z' })).status,
    422,
  );
});

test('slugs: 64 of a-z 0-9 - _, beginning with a letter or digit', async () => {
  for (const slug of ['a', '9', 'a-b_c', 's'.repeat(64)])
    assert.equal((await put(slug, { metric: 'nps' })).status, 201, slug);
  for (const slug of ['s'.repeat(65), 'UPPER', '-a', '_a', 'a.b', 'a%20b', '%C3%BC', 'a%2Fb']) {
    const reply = await put(slug, { metric: 'nps' });
    assert.ok([400, 404, 422].includes(reply.status), `${slug}: ${reply.status}`);
  }
});

test('malformed JSON and media types', async () => {
  assertProblem(await put('bad', '{"metric": "nps"'), 400, 'malformed_json');
  assertProblem(await put('bad', '{"metric": "nps", "metric": "csat"}'), 400, 'malformed_json');
  assertProblem(await put('bad', '{"metric": "nps"}', { type: 'text/csv' }), 415, 'media_type');
});

test('a revision counts replacements; the same definition is none', async () => {
  assert.equal((await put('rev', { metric: 'nps' })).json.revision, 1);
  const same = await put('rev', { metric: 'nps' });
  assert.equal(same.status, 200);
  assert.equal(same.json.revision, 1);
  const next = await put('rev', { metric: 'nps', name: 'Renamed' });
  assert.equal(next.status, 200);
  assert.equal(next.json.revision, 2);
  assert.ok(next.json.updated_at >= same.json.updated_at);
  assert.equal(next.json.created_at, same.json.created_at);
  const back = await put('rev', { metric: 'nps' });
  assert.equal(back.json.revision, 3);
  assert.equal(back.json.name ?? null, null, 'a PUT replaces');
});

test('a reply can be edited and put back', async () => {
  const { json } = await put('edit', FULL);
  const same = await put('edit', json);
  assert.equal(same.status, 200, same.text);
  assert.equal(same.json.revision, 1);
  const renamed = await put('edit', { ...json, name: 'Other' });
  assert.equal(renamed.status, 200, renamed.text);
  assert.equal(renamed.json.revision, 2);
});

test('each response records the revision that it answered', async () => {
  await put('answers', { metric: 'nps' });
  const id = newId();
  assert.equal((await d.put('answers', id, { score: 1 })).json.revision, 1);
  await put('answers', { metric: 'nps', texts: { en: { question: 'New?' } } });
  assert.equal((await d.post('answers', { score: 1 })).json.revision, 2);
  assert.equal((await d.put('answers', id, { score: 1 })).json.revision, 1, 'a replay changes nothing');
  assert.equal((await d.put('answers', id, { score: 2 })).json.revision, 2, 'an amendment answers the new one');
});

test('metric and scale are free before, and fixed after the first response; the rest stays free', async () => {
  await put('fixed', { metric: 'csat' });
  assert.equal((await put('fixed', { metric: 'ces', scale: { min: 1, max: 7 } })).status, 200);
  assert.equal((await put('fixed', { metric: 'csat', scale: { min: 1, max: 5 } })).status, 200);
  await d.post('fixed', { score: 4 });
  assertProblem(await put('fixed', { metric: 'ces', scale: { min: 1, max: 5 } }), 409, 'survey_fixed');
  assertProblem(await put('fixed', { metric: 'csat', scale: { min: 1, max: 7 } }), 409, 'survey_fixed');
  assert.equal((await get('fixed')).json.metric, 'csat');
  assert.equal((await get('fixed')).json.scale.max, 5);
  const free = await put('fixed', {
    metric: 'csat',
    method: 'mean',
    bands: { satisfied_from: 5 },
    properties: ['plan'],
  });
  assert.equal(free.status, 200, free.text);
  const score = (await d.score('fixed', 'window=all')).json;
  assert.equal(score.method, 'mean');
  assert.equal(score.score, 4);
  assert.equal(score.bands.satisfied, 0);
  assert.equal(score.bands.neutral, 1);
});

test('DELETE archives: closed for answers, scores stay readable', async () => {
  await put('gone', { metric: 'nps' });
  const id = newId();
  await d.put('gone', id, { score: 9 });
  const reply = await d.admin('DELETE', '/v1/surveys/gone');
  assert.equal(reply.status, 200, reply.text);
  assert.ok(Date.parse(reply.json.archived_at) > 0);
  assertProblem(await d.post('gone', { score: 9 }), 403, 'survey_closed');
  assert.equal((await d.put('gone', id, { score: 9 })).status, 200, 'a replay');
  assert.equal((await d.score('gone', 'window=all')).json.n, 1);
  assert.ok(Date.parse((await get('gone')).json.archived_at) > 0);
  assert.equal((await d.request('GET', '/v1/surveys/gone/form')).json.open, false);
  const again = await d.admin('DELETE', '/v1/surveys/gone');
  assert.deepEqual([again.status, again.json.archived_at], [200, reply.json.archived_at]);
  assertProblem(await d.admin('DELETE', '/v1/surveys/nowhere'), 404, 'no_survey');
});

test('an archived survey is closed until archived: false is put', async () => {
  assert.equal((await put('kept', { metric: 'nps' })).json.archived, false);
  const { archived_at: since } = (await d.admin('DELETE', '/v1/surveys/kept')).json;
  const holds = async (reply, revision, isArchived, note) => {
    assert.equal(reply.status, 200, `${note} ${reply.text}`);
    const { archived, archived_at: at, revision: got } = reply.json;
    assert.deepEqual([archived, at, got], [isArchived, isArchived ? since : null, revision], note);
    assert.equal((await d.request('GET', '/v1/surveys/kept/form')).json.open, !isArchived, note);
    const answer = await d.post('kept', { score: 9 });
    if (isArchived) assertProblem(answer, 403, 'survey_closed');
    else assert.equal(answer.status, 201, note);
  };
  await holds(await put('kept', { metric: 'nps' }), 1, true, 'identical');
  await holds(await put('kept', { metric: 'nps', name: 'K' }), 2, true, 'another definition');
  await holds(await put('kept', { metric: 'nps', name: 'K', archived: null }), 2, true, 'null');
  await holds(await put('kept', { metric: 'nps', name: 'K', archived: true }), 2, true, 'true');
  const { json } = await get('kept');
  await holds(await put('kept', { ...json, name: 'L' }), 3, true, 'what was read, edited, and put back');
  for (const archived of ['false', 0, {}]) {
    const reply = await put('kept', { metric: 'nps', archived });
    assertProblem(reply, 422, 'invalid', ['/archived']);
    assert.equal(reply.json.errors[0].detail, 'must be true or false');
  }
  await holds(await put('kept', { ...json, name: 'L', archived: false }), 3, false, 'false');
  await holds(await put('kept', { metric: 'nps', name: 'L' }), 3, false, 'open, and left so');
  const back = await put('kept', { metric: 'nps', name: 'M', archived: true });
  assert.deepEqual([back.json.archived, back.json.revision], [true, 4]);
  assert.ok(back.json.archived_at >= since);
  const made = await put('made', { metric: 'nps', archived: true });
  assert.deepEqual([made.status, made.json.archived, made.json.revision], [201, true, 1]);
  assertProblem(await d.post('made', { score: 9 }), 403, 'survey_closed');
});

test('opens_at and closes_at', async () => {
  const at = (ms) => new Date(Date.now() + ms).toISOString();
  await put('early', { metric: 'nps', opens_at: at(3600_000) });
  assertProblem(await d.post('early', { score: 9 }), 403, 'survey_closed');
  await put('late', { metric: 'nps', closes_at: at(-1000) });
  assertProblem(await d.post('late', { score: 9 }), 403, 'survey_closed');
  await put('now', { metric: 'nps', opens_at: at(-1000), closes_at: at(3600_000) });
  assert.equal((await d.post('now', { score: 9 })).status, 201);
  assert.deepEqual(
    await Promise.all(
      ['early', 'late', 'now'].map(async (slug) => (await d.request('GET', `/v1/surveys/${slug}/form`)).json.open),
    ),
    [false, false, true],
  );
});

test('the list names every survey by slug', async () => {
  const reply = await d.admin('GET', '/v1/surveys');
  assert.equal(reply.status, 200);
  const slugs = reply.json.surveys.map((survey) => survey.slug);
  for (const slug of ['full', 'rev', 'gone', 'fixed']) assert.ok(slugs.includes(slug), slug);
  assert.deepEqual(slugs, [...slugs].sort());
  assert.deepEqual(
    reply.json.surveys.find((survey) => survey.slug === 'full'),
    (await get('full')).json,
  );
});

test('who may: read to look, admin to change', async () => {
  const key = async (...scopes) => (await d.admin('POST', '/v1/keys', { body: { name: 'k', scopes } })).json.key;
  const read = await key('read');
  const others = await key('write', 'export', 'erase');
  for (const target of ['/v1/surveys', '/v1/surveys/full']) {
    assert.equal((await d.request('GET', target, { key: read })).status, 200);
    assertProblem(await d.request('GET', target, { key: others }), 403, 'scope');
    assertProblem(await d.request('GET', target), 401, 'no_key');
  }
  for (const key of [read, others]) {
    assertProblem(await d.request('PUT', '/v1/surveys/new', { key, body: { metric: 'nps' } }), 403, 'scope');
    assertProblem(await d.request('DELETE', '/v1/surveys/full', { key }), 403, 'scope');
  }
  assertProblem(await d.request('PUT', '/v1/surveys/new', { body: { metric: 'nps' } }), 401, 'no_key');
  assertProblem(await d.request('DELETE', '/v1/surveys/full'), 401, 'no_key');
});

test('the form: what a widget needs, public, with an ETag, and nothing else', async () => {
  const reply = await d.request('GET', '/v1/surveys/full/form', { headers: { Origin: 'https://shop.example' } });
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['access-control-allow-origin'], 'https://shop.example');
  assert.equal(reply.json.slug, 'full');
  assert.equal(reply.json.metric, 'csat');
  assert.deepEqual(reply.json.scale, { min: 1, max: 7 });
  assert.equal(reply.json.revision, 1);
  assert.equal(reply.json.open, true);
  assert.equal(reply.json.texts['de-CH'].thanks, 'Merci ❤');
  for (const secret of ['allowed_origins', 'min_n', 'name', 'amend_window'])
    assert.equal(reply.json[secret], undefined, secret);
  assert.match(reply.headers.etag, /^"[^"]+"$/);
  const cached = await d.request('GET', '/v1/surveys/full/form', { headers: { 'If-None-Match': reply.headers.etag } });
  assert.equal(cached.status, 304);
  assert.equal(cached.text, '');
  assert.equal(cached.headers.etag, reply.headers.etag);
  assertProblem(await d.request('GET', '/v1/surveys/nowhere/form'), 404, 'no_survey');
  const head = await d.request('HEAD', '/v1/surveys/full/form');
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
});

test('a survey name that is in use by nobody: GET is 404', async () => {
  assertProblem(await get('nowhere'), 404, 'no_survey');
});

test('a property declared after responses came is filtered exactly all the same', async () => {
  await put('props', { metric: 'nps' });
  for (const [score, plan] of [
    [9, 'pro'],
    [1, 'pro'],
    [10, 'free'],
    [7, undefined],
  ])
    await d.post('props', { score, properties: plan ? { plan } : {} });
  await put('props', { metric: 'nps', properties: ['plan'] });
  await d.post('props', { score: 10, properties: { plan: 'pro' } });
  const got = (await d.score('props', 'property.plan=pro')).json;
  assert.equal(got.n, 3);
  assert.equal(got.distribution[9] + got.distribution[10], 2);
});

test('what another process writes is noticed: a survey that it archives takes nothing more', async () => {
  await put('foreign', { metric: 'nps' });
  assert.equal((await d.post('foreign', { score: 9 })).status, 201);
  sqlite(
    d.database,
    `BEGIN IMMEDIATE;
     UPDATE survey SET archived_at = 1000, generation = (SELECT catalog_generation + 1 FROM identity)
     WHERE slug = 'foreign';
     UPDATE identity SET catalog_generation = catalog_generation + 1;
     COMMIT;`,
  );
  let seen;
  do seen = (await get('foreign')).json.archived_at;
  while (!seen);
  assert.equal(Date.parse(seen), 1000);
  assertProblem(await d.post('foreign', { score: 9 }), 403, 'survey_closed');
});

test('a survey whose definition somebody broke keeps back nothing but itself', async () => {
  await put('broken', { metric: 'nps' });
  await put('sound', { metric: 'nps' });
  const key = (await d.admin('POST', '/v1/keys', { body: { name: 'soon revoked', scopes: ['read'] } })).json;
  sqlite(
    d.database,
    `BEGIN IMMEDIATE;
     UPDATE survey SET definition = '{', generation = (SELECT catalog_generation + 1 FROM identity)
     WHERE slug = 'broken';
     UPDATE identity SET catalog_generation = catalog_generation + 1;
     COMMIT;`,
  );
  await until(() => / catalog_reload_failed .*broken/.test(d.stderr));
  assert.equal((await d.admin('DELETE', `/v1/keys/${key.id}`)).status, 200);
  assertProblem(await d.request('GET', '/v1/surveys', { key: key.key }), 401, 'bad_key');
  const lines = ['broken', 'broken', 'broken', 'broken', 'sound'].map((survey) => ({ survey, score: 9 }));
  assert.deepEqual(
    (await d.batch(lines)).lines.map(({ status }) => status),
    [503, 503, 503, 503, 201],
  );
  assertProblem(await d.post('broken', { score: 9 }), 503, 'storage');
  await put('broken', { metric: 'nps' });
  assert.equal((await d.post('broken', { score: 9 })).status, 201);
});
