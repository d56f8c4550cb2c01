// A life: start, stop under load, start again; what refuses to start, and how it says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import {
  BINARY,
  environment,
  ids,
  ini,
  ROOT,
  run,
  sqlite,
  start,
  TRANSPORTS,
  until,
  use,
  useDirectory,
} from './harness.mjs';

const VERSION = /^VERSION = (\S+)$/m
  .exec(fs.readFileSync(path.join(ROOT, 'Makefile'), 'utf8'))[1]
  .replaceAll('.', '\\.');
const id = ids(31);

// A config file of these lines, and what `serve` (with --check unless told) says to it.
function check(t, text, { args = ['--check'], env } = {}) {
  const file = path.join(useDirectory(t), 'cxd.conf');
  fs.writeFileSync(file, text);
  return { file, ...run(['serve', '-c', file, ...args], { env }) };
}

const GOOD = (dir) => ({ server: { listen: '127.0.0.1:0' }, storage: { url: `sqlite:${dir}/cxd.db` } });

test('the line that tells the real address', async (t) => {
  const daemon = await use(t);
  assert.match(daemon.stdout, new RegExp(`^cxd ${VERSION} listening on http://127\\.0\\.0\\.1:[1-9]\\d*\n`, 'm'));
});

test('--listen goes over the file', async (t) => {
  const daemon = await use(t, { config: { server: { listen: '127.0.0.1:1' } }, args: ['--listen', '127.0.0.1:0'] });
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
});

test('IPv6', async (t) => {
  const probe = net.createServer();
  const available = await new Promise((resolve) =>
    probe.once('error', () => resolve(false)).listen(0, '::1', () => probe.close(() => resolve(true))),
  );
  if (!available) return t.skip('no ::1 here');
  const daemon = await use(t, { config: { server: { listen: '[::1]:0' } } });
  assert.match(daemon.url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} under load drains: exit 0, nothing acknowledged is lost`, async (t) => {
    const daemon = await use(t);
    await daemon.survey('s', { metric: 'nps' });
    const acknowledged = new Set();
    const sent = new Set();
    const statuses = {};
    let ended = false;
    let started;
    const loaded = new Promise((resolve) => {
      started = resolve;
    });
    const clients = Array.from({ length: 16 }, async () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (!ended) {
        const name = id();
        sent.add(name);
        try {
          const reply = await daemon.put('s', name, { score: 9 }, { agent });
          statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
          if (reply.status === 201) acknowledged.add(name);
        } catch {
          ended = true; // the daemon is gone
        }
        if (acknowledged.size >= 200) started();
      }
      agent.destroy();
    });
    await loaded;
    await daemon.end(signal);
    ended = true;
    await Promise.all(clients);
    for (const status of Object.keys(statuses)) assert.ok(['201', '503'].includes(status), JSON.stringify(statuses));
    assert.equal(
      fs.existsSync(`${daemon.database}-wal`) && fs.statSync(`${daemon.database}-wal`).size > 0,
      false,
      'checkpointed',
    );
    assert.equal(sqlite(daemon.database, 'PRAGMA integrity_check;').trim(), 'ok');
    await daemon.begin();
    const score = (await daemon.score('s', 'window=all')).json;
    assert.ok(score.n >= acknowledged.size, `${score.n} of ${acknowledged.size}`);
    assert.ok(score.n <= sent.size);
    for (const name of acknowledged)
      assert.equal((await daemon.put('s', name, { score: 9 })).status, 200, 'an acknowledged response is there');
  });
}

test('a request that has arrived is answered before the end', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'nps' });
  const lines = Array.from({ length: 5000 }, () => ({ survey: 's', id: id(), score: 9 }));
  const batches = Array.from({ length: 4 }, (_, i) => daemon.batch(lines.slice(i * 1250, i * 1250 + 1250)));
  // The first answer proves that the others have at least been sent.
  await Promise.race(batches);
  await Promise.all([
    daemon.end(),
    ...batches.map((batch) =>
      batch.then(
        (reply) => assert.ok([200, 503].includes(reply.status), reply.text.slice(0, 200)),
        () => {}, // not taken at all
      ),
    ),
  ]);
  await daemon.begin();
  assert.equal((await daemon.score('s', 'window=all')).json.n % 1250, 0, 'a batch is stored whole or not at all');
});

test('a client that left in the middle of a request does not hold up the end', async (t) => {
  const daemon = await use(t, { config: { server: { request_timeout: 3600 } } });
  const begun =
    'POST /v1/surveys/s/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
    'Content-Length: 5000\r\n\r\n{';
  const wires = await Promise.all(Array.from({ length: 20 }, () => daemon.connect()));
  daemon.child.kill('SIGSTOP'); // so that it sees the bytes and the end at once
  await Promise.all(wires.map((wire) => new Promise((resolve) => wire.socket.end(begun, resolve))));
  daemon.child.kill('SIGCONT');
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
  await daemon.end();
  for (const wire of wires) wire.close();
});

// The daemon's ends of connections to its port that have not been shut, as the kernel lists them.
function connections(daemon) {
  const port = Number(daemon.port).toString(16).toUpperCase().padStart(4, '0');
  const rows = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows.filter((row) => new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} [0-9A-F:]+ (01|08) `).test(row)).length;
}

