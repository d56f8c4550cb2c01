// Connections by address: one that takes all it can get keeps nobody else out, and what it took is given back however
// its connections end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { BINARY, ini, METRICS, NPS, until, use, useDirectory } from './harness.mjs';

const LIMITS = { ingest_rate: 0, survey_rate: 0, bytes_per_address: 0 };
const LOUD = '127.0.0.2'; // the tests' own requests come from 127.0.0.1

// A connection that sends some bytes. `ends`: that it was closed.
function dangle(place, bytes = '') {
  const socket = net.connect({ localAddress: place.path ? undefined : LOUD, ...place });
  socket.ends = new Promise((resolve) => {
    socket.on('close', resolve);
  });
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.write(bytes);
  return socket;
}

const connections = async (d) => (await d.admin('GET', '/v1/status')).json.connections;
const alive = (sockets) => sockets.filter((socket) => !socket.destroyed);

// A daemon with so many descriptors.
async function withFiles(t, count, options = {}) {
  const dir = useDirectory(t);
  const binary = path.join(dir, 'cxd');
  fs.writeFileSync(binary, `#!/bin/sh\nulimit -n ${count}\nexec ${BINARY} "$@"\n`, { mode: 0o755 });
  return use(t, { ...options, binary });
}

for (const threads of [1, 4]) {
  test(`400 connections of one address to a process of 256 descriptors, ${threads} loops`, async (t) => {
    const d = await withFiles(t, 256, {
      config: {
        server: { http_threads: threads },
        metrics: METRICS,
        limits: { ...LIMITS, connections_per_address: 0 },
      },
    });
    await d.survey('nps', NPS);
    const { limit, per_address: most } = await connections(d);
    assert.equal(most, Math.floor(192 / 4), `of ${limit}`);
    const loud = Array.from({ length: 400 }, () => dangle(d, 'G'));
    await until(() => alive(loud).length <= most);
    await until(async () => (await connections(d)).refused === 400 - most);
    assert.equal(alive(loud).length, most, 'the others stay');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 40 });
    const posts = await Promise.all(Array.from({ length: 200 }, () => d.post('nps', { score: 9 }, { agent })));
    assert.ok(posts.every(({ status }) => status === 201));
    agent.destroy();
    assert.match(
      (await d.scrape()).text,
      new RegExp(`^cxd_http_connections_refused_total\\{listener="tcp"\\} ${400 - most}$`, 'm'),
    );
    assert.match(d.stderr, new RegExp(`connections_refused of=one_address limit=${most} refused=\\d+`));
    assert.ok(!d.stderr.includes(LOUD), 'no address is logged');
    // One goes, one comes.
    for (let i = 0; i < 5; i += 1) {
      const [first] = alive(loud);
      first.destroy();
      await until(async () => {
        const next = dangle(d, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
        const answered = await Promise.race([
          next.ends.then(() => false),
          new Promise((resolve) => {
            next.on('data', () => resolve(true));
          }),
        ]);
        if (answered) loud.push(next);
        return answered;
      });
    }
    for (const socket of loud) socket.destroy();
  });
}

