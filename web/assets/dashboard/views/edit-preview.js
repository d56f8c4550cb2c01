// What becomes of a definition: the widget itself, drawn from what stands in the form, which sends nothing here.
import { Problem, ask, isAbort, to } from '../api.js';
import { languages, toPut } from '../definition.js';
import { el, fill } from '../dom.js';
import { choice, field, panel, select } from '../parts.js';
import { languageName } from './edit-sections.js';

/** @typedef {import('./edit-draft.js').Draft} Draft */

const PAUSE_MS = 250;

/** @type {Promise<(...args: any[]) => void> | null} */
let loaded = null;

/**
 * The widget's script, once. What it is asked before it is there waits for it: where the daemon reads its files from a
 * directory, the script does no more than load others.
 * @returns {Promise<(...args: any[]) => void>}
 */
function widget() {
  const page = /** @type {any} */ (window);
  page.cxd ??= (/** @type {any[]} */ ...call) => (page.cxd.q ??= []).push(call);
  loaded ??= new Promise((resolve, reject) => {
    const script = el('script', { src: to('/widget.js') });
    script.addEventListener('load', () => resolve((...call) => page.cxd(...call)));
    script.addEventListener('error', () => {
      loaded = null;
      reject(new Error('The widget cannot be loaded'));
    });
    document.head.append(script);
  });
  return loaded;
}

export class Preview {
  /** @param {import('../router.js').Context} context @param {Draft} draft */
  constructor(context, draft) {
    this.context = context;
    this.draft = draft;
    this.look = 'numbers';
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const theme = () => (dark.matches ? 'dark' : 'light');
    this.theme = theme();
    /** What is drawn: the form as the daemon has it. @type {any} */
    this.form = null;
    /** @type {((...args: any[]) => void) | null} */
    this.show = null;
    /** @type {any} */
    this.timer = null;
    /** @type {AbortController | null} */
    this.asking = null;
    this.stage = el('div.preview-stage', {
      'dataset': { theme: this.theme },
      'role': 'group',
      'aria-label': 'The widget as people see it',
    });
    this.said = el('p.hint', { role: 'status' });
    this.picks = el('div.preview-picks', null);
    this.node = el(
      'aside.edit-side',
      { 'aria-label': 'Preview' },
      panel(
        { title: 'Preview', note: 'As people see it. It may be tried: nothing is sent.' },
        this.picks,
        this.stage,
        this.said,
      ),
    );
    const follow = () => {
      this.theme = theme();
      this.turn();
    };
    dark.addEventListener('change', follow);
    context.cleanup(() => {
      dark.removeEventListener('change', follow);
      clearTimeout(this.timer);
      this.asking?.abort();
    });
  }

  drawPicks() {
    const all = languages(this.draft.value);
    if (!all.includes(this.draft.locale)) all.push(this.draft.locale);
    const signature = JSON.stringify([all, this.draft.locale, this.look, this.theme]);
    if (this.picks.dataset.signature === signature) return;
    this.picks.dataset.signature = signature;
    fill(
      this.picks,
      field({
        label: 'Language',
        control: select({
          value: this.draft.locale,
          name: 'preview-language',
          options: all.map((tag) => [tag, languageName(tag)]),
          on: (tag) => {
            this.draft.locale = tag;
            this.draft.redraw();
          },
        }),
      }),
      field({
        label: 'Look',
        control: select({
          value: this.look,
          name: 'preview-look',
          options: [
            ['numbers', 'Numbers'],
            ['stars', 'Stars'],
            ['smileys', 'Smileys'],
            ['thumbs', 'Thumbs'],
          ],
          on: (look) => {
            this.look = look;
            this.turn();
          },
        }),
      }),
      choice({
        label: 'Theme',
        value: this.theme,
        options: [
          ['light', 'Light'],
          ['dark', 'Dark'],
        ],
        on: (theme) => {
          this.theme = theme;
          this.turn();
        },
      }),
    );
  }

  /** To who has no room for it beside the form. */
  come() {
    const heading = /** @type {HTMLElement} */ (this.node.querySelector('h2'));
    heading.tabIndex = -1;
    heading.focus();
  }

  /** Soon, once nobody types. */
  later() {
    this.drawPicks();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.draw(), PAUSE_MS);
  }

  /** As it is, in another look or theme. */
  turn() {
    this.drawPicks();
    this.stage.dataset.theme = this.theme;
    if (!this.form) return;
    this.show?.('show', {
      preview: this.form,
      target: this.stage,
      mode: 'inline',
      look: this.look,
      theme: this.theme,
      locale: this.draft.locale,
    });
  }

  async draw() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const query = { interface: 'true', locale: this.draft.locale };
      const [form, show] = await Promise.all([
        ask('/v1/form', { method: 'POST', query, body: { ...toPut(this.draft.value), slug: undefined }, signal }),
        widget(),
      ]);
      if (signal.aborted) return;
      this.form = { ...form, open: true };
      this.show = show;
      this.turn();
      fill(this.said);
    } catch (error) {
      if (!isAbort(error)) fill(this.said, waits(error));
    }
  }
}

/** @param {unknown} error */
function waits(error) {
  if (!(error instanceof Problem)) return error instanceof Error ? `${error.message}.` : '';
  const [first] = error.errors;
  if (!first) return `${error.message}.`;
  const place = (first.pointer ?? '').slice(1).replaceAll('/', ' › ');
  return `It waits for what has to be mended: ${place} ${first.detail}.`;
}
