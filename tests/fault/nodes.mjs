// Three nodes on one PostgreSQL, and what may go wrong among them: nodes that are killed, sessions that are terminated,
// a database that falls away and comes again, a network that cuts and stalls, a clock that is an hour off. Clients send
// to whichever node answers, and keep a ledger: at the end each response that was acknowledged is there once, and every
// figure is what a recount says. Then nodes are restarted one after the other behind nginx.
//
//   node tests/fault/nodes.mjs [--long]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { makeId, seeded, start, until } from '../http/harness.mjs';
import { Ledger, SURVEYS, ZONE } from '../crash/ledger.mjs';
import { startServer } from '../support/postgresql.mjs';
import { BINARY, LONG, Suite } from './control.mjs';
import { fakeClock, library } from './faketime.mjs';

const suite = new Suite('nodes');
const NODES = 3;
const STEP = LONG ? 600 : 60; // responses between two faults
const ROUNDS = LONG ? 8 : 1; // of all faults

// What lies between a node and its database: a port that passes on to its socket.
class Proxy {
  constructor(server) {
    this.to = path.join(server.directory, '.s.PGSQL.5432');
    this.pairs = new Set();
    this.stalled = false;
  }

  async open() {
    this.listener = net.createServer((client) => this.take(client));
    await new Promise((resolve) => this.listener.listen(0, '127.0.0.1', resolve));
    return this;
  }

  take(client) {
    const pair = [client, net.connect(this.to)];
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      pair.forEach((socket) => socket.destroy());
    };
    pair.forEach((socket, i) => {
      socket.on('error', end).on('close', end);
      socket.on('data', (bytes) => pair[1 - i].write(bytes));
      if (this.stalled) socket.pause();
    });
  }

  cut() {
    for (const pair of [...this.pairs]) pair.forEach((socket) => socket.destroy());
  }

  // Nothing goes through, and nobody is told.
  stall(stalled) {
    this.stalled = stalled;
    for (const pair of this.pairs) pair.forEach((socket) => (stalled ? socket.pause() : socket.resume()));
  }

  close() {
    this.cut();
    this.listener.close();
  }
}

// The nodes, each with a proxy of its own; a ledger speaks to any of them that runs.
class Nodes {
  constructor(server, random) {
    this.server = server;
    this.random = random;
    this.list = [];
    this.database = server.create();
    server.sql("CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql AS $$ SELECT encode($1, 'hex') $$", this.database);
  }

  sql(text) {
    return this.server.sql(text, this.database);
  }

  async add(options = {}) {
    const proxy = await new Proxy(this.server).open();
    const dir = suite.directory();
    if (this.list.length > 0) fs.copyFileSync(this.list[0].keyFile, path.join(dir, 'admin.key'));
    const storage = `postgresql://127.0.0.1:${proxy.listener.address().port}/${this.database}?user=cxd`;
    const node = await start({ binary: BINARY, timezone: ZONE, storage, dir, ...options });
    node.agent = new http.Agent({ keepAlive: false }); // else it races with the deadline
    node.proxy = proxy;
    this.list.push(node);
    return node;
  }

  get running() {
    return this.list.filter((node) => !node.stopped && node.url);
  }

  get key() {
    return this.list[0].key;
  }

  pick() {
    const { running } = this;
    return running[Math.floor(this.random() * running.length)];
  }

  // As a daemon does, of whichever; its own agent serves, since that of the ledger is one daemon's.
  request(method, target, options) {
    const node = this.pick();
    return node.request(method, target, { ...options, agent: node.agent });
  }

  survey(slug, definition) {
    return this.list[0].survey(slug, definition);
  }

  admin(method, target, options = {}) {
    return this.request(method, target, { ...options, key: this.key });
  }

  async end() {
    for (const node of this.list) {
      if (!node.stopped) await node.end();
      node.proxy.close();
    }
  }
}

