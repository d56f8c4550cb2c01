// Every survey, and how it does.
import { ask, askAll, at, bounded, to } from '../api.js';
import { windowControls } from '../controls.js';
import { el, fill, words } from '../dom.js';
import {
  before,
  chip,
  likely,
  missing,
  rateWords,
  shortly,
  smallSample,
  sparkline,
  track,
  verdict,
  when,
} from '../figures.js';
import { METRICS, count, interval, percent, plural, whole } from '../format.js';
import { icon } from '../icons.js';
import { part } from '../loader.js';
import { button, csvButton, panel, select, state, table } from '../parts.js';
import { may } from '../session.js';
import { bucketName, unitOf } from '../survey/trend.js';

/** @typedef {import('../router.js').Context} Context */
/** @typedef {import('../api.js').Score & { definition: any }} Row */

const TRENDS_AT_A_TIME = 3;

/** @type {[string, string][]} */
const ORDERS = [
  ['attention', 'What needs attention'],
  ['name', 'Name'],
  ['score', 'Score'],
  ['change', 'Change'],
  ['n', 'Answers'],
];

/** What got worse first, then what got better, then what is unclear; the larger before the smaller. @param {Row} row */
function urgency(row) {
  const kind = verdict(row, row.previous);
  return /** @type {Record<string, number>} */ ({ worse: 0, better: 1, unclear: 2, none: 3 })[kind];
}

/** @type {Record<string, (a: Row, b: Row) => number>} */
const BY = {
  attention: (a, b) => urgency(a) - urgency(b) || b.n - a.n,
  name: (a, b) => nameOf(a).localeCompare(nameOf(b)),
  score: (a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity),
  change: (a, b) => (a.previous?.delta ?? Infinity) - (b.previous?.delta ?? Infinity),
  n: (a, b) => b.n - a.n,
};

/** @param {Row} row */
const nameOf = (row) => row.definition?.name || row.survey;

/**
 * @param {Context} context @param {(row: Row, place: Element) => void} spark @returns
 * {import('../parts.js').Column[]}
 */
function columnsOf({ address }, spark) {
  const isCompared = address.compare() !== 'none';
  const columns = /** @type {(import('../parts.js').Column | false)[]} */ ([
    {
      key: 'survey',
      label: 'Survey',
      head: true,
      value: nameOf,
      shown: (row) => [
        el('a.row-link', { href: address.link(at`/surveys/${row.survey}`) }, words(nameOf(row))),
        el(
          'span.note.row-sub',
          null,
          el('span.tag', null, METRICS[row.metric]),
          row.definition?.archived && el('span.tag.quiet', null, 'archived'),
          row.definition?.name && row.survey,
        ),
      ],
    },
    {
      key: 'score',
      label: 'Score',
      kind: 'number',
      value: (row) => row.score,
      shown: (row) => el('strong.row-score', { dataset: { figure: 'score' } }, whole(row.score, row.method)),
    },
    {
      key: 'interval',
      label: 'Likely range',
      kind: 'drawn',
      csv: false,
      value: (row) => row.interval?.low ?? null,
      shown: (row) =>
        row.score === null
          ? el('span.note', null, missing(row))
          : [
              track(row, row.previous?.score ?? null),
              el(
                'span.note.number',
                { dataset: { figure: 'interval' }, title: `Likely between ${likely(row)}` },
                interval(row.interval, row.method),
              ),
              row.small_sample && [' ', smallSample()],
            ],
    },
    { key: 'low', label: 'from', value: (row) => row.interval?.low ?? null },
    { key: 'high', label: 'to', value: (row) => row.interval?.high ?? null },
    isCompared && {
      key: 'delta',
      label: `Change from ${before(address)}`,
      kind: 'drawn',
      value: (row) => row.previous?.delta ?? null,
      shown: (row) => [
        chip(row, row.previous),
        el(
          'span.row-sentence',
          { dataset: { figure: 'sentence', verdict: verdict(row, row.previous) } },
          shortly(row, row.previous),
        ),
      ],
    },
    {
      key: 'trend',
      label: 'Trend',
      kind: 'drawn',
      csv: false,
      value: () => null,
      shown: (row) => {
        const place = el('span.spark-place', { dataset: { survey: row.survey } });
        spark(row, place);
        return place;
      },
    },
    {
      key: 'n',
      label: 'Answers',
      kind: 'number',
      value: (row) => row.n,
      shown: (row) => el('span', { dataset: { figure: 'n' } }, count(row.n)),
    },
    {
      key: 'rate',
      label: 'Response rate',
      kind: 'number',
      value: (row) => row.response_rate?.rate ?? null,
      shown: (row) =>
        el(
          'span',
          { dataset: { figure: 'rate' }, title: rateWords(row.response_rate) },
          percent(row.response_rate?.rate),
        ),
    },
  ]);
  return /** @type {import('../parts.js').Column[]} */ (columns.filter(Boolean));
}