for (const [kind, transport] of Object.entries(TRANSPORTS))
  test(`a stop does not wait for clients that stall, and does for one that gets on: ${kind}`, async (t) => {
    const daemon = await start({ ...transport, config: { server: { request_timeout: 3600 } } });
    let stopped = false;
    t.after(() => stopped || daemon.stop());
    await daemon.survey('s', { metric: 'nps' });
    await daemon.load(Array.from({ length: 1000 }, () => ({ survey: 's', score: 9, comment: 'x'.repeat(1000) })));
    const head = (path) => `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${daemon.key}\r\n`;
    const open = async (bytes) => {
      const wire = await daemon.connect();
      t.after(() => wire.close());
      wire.socket.on('error', () => {});
      wire.sent = null; // it is never answered
      wire.send(bytes);
      return wire;
    };
    // Half a line, half a head, half a body, no more than a byte now and then, and a reply that nobody reads.
    await open('POST /v1/sur');
    await open(head('/v1/surveys/s/responses'));
    await open(`${head('/v1/surveys/s/responses')}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"sc`);
    const dripping = await open(`${head('/v1/surveys/s/responses')}X-Slow: `);
    const reader = await daemon.connect();
    t.after(() => reader.close());
    reader.socket.on('error', () => {});
    reader.sent = null;
    reader.socket.pause();
    const listing = 'GET /v1/surveys/s/responses?limit=1000 HTTP/1.1\r\nHost: x\r\n';
    reader.send(`${listing}Authorization: Bearer ${daemon.key}\r\n\r\n`.repeat(20));
    // A handshake that does not begin is a plain connection that says nothing.
    const silent = net.connect(daemon.port, daemon.host).on('error', () => {});
    t.after(() => silent.destroy());
    const body = `${JSON.stringify({ survey: 's', id: id(), score: 3 })}\n`;
    // More than it sends until the others are cut, and less than would take what is left of the 15 s.
    const padding = 4 * 1024 * 1024 - body.length;
    const mover = await daemon.connect();
    mover.socket.on('error', () => {});
    mover.sent = null;
    mover.send(
      `${head('/v1/responses')}Content-Type: application/x-ndjson\r\nContent-Length: ${padding + body.length}\r\n\r\n`,
    );
    assert.equal((await daemon.request('GET', '/healthz')).status, 200);
    daemon.child.kill('SIGTERM');
    stopped = true;
    let sent = 0;
    let turn = 0;
    await until(() => {
      if (sent + 4096 < padding) mover.send('\n'.repeat(4096));
      sent += sent + 4096 < padding ? 4096 : 0;
      // TLS makes 23 bytes of one.
      if (turn++ % 10 === 0 && !dripping.closed) dripping.send('x');
      return /stopping/.test(daemon.stderr) && connections(daemon) <= 1;
    });
    mover.send('\n'.repeat(padding - sent) + body);
    const reply = await mover.reply();
    assert.equal(reply?.status, 200, 'the one that got on is answered');
    assert.deepEqual(await daemon.exited, { code: 0, signal: null }, daemon.stderr.slice(-2000));
    assert.equal(sqlite(daemon.database, 'SELECT count(*) FROM response WHERE score = 3;').trim(), '1');
    daemon.clean();
  });

test('two signals at once are one', async (t) => {
  const daemon = await use(t);
  daemon.child.kill('SIGTERM');
  daemon.child.kill('SIGINT');
  await daemon.end();
});

test('a second start opens the same data', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'csat', name: 'Ünïcode', properties: ['plan'] });
  const stored = (await daemon.post('s', { score: 4, comment: 'hä?', properties: { plan: 'pro' } })).json;
  const before = (await daemon.score('s')).json;
  const definition = (await daemon.admin('GET', '/v1/surveys/s')).json;
  for (let life = 0; life < 3; life++) {
    await daemon.end();
    await daemon.begin();
    assert.deepEqual((await daemon.admin('GET', '/v1/surveys/s')).json, definition);
    assert.deepEqual((await daemon.score('s')).json, before);
    const replay = await daemon.put('s', stored.id, { score: 4, comment: 'hä?', properties: { plan: 'pro' } });
    assert.equal(replay.status, 200);
    assert.deepEqual(replay.json, stored);
  }
});

