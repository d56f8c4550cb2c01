// Tables as text: what people paste or load, and what they take away.

// A text that a spreadsheet would run (docs/export.md, section 2): apostrophes and blanks, then one of these.
const RUNS = /^['\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^-\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Rows of cells by RFC 4180, and as other programs write them: a byte order mark in front, semicolons or tabs between.
 * Lines of nothing are left out.
 * @param {string} text
 * @returns {string[][]}
 */
export function parse(text) {
  const whole = text.replace(/^\ufeff/, '');
  const comma = separator(whole);
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  let at = 0;
  while (at < whole.length) {
    const { cell, next } = whole[at] === '"' ? quoted(whole, at) : plain(whole, at, comma);
    row.push(cell);
    at = next;
    if (whole[at] === comma) {
      at++;
      if (at < whole.length) continue;
      row.push('');
    }
    if (whole[at] === '\r' && whole[at + 1] === '\n') at++;
    at++;
    if (row.some((text) => text.trim() !== '')) rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * What the first line has most of.
 * @param {string} text
 */
function separator(text) {
  const first = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: first.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

/**
 * @param {string} text
 * @param {number} from Where its first quote stands.
 */
function quoted(text, from) {
  let cell = '';
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return { cell: cell + text.slice(at), next: text.length };
    cell += text.slice(at, end);
    at = end + 1;
    if (text[at] !== '"') return { cell, next: at };
    cell += '"';
    at++;
  }
}

/**
 * @param {string} text
 * @param {number} from
 * @param {string} comma
 */
function plain(text, from, comma) {
  let at = from;
  while (at < text.length && text[at] !== comma && text[at] !== '\n' && text[at] !== '\r') at++;
  return { cell: text.slice(from, at), next: at };
}

/**
 * @param {(string | number | null | undefined)[][]} rows
 * @param {{guarded?: boolean}} [how] `guarded`: nothing in it runs in a spreadsheet.
 */
export function write(rows, { guarded = false } = {}) {
  const cell = (/** @type {string | number | null | undefined} */ value) => {
    const text = value === null || value === undefined ? '' : String(value);
    const safe = guarded && RUNS.test(text) && !NUMBER.test(text) ? `'${text}` : text;
    return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
