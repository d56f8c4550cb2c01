// Starts the daemon for a test and speaks to it. Nothing here knows how cxd is built: it is a binary, a config file, a
// port and a key file. CXD_BINARY names another binary than build/asan/cxd.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import zlib from 'node:zlib';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { commonServer } from '../support/postgresql.mjs';
import { conform, isLibrarys } from './openapi.mjs';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BINARY = path.resolve(ROOT, process.env.CXD_BINARY ?? 'build/asan/cxd');
export const HANGS_MS = 600_000; // what neither begins nor ends
// CXD_TEST_STORE=postgresql: daemons of which a test does not say what they store in have a database of PostgreSQL's.
export const ON_POSTGRESQL = process.env.CXD_TEST_STORE === 'postgresql';
export const WAITS_MS = Number(process.env.WAITS_MS ?? 300_000); // for what never comes true
const SANITIZER = /(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:/;

// Children that a failed test left behind die with the test process.
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function makeDirectory() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'cxd-test-'));
}

export function useDirectory(t) {
  const dir = makeDirectory();
  t.after(() => removeDirectory(dir));
  return dir;
}

export function removeDirectory(dir) {
  fs.rmSync(dir, { recursive: true, force: true });
}

// Sections and keys to INI: { server: { listen: '127.0.0.1:0' } }.
export function ini(sections) {
  let text = '';
  for (const [section, keys] of Object.entries(sections)) {
    text += `[${section}]\n`;
    for (const [key, value] of Object.entries(keys)) text += `${key} = ${value}\n`;
  }
  return text;
}

export function merge(base, over = {}) {
  const out = structuredClone(base);
  for (const [section, keys] of Object.entries(over)) out[section] = { ...out[section], ...keys };
  return out;
}

// Turns the metrics on: daemon.scrape().
export const METRICS = { listen: '127.0.0.1:0' };

export const UNLIMITED = {
  ingest_rate: 0,
  survey_rate: 0,
  auth_rate: 0,
  bytes_per_address: 0,
  connections_per_address: 1_000_000,
};

// The environment without any CXD_… of ours (the daemon refuses names that it does not know).
export function environment(extra = {}) {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) if (!name.startsWith('CXD_')) env[name] = value;
  return {
    ...env,
    LC_ALL: 'C',
    ASAN_OPTIONS: 'exitcode=99:detect_leaks=1:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    TSAN_OPTIONS: 'exitcode=99',
    ...extra,
  };
}