test('after SIGKILL it starts again with everything that it acknowledged', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'nps' });
  for (let i = 0; i < 20; i++) assert.equal((await daemon.post('s', { score: 9 })).status, 201);
  await daemon.kill();
  await daemon.begin();
  assert.equal((await daemon.score('s')).json.n, 20);
});

test('a database of a newer schema is refused by name, and left as it was', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'nps' });
  await daemon.end();
  const version = Number(sqlite(daemon.database, 'PRAGMA user_version;'));
  assert.ok(version > 0);
  sqlite(daemon.database, `PRAGMA user_version = ${version + 1};`);
  const bytes = fs.readFileSync(daemon.database);
  const refused = run(['serve', '-c', daemon.config]);
  assert.equal(refused.status, 1, refused.stderr);
  assert.match(refused.stderr, /cxd\.db/);
  assert.match(refused.stderr, new RegExp(`newer|schema.*${version + 1}|${version + 1}.*schema`, 'i'));
  assert.ok(bytes.equals(fs.readFileSync(daemon.database)));
  sqlite(daemon.database, `PRAGMA user_version = ${version};`);
  await daemon.begin();
});

test('a database of another program, and a file that is no database, are refused', (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini(GOOD(dir)));
  sqlite(`${dir}/cxd.db`, 'CREATE TABLE notes (text); PRAGMA user_version = 1;');
  const foreign = run(['serve', '-c', file]);
  assert.equal(foreign.status, 1, foreign.stderr);
  assert.match(foreign.stderr, /cxd\.db/);
  fs.writeFileSync(`${dir}/cxd.db`, 'this is no database, but long enough to be looked at '.repeat(100));
  const text = run(['serve', '-c', file]);
  assert.equal(text.status, 1, text.stderr);
});

test('two daemons on one database: the second is refused, the first goes on', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', { metric: 'nps' });
  const second = run(['serve', '-c', daemon.config, '--listen', '127.0.0.1:0']);
  assert.equal(second.status, 1, second.stdout + second.stderr);
  assert.match(second.stderr, /in use|another process|locked/i);
  assert.equal((await daemon.post('s', { score: 9 })).status, 201);
  const rebuild = run(['rebuild', '-c', daemon.config]);
  assert.equal(rebuild.status, 1, 'nor does rebuild touch a live database');
  assert.equal((await daemon.score('s')).json.n, 1);
});

test('a port that is taken', async (t) => {
  const daemon = await use(t);
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini({ ...GOOD(dir), server: { listen: `127.0.0.1:${daemon.port}` } }));
  const refused = run(['serve', '-c', file]);
  assert.equal(refused.status, 1, refused.stderr);
  assert.match(refused.stderr, new RegExp(String(daemon.port)));
  assert.equal((await daemon.request('GET', '/healthz')).status, 200);
});

test('a database whose directory cannot be', (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini({ server: { listen: '127.0.0.1:0' }, storage: { url: `sqlite:${file}/cxd.db` } }));
  const refused = run(['serve', '-c', file]);
  assert.equal(refused.status, 1, refused.stdout + refused.stderr);
  assert.match(refused.stderr, /cxd\.conf\/cxd\.db|cxd\.conf/);
});

// The oracle of the tests is no part of what is installed.
test('the release knows no memory:, and says what to do instead', (t) => {
  const file = path.join(useDirectory(t), 'cxd.conf');
  fs.writeFileSync(file, ini({ server: { listen: '127.0.0.1:0' }, storage: { url: 'memory:' } }));
  const refused = run(['serve', '-c', file], { binary: path.join(ROOT, 'build/cxd') });
  assert.equal(refused.status, 1, refused.stdout + refused.stderr);
  assert.match(
    refused.stderr,
    /\[storage\] url: "memory:" is not a storage URL \(sqlite:PATH; .*temporary directory\)/,
  );
});

test('memory: serves, and keeps nothing', async (t) => {
  const daemon = await use(t, { storage: 'memory:' });
  await daemon.survey('s', { metric: 'nps' });
  const name = id();
  assert.equal((await daemon.put('s', name, { score: 9 })).status, 201);
  assert.equal((await daemon.put('s', name, { score: 9 })).status, 200);
  assert.equal((await daemon.put('s', name, { score: 1 })).status, 200);
  assert.equal((await daemon.score('s')).json.score, -100);
  await daemon.end();
  fs.rmSync(daemon.keyFile);
  await daemon.begin();
  assert.equal((await daemon.admin('GET', '/v1/surveys/s')).status, 404);
});

