// Responses that look like a machine's: why, and whether they are to count.
import { ask, at, isAbort } from '../api.js';
import { attempt, mayNot } from '../acting.js';
import { el, fill } from '../dom.js';
import { plural } from '../format.js';
import { button, dialog, empty, failed, field, loading, notice, panel, toast } from '../parts.js';
import { FLAGS } from '../record-words.js';
import { isByDaemon, responseCard, setCounting } from '../response-card.js';
import { definition, surveyHead } from '../head.js';
import { timeAndFilters } from '../time-and-filters.js';

/** @typedef {import('../router.js').Context} Context */

const PAGE = 50;
const AT_ONCE = 4;

/** Whether somebody has looked at it already, and said that it is to stay out. @param {any} response */
const isKept = (response) => Boolean(response.excluded_reason) && !isByDaemon(response);

class Suspects {
  /** @param {Context} context @param {any} survey @param {HTMLElement} place */
  constructor(context, survey, place) {
    this.context = context;
    this.survey = survey;
    this.place = place;
    /** @type {Map<string, { response: any, card: any, check: HTMLElement & Record<string, any> }>} */
    this.shown = new Map();
    this.list = el('div.responses', { 'role': 'feed', 'aria-label': 'Suspects' });
    this.bulk = el('div.bulk', { 'role': 'group', 'aria-label': 'With those that are ticked' });
    this.foot = el('div.list-foot', null);
    /** @type {string | null} */
    this.next = null;
    this.withKept = context.address.get('kept') === 'true';
  }

  /** @param {string | null} cursor */
  page(cursor) {
    const query = [
      ...this.context.address.window(),
      ...this.context.address.filters(),
      ['flagged', 'true'],
      ['limit', String(PAGE)],
      ['cursor', cursor],
    ];
    return ask(at`/v1/surveys/${this.survey.slug}/responses`, {
      query: /** @type {any} */ (query),
      signal: this.context.signal,
    });
  }

  async begin() {
    this.shown.clear();
    fill(this.list);
    fill(this.place, loading('rows', 4));
    try {
      await this.add(null);
      fill(this.place, this.bulk, this.list, this.foot);
      this.draw();
    } catch (error) {
      if (!isAbort(error))
        fill(
          this.place,
          failed(error, () => void this.begin()),
        );
    }
  }

  /** @param {string | null} cursor */
  async add(cursor) {
    const { responses, next } = await this.page(cursor);
    this.next = next;
    for (const response of responses) if (this.withKept || !isKept(response)) this.list.append(this.card(response));
  }

  /** @param {any} response */
  card(response) {
    const check = el('input', {
      'type': 'checkbox',
      'aria-label': `Choose the answer of ${response.answered_at}`,
      'on': { change: () => this.drawBulk() },
    });
    const card = responseCard(response, {
      survey: this.survey,
      session: this.context.session,
      questions: Object.fromEntries(this.survey.questions.map((/** @type {any} */ one) => [one.key, one])),
      head: this.mayAct() ? check : null,
      actions: (now) =>
        this.mayAct()
          ? [
              button({ label: 'Let it count', on: () => this.settle([now.id], false) }),
              !isKept(now) && button({ label: 'Keep out', kind: 'quiet', on: () => this.settle([now.id], true) }),
            ]
          : [],
    });
    this.shown.set(response.id, { response, card, check });
    return card;
  }

  mayAct() {
    return !mayNot(this.context.session, 'write');
  }

  chosen() {
    return [...this.shown].filter(([, { check }]) => check.checked).map(([id]) => id);
  }

  draw() {
    const count = this.shown.size;
    if (count === 0 && !this.next) {
      fill(
        this.place,
        empty({
          title: 'No suspects',
          text: 'Answers that look like a machine’s are kept here, and count nowhere until somebody lets them.',
          icon: 'check',
          actions: [
            !this.withKept &&
              button({
                label: 'Show those that are kept out',
                kind: 'quiet',
                on: () => this.context.change({ kept: 'true' }),
              }),
          ].filter(Boolean),
        }),
      );
      return;
    }
    this.drawBulk();
    const more = async () => {
      try {
        await this.add(this.next);
        this.draw();
      } catch (error) {
        if (!isAbort(error)) fill(this.foot, failed(error, more, 3));
      }
    };
    fill(
      this.foot,
      el('p.soft', { role: 'status' }, `${plural(count, 'suspect')} shown${this.next ? '' : ', that is all'}`),
      this.next && button({ label: 'Show more', on: () => void more() }),
    );
  }

  drawBulk() {
    if (!this.mayAct()) return;
    const chosen = this.chosen().length;
    const all = el('input', {
      type: 'checkbox',
      checked: chosen > 0 && chosen === this.shown.size,
      on: {
        change: (/** @type {any} */ event) => {
          for (const { check } of this.shown.values()) check.checked = event.target.checked;
          this.drawBulk();
        },
      },
    });
    const hadFocus =
      this.bulk.contains(document.activeElement) && /** @type {any} */ (document.activeElement).type === 'checkbox';
    fill(
      this.bulk,
      el('label.check', null, all, el('span', null, chosen > 0 ? `${chosen} chosen` : 'Choose all')),
      chosen > 0 && button({ label: 'Let them count', kind: 'primary', on: () => this.settle(this.chosen(), false) }),
      chosen > 0 && button({ label: 'Keep them out', kind: 'quiet', on: () => this.settle(this.chosen(), true) }),
    );
    if (hadFocus) all.focus();
  }

