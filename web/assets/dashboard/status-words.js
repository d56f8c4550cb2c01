// What `GET /v1/status` says, in sentences. Nothing here draws.
import { ago, count, plural } from './format.js';
import { FLAGS, bytesWords, durationWords } from './record-words.js';

/** @typedef {{ tone: 'good' | 'warning' | 'bad' | 'plain', title: string, text: string, path?: string }} Finding */

/** @param {any} status @returns {Finding[]} */
function readiness({ ready, reasons }) {
  if (ready)
    return [
      {
        tone: 'good',
        title: 'It takes answers',
        text: 'Writing, reading, the database and its disk are as they should be.',
      },
    ];
  return reasons.map((/** @type {any} */ { detail }) => ({
    tone: 'bad',
    title: 'It takes no answers now',
    text: `${detail}.`,
  }));
}

/** @param {any} status @returns {Finding[]} */
function disk({ storage }) {
  const { database_bytes: size, free_bytes: free, min_free_bytes: least, log_bytes: log } = storage;
  const isLow = free !== null && free < 4 * least;
  const has = `The database has ${bytesWords(size)}, its log ${bytesWords(log)}`;
  const text = `${has}; ${bytesWords(free)} are free on its disk.`;
  return [{ tone: isLow ? 'warning' : 'good', title: isLow ? 'Little room on the disk' : 'Room on the disk', text }];
}

/** @param {any} status @returns {Finding[]} */
function backups({ backups }) {
  if (!backups)
    return [
      {
        tone: 'warning',
        title: 'No backups',
        text: 'The daemon makes none by itself ([backup] every). Another job may.',
      },
    ];
  const { last_at: at, bytes, failing, running } = backups;
  if (failing)
    return [
      {
        tone: 'bad',
        title: 'The last backup failed',
        text: at ? `The newest copy is of ${ago(at)}.` : 'There is no copy yet.',
      },
    ];
  if (!at)
    return [
      {
        tone: 'plain',
        title: running ? 'The first backup is being made' : 'No backup yet',
        text: 'The first one is on its way.',
      },
    ];
  return [
    { tone: 'good', title: 'Backed up', text: `The newest copy, verified, is of ${ago(at)} (${bytesWords(bytes)}).` },
  ];
}

/** @param {any} status @returns {Finding[]} */
function retention({ retention }) {
  if (retention.reason)
    return [
      {
        tone: 'warning',
        title: retention.held ? 'Nothing old is deleted now' : 'The clock is behind',
        text: `${retention.detail}.`,
      },
    ];
  return [{ tone: 'good', title: 'Old answers go on time', text: 'The clock agrees with what the database knows.' }];
}

/** @param {any} status @returns {Finding[]} */
function writing({ queue, last_commit: last }) {
  const isFull = queue.waiting > queue.capacity / 2;
  const commit = last
    ? `The last write took ${(1000 * last.seconds).toFixed(1)} ms, for ${plural(last.changes, 'change')}.`
    : 'Nothing was written since the start.';
  return [
    {
      tone: isFull ? 'warning' : 'good',
      title: isFull ? 'Writes wait for the disk' : 'The disk keeps up',
      text: `${plural(queue.waiting, 'change')} of ${count(queue.capacity)} wait. ${commit}`,
    },
  ];
}

/** @param {any} status @returns {Finding[]} */
function suspects({ suspects }) {
  if (!suspects || suspects.responses === 0) return [];
  const why = Object.entries(suspects.reasons)
    .filter(([, n]) => Number(n) > 0)
    .map(
      ([name, n]) =>
        `${FLAGS[/** @type {keyof typeof FLAGS} */ (name)]?.name.toLowerCase() ?? name} ${count(Number(n))}`,
    );
  const [first] = suspects.surveys;
  return [
    {
      tone: 'warning',
      title: `${plural(suspects.responses, 'suspect')}${suspects.complete ? '' : ' or more'}`,
      text: `They do not count until somebody lets them: ${why.join(', ')}.`,
      path: first && `/surveys/${encodeURIComponent(first.survey)}/suspects`,
    },
  ];
}

/** @param {any} status @returns {Finding[]} */
function alerts({ alerts }) {
  if (!alerts || alerts.firing === null) return [];
  /** @type {Finding[]} */
  const found = [];
  if (alerts.firing > 0)
    found.push({
      tone: 'warning',
      title: `${plural(alerts.firing, 'alert')} firing`,
      text: [
        `${plural(alerts.ok, 'rule')} fine, ${count(alerts.acknowledged)} acknowledged,`,
        `${count(alerts.no_data)} without data.`,
      ].join(' '),
      path: '/alerts',
    });
  if (alerts.failures > 0)
    found.push({
      tone: 'bad',
      title: 'Alerts could not be judged',
      text: `${plural(alerts.failures, 'failure')} since the start; each is tried again.`,
    });
  return found;
}

/** @param {any} status @returns {Finding[]} */
function crowds({ dimensions, rate_limited: limited, connections, batch_memory: batches, question_memory: questions }) {
  /** @type {Finding[]} */
  const found = [];
  for (const { survey, dimension, values, beyond } of dimensions.overflows)
    found.push({
      tone: 'warning',
      title: `Too many values of ${dimension}`,
      text: `${survey} has counts for ${count(values)} of them; ${plural(beyond, 'answer')} beyond are counted slowly.`,
      path: `/surveys/${encodeURIComponent(survey)}`,
    });
  const refused = Object.entries(limited).filter(([, n]) => Number(n) > 0);
  if (refused.length > 0)
    found.push({
      tone: 'plain',
      title: 'Requests were slowed down',
      text: `Refused since the start: ${refused.map(([name, n]) => `${name} ${count(Number(n))}`).join(', ')}.`,
    });
  if (connections.refused > 0)
    found.push({
      tone: 'plain',
      title: 'Connections were refused',
      text: `${count(connections.refused)}, of addresses that had ${count(connections.per_address)} open already.`,
    });
  if (batches.refused + questions.refused > 0)
    found.push({
      tone: 'plain',
      title: 'Memory was short',
      text: `${count(batches.refused)} batches and ${count(questions.refused)} questions had to wait.`,
    });
  return found;
}

/** All that is to be said, what needs somebody first. @param {any} status @returns {Finding[]} */
export function findings(status) {
  const all = [readiness, alerts, suspects, disk, backups, writing, retention, crowds].flatMap((look) => look(status));
  const order = ['bad', 'warning', 'good', 'plain'];
  return all.sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
}

/** The one sentence above all. @param {Finding[]} found */
export function verdict(found) {
  const bad = found.filter(({ tone }) => tone === 'bad').length;
  const warnings = found.filter(({ tone }) => tone === 'warning').length;
  if (bad > 0) return { tone: 'bad', text: `${plural(bad, 'thing')} need${bad === 1 ? 's' : ''} somebody now` };
  if (warnings > 0) return { tone: 'warning', text: `It works; ${plural(warnings, 'thing')} to look at` };
  return { tone: 'good', text: 'All is well' };
}

/** Facts that are only looked up. @param {any} status @returns {[string, string][]} */
export const facts = (status) => [
  ['Version', status.version],
  ['Running for', durationWords(status.uptime_seconds)],
  ['Time zone of days', status.timezone],
  ['Surveys', count(status.surveys)],
  ['Listens on', status.listen.map((/** @type {any} */ { url }) => url).join(', ')],
  ['Open connections', `${count(status.connections.open)} of ${count(status.connections.limit)}`],
  ['Schema', String(status.schema ?? '–')],
  ['Database', status.storage.directory ?? '–'],
];
