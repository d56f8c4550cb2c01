// The wall clock jumps under load, forward and back by a day and more (libfaketime; the monotonic clock stays real),
// and is far off at a start. Nothing is lost or doubled, ids stay unique and keep their order, deadlines and group
// commits do not notice, answered_at is held against the clock as it is now.
//
//   node tests/fault/clock.mjs [--long]
import assert from 'node:assert/strict';
import http from 'node:http';
import { sqlite, start, until } from '../http/harness.mjs';
import { expectSound, Ledger, SURVEYS, ZONE } from '../crash/ledger.mjs';
import { BINARY, LONG, Suite } from './control.mjs';
import { fakeClock, library } from './faketime.mjs';

const suite = new Suite('clock');
const DAY_MS = 86_400_000;

// A daemon whose clock is `offset` ("+1d") from the real one, until it is set again.
async function startAt(offset) {
  const { env, set } = fakeClock(suite.directory(), offset);
  // Ids keep their order within a loop.
  const daemon = await start({
    binary: BINARY,
    timezone: ZONE,
    env,
    config: { server: { request_timeout: 2, http_threads: 1 } },
  });
  daemon.agent = new http.Agent({ keepAlive: false }); // else it races with the deadline
  return { daemon, set };
}

const timeOfId = (id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
const near = (a, b, slack = 60_000) => Math.abs(a - b) < slack;

// One response without an id of its own, by the clock of `now`.
async function makeOne(daemon) {
  const reply = await daemon.post('nps', { score: 9 });
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
}

if (!library) {
  suite.skip('clock', 'libfaketime is not installed');
  suite.passed += 1;
} else {
  const JUMPS = LONG
    ? ['+1d', '-1d', '+30d', '-30d', '+0', '+1h', '-1h', '+400d', '-400d', '+0']
    : ['+1d', '-1d', '+0'];
  const UNIT_MS = { d: DAY_MS, h: 3_600_000 };
  const offsetMs = (text) => (text === '+0' ? 0 : Number(text.slice(0, -1)) * UNIT_MS[text.at(-1)]);
  await suite.hold(
    'jumps under load',
    async () => {
      const row = suite.row('clock jump');
      const { daemon, set } = await startAt('+0');
      // Answers without answered_at, so that the daemon's clock dates them; some with ids of the daemon's.
      const ledger = new Ledger({ seed: 31, clients: 8 });
      ledger.answer = () => ({ score: 1 + Math.floor(ledger.random() * 5) });
      // No amendment: after a jump its time may be over.
      ledger.compose = (kind) =>
        Ledger.prototype.compose.call(
          ledger,
          kind ?? ledger.pick(['post', 'put', 'key', 'batch', 'keyed batch', 'bad']),
        );
      try {
        await ledger.define(daemon);
        const made = [];
        for (const jump of JUMPS) {
          const load = { over: false, killed: false };
          const loading = ledger.load(daemon, load);
          loading.catch(() => {}); // it is awaited below
          await new Promise((resolve) => setTimeout(resolve, 100));
          set(jump);
          row.injected += 1;
          await until(async () =>
            near(
              Date.parse((await makeOne(daemon).then((json) => (made.push(json), json))).received_at),
              Date.now() + offsetMs(jump),
            ),
          );
          const begun = performance.now();
          // A deadline is the monotonic clock's: a request that stalls is cut off after 2 s, neither at once nor in a
          // day.
          const wire = await daemon.connect();
          wire.send('GET /healthz HTTP/1.1\r\n');
          await wire.ended();
          assert.ok(performance.now() - begun > 1800, 'not before its time');
          // answered_at is held against the clock as it is now.
          const now = Date.now() + offsetMs(jump);
          const ahead = await daemon.post('nps', { score: 9, answered_at: new Date(now + 2 * DAY_MS).toISOString() });
          assert.equal(ahead.status, 422, ahead.text);
          const held = await daemon.post('nps', { score: 9, answered_at: new Date(now + DAY_MS / 2).toISOString() });
          assert.deepEqual([held.status, held.json.answered_at], [201, held.json.received_at], held.text);
          made.push(held.json);
          const old = await daemon.post('nps', { score: 9, answered_at: new Date(now - 8 * DAY_MS).toISOString() });
          assert.equal(old.status, 422, old.text);
          const fine = await daemon.post('nps', { score: 9, answered_at: new Date(now - DAY_MS).toISOString() });
          assert.equal(fine.status, 201, fine.text);
          made.push(fine.json);
          // A window ends where the clock stands.
          const { window } = (await daemon.score('nps', 'window=7d')).json;
          assert.ok(near(Date.parse(window.to), now, 2 * DAY_MS), window.to);
          load.over = true;
          await loading;
        }
        await ledger.retry(daemon);
        assert.equal(ledger.statuses.get(0) ?? 0, 0, 'no connection was lost');
        assert.ok(ledger.held.size > 100, `${ledger.held.size} responses`);
        for (const json of made) ledger.hold('nps', json.id, { score: 9 });
        assert.equal(new Set(made.map((json) => json.id)).size, made.length, 'ids are unique');
        // The clock that went back does not take the ids with it: each follows the one before.
        assert.deepEqual(
          made.map((json) => json.id),
          made.map((json) => json.id).sort(),
          'ids keep their order',
        );
        assert.ok(made.every((json) => timeOfId(json.id) >= Date.parse(json.received_at) - 1));
        const n = (await daemon.score('nps', `from=2020-01-01&to=2100-01-01`)).json.n;
        assert.equal(n, ledger.scoresOf('nps').length);
        await daemon.end();
        const { lost, duplicated } = ledger.compare(daemon.database);
        row.lost += lost.length;
        row.duplicated += duplicated.length;
        ledger.expectStored(daemon.database);
        expectSound(daemon.database);
        return `${made.length} made beside the load, ${ledger.held.size} stored`;
      } finally {
        if (daemon.exit && daemon.exit.code !== 0) row.crashed += 1;
        if (!daemon.stopped) await daemon.kill();
        daemon.clean();
      }
    },
    'clock jump',
  );

  for (const offset of LONG ? ['-20y', '-1y', '+1y', '+20y', '+60y'] : ['-20y', '+20y']) {
    await suite.hold(
      `started with a clock of ${offset}`,
      async () => {
        const row = suite.row('clock far off at start');
        const { daemon } = await startAt(offset);
        try {
          const ledger = new Ledger({ seed: 37, events: false });
          ledger.answer = () => ({ score: 3 });
          await ledger.define(daemon);
          let left = 60;
          await ledger.load(daemon, {
            get over() {
              return left-- <= 0;
            },
            killed: true,
          });
          await ledger.retry(daemon);
          for (const slug of Object.keys(SURVEYS))
            assert.equal((await daemon.score(slug, 'window=30d')).json.n, ledger.scoresOf(slug).length);
          row.injected += 1;
          await daemon.end();
          ledger.expectStored(daemon.database);
          expectSound(daemon.database);
          const years = Number(
            sqlite(daemon.database, 'SELECT (max(received_at) / 1000 - unixepoch()) / 31557600.0 FROM response;'),
          );
          assert.ok(Math.abs(years - Number(offset.slice(0, -1))) < 0.5, `${years} years`);
        } finally {
          if (!daemon.stopped) await daemon.kill();
          daemon.clean();
        }
      },
      'clock far off at start',
    );
  }
}

suite.end();