// The config.
test('serve --check: a good file is 0, and nothing is started or made', (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini(GOOD(dir)));
  const { status, stderr } = run(['serve', '--check', '-c', file]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(fs.readdirSync(dir), ['cxd.conf']);
});

const BAD = [
  ['an unknown key', '[server]\nlisten = 127.0.0.1:0\nlitsen = 1\n', 3, /litsen/],
  ['an unknown section', '[server]\nlisten = 127.0.0.1:0\n\n[servre]\nlisten = 1\n', 4, /servre/],
  ['a key before any section', 'listen = 127.0.0.1:0\n', 1, /listen/],
  ['a number that is none', '# comment\n[server]\nrequest_timeout = soon\n', 3, /request_timeout/],
  ['a number out of range', '[server]\nrequest_timeout = 0\n', 2, /request_timeout/],
  ['a negative number', '[server]\nrequest_timeout = -5\n', 2, /request_timeout/],
  ['a listen address that is none', '[server]\nlisten = nonsense:port\n', 2, /listen/],
  ['a port out of range', '[server]\nlisten = 127.0.0.1:65536\n', 2, /listen/],
  ['a storage that is none', '[storage]\nurl = oracle:x\n', 2, /url/],
  ['a zone that is none', '[reporting]\ntimezone = Europe/Atlantis\n', 2, /timezone|Atlantis/],
  ['a zone that leaves the zones', '[reporting]\ntimezone = ../../../etc/passwd\n', 2, /timezone|passwd/],
  ['read that is none', '[access]\nread = maybe\n', 2, /read/],
  ['a line that is none', '[server]\nlisten = 127.0.0.1:0\nnonsense\n', 3, /./],
  ['a key twice', '[server]\nlisten = 127.0.0.1:0\nlisten = 127.0.0.1:1\n', 3, /listen/],
];
for (const [name, text, line, what] of BAD) {
  test(`config: ${name} is an error with file and line`, (t) => {
    for (const args of [['--check'], []]) {
      const { status, stderr } = check(t, text, { args });
      assert.equal(status, 1, stderr);
      assert.match(stderr, new RegExp(`cxd\\.conf:${line}\\b`), stderr);
      assert.match(stderr, what);
    }
  });
}

test('config: a file that is not there is named', () => {
  const { status, stderr } = run(['serve', '--check', '-c', '/nonexistent/cxd.conf']);
  assert.equal(status, 1);
  assert.match(stderr, /\/nonexistent\/cxd\.conf/);
});

test('config: the environment goes over the file', async (t) => {
  const daemon = await use(t, {
    config: { server: { listen: '127.0.0.1:1' }, reporting: { timezone: 'Asia/Kathmandu' } },
    env: { CXD_SERVER_LISTEN: '127.0.0.1:0', CXD_REPORTING_TIMEZONE: 'UTC' },
  });
  await daemon.survey('s', { metric: 'nps' });
  assert.match((await daemon.score('s')).json.window.to, /T00:00:00(\.000)?Z$/);
});

test('config: an unknown or bad variable is an error by name', (t) => {
  const dir = useDirectory(t);
  const good = ini(GOOD(dir));
  for (const [name, value] of [
    ['CXD_SERVER_LITSEN', '1'],
    ['CXD_SERVER_REQUEST_TIMEOUT', 'soon'],
    ['CXD_REPORTING_TIMEZONE', 'Europe/Atlantis'],
  ]) {
    const { status, stderr } = check(t, good, { env: { [name]: value } });
    assert.equal(status, 1, `${name}: ${stderr}`);
    assert.match(stderr, new RegExp(name));
  }
  const { status, stderr } = check(t, good, { env: { CXD_URL: 'http://127.0.0.1:1', CXD_KEY: 'x' } });
  assert.equal(status, 0, stderr);
});

test('config: read = open or everything on an address that is not loopback is refused', (t) => {
  for (const read of ['open', 'everything']) {
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:8080']) {
      const { status, stderr } = check(t, `[server]\nlisten = ${listen}\n[access]\nread = ${read}\n`);
      assert.equal(status, 1, listen);
      assert.match(stderr, new RegExp(`"${read}".*loopback`));
    }
    for (const listen of ['127.0.0.1:0', '127.8.9.1:0', '[::1]:0'])
      assert.equal(check(t, `[server]\nlisten = ${listen}\n[access]\nread = ${read}\n`).status, 0, listen);
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.writeFileSync(file, ini({ ...GOOD(dir), access: { read } }));
    const refused = run(['serve', '-c', file, '--listen', '0.0.0.0:0']);
    assert.equal(refused.status, 1, 'nor by --listen');
    assert.match(refused.stderr, new RegExp(`read = ${read}.*loopback`));
  }
});

