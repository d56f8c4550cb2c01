// API keys: who has one, what it may do, and its making and end.
import { Problem, ask, askAll, at } from '../api.js';
import { attempt, copied, wrongWords } from '../acting.js';
import { el, fill, words } from '../dom.js';
import { ago, day, moment } from '../format.js';
import { button, dialog, field, loading, notice, panel, select, table, toast } from '../parts.js';
import { SCOPES } from '../record-words.js';
import { adminHead } from './admin-head.js';
import { isRefused } from './admin-refused.js';

/** @typedef {import('../router.js').Context} Context */

const LIVES = /** @type {[string, string][]} */ ([
  ['90d', '90 days'],
  ['30d', '30 days'],
  ['365d', 'a year'],
  ['', 'for ever'],
]);

/** @param {any} key */
function standing(key) {
  if (key.revoked_at) return ['no_data', `Revoked ${day(key.revoked_at)}`];
  if (key.expires_at && Date.parse(key.expires_at) < Date.now()) return ['no_data', `Expired ${day(key.expires_at)}`];
  return ['ok', key.expires_at ? `Until ${day(key.expires_at)}` : 'For ever'];
}

/** @returns {Promise<any>} the key with its secret, or null */
function askKey() {
  const name = el('input', { name: 'name', maxlength: '128', required: true, autocomplete: 'off' });
  const life = select({ value: '90d', name: 'life', options: LIVES });
  const scopes = Object.entries(SCOPES).map(([scope, about]) =>
    el(
      'label.check.scope',
      null,
      el('input', { type: 'checkbox', name: 'scope', value: scope, checked: scope === 'read' }),
      el('span', null, el('b', null, scope), el('small', null, about)),
    ),
  );
  return dialog({
    title: 'New key',
    body: [
      field({
        label: 'Name',
        control: name,
        hint: 'Who or what has it: a key for each shows in the log who did what.',
      }),
      el('fieldset.scopes', null, el('legend', null, 'What it may do'), ...scopes),
      field({ label: 'Good for', control: life }),
    ],
    actions: [{ label: 'Make it', value: 'ok', kind: 'primary' }],
    read: async (_, form) => {
      const chosen = [...form.querySelectorAll('[name=scope]:checked')].map((one) => /** @type {any} */ (one).value);
      if (!name.value.trim()) throw new Error('It needs a name.');
      if (chosen.length === 0) throw new Error('It has to be for something: tick what it may do.');
      try {
        const body = { name: name.value.trim(), scopes: chosen, ...(life.value ? { expires_in: life.value } : {}) };
        return await ask('/v1/keys', { method: 'POST', body });
      } catch (error) {
        throw error instanceof Problem ? new Error(wrongWords(error)) : error;
      }
    },
  });
}

/** @param {any} key */
const showSecret = (key) =>
  dialog({
    title: `The key “${key.name}”`,
    body: [
      notice('warning', 'It is shown this once. Whoever has it may do what it may: hand it over by a safe way.'),
      copied({ label: 'Key', text: key.key }),
    ],
    actions: [{ label: 'I have it', value: 'ok', kind: 'primary' }],
  });

/** @type {import('../router.js').View} */
export const keys = {
  title: () => 'Keys',
  async show(root, context) {
    if (isRefused(root, context, 'keys')) return;
    const place = el('div', null, loading('rows', 4));
    const make = async () => {
      const key = await attempt(context.session, 'admin', askKey);
      if (!key) return;
      await showSecret(key);
      await draw();
    };
    const revoke = async (/** @type {any} */ key) => {
      const isOwn = key.name === context.session.name;
      const done = await attempt(context.session, 'admin', async () => {
        const said = await dialog({
          title: `Revoke ${key.name}?`,
          body: [
            el('p', null, 'It is refused from now on, and for good; whoever signed in by it is signed out.'),
            isOwn && notice('warning', 'It may be the key that you signed in with.'),
          ],
          actions: [{ label: 'Revoke', value: 'ok', kind: 'danger' }],
        });
        return said === 'ok' ? ask(at`/v1/keys/${key.id}`, { method: 'DELETE' }) : null;
      });
      if (!done) return;
      toast('The key is revoked');
      await draw();
    };
    const draw = async () => {
      const all = await askAll('/v1/keys', 'keys', { signal: context.signal });
      fill(
        place,
        table({
          caption: 'Keys',
          class: 'keys',
          columns: [
            {
              key: 'name',
              label: 'Name',
              head: true,
              sort: true,
              value: ({ name }) => name,
              shown: ({ name }) => words(name),
            },
            {
              key: 'prefix',
              label: 'Begins',
              value: ({ prefix }) => prefix,
              shown: ({ prefix }) => el('code', null, `${prefix}…`),
            },
            {
              key: 'scopes',
              label: 'May',
              value: ({ scopes }) => scopes.join(' '),
              shown: ({ scopes }) =>
                el(
                  'span.scopes',
                  null,
                  ...scopes.map((/** @type {string} */ one) =>
                    el('span.chip', { title: SCOPES[/** @type {keyof typeof SCOPES} */ (one)] }, one),
                  ),
                ),
            },
            {
              key: 'created_at',
              label: 'Made',
              sort: true,
              value: (key) => key.created_at,
              shown: (key) => el('span', { title: moment(key.created_at) }, day(key.created_at)),
            },
            {
              key: 'last_used',
              label: 'Last used',
              sort: true,
              value: (key) => key.last_used,
              shown: (key) => (key.last_used ? day(key.last_used) : 'Never'),
            },
            {
              key: 'state',
              label: 'Good',
              value: (key) => standing(key)[1],
              shown: (key) => el('span.chip', { class: standing(key)[0] }, standing(key)[1]),
            },
            {
              key: 'revoke',
              label: 'Revoke',
              value: () => null,
              shown: (key) =>
                standing(key)[0] === 'ok'
                  ? button({ label: 'Revoke', kind: 'quiet', hidden: key.name, on: () => void revoke(key) })
                  : '',
            },
          ],
          rows: all,
          rowProps: (key) => ({ dataset: { id: key.id, name: key.name } }),
        }),
      );
    };
    fill(
      root,
      adminHead(context, 'keys'),
      panel(
        {
          title: 'API keys',
          note: 'Programs and people come in by them. Secrets are not kept; what was revoked is listed for 30 days.',
          actions: [button({ label: 'New key', icon: 'plus', kind: 'primary', on: () => void make() })],
        },
        place,
      ),
    );
    await draw();
  },
};
