// What strangers read has workers of its own: it waits for no score.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS, NPS, use, until } from './harness.mjs';
import { hold } from './manager.mjs';

const pool = (metrics, name) =>
  Object.fromEntries(
    [...metrics.text.matchAll(/^cxd_workers(\w*)\{pool="(\w+)"\} (\d+)$/gm)]
      .filter(([, , of]) => of === name)
      .map(([, what, , count]) => [what, Number(count)]),
  );

for (const read of ['key', 'open']) {
  test(`every thread that computes scores is held up: the form is answered, read = ${read}`, async (t) => {
    const d = await use(t, { config: { metrics: METRICS, access: { read }, server: { read_threads: 2 } } });
    await d.survey('nps', { ...NPS, recontact_days: 30 });
    await d.post('nps', { score: 9, respondent: 'ann' });
    const release = await hold(t, d.child.pid, 'cxd-worker');
    const scores = Array.from({ length: 12 }, () =>
      read === 'key' ? d.score('nps') : d.request('GET', '/v1/surveys/nps/score'),
    );
    const workers = async () => (await d.admin('GET', '/v1/status')).json.workers;
    await until(async () => (await workers()).read.waiting === 12); // none of them is taken up
    for (let i = 0; i < 20; i += 1) {
      assert.equal((await d.request('GET', '/v1/surveys/nps/form')).status, 200);
      assert.equal((await d.request('GET', '/v1/surveys/nps/form?respondent=ann')).json.eligible, false);
    }
    assert.equal((await d.post('nps', { score: 9 })).status, 201);
    assert.deepEqual(await workers(), {
      read: { threads: 2, busy: 0, waiting: 12 },
      public: { threads: 1, busy: 0, waiting: 0 },
      export: { threads: 4, busy: 0, waiting: 0 },
    });
    await release();
    for (const reply of await Promise.all(scores)) assert.equal(reply.status, 200);
    await until(async () => Object.values(pool(await d.scrape(), 'read')).join() === '2,0,0');
  });
}
