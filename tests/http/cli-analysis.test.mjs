// cxd journey, cxd plan and cxd score --surveys against a daemon, as a person, a script and a spreadsheet see them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { run, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('shop-a', { metric: 'nps' });
await d.survey('shop-b', { metric: 'nps' });
await d.survey('visit', { metric: 'csat' });
await d.load([
  ...[10, 10, 9, 0].map((score, i) => ({ survey: 'shop-a', score, touchpoint: 'search', respondent: `p${i}` })),
  { survey: 'shop-b', score: 2 },
  { survey: 'visit', score: 2, respondent: 'p1', touchpoint: 'desk' },
]);
const cxd = (args, input) => {
  const done = run([...args, '-c', d.config], { input });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
};
const succeeds = (args, input) => {
  const done = cxd(args, input);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
};
const records = (text) =>
  text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));

test('journeys are put, listed, shown, scored and deleted', () => {
  const definition = { name: 'Buying', stages: [{ survey: 'shop-a', touchpoint: 'search' }, { survey: 'visit' }] };
  assert.equal(succeeds(['journey', 'put', 'buying', '-'], JSON.stringify(definition)), 'created buying, revision 1\n');
  assert.match(succeeds(['journey', 'list']), /buying +1 +shop-a\/search, visit +Buying/);
  const shown = succeeds(['journey', 'show', 'buying']);
  assert.deepEqual(JSON.parse(shown).stages[1], { survey: 'visit', touchpoint: null, archived: false });
  assert.equal(succeeds(['journey', 'put', 'buying', '-'], shown), 'replaced buying, revision 1\n');
  const table = succeeds(['journey', 'score', 'buying', '--window', 'today']);
  assert.match(table, /shop-a +search +nps +4 +50\.0 +-\d+\.\d to 9\d\.\d +- +75\.0 %\n/);
  assert.match(table, /visit +all +csat +1 +0\.0 .* -\n/);
  assert.match(table, /The steepest drop is to stage 2, visit\./);
  const parts = {
    stages: [
      { survey: 'shop-a', touchpoint: 'search' },
      { survey: 'visit', touchpoint: 'desk' },
    ],
  };
  succeeds(['journey', 'put', 'parts', '-'], JSON.stringify(parts));
  const named = succeeds(['journey', 'score', 'parts', '--window', 'today']);
  assert.match(named, /The steepest drop is to stage 2, visit\/desk\./);
  const json = JSON.parse(succeeds(['journey', 'score', 'buying', '--window', 'today', '--json']));
  assert.deepEqual(json.stages[0].lost, { share: 75, people: 4, lost: 3, reason: null });
  const [header, first, second] = records(succeeds(['journey', 'score', 'buying', '--window', 'today', '--csv']));
  const at = (name) => header.indexOf(name);
  assert.deepEqual(
    ['journey', 'survey', 'touchpoint', 'n', 'lost_share'].map((name) => first[at(name)]),
    ['buying', 'shop-a', 'search', '4', '75.0'],
  );
  assert.equal(second[at('lost_reason')], 'last_stage');
  assert.match(succeeds(['journey', 'list', '--csv']), /^journey,name,revision/);
  assert.equal(succeeds(['journey', 'delete', 'buying']), 'deleted buying\n');
  const gone = cxd(['journey', 'show', 'buying']);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /journey/);
  const bad = cxd(['journey', 'show', '../keys']);
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /cannot be the name of a journey/);
  const unknown = cxd(['journey', 'put', 'buying', '-'], '{"stages": [{"survey": "shop-c"}]}');
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /did you mean shop-[ab]\?/);
});

test('a plan', () => {
  const text = succeeds(['plan', 'shop-a', '--margin', '5', '--detect', '10', '--power', '0.9', '--alpha', '0.01']);
  assert.match(text, /^1537 answers for a margin of error of 5\n/);
  assert.match(text, /^2976 answers in each window to find a change of 10 with power 0\.9\n/m);
  assert.match(text, /^4 answers now: margin of error 98, detectable change -\n/m);
  assert.match(text, /the worst case is assumed \(too_few\): standard deviation 100\n$/);
  const [header, row] = records(succeeds(['plan', 'shop-a', '--margin', '5', '--csv']));
  assert.equal(row[header.indexOf('margin_n')], '1537');
  assert.equal(JSON.parse(succeeds(['plan', 'shop-a', '--json'])).margin, null);
  assert.match(cxd(['plan', 'shop-a', '--margin', '900']).stderr, /whole range/);
  assert.match(cxd(['plan', 'shop-a', '--assume', 'best']).stderr, /--assume does not take 'best'/);
});

