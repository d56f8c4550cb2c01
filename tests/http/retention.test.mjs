// Retention: what is older than a survey's retention_days goes, or loses what names a person, by itself; scores against
// figures computed here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertFigures } from './figures.mjs';
import { askStore, start, use, until } from './harness.mjs';

const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString();
const every = { config: { storage: { retention_every: 1, retention_delay: 0 } } };
const NPS = { metric: 'nps', properties: ['plan'] };

// `old` and `young` responses to a survey, around an age of ten days.
function make(survey, old, young) {
  const now = Date.now();
  const line = (i, ms) => ({
    survey,
    score: i % 11,
    answered_at: iso(ms),
    respondent: `person-${i}`,
    comment: 'OLDSECRET',
    visit: 'OLDVISIT',
    properties: { plan: i % 2 ? 'pro' : 'free', note: 'OLDNOTE' },
  });
  return {
    old: Array.from({ length: old }, (_, i) => line(i, now - 10 * DAY - 60_000 - i * 1000)),
    young: Array.from({ length: young }, (_, i) => ({
      ...line(i, now - 10 * DAY + 600_000 + i * 1000),
      comment: 'young',
      visit: 'young',
      properties: { plan: 'pro', note: 'young' },
    })),
  };
}

const list = async (d, survey, query = '') => {
  const found = [];
  for (let cursor = ''; cursor !== null;) {
    const { json } = await d.admin(
      'GET',
      `/v1/surveys/${survey}/responses?limit=500${query}${cursor && `&cursor=${cursor}`}`,
    );
    found.push(...json.responses);
    cursor = json.next;
  }
  return found;
};
const all = (d, survey) => d.score(survey, 'window=all');

test('delete: old responses and their counts go, young ones stay', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', { ...NPS, retention_days: 10, retention: 'delete' });
  const { old, young } = make('shop', 1500, 300);
  await d.load([...old, ...young]);
  await until(async () => (await all(d, 'shop')).json.n === young.length);
  assertFigures(
    (await all(d, 'shop')).json,
    NPS,
    young.map((r) => r.score),
  );
  assertFigures(
    (await d.score('shop', 'window=all&property.plan=pro')).json,
    NPS,
    young.map((r) => r.score),
  );
  assert.equal((await d.score('shop', 'window=all&property.plan=free')).json.n, 0);
  assert.deepEqual(
    (await list(d, 'shop')).map((r) => r.comment),
    young.map(() => 'young'),
  );
  const runs = async () =>
    (await d.admin('GET', '/v1/audit')).json.records.filter((record) => record.act === 'retention.run');
  const sum = (records) =>
    records.reduce((total, record) => total + Number(/^deleted (\d+) anonymised 0$/.exec(record.detail)[1]), 0);
  await until(async () => sum(await runs()) === old.length);
  assert.ok((await runs()).every((record) => record.actor === 'local' && record.target === 'shop'));
});

test('the first look waits for retention_delay', async (t) => {
  const d = await use(t, { config: { storage: { retention_every: 1 } } });
  const survey = { ...NPS, retention_days: 10 };
  await d.survey('shop', survey);
  const { old, young } = make('shop', 300, 20);
  await d.load([...old, ...young]);
  // The same thread fills in a property that is declared late, after whatever looks are due.
  for (const properties of [['plan', 'note'], ['plan'], ['plan', 'note']]) {
    await d.survey('shop', { ...survey, properties });
    await until(async () => (await d.admin('GET', '/v1/status')).json.dimensions.unrolled === 0);
  }
  assert.equal((await all(d, 'shop')).json.n, old.length + young.length);
  await d.end();
  fs.appendFileSync(d.config, '[storage]\nretention_delay = 0\n');
  await d.begin();
  await until(async () => (await all(d, 'shop')).json.n === young.length);
});

test('anonymise: old responses lose the person, and count on; imports that come later too', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', { ...NPS, retention_days: 10, retention: 'anonymise' });
  await d.survey('kept', NPS);
  const { old, young } = make('shop', 700, 50);
  await d.load([...old, ...young, ...old.map((line) => ({ ...line, survey: 'kept' }))]);
  const named = async () => (await list(d, 'shop')).filter((r) => r.respondent !== undefined);
  await until(async () => (await named()).length === young.length);
  const late = make('shop', 300, 0).old.map((line) => ({
    ...line,
    answered_at: iso(Date.parse(line.answered_at) - 400 * DAY),
  }));
  await d.load(late);
  await until(async () => (await named()).length === young.length);
  for (const response of await list(d, 'shop')) {
    const young = response.comment === 'young';
    assert.deepEqual(
      [
        response.respondent !== undefined,
        response.visit,
        response.properties.note,
        Object.keys(response.properties).includes('plan'),
      ],
      [young, young ? 'young' : undefined, young ? 'young' : undefined, true],
    );
  }
  assertFigures(
    (await all(d, 'shop')).json,
    NPS,
    [...old, ...young, ...late].map((r) => r.score),
  );
  assertFigures(
    (await d.score('shop', 'window=all&property.plan=free')).json,
    NPS,
    [...old, ...late].filter((r) => r.properties.plan === 'free').map((r) => r.score),
  );
  assert.equal(
    (await list(d, 'kept', '&respondent=person-5')).length,
    1,
    'a survey without retention keeps everything',
  );
});

