// TLS by configuration: versions, HSTS, the command line, reload without a dropped connection, deadlines, a clean stop;
// and the Unix socket.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, test } from 'node:test';
import { certify, HANGS_MS, ini, run, start, until, use, useDirectory } from './harness.mjs';

const d = await start({ tls: true, config: { server: { request_timeout: 2 } } });
after(() => d.stop());
await d.survey('nps', { metric: 'nps' });
const HSTS = /^max-age=31536000$/;

const handshake = (daemon, options = {}) =>
  new Promise((resolve, reject) => {
    const socket = tls.connect({ host: daemon.host, port: daemon.port, rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });
const shown = async (daemon) => {
  const socket = await handshake(daemon);
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
};

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`${version} is spoken`, async () => {
    const socket = await handshake(d, { minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  });
}
for (const version of ['TLSv1', 'TLSv1.1']) {
  test(`${version} is not`, async () => {
    await assert.rejects(handshake(d, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }));
  });
}
test('no cipher without forward secrecy or authentication', async () => {
  for (const ciphers of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'NULL']) {
    await assert.rejects(
      handshake(d, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }),
      undefined,
      ciphers,
    );
  }
});

test('every reply over TLS says to stay with it, none without', async (t) => {
  for (const [method, target, body] of [
    ['GET', '/healthz'],
    ['GET', '/v2'],
    ['POST', '/v1/surveys/nps/responses', { score: 99 }],
    ['POST', '/v1/surveys/nps/responses', { score: 9 }],
    ['OPTIONS', '/v1/surveys/nps/form'],
  ]) {
    assert.match(
      (await d.request(method, target, { body })).headers['strict-transport-security'],
      HSTS,
      `${method} ${target}`,
    );
  }
  const plain = await use(t);
  assert.equal((await plain.request('GET', '/healthz')).headers['strict-transport-security'], undefined);
});

test('a large batch, and its reply, over TLS', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => ({ survey: 'nps', score: i % 11, comment: `comment ${i}` }));
  const before = (await d.score('nps', 'window=all')).json.n;
  const reply = await d.batch(lines);
  assert.equal(reply.lines.length, lines.length);
  assert.ok(reply.lines.every((line) => line.status === 201));
  assert.equal((await d.score('nps', 'window=all')).json.n, before + lines.length);
});

test('keep-alive and pipelining', async () => {
  const wire = await d.connect();
  const one = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  wire.send(one.repeat(5));
  for (let i = 0; i < 5; i++) assert.equal((await wire.reply()).status, 200);
  wire.send(one);
  assert.equal((await wire.reply()).status, 200);
  wire.close();
});

test('the command line needs nothing but the configuration, and trusts only the key that the daemon has', async (t) => {
  const listed = run(['survey', 'list', '-c', d.config]);
  assert.equal(listed.status, 0, listed.stderr);
  assert.match(listed.stdout, /nps/);
  // Another server at the same address, with another certificate: no key is sent there.
  const dir = useDirectory(t);
  const own = certify(dir, 'impostor');
  let requests = 0;
  const impostor = tls.createServer(
    { cert: fs.readFileSync(own.certificate), key: fs.readFileSync(own.key) },
    (socket) => socket.on('error', () => {}).on('data', () => requests++),
  );
  await new Promise((resolve) => impostor.listen(0, '127.0.0.1', resolve));
  const pin = fs.readFileSync(path.join(d.dir, 'endpoint'), 'utf8').split('\n')[1];
  assert.match(pin, /^sha256\/\/[A-Za-z0-9+/]{43}=$/);
  fs.writeFileSync(path.join(dir, 'cxd.conf'), ini({ storage: { url: `sqlite:${dir}/cxd.db` } }));
  fs.writeFileSync(path.join(dir, 'endpoint'), `https://127.0.0.1:${impostor.address().port}\n${pin}\n`);
  fs.writeFileSync(path.join(dir, 'admin.key'), 'cxs_x\n');
  // spawnSync would block the impostor's loop, which is why nothing else answers: the daemon's own address must then
  // fail too.
  const refused = await new Promise((resolve) =>
    import('node:child_process').then(({ execFile }) =>
      execFile(
        d.binary,
        ['survey', 'list', '-c', path.join(dir, 'cxd.conf')],
        { timeout: HANGS_MS },
        (error, stdout, stderr) => resolve({ error, stderr }),
      ),
    ),
  );
  impostor.close();
  assert.ok(refused.error, 'an impostor is refused');
  assert.match(refused.stderr, /public key|pinn/i);
  assert.equal(requests, 0);
});

