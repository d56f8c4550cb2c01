// Live streams: what is told, in which order, once; over reconnects, kills and restarts; filters, keys, limits; clients
// that are slow or leave, and the end of the daemon.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import { after, test } from 'node:test';
import { assertProblem, METRICS, start, until, use } from './harness.mjs';
import { listen } from './listening.mjs';

const LIVE = '/v1/surveys/shop/live';
const SURVEY = {
  metric: 'nps',
  properties: ['plan'],
  amend_window: 3600,
  questions: [
    {
      key: 'reason',
      type: 'choice',
      text: { en: 'Why?' },
      options: [
        { value: 'price', text: { en: 'Price' } },
        { value: 'team', text: { en: 'Team' } },
      ],
    },
    { key: 'words', type: 'text', text: { en: 'More?' } },
  ],
};

const d = await start({ config: { metrics: METRICS, limits: { live_comment: '1s' } } });
after(() => d.stop());
await d.survey('shop', SURVEY);
await d.survey('other', { metric: 'csat' });

async function stream(t, daemon = d, query = '', options = {}) {
  const listener = await listen(daemon, LIVE + (query && `?${new URLSearchParams(query)}`), options);
  t.after(() => listener.close());
  assert.equal(listener.status, 200, listener.text);
  await listener.next('ready');
  return listener;
}
const after_ = (id) => ({ headers: { 'Last-Event-ID': id } });
const post = async (daemon, answer, survey = 'shop') => {
  const reply = await daemon.post(survey, answer);
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
};
const scores = (listener) => listener.responses().map(({ score }) => score);

