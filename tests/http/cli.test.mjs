// The command line. What needs a daemon runs against a real one; what a healthy daemon never does (a busy one, a lost
// reply, garbage, control characters) is played by a small server in this process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { cxd, fails, stub, succeeds } from './command.mjs';
import { BINARY, environment, ini, NPS, ROOT, run, use, useDirectory, UUID } from './harness.mjs';

const STORED = { id: '0192f3a0-0000-7000-8000-000000000001', survey: 'nps', revision: 1, score: 9 };
const SCORE = {
  survey: 'checkout',
  metric: 'nps',
  method: 'net_promoter',
  scale: { min: 0, max: 10 },
  direction: 'higher_is_better',
  window: { from: '2026-10-24T00:00:00Z', to: '2026-11-23T00:00:00Z' },
  n: 100,
  score: 60.0,
  interval: { low: 45.3, high: 71.2, margin: 14.7, confidence: 0.95, method: 'adjusted_wald' },
  small_sample: false,
  bands: { promoters: 70, passives: 20, detractors: 10 },
  distribution: { 0: 1, 1: 0, 2: 0, 3: 1, 4: 2, 5: 3, 6: 3, 7: 8, 8: 12, 9: 30, 10: 40 },
  mean: 8.61,
  previous: {
    part: 'whole',
    n: 96,
    score: 51.0,
    delta: 9.0,
    delta_interval: { low: -10.2, high: 27.9 },
    test: 'adjusted_z',
    alpha: 0.05,
    p_value: 0.3641,
    significant: false,
  },
};

