// cxd export against a server that plays the daemon's part, and fails in every way on demand: the file is whole, or it
// is not there, and what there was of it is gone on with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';

import { cxd, fails, succeeds } from './command.mjs';
import { BINARY, environment, HANGS_MS, ROOT, until, useDirectory } from './harness.mjs';

const HISTORY = '01890a5d';
const HEADER = 'number,id,comment,properties\r\n';
const row = {
  csv: (number) => `${number},id-${number},"said ""${number}"",\r\nthen more",\r\n`,
  ndjson: (number) => `{"number":${number},"id":"id-${number}","comment":"said \\"${number}\\",\\nthen more"}\n`,
};
const last = {
  csv: (cursor) => `incomplete: there are more responses; go on with this cursor: ${cursor},,,\r\n`,
  ndjson: (cursor) => `{"incomplete":"go on","cursor":"${cursor}"}\n`,
};
const NDJSON = { header: '', suffix: 'ndjson' };
const CSV = { header: HEADER, suffix: 'csv' };
const whole = ({ header, suffix }, count) =>
  header + Array.from({ length: count }, (_, i) => row[suffix](i + 1)).join('');

// A server of `count` responses. The nth export of it is as the nth plan says (the last one for ever):
//   until     ends behind this response
//   how       'complete' (the default), 'incomplete', 'torn' (within the next record), 'held' (says no more)
//   trailers  false: none
//   header    another one
//   status    another one: nothing but a problem
async function exporter(t, count, plans = [{}]) {
  const requests = [];
  const held = [];
  let exports = 0;
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    requests.push({ path: url.pathname, query: Object.fromEntries(url.searchParams) });
    const suffix = url.pathname.match(/\/responses\.(csv|ndjson)$/)?.[1];
    if (!suffix) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ fields: [], n: count }));
      return;
    }
    const plan = plans[Math.min(exports, plans.length - 1)];
    exports += 1;
    if (plan.status) {
      response.writeHead(plan.status, { 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify({ type: '/problems/x', title: 'No', status: plan.status, detail: 'not now' }));
      return;
    }
    const from = Number(url.searchParams.get('cursor')?.match(/^01890a5d\.(\d+)$/)?.[1] ?? 0);
    const until = plan.until ?? count;
    const cursor = `${HISTORY}.${Math.max(from, until)}`;
    const trailers = plan.trailers ?? true;
    response.writeHead(200, {
      'Cxd-History': HISTORY,
      'Cxd-Moment': `2026-11-29T12:00:0${exports}Z`,
      ...(trailers && { Trailer: 'Cxd-Complete, Cxd-Cursor' }),
    });
    const how = plan.how ?? 'complete';
    response.write(suffix === 'csv' ? (plan.header ?? HEADER) : '');
    for (let number = from + 1; number <= until; number++) response.write(row[suffix](number));
    if (how === 'held') {
      held.push(response);
    } else if (how === 'torn') {
      response.write(row[suffix](until + 1).slice(0, 20), () => request.socket.destroy());
    } else {
      if (how === 'incomplete') response.write(last[suffix](cursor));
      if (trailers)
        response.addTrailers({ 'Cxd-Complete': how === 'incomplete' ? 'false' : 'true', 'Cxd-Cursor': cursor });
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests, held };
}

const read = (dir, name) => fs.readFileSync(path.join(dir, name), 'utf8');
const list = (dir) => fs.readdirSync(dir).sort();

