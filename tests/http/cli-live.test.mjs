// `cxd live`: responses as they are stored, a line each, over restarts, until it is ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { BINARY, environment, METRICS, run, start, until, use } from './harness.mjs';
import { Relay } from './proxies.mjs';

const d = await start({ config: { metrics: METRICS } });
after(() => d.stop());
await d.survey('shop', { metric: 'nps', amend_window: 3600, properties: ['plan'] });

// A command that runs, and what it has printed so far.
class Following {
  constructor(t, daemon, args, { url = daemon.url, key = daemon.key } = {}) {
    this.out = '';
    this.err = '';
    this.child = spawn(BINARY, ['live', ...args], {
      env: environment({ CXD_URL: url, CXD_KEY: key }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.out += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.err += text));
    this.of = daemon.followings ??= [];
    this.of.push(this);
    this.ended = new Promise((resolve) =>
      this.child.on('close', (code, signal) => {
        this.isOver = true;
        resolve(signal ?? code);
      }),
    );
    t.after(() => this.child.kill('SIGKILL'));
  }

  lines() {
    return this.out.split('\n').slice(0, -1);
  }

  json() {
    return this.lines().map((line) => JSON.parse(line));
  }

  async end(signal = 'SIGINT') {
    this.child.kill(signal);
    return this.ended;
  }
}

// As many listen as there are commands that run, and none that has left.
const settle = (daemon) =>
  until(async () => {
    const running = (daemon.followings ?? []).filter(({ isOver }) => !isOver).length;
    return RegExp(`^cxd_live_clients ${running}$`, 'm').test((await daemon.scrape()).text);
  }, 'who listens');

async function follow(t, daemon, args, options) {
  await settle(daemon);
  const following = new Following(t, daemon, args, options);
  await settle(daemon);
  return following;
}

describe('cxd live', () => {
  test('a line each: when, which score, where, and what was said; a terminal obeys none of it', async (t) => {
    const following = await follow(t, d, ['shop']);
    const at = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '');
    await d.post('shop', { score: 9, comment: 'Quick\nand \u202eclear', touchpoint: 'cart', answered_at: at });
    await d.post('shop', { score: 10, answered_at: at });
    await until(() => following.lines().length === 2, 'two lines');
    assert.deepEqual(following.lines(), [`${at}   9  cart  Quick and \\u202eclear`, `${at}  10  -  -`]);
    assert.equal(await following.end(), 0);
    assert.equal(following.err, '');
  });

  test('--json: each as lists have it, one a line; filters are those of comments', async (t) => {
    const all = await follow(t, d, ['shop', '--json']);
    const some = {};
    for (const [name, args] of Object.entries({
      band: ['--band', 'detractors'],
      score: ['--score', '7..8'],
      touchpoint: ['--touchpoint', 'cart'],
      property: ['--property', 'plan=pro'],
      respondent: ['--respondent', 'ann'],
    }))
      some[name] = await follow(t, d, ['shop', '-j', ...args]);
    const answers = [
      { score: 1, comment: 'slow' },
      { score: 8 },
      { score: 10, touchpoint: 'cart' },
      { score: 10, properties: { plan: 'pro' } },
      { score: 9, respondent: 'ann' },
    ];
    for (const answer of answers) assert.equal((await d.post('shop', answer)).status, 201);
    await until(() => all.lines().length === answers.length, 'all');
    const { responses } = (await d.admin('GET', `/v1/surveys/shop/responses?limit=${answers.length}`)).json;
    assert.deepEqual(all.json(), responses.reverse());
    for (const [i, name] of ['band', 'score', 'touchpoint', 'property', 'respondent'].entries()) {
      await until(() => some[name].lines().length > 0, name);
      assert.deepEqual(some[name].json(), [responses[i]], name);
    }
    for (const each of [all, ...Object.values(some)]) assert.equal(await each.end('SIGTERM'), 0);
  });

  test('what else becomes of responses is told beside them, or not', async (t) => {
    const [told, quiet] = [await follow(t, d, ['shop']), await follow(t, d, ['shop', '--quiet'])];
    const { id } = (await d.post('shop', { score: 3, respondent: 'bob' })).json;
    for (const each of [told, quiet]) await until(() => each.lines().length === 1, 'the response');
    await d.put('shop', id, { score: 4, respondent: 'bob' });
    await d.admin('PATCH', `/v1/surveys/shop/responses/${id}`, { body: { excluded: true, reason: 'test' } });
    await d.admin('DELETE', '/v1/respondents/bob?counts=true');
    await until(() => /some were erased/.test(told.err), 'the last');
    assert.equal(told.err, `cxd: ${id} was changed\ncxd: ${id} counts no more\ncxd: some were erased\n`);
    await d.post('shop', { score: 5 });
    for (const each of [told, quiet]) {
      await until(() => each.lines().length === 2, 'the response behind');
      assert.equal(await each.end(), 0);
    }
    assert.equal(quiet.err, '');
  });

  test('over a kill and a stop: each response once, and what was stored meanwhile', async (t) => {
    const daemon = await use(t, { config: { metrics: METRICS } });
    await daemon.survey('shop', { metric: 'nps' });
    const relay = await new Relay().open(daemon.port);
    t.after(() => relay.close());
    const following = await follow(t, daemon, ['shop', '--json'], { url: `http://127.0.0.1:${relay.place.port}` });
    const stored = [];
    const post = async () => stored.push((await daemon.post('shop', { score: stored.length })).json.id);
    for (const end of ['kill', 'end', 'kill']) {
      await post();
      await until(() => following.lines().length === stored.length, 'the response');
      await daemon[end]();
      await until(() => following.err.match(/has ended/g)?.length > 0, 'the end is seen');
      following.err = '';
      await daemon.begin();
      relay.target = daemon.port;
      await post();
      await until(() => following.lines().length === stored.length, 'what was stored meanwhile');
    }
    assert.deepEqual(
      following.json().map(({ id }) => id),
      stored,
    );
    // While it waits for the daemon it can be ended too.
    await daemon.end();
    await until(() => /has ended/.test(following.err), 'the end is seen');
    assert.equal(await following.end(), 0);
  });

  test('a key that is revoked ends it, with the reason', async (t) => {
    const { key, id } = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
    const following = await follow(t, d, ['shop'], { key });
    await d.admin('DELETE', `/v1/keys/${id}`);
    assert.equal(await following.ended, 1);
    assert.match(following.err, /revoked/);
  });

  test('what keeps it from beginning is told', async () => {
    const env = { CXD_URL: d.url, CXD_KEY: d.key };
    for (const [args, more, status, said] of [
      [['none'], {}, 1, /no survey/],
      [['shop', '--band', 'happy'], {}, 1, /band/],
      [['shop'], { CXD_KEY: 'cxs_x' }, 1, /key/],
      [
        ['shop'],
        { CXD_URL: 'http://127.0.0.1:1' },
        1,
        /no reply from http:\/\/127\.0\.0\.1:1.*\n.*Is the daemon running/,
      ],
      [[], {}, 2, /SURVEY|survey/],
      [['shop', '--window', '7d'], {}, 2, /window/],
    ]) {
      const done = run(['live', ...args], { env: { ...env, ...more } });
      assert.equal(done.status, status, done.stderr);
      assert.match(done.stderr, said);
      assert.equal(done.stdout, '');
    }
  });

  test('whoever reads its output may leave', async (t) => {
    const following = await follow(t, d, ['shop']);
    following.child.stdout.destroy();
    await until(async () => {
      await d.post('shop', { score: 5 });
      return following.child.exitCode !== null || following.child.signalCode !== null;
    }, 'the end');
  });
});
