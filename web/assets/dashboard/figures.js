// What figures say, in words and as marks. docs/scoring.md says what they are.
import { el, svg } from './dom.js';
import { count, ends, percent, plural, probability, range, score, signed, unit, whole } from './format.js';
import { icon } from './icons.js';

/**
 * @typedef {import('./api.js').Scoring} Scoring
 * @typedef {import('./api.js').Figures} Figures
 * @typedef {{ n: number | null, delta: number | null, delta_interval: { low: number, high: number } | null,
 *   test: string | null, reason?: string, alpha: number, p_value: number | null, significant: boolean | null,
 *   part?: string }} Change
 */

/** Every other score counts what is favourable, wherever on the scale that lies. @param {Scoring} scoring */
export const isLowerBetter = ({ method, direction }) => method === 'mean' && direction === 'lower_is_better';

/** The bands in the order of the API: favourable, between, unfavourable. */
export const BAND_KINDS = ['good', 'even', 'bad'];
/** @type {Record<string, string>} */
const BAND_NAMES = {
  promoters: 'Promoters',
  passives: 'Passives',
  detractors: 'Detractors',
  satisfied: 'Satisfied',
  neutral: 'Neutral',
  dissatisfied: 'Dissatisfied',
  easy: 'Easy',
  difficult: 'Difficult',
};
/** @param {string} band */
export const bandName = (band) => BAND_NAMES[band] ?? band;

/**
 * Of each score of the scale the kind of its band.
 * @param {Scoring & { bands?: any }} survey whose `bands` are its definition's @returns {(value: number) => string}
 */
export function kindOf({ metric, scale, direction, bands }) {
  const isMirrored = direction === 'lower_is_better';
  const from = metric === 'nps' ? 9 : bands?.satisfied_from;
  const to = metric === 'nps' ? 6 : bands?.dissatisfied_to;
  return (value) => {
    if (typeof from !== 'number' || typeof to !== 'number') return value === scale.max ? 'good' : 'even';
    if (isMirrored) return value <= from ? 'good' : value >= to ? 'bad' : 'even';
    return value >= from ? 'good' : value <= to ? 'bad' : 'even';
  };
}

// --- A change, and whether it is more than noise ---

/** @type {Record<string, [string, string]>} what is before a window: whole, and up to the same part */
const BEFORE = {
  today: ['yesterday', 'yesterday by this time'],
  yesterday: ['the day before', 'the day before'],
  week: ['last week', 'the same days of last week'],
  last_week: ['the week before', 'the week before'],
  month: ['last month', 'the same days of last month'],
  last_month: ['the month before', 'the month before'],
  quarter: ['last quarter', 'the same days of last quarter'],
  last_quarter: ['the quarter before', 'the quarter before'],
  year: ['last year', 'the same days of last year'],
  last_year: ['the year before', 'the year before'],
};

/**
 * With what is compared: "the 30 days before".
 * @param {import('./address.js').Address} address @param {string} [part]
 */
export function before(address, part = 'whole') {
  if (address.compare() === 'year') return 'the same time a year earlier';
  if (address.isCustom()) return 'the time before';
  const name = address.get('window', '30d');
  const days = /^(\d+)d$/.exec(name);
  if (days) return days[1] === '1' ? 'the day before' : `the ${days[1]} days before`;
  const [ofAll, ofPart] = BEFORE[name] ?? ['the time before', 'the time before'];
  return part === 'same' && address.compare() !== 'previous_whole' ? ofPart : ofAll;
}

/**
 * @param {Scoring} scoring @param {Change | null | undefined} change @returns {'better' | 'worse' | 'unclear' |
 * 'none'}
 */
export function verdict(scoring, change) {
  if (!change || change.delta === null || !change.test) return 'none';
  if (!change.significant) return 'unclear';
  return change.delta > 0 !== isLowerBetter(scoring) ? 'better' : 'worse';
}

/** @type {Record<string, string>} */
const REASONS = {
  suppressed: 'Not compared: there are too few answers to show.',
  overlap: 'Not compared: the two times share answers.',
  constant: 'No change: all answers of both times count the same.',
  few_respondents: 'Not compared: too few people answered.',
};

