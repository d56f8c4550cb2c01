// The rule of an alert, made or changed in a dialog.
import { Problem, askWhole, at } from '../api.js';
import { wrongWords } from '../acting.js';
import { KINDS, WINDOWS, ruleWords, unhappyOf } from '../alert-words.js';
import { el, fill } from '../dom.js';
import { name as nameOf } from '../format.js';
import { dialog, field, notice, select } from '../parts.js';

/**
 * @typedef {{ rule: any, etag: string | null, surveys: any[], survey?: string }} Making
 *   `rule`: as it is, null for a new one; `survey`: of which it is to be.
 */

const OPEN = ['touchpoint', 'channel', 'locale'];

/** What a slug may not have becomes a dash. @param {string} text */
const slugOf = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);

/** @param {string} text */
const number = (text) => (text.trim() === '' ? undefined : Number(text.replace(',', '.').replace('−', '-')));

class RuleForm {
  /** @param {Making} making */
  constructor({ rule, surveys, survey }) {
    this.surveys = surveys;
    this.isNew = rule === null;
    /** @type {Record<string, any>} */
    this.rule = { survey: survey ?? surveys[0]?.slug, kind: 'score', below: 0, window: '30d', ...rule };
    this.name = rule?.name ?? '';
    this.isNamed = !this.isNew;
    this.fixed = Boolean(survey);
    /** @type {Record<string, string>} */
    this.errors = {};
    this.body = el('div.rule-form', null);
    this.words = el('p.rule', { 'aria-live': 'polite' });
    this.conflict = el('div', null);
    this.draw();
  }

  survey() {
    return this.surveys.find(({ slug }) => slug === this.rule.survey);
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    if (value === undefined || value === '') delete this.rule[name];
    else this.rule[name] = value;
    this.say();
  }