// Runs a subcommand to its end: { status, stdout, stderr }.
export function run(args, { binary = BINARY, env, input, cwd, timeout = HANGS_MS } = {}) {
  const done = spawnSync(binary, args, {
    env: environment(env),
    input,
    cwd,
    timeout,
    encoding: 'utf8',
    killSignal: 'SIGKILL',
  });
  if (done.error) throw done.error;
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

export function sqlite(file, sql) {
  const done = spawnSync('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 30000', file], {
    input: sql,
    encoding: 'utf8',
    timeout: HANGS_MS,
    maxBuffer: 1 << 28,
  });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

// A named query of the store as src/tools/embed.c makes it, without its semicolon. What asks a function of
// the store, which the shell lacks, reads the same column: nothing here asks by answers.
function storeQuery(name) {
  const text = fs.readFileSync(path.join(ROOT, 'sql/sqlite/queries.sql'), 'utf8');
  const blocks = text.split(/^-- (?:name|fragment): /m).slice(1);
  const find = (wanted) => blocks.find((block) => block.startsWith(`${wanted}\n`)) ?? assert.fail(wanted);
  const whole = (wanted) =>
    find(wanted)
      .replace(/^.*\n/, '')
      .replace(/^-- use: (\w+)\n/gm, (_, used) => whole(used))
      .replace(/^--.*\n?/gm, '');
  return whole(name)
    .split(';')[0]
    .replace(/\b(?:answers_hold|answer_number)\((answers, \?\d+)\)/g, 'coalesce($1)');
}

// The keys that a daemon signs with, the newest first.
export const signingKeys = (daemon) =>
  sqlite(daemon.database, 'SELECT hex(secret) FROM signing_key ORDER BY number DESC;\n')
    .trim()
    .split('\n')
    .map((hex) => Buffer.from(hex, 'hex'));

// What a named query of the store says of the file that a daemon has left, with what its parameters are.
export function askStore(file, name, parameters, { before = '', stats = '' } = {}) {
  const set = Object.entries(parameters).map(([number, value]) => `.parameter set ?${number} ${value}\n`);
  return sqlite(file, `.parameter init\n${set.join('')}${stats}\n${before} ${storeQuery(name)};\n`);
}

// Asks until the answer is true, and gives it. The bound says nothing of how fast anything is: what is never true is to
// end with what was waited for, and not with whoever runs the tests.
export async function until(question, what = question) {
  const began = performance.now();
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (performance.now() - began > WAITS_MS) assert.fail(`waited in vain for five minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// A self-signed certificate and its key in a directory, as the section [tls] of a configuration.
export function certify(dir, name = 'tls', subject = 'localhost') {
  const section = { certificate: path.join(dir, `${name}.pem`), key: path.join(dir, `${name}.key`) };
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${subject}`,
    '-keyout',
    section.key,
    '-out',
    section.certificate,
  ];
  const made = spawnSync('openssl', args, { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return section;
}

class Daemon {
  constructor(options) {
    this.ownsDir = options.ownsDir ?? options.dir === undefined;
    this.drop = options.drop;
    this.dir = options.dir ?? makeDirectory();
    this.config = path.join(this.dir, 'cxd.conf');
    this.database = path.join(this.dir, 'cxd.db');
    this.binary = options.binary ?? BINARY;
    this.stdout = '';
    this.stderr = '';
    this.tls = options.tls ?? false;
    this.sockets = options.sockets ?? 64;
    this.deadlineS = Number(options.config?.server?.request_timeout ?? 30);
    this.agent = this.newAgent();
    let storage = options.storage ?? 'sqlite:PATH';
    storage = storage.replace('PATH', this.database);
    const sections = merge(
      {
        server: { listen: '127.0.0.1:0' },
        storage: { url: storage },
        reporting: { timezone: options.timezone ?? 'UTC' },
        limits: UNLIMITED, // all tests come from one address; rate.test.mjs has limits of its own
      },
      options.config,
    );
    if (this.tls) sections.tls ??= certify(this.dir);
    // An engine without a file has no directory of its own for the key.
    if (!storage.startsWith('sqlite:')) sections.server.state_directory = this.dir;
    if (options.writeConfig !== false) fs.writeFileSync(this.config, ini(sections));
    this.env = options.env;
    this.args = options.args ?? [];
  }

  newAgent() {
    // A connection that has been idle for long is not used again: the daemon may be about to close it.
    const options = { keepAlive: this.deadlineS > 10, maxSockets: this.sockets, timeout: (this.deadlineS * 1000) / 3 };
    const agent = this.tls ? new https.Agent({ ...options, rejectUnauthorized: false }) : new http.Agent(options);
    agent.prependListener('free', (socket) => (socket.freeSince = performance.now()));
    return agent;
  }

  // The agent's own timer for that does not run while a test computes for long, as the model of the fuzz does.
  dropIdle(agent) {
    const since = performance.now() - (this.deadlineS * 1000) / 3;
    for (const sockets of Object.values(agent.freeSockets ?? {}))
      for (const socket of [...sockets]) if (socket.freeSince < since) socket.destroy();
  }

  // Starts the process and waits for the line that tells the address.
  async begin() {
    this.stopped = false;
    const child = spawn(this.binary, ['serve', '-c', this.config, ...this.args], {
      env: environment(this.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    children.add(child);
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        children.delete(child);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    this.exit = null;
    const from = this.stdout.length;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`cxd did not start in time\n${this.stdout}\n${this.stderr}`));
      }, HANGS_MS);
      const settle = (action, value) => {
        clearTimeout(timer);
        action(value);
      };
      child.on('error', (error) => settle(reject, error));
      child.on('close', (code, signal) =>
        settle(reject, new Error(`cxd ended (${code ?? signal}) before it listened\n${this.stdout}\n${this.stderr}`)),
      );
      child.stdout.setEncoding('utf8').on('data', (text) => {
        this.stdout += text;
        const line = /^cxd \S+ listening on (https?:\/\/\S+)\s*$/m.exec(this.stdout.slice(from));
        if (line) {
          this.url = line[1];
          settle(resolve);
        }
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        this.stderr += text;
      });
    });
    const url = new URL(this.url);
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(url.port);
    assert.ok(this.port > 0, `a real port in ${this.url}`);
    this.keyFile = path.join(this.dir, 'admin.key');
    this.key = fs.existsSync(this.keyFile) ? fs.readFileSync(this.keyFile, 'utf8').trim() : undefined;
    return this;
  }

  // Ends the daemon and holds it to a clean end. Files stay until clean() (or stop(), which does both).
  async end(signal = 'SIGTERM') {
    if (this.stopped) return;
    this.stopped = true;
    this.agent.destroy();
    this.agent = this.newAgent();
    if (!this.exit) this.child.kill(signal);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => {
        this.child.kill('SIGKILL');
        resolve('late');
      }, HANGS_MS);
    });
    const outcome = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    assert.notEqual(outcome, 'late', `cxd did not end after ${signal}\n${this.stderr.slice(-4000)}`);
    assert.ok(!SANITIZER.test(this.stderr), `sanitizer output:\n${this.stderr.slice(-12000)}`);
    assert.deepEqual(outcome, { code: 0, signal: null }, this.stderr.slice(-4000));
  }

  clean() {
    this.agent.destroy();
    this.drop?.();
    if (this.ownsDir) removeDirectory(this.dir);
  }

  async stop() {
    try {
      await this.end();
    } finally {
      this.clean();
    }
  }

  // The hard way.
  async kill(signal = 'SIGKILL') {
    this.stopped = true;
    this.child.kill(signal);
    await this.exited;
    this.agent.destroy();
    this.agent = this.newAgent();
  }

  // Until the day on which the admin key is used is stored. Else that write may share a transaction with the next:
  // then, if it fails, each is tried again alone, and one of the two may go well.
  async settled() {
    await until(
      async () => (await this.admin('GET', '/v1/keys')).json.keys.every((key) => key.last_used),
      'a day of use',
    );
  }

  // One request: { status, headers, text, json }. `body` may be an object (sent as JSON), a string or a Buffer. The
  // exchange must be as docs/openapi.yaml says.
  request(method, target, { key, body, headers = {}, type, agent = this.agent, timeout } = {}) {
    let bytes;
    const sent = { ...headers };
    if (body !== undefined) {
      const structured = typeof body === 'object' && !Buffer.isBuffer(body);
      bytes = Buffer.isBuffer(body) ? body : Buffer.from(structured ? JSON.stringify(body) : body);
      sent['Content-Type'] ??= type ?? 'application/json';
      if (type === null) delete sent['Content-Type'];
      sent['Content-Length'] = bytes.length;
    } else if (method === 'POST' || method === 'PUT') {
      sent['Content-Length'] = 0;
    }
    if (key) sent.Authorization = `Bearer ${key}`;
    if (agent) this.dropIdle(agent);
    return new Promise((resolve, reject) => {
      const request = (this.tls ? https : http).request(
        { host: this.host, port: this.port, method, path: target, headers: sent, agent },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            let json;
            if (
              text &&
              /json/.test(response.headers['content-type'] ?? '') &&
              !/ndjson/.test(response.headers['content-type'])
            ) {
              try {
                json = JSON.parse(text);
              } catch (error) {
                reject(new Error(`${method} ${target}: a reply that is not JSON: ${text}`, { cause: error }));
                return;
              }
            }
            const reply = { status: response.statusCode, headers: response.headers, text, json };
            try {
              const headers = lowerNames(sent);
              conform({ method, target, headers, body: decoded(bytes, headers, reply), reply });
            } catch (error) {
              reject(error);
              return;
            }
            resolve(reply);
          });
        },
      );
      if (timeout)
        request.setTimeout(timeout, () => request.destroy(new Error(`${method} ${target}: no reply in ${timeout} ms`)));
      request.on('error', reject);
      request.end(bytes);
    });
  }

  // Where the metrics are, as it was printed at start; undefined: nowhere.
  get metricsUrl() {
    return /^metrics: (http:\S+)$/m.exec(this.stdout.slice(this.stdout.lastIndexOf('listening on')))?.[1];
  }

  // A scrape: the reply's { status, headers, text }.
  async scrape({ method = 'GET', target = '' } = {}) {
    const reply = await fetch(new URL(target, this.metricsUrl), { method, headers: { Connection: 'close' } });
    const text = await reply.text();
    assert.ok(target || reply.status === 200, text);
    return { status: reply.status, headers: Object.fromEntries(reply.headers), text };
  }

  // The same with the admin key.
  admin(method, target, options = {}) {
    return this.request(method, target, { key: this.key, ...options });
  }

  // A survey by PUT, which must succeed.
  async survey(slug, definition) {
    const reply = await this.admin('PUT', `/v1/surveys/${slug}`, { body: definition });
    assert.ok(reply.status === 201 || reply.status === 200, `PUT ${slug}: ${reply.status} ${reply.text}`);
    return reply.json;
  }

  post(slug, body, options = {}) {
    return this.request('POST', `/v1/surveys/${slug}/responses`, { body, ...options });
  }

  put(slug, id, body, options = {}) {
    return this.request('PUT', `/v1/surveys/${slug}/responses/${id}`, { body, ...options });
  }

  score(slug, query = '', options = {}) {
    return this.admin('GET', `/v1/surveys/${slug}/score${query && `?${query}`}`, options);
  }

  // A batch as NDJSON; the replies parsed.
  async batch(lines, options = {}) {
    const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
    const reply = await this.admin('POST', '/v1/responses', { body, type: 'application/x-ndjson', ...options });
    if (reply.status === 200) reply.lines = parseLines(reply.text);
    return reply;
  }

  // A batch in which every line must be stored.
  async load(lines) {
    for (let at = 0; at < lines.length; at += 5000) {
      const part = lines.slice(at, at + 5000);
      const reply = await this.batch(part);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.lines.length, part.length);
      for (const line of reply.lines) assert.ok(line.status === 201 || line.status === 200, JSON.stringify(line));
    }
  }

  // A raw connection.
  async connect() {
    return new Wire(this.host, this.port, this.tls).open();
  }

  // The first reply to these bytes on a connection of their own.
  async raw(bytes) {
    const wire = await this.connect();
    wire.send(bytes);
    const reply = await wire.reply();
    wire.close();
    return reply;
  }
}

