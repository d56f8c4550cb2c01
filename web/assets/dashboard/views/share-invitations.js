// Links for people by name: pasted or loaded, sent in parts, and taken away as a table.
import { ask, at } from '../api.js';
import { attempt } from '../acting.js';
import { parse, write } from '../csv.js';
import { el, fill, words } from '../dom.js';
import { count, day, plural } from '../format.js';
import { busy, button, field, notice, save, select } from '../parts.js';

const PART = 1000;
const SHOWN = 10;
const NAMES = /^(respondent|e-?mail|mail|address|customer|contact|user|id|name|kunde|adresse)/i;
const KEY = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * @typedef {{ header: string[] | null, rows: string[][] }} Table
 * @typedef {{ respondent: string, expires_in?: string, expires_at?: string,
 *   properties?: Record<string, string> }} Invitation
 */

/** Whether the first line names columns. @param {string} text @returns {Table} */
export function readTable(text) {
  const rows = parse(text);
  const [first = []] = rows;
  const hasHeader = first.some((cell) => NAMES.test(cell.trim())) && !first.some((cell) => cell.includes('@'));
  return hasHeader ? { header: first.map((cell) => cell.trim()), rows: rows.slice(1) } : { header: null, rows };
}

/** The column that names people, most likely. @param {string[]} header */
export function likelyColumn(header) {
  const exact = header.findIndex((name) => /^respondent$/i.test(name));
  return exact >= 0
    ? exact
    : Math.max(
        0,
        header.findIndex((name) => NAMES.test(name)),
      );
}

/** @param {Table} table @param {number} column @param {string} expires @returns {Invitation[]} */
export function toInvitations({ header, rows }, column, expires) {
  return rows.map((row) => {
    const one = /** @type {Invitation} */ ({ respondent: (row[column] ?? '').trim() });
    const properties = /** @type {Record<string, string>} */ ({});
    header?.forEach((name, i) => {
      const value = (row[i] ?? '').trim();
      if (i === column || !value) return;
      if (/^expires$/i.test(name))
        Object.assign(one, /^\d+[smhdw]?$/.test(value) ? { expires_in: value } : { expires_at: value });
      else if (KEY.test(name)) properties[name] = value;
    });
    if (!one.expires_in && !one.expires_at && expires) one.expires_in = expires;
    if (Object.keys(properties).length > 0) one.properties = properties;
    return one;
  });
}

/** @param {any[]} results @param {Invitation[]} asked */
export const toTable = (results, asked) =>
  write(
    [
      ['respondent', 'url', 'expires_at', 'error'],
      ...results.map((one, i) => [asked[i].respondent, one.url, one.expires_at, one.url ? '' : problemWords(one)]),
    ],
    { guarded: true },
  );

/** @param {any} problem */
const problemWords = (problem) =>
  problem.errors
    ?.map((/** @type {any} */ { pointer, detail }) => `${pointer.slice(1).replaceAll('/', ' ')} ${detail}`)
    .join('; ') ||
  problem.detail ||
  problem.title;

