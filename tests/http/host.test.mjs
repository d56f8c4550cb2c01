// DNS rebinding: a page of a stranger whose name resolves to loopback. Without a key it is read only under a name that
// no page of others can have: localhost, a loopback address, the host of public_url.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, makeDirectory, METRICS, NPS, removeDirectory, start, use } from './harness.mjs';

const OPEN = { access: { read: 'everything' } };
const socketDir = makeDirectory();
const unix = path.join(socketDir, 's');
const d = await start({
  config: { ...OPEN, metrics: METRICS, server: { public_url: 'https://Feedback.Example:8443/cxd', unix_socket: unix } },
});
after(async () => {
  await d.stop();
  removeDirectory(socketDir);
});
await d.survey('nps', NPS);
const { id } = (await d.post('nps', { score: 3 })).json;

const READS = [
  '/v1/surveys',
  '/v1/surveys/nps',
  '/v1/surveys/nps/score',
  '/v1/surveys/nps/trend',
  '/v1/scores',
  '/v1/status',
  '/v1/surveys/nps/responses',
  `/v1/surveys/nps/responses/${id}`,
];
const LOCAL = [
  'localhost',
  'localhost:8080',
  'LocalHost',
  'localhost.',
  'LOCALHOST.:1',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.255.1.9:65535',
  '[::1]',
  '[::1]:8080',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::FFFF:7f00:1]:80',
  'feedback.example',
  'FEEDBACK.EXAMPLE:80',
  'feedback.example.:8443',
  'feedback.example:',
];
const OTHERS = [
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  'evil.localhost',
  'localhostx',
  'xlocalhost',
  'localhost..',
  '127.0.0.1.evil.example',
  '127.0.0.1.',
  '127.1',
  '0177.0.0.1',
  '2130706433',
  '0x7f000001',
  '0.0.0.0',
  '10.0.0.1',
  '128.0.0.1',
  '[::]',
  '[::2]',
  '[fe80::1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:0:7f00:1]',
  '[127.0.0.1]',
  '%6cocalhost',
  '%31%32%37.0.0.1',
  'feedback.example.evil.example',
  'xfeedback.example',
  'eedback.example',
];

const under = (host, target, options = {}) =>
  d.request(options.method ?? 'GET', target, { ...options, headers: { Host: host, ...options.headers } });

function refused(reply) {
  assertProblem(reply, 401, 'no_key');
  assert.match(reply.json.detail, /Host .*localhost.*public_url.*Authorization/);
  assert.match(reply.headers['www-authenticate'], /^Bearer/);
}

test('every keyless reading under a name of this machine, with any port', async () => {
  for (const host of LOCAL)
    for (const target of READS) assert.equal((await under(host, target)).status, 200, `${host} ${target}`);
});

test('and under no other: 401, unless a key is shown', async () => {
  for (const host of OTHERS) for (const target of READS) refused(await under(host, target));
  for (const target of READS) {
    assert.equal((await under('evil.example', target, { key: d.key })).status, 200, target);
    assert.equal((await under('evil.example', target, { method: 'HEAD' })).status, 401, target);
  }
  refused(
    await under('evil.example', '/v1/surveys/nps/score', {
      headers: { 'X-Forwarded-Host': 'localhost', Forwarded: 'host=localhost', Origin: 'http://localhost' },
    }),
  );
});

test('what is public is so under any name; a page of another origin reads nothing else', async () => {
  for (const target of ['/healthz', '/readyz', '/v1/surveys/nps/form'])
    assert.equal((await under('evil.example', target)).status, 200, target);
  assert.equal(
    (await under('evil.example', '/v1/surveys/nps/responses', { method: 'POST', body: { score: 9 } })).status,
    201,
  );
  const simple = await under('127.0.0.1', '/v1/scores', { headers: { Origin: 'https://evil.example' } });
  assert.equal(simple.headers['access-control-allow-origin'], undefined);
});

// The status of a request without our own client's ways.
function raw(place, head) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(place, () => socket.write(`${head}\r\n\r\n`));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1])));
  });
}

test('without a Host (HTTP/1.0), by the Unix socket, and with a target that names a host', async () => {
  for (const place of [{ port: d.port }, { path: unix }]) {
    assert.equal(await raw(place, 'GET /v1/scores HTTP/1.0'), 401);
    assert.equal(await raw(place, 'GET /v1/scores HTTP/1.0\r\nHost: localhost'), 200);
    assert.equal(await raw(place, 'GET /v1/scores HTTP/1.1\r\nConnection: close\r\nHost: evil.example'), 401);
    assert.equal(await raw(place, 'GET /v1/scores HTTP/1.1\r\nConnection: close\r\nHost:  localhost \t'), 200);
    assert.equal(await raw(place, 'GET /v1/scores HTTP/1.1\r\nHost: evil.example\r\nHost: localhost'), 400);
  }
});

// RFC 9112 §3.2.2: the Host is passed over then.
test('a target that names a host is under that one, whatever the Host', async () => {
  for (const place of [{ port: d.port }, { path: unix }]) {
    const get = (target, host) => raw(place, `GET ${target} HTTP/1.1\r\nConnection: close\r\nHost: ${host}`);
    for (const host of LOCAL) {
      assert.equal(await get(`http://${host}/v1/scores`, 'evil.example'), 200, host);
      assert.equal(await get(`HTTPS://${host}/v1/scores/`, 'evil.example'), 200, host);
    }
    for (const host of OTHERS) assert.equal(await get(`http://${host}/v1/scores`, 'localhost'), 401, host);
    for (const none of ['', ':80', 'localhost@evil.example', 'evil.example@localhost', 'localhost:x', '[::1'])
      assert.equal(await get(`http://${none}/v1/scores`, 'localhost'), 400, none);
    assert.equal(await raw(place, 'GET http://localhost/v1/scores HTTP/1.0'), 200);
    assert.equal(await raw(place, 'GET http://evil.example/v1/scores HTTP/1.0\r\nHost: localhost'), 401);
  }
});

test('the metrics on a loopback address', async () => {
  const place = { port: Number(new URL(d.metricsUrl).port) };
  const get = (rest) => raw(place, `GET /metrics HTTP/1.1\r\nConnection: close\r\n${rest}`);
  for (const host of ['localhost:9187', '127.0.0.1', '[::1]']) assert.equal(await get(`Host: ${host}`), 200, host);
  for (const host of ['evil.example', 'feedback.example', '10.0.0.1'])
    assert.equal(await get(`Host: ${host}`), 421, host);
  assert.equal(await raw(place, 'GET /metrics HTTP/1.0'), 421);
  for (const [host, status] of [
    ['localhost:9187', 200],
    ['evil.example', 421],
  ])
    assert.equal(
      await raw(place, `GET http://${host}/metrics/ HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1`),
      status,
      host,
    );
});

test('a daemon that needs keys needs them under every name', async (t) => {
  const keyed = await use(t, { config: { server: { public_url: 'https://feedback.example' } } });
  for (const Host of ['localhost', 'feedback.example']) {
    const reply = await keyed.request('GET', '/v1/scores', { headers: { Host } });
    assertProblem(reply, 401, 'no_key');
    assert.equal(reply.json.detail, 'send Authorization: Bearer KEY');
  }
});
