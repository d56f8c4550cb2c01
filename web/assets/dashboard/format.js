// Numbers and times as people read them. Figures come rounded; here they get the digits that they were rounded to.

const TAG = 'en';
/** The reporting time zone: an answer of 23:30 there is of that day. */
export const timezone = document.body.dataset.timezone || 'UTC';
const NONE = '–';

/** A true minus, as wide as a plus. @param {string} text */
const minus = (text) => text.replace(/-/g, '−');

/** @type {Record<string, Intl.NumberFormat>} */
const formats = {};
/** @param {number} digits @param {boolean} [isSigned] */
const format = (digits, isSigned = false) =>
  (formats[`${digits}${isSigned}`] ??= new Intl.NumberFormat(TAG, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: isSigned ? 'exceptZero' : 'auto',
  }));

/** Out of 100 one digit, of a mean two. @param {string} method */
export const digitsOf = (method) => (method === 'mean' ? 2 : 1);

/** @param {number | null | undefined} value @param {string} method */
export const score = (value, method) =>
  value === null || value === undefined ? NONE : minus(format(digitsOf(method)).format(value));

/** With its sign, for changes. @param {number | null | undefined} value @param {string} method */
export const signed = (value, method) =>
  value === null || value === undefined ? NONE : minus(format(digitsOf(method), true).format(value));

/** @param {{ low: number, high: number } | null | undefined} interval @param {string} method */
export const interval = (interval, method) =>
  interval ? `${score(interval.low, method)} to ${score(interval.high, method)}` : NONE;

/** @param {number | null | undefined} value */
export const count = (value) => (value === null || value === undefined ? NONE : format(0).format(value));

/** @param {number | null | undefined} value in per cent */
export const percent = (value) => (value === null || value === undefined ? NONE : `${format(1).format(value)}%`);

/** @param {number | null | undefined} p */
export const probability = (p) => (p === null || p === undefined ? NONE : p < 0.001 ? '< 0.001' : format(3).format(p));

/** "1 answer", "2 answers". @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** What a change of a score is counted in. @param {string} method */
export const unit = (method) => (method === 'top_box' ? 'percentage points' : 'points');

/** @param {Intl.DateTimeFormatOptions} options */
const dates = (options) => {
  try {
    return new Intl.DateTimeFormat(TAG, { timeZone: timezone, ...options });
  } catch {
    return new Intl.DateTimeFormat(TAG, { timeZone: 'UTC', ...options });
  }
};
const DAY = dates({ day: 'numeric', month: 'short', year: 'numeric' });
const MOMENT = dates({
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const CLOCK = dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const MONTH = dates({ month: 'long', year: 'numeric' });

/** @param {string | number | Date} time */
export const day = (time) => DAY.format(new Date(time));
/** @param {string | number | Date} time */
export const moment = (time) => MOMENT.format(new Date(time));
/** @param {string | number | Date} time */
export const month = (time) => MONTH.format(new Date(time));

const AGES = /** @type {[number, Intl.RelativeTimeFormatUnit][]} */ ([
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [30, 'day'],
  [12, 'month'],
  [Infinity, 'year'],
]);

/** "5 minutes ago". @param {string | number | Date} time */
export function ago(time) {
  let left = (new Date(time).getTime() - Date.now()) / 1000;
  const relative = new Intl.RelativeTimeFormat(TAG, { numeric: 'auto' });
  for (const [size, name] of AGES) {
    if (Math.abs(left) < size) return relative.format(Math.round(left), name);
    left /= size;
  }
  return day(time);
}

/** The days of a window, the last one too. @param {{ from: string | null, to: string | null }} window */
export function range({ from, to }) {
  if (!from && !to) return 'All time';
  const ends = to ? new Date(to).getTime() : 0;
  const isWhole = CLOCK.format(ends) === '00:00:00';
  const last = to ? (isWhole ? day(ends - 1) : moment(ends)) : '';
  if (!from) return `Until ${last}`;
  if (!to) return `Since ${day(from)}`;
  const first = CLOCK.format(new Date(from)) === '00:00:00' ? day(from) : moment(from);
  return first === last ? first : `${first} – ${last}`;
}

/** @type {Record<string, string>} */
export const METRICS = { nps: 'NPS', csat: 'CSAT', ces: 'CES' };

/** What a score of this method is. @type {Record<string, string>} */
export const METHODS = {
  net_promoter: 'Promoters less detractors',
  top_box: 'Share of favourable answers',
  mean: 'Mean answer',
  net_easy: 'Easy less difficult',
};

/** Of a survey or a journey. @param {{ name?: string | null, slug?: string, journey?: string }} thing */
export const name = (thing) => thing.name || thing.slug || thing.journey || '';

/** The ends of what a score can be. @param {import('./api.js').Scoring} scoring @returns {[number, number]} */
export function ends({ method, scale }) {
  if (method === 'mean') return [scale.min, scale.max];
  return method === 'top_box' ? [0, 100] : [-100, 100];
}

/** A score with its unit: shares are per cent. @param {number | null | undefined} value @param {string} method */
export const whole = (value, method) =>
  score(value, method) + (method === 'top_box' && typeof value === 'number' ? '%' : '');
