// One survey: its score, how it went, how the answers are spread, what moves it, and what else was asked.
import { isFilter } from '../address.js';
import { ask, askAll, at, isAbort, to } from '../api.js';
import { filterControls, textOf, windowControls } from '../controls.js';
import { el, fill, words } from '../dom.js';
import { plural } from '../format.js';
import { lastKnown, showHead } from '../head.js';
import { part } from '../loader.js';
import { button, failed, panel, select, state } from '../parts.js';
import { may } from '../session.js';
import { liveControl } from '../survey/fresh.js';
import { questionsPanel } from '../survey/questions.js';
import { distributionPanel, ratePanel, scorePanel } from '../survey/score.js';
import { segmentsPanel } from '../survey/segments.js';
import { trendPanel } from '../survey/trend.js';
import { welcome } from '../survey/welcome.js';

/** @typedef {import('../router.js').Context} Context */

/**
 * What is shown now: asked anew where the address changes. @type {{ update: (context: Context) => Promise<void> } |
 * null}
 */
let shown = null;

/** @param {Context} context */
const scoreQuery = ({ address }) => [
  ...address.window(),
  ...address.compared(),
  ...address.filters(),
  /** @type {[string, string]} */ (['question', address.get('question')]),
];

/** @param {Context} context @param {any} survey */
function questionSelect({ address, change }, survey) {
  const scales = (survey.questions ?? []).filter((/** @type {any} */ one) => one.type === 'scale');
  if (scales.length === 0 && !address.get('question')) return null;
  /** @type {[string, string][]} */
  const options = [
    ['', 'the score'],
    ...scales.map((/** @type {any} */ one) => [one.key, textOf(one.text) || one.key]),
  ];
  if (!options.some(([key]) => key === address.get('question')))
    options.push([address.get('question'), address.get('question')]);
  return [
    el('label', { for: 'question' }, 'Figures of'),
    select({
      id: 'question',
      value: address.get('question'),
      options,
      on: (value) => change({ question: value || null }),
    }),
  ];
}

/** Where there is nothing: why, and what helps. @param {Context} context @param {any} survey */
async function nothing({ address, params, signal, change }, survey) {
  const ever = await ask(at`/v1/surveys/${params.survey}/score`, { query: { window: 'all' }, signal });
  if (ever.n === 0) return welcome(survey);
  const filters = address.filters();
  return el(
    'section.panel',
    null,
    state({
      title: filters.length > 0 ? 'No answers with these filters' : 'No answers in this time',
      text: `The survey has ${plural(ever.n, 'answer')} in all.`,
      actions: [
        filters.length > 0 &&
          button({
            label: 'Remove the filters',
            kind: 'primary',
            on: () =>
              change(Object.fromEntries([...address.fields.keys()].filter(isFilter).map((name) => [name, null]))),
          }),
        address.get('window') !== 'all' &&
          button({
            label: 'Show all time',
            kind: filters.length > 0 ? undefined : 'primary',
            on: () => change({ window: 'all', from: null, to: null }),
          }),
      ],
    }),
  );
}

/** @param {Context} context @param {any[]} journeys */
function journeysPanel({ address }, journeys) {
  return panel(
    { title: 'Journeys', class: 'journeys-panel', note: 'In which this survey is a stage' },
    el(
      'ul.links',
      null,
      ...journeys.map((one) =>
        el('li', null, el('a', { href: address.link(at`/journeys/${one.journey}`) }, words(one.name || one.journey))),
      ),
    ),
  );
}

