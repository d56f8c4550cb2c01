// A server that is no daemon of ours, or one that was taken over: whatever it replies, a command ends by itself, its
// output is bounded, and nothing in it is obeyed by a terminal. Every command of the client is tried with every reply.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BINARY, environment, HANGS_MS, makeDirectory, removeDirectory } from './harness.mjs';

const EVIL = 'a\u001b]0;x\u0007\u009b31m\u202eb\nc\rd\u007f\u2066e\u200f\u061cf\u2028g\u0085h\bi\t';
const FORBIDDEN = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/;
const ID = '0192f3a0-0000-7000-8000-000000000001';
const AT = '2026-01-01T00:00:00Z';
const OUTPUT_MAX = 200 * 1024;

let dir, definition, list;
before(() => {
  dir = makeDirectory();
  definition = path.join(dir, 'definition.json');
  list = path.join(dir, 'list.csv');
  fs.writeFileSync(definition, '{"metric":"nps"}');
  fs.writeFileSync(list, 'respondent\nada\n');
});
after(() => removeDirectory(dir));

const commands = () =>
  [
    ['status'],
    ['score'],
    ['score', 'nps'],
    ['survey', 'list'],
    ['survey', 'show', 'nps'],
    ['survey', 'put', 'nps', definition],
    ['survey', 'archive', 'nps'],
    ['suspects', 'list', 'nps'],
    ['suspects', 'clear', 'nps'],
    ['key', 'list'],
    ['key', 'create', 'k', '--scope', 'read'],
    ['key', 'revoke', ID],
    ['signing-key', 'list'],
    ['signing-key', 'rotate'],
    ['retention', 'resume', '--yes'],
    ['audit'],
    ['audit', 'verify'],
    ['post', 'nps', '9'],
    ['invite', 'nps', '-r', 'ada'],
    ['invite', 'nps', '-f', list],
  ].flatMap((words) =>
    words.includes('verify') || words.includes('-f') || words[1] === 'show' ? [words] : [words, [...words, '--json']],
  );

// As a daemon replies, to all commands at once, with a text and a number of somebody's choice.
function reply(text, number, count = 1) {
  const many = (make) => Array.from({ length: count }, (_, i) => make(i));
  const counts = Object.fromEntries(many((i) => [`${text}${i}`, number]));
  const score = {
    survey: text,
    metric: text,
    method: text,
    direction: 'lower_is_better',
    scale: { min: number, max: number },
    window: { from: text, to: text },
    n: number,
    score: number,
    interval: { low: number, high: number, confidence: number },
    bands: counts,
    distribution: counts,
    mean: number,
    small_sample: true,
    previous: { n: number, score: number, delta: number, p_value: number, significant: true },
  };
  return {
    ready: true,
    version: text,
    now: AT,
    reasons: many(() => ({ reason: text, detail: text })),
    listen: many(() => ({ url: text })),
    uptime_seconds: number,
    started_at: text,
    responses: { counted: number, last_minute: number, last_hour: number },
    queue: { waiting: number, capacity: number },
    connections: { open: number, limit: number, refused: number, per_address: number },
    last_commit: { at: AT, changes: number, seconds: number },
    storage: { database_bytes: number, log_bytes: number, free_bytes: number },
    schema: number,
    suspects: {
      responses: number,
      complete: true,
      last_day: number,
      reasons: counts,
      surveys_with_some: number,
      surveys: many(() => ({ survey: text, responses: number, reasons: counts })),
    },
    cleared: number,
    imports: { open: number, undoing: number },
    dimensions: {
      overflowing: number,
      beyond: number,
      unrolled: number,
      overflows: many(() => ({ survey: text, dimension: text, values: number, beyond: number })),
    },
    workers: Object.fromEntries(many((i) => [`w${i}`, { threads: number, busy: number, waiting: number }])),
    batch_memory: { held_bytes: number, limit_bytes: number, refused: number },
    question_memory: { held_bytes: number, limit_bytes: number, refused: number },
    rate_limited: counts,
    flagged: counts,
    backups: { last_at: AT, bytes: number, failing: true, running: true },
    reloads: { done: number, refused: number, last_at: AT },
    retention: { held: true, reason: text, detail: text, clock_at: text, known_at: text, deletes_as_of: text },
    ...score,
    slug: text,
    revision: number,
    opens_at: text,
    closes_at: text,
    name: text,
    id: text,
    key: text,
    prefix: text,
    scopes: many(() => text),
    created_at: text,
    expires_at: text,
    last_used: text,
    number,
    url: text,
    scores: many(() => score),
    surveys: many(() => ({
      slug: text,
      metric: text,
      scale: { min: number, max: number },
      method: text,
      revision: number,
      name: text,
    })),
    keys: many(() => ({ id: text, prefix: text, scopes: [text], name: text })),
    signing_keys: many(() => ({ number, created_at: text, signs: true })),
    records: many(() => ({ number, at: text, actor: text, act: text, target: text, detail: text, hash: text })),
  };
}
const problem = (text, count = 1) => ({
  type: text,
  title: text,
  detail: text,
  errors: Array.from({ length: count }, () => ({ pointer: text, detail: text })),
});