test('each response as lists have it, in the order of commits, to all who listen to its survey', async (t) => {
  const [one, two] = [await stream(t), await stream(t)];
  assert.equal(one.headers['content-type'], 'text/event-stream');
  assert.equal(one.headers['cache-control'], 'no-store');
  assert.equal(one.headers['x-accel-buffering'], 'no');
  assert.equal(one.headers['content-encoding'], undefined);
  assert.ok(one.retry >= 1000);
  await post(d, { score: 4 }, 'other');
  for (let score = 0; score <= 10; score += 1)
    await post(d, {
      score,
      comment: `a "quoted"\r\nline ${score}`,
      properties: { plan: 'pro' },
      answers: { reason: 'team' },
    });
  for (const listener of [one, two]) {
    await listener.next('response', 11);
    assert.deepEqual(scores(listener), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const listed = (await d.admin('GET', '/v1/surveys/shop/responses?limit=11')).json.responses;
    assert.deepEqual(listener.responses(), listed.reverse());
    const numbers = listener.named('response').map(({ id }) => Number(id.split('.')[1]));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.equal(new Set(numbers).size, 11);
    assert.deepEqual(Object.keys(listener.told), ['ready', 'response']);
  }
});

test('what becomes otherwise is told by its id, or that several did', async (t) => {
  const listener = await stream(t, d, { score: '10' }); // whatever the filter says
  const { id } = await post(d, { score: 3, respondent: 'ann' });
  const path = `/v1/surveys/shop/responses/${id}`;
  await d.put('shop', id, { score: 4, respondent: 'ann' });
  assert.deepEqual((await listener.next('amended'))[0].data, { id });
  await d.admin('PATCH', path, { body: { excluded: true, reason: 'test' } });
  assert.deepEqual((await listener.next('excluded'))[0].data, { id });
  await d.admin('PATCH', path, { body: { excluded: false } });
  assert.deepEqual((await listener.next('restored'))[0].data, { id });
  await d.put('shop', id, { score: 4, respondent: 'ann' }); // a retry
  await d.admin('DELETE', '/v1/respondents/ann?counts=true');
  assert.deepEqual((await listener.next('erased'))[0].data, {});
  assert.deepEqual(listener.told, { ready: 1, amended: 1, excluded: 1, restored: 1, erased: 1 });
  assert.deepEqual(
    listener.events.slice(1).map(({ id: place }) => place),
    [undefined, undefined, undefined, undefined],
  );
});

test('many at once that become otherwise are told as several', async (t) => {
  const listener = await stream(t);
  const names = Array.from({ length: 40 }, () => crypto.randomUUID());
  await d.load(names.map((id) => ({ survey: 'shop', id, score: 5 })));
  await listener.next('response', 40);
  const again = await d.batch(names.map((id) => ({ survey: 'shop', id, score: 6 })));
  assert.ok(
    again.lines.every(({ status }) => status === 200),
    again.text,
  );
  assert.deepEqual(
    (await listener.next('amended')).map(({ data }) => data),
    [{}],
  );
});

test('filters are those of the list', async (t) => {
  const cases = [
    [{ touchpoint: 'cart' }, [1]],
    [{ channel: 'web' }, [2]],
    [{ locale: 'de' }, [3]],
    [{ 'property.plan': 'pro' }, [4]],
    [{ 'property.free': 'x' }, [5]],
    [{ 'answer.reason': 'price' }, [6]],
    [{ respondent: 'bob' }, [7]],
    [{ score: '8..9' }, [8, 9]],
    [{ band: 'promoters' }, [9, 10]],
    [{ excluded: 'false', score: '0' }, [0]],
    [{ excluded: 'true' }, []],
    [{ flagged: 'true' }, []],
    [{ touchpoint: 'cart', channel: 'web' }, []],
  ];
  const listeners = [];
  for (const [query] of cases) listeners.push(await stream(t, d, query));
  const all = await stream(t);
  const answers = [
    { score: 0 },
    { score: 1, touchpoint: 'cart' },
    { score: 2, channel: 'web' },
    { score: 3, locale: 'de' },
    { score: 4, properties: { plan: 'pro' } },
    { score: 5, properties: { free: 'x' } },
    { score: 6, answers: { reason: 'price' } },
    { score: 7, respondent: 'bob' },
    { score: 8 },
    { score: 9 },
    { score: 10 },
  ];
  for (const answer of answers) await post(d, answer);
  await all.next('response', answers.length);
  for (const [i, [query, expected]] of cases.entries()) {
    await listeners[i].next('response', expected.length);
    assert.deepEqual(scores(listeners[i]), expected, JSON.stringify(query));
    const listed = (await d.admin('GET', `/v1/surveys/shop/responses?${new URLSearchParams(query)}&limit=50`)).json
      .responses;
    for (const response of listeners[i].responses())
      assert.deepEqual(
        listed.find(({ id }) => id === response.id),
        response,
      );
  }
});

test('what cannot be asked for is refused', async () => {
  for (const [query, detail] of [
    ['window=7d', /window/],
    ['from=2026-01-01', /from/],
    ['limit=5', /limit/],
    ['toucpoint=x', /did you mean touchpoint/],
    ['answer.none=x', /asks no such question now/],
    ['answer.reason=fun', /nothing that can be answered/],
    ['answer.words=x', /nothing that can be answered/],
    ['band=happy', /band/],
    ['score=11..', /score/],
  ]) {
    const reply = await d.admin('GET', `${LIVE}?${query}`);
    assertProblem(reply, 400, 'bad_parameter');
    assert.match(reply.json.detail, detail);
  }
  assertProblem(await d.admin('GET', '/v1/surveys/none/live'), 404, 'no_survey');
  assertProblem(await d.request('GET', LIVE), 401, 'no_key');
  assertProblem(await d.request('GET', LIVE, { headers: { Authorization: 'Bearer cxs_x' } }), 401, 'bad_key');
  const { key } = (await d.admin('POST', '/v1/keys', { body: { name: 'w', scopes: ['write'] } })).json;
  assertProblem(await d.request('GET', LIVE, { key }), 403, 'scope');
});

test('HEAD, HTTP/1.0, and TLS', async (t) => {
  const head = await d.admin('HEAD', LIVE);
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], 'text/event-stream');
  assert.equal(head.text, '');
  const wire = await d.connect();
  wire.send(`GET ${LIVE} HTTP/1.0\r\nAuthorization: Bearer ${d.key}\r\n\r\n`);
  const text = () => wire.buffer.toString();
  await until(() => text().includes('event: ready'), 'ready');
  await post(d, { score: 1, comment: 'old' });
  await until(() => text().includes('"comment":"old"'), 'the response');
  assert.doesNotMatch(text(), /transfer-encoding/i);
  wire.socket.destroy();
  const secure = await use(t, { tls: true });
  await secure.survey('shop', SURVEY);
  const listener = await stream(t, secure, '', { get: https.get });
  await post(secure, { score: 2 });
  await listener.next('response');
  assert.deepEqual(scores(listener), [2]);
  // Who leaves makes room.
  await until(async () => / 0$/m.test(/^cxd_live_clients .*$/m.exec((await d.scrape()).text)[0]), 'nobody listens');
});

