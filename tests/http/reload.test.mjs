// SIGHUP: the whole configuration is read again; what can change does, at once; anything that is wrong changes nothing
// (docs/edge.md §7).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { BINARY, certify, environment, ini, merge, run, start, use, UNLIMITED, until } from './harness.mjs';
import { hold, listen } from './manager.mjs';

// Sends SIGHUP and waits for what the log says to it: the record behind all those before.
async function hup(daemon) {
  const pattern = /^\S+ (?:info|error) (reloaded|reload_refused) .*$/gm;
  const before = [...daemon.stderr.matchAll(pattern)].length;
  daemon.child.kill('SIGHUP');
  const found = await until(() => [...daemon.stderr.matchAll(pattern)].slice(before).at(-1), 'an answer to SIGHUP');
  return { text: found[0], done: found[1] === 'reloaded' };
}

// Rewrites the file with these sections over the base, and reloads.
async function change(daemon, sections) {
  fs.writeFileSync(daemon.config, ini(sections));
  return hup(daemon);
}

function base(daemon, over = {}) {
  const sections = {
    server: { listen: '127.0.0.1:0' },
    storage: { url: `sqlite:${daemon.database}` },
    limits: UNLIMITED,
  };
  for (const [section, keys] of Object.entries(over)) sections[section] = { ...sections[section], ...keys };
  return sections;
}

const SURVEY = { metric: 'nps', min_seconds: 0 };

