// The score over time, with its interval as a band.
import { ask, at } from '../api.js';
import { el, fill } from '../dom.js';
import { ends, interval, plural, score, whole } from '../format.js';
import { button, choice, csvButton, panel, select, table } from '../parts.js';
import { colour, draw } from '../chart.js';
import { filterWords, pictureButton, tableToggle } from './score.js';
import { paintGraph, savePicture } from '../picture.js';
import { when } from '../figures.js';

/** @typedef {import('../router.js').Context} Context */

/** @type {[string, string][]} */
const UNITS = [
  ['day', 'Day'],
  ['week', 'Week'],
  ['month', 'Month'],
];
/** @type {[string, string][]} */
const ROLLING = [
  ['', 'each by itself'],
  ['7d', 'over 7 days'],
  ['30d', 'over 30 days'],
  ['90d', 'over 90 days'],
];
const DAY_MS = 86_400_000;

/** Which unit shows most of a window. @param {import('../address.js').Address} address */
export function unitOf(address) {
  if (address.get('unit')) return address.get('unit');
  if (!address.isCustom()) {
    const name = address.get('window', '30d');
    const days = /^(\d+)d$/.exec(name);
    if (days) return Number(days[1]) <= 62 ? 'day' : Number(days[1]) <= 400 ? 'week' : 'month';
    if (name === 'all') return 'month';
    return /year/.test(name) ? 'week' : 'day';
  }
  const [from, to] = [Date.parse(address.get('from')), Date.parse(address.get('to'))];
  const days = ((Number.isNaN(to) ? Date.now() : to) - (Number.isNaN(from) ? 0 : from)) / DAY_MS;
  return days <= 62 ? 'day' : days <= 400 ? 'week' : 'month';
}

/** A time by the clock of the reporting zone, as this browser's own would show it. @param {string} localFrom */
const clock = (localFrom) => new Date(localFrom.slice(0, 19)).getTime();

const NAMES = {
  day: new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  week: new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' }),
  month: new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' }),
};

/** @type {Record<string, Intl.DateTimeFormat>} */
const TICKS = {
  day: new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' }),
  first: NAMES.week,
  month: new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric' }),
};
/** Of how many points one is named: of days each week's, of months each quarter's. @type {Record<string, number[]>} */
const STEPS = { day: [1, 2, 7, 14, 28], week: [1, 2, 4, 8, 13, 26], month: [1, 2, 3, 6, 12, 24] };

/** @param {any} bucket @param {string} unit */
export function bucketName({ local_from: from }, unit) {
  const date = new Date(clock(from));
  if (unit === 'week') return `Week of ${NAMES.week.format(date)}`;
  return (unit === 'month' ? NAMES.month : NAMES.day).format(date);
}

/** @param {any} trend @param {string} unit */
function columnsOf(trend, unit) {
  /** @param {any} bucket */
  const bound = (bucket, /** @type {'low' | 'high'} */ which) => bucket.interval?.[which] ?? null;
  return /** @type {import('../parts.js').Column[]} */ ([
    {
      key: 'from',
      label: 'Time',
      head: true,
      value: (bucket) => bucket.local_from.slice(0, 10),
      shown: (bucket) => bucketName(bucket, unit),
    },
    { key: 'n', label: 'Answers', kind: 'number', value: (bucket) => bucket.n },
    {
      key: 'score',
      label: 'Score',
      kind: 'number',
      value: (bucket) => bucket.score,
      shown: (bucket) => whole(bucket.score, trend.method),
    },
    {
      key: 'low',
      label: 'Likely from',
      kind: 'number',
      value: (bucket) => bound(bucket, 'low'),
      shown: (bucket) => score(bound(bucket, 'low'), trend.method),
    },
    {
      key: 'high',
      label: 'to',
      kind: 'number',
      value: (bucket) => bound(bucket, 'high'),
      shown: (bucket) => score(bound(bucket, 'high'), trend.method),
    },
  ]);
}

/**
 * The panel; `load` asks anew, by the address.
 * @param {() => Context} now @param {() => any} surveyOf
 */