test('reload: new handshakes get the new certificate, what is open goes on, bad files change nothing', async (t) => {
  const mine = await use(t, { tls: true });
  await mine.survey('nps', { metric: 'nps' });
  const files = { certificate: path.join(mine.dir, 'tls.pem'), key: path.join(mine.dir, 'tls.key') };
  const old = await mine.connect();
  const ask = async () => {
    old.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal((await old.reply()).status, 200);
  };
  await ask();
  assert.equal(await shown(mine), 'localhost');

  let going = true;
  let posts = 0;
  const load = Array.from({ length: 4 }, async () => {
    while (going) {
      const reply = await mine.post('nps', { score: 9 });
      assert.equal(reply.status, 201);
      posts++;
    }
  });
  for (let round = 1; round <= 5; round++) {
    const next = certify(mine.dir, `next${round}`, `name-${round}`);
    fs.renameSync(next.certificate, files.certificate);
    fs.renameSync(next.key, files.key);
    mine.child.kill('SIGHUP');
    await until(async () => (await shown(mine)) === `name-${round}`);
    await ask();
  }
  going = false;
  await Promise.all(load);
  assert.ok(posts > 0);
  assert.equal((await mine.score('nps')).json.n, posts);

  const good = fs.readFileSync(files.key);
  const other = certify(mine.dir, 'other', 'other');
  for (const bytes of [fs.readFileSync(other.key), 'rubbish', '']) {
    fs.writeFileSync(files.key, bytes);
    const count = mine.stderr.split('reload_refused').length;
    mine.child.kill('SIGHUP');
    await until(async () => {
      await ask();
      return mine.stderr.split('reload_refused').length > count;
    });
    assert.equal(await shown(mine), 'name-5');
  }
  fs.writeFileSync(files.key, good);
  assert.equal(run(['survey', 'list', '-c', mine.config]).status, 0, 'the pin follows the reload');
  old.close();
});

const CONFIGS = [
  ['a certificate without a key', (tls) => ({ certificate: tls.certificate }), /\[tls\] key/],
  ['a key without a certificate', (tls) => ({ key: tls.key }), /\[tls\] certificate/],
  ['a missing file', (tls) => ({ ...tls, certificate: '/nonexistent.pem' }), /\/nonexistent\.pem/],
  ['a key as certificate', (tls) => ({ certificate: tls.key, key: tls.key }), /\[tls\] certificate/],
  [
    'the key of another',
    (tls, dir) => ({ certificate: tls.certificate, key: certify(dir, 'other').key }),
    /not the key of the certificate/,
  ],
];
for (const [name, make, message] of CONFIGS) {
  test(`${name} ends the start, and serve --check says so`, (t) => {
    const dir = useDirectory(t);
    fs.writeFileSync(
      path.join(dir, 'cxd.conf'),
      ini({
        server: { listen: '127.0.0.1:0' },
        storage: { url: `sqlite:${dir}/cxd.db` },
        tls: make(certify(dir), dir),
      }),
    );
    for (const args of [['--check'], []]) {
      const { status, stderr } = run(['serve', '-c', path.join(dir, 'cxd.conf'), ...args]);
      assert.notEqual(status, 0);
      assert.match(stderr, message);
    }
  });
}

// A connection that brings these bytes and then nothing: how long until it is cut.
const cutAfter = (bytes) =>
  new Promise((resolve) => {
    const begun = performance.now();
    const socket = net.connect(d.port, d.host, () => socket.write(bytes));
    socket
      .on('error', () => {})
      .on('data', () => {})
      .on('close', () => resolve(performance.now() - begun));
  });
