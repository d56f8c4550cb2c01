// A survey's definition, made and changed, with a view of what becomes of it.
import { Problem, ask, askWhole, at, isAbort, to } from '../api.js';
import { askToSignIn, attempt, mayNot, wrongWords } from '../acting.js';
import { blank, differences, isSame, pointer, toPut, write } from '../definition.js';
import { el, fill, words } from '../dom.js';
import { name as nameOf } from '../format.js';
import { button, dialog, failed, field, notice, state, toast } from '../parts.js';
import { surveyHead } from '../head.js';
import { conflictPanel } from './edit-conflict.js';
import { Draft } from './edit-draft.js';
import { Kept, guard } from './edit-guard.js';
import { Preview } from './edit-preview.js';
import { sections } from './edit-sections.js';

/** @typedef {import('../router.js').Context} Context */

const FIXED = 'Fixed: there are answers. Another metric or scale takes another survey.';
const FIXED_QUESTION = 'Fixed: somebody has answered it. Another kind of question takes another name.';

/** @param {string} text */
const slugOf = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);

class Editor {
  /** @param {Context} context @param {any} survey null: a new one @param {string | null} etag */
  constructor(context, survey, etag) {
    this.context = context;
    this.survey = survey;
    this.etag = etag;
    this.slug = survey?.slug ?? '';
    this.isNamed = survey !== null;
    this.kept = new Kept(survey?.slug ?? '');
    const left = this.kept.read();
    this.draft = new Draft(survey ?? blank(), left?.value ?? survey ?? blank());
    if (left) this.slug = left.slug || this.slug;
    this.wasKept = left !== null && this.draft.isDirty();
    // What was left was changed from a revision: what came since is no change of ours.
    if (left && survey && left.etag && left.etag !== etag) this.etag = left.etag;
    /** @type {{ scoring: string | null, questions: Record<string, string> }} */
    this.fixed = { scoring: null, questions: {} };
    this.form = el('form.edit-form', {
      'novalidate': true,
      'aria-label': 'Definition',
      'on': { submit: (/** @type {Event} */ event) => this.submit(event) },
    });
    this.top = el('div.edit-top', null);
    this.bar = el('div.edit-bar', { 'role': 'group', 'aria-label': 'Saving' });
    this.preview = new Preview(context, this.draft);
    this.draft.redraw = () => this.draw();
    this.draft.listeners.push(() => this.touched());
  }

  async begin() {
    if (this.survey) await this.look();
    this.draw();
    if (this.wasKept)
      fill(
        this.top,
        notice(
          'info',
          'These are changes that you had not saved. ',
          button({ label: 'Discard them', kind: 'quiet', on: () => this.discard() }),
        ),
      );
    guard(this.context, () => this.draft.isDirty());
  }

  /** What is fixed, because it was answered. */
  async look() {
    const { slug } = this.survey;
    const { signal } = this.context;
    const [responses, questions] = await Promise.all([
      ask(at`/v1/surveys/${slug}/responses`, { query: { limit: 1 }, signal }).catch(() => null),
      ask(at`/v1/surveys/${slug}/questions`, { query: { window: 'all' }, signal }).catch(() => null),
    ]);
    if (responses?.responses.length > 0) this.fixed.scoring = FIXED;
    for (const { key, answered, removed } of questions?.questions ?? [])
      if (answered > 0 && !removed) this.fixed.questions[key] = FIXED_QUESTION;
  }

  touched() {
    if (this.draft.isDirty()) this.kept.write(this.draft.value, this.slug, this.etag);
    else this.kept.clear();
    this.drawBar();
    this.preview.later();
    if (!this.isNamed) {
      this.slug = slugOf(this.draft.get('/name') ?? '');
      const control = /** @type {any} */ (this.form.querySelector('[name=slug]'));
      if (control) control.value = this.slug;
    }
  }

  naming() {
    if (this.survey) return null;
    const control = el('input', {
      name: 'slug',
      value: this.slug,
      maxlength: 64,
      autocomplete: 'off',
      on: {
        input: (/** @type {any} */ event) => {
          this.slug = event.target.value.trim();
          this.isNamed = true;
        },
      },
    });
    return field({
      label: 'Address',
      control,
      hint: 'Small letters, digits and dashes, as in /s/checkout. It stays for good.',
      error: this.draft.errors.slug,
    });
  }

