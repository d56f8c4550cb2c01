// cxd import: what becomes of the rows of a file. Against a real daemon, but for what a healthy one never does (a busy
// one, a lost reply), which a small server in this process plays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';

import { cxd, fails, succeeds } from './command.mjs';
import { BINARY, environment, NPS, ROOT, until, use, useDirectory } from './harness.mjs';

const EXPORTS = path.join(ROOT, 'tests/http/exports');

// A daemon with a survey, and a function that runs `cxd import` on a text.
async function useImport(t, { survey = NPS, timezone } = {}) {
  const daemon = await use(t, { timezone });
  const dir = useDirectory(t);
  const file = path.join(dir, 'answers.csv');
  assert.equal((await daemon.admin('PUT', '/v1/surveys/s', { body: survey })).status, 201);
  const args = (extra) => [
    'import',
    file,
    '--survey',
    's',
    '--url',
    daemon.url,
    '--key-file',
    daemon.keyFile,
    ...extra,
  ];
  return {
    daemon,
    dir,
    file,
    args,
    write: (content) => fs.writeFileSync(file, content),
    dry: async (content, ...extra) => {
      fs.writeFileSync(file, content);
      return JSON.parse((await succeeds(args(['--json', '--dry-run', ...extra]))).stdout);
    },
    refused: async (pattern, content, ...extra) => {
      fs.writeFileSync(file, content);
      const done = await fails(1, pattern, args(['--json', '--dry-run', ...extra]));
      assert.equal(done.stdout, '');
    },
  };
}

const rows = (json) => json.sample.map(({ line, response: { id, ...rest } }) => ({ line, ...rest }));