const LEAVE = {
  'nothing sent': { bytes: '' },
  'a half head': { bytes: 'GET /healthz HTTP/1.1\r\nHo' },
  'a half body': { bytes: 'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"sc' },
  'no HTTP': { bytes: '\x16\x03\x01garbage\r\n\r\n' },
  'an early refusal': { bytes: 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nxxx' },
  'a malformed request': { bytes: 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n' },
  'an answer': { bytes: 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n' },
  'an answer that is waited for': {
    bytes:
      'POST /v1/surveys/nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 11\r\n\r\n{"score":9}',
  },
  'an answer of a worker': { bytes: 'GET /v1/surveys/nps/form HTTP/1.1\r\nHost: x\r\n\r\n' },
  'a connection that is closed behind its answer': {
    bytes: 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  },
};

for (const secure of [false, true]) {
  test(`the place is given back however the connection ends${secure ? ', over TLS' : ''}`, async (t) => {
    const d = await use(t, {
      tls: secure,
      config: { server: { http_threads: 2 }, limits: { ...LIMITS, connections_per_address: 3 } },
    });
    // The admin's own connections count too.
    d.agent.destroy();
    d.agent = new d.agent.constructor({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    await d.survey('nps', NPS);
    const idle = async () => (await connections(d)).open === 1;
    await until(idle);
    for (const [name, { bytes }] of Object.entries(LEAVE)) {
      for (const way of ['end', 'reset', 'at once']) {
        for (let i = 0; i < 4; i += 1) {
          const socket = net.connect({ host: d.host, port: d.port, localAddress: LOUD });
          socket.on('error', () => {});
          // Else in the middle of the handshake.
          const open =
            secure && i % 2 === 0 && way !== 'at once' ? tls.connect({ socket, rejectUnauthorized: false }) : socket;
          open.on('error', () => {});
          const closed = new Promise((resolve) => {
            socket.on('close', resolve);
          });
          const heard = new Promise((resolve) => {
            open.once('data', resolve);
          });
          open.resume();
          open.write(bytes);
          const answers = /answer|refusal|malformed/.test(name) && (open !== socket) === secure;
          if (way !== 'at once' && answers) await Promise.race([heard, closed]);
          if (way === 'reset') socket.resetAndDestroy();
          else if (way === 'end') open.end(() => socket.destroy());
          else socket.destroy();
          await closed;
        }
        await until(idle);
      }
    }
    const { refused } = await connections(d);
    // Three at a time are let in, and a fourth is not.
    const four = Array.from({ length: 4 }, () => dangle(d, ''));
    await until(async () => (await connections(d)).refused === refused + 1);
    await until(() => alive(four).length === 3);
    for (const socket of four) socket.destroy();
    await until(idle);
  });
}

test('a connection that is cut for its time gives its place back', async (t) => {
  const d = await use(t, {
    config: { server: { request_timeout: 1 }, limits: { ...LIMITS, connections_per_address: 2 } },
  });
  for (let i = 0; i < 2; i += 1) {
    const two = [dangle(d, 'G'), dangle(d, 'POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1')];
    await Promise.all(two.map(({ ends }) => ends));
  }
  // The client hears of the cut a moment before the place is free.
  await until(async () => {
    const last = dangle(d, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const heard = await new Promise((resolve) => {
      last.once('data', resolve);
      last.on('close', resolve);
    });
    last.destroy();
    return /^HTTP\/1\.1 200/.test(String(heard));
  }, 'a place');
});

test('trusted proxies and peers on a Unix socket may have any number; a reload changes it', async (t) => {
  const dir = useDirectory(t);
  const unix = path.join(dir, 's');
  const config = {
    server: { listen: '127.0.0.1:0', unix_socket: unix, trusted_proxies: LOUD },
    limits: { ...LIMITS, auth_rate: 0, connections_per_address: 2 },
  };
  const d = await use(t, { config });
  const count = async (place) => {
    const sockets = Array.from({ length: 10 }, () => dangle(place, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'));
    const heard = await Promise.all(
      sockets.map((socket) =>
        Promise.race([
          socket.ends.then(() => 0),
          new Promise((resolve) => {
            socket.on('data', () => resolve(1));
          }),
        ]),
      ),
    );
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map(({ ends }) => ends));
    return heard.reduce((a, b) => a + b, 0);
  };
  assert.equal(await count(d), 10);
  assert.equal(await count({ path: unix }), 10);
  assert.ok((await count({ host: d.host, port: d.port, localAddress: '127.0.0.3' })) <= 2);
  const reloads = async () => (await d.admin('GET', '/v1/status')).json.reloads.done;
  for (const [over, most] of [
    [{ trusted_proxies: '' }, 2],
    [{ trusted_proxies: '', more: 7 }, 7],
  ]) {
    const { more, ...server } = over;
    const before = await reloads();
    fs.writeFileSync(
      d.config,
      ini({
        ...config,
        server: { ...config.server, ...server },
        storage: { url: `sqlite:${d.database}` },
        limits: { ...config.limits, connections_per_address: more ?? 2 },
      }),
    );
    d.child.kill('SIGHUP');
    await until(async () => (await reloads()) > before);
    await until(async () => (await connections(d)).open <= 1);
    const got = await count(d);
    assert.equal(got, most);
  }
});
