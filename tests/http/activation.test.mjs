// Socket activation: the test plays systemd, holds the listening socket, and runs cxd with it, again and again
// (docs/edge.md §7).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { BINARY, HANGS_MS, ids, ini, merge, sqlite, until, useDirectory } from './harness.mjs';
import { Helper, listen } from './manager.mjs';

const newId = ids(77);

function configure(t, over = {}) {
  const dir = useDirectory(t);
  const file = path.join(dir, 'cxd.conf');
  // A port that nobody may bind: were it tried, the start would fail.
  const sections = merge(
    {
      server: { listen: '192.0.2.1:9' },
      storage: { url: `sqlite:${dir}/cxd.db` },
      limits: { ingest_rate: 0, survey_rate: 0, auth_rate: 0 },
    },
    over,
  );
  fs.writeFileSync(file, ini(sections));
  return { dir, file, database: `${dir}/cxd.db`, key: () => fs.readFileSync(`${dir}/admin.key`, 'utf8').trim() };
}

function activate(t, sockets, file, { args = [], env, serve = [] } = {}) {
  const helper = new Helper(['activate', ...args, ...sockets, '--', BINARY, 'serve', '-c', file, ...serve], { env });
  t.after(() => helper.kill());
  return helper;
}

// A request on a connection of its own.
function ask(place, method, target, { key, body } = {}) {
  const bytes = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(bytes && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(bytes) }),
    ...(key && { Authorization: `Bearer ${key}` }),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { ...place, method, path: target, headers, agent: false, timeout: HANGS_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, text, json: text && JSON.parse(text) }));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no reply')));
    request.on('error', reject);
    request.end(bytes);
  });
}

test('under load no connection is refused across restarts, and what was acknowledged is stored once', async (t) => {
  const { dir, file, database, key } = configure(t);
  const manager = activate(t, ['tcp:127.0.0.1:0'], file);
  const port = Number((await manager.line(/^bound 127\.0\.0\.1:(\d+)$/)).match[1]);
  const place = { host: '127.0.0.1', port };
  assert.equal((await ask(place, 'GET', '/healthz')).status, 200, 'whoever comes before it answers waits');
  assert.equal((await ask(place, 'PUT', '/v1/surveys/s', { key: key(), body: { metric: 'nps' } })).status, 201);

  const CLIENTS = 24;
  const RESTARTS = 4;
  const acknowledged = new Map(); // id → times answered 201
  const broken = [];
  let going = true;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (going) {
      const id = newId();
      for (let tries = 0; ; tries += 1) {
        try {
          const reply = await ask(place, 'PUT', `/v1/surveys/s/responses/${id}`, { body: { score: 9 } });
          assert.ok(reply.status === 201 || (tries > 0 && reply.status === 200), `${reply.status} ${reply.text}`);
          acknowledged.set(id, (acknowledged.get(id) ?? 0) + (reply.status === 201));
          break;
        } catch (error) {
          assert.ok(error.code === 'ECONNRESET' || error.code === 'EPIPE', `${error.code} ${error.message}`);
          broken.push(error.code);
        }
      }
    }
  });
  const pids = new Set();
  for (let from = 0, restart = 0; restart <= RESTARTS; restart += 1) {
    const started = await manager.line(/^start (\d+)$/, { from });
    from = started.index + 1;
    pids.add(started.match[1]);
    const before = acknowledged.size;
    await until(() => acknowledged.size >= before + 4 * CLIENTS, 'more responses');
    if (restart < RESTARTS) {
      process.kill(Number(started.match[1]), 'SIGTERM');
      const exit = await manager.line(/^exit (\d+)$/, { from });
      assert.equal(exit.match[1], '0');
      from = exit.index + 1;
    }
  }
  going = false;
  await Promise.all(clients);
  assert.equal(pids.size, RESTARTS + 1);
  assert.equal(await manager.end(), 0, manager.stderr);
  const stored = sqlite(database, 'SELECT lower(hex(id)) FROM response;').trim().split('\n');
  assert.equal(new Set(stored).size, stored.length);
  assert.deepEqual(new Set(stored), new Set([...acknowledged.keys()].map((id) => id.replaceAll('-', ''))));
  for (const times of acknowledged.values()) assert.ok(times <= 1);
  assert.deepEqual(broken, [], 'a stop breaks no connection that has just been made');
  assert.ok(!fs.existsSync(path.join(dir, 'endpoint')));
});