export function trendPanel(now, surveyOf) {
  const controls = el('div.controls');
  const actions = el('div.actions');
  const place = el('div.trend');
  /** @type {import('../chart.js').Chart | null} */
  let chart = null;
  let isTable = false;

  /** @param {Context} context */
  function sync({ address }) {
    const unit = unitOf(address);
    fill(
      controls,
      choice({ label: 'A point for each', value: unit, options: UNITS, on: (value) => now().change({ unit: value }) }),
      el('label', { for: 'rolling' }, 'figures'),
      select({
        id: 'rolling',
        value: address.get('rolling'),
        options: ROLLING,
        on: (value) => now().change({ rolling: value || null }),
      }),
    );
  }

  /** @param {any} trend @param {Context} context */
  async function show(trend, context) {
    const unit = trend.bucket;
    const columns = columnsOf(trend, unit);
    const name = `${trend.survey}-trend`;
    const known = trend.buckets.filter((/** @type {any} */ bucket) => bucket.score !== null);
    chart?.destroy();
    chart = null;
    fill(actions);
    if (known.length === 0) {
      fill(place, el('p.note.none', null, 'There is no score in this time.'));
      return;
    }
    const says = readout(trend, unit);
    const canvas = el('div.chart', {
      'tabindex': '0',
      'role': 'application',
      'aria-roledescription': 'chart',
      'aria-label': `Score over time, ${plural(known.length, 'point')} from ${bucketName(known[0], unit)} to ${bucketName(known[known.length - 1], unit)}. Arrow keys read the points, plus and minus zoom, Escape shows all.`,
    });
    const graph = el('div', null, el('div.legend', null, says.element), canvas);
    const whole = button({ label: 'Show all', icon: 'zoom', kind: 'quiet', on: () => chart?.reset() });
    whole.hidden = true;
    fill(place, graph);
    const toggle = tableToggle(
      place,
      graph,
      () => table({ caption: 'Score over time', columns, rows: trend.buckets }),
      (on) => {
        isTable = on;
        if (!on) chart?.graph.resize();
      },
    );
    fill(
      actions,
      whole,
      toggle,
      pictureButton(() => picture(trend, context, name, canvas)),
      csvButton({ name: `${name}.csv`, columns, rows: trend.buckets }),
    );
    chart = await draw(canvas, {
      points: trend.buckets.map((/** @type {any} */ bucket) => ({
        x: clock(bucket.local_from),
        low: bucket.interval?.low ?? bucket.score,
        value: bucket.score,
        high: bucket.interval?.high ?? bucket.score,
        faint: bucket.small_sample,
      })),
      label: 'Score',
      reach: ends(trend),
      steps: STEPS[unit],
      tick: (x, hasYear) => TICKS[unit === 'month' ? 'month' : hasYear ? 'first' : 'day'].format(x),
      shown: (value) => String(Number(value.toFixed(2))).replace('-', '−'),
      onSelect: (row) => says.say(row === null ? null : trend.buckets[row]),
      onZoom: (isZoomed) => (whole.hidden = !isZoomed),
    });
    if (context.signal.aborted) return;
    if (isTable) {
      isTable = false;
      toggle.click();
    }
  }

  /** @param {any} trend @param {Context} context @param {string} name @param {HTMLElement} canvas */
  const picture = (trend, context, name, canvas) =>
    savePicture(`${name}.png`, {
      title: `${surveyOf().name || trend.survey}: score over time`,
      subtitle: `${when(trend.window)}, by ${trend.bucket}${trend.rolling ? `, each over ${trend.rolling.replace('d', ' days')}` : ''}, ${plural(trend.n, 'answer')}${filterWords(context)}`,
      legend: [
        { label: 'Score', colour: colour('accent') },
        { label: `${Math.round(100 * (trend.interval?.confidence ?? 0.95))}% interval`, colour: colour('band') },
      ],
      height: 520,
      paint: paintGraph(canvas),
    });

  return {
    element: panel({ title: 'Over time', class: 'trend-panel', actions: [controls, actions] }, place),
    place,
    sync,
    /** @param {Context} context */
    async ask(context) {
      const { address, params, signal } = context;
      return ask(at`/v1/surveys/${params.survey}/trend`, {
        query: [
          ...address.window(),
          ...address.filters(),
          ['interval', unitOf(address)],
          ['rolling', address.get('rolling')],
          ['question', address.get('question')],
        ],
        signal,
      });
    },
    show,
    leave: () => chart?.destroy(),
  };
}

/** The legend: what the band is, or the point that is looked at. @param {any} trend @param {string} unit */
function readout(trend, unit) {
  const confidence = Math.round(100 * (trend.interval?.confidence ?? 0.95));
  const element = el('p', { role: 'status' });
  const rest = () =>
    fill(
      element,
      el('span.key.line', { 'aria-hidden': 'true' }),
      'Score ',
      el('span.key.band', { 'aria-hidden': 'true' }),
      `where it likely lies (${confidence}% interval) `,
      el('span.key.dot', { 'aria-hidden': 'true' }),
      'fewer than 30 answers',
    );
  rest();
  return {
    element,
    /** @param {any} bucket */
    say(bucket) {
      if (!bucket) rest();
      else
        fill(
          element,
          `${bucketName(bucket, unit)}: `,
          el('strong.number', null, whole(bucket.score, trend.method)),
          bucket.interval && ` (${interval(bucket.interval, trend.method)})`,
          `, ${plural(bucket.n, 'answer')}`,
        );
    },
  };
}
