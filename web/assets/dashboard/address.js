// What is looked at stands in the address, by the names that the API has for it: so it can be shared, and the back
// button works.
import { root, search } from './api.js';

/** What is the same in every view. */
export const CARRIED = ['window', 'from', 'to', 'compare'];
const FILTERS = /^(touchpoint|channel|locale|property\..+|answer\..+)$/;

/** @param {string} name */
export const isFilter = (name) => FILTERS.test(name);

/** @param {string} name */
export const isKeptOfSurvey = (name) => CARRIED.includes(name) || isFilter(name);

export class Address {
  /** @param {{ pathname: string, search: string }} place */
  constructor({ pathname, search: text }) {
    this.path = pathname.startsWith(root) ? pathname.slice(root.length) || '/' : pathname;
    this.fields = new URLSearchParams(text);
  }

  /** @param {string} name @param {string} [otherwise] */
  get(name, otherwise = '') {
    return this.fields.get(name) || otherwise;
  }

  /** @param {string} name */
  all(name) {
    return this.fields.getAll(name);
  }

  /** Names and values of the filters, in their order. @returns {[string, string][]} */
  filters() {
    return [...this.fields].filter(([name, value]) => isFilter(name) && value !== '');
  }

  /** Whether a window is given by its ends. */
  isCustom() {
    return this.fields.has('from') || this.fields.has('to');
  }

  /** What is asked of the API for this window. @returns {[string, string][]} */
  window() {
    if (!this.isCustom()) return [['window', this.get('window', '30d')]];
    return /** @type {[string, string][]} */ ([
      ['from', this.get('from')],
      ['to', this.get('to')],
    ]).filter(([, value]) => value);
  }

  /** Whether it has no beginning or no end, and so none before it. */
  isEndless() {
    return this.isCustom() ? !this.get('from') || !this.get('to') : this.get('window') === 'all';
  }

  /** Without a word about it the window is held against the one before, where there is one. */
  compare() {
    return this.isEndless() ? 'none' : this.get('compare', 'previous');
  }

  /** @returns {[string, string][]} */
  compared() {
    return this.compare() === 'none' ? [] : [['compare', this.compare()]];
  }

  /**
   * The address with other fields: a text, several, or null for none.
   * @param {Record<string, string | string[] | null>} changes
   */
  with(changes) {
    const fields = new URLSearchParams(this.fields);
    for (const [name, value] of Object.entries(changes)) {
      fields.delete(name);
      for (const one of Array.isArray(value) ? value : [value]) if (one) fields.append(name, one);
    }
    return root + this.path + search([...fields]);
  }

  /**
   * A link to another view, which keeps of this one what `isKept` says.
   * @param {string} path @param {Record<string, string | null>} [changes] @param {(name: string) => boolean} [isKept]
   */
  link(path, changes = {}, isKept = (name) => CARRIED.includes(name)) {
    const kept = [...this.fields].filter(([name]) => isKept(name) && !(name in changes));
    return root + path + search([...kept, ...Object.entries(changes)]);
  }
}

export const here = () => new Address(location);