test('each kind of option, under traffic', async (t) => {
  const daemon = await use(t);
  daemon.agent = new http.Agent({ keepAlive: false }); // a shorter deadline would end what it keeps
  await daemon.survey('s', SURVEY);
  let going = true;
  let answered = 0;
  const traffic = Array.from({ length: 3 }, async () => {
    while (going) {
      const reply = await daemon.post('s', { score: 7 }, { headers: { 'X-Forwarded-For': '192.0.2.9' } });
      assert.ok(reply.status === 201 || reply.status === 429, reply.text);
      answered += 1;
    }
  });
  const admin = (body) =>
    daemon.admin('POST', '/v1/responses', {
      body: body.map((line) => JSON.stringify(line)).join('\n'),
      type: 'application/x-ndjson',
    });
  const cases = [
    [
      'limits.body_bytes',
      { limits: { body_bytes: 1024 } },
      async (is) => {
        const reply = await daemon.post('s', { score: 1, comment: 'x'.repeat(1500) });
        assert.equal(reply.status, is ? 413 : 201);
        if (is) assert.match(reply.json.detail, /1024/);
      },
    ],
    [
      'limits.bytes_per_address',
      { limits: { bytes_per_address: 1000 } },
      async (is) => {
        const statuses = [];
        for (let i = 0; i < 3; i += 1)
          statuses.push((await daemon.post('s', { score: 1, comment: 'x'.repeat(900) })).status);
        assert.equal(statuses.includes(429), is, statuses.join());
      },
    ],
    [
      'limits.comment_characters',
      { limits: { comment_characters: 3 } },
      async (is) => assert.equal((await daemon.post('s', { score: 1, comment: 'four' })).status, is ? 422 : 201),
    ],
    [
      'limits.respondent_characters',
      { limits: { respondent_characters: 3 } },
      async (is) => assert.equal((await daemon.post('s', { score: 1, respondent: 'four' })).status, is ? 422 : 201),
    ],
    [
      'limits.json_depth',
      { limits: { json_depth: 2 } },
      async (is) => {
        const nested = { score: 1, properties: { a: { b: 'c' } } };
        assert.match((await daemon.post('s', nested)).text, is ? /nest|depth|deep/ : /./);
        // What is stored is read as before.
        const stages = [{ survey: 's' }];
        if (!is) assert.ok((await daemon.admin('PUT', '/v1/journeys/way', { body: { stages } })).status < 300);
        assert.equal((await daemon.admin('GET', '/v1/journeys/way/score')).status, 200);
      },
    ],
    [
      'limits.batch_lines',
      { limits: { batch_lines: 1 } },
      async (is) =>
        assert.equal(
          (
            await admin([
              { survey: 's', score: 1 },
              { survey: 's', score: 2 },
            ])
          ).status,
          is ? 413 : 200,
        ),
    ],
    [
      'limits.batch_memory',
      { limits: { batch_memory: 4096 } },
      async (is) =>
        assert.equal(
          (await daemon.admin('GET', '/v1/status')).json.batch_memory.limit_bytes,
          is ? 4096 : 64 * 1024 * 1024,
        ),
    ],
    [
      'limits.question_memory',
      { limits: { question_memory: 4096 } },
      async (is) =>
        assert.equal(
          (await daemon.admin('GET', '/v1/status')).json.question_memory.limit_bytes,
          is ? 4096 : 32 * 1024 * 1024,
        ),
    ],
    [
      'limits.clock_skew',
      { limits: { clock_skew: '2d' } },
      async (is) =>
        assert.equal(
          (await daemon.post('s', { score: 1, answered_at: new Date(Date.now() + 25 * 3600e3).toISOString() })).status,
          is ? 201 : 422,
        ),
    ],
    [
      'access.read',
      { access: { read: 'open' } },
      async (is) => assert.equal((await daemon.request('GET', '/v1/surveys/s/score')).status, is ? 200 : 401),
    ],
    [
      'server.public_url',
      { server: { public_url: 'https://feedback.example' } },
      async (is) => {
        const { url } = (await daemon.admin('POST', '/v1/surveys/s/invitations', { body: { respondent: 'a' } })).json;
        assert.equal(url.startsWith('https://feedback.example/'), is, url);
      },
    ],
    [
      'access.recontact_days',
      { access: { recontact_days: 7 } },
      async (is) => {
        await daemon.post('s', { score: 1, respondent: 'often' });
        assert.equal((await daemon.request('GET', '/v1/surveys/s/form?respondent=often')).json.eligible, !is);
      },
    ],
    [
      'limits.max_backdate',
      { limits: { max_backdate: 86400 } },
      async (is) => {
        await daemon.survey(is ? 'one_day' : 'days', { metric: 'nps' });
        const reply = await daemon.post(is ? 'one_day' : 'days', {
          score: 1,
          answered_at: new Date(Date.now() - 2 * 86400e3).toISOString(),
        });
        assert.equal(reply.status, is ? 422 : 201);
      },
    ],
    [
      'server.request_timeout',
      { server: { request_timeout: 1 } },
      async (is) => {
        if (!is) return; // thirty seconds
        const wire = await daemon.connect();
        const begun = performance.now();
        wire.send('GET /healthz HTTP/1.1\r\nHost:');
        wire.sent = null;
        await wire.ended();
        assert.ok(performance.now() - begun < 30_000, 'before the deadline that was');
        wire.close();
      },
    ],
    [
      'log.level',
      { log: { level: 'debug' } },
      async (is) => {
        const from = daemon.stderr.length;
        await daemon.request('GET', '/healthz');
        await daemon.request('GET', '/healthz');
        assert.equal(/\srequest method=GET route=\/healthz/.test(daemon.stderr.slice(from)), is);
      },
    ],
    [
      'suspicion.user_agents',
      { suspicion: { user_agents: path.join(daemon.dir, 'agents') } },
      async (is) => {
        const { json } = await daemon.post('s', { score: 1 }, { headers: { 'User-Agent': 'Mozilla Zorro' } });
        const stored = (await daemon.admin('GET', `/v1/surveys/s/responses/${json.id}`)).json;
        assert.equal(stored.excluded ?? false, is, JSON.stringify(stored));
      },
    ],
  ];
  fs.writeFileSync(path.join(daemon.dir, 'agents'), 'zorro\n');
  for (const [name, over, check] of cases) {
    await check(false);
    const changed = await change(daemon, base(daemon, over));
    assert.ok(changed.done && changed.text.includes(`changed=${name}`), changed.text);
    await check(true);
    assert.ok((await change(daemon, base(daemon))).done);
    await check(false);
  }
  going = false;
  await Promise.all(traffic);
  assert.ok(answered > 10);
});

