// Where cxd runs: 64-bit systems only; the image of the Containerfile, as process 1 of a root that nobody can write to;
// Debian 13 with its libmicrohttpd 1.0: built with all warnings as errors, the tests of HTTP with sanitizers, the
// package; and musl.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from './containerfile.mjs';
import { layer, mount, place, run, SOURCES, withRoot } from './roots.mjs';

const SECOND = 1000;
const PARALLEL = 4; // they wait more than they compute
const HANGS = 1800 * SECOND;
// The tests of HTTP whose words another libmicrohttpd, SQLite, GnuTLS, libcurl, expat, minizip or libqrencode could
// change. The others ask what is the same behind any of them, and the contract of the store runs there too.
const BY_LIBRARIES = [
  'admission assets batch-memory batch characters crowd deadlines errors events export forms guard host hostile',
  'idempotency ingest keyed live logs nul openapi page-codes page-form page-problems preconditions reading reload',
  'sessions activation cli health import tls',
];
const HTTP = BY_LIBRARIES.flatMap((line) => line.split(' '));
const EXTRAS =
  'bash-completion build-essential curl debhelper dpkg-dev fakeroot libcmocka-dev musl-tools nodejs openssl procps ' +
  'sqlite3 strace systemd-standalone-sysusers xz-utils';

async function until(question, what) {
  const end = Date.now() + 60 * SECOND;
  for (;;) {
    const answer = question();
    if (answer) return answer;
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a 32-bit system is refused by name', () => {
  const args = ['-m32', '-fsyntax-only', '-Iinclude', '-x', 'c', 'include/cxd/base/compiler.h'];
  const done = spawnSync('gcc', args, { cwd: SOURCES, encoding: 'utf8' });
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /cxd needs a 64-bit system/);
});

test('make uses all cores, unless it is told how many', () => {
  const jobs = (...args) => {
    const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...env } = process.env;
    const input = 'include Makefile\nshow-jobs:\n\t@echo "$(MAKEFLAGS)"\n';
    return run('make', ['-s', '-f', '-', 'show-jobs', ...args], { cwd: SOURCES, input, env });
  };
  assert.match(jobs(), new RegExp(` -j${run('nproc', []).trim()}\\b`));
  assert.match(jobs('-j7'), / -j7\b/);
  assert.match(jobs('-j1'), / -j1\b/);
});

let made;
test('the Containerfile makes an image', async () => {
  made = await build(path.join(SOURCES, 'Containerfile'));
});

// The image as an engine runs it: nobody writes to the root, the volume is a folder of the user's, its processes and
// network are its own.
class Container {
  constructor({ image, told }) {
    this.root = place('container');
    mount(image, this.root);
    const [, uid, gid] = new RegExp(`^${told.USER}:x:(\\d+):(\\d+):`, 'm').exec(
      fs.readFileSync(path.join(this.root, 'etc/passwd'), 'utf8'),
    );
    this.ids = [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--no-new-privs',
      '--inh-caps=-all',
      '--bounding-set=-all',
    ];
    this.uid = uid;
    this.volume = place('volume');
    run('chown', [`${uid}:${gid}`, this.volume]);
    fs.chmodSync(this.volume, 0o700);
    run('mount', ['--bind', this.volume, path.join(this.root, told.VOLUME)]);
    run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', path.join(this.root, 'dev')]);
    for (const device of ['null', 'zero', 'urandom', 'random']) {
      fs.writeFileSync(path.join(this.root, 'dev', device), '');
      run('mount', ['--bind', `/dev/${device}`, path.join(this.root, 'dev', device)]);
    }
    this.command = [...JSON.parse(told.ENTRYPOINT), ...JSON.parse(told.CMD)];
    this.health = JSON.parse(told.HEALTHCHECK.replace(/^.*?CMD /, ''));
    [this.port] = told.EXPOSE.split('/');
  }

