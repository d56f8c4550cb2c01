// cxd export --all and cxd import --all: a whole cxd goes into another one and is the same there; what is not whole is
// refused before anything is written.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';

import { cxd, fails, stub, succeeds } from './command.mjs';
import { NPS, ROOT, sqlite, start, until, use, useDirectory } from './harness.mjs';

const COMMENTS = ['=1+1', 'it\'s "quoted",\r\nover lines', '😀 é ‮', '-5', "'=x", '\t@tab'];
const lines = (text) => text.trimEnd().split('\n');
const parse = (text) => lines(text).map((line) => JSON.parse(line));

const archive = async (daemon, file, cwd) =>
  (await succeeds(['export', '--all', '-o', file, '-c', daemon.config], { cwd })).stdout;
const restore = (daemon, file, ...more) => ['import', '--all', file, '-c', daemon.config, '--yes', ...more];

// An archive with other lines, and the counts and the checksum that fit them.
function seal(head) {
  const text = head.map((line) => `${JSON.stringify(line)}\n`).join('');
  const responses = head.filter(({ type }) => type === 'response').length;
  const sha256 = crypto.createHash('sha256').update(text).digest('hex');
  return `${text}${JSON.stringify({ type: 'end', lines: head.length, responses, sha256 })}\n`;
}

// What makes two archives the same: all but the moment, and the checksum that it is in.
const same = (text) =>
  parse(text).map((line) => ({
    ...line,
    ...('moment' in line && { moment: 0 }),
    ...('sha256' in line && { sha256: 0 }),
  }));

let d;
before(async () => {
  d = await start();
  const begin = Date.now() - 30 * 86_400_000;
  await d.survey('shop', { ...NPS, max_backdate: '60d', properties: ['plan'] });
  await d.survey('shop', {
    ...NPS,
    max_backdate: '60d',
    properties: ['plan', 'team'],
    texts: { en: { question: 'How likely?' } },
  });
  await d.survey('shop', { ...NPS, max_backdate: '60d', properties: ['team'], min_n: 3, honeypot: 'nickname' });
  await d.survey('support', { metric: 'ces', score: 'optional' });
  await d.survey('old', { metric: 'csat' });
  for (let i = 0; i < 60; i++) {
    const id = crypto.randomUUID();
    const body = {
      score: i % 11,
      answered_at: new Date(begin + i * 3_600_123).toISOString(),
      ...(i % 3 === 0 && { comment: COMMENTS[(i / 3) % COMMENTS.length] }),
      ...(i % 4 === 0 && { respondent: `p${i}@example.org`, touchpoint: 'web', channel: 'mail', locale: 'de' }),
      ...(i % 5 === 0 && { properties: { plan: '-5', team: 'a', other: '=2' }, sequence: i }),
      ...(i % 7 === 0 && { visit: `v${i}` }),
    };
    const reply = await d.admin('PUT', `/v1/surveys/shop/responses/${id}`, { body });
    assert.equal(reply.status, 201, reply.text);
    if (i % 10 === 9)
      await d.admin('PATCH', `/v1/surveys/shop/responses/${id}`, { body: { excluded: true, reason: `@test ${i}` } });
  }
  for (let i = 1; i <= 7; i++) await d.admin('POST', '/v1/surveys/support/responses', { body: { score: i } });
  await d.admin('POST', '/v1/surveys/support/responses', { body: { comment: 'no score' } });
  await d.admin('POST', '/v1/surveys/old/responses', { body: { score: 5 } });
  assert.equal((await d.admin('DELETE', '/v1/surveys/old')).status, 200);
  const journey = { stages: [{ survey: 'shop' }, { survey: 'support' }] };
  assert.equal((await d.admin('PUT', '/v1/journeys/buy', { body: journey })).status, 201);
  const alert = { survey: 'shop', kind: 'score', below: 30, window: '30d', min_n: 30 };
  assert.equal((await d.admin('PUT', '/v1/alerts/low', { body: alert })).status, 201);
});
after(() => d.stop());