test('a comment where nothing happens', async (t) => {
  const listener = await stream(t);
  await until(() => listener.comments >= 2, 'two comments');
});

test('Last-Event-ID: each response behind it, once; what was erased is not told', async (t) => {
  const first = await stream(t);
  const kept = await post(d, { score: 1, comment: 'stays' });
  await post(d, { score: 2, comment: 'goes', respondent: 'carol' });
  await post(d, { score: 3, comment: 'is forgotten', respondent: 'dora' });
  const moved = await post(d, { score: 4, comment: 'was otherwise' });
  await first.next('response', 4);
  first.close();
  await d.put('shop', moved.id, { score: 5, comment: 'is otherwise' });
  await d.admin('DELETE', '/v1/respondents/carol?counts=true');
  await d.admin('DELETE', '/v1/respondents/dora');
  const places = first.named('response').map(({ id }) => id);
  const again = await stream(t, d, '', after_(first.events[0].id));
  await again.next('response', 3);
  assert.deepEqual(scores(again), [1, 3, 5]);
  assert.deepEqual(
    again.named('response').map(({ id }) => id),
    [places[0], places[2], places[3]],
  );
  assert.deepEqual(
    again.responses().map(({ comment }) => comment),
    ['stays', undefined, 'is otherwise'],
  );
  assert.equal(again.responses()[0].id, kept.id);
  for (const [place, expected] of [
    [places[1], [3, 5, 0]], // behind one that is gone
    [places[3], [0, 0]],
  ]) {
    const late = await stream(t, d, '', after_(place));
    await post(d, { score: 0 });
    await late.next('response', expected.length);
    assert.deepEqual(scores(late), expected);
  }
  assert.deepEqual(again.told.reset, undefined);
});

test('Last-Event-ID of another history, of none, and of what is too long ago: reset', async (t) => {
  const daemon = await use(t);
  await daemon.survey('shop', SURVEY);
  const begin = await stream(t, daemon);
  const id = begin.events[0].id;
  for (const strange of [`${'0'.repeat(32)}.1`, 'x', `${id}0x`]) {
    const listener = await stream(t, daemon, '', after_(strange));
    assert.deepEqual((await listener.next('reset'))[0], { event: 'reset', id: listener.events[0].id, data: {} });
  }
  // A number that has not been given yet: what comes is told.
  const ahead = await stream(t, daemon, '', after_(`${id.split('.')[0]}.999999`));
  await post(daemon, { score: 7 });
  await ahead.next('response');
  await daemon.load(Array.from({ length: 10_001 }, () => ({ survey: 'shop', score: 1 })));
  const late = await stream(t, daemon, '', after_(id));
  await late.next('reset');
  await post(daemon, { score: 8 });
  await late.next('response');
  assert.deepEqual(scores(late), [8]);
});

test('a restored database has other places', async (t) => {
  const daemon = await use(t);
  await daemon.survey('shop', SURVEY);
  const listener = await stream(t, daemon);
  await post(daemon, { score: 1 });
  await listener.next('response');
  await daemon.end();
  for (const name of fs.readdirSync(daemon.dir).filter((each) => /^cxd\.db-(wal|shm)$/.test(each)))
    fs.rmSync(`${daemon.dir}/${name}`);
  const copy = `${daemon.database}.copy`;
  fs.copyFileSync(daemon.database, copy);
  const { spawnSync } = await import('node:child_process');
  assert.equal(spawnSync('sqlite3', [copy, 'PRAGMA journal_mode = DELETE;']).status, 0); // as copies of cxd are
  fs.renameSync(copy, daemon.database);
  await daemon.begin();
  const again = await stream(t, daemon, '', after_(listener.last));
  await again.next('reset');
});