// A request's body as text, as it was decoded where it was taken.
const decoded = (bytes = Buffer.alloc(0), headers, reply) =>
  (/gzip/i.test(headers['content-encoding']) && reply.status < 300 ? zlib.gunzipSync(bytes) : bytes).toString('utf8');

const lowerNames = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export function parseLines(text) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

// The databases of daemons, by their directories: whoever starts again in one has the same.
const databases = new Map();

async function giveDatabase(options) {
  const server = await commonServer();
  const dir = options.dir ?? makeDirectory();
  if (!databases.has(dir)) databases.set(dir, server.create());
  const drop = () => options.dir === undefined && server.drop(databases.get(dir));
  return { ...options, dir, storage: server.url(databases.get(dir)), ownsDir: options.dir === undefined, drop };
}

export async function start(given = {}) {
  const isGiven = !ON_POSTGRESQL || given.storage || given.config?.storage?.url;
  const options = isGiven ? given : await giveDatabase(given);
  const daemon = new Daemon(options);
  try {
    await daemon.begin();
  } catch (error) {
    daemon.clean();
    throw error;
  }
  return daemon;
}

// Ways to speak to a daemon, as options of start(); the corpus of malformed requests goes over each.
export const TRANSPORTS = { plain: {}, tls: { tls: true } };