describe('archives', () => {
  test('have everything of one moment, and no secret', async (t) => {
    const dir = useDirectory(t);
    assert.match(await archive(d, 'a.ndjson', dir), /^Wrote a\.ndjson: \d+ lines as of /);
    const text = fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8');
    const all = parse(text);
    const of = (wanted) => all.filter(({ type }) => type === wanted);
    assert.deepEqual(
      [...new Set(all.map(({ type }) => type))],
      [...['cxd-archive', 'survey', 'journey', 'alert', 'response', 'figures', 'end']],
    );
    assert.deepEqual(
      of('survey').map(({ survey, revision, archived }) => [survey, revision, archived]),
      [
        ['old', 1, true],
        ['shop', 1, false],
        ['shop', 2, false],
        ['shop', 3, false],
        ['support', 1, false],
      ],
    );
    assert.equal(of('response').length, 69);
    assert.equal(all.at(-1).responses, 69);
    const figures = Object.fromEntries(of('figures').map((line) => [line.survey, line]));
    const score = (await d.admin('GET', '/v1/surveys/shop/score?window=all')).json;
    assert.equal(figures.shop.responses, 60);
    assert.equal(figures.shop.n, score.n);
    assert.equal(figures.shop.score, score.score);
    assert.equal(text.includes('cxs_'), false);
    const before = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
    assert.equal(all.at(-1).lines, all.length - 1);
    assert.equal(all.at(-1).sha256, crypto.createHash('sha256').update(before).digest('hex'));
    await archive(d, 'a.ndjson.gz', dir);
    assert.deepEqual(same(zlib.gunzipSync(fs.readFileSync(path.join(dir, 'a.ndjson.gz'))).toString()), same(text));
    const reader = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read', 'export'] } })).json;
    await fails(1, /scope/i, ['export', '--all', '-o', 'b.ndjson', '--url', d.url, '--key', reader.key], { cwd: dir });
    await fails(2, /--all/, ['export', 'shop', '--all', '-o', 'b.ndjson'], { cwd: dir });
    assert.deepEqual(fs.readdirSync(dir).sort(), ['a.ndjson', 'a.ndjson.gz']);
  });

  test('make an empty cxd the same, once, however often they are put into it', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await archive(d, 'a.ndjson.gz', dir);
    const first = await succeeds(restore(other, 'a.ndjson.gz'), { cwd: dir });
    assert.match(first.stdout, /a\.ndjson\.gz is whole: .* 3 surveys, 69 responses, 2 journeys and alerts\./);
    assert.match(first.stdout, /shop: 60 responses, 60 new; n and distribution are the archive's\. Import /);
    const read = (name) => zlib.gunzipSync(fs.readFileSync(path.join(dir, name))).toString();
    await archive(other, 'b.ndjson.gz', dir);
    assert.deepEqual(same(read('b.ndjson.gz')), same(read('a.ndjson.gz')));
    const score = async (daemon) => (await daemon.admin('GET', '/v1/surveys/shop/score?window=all')).json;
    const [here, there] = [await score(d), await score(other)];
    assert.deepEqual([there.n, there.score, there.distribution], [here.n, here.score, here.distribution]);
    // A second time nothing is done.
    const again = await succeeds(restore(other, 'a.ndjson.gz'), { cwd: dir });
    assert.match(again.stdout, /shop: it came with this archive before\. Import /);
    await archive(other, 'c.ndjson.gz', dir);
    assert.deepEqual(same(read('c.ndjson.gz')), same(read('b.ndjson.gz')));
    assert.equal((await other.admin('GET', '/v1/imports')).json.imports.length, 3);
  });

  test('go on where they were interrupted', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await archive(d, 'a.ndjson', dir);
    const all = parse(fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8'));
    const shop = all.filter(({ type, survey }) => type === 'survey' && survey === 'shop');
    // So far it came: two revisions, and some responses of an import that is open.
    for (const { definition } of shop.slice(0, 2)) await other.survey('shop', definition);
    const fingerprint = `archive:${all.at(-1).sha256}`;
    const body = { survey: 'shop', source: 'a.ndjson', fingerprint };
    const { id } = (await other.admin('POST', '/v1/imports', { body })).json;
    const rows = all.filter(({ type, survey }) => type === 'response' && survey === 'shop').slice(0, 20);
    await other.admin('POST', `/v1/imports/${id}/responses`, {
      body: rows
        .filter(({ response }) => response.revision <= 2)
        .map(({ response }) => `${JSON.stringify(response)}\n`)
        .join(''),
      type: 'application/x-ndjson',
    });
    await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    await archive(other, 'b.ndjson', dir);
    const read = (name) => same(fs.readFileSync(path.join(dir, name), 'utf8'));
    assert.deepEqual(read('b.ndjson'), read('a.ndjson'));
    assert.equal((await other.admin('GET', `/v1/imports/${id}`)).json.state, 'done');
  });

  test('change nothing where a survey is there with another definition', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await other.survey('support', { metric: 'ces', scale: { min: 1, max: 5 } });
    await archive(d, 'a.ndjson', dir);
    await fails(
      1,
      /the survey support is there with another definition, revision 1: nothing was written/,
      restore(other, 'a.ndjson'),
      { cwd: dir },
    );
    const surveys = (await other.admin('GET', '/v1/surveys')).json.surveys;
    assert.deepEqual(
      surveys.map(({ slug }) => slug),
      ['support'],
    );
    assert.deepEqual((await other.admin('GET', '/v1/imports')).json.imports, []);
  });

  test('that are not whole, or not what they say, are refused with a word, and nothing is written', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await archive(d, 'a.ndjson', dir);
    const text = fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8');
    const all = parse(text);
    const body = all.slice(0, -1);
    const gzip = zlib.gzipSync(text);
    const flipped = Buffer.from(gzip);
    flipped[gzip.length >> 1] ^= 0x10;
    const without = (type) => seal(body.filter((line) => line.type !== type));
    const changed = (type, change) => {
      const at = body.findIndex((line) => line.type === type);
      return seal(body.map((line, i) => (i === at ? { ...line, ...change } : line)));
    };
    const cases = [
      ['', /it is empty/],
      [text.slice(0, text.length >> 1), /the file ends within it: it is cut short/],
      [`${lines(text).slice(0, -1).join('\n')}\n`, /has no end line: it is cut short/],
      [text.replace(',"score":10,', ',"score":9,'), /figures that are not those of the responses before it/],
      [text.replace('quoted', 'quotad'), /a checksum that is not that of the lines before it/],
      [`${text}{}\n`, /there is more behind the end/],
      [changed('cxd-archive', { version: 2 }), /an archive of format 2, and this cxd reads format 1/],
      [changed('cxd-archive', { type: 'x' }), /line 1: this is no archive of cxd/],
      [without('figures'), /the end, and a survey has no figures/],
      [without('survey'), /line \d+: (a response as it should not be|figures that are not)/],
      [changed('survey', { revision: 2 }), /do not follow each other from 1 on/],
      [changed('survey', { definition: 7 }), /a survey without a definition/],
      [changed('journey', { type: 'poem' }), /a type that this cxd does not know/],
      [`${JSON.stringify(body[0])}\n{"type":"incomplete"}\n`, /did not get to the end of it/],
      ['number,id\r\n1,2\r\n', /line 1: it is not JSON/],
      [`${'['.repeat(100)}\n`, /line 1: it is not JSON/],
      [gzip.subarray(0, gzip.length - 20), /it is cut short/],
      [flipped, /it is damaged|it is not JSON|checksum/],
      [zlib.gzipSync(Buffer.alloc(100 << 20)), /line 1: it has more than 16 MiB/],
    ];
    for (const [bytes, pattern] of cases) {
      fs.writeFileSync(path.join(dir, 'x'), bytes);
      await fails(1, pattern, restore(other, 'x'), { cwd: dir });
    }
    await fails(1, /No such file/, restore(other, 'no'), { cwd: dir });
    await fails(2, /--all takes the FILE/, restore(other, 'a.ndjson', '--survey', 'shop'), { cwd: dir });
    const alone = restore(other, 'a.ndjson').filter((word) => word !== '--yes');
    for (const [args, why] of [
      [[...alone, '--dry-run'], 'This was a dry run: nothing was sent.\n'],
      [restore(other, 'a.ndjson', '--dry-run'), 'This was a dry run: nothing was sent.\n'],
      [alone, 'This was a dry run: nothing was sent. --yes does it.\n'],
    ]) {
      const done = await succeeds(args, { cwd: dir });
      assert.match(done.stdout, / is whole: /);
      assert.equal(done.stderr, why);
    }
    assert.deepEqual((await other.admin('GET', '/v1/surveys')).json.surveys, []);
    assert.deepEqual((await other.admin('GET', '/v1/imports')).json.imports, []);
  });

  test('can be undone, an import a survey', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await archive(d, 'a.ndjson', dir);
    const done = await cxd(restore(other, 'a.ndjson'), { cwd: dir });
    const id = done.stdout.match(/^shop: .* Import ([0-9a-f-]+)\.$/m)[1];
    assert.equal((await other.admin('DELETE', `/v1/imports/${id}`)).status, 202);
    await until(async () => (await other.admin('GET', `/v1/imports/${id}`)).json.state === 'undone', 'an undo');
    assert.equal((await other.admin('GET', '/v1/surveys/shop/score?window=all')).json.n, 0);
    // And put in again.
    await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    await archive(other, 'b.ndjson', dir);
    const read = (name) => same(fs.readFileSync(path.join(dir, name), 'utf8'));
    assert.deepEqual(read('b.ndjson'), read('a.ndjson'));
  });

  test('are as docs/archive.md describes them', async (t) => {
    const dir = useDirectory(t);
    const page = fs.readFileSync(path.join(ROOT, 'docs/archive.md'), 'utf8');
    const described = Object.fromEntries(
      [...page.matchAll(/^\| `([a-z-]+)` \| (.*?) \|/gm)].map(([, type, members]) => [
        type,
        [...members.matchAll(/`(\w+)`/g)].map(([, name]) => name),
      ]),
    );
    await archive(d, 'a.ndjson', dir);
    const seen = {};
    for (const { type, ...line } of parse(fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8'))) {
      seen[type] = [...new Set([...(seen[type] ?? []), ...Object.keys(line)])];
      if (type === 'response') {
        const known = [...(seen.of ?? []), ...Object.keys(line.response)];
        seen.of = [...new Set(known)];
      }
    }
    const { of, ...types } = seen;
    assert.deepEqual(types, described);
    const list = page.match(/^A response has (.*?)\.$/ms)[1];
    const members = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    for (const name of of) assert.ok(members.includes(name), name);
  });
});

