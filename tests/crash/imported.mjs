// Imports under the load of the ledger: rows of batches that are acknowledged are stored once, counted exactly by their
// import, and go with it when it is undone, whatever kill lies between.
import assert from 'node:assert/strict';
import { until } from '../http/harness.mjs';

const DAY = 86_400_000;
// Of surveys that no rule of an alert watches. The second import is undone in the end.
const FILES = [
  { survey: 'csat', fingerprint: 'kept', top: 5 },
  { survey: 'ces', fingerprint: 'undone', top: 7 },
];

export class Imported {
  constructor(ledger) {
    this.ledger = ledger;
    this.files = FILES.map((file) => ({ ...file, rows: new Map() })); // acknowledged, by id
  }

  async begin(daemon) {
    for (const file of this.files) {
      const { survey, fingerprint } = file;
      const body = { survey, source: 'crash.csv', fingerprint };
      const reply = await daemon.admin('POST', '/v1/imports', { body });
      assert.equal(reply.status, 201, reply.text);
      file.id = reply.json.id;
    }
  }

  // A batch of new rows, and some that were sent before.
  compose() {
    const { ledger } = this;
    const file = ledger.pick(this.files);
    const rows = Array.from({ length: 1 + Math.floor(ledger.random() * 30) }, () => ({
      id: ledger.newId(),
      score: 1 + Math.floor(ledger.random() * file.top),
      answered_at: new Date(Date.now() - Math.floor(ledger.random() * 6 * DAY)).toISOString(),
      touchpoint: ledger.pick(['checkout', 'search', 'help']),
    }));
    const before = [...file.rows.values()];
    if (before.length > 0) rows.push(ledger.pick(before));
    return {
      method: 'POST',
      target: `/v1/imports/${file.id}/responses`,
      body: rows.map((row) => JSON.stringify(row)).join('\n'),
      type: 'application/x-ndjson',
      admin: true,
      settle: (reply) => {
        const results = reply.text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        assert.equal(results.length, rows.length);
        results.forEach((result, i) => {
          assert.ok(['created', 'known'].includes(result.outcome), JSON.stringify(result));
          file.rows.set(rows[i].id, rows[i]);
          ledger.held.set(rows[i].id, { survey: file.survey, score: rows[i].score });
        });
      },
    };
  }

  async expectCounted(daemon) {
    for (const { id, rows } of this.files) {
      const { json } = await daemon.admin('GET', `/v1/imports/${id}`);
      assert.deepEqual([json.state, json.created, json.known, json.refused], ['open', rows.size, 0, 0]);
    }
  }

  // Killed while it goes, it goes on by itself.
  async undo(daemon) {
    const { id, rows } = this.files.at(-1);
    const reply = await daemon.admin('DELETE', `/v1/imports/${id}`);
    assert.equal(reply.status, 202, reply.text);
    await daemon.kill();
    await daemon.begin();
    const read = async () => (await daemon.admin('GET', `/v1/imports/${id}`)).json;
    await until(async () => (await read()).state === 'undone', 'the import to be undone');
    assert.equal((await read()).removed, rows.size);
    for (const row of rows.keys()) this.ledger.held.delete(row);
  }
}
