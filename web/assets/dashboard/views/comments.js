// What people wrote: searched, filtered, sorted, and the newest as they come.
import { ask, at, isAbort, to } from '../api.js';
import { el, fill } from '../dom.js';
import { plural } from '../format.js';
import { button, busy, empty, failed, loading, panel, select } from '../parts.js';
import { BAND_NAMES, responseCard } from '../response-card.js';
import { standing } from '../acting.js';
import { definition, surveyHead } from '../head.js';
import { timeAndFilters } from '../time-and-filters.js';
import { saveComments } from './comments-csv.js';
import { follow } from './comments-live.js';
import { terms } from './comments-terms.js';

/** @typedef {import('../router.js').Context} Context */

const PAGE = 30;
const ORDERS = /** @type {[string, string][]} */ ([
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
  ['lowest', 'Lowest score first'],
  ['highest', 'Highest score first'],
]);

/** What is asked of the API for an address, but for the page. @param {Context} context @returns {[string, string][]} */
export function commentsQuery({ address }) {
  const fields = ['q', 'band', 'score', 'question', 'order'];
  // What counts, unless it is said otherwise: what was taken out is not what they are told by.
  const excluded = address.get('excluded', 'false');
  return [
    ...address.window(),
    ...address.filters(),
    .../** @type {[string, string][]} */ ([
      ...fields.map((name) => [name, address.get(name)]),
      ['excluded', excluded === 'all' ? '' : excluded],
    ]).filter(([, value]) => value),
  ];
}

/** @param {any} survey */
const bandOptions = (survey) =>
  /** @type {[string, string][]} */ ([
    ['', 'All scores'],
    ...BAND_NAMES[/** @type {keyof typeof BAND_NAMES} */ (survey.metric)].map((name) => [
      name,
      name[0].toUpperCase() + name.slice(1),
    ]),
  ]);

/**
 * What is searched for, and how it is sorted.
 * @param {Context} context @param {any} survey
 */
function searchBar(context, survey) {
  const { address } = context;
  const query = el('input', {
    'type': 'search',
    'name': 'q',
    'value': address.get('q'),
    'dir': 'auto',
    'maxlength': '2000',
    'placeholder': 'Search',
    'aria-label': 'Search the comments',
    'aria-describedby': 'search-help',
    'autocomplete': 'off',
  });
  // "best" without words to be best by is refused.
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const q = query.value.trim();
    context.change({ q: q || null, order: q || address.get('order') !== 'best' ? address.get('order') || null : null });
  };
  const orders = address.get('q')
    ? [...ORDERS, /** @type {[string, string]} */ (['best', 'Best match first'])]
    : ORDERS;
  const questions = survey.questions.filter((/** @type {any} */ one) => one.type === 'text' || one.other);
  const pick = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {[string, string][]} */ options,
    usual = '',
  ) =>
    select({
      'value': address.get(name, usual),
      options,
      'aria-label': label,
      name,
      'on': (value) =>
        context.change({ [name]: value === usual ? null : value, ...(name === 'band' ? { score: null } : {}) }),
    });
  return el(
    'form.search-bar',
    { role: 'search', on: { submit } },
    el('div.search', null, query, button({ label: 'Search', icon: 'search', kind: 'primary', type: 'submit' })),
    el(
      'div.search-picks',
      null,
      pick('band', 'Of which scores', bandOptions(survey)),
      questions.length > 0 &&
        pick('question', 'Which texts', [
          ['', 'All texts'],
          ...questions.map((/** @type {any} */ one) => [
            one.key,
            `Only: ${one.text?.en ?? Object.values(one.text ?? {})[0] ?? one.key}`,
          ]),
        ]),
      pick(
        'excluded',
        'Counted or not',
        [
          ['false', 'That count'],
          ['all', 'Excluded ones too'],
          ['true', 'Excluded ones only'],
        ],
        'false',
      ),
      pick('order', 'Order', orders, 'newest'),
    ),
    el(
      'details.more',
      null,
      el('summary', null, 'How to search'),
      el(
        'p.hint',
        { id: 'search-help' },
        'Words are all looked for, in any case, Latin letters also without accents. "In quotes" is a phrase, ',
        'deliver* a beginning, ',
        'OR is either, -word must not be there.',
      ),
    ),
  );
}

