// What views are made of.
import { Offline, Problem, to } from './api.js';
import { el, fill, fresh, unseen } from './dom.js';
import { icon } from './icons.js';
import { plural } from './format.js';

/** @typedef {import('./dom.js').Child} Child */

/**
 * @param {{ label: Child, kind?: 'primary' | 'quiet' | 'danger', icon?: string, type?: string, hidden?: string,
 *   on?: () => void, href?: string, [attribute: string]: any }} options `hidden` is a word more for screen readers
 */
export function button({ label, kind, icon: name, type = 'button', hidden, on, href, ...rest }) {
  const props = { class: kind ?? null, ...rest, on: on ? { click: on } : {} };
  const children = [name && icon(name), el('span', null, label), hidden && unseen(` ${hidden}`)];
  return href === undefined
    ? el('button.button', { type, ...props }, ...children)
    : el('a.button', { href, ...props }, ...children);
}

/**
 * @param {{ title: Child, id?: string, note?: Child, actions?: Child[], class?: string, level?: number }} options
 * @param {Child[]} children
 */
export function panel({ title, id, note, actions = [], class: name, level = 2 }, ...children) {
  const heading = fresh('panel');
  return el(
    'section.panel',
    { 'class': name, id, 'aria-labelledby': heading },
    el(
      'header.panel-head',
      null,
      el('div', null, el(`h${level}`, { id: heading }, title), note && el('p.note', null, note)),
      actions.length > 0 && el('div.actions', null, ...actions),
    ),
    ...children,
  );
}

// --- States ---

/**
 * As much room as what comes takes, so that nothing jumps. @param {'rows' | 'panel' | 'chart' | 'page'} kind @param
 * {number} [count]
 */
export function loading(kind = 'panel', count = kind === 'rows' ? 6 : 1) {
  const bones = Array.from({ length: count }, () => el(`div.bone.bone-${kind}`, { 'aria-hidden': 'true' }));
  return el('div.loading', { role: 'status' }, unseen('Loading…'), ...bones);
}

/** @param {{ title: Child, text?: Child, icon?: string, actions?: Child[], level?: number, role?: string }} options */
export function state({ title, text, icon: name = 'inbox', actions = [], level = 2, role }) {
  return el(
    'div.state',
    { role },
    el('div.state-sign', null, icon(name)),
    el(`h${level}`, null, title),
    text && el('p', null, text),
    actions.length > 0 && el('div.actions', null, ...actions),
  );
}
export const empty = state;

/** @param {unknown} error */
function reasons(error) {
  if (error instanceof Offline)
    return {
      icon: 'offline',
      title: 'No connection to the server',
      text: 'What you see here may be out of date. It comes back by itself once the server answers.',
    };
  if (error instanceof Problem && error.status === 401)
    return {
      icon: 'lock',
      title: 'Sign in to see this',
      text: 'This server shows its figures to those who signed in.',
    };
  if (error instanceof Problem && error.status === 403)
    return { icon: 'lock', title: 'You may not see this', text: `Your key does not reach this far: ${error.message}.` };
  if (error instanceof Problem && error.status === 404)
    return { icon: 'search', title: 'There is nothing here', text: `${error.message}.` };
  if (error instanceof Problem && error.status === 400)
    return { icon: 'warning', title: 'This address cannot be read', text: `${error.message}.` };
  if (error instanceof Problem)
    return { icon: 'warning', title: 'The server could not answer', text: `${error.message}.` };
  return {
    icon: 'warning',
    title: 'Something went wrong here',
    text: String(error instanceof Error ? error.message : error),
  };
}

/**
 * Why there is nothing to be seen, and what helps.
 * @param {unknown} error @param {() => void} [again] @param {number} [level] of its heading
 */
export function failed(error, again, level = 2) {
  const { title, text, icon: name } = reasons(error);
  const isKnown = error instanceof Problem && [400, 401, 403, 404].includes(error.status);
  const here = location.pathname + location.search;
  return state({
    title,
    text,
    level,
    icon: name,
    role: 'alert',
    actions: [
      again && !isKnown && button({ label: 'Try again', kind: 'primary', on: again }),
      error instanceof Problem &&
        [401, 403].includes(error.status) &&
        button({ label: 'Sign in', kind: 'primary', href: to('/login', { next: here }) }),
      error instanceof Problem &&
        error.status === 400 &&
        button({ label: 'Start afresh', kind: 'primary', href: location.pathname }),
      error instanceof Problem &&
        error.status === 404 &&
        button({ label: 'All surveys', kind: 'primary', href: to('/') }),
    ].filter(Boolean),
  });
}

