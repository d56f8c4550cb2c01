// A definition under somebody's hands: its controls, by JSON pointer, and the errors that belong to each.
import { durationText, isSame, nearest, pointer, read, write } from '../definition.js';
import { el } from '../dom.js';
import { field, select } from '../parts.js';

/** @typedef {import('../definition.js').Definition} Definition */
/** @typedef {{ label: string, hint?: string, usual?: string, why?: string | null, class?: string }} Named
 *   `why`: it is fixed, and this is why. */

export class Draft {
  /** @param {Definition} base As it is stored. @param {Definition} [now] As it was left. */
  constructor(base, now = base) {
    this.base = structuredClone(base);
    this.value = structuredClone(now);
    /** @type {Record<string, string>} */
    this.errors = {};
    /** The language whose texts are shown. */
    this.locale = nearest(now.texts, navigator.language) ?? 'en';
    /** @type {(() => void)[]} */
    this.listeners = [];
    /** Draws what depends on how many parts there are. @type {() => void} */
    this.redraw = () => {};
  }

  /** @param {string} path */
  get(path) {
    return read(this.value, path);
  }

  /** @param {string} path @param {any} value */
  set(path, value) {
    write(this.value, path, value);
    for (const listener of this.listeners) listener();
  }

  /** As set, where what is shown depends on it. @param {string} path @param {any} value */
  turn(path, value) {
    this.set(path, value);
    this.redraw();
  }

  isDirty() {
    return !isSame(this.value, this.base);
  }

  /** Of a member, or of what is in it. @param {string} path */
  error(path) {
    const found = Object.keys(this.errors).find((at) => at === path || at.startsWith(`${path}/`));
    return found === undefined ? undefined : this.errors[found];
  }

  /** @param {string} path @param {HTMLElement} control @param {Named} named */
  field(path, control, { label, hint, why, class: name }) {
    if (why) control.setAttribute('disabled', '');
    const error = this.error(path);
    return field({
      label,
      control,
      hint: why ?? hint,
      error,
      class: [name, why && 'is-fixed'].filter(Boolean).join(' ') || undefined,
    });
  }

  /**
   * @param {string} path
   * @param {Named & { lines?: number, most?: number, set?: (text: string) => void, value?: string }} named
   */
  text(path, named) {
    const { lines, usual, most, set = (text) => this.set(path, text), value = this.get(path) ?? '' } = named;
    const control = el(lines ? 'textarea' : 'input', {
      name: path,
      value,
      rows: lines ?? null,
      placeholder: usual,
      maxlength: most,
      dir: 'auto',
      autocomplete: 'off',
      on: { input: (/** @type {any} */ event) => set(event.target.value) },
    });
    return this.field(path, control, named);
  }

  /** @param {string} path @param {Named & { min?: number, max?: number }} named */
  whole(path, named) {
    const { usual, min = 0, max } = named;
    const set = (/** @type {any} */ event) => {
      const text = event.target.value.trim();
      this.set(path, text === '' ? undefined : Number(text));
    };
    const value = this.get(path);
    const control = el('input', {
      name: path,
      type: 'number',
      inputmode: 'numeric',
      value: value ?? '',
      min,
      max,
      placeholder: usual,
      on: { input: set },
    });
    return this.field(path, control, named);
  }

  /** @param {string} path @param {Named} named */
  duration(path, named) {
    return this.text(path, { ...named, value: durationText(this.get(path)) });
  }

  /** @param {string} path @param {Named} named */
  time(path, named) {
    const stored = this.get(path);
    const here = stored
      ? new Date(Date.parse(stored) - new Date(stored).getTimezoneOffset() * 60_000).toISOString()
      : '';
    const set = (/** @type {any} */ event) =>
      this.set(path, event.target.value ? new Date(event.target.value).toISOString() : null);
    const control = el('input', { name: path, type: 'datetime-local', value: here.slice(0, 16), on: { input: set } });
    return this.field(path, control, named);
  }

  /**
   * @param {string} path
   * @param {Named & { options: [string, string][], value?: string, turn?: (value: string) => void }} named
   */
  pick(path, named) {
    const { options, value = this.get(path) ?? options[0][0], turn = (value) => this.turn(path, value) } = named;
    return this.field(path, select({ value, options, name: path, on: turn }), named);
  }

  /** @param {string} path @param {Named & { on?: any, off?: any, turn?: (on: boolean) => void }} named */
  toggle(path, { label, hint, why, on = true, off = undefined, turn = (is) => this.turn(path, is ? on : off) }) {
    const control = el('input', {
      name: path,
      type: 'checkbox',
      checked: this.get(path) === on,
      disabled: Boolean(why),
      on: { change: (/** @type {any} */ event) => turn(event.target.checked) },
    });
    const about = why ?? hint ?? this.error(path);
    return el(
      'div.field.check-field',
      null,
      el('label.check', null, control, el('span', null, label)),
      about && el('p.hint', null, about),
    );
  }

  /** Several short texts, one a line. @param {string} path @param {Named & { lines?: number }} named */
  list(path, named) {
    const set = (/** @type {string} */ text) =>
      this.set(
        path,
        text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      );
    return this.text(path, { lines: 3, ...named, set, value: (this.get(path) ?? []).join('\n') });
  }

  /** A text by language, in the one that is shown. @param {string} path @param {Named & { lines?: number }} named */
  localized(path, named) {
    return this.text(`${path}${pointer(this.locale)}`, { most: 1000, ...named });
  }

  /** A word that stands where it is, of what was refused. @param {Record<string, any>[]} errors */
  refuse(errors) {
    this.errors = Object.fromEntries(errors.map(({ pointer = '', detail = '' }) => [pointer, detail]));
  }
}