  start() {
    const script = 'ip link set lo up && mount -t proc proc "$1/proc" && exec chroot "$@"';
    const inner = [
      '/usr/bin/env',
      '-i',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '/usr/bin/setpriv',
      ...this.ids,
      '--',
    ];
    const args = [
      '--pid',
      '--mount',
      '--net',
      '--ipc',
      '--uts',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      script,
      'sh',
      this.root,
      ...inner,
      ...this.command,
    ];
    this.child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve(code ?? signal));
    });
  }

  // Its process 1, by the number that it has out here; NaN: not yet, or no more.
  get pid() {
    if (this.child.exitCode !== null) return NaN;
    return Number.parseInt(fs.readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8'), 10);
  }

  // A command of the image beside the daemon, as its user.
  beside(command) {
    const args = [
      '-t',
      String(this.pid),
      '-m',
      '-p',
      '-n',
      '-i',
      '-u',
      '-r',
      '-w',
      '--',
      '/usr/bin/setpriv',
      ...this.ids,
      '--',
      ...command,
    ];
    return spawnSync('nsenter', args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
  }

  // From its network; curl is this machine's.
  fetch(...args) {
    return spawnSync('nsenter', ['-t', String(this.pid), '-n', '--', 'curl', '-fsS', '-m', '10', ...args], {
      encoding: 'utf8',
    });
  }

  async ready() {
    await until(
      () => this.child.exitCode !== null || (this.pid && this.beside(this.health).status === 0),
      'it is not ready',
    );
    assert.equal(this.child.exitCode, null, this.output);
  }
}

describe('the container', () => {
  let container;
  before(() => {
    container = new Container(made);
  });
  after(() => container?.child?.kill('SIGKILL'));

  test('it starts, and its health check says so', async () => {
    container.start();
    await container.ready();
  });

  test('it is process 1, and nobody of note', () => {
    const status = fs.readFileSync(`/proc/${container.pid}/status`, 'utf8');
    assert.match(status, /^Name:\tcxd$/m);
    assert.match(status, /^NSpid:\t\d+\t1$/m);
    assert.match(status, new RegExp(`^Uid:\t${container.uid}\t${container.uid}\t${container.uid}\t`, 'm'));
    assert.notEqual(container.uid, '0');
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
  });

  test('nothing but its volume can be written', () => {
    assert.throws(() => fs.writeFileSync(path.join(container.root, 'etc/x'), ''), { code: 'EROFS' });
    assert.ok(fs.existsSync(path.join(container.volume, 'cxd.db')));
    assert.equal(fs.statSync(path.join(container.volume, 'admin.key')).mode & 0o777, 0o600);
  });

  test('it takes a response and scores it, at its port', () => {
    const url = `http://127.0.0.1:${container.port}/v1/surveys/checkout`;
    const key = fs.readFileSync(path.join(container.volume, 'admin.key'), 'utf8').trim();
    const auth = ['-H', `Authorization: Bearer ${key}`, '-H', 'Content-Type: application/json'];
    const made201 = container.fetch('-X', 'PUT', ...auth, '-d', '{"metric":"nps"}', url);
    assert.equal(made201.status, 0, made201.stderr);
    assert.equal(
      container.fetch('-H', 'Content-Type: application/json', '-d', '{"score":9}', `${url}/responses`).status,
      0,
    );
    assert.match(container.fetch(...auth, `${url}/score?window=all`).stdout, /"n":1,"score":100/);
  });

  test('SIGTERM ends it with 0, and what was stored is there again', async () => {
    process.kill(container.pid, 'SIGTERM');
    assert.equal(await container.ended, 0, container.output);
    container.start();
    await container.ready();
    assert.match(
      container.beside(['cxd', 'score', 'checkout', '--window', 'all', '--json']).stdout,
      /"n":1,"score":100/,
    );
    process.kill(container.pid, 'SIGTERM');
    assert.equal(await container.ended, 0, container.output);
  });
});

// The sources that git tracks or, in an unpacked tarball, all of them; and the packages of the tests.
function unpack(to) {
  const tracked = spawnSync('git', ['ls-files', '-z'], { cwd: SOURCES, encoding: 'utf8' });
  const top = fs.readdirSync(SOURCES).filter((name) => !['build', 'data', '.git'].includes(name));
  const names = tracked.status === 0 ? tracked.stdout.split('\0').filter(Boolean) : top;
  const list = names.filter((name) => fs.existsSync(path.join(SOURCES, name))).join('\0');
  fs.mkdirSync(to, { recursive: true });
  const pipe = 'tar --exclude=node_modules --null -T - -cf - | tar -xf - -C "$1"';
  run('sh', ['-c', pipe, 'sh', to], { cwd: SOURCES, input: list });
  fs.mkdirSync(path.join(to, 'tests/node_modules'), { recursive: true });
  run('mount', ['--bind', path.join(SOURCES, 'tests/node_modules'), path.join(to, 'tests/node_modules')]);
}

const SANITIZER = /ERROR: (Address|Leak)Sanitizer|runtime error:/;

test('Debian 13', async (t) => {
  assert.ok(made, 'no image');
  const below = await layer('tools', made.runs[0], [EXTRAS], ({ sh }) =>
    sh(`apt-get update && apt-get install -y --no-install-recommends ${EXTRAS}`),
  );
  await withRoot(below, 'debian-13', place('debian-13.upper'), async ({ root, sh, start }) => {
    unpack(path.join(root, 'cxd'));
    const version = sh('pkg-config --modversion libmicrohttpd').trim();
    assert.match(version, /^1\./);
    // PostgreSQL's engine runs on its own server, which is not among what differs here.
    const make = (targets) => sh(`cd /cxd && make CI=1 POSTGRESQL=no --no-print-directory ${targets}`);

    await t.test('every file compiles with musl', () => {
      const libraries = '-idirafter /usr/include -idirafter "/usr/include/$(gcc -print-multiarch)"';
      const flags = `-std=c11 -Wall -Wextra -Werror -D_GNU_SOURCE -DCXD_VERSION='"x"' -Iinclude -Isrc ${libraries}`;
      sh(`cd /cxd && make -s print-sources | xargs -P 2 -n 8 musl-gcc -fsyntax-only ${flags}`);
    });

    await t.test('the package is built, installed, answers, and leaves', () => {
      const name = `cxd-${/^VERSION = (.*)$/m.exec(fs.readFileSync(path.join(SOURCES, 'Makefile'), 'utf8'))[1]}`;
      const tarball = `build/${name}.tar.xz`;
      sh(`cd /cxd && mkdir -p build && src/tools/dist.sh ${name.slice('cxd-'.length)} ${tarball}`);
      sh(`cd /cxd && src/tools/deb.sh ${tarball} build/deb && cp build/deb/${name}/build/cxd build/cxd`);
      sh('apt-get install -y --no-install-recommends /cxd/build/deb/cxd_*.deb </dev/null');
      sh('cd / && /cxd/debian/tests/smoke');
      sh('apt-get purge -y cxd </dev/null && ! test -e /usr/bin/cxd');
    });

    await t.test('it is built with gcc, warnings being errors', () => {
      assert.match(make('VARIANT=asan all build/asan/tests/support/manager'), /LINK build\/asan\/cxd/);
    });

    // Its SQLite is newer, too.
    await t.test('the unit tests of HTTP, and the contract of the store', () => {
      const found = run('find', ['tests', '-name', 'test_http_*.c', '-o', '-name', 'test_store_*.c'], { cwd: SOURCES });
      const programs = found.trim().split('\n');
      const built = programs.map((file) => `build/asan/${file.slice(0, -2)}`).join(' ');
      make(`VARIANT=asan ${built}`);
      const one = '"$0" >"$0.log" 2>&1 || { cat "$0.log"; exit 255; }';
      sh(`cd /cxd && printf '%s\\n' ${built} | TEST_SIZE=small xargs -P 2 -n 1 sh -c '${one}'`);
    });

    const runSuite = (name) =>
      start(
        `cd /cxd && node --test-reporter=tap --test-reporter-destination=stdout tests/http/${name}.test.mjs`,
        HANGS,
      );
    const judge = async (name, { output, code }, words = '') => {
      const passed = Number(/^# pass (\d+)$/m.exec(output)?.[1] ?? 0);
      await t.test(`http/${name}: ${passed} passed${words}, with libmicrohttpd ${version}`, () => {
        const lines = output.split('\n');
        const failures = lines.flatMap((line, i) => (/^\s*not ok\b/.test(line) ? lines.slice(i, i + 25) : []));
        assert.equal(code, 0, failures.slice(0, 100).join('\n'));
        assert.ok(passed > 0, 'no test');
      });
    };
    const files = [...HTTP];
    const doubtful = [];
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (let name = files.shift(); name; name = files.shift()) {
          const done = await runSuite(name);
          // As in tests/check.mjs: what waits for clocks and sockets may fail once beside busy neighbours.
          if (process.env.CI && done.code !== 0 && !SANITIZER.test(done.output)) doubtful.push([name, done]);
          else await judge(name, done);
        }
      }),
    );
    for (const [name, first] of doubtful) {
      console.error(`http/${name} is run again; it said:\n${first.output}`);
      await judge(name, await runSuite(name), ' when run again');
    }
  });
});