// An archive of a single survey, made by hand: what a daemon of another time, or another program, may have written.
function write(dir, name, definitions, responses, texts = []) {
  const counts = responses.filter(({ score, excluded }) => score !== undefined && !excluded);
  const histogram = Array.from({ length: 11 }, (_, i) => counts.filter(({ score }) => score === i).length);
  const head = { type: 'cxd-archive', version: 1, moment: new Date().toISOString(), schema: 6, program: 'test' };
  const surveys = definitions.map((definition, i) => ({
    type: 'survey',
    survey: 'made',
    revision: i + 1,
    archived: false,
    definition,
  }));
  const rows = responses.map((response) => ({ type: 'response', survey: 'made', response }));
  const figures = { type: 'figures', survey: 'made', responses: rows.length, n: counts.length, score: null, histogram };
  fs.writeFileSync(path.join(dir, name), seal([head, ...surveys, ...texts, ...rows, figures]));
}
const row = (score, more = {}) => ({
  id: crypto.randomUUID(),
  revision: 1,
  ...(score !== undefined && { score }),
  answered_at: '2026-10-01T00:00:00Z',
  received_at: '2026-10-01T00:00:00Z',
  ...more,
});
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
const imports = async (daemon) => (await daemon.admin('GET', '/v1/imports')).json.imports;
const scoreOf = async (daemon, slug) => (await daemon.admin('GET', `/v1/surveys/${slug}/score?window=all`)).json;