test('rates and proxies: a limit that comes, changes and goes keeps count', async (t) => {
  const daemon = await use(t);
  await daemon.survey('s', SURVEY);
  const from = (address) => daemon.post('s', { score: 7 }, { headers: { 'X-Forwarded-For': address } });
  assert.equal((await from('192.0.2.1')).headers['ratelimit-policy'], undefined);
  const rated = (rate) => base(daemon, { server: { trusted_proxies: '127.0.0.0/8' }, limits: { ingest_rate: rate } });
  assert.ok((await change(daemon, rated(4))).done);
  const first = await from('192.0.2.1');
  assert.match(first.headers['ratelimit-policy'], /"address";q=4;w=60/);
  assert.match(first.headers.ratelimit, /r=3/);
  await from('192.0.2.1');
  assert.match((await from('192.0.2.2')).headers.ratelimit, /r=3/, 'the client is the one behind the proxy');
  // Half is used: of another limit half is used as well.
  assert.ok((await change(daemon, rated(600))).done);
  const half = Number(/r=(\d+)/.exec((await from('192.0.2.1')).headers.ratelimit)[1]);
  assert.ok(half > 295 && half < 350, String(half));
  assert.ok((await change(daemon, rated(2))).done);
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await from('192.0.2.1')).status);
  assert.ok(statuses.includes(429), String(statuses));
  // No proxy is trusted any more: all come from one address, which is another than before.
  assert.ok((await change(daemon, base(daemon, { limits: { ingest_rate: 2 } }))).done);
  assert.deepEqual(
    [(await from('192.0.2.1')).status, (await from('192.0.2.2')).status, (await from('192.0.2.3')).status],
    [201, 201, 429],
  );
  assert.ok((await change(daemon, base(daemon))).done);
  assert.equal((await from('192.0.2.1')).status, 201);
});

test('TLS files of other names, together with a limit; --listen stays in force', async (t) => {
  const daemon = await use(t, { tls: true, args: ['--listen', '127.0.0.1:0'] });
  await daemon.survey('s', SURVEY);
  const shown = async () => {
    const wire = await daemon.connect();
    const subject = wire.socket.getPeerCertificate().subject.CN;
    wire.close();
    return subject;
  };
  const other = certify(daemon.dir, 'other', 'other');
  const sections = base(daemon, { server: { listen: '127.0.0.1:1' }, tls: other, limits: { body_bytes: 1024 } });
  const done = await change(daemon, sections);
  assert.match(done.text, /reloaded tls=yes changed="tls\.certificate, tls\.key, limits\.body_bytes"/);
  assert.doesNotMatch(daemon.stderr, /restart_needed/);
  assert.equal(await shown(), 'other');
  assert.equal((await daemon.post('s', { score: 1, comment: 'x'.repeat(1500) })).status, 413);
  // One of both is bad: neither the other files nor the other limit come.
  fs.writeFileSync(other.key, 'rubbish');
  const refused = await change(daemon, { ...sections, limits: { ...sections.limits, body_bytes: 65536 } });
  assert.ok(!refused.done && refused.text.includes('[tls] key'), refused.text);
  assert.equal(await shown(), 'other');
  assert.equal((await daemon.post('s', { score: 1, comment: 'x'.repeat(1500) })).status, 413);
  certify(daemon.dir, 'other', 'third');
  const plain = await change(daemon, base(daemon));
  assert.ok(plain.done);
  assert.match(daemon.stderr, /restart_needed options="tls\.certificate, tls\.key"/);
  assert.equal(await shown(), 'third', 'read again all the same');
});