describe('presets', () => {
  const CASES = {
    qualtrics: {
      zone: 'America/Denver',
      counts: { rows: 5, unanswered: 1, unfinished: 1, trials: 1 },
      rows: [
        {
          line: 4,
          score: 10,
          answered_at: '2026-01-31T17:00:01Z',
          comment: 'Fast, and\nfriendly too',
          respondent: 'C-17',
          channel: 'email',
          locale: 'EN',
        },
        { line: 6, score: 4, answered_at: '2026-01-31T18:01:02Z', channel: 'anonymous', locale: 'DE' },
      ],
    },
    surveymonkey: {
      dates: 'us',
      zone: 'Europe/Berlin',
      counts: { rows: 4, unanswered: 1 },
      rows: [
        {
          line: 3,
          score: 10,
          answered_at: '2026-01-31T09:00:00Z',
          comment: 'Nothing at all',
          respondent: 'ann@shop.example',
        },
        { line: 4, score: 3, answered_at: '2026-02-03T22:05:00Z' },
        { line: 5, score: 0, answered_at: '2026-02-04T07:01:00Z', comment: 'Answer the "phone"' },
      ],
    },
    typeform: {
      zone: 'UTC',
      counts: { rows: 3, unfinished: 1 },
      rows: [
        { line: 2, score: 9, answered_at: '2026-01-31T10:00:00Z', comment: 'It just works' },
        { line: 3, score: 6, answered_at: '2026-02-01T11:01:00Z' },
      ],
    },
    'google-forms': {
      zone: 'Europe/Berlin',
      counts: { rows: 3 },
      rows: [
        {
          line: 2,
          score: 9,
          answered_at: '2026-01-31T09:11:12Z',
          comment: 'Please open on Sundays',
          respondent: 'ann@shop.example',
        },
        { line: 3, score: 2, answered_at: '2026-01-31T23:30:00Z' },
        {
          line: 4,
          score: 10,
          answered_at: '2026-07-01T11:00:00Z',
          comment: 'Danke schön',
          respondent: 'cem@shop.example',
        },
      ],
    },
    formbricks: {
      zone: 'UTC',
      counts: { rows: 3, unfinished: 1 },
      rows: [
        { line: 2, score: 9, answered_at: '2026-01-31T10:00:00Z', comment: 'Quick and clear', respondent: 'user-1' },
        { line: 3, score: 4, answered_at: '2026-02-01T11:00:00Z' },
      ],
    },
    posthog: {
      zone: 'UTC',
      counts: { rows: 4, unfinished: 1, trials: 1 },
      rows: [
        {
          line: 2,
          score: 9,
          answered_at: '2026-01-31T10:00:00.123Z',
          comment: 'Love the dashboards',
          respondent: 'user-1',
          visit: 's-1',
        },
        { line: 4, score: 2, answered_at: '2026-02-01T11:00:00Z', respondent: 'user-3', visit: 's-3' },
      ],
    },
    delighted: {
      zone: 'Europe/Berlin',
      counts: { rows: 2 },
      rows: [
        {
          line: 2,
          score: 10,
          answered_at: '2026-01-31T10:00:00Z',
          comment: 'Best shop in town',
          respondent: '9001',
          channel: 'Email',
          locale: 'en',
          properties: { plan: 'pro' },
        },
        {
          line: 3,
          score: 5,
          answered_at: '2026-02-01T11:00:00Z',
          respondent: '9002',
          channel: 'Web',
          locale: 'de',
          properties: { plan: 'free' },
        },
      ],
    },
    limesurvey: {
      zone: 'Europe/Berlin',
      counts: { rows: 3, unfinished: 1, undated: 1 },
      rows: [
        {
          line: 2,
          score: 9,
          answered_at: '2026-01-31T09:00:00Z',
          comment: 'Schön schnell; und freundlich',
          locale: 'de',
        },
        { line: 3, score: 3, locale: 'de' },
      ],
    },
    cxd: {
      zone: 'UTC',
      counts: { rows: 3, trials: 1 },
      rows: [
        {
          line: 2,
          score: 9,
          answered_at: '2026-01-31T10:00:00Z',
          comment: '=SUM(1)',
          respondent: 'ann',
          touchpoint: 'checkout',
          channel: 'web',
          locale: 'de',
          visit: 'v1',
          properties: { plan: 'pro' },
        },
        { line: 3, score: 2, answered_at: '2026-02-01T10:00:00Z' },
      ],
    },
  };
  for (const [name, wanted] of Object.entries(CASES))
    test(name, async (t) => {
      const { dry, dir, args } = await useImport(t, {
        survey: { ...NPS, properties: ['plan'] },
        timezone: 'Europe/Berlin',
      });
      const content = fs.readFileSync(path.join(EXPORTS, `${name}.csv`));
      const found = await dry(content);
      assert.equal(found.preset, name, 'by its header');
      assert.equal(found.dates, wanted.dates ?? 'iso');
      assert.equal(found.zone, wanted.zone);
      const counts = Object.entries(found.counts).filter(([key, count]) => key !== 'scores' && count > 0);
      const { responses, ...others } = Object.fromEntries(counts);
      assert.equal(responses, wanted.rows.length);
      if (name !== 'typeform') delete others.none;
      assert.deepEqual(others, wanted.counts);
      if (name === 'typeform') wanted.rows.forEach((row, i) => (row.properties = { plan: ['pro', 'free'][i] }));
      assert.deepEqual(rows(found), wanted.rows);
      // Named, it is the same; another's header is told from it.
      assert.deepEqual(await dry(content, '--preset', name), found);
      fs.writeFileSync(path.join(dir, 'answers.csv'), 'a,b\n1,2\n');
      await fails(1, /line 1: this is no export of \S.*: its header lacks '/, args(['--preset', name]));
    });

  test('rows of people who did not finish, on request', async (t) => {
    const { dry } = await useImport(t);
    const found = await dry(fs.readFileSync(path.join(EXPORTS, 'qualtrics.csv')), '--partial');
    assert.equal(found.counts.unfinished, 0);
    assert.deepEqual(
      rows(found).map((row) => row.line),
      [4, 6, 8],
    );
  });

  test('an unknown one', async (t) => {
    const { args, write } = await useImport(t);
    write('score\n9\n');
    await fails(2, /--preset takes cxd, qualtrics, .* or none, not 'hotjar'/, args(['--preset', 'hotjar']));
  });
});

describe('what a file says', () => {
  test('a spreadsheet of everybody', async (t) => {
    const { dry } = await useImport(t, { timezone: 'Europe/Berlin' });
    const found = await dry(
      '\ufeffDatum;Wie wahrscheinlich ist es?;Warum?;Tarif\n' +
        '31.1.2026 10:00;9 - sehr;"Schnell\nund gut";pro\n' +
        '29.3.2026 02:30;3,0;;free\n' +
        '1.2.2026;;nichts;free\n' +
        '32.2.2026;7;;free\n' +
        '1.2.2026;9,5;;free\n' +
        '1.2.2026;1.234,5;;free\n' +
        'Montag, 2. Februar 2026;8;;\n',
      '--properties',
      'Tarif',
    );
    assert.deepEqual(rows(found), [
      {
        line: 2,
        score: 9,
        answered_at: '2026-01-31T09:00:00Z',
        comment: 'Schnell\nund gut',
        properties: { Tarif: 'pro' },
      },
      { line: 4, score: 3, answered_at: '2026-03-29T01:00:00Z', properties: { Tarif: 'free' } },
    ]);
    assert.deepEqual([found.encoding, found.delimiter, found.dates, found.zone], ['UTF-8', ';', 'eu', 'Europe/Berlin']);
    assert.equal(found.counts.unanswered, 1);
    assert.deepEqual(
      found.bad_rows.map(({ line, reason }) => `${line}: ${reason}`),
      [
        "6: column 1 (Datum), '32.2.2026': is a day that no calendar has",
        "7: column 2 (Wie wahrscheinlich ist es?), '9,5': is a fraction, or has a separator of thousands: " +
          'a score is a whole number',
        "8: column 2 (Wie wahrscheinlich ist es?), '1.234,5': has more than one separator: it is not told " +
          'what number is meant',
        "9: column 1 (Datum), 'Montag, 2. Februar 2026': is a date as 31 Jan 2026, and the column's are as 31.1.2026",
      ],
    );
  });

  test('the file itself is not overwritten', async (t) => {
    const { args, file, write } = await useImport(t);
    write('score\n11\n');
    await fails(2, /--bad must not be the file itself/, args(['--bad', file]));
    assert.equal(fs.readFileSync(file, 'utf8'), 'score\n11\n');
  });

  test('the domain judges every row as the daemon will', async (t) => {
    const { dry } = await useImport(t);
    const found = await dry(
      `score,comment,answered_at,locale,property.plan\n9,${'x'.repeat(8001)},,,\n9,,2190-01-01,,\n9,,,not a locale,\n` +
        `9,,,de,${'y'.repeat(513)}\n9,,,de,pro\n`,
      '--properties',
      'property.plan',
    );
    assert.equal(found.counts.responses, 1);
    for (const [i, said] of [/comment .*8000/, /answered_at must not lie more than/, /locale must be/, /512/].entries())
      assert.match(found.bad_rows[i].reason, said);
  });

  test('dates that can be two are asked about', async (t) => {
    const { dry, refused } = await useImport(t);
    const file = 'score,date\n9,1/2/2026\n8,3/4/2026\n';
    await refused(
      /column 2 \(date\): every date can have its month first or its day first; --dates us or --dates eu/,
      file,
    );
    assert.equal(rows(await dry(file, '--dates', 'us'))[0].answered_at, '2026-01-02T12:00:00Z');
    assert.equal(rows(await dry(file, '--dates', 'eu'))[0].answered_at, '2026-02-01T12:00:00Z');
    // The last of many tells it; a contradiction is told with its lines.
    const many = `score,date\n${'9,1/2/2026\n'.repeat(5000)}9,1/13/2026\n`;
    assert.equal((await dry(many)).dates, 'us');
    await refused(
      /the date of line 5002 can only have its month first, that of line 5003 only its day/,
      `${many}9,13/1/2026\n`,
    );
    await refused(
      /most of its values are no dates/,
      'score,when\n9,soon\n8,later\n7,2026-01-31\n',
      '--map',
      'answered_at=when',
    );
  });

  test('a zone by option', async (t) => {
    const { dry, args, write } = await useImport(t);
    const file = 'score,date\n9,2026-07-01 10:00\n';
    assert.equal(rows(await dry(file, '--zone', 'Asia/Kathmandu'))[0].answered_at, '2026-07-01T04:15:00Z');
    write(file);
    await fails(1, /there is no time zone "Mars\/Olympus"/, args(['--zone', 'Mars/Olympus']));
  });

  test('columns by name', async (t) => {
    const { refused, dry } = await useImport(t);
    const file = 'Rating,Rating,Why\n9,8,so\n';
    await refused(
      /the header has the column 'Rating' 2 times: say which by its number, as #1 or #2/,
      file,
      '--map',
      'score=Rating',
    );
    assert.equal(rows(await dry(file, '--map', 'score=#2'))[0].score, 8);
    await refused(/there is no column 'Ratign'; is 'Rating' meant\?/, file, '--map', 'score=Ratign');
    await refused(/--map takes TARGET=COLUMN.* not 'scoer'; is 'score' meant\?/, file, '--map', 'scoer=#1');
    await refused(/several columns can be the score: #1 'A', #2 'B'; --map score=COLUMN/, 'A,B\n9,8\n');
    await refused(/no column is the score/, 'A,B\nx,y\n');
    const found = await dry('Q,P,R\n9,pro,x\n', '--properties', 'all', '--map', 'score=Q,comment=R');
    assert.deepEqual(rows(found), [{ line: 2, score: 9, comment: 'x', properties: { P: 'pro' } }]);
  });

  test('ids: of the source, or made of what rows say', async (t) => {
    const { dry, refused } = await useImport(t);
    const made = await dry('score,comment\n9,a\n9,a\n9,b\n');
    const ids = made.sample.map(({ response }) => response.id);
    assert.equal(new Set(ids).size, 3);
    assert.equal(made.counts.repeated, 1);
    // The same rows in another file, in another order of columns, have the same ids.
    const again = await dry('comment,other,score\nb,x,9\na,x,9\na,x,9\n', '--map', 'score=score');
    assert.deepEqual(new Set(again.sample.map(({ response }) => response.id)), new Set(ids));
    const twice = await dry('id,score\nr1,9\nr1,8\n', '--map', 'id=id');
    assert.equal(twice.bad_rows[0].reason, "column 1 (id), 'r1': a row before has this id");
    // Guessed, it is asked about where it cannot be one.
    const asked = (why) =>
      new RegExp(`column 1 \\(id\\) would be the id of each row, but ${why} here; --map id=#1 takes`);
    await refused(asked('has the one of a row before'), 'id,score\nr1,9\nr1,8\n');
    await refused(asked('has none'), 'id,score\nr1,9\n,8\n');
    assert.equal((await dry('id,score,comment\nr1,9,a\n,,a note\n')).mapping.id, 1, 'what is no answer needs none');
    assert.equal((await dry('id,score\nr1,9\nr1,8\n', '--map', 'id=')).counts.responses, 2);
    assert.equal((await dry('id,score\nr1,9\nr2,8\n')).mapping.id, 1);
  });

  test('what is guessed is steady, or asked about', async (t) => {
    const { dry, refused } = await useImport(t);
    const dated = await dry(
      'score;Datum;Kommentar\n9;31.01.2025;gut\n8;01.02.2025;ok\n7;02.02.2025;naja\n6;unbekannt;hm\n',
    );
    assert.deepEqual([dated.mapping.answered_at, dated.counts.responses, dated.counts.undated], [2, 3, 0]);
    assert.match(dated.bad_rows[0].reason, /^column 2 \(Datum\), 'unbekannt': says 'unbekannt', which is no month/);
    await refused(
      /several columns can be the answered_at: #2 'begun', #3 'ended'; --map answered_at=COLUMN says which, --map ans/,
      'score,begun,ended\n9,2026-01-31,2026-02-01\n',
    );
    await refused(/several columns can be the comment: #2 .* --map comment= none/, 'score,comment,Comment\n9,so,so\n');
    await refused(
      /--map names two columns for 'score'/,
      'A,B,C\n9,x,8\n',
      ...['--map', 'score=#1', '--map', 'score=#3'],
    );
    // Of two open questions the first is the comment, whichever has the longer answers up to now.
    const question = 'score,First,Second\n';
    const short = '9,words of a person,some more words than there\n9,again words of hers,some other words than there\n';
    const long = '8,words that get longer and longer as the file grows up,none of the words\n';
    assert.deepEqual((await dry(question + short)).mapping, (await dry(question + short + long)).mapping);
    // Next year's file counts its rows from 1 again.
    assert.equal((await dry('id,score\n1,9\n2,8\n')).mapping.id, undefined);
    assert.equal((await dry('id,score\n1,9\n2,8\n', '--map', 'id=id')).mapping.id, 1);
  });

  test('a first row that is no header', async (t) => {
    const { refused, dry } = await useImport(t);
    await refused(
      /line 1: there is no header, .*column 1 is '9', as in an answer\. Put a line/,
      '9,good\n8,bad\n7,x\n',
    );
    await refused(/column 2 is '2026-01-31'/, 'a,2026-01-31\nb,2026-02-01\n', '--map', 'comment=#1');
    const title = /line 1: 'Survey of 2026' is a title and not a header, .*take away what stands above/;
    await refused(title, 'Survey of 2026\nscore,comment\n9,a\n8,b\n');
    await refused(/'Survey' is a title/, 'Survey, January\nscore,comment\n9,a\n8,b\n');
    await refused(title, 'Survey of 2026;;\nscore;comment;date\n9;a;2026-01-31\n');
    await refused(title, 'Survey of 2026\nscore;comment\n9;a\n', '--delimiter', ';');
    assert.equal((await dry('score\n9\n8\n')).counts.responses, 2);
    assert.equal((await dry('{"1":9,"2":"so"}\n{"1":8}\n', '--map', 'score=1')).counts.responses, 2);
  });

  test('a zone that the header names', async (t) => {
    const { refused, dry } = await useImport(t);
    const file = (zone) =>
      `Score,Comment,Response Received At (${zone}),Delighted Source\n9,fine,2026-01-31 10:00:00,Email\n`;
    const found = await dry(file('Eastern Time (US & Canada)'));
    assert.deepEqual([found.preset, found.zone], ['delighted', 'America/New_York']);
    assert.equal(rows(found)[0].answered_at, '2026-01-31T15:00:00Z');
    await refused(/names a zone that is not known: --zone ZONE says it/, file('Somewhere'));
    assert.equal((await dry(file('Somewhere'), '--zone', 'Asia/Tokyo')).zone, 'Asia/Tokyo');
  });

  test('files that are none', async (t) => {
    const { refused, dry, args } = await useImport(t);
    await refused(/empty/, '');
    assert.equal((await dry('score,comment\n', '--map', 'score=score')).counts.rows, 0);
    await refused(/no column is the score/, 'comment\n');
    await refused(/line 3/, 'score,comment\n9,fine\n8,"never closed\n7,so\n');
    await fails(1, /missing\.csv/, ['import', 'missing.csv', ...args([]).slice(2)]);
  });

  test('surveys that are not there', async (t) => {
    const { args, daemon, file, write } = await useImport(t);
    write('score\n9\n');
    const others = args([]);
    others[others.indexOf('s')] = 'absent';
    await fails(1, /'cxd survey put absent FILE' makes the survey, or --create nps/, others);
    const found = JSON.parse((await succeeds([...others, '--create', 'nps', '--json'])).stdout);
    assert.equal(found.counts.responses, 1);
    assert.equal((await daemon.admin('GET', '/v1/surveys/absent')).status, 404, 'a dry run makes nothing');
    await fails(2, /--survey says which survey/, ['import', file]);
    await fails(2, /--create does not take 'x': it takes nps.csat.ces/, [...others, '--create', 'x']);
  });

  test('the command line', async () => {
    await fails(2, /it takes a FILE, --list or --undo ID/, ['import']);
    await fails(2, /it takes a FILE, --list or --undo ID/, ['import', 'x', '--list']);
    await fails(2, /'no id' is no import's id/, ['import', '--undo', 'no id', '--url', 'http://127.0.0.1:9']);
  });

  test('what a person reads', async (t) => {
    const { args, write } = await useImport(t);
    write('Score,Comment,Date,Shoe size\n9,fine,2026-01-31,44\n,,,\nx,,,\n11,,,\n');
    const done = await succeeds(args([]));
    assert.match(done.stdout, /^File +\S+answers\.csv: CSV in UTF-8, cells parted by ',', 4 rows$/m);
    assert.match(done.stdout, /^Survey +s \(nps, 0 to 10\)$/m);
    assert.match(done.stdout, /^score +#1 'Score'$/m);
    assert.match(
      done.stdout,
      /^answered_at +#3 'Date', as 2026-01-31, on clocks of UTC \(the daemon's; --zone says another\)$/m,
    );
    assert.match(done.stdout, /^id +made of what each row says/m);
    assert.match(done.stdout, /^left out +#4 'Shoe size'$/m);
    assert.match(done.stdout, /^ +2 +9 +2026-01-31T12:00:00\+00:00 +fine *$/m);
    assert.match(done.stdout, /^ +1 response$/m);
    assert.match(done.stdout, /^ +line 4: column 1 \(Score\), 'x': holds no number$/m);
    assert.match(done.stderr, /^This was a dry run: nothing was sent\. --yes does it\.\n$/);
    assert.doesNotMatch(done.stdout, /Equal rows/);
    write('score,comment\n9,"a"b\n9,fine\n');
    const undated = (await succeeds(args([]))).stdout;
    assert.match(undated, /^ +Equal rows of another file would be taken for these: --map id=COLUMN or answered_at=/m);
    assert.match(undated, /^Bad rows\n {2}line 2, column \d+: /m);
    write('id,score\n1,9\n');
    assert.match(
      (await succeeds(args([]))).stdout,
      /^id .* \('id' has running numbers, which another file may have too: --map id=COLUMN takes them\)$/m,
    );
  });
});

// A workbook of one sheet, S, of which cells with the style 1 are dates.
function workbook(rows) {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = (type, target) =>
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
    `<Relationship Id="r1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
  const styles =
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
    `<Relationship Id="r1" Type="${office}/worksheet" Target="sheet.xml"/>` +
    `<Relationship Id="r2" Type="${office}/styles" Target="styles.xml"/></Relationships>`;
  return archive({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': relations('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml':
      `<workbook xmlns="${main}" xmlns:r="${office}">` +
      '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': styles,
    'xl/styles.xml':
      `<styleSheet xmlns="${main}">` + '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    'xl/sheet.xml': `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
  });
}

// A zip archive of texts, not compressed.
function archive(parts) {
  const [locals, central] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const head = Buffer.alloc(26);
    [20, 0, 0, 0, 33].forEach((value, i) => head.writeUInt16LE(value, 2 * i));
    head.writeUInt32LE(crc32(text), 10);
    head.writeUInt32LE(Buffer.byteLength(text), 14);
    head.writeUInt32LE(Buffer.byteLength(text), 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    locals.push(Buffer.from('PK\x03\x04'), head, Buffer.from(name + text));
    central.push(Buffer.from('PK\x01\x02\x14\x00'), head, place, Buffer.from(name));
    at += 4 + head.length + Buffer.byteLength(name + text);
  }
  const listing = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(Object.keys(parts).length, 8);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, listing, end]);
}

// The rows of a file of bad rows, as texts.
const badRows = (file) =>
  fs
    .readFileSync(`${file}.bad.csv`, 'utf8')
    .split('\r\n')
    .filter((line) => /^\d/.test(line));

describe('bad rows that are put right', () => {
  // Imports what stands in the file of bad rows, changed, with what was given to the file that they are from.
  const mender = ({ args, file, daemon }) => {
    const bad = `${file}.bad.csv`;
    const command = (extra) => args(extra).map((word) => (word === file ? bad : word));
    return {
      bad,
      command,
      edit: (change) => fs.writeFileSync(bad, change(fs.readFileSync(bad, 'utf8'))),
      dry: async (...extra) => JSON.parse((await succeeds(command(['--json', '--dry-run', ...extra]))).stdout),
      send: async (...extra) => {
        const { import: done } = JSON.parse((await succeeds(command(['--json', '--yes', ...extra]))).stdout);
        return [done.created, done.known, done.refused];
      },
      stored: async () => {
        const { responses } = (await daemon.admin('GET', '/v1/surveys/s/responses?window=all')).json;
        return responses.map(({ score, comment }) => [score, comment]).sort((a, b) => a[0] - b[0]);
      },
    };
  };

  test('what stands in the file', async (t) => {
    const use = await useImport(t);
    const { bad, edit, dry, command } = mender(use);
    await use.dry('Score,Comment,Who\n9,fine,a\n11,"say ""no"", twice",b\n7,,c\n');
    const text = fs.readFileSync(bad, 'utf8');
    const [id] = text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/);
    assert.equal(
      text,
      'cxd.line,cxd.reason,cxd.id,Score,Comment,Who\r\ncxd.preset,none\r\n' +
        'cxd.map,"score=#1,comment=#2,answered_at=,respondent=,id=,touchpoint=,channel=,locale=,visit="\r\n' +
        `3,"column 1 (Score), '11': is not on the survey's scale, 0 to 10",${id},11,"say ""no"", twice",b\r\n`,
    );
    assert.equal(fs.statSync(bad).mode & 0o777, 0o600);
    edit((content) => content.replace(',11,', ',10,'));
    const again = await dry();
    assert.deepEqual(rows(again), [{ line: 4, score: 10, comment: 'say "no", twice' }]);
    assert.equal(again.sample[0].response.id, id);
    const seen = await succeeds(command([]));
    assert.match(seen.stdout, /^Bad rows of +another file, understood as that was$/m);
    assert.match(seen.stdout, /^id +cxd\.id, which the row had when it was bad$/m);
  });

  test('they are counted once, beside rows that say the same, and their reason is no comment', async (t) => {
    const use = await useImport(t);
    const { edit, send, stored } = mender(use);
    const source = 'score\n10\n1O\n7\n1O\n';
    const whole = async () => JSON.parse((await succeeds(use.args(['--json', '--yes']))).stdout).import;
    use.write(source);
    assert.equal((await whole()).created, 2);
    for (const wanted of [
      [2, 0, 0],
      [0, 2, 0],
    ]) {
      edit((content) => content.replaceAll(',1O\r\n', ',10\r\n'));
      assert.deepEqual(await send(), wanted);
      assert.deepEqual(
        await stored(),
        [7, 10, 10, 10].map((score) => [score, undefined]),
      );
    }
    // The same bad rows of a file that has grown, and elsewhere in it.
    use.write('score\n3\n1O\n1O\n10\n7\n');
    assert.deepEqual([(await whole()).created, badRows(use.file).length], [1, 2]);
    edit((content) => content.replaceAll(',1O\r\n', ',9\r\n'));
    assert.deepEqual(await send(), [0, 2, 0]);
    assert.equal((await stored()).length, 5);
  });

  test('what is still bad keeps its id in the next file', async (t) => {
    const use = await useImport(t);
    const { bad, edit, dry, send, stored } = mender(use);
    await use.dry('score,comment\n11,a\n12,b\n');
    edit((content) => content.replace(',11,', ',1,'));
    assert.deepEqual(await send(), [1, 0, 0]);
    const [row] = badRows(bad);
    assert.equal(row.split(',').at(-3), badRows(use.file)[1].split(',').at(-3));
    fs.copyFileSync(`${bad}.bad.csv`, bad);
    edit((content) => content.replace(',12,', ',2,'));
    assert.deepEqual(await send(), [1, 0, 0]);
    assert.deepEqual(await send(), [0, 1, 0]);
    assert.deepEqual(await stored(), [
      [1, 'a'],
      [2, 'b'],
    ]);
    assert.equal((await dry()).counts.responses, 1);
  });

  test('columns are those of the file before, however few rows tell them', async (t) => {
    const use = await useImport(t, { timezone: 'Europe/Berlin' });
    const { edit, dry } = mender(use);
    const many = Array.from({ length: 20 }, (_, i) => `${i % 10},1/${i + 1}/2026,a long text of some words,short\n`);
    await use.dry(
      `Bewertung,Datum,Notes,Why\n${many.join('')}8,1/13/26x,n,a much longer text of many more words\n9,x,n,w\n`,
    );
    // One date is right, one is not: it stays the column of dates, with the month first, on the same clocks.
    edit((content) => content.replace(',1/13/26x,', ',2/3/2026,'));
    const found = await dry();
    assert.deepEqual(
      rows(found),
      [{ line: 6, score: 8, answered_at: '2026-02-03T11:00:00Z', comment: found.comment }].map(
        ({ comment, ...rest }) => ({ ...rest, comment: 'a much longer text of many more words' }),
      ),
    );
    assert.deepEqual([found.dates, found.zone, found.counts.bad], ['us', 'Europe/Berlin', 1]);
    // What is said goes before it.
    assert.equal(rows(await dry('--map', 'comment=Notes'))[0].comment, 'n');
    assert.equal(rows(await dry('--dates', 'eu'))[0].answered_at, '2026-03-02T11:00:00Z');
    assert.equal(rows(await dry('--zone', 'UTC'))[0].answered_at, '2026-02-03T12:00:00Z');
  });

  test('ids of the source stay what decides', async (t) => {
    const use = await useImport(t);
    const { bad, edit, send, command } = mender(use);
    use.write('key,score\nr1,9\nr2,x\nr1,8\n');
    const wish = ['--map', 'id=key,score=score'];
    await succeeds(use.args([...wish, '--yes']));
    assert.deepEqual(
      badRows(use.file).map((row) => row.split(',').slice(-3)),
      [
        ['', 'r2', 'x'],
        ['', 'r1', '8'],
      ],
    );
    // Without the option it is the same; a row that was a second one of its id is it still, until it has another.
    edit((content) => content.replace('r2,x', 'r2,5'));
    assert.deepEqual(await send(), [1, 1, 0]);
    use.write('key,score\nr2,4\n');
    const again = JSON.parse((await succeeds(use.args([...wish, '--yes', '--json']))).stdout).import;
    assert.deepEqual([again.created, again.known], [0, 1], 'r2 is there');
    edit((content) => content.replace('r1,8', 'r3,8'));
    assert.deepEqual(await send(...wish), [1, 1, 0]);
    // Ids that were guessed are not guessed away.
    use.write('id,score\ns1,9\ns2,x\ns3,y\n');
    await succeeds(use.args(['--yes']));
    edit((content) => content.replace('s2,x', 's9,5').replace('s3,y', 's9,6'));
    const found = JSON.parse((await succeeds(command(['--json', '--dry-run']))).stdout);
    assert.equal(found.bad_rows[0].reason, "column 1 (id), 's9': a row before has this id");
    assert.equal(fs.existsSync(bad), true);
  });

  test('the same options, and spreadsheets between', async (t) => {
    const use = await useImport(t);
    const { edit, dry, bad } = mender(use);
    const wish = ['--delimiter', ';', '--encoding', 'latin-1', '--map', 'score=#2,comment=#1'];
    await use.dry(Buffer.from('Wort;Note\nschön, und gut;9\nübel;x\n', 'latin1'), ...wish);
    edit((content) => content.replace(',x\r\n', ',2\r\n'));
    assert.deepEqual(
      rows(await dry(...wish)).map(({ line, ...row }) => row),
      [{ score: 2, comment: 'übel' }],
    );
    const plain = fs.readFileSync(bad, 'utf8');
    const cells = (line) =>
      line
        .match(/("([^"]|"")*"|[^,]*)(,|$)/g)
        .map((cell) => cell.replace(/,$/, ''))
        .slice(0, -1);
    const parted = plain
      .trim()
      .split('\r\n')
      .map((line) => cells(line).join(';'))
      .join('\r\n');
    for (const content of [
      `\ufeff${parted}\r\n`,
      Buffer.from(`${parted}\r\n`, 'latin1'),
      parted.replace(/^[^;]+/, '"$&"') + '\n',
    ]) {
      fs.writeFileSync(bad, content);
      assert.deepEqual(
        rows(await dry(...wish)).map(({ line, ...row }) => row),
        [{ score: 2, comment: 'übel' }],
      );
    }
  });

  test('columns that are gone or moved are missed, and ids that are gone', async (t) => {
    const use = await useImport(t);
    const { bad, edit, command, dry } = mender(use);
    await use.dry('score,comment\n11,a\n11,b\n');
    const whole = fs.readFileSync(bad, 'utf8');
    const ids = badRows(use.file).map((row) => row.split(',').at(-3));
    for (const header of ['cxd.line,cxd.reason,score', 'score,cxd.reason', 'cxd.line,cxd.reason,cxd.id']) {
      fs.writeFileSync(bad, `${header}\r\n3,"column 1: no words at all",5\r\n`);
      const done = await fails(
        1,
        /line 1: in a file of bad rows the columns cxd\.line, cxd\.reason and cxd\.id stand/,
        command(['--dry-run']),
      );
      assert.equal(done.stdout, '');
    }
    const [first, second] = ids;
    const mended = whole.replaceAll(',11,', ',5,');
    fs.writeFileSync(bad, mended.replace(first, ''));
    let found = await dry();
    assert.equal(found.counts.responses, 1);
    assert.equal(found.bad_rows[0].reason, "cxd.id, '': is not the id that was written here");
    fs.writeFileSync(bad, mended.replace(second, first));
    found = await dry();
    assert.equal(found.counts.responses, 1);
    assert.equal(found.bad_rows[0].reason, `cxd.id, '${first}': a row before has this id`);
    fs.writeFileSync(bad, whole.replace(/^cxd\.map,.*\r\n/m, ''));
    await fails(1, /the row cxd\.map behind line 1 is missing/, command(['--dry-run']));
    fs.writeFileSync(bad, whole.replace('score=#1', 'score=#9'));
    await fails(1, /cxd\.map: there is no column #9: the header has 2/, command(['--dry-run']));
    fs.writeFileSync(bad, whole.replace('cxd.map,', 'cxd.dates,mayan\r\ncxd.map,'));
    await fails(1, /cxd\.dates: no such form: mayan/, command(['--dry-run']));
  });

  test('a row of the header that is gone takes no other row with it', async (t) => {
    const use = await useImport(t);
    const { edit, dry } = mender(use);
    const header = 'Respondent ID,Collector ID,Start Date,End Date,How likely?\n,,,,Response\n';
    await use.dry(`${header}1,2,01/31/2026,01/31/2026,11\n2,2,01/31/2026,01/31/2026,12\n`, '--map', 'score=#5');
    edit((content) => content.replace(/,1[12]\r\n/g, ',7\r\n'));
    assert.deepEqual([(await dry()).counts.responses, (await dry()).preset], [2, 'surveymonkey']);
    edit((content) => content.replace(/^,.*Response\r\n/m, ''));
    assert.equal((await dry()).counts.responses, 2);
  });

  test('rows of a workbook, whose dates are dates still', async (t) => {
    const use = await useImport(t);
    const { edit, dry } = mender(use);
    const text = (value) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
    const rowsOf = [
      ['score', 'when'].map(text),
      ['<c><v>9</v></c>', text('31.1.2026')],
      ['<c><v>8</v></c>', text('28.2.2026')],
      [text('x'), '<c s="1"><v>46053.25</v></c>'],
      [text('y'), '<c s="1"><v>46053.5</v></c>'],
    ];
    const content = workbook(rowsOf.map((cells) => `<row>${cells.join('')}</row>`).join(''));
    const wanted = await use.dry(content, '--sheet', 'S');
    assert.deepEqual([wanted.format, wanted.dates, wanted.counts.bad], ['XLSX', 'eu', 2]);
    edit((file) => file.replace(',x,', ',1,').replace(',y,', ',2,'));
    const found = await dry('--sheet', 'S');
    assert.deepEqual(
      rows(found).map(({ score, answered_at }) => [score, answered_at]),
      [
        [1, '2026-01-31T06:00:00Z'],
        [2, '2026-01-31T12:00:00Z'],
      ],
    );
  });

  test('rows of NDJSON, and lines that are none', async (t) => {
    const use = await useImport(t);
    const { edit, send, stored } = mender(use);
    use.write(
      '{"answers":{"score":9,"comment":"so"},"at":"2026-01-31"}\n{"answers":{"score":"x","comment":"a, b"}}\n' +
        '[1]\n{"answers":{"score":8}}\n[1]\n',
    );
    await succeeds(use.args(['--yes', '--map', 'score=answers.score,comment=answers.comment']));
    assert.equal(badRows(use.file).length, 3);
    assert.equal(new Set(badRows(use.file).map((row) => row.match(/[0-9a-f-]{36}/)[0])).size, 3);
    // A line without cells has them from whoever puts it right.
    edit((content) => content.replace(',x,', ',1,').replace(/([0-9a-f-]{36})(,*)\r\n/g, '$1,2,own\r\n'));
    assert.deepEqual(await send(), [3, 0, 0]);
    assert.deepEqual(await send(), [0, 3, 0]);
    assert.deepEqual(await stored(), [
      [1, 'a, b'],
      [2, 'own'],
      [2, 'own'],
      [8, undefined],
      [9, 'so'],
    ]);
  });

  // A survey on whose scale no row lies gives a file in which all are bad: in the other one they are what they were.
  for (const name of fs.readdirSync(EXPORTS).map((file) => path.basename(file, '.csv')))
    test(`an export of ${name}, with all of its header`, async (t) => {
      const use = await useImport(t, { survey: { ...NPS, properties: ['plan'] }, timezone: 'Europe/Berlin' });
      const { dry, bad } = mender(use);
      const wanted = await use.dry(fs.readFileSync(path.join(EXPORTS, `${name}.csv`)));
      const narrow = {
        metric: 'csat',
        scale: { min: 7, max: 8 },
        bands: { satisfied_from: 8, dissatisfied_to: 7 },
        properties: ['plan'],
      };
      const made = await use.daemon.admin('PUT', '/v1/surveys/narrow', { body: narrow });
      assert.equal(made.status, 201, JSON.stringify(made.json));
      const { score, comment = '' } = wanted.mapping;
      const others = use.args(['--json', '--map', `score=#${score},comment=${comment && `#${comment}`}`]);
      others[others.indexOf('s')] = 'narrow';
      const all = JSON.parse((await succeeds(others)).stdout);
      assert.deepEqual([all.counts.responses, all.counts.bad], [0, wanted.counts.responses]);
      const found = await dry();
      const plain = (json) => rows(json).map(({ line, ...row }) => row);
      assert.deepEqual(plain(found), plain(wanted));
      assert.deepEqual(
        [found.preset, found.dates, found.zone, found.mapping],
        [name, wanted.dates, wanted.zone, wanted.mapping],
      );
      assert.equal(fs.existsSync(`${bad}.bad.csv`), false);
    });
});

describe('on a terminal', () => {
  const answer = async (args, input) => {
    const quoted = [BINARY, ...args].map((word) => `'${word}'`).join(' ');
    const done = await cxd(['-qec', quoted, '/dev/null'], { binary: 'script', input });
    return done.stdout.replaceAll('\r', '');
  };

  test('it asks before it does', async (t) => {
    const { args, write, daemon } = await useImport(t);
    write('score\n9\n');
    const count = async () => (await daemon.admin('GET', '/v1/surveys/s/score?window=all')).json.n;
    assert.match(await answer(args([]), 'n\n'), /Import 1 response into 's'\? \[y\/N\] [^]*Nothing was sent\./);
    assert.equal(await count(), 0);
    assert.match(await answer(args([]), 'y\n'), /\? \[y\/N\] [^]*1 created, 0 known before, 0 refused/);
    assert.equal(await count(), 1);
  });

  test('and which of two numbers is the month', async (t) => {
    const { args, write } = await useImport(t);
    write('score,date\n9,1/2/2026\n');
    const seen = await answer(args(['--dry-run']), 'what?\neu\n');
    assert.match(seen, /Every date of column 2 \(date\) can be read in two ways\./);
    assert.match(seen, /9 {2}2026-02-01T12:00:00\+00:00/);
  });
});

describe('into a daemon', () => {
  const score = async (daemon) => (await daemon.admin('GET', '/v1/surveys/s/score?window=all')).json;

  test('once, however often; undone without a mark', async (t) => {
    const { args, write, daemon } = await useImport(t);
    write('score,comment,date,plan\n9,fine,2024-01-31,pro\n9,fine,2024-01-31,pro\n2,bad,2025-02-28,free\n11,,,\n');
    const wish = args(['--yes', '--json', '--properties', 'plan']);
    const first = JSON.parse((await succeeds(wish)).stdout).import;
    assert.deepEqual([first.created, first.known, first.refused], [3, 0, 0]);
    assert.equal((await score(daemon)).n, 3);
    const second = JSON.parse((await succeeds(wish)).stdout).import;
    assert.deepEqual([second.created, second.known, second.refused], [0, 3, 0]);
    assert.match(
      (await succeeds(args(['--yes', '--properties', 'plan']))).stdout,
      /^0 created, 3 known before, .*\nKnown before are rows whose ids were there: nothing of those was changed\.$/m,
    );
    assert.equal((await score(daemon)).n, 3);
    const { responses } = (await daemon.admin('GET', '/v1/surveys/s/responses?window=all')).json;
    assert.deepEqual(
      responses.map(({ score, comment, answered_at, properties }) => [score, comment, answered_at, properties]).sort(),
      [
        [2, 'bad', '2025-02-28T12:00:00Z', { plan: 'free' }],
        [9, 'fine', '2024-01-31T12:00:00Z', { plan: 'pro' }],
        [9, 'fine', '2024-01-31T12:00:00Z', { plan: 'pro' }],
      ],
    );
    const place = args([]).slice(4);
    const listed = (await succeeds(['import', '--list', ...place])).stdout;
    assert.match(listed, new RegExp(`^${first.id} +s +done +3 +0 +0 .* answers\\.csv$`, 'm'));
    const undone = await succeeds(['import', '--undo', first.id, ...place]);
    assert.equal(undone.stdout, `Taken back: 3 responses of import ${first.id}.\n`);
    assert.equal((await score(daemon)).n, 0);
    const third = JSON.parse((await succeeds(wish)).stdout).import;
    assert.equal(third.created, 3, 'rows that were taken back can come again');
    await fails(1, /404/, ['import', '--undo', '0197a1b2-0000-7000-8000-00000000000b', ...place]);
  });

  test('once, also in a file that has grown, on other clocks, with other properties', async (t) => {
    const { args, write, daemon } = await useImport(t);
    const head = '"Timestamp","How likely to recommend?","First","Second, of two","plan"\n';
    const row = (i) =>
      `2026/01/${10 + i} 10:00:00,${i},${i % 2 ? `the first answer ${i}` : ''},the second of longer ones ${i},pro\n`;
    const file = (count) => head + Array.from({ length: count }, (_, i) => row(i)).join('');
    const send = async (...extra) => JSON.parse((await succeeds(args(['--yes', '--json', ...extra]))).stdout).import;
    write(file(5));
    assert.equal((await send()).created, 5);
    // Now the second question has the longer answers.
    write(file(10).replaceAll('longer ones', 'very much longer ones with many words'));
    assert.deepEqual((({ created, known }) => [created, known])(await send('--zone', 'Asia/Tokyo')), [5, 5]);
    const survey = { ...NPS, properties: ['plan'] };
    assert.equal((await daemon.admin('PUT', '/v1/surveys/s', { body: survey })).status, 200);
    assert.deepEqual((({ created, known }) => [created, known])(await send()), [0, 10]);
    assert.equal((await score(daemon)).n, 10);
  });

  test('an import that was ended goes on under its id', async (t) => {
    const { args, write, daemon, file } = await useImport(t);
    write(numbered(20000));
    const { fingerprint } = JSON.parse((await succeeds(args(['--json', '--dry-run']))).stdout);
    const begun = { survey: 's', source: 'answers.csv', fingerprint, rows: 20000 };
    const { id } = (await daemon.admin('POST', '/v1/imports', { body: begun })).json;
    const done = JSON.parse((await succeeds(args(['--yes', '--json']))).stdout).import;
    assert.deepEqual([done.id, done.created], [id, 20000]);
    assert.equal((await daemon.admin('GET', `/v1/imports/${id}`)).json.state, 'done');
    assert.equal(fs.existsSync(`${file}.bad.csv`), false);
  });

  test('what it refuses is what the dry run said', async (t) => {
    const { args, write, daemon } = await useImport(t);
    write(
      'score,comment,respondent,locale,touchpoint,channel,visit\n' +
        `9,"tab\there, \u0001 and more",  Ann  ,de-DE,${'t'.repeat(64)},${'c'.repeat(65)},v\n` +
        `9,"tab\there, \u0001 and more",  Ann  ,de-DE,${'t'.repeat(64)},${'c'.repeat(64)},v\n` +
        `8,${'ä'.repeat(8000)},${'r'.repeat(256)},x,,,${'v'.repeat(128)}\n` +
        `7,,${'r'.repeat(257)},,,,\n6,,,,,,${'v'.repeat(129)}\n5,,,a_b_c,,,\n`,
    );
    const done = JSON.parse((await succeeds(args(['--yes', '--json']))).stdout);
    assert.deepEqual([done.counts.responses, done.import.created, done.import.refused], [3, 3, 0]);
    assert.deepEqual(
      done.bad_rows.map(({ line }) => line),
      [2, 5, 6],
    );
    assert.equal((await score(daemon)).n, 3);
  });

  test('comments without a score, where the survey takes them', async (t) => {
    const file = 'score,comment\n9,fine\n,only words\n,\n';
    const { args, write, daemon } = await useImport(t, { survey: { ...NPS, score: 'optional' } });
    write(file);
    const done = JSON.parse((await succeeds(args(['--yes', '--json']))).stdout);
    assert.deepEqual(
      [done.counts.responses, done.counts.unscored, done.counts.unanswered, done.import.created],
      [2, 1, 1, 2],
    );
    assert.equal((await score(daemon)).n, 1);
    const { responses } = (await daemon.admin('GET', '/v1/surveys/s/responses?window=all')).json;
    assert.deepEqual(responses.map(({ comment }) => comment).sort(), ['fine', 'only words']);
    const strict = await useImport(t);
    const found = await strict.dry(file);
    assert.deepEqual([found.counts.responses, found.counts.unanswered], [1, 2]);
  });

  test('a survey that is made for it', async (t) => {
    const { daemon, file, write, args } = await useImport(t);
    write('rating\n4\n5\n');
    const others = args(['--create', 'csat', '--yes', '--json']);
    others[others.indexOf('s')] = 'new';
    assert.equal(JSON.parse((await succeeds(others)).stdout).import.created, 2, file);
    assert.equal((await daemon.admin('GET', '/v1/surveys/new')).json.metric, 'csat');
  });
});

// --- A daemon that is played -----------------------------------------------------------------------------------------

// It has the survey 'nps' and one import; `answer(request, lines)` may answer a batch otherwise: a status, 'drop', or
// false where it has no wish.
async function play(t, answer = () => false) {
  const batches = [];
  const seen = new Set();
  const state = { begun: [], done: 0 };
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const reply = (status, content, headers = {}) => {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(typeof content === 'string' ? content : JSON.stringify(content));
      };
      const route = `${request.method} ${request.url}`;
      if (route === 'GET /v1/surveys/nps') return reply(200, { slug: 'nps', ...NPS });
      if (route === 'GET /v1/status') return reply(200, { timezone: 'UTC' });
      if (route === 'POST /v1/imports') {
        const known = state.begun.some(({ fingerprint }) => fingerprint === JSON.parse(body).fingerprint);
        state.begun.push(JSON.parse(body));
        return reply(known ? 200 : 201, { id: '0197a1b2-0000-7000-8000-00000000000a', state: 'open' });
      }
      if (request.method === 'PATCH') {
        state.done += 1;
        return reply(200, { state: 'done' });
      }
      if (route !== 'POST /v1/imports/0197a1b2-0000-7000-8000-00000000000a/responses') return reply(404, {});
      const lines = body.trim().split('\n').map(JSON.parse);
      const wish = answer(lines, batches.length);
      batches.push(lines);
      if (wish === 'drop') return request.socket.destroy();
      if (wish) return reply(wish.status, { title: 'No', detail: 'not now' }, wish.headers);
      const results = lines.map(({ id, score }, i) => {
        if (score === 0) return { line: i + 1, status: 422, errors: [{ pointer: '/score', detail: 'is a zero' }] };
        const outcome = seen.has(id) ? 'known' : 'created';
        seen.add(id);
        return { line: i + 1, status: 200, id, outcome };
      });
      return reply(200, results.map((result) => `${JSON.stringify(result)}\n`).join(''));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const dir = useDirectory(t);
  const file = path.join(dir, 'answers.csv');
  const url = `http://127.0.0.1:${server.address().port}`;
  const args = ['import', file, '--survey', 'nps', '--url', url, '--key', 'k', '--yes'];
  return { batches, seen, state, file, args };
}

const numbered = (count) =>
  `id,score\n${Array.from({ length: count }, (_, i) => `r${i},${(i % 10) + 1}`).join('\n')}\n`;

describe('sending', () => {
  test('in batches, and what is refused is in the file of bad rows', async (t) => {
    const { batches, seen, state, file, args } = await play(t);
    fs.writeFileSync(file, `${numbered(12000)}z1,0\nz2,0\n`);
    const done = await cxd(args);
    assert.equal(done.status, 1, done.stderr);
    assert.match(done.stdout, /^12,000 created, 0 known before, 2 refused, in \d+\.\d s\.$/m);
    assert.match(done.stdout, /^'cxd import --undo 0197a1b2-0000-7000-8000-00000000000a' takes it back\.$/m);
    assert.ok(batches.length > 1);
    assert.deepEqual(
      [seen.size, state.done, state.begun[0].source, state.begun[0].rows],
      [12000, 1, 'answers.csv', 12002],
    );
    assert.equal(
      fs.readFileSync(`${file}.bad.csv`, 'utf8'),
      'cxd.line,cxd.reason,cxd.id,id,score\r\ncxd.preset,none\r\n' +
        'cxd.map,"score=#2,comment=,answered_at=,respondent=,id=#1,touchpoint=,channel=,locale=,visit="\r\n' +
        '12002,the daemon: /score is a zero,,z1,0\r\n12003,the daemon: /score is a zero,,z2,0\r\n',
    );
    const again = await cxd([...args, '--json']);
    const { import: result } = JSON.parse(again.stdout);
    assert.deepEqual([result.created, result.known, result.refused], [0, 12000, 2]);
    assert.equal(state.begun[1].fingerprint, state.begun[0].fingerprint);
  });

  test('what it refuses is put right under the id that it was sent with', async (t) => {
    const { batches, seen, file, args } = await play(t);
    fs.writeFileSync(file, 'score,comment\n5,a\n0,b\n');
    await fails(1, /^$/, args);
    const { id } = batches[0][1];
    const bad = `${file}.bad.csv`;
    const text = fs.readFileSync(bad, 'utf8');
    assert.ok(text.endsWith(`\r\n3,the daemon: /score is a zero,${id},0,b\r\n`), text);
    fs.writeFileSync(bad, text.replace(',0,b', ',6,b'));
    await succeeds(args.map((word) => (word === file ? bad : word)));
    assert.deepEqual([batches[1].length, batches[1][0].id, batches[1][0].score, seen.has(id)], [1, id, 6, true]);
  });

  test('a daemon that is busy, or lost, is asked again', async (t) => {
    const wishes = [{ status: 503, headers: { 'Retry-After': '1' } }, 'drop', { status: 429 }, 'drop'];
    const { seen, file, args } = await play(t, (lines, count) => wishes[count] ?? false);
    fs.writeFileSync(file, numbered(10));
    const done = await succeeds(args);
    assert.equal(seen.size, 10);
    assert.match(done.stdout, /^10 created, 0 known before, 0 refused/m);
    assert.match(done.stderr, /trying again in/);
  });

  test('what does not pass ends it, and says how to go on', async (t) => {
    const { state, file, args } = await play(t, (lines, count) => count === 1 && { status: 403 });
    fs.writeFileSync(file, numbered(25000));
    await fails(
      1,
      /403 No: not now\nSent 10,000 of 25,000 responses\. The same command goes on .*'cxd import --undo 0197a1b2-\S+' /,
      args,
    );
    assert.equal(state.done, 0, 'the import stays open');
    const again = await succeeds(args);
    assert.match(again.stdout, /^15,000 created, 10,000 known before, 0 refused/m);
    assert.equal(state.done, 1);
  });

  test('Ctrl-C ends it cleanly', async (t) => {
    const { batches, file, args, state } = await play(t, (lines, count) => count >= 1 && { status: 503 });
    fs.writeFileSync(file, numbered(25000));
    const child = spawn(BINARY, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    await until(() => batches.length >= 2, 'a second batch');
    child.kill('SIGINT');
    assert.deepEqual(await ended, { code: null, signal: 'SIGINT' });
    assert.match(stderr, /Sent 10,000 of 25,000 responses\. The same command goes on where it ended/);
    assert.equal(state.done, 0);
  });
});
