// The proxies of config/, as shipped, in front of a daemon: only names of files, ports and the certificate are put in.
// Between proxy and daemon stands a relay, which hears what is said there.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { certify, HANGS_MS, makeDirectory, removeDirectory, ROOT, until } from './harness.mjs';
import { conform } from './openapi.mjs';

const NAME = 'feedback.example';
const STATUS_LINE = /HTTP\/1\.[01] (\d{3}) /g;
const PROXYS_OWN = ['server', 'via', 'alt-svc', 'strict-transport-security', 'keep-alive', 'transfer-encoding'];

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

// libmicrohttpd 0.9 says the head of its own refusal twice, where cookies are too many or a length is none; the second
// is within the length of the body, and the connection ends.
const TWICE = /^(HTTP\/1\.1 4\d\d [^]*?\r\nConnection: close\r\n[^]*?\r\n\r\n)\1/;

// Connections of a proxy to a daemon, passed on. A proxy says one thing and waits for the answer: where the daemon
// answers twice to one thing said, or unasked, the two disagree on where a request ends, and `disagreements` has the
// bytes.
export class Relay {
  constructor(path) {
    this.place = path ? { path } : { host: '127.0.0.1', port: 0 };
    this.connections = 0;
    this.created = 0; // answers with 201
    this.heard = []; // the first bytes of each thing said
    this.disagreements = [];
    this.sockets = new Set();
  }