  say() {
    const isWhole =
      this.rule.kind !== 'score' || typeof this.rule.below === 'number' || typeof this.rule.above === 'number';
    fill(this.words, isWhole ? `Fires when: ${ruleWords(this.rule, this.survey())}.` : 'Say where the line is.');
    if (this.isNew && !this.isNamed) {
      this.name = slugOf(`${this.rule.survey}-${this.rule.kind}`);
      const control = /** @type {any} */ (this.body.querySelector('[name=name]'));
      if (control) control.value = this.name;
    }
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {{ hint?: string, usual?: string, value?: any, set?: (text: string) => void,
   *   mode?: string, list?: string[] }} [how]
   */
  text(name, label, { hint, usual, value = this.rule[name], set, mode = 'text' } = {}) {
    const input = (/** @type {any} */ event) => (set ?? ((text) => this.set(name, text)))(event.target.value);
    const control = el('input', {
      name,
      value: value ?? '',
      placeholder: usual,
      inputmode: mode,
      autocomplete: 'off',
      on: { input },
    });
    return field({ label, control, hint, error: this.errors[`/${name}`] });
  }

  /** @param {string} name @param {string} label @param {{ hint?: string, usual?: string }} [how] */
  figure(name, label, how = {}) {
    return this.text(name, label, { ...how, mode: 'decimal', set: (text) => this.set(name, number(text)) });
  }

  line() {
    const { kind } = this.rule;
    if (kind === 'rate') return [this.figure('above', `Share of ${unhappyOf(this.survey())} above, in percent`)];
    if (kind !== 'score') return [];
    const side = typeof this.rule.above === 'number' || this.side === 'above' ? 'above' : 'below';
    const turn = (/** @type {string} */ to) => {
      const value = this.rule[side];
      delete this.rule[side];
      this.side = to;
      this.set(to, value);
      this.draw();
    };
    const control = select({
      value: side,
      name: 'side',
      options: [
        ['below', 'is below'],
        ['above', 'is above'],
      ],
      on: turn,
    });
    return [el('div.fields', null, field({ label: 'The score', control }), this.figure(side, 'This line'))];
  }

  parts() {
    const { kind } = this.rule;
    const isWindowed = ['score', 'drop', 'rate'].includes(kind);
    const windows = /** @type {[string, string][]} */ (Object.entries(WINDOWS));
    if (this.rule.window && !(this.rule.window in WINDOWS)) windows.push([this.rule.window, this.rule.window]);
    return [
      ...this.line(),
      isWindowed &&
        el(
          'div.fields',
          null,
          field({
            label: 'Of which time',
            control: select({
              value: this.rule.window ?? '30d',
              name: 'window',
              options: windows,
              on: (value) => this.set('window', value),
            }),
            error: this.errors['/window'],
          }),
          this.figure('min_n', 'Answers at least', { usual: '30' }),
        ),
      el(
        'details.more',
        {
          open:
            OPEN.some((name) => this.rule[name]) ||
            Object.keys(this.errors).some((at) => /margin|alpha|touch|chan|loc|prop/.test(at)),
        },
        el('summary', null, 'More'),
        ['score', 'rate'].includes(kind) &&
          this.figure('margin', 'Ends when it is back by', {
            usual: 'beyond doubt',
            hint: 'Left open it ends once the interval has left the line.',
          }),
        ['drop', 'silence'].includes(kind) &&
          this.figure('alpha', 'Chance of a false alarm', { usual: kind === 'drop' ? '0.05' : '0.001' }),
        el(
          'div.fields',
          null,
          ...OPEN.map((name) => this.text(name, `Only this ${name === 'locale' ? 'language' : name}`)),
        ),
        ...(this.survey()?.properties ?? []).map((/** @type {string} */ key) =>
          this.text(`properties/${key}`, `Only this ${key}`, {
            value: this.rule.properties?.[key],
            set: (text) => this.property(key, text),
          }),
        ),
      ),
    ];
  }

  /** @param {string} key @param {string} text */
  property(key, text) {
    const properties = { ...this.rule.properties };
    if (text) properties[key] = text;
    else delete properties[key];
    this.set('properties', Object.keys(properties).length > 0 ? properties : undefined);
  }

  draw() {
    const kinds = /** @type {[string, { name: string, about: string }][]} */ (Object.entries(KINDS));
    const turn = (/** @type {any} */ event) => {
      const kept = ['name', 'survey', ...OPEN, 'properties'];
      this.rule = Object.fromEntries(Object.entries(this.rule).filter(([name]) => kept.includes(name)));
      this.rule.kind = event.target.value;
      this.draw();
      /** @type {HTMLElement | null} */ (this.body.querySelector('[name=kind]:checked'))?.focus();
    };
    fill(
      this.body,
      this.conflict,
      !this.fixed &&
        field({
          label: 'Survey',
          control: select({
            value: this.rule.survey ?? '',
            name: 'survey',
            options: this.surveys.map((one) => [one.slug, nameOf(one)]),
            on: (value) => {
              this.set('survey', value);
              this.draw();
            },
          }),
          error: this.errors['/survey'],
        }),
      el(
        'fieldset.kinds',
        { on: { change: (/** @type {any} */ event) => event.target.name === 'kind' && turn(event) } },
        el('legend', null, 'What it watches'),
        ...kinds.map(([kind, { name, about }]) =>
          el(
            'label',
            null,
            el('input', { type: 'radio', name: 'kind', value: kind, checked: kind === this.rule.kind }),
            el('span', null, el('b', null, name), el('small', null, about)),
          ),
        ),
      ),
      ...this.parts(),
      this.isNew &&
        this.text('name', 'Name', {
          value: this.name,
          hint: 'Small letters, digits and dashes.',
          set: (text) => {
            this.name = text.trim();
            this.isNamed = true;
          },
        }),
      this.words,
    );
    this.say();
  }

  /** @param {Problem} problem */
  refuse(problem) {
    this.errors = Object.fromEntries(problem.errors.map(({ pointer = '', detail = '' }) => [pointer, detail]));
    this.draw();
    /** @type {HTMLElement | null} */ (this.body.querySelector('[aria-invalid=true]'))?.focus();
  }
}

/**
 * Asks for the rule until it is stored or given up.
 * @param {Making} making @returns {Promise<any>} the alert, or null
 */
export function editRule(making) {
  const form = new RuleForm(making);
  let { etag } = making;
  return dialog({
    title: making.rule ? `Change ${making.rule.name}` : 'New alert',
    body: form.body,
    actions: [{ label: making.rule ? 'Save' : 'Make it', value: 'ok', kind: 'primary' }],
    read: async () => {
      if (!form.name) throw new Error('It needs a name.');
      const path = at`/v1/alerts/${form.name}`;
      const guard = etag ? { etag } : { headers: { 'If-None-Match': '*' } };
      try {
        return (await askWhole(path, { method: 'PUT', body: form.rule, ...guard })).json;
      } catch (error) {
        if (!(error instanceof Problem)) throw new Error(wrongWords(error));
        if (error.status === 412 && !etag)
          throw new Error(`There is an alert of the name ${form.name}. Choose another.`);
        if (error.status === 412) {
          const now = await askWhole(path);
          etag = now.etag;
          fill(
            form.conflict,
            notice(
              'warning',
              `Somebody else changed this rule meanwhile: ${ruleWords(now.json, form.survey())}. `,
              'Saving again puts yours in its place.',
            ),
          );
          throw new Error('Not saved: the rule was changed meanwhile.');
        }
        if (error.errors.length > 0) form.refuse(error);
        throw new Error(wrongWords(error));
      }
    },
  });
}
