// The score of a window: what it is, how sure that is, and whether it has changed.
import { el, fill } from '../dom.js';
import {
  bands,
  before,
  chip,
  kindOf,
  likely,
  meaning,
  missing,
  rateWords,
  sentence,
  smallSample,
  track,
  verdict,
  when,
} from '../figures.js';
import { METHODS, METRICS, count, ends, percent, plural, score, signed, whole } from '../format.js';
import { button, csvButton, notice, panel, table } from '../parts.js';
import { colour } from '../chart.js';
import { paintColumns, savePicture } from '../picture.js';
import { windowName } from '../controls.js';

/**
 * @typedef {import('../api.js').Score} Score
 * @typedef {import('../router.js').Context} Context
 */

/** @param {Score} figures @param {Context} context */
function change(figures, { address }) {
  const { previous } = figures;
  if (!previous) return null;
  const than = before(address, previous.part);
  const kind = verdict(figures, previous);
  const { current } = previous;
  return el(
    'div.change',
    { dataset: { verdict: kind } },
    chip(figures, previous),
    el('p', { dataset: { figure: 'sentence' } }, sentence({ ...figures, n: current?.n ?? figures.n }, previous, than)),
    el(
      'p.note',
      null,
      'Then ',
      el('span.number', { dataset: { figure: 'previous.score' } }, whole(previous.score, figures.method)),
      ` from ${plural(previous.n, 'answer')}`,
      previous.delta_interval && [
        '; the change lies between ',
        el(
          'span.number',
          { dataset: { figure: 'delta_interval' } },
          `${signed(previous.delta_interval.low, figures.method)} and ${signed(previous.delta_interval.high, figures.method)}`,
        ),
      ],
      '.',
      current && ` Compared are ${when(current.window)} with ${when(previous.window)}.`,
    ),
    meaning(previous) &&
      el('details', null, el('summary', null, 'What “more than chance” means'), el('p.note', null, meaning(previous))),
  );
}

/** @param {Score} figures @param {Context} context */
function scoreBody(figures, context) {
  const [low, high] = ends(figures);
  const isThere = figures.score !== null;
  return [
    el(
      'div.hero',
      null,
      el(
        'p.hero-score',
        null,
        el('span', { dataset: { figure: 'score' } }, isThere ? whole(figures.score, figures.method) : '–'),
      ),
      el(
        'div',
        null,
        isThere
          ? el('p', null, 'Likely between ', el('strong.number', { dataset: { figure: 'interval' } }, likely(figures)))
          : el('p', null, missing(figures)),
        el(
          'p.note',
          null,
          el('span.number', { dataset: { figure: 'n' } }, plural(figures.n, 'answer')),
          figures.interval && [
            ', give or take ',
            el('span.number', { dataset: { figure: 'margin' } }, score(figures.interval.margin, figures.method)),
          ],
          figures.mean !== null &&
            figures.method !== 'mean' && [
              ', mean ',
              el('span.number', { dataset: { figure: 'mean' } }, score(figures.mean, 'mean')),
            ],
        ),
      ),
    ),
    el(
      'div.hero-track',
      null,
      track(figures, figures.previous?.score ?? null),
      el(
        'div.track-ends.note',
        { 'aria-hidden': 'true' },
        el('span', null, score(low, figures.method)),
        el('span', null, score(high, figures.method)),
      ),
    ),
    figures.small_sample &&
      isThere &&
      notice('warning', 'A small sample: with fewer than 30 answers a score says little. Take it as a first sign.'),
    change(figures, context),
    bands(figures),
  ];
}

/** @param {Score} figures @param {Context} context */
export function scorePanel(figures, context) {
  const method = METHODS[figures.method];
  return panel(
    {
      title: METRICS[figures.metric],
      class: 'score-panel',
      note: [
        windowName(context.address),
        ' · ',
        el('span', { dataset: { figure: 'window' } }, when(figures.window)),
        el('br'),
        method,
        figures.small_sample && figures.score !== null && [' ', smallSample()],
      ],
    },
    ...scoreBody(figures, context).flat().filter(Boolean),
  );
}