describe('archives of which something is refused', () => {
  test('bring all the rest, stay open, and the same command sends what was missing', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t, { config: { limits: { comment_characters: 100 } } });
    const body = { score: 3, comment: 'x'.repeat(200) };
    await d.survey('aaa', NPS);
    await d.survey('aab', NPS);
    for (const score of [9, 10]) await d.admin('POST', '/v1/surveys/aaa/responses', { body: { score } });
    const { id } = (await d.admin('POST', '/v1/surveys/aaa/responses', { body })).json;
    await d.admin('POST', '/v1/surveys/aab/responses', { body: { score: 1 } });
    const watching = { survey: 'aaa', kind: 'score', below: 30, window: '30d', min_n: 30 };
    assert.equal((await d.admin('PUT', '/v1/alerts/archived', { body: watching })).status, 201);
    await d.admin('DELETE', '/v1/surveys/aaa'); // archived it is to be again, however many runs it takes
    await archive(d, 'a.ndjson', dir);
    const all = parse(fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8'));
    const line = 1 + all.findIndex(({ response }) => response?.id === id);
    for (let run = 0; run < 2; run++) {
      const told = await fails(
        1,
        new RegExp(`aaa: 1 of 3 responses refused, the first one in line ${line}: /comment must have at most 100`),
        restore(other, 'a.ndjson'),
        { cwd: dir },
      );
      assert.match(told.stderr, /the same command sends what is missing/);
      assert.equal((await scoreOf(other, 'aaa')).n, 2);
      assert.equal((await other.admin('GET', '/v1/surveys/aaa')).json.archived, true);
      // What comes behind it has come all the same.
      assert.equal((await scoreOf(other, 'aab')).n, 1);
      assert.match(told.stdout, run === 0 ? /aab: 1 responses, 1 new/ : /aab: it came with this archive before/);
      assert.equal((await other.admin('GET', '/v1/alerts/low')).status, 200);
      assert.equal((await other.admin('GET', '/v1/alerts/archived')).status, 200);
      assert.equal((await other.admin('GET', '/v1/journeys/buy')).status, 200);
      const states = Object.fromEntries((await imports(other)).map(({ survey, state }) => [survey, state]));
      assert.deepEqual([states.aaa, states.aab, states.shop], ['open', 'done', 'done']);
    }
    await other.end();
    fs.writeFileSync(other.config, fs.readFileSync(other.config, 'utf8').replace('= 100\n', '= 2000\n'));
    await other.begin();
    const done = await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    assert.match(done.stdout, /aaa: 3 responses, 1 new; n and distribution are the archive's\. Import /);
    await archive(other, 'b.ndjson', dir);
    const read = (name) => same(fs.readFileSync(path.join(dir, name), 'utf8'));
    assert.deepEqual(read('b.ndjson'), read('a.ndjson'));
    assert.ok((await imports(other)).every(({ state }) => state === 'done'));
    assert.match((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stdout, /aaa: it came with this archive/);
  });

  test('that somebody said was done is looked at again where rows are missing', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    const rows = [row(1), row(2), row(3)];
    write(dir, 'a.ndjson', [NPS], rows);
    const sum = parse(fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8')).at(-1).sha256;
    await other.survey('made', NPS);
    const body = { survey: 'made', source: 'a.ndjson', fingerprint: `archive:${sum}` };
    const { id } = (await other.admin('POST', '/v1/imports', { body })).json;
    await other.admin('POST', `/v1/imports/${id}/responses`, { body: rows.slice(0, 2) });
    await other.admin('PATCH', `/v1/imports/${id}`, { body: { state: 'done' } });
    assert.match((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stdout, /made: 3 responses, 1 new;/);
    assert.equal((await scoreOf(other, 'made')).n, 3);
  });

  test('are of a survey that asked for no score then, and does now', async (t) => {
    const dir = useDirectory(t);
    const [here, other] = [await use(t), await use(t)];
    await here.survey('made', { ...NPS, score: 'optional' });
    const words = (await here.admin('POST', '/v1/surveys/made/responses', { body: { comment: 'no score' } })).json;
    await here.admin('POST', '/v1/surveys/made/responses', { body: { comment: 'me', respondent: 'p@example.org' } });
    await here.admin('POST', '/v1/surveys/made/responses', { body: { score: 9 } });
    // Neither a score nor a comment is left of it.
    assert.equal((await here.admin('DELETE', '/v1/respondents/p@example.org')).status, 200);
    await here.survey('made', { ...NPS, score: 'required' });
    await archive(here, 'a.ndjson', dir);
    assert.match((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stdout, /made: 3 responses, 3 new; n and/);
    const read = (name) => same(fs.readFileSync(path.join(dir, name), 'utf8'));
    await archive(other, 'b.ndjson', dir);
    assert.deepEqual(read('b.ndjson'), read('a.ndjson'));
    // What says no revision is no archive's, and is held to the rule of today.
    const begin = { survey: 'made', source: 'x.csv', fingerprint: 'x' };
    const { id } = (await other.admin('POST', '/v1/imports', { body: begin })).json;
    const post = async (body) => (await other.admin('POST', `/v1/imports/${id}/responses`, { body })).json;
    const [refused] = await post([{ id: crypto.randomUUID(), comment: 'c' }]);
    assert.deepEqual([refused.outcome, refused.errors], ['refused', [{ pointer: '/score', detail: 'is required' }]]);
    assert.equal((await post([{ id: words.id, comment: 'no score', revision: 1 }]))[0].outcome, 'known');
  });

  test('leave out what is too old for the survey, and say so', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    const old = [row(0, { answered_at: daysAgo(40) }), row(undefined, { answered_at: daysAgo(40), comment: 'c' })];
    const rows = [row(9, { answered_at: daysAgo(1) }), ...old, row(7, { answered_at: daysAgo(2) })];
    write(dir, 'a.ndjson', [{ ...NPS, retention_days: 30, retention: 'delete' }], rows);
    assert.match(
      (await succeeds(restore(other, 'a.ndjson', '--dry-run'), { cwd: dir })).stdout,
      /made: 2 of 4 responses are older than it keeps, and will be left out/,
    );
    const first = await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    assert.match(
      first.stdout,
      /made: 4 responses, 2 new, 2 left out: too old for the survey; n and distribution are the archive's without/,
    );
    assert.deepEqual((await scoreOf(other, 'made')).distribution['0'], 0);
    assert.match((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stdout, /made: it came with this archive/);
    assert.deepEqual(
      (await imports(other)).map(({ state, created }) => [state, created]),
      [['done', 2]],
    );
  });

  test('leave out who was erased here since, and say so', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    write(dir, 'a.ndjson', [NPS], [row(1), row(2, { respondent: 'p@example.org' })]);
    const done = await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    assert.equal((await other.admin('DELETE', '/v1/respondents/p@example.org')).status, 200);
    // Another archive of the same, so that it is sent again.
    const all = parse(fs.readFileSync(path.join(dir, 'a.ndjson'), 'utf8')).slice(0, -1);
    fs.writeFileSync(path.join(dir, 'b.ndjson'), seal([{ ...all[0], program: 'other' }, ...all.slice(1)]));
    assert.match(done.stdout, /made: 2 responses, 2 new;/);
    const again = await succeeds(restore(other, 'b.ndjson'), { cwd: dir });
    assert.match(again.stdout, /made: 2 responses, 0 new, 1 left out: erased here;/);
  });

  test('wait for an undoing, whose rows are still there and known', async (t) => {
    const dir = useDirectory(t);
    write(dir, 'a.ndjson', [NPS], [row(1)]);
    const undoing = { id: crypto.randomUUID(), survey: 'made', fingerprint: 'another', state: 'undoing' };
    const daemon = await stub(t, [{ body: { imports: [undoing] } }]);
    await fails(
      1,
      new RegExp(`made: the import ${undoing.id} of it is being undone; try again when it is: nothing was written`),
      ['import', '--all', 'a.ndjson', '--url', daemon.url, '--key', d.key],
      { cwd: dir },
    );
    assert.deepEqual(
      daemon.requests.map(({ method }) => method),
      ['GET'],
    );
  });

  test('put the alerts behind one that is no rule any more', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    const alert = (name, more) => ({ type: 'alert', name, definition: { survey: 'made', kind: 'detractor', ...more } });
    write(dir, 'a.ndjson', [NPS], [row(1)], [alert('a', { properties: { gone: 'x' } }), alert('b')]);
    for (const stdout of [/made: 1 responses, 1 new;/, /made: it came with this archive/]) {
      const told = await fails(1, /gone/, restore(other, 'a.ndjson'), { cwd: dir });
      assert.match(told.stdout, stdout);
      assert.equal((await other.admin('GET', '/v1/alerts/a')).status, 404);
      assert.equal((await other.admin('GET', '/v1/alerts/b')).status, 200);
    }
  });

  test('leave alone the journeys and alerts that are there, and say which differ', async (t) => {
    const dir = useDirectory(t);
    const other = await use(t);
    await archive(d, 'a.ndjson', dir);
    const silent = (await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stderr;
    assert.equal(silent, '');
    assert.equal((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stderr, '');
    const alert = { survey: 'shop', kind: 'score', below: 30, window: '30d', min_n: 30, touchpoint: 'web' };
    const journey = { stages: [{ survey: 'support' }, { survey: 'shop' }] };
    assert.equal((await other.admin('PUT', '/v1/alerts/low', { body: alert })).status, 200);
    assert.equal((await other.admin('PUT', '/v1/journeys/buy', { body: journey })).status, 200);
    const told = (await succeeds(restore(other, 'a.ndjson', '--quiet'), { cwd: dir })).stderr;
    assert.match(told, /the journey buy is left alone: it is there and differs/);
    assert.match(told, /the alert low is left alone: it is there and differs/);
    assert.equal((await other.admin('GET', '/v1/alerts/low')).json.touchpoint, 'web');
  });

  test('of a database that was upgraded are the same in another cxd, but for what is too old', async (t) => {
    const dir = useDirectory(t);
    const own = useDirectory(t);
    const fixture = fs.readFileSync(path.join(ROOT, 'tests/upgrade/schema-5.sql'), 'utf8');
    sqlite(path.join(own, 'cxd.db'), fixture);
    fs.writeFileSync(path.join(own, 'admin.key'), `${/cxs_\S+/.exec(fixture)[0]}\n`, { mode: 0o600 });
    const here = await use(t, { dir: own });
    const other = await use(t);
    await archive(here, 'a.ndjson', dir);
    const done = await succeeds(restore(other, 'a.ndjson'), { cwd: dir });
    assert.match(done.stdout, /brief: \d+ responses, /);
    await archive(other, 'b.ndjson', dir);
    const [a, b] = ['a', 'b'].map((name) => same(fs.readFileSync(path.join(dir, `${name}.ndjson`), 'utf8')));
    const isOld = ({ survey, response }) =>
      survey === 'brief' && Date.parse(response.answered_at) < Date.now() - 20 * 86_400_000;
    const kept = (lines) => lines.filter(({ type }) => type !== 'end' && type !== 'figures' && type !== 'cxd-archive');
    const old = a.filter((line) => line.response && isOld(line)).length;
    assert.deepEqual(
      kept(b),
      kept(a).filter((line) => !line.response || !isOld(line)),
    );
    const left = /brief: .* (\d+) left out: too old/.exec(done.stdout);
    assert.equal(left ? Number(left[1]) : 0, old);
    assert.match((await succeeds(restore(other, 'a.ndjson'), { cwd: dir })).stdout, /brief: it came with this archive/);
  });
});