// Rollups, whichever node counted, equal a recount of the responses.
function expectRecount(nodes) {
  const counts = (of) => Array.from({ length: 11 }, (_, score) => of(score)).join(', ');
  const dimensions = [
    "SELECT '' AS dimension, '' AS value, * FROM response",
    ...['touchpoint', 'channel', 'locale'].map(
      (name) => `SELECT '${name}', ${name}, * FROM response WHERE ${name} IS NOT NULL`,
    ),
    "SELECT 'property.plan', properties::json->>'plan', * FROM response WHERE survey = (SELECT number FROM survey " +
      "WHERE slug = 'nps') AND properties::json->>'plan' IS NOT NULL",
  ].join(' UNION ALL ');
  const lengths = ['9223372036854775807', '86400000', '3600000', '900000'];
  lengths.forEach((length, tier) => {
    const recount = nodes.sql(
      `SELECT survey, dimension, value, answered_at / ${length},
              ${counts((s) => `count(*) FILTER (WHERE score = ${s})`)}
       FROM (${dimensions}) AS r WHERE excluded = 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    );
    const rollup = nodes.sql(
      `SELECT survey, dimension, value, bucket, ${counts((s) => `sum(n${s})`)} FROM rollup
       WHERE survey > 0 AND tier = ${tier} GROUP BY 1, 2, 3, 4
       HAVING sum(${counts((s) => `n${s}`).replaceAll(', ', ' + ')}) <> 0 ORDER BY 1, 2, 3, 4`,
    );
    assert.ok(recount.length > 0);
    assert.equal(rollup, recount, `tier ${tier}`);
  });
}

async function expectAll(nodes, ledger) {
  await ledger.retry(nodes, 200);
  ledger.expectResponses(nodes);
  expectRecount(nodes);
  // All nodes say the same, and it is what the ledger says.
  for (const node of nodes.running) {
    // While SQL was asked here nothing went through the proxies: it may not be sure of its keys yet.
    const again = (ask) =>
      until(async () => {
        const reply = await ask();
        return reply.status !== 503 && reply;
      }, 'a node that answers');
    const patient = {
      score: (...args) => again(() => node.score(...args)),
      admin: (...args) => again(() => node.admin(...args)),
    };
    for (const slug of Object.keys(SURVEYS))
      if (ledger.scoresOf(slug).length > 0) await ledger.expectScore(patient, slug);
  }
}

// So much more is acknowledged.
async function advance(ledger, count = STEP) {
  const { size } = ledger.held;
  await until(
    () => ledger.held.size >= size + count,
    () => `${count} more than ${size} responses`,
  );
}

const FAULTS = {
  'a node is killed': async (nodes) => {
    const node = nodes.pick();
    await node.kill();
    return () => node.begin();
  },
  'sessions are terminated': async (nodes, ledger) => {
    for (let i = 0; i < 6; i++) {
      nodes.sql(
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
         AND datname = '${nodes.database}' AND random() < 0.5`,
      );
      await advance(ledger, STEP / 6);
    }
  },
  'the database falls away': async (nodes) => {
    await nodes.server.halt();
    return () => nodes.server.start();
  },
  'the network cuts': async (nodes, ledger) => {
    for (let i = 0; i < 6; i++) {
      nodes.pick().proxy.cut();
      await advance(ledger, STEP / 6);
    }
  },
  'the network of one node stalls': async (nodes, ledger) => {
    const node = nodes.pick();
    node.proxy.stall(true);
    await advance(ledger);
    return () => node.proxy.stall(false);
  },
};

async function withNodes(name, options, check) {
  await suite.hold(
    name,
    async () => {
      const server = await startServer();
      const row = suite.row(name);
      const nodes = new Nodes(server, seeded(29));
      const ledger = new Ledger({ seed: 29, clients: 8 });
      try {
        for (let i = 0; i < NODES; i++) await nodes.add(options(i));
        await ledger.define(nodes);
        for (const node of nodes.list)
          for (const slug of Object.keys(SURVEYS))
            await until(
              async () => (await node.admin('GET', `/v1/surveys/${slug}`)).status === 200,
              'the surveys at every node',
            );
        const note = await check(nodes, ledger, row);
        await expectAll(nodes, ledger);
        row.injected += 1;
        await nodes.end();
        return note;
      } catch (error) {
        const said = nodes.list.map(
          (node, i) => `node ${i}${node.stopped ? ', stopped' : ''}:\n${node.stderr.slice(-3000)}`,
        );
        error.stack += `\n${said.join('\n')}`;
        throw error;
      } finally {
        for (const node of nodes.list) {
          if (!node.stopped) await node.kill();
          node.proxy.close();
        }
        await server.stop();
      }
    },
    name,
  );
}