/** @param {Score} figures @param {any} survey @param {Context} context */
export function distributionPanel(figures, survey, context) {
  const kind = kindOf({ ...figures, bands: figures.question ? bandsOf(survey, figures.question) : survey.bands });
  const rows = Object.entries(figures.distribution ?? {}).map(([value, n]) => ({
    value: Number(value),
    n,
    share: figures.n > 0 ? (100 * n) / figures.n : null,
    kind: kind(Number(value)),
  }));
  const most = Math.max(1, ...rows.map(({ n }) => n));
  const columns = [
    {
      key: 'score',
      label: 'Score',
      kind: /** @type {const} */ ('text'),
      head: true,
      value: (/** @type {any} */ row) => row.value,
    },
    {
      key: 'n',
      label: 'Answers',
      kind: /** @type {const} */ ('number'),
      value: (/** @type {any} */ row) => row.n,
      shown: (/** @type {any} */ row) => count(row.n),
    },
    {
      key: 'share',
      label: 'Share',
      kind: /** @type {const} */ ('number'),
      value: (/** @type {any} */ row) => row.share?.toFixed(1),
      shown: (/** @type {any} */ row) => percent(row.share),
    },
  ];
  const name = `${figures.survey}-distribution`;
  const chart = el(
    'div.columns',
    {
      'role': 'img',
      'aria-label': `Answers by score: ${rows.map(({ value, n }) => `${value}: ${count(n)}`).join(', ')}`,
      'style': { '--count': rows.length },
    },
    ...rows.map(({ value, n, kind: hue }) =>
      el(
        'div.column',
        null,
        el('span.column-n.number', { dataset: { figure: `distribution.${value}` } }, count(n)),
        el(`span.column-bar.${hue}`, { style: { '--part': n / most } }),
        el('span.column-name.number', null, value),
      ),
    ),
  );
  const place = el('div', null, chart);
  const picture = () =>
    savePicture(`${name}.png`, {
      title: `${survey.name || survey.slug}: answers by score`,
      subtitle: `${when(figures.window)}, ${plural(figures.n, 'answer')}${filterWords(context)}`,
      legend: [],
      height: 460,
      paint: paintColumns(
        rows.map(({ value, n, kind: hue }) => ({
          label: String(value),
          value: n,
          shown: count(n),
          colour: colour(`${hue}-fill`),
        })),
      ),
    });
  return panel(
    {
      title: 'Answers by score',
      class: 'distribution-panel',
      actions:
        rows.length > 0
          ? [
              tableToggle(place, chart, () => table({ caption: 'Answers by score', columns, rows })),
              pictureButton(picture),
              csvButton({ name: `${name}.csv`, columns, rows }),
            ]
          : [],
    },
    rows.length > 0 ? place : el('p.note', null, missing(figures)),
  );
}

/** @param {any} survey @param {string} key */
const bandsOf = (survey, key) => survey.questions?.find((/** @type {any} */ one) => one.key === key)?.bands;

/** The filters as a part of a sentence. @param {Context} context */
export function filterWords({ address }) {
  const filters = address.filters().map(([name, value]) => `${name} ${value}`);
  return filters.length > 0 ? `; only ${filters.join(', ')}` : '';
}

/**
 * A button that has a table in place of a chart.
 * @param {HTMLElement} place @param {Element} chart @param {() => Element} make @param {(isTable: boolean) => void}
 *   [then]
 */
export function tableToggle(place, chart, make, then) {
  let isTable = false;
  const toggle = button({
    'label': 'Table',
    'icon': 'table',
    'kind': 'quiet',
    'aria-pressed': 'false',
    'on': () => {
      isTable = !isTable;
      toggle.setAttribute('aria-pressed', String(isTable));
      fill(place, isTable ? make() : chart);
      then?.(isTable);
    },
  });
  return toggle;
}

/** @param {() => Promise<void>} make */
export const pictureButton = (make) =>
  button({ label: 'PNG', icon: 'image', kind: 'quiet', hidden: 'picture of this chart', on: () => void make() });

/** @param {Score} figures */
export function ratePanel(figures) {
  const rate = figures.response_rate;
  const invitations = rate?.invitations;
  return panel(
    { title: 'Response rate', class: 'rate-panel' },
    rate?.rate !== null && rate?.rate !== undefined
      ? [
          el('p.big.number', { dataset: { figure: 'response_rate' } }, percent(rate.rate)),
          rate.interval &&
            el('p.note', null, `Likely between ${percent(rate.interval.low)} and ${percent(rate.interval.high)}`),
        ]
      : null,
    el('p', { dataset: { figure: 'rate_words' } }, rateWords(rate)),
    rate?.rate !== null &&
      rate?.rate !== undefined &&
      el(
        'dl.facts',
        null,
        ...[
          ['Shown', rate.shown],
          ['Started', rate.started],
          ['Answered', rate.answered],
          ['Dismissed', rate.dismissed],
        ].map(([label, value]) =>
          el('div', null, el('dt', null, label), el('dd.number', null, count(/** @type {any} */ (value)))),
        ),
      ),
    invitations &&
      el(
        'p',
        null,
        `Of ${plural(invitations.made, 'invitation')} ${count(invitations.opened)} were opened and ${count(invitations.answered)} answered.`,
      ),
  );
}