/**
 * One sentence that says whether it got better, and whether that is more than noise.
 * @param {Scoring & { n: number }} figures @param {Change | null | undefined} change @param {string} than
 */
export function sentence(figures, change, than) {
  if (!change) return '';
  if (change.reason === 'empty')
    return figures.n === 0
      ? 'Not compared: there are no answers now.'
      : `Not compared: there are no answers from ${than}.`;
  if (!change.test || change.delta === null) return REASONS[change.reason ?? ''] ?? 'Not compared.';
  const by = `${score(Math.abs(change.delta), figures.method)} ${unit(figures.method)}`;
  const kind = verdict(figures, change);
  if (kind === 'unclear') return `No clear change from ${than}: a difference of ${by} may well be chance.`;
  const way = change.delta > 0 ? 'higher' : 'lower';
  return `${kind === 'better' ? 'Better' : 'Worse'} than ${than}: ${by} ${way}, which is more than chance.`;
}

/**
 * The same, as short as a row has room for. @param {Scoring & { n: number }} figures @param {Change | null |
 * undefined} change
 */
export function shortly(figures, change) {
  if (!change) return '';
  const kind = verdict(figures, change);
  if (kind === 'none') return change.reason === 'empty' ? 'Nothing to compare with' : sentence(figures, change, '');
  if (kind === 'unclear') return 'No clear change: may be chance';
  return `${kind === 'better' ? 'Better' : 'Worse'}, by more than chance`;
}

/** What "more than chance" means. @param {Change | null | undefined} change */
export function meaning(change) {
  if (!change?.test || change.p_value === null) return '';
  const often = count(Math.round(change.alpha * 100));
  return (
    `“More than chance” means: if nothing had really changed, so large a difference would be seen in fewer than ${often} ` +
    `of 100 comparisons. Here p is ${probability(change.p_value)}.`
  );
}

/** @param {'better' | 'worse' | 'unclear' | 'none'} kind */
export const signOf = (kind) =>
  /** @type {Record<string, string>} */ ({ better: 'up', worse: 'down', unclear: 'same', none: 'same' })[kind];

/**
 * The change as a number on the colour of what it means; the arrow says where the number went.
 * @param {Scoring & { n: number | null }} figures @param {Change | null | undefined} change
 */
export function chip(figures, change) {
  if (!change || change.delta === null) return el('span.chip.none', { dataset: { figure: 'delta' } }, '–');
  const kind = verdict(figures, change);
  const sign = kind === 'unclear' || change.delta === 0 ? 'same' : change.delta > 0 ? 'up' : 'down';
  return el(
    `span.chip.${kind}`,
    null,
    icon(sign),
    el('span', { dataset: { figure: 'delta' } }, signed(change.delta, figures.method)),
  );
}

// --- Scores ---

/** @param {Figures & Scoring} figures */
export function likely({ interval: bounds, method }) {
  if (!bounds) return '';
  return `${score(bounds.low, method)} and ${score(bounds.high, method)} (${count(Math.round(bounds.confidence * 100))}% interval)`;
}

/** Why a score is not shown. @param {Figures} figures */
export const missing = ({ n, suppressed }) =>
  suppressed ? 'withheld: too few answers' : n === 0 ? 'no answers' : 'no score';

export const smallSample = () =>
  el('span.tag.small', { title: 'Fewer than 30 answers: take it as a first sign' }, 'small sample');

/** @param {number} value @param {[number, number]} ends in per cent of the way */
const place = (value, [low, high]) => (100 * (value - low)) / (high - low || 1);

/**
 * Where the score stands on all that it can be, with its interval; and where it stood before.
 * @param {Figures & Scoring} figures @param {number | null} [previous]
 */
export function track(figures, previous = null) {
  const reach = ends(figures);
  if (figures.score === null) return el('span.track', { 'aria-hidden': 'true' });
  const low = place(figures.interval?.low ?? figures.score, reach);
  const high = place(figures.interval?.high ?? figures.score, reach);
  return el(
    'span.track',
    { 'aria-hidden': 'true' },
    reach[0] < 0 && el('span.track-zero', { style: { '--at': `${place(0, reach)}%` } }),
    el('span.track-range', { style: { '--at': `${low}%`, '--to': `${100 - high}%` } }),
    previous !== null && el('span.track-before', { style: { '--at': `${place(previous, reach)}%` } }),
    el('span.track-score', { style: { '--at': `${place(figures.score, reach)}%` } }),
  );
}

