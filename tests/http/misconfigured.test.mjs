// A configuration that has gone bad since the daemon started: commands beside the daemon need to find it and no more,
// and say what is wrong; what makes something of the configuration refuses it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BINARY, environment, ini, NPS, run, start, useDirectory } from './harness.mjs';

const FAULTS = {
  'an unknown key': ['[limits]\nbody_byts = 1\n', /cxd\.conf:\d+: \[limits\] body_byts: unknown key/],
  'a key that is nobodys': ['[server]\ncolour = blue\n', /cxd\.conf:\d+: \[server\] colour: unknown key/],
  'a bad value': ['[limits]\nbody_bytes = many\n', /cxd\.conf:\d+: \[limits\] body_bytes: "many" is not a size/],
  'an unknown section': ['[limts]\nbody_bytes = 2M\n', /cxd\.conf:\d+: \[limts\]: unknown section/],
  'a section that does not end': ['[limits\nbody_bytes = 2M\n', /cxd\.conf:\d+: this line is neither/],
  'a line that is nothing': ['[limits]\nbody_bytes\n', /cxd\.conf:\d+: this line is neither/],
  'a control character': ['[limits]\nbody_bytes = \x01\n', /cxd\.conf:\d+: this line holds a control/],
  'a long line': [`[limits]\nbody_bytes = ${'1'.repeat(5000)}\n`, /cxd\.conf:\d+: this line has more than/],
  'a key twice': ['[limits]\nbody_bytes = 2M\nbody_bytes = 2M\n', /cxd\.conf:\d+: .*given twice/],
  'options that do not fit': ['[limits]\nbody_bytes = 16M\nbatch_bytes = 1M\n', /batch_bytes: 1048576 is less/],
  'what is for loopback alone': ['[access]\nread = open\n[server]\ntrusted_proxies = unix\n', /trusted_proxies/],
  'a bad listener': ['[server]\nlisten = everywhere\n', /cxd\.conf:\d+: \[server\] listen: "everywhere"/, ['server']],
};