test('what is bad changes nothing, and the log and the manager are told where it is', async (t) => {
  const manager = await listen(t);
  const daemon = await use(t, { env: manager.env });
  await daemon.survey('s', SURVEY);
  await manager.line(/READY=1/);
  const good = ini(base(daemon));
  const over = '[log]\nlevel = debug\n[limits]\ncomment_characters = 3\ningest_rate = 1\n';
  const agents = path.join(daemon.dir, 'agents');
  fs.writeFileSync(agents, '\xff\xfe', 'latin1');
  const confd = path.join(daemon.dir, 'conf.d');
  const cases = [
    [
      'an unknown key',
      good.replace('[limits]', '[limits]\ncomment_charachters = 3'),
      /cxd\.conf:6: .*comment_charachters/,
    ],
    ['an unknown section', `${over}[limit]\n`, /cxd\.conf:6: .*limit/],
    ['a bad value', '[log]\nlevel = loud\n', /cxd\.conf:2: .*loud/],
    ['what does not fit', `${over}body_bytes = 2M\nbatch_bytes = 1M\n`, /batch_bytes/],
    ['half of TLS', `${over}[tls]\ncertificate = /none.pem\n`, /\[tls\] key/],
    ['a list that is not there', `${over}[suspicion]\nuser_agents = ${daemon.dir}/none\n`, /user_agents: .*none/],
    ['a list that is none', `${over}[suspicion]\nuser_agents = ${agents}\n`, /user_agents/],
    ['no file', null, /cxd\.conf/],
    ['a bad file of conf.d', good, /conf\.d\/9\.conf:2: /],
  ];
  for (const [name, text, message] of cases) {
    if (text === null) fs.rmSync(daemon.config);
    else fs.writeFileSync(daemon.config, text);
    if (name.includes('conf.d')) {
      fs.mkdirSync(confd);
      fs.writeFileSync(path.join(confd, '9.conf'), '[log]\nlevel = loud\n');
    }
    const from = manager.lines.length;
    const refused = await hup(daemon);
    assert.ok(!refused.done, name);
    assert.match(refused.text, message, name);
    await manager.line(/RELOADING=1/, { from });
    assert.match(
      (await manager.line(/READY=1/, { from })).line,
      /STATUS=The reload was refused, nothing has changed: /,
    );
    const reply = await daemon.post('s', { score: 9, comment: 'more than three' });
    assert.equal(reply.status, 201, name);
    assert.equal(reply.headers.ratelimit, undefined, name);
    const log = daemon.stderr.length;
    await daemon.request('GET', '/healthz');
    await daemon.request('GET', '/healthz');
    assert.doesNotMatch(daemon.stderr.slice(log), /\srequest /, name);
  }
  fs.rmSync(confd, { recursive: true });
  fs.writeFileSync(daemon.config, good);
  const from = manager.lines.length;
  assert.ok((await hup(daemon)).done);
  assert.match((await manager.line(/READY=1/, { from })).line, /STATUS=Answering on/);
});

test('what waits for a restart is named, the rest is taken over; the environment goes over the file', async (t) => {
  const daemon = await start({ env: { CXD_LIMITS_COMMENT_CHARACTERS: '5' } });
  t.after(() => daemon.stop());
  await daemon.survey('s', SURVEY);
  const address = daemon.url;
  const sections = base(daemon, {
    server: { listen: '127.0.0.1:1', http_threads: 3, read_threads: 5, max_connections: 10 },
    storage: { url: 'memory:', queue_length: 5, retention_every: 77 },
    reporting: { timezone: 'Europe/Berlin' },
    limits: { header_bytes: 2048, respondent_characters: 3, comment_characters: 100 },
  });
  for (let round = 0; round < 2; round += 1) {
    const from = daemon.stderr.length;
    const done = await change(daemon, sections);
    assert.match(done.text, round === 0 ? /changed=limits\.respondent_characters$/ : /changed=none$/);
    const waiting = /restart_needed options="([^"]+)"/.exec(daemon.stderr.slice(from))[1].split(', ').sort();
    assert.deepEqual(waiting, [
      'limits.header_bytes',
      'reporting.timezone',
      'server.http_threads',
      'server.listen',
      'server.max_connections',
      'server.read_threads',
      'storage.queue_length',
      'storage.retention_every',
      'storage.url',
    ]);
  }
  assert.equal((await daemon.post('s', { score: 1, respondent: 'four' })).status, 422);
  assert.equal((await daemon.post('s', { score: 1, comment: 'sixsix' })).status, 422, 'the environment');
  assert.equal((await daemon.post('s', { score: 1, comment: 'fives' })).status, 201);
  assert.equal(daemon.url, address);
});

test('scores are not opened to strangers by a listener that is wanted next', async (t) => {
  const daemon = await use(t, { args: ['--listen', '0.0.0.0:0'] });
  const refused = await change(daemon, base(daemon, { access: { read: 'open' } }));
  assert.ok(!refused.done && /open/.test(refused.text), refused.text);
  assert.equal((await fetch(`http://127.0.0.1:${daemon.port}/v1/scores`)).status, 401);
});