  draw() {
    const had = /** @type {any} */ (document.activeElement);
    const name = this.form.contains(had) ? had.name : null;
    // Details that are open stay open.
    const open = [...this.form.querySelectorAll('details')].map((one) => one.open);
    fill(this.form, ...sections(this.draft, this.fixed, this.naming()), this.bar);
    const now = [...this.form.querySelectorAll('details')];
    if (open.length === now.length) now.forEach((one, i) => (one.open = one.open || open[i]));
    if (name) /** @type {HTMLElement | null} */ (this.form.querySelector(`[name="${CSS.escape(name)}"]`))?.focus();
    this.drawBar();
    this.preview.later();
  }

  drawBar() {
    const isDirty = this.draft.isDirty() || !this.survey;
    const text = this.survey ? (isDirty ? 'Not saved yet' : `Saved, revision ${this.survey.revision}`) : 'A new survey';
    if (this.bar.dataset.text === text && this.bar.firstChild) return;
    this.bar.dataset.text = text;
    fill(
      this.bar,
      el('p', { role: 'status' }, text),
      el(
        'div.actions',
        null,
        button({ 'label': 'Preview', 'kind': 'quiet', 'data-narrow': true, 'on': () => this.preview.come() }),
        isDirty && this.survey && button({ label: 'Discard', kind: 'quiet', on: () => this.discard() }),
        button({
          label: this.survey ? 'Save' : 'Create the survey',
          kind: 'primary',
          type: 'submit',
          disabled: !isDirty,
        }),
      ),
    );
  }

  discard() {
    this.kept.clear();
    this.draft.value = structuredClone(this.draft.base);
    this.draft.errors = {};
    fill(this.top);
    this.draw();
    toast('As it is stored');
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    await this.save();
  }

  async save() {
    const slug = this.survey?.slug ?? this.slug;
    if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(slug)) {
      this.draft.errors = { slug: 'Needs small letters or digits, and maybe dashes.' };
      this.draw();
      /** @type {HTMLElement | null} */ (this.form.querySelector('[name=slug]'))?.focus();
      return;
    }
    const headers = /** @type {Record<string, string>} */ (this.etag ? {} : { 'If-None-Match': '*' });
    await attempt(this.context.session, 'admin', async () => {
      try {
        const done = await askWhole(at`/v1/surveys/${slug}`, {
          method: 'PUT',
          body: toPut(this.draft.value),
          etag: this.etag ?? undefined,
          headers,
        });
        this.saved(done.json, done.etag);
      } catch (error) {
        await this.refused(error, slug);
      }
    });
  }

  /** @param {any} survey @param {string | null} etag */
  saved(survey, etag) {
    this.kept.clear();
    if (!this.survey) {
      this.draft.base = structuredClone(this.draft.value);
      this.survey = survey;
      location.assign(to(at`/surveys/${survey.slug}/share`, { made: 'true' }));
      return;
    }
    this.survey = survey;
    this.etag = etag;
    this.draft.base = structuredClone(survey);
    this.draft.value = structuredClone(survey);
    this.draft.errors = {};
    fill(this.top);
    this.draw();
    toast(`Saved: revision ${survey.revision}`);
  }

  /** @param {unknown} error @param {string} slug */
  async refused(error, slug) {
    if (!(error instanceof Problem) || error.status === 401 || error.status === 403) throw error;
    if (error.status === 412 && this.survey) return this.conflict(slug);
    if (error.status === 412) {
      this.draft.errors = { slug: 'There is a survey at this address already.' };
    } else {
      this.draft.refuse(error.errors);
      if (error.type === 'survey_fixed') this.draft.errors['/metric'] = FIXED;
    }
    this.draw();
    fill(this.top, this.wrong(error));
    /** @type {HTMLElement | null} */ (this.top.querySelector('a, .notice'))?.focus();
    this.top.scrollIntoView({ block: 'start' });
  }

  /** Each error, and a way to where it is. @param {Problem} problem */
  wrong(problem) {
    const found = Object.entries(this.draft.errors);
    const go = (/** @type {string} */ path) => (/** @type {Event} */ event) => {
      event.preventDefault();
      const all = [.../** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll('[name]'))];
      const at =
        all.find(
          (one) => /** @type {any} */ (one).name === path || `/${/** @type {any} */ (one).name}` === `/${path}`,
        ) ??
        all.find(
          (one) => path.startsWith(/** @type {any} */ (one).name) || /** @type {any} */ (one).name.startsWith(path),
        );
      at?.closest('details')?.setAttribute('open', '');
      at?.focus();
    };
    return notice(
      'error',
      el(
        'p',
        null,
        el('b', null, 'Not saved. '),
        found.length > 0
          ? `${found.length === 1 ? 'One thing has' : `${found.length} things have`} to be mended:`
          : wrongWords(problem),
      ),
      found.length > 0 &&
        el(
          'ul',
          null,
          ...found.map(([path, detail]) =>
            el(
              'li',
              null,
              el(
                'a',
                { href: '#main', on: { click: go(path) } },
                words(path.slice(1).replaceAll('/', ' › ') || 'address'),
              ),
              ` ${detail}`,
            ),
          ),
        ),
    );
  }

  /** Somebody else was faster: both are shown, and nothing of it is lost. @param {string} slug */
  async conflict(slug) {
    const now = await askWhole(at`/v1/surveys/${slug}`);
    const all = differences(this.draft.value, now.json);
    const base = this.draft.base;
    const chosen = all.map(({ pointer, mine, theirs }) => {
      const stored = pointer
        .split('/')
        .slice(1)
        .reduce((/** @type {any} */ at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], base);
      return { pointer, mine, theirs, isMine: !isSame(mine, stored), isTheirs: !isSame(theirs, stored) };
    });
    const take = (/** @type {Set<string>} */ keepMine) => {
      const merged = structuredClone(now.json);
      for (const { pointer, mine } of all) if (keepMine.has(pointer)) write(merged, pointer, structuredClone(mine));
      this.survey = now.json;
      this.etag = now.etag;
      this.draft.base = structuredClone(now.json);
      this.draft.value = merged;
      fill(this.top, notice('info', 'Both are in here now. Save to store it.'));
      this.draft.set('/revision', now.json.revision);
      this.draw();
    };
    fill(this.top, conflictPanel(chosen, take));
    this.top.querySelector('section')?.scrollIntoView({ block: 'start' });
    /** @type {HTMLElement | null} */ (this.top.querySelector('input, button'))?.focus();
  }

  async archive() {
    const { archived, slug, name } = this.survey;
    const said = await dialog({
      title: archived ? `Open ${name || slug} again?` : `Archive ${name || slug}?`,
      body: el(
        'p',
        null,
        archived
          ? 'It takes answers again.'
          : 'It takes no answers any more; its figures stay readable. It can be opened again.',
      ),
      actions: [{ label: archived ? 'Open' : 'Archive', value: 'ok', kind: archived ? 'primary' : 'danger' }],
    });
    if (said !== 'ok') return;
    const done = await attempt(this.context.session, 'admin', () =>
      archived
        ? askWhole(at`/v1/surveys/${slug}`, {
            method: 'PUT',
            body: { ...this.draft.base, archived: false },
            etag: this.etag ?? undefined,
          })
        : askWhole(at`/v1/surveys/${slug}`, { method: 'DELETE', etag: this.etag ?? undefined }),
    );
    if (!done) return;
    toast(archived ? 'It is open again' : 'It is archived');
    location.reload();
  }
}