/** Draws the lines of the rows that are seen, a few at a time. @param {Context} context */
function sparks({ address, signal }) {
  const run = bounded(TRENDS_AT_A_TIME);
  /** @type {WeakMap<Element, Row>} */
  const rows = new WeakMap();
  const unit = unitOf(address);
  const isShort =
    ['today', 'yesterday', '7d', 'week', 'last_week'].includes(address.get('window', '30d')) && !address.isCustom();
  const rolling = unit === 'day' && !isShort ? '7d' : null;

  /** @param {Row} row @param {Element} place */
  async function draw(row, place) {
    try {
      const trend = await run(() =>
        ask(at`/v1/surveys/${row.survey}/trend`, {
          query: [...address.window(), ['interval', unit], ['rolling', rolling]],
          signal,
        }),
      );
      fill(
        place,
        sparkline(trend.buckets, row, `Trend of ${nameOf(row)}`, (bucket) => bucketName(bucket, unit)),
      );
    } catch {
      fill(place);
    }
  }
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const row = isIntersecting && rows.get(target);
        if (!row) continue;
        seen.unobserve(target);
        void draw(row, target);
      }
    },
    { rootMargin: '200px' },
  );
  signal.addEventListener('abort', () => seen.disconnect());
  /** @param {Row} row @param {Element} place */
  return (row, place) => {
    if (row.n === 0) return;
    rows.set(place, row);
    seen.observe(place);
  };
}

/** @param {Context} context */
const none = ({ session }) =>
  el(
    'section.panel',
    null,
    state({
      title: 'No surveys yet',
      text: 'A survey has a question, a scale and an address to which answers are sent.',
      actions: [
        may(session, 'admin')
          ? button({ label: 'Create a survey', icon: 'plus', kind: 'primary', href: to('/surveys/new') })
          : el('code', null, 'cxd survey create checkout --metric nps'),
      ],
    }),
  );

/** What is shown now. @type {{ update: (context: Context) => Promise<void> } | null} */
let shown = null;

