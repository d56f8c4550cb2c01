// What time is looked at, and held against which: controls whose state is the address.
import { el, fill, fresh } from './dom.js';
import { button, dialog, field, select } from './parts.js';

/** @typedef {import('./router.js').Context} Context */

/** @type {[string, string][]} */
const WINDOWS = [
  ['today', 'Today'],
  ['yesterday', 'Yesterday'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['90d', 'Last 90 days'],
  ['365d', 'Last 365 days'],
  ['week', 'This week'],
  ['last_week', 'Last week'],
  ['month', 'This month'],
  ['last_month', 'Last month'],
  ['quarter', 'This quarter'],
  ['last_quarter', 'Last quarter'],
  ['year', 'This year'],
  ['last_year', 'Last year'],
  ['all', 'All time'],
];
/** @type {[string, string][]} */
const COMPARES = [
  ['previous', 'the time before'],
  ['year', 'a year earlier'],
  ['previous_whole', 'the whole time before'],
  ['none', 'nothing'],
];
const CUSTOM = 'custom';

/** @param {import('./address.js').Address} address */
function customName(address) {
  const [from, to] = [address.get('from'), address.get('to')];
  return from && to ? `${from} to ${to}` : from ? `Since ${from}` : `Until ${to}`;
}

/** The name of the window that is looked at. @param {import('./address.js').Address} address */
export function windowName(address) {
  if (address.isCustom()) return customName(address);
  const name = address.get('window', '30d');
  const days = /^(\d+)d$/.exec(name);
  return WINDOWS.find(([key]) => key === name)?.[1] ?? (days ? `Last ${days[1]} days` : name);
}

/** @param {string} text a day, or a time @param {number} days */
function shift(text, days) {
  const date = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return '';
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** @param {Context} context */
async function askCustom({ address, change }) {
  const from = el('input', { type: 'date', name: 'from', value: address.get('from').slice(0, 10) });
  // Who picks a last day means it as one of them; `to` is not in the window.
  const last = el('input', { type: 'date', name: 'to', value: address.get('to') ? shift(address.get('to'), -1) : '' });
  const chosen = await dialog({
    title: 'Choose days',
    body: el(
      'div.pair',
      null,
      field({ label: 'First day', control: from }),
      field({ label: 'Last day', control: last }),
    ),
    actions: [{ label: 'Show', value: 'show', kind: 'primary' }],
    read: () => {
      if (!from.value && !last.value) throw new Error('Choose a first day, a last day, or both.');
      if (from.value && last.value && from.value > last.value) throw new Error('The first day is behind the last one.');
      return { from: from.value || null, to: last.value ? shift(last.value, 1) : null };
    },
  });
  if (chosen) change({ window: null, ...chosen });
  return Boolean(chosen);
}

/**
 * The window, and what it is compared with. `sync` follows the address.
 * @param {() => Context} now the context as it is by now
 */
export function windowControls(now) {
  const windows = select({ value: '', options: [], id: fresh('window') });
  const compares = select({ value: '', options: [], id: fresh('compare') });
  windows.addEventListener('change', async () => {
    const { address, change } = now();
    if (windows.value !== CUSTOM) {
      change({ window: windows.value, from: null, to: null });
      return;
    }
    if (!(await askCustom(now()))) sync(now());
    else if (address.get('compare') === 'none') windows.focus();
  });
  compares.addEventListener('change', () =>
    now().change({ compare: compares.value === 'previous' ? null : compares.value }),
  );

  /** @param {HTMLSelectElement} box @param {[string, string][]} options @param {string} value */
  const set = (box, options, value) => {
    fill(box, ...options.map(([key, label]) => el('option', { value: key }, label)));
    box.value = value;
  };
  /** @param {Context} context */
  function sync({ address }) {
    const name = address.get('window', '30d');
    const isListed = WINDOWS.some(([key]) => key === name);
    /** @type {[string, string][]} */
    const options = [...WINDOWS];
    if (!isListed && !address.isCustom()) options.unshift([name, windowName(address)]);
    if (address.isCustom()) options.unshift(['chosen', customName(address)]);
    set(windows, [...options, [CUSTOM, 'Choose days…']], address.isCustom() ? 'chosen' : name);
    set(compares, COMPARES, address.compare());
    compares.disabled = address.isEndless();
  }
  sync(now());
  return {
    element: el(
      'div.controls',
      { 'role': 'group', 'aria-label': 'Time and comparison' },
      el('label', { for: windows.id }, 'Time'),
      windows,
      el('label', { for: compares.id }, 'against'),
      compares,
    ),
    sync,
  };
}

// --- Filters ---

/** @type {Record<string, string>} */
const FIELDS = { touchpoint: 'Touchpoint', channel: 'Channel', locale: 'Language' };

/**
 * What people call a dimension: "Touchpoint", "plan", "Reason for your score".
 * @param {string} name as the API has it @param {any} [survey] its definition
 */
export function dimensionName(name, survey) {
  if (FIELDS[name]) return FIELDS[name];
  const [kind, ...rest] = name.split('.');
  const key = rest.join('.');
  if (kind !== 'answer') return key;
  const question = survey?.questions?.find((/** @type {any} */ one) => one.key === key);
  return textOf(question?.text) || key;
}

/** Of texts by language the English one, else the first. @param {Record<string, string> | null | undefined} texts */
export const textOf = (texts) => (texts ? (texts.en ?? texts[Object.keys(texts)[0]] ?? '') : '');

/**
 * What people call a value of a dimension: an option's text.
 * @param {string} name @param {string} value @param {any} [survey]
 */
export function valueName(name, value, survey) {
  if (!name.startsWith('answer.')) return value;
  if (value === 'other') return 'Other';
  const question = survey?.questions?.find((/** @type {any} */ one) => one.key === name.slice('answer.'.length));
  return textOf(question?.options?.find((/** @type {any} */ one) => one.value === value)?.text) || value;
}

/** By what a survey can be split and filtered. @param {any} survey @returns {[string, string][]} */
export function dimensions(survey) {
  const questions = (survey?.questions ?? []).filter((/** @type {any} */ one) => one.type !== 'text');
  return [
    ...Object.entries(FIELDS),
    ...(survey?.properties ?? []).map((/** @type {string} */ key) => [`property.${key}`, key]),
    ...questions.map((/** @type {any} */ one) => [`answer.${one.key}`, dimensionName(`answer.${one.key}`, survey)]),
  ];
}

/**
 * @param {() => Context} now @param {() => any} surveyOf its definition, as soon as it is there
 * @param {(by: string, signal: AbortSignal) => Promise<{ value: string, n: number | null }[]>} valuesOf
 */
export function filterControls(now, surveyOf, valuesOf) {
  const chips = el('ul.filters', { 'aria-label': 'Filters' });

  async function add() {
    const survey = surveyOf();
    const known = el('datalist', { id: fresh('values') });
    const value = el('input', { name: 'value', list: known.id, autocomplete: 'off', required: true });
    const own = el('input', { name: 'key', autocomplete: 'off', placeholder: 'plan' });
    const ownField = field({ label: 'Name of the property', control: own });
    const leaving = new AbortController();
    /** @type {HTMLSelectElement} */
    const by = select({ value: 'touchpoint', options: [...dimensions(survey), ['property.', 'Another property']] });
    const look = async () => {
      ownField.hidden = by.value !== 'property.';
      fill(known);
      if (by.value === 'property.') return;
      const asked = by.value;
      try {
        const values = await valuesOf(asked, leaving.signal);
        if (asked === by.value)
          fill(known, ...values.map((one) => el('option', { value: one.value }, valueName(asked, one.value, survey))));
      } catch {
        // Then the value is typed.
      }
    };
    by.addEventListener('change', look);
    look();
    const chosen = await dialog({
      title: 'Filter',
      body: [
        field({ label: 'Only answers whose', control: by }),
        ownField,
        field({ label: 'is', control: value, hint: 'Exactly as it was sent; values that occur are offered.' }),
        known,
      ],
      actions: [{ label: 'Filter', value: 'add', kind: 'primary' }],
      read: () => {
        const name = by.value === 'property.' ? `property.${own.value.trim()}` : by.value;
        if (name === 'property.') throw new Error('Say which property.');
        if (!value.value.trim()) throw new Error('Say which value.');
        return { name, value: value.value.trim() };
      },
    });
    leaving.abort();
    if (!chosen) return;
    const { address, change } = now();
    const others = address.all(chosen.name).filter((one) => one !== chosen.value);
    change({ [chosen.name]: chosen.name.startsWith('answer.') ? [...others, chosen.value] : chosen.value });
  }

  const adder = button({ label: 'Filter', icon: 'filter', on: add });
  /** @param {Context} context */
  function sync({ address }) {
    const survey = surveyOf();
    fill(
      chips,
      ...address.filters().map(([name, value]) => {
        const text = `${dimensionName(name, survey)}: ${valueName(name, value, survey)}`;
        const drop = () => {
          const { address: current, change } = now();
          change({ [name]: current.all(name).filter((one) => one !== value) });
          adder.focus();
        };
        return el(
          'li',
          null,
          el('bdi', { dir: 'auto' }, text),
          button({
            label: el('span.unseen', null, `Remove the filter ${text}`),
            icon: 'cross',
            kind: 'quiet',
            on: drop,
          }),
        );
      }),
    );
    chips.hidden = address.filters().length === 0;
  }
  sync(now());
  return { element: el('div.filter-bar', null, chips, adder), sync };
}
