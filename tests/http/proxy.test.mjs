// The daemon behind the proxies of config/, over TCP and over its Unix socket: whose client is whose, what goes through
// unchanged, what stays inside, restarts, and that no request gets past one as two.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { requests, SMUGGLED } from './corpus/requests.mjs';
import { assertProblem, makeDirectory, METRICS, parseLines, removeDirectory, start, until, Wire } from './harness.mjs';
import { listen } from './listening.mjs';
import { Proxy, Relay, withoutProxys } from './proxies.mjs';

const URL_OF_ALL = 'https://feedback.example';
const HSTS = 'max-age=31536000';
const ORIGIN = 'https://shop.example';
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const SECRETS = ['Erika Mustermann', 'Erika%20Mustermann', 'the comment nobody logs', '127.0.0.2', '127.0.0.9'];
const KIB = 1024;
const AT_ONCE = 32;
const RATE = 240;

const padded = (bytes, body = { score: 9 }) => JSON.stringify(body).padEnd(bytes, ' ');
const header = (heard, name) => new RegExp(`^${name}: *(.*?)\r$`, 'im').exec(heard.split('\r\n\r\n')[0] + '\r\n')?.[1];
const headers = (heard, name) =>
  [...heard.split('\r\n\r\n')[0].matchAll(new RegExp(`^${name}: *(.*?)\r?$`, 'gim'))].map(([, value]) => value);
// What a page that sent credentials needs to read a reply.
function assertSeen({ headers: seen }) {
  assert.equal(seen['access-control-allow-origin'], ORIGIN);
  assert.equal(seen['access-control-allow-credentials'], 'true');
  assert.match(seen.vary, /\bOrigin\b/);
}
const cxdAt = (daemon, isUnix) =>
  isUnix ? { path: path.join(daemon.dir, 'cxd.sock') } : { host: '127.0.0.1', port: daemon.port };

