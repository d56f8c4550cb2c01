// What whoever runs the daemon looks at: how it is, who may come in, and what was done.
import { ask, at, to } from '../api.js';
import { attempt, standing } from '../acting.js';
import { el, fill, words } from '../dom.js';
import { ago, count, moment, plural } from '../format.js';
import { button, dialog, empty, failed, loading, notice, panel, state, table, toast } from '../parts.js';
import { ACTS, actWords, actorWords } from '../record-words.js';
import { facts, findings, verdict } from '../status-words.js';
import { adminHead } from './admin-head.js';
import { isRefused } from './admin-refused.js';
import { icon } from '../icons.js';

/** @typedef {import('../router.js').Context} Context */

const EVERY_MS = 10_000;
const ICONS = { good: 'check', warning: 'warning', bad: 'warning', plain: 'same' };

/** @param {Context} context @param {any} status */
function drawStatus(context, status) {
  const found = findings(status);
  const { tone, text } = verdict(found);
  const resume = async () => {
    const done = await attempt(context.session, 'admin', async () => {
      const said = await dialog({
        title: 'Is the clock right?',
        body: el('p', null, 'What is old by it is deleted or anonymised at once. That cannot be taken back.'),
        actions: [{ label: 'The clock is right', value: 'ok', kind: 'danger' }],
      });
      return said === 'ok' ? ask('/v1/retention/resume', { method: 'POST' }) : null;
    });
    if (done) toast('What is old goes on time again');
  };
  return [
    el('div.verdict', { class: tone }, icon(ICONS[/** @type {keyof typeof ICONS} */ (tone)]), el('h2', null, text)),
    el(
      'dl.tiles',
      null,
      ...[
        ['Answers that count', count(status.responses.counted)],
        ['In the last hour', count(status.responses.last_hour)],
        ['In the last minute', count(status.responses.last_minute)],
        ['Changes that wait', count(status.queue.waiting)],
      ].map(([name, value]) => el('div', null, el('dt', null, name), el('dd.number', null, value))),
    ),
    el(
      'ul.findings',
      null,
      ...found.map(({ tone: sign, title, text: about, path }) =>
        el(
          'li',
          { class: sign },
          icon(ICONS[sign]),
          el(
            'div',
            null,
            el('h3', null, path ? el('a', { href: to(path) }, title) : title),
            el('p', { dir: 'auto' }, about),
          ),
        ),
      ),
    ),
    status.retention.reason &&
      standing(context.session, 'admin') !== 'no' &&
      el('div.actions', null, button({ label: 'The clock is right', on: resume })),
    el(
      'dl.facts-table',
      null,
      ...facts(status).map(([name, value]) => el('div', null, el('dt', null, name), el('dd', { dir: 'auto' }, value))),
    ),
  ];
}

/** @type {import('../router.js').View} */
export const status = {
  title: () => 'Status',
  async show(root, context) {
    const place = el('div.panel.status', { 'aria-label': 'Status', 'role': 'region' }, loading('panel'));
    fill(root, adminHead(context, 'status'), place);
    /** @type {any} */
    let timer = null;
    let turn = 0; // who presses "Try again" while it looks by itself is not told twice from then on
    context.cleanup(() => clearTimeout(timer));
    const look = async () => {
      const mine = ++turn;
      try {
        const said = await ask('/v1/status', { signal: context.signal });
        // Nobody's focus is taken away under their hands.
        if (!place.contains(document.activeElement)) fill(place, ...drawStatus(context, said));
      } catch (error) {
        if (context.signal.aborted) return;
        fill(
          place,
          failed(error, () => {
            clearTimeout(timer);
            fill(place, loading('panel')); // what was pressed would keep the focus, and so what it asked for away
            void look();
          }),
        );
      }
      if (!context.signal.aborted && mine === turn) timer = setTimeout(look, EVERY_MS);
    };
    await look();
  },
};