for (const [name, fault] of Object.entries(FAULTS))
  await withNodes(
    name,
    () => ({}),
    async (nodes, ledger) => {
      const load = { over: false };
      const loading = ledger.load(nodes, load);
      try {
        await advance(ledger);
        for (let round = 0; round < ROUNDS; round++) {
          const mend = await fault(nodes, ledger);
          await mend?.();
          await advance(ledger);
        }
      } finally {
        load.over = true;
        await loading;
      }
      return `${ledger.held.size} responses, ${ledger.unknown.length} to be sent again`;
    },
  );

// Which node says how late it is makes none lost, and none counted twice.
if (library)
  await withNodes(
    'a clock is an hour ahead, and one behind',
    (i) => (i === 0 ? {} : { env: fakeClock(suite.directory(), i === 1 ? '+1h' : '-1h').env }),
    async (nodes, ledger) => {
      const load = { over: false };
      const loading = ledger.load(nodes, load);
      await advance(ledger, 3 * STEP);
      load.over = true;
      await loading;
      for (const node of nodes.list.slice(1))
        await until(() => /clock_differs database_ahead_ms=-?3[56]\d{5}/.test(node.stderr), 'a word of the clock');
      assert.ok(!nodes.list[0].stderr.includes('clock_differs'));
    },
  );

// --- Restarted one after the other -----------------------------------------------------------------------------------

const NGINX = '/usr/sbin/nginx';
const sockets = Array.from({ length: NODES }, () => path.join(suite.directory(), 'cxd.sock'));

// nginx in front of all nodes: whoever refuses or is not there is passed over, and what was sent goes to the next one,
// since an id is stored once.
async function startNginx() {
  const dir = suite.directory();
  const config = path.join(dir, 'nginx.conf');
  const socket = path.join(dir, 'front.sock');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${path.join(dir, name)};\n`)
    .join('');
  fs.writeFileSync(
    config,
    `daemon off;\nmaster_process off;\npid ${dir}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n${temporary}` +
      `  access_log off;\n  upstream nodes {\n${sockets.map((at) => `    server unix:${at} max_fails=0;\n`).join('')}` +
      `  }\n  server {\n    listen unix:${socket};\n    location / {\n      proxy_pass http://nodes;\n` +
      `      proxy_http_version 1.1;\n      proxy_set_header Connection "";\n      proxy_set_header Host localhost;\n` +
      `      proxy_next_upstream error timeout http_503 non_idempotent;\n    }\n  }\n}\n`,
  );
  const child = spawn(NGINX, ['-p', dir, '-e', 'stderr', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => fs.existsSync(socket) || assert.equal(child.exitCode, null, said), 'nginx to listen');
  return {
    socket,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function send(socket, method, target, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: socket, method, path: target, agent: false, headers: { 'Content-Type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, text })).on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

if (fs.existsSync(NGINX))
  await withNodes(
    'nodes are restarted one after the other behind nginx',
    (i) => ({ config: { server: { unix_socket: sockets[i] } } }),
    async (nodes, ledger) => {
      const front = await startNginx();
      const load = { over: false };
      const failed = [];
      let sent = 0;
      const client = async () => {
        while (!load.over) {
          const id = makeId(ledger.random);
          const body = { ...ledger.answer('nps') };
          const [method, target] = sent % 2 ? ['PUT', `/${id}`] : ['POST', ''];
          const reply = await send(front.socket, method, `/v1/surveys/nps/responses${target}`, {
            ...body,
            ...(method === 'POST' && { id }),
          });
          sent += 1;
          if (reply.status === 201 || reply.status === 200) ledger.hold('nps', id, body);
          else failed.push(`${reply.status} ${reply.text}`);
        }
      };
      const clients = Promise.all(Array.from({ length: 6 }, client));
      try {
        for (const node of nodes.list) {
          await advance(ledger, STEP / 2);
          await node.end();
          await advance(ledger, STEP / 2);
          await node.begin();
        }
        await advance(ledger, STEP / 2);
      } finally {
        load.over = true;
        await clients;
        await front.stop();
      }
      assert.deepEqual(failed, []);
      return `${sent} requests`;
    },
  );

suite.end();