/** @param {HTMLElement} root @param {Editor} editor @param {any[]} head */
function lay(root, editor, ...head) {
  fill(root, ...head, editor.top, el('div.edit', null, editor.form, editor.preview.node));
  return editor.begin();
}

/** Of who may not change it, in words. @param {Context} context */
const refusal = ({ session }) =>
  state({
    title: 'You may not change surveys',
    text: `That takes a key with the scope admin; yours has ${session.scopes.join(', ') || 'none'}.`,
    icon: 'lock',
  });

/** @type {import('../router.js').View} */
export const edit = {
  title: ({ survey }) => `Edit ${survey}`,
  async show(root, context) {
    const { json: survey, etag } = await askWhole(at`/v1/surveys/${context.params.survey}`, { signal: context.signal });
    context.say(`Edit ${nameOf(survey)}`);
    const head = surveyHead(context, survey, 'edit');
    if (mayNot(context.session, 'admin')) {
      fill(root, head, refusal(context));
      return;
    }
    const editor = new Editor(context, survey, etag);
    await lay(
      root,
      editor,
      head,
      survey.archived && notice('warning', 'This survey is archived: it takes no answers.'),
    );
    editor.form.append(
      el(
        'div.edit-end',
        null,
        button({
          label: survey.archived ? 'Open it again' : 'Archive this survey',
          kind: 'quiet',
          on: () => void editor.archive(),
        }),
      ),
    );
  },
};

/** @type {import('../router.js').View} */
export const create = {
  title: () => 'New survey',
  async show(root, context) {
    const head = el(
      'header.head',
      null,
      el('h1', null, 'New survey'),
      el('p.note', null, 'A name and a question are enough; everything else has its usual value.'),
    );
    if (mayNot(context.session, 'admin')) {
      fill(root, head, refusal(context));
      return;
    }
    await lay(root, new Editor(context, null, null), head);
  },
};