/** @param {any} record */
const targetShown = (record) => {
  const { target } = record;
  if (target.startsWith('hmac:')) return el('span.soft', { title: target }, 'of a name that the log does not have');
  if (record.act.startsWith('survey.') || record.act === 'responses.export')
    return el('a', { href: to(at`/surveys/${target}`) }, words(target));
  return el('code', { dir: 'auto' }, target);
};

/** @type {import('../router.js').View} */
export const audit = {
  title: () => 'Audit log',
  async show(root, context) {
    if (isRefused(root, context, 'audit')) return;
    const place = el('div', null, loading('rows'));
    fill(
      root,
      adminHead(context, 'audit'),
      panel(
        {
          title: 'What admins did',
          note: 'Each record was written with what it tells of, and has the hash of the one before: none can go.',
        },
        place,
      ),
    );
    const PAGE = 50;
    const last = await lastRecord(context);
    const to = Number(context.address.get('before')) || last + 1;
    const after = Math.max(0, to - 1 - PAGE);
    const { records } = await ask('/v1/audit', {
      query: { after: after || null, limit: to - 1 - after || 1 },
      signal: context.signal,
    });
    const shown = records.filter((/** @type {any} */ { number }) => number < to).reverse();
    if (shown.length === 0) {
      fill(
        place,
        empty({
          title: 'Nothing was done yet',
          text: 'Changes of surveys, keys and alerts, exports, erasures and sign-ins are told here.',
        }),
      );
      return;
    }
    fill(
      place,
      table({
        caption: 'Audit log, newest first',
        class: 'audit',
        columns: [
          { key: 'number', label: 'No.', kind: 'number', value: ({ number }) => number },
          {
            key: 'at',
            label: 'When',
            value: ({ at: when }) => when,
            shown: ({ at: when }) => el('time', { datetime: when, title: when }, moment(when)),
          },
          { key: 'actor', label: 'Who', value: ({ actor }) => actor, shown: ({ actor }) => words(actorWords(actor)) },
          {
            key: 'act',
            label: 'Did',
            value: ({ act }) => act,
            shown: (record) => el('span', { title: record.act }, actWords(record.act)),
          },
          { key: 'target', label: 'What', value: ({ target }) => target, shown: targetShown },
          { key: 'detail', label: 'More', value: ({ detail }) => detail, shown: ({ detail }) => words(detail) },
        ],
        rows: shown,
      }),
      el(
        'nav.pager',
        { 'aria-label': 'Pages of the log' },
        to <= last &&
          button({
            label: 'Newer',
            href: context.address.with({ before: to + PAGE > last ? null : String(to + PAGE) }),
          }),
        el(
          'span.soft',
          null,
          `${count(shown[shown.length - 1].number)} to ${count(shown[0].number)} of ${count(last)}`,
        ),
        after > 0 && button({ label: 'Older', href: context.address.with({ before: String(after + 1) }) }),
      ),
    );
  },
};

/**
 * The number of the newest record: pages count from the first, and have no gap.
 * @param {Context} context
 */