/** @param {'info' | 'good' | 'warning' | 'error'} kind @param {Child[]} children */
export const notice = (kind, ...children) =>
  el(
    'div.notice',
    { class: kind, role: kind === 'error' ? 'alert' : 'note' },
    icon(kind === 'good' ? 'check' : 'warning'),
    el('div', null, ...children),
  );

/** A word that goes by itself, and is read out. @param {string} text */
export function toast(text) {
  const place = document.querySelector('.toasts') ?? document.body.appendChild(el('div.toasts', { role: 'status' }));
  const shown = el('div.toast', null, text);
  place.appendChild(shown);
  setTimeout(() => shown.remove(), 6000);
}

// --- Fields ---

/**
 * A control with its label, and what is said about it.
 * @param {{ label: Child, control: HTMLElement, hint?: Child, error?: Child, class?: string }} options
 */
export function field({ label, control, hint, error, class: name }) {
  const id = (control.id ||= fresh('field'));
  const about = [hint && fresh('hint'), error && fresh('error')].filter(Boolean);
  if (about.length > 0) control.setAttribute('aria-describedby', about.join(' '));
  if (error) control.setAttribute('aria-invalid', 'true');
  return el(
    'div.field',
    { class: name },
    el('label', { for: id }, label),
    control,
    hint && el('p.hint', { id: about[0] }, hint),
    error && el('p.error', { id: about[about.length - 1] }, error),
  );
}

/**
 * @param {{ value: string, options: [string, string][], on?: (value: string) => void, [attribute: string]: any }}
 *   options
 * @returns {HTMLSelectElement}
 */
export function select({ value, options, on, ...rest }) {
  const listen = on ? { change: (/** @type {any} */ event) => on(event.target.value) } : {};
  return /** @type {any} */ (
    el(
      'select',
      { ...rest, on: listen },
      ...options.map(([name, label]) => el('option', { value: name, selected: name === value }, label)),
    )
  );
}

/**
 * One of a few, side by side.
 * @param {{ label: string, value: string, options: [string, string][], on: (value: string) => void }} options
 */
export function choice({ label, value, options, on }) {
  const name = fresh('choice');
  return el(
    'fieldset.choice',
    { on: { change: (/** @type {any} */ event) => on(event.target.value) } },
    el('legend.unseen', null, label),
    ...options.map(([key, text]) =>
      el(
        'label',
        null,
        el('input', { type: 'radio', name, value: key, checked: key === value }),
        el('span', null, text),
      ),
    ),
  );
}

/**
 * A dialog; resolves with the value of the button that ended it, or null. `body` may be a form's content: `read` is
 * called before it closes by a button with a value, and what it returns (not null) is the result; an Error keeps it
 * open and shows its words.
 * @param {{ title: Child, body: Child, actions?: { label: string, value: string, kind?: 'primary' | 'danger' |
 *   'quiet' }[],
 *   read?: (value: string, form: HTMLFormElement) => any }} options @returns {Promise<any>}
 */
export function dialog({ title, body, actions = [{ label: 'OK', value: 'ok', kind: 'primary' }], read }) {
  const heading = fresh('dialog'),
    wrong = el('p.error', { role: 'alert' });
  const form = /** @type {HTMLFormElement} */ (
    /** @type {unknown} */ (
      el(
        'form',
        { method: 'dialog', novalidate: true },
        el('h2', { id: heading }, title),
        el('div.dialog-body', null, body),
        wrong,
        el(
          'div.actions',
          null,
          ...actions.map(({ label, value, kind }) =>
            el('button.button', { type: 'submit', value, class: kind }, label),
          ),
          el('button.button.quiet', { type: 'button', on: { click: () => box.close() } }, 'Cancel'),
        ),
      )
    )
  );
  const box = /** @type {HTMLDialogElement} */ (
    /** @type {unknown} */ (el('dialog', { 'aria-labelledby': heading }, form))
  );
  return new Promise((resolve) => {
    /** @type {any} */
    let result = null;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const value = event.submitter instanceof HTMLButtonElement ? event.submitter.value : '';
      try {
        result = read ? await read(value, form) : value;
        box.close();
      } catch (error) {
        fill(wrong, error instanceof Error ? error.message : String(error));
      }
    });
    box.addEventListener('close', () => {
      box.remove();
      resolve(result);
    });
    document.body.appendChild(box);
    box.showModal();
  });
}