describe('cxd export', () => {
  test('writes the whole file, for its owner, by the format of its name', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 3);
    const run = (...args) => succeeds(['export', 'shop', ...args, '--url', server.url], { cwd: dir });
    assert.match(
      (await run('-o', 'a.csv')).stdout,
      /^Wrote a\.csv: 3 responses as of 2026-11-29T12:00:01Z, [\d.]+ s\.\n$/,
    );
    await run('-o', 'a.ndjson', '-q');
    await run('-o', 'b.jsonl');
    await run('-o', 'c.csv.gz');
    await run('-o', 'd.ndjson.gz');
    await run('-o', 'e.txt', '--format', 'ndjson');
    assert.deepEqual(list(dir), ['a.csv', 'a.ndjson', 'b.jsonl', 'c.csv.gz', 'd.ndjson.gz', 'e.txt']);
    assert.equal(read(dir, 'a.csv'), whole(CSV, 3));
    for (const name of ['a.ndjson', 'b.jsonl', 'e.txt']) assert.equal(read(dir, name), whole(NDJSON, 3));
    const unzip = (name) => zlib.gunzipSync(fs.readFileSync(path.join(dir, name))).toString();
    assert.equal(unzip('c.csv.gz'), whole(CSV, 3));
    assert.equal(unzip('d.ndjson.gz'), whole(NDJSON, 3));
    assert.equal(fs.statSync(path.join(dir, 'a.csv')).mode & 0o777, 0o600);
    assert.equal((await run()).stdout, whole(CSV, 3));
    assert.equal((await run('-o', '-', '-f', 'ndjson')).stdout, whole(NDJSON, 3));
    assert.equal((await run('-o', '/dev/null', '-q')).stdout, '');
    assert.equal(fs.statSync('/dev/null').isCharacterDevice(), true);
  });

  test('an ending says the format, or is refused', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 2);
    const run = (...args) => succeeds(['export', 'shop', ...args, '-q', '--url', server.url], { cwd: dir });
    const forms = {
      'a.json': NDJSON,
      'b.JSONL': NDJSON,
      'c.NdJson': NDJSON,
      'd.CSV': CSV,
      answers: CSV,
      '.answers': CSV,
    };
    fs.mkdirSync(path.join(dir, 'of.2026'));
    forms['of.2026/answers'] = CSV;
    for (const [name, form] of Object.entries(forms)) {
      await run('-o', name);
      assert.equal(read(dir, name), whole(form, 2), name);
    }
    for (const name of ['a.txt', 'a.tsv', 'a.xlsx', 'a.csv.zip', 'a.csv.', 'a.b.gz', 'answers.2026']) {
      await fails(2, /say --format csv or ndjson/, ['export', 'shop', '-o', name], { cwd: dir });
      await fails(2, /say --format csv or ndjson/, ['export', 'shop', '-o', name, '--schema'], { cwd: dir });
      await run('-o', name, '--format', 'csv');
    }
    await fails(2, /an archive is NDJSON, and no CSV/, ['export', '--all', '-o', 'a.csv.gz'], { cwd: dir });
  });

  test('every option is in the query', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 0);
    const options = ['--window', '90d', '--touchpoint', 'a', '--channel', 'b', '--locale', 'c', '-p', 'plan=x'];
    const more = ['--respondent', 'r', '--score', '0..6', '--band', 'detractors', '--flagged', '--excluded', 'false'];
    const times = ['--received-from', '2026-01-01', '--received-to', '2026-02-01'];
    times.push('--updated-from', '2026-03-01', '--updated-to', '2026-04-01', '--amended', 'true');
    await succeeds(['export', 'shop', '-o', 'a.csv', ...options, ...more, ...times, '--url', server.url], { cwd: dir });
    assert.deepEqual(server.requests, [
      {
        path: '/v1/surveys/shop/responses.csv',
        query: {
          window: '90d',
          touchpoint: 'a',
          channel: 'b',
          locale: 'c',
          'property.plan': 'x',
          respondent: 'r',
          score: '0..6',
          band: 'detractors',
          flagged: 'true',
          excluded: 'false',
          received_from: '2026-01-01',
          received_to: '2026-02-01',
          updated_from: '2026-03-01',
          updated_to: '2026-04-01',
          amended: 'true',
        },
      },
    ]);
    assert.equal(read(dir, 'a.csv'), HEADER);
    await fails(2, /--resume needs the file/, ['export', 'shop', '--resume']);
    await fails(2, /--schema stands beside a CSV/, ['export', 'shop', '--schema']);
    await fails(2, /--schema stands beside a CSV/, ['export', 'shop', '--schema', '-o', 'a.ndjson']);
    await fails(2, /--amended does not take 'x'/, ['export', 'shop', '--amended', 'x']);
    await fails(2, /cannot be the name of a survey/, ['export', 'Shop']);
  });

  test('goes on behind the last whole record, however a reply ends', async (t) => {
    const ends = [
      { until: 2, how: 'torn' },
      { until: 2, how: 'incomplete' },
      { until: 2, how: 'incomplete', trailers: false },
      { until: 2, trailers: false },
    ];
    for (const kind of [CSV, NDJSON])
      for (const end of ends) {
        const dir = useDirectory(t);
        const server = await exporter(t, 5, [end, { ...end, until: 4 }, { trailers: end.trailers }]);
        const name = `a.${kind.suffix}`;
        const done = await succeeds(['export', 'shop', '-o', name, '--url', server.url], { cwd: dir });
        const what = `${kind.suffix} ${JSON.stringify(end)}`;
        assert.equal(read(dir, name), whole(kind, 5), what);
        assert.deepEqual(list(dir), [name]);
        const cursors = server.requests.map(({ query }) => query.cursor);
        // What says nothing of its end is asked until nothing more comes.
        assert.deepEqual(
          cursors,
          [undefined, `${HISTORY}.2`, `${HISTORY}.4`, ...(end.trailers === false ? [`${HISTORY}.5`] : [])].slice(
            0,
            cursors.length,
          ),
          what,
        );
        if (end.how) assert.match(done.stderr, /going on: what follows is as of a later moment/, what);
        else assert.equal(done.stderr, '', what);
        assert.match(done.stdout, /: 5 responses as of 2026-11-29T12:00:01Z to 2026-11-29T12:00:0\dZ,/);
      }
  });

  test('a run that was ended is gone on with by --resume', async (t) => {
    for (const [signal, name] of [
      ['SIGINT', 'a.csv'],
      ['SIGINT', 'a.ndjson.gz'],
      ['SIGTERM', 'a.csv.gz'],
    ]) {
      const dir = useDirectory(t);
      const kind = name.includes('.csv') ? CSV : NDJSON;
      const plans = [{ until: 3, how: 'held' }];
      const server = await exporter(t, 5, plans);
      const args = ['export', 'shop', '-o', name, '--url', server.url];
      const endOne = async () => {
        const child = spawn(BINARY, args, { cwd: dir, env: environment(), timeout: HANGS_MS, killSignal: 'SIGKILL' });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
        const ended = new Promise((resolve) => child.on('close', (code, by) => resolve(by)));
        const before = server.held.length;
        await until(() => server.held.length > before, 'a reply that is held');
        child.kill(signal);
        assert.equal(await ended, signal);
        assert.match(stderr, /the export was ended before it was done\n/);
        return stderr;
      };
      // It may be ended before anything came: then nothing is left of it.
      await until(async () => {
        const stderr = await endOne();
        if (list(dir).length === 0) return false;
        assert.match(stderr, /\.partial has what there is of it; the same command with --resume goes on with it\n$/);
        return true;
      }, 'a run with something to keep');
      plans[0] = {};
      assert.deepEqual(list(dir), [`${name}.partial`, `${name}.partial.json`]);
      await fails(1, /\.partial is there, of an export that did not end: --resume goes on/, args, { cwd: dir });
      await fails(1, /is of another export \(\/v1\/.*\): ask for the same/, [...args, '--resume', '--score', '1'], {
        cwd: dir,
      });
      await succeeds([...args, '--resume'], { cwd: dir });
      assert.deepEqual(list(dir), [name]);
      const bytes = fs.readFileSync(path.join(dir, name));
      assert.equal((name.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes).toString(), whole(kind, 5));
      assert.match(server.requests.at(-1).query.cursor, new RegExp(`^${HISTORY}\\.[123]$`));
    }
  });

  // kill -9, or the power: what the state says is in the file, and what lies behind it is taken away.
  test('what stands behind the last mark of a partial file is not believed', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 4);
    const args = ['export', 'shop', '-o', 'a.csv', '--resume', '--url', server.url];
    const good = HEADER + row.csv(1) + row.csv(2);
    const state = {
      export: '/v1/surveys/shop/responses.csv',
      cursor: `${HISTORY}.2`,
      moment: '2026-11-29T11:00:00Z',
      header: HEADER,
      responses: 2,
      bytes: good.length,
    };
    const leave = (bytes, said) => {
      fs.writeFileSync(path.join(dir, 'a.csv.partial'), bytes);
      fs.writeFileSync(path.join(dir, 'a.csv.partial.json'), typeof said === 'string' ? said : JSON.stringify(said));
    };
    leave(`${good}3,id-3,"sa`, state);
    const { stdout } = await succeeds(args, { cwd: dir });
    assert.match(stdout, /^Wrote a\.csv: 4 responses as of 2026-11-29T11:00:00Z to 2026-11-29T12:00:01Z,/);
    assert.equal(read(dir, 'a.csv'), whole(CSV, 4));
    leave(good.slice(0, -1), state);
    await fails(1, /is shorter than .* says: remove both/, args, { cwd: dir });
    leave(good, '{"export":');
    await fails(1, /is damaged: remove it and/, args, { cwd: dir });
    leave(good, { ...state, cursor: 7 });
    await fails(1, /is damaged: remove it and/, args, { cwd: dir });
    fs.rmSync(path.join(dir, 'a.csv.partial.json'));
    await fails(1, /cannot be read .*, and without it .* is of no use: remove it/, args, { cwd: dir });
    leave(good, { ...state, header: 'number,id,properties\r\n' });
    await fails(1, /properties or questions have changed, and with them the columns: begin the export anew/, args, {
      cwd: dir,
    });
    assert.equal(read(dir, 'a.csv'), whole(CSV, 4));
  });

  test('a survey whose columns change under it is not mixed', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 4, [
      { until: 2, how: 'torn' },
      { header: 'number,id,comment,more,properties\r\n' },
    ]);
    await fails(
      1,
      /with them the columns: begin the export anew/,
      ['export', 'shop', '-o', 'a.csv', '--url', server.url],
      { cwd: dir },
    );
    assert.deepEqual(list(dir), []);
  });

  test('what fails leaves the file that was there, and nothing else', async (t) => {
    const dir = useDirectory(t);
    const refused = await exporter(t, 1, [{ status: 403 }]);
    const to = (url, ...args) => ['export', 'shop', '-o', 'a.csv', '--url', url, ...args];
    fs.writeFileSync(path.join(dir, 'a.csv'), 'before');
    await fails(1, /not now/, to(refused.url), { cwd: dir });
    await fails(1, /no reply from http:\/\/127\.0\.0\.1:1:/, to('http://127.0.0.1:1'), { cwd: dir });
    await fails(1, /No such file or directory/, ['export', 'shop', '-o', 'no/a.csv', '--url', refused.url], {
      cwd: dir,
    });
    assert.deepEqual(list(dir), ['a.csv']);
    assert.equal(read(dir, 'a.csv'), 'before');
    const server = await exporter(t, 1);
    await succeeds(to(server.url), { cwd: dir });
    assert.equal(read(dir, 'a.csv'), whole(CSV, 1));
  });

  test('a daemon that is busy for a moment does not end it', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 4, [{ until: 2, how: 'torn' }, { status: 503 }, {}]);
    await succeeds(['export', 'shop', '-o', 'a.csv', '--url', server.url], { cwd: dir });
    assert.equal(read(dir, 'a.csv'), whole(CSV, 4));
  });

  test('the schema is written beside the file', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 1);
    await succeeds(['export', 'shop', '-o', 'a.csv.gz', '--schema', '--url', server.url], { cwd: dir });
    assert.deepEqual(list(dir), ['a.csv.gz', 'a.csv.schema.json']);
    assert.deepEqual(JSON.parse(read(dir, 'a.csv.schema.json')).fields, []);
    assert.equal(server.requests.at(-1).path, '/v1/surveys/shop/responses.schema.json');
  });

  test('a terminal shows how it gets on', async (t) => {
    const dir = useDirectory(t);
    const server = await exporter(t, 20_000);
    await cxd(['-qec', `'${BINARY}' export shop -o a.csv --url ${server.url}`, 'typescript'], {
      binary: 'script',
      cwd: dir,
      env: { TERM: 'xterm', LC_ALL: 'C.UTF-8' },
    });
    const seen = read(dir, 'typescript');
    assert.match(seen, /\rExporting {2}\[[^\]]+\] +\d+ % {2}[\d,]+ responses/);
    assert.match(seen, /\r\x1b\[K/); // eslint-disable-line no-control-regex
    assert.match(seen, /Wrote a\.csv: 20,000 responses/);
    assert.equal(read(dir, 'a.csv'), whole(CSV, 20_000));
    assert.equal(server.requests[0].path, '/v1/surveys/shop/score');
    assert.deepEqual(server.requests[0].query, { window: 'all' });
  });

  test('docs/export.md describes every column, in their order', () => {
    const source = fs.readFileSync(path.join(ROOT, 'src/codec/export.c'), 'utf8');
    const columns = [...source.matchAll(/^ {4}\{"(\w+)", KIND_/gm)].map(([, name]) => name);
    assert.ok(columns.length > 15);
    columns.splice(-2, 2, 'property.KEY', 'properties', 'answer.KEY', 'answer.KEY.other', 'answers');
    const page = fs.readFileSync(path.join(ROOT, 'docs/export.md'), 'utf8');
    const described = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names]) =>
      names.split(', ').map((name) => name.replaceAll('`', '')),
    );
    assert.deepEqual(described, columns);
  });
});