// Every command that the help lists, and those of its groups.
const listed = [...run(['--help']).stdout.matchAll(/^  ([a-z-]+) +[A-Z]/gm)].map(([, name]) => name);
const commands = listed.flatMap((name) => [
  name,
  ...[...run([name, '--help']).stdout.matchAll(/^  cxd ([a-z- ]+?)(?: [A-Z[].*)?\n {6}[A-Z]/gm)].map(
    ([, nested]) => nested,
  ),
]);

describe('usage', () => {
  for (const command of commands) {
    test(`help of ${command}`, async () => {
      const words = command.split(' ');
      const asked = await succeeds([...words, '--help']);
      assert.match(asked.stdout, new RegExp(`^usage: cxd ${command}`, 'i'));
      assert.match(asked.stdout, /Example/);
      assert.equal(asked.stderr, '');
      assert.equal((await succeeds(['help', ...words])).stdout, asked.stdout);
    });
  }

  test('version and help', async () => {
    assert.match((await succeeds(['--version'])).stdout, /^cxd \d+\.\d+\.\d+\n$/);
    const help = await succeeds(['--help']);
    for (const command of [
      'serve',
      'score',
      'post',
      'survey put',
      'key create',
      'audit',
      'audit verify',
      'rebuild',
      'help',
    ])
      assert.ok(commands.includes(command), command);
    assert.equal((await succeeds(['help'])).stdout, help.stdout);
  });

  const refused = [
    [['nonsense'], /no command 'nonsense'/],
    [['help', 'nonsense'], /no command 'nonsense'/],
    [['help', 'survey', 'nonsense'], /cxd survey: there is no command 'nonsense'/],
    [['help', 'survey', 'put', 'x'], /one argument too many: 'x'/],
    [['serve', 'x'], /one argument too many: 'x'/],
    [['serve', '-c'], /'-c' needs a value/],
    [['rebuild', '--nonsense'], /no option '--nonsense'/],
    [['audit', 'nonsense'], /one argument too many: 'nonsense'/],
    [['score', '--nonsense'], /no option '--nonsense'/],
    [['score', '-q'], /no option '-q'/],
    [['score', 'nps', '--window'], /'--window' needs a value/],
    [['score', 'nps', '-c'], /'-c' needs a value/],
    [['score', 'nps', '--json=1'], /'--json=1' takes no value/],
    [['score', 'nps', 'csat'], /one argument too many: 'csat'/],
    [['score', '../keys'], /cannot be the name of a survey/],
    [['post', 'Shop', '9'], /'Shop' cannot be the name of a survey: that has 1 to 64 of a-z, /],
    [['score', 'nps', '--confidence', '0.5'], /--confidence does not take '0.5'/],
    [['score', 'nps', '--compare', 'week'], /--compare does not take 'week'/],
    [['score', 'nps', '--window', '7d', '--from', '2026-01-01'], /--window does not go with/],
    [['score', 'nps', '--property', 'plan'], /KEY=VALUE/],
    [['post', 'nps'], /an argument is missing: SURVEY SCORE/],
    [['post', 'nps', 'nine'], /SCORE must be a number/],
    [['post', 'nps', '9,"id":1'], /SCORE must be a number/],
    [['post', 'nps', '9e'], /SCORE must be a number/],
    [['post', 'nps', ''], /SCORE must be a number/],
    [['post', 'nps', '9', '--sequence', '1 '], /--sequence must be a whole number/],
    [['post', 'nps', '9', '--id', 'x'], /--id takes a UUID/],
    [['post', 'nps', '9', '--property', '=x'], /KEY=VALUE/],
    [['post', 'nps', '9', '-p', 'a=1', '-p', 'a=2'], /gives 'a' twice/],
    [['survey'], /a command is missing/],
    [['survey', 'drop'], /no command 'drop'/],
    [['survey', 'put', 'nps'], /an argument is missing/],
    [['survey', 'list', 'nps'], /one argument too many/],
    [['key', 'create', 'x'], /at least one --scope/],
    [
      ['key', 'create', 'x', '--scope', 'root'],
      /--scope does not take 'root': it takes read\|write\|export\|erase\|admin/,
    ],
    [['key', 'create', 'x', '--scope', 'read', '--expires', 'soon'], /--expires takes a duration/],
    [['key', 'list', '--scope', 'read'], /no option '--scope'/],
    [['key', 'revoke', 'x'], /a key's ID is a UUID/],
  ];
  for (const [args, pattern] of refused) test(`refuses cxd ${args.join(' ')}`, () => fails(2, pattern, args));

  test('refuses bytes that are not UTF-8', () => {
    const done = spawnSync('/bin/sh', ['-c', `exec "$0" post nps 9 --comment "$(printf 'caf\\351')"`, BINARY], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.equal(done.status, 2);
    assert.match(done.stderr, /--comment is not valid UTF-8/);
  });

  test('nothing at all prints the usage and is 2', async () => {
    const done = await cxd([]);
    assert.equal(done.status, 2);
    assert.match(done.stderr, /^usage: cxd/);
  });

  test('output that cannot be written is a failure', () => {
    const done = spawnSync('/bin/sh', ['-c', 'exec "$0" --help > /dev/full', BINARY], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /cannot write the output/);
  });
});

describe('what is mistyped', () => {
  for (const [args, meant] of [
    [['scroe', 'nps'], "'score'"],
    [['survey', 'lst'], "'list'"],
    [['STATUS'], "'status'"],
    [['score', '--windwo', '7d'], "'--window'"],
    [['score', '--windwo=7d'], "'--window'"],
    [['post', 'nps', '9', '--coment', 'x'], "'--comment'"],
    [['status', '--jsno'], "'--json'"],
    [['help', 'scroe'], "'score'"],
    [['--hlep'], "'--help'"],
    [['--verison'], "'--version'"],
    [['key', '--hlep'], "'--help'"],
  ])
    test(`cxd ${args.join(' ')}: did you mean ${meant}?`, async () => {
      const done = await cxd(args);
      assert.equal(done.status, 2);
      assert.ok(done.stderr.includes(`did you mean ${meant}?`), done.stderr);
    });

  test('an option before the command', async () => {
    for (const args of [
      ['--url', 'http://127.0.0.1:1', 'status'],
      ['-c', 'cxd.conf', 'status'],
      ['key', '--json', 'list'],
    ])
      await fails(2, /^cxd( key)?: a command is missing before '-.*': options stand behind it\n/, args);
  });

  test('nothing is suggested for what is like nothing', async () => {
    for (const args of [['frobnicate'], ['score', '--frobnicate'], ['score', '-x']])
      assert.doesNotMatch((await cxd(args)).stderr, /did you mean/);
  });

  test('surveys', async (t) => {
    const daemon = await use(t);
    await daemon.survey('checkout', NPS);
    await daemon.survey('nps', NPS);
    const env = { CXD_URL: daemon.url, CXD_KEY: daemon.key };
    await fails(1, /no such survey[^]*Did you mean 'checkout'\?\n$/, ['score', 'chekcout'], { env });
    await fails(1, /Did you mean 'nps'\?\n$/, ['post', 'nsp', '9'], { env });
    await fails(1, /Did you mean 'checkout'\?\n$/, ['survey', 'show', 'checkuot'], { env });
    const done = await fails(1, /no such survey/, ['score', 'delivery'], { env });
    assert.doesNotMatch(done.stderr, /Did you mean/);
    // Without a key that may list them there is no more to say.
    const bare = await fails(1, /no such survey/, ['post', 'nsp', '9'], { env: { CXD_URL: daemon.url } });
    assert.doesNotMatch(bare.stderr, /Did you mean|key/i);
  });

  test('members and parameters', async (t) => {
    const daemon = await use(t);
    await daemon.survey('nps', NPS);
    const detail = async (reply) => (await reply).json.errors[0].detail;
    assert.equal(
      await detail(daemon.post('nps', { scroe: 9 })),
      'is not a member of a response; did you mean "score"?',
    );
    assert.equal(
      await detail(daemon.post('nps', { score: 9, Comment: 'x' })),
      'is not a member of a response; did you mean "comment"?',
    );
    assert.equal(
      await detail(daemon.post('nps', { score: 9, plan: 'x' })),
      'is not a member of a response; free data goes under properties',
    );
    const put = (body) => daemon.admin('PUT', '/v1/surveys/other', { body: JSON.stringify(body) });
    assert.equal(await detail(put({ metric: 'nps', propertys: [] })), 'is no member; did you mean "properties"?');
    // The list is whole.
    assert.match(
      await detail(put({ metric: 'nps', frobnicate: 1 })),
      /^is no member; it has name, metric, (\w+, )+\w+ and \w+$/,
    );
    const reply = await daemon.admin('GET', '/v1/surveys/nps/score?windwo=7d');
    assert.equal(reply.status, 400);
    assert.match(reply.json.detail, /no such parameter here: windwo; did you mean window\?$/);
    for (const name of ['propety.plan', 'properties.plan', 'Property.plan'])
      assert.match(
        (await daemon.admin('GET', `/v1/surveys/nps/score?${name}=gold`)).json.detail,
        /; did you mean property\.plan\?$/,
      );
    const other = await daemon.admin('GET', '/v1/surveys/nps/score?frobnicate.plan=gold');
    assert.doesNotMatch(other.json.detail, /did you mean/);
  });
});

describe('where the daemon is', () => {
  const settings = (dir) => ini({ server: { listen: '127.0.0.1:1' }, storage: { url: `sqlite:${dir}/cxd.db` } });

  test('endpoint and key are read beside the database', async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.writeFileSync(file, settings(dir));
    fs.writeFileSync(path.join(dir, 'endpoint'), `${server.url}\n`);
    fs.writeFileSync(path.join(dir, 'admin.key'), 'cxs_of_the_file\n');
    await succeeds(['score', '-c', file]);
    await succeeds(['score'], { env: { CXD_CONFIG: file } });
    await succeeds(['score', '-c', file, '--key', 'cxs_given']);
    await succeeds(['score', '-c', file], { env: { CXD_KEY: 'cxs_of_env' } });
    assert.deepEqual(
      server.requests.map((request) => request.headers.authorization),
      ['Bearer cxs_of_the_file', 'Bearer cxs_of_the_file', 'Bearer cxs_given', 'Bearer cxs_of_env'],
    );
  });

  test('pages are followed as long as they lead on', async (t) => {
    const survey = (slug) => ({
      slug,
      metric: 'nps',
      scale: { min: 0, max: 10 },
      method: 'net_promoter',
      revision: 1,
      ratio: 45.3,
    });
    const pages = [
      { surveys: [survey('a')], next: 'a' },
      { surveys: [survey('b')], next: 'b c' },
      { surveys: [survey('d')], next: null },
    ];
    const server = await stub(
      t,
      pages.map((body) => ({ body })),
    );
    const done = await succeeds(['survey', 'list', '--json', '--url', server.url]);
    assert.deepEqual(JSON.parse(done.stdout), { surveys: ['a', 'b', 'd'].map(survey), next: null });
    assert.ok(done.stdout.includes('"ratio":45.3,') || done.stdout.includes('"ratio":45.3}'), done.stdout);
    assert.deepEqual(
      server.requests.map((request) => request.url),
      ['/v1/surveys', '/v1/surveys?cursor=a', '/v1/surveys?cursor=b%20c'],
    );
    for (const strange of [
      [pages[0], pages[0]],
      [pages[0], { surveys: [], next: 'z' }],
      [pages[0], { keys: [] }],
      [pages[0], { surveys: 1, next: null }],
      [{ next: 'a' }, pages[2]],
      [{ surveys: {}, next: 'a' }, pages[2]],
      [{ surveys: [], next: 'a'.repeat(600) }, pages[2]],
    ]) {
      const odd = await stub(
        t,
        strange.map((body) => ({ body })),
      );
      await fails(1, /not a list (in pages|of surveys)/, ['survey', 'list', '--url', odd.url]);
    }
  });

  // `make run` lays its data beside the build.
  describe('of a checkout', () => {
    const checkout = (t, url, variant = '') => {
      const dir = useDirectory(t);
      const binary = path.join(dir, 'build', variant, 'cxd');
      fs.mkdirSync(path.dirname(binary), { recursive: true });
      fs.copyFileSync(BINARY, binary);
      fs.mkdirSync(path.join(dir, 'data'));
      if (url) fs.writeFileSync(path.join(dir, 'data', 'endpoint'), `${url}\n`);
      fs.writeFileSync(path.join(dir, 'data', 'admin.key'), 'cxs_of_the_checkout\n');
      return { dir, binary };
    };

    for (const variant of ['', 'asan'])
      test(`it is found wherever one stands, and named: build/${variant}`, async (t) => {
        const server = await stub(t, [{ body: { scores: [] } }]);
        const { dir, binary } = checkout(t, server.url, variant);
        for (const cwd of [dir, os.tmpdir(), '/']) {
          const done = await succeeds(['score', '--json'], { binary, cwd });
          assert.match(done.stderr, new RegExp(`^cxd: ${server.url} is asked, the daemon of this checkout`));
        }
        await succeeds(['score', '--key', 'cxs_given'], { binary });
        assert.deepEqual(
          server.requests.map((request) => request.headers.authorization),
          [...Array(3).fill('Bearer cxs_of_the_checkout'), 'Bearer cxs_given'],
        );
      });

    test('it is not asked where another one is named, nor does its key go there', async (t) => {
      const own = await stub(t, [{ body: { scores: [] } }]);
      const other = await stub(t, [{ body: { scores: [] } }]);
      const { binary } = checkout(t, own.url);
      const state = useDirectory(t);
      fs.writeFileSync(path.join(state, 'endpoint'), `${other.url}\n`);
      const file = path.join(state, 'cxd.conf');
      fs.writeFileSync(file, settings(state));
      await succeeds(['score', '--url', other.url], { binary });
      await succeeds(['score'], { binary, env: { CXD_URL: other.url } });
      await succeeds(['score', '-c', file], { binary });
      await succeeds(['score'], { binary, env: { CXD_CONFIG: file } });
      await succeeds(['score'], { binary, env: { CXD_SERVER_STATE_DIRECTORY: state } });
      await succeeds(['score'], { binary, env: { CXD_STORAGE_URL: `sqlite:${state}/cxd.db` } });
      assert.deepEqual(
        other.requests.map((request) => request.headers.authorization),
        Array(6).fill(undefined),
      );
      assert.equal(own.requests.length, 0);
    });

    test('that another user runs, or nobody: it is said', async (t) => {
      const { dir, binary } = checkout(t, 'http://127.0.0.1:1');
      const data = path.join(dir, 'data');
      fs.writeFileSync(path.join(data, 'cxd.db'), '');
      await fails(1, /'make run' starts it/, ['score'], { binary });
      const endpoint = path.join(data, 'endpoint');
      fs.chmodSync(endpoint, 0);
      if (process.getuid() === 0) for (const file of [data, endpoint]) fs.chownSync(file, 65534, 65534);
      await fails(1, /data\/endpoint says where .* cannot be read/, ['score'], { binary });
    });

    test('its key goes nowhere but to the address beside it', async (t) => {
      const server = await stub(t, [{ body: { scores: [] } }]);
      const idle = checkout(t);
      await succeeds(['score'], { binary: idle.binary, env: { CXD_SERVER_LISTEN: server.url.slice(7) } });
      assert.equal(server.requests[0].headers.authorization, undefined);
      await fails(1, /no key is sent there/, ['score'], { binary: checkout(t, 'http://192.0.2.7:9').binary });
      // A program elsewhere, whosever directory it is started in.
      const { dir } = checkout(t, server.url);
      fs.mkdirSync(path.join(dir, 'bin'));
      fs.copyFileSync(BINARY, path.join(dir, 'bin', 'cxd'));
      const done = await cxd(['score'], {
        binary: path.join(dir, 'bin', 'cxd'),
        cwd: dir,
        env: { CXD_SERVER_LISTEN: '127.0.0.1:1' },
      });
      assert.equal(done.status, 1);
      assert.equal(server.requests.length, 1);
    });
  });

  test('state_directory wins over the place of the database', async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.mkdirSync(path.join(dir, 'state'));
    fs.writeFileSync(file, ini({ server: { state_directory: path.join(dir, 'state') }, storage: { url: 'memory:' } }));
    fs.writeFileSync(path.join(dir, 'state', 'endpoint'), server.url);
    await succeeds(['score', '-c', file]);
    assert.equal(server.requests[0].headers.authorization, undefined);
  });

  test('without an endpoint the configured listener is tried, and named', async (t) => {
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.writeFileSync(file, settings(dir));
    await fails(1, /no reply from http:\/\/127\.0\.0\.1:1: [^]*cxd serve/, ['score', '-c', file]);
  });

  test('the admin key does not go to a URL that was given', async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    const dir = useDirectory(t);
    const file = path.join(dir, 'cxd.conf');
    fs.writeFileSync(file, settings(dir));
    fs.writeFileSync(path.join(dir, 'admin.key'), 'cxs_of_the_file\n');
    await succeeds(['score', '--url', server.url], { env: { CXD_CONFIG: file } });
    await succeeds(['score'], { env: { CXD_CONFIG: file, CXD_URL: server.url } });
    assert.deepEqual(
      server.requests.map((request) => request.headers.authorization),
      [undefined, undefined],
    );
    await succeeds(['score', '--url', server.url, '-c', file]);
    assert.equal(server.requests[2].headers.authorization, 'Bearer cxs_of_the_file');
  });

  test('key file, and what it may not hold', async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    const file = path.join(useDirectory(t), 'key');
    fs.writeFileSync(file, '  cxs_first_line \r\nsecond\n');
    await succeeds(['score', '--url', server.url, '--key-file', file]);
    assert.equal(server.requests[0].headers.authorization, 'Bearer cxs_first_line');
    fs.writeFileSync(file, 'two words\n');
    await fails(1, /visible ASCII/, ['score', '--url', server.url, '--key-file', file]);
    fs.writeFileSync(file, '\n');
    await fails(1, /no key in/, ['score', '--url', server.url, '--key-file', file]);
    await fails(1, /no key in .*absent/, ['score', '--url', server.url, '--key-file', `${file}.absent`]);
    assert.equal(server.requests.length, 1);
  });

  test('addresses that are none', async () => {
    for (const url of [
      'ftp://127.0.0.1/',
      'file:///etc/passwd',
      '127.0.0.1:8080',
      'http://me:pw@127.0.0.1/',
      'http://127.0.0.1/?x',
      '',
    ]) {
      const done = await cxd(['score', '--url', url]);
      assert.equal(done.status, 2, url);
      assert.match(done.stderr, /--url: the address must be http/);
      assert.doesNotMatch(done.stderr, /pw/);
    }
  });

  test("a path in the address comes before the API's", async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    await succeeds(['score', '--url', `${server.url}/cxd/`]);
    assert.equal(server.requests[0].url, '/cxd/v1/scores?compare=previous');
  });

  test('a proxy of the environment is not asked about this machine', async (t) => {
    const server = await stub(t, [{ body: { scores: [] } }]);
    await succeeds(['score', '--url', server.url], {
      env: { http_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' },
    });
  });

  test('a bad configuration is an error', async (t) => {
    const file = path.join(useDirectory(t), 'cxd.conf');
    fs.writeFileSync(file, '[server]\nlisten = 127.0.0.1:0\nlissten = x\n');
    await fails(1, /cxd\.conf.*3/, ['score', '-c', file]);
    await fails(1, /absent/, ['score', '-c', `${file}.absent`]);
  });
});