// The jansson of a daemon escapes; a stranger's JSON has what JSON allows raw.
const raw = (value) => JSON.stringify(value);
const spaced = (value) => JSON.stringify(value, null, '\t').replaceAll('\n', '\r');

const REPLIES = {
  'control characters': () => ({ body: raw(reply(EVIL, 1)) }),
  'control characters, spaced by carriage returns': () => ({ body: spaced(reply(EVIL, 1)) }),
  'a problem of control characters': () => ({ status: 400, body: raw(problem(EVIL)) }),
  'a problem without end': () => ({ status: 422, body: raw(problem('x'.repeat(100), 2000)) }),
  'eight million of one': () => ({ body: raw({ ...reply('b', 8_000_000), n: 1 }) }),
  'huge numbers': () => ({ body: raw(reply('b', 1e308)) }),
  'huge negative numbers': () => ({ body: raw(reply('b', -1e308)) }),
  'tiny numbers': () => ({ body: raw(reply('b', 5e-324)) }),
  'numbers beyond any integer': () => ({ body: raw(reply('b', 1e19)) }),
  'long texts': () => ({ body: raw(reply('x'.repeat(20_000), 1)), bounded: 2 << 20 }),
  'many of each': () => ({ body: raw(reply('b', 1e308, 150)) }),
  'a status of many parts': () => {
    const { workers, dimensions } = reply('b', 7, 4000);
    return { body: raw({ ...reply('b', 1), workers, dimensions }) };
  },
  'many responses': () => {
    const one = { answered_at: EVIL, score: 1e308, flags: [EVIL, 'b'], respondent: EVIL, id: EVIL };
    return { body: raw({ ...reply('b', 1), responses: Array.from({ length: 150 }, () => one) }) };
  },
  'one wide cell and many rows': () => {
    const value = reply('b', 1, 150);
    for (const rows of [value.surveys, value.keys, value.records, value.scores]) rows[0] = reply('w'.repeat(20_000), 1);
    return { body: raw(value), bounded: 2 << 20 };
  },
  'nulls and other types': () => ({
    body: raw(
      JSON.parse(raw(reply('b', 1)), (key, value) =>
        typeof value === 'string' ? [value] : typeof value === 'number' ? `${value}` : value,
      ),
    ),
  }),
  'nesting': () => ({ body: '['.repeat(20_000) + ']'.repeat(20_000) }),
  'nesting of objects, with commas': () => ({
    body: `${'{"a":['.repeat(500)}${'1,'.repeat(100_000)}1${']}'.repeat(500)}`,
  }),
  'values without end': () => ({
    body: `{"ready":true,"slug":"b","surveys":[${'[],'.repeat(1_200_000)}[]]}`,
    bounded: 5 << 20,
  }),
  'text that is no JSON': () => ({ body: EVIL.repeat(10) }),
  'bytes that are no text': () => ({ body: Buffer.from([0x22, 0x1b, 0xff, 0x9b, 0xc2, 0x22]) }),
  'nothing': () => ({ body: '' }),
  'a redirect': () => ({
    status: 302,
    headers: { Location: 'http://192.0.2.1/\u001b'.replace('\u001b', '%1b') },
    body: '{}',
  }),
};

