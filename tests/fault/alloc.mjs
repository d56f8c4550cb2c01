// Memory is refused: every allocation of every kind of request in turn, of whatever thread or library, once and from
// then on. The daemon lives; the client sees a whole reply or a closed connection; what was refused is not stored, what
// was acknowledged is, once; and when there is memory again the same request succeeds.
//
//   node tests/fault/alloc.mjs [--long]
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { start } from '../http/harness.mjs';
import { expectRebuild, expectRecount, expectSound, Ledger, SURVEYS, ZONE } from '../crash/ledger.mjs';
import { ALLOC_WORDS, BINARY, Control, LONG, Suite } from './control.mjs';

const REPLY_MS = 600_000; // what hangs
const suite = new Suite('alloc');
const dir = suite.directory();
const control = new Control(path.join(dir, 'faults'), ALLOC_WORDS);
const daemon = await start({
  binary: BINARY,
  timezone: ZONE,
  env: { LD_PRELOAD: path.join(path.dirname(BINARY), 'tests/fault/alloc.so'), FAULT_ALLOC: control.file },
});
const ledger = new Ledger({ seed: 7 });

// One request on a connection of its own, as bytes: the whole reply, or null where the connection was closed without
// one.
function exchange({ method, target, body, headers = {}, type, admin }) {
  const bytes = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  if (admin) lines.push(`Authorization: Bearer ${daemon.key}`);
  if (body !== undefined)
    lines.push(`Content-Type: ${type ?? 'application/json'}`, `Content-Length: ${Buffer.byteLength(bytes)}`);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: daemon.host, port: daemon.port });
    const chunks = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${method} ${target}: neither a reply nor an end in ${REPLY_MS} ms`));
    }, REPLY_MS);
    socket.on('connect', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${bytes}`));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      try {
        resolve(parse(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function parse(bytes) {
  if (bytes.length === 0) return null;
  const split = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, split).toString('latin1');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  assert.ok(split > 0 && status, `not a reply: ${bytes}`);
  const text = bytes.subarray(split + 4).toString('utf8');
  assert.equal(
    Buffer.byteLength(text),
    Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0),
    `a reply cut short: ${head}`,
  );
  const type = /^content-type: (.*)/im.exec(head)?.[1] ?? '';
  return { status, head, text, json: /json/.test(type) && !/ndjson/.test(type) ? JSON.parse(text) : undefined };
}

// What the daemon holds, for "nothing was stored".
async function state() {
  const counts = await Promise.all(
    Object.keys(SURVEYS).map(async (slug) => (await daemon.score(slug, 'window=all')).json.distribution),
  );
  const keys = (await daemon.admin('GET', '/v1/keys')).json;
  return JSON.stringify([counts, (keys.keys ?? keys).length]);
}

const read = (target) => () => ({
  method: 'GET',
  target,
  admin: true,
  reads: true,
  settle: (reply) => assert.equal(reply.status, 200),
});
let serial = 0;
const PATHS = {
  'POST response': () => ledger.compose('post'),
  'POST with a key': () => ledger.compose('key'),
  'PUT response': () => ledger.compose('put'),
  'PUT again': async () => {
    const request = ledger.compose('put');
    request.settle(await exchange(request));
    return { ...request, settle: () => {} };
  },
  'PUT to amend': () => ledger.amendOf(ledger.settled.findLast((id) => !ledger.amending.has(id))),
  'POST batch': () =>
    ledger.batchOf(
      ledger.lines('nps', 3, () => ({ id: ledger.newId() })),
      {},
    ),
  'POST event': () => ledger.compose('event'),
  'GET segments': read('/v1/surveys/nps/segments?window=30d&by=touchpoint'),
  'GET pairs of segments': read('/v1/surveys/nps/segments?window=30d&by=property.plan,channel'),
  'GET score': read('/v1/surveys/nps/score?window=30d&touchpoint=help'),
  'GET trend': read('/v1/surveys/nps/trend?window=30d&interval=day'),
  'GET form': read('/v1/surveys/nps/form'),
  'GET surveys': read('/v1/surveys'),
  // 503 may also say: stored, but not in force yet.
  'PUT survey': () => ({
    method: 'PUT',
    target: `/v1/surveys/s${++serial}`,
    body: { metric: 'nps', properties: ['plan'] },
    admin: true,
    again: true,
    settle: () => {},
  }),
  'POST key': () => ({
    method: 'POST',
    target: '/v1/keys',
    body: { name: `k${++serial}`, scopes: ['read'] },
    admin: true,
    again: true,
    settle: (reply) => assert.match(reply.json.key, /^cxs_/),
  }),
};

// One request under one fault. False once the fault lies behind its last allocation.
async function strike(compose, row, n, on) {
  const request = await compose();
  const before = request.reads ? '' : await state();
  control.set('refused', 0);
  control.set('left', n);
  control.set('on', on);
  control.set('armed', 1);
  const reply = await exchange(request).finally(() => control.set('armed', 0));
  const reached = control.get('refused') > 0;
  row.injected += control.get('refused');
  assert.equal(daemon.exit, null, `the daemon ended: ${daemon.stderr.slice(-2000)}`);
  if (reply !== null && reply.status >= 300) {
    assert.ok(reached, `${reply.status} without a fault`);
    assert.equal(reply.status, 503, reply.text);
    assert.match(reply.head, /^content-type: application\/problem\+json/im);
    assert.equal(reply.json.status, 503);
    assert.match(reply.json.type, /^\/problems\/(no_memory|storage)$/);
    if (!request.reads && !request.again) {
      const after = await state();
      if (after !== before) row.duplicated += 1;
      assert.equal(after, before, `refused and stored: ${reply.text}`);
    }
  }
  assert.ok(reached || reply !== null, 'no reply without a fault');
  const acknowledged = reply !== null && reply.status < 300;
  if (acknowledged) request.settle(reply);
  const retried = await exchange(request);
  assert.ok(retried !== null && retried.status < 300, `a retry: ${retried?.status} ${retried?.text}`);
  if (!acknowledged) request.settle(retried);
  return reached;
}

try {
  await ledger.define(daemon);
  for (let i = 0; i < 20; i++)
    for (const kind of ['post', 'batch', 'event'])
      assert.ok(await ledger.deliver(daemon, ledger.compose(kind), daemon.agent));
  for (const [name, compose] of Object.entries(PATHS)) {
    for (const on of [0, 1]) {
      const fault = on ? 'allocations fail from then on' : 'an allocation fails';
      await suite.hold(
        `${name}: ${fault}`,
        async () => {
          const request = await compose();
          control.set('requests', 0);
          control.set('left', 1e9);
          control.set('armed', 1);
          request.settle(await exchange(request).finally(() => control.set('armed', 0)));
          // Later ones may take more: of keys and surveys there are ever more to load.
          const undisturbed = control.get('requests');
          assert.ok(undisturbed > 4);
          let n = 1;
          let wait = LONG ? 5 : 1; // what runs at other times may shift it
          for (; wait > 0 && n <= undisturbed + 10; n++) {
            if (
              !(await strike(compose, suite.row(fault), n, on).catch((error) => {
                error.message = `allocation ${n}: ${error.message}`;
                throw error;
              }))
            )
              wait -= 1;
          }
          assert.ok(n > 10, `${n} allocations`);
          return `${n - 1} tried, ${undisturbed} without a fault`;
        },
        fault,
      );
    }
  }
  for (const slug of Object.keys(SURVEYS))
    await suite.hold(`the score of ${slug} is the ledger's`, () => ledger.expectScore(daemon, slug));
  await suite.hold('it stops cleanly', () => daemon.end());
  await suite.hold("what is stored is the ledger's", () => {
    const { lost, duplicated } = ledger.compare(daemon.database);
    suite.row('an allocation fails').lost += lost.length;
    suite.row('an allocation fails').duplicated += duplicated.length;
    ledger.expectStored(daemon.database);
  });
  await suite.hold('integrity_check', () => expectSound(daemon.database));
  await suite.hold('rollups equal a recount', () => expectRecount(daemon.database));
  await suite.hold('rebuild changes nothing', () => expectRebuild(daemon.database, daemon.dir, BINARY));
} finally {
  if (daemon.exit) suite.row('an allocation fails').crashed += daemon.exit.code === 0 ? 0 : 1;
  if (!daemon.stopped) await daemon.kill();
  daemon.clean();
  control.close();
}
suite.end();