/** @param {import('../router.js').Context} context @param {any} survey */
export function invitations(context, survey) {
  /** @type {Table} */
  let table = { header: null, rows: [] };
  let column = 0;
  let expires = '30d';
  const about = el('div', { role: 'status' });
  const picks = el('div.fields', null);
  const result = el('div', { role: 'status' });

  const read = (/** @type {string} */ text) => {
    table = readTable(text);
    column = table.header ? likelyColumn(table.header) : 0;
    draw();
  };
  const pasted = el('textarea', {
    name: 'people',
    rows: 5,
    spellcheck: 'false',
    autocomplete: 'off',
    dir: 'auto',
    placeholder: 'ann@example.com\nben@example.com',
    on: { input: (/** @type {any} */ event) => read(event.target.value) },
  });
  const file = el('input', {
    type: 'file',
    name: 'file',
    accept: '.csv,.txt,text/csv,text/plain',
    on: {
      change: async (/** @type {any} */ event) => {
        const [chosen] = event.target.files;
        if (!chosen) return;
        pasted.value = await chosen.text();
        read(pasted.value);
      },
    },
  });
  const make = button({ label: 'Make the links', kind: 'primary', on: () => void send() });

  const draw = () => {
    const { header, rows } = table;
    const others = header?.filter((name, i) => i !== column && KEY.test(name) && !/^expires$/i.test(name)) ?? [];
    const left = header?.filter((name, i) => i !== column && name && !KEY.test(name)) ?? [];
    fill(
      about,
      rows.length > 0 &&
        el(
          'p.hint',
          null,
          `${plural(rows.length, 'person', 'people')}.`,
          others.length > 0 &&
            ` ${others.join(', ')} ${others.length === 1 ? 'goes' : 'go'} along as properties of the answers.`,
          left.length > 0 && ` Left out, for its name can be no property’s: ${left.join(', ')}.`,
        ),
    );
    fill(
      picks,
      header &&
        field({
          label: 'Who it is stands in',
          control: select({
            value: String(column),
            name: 'column',
            options: header.map((name, i) => [String(i), name || `Column ${i + 1}`]),
            on: (value) => {
              column = Number(value);
              draw();
            },
          }),
        }),
      field({
        label: 'Good for',
        hint: 'Such as 14d or 12h.',
        control: el('input', {
          name: 'expires',
          value: expires,
          autocomplete: 'off',
          on: { input: (/** @type {any} */ event) => void (expires = event.target.value.trim()) },
        }),
      }),
    );
    make.disabled = rows.length === 0;
    fill(
      /** @type {Element} */ (make.firstElementChild),
      rows.length > 0 ? `Make ${plural(rows.length, 'link')}` : 'Make the links',
    );
  };

  const send = async () => {
    const asked = toInvitations(table, column, expires);
    busy(make, true);
    make.disabled = true;
    const done = await attempt(context.session, 'write', async () => {
      const results = [];
      for (let from = 0; from < asked.length; from += PART) {
        const body = asked.slice(from, from + PART);
        results.push(
          ...(await ask(at`/v1/surveys/${survey.slug}/invitations`, { method: 'POST', body, signal: context.signal })),
        );
      }
      return results;
    });
    busy(make, false);
    make.disabled = false;
    if (done) show(done, asked);
  };

  const show = (/** @type {any[]} */ results, /** @type {Invitation[]} */ asked) => {
    const good = results.flatMap((one, i) => (one.url ? [{ ...one, respondent: asked[i].respondent }] : []));
    const bad = results.flatMap((one, i) =>
      one.url ? [] : [{ line: i + 1, who: asked[i].respondent, why: problemWords(one) }],
    );
    const download = () =>
      save(`${survey.slug}-invitations.csv`, new Blob([toTable(results, asked)], { type: 'text/csv;charset=utf-8' }));
    fill(
      result,
      notice(
        good.length > 0 ? 'good' : 'error',
        el(
          'p',
          null,
          el('b', null, `${plural(good.length, 'link')} made`),
          bad.length > 0 && `, ${count(bad.length)} refused`,
          '. They are shown here alone: take them with you.',
        ),
        good.length > 0 && button({ label: 'Download as CSV', icon: 'download', kind: 'primary', on: download }),
      ),
      bad.length > 0 &&
        el(
          'ul.refusals',
          null,
          ...bad
            .slice(0, SHOWN)
            .map(({ line, who, why }) => el('li', null, `Line ${line}, `, words(who || 'nobody'), `: ${why}`)),
        ),
      good.length > 0 &&
        el(
          'ul.links',
          null,
          ...good
            .slice(0, SHOWN)
            .map((one) =>
              el(
                'li',
                null,
                words(one.respondent),
                el('a', { href: one.url, target: '_blank', rel: 'noopener' }, one.url),
                el('span.soft', null, `until ${day(one.expires_at)}`),
              ),
            ),
          good.length > SHOWN && el('li.soft', null, `and ${count(good.length - SHOWN)} more in the file`),
        ),
    );
  };
  draw();
  return el(
    'div.edit-fields',
    null,
    field({
      label: 'People, one a line',
      control: pasted,
      hint: 'Their address, or whatever you call them by. A table works too: its first line names the columns.',
    }),
    field({ label: 'Or a file', control: file }),
    about,
    picks,
    el('div.actions', null, make),
    result,
  );
}