  async open(target) {
    this.target = target;
    this.server = net.createServer((socket) => this.pass(socket));
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(this.place, resolve));
    if (!this.place.path) this.place.port = this.server.address().port;
    return this;
  }

  pass(socket) {
    const onward = net.connect(this.target);
    let asked = false;
    this.connections++;
    for (const one of [socket, onward]) {
      this.sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => this.sockets.delete(one));
    }
    socket.on('data', (bytes) => {
      if (!asked) this.heard.push(bytes.toString('latin1'));
      asked = true;
    });
    onward.on('data', (bytes) => {
      const text = bytes.toString('latin1').replace(TWICE, '$1');
      const statuses = [...text.matchAll(STATUS_LINE)].map(([, status]) => Number(status));
      const answers = statuses.filter((status) => status >= 200).length;
      this.created += statuses.filter((status) => status === 201).length;
      if (answers > (asked ? 1 : 0)) this.disagreements.push(text);
      if (answers > 0) asked = false;
    });
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  }

  async close() {
    if (!this.server?.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Puts values into a shipped file; each place must be there.
function put(text, places) {
  for (const [from, to] of places) {
    assert.ok(text.includes(from), `the file has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

function nginx(dir, { certificate, key, http, https, upstream }) {
  const snippet = put(fs.readFileSync(path.join(ROOT, 'config/nginx/cxd.conf'), 'utf8'), [
    ['listen 80;', `listen 127.0.0.1:${http};`],
    ['    listen [::]:80;\n', ''],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl http2;`],
    ['    listen [::]:443 ssl http2;\n', ''],
    [`/etc/letsencrypt/live/${NAME}/fullchain.pem`, certificate],
    [`/etc/letsencrypt/live/${NAME}/privkey.pem`, key],
    ['/var/log/nginx/cxd', path.join(dir, 'cxd')],
    ...(upstream.path
      ? [
          ['    server 127.0.0.1:8080 max_fails=0;\n', ''],
          ['# server unix:/run/cxd/cxd.sock ', `server unix:${upstream.path} `],
        ]
      : [['server 127.0.0.1:8080 ', `server 127.0.0.1:${upstream.port} `]]),
  ]);
  fs.writeFileSync(path.join(dir, 'cxd.conf'), snippet);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${path.join(dir, name)};\n`)
    .join('');
  const config = path.join(dir, 'nginx.conf'); // around the snippet, what Debian's has
  fs.writeFileSync(
    config,
    `daemon off;\nmaster_process off;\npid ${dir}/nginx.pid;\nerror_log stderr;\nevents { worker_connections 768; }\n` +
      `http {\n${temporary}  sendfile on;\n  tcp_nopush on;\n  default_type application/octet-stream;\n  ` +
      `gzip on;\n  gzip_types application/json;\n  access_log ${dir}/access.log;\n  include ${dir}` +
      `/cxd.conf;\n}\n`,
  );
  const base = ['-p', dir, '-e', 'stderr', '-c', config];
  return {
    command: '/usr/sbin/nginx',
    check: [...base, '-t'],
    run: base,
    logs: ['cxd.access.log', 'cxd.error.log', 'access.log'],
  };
}

function caddy(dir, { certificate, key, http, https, upstream }) {
  const config = path.join(dir, 'Caddyfile');
  fs.writeFileSync(
    config,
    put(fs.readFileSync(path.join(ROOT, 'config/caddy/Caddyfile'), 'utf8'), [
      ['\n{\n', `\n{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port ${http}\n\thttps_port ${https}\n`],
      [`\n${NAME} {\n`, `\n${NAME} {\n\ttls ${certificate} ${key}\n`],
      ['/var/log/caddy/cxd.log', path.join(dir, 'cxd.log')],
      ...(upstream.path
        ? [
            ['\treverse_proxy 127.0.0.1:8080 {\n', ''],
            ['# reverse_proxy unix//run/cxd/cxd.sock {', `reverse_proxy unix/${upstream.path} {`],
          ]
        : [['reverse_proxy 127.0.0.1:8080 ', `reverse_proxy 127.0.0.1:${upstream.port} `]]),
    ]),
  );
  const base = ['--config', config, '--adapter', 'caddyfile'];
  return { command: '/usr/bin/caddy', check: ['validate', ...base], run: ['run', ...base], logs: ['cxd.log'] };
}

const PROGRAMS = { nginx, caddy };

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

export class Proxy {
  // `upstream`: { port } or { path }.
  static async start(program, upstream) {
    const proxy = new Proxy();
    proxy.dir = makeDirectory();
    const section = certify(proxy.dir, 'proxy', NAME);
    proxy.certificate = fs.readFileSync(section.certificate);
    [proxy.http, proxy.https] = [await freePort(), await freePort()];
    proxy.program = PROGRAMS[program](proxy.dir, { ...section, http: proxy.http, https: proxy.https, upstream });
    const env = { ...process.env, HOME: proxy.dir, XDG_DATA_HOME: proxy.dir, XDG_CONFIG_HOME: proxy.dir };
    const checked = spawnSync(proxy.program.command, proxy.program.check, { env, encoding: 'utf8' });
    if (checked.error) throw checked.error;
    assert.equal(checked.status, 0, checked.stderr);
    assert.doesNotMatch(checked.stderr, /\[warn\]|"warn"/, 'the shipped text is taken without a warning');
    proxy.output = '';
    const child = spawn(proxy.program.command, proxy.program.run, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    proxy.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (proxy.output += text));
    proxy.exited = new Promise((resolve) => child.on('close', resolve));
    child.on('close', () => children.delete(child));
    await until(
      async () => child.exitCode !== null || ((await accepts(proxy.http)) && (await accepts(proxy.https))),
      `${program} answers`,
    );
    if (child.exitCode !== null) {
      await proxy.stop();
      throw new Error(`${program} did not start\n${proxy.output}`);
    }
    proxy.agents = new Map();
    return proxy;
  }

  async stop() {
    for (const agent of this.agents?.values() ?? []) agent.destroy();
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(timer);
    removeDirectory(this.dir);
  }

  // Everything that the proxy has written down.
  written() {
    return (
      this.output +
      this.program.logs
        .map((name) => path.join(this.dir, name))
        .filter((file) => fs.existsSync(file))
        .map((file) => fs.readFileSync(file, 'utf8'))
        .join('')
    );
  }

  place(from = '127.0.0.1') {
    return { host: '127.0.0.1', port: this.https, localAddress: from, servername: NAME, ca: this.certificate };
  }

  // One request from an address, as harness.mjs has it: the certificate is verified, and what comes of the daemon is
  // held to openapi.yaml. `own`: the reply is the proxy's.
  request(method, target, { key, body, headers = {}, from = '127.0.0.1', own = false } = {}) {
    if (!this.agents.has(from)) this.agents.set(from, new https.Agent({ keepAlive: true, maxSockets: 8 }));
    const bytes =
      body === undefined
        ? undefined
        : Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    const sent = {
      host: NAME,
      ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }),
      ...(key && { authorization: `Bearer ${key}` }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const request = https.request(
        { ...this.place(from), method, path: target, headers: sent, agent: this.agents.get(from), timeout: HANGS_MS },
        (response) => {
          const chunks = [];
          response
            .on('error', reject)
            .on('data', (chunk) => chunks.push(chunk))
            .on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              const isJson =
                /json/.test(response.headers['content-type'] ?? '') &&
                !/ndjson/.test(response.headers['content-type']) &&
                text !== '';
              const reply = {
                status: response.statusCode,
                headers: response.headers,
                text,
                json: isJson ? JSON.parse(text) : undefined,
              };
              try {
                if (!own)
                  conform({
                    method,
                    target,
                    headers: sent,
                    body: bytes?.toString('utf8') ?? '',
                    reply: { ...reply, headers: withoutProxys(reply.headers) },
                  });
                resolve(reply);
              } catch (error) {
                reject(error);
              }
            });
        },
      );
      request
        .on('timeout', () => request.destroy(new Error(`${method} ${target}: no reply`)))
        .on('error', reject)
        .end(bytes);
    });
  }

  post(slug, body, options = {}) {
    return this.request('POST', `/v1/surveys/${slug}/responses`, { body, ...options });
  }

  // Raw bytes; what comes back until nothing more comes for `quiet` ms or the peer closes.
  exchange(bytes, quiet = 1000) {
    return new Promise((resolve) => {
      let text = '';
      const socket = tls.connect({ ...this.place(), ALPNProtocols: ['http/1.1'] }, () =>
        socket.write(Buffer.from(bytes, 'latin1')),
      );
      socket.setTimeout(quiet, () => socket.destroy());
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', () => {}).on('close', () => resolve(text));
    });
  }

  // A POST over HTTP/2, as browsers send it or without a length: { status }.
  async post2(slug, body, { hasLength = true } = {}) {
    const text = JSON.stringify(body);
    const session = http2.connect(`https://${NAME}`, {
      createConnection: () => tls.connect({ ...this.place(), ALPNProtocols: ['h2'] }),
    });
    try {
      return await new Promise((resolve, reject) => {
        session.on('error', reject);
        const stream = session.request({
          ':method': 'POST',
          ':path': `/v1/surveys/${slug}/responses`,
          'content-type': 'application/json',
          ...(hasLength && { 'content-length': text.length }),
        });
        let status;
        stream.on('response', (headers) => (status = headers[':status']));
        stream
          .on('error', reject)
          .on('end', () => resolve({ status }))
          .resume()
          .end(text);
      });
    } finally {
      session.destroy();
    }
  }
}

export const withoutProxys = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !PROXYS_OWN.includes(name)));