describe('requests and replies', () => {
  test('every option of score is in the query', async (t) => {
    const server = await stub(t, [{ body: SCORE }]);
    await succeeds([
      'score',
      'checkout',
      '--url',
      server.url,
      '--from',
      '2026-01-01T00:00:00+01:00',
      '--to',
      '2026-02-01',
      '--touchpoint',
      'a&b',
      '--channel',
      'web',
      '--locale',
      'de',
      '--property',
      'plan=a=b c',
      '--property',
      'x.y=ü',
      '--compare',
      'year',
      '--confidence',
      '0.9',
      '--alpha',
      '0.01',
      '--interval',
      't',
    ]);
    const url = new URL(server.requests[0].url, server.url);
    assert.equal(url.pathname, '/v1/surveys/checkout/score');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      from: '2026-01-01T00:00:00+01:00',
      to: '2026-02-01',
      touchpoint: 'a&b',
      channel: 'web',
      locale: 'de',
      'property.plan': 'a=b c',
      'property.x.y': 'ü',
      compare: 'year',
      confidence: '0.9',
      alpha: '0.01',
      interval: 't',
    });
    assert.match(server.requests[0].headers['user-agent'], /^cxd\/\d/);
  });

  test('the change is asked for where there is a window before', async (t) => {
    const server = await stub(t, [{ body: SCORE }]);
    for (const args of [[], ['--window', 'all'], ['--from', '2026-01-01'], ['--compare', 'none'], ['--window', '7d']])
      await succeeds(['score', 'checkout', '--url', server.url, ...args]);
    assert.deepEqual(
      server.requests.map((request) => new URL(request.url, server.url).searchParams.get('compare')),
      ['previous', null, null, null, 'previous'],
    );
  });

  test('a score is readable', async (t) => {
    const server = await stub(t, [{ body: SCORE }]);
    const { stdout } = await succeeds(['score', 'checkout', '--url', server.url]);
    assert.match(stdout, /^checkout {2}nps, net_promoter, scale 0-10$/m);
    assert.match(stdout, /2026-10-24T00:00:00Z to 2026-11-23T00:00:00Z/);
    assert.match(stdout, /score +60\.0 +95% interval 45\.3 to 71\.2$/m);
    assert.match(stdout, /^ +n +100$/m);
    assert.match(stdout, /change +\+9\.0 from 51\.0 \(n 96\), -10\.2 to \+27\.9\n +p 0\.36, not significant$/m);
    assert.match(stdout, /^ {2}-100 \|-+\+-+\+-+\[=o=+\*=+\]-+\| 100$/m);
    assert.match(stdout, /^ +\* score {3}\[=\] 95% interval {3}o the window before$/m);
    assert.match(stdout, /^ {2}\+{53}={15}-{8}$/m);
    assert.match(stdout, /^ {2}\+ promoters +70 +70\.0%$/m);
    assert.match(stdout, /^ {2}= passives +20 +20\.0%\n {2}- detractors +10 +10\.0%$/m);
    assert.match(stdout, /^ +10 +40 +40\.0% +#{32}$/m);
    assert.match(stdout, /^ +9 +30 +30\.0% +#{24}$/m);
    assert.match(stdout, /^ +0 +1 +1\.0% +#$/m);
    assert.match(stdout, /^ +1 +0 +0\.0%$/m);
    assert.doesNotMatch(stdout, /\x1b|█/);
    const wide = await succeeds(['score', 'checkout', '--url', server.url], { env: { LC_ALL: 'C.UTF-8' } });
    assert.match(wide.stdout, /scale 0–10/);
    assert.match(wide.stdout, /^ {2}█{53}▒{15}░{8}\n {2}█ promoters/m);
    assert.match(wide.stdout, /^ +10 +40 +40\.0% +█{32}$/m);
    assert.match(wide.stdout, /^ +0 +1 +1\.0% +▊$/m);
  });

  test('figures that are null are not made up', async (t) => {
    const none = {
      ...SCORE,
      window: { from: null, to: null },
      n: 0,
      score: null,
      interval: null,
      mean: null,
      bands: { promoters: 0, passives: 0, detractors: 0 },
      previous: { n: 0, score: null, delta: null, p_value: null, significant: null },
    };
    const few = {
      ...SCORE,
      n: 3,
      score: null,
      interval: null,
      mean: null,
      suppressed: true,
      bands: null,
      distribution: null,
    };
    const server = await stub(t, [{ body: none }, { body: few }]);
    const empty = await succeeds(['score', 'checkout', '--url', server.url]);
    assert.match(empty.stdout, /window +all time/);
    assert.match(empty.stdout, /score +-$/m);
    assert.match(empty.stdout, /change +nothing to compare with/);
    assert.match((await succeeds(['score', 'checkout', '--url', server.url])).stdout, /score +- +withheld/);
  });

  test('a change that is not tested says why, and a part that it is of one', async (t) => {
    const untested = (reason, more = {}) => ({
      ...SCORE,
      previous: { ...SCORE.previous, test: null, reason, p_value: null, significant: null, ...more },
    });
    const cases = [
      [untested('constant'), /not tested: all answers count the same$/m],
      [untested('overlap', { delta_interval: null }), /\(n 96\)\n +not tested: the two windows share answers$/m],
      [
        untested('suppressed', { score: null, delta: null, delta_interval: null }),
        /withheld: fewer responses than the survey's min_n$/m,
      ],
      [untested('of a later version'), /not tested$/m],
      [{ ...SCORE, previous: { ...SCORE.previous, part: 'same' } }, /\(n 96 in the same part\), -10/],
      [
        {
          ...SCORE,
          previous: {
            ...untested('empty').previous,
            n: 0,
            window: { from: '2026-11-01T00:00:00Z', to: '2026-11-01T00:00:00Z' },
          },
        },
        /nothing to compare with: the window has only begun$/m,
      ],
    ];
    const server = await stub(
      t,
      cases.map(([body]) => ({ body })),
    );
    for (const [, words] of cases)
      assert.match((await succeeds(['score', 'checkout', '--url', server.url])).stdout, words);
  });

  test('the widest figures fit a terminal of 80 columns', async (t) => {
    const wide = {
      part: 'same',
      n: 1000000,
      score: 100.0,
      delta: -200.0,
      delta_interval: { low: -200.0, high: -168.3 },
      p_value: 0.0004,
    };
    const withheld = {
      ...wide,
      score: null,
      delta: null,
      delta_interval: null,
      p_value: null,
      test: null,
      reason: 'suppressed',
      significant: null,
    };
    for (const previous of [wide, withheld]) {
      const server = await stub(t, [
        {
          body: {
            ...SCORE,
            score: -100.0,
            n: 1000000,
            interval: { ...SCORE.interval, low: -100.0, high: -68.3 },
            previous: { ...SCORE.previous, ...previous },
          },
        },
      ]);
      const { stdout } = await succeeds(['score', 'checkout', '--url', server.url]);
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.length > 80),
        [],
      );
    }
  });

  test('colour is for terminals, and NO_COLOR is heard', async (t) => {
    const server = await stub(t, [{ body: SCORE }]);
    const dir = useDirectory(t);
    const seen = async (env) => {
      const file = path.join(dir, 'typescript');
      await cxd(['-qec', `'${BINARY}' score checkout --url ${server.url}`, file], {
        env: { TERM: 'xterm', ...env },
        binary: 'script',
      });
      return fs.readFileSync(file, 'utf8');
    };
    assert.match(await seen({}), /\x1b\[1m60\.0\x1b\[0m/);
    assert.doesNotMatch(await seen({ NO_COLOR: '1' }), /\x1b/);
  });

  test("the server's text cannot drive a terminal", async (t) => {
    const evil = 'a\u001b]0;x\u0007\u009b31m\u202eb\nc\u007f';
    const server = await stub(t, [
      {
        body: {
          surveys: [
            { slug: 'nps', metric: 'nps', scale: { min: 0, max: 10 }, method: 'mean', revision: 1, name: evil },
          ],
        },
      },
      { body: { slug: 'nps', name: evil } },
      {
        status: 422,
        body: {
          title: evil,
          detail: 'two',
          errors: [
            { pointer: `/${evil}`, detail: evil },
            { pointer: '', detail: 'x' },
          ],
        },
      },
    ]);
    const listed = await succeeds(['survey', 'list', '--url', server.url]);
    assert.ok(listed.stdout.includes('a\\x1b]0;x\\x07\\u009b31m\\u202eb\\x0ac\\x7f'), listed.stdout);
    const shown = await succeeds(['survey', 'show', 'nps', '--url', server.url]);
    assert.deepEqual(JSON.parse(shown.stdout), { slug: 'nps', name: evil });
    const refused = await fails(1, /^cxd: 422 a\\x1b/, ['survey', 'show', 'nps', '--url', server.url]);
    assert.equal(refused.stderr.split('\n').length, 4);
    // eslint-disable-next-line no-control-regex
    for (const text of [listed.stdout, shown.stdout, refused.stderr])
      assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('survey show lays JSON out, and loses nothing of it', async (t) => {
    const value = { slug: 'a', s: 'x:{[,]}" \\ ', e: {}, l: [], n: [1, -2.5e3, true, null, { d: [[]] }] };
    const server = await stub(t, [{ body: value }, { body: JSON.stringify(value, null, 7) }]);
    const { stdout } = await succeeds(['survey', 'show', 'a', '--url', server.url]);
    assert.equal(stdout, `${JSON.stringify(value, null, 2)}\n`);
    assert.equal((await succeeds(['survey', 'show', 'a', '--url', server.url])).stdout, stdout);
  });

  test('post sends all that it is given, once, under an id of its own', async (t) => {
    const server = await stub(t, [{ status: 201, body: STORED }]);
    const { stdout } = await succeeds([
      'post',
      'nps',
      '9',
      '--url',
      server.url,
      '--comment',
      'ü "q" \\ <b>',
      '--respondent',
      'r',
      '--touchpoint',
      't',
      '--channel',
      'c',
      '--locale',
      'de',
      '--property',
      'plan=pro=2',
      '--property',
      'q=',
      '--answered-at',
      '2026-11-01T00:00:00Z',
      '--sequence',
      '2',
    ]);
    assert.match(stdout, /^stored 0192f3a0-0000-7000-8000-000000000001 {2}survey nps, revision 1, score 9\n$/);
    assert.equal(server.requests.length, 1);
    const [request] = server.requests;
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/surveys/nps/responses');
    assert.equal(request.headers['content-type'], 'application/json');
    const { id, ...rest } = JSON.parse(request.body);
    assert.match(id, UUID);
    assert.deepEqual(rest, {
      score: 9,
      comment: 'ü "q" \\ <b>',
      respondent: 'r',
      touchpoint: 't',
      channel: 'c',
      locale: 'de',
      answered_at: '2026-11-01T00:00:00Z',
      sequence: 2,
      properties: { plan: 'pro=2', q: '' },
    });
    const twice = await succeeds(['post', 'nps', '9', '--url', server.url, '--json']);
    assert.deepEqual(JSON.parse(twice.stdout), STORED);
    assert.notEqual(JSON.parse(server.requests[1].body).id, id);
  });

  test('post tries again after 503 and after a lost reply, with the same id', async (t) => {
    const server = await stub(t, [
      { status: 503, headers: { 'Retry-After': '1', Connection: 'close' }, body: { title: 'busy' } },
      'drop',
      { status: 200, body: STORED },
    ]);
    const begun = Date.now();
    const done = await succeeds(['post', 'nps', '9', '--url', server.url]);
    assert.ok(Date.now() - begun >= 1000, 'waits as long as it is told to');
    assert.match(done.stderr, /busy; trying again in 1 s\n.*trying again in 0\.5 s\n$/);
    assert.equal(server.requests.length, 3);
    assert.equal(new Set(server.requests.map((request) => request.body)).size, 1);
  });

  test('post gives up: after three more tries, at once where waiting is long; no refusal is repeated', async (t) => {
    const busy = await stub(t, [{ status: 503, body: { title: 'The server is at its limit', detail: 'full' } }]);
    await fails(1, /\ncxd: 503 The server is at its limit: full\n$/, ['post', 'nps', '9', '--url', busy.url]);
    assert.equal(busy.requests.length, 4);
    const long = await stub(t, [{ status: 503, headers: { 'Retry-After': '3600' }, body: { title: 'later' } }]);
    await fails(1, /^cxd: 503 later\n$/, ['post', 'nps', '9', '--url', long.url]);
    assert.equal(long.requests.length, 1);
    const refused = await stub(t, [
      { status: 422, body: { title: 'Not valid', errors: [{ pointer: '/score', detail: 'must be from 0 to 10' }] } },
    ]);
    await fails(1, /^cxd: 422 Not valid: \/score must be from 0 to 10\n$/, [
      'post',
      'nps',
      '--url',
      refused.url,
      '--',
      '-1',
    ]);
    assert.equal(refused.requests.length, 1);
    assert.equal(JSON.parse(refused.requests[0].body).score, -1);
  });

  test('key create is tried once', async (t) => {
    const server = await stub(t, [{ status: 503, body: { title: 'busy' } }]);
    await fails(1, /^cxd: 503 busy\n$/, ['key', 'create', 'x', '--scope', 'read', '--url', server.url]);
    assert.equal(server.requests.length, 1);
  });

  test('what is reopened is put only if it is still what was read', async (t) => {
    const survey = { slug: 'shop', metric: 'nps', revision: 3, archived: true };
    for (const [etag, sent] of [
      ['"abc"', '"abc"'],
      ['W/"abc"', undefined],
      [undefined, undefined],
    ]) {
      const headers = etag === undefined ? {} : { ETag: etag };
      const server = await stub(t, [{ headers, body: survey }, { body: { ...survey, archived: false } }]);
      await succeeds(['survey', 'reopen', 'shop', '--url', server.url]);
      const [read, put] = server.requests;
      assert.deepEqual([read.method, read.headers['if-match'], put.method], ['GET', undefined, 'PUT']);
      assert.equal(put.headers['if-match'], sent);
      assert.equal(put.headers['content-type'], 'application/json');
      assert.equal(JSON.parse(put.body).archived, false);
    }
  });

  test("replies that are not cxd's", async (t) => {
    const server = await stub(t, [
      { body: '<html>' },
      { body: '' },
      { body: '[]' },
      { body: { survey: 'nps' } },
      { body: '{"n": 1' },
      { status: 302, headers: { Location: 'http://127.0.0.1:1/' }, body: '' },
      { status: 502, body: '<h1>\u001b[2J</h1>' },
      'drop',
    ]);
    const args = ['score', 'nps', '--url', server.url];
    for (const what of ['JSON', 'JSON', 'a score', 'a score', 'JSON'])
      await fails(1, new RegExp(`is not ${what} as cxd`), args);
    await fails(1, /^cxd: 302 from http:\S+, which does not answer as cxd does\n$/, args);
    await fails(1, /^cxd: 502 from http:\S+, which does not answer as cxd does\n$/, args);
    await fails(1, /^cxd: no reply from http/, args);
    assert.equal(server.requests.length, 8);
  });

  test('survey put from a file that is not there, empty, or a folder', async (t) => {
    const server = await stub(t, [{ body: {} }]);
    const dir = useDirectory(t);
    fs.writeFileSync(path.join(dir, 'empty'), '');
    await fails(1, /cannot read .*absent/, ['survey', 'put', 'nps', path.join(dir, 'absent'), '--url', server.url]);
    await fails(1, /is empty/, ['survey', 'put', 'nps', path.join(dir, 'empty'), '--url', server.url]);
    await fails(1, /standard input is empty/, ['survey', 'put', 'nps', '-', '--url', server.url]);
    await fails(1, /cannot read/, ['survey', 'put', 'nps', dir, '--url', server.url]);
    assert.equal(server.requests.length, 0);
  });
});

describe('with a daemon', () => {
  test('surveys, responses and scores, found by the configuration alone', async (t) => {
    const daemon = await use(t);
    const at = ['-c', daemon.config];
    const definition = {
      metric: 'nps',
      name: 'Kasse',
      properties: ['plan'],
      texts: { de: { question: 'Würden Sie uns empfehlen?' } },
    };
    const put = await succeeds(['survey', 'put', 'kasse', '-', ...at], { input: JSON.stringify(definition) });
    assert.equal(put.stdout, 'created kasse, revision 1\n');

    for (const [score, plan] of [
      [10, 'pro'],
      [9, 'pro'],
      [7, 'free'],
      [3, 'free'],
    ]) {
      const done = await succeeds([
        'post',
        'kasse',
        String(score),
        '--property',
        `plan=${plan}`,
        '--comment',
        'schön',
        ...at,
      ]);
      assert.match(done.stdout, new RegExp(`^stored [0-9a-f-]{36} {2}survey kasse, revision 1, score ${score}\n$`));
    }
    const score = JSON.parse((await succeeds(['score', 'kasse', '--json', ...at])).stdout);
    assert.equal(score.n, 4);
    assert.equal(score.score, 25);
    assert.equal(score.previous.n, 0);
    const pro = JSON.parse(
      (await succeeds(['score', 'kasse', '--property', 'plan=pro', '--json', '--window', 'today', ...at])).stdout,
    );
    assert.deepEqual([pro.n, pro.score], [2, 100]);
    const shown = await succeeds(['score', 'kasse', '--window', 'all', ...at]);
    assert.match(shown.stdout, /score +25\.0 +95% interval/);
    assert.match(shown.stdout, /n +4 +a small sample/);
    assert.match(shown.stdout, /promoters +2 +50\.0%/);
    assert.match((await succeeds(['score', ...at])).stdout, /^kasse +nps +net_promoter +4 +25\.0 /m);

    const text = (await succeeds(['survey', 'show', 'kasse', ...at])).stdout;
    const file = path.join(daemon.dir, 'kasse.json');
    fs.writeFileSync(file, text.replace('"Kasse"', '"Kasse 2"'));
    assert.match((await succeeds(['survey', 'put', 'kasse', file, ...at])).stdout, /^replaced kasse, revision 2\n$/);
    assert.match(
      (await succeeds(['survey', 'list', ...at])).stdout,
      /^kasse +nps +0 to 10 +net_promoter +2 +open +Kasse 2$/m,
    );
    await fails(1, /^cxd: 409 Metric and scale are fixed/, ['survey', 'put', 'kasse', '-', ...at], {
      input: '{"metric": "csat"}',
    });
    await fails(1, /^cxd: 422 .*: \/metric /, ['survey', 'put', 'kasse', '-', ...at], { input: '{"metric": "xyz"}' });
    assert.match((await succeeds(['survey', 'archive', 'kasse', ...at])).stdout, /^archived kasse/);
    assert.match((await succeeds(['survey', 'list', ...at])).stdout, /^kasse .* archived /m);
    await fails(1, /^cxd: 403 The survey does not take responses now/, ['post', 'kasse', '9', ...at]);
    assert.equal(JSON.parse((await succeeds(['score', 'kasse', '--json', ...at])).stdout).n, 4);
    assert.match(
      (await succeeds(['survey', 'put', 'kasse', '-', ...at], { input: '{"metric": "nps"}' })).stdout,
      /^replaced kasse, revision 3, archived\n$/,
    );
    for (let i = 0; i < 2; i++)
      assert.match((await succeeds(['survey', 'reopen', 'kasse', ...at])).stdout, /^reopened kasse, revision 3\n$/);
    assert.match((await succeeds(['survey', 'list', ...at])).stdout, /^kasse .* open /m);
    await fails(1, /^cxd: 404 There is no such survey/, ['survey', 'reopen', 'absent', ...at]);
  });

  test('what the daemon refuses', async (t) => {
    const daemon = await use(t);
    const at = ['-c', daemon.config];
    await daemon.survey('nps', NPS);
    await fails(1, /^cxd: 404 There is no such survey/, ['score', 'absent', ...at]);
    await fails(1, /^cxd: 404 There is no such survey/, ['post', 'absent', '9', ...at]);
    await fails(1, /^cxd: 422 A member of the body is not valid: \/score /, ['post', 'nps', '11', ...at]);
    await fails(1, /^cxd: 422 A member of the body is not valid: \/score /, ['post', 'nps', '6.5', ...at]);
    await fails(1, /^cxd: 422 .*: 2 members are not valid\n(?=[^]*^ {2}\/score )(?=[^]*^ {2}\/answered_at )/m, [
      'post',
      'nps',
      '11',
      '--answered-at',
      'noon',
      ...at,
    ]);
    await fails(1, /^cxd: 400 A query parameter is not valid: window/, [
      'score',
      'nps',
      '--window',
      'fortnight',
      ...at,
    ]);
    await fails(1, /^cxd: 401 This call needs an API key[^]*--key-file/, ['score', 'nps', '--url', daemon.url]);
    await fails(1, /^cxd: 401 The API key is not known/, ['score', 'nps', '--key', 'cxs_wrong', ...at]);
  });

  test('an id posted twice is one response', async (t) => {
    const daemon = await use(t);
    await daemon.survey('nps', NPS);
    const id = '0192f3a0-0000-7000-8000-00000000abcd';
    // However the number is written.
    for (const score of ['9', '9', '9.0', '90e-1', '0.9E+1'])
      await succeeds(['post', 'nps', score, '--sequence', '1e1', '--id', id, '--url', daemon.url]);
    assert.equal((await daemon.score('nps', 'window=all')).json.n, 1);
  });

  test('keys: one is made, used, listed and revoked', async (t) => {
    const daemon = await use(t);
    const at = ['-c', daemon.config];
    await daemon.survey('nps', NPS);
    const made = await succeeds([
      'key',
      'create',
      'dashboard',
      '--scope',
      'read',
      '--scope',
      'export',
      '--expires',
      '90d',
      ...at,
    ]);
    assert.match(made.stdout, /^cxs_[A-Za-z0-9_-]{43}\n$/);
    const id =
      /^cxd: key dashboard, id ([0-9a-f-]{36}), scopes read, export, expires 20\S+; it is shown this once\n$/.exec(
        made.stderr,
      )?.[1];
    assert.ok(id, made.stderr);
    const key = made.stdout.trim();
    await succeeds(['score', 'nps', '--url', daemon.url, '--key', key]);
    await fails(1, /^cxd: 403 The API key lacks the scope/, ['key', 'list', '--url', daemon.url, '--key', key]);
    const listed = await succeeds(['key', 'list', ...at]);
    assert.match(listed.stdout, new RegExp(`^${id} +${key.slice(0, 8)} +read, export .* valid +dashboard$`, 'm'));
    assert.ok(!listed.stdout.includes(key));
    assert.equal((await succeeds(['key', 'revoke', id, ...at])).stdout, `revoked ${id}  dashboard\n`);
    assert.match((await succeeds(['key', 'list', ...at])).stdout, new RegExp(`^${id} .* revoked +dashboard$`, 'm'));
    await fails(1, /^cxd: 401/, ['score', 'nps', '--url', daemon.url, '--key', key]);
    await fails(1, /^cxd: 404 There is no such API key/, [
      'key',
      'revoke',
      '0192f3a0-0000-7000-8000-00000000abcd',
      ...at,
    ]);
    const json = JSON.parse((await succeeds(['key', 'create', 'x', '--scope', 'write', '--json', ...at])).stdout);
    assert.deepEqual(json.scopes, ['write']);
    assert.equal(json.expires_at, null);
  });

  test('a daemon that has ended is named', async (t) => {
    const daemon = await use(t);
    await daemon.end();
    await fails(1, new RegExp(`no reply from (${daemon.url}|http://127\\.0\\.0\\.1:8080)`), [
      'score',
      '-c',
      daemon.config,
    ]);
  });
});

describe('documents', () => {
  // As they are built.
  const manual = (name) => {
    const { MAKEFLAGS, MFLAGS, MAKELEVEL, VARIANT, ...env } = process.env;
    const done = spawnSync('make', ['-s', '--no-print-directory', 'manuals'], { cwd: ROOT, env, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return fs.readFileSync(path.join(ROOT, 'build/man', name), 'utf8');
  };

  test('cxd.conf(5) has every option of the sample, and no other', async () => {
    const options = (text, section, key) => {
      const found = [];
      let at = '';
      for (const line of text.split('\n')) {
        at = section.exec(line)?.[1] ?? at;
        const name = key.exec(line)?.[1];
        if (name) found.push(`${at}.${name}`);
      }
      return found.sort();
    };
    const sample = (await succeeds(['serve', '--print-config'])).stdout;
    const expected = options(sample, /^\[(\w+)\]$/, /^[#;]?\s*(\w+) =/);
    assert.ok(expected.length > 15, sample);
    const text = manual('cxd.conf.5');
    assert.deepEqual(options(text, /^\.Ss (\w+) section$/, /^\.It Cm (\w+)$/), expected);
    // With what each takes, whether a reload takes it over, and its default.
    assert.ok((text.match(/^Read again on SIGHUP\.$/gm) ?? []).length > 15);
    const flat = text.replace(/\n/g, ' ');
    for (const [, takes, key, fallback] of sample.matchAll(/^# Takes (.*(?:\n# .*)*)\n#(\w+) = ?(.*)$/gm)) {
      const said = `Takes ${takes.replace(/\n# /g, ' ')} Default: ${fallback ? `.Li \\&${fallback} .` : 'empty.'}`;
      assert.ok(flat.slice(flat.indexOf(`.It Cm ${key} `)).includes(said), `${key}: ${said}`);
    }
  });

  test('cxd(8) has every option of every command', async () => {
    const text = manual('cxd.8').replaceAll('\\-', '-');
    const synopsis = /^\.Sh SYNOPSIS\n([^]*?)^\.Sh /m.exec(text)[1];
    for (const command of commands) {
      if (!['survey', 'journey', 'suspects', 'alert', 'key', 'signing-key', 'retention'].includes(command))
        assert.ok(synopsis.includes(`.Cm ${command}\n`), command);
      const help = (await succeeds([...command.split(' '), '--help'])).stdout;
      for (const [, option] of help.matchAll(/^ +(?:-\w, *)?--([a-z-]+)/gm))
        assert.match(text, new RegExp(`Fl -${option}\\b`), `--${option} of ${command}`);
    }
  });

  test('the manuals are well-formed', (t) => {
    manual('cxd.8');
    for (const file of ['build/man/cxd.8', 'build/man/cxd.conf.5']) {
      const done = spawnSync('mandoc', ['-Tlint', '-Wwarning', path.join(ROOT, file)], { encoding: 'utf8' });
      if (done.error) {
        t.skip('mandoc is not installed');
        return;
      }
      assert.equal(done.stdout, '', file);
      assert.equal(done.status, 0);
    }
  });
});
