// Several nodes on one PostgreSQL: what one does the others know, and what is done once is done once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { useServer } from '../support/postgresql.mjs';
import { makeId, start, until, UNLIMITED, useDirectory } from './harness.mjs';
import { listen } from './listening.mjs';

const RATE = 6000;

// So many nodes on one database; all are spoken to with the key that the first one made.
async function useNodes(t, count, options = {}) {
  const server = await useServer(t);
  const storage = server.url(server.create());
  const nodes = [];
  const add = async (more = {}) => {
    const dir = useDirectory(t);
    if (nodes.length > 0) fs.copyFileSync(nodes[0].keyFile, path.join(dir, 'admin.key'));
    const node = await start({ storage, dir, ...options, ...more });
    t.after(() => node.stopped || node.end());
    nodes.push(node);
    return node;
  };
  for (let i = 0; i < count; i++) await add();
  return { server, nodes, add };
}

const said = (node, event) => [...node.stderr.matchAll(new RegExp(`${event} .*`, 'g'))].map(([line]) => line);
const ids = (responses) => responses.map(({ id }) => id);

test('a definition, a key and its end are known to the other node', async (t) => {
  const {
    nodes: [one, two],
  } = await useNodes(t, 2);
  await one.survey('shop', { metric: 'nps' });
  await until(async () => (await two.post('shop', { score: 9 })).status === 201, 'the survey at the other node');
  const { json: made } = await two.admin('POST', '/v1/keys', { body: { name: 'shelf', scopes: ['read'] } });
  assert.equal((await two.score('shop', '', { key: made.key })).status, 200, 'at once where it was made');
  await until(async () => (await one.score('shop', '', { key: made.key })).status === 200, 'the key at the other');
  assert.equal((await one.admin('DELETE', `/v1/keys/${made.id}`)).status, 200);
  assert.equal((await one.score('shop', '', { key: made.key })).status, 401, 'at once where it was revoked');
  await until(async () => (await two.score('shop', '', { key: made.key })).status === 401, 'its end at the other');
  await one.survey('shop', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
  await until(async () => (await two.post('shop', { score: 9 })).status === 403, 'the survey closed at the other');
});

test('a key is refused while nobody can say whether it was revoked', async (t) => {
  const {
    server,
    nodes: [one],
  } = await useNodes(t, 1);
  await one.survey('shop', { metric: 'nps' });
  await server.halt();
  const refused = await until(async () => {
    const reply = await one.admin('GET', '/v1/surveys');
    return reply.status === 503 && reply;
  }, 'a key that is refused');
  assert.equal(refused.json.type, '/problems/storage');
  assert.match(refused.json.detail, /revoked/);
  await server.start();
  await until(async () => (await one.admin('GET', '/v1/surveys')).status === 200, 'a key that is taken');
});

test('who listens hears what came by any node, in order, once', async (t) => {
  const {
    nodes: [one, two],
  } = await useNodes(t, 2);
  await one.survey('shop', { metric: 'nps' });
  await until(async () => (await two.post('shop', { score: 0 })).status === 201, 'the survey at the other node');
  const first = await listen(one, '/v1/surveys/shop/live');
  const second = await listen(two, '/v1/surveys/shop/live');
  await first.next('ready');
  await second.next('ready');
  const sent = [];
  const send = async (node, count) => {
    for (let i = 0; i < count; i++) {
      const reply = await node.post('shop', { score: (i + count) % 11 });
      assert.equal(reply.status, 201, reply.text);
      sent.push(reply.json.id);
    }
  };
  await Promise.all([one, two, one, two].map((node) => send(node, 40)));
  for (const listener of [first, second]) await listener.next('response', 160);
  assert.deepEqual(ids(first.responses()), ids(second.responses()), 'the same order');
  assert.deepEqual(ids(first.responses()).sort(), [...sent].sort());
  const numbers = first.named('response').map(({ id }) => BigInt(id.split('.')[1]));
  assert.ok(
    numbers.every((number, i) => i === 0 || number > numbers[i - 1]),
    'numbers ascend',
  );

  // What came meanwhile is heard at another node, behind the last that was heard at this one.
  const { last } = first;
  first.close();
  await Promise.all([send(one, 20), send(two, 20)]);
  const resumed = await listen(two, '/v1/surveys/shop/live', { headers: { 'Last-Event-ID': last } });
  await resumed.next('response', 40);
  await second.next('response', 200);
  assert.deepEqual(ids(resumed.responses()), ids(second.responses()).slice(160));
  assert.equal(resumed.named('reset').length, 0);

  // So are exports.
  const { last: cursor } = second;
  await send(one, 5);
  const more = await two.admin('GET', `/v1/surveys/shop/responses.ndjson?cursor=${cursor}`);
  assert.equal(more.text.trim().split('\n').length, 5);
  resumed.close();
  second.close();
});

test('one node leads, and when it dies another does', async (t) => {
  const {
    nodes: [one, two],
    add,
  } = await useNodes(t, 2);
  const leads = (node) => said(node, 'lease_taken').length > 0;
  const leader = await until(() => [one, two].find(leads), 'a node that leads');
  const other = leader === one ? two : one;
  assert.ok(!leads(other));
  await leader.kill();
  await until(() => leads(other), 'the other to lead');
  // Who ends in order leaves the lease to the next.
  const third = await add();
  await other.end();
  await until(() => leads(third), 'the third to lead');
  assert.equal(said(third, 'lease_lost').length, 0);
});

test('what a node has begun is done by the one that leads', async (t) => {
  const {
    nodes: [one, two],
    server,
  } = await useNodes(t, 2);
  const leader = await until(() => [one, two].find((node) => said(node, 'lease_taken').length > 0), 'a leader');
  const other = leader === one ? two : one;
  await other.survey('shop', { metric: 'nps' });
  await other.load(
    Array.from({ length: 50 }, (_, i) => ({ survey: 'shop', score: i % 11, properties: { plan: 'a' } })),
  );
  await other.survey('shop', { metric: 'nps', properties: ['plan'] });
  const unrolled = () => server.sql('SELECT count(*) FROM dimension WHERE state <> 0', 'd1');
  await until(() => unrolled() === '0', 'the property to be filled in');
  const { json } = await other.admin('GET', '/v1/surveys/shop/segments?by=property.plan&window=all');
  assert.equal(json.segments.length, 1);
  assert.equal(json.segments[0].n, 50);

  const body = { survey: 'shop', source: 's', fingerprint: 'f' };
  const { json: begun } = await other.admin('POST', '/v1/imports', { body });
  const rows = Array.from({ length: 20 }, (_, i) => JSON.stringify({ id: makeId(Math.random), score: i % 11 }));
  const imported = await other.admin('POST', `/v1/imports/${begun.id}/responses`, {
    body: rows.join('\n'),
    type: 'application/x-ndjson',
  });
  assert.equal(imported.status, 200, imported.text);
  const undone = await other.admin('DELETE', `/v1/imports/${begun.id}`);
  assert.ok(undone.status < 300, undone.text);
  await until(
    async () => (await other.admin('GET', `/v1/imports/${begun.id}`)).json.state === 'undone',
    'the import to be undone',
  );
  assert.equal((await other.score('shop', 'window=all')).json.n, 50);
});

test('an alert is told once, whichever node took the answer', async (t) => {
  const {
    nodes: [one, two],
  } = await useNodes(t, 2);
  const leader = await until(() => [one, two].find((node) => said(node, 'lease_taken').length > 0), 'a leader');
  const other = leader === one ? two : one;
  await other.survey('shop', { metric: 'nps' });
  const put = await other.admin('PUT', '/v1/alerts/each', { body: { survey: 'shop', kind: 'detractor' } });
  assert.equal(put.status, 201, put.text);
  await until(async () => (await leader.post('shop', { score: 9 })).status === 201, 'the survey at the leader');
  for (let i = 0; i < 6; i++)
    assert.equal((await [one, two][i % 2].post('shop', { score: 1, comment: `slow ${i}` })).status, 201);
  await until(() => said(leader, 'alert_fired').length >= 6, 'six alerts');
  // Who takes over tells of none again.
  await leader.end();
  await until(() => said(other, 'lease_taken').length > 0, 'the other to lead');
  assert.equal((await other.post('shop', { score: 2, comment: 'slower' })).status, 201);
  await until(() => said(other, 'alert_fired').length > 0, 'one more');
  const { json } = await other.admin('GET', '/v1/alerts/each/history');
  const told = json.events.map(({ response }) => response).filter(Boolean);
  assert.equal(told.length, 7);
  assert.equal(new Set(told).size, 7);
  assert.equal(said(leader, 'alert_fired').length, 6);
  assert.equal(said(other, 'alert_fired').length, 1);
});

test('limits are divided by the nodes that are there', async (t) => {
  const {
    nodes: [one],
    add,
  } = await useNodes(t, 1, { config: { limits: { ...UNLIMITED, ingest_rate: RATE } } });
  await one.survey('shop', { metric: 'nps' });
  const policy = async (node) => (await node.post('shop', { score: 9 })).headers['ratelimit-policy'];
  const has = (node, rate) => until(async () => (await policy(node)) === `"address";q=${rate};w=60`, `${rate}`);
  await has(one, RATE);
  const two = await add();
  await has(one, RATE / 2);
  await has(two, RATE / 2);
  const three = await add();
  for (const node of [one, two, three]) await has(node, RATE / 3);
  await three.kill();
  await has(one, RATE / 2);
  await two.end();
  await has(one, RATE);
});