// A daemon for one test, stopped (and held to a clean end) after it.
export async function use(t, options = {}) {
  const daemon = await start(options);
  t.after(() => daemon.stop());
  return daemon;
}

// A socket that speaks bytes and reads HTTP/1.1 replies.
export class Wire {
  constructor(host, port, secure = false) {
    this.host = host;
    this.port = port;
    this.secure = secure;
    this.buffer = Buffer.alloc(0);
    this.closed = false;
    this.waiters = [];
    this.sent = Buffer.alloc(0); // not answered yet; null once it cannot be told which reply is whose
  }

  open() {
    return new Promise((resolve, reject) => {
      const place = { host: this.host, port: this.port, noDelay: true, rejectUnauthorized: false };
      this.socket = this.secure ? tls.connect(place) : net.connect(place);
      this.socket.once(this.secure ? 'secureConnect' : 'connect', () => resolve(this));
      this.socket.on('error', (error) => {
        this.closed = true;
        this.wake();
        reject(error);
      });
      this.socket.on('data', (chunk) => {
        this.buffer = Buffer.concat([this.buffer, chunk]);
        this.wake();
      });
      const end = () => {
        this.closed = true;
        this.wake();
      };
      this.socket.on('end', end);
      this.socket.on('close', end);
    });
  }