test('exactly once over kills, restarts and reconnects', async (t) => {
  const daemon = await use(t, { config: { server: { listen: '127.0.0.1:0' } } });
  await daemon.survey('shop', SURVEY);
  const acknowledged = new Set();
  const told = [];
  let place;
  let listener = await stream(t, daemon);
  place = listener.events[0].id;
  const take = () => {
    for (const { id, data } of listener.named('response')) {
      told.push(data.id);
      place = id;
    }
  };
  for (let round = 0; round < 6; round += 1) {
    const sending = Array.from({ length: 40 }, async () => {
      const id = crypto.randomUUID();
      for (let i = 0; i < 5; i += 1) {
        try {
          const reply = await daemon.put('shop', id.replace(/^./, String(i)), { score: i });
          if (reply.status === 201) acknowledged.add(reply.json.id);
        } catch {
          return; // killed
        }
      }
    });
    if (round % 3 === 0) {
      await listener.next('response', 30);
      listener.close();
      await until(() => listener.closed);
    } else if (round % 3 === 1) {
      await listener.next('response', 20);
      await daemon.kill();
      await until(() => listener.closed);
    } else {
      await Promise.all(sending);
      await daemon.end();
      await until(() => listener.closed);
      assert.ok(listener.ended, 'a whole end');
    }
    await Promise.all(sending);
    take();
    if (round % 3 !== 0) await daemon.begin();
    listener = await stream(t, daemon, '', after_(place));
    assert.equal(listener.told.reset, undefined);
  }
  const stored = (await daemon.admin('GET', '/v1/surveys/shop/score?window=all')).json.n;
  await until(() => told.length + (listener.told.response ?? 0) >= stored, 'all that is stored');
  take();
  assert.equal(new Set(told).size, told.length, 'none twice');
  assert.equal(told.length, stored);
  for (const id of acknowledged) assert.ok(told.includes(id), 'all that was acknowledged');
});

test('a revoked key ends its streams, and no others', async (t) => {
  const { key, id } = (await d.admin('POST', '/v1/keys', { body: { name: 'r', scopes: ['read'] } })).json;
  const short = (
    await d.admin('POST', '/v1/keys', {
      body: { name: 's', scopes: ['read'], expires_at: new Date(Date.now() + 5000).toISOString() },
    })
  ).json;
  const [mine, expiring, others] = [
    await stream(t, d, '', { key }),
    await stream(t, d, '', { key: short.key }),
    await stream(t),
  ];
  await d.admin('DELETE', `/v1/keys/${id}`);
  await until(() => mine.closed, 'the end');
  assert.ok(mine.ended);
  await until(() => expiring.closed, 'the end of the key');
  await post(d, { score: 9 });
  await others.next('response');
  assert.equal(others.closed, false);
  assertProblem(await d.request('GET', LIVE, { key }), 401, 'bad_key');
});

test('what is read without a key ends when that ends', async (t) => {
  const daemon = await use(t, { config: { access: { read: 'everything' } } });
  await daemon.survey('shop', SURVEY);
  const [stranger, keyed] = [await stream(t, daemon, '', { key: null }), await stream(t, daemon)];
  const text = fs.readFileSync(daemon.config, 'utf8');
  fs.writeFileSync(daemon.config, text.replace('everything', 'key'));
  daemon.child.kill('SIGHUP');
  await until(() => stranger.closed, 'the end');
  assert.equal(keyed.closed, false);
  assertProblem(await daemon.request('GET', LIVE), 401, 'no_key');
});

test('as many as may, and one more', async (t) => {
  const daemon = await use(t, { config: { limits: { live_clients: 3 }, metrics: METRICS } });
  await daemon.survey('shop', SURVEY);
  const listeners = [];
  for (let i = 0; i < 3; i += 1) listeners.push(await stream(t, daemon));
  const refused = await daemon.admin('GET', LIVE);
  assertProblem(refused, 503, 'too_many_live');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal((await daemon.admin('HEAD', LIVE)).status, 503);
  const { text } = await daemon.scrape();
  for (const figure of ['clients 3', 'clients_limit 3', 'refused_total 2'])
    assert.match(text, RegExp(`^cxd_live_${figure}$`, 'm'));
  const { id } = await post(daemon, { score: 1 });
  await daemon.put('shop', id, { score: 2 });
  await Promise.all(listeners.map((each) => each.next('amended')));
  const told = (await daemon.scrape()).text;
  for (const figure of ['changes', 'responses']) assert.match(told, RegExp(`^cxd_live_${figure}_total 3$`, 'm'));
  listeners[1].close();
  await until(async () => (await daemon.admin('HEAD', LIVE)).status === 200, 'a place');
  await stream(t, daemon);
});