/** @type {import('../router.js').View} */
export const view = {
  title: () => 'Surveys',

  async show(root, first) {
    let context = first;
    /** @type {Row[]} */
    let rows = [];
    const now = () => context;
    const windows = windowControls(now);
    const find = el('input', {
      'type': 'search',
      'placeholder': 'Find a survey',
      'aria-label': 'Find a survey',
      'autocomplete': 'off',
    });
    const order = select({
      id: 'order',
      value: '',
      options: ORDERS,
      on: (value) => context.change({ sort: value === 'attention' ? null : value }),
    });
    const counted = el('p.note', { role: 'status' });
    const actions = el('div.actions');
    first.cleanup(() => (shown = null));

    const draw = () => {
      const { address } = context;
      const wanted = address.get('q').toLowerCase();
      const all = rows.filter((row) => address.get('archived') === 'yes' || !row.definition?.archived);
      const archived = rows.length - rows.filter((row) => !row.definition?.archived).length;
      const found = all.filter((row) => `${nameOf(row)} ${row.survey}`.toLowerCase().includes(wanted));
      const sorted = [...found].sort(
        (a, b) => BY[address.get('sort', 'attention')]?.(a, b) || nameOf(a).localeCompare(nameOf(b)),
      );
      const columns = columnsOf(context, sparks(context));
      fill(
        counted,
        wanted ? `${count(found.length)} of ${plural(all.length, 'survey')}` : plural(all.length, 'survey'),
        rows.length > 0 && ` · ${when(rows[0].window)}`,
        archived > 0 && [
          ' · ',
          address.get('archived') === 'yes'
            ? el('a', { href: address.with({ archived: null }) }, 'hide archived ones')
            : el('a', { href: address.with({ archived: 'yes' }) }, `show ${plural(archived, 'archived one')}`),
        ],
      );
      fill(
        actions,
        sorted.length > 0 &&
          csvButton({
            name: 'surveys.csv',
            columns: [{ key: 'slug', label: '', value: (row) => row.survey }, ...columns],
            rows: sorted,
          }),
      );
      if (sorted.length === 0)
        return el(
          'section.panel',
          null,
          state({
            title: 'No survey has this name',
            icon: 'search',
            actions: [button({ label: 'Show all', on: () => context.change({ q: null }) })],
          }),
        );
      return el(
        'section.panel.flush',
        { 'aria-label': 'Surveys' },
        table({
          caption: 'Surveys and their scores',
          class: 'overview',
          columns: columns.filter(({ key }) => key !== 'low' && key !== 'high'),
          rows: sorted,
          rowProps: (row) => ({ dataset: { survey: row.survey, verdict: verdict(row, row.previous) } }),
        }),
      );
    };

    const main = part('rows', async (current) => {
      const { address, signal } = current;
      const [scores, definitions] = await Promise.all([
        askAll('/v1/scores', 'scores', {
          query: Object.fromEntries([...address.window(), ...address.compared(), ['limit', '500']]),
          signal,
        }),
        askAll('/v1/surveys', 'surveys', { query: { limit: 500 }, signal }),
      ]);
      const known = new Map(definitions.map((one) => [one.slug, one]));
      rows = scores.map((one) => ({ ...one, definition: known.get(one.survey) }));
      bar.hidden = rows.length === 0;
      return rows.length === 0 ? none(current) : draw();
    });
    const journeys = part(
      'rows',
      async ({ address, signal }) => {
        const all = await askAll('/v1/journeys', 'journeys', { query: { limit: 500 }, signal });
        if (all.length === 0) return null;
        return panel(
          { title: 'Journeys', note: 'Scores of several stages side by side' },
          el(
            'ul.links',
            null,
            ...all.map((one) =>
              el(
                'li',
                null,
                el('a', { href: address.link(at`/journeys/${one.journey}`) }, words(one.name || one.journey)),
                el('span.note', null, ` ${plural(one.stages.length, 'stage')}`),
              ),
            ),
          ),
        );
      },
      1,
    );
    const bar = el(
      'div.toolbar',
      null,
      windows.element,
      el('div.controls.search', null, icon('search'), find),
      el('div.controls', null, el('label', { for: 'order' }, 'Sort by'), order),
      el('div.actions.tools', null, actions),
    );
    find.addEventListener('input', () => context.change({ q: find.value || null }, { replace: true }));
    fill(
      root,
      el(
        'header.head.plain',
        null,
        el(
          'div.head-line',
          null,
          el('h1', null, 'Surveys'),
          may(first.session, 'admin') && button({ label: 'New survey', icon: 'plus', href: to('/surveys/new') }),
        ),
        counted,
      ),
      bar,
      main.body,
      journeys.body,
    );
    /** What is asked of the API. @param {Context} one */
    const asked = ({ address }) => JSON.stringify([address.window(), address.compare()]);
    const sync = () => {
      windows.sync(context);
      order.value = context.address.get('sort', 'attention');
      if (document.activeElement !== find) find.value = context.address.get('q');
    };
    shown = {
      update: async (next) => {
        const isSame = asked(next) === asked(context) && rows.length > 0;
        context = next;
        sync();
        if (isSame) fill(main.body, draw());
        else {
          await main.load(next);
          if (!next.signal.aborted) next.announce('The figures have changed.');
        }
      },
    };
    sync();
    await Promise.all([main.load(first), journeys.load(first)]);
  },

  update: (_, context) => shown?.update(context),
};