/** The list, page by page. */
class Comments {
  /** @param {Context} context @param {any} survey @param {HTMLElement} place */
  constructor(context, survey, place) {
    this.context = context;
    this.survey = survey;
    this.place = place;
    this.list = el('div.responses', { 'role': 'feed', 'aria-label': 'Comments' });
    this.foot = el('div.list-foot', null);
    this.fresh = el('div.fresh', { role: 'status' });
    /** @type {Set<string>} */
    this.ids = new Set();
    /** @type {string | null} */
    this.next = null;
  }

  /** @param {string | null} cursor @param {number} [limit] */
  page(cursor, limit = PAGE) {
    const query = /** @type {[string, string | null][]} */ ([
      ...commentsQuery(this.context),
      ['limit', String(limit)],
      ['cursor', cursor],
    ]);
    return ask(at`/v1/surveys/${this.survey.slug}/comments`, { query, signal: this.context.signal });
  }

  async begin() {
    this.ids.clear();
    fill(this.list);
    fill(this.place, loading('rows', 4));
    try {
      const page = await this.whole(null);
      this.draw(page);
    } catch (error) {
      if (!isAbort(error))
        fill(
          this.place,
          failed(error, () => void this.begin()),
        );
    }
  }

  /**
   * A page that has something, unless the list is over: filters may leave none of those that were looked at.
   * @param {string | null} cursor
   */
  async whole(cursor) {
    let page = await this.page(cursor);
    for (let tries = 0; page.responses.length === 0 && page.next && tries < 20; tries++)
      page = await this.page(page.next);
    return page;
  }

  /** @param {any} page */
  draw(page) {
    this.next = page.next;
    if (page.responses.length === 0 && !page.next) {
      fill(this.place, this.fresh, this.nothing());
      return;
    }
    this.add(page.responses);
    fill(this.place, this.fresh, this.list, this.foot);
    this.drawFoot();
  }

  nothing() {
    const { address } = this.context;
    const isNarrowed = commentsQuery(this.context).some(
      ([name]) => !['window', 'from', 'to', 'order', 'excluded'].includes(name),
    );
    const clear = () => this.context.change({ q: null, band: null, score: null, question: null, excluded: null });
    return empty({
      title: address.get('q') ? 'No comment says this' : isNarrowed ? 'No comment fits' : 'No comments in this time',
      text: isNarrowed
        ? 'Try other words, a longer time or fewer filters.'
        : 'What people write shows up here at once. A longer time may have some.',
      icon: 'search',
      actions: [
        isNarrowed && button({ label: 'Clear the search', kind: 'primary', on: clear }),
        address.get('window') !== 'all' &&
          button({ label: 'All time', href: address.with({ window: 'all', from: null, to: null }) }),
      ].filter(Boolean),
    });
  }

  /** @param {any[]} responses @param {boolean} [isOnTop] */
  add(responses, isOnTop = false) {
    const cards = responses
      .filter(({ id }) => !this.ids.has(id))
      .map((response) => {
        this.ids.add(response.id);
        return responseCard(response, {
          survey: this.survey,
          session: this.context.session,
          questions: Object.fromEntries(this.survey.questions.map((/** @type {any} */ one) => [one.key, one])),
        });
      });
    if (isOnTop) this.list.prepend(...cards);
    else this.list.append(...cards);
    return cards;
  }

  drawFoot() {
    const shown = this.list.children.length;
    fill(
      this.foot,
      el(
        'p.soft',
        { role: 'status' },
        this.next ? `${plural(shown, 'comment')} shown` : `${plural(shown, 'comment')}, that is all`,
      ),
      this.next && button({ label: 'Show more', on: () => void this.more() }),
    );
  }

  async more() {
    busy(this.list, true);
    try {
      const page = await this.whole(this.next);
      this.next = page.next;
      const [first] = this.add(page.responses);
      this.drawFoot();
      first?.setAttribute('tabindex', '-1');
      first?.focus({ preventScroll: true });
    } catch (error) {
      if (!isAbort(error))
        fill(
          this.foot,
          failed(error, () => void this.more(), 3),
        );
    } finally {
      busy(this.list, false);
    }
  }