for (const [name, socket, pattern, place] of [
  ['IPv6', 'tcp:[::1]:0', /^bound (\[::1\]:(\d+))$/, ({ match }) => ({ host: '::1', port: Number(match[2]) })],
  ['a Unix socket', 'unix:PATH', null, (dir) => ({ socketPath: `${dir}/s` })],
]) {
  test(`${name}: it is served, and listen is not bound`, async (t) => {
    const { dir, file } = configure(t);
    const notify = await listen(t);
    const manager = activate(t, [socket.replace('PATH', `${dir}/s`)], file, { args: ['-1'], env: notify.env });
    await manager.line(/^start /);
    const at = pattern ? place(await manager.line(pattern)) : place(dir);
    const reply = await ask(at, 'GET', '/healthz');
    assert.equal(reply.status, 200);
    const address = pattern ? (await manager.line(pattern)).match[1] : `unix:${dir}/s`;
    assert.ok((await notify.line(/READY=1/)).line.includes(`STATUS=Answering on http://${address}`));
    assert.equal(await manager.end(), 0, manager.stderr);
    if (!pattern) assert.ok(fs.existsSync(`${dir}/s`), 'the file is the manager’s');
  });
}

test('both kinds together', async (t) => {
  const { dir, file } = configure(t, { server: { unix_socket: '/no/such/place/s' } });
  const manager = activate(t, [`unix:${dir}/s`, 'tcp:127.0.0.1:0'], file, {
    args: ['-1', '-n', 'cxd.socket:cxd.socket'],
  });
  const port = Number((await manager.line(/^bound 127\.0\.0\.1:(\d+)$/)).match[1]);
  for (const place of [{ host: '127.0.0.1', port }, { socketPath: `${dir}/s` }])
    assert.equal((await ask(place, 'GET', '/healthz')).status, 200);
  assert.equal(await manager.end(), 0, manager.stderr);
});

for (const [name, sockets, args, message] of [
  [
    'a datagram socket',
    ['datagram:PATH'],
    [],
    /descriptor 3 \("\) is not a listening stream socket|descriptor 3 .* is not a listening stream socket/,
  ],
  ['a socket that does not listen', ['bound:127.0.0.1:0'], [], /descriptor 3 .* is not a listening stream socket/],
  ['a file', ['file:PATH.conf'], ['-n', 'store'], /descriptor 3 \("store"\) is not a listening stream socket/],
  ['two of one kind', ['tcp:127.0.0.1:0', 'tcp:127.0.0.1:0'], [], /two are of one kind: IP/],
  ['two sockets of metrics', ['tcp:127.0.0.1:0', 'tcp:127.0.0.1:0'], ['-n', 'metrics:metrics'], /"metrics"/],
  [
    'more than there is use for',
    ['tcp:127.0.0.1:0', 'unix:PATH', 'unix:PATH2'],
    ['-n', 'a:b:c'],
    /no use for descriptor 5 \("c"/,
  ],
]) {
  test(`${name} is refused`, async (t) => {
    const { dir, file } = configure(t, { server: { listen: '127.0.0.1:0' } });
    fs.writeFileSync(`${dir}/s.conf`, '');
    const manager = activate(
      t,
      sockets.map((socket) => socket.replace('PATH', `${dir}/s`)),
      file,
      { args: ['-1', ...args] },
    );
    assert.match((await manager.line(/^exit \d+$/)).line, /^exit 1$/);
    await manager.closed;
    assert.match(manager.stderr, message);
  });
}

test('a socket named metrics is that listener, and never the main one', async (t) => {
  const { file } = configure(t, { server: { listen: '127.0.0.1:0' } });
  const notify = await listen(t);
  const manager = activate(t, ['tcp:127.0.0.1:0'], file, { args: ['-1', '-n', 'metrics'], env: notify.env });
  const port = Number((await manager.line(/^bound 127\.0\.0\.1:(\d+)$/)).match[1]);
  const { match } = await notify.line(/READY=1.*STATUS=Answering on http:\/\/127\.0\.0\.1:(\d+)/);
  assert.notEqual(Number(match[1]), port);
  const get = async (at, target) => (await fetch(`http://127.0.0.1:${at}${target}`)).status;
  assert.equal(await get(port, '/metrics'), 200);
  assert.equal(await get(port, '/v1/surveys'), 404);
  assert.equal(await get(match[1], '/metrics'), 404);
  assert.equal(await manager.end(), 0, manager.stderr);
});

test('sockets for another process are none of ours', async (t) => {
  const { file } = configure(t, { server: { listen: '127.0.0.1:0' } });
  const notify = await listen(t);
  const manager = activate(t, ['tcp:127.0.0.1:0'], file, { args: ['-1', '-p', '1'], env: notify.env });
  const handed = (await manager.line(/^bound (\S+)$/)).match[1];
  const { line } = await notify.line(/READY=1/);
  assert.match(line, /STATUS=Answering on http:\/\/127\.0\.0\.1:\d+/);
  assert.ok(!line.includes(handed));
  assert.equal(await manager.end(), 0);
});

test('scores are not open to all on a socket that all reach', async (t) => {
  const { file } = configure(t, { server: { listen: '127.0.0.1:0' }, access: { read: 'open' } });
  const manager = activate(t, ['tcp:0.0.0.0:0'], file, { args: ['-1'] });
  assert.match((await manager.line(/^exit \d+$/)).line, /^exit 1$/);
  await manager.closed;
  assert.match(manager.stderr, /loopback/);
});
