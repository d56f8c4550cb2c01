// Kills the daemon with SIGKILL at random under load, restarts it, retries what it does not know, and holds a ledger of
// its own: acknowledged exactly once, refused never, unknown at most once and exactly once after the retry. Then the
// database by itself: integrity_check, the ledger against the rows, rollups against a recount, and `cxd rebuild` on a
// copy changes nothing.
//
//   node tests/crash/crash.mjs [KILLS] [SEED]      (CXD_BINARY: another binary)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, ROOT, start } from '../http/harness.mjs';
import { expectRebuild, expectRecount, expectSound, Ledger, SURVEYS, ZONE } from './ledger.mjs';

const KILLS = Number(process.argv[2] ?? 20);
const SEED = Number(process.argv[3] ?? Date.now() % 1_000_000);
const fast = path.join(ROOT, 'build/test/cxd');
const binary = process.env.CXD_BINARY || !fs.existsSync(fast) ? BINARY : fast;
const ledger = new Ledger({ seed: SEED, named: true, imports: true, long: true });

const begun = performance.now();
let passed = 0;
let failed = 0;
async function hold(name, check) {
  try {
    await check();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}

console.log(`crash: ${KILLS} kills, seed ${SEED}, ${path.relative(ROOT, binary)}`);
const daemon = await start({ binary, timezone: ZONE });
try {
  await ledger.define(daemon);
  for (let kill = 1; kill <= KILLS; kill++) {
    await hold(`kill ${kill}`, async () => {
      const until = { over: false, killed: false };
      const loading = ledger.load(daemon, until);
      await new Promise((resolve) => setTimeout(resolve, 20 + ledger.random() * 180));
      until.killed = true;
      until.over = true;
      await daemon.kill();
      await loading;
      await daemon.begin();
    });
  }
  await hold(`the last ${ledger.unknown.length} unknown requests are settled by a retry`, () => ledger.retry(daemon));
  await hold('imports have counted what was acknowledged', () => ledger.imported.expectCounted(daemon));
  await hold('one is undone over a kill', () => ledger.imported.undo(daemon));
  for (const slug of Object.keys(SURVEYS))
    await hold(`the score of ${slug} is the ledger's`, () => ledger.expectScore(daemon, slug));
  let told = 0;
  await hold('definitions are those that were acknowledged; each detractor is told of, once', async () => {
    told = await ledger.expectNamed(daemon.database);
  });
  await hold('it stops cleanly', () => daemon.end());
  await hold('integrity_check', () => expectSound(daemon.database));
  await hold('every acknowledged response is stored exactly once, as it was last said; nothing else is', () => {
    ledger.expectStored(daemon.database);
    assert.ok(
      [...ledger.refused].every((id) => !ledger.held.has(id)),
      'refused and stored',
    );
  });
  await hold('rollups equal a recount of the responses', () => expectRecount(daemon.database));
  await hold('`cxd rebuild` on a copy changes no rollup', () => expectRebuild(daemon.database, daemon.dir, binary));

  console.log(
    `${ledger.held.size} responses and events of ${ledger.events.size} visits acknowledged, ${ledger.refused.size} ` +
      `refused, ${ledger.named.size} definitions, ${told} detractors told, ` +
      `${ledger.resolved} unknown requests settled by a retry (${ledger.found} of them had been stored), ` +
      `${ledger.parted} long batches were completed, ` +
      `${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  await hold('the load was a load', () => {
    assert.ok(ledger.held.size > KILLS * 10, `${ledger.held.size} responses`);
    assert.ok(ledger.refused.size > 0);
    assert.ok(ledger.events.size > KILLS, `${ledger.events.size} visits with events`);
    assert.ok(ledger.named.size > 10 && told > 0, `${ledger.named.size} definitions, ${told} told`);
    assert.ok(KILLS < 10 || ledger.resolved > 0, 'no kill ever hit a request');
  });
} finally {
  if (!daemon.stopped) await daemon.kill();
  daemon.clean();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
