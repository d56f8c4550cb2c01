// What commands print for programs and for people: CSV, and pictures on a terminal.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { cxd, fails, stub, succeeds } from './command.mjs';
import { BINARY, NPS, ROOT, until, use, useDirectory } from './harness.mjs';

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

describe('pictures', () => {
  const DAY_MS = 86_400_000;
  const figures = (n, score) => ({
    n,
    score,
    interval: score === null ? null : { low: score - 12.3, high: score + 10.1, margin: 12.3, confidence: 0.95 },
    small_sample: n < 30,
    bands: { promoters: n, passives: 0, detractors: 0 },
    distribution: { 0: 0, 10: n },
    mean: 9,
  });
  const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
  // A trend from a midnight of some zone; scores with gaps.
  const trend = (scores, { from = Date.UTC(2026, 10, 1), bucket = 'day', ...more } = {}) => ({
    survey: 'nps',
    metric: 'nps',
    method: 'net_promoter',
    scale: { min: 0, max: 10 },
    direction: 'higher_is_better',
    window: { from: iso(from), to: iso(from + scores.length * DAY_MS) },
    bucket,
    rolling: null,
    ...figures(100, 40.5),
    buckets: scores.map((score, i) => ({
      from: iso(from + i * DAY_MS),
      to: iso(from + (i + 1) * DAY_MS),
      local_from: iso(from + i * DAY_MS).replace('Z', '+00:00'),
      ...figures(score === null ? 0 : 20 + i, score),
      ...('local_from' in more && { local_from: more.local_from }),
    })),
    ...more,
  });
  const WAVE = Array.from({ length: 30 }, (_, i) => (i === 12 ? null : Math.round(300 * Math.sin(i / 4)) / 10));

  // As it is on a terminal of so many columns.
  async function seen(t, args, { columns = 80, ...env } = {}) {
    const file = path.join(useDirectory(t), 'typescript');
    const words = [BINARY, ...args].map((word) => `'${word}'`).join(' ');
    await cxd(['-qec', `stty cols ${columns}; exec ${words}`, file], {
      binary: 'script',
      env: { TERM: 'xterm', LC_ALL: 'C.UTF-8', ...env },
    });
    // Without the lines of `script` itself.
    const text = fs.readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    return text.replace(/^Script started .*\n/, '').replace(/\n*Script done .*\n$/, '\n');
  }
  const ESCAPE = /\x1b/; // eslint-disable-line no-control-regex
  const plain = (text) => text.replaceAll(/\x1b\[\d+m/g, ''); // eslint-disable-line no-control-regex
  const widest = (text) =>
    Math.max(
      ...plain(text)
        .split('\n')
        .map((line) => [...line].length),
    );

  test('every option of trend is in the query', async (t) => {
    const server = await stub(t, [{ body: trend(WAVE) }]);
    const options = ['--interval', 'week', '--rolling', '30d', '--from', '2026-01-01', '--to', '2026-02-01'];
    const filters = ['--touchpoint', 'a', '--channel', 'b', '--locale', 'c', '-p', 'plan=x', '--confidence', '0.9'];
    await succeeds(['trend', 'nps', ...options, ...filters, '--url', server.url]);
    const url = new URL(server.requests[0].url, server.url);
    assert.equal(url.pathname, '/v1/surveys/nps/trend');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      interval: 'week',
      rolling: '30d',
      from: '2026-01-01',
      to: '2026-02-01',
      touchpoint: 'a',
      channel: 'b',
      locale: 'c',
      'property.plan': 'x',
      confidence: '0.9',
    });
    await fails(2, /--interval does not take 'year': it takes hour\|day/, ['trend', 'nps', '--interval', 'year']);
    await fails(2, /--window does not go with --from/, ['trend', 'nps', '--window', '7d', '--from', '2026-01-01']);
  });

  test('colours are for terminals that have some', async (t) => {
    const server = await stub(t, [{ body: trend(WAVE) }]);
    const at = ['trend', 'nps', '--url', server.url];
    const painted = await seen(t, at);
    assert.match(painted, /\x1b\[36m░+\x1b\[0m/); // eslint-disable-line no-control-regex
    const pipe = (await succeeds(at, { env: { LC_ALL: 'C.UTF-8' } })).stdout;
    for (const text of [pipe, await seen(t, at, { NO_COLOR: '1' }), await seen(t, at, { TERM: 'dumb' })]) {
      assert.doesNotMatch(text, ESCAPE);
      assert.ok(text.includes(pipe), text);
    }
    assert.ok(plain(painted).includes(pipe));
    for (const form of ['--json', '--csv']) assert.doesNotMatch(await seen(t, [...at, form]), ESCAPE);
  });

  test('every width is kept', async (t) => {
    const server = await stub(t, [{ body: trend(WAVE) }]);
    for (const columns of [60, 80, 120, 200]) {
      const wide = widest(await seen(t, ['trend', 'nps', '--url', server.url], { columns }));
      assert.ok(wide <= columns && wide >= columns - 3, `${wide} of ${columns}`);
      const env = { COLUMNS: String(columns), LC_ALL: 'C.UTF-8' };
      assert.ok(widest((await succeeds(['trend', 'nps', '--url', server.url], { env })).stdout) <= columns);
    }
    for (const nonsense of ['0', '-5', 'x', '99999999999999999999', '']) {
      const { stdout } = await succeeds(['trend', 'nps', '--url', server.url], { env: { COLUMNS: nonsense } });
      assert.ok(widest(stdout) <= (nonsense.startsWith('9') ? 1000 : 80));
    }
  });

  test('without UTF-8 all is ASCII', async (t) => {
    const server = await stub(t, [{ body: trend(WAVE) }]);
    const { stdout } = await succeeds(['trend', 'nps', '--url', server.url]);
    assert.match(stdout, /^[\n -~]+$/);
    assert.match(stdout, /^ +20 \+ *:+\*/m);
    assert.match(stdout, /^ {2}n<= +49 {2}/m);
    assert.match(stdout, /^ +\*\* score {3}:: 95% interval$/m);
    assert.match(await seen(t, ['trend', 'nps', '--url', server.url], { LC_ALL: 'C' }), /^[\n -~\x1b]+$/m);
  });

  test('days are those of the zone that the daemon reports in', async (t) => {
    const labels = async (local_from, bucket) => {
      const server = await stub(t, [{ body: trend([1, 2, 3], { bucket, local_from }) }]);
      const { stdout } = await succeeds(['trend', 'nps', '--url', server.url]);
      return stdout
        .split('\n')
        .find((line) => /^ +[\d?]/.test(line) && !/[+|]/.test(line))
        .trim()
        .split(/ {2,}/)[0];
    };
    assert.equal(await labels('2026-11-01T00:00:00+00:00', 'day'), '11-01');
    assert.equal(await labels('2026-11-01T00:00:00+14:00', 'day'), '11-01');
    assert.equal(await labels('2026-11-01T00:00:00-11:00', 'week'), '11-01');
    assert.equal(await labels('2026-11-01T13:10:00+05:45', 'day'), '11-01'); // cut to the window
    assert.equal(await labels('2026-11-01T00:00:00+01:00', 'month'), '2026-11');
    assert.equal(await labels('2026-10-31T23:00:00-02:30', 'hour'), '10-31 23:00');
    assert.equal(await labels(undefined, 'day'), '?  ?  ?'.split(/ {2,}/)[0]);
    for (const timezone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const daemon = await use(t, { timezone });
      await daemon.survey('nps', NPS);
      const ask = `/v1/surveys/nps/trend?from=2026-10-31&to=2026-11-03`;
      const { buckets } = (await daemon.admin('GET', ask)).json;
      assert.deepEqual(
        buckets.map((bucket) => bucket.local_from.slice(0, 16)),
        ['2026-10-31T00:00', '2026-11-01T00:00', '2026-11-02T00:00'],
      );
      for (const bucket of buckets) assert.equal(Date.parse(bucket.local_from), Date.parse(bucket.from));
    }
  });

  // What each command that reads shows, beside text from strangers.
  const READS = [
    ['score'],
    ['score', 'nps'],
    ['score', 'nps', '--compare', 'previous'],
    ['trend', 'nps'],
    ['segments', 'nps', '--by', 'touchpoint'],
    ['movement', 'nps'],
    ['plan', 'nps', '--margin', '5'],
    ['comments', 'nps'],
    ['terms', 'nps'],
    ['alerts'],
    ['alert', 'show', 'low'],
    ['alert', 'history', 'each'],
    ['journey', 'list'],
    ['journey', 'show', 'buy'],
    ['journey', 'score', 'buy'],
    ['survey', 'list'],
    ['survey', 'show', 'nps'],
    ['suspects', 'list', 'nps'],
    ['key', 'list'],
    ['signing-key', 'list'],
    ['audit'],
    ['status'],
  ];
  const EVIL = '\u001b[31m\u001b]0;x\u0007\u009b2J\u202ered\r\nnext\u0008 漢字漢字 and so on, as long as people write';
  async function populated(t) {
    const daemon = await use(t);
    await daemon.survey('nps', NPS);
    await daemon.survey('a-survey-whose-name-is-as-long-as-names-may-be-of-a-survey-here', NPS);
    for (const touchpoint of ['web', 'a touchpoint with a long name', '漢字の長い名前である受付'])
      for (let i = 0; i < 6; i++) {
        const made = await daemon.post('nps', { score: i * 2, touchpoint, comment: EVIL, respondent: `p${i}` });
        assert.equal(made.status, 201, made.text);
      }
    const stages = ['web', 'a touchpoint with a long name'].map((touchpoint) => ({ survey: 'nps', touchpoint }));
    for (const [target, body] of [
      ['journeys/buy', { name: 'What is bought, and how', stages }],
      ['alerts/low', { survey: 'nps', kind: 'score', below: 30, window: '7d' }],
      ['alerts/each', { survey: 'nps', kind: 'detractor' }],
    ])
      assert.equal((await daemon.admin('PUT', `/v1/${target}`, { body })).status, 201);
    await daemon.post('nps', { score: 0, comment: EVIL });
    await until(async () => (await daemon.admin('GET', '/v1/alerts/each')).json.state === 'firing', 'the alert');
    await daemon.admin('POST', '/v1/alerts/each/acknowledge', { body: { note: 'a note that is longer than others' } });
    return daemon;
  }

  test('whatever reads has JSON and CSV, and obeys nobody', async (t) => {
    const daemon = await populated(t);
    const at = ['-c', daemon.config];
    // Of our own attributes colours alone, and none of a stranger's.
    const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/; // eslint-disable-line no-control-regex
    const painted = /\x1b\[31m(\x1b|\\x1b|red|.{0,3}next)/; // eslint-disable-line no-control-regex
    for (const args of READS) {
      const json = (await succeeds([...args, '--json', ...at])).stdout;
      const documents = args[0] === 'audit' ? json.trim().split('\n') : [json];
      for (const document of documents) assert.equal(typeof JSON.parse(document), 'object', args.join(' '));
      const { stdout: csv } = await succeeds([...args, '--csv', ...at]);
      assert.ok(parseCsv(csv).length > 0, args.join(' '));
      for (const form of ['--json', '--csv'])
        assert.doesNotMatch((await seen(t, [...args, form, ...at])).replaceAll('\r', ''), obeyed, args.join(' '));
      const shown = await seen(t, [...args, ...at]);
      assert.doesNotMatch(plain(shown).replaceAll('\r', ''), obeyed, args.join(' '));
      assert.doesNotMatch(shown, painted, args.join(' '));
    }
  });

  test('narrow terminals are kept, and what goes to a file is not cut', async (t) => {
    const daemon = await populated(t);
    const at = ['-c', daemon.config];
    const columnsOf = (line) => [...line].reduce((sum, c) => sum + (/[\u3000-\u9fff]/.test(c) ? 2 : 1), 0);
    for (const args of READS.filter(([, word]) => word !== 'show'))
      for (const columns of [40, 50, 60, 80, 120]) {
        const text = plain(await seen(t, [...args, ...at], { columns }));
        for (const line of text.split('\n'))
          assert.ok(
            columnsOf(line) <= columns || !/ [^ ]/.test(line.trim()),
            `${args.join(' ')} at ${columns}: ${line}`,
          );
      }
    const { stdout } = await succeeds(['score', ...at]);
    assert.match(stdout, /^a-survey-whose-name-is-as-long-as-names-may-be-of-a-survey-here /m);
    const comments = (await succeeds(['comments', 'nps', ...at])).stdout;
    assert.match(comments, / as long as people write$/m);
    assert.match(comments, /漢字漢字/, 'as it is, in any locale');
  });

  test('what has no figures has no chart, and says so', async (t) => {
    const none = { n: 0, score: null, interval: null, mean: null };
    const server = await stub(t, [
      { body: trend([null, null], none) },
      { body: trend([], { ...none, window: { from: null, to: null } }) },
      { body: { buckets: 'none', n: 1 } },
    ]);
    for (let i = 0; i < 2; i++)
      assert.match(
        (await succeeds(['trend', 'nps', '--url', server.url])).stdout,
        /score +-\n.*n +0\n\n {2}no figures to draw\n$/s,
      );
    await fails(1, /not a trend/, ['trend', 'nps', '--url', server.url]);
  });

  test('a trend of a daemon, as a picture and as CSV', async (t) => {
    const daemon = await use(t);
    await daemon.survey('nps', NPS);
    for (const score of [10, 9, 7, 0]) await daemon.post('nps', { score });
    const at = ['-c', daemon.config];
    const { stdout } = await succeeds(['trend', 'nps', '--window', '7d', ...at]);
    assert.match(stdout, /^ +score +25\.0 /m);
    assert.match(stdout, /^ +by +day$/m);
    assert.match(stdout, /^ {2}n<= +4 {2}/m);
    const rows = rowsOf((await succeeds(['trend', 'nps', '--window', '7d', '--csv', ...at])).stdout);
    assert.deepEqual(
      rows.map((row) => [row.survey, row.bucket, row.n, row.score]),
      [...Array(6).fill(['nps', 'day', '0', '']), ['nps', 'day', '4', '25.0']],
    );
    const json = JSON.parse((await succeeds(['trend', 'nps', '--window', '7d', '--json', ...at])).stdout);
    assert.equal(json.buckets.length, 7);
    await fails(1, /no_survey|no survey/i, ['trend', 'npss', ...at]);
  });

  const segment = (value, n, score, impact, more = {}) => ({
    value,
    ...figures(n, score),
    share: n / 2,
    impact,
    test: 'adjusted_z',
    p_value: 0.2,
    p_adjusted: 0.4,
    significant: false,
    ...more,
  });
  const SEGMENTS = {
    ...trend([]),
    by: ['touchpoint'],
    alpha: 0.05,
    segments: [
      segment('delivery', 40, -27.8, -20.4, { p_adjusted: 6.6e-7, significant: true }),
      segment('漢字の長い名前である受付', 20, 12.5, -3.1),
      segment('a\u001b[2Jb', 20, 40, 0),
      segment(null, 20, 44, 0.6),
      {
        ...segment(undefined, 100, 62.7, 10.2, { p_adjusted: null, significant: null }),
        remainder: true,
        value_count: 7,
      },
    ],
  };

  test('segments have bars for their impacts, and stars for what is significant', async (t) => {
    const server = await stub(t, [{ body: SEGMENTS }]);
    const at = ['segments', 'nps', '--url', server.url];
    const { stdout } = await succeeds(at);
    assert.match(stdout, /^SEGMENT +N +SHARE +SCORE +IMPACT +P$/m);
    assert.match(stdout, /^delivery +40 +20\.0% +-27\.8 +-20\.4 +<{6}\| +< 0\.001 \*$/m);
    assert.match(stdout, /^a\\x1b\[2Jb +20 +10\.0% +40\.0 +\+?0\.0 +\| +0\.40$/m);
    assert.match(stdout, /^\(unset\) +20 .*\+0\.6 +\|> +0\.40$/m);
    assert.match(stdout, /^\(7 others\) +100 .*\+10\.2 +\|>{3} +-$/m);
    const painted = await seen(t, at, { columns: 120 });
    assert.match(painted, /\x1b\[31m█{6}│ {6}\x1b\[0m/); // eslint-disable-line no-control-regex
    assert.match(painted, /\x1b\[1mdelivery\x1b\[0m/); // eslint-disable-line no-control-regex
    assert.match(plain(painted), /INTERVAL/);
    // Wide characters take two columns each: what follows stands where it does in the other rows.
    const columnsOf = (line) => [...line].reduce((sum, c) => sum + (/[\u3000-\u9fff]/.test(c) ? 2 : 1), 0);
    for (const columns of [60, 80, 120, 200]) {
      const lines = plain(await seen(t, at, { columns })).split('\n');
      const ends = lines
        .filter((line) => /\d+\.\d%/.test(line))
        .map((line) => columnsOf(line.slice(0, line.indexOf('%'))));
      assert.ok(ends.length === 5 && new Set(ends).size === 1, lines.join('\n'));
      assert.ok(Math.max(...lines.map(columnsOf)) <= columns, lines.join('\n'));
    }
  });

  // The answers of two months, of which the README shows the second.
  const answers = () =>
    Array.from({ length: 61 }, (_, day) =>
      Array.from({ length: 4 + ((day * 7) % 5) }, (_, i) => ({
        survey: 'checkout',
        score: Math.max(
          0,
          Math.min(10, Math.round(9.1 + day / 40 + 1.2 * Math.sin(day / 5) - ((i * 5 + day) % 7) / 1.5)),
        ),
        answered_at: iso(Date.UTC(2026, 8, 1, 9, i) + day * DAY_MS),
      })),
    ).flat();

  test('the README shows what is drawn', async (t) => {
    const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/^\$ build\/cxd ((?:score|trend) checkout .*)\n([^]*?)^```$/gm)];
    assert.equal(shown.length, 2);
    const daemon = await use(t);
    await daemon.survey('checkout', { metric: 'nps', max_backdate: '3650d' });
    await daemon.load(answers());
    for (const [, line, text] of shown) {
      const { stdout } = await succeeds([...line.split(' '), '-c', daemon.config], { env: { LC_ALL: 'C.UTF-8' } });
      assert.equal(stdout, text);
    }
  });

  test('a mean is drawn on its own scale', async (t) => {
    const server = await stub(t, [
      { body: trend([3.5, 3.9], { method: 'mean', metric: 'ces', scale: { min: 1, max: 7 } }) },
    ]);
    const { stdout } = await succeeds(['trend', 'ces', '--url', server.url]);
    assert.match(stdout, /^ +7 \+/m);
    assert.match(stdout, /^ +1 \+/m);
  });
});