test('a slow reader is cut, and nobody waits for it', async (t) => {
  const daemon = await use(t, { config: { metrics: METRICS, limits: { live_comment: '1s' } } });
  await daemon.survey('shop', SURVEY);
  const slow = await daemon.connect();
  slow.socket.pause();
  slow.send(`GET ${LIVE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${daemon.key}\r\n\r\n`);
  t.after(() => slow.socket.destroy());
  const quick = await stream(t, daemon, '', { keep: false });
  const figure = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await daemon.scrape()).text)[1]);
  await until(async () => (await figure('cxd_live_clients')) === 2, 'both listen');
  let sent = 0;
  await until(async () => {
    for (let i = 0; i < 20; i += 1) await post(daemon, { score: 1, comment: 'x'.repeat(7000) });
    sent += 20;
    await quick.next('response', sent);
    return (await figure('cxd_live_dropped_total')) === 1;
  }, 'the cut');
  await until(async () => (await figure('cxd_live_clients')) === 1, 'one listens');
  assert.equal(quick.closed, false);
  assert.equal(quick.told.response, sent);
});

// Clients that read their sockets by themselves: what a thousand are told is counted by its lines.
class Crowd {
  constructor(daemon) {
    this.daemon = daemon;
    this.members = [];
  }

  // All at once, each behind what it has heard last.
  async listen(count) {
    const members = this.members.length > 0 ? this.members : Array.from({ length: count }, () => ({ told: [] }));
    await Promise.all(
      members.map(async (member) => {
        member.listener = await listen(this.daemon, LIVE, member.last && after_(member.last));
        assert.equal(member.listener.status, 200, member.listener.text);
        await member.listener.next('ready');
      }),
    );
    this.members = members;
  }

  async hears(ids) {
    await Promise.all(this.members.map(({ listener }) => listener.next('response', ids.length)));
    for (const member of this.members) {
      const told = member.listener.named('response');
      assert.deepEqual(
        told.map(({ data }) => data.id),
        ids,
      );
      assert.deepEqual(Object.keys(member.listener.told), ['ready', 'response']);
      member.last = told.at(-1).id;
      member.listener.events.length = 0;
      member.listener.told = { ready: 1 };
    }
  }

  leave() {
    for (const { listener } of this.members) listener?.close();
  }
}

test('a thousand: each is told all, once and in order, over a restart; one more is refused', async (t) => {
  const limits = { connections_per_address: 4000 };
  const daemon = await use(t, { config: { server: { listen: '127.0.0.1:0' }, metrics: METRICS, limits } });
  await daemon.survey('shop', SURVEY);
  const crowd = new Crowd(daemon);
  t.after(() => crowd.leave());
  const figure = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await daemon.scrape()).text)[1]);
  const several = async () => {
    const ids = [];
    for (let score = 0; score < 5; score += 1) ids.push((await post(daemon, { score })).id);
    return ids;
  };
  const full = async () => {
    const refused = await daemon.admin('GET', LIVE);
    assertProblem(refused, 503, 'too_many_live');
    assert.match(refused.json.detail, /^1000 /);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal(await figure('cxd_live_clients'), 1000);
  };
  await crowd.listen(1000);
  await full();
  for (let round = 0; round < 3; round += 1) await crowd.hears(await several());
  // All that is written while a thousand are told of it is answered, and counted.
  const posted = await Promise.all(Array.from({ length: 8 }, several));
  const stored = (await daemon.admin('GET', '/v1/surveys/shop/responses?limit=40')).json.responses;
  assert.deepEqual(new Set(stored.map(({ id }) => id)), new Set(posted.flat()));
  const heard = ({ told, named }) =>
    (told.response ?? 0) + named('skipped').reduce((sum, { data }) => sum + data.count, 0);
  const listeners = crowd.members.map(({ listener }) => listener);
  await until(() => listeners.every((each) => heard(each) >= 40), 'all are told, or counted');
  for (const member of crowd.members) {
    assert.equal(heard(member.listener), 40);
    member.last = member.listener.events.at(-1).id;
  }
  await daemon.end();
  await until(() => listeners.every(({ closed }) => closed), 'the ends');
  assert.ok(listeners.every(({ ended, retry }) => ended && retry >= 1000));
  await daemon.begin();
  const meanwhile = await several();
  await crowd.listen();
  await crowd.hears(meanwhile);
  await full();
  await crowd.hears(await several());
  assert.equal(await figure('cxd_live_dropped_total'), 0);
  crowd.leave();
  await until(async () => (await figure('cxd_live_clients')) === 0, 'nobody listens');
});