test('who begins a handshake and does not go on is cut at the deadline; so is silence', async () => {
  const hello = Buffer.from('16030100c8010000c40303', 'hex');
  for (const bytes of [hello, hello.subarray(0, 1), Buffer.alloc(0)]) assert.ok((await cutAfter(bytes)) >= 1900);
});
test('a handshake that drips in is cut all the same', async () => {
  const socket = net.connect(d.port, d.host);
  const hello = Buffer.concat([Buffer.from('16030101f4010001f00303', 'hex'), Buffer.alloc(489)]);
  let at = 0;
  const drip = setInterval(() => socket.write(hello.subarray(at, ++at)), 100);
  await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
  clearInterval(drip);
  assert.ok(at < hello.length, 'before it was whole');
});
test('plain HTTP and rubbish on the TLS port get no service, and harm nobody', async () => {
  for (const bytes of ['GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 'A'.repeat(100_000), Buffer.alloc(2000, 0x16)]) {
    await cutAfter(bytes);
    assert.equal((await d.request('GET', '/healthz')).status, 200);
  }
});

test('a stop answers what has arrived and closes what is open', async (t) => {
  const mine = await start({ tls: true });
  t.after(() => mine.clean());
  await mine.survey('nps', { metric: 'nps' });
  const idle = await mine.connect();
  const busy = await mine.connect();
  idle.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await idle.reply()).status, 200);
  busy.send(
    'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 11\r\nExpect: 100-continue\r\n\r\n',
  );
  assert.equal((await busy.reply()).status, 100); // it has arrived
  busy.send('{"sco');
  const ended = mine.end();
  await idle.ended();
  busy.send('re":9}');
  const reply = await busy.reply();
  assert.equal(reply.status, 201);
  await ended;
});

// --- The Unix socket -------------------------------------------------------------------------------------------------

const local = (socketPath, target, { method = 'GET', body } = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath,
        path: target,
        method,
        headers: body ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } : {},
        agent: false,
      },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part) => {
            text += part;
          })
          .on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      },
    );
    request.on('error', reject).end(body);
  });

test('a Unix socket beside TCP, plain where TCP is TLS', async (t) => {
  const dir = useDirectory(t);
  const socket = path.join(dir, 'cxd.sock');
  const mine = await start({ tls: true, config: { server: { unix_socket: socket } } });
  t.after(() => mine.stop());
  await mine.survey('nps', { metric: 'nps' });
  assert.equal(fs.statSync(socket).mode & 0o777, 0o660);
  const posts = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      i % 2
        ? local(socket, '/v1/surveys/nps/responses', { method: 'POST', body: '{"score":9}' })
        : mine.post('nps', { score: 9 }),
    ),
  );
  assert.ok(posts.every((reply) => reply.status === 201));
  assert.equal((await local(socket, '/healthz')).headers['strict-transport-security'], undefined);
  assert.equal((await mine.score('nps')).json.n, 50);
  // It is taken: another daemon does not take it away.
  fs.writeFileSync(
    path.join(dir, 'second.conf'),
    ini({ server: { listen: '127.0.0.1:0', unix_socket: socket }, storage: { url: `sqlite:${dir}/second.db` } }),
  );
  const second = run(['serve', '-c', path.join(dir, 'second.conf')]);
  assert.notEqual(second.status, 0);
  assert.match(second.stderr, /cxd\.sock.*in use/);
  assert.equal((await local(socket, '/healthz')).status, 200);
  // A killed daemon leaves the file behind, and the next start replaces it; a clean stop removes it.
  await mine.kill();
  assert.ok(fs.existsSync(socket));
  await mine.begin();
  assert.equal((await local(socket, '/healthz')).status, 200);
  await mine.end();
  assert.ok(!fs.existsSync(socket));
});

test('the mode of the Unix socket is the configured one, and a file that is no socket is left alone', async (t) => {
  const dir = useDirectory(t);
  const socket = path.join(dir, 'cxd.sock');
  const mine = await use(t, { config: { server: { unix_socket: socket, unix_mode: '0600' } } });
  assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
  await mine.end();
  fs.writeFileSync(socket, 'precious');
  const refused = run(['serve', '-c', mine.config]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /cxd\.sock/);
  assert.equal(fs.readFileSync(socket, 'utf8'), 'precious');
});