// --- Tables ---

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {Child} label
 * @property {'text' | 'number' | 'drawn'} [kind]
 * @property {(row: any) => any} value what it is sorted by, and what stands in the CSV
 * @property {(row: any) => Child} [shown] what is seen; else the value
 * @property {boolean} [sort] whether it may be sorted by it
 * @property {boolean} [csv] false: not in the CSV
 * @property {boolean} [head] it names its row
 */

/** @param {any} a @param {any} b */
function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/**
 * A table, sorted by who reads it. What has no value stands last, and so do rows that `last` names.
 * @param {{ caption: Child, columns: Column[], rows: any[], sorted?: { key: string, down: boolean } | null,
 *   onSort?: (key: string, down: boolean) => void, last?: (row: any) => boolean, class?: string,
 *   rowProps?: (row: any) => import('./dom.js').Props }} options
 */
export function table({ caption, columns, rows, sorted = null, onSort, last = () => false, class: name, rowProps }) {
  let order = sorted;
  const body = el('tbody', { role: 'rowgroup' });
  const head = el('tr', { role: 'row' });

  const draw = () => {
    const column = columns.find(({ key }) => key === order?.key);
    const down = order?.down ? -1 : 1;
    /** @param {any} a @param {any} b */
    const byColumn = (a, b) => {
      if (!column) return 0;
      const [x, y] = [column.value(a), column.value(b)];
      const isMissing = x === null || x === undefined || y === null || y === undefined;
      return isMissing ? compare(x, y) : down * compare(x, y);
    };
    const ordered = column ? [...rows].sort((a, b) => Number(last(a)) - Number(last(b)) || byColumn(a, b)) : rows;
    fill(
      head,
      ...columns.map(({ key, label, kind = 'text', sort }) => {
        const isBy = order?.key === key;
        const click = () => {
          order = { key, down: isBy ? !order?.down : kind === 'number' };
          onSort?.(key, order.down);
          draw();
          /** @type {HTMLElement | null} */ (head.querySelector(`[data-key="${CSS.escape(key)}"] button`))?.focus();
        };
        return el(
          `th.${kind}`,
          {
            'role': 'columnheader',
            'scope': 'col',
            'aria-sort': isBy ? (order?.down ? 'descending' : 'ascending') : null,
            'dataset': { key },
          },
          sort ? el('button.sort', { type: 'button', on: { click } }, label) : label,
        );
      }),
    );
    fill(
      body,
      ...ordered.map((row) =>
        el(
          'tr',
          { role: 'row', ...rowProps?.(row) },
          ...columns.map(({ key, label, kind = 'text', value, shown, head: isHead }) =>
            el(
              `${isHead ? 'th' : 'td'}.${kind}`,
              {
                role: isHead ? 'rowheader' : 'cell',
                scope: isHead ? 'row' : null,
                dataset: { key, label: typeof label === 'string' ? label : key },
              },
              shown ? shown(row) : (value(row) ?? '–'),
            ),
          ),
        ),
      ),
    );
  };
  draw();
  return el(
    'div.table',
    {
      'class': name,
      'tabindex': '0',
      'role': 'region',
      'aria-label': typeof caption === 'string' ? `${caption} (table)` : 'Table',
    },
    el('table', { role: 'table' }, el('caption.unseen', null, caption), el('thead', { role: 'rowgroup' }, head), body),
  );
}

/** @param {any} cell */
const quote = (cell) => {
  const text = cell === null || cell === undefined ? '' : String(cell);
  // A spreadsheet runs what begins so.
  const tame = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
};

/** @param {Column[]} columns @param {any[]} rows */
export function toCsv(columns, rows) {
  const kept = columns.filter(({ csv }) => csv !== false);
  const lines = [kept.map(({ key }) => quote(key)), ...rows.map((row) => kept.map(({ value }) => quote(value(row))))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Hands a file to who looks at this. @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const href = URL.createObjectURL(blob);
  const link = el('a', { href, download: name, hidden: true });
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** @param {string} name @param {Column[]} columns @param {any[]} rows */
export const saveCsv = (name, columns, rows) =>
  save(name, new Blob([toCsv(columns, rows)], { type: 'text/csv;charset=utf-8' }));

/** @param {{ name: string, columns: Column[], rows: any[], hidden?: string }} options */
export const csvButton = ({ name, columns, rows, hidden = `of ${plural(rows.length, 'row')}` }) =>
  button({ label: 'CSV', icon: 'download', kind: 'quiet', hidden, on: () => saveCsv(name, columns, rows) });

/** @param {Element} node @param {boolean} isBusy */
export const busy = (node, isBusy) => node.setAttribute('aria-busy', String(isBusy));