test('a survey that gets its retention later, and one that is archived, are held to it', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', NPS);
  const { old, young } = make('shop', 250, 20);
  await d.load([...old, ...young]);
  assert.equal((await all(d, 'shop')).json.n, 270);
  await d.survey('shop', { ...NPS, retention_days: 10 });
  await d.admin('DELETE', '/v1/surveys/shop');
  await until(async () => (await all(d, 'shop')).json.n === young.length);
});

test('what was deleted or erased leaves the files while the daemon runs', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', { ...NPS, retention_days: 10 });
  await d.survey('people', NPS);
  const { old } = make('shop', 400, 0);
  await d.load([...old, { survey: 'people', score: 5, respondent: 'ERASEDNAME', comment: 'ERASEDWORD' }]);
  await d.admin('DELETE', '/v1/respondents/ERASEDNAME');
  const held = () =>
    fs.readdirSync(d.dir).filter((name) => {
      const bytes = fs.readFileSync(path.join(d.dir, name));
      return ['OLDSECRET', 'OLDVISIT', 'OLDNOTE', 'ERASEDNAME', 'ERASEDWORD'].some((word) => bytes.includes(word));
    });
  await until(async () => (await all(d, 'shop')).json.n === 0 && held().length === 0);
});

test('a kill in the middle loses nothing and leaves nothing half done', async (t) => {
  const d = await start(every);
  t.after(() => d.stop());
  await d.survey('shop', { ...NPS, properties: ['plan'] });
  const { old, young } = make('shop', 6000, 100);
  await d.load([...old, ...young]);
  await d.survey('shop', { ...NPS, retention_days: 10 });
  await until(async () => (await all(d, 'shop')).json.n < 6100);
  await d.kill();
  await d.begin();
  const at = (await all(d, 'shop')).json.n;
  assert.ok(at >= young.length);
  await until(async () => (await all(d, 'shop')).json.n === young.length);
  assertFigures(
    (await all(d, 'shop')).json,
    NPS,
    young.map((r) => r.score),
  );
});

test('ingest goes on meanwhile', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', NPS);
  const { old } = make('shop', 8000, 0);
  await d.load(old);
  await d.survey('shop', { ...NPS, retention_days: 10 });
  let posts = 0;
  await until(async () => {
    assert.equal((await d.post('shop', { score: 9 })).status, 201);
    posts++;
    return (await list(d, 'shop', `&to=${iso(Date.now() - 5 * DAY)}&limit=1`.replace('&limit=1', ''))).length === 0;
  });
  assertFigures((await all(d, 'shop')).json, NPS, Array(posts).fill(9));
});

// A stranger may give any number of responses one time: then a slice that sorts, or passes over what is done, costs
// them all.
test('each slice reads no more responses than its own', async (t) => {
  const d = await use(t, every);
  await d.survey('shop', { ...NPS, max_backdate: '365d' });
  const at = Math.floor(Date.now() / 1000) * 1000 - 20 * 86_400_000;
  await d.load(Array.from({ length: 3000 }, () => ({ survey: 'shop', score: 5, answered_at: iso(at) })));
  await d.end();
  const place = { 1: 1, 2: at, 3: 5, 4: 0 };
  const slices = {
    select_expired: (limit) => ({ 1: 1, 2: at + 1, 3: limit }),
    select_personal: (limit, done) => ({ ...place, 5: done, 6: at + 1, 7: limit }),
    select_unfilled: (limit, done) => ({ ...place, 5: 3001 - done, 6: limit }),
  };
  for (const [name, parameters] of Object.entries(slices)) {
    const plan = askStore(d.database, name, {}, { before: 'EXPLAIN QUERY PLAN' });
    assert.match(plan, /SEARCH response USING (COVERING )?INDEX response_by_time \(survey=\?/, plan);
    assert.doesNotMatch(plan, /TEMP B-TREE|SCAN response/, plan);
    const look = (done) => {
      const stats = '.mode quote\n.stats vmstep'; // an id as it is may have a line feed
      const rows = askStore(d.database, name, parameters(10, done), { stats }).split('\n');
      assert.equal(rows.length, 12, `${name}: ten rows, the steps and the end`);
      return Number(/^VM-steps: (\d+)$/.exec(rows[10])[1]);
    };
    assert.equal(look(2900), look(5), `${name}: what is done is not read again`);
  }
});