async function lastRecord(context) {
  const has = async (/** @type {number} */ number) => {
    const { records } = await ask('/v1/audit', { query: { after: number - 1, limit: 1 }, signal: context.signal });
    return records.length > 0;
  };
  let high = 1;
  while (await has(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await has(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** @type {import('../router.js').View} */
export const signingKeys = {
  title: () => 'Signing keys',
  async show(root, context) {
    if (isRefused(root, context, 'signing-keys')) return;
    const place = el('div', null, loading('rows', 2));
    const rotate = async () => {
      const done = await attempt(context.session, 'admin', async () => {
        const said = await dialog({
          title: 'Make a new signing key?',
          body: [
            el(
              'p',
              null,
              'Invitations from now on are signed by it. Those of the key before stay good until the next one.',
            ),
          ],
          actions: [{ label: 'Make it', value: 'ok', kind: 'danger' }],
        });
        return said === 'ok' ? ask('/v1/signing-keys', { method: 'POST' }) : null;
      });
      if (!done) return;
      toast(`Key ${done.number} signs from now on`);
      await draw();
    };
    const draw = async () => {
      const { signing_keys: keys } = await ask('/v1/signing-keys', { signal: context.signal });
      fill(
        place,
        el(
          'ul.rows',
          null,
          ...keys.map((/** @type {any} */ key) =>
            el(
              'li',
              { dataset: { number: key.number } },
              el('b', null, `Key ${key.number}`),
              el('span.chip', { class: key.signs ? 'ok' : 'no_data' }, key.signs ? 'Signs' : 'Still believed'),
              el('span.soft', { title: moment(key.created_at) }, `made ${ago(key.created_at)}`),
            ),
          ),
        ),
      );
    };
    fill(
      root,
      adminHead(context, 'signing-keys'),
      panel(
        {
          title: 'Keys that sign invitations',
          note: 'The newest signs; it and the one before are believed. What they are is not told.',
          actions: [button({ label: 'Make a new one', on: () => void rotate() })],
        },
        place,
      ),
    );
    await draw();
  },
};

const IMPORT_STATES = { open: 'Takes rows', done: 'Done', undoing: 'Being undone', undone: 'Undone' };

/** @type {import('../router.js').View} */
export const imports = {
  title: () => 'Imports',
  async show(root, context) {
    if (isRefused(root, context, 'imports')) return;
    const place = el('div', null, loading('rows', 3));
    const undo = async (/** @type {any} */ one) => {
      const done = await attempt(context.session, 'admin', async () => {
        const said = await dialog({
          title: `Undo the import of ${one.source}?`,
          body: el(
            'p',
            null,
            `What it made in ${one.survey} (${plural(one.created, 'response')}) is deleted, whatever became of it.`,
          ),
          actions: [{ label: 'Undo it', value: 'ok', kind: 'danger' }],
        });
        return said === 'ok' ? ask(at`/v1/imports/${one.id}`, { method: 'DELETE' }) : null;
      });
      if (done) await draw();
    };
    const draw = async () => {
      const { imports: all, next } = await ask('/v1/imports', {
        query: { limit: 50, cursor: context.address.get('cursor') },
        signal: context.signal,
      });
      if (all.length === 0) {
        fill(place, empty({ title: 'Nothing was imported', text: 'cxd import reads files of other tools.' }));
        return;
      }
      fill(
        place,
        table({
          caption: 'Imports, newest first',
          columns: [
            {
              key: 'source',
              label: 'From',
              head: true,
              value: ({ source }) => source,
              shown: ({ source }) => words(source),
            },
            {
              key: 'survey',
              label: 'Into',
              value: ({ survey }) => survey,
              shown: ({ survey }) => el('a', { href: to(at`/surveys/${survey}`) }, words(survey)),
            },
            {
              key: 'created_at',
              label: 'When',
              value: (one) => one.created_at,
              shown: (one) => moment(one.created_at),
            },
            {
              key: 'state',
              label: 'State',
              value: (one) => one.state,
              shown: (one) => IMPORT_STATES[/** @type {keyof typeof IMPORT_STATES} */ (one.state)],
            },
            {
              key: 'created',
              label: 'Made',
              kind: 'number',
              value: (one) => one.created,
              shown: (one) => count(one.created),
            },
            {
              key: 'known',
              label: 'Known',
              kind: 'number',
              value: (one) => one.known,
              shown: (one) => count(one.known),
            },
            {
              key: 'refused',
              label: 'Refused',
              kind: 'number',
              value: (one) => one.refused,
              shown: (one) => count(one.refused),
            },
            {
              key: 'undo',
              label: 'Undo',
              value: () => null,
              shown: (one) =>
                ['open', 'done'].includes(one.state)
                  ? button({ label: 'Undo', kind: 'quiet', hidden: one.source, on: () => void undo(one) })
                  : '',
            },
          ],
          rows: all,
        }),
        next &&
          el(
            'nav.pager',
            { 'aria-label': 'Pages of imports' },
            button({ label: 'Older', href: context.address.with({ cursor: next }) }),
          ),
      );
    };
    fill(
      root,
      adminHead(context, 'imports'),
      panel({ title: 'Imports', note: 'Answers of other tools, and what became of their rows.' }, place),
    );
    await draw();
  },
};
