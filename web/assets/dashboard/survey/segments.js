// Which segments move the score: the most harmful first.
import { ask, at } from '../api.js';
import { isKeptOfSurvey } from '../address.js';
import { colour } from '../chart.js';
import { dimensionName, dimensions, valueName } from '../controls.js';
import { el, fill, words } from '../dom.js';
import { before, chip, isLowerBetter, smallSample, track, when } from '../figures.js';
import { count, interval, percent, plural, probability, signed, unit, whole } from '../format.js';
import { csvButton, panel, select, table } from '../parts.js';
import { paintBars, savePicture } from '../picture.js';
import { filterWords, pictureButton } from './score.js';

/** @typedef {import('../router.js').Context} Context */

const LIMIT = 25;

/** @param {import('../address.js').Address} address */
const byOf = (address) => address.get('by', 'touchpoint');

/**
 * A row's name: a value, its pair, unset, or what is left. @param {any} row @param {string[]} by @param {any} survey
 */
function rowName(row, by, survey) {
  if (row.remainder) {
    const others = row.value_count === undefined ? 'All others' : plural(row.value_count, 'other value');
    return row.at_least ? `${others} or more` : others;
  }
  const values = row.values ?? [row.value];
  return values
    .map((/** @type {string | null} */ value, /** @type {number} */ i) => {
      if (value !== null) return valueName(by[i], value, survey);
      return by[i].startsWith('answer.') ? 'not answered' : `no ${dimensionName(by[i], survey).toLowerCase()}`;
    })
    .join(' · ');
}

/** @type {Record<string, string>} */
const UNTESTED = {
  remainder: 'not tested: several values',
  suppressed: 'too few answers',
  empty: 'no answers',
  overlap: 'answers in several rows',
  constant: 'all answers alike',
};

/** @param {number} impact @param {any} figures */
const isHarmful = (impact, figures) => impact < 0 !== isLowerBetter(figures);

/** @param {number} impact @param {any} figures */
const moving = (impact, figures) => (impact === 0 ? 'even' : isHarmful(impact, figures) ? 'bad' : 'good');

/** Whether a segment differs from the rest, in words. @param {any} row @param {any} figures */
function differs(row, figures) {
  if (!row.test) return el('span.note', null, UNTESTED[row.reason] ?? '–');
  const isWorse = row.impact !== null && isHarmful(row.impact, figures);
  const says = row.significant ? (isWorse ? 'worse than the rest' : 'better than the rest') : 'no clear difference';
  return el(
    'span',
    { class: `differs ${row.significant ? (isWorse ? 'bad' : 'good') : ''}` },
    el('span', null, says),
    ' ',
    el('span.note.number', { dataset: { figure: 'p_adjusted' } }, `p ${probability(row.p_adjusted)}`),
  );
}

/** A bar to either side of nothing. @param {number | null} impact @param {number} most @param {any} figures */
function impactBar(impact, most, figures) {
  if (impact === null) return el('span.note', null, '–');
  return el(
    'span.impact',
    null,
    el(
      'span.impact-bar',
      { 'aria-hidden': 'true' },
      el(`span.${moving(impact, figures)}`, {
        class: impact < 0 ? 'below' : 'above',
        style: { '--part': Math.abs(impact) / (most || 1) },
      }),
    ),
    el('span.number', { dataset: { figure: 'impact' } }, signed(impact, figures.method)),
  );
}

/** @param {any} figures @param {any} survey @param {Context} context @returns {import('../parts.js').Column[]} */
function columnsOf(figures, survey, { address, params }) {
  const { by, method } = figures;
  const most = Math.max(...figures.segments.map((/** @type {any} */ row) => Math.abs(row.impact ?? 0)), 0);
  const name = by.map((/** @type {string} */ one) => dimensionName(one, survey)).join(' · ');
  /** @param {any} row */
  const named = (row) => {
    const text = rowName(row, by, survey);
    const isPlain = !row.remainder && by.length === 1 && row.value !== null;
    const shown = row.remainder || (row.values ?? [row.value]).includes(null) ? el('i', null, text) : words(text);
    return [
      isPlain
        ? el(
            'a',
            {
              href: address.link(
                at`/surveys/${params.survey}`,
                { [by[0]]: row.value, by: address.get('by') || null },
                isKeptOfSurvey,
              ),
            },
            shown,
          )
        : shown,
      row.small_sample && row.n > 0 && !row.suppressed && [' ', smallSample()],
    ];
  };
  const hasRate = figures.segments.some(
    (/** @type {any} */ row) => row.response_rate?.rate !== null && row.response_rate,
  );
  const columns = /** @type {(import('../parts.js').Column | false)[]} */ ([
    { key: 'value', label: name, head: true, sort: true, value: (row) => rowName(row, by, survey), shown: named },
    {
      key: 'n',
      label: 'Answers',
      kind: 'number',
      sort: true,
      value: (row) => row.n,
      shown: (row) => [
        el('span', { dataset: { figure: 'n' } }, row.suppressed ? 'withheld' : count(row.n)),
        row.share !== null && el('span.note', null, ` ${percent(row.share)}`),
      ],
    },
    { key: 'share', label: 'Share', kind: 'number', value: (row) => row.share, shown: (row) => percent(row.share) },
    {
      key: 'score',
      label: 'Score',
      kind: 'number',
      sort: true,
      value: (row) => row.score,
      shown: (row) => el('strong', { dataset: { figure: 'score' } }, whole(row.score, method)),
    },
    {
      key: 'low',
      label: 'Likely range',
      kind: 'drawn',
      value: (row) => row.interval?.low ?? null,
      shown: (row) => [
        track({ ...figures, ...row }, figures.score),
        el('span.note.number', { dataset: { figure: 'interval' } }, row.interval ? interval(row.interval, method) : ''),
      ],
    },
    { key: 'high', label: 'to', value: (row) => row.interval?.high ?? null },
    {
      key: 'impact',
      label: 'Moves the score by',
      kind: 'drawn',
      sort: true,
      value: (row) => row.impact,
      shown: (row) => impactBar(row.impact, most, figures),
    },
    {
      key: 'p_adjusted',
      label: 'Against all others',
      sort: true,
      value: (row) => row.p_adjusted,
      shown: (row) => differs(row, figures),
    },
    { key: 'p_value', label: 'p', value: (row) => row.p_value },
    figures.previous && {
      key: 'delta',
      label: 'Change',
      kind: 'number',
      sort: true,
      value: (row) => row.previous?.delta ?? null,
      shown: (row) => chip({ ...figures, n: row.n }, row.previous),
    },
    hasRate && {
      key: 'rate',
      label: 'Response rate',
      kind: 'number',
      sort: true,
      value: (row) => row.response_rate?.rate ?? null,
      shown: (row) => el('span', { dataset: { figure: 'rate' } }, percent(row.response_rate?.rate)),
    },
  ]);
  return /** @type {import('../parts.js').Column[]} */ (columns.filter(Boolean));
}