test('many slow readers are cut, and those beside them are told all', async (t) => {
  const [SLOW, QUICK] = [20, 50];
  const daemon = await use(t, { config: { metrics: METRICS, limits: { connections_per_address: 1000 } } });
  await daemon.survey('shop', SURVEY);
  const figure = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await daemon.scrape()).text)[1]);
  for (let i = 0; i < SLOW; i += 1) {
    const slow = await daemon.connect();
    slow.socket.pause();
    slow.send(`GET ${LIVE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${daemon.key}\r\n\r\n`);
    t.after(() => slow.socket.destroy());
  }
  const quick = await Promise.all(Array.from({ length: QUICK }, () => stream(t, daemon, '', { keep: false })));
  await until(async () => (await figure('cxd_live_clients')) === SLOW + QUICK, 'all listen');
  let sent = 0;
  await until(async () => {
    for (let i = 0; i < 2; i += 1) await post(daemon, { score: 1, comment: 'x'.repeat(7000) });
    sent += 2;
    await Promise.all(quick.map((each) => each.next('response', sent)));
    return (await figure('cxd_live_dropped_total')) === SLOW;
  }, 'the cuts');
  await until(async () => (await figure('cxd_live_clients')) === QUICK, 'the others listen');
  for (const each of quick) {
    assert.equal(each.closed, false);
    assert.deepEqual(each.told, { ready: 1, response: sent });
  }
});

test('a flood is told in part, and the rest by its number', async (t) => {
  const daemon = await use(t, { config: { metrics: METRICS } });
  await daemon.survey('shop', SURVEY);
  const MANY = 60;
  const listeners = [];
  for (let i = 0; i < MANY; i += 1) listeners.push(await stream(t, daemon));
  await daemon.load(Array.from({ length: 5000 }, () => ({ survey: 'shop', score: 5, comment: 'x'.repeat(500) })));
  const count = ({ told, named }) =>
    (told.response ?? 0) + named('skipped').reduce((sum, { data }) => sum + data.count, 0);
  await until(() => listeners.every((each) => count(each) >= 5000), 'all are told, or counted');
  for (const listener of listeners) {
    assert.equal(count(listener), 5000);
    assert.ok(listener.told.skipped > 0);
    assert.equal(listener.told.reset, undefined);
  }
  assert.ok(Number(/^cxd_live_skipped_total (\d+)$/m.exec((await daemon.scrape()).text)[1]) > 0);
  // One alone is told all of it.
  for (const each of listeners) each.close();
  await until(async () => /^cxd_live_clients 0$/m.test((await daemon.scrape()).text), 'nobody listens');
  const alone = await stream(t, daemon);
  await daemon.load(Array.from({ length: 3000 }, () => ({ survey: 'shop', score: 6, comment: 'y'.repeat(500) })));
  await alone.next('response', 3000);
  assert.equal(alone.told.skipped, undefined);
});

test('what no buffer holds is told by its number', async (t) => {
  const daemon = await use(t, { config: { limits: { comment_characters: 100_000, body_bytes: '2M' } } });
  await daemon.survey('shop', SURVEY);
  const listener = await stream(t, daemon);
  const large = await fetch(`${daemon.url}/v1/surveys/shop/responses`, {
    method: 'POST', // beyond the limits of openapi.yaml
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ score: 1, comment: 'x'.repeat(60_000) }),
  });
  assert.equal(large.status, 201);
  await post(daemon, { score: 2 });
  await listener.next('response');
  assert.deepEqual(
    listener.events.slice(1).map(({ event, data }) => [event, data.count ?? data.score]),
    [
      ['skipped', 1],
      ['response', 2],
    ],
  );
});

test('the end of the daemon ends them at once, with a time to come again', async (t) => {
  const daemon = await use(t);
  await daemon.survey('shop', SURVEY);
  const listeners = [];
  for (let i = 0; i < 20; i += 1) listeners.push(await stream(t, daemon));
  for (const each of listeners) each.retry = undefined;
  await daemon.end();
  await until(() => listeners.every(({ closed }) => closed), 'the ends');
  assert.ok(listeners.every(({ ended, retry }) => ended && retry >= 1000));
  assert.ok(new Set(listeners.map(({ retry }) => retry)).size > 5, 'not all at once');
  await daemon.begin();
});
