// A PostgreSQL of the test's own: made of a copy of a cluster that is made once a build folder, in memory where there
// is such a place, listening in its own directory alone unless it is told otherwise. A shell beside it stops it, and
// removes its directory, however the test ends. Nothing of it is durable.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TEMPLATE = path.join(ROOT, 'build/postgresql');
const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C' };

// Where initdb and postgres are: the newest there is.
function programs() {
  const versions = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql') : [];
  const newest = versions.sort((a, b) => Number(a) - Number(b)).pop();
  assert.ok(newest, 'there is no PostgreSQL: make deps-test installs it, and POSTGRESQL=no builds without');
  return `/usr/lib/postgresql/${newest}/bin`;
}

// PostgreSQL does not run as root.
function nobody() {
  if (process.geteuid() !== 0) return {};
  const [, , uid, gid] = /^nobody:.*$/m.exec(fs.readFileSync('/etc/passwd', 'utf8'))[0].split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function must(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', env: ENVIRONMENT, ...options });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, `${program}: ${done.stderr}`);
  return done.stdout;
}

// Another program may be making it: one waits for the other.
const MAKE = `
cp -a "$2/first" "$1/made.$$" && mv -T "$1/made.$$" "$1/data"`;

function copyTemplate(directory) {
  fs.mkdirSync(TEMPLATE, { recursive: true });
  const user = nobody();
  const lock = path.join(TEMPLATE, 'lock');
  const as = user.uid === undefined ? [] : ['setpriv', '--reuid', user.uid, '--regid', user.gid, '--clear-groups'];
  const initdb = [...as, `${programs()}/initdb`, '-D', `${directory}/first`, '-U', 'cxd', '-A', 'trust', '--no-sync'];
  const words = [...initdb, '--no-locale', '-E', 'UTF8'].map((word) => `'${word}'`).join(' ');
  const script = `[ -r "$1/data/PG_VERSION" ] || { ${words} >/dev/null && ${MAKE.trim()}; }`;
  must('flock', [lock, 'sh', '-c', script, 'sh', TEMPLATE, directory]);
  must('cp', ['-a', path.join(TEMPLATE, 'data'), path.join(directory, 'data')]);
  fs.rmSync(path.join(directory, 'first'), { recursive: true, force: true });
}

// Runs as PostgreSQL's user until the test's end of the pipe is closed.
const WATCH = `
"$@" &
server=$!
read -r end
kill -QUIT $server 2>/dev/null
wait $server
[ "$end" = keep ] || rm -rf "$directory"`;

const SETTINGS = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '300',
  shared_buffers: '32MB',
  lc_messages: 'C',
  max_wal_size: '64MB',
};

class Server {
  constructor({ settings = {}, hba } = {}) {
    const base = fs.existsSync('/dev/shm') ? '/dev/shm' : '/tmp';
    this.directory = fs.mkdtempSync(path.join(base, 'cxd-pg-'));
    this.settings = { ...SETTINGS, unix_socket_directories: this.directory, ...settings };
    this.databases = 0;
    const { uid, gid } = nobody();
    if (uid !== undefined) fs.chownSync(this.directory, uid, gid);
    copyTemplate(this.directory);
    if (hba) fs.writeFileSync(path.join(this.directory, 'data/pg_hba.conf'), hba);
  }

  // Until it takes connections.
  async start() {
    const settings = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-c', WATCH, 'sh', `${programs()}/postgres`, '-D', path.join(this.directory, 'data'), ...settings];
    this.child = spawn('sh', args, {
      ...nobody(),
      env: { ...ENVIRONMENT, directory: this.directory },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // a Ctrl-C at the terminal is the test's
    });
    this.said = '';
    await new Promise((resolve, reject) => {
      this.child.on('close', () => reject(new Error(`PostgreSQL does not start: ${this.said}`)));
      this.child.stderr.setEncoding('utf8').on('data', (text) => {
        this.said = (this.said + text).slice(-100_000);
        if (this.said.includes('ready to accept connections')) resolve();
      });
    });
    // The test may end without it.
    this.child.unref();
    this.child.stdin.unref?.();
    this.child.stderr.unref?.();
    return this;
  }

  // What SQL of several statements says, by the superuser: columns with | between, a row a line.
  sql(text, database = 'postgres') {
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', this.directory, '-U', 'cxd', '-d', database];
    return must(`${programs()}/psql`, [...args, '-f', '-'], { input: text }).trim();
  }

  // The URL of a database, as its superuser.
  url(database, parameters = {}) {
    return `postgresql:///${database}?${new URLSearchParams({ host: this.directory, user: 'cxd', ...parameters })}`;
  }

  // A database of its own, empty: its name.
  create() {
    const name = `d${++this.databases}`;
    this.sql(`CREATE DATABASE ${name}`);
    return name;
  }

  drop(name) {
    this.sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  // At once, without a checkpoint, as when it falls away; start() starts it again.
  async halt() {
    await this.#end('keep\n');
  }

  async stop() {
    await this.#end('');
  }

  async #end(word) {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      if (word === '') fs.rmSync(this.directory, { recursive: true, force: true });
      return;
    }
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.ref();
    this.child.stdin.end(word);
    await ended;
  }
}

export async function startServer(options) {
  const server = new Server(options);
  try {
    return await server.start();
  } catch (error) {
    fs.rmSync(server.directory, { recursive: true, force: true });
    throw error;
  }
}

// A server for one test.
export async function useServer(t, options) {
  const server = await startServer(options);
  t.after(() => server.stop());
  return server;
}

// The one that the daemons of a test program have in common.
let common;
export const commonServer = () => (common ??= startServer());