/** What stands in the CSV, and is not seen by itself. */
const UNSEEN = ['share', 'high', 'p_value'];

/**
 * @param {() => Context} now @param {() => any} surveyOf
 */
export function segmentsPanel(now, surveyOf) {
  const controls = el('div.controls');
  const actions = el('div.actions');
  const note = el('p.note');

  /** @param {Context} context */
  function sync({ address }) {
    const [first, second = ''] = byOf(address).split(',');
    const all = dimensions(surveyOf());
    if (!all.some(([key]) => key === first)) all.push([first, dimensionName(first, surveyOf())]);
    const set = (/** @type {string} */ a, /** @type {string} */ b) =>
      now().change({ by: b && b !== a ? `${a},${b}` : a, rows: null });
    fill(
      controls,
      el('label', { for: 'by' }, 'by'),
      select({ id: 'by', value: first, options: all, on: (value) => set(value, second) }),
      el('label', { for: 'then' }, 'and'),
      select({
        id: 'then',
        value: second,
        options: [['', 'nothing more'], ...all.filter(([key]) => key !== first)],
        on: (value) => set(first, value),
      }),
    );
  }

  return {
    /** @param {HTMLElement} body */
    element: (body) =>
      panel({ title: 'What moves the score', class: 'segments-panel', note, actions: [controls, actions] }, body),
    sync,
    /** @param {Context} context */
    async ask({ address, params, signal }) {
      return ask(at`/v1/surveys/${params.survey}/segments`, {
        query: [
          ['by', byOf(address)],
          ['limit', address.get('rows', String(LIMIT))],
          ...address.window(),
          ...address.compared(),
          ...address.filters(),
          ['question', address.get('question')],
        ],
        signal,
      });
    },
    /** @param {any} figures @param {Context} context */
    show(figures, context) {
      const survey = surveyOf();
      const columns = columnsOf(figures, survey, context);
      const rows = figures.segments;
      const name = `${figures.survey}-by-${figures.by.join('-')}`;
      const bars = rows.filter((/** @type {any} */ row) => row.impact !== null);
      const remainder = rows.find((/** @type {any} */ row) => row.remainder);
      fill(
        note,
        `How many ${unit(figures.method)} each group moves the whole, the most harmful first. Groups are called different where chance alone would hardly make them so.` +
          (figures.previous ? ` Changes are from ${before(context.address, figures.previous.part)}.` : ''),
      );
      fill(
        actions,
        bars.length > 0 &&
          pictureButton(() =>
            savePicture(`${name}.png`, {
              title: `${survey.name || figures.survey}: what moves the score`,
              subtitle: `${when(figures.window)}, ${plural(figures.n, 'answer')}, by ${figures.by.map((/** @type {string} */ one) => dimensionName(one, survey)).join(' and ')}${filterWords(context)}`,
              legend: [
                { label: 'makes it better', colour: colour('good-fill') },
                { label: 'makes it worse', colour: colour('bad-fill') },
              ],
              height: 180 + 34 * bars.length,
              paint: paintBars(
                bars.map((/** @type {any} */ row) => ({
                  label: rowName(row, figures.by, survey),
                  value: row.impact,
                  shown: signed(row.impact, figures.method),
                  colour: colour(`${moving(row.impact, figures)}-fill`),
                })),
              ),
            }),
          ),
        rows.length > 0 && csvButton({ name: `${name}.csv`, columns, rows }),
      );
      if (rows.length === 0) return el('p.note.none', null, 'There are no answers in this time.');
      return [
        table({
          caption: 'What moves the score',
          columns: columns.filter(({ key }) => !UNSEEN.includes(key)),
          rows,
          last: (row) => row.remainder === true,
          class: 'segments',
          rowProps: (row) => ({
            dataset: { value: row.remainder ? 'remainder' : JSON.stringify(row.values ?? row.value) },
          }),
        }),
        remainder &&
          remainder.value_count > 0 &&
          rows.length > LIMIT &&
          el(
            'p',
            null,
            el(
              'a',
              { href: context.address.with({ rows: '1000' }) },
              `Show all ${count(rows.length - 1 + remainder.value_count)} values`,
            ),
          ),
      ];
    },
  };
}