  /**
   * Somebody else changed one of these, or several.
   * @param {{ kind: string, id?: string }} change
   */
  async changed({ kind, id }) {
    if (!id) return kind === 'erased' ? this.begin() : this.look();
    if (!this.ids.has(id)) return this.look();
    const card = /** @type {any} */ ([...this.list.children].find((one) => /** @type {any} */ (one).dataset.id === id));
    try {
      const now = await ask(at`/v1/surveys/${this.survey.slug}/responses/${id}`, { signal: this.context.signal });
      card?.draw(now);
    } catch (error) {
      if (!isAbort(error)) card?.remove();
    }
  }

  /** Looks whether there are new ones on top, and says how many. */
  async look() {
    if (this.context.address.get('order', 'newest') !== 'newest') return;
    try {
      const { responses } = await this.page(null, 100);
      const fresh = responses.filter((/** @type {any} */ { id }) => !this.ids.has(id));
      // What only the search of a longer list would show is no news.
      this.offer(fresh);
    } catch (error) {
      if (!isAbort(error)) this.offer([]);
    }
  }

  /** @param {any[]} fresh */
  offer(fresh) {
    if (fresh.length === 0) {
      fill(this.fresh);
      return;
    }
    const words = `${plural(fresh.length, 'new comment')}`;
    const show = () => {
      if (!this.list.isConnected) fill(this.place, this.fresh, this.list, this.foot);
      const [first] = this.add(fresh, true);
      this.drawFoot();
      fill(this.fresh);
      first?.setAttribute('tabindex', '-1');
      first?.focus({ preventScroll: false });
    };
    if (this.fresh.textContent !== words)
      fill(this.fresh, button({ label: words, icon: 'up', kind: 'primary', on: show }));
    else
      this.fresh.querySelector('button')?.replaceWith(button({ label: words, icon: 'up', kind: 'primary', on: show }));
  }
}

/**
 * @type {{ context: Context, survey: any, bar: HTMLElement, filters: ReturnType<typeof timeAndFilters>,
 *   list: HTMLElement, terms: HTMLElement, comments: Comments | null } | null}
 */
let current = null;

/** @param {Context} context */
async function draw(context) {
  const shown = current;
  if (!shown) return;
  shown.context = context;
  const had = shown.bar.contains(document.activeElement) ? /** @type {any} */ (document.activeElement)?.name : null;
  fill(shown.bar, searchBar(context, shown.survey));
  if (had) /** @type {any} */ (shown.bar.querySelector(`[name="${had}"]`))?.focus();
  shown.filters.sync(context);
  shown.comments = new Comments(context, shown.survey, shown.list);
  const listed = shown.comments.begin();
  const told = terms(shown.terms, context, shown.survey);
  await Promise.all([listed, told]);
}

/** @param {Context} context @param {any} survey */
function downloads(context, survey) {
  const download = () => {
    const { signal } = current?.context ?? context;
    void saveComments(commentsQuery(current?.context ?? context), survey, save, signal);
  };
  const save = button({
    label: 'Download',
    icon: 'download',
    kind: 'quiet',
    hidden: 'these comments as CSV',
    on: download,
  });
  return [
    save,
    standing(context.session, 'export') === 'may' &&
      button({
        label: 'All responses',
        icon: 'download',
        kind: 'quiet',
        hidden: 'of this time as CSV',
        href: to(at`/v1/surveys/${survey.slug}/responses.csv`, [
          ...context.address.window(),
          ...context.address.filters(),
        ]),
        download: true,
      }),
  ];
}

/** @type {import('../router.js').View} */
export const comments = {
  title: ({ survey }) => `Comments of ${survey}`,
  async show(root, context) {
    const survey = await definition(context);
    const bar = el('div', null);
    const filters = timeAndFilters(() => current?.context ?? context, survey);
    const list = el('div', null);
    const side = el('div', null);
    current = { context, survey, bar, filters, list, terms: side, comments: null };
    context.cleanup(() => void (current = null));
    context.say(`Comments of ${survey.name || survey.slug}`);
    fill(
      root,
      surveyHead(context, survey, 'comments'),
      filters.element,
      el(
        'div.with-side',
        null,
        panel(
          {
            title: 'Comments',
            actions: [follow(context, survey, () => current?.comments ?? null), ...downloads(context, survey)],
          },
          bar,
          list,
        ),
        side,
      ),
    );
    await draw(context);
  },
  update: (_, context) => draw(context),
};