test('config: conf.d beside the file is read too, and its errors named', (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini(GOOD(dir)));
  fs.mkdirSync(path.join(dir, 'conf.d'));
  fs.writeFileSync(path.join(dir, 'conf.d', '10-x.conf'), '[access]\nread = maybe\n');
  const { status, stderr } = run(['serve', '--check', '-c', file]);
  assert.equal(status, 1);
  assert.match(stderr, /10-x\.conf:2\b/);
});

test('serve --print-config: the sample names every fixed option, and is itself a good file', (t) => {
  const { status, stdout } = run(['serve', '--print-config']);
  assert.equal(status, 0);
  for (const option of ['listen', 'request_timeout', 'url', 'timezone', 'read'])
    assert.match(stdout, new RegExp(`^[#; ]*${option} *=`, 'm'), option);
  for (const section of ['server', 'storage', 'reporting', 'access', 'limits'])
    assert.match(stdout, new RegExp(`^\\[${section}\\]`, 'm'));
  const given = check(t, stdout);
  assert.equal(given.status, 0, given.stderr);
  // Every option of it uncommented is a good file too: the defaults are valid values.
  const bare = stdout.replace(/^[#;]\s?(\w+ *=)/gm, '$1');
  assert.ok(bare.includes('\nlisten'));
  const all = check(t, bare);
  assert.equal(all.status, 0, all.stderr);
});

test('limits of the config are kept', async (t) => {
  const sample = run(['serve', '--print-config']).stdout;
  const limits = sample.slice(sample.indexOf('[limits]')).split(/^\[(?!limits)/m)[0];
  const named = (part) =>
    new RegExp(`^[#; ]*(\\w*${part}\\w*) *=`, 'm').exec(limits)?.[1] ??
    assert.fail(`no limit of ${part} in:\n${limits}`);
  const daemon = await use(t, {
    config: {
      limits: { [named('comment_')]: 10, [named('respondent')]: 11, [named('body')]: 1024, [named('depth')]: 3 },
    },
  });
  await daemon.survey('s', { metric: 'nps' });
  assert.equal((await daemon.post('s', { score: 1, comment: 'x'.repeat(10), respondent: 'y'.repeat(11) })).status, 201);
  const reply = await daemon.post('s', { score: 1, comment: 'x'.repeat(11), respondent: 'y'.repeat(12) });
  assert.equal(reply.status, 422);
  assert.deepEqual(reply.json.errors.map((error) => error.pointer).sort(), ['/comment', '/respondent']);
  assert.equal((await daemon.post('s', `{"score":1,"comment":"${'x'.repeat(1024)}"}`)).status, 413);
  assert.equal((await daemon.post('s', '{"score":1,"properties":{"a":[[1]]}}')).status, 400);
});

test('usage errors are 2, --version and --help are 0', () => {
  for (const args of [[], ['nonsense'], ['serve', '--nonsense'], ['serve', '-c'], ['serve', 'extra']])
    assert.equal(run(args).status, 2, args.join(' '));
  const version = run(['--version']);
  assert.equal(version.status, 0);
  assert.match(version.stdout, new RegExp(`^cxd ${VERSION}\\n`));
  for (const args of [['--help'], ['serve', '--help']]) {
    const help = run(args);
    assert.equal(help.status, 0);
    assert.ok(help.stdout.length > 50);
  }
});

test('a log record is one line, with a time when it is not for the journal', async () => {
  const daemon = await start();
  await daemon.stop();
  const lines = daemon.stderr.split('\n').filter(Boolean);
  for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z /, line);
});

test('a closed standard output does not end it', async (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  fs.writeFileSync(file, ini(GOOD(dir)));
  const child = spawn(BINARY, ['serve', '-c', file], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const line = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  child.stdout.destroy();
  child.stderr.destroy();
  const url = new URL(/http:\S+/.exec(line)[0]);
  const ask = (target) =>
    new Promise((resolve, reject) =>
      http
        .get({ host: url.hostname, port: url.port, path: target, agent: false }, (reply) =>
          resolve(reply.resume().statusCode),
        )
        .on('error', reject),
    );
  assert.equal(await ask('/healthz'), 200);
  const exit = new Promise((resolve) => child.on('exit', (code, signal) => resolve([code, signal])));
  child.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
});