test('the score of several surveys as one', () => {
  const text = succeeds(['score', '--surveys', 'shop-*']);
  assert.match(text, /^shop-a, shop-b {2}nps/);
  assert.match(text, / 20\.0 /);
  const [header, row] = records(succeeds(['score', '--surveys', 'shop-b,shop-a', '--csv']));
  assert.equal(row[header.indexOf('n')], '5');
  assert.equal(row[header.indexOf('surveys')], 'shop-a; shop-b');
  assert.match(cxd(['score', 'shop-a', '--surveys', 'shop-*']).stderr, /does not go with --surveys/);
  assert.match(cxd(['score', '--surveys', 'shop-a,visit']).stderr, /do not add up to one score/);
});

test('response rates: of scores, segments and trends, and events in the status', async () => {
  await d.survey('rated', { metric: 'nps' });
  const path = '/v1/surveys/rated/events';
  for (let i = 0; i < 40; i++)
    await d.request('POST', path, {
      body: { type: 'shown', visit: `v${i}`, touchpoint: i % 4 ? 'search' : 'checkout' },
    });
  for (let i = 0; i < 5; i++) await d.request('POST', path, { body: { type: 'started', visit: `v${i}` } });
  for (let i = 4; i < 40; i += 4)
    await d.request('POST', '/v1/surveys/rated/responses', {
      body: { score: 9, visit: `v${i}`, touchpoint: 'checkout' },
    });
  await d.admin('POST', '/v1/surveys/rated/invitations', { body: { respondent: 'r1' } });

  const score = succeeds(['score', 'rated', '--window', 'today']);
  assert.match(
    score,
    /^ {2}rate +22\.5% of 40 shown {3}95% interval 12\.3 to 37\.5\n +9 answered, 5 started, 0 dismissed\n/m,
  );
  assert.match(score, /^ {2}invitations 1 made, 0 opened, 0 answered$/m);
  assert.match(succeeds(['score', 'rated', '--touchpoint', 'checkout']), /rate +90\.0% of 10 shown/);
  assert.doesNotMatch(succeeds(['score', 'shop-a']), /^ {2}(rate|invitations)/m);
  const [header, row] = records(succeeds(['score', 'rated', '--csv']));
  const cells = Object.fromEntries(header.map((name, i) => [name, row[i]]));
  const { shown, answered, dismissed, started, rate, rate_low, rate_high, rate_reason, invitations_made } = cells;
  assert.deepEqual(
    [shown, answered, dismissed, started, rate, rate_low, rate_high, rate_reason, invitations_made],
    ['40', '9', '0', '5', '22.5', '12.3', '37.5', '', '1'],
  );

  const table = succeeds(['segments', 'rated', '--window', 'today']);
  assert.match(table, /SHOWN +RATE\n/);
  assert.match(table, /^checkout +9 .* 10 +90\.0%$/m);
  assert.match(table, /^search +0 .* 30 +0\.0%$/m);
  assert.doesNotMatch(succeeds(['segments', 'shop-a']), /RATE/);
  const rows = records(succeeds(['segments', 'rated', '--csv']));
  assert.equal(rows.find((cells) => cells[rows[0].indexOf('value')] === 'search')[rows[0].indexOf('shown')], '30');

  const chart = succeeds(['trend', 'rated', '--rate', '--window', '7d']);
  assert.match(chart, /rate +22\.5% of 40 shown/);
  assert.match(chart, /40/);
  assert.match(chart, /response rate, % .*95% interval/);
  const buckets = records(succeeds(['trend', 'rated', '--csv', '--window', '7d']));
  assert.equal(buckets.at(-1)[buckets[0].indexOf('rate')], '22.5');
  assert.equal(buckets.at(-2)[buckets[0].indexOf('rate')], '');

  await d.request('POST', path, { body: { type: 'shown', visit: 'v1' } });
  await d.request('POST', path, { body: { type: 'shown' } });
  assert.match(succeeds(['status']), /^ {2}events +45 counted, 1 known already, 1 refused$/m);
});