/** @type {import('../router.js').View} */
export const view = {
  title: ({ survey }) => survey,

  async show(root, first) {
    let context = first;
    let survey = lastKnown(first);
    const now = () => context;
    const head = el('div');
    const toolbar = el('div.toolbar');
    const aside = el('div.extra');
    const live = el('div');
    const content = el('div.survey');
    fill(root, head, toolbar, content);

    const windows = windowControls(now);
    const filters = filterControls(
      now,
      () => survey,
      async (by, signal) => {
        const { segments } = await ask(at`/v1/surveys/${first.params.survey}/segments`, {
          query: [['by', by], ['limit', 50], ...context.address.window()],
          signal,
        });
        return segments.filter((/** @type {any} */ row) => !row.remainder && row.value !== null);
      },
    );
    const question = el('div.controls');
    const print = button({ label: 'Print', icon: 'print', kind: 'quiet', on: () => window.print() });
    fill(toolbar, windows.element, question, filters.element, el('div.actions.tools', null, live, aside, print));

    const trend = trendPanel(now, () => survey);
    const segments = segmentsPanel(now, () => survey);
    first.cleanup(() => trend.leave());
    first.cleanup(() => (shown = null));

    /** @type {Promise<void> | null} */
    let read = null;
    /** The definition is there; where it did not come it is asked for again by whoever needs it next. */
    const known = () => {
      if (read) return read;
      const mine = showHead(head, context, '').then((definition) => {
        survey = definition;
        sync();
      });
      mine.catch(() => read === mine && (read = null));
      return (read = mine);
    };
    const scores = part('panel', async (current) => {
      const figures = await ask(at`/v1/surveys/${current.params.survey}/score`, {
        query: scoreQuery(current),
        signal: current.signal,
      });
      await known();
      if (figures.n === 0 && !figures.response_rate) {
        rest.hidden = true;
        return nothing(current, survey);
      }
      rest.hidden = false;
      return el(
        'div.pair-of-panels',
        null,
        scorePanel(figures, current),
        el('div.stack', null, distributionPanel(figures, survey, current), !figures.question && ratePanel(figures)),
      );
    });
    const trends = part('chart', async (current) => {
      const figures = await trend.ask(current);
      if (current.signal.aborted) return null;
      await trend.show(figures, current);
      return trend.place;
    });
    const tables = part('panel', async (current) => {
      const figures = await segments.ask(current);
      await known();
      return segments.show(figures, current);
    });
    const further = part('panel', async (current) => {
      await known();
      if ((survey.questions ?? []).length === 0) return null;
      const { address, params, signal } = current;
      const list = await ask(at`/v1/surveys/${params.survey}/questions`, {
        query: [...address.window(), ...address.filters()],
        signal,
      });
      return list.questions.length > 0 ? questionsPanel(list, current) : null;
    });
    const journeys = part(
      'rows',
      async ({ signal, params, ...others }) => {
        const all = await askAll('/v1/journeys', 'journeys', { signal }, 500);
        const those = all.filter((one) =>
          one.stages.some((/** @type {any} */ stage) => stage.survey === params.survey),
        );
        return those.length > 0 ? journeysPanel({ signal, params, ...others }, those) : null;
      },
      1,
    );
    const trendBox = trend.element;
    trendBox.appendChild(trends.body);
    const rest = el('div.stack', null, trendBox, segments.element(tables.body), further.body, journeys.body);
    fill(content, scores.body, rest);

    const sync = () => {
      windows.sync(context);
      filters.sync(context);
      trend.sync(context);
      segments.sync(context);
      fill(question, questionSelect(context, survey));
      fill(
        aside,
        may(context.session, 'export') &&
          button({
            label: 'Responses',
            icon: 'download',
            kind: 'quiet',
            hidden: 'as CSV',
            href: to(at`/v1/surveys/${context.params.survey}/responses.csv`, [
              ...context.address.window(),
              ...context.address.filters(),
            ]),
            download: '',
          }),
      );
    };
    const load = async () => {
      sync();
      await reload();
    };
    const reload = async () => {
      await Promise.all([scores, trends, tables, further, journeys].map((one) => one.load(context)));
    };
    shown = {
      update: async (next) => {
        context = next;
        read = null;
        known().catch(() => {}); // each part says so
        await load();
        if (!next.signal.aborted) next.announce('The figures have changed.');
      },
    };
    fill(live, liveControl(first, reload));
    try {
      await Promise.all([known(), load()]);
    } catch (error) {
      if (isAbort(error) || context.signal.aborted) return;
      toolbar.hidden = true;
      fill(
        content,
        el(
          'section.panel',
          null,
          failed(error, () => location.reload()),
        ),
      );
    }
  },

  update: (_, context) => shown?.update(context),
};
