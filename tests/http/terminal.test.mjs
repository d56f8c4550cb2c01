// What commands print for programs and for people: CSV, and pictures on a terminal.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fails, stub, succeeds } from './command.mjs';
import { NPS, use } from './harness.mjs';

// RFC 4180, strictly: records of fields.
function parseCsv(text) {
  const records = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;
  let record = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    assert.ok(found, `no field at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    record.push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1]);
    if (found[2] === ',') continue;
    records.push(record);
    record = [];
  }
  assert.deepEqual(record, []);
  return records;
}

const rowsOf = (text) => {
  const [header, ...records] = parseCsv(text);
  for (const record of records) assert.equal(record.length, header.length);
  return records.map((record) => Object.fromEntries(header.map((name, i) => [name, record[i]])));
};

describe('CSV', () => {
  const flagged = (more) => ({
    id: '0192f3a0-0000-7000-8000-000000000001',
    survey: 'nps',
    score: 3,
    flags: ['honeypot', 'burst'],
    answered_at: '2026-11-01T00:00:00.000Z',
    ...more,
  });

  test('fields are quoted, formulas are not run, numbers stay', async (t) => {
    const comments = [
      ['plain', 'plain'],
      ['a "b", c\r\nd\n', 'a "b", c\r\nd\n'],
      ['=1+1', "'=1+1"],
      ['+49 170', "'+49 170"],
      ['-x', "'-x"],
      ['@SUM(A1)', "'@SUM(A1)"],
      ['\t=1', "'\t=1"],
      ['-12.5', '-12.5'],
      ['-1e5', '-1e5'],
      ['12', '12'],
      ['ü שלום 漢字', 'ü שלום 漢字'],
      ['a\u001b[31m', 'a\\u001b[31m'],
      ['', ''],
      [undefined, ''],
    ];
    const server = await stub(t, [{ body: { responses: comments.map(([comment]) => flagged({ comment })) } }]);
    const { stdout } = await succeeds(['suspects', 'list', 'nps', '--csv', '--url', server.url]);
    const rows = rowsOf(stdout);
    assert.deepEqual(
      rows.map((row) => row.comment),
      comments.map(([, seen]) => seen),
    );
    assert.equal(rows[0].flags, 'honeypot; burst');
    assert.equal(rows[0].score, '3');
    assert.equal(rows[0].excluded, '');
  });

  test('the header is the same whatever the reply holds', async (t) => {
    const server = await stub(t, [
      { body: { responses: [] } },
      { body: { responses: [flagged({ properties: { plan: 'pro', n: 1 } })], more: 'of a later version' } },
    ]);
    const list = ['suspects', 'list', 'nps', '--csv', '--url', server.url];
    const none = await succeeds(list);
    assert.match(none.stdout, /^survey,id,answered_at,[a-z_,]+\r\n$/);
    const one = await succeeds(list);
    assert.ok(one.stdout.startsWith(none.stdout));
    assert.equal(rowsOf(one.stdout)[0].properties, '{"plan":"pro","n":1}');
  });

  test('not together with JSON', async () => {
    for (const command of [['score'], ['survey', 'list'], ['audit'], ['status']])
      await fails(2, /: --json does not go with --csv\n/, [...command, '--csv', '--json']);
  });

  test('figures of a daemon, in the places of their bands', async (t) => {
    const daemon = await use(t);
    const at = ['--csv', '-c', daemon.config];
    await daemon.survey('nps', NPS);
    await daemon.survey('csat', { metric: 'csat' });
    await daemon.survey('small', { metric: 'nps', min_n: 5 });
    for (const score of [10, 9, 7, 0]) await daemon.post('nps', { score });
    for (const score of [5, 3]) await daemon.post('csat', { score });
    await daemon.post('small', { score: 10 });
    const rows = rowsOf((await succeeds(['score', ...at])).stdout);
    const bands = (row) => [row.favourable, row.neutral, row.unfavourable];
    assert.deepEqual(
      rows.map((row) => [row.survey, row.n, row.score, ...bands(row), row.count_0, row.count_5]),
      [
        ['csat', '2', '50.0', '1', '1', '0', '', '1'],
        ['nps', '4', '25.0', '2', '1', '1', '1', '0'],
        ['small', '1', '', '', '', '', '', ''],
      ],
    );
    assert.deepEqual(rowsOf((await succeeds(['score', 'nps', ...at])).stdout), [rows[1]]);
    const audit = rowsOf((await succeeds(['audit', ...at])).stdout);
    assert.deepEqual(
      audit.filter((row) => row.act === 'survey.put').map((row) => row.target),
      ['nps', 'csat', 'small'],
    );
    assert.equal(rowsOf((await succeeds(['status', ...at])).stdout)[0].responses, '7');
    assert.deepEqual(
      rowsOf((await succeeds(['survey', 'list', ...at])).stdout).map((row) => row.slug),
      ['csat', 'nps', 'small'],
    );
    assert.equal(rowsOf((await succeeds(['key', 'list', ...at])).stdout).length, 1);
    assert.equal(rowsOf((await succeeds(['signing-key', 'list', ...at])).stdout)[0].signs, 'true');
  });
});