  wake() {
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  send(bytes) {
    const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (this.sent) this.sent = Buffer.concat([this.sent, raw]);
    this.socket.write(raw);
  }

  // Waits until something arrived or the peer closed, or for so long.
  wait(ms) {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  // The next complete reply, or null when the peer closed without one.
  async reply({ head = false } = {}) {
    for (;;) {
      const parsed = this.take(head);
      if (parsed) {
        this.conform(parsed);
        return parsed;
      }
      if (this.closed) return null;
      await this.wait();
    }
  }

  take(head) {
    const split = this.buffer.indexOf('\r\n\r\n');
    if (split < 0) return null;
    const lines = this.buffer.subarray(0, split).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(lines[0])?.[1]);
    if (!status) throw new Error(`not a reply: ${lines[0]}`);
    const headers = {};
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const bodiless = head || status < 200 || status === 204 || status === 304;
    const length = bodiless ? 0 : Number(headers['content-length'] ?? 0);
    const begin = split + 4;
    if (this.buffer.length < begin + length) return null;
    const text = this.buffer.subarray(begin, begin + length).toString('utf8');
    this.buffer = this.buffer.subarray(begin + length);
    let json;
    if (/json/.test(headers['content-type'] ?? '') && text) json = JSON.parse(text);
    return { status, headers, text, json };
  }

  // Holds a reply to docs/openapi.yaml, as one to the request whose turn it is. After a request that is not well-formed
  // it is not known where the next one would begin.
  conform(reply) {
    if (!this.sent || reply.status < 200) return;
    const [request, rest] = cutRequest(this.sent);
    this.sent = rest;
    if (request && !isLibrarys(reply)) conform({ ...request, reply });
  }

  // Waits until the peer has closed.
  async ended() {
    while (!this.closed) await this.wait();
  }

  close() {
    this.socket.destroy();
  }
}

// The first request of some bytes, if it is a plain and whole one, and the bytes behind it (null: it is not).
function cutRequest(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const [first, ...lines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const line = /^([A-Z]+) (?:https?:\/\/[^/?]*)?(\/[!-~]*) HTTP\/1\.[01]$/.exec(first);
  const fields = lines.map((text) => /^([\w-]+):[ \t]*([ -~]*?)[ \t]*$/.exec(text));
  if (!line || fields.includes(null)) return [null, null];
  const headers = Object.fromEntries(fields.map(([, name, value]) => [name.toLowerCase(), value]));
  const length = /^\d{1,9}$/.test(headers['content-length'] ?? '0') ? Number(headers['content-length'] ?? 0) : Infinity;
  const whole =
    Object.keys(headers).length === fields.length && !headers['transfer-encoding'] && bytes.length >= end + 4 + length;
  const body = whole ? bytes.subarray(end + 4, end + 4 + length).toString('utf8') : null;
  return [{ method: line[1], target: line[2], headers, body }, whole ? bytes.subarray(end + 4 + length) : null];
}

// Asserts a problem+json reply: status, slug of the type, and (if given) exactly these pointers.
export function assertProblem(reply, status, slug, pointers) {
  assert.equal(reply.status, status, reply.text);
  assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json/);
  const problem = reply.json;
  assert.equal(problem.type, `/problems/${slug}`, reply.text);
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
  assert.ok(problem.title.length > 0);
  assert.equal(typeof problem.detail, 'string');
  if (pointers) {
    assert.deepEqual((problem.errors ?? []).map((error) => error.pointer).sort(), [...pointers].sort(), reply.text);
    for (const error of problem.errors ?? []) assert.ok(error.detail.length > 0, reply.text);
  }
  return problem;
}

export const NPS = { metric: 'nps' };
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

// A UUID of version 7's shape with chosen random bits: reproducible ids for tests.
export function makeId(random) {
  const hex = (digits) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return `0192${hex(4)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}

// A small seeded generator (mulberry32), so that a failure can be had again.
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// A maker of ids, by a seed.
export function ids(seed) {
  const random = seeded(seed);
  return () => makeId(random);
}

const TEXTS = ['comment', 'respondent', 'touchpoint', 'channel', 'locale', 'visit', 'properties', 'answers'];

// What the reply to `sent` shows of what is stored: by an id that is made from a name no text that it does not say
// itself.
export function shownTo(sent, stored) {
  const shown = { ...stored };
  if (!'35'.includes(stored.id[14])) return shown;
  for (const name of TEXTS) if (!isDeepStrictEqual(sent[name], stored[name])) delete shown[name];
  return shown;
}