let server, current, requests;
before(async () => {
  server = http.createServer((request, response) => {
    requests.push(request.headers);
    request.resume();
    request.on('end', () => {
      response.on('error', () => {});
      response.writeHead(current.status ?? 200, { 'Content-Type': 'application/json', ...current.headers });
      response.end(current.body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function cxd(args, url, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(BINARY, [...args, '--url', url, '--key', 'cxs_x'], {
      env: environment({ LC_ALL: 'C.UTF-8', ...env }),
      timeout: HANGS_MS,
      killSignal: 'SIGKILL',
    });
    const out = [],
      err = [];
    child.stdout.on('data', (bytes) => out.push(bytes));
    child.stderr.on('data', (bytes) => err.push(bytes));
    child.on('close', (status, signal) =>
      resolve({ status, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
    );
  });
}

function assertHarmless(done, what, bounded = OUTPUT_MAX) {
  assert.ok(
    done.status === 0 || done.status === 1,
    `${what}: ended by itself (${done.status ?? done.signal})\n${done.stderr.toString().slice(0, 2000)}`,
  );
  assert.ok(
    done.stdout.length + done.stderr.length <= bounded,
    `${what}: ${done.stdout.length} and ${done.stderr.length} bytes`,
  );
  for (const bytes of [done.stdout, done.stderr]) {
    const found = FORBIDDEN.exec(bytes.toString());
    assert.equal(
      found,
      null,
      `${what}: ${found && JSON.stringify(bytes.toString().slice(Math.max(0, found.index - 40), found.index + 10))}`,
    );
  }
}

describe('every command, every reply', { concurrency: 1 }, () => {
  for (const [name, make] of Object.entries(REPLIES))
    test(name, async () => {
      current = make();
      requests = [];
      const url = `http://127.0.0.1:${server.address().port}`;
      await Promise.all(
        commands().map(async (args) => {
          // A list is passed on to other programs as it came, but for control characters.
          if (args.includes('-f') && Buffer.from(current.body).length > OUTPUT_MAX) return;
          const json = args.includes('--json') || args[1] === 'show';
          const bounded = json ? Math.max(OUTPUT_MAX, 12 * Buffer.from(current.body).length) : current.bounded;
          const done = await cxd(args, url);
          if (args.includes('-f')) {
            assert.doesNotMatch(
              done.stdout.toString(),
              /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/,
              `${name}, ${args.join(' ')}`,
            );
            done.stdout = Buffer.alloc(0);
          }
          assertHarmless(done, `${name}, ${args.join(' ')}`, bounded);
          assert.ok(requests.length > 0);
        }),
      );
    });

  test('a JSON reply stays JSON', async () => {
    current = REPLIES['control characters']();
    requests = [];
    for (const args of commands().filter((words) => words.includes('--json') || words[1] === 'show')) {
      const done = await cxd(args, `http://127.0.0.1:${server.address().port}`);
      assert.deepEqual(JSON.parse(done.stdout.toString()), JSON.parse(current.body), args.join(' '));
    }
  });
});

// What is no HTTP as it should be. Each connection gets the bytes, and then as many more as it takes, if there are any.
const STREAMS = {
  'a status line of control characters': { head: 'HTTP/1.1 200 \u001b[31m\u009b\r\nContent-Length: 2\r\n\r\n{}' },
  'a version that is none': { head: 'HTTP/\u001b.1 200 OK\r\n\r\n' },
  'no head at all': { head: '\u001b]0;x\u0007{}\n' },
  'a chunk size of control characters': { head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\u001b[31m\r\n' },
  'a body without end': {
    head: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":"',
    more: 'x'.repeat(65536),
  },
  'chunks without end': {
    head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    more: `ffff\r\n${'['.repeat(65535)}\r\n`,
  },
  'heads without end': { head: 'HTTP/1.1 200 OK\r\n', more: `X-Y: ${'z'.repeat(60000)}\r\n` },
  'a length that is a lie': {
    head: 'HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{',
    more: 'x'.repeat(65536),
  },
};
for (const [name, stream] of Object.entries(STREAMS))
  test(name, async (t) => {
    const peer = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(Buffer.from(stream.head, 'latin1'));
        if (!stream.more) return socket.end();
        const pour = () => {
          while (!socket.destroyed && socket.write(stream.more));
        };
        socket.on('drain', pour);
        return pour();
      });
    });
    await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
    t.after(() => peer.close());
    for (const args of [['status'], ['audit', '--json']]) {
      const done = await cxd(args, `http://127.0.0.1:${peer.address().port}`);
      assert.equal(done.status, 1, done.stderr.toString());
      assertHarmless(done, name);
    }
  });

test('pages without end are not all kept', async (t) => {
  let next = 0;
  const pages = http.createServer((request, response) => {
    const records = Array.from({ length: 1000 }, () => ({
      number: ++next,
      at: AT,
      actor: 'a'.repeat(500),
      act: 'b'.repeat(500),
      target: 'c'.repeat(500),
      detail: 'd'.repeat(500),
      hash: '',
    }));
    response.end(JSON.stringify({ records, next }));
  });
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    pages.closeAllConnections();
    pages.close();
  });
  const done = await cxd(['audit'], `http://127.0.0.1:${pages.address().port}`);
  assert.equal(done.status, 1);
  assert.match(done.stderr.toString(), /too long to be laid out/);
  assertHarmless(done, 'pages');
});

test('pages without anything in them lead nowhere', async (t) => {
  let next = 0;
  const pages = http.createServer((request, response) =>
    response.end(JSON.stringify({ records: [], surveys: [], keys: [], scores: [], next: ++next })),
  );
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    pages.closeAllConnections();
    pages.close();
  });
  for (const args of [
    ['audit'],
    ['audit', '--json'],
    ['audit', 'verify'],
    ['survey', 'list'],
    ['key', 'list'],
    ['score'],
  ]) {
    const done = await cxd(args, `http://127.0.0.1:${pages.address().port}`);
    assert.ok(done.status === 0 || done.status === 1, `${args}: ended by itself (${done.signal})`);
    if (args[0] === 'audit') assert.match(done.stderr.toString(), /not a list of records/);
  }
});

test('what is given on the command line, and the names of files, are shown harmlessly', async () => {
  for (const args of [
    ['score', EVIL],
    ['post', 'nps', EVIL],
    ['key', 'revoke', EVIL],
    [EVIL],
    ['survey', EVIL],
    ['survey', 'put', 'nps', `/${EVIL}`],
    ['invite', 'nps', '-f', `/${EVIL}`],
    ['score', `--${EVIL}`],
    ['check', `/${EVIL}`],
    ['restore', `/${EVIL}`],
    ['backup', `/${EVIL}/x`],
    ['serve', '-c', `/${EVIL}`],
    ['rebuild', '-c', `/${EVIL}`],
    ['status', '-c', `/${EVIL}`],
    ['score', '--compare', EVIL],
    ['serve', '--listen', EVIL],
    ['audit', 'verify', '--head', EVIL],
  ]) {
    const child = spawn(BINARY, args, { env: environment() });
    const err = [];
    child.stderr.on('data', (bytes) => err.push(bytes));
    child.stdout.on('data', (bytes) => err.push(bytes));
    const status = await new Promise((resolve) => child.on('close', resolve));
    const text = Buffer.concat(err).toString();
    assert.ok(status === 1 || status === 2, `${args}: ${status} ${text}`);
    assert.doesNotMatch(text, FORBIDDEN, args.join(' '));
  }
});