/**
 * Each band's part of the answers, as one bar and in words.
 * @param {Figures} figures
 */
export function bands({ bands: all, n }) {
  if (!all || n === 0) return el('div');
  const rows = Object.entries(all).map(([name, value], i) => ({ name, value, kind: BAND_KINDS[i] }));
  return el(
    'div.bands',
    null,
    el(
      'div.bands-bar',
      { 'aria-hidden': 'true' },
      ...rows
        .filter(({ value }) => value > 0)
        .map(({ kind, value }) => el(`span.${kind}`, { style: { 'flex-grow': value } })),
    ),
    el(
      'dl.bands-list',
      null,
      ...rows.map(({ name, value, kind }) =>
        el(
          'div',
          null,
          el('dt', null, el(`span.swatch.${kind}`, { 'aria-hidden': 'true' }), bandName(name)),
          el(
            'dd.number',
            null,
            el('span', { dataset: { figure: `bands.${name}` } }, count(value)),
            ' ',
            el('span.note', null, percent((100 * value) / n)),
          ),
        ),
      ),
    ),
  );
}

/**
 * A line so small that it stands in a row, with how it went in words, and its points as a list for screen readers.
 * @template {{ score: number | null }} T
 * @param {T[]} buckets @param {Scoring} scoring @param {string} what @param {(bucket: T) => string} nameOf
 */
export function sparkline(buckets, scoring, what, nameOf) {
  const known = buckets.map(({ score: value }, i) => ({ value, i })).filter(({ value }) => value !== null);
  if (known.length < 2) return el('span.note', null, known.length === 0 ? 'no answers' : 'one day only');
  const values = known.map(({ value }) => /** @type {number} */ (value));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const reach = ends(scoring);
  // Noise is not to look like a mountain: at least a tenth of what the score can be.
  const room = Math.max(most - least, (reach[1] - reach[0]) / 10);
  const middle = (least + most) / 2;
  const [width, height, edge] = [120, 32, 4];
  /** @param {number} i */
  const x = (i) => edge + ((width - 2 * edge) * i) / Math.max(1, buckets.length - 1);
  /** @param {number} value */
  const y = (value) => height / 2 - ((height - 2 * edge) * (value - middle)) / room;
  const points = known.map(({ value, i }) => `${x(i).toFixed(1)},${y(Number(value)).toFixed(1)}`);
  const [endX, endY] = points[points.length - 1].split(',');
  const said =
    `${what}: from ${whole(values[0], scoring.method)} to ${whole(values[values.length - 1], scoring.method)}, ` +
    `lowest ${whole(least, scoring.method)}, highest ${whole(most, scoring.method)}`;
  return [
    svg(
      'svg',
      { 'class': 'spark', 'viewBox': `0 0 ${width} ${height}`, 'role': 'img', 'aria-label': said },
      svg('polyline', { points: points.join(' ') }),
      svg('circle', { cx: endX, cy: endY, r: 3 }),
    ),
    el(
      'ul.unseen',
      { 'aria-label': what },
      ...known.map(({ value, i }) => el('li', null, `${nameOf(buckets[i])}: ${whole(value, scoring.method)}`)),
    ),
  ];
}

/**
 * What of those who were asked answered.
 * @param {import('./api.js').ResponseRate | null} rate
 */
export function rateWords(rate) {
  if (!rate) return 'Not measured: nothing reports when this survey is shown.';
  if (rate.suppressed) return 'Withheld: too few were asked.';
  if (rate.reason === 'expired') return 'Not known any more for these conditions so far back.';
  if (rate.reason === 'undeclared') return 'Not known: the survey did not declare this property then.';
  if (rate.rate === null) return 'Not measured in this time.';
  return `${count(rate.answered)} of ${plural(Number(rate.shown), 'visit')} in which it was shown`;
}

/** The name of a window in a sentence under a title. @param {import('./api.js').Window} window */
export const when = (window) => range(window) + (window.rounded_to ? ' (whole days)' : '');