  /** @param {string[]} ids @param {boolean} excluded */
  async settle(ids, excluded) {
    const reason = excluded ? await askKeep(ids.length) : '';
    if (reason === null) return;
    const settled = await attempt(this.context.session, 'write', async () => {
      const left = [...ids];
      const done = /** @type {string[]} */ ([]);
      const one = async () => {
        for (let id = left.shift(); id; id = left.shift()) {
          const { response } = /** @type {any} */ (this.shown.get(id));
          await setCounting(response, excluded ? { excluded, reason } : { excluded });
          done.push(id);
        }
      };
      await Promise.allSettled(Array.from({ length: AT_ONCE }, one)).then((all) => {
        const failure = all.find(({ status }) => status === 'rejected');
        if (failure && done.length === 0) throw /** @type {any} */ (failure).reason;
        if (failure) toast(`Only ${done.length} of ${ids.length} were changed`);
      });
      return done;
    });
    if (!settled) return;
    for (const id of settled) {
      this.shown.get(id)?.card.remove();
      this.shown.delete(id);
    }
    this.draw();
    toast(
      excluded
        ? `${plural(settled.length, 'answer')} kept out`
        : `${plural(settled.length, 'answer')} counted from now on`,
    );
    if (this.withKept && excluded) await this.begin();
    /** @type {HTMLElement | null} */ (this.place.querySelector('input, button, a'))?.focus();
  }

  /** Lets all of the window count, however many they are. */
  async clearAll() {
    const said = await dialog({
      title: 'Let all suspects of this time count?',
      body: [
        el('p', null, 'All that are flagged, also those that are not shown and those kept out, count from then on.'),
        el('p', null, 'This cannot be taken back at one go.'),
      ],
      actions: [{ label: 'Let all count', value: 'ok', kind: 'danger' }],
    });
    if (said !== 'ok') return;
    const cleared = await attempt(this.context.session, 'write', async () => {
      const window = await this.window();
      const query = { flagged: 'true', ...window };
      return ask(at`/v1/surveys/${this.survey.slug}/responses`, { method: 'PATCH', query, body: { excluded: false } });
    });
    if (!cleared) return;
    toast(`${plural(cleared.cleared, 'answer')} counted from now on`);
    await this.begin();
  }

  /** The ends of the window, as the daemon has them. */
  async window() {
    const query = this.context.address.window();
    if (query.length === 1 && query[0][1] === 'all') return {};
    if (query.every(([name]) => name !== 'window')) return Object.fromEntries(query);
    const { window } = await ask(at`/v1/surveys/${this.survey.slug}/score`, { query });
    return Object.fromEntries(Object.entries(window).filter(([name, value]) => value && ['from', 'to'].includes(name)));
  }
}

/** @param {number} n @returns {Promise<string | null>} */
function askKeep(n) {
  const control = el('input', { name: 'reason', maxlength: '200', value: 'A machine', autocomplete: 'off' });
  return dialog({
    title: n === 1 ? 'Keep this answer out' : `Keep ${n} answers out`,
    body: [
      el('p', null, 'They stay out of all figures, and are not asked about again.'),
      field({ label: 'Why', control }),
    ],
    actions: [{ label: 'Keep out', value: 'ok', kind: 'primary' }],
    read: () => {
      if (!control.value.trim()) throw new Error('Say why, in a word: those with a reason are taken for looked at.');
      return control.value.trim();
    },
  });
}

/** @param {Context} context @param {any} survey */
async function about(context, survey) {
  const status = await ask('/v1/status', { signal: context.signal });
  const mine = status.suspects?.surveys.find((/** @type {any} */ one) => one.survey === survey.slug);
  if (!mine) return null;
  const reasons = Object.entries(mine.reasons).filter(([, n]) => Number(n) > 0);
  return el(
    'ul.reasons',
    { 'aria-label': 'Suspects by reason' },
    ...reasons.map(([name, n]) =>
      el(
        'li',
        { title: FLAGS[/** @type {keyof typeof FLAGS} */ (name)]?.about },
        el('b.number', null, Number(n)),
        ` ${FLAGS[/** @type {keyof typeof FLAGS} */ (name)]?.name ?? name}`,
      ),
    ),
  );
}

/** @type {import('../router.js').View} */
export const suspects = {
  title: ({ survey }) => `Suspects of ${survey}`,
  async show(root, context) {
    const survey = await definition(context);
    context.say(`Suspects of ${survey.name || survey.slug}`);
    const place = el('div', null);
    const reasons = el('div', null);
    const list = new Suspects(context, survey, place);
    const withKept = el(
      'label.check',
      null,
      el('input', {
        type: 'checkbox',
        checked: list.withKept,
        on: { change: (/** @type {any} */ event) => context.change({ kept: event.target.checked ? 'true' : null }) },
      }),
      el('span', null, 'Also those kept out'),
    );
    fill(
      root,
      surveyHead(context, survey, 'suspects'),
      timeAndFilters(() => context, survey).element,
      panel(
        {
          title: 'Suspects',
          note: 'Stored and answered as any other, and counted nowhere until somebody says that they are people’s.',
          actions: [
            withKept,
            !mayNot(context.session, 'write') &&
              button({ label: 'Let all count', kind: 'quiet', on: () => void list.clearAll() }),
          ],
        },
        reasons,
        mayNot(context.session, 'write') && notice('info', 'Your key may look at these, and change nothing.'),
        place,
      ),
    );
    await Promise.all([
      list.begin(),
      about(context, survey).then(
        (shown) => fill(reasons, shown),
        () => {},
      ),
    ]);
  },
};