for (const [program, isUnix] of [
  ['nginx', false],
  ['nginx', true],
  ['caddy', false],
  ['caddy', true],
]) {
  describe(`${program} over ${isUnix ? 'a Unix socket' : 'TCP'}`, async () => {
    const dir = makeDirectory();
    const config = {
      server: { listen: '127.0.0.1:0', public_url: URL_OF_ALL, trusted_proxies: isUnix ? 'unix' : '127.0.0.1' },
      limits: { ingest_rate: RATE, auth_rate: 0, survey_rate: 0, live_comment: '1s' },
      metrics: METRICS,
    };
    if (isUnix) config.server.unix_socket = path.join(dir, 'cxd.sock');
    let d = await start({ dir, config });
    const relay = new Relay(isUnix ? path.join(dir, 'relay.sock') : undefined);
    let proxy;
    after(async () => {
      await proxy?.stop();
      await relay.close();
      await d.stop();
      removeDirectory(dir);
    });
    await relay.open(cxdAt(d, isUnix));
    proxy = await Proxy.start(program, relay.place);
    await d.survey('p', { metric: 'nps' });
    const count = async () => (await d.score('p', 'window=all')).json.n;

    test('a live stream comes through event by event, goes on, and ends with its client', async () => {
      await d.survey('told', { metric: 'nps' });
      const through = (headers = {}) =>
        listen({ host: '127.0.0.1', port: proxy.https, key: d.key }, '/v1/surveys/told/live', {
          get: https.get,
          headers: { Host: 'feedback.example', ...headers },
        });
      const stream = await through();
      assert.equal(stream.status, 200);
      assert.equal(stream.headers['content-encoding'], undefined);
      assert.equal(stream.headers['cache-control'], 'no-store');
      await stream.next('ready');
      for (const score of [1, 2]) {
        assert.equal((await d.post('told', { score })).status, 201);
        await stream.next('response', score); // and not once there is more
      }
      await until(() => stream.comments > 0, 'a comment');
      stream.close();
      const again = await through({ 'Last-Event-ID': stream.named('response')[0].id });
      await again.next('response');
      assert.deepEqual(
        again.responses().map(({ score }) => score),
        [2],
      );
      again.close();
      await until(async () => /^cxd_live_clients 0$/m.test((await d.scrape()).text), 'nobody listens');
    });

    test('a client is limited by its own address, whatever it says of itself', async () => {
      let reply;
      for (let i = 0; i < RATE + 50 && reply?.status !== 429; i++)
        reply = await proxy.post('p', { score: 9 }, { from: '127.0.0.2' });
      assertProblem(reply, 429, 'rate_limited');
      assert.match(reply.headers['retry-after'], /^[1-9]\d*$/);
      assert.match(reply.headers['ratelimit-policy'], new RegExp(`^"address";q=${RATE};w=60$`));
      assert.equal((await proxy.post('p', { score: 9 }, { from: '127.0.0.3' })).status, 201, 'another client');
      const others = Array.from({ length: 20 }, (_, i) => `10.9.8.${i}`);
      let stored = 0;
      for (const address of others) {
        for (const forged of [
          { 'x-forwarded-for': address },
          { 'x-forwarded-for': `${address}, 127.0.0.1` },
          { 'x-forwarded-for': [address, '127.0.0.1'] },
          { 'x-real-ip': address, forwarded: `for=${address}` },
        ]) {
          if ((await proxy.post('p', { score: 9 }, { from: '127.0.0.2', headers: forged })).status === 201) stored++;
        }
      }
      assert.ok(stored < 40, `${stored} of 80 got through: four a second come back, and no more`);
      const before = await proxy.post('p', { score: 9 }, { from: '127.0.0.4' });
      const left = Number(/r=(\d+)/.exec(before.headers.ratelimit)[1]);
      const next = await proxy.post(
        'p',
        { score: 9 },
        { from: '127.0.0.4', headers: { 'x-forwarded-for': '10.1.2.3' } },
      );
      assert.ok(Number(/r=(\d+)/.exec(next.headers.ratelimit)[1]) <= left, 'the same bucket');
    });

    test('what cxd is told: host, client, request id, trace; over HTTP/1.1 that keeps alive', async () => {
      relay.heard.length = 0;
      const before = relay.connections;
      for (let i = 0; i < 40; i++)
        assert.equal(
          (await proxy.request('GET', '/healthz', { from: '127.0.0.9', headers: { traceparent: TRACE } })).status,
          200,
        );
      assert.ok(relay.connections - before <= 1, `${relay.connections - before} connections for 40 requests`);
      const ids = new Set();
      for (const heard of relay.heard) {
        assert.match(heard, /^GET \/healthz HTTP\/1\.1\r\n/);
        assert.equal(header(heard, 'host'), 'feedback.example');
        assert.equal(header(heard, 'traceparent'), TRACE);
        assert.deepEqual(headers(heard, 'x-forwarded-for'), ['127.0.0.9']);
        assert.doesNotMatch(header(heard, 'connection') ?? '', /close/i);
        ids.add(header(heard, 'x-request-id'));
      }
      assert.equal(relay.heard.length, 40);
      assert.equal(ids.size, 40, 'an id each');
      for (const id of ids) assert.match(id, /^[0-9a-f-]{32,36}$/);
    });

    test('TLS with the name’s certificate, HSTS once on every reply, a redirect that keeps the method', async () => {
      const all = [
        await proxy.request('GET', '/healthz'),
        await proxy.request('GET', '/nothing'),
        await proxy.post('p', { score: 99 }),
        await proxy.request('GET', '/metrics', { own: true }),
        await proxy.post('p', padded(320 * KIB + 1), { own: true }),
      ];
      assert.deepEqual(
        all.map((reply) => reply.status),
        [200, 404, 422, 404, 413],
      );
      for (const reply of all) assert.equal(reply.headers['strict-transport-security'], HSTS);
      const moved = await new Promise((resolve, reject) => {
        http
          .request(
            {
              host: '127.0.0.1',
              port: proxy.http,
              method: 'POST',
              path: '/v1/surveys/p/responses?a=b',
              headers: { host: 'feedback.example', 'content-length': 0 },
            },
            (reply) => {
              reply.resume().on('end', () => resolve(reply));
            },
          )
          .on('error', reject)
          .end();
      });
      assert.equal(moved.statusCode, 308);
      assert.match(moved.headers.location, /^https:\/\/feedback\.example(:\d+)?\/v1\/surveys\/p\/responses\?a=b$/);
    });

    test('links of invitations begin with public_url', async () => {
      const reply = await proxy.request('POST', '/v1/surveys/p/invitations', { key: d.key, body: { respondent: 'a' } });
      assert.equal(reply.status, 201, reply.text);
      assert.ok(reply.json.url.startsWith(`${URL_OF_ALL}/s/p?i=`), reply.text);
    });

    test('replies go through unchanged', async () => {
      const id = '0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10';
      await proxy.request('PUT', `/v1/surveys/p/responses/${id}`, {
        body: { score: 9, respondent: 'Erika Mustermann', comment: 'the comment nobody logs' },
      });
      const tag = (await d.request('GET', '/v1/surveys/p/form')).headers.etag;
      assert.match(tag, /^"/);
      const origin = { origin: ORIGIN };
      const calls = [
        ['GET', '/v1/surveys/p/form', { headers: origin }],
        ['HEAD', '/v1/surveys/p/form'],
        ['HEAD', '/healthz'],
        ['GET', '/v1/surveys/p/form', { headers: { ...origin, 'if-none-match': tag } }],
        ['GET', '/v1/surveys/p/form', { headers: { 'accept-encoding': 'gzip, br' } }],
        [
          'OPTIONS',
          '/v1/surveys/p/responses',
          {
            headers: {
              ...origin,
              'access-control-request-method': 'POST',
              'access-control-request-headers': 'content-type',
            },
          },
        ],
        [
          'PUT',
          `/v1/surveys/p/responses/${id}`,
          { body: { score: 9, respondent: 'Erika Mustermann', comment: 'the comment nobody logs' }, headers: origin },
        ],
        ['GET', `/v1/surveys/p/responses/${id}`, { key: d.key }],
        ['GET', '/v1/surveys/p/responses?limit=1', { key: d.key }],
        ['GET', '/v1/surveys', { key: d.key }],
        ['GET', '/v1/surveys'],
        ['POST', '/v1/surveys/p/responses', { body: { score: 99, scroe: 1 }, headers: origin }],
        ['DELETE', '/v1/surveys/p/form'],
        ['GET', '/v1/surveys/p%2Fform?a=%2F'],
      ];
      const varies = ['date', 'connection', 'server-timing', 'ratelimit', 'x-request-id'];
      // Caddy has none with 304; request ids are not of one length.
      const stays =
        (status) =>
        ([name]) =>
          !varies.includes(name) && !(status >= 304 && name === 'content-length');
      const own = /"request_id":"[^"]*"/;
      const shape = ({ status, text, headers }) => ({
        status,
        text: text.replace(own, ''),
        headers: Object.fromEntries(Object.entries(withoutProxys(headers)).filter(stays(status)).sort()),
      });
      for (const [method, target, options] of calls) {
        assert.deepEqual(
          shape(await proxy.request(method, target, options)),
          shape(await d.request(method, target, options)),
          `${method} ${target}`,
        );
      }
    });

    test('names of respondents go through as they are written', async () => {
      for (const name of ['Erika Mustermann', 'a/b', '..', '.', 'ä?&=#%', 'a//b', '100%25', 'a+b', '\\']) {
        await proxy.post('p', { score: 9, respondent: name });
        const escaped = encodeURIComponent(name).replaceAll('.', '%2E');
        const reply = await proxy.request('GET', `/v1/respondents/${escaped}`, { key: d.key });
        assert.equal(reply.status, 200, `${name}: ${reply.text}`);
        assert.equal(reply.json.responses.at(-1).respondent, name);
      }
    });

    test('a large batch, and bodies at and over the limits', async () => {
      const before = await count();
      const lines =
        Array.from({ length: 1000 }, (_, i) =>
          JSON.stringify({ survey: 'p', score: i % 11, comment: 'x'.repeat(7900) }),
        ).join('\n') + '\n';
      assert.ok(lines.length > 7.5 * KIB * KIB && lines.length < 8 * KIB * KIB);
      const ndjson = { headers: { 'content-type': 'application/x-ndjson' } };
      const batch = await proxy.request('POST', '/v1/responses', { key: d.key, body: lines, ...ndjson });
      assert.equal(batch.status, 200, batch.text.slice(0, 500));
      assert.ok(parseLines(batch.text).every((line) => line.status === 201));
      assert.equal(await count(), before + 1000);
      assertProblem(await proxy.request('POST', '/v1/responses', { body: lines, ...ndjson }), 401, 'no_key');
      assertProblem(
        await proxy.request('POST', '/v1/responses', {
          key: d.key,
          body: Buffer.alloc(8 * KIB * KIB + 1, '\n'),
          own: true,
          ...ndjson,
        }),
        413,
        'too_large',
      );
      assert.equal((await proxy.post('p', padded(320 * KIB))).status, 201);
      const over = await proxy.post('p', padded(320 * KIB + 1), { own: true, headers: { origin: ORIGIN } });
      assertProblem(over, 413, 'too_large');
      assertSeen(over);
      const unasked = await proxy.post('p', padded(320 * KIB + 1), { own: true });
      assert.equal(unasked.status, 413);
      for (const name of Object.keys(unasked.headers)) assert.doesNotMatch(name, /^access-control-allow-/);
      assert.equal(await count(), before + 1001);
    });

    test('HTTP/2', async () => {
      const before = await count();
      assert.equal((await proxy.post2('p', { score: 3 })).status, 201);
      // It reads the body first.
      if (program === 'nginx') assert.equal((await proxy.post2('p', { score: 3 }, { hasLength: false })).status, 201);
      assert.equal(await count(), before + (program === 'nginx' ? 2 : 1));
    });

    test('what is for the inside is not outside, however it is written', async () => {
      for (const inside of ['metrics', 'readyz']) {
        assertProblem(await proxy.request('GET', `/${inside}`, { key: d.key, own: true }), 404, 'not_found');
        const first = `%${inside.charCodeAt(0).toString(16)}${inside.slice(1)}`;
        for (const target of [
          `/${inside}?a`,
          `//${inside}`,
          `/${first}`,
          `/./${inside}`,
          `/v1/../${inside}`,
          `/v1/%2e%2e/${inside}`,
          `/${inside}/`,
          `/${inside}/?a`,
          `//${inside}/`,
          `/${first}/`,
          `http://feedback.example/${inside}`,
          `https://feedback.example/${inside}/`,
          `/${inside}/.`,
          `/${inside}%2f`,
          `/${inside};a`,
          `/${inside}%20`,
          `/${inside.toUpperCase()}`,
          `/%2f${inside}`,
          `/\\${inside}`,
        ]) {
          const text = await proxy.exchange(
            `GET ${target} HTTP/1.1\r\nHost: feedback.example\r\nAuthorization: Bearer ${d.key}\r\n` +
              `Connection: close\r\n\r\n`,
          );
          assert.match(text, /^HTTP\/1\.1 (400|404)/, `${target}: ${text.slice(0, 300)}`);
          assert.doesNotMatch(text, /cxd_|"status":"/);
        }
      }
    });

    test('no request gets to cxd as two', async () => {
      relay.disagreements.length = 0;
      const before = await count();
      const cases = requests(d.key).map(([name, bytes]) => [
        name,
        bytes.replaceAll('/surveys/g', '/surveys/p').replaceAll('Host: x\r', 'Host: feedback.example\r'),
      ]);
      assert.ok(cases.length >= 200);
      relay.created = 0;
      for (let at = 0; at < cases.length; at += AT_ONCE)
        await Promise.all(cases.slice(at, at + AT_ONCE).map(([, bytes]) => proxy.exchange(bytes)));
      await until(async () => (await count()) >= before + relay.created, 'what was answered is stored');
      assert.ok(
        (await count()) <= before + cases.length,
        'the answer may be lost where the proxy hangs up, but a case is stored once',
      );
      assert.ok(relay.created >= 10, 'good ones pass');
      assert.deepEqual(relay.disagreements, []);
      assert.equal((await proxy.request('GET', '/healthz')).status, 200);
    });

    test('what the relay takes for a smuggled request', async () => {
      const own = await new Relay().open(cxdAt(d, isUnix));
      const wire = await new Wire('127.0.0.1', own.place.port).open();
      wire.send(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n${SMUGGLED.replace('/g/', '/p/')}`);
      await wire.reply();
      await wire.reply();
      wire.close();
      await own.close();
      assert.equal(own.disagreements.length, 1);
    });

    test('a restart: old connections are not used, its absence is said, and at once it is there again', async () => {
      assert.equal((await proxy.post('p', { score: 9 })).status, 201);
      await d.end();
      d = await start({ dir, config });
      relay.target = cxdAt(d, isUnix);
      assert.equal((await proxy.post('p', { score: 9 })).status, 201, 'the first after a restart');
      await d.end();
      await relay.close();
      for (const method of ['POST', 'PUT']) {
        const target = `/v1/surveys/p/responses${method === 'PUT' ? '/0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a11' : ''}`;
        const away = await proxy.request(method, target, {
          body: { score: 9 },
          own: true,
          headers: { origin: ORIGIN },
        });
        assert.equal(assertProblem(away, 503, 'unreachable').request_id, away.headers['x-request-id']);
        assert.equal(away.headers['retry-after'], '5');
        assertSeen(away);
        assert.equal(away.headers['strict-transport-security'], HSTS);
      }
      d = await start({ dir, config });
      await relay.open(cxdAt(d, isUnix));
      assert.equal((await proxy.post('p', { score: 9 })).status, 201, 'no time of punishment');
    });

    test('the proxy writes down neither addresses nor names, queries and comments; but request ids', async () => {
      relay.heard.length = 0;
      await proxy.request('GET', '/v1/respondents/Erika%20Mustermann', { key: d.key, from: '127.0.0.9' });
      await proxy.request('GET', '/v1/surveys/p/form?i=token-of-an-invitation', { from: '127.0.0.9' });
      await d.end(); // and what it writes of failures
      await relay.close();
      await proxy.request('GET', '/v1/respondents/Erika%20Mustermann', { key: d.key, from: '127.0.0.9', own: true });
      await proxy.request('GET', '/v1/surveys/p/form?i=token-of-an-invitation', { from: '127.0.0.9', own: true });
      d = await start({ dir, config });
      await relay.open(cxdAt(d, isUnix));
      await proxy.request('GET', '/healthz');
      const id = header(relay.heard[0], 'x-request-id');
      await until(() => proxy.written().includes(program === 'nginx' ? id : '/healthz'), id);
      for (const secret of [...SECRETS, 'token-of-an-invitation', d.key])
        assert.ok(
          !proxy.written().includes(secret),
          `"${secret}" in\n${proxy
            .written()
            .split('\n')
            .find((line) => line.includes(secret))}`,
        );
      assert.match(proxy.written(), /\/v1\/respondents\/-/);
    });
  });
}