// What `systemctl reload` runs: the outcome is the daemon's own.
test('a reload that is waited for fails where it was refused, and says why', async (t) => {
  const daemon = await use(t);
  const pid = daemon.child.pid;
  const reload = () => run(['serve', '--reload', `${pid}`], { timeout: 0 });
  const good = base(daemon, { log: { level: 'debug' } });
  fs.writeFileSync(daemon.config, ini(good));
  assert.deepEqual(reload(), { status: 0, stdout: 'Reloaded\n', stderr: '' });
  fs.writeFileSync(daemon.config, ini(merge(good, { server: { http_threads: 3 } })));
  assert.deepEqual(reload(), {
    status: 0,
    stdout: 'Reloaded; these wait for a restart: server.http_threads\n',
    stderr: '',
  });
  const bad = {
    'a value': { sections: { log: { level: 'loud' } }, says: /cxd\.conf:\d+: .*loud/ },
    // What the syntax does not show: the files are tried by the daemon, with what it may read.
    'files of TLS': { sections: { tls: { certificate: '/none.pem', key: '/none.key' } }, says: /none\.(pem|key)/ },
    'a list': { sections: { suspicion: { user_agents: '/none' } }, says: /user_agents: .*none/ },
  };
  for (const [name, { sections, says }] of Object.entries(bad)) {
    fs.writeFileSync(daemon.config, ini(merge(good, sections)));
    const refused = reload();
    assert.equal(refused.status, 1, name);
    assert.equal(refused.stdout, '', name);
    assert.match(refused.stderr, /^cxd: The reload was refused, nothing has changed: /, name);
    assert.match(refused.stderr, says, name);
  }
  const { reloads } = (await daemon.admin('GET', '/v1/status')).json;
  assert.ok(reloads.done >= 2 && reloads.refused >= 3, JSON.stringify(reloads));
});

test('a reload of what is no process, has ended, or is no number', async (t) => {
  const daemon = await start();
  t.after(() => daemon.clean());
  const gone = spawnSync('true').pid;
  const said = run(['serve', '--reload', `${gone}`]);
  assert.equal(said.status, 1);
  assert.match(said.stderr, new RegExp(`process ${gone}: No such process`));
  for (const pid of ['0', '1', '-1', '12x', '', '99999999999999999999']) {
    const refused = run(['serve', '--reload', pid]);
    assert.equal(refused.status, 2, pid);
    assert.match(refused.stderr, /--reload takes the number/, pid);
  }
  for (const more of [
    ['--check'],
    ['-c', daemon.config],
    ['--listen', '127.0.0.1:0'],
    ['--starter-surveys'],
    ['--assets', 'web/assets'],
  ]) {
    const refused = run(['serve', '--reload', `${daemon.child.pid}`, ...more]);
    assert.equal(refused.status, 2, more[0]);
    assert.match(refused.stderr, /--reload stands alone/, more[0]);
  }
  // While it is asked the daemon is held up, then killed.
  const release = await hold(t, daemon.child.pid, 'cxd');
  const asking = spawn(BINARY, ['serve', '--reload', `${daemon.child.pid}`], { env: environment() });
  let text = '';
  asking.stderr.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  const pending = () => /^ShdPnd:\t0*1$/m.test(fs.readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'));
  await until(pending, 'the signal');
  daemon.child.kill('SIGKILL');
  await release().catch(() => {});
  await daemon.kill();
  const code = await new Promise((resolve) => asking.on('close', resolve));
  assert.equal(code, 1);
  assert.match(text, /ended before it answered/);
});

test('serve --check holds the list of user agents too', (t) => {
  const dir = fs.mkdtempSync('/tmp/cxd-check-');
  t.after(() => fs.rmSync(dir, { recursive: true }));
  fs.writeFileSync(path.join(dir, 'cxd.conf'), `[suspicion]\nuser_agents = ${dir}/none\n`);
  const said = run(['serve', '--check', '-c', path.join(dir, 'cxd.conf')]);
  assert.equal(said.status, 1);
  assert.match(said.stderr, /user_agents: .*none/);
});