describe('a daemon runs, and its configuration is bad by now', async () => {
  let d, good;
  before(async () => {
    d = await start({ config: { limits: {} } });
    await d.survey('nps', NPS);
    await d.post('nps', { score: 9 });
    good = fs.readFileSync(d.config, 'utf8');
  });
  after(() => d.stop());
  const write = (text) => fs.writeFileSync(d.config, text);
  const cxd = (args, options) => run([...args, '-c', d.config], options);

  // Every command that asks a daemon, and those that read the database beside it.
  const works = (said, options) => {
    let copies = 0;
    for (const args of [
      ['status'],
      ['score', 'nps'],
      ['post', 'nps', '7'],
      ['survey', 'list'],
      ['survey', 'show', 'nps'],
      ['suspects', 'list', 'nps'],
      ['invite', 'nps', '--respondent', 'ann'],
      ['key', 'list'],
      ['signing-key', 'list'],
      ['audit'],
      ['check'],
      ['backup', path.join(d.dir, `copy-${copies++}.db`)],
    ]) {
      const done = cxd(args, options);
      assert.equal(done.status, 0, `${args}: ${done.stderr}`);
      assert.match(done.stderr, said, `${args}`);
      assert.doesNotMatch(done.stdout, /passed over/, `${args}`);
      if (args[0] === 'backup') fs.rmSync(args[1]);
    }
    assert.doesNotThrow(() => JSON.parse(cxd(['status', '--json'], options).stdout));
    const absent = cxd(['score', 'absent'], options);
    assert.equal(absent.status, 1);
    assert.match(absent.stderr, said);
    assert.match(absent.stderr, /404/);
  };

  // Less of the commands for each fault: one that asks, and one that reads.
  for (const [what, [text, said, without = []]] of Object.entries(FAULTS))
    for (const end of ['front', 'back'])
      test(`${what}, at the ${end}`, () => {
        const base = without.reduce((rest, section) => rest.replace(new RegExp(`\\[${section}\\]\\n[^[]*`), ''), good);
        // What is of a section goes on in it.
        write(end === 'front' ? text + base : base + text);
        const status = cxd(['status']);
        assert.equal(status.status, 0, status.stderr);
        assert.match(status.stdout, /is ready/);
        assert.match(status.stderr, said);
        const copy = path.join(d.dir, `${end}.db`);
        const backup = cxd(['backup', copy]);
        fs.rmSync(copy, { force: true });
        assert.equal(backup.status, 0, backup.stderr);
        assert.match(backup.stderr, said);
        const check = run(['serve', '--check', '-c', d.config]);
        assert.equal(check.status, 1);
        assert.match(check.stderr, said);
        write(good);
      });

  test('every command', () => {
    write(`${good}[limits]\nbody_byts = 1\nother = 2\n`);
    works(/^cxd: passed over: .*cxd\.conf:\d+: .*body_byts.*\ncxd: passed over: .*cxd\.conf:\d+: .*other/m);
    write(good);
  });

  test('a file of conf.d', () => {
    fs.mkdirSync(path.join(d.dir, 'conf.d'));
    fs.writeFileSync(path.join(d.dir, 'conf.d', 'x.conf'), '[log]\nlevel = loud\n');
    works(/passed over: .*conf\.d\/x\.conf:2: \[log\] level: "loud"/);
    fs.rmSync(path.join(d.dir, 'conf.d'), { recursive: true });
  });

  test('the environment', () => {
    const value = { env: { CXD_LOG_LEVEL: 'loud' } };
    works(/passed over: CXD_LOG_LEVEL: "loud" is not/, value);
    const name = { env: { CXD_SERVER_LITSEN: '1' } };
    works(/passed over: CXD_SERVER_LITSEN: no option has this variable/, name);
    const url = { env: { CXD_STORAGE_URL: 'nothing' } };
    works(/passed over: CXD_STORAGE_URL: /, url);
  });

  test('a good one has nothing said of it, and many faults are not all told', () => {
    assert.equal(cxd(['status']).stderr, '');
    write(`${good}[log]\n${Array.from({ length: 30 }, (_, i) => `x${i} = 1\n`).join('')}`);
    const { status, stderr } = cxd(['status']);
    assert.equal(status, 0);
    assert.equal(stderr.match(/passed over/g).length, 9);
    assert.match(stderr, /passed over: 22 more/);
    write(good);
  });

  test('what waits for the daemon says it once', () => {
    write(`${good}[log]\nx = 1\n`);
    const { status, stderr } = cxd(['status', '--wait', '30s']);
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/passed over/g).length, 1, stderr);
    write(good);
  });

  test('what makes something of the configuration refuses it', () => {
    write(`${good}[log]\nx = 1\n`);
    for (const args of [['serve', '--check'], ['serve'], ['restore', d.database], ['rebuild']]) {
      const done = cxd(args);
      assert.equal(done.status, 1, `${args}`);
      assert.match(done.stderr, /cxd\.conf:\d+: \[log\] x: unknown key/, `${args}`);
      assert.doesNotMatch(done.stderr, /passed over/);
    }
    write(good);
  });

  test('where the bad line is the one that says where, nothing is guessed', () => {
    const url = `sqlite:${d.database}`;
    for (const line of ['url = nothing', `ulr = ${url}`, `url ${d.database}`]) {
      write(`[storage]\n${line}\n`);
      for (const args of [['backup', path.join(d.dir, 'none.db')], ['check']]) {
        const done = cxd(args);
        assert.equal(done.status, 1, line);
        assert.match(done.stderr, /passed over: .*cxd\.conf:2: /);
        assert.match(done.stderr, /\[storage\] url cannot be read, and without it the database is not known/);
      }
      const status = cxd(['status']);
      assert.equal(status.status, 1);
      assert.match(
        status.stderr,
        /passed over: .*cxd\.conf:2: .*\n.*not known which state directory has the admin key: --key-file FILE gives/,
      );
    }
    write(`[storage]\nurl = nothing\n[server]\nlisten = nowhere\n`);
    assert.match(cxd(['status']).stderr, /\[server\] listen cannot be read, nor is there .*--url URL says it/);
    // The state directory is enough to ask, and an address with a key is.
    write(`[storage]\nurl = nothing\n[server]\nlisten = nowhere\nstate_directory = ${d.dir}\n`);
    assert.equal(cxd(['status']).status, 0);
    assert.equal(run(['status', '--url', d.url, '--key', d.key, '-c', d.config]).stderr, '');
    write(good);
    assert.ok(!fs.existsSync(path.join(d.dir, 'none.db')));
  });

  test('no file of that name is no fault to pass over', () => {
    const done = run(['status', '-c', path.join(d.dir, 'none.conf')]);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /none\.conf: cannot be opened: No such file/);
  });

  // Root without its capabilities is held to the modes of its files, as anybody.
  const powerless = (args, env) => {
    const [program, ...rest] =
      process.geteuid() === 0
        ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', BINARY, ...args]
        : [BINARY, ...args];
    return spawnSync(program, rest, { env: environment(env), encoding: 'utf8' });
  };

  test('a file that is not for the caller to read: the endpoint says where the daemon is', (t) => {
    const file = path.join(useDirectory(t), 'cxd.conf');
    fs.writeFileSync(file, good, { mode: 0o000 });
    for (const env of [{ CXD_STORAGE_URL: `sqlite:${d.database}` }, { CXD_SERVER_STATE_DIRECTORY: d.dir }]) {
      const done = powerless(['status', '-c', file], env);
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stderr, /passed over: .*cxd\.conf: cannot be opened: Permission denied/);
      assert.match(done.stderr, new RegExp(`the daemon whose state directory is ${d.dir} is asked`));
      assert.equal(powerless(['status'], { ...env, CXD_CONFIG: file }).status, 0);
    }
    const nowhere = powerless(['status', '-c', file], { CXD_SERVER_STATE_DIRECTORY: path.dirname(file) });
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.stderr, /Permission denied\n[^]*nor is there an 'endpoint' in .*--url URL says it/);
    const backup = powerless(['backup', '-c', file, path.join(d.dir, 'none.db')], {});
    assert.equal(backup.status, 1);
    assert.match(backup.stderr, /Permission denied\n[^]*the database is not known/);
    for (const args of [['serve', '--check'], ['rebuild'], ['restore', d.database]]) {
      const done = powerless([...args, '-c', file], {});
      assert.equal(done.status, 1);
      assert.match(done.stderr, /cannot be opened: Permission denied/);
    }
  });

  test('a directory conf.d, or a file in it, that is not for the caller to read', (t) => {
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.writeFileSync(file, ini({ storage: { url: `sqlite:${d.database}` } }));
    fs.mkdirSync(path.join(dir, 'conf.d'));
    fs.writeFileSync(path.join(dir, 'conf.d', 'x.conf'), '', { mode: 0o000 });
    const done = powerless(['status', '-c', file], {});
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, /passed over: .*x\.conf: cannot be opened: Permission denied/);
    fs.chmodSync(path.join(dir, 'conf.d'), 0o000);
    const all = powerless(['status', '-c', file], {});
    fs.chmodSync(path.join(dir, 'conf.d'), 0o700);
    assert.equal(all.status, 0, all.stderr);
    assert.match(all.stderr, /passed over: .*conf\.d: cannot be read: Permission denied/);
  });
});
