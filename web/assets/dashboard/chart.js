// A score over time, with its interval as a band: drawn by dygraphs, whose legend and axes' words are ours.
import { el, fill } from './dom.js';

/** @type {Promise<any> | null} */
let library = null;
const LABEL_PX = 68; // as wide as a day and its year

/** The library comes with the first chart. */
function load() {
  library ??= new Promise((resolve, reject) => {
    const script = el('script', { src: document.body.dataset.dygraphs });
    script.addEventListener('load', () => {
      const { Dygraph } = /** @type {any} */ (window);
      // Its legend writes styles into markup, which the policy of this page forbids.
      Dygraph.PLUGINS = Dygraph.PLUGINS.filter((/** @type {any} */ plugin) => plugin !== Dygraph.Plugins.Legend);
      resolve(Dygraph);
    });
    script.addEventListener('error', () => {
      library = null;
      script.remove();
      reject(new Error('The library of the charts did not load.'));
    });
    document.head.appendChild(script);
  });
  return library;
}

/** @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/**
 * @typedef {object} Point
 * @property {number} x a time, as the clock of this browser has it
 * @property {number | null} low @property {number | null} value @property {number | null} high
 * @property {boolean} faint drawn hollow: a small sample
 *
 * @typedef {object} Chart
 * @property {any} graph
 * @property {() => void} reset shows all of it again
 * @property {() => void} destroy
 */

/** @param {any} event @param {HTMLElement} place */
const offsetX = (event, place) => event.clientX - place.getBoundingClientRect().left;

/**
 * `steps`: of how many points one may be named below the axis; `tick` is its name, with its year if it is to have one.
 * @typedef {{ points: Point[], label: string, reach: [number, number], steps: number[],
 *   tick: (x: number, year: boolean) => string, shown: (value: number) => string,
 *   onSelect: (row: number | null) => void, onZoom: (isZoomed: boolean) => void }} ChartOptions
 */

/**
 * @param {HTMLElement} place
 * @param {ChartOptions} options
 * @returns {Promise<Chart>}
 */
export async function draw(place, { points, label, reach, steps, tick, shown, onSelect, onZoom }) {
  const Dygraph = await load();
  const known = points.filter(({ value }) => value !== null);
  const least = Math.min(...known.map(({ low, value }) => low ?? Number(value)));
  const most = Math.max(...known.map(({ high, value }) => high ?? Number(value)));
  const pad = Math.max((most - least) * 0.06, (reach[1] - reach[0]) * 0.02);
  const look = () => ({ colors: [colour('accent')], gridLineColor: colour('rule'), axisLineColor: colour('rule') });
  /**
   * @param {any} graph @param {string} series @param {any} context @param {number} x @param {number} y @param
   * {string} hue @param {number} size @param {number} index
   */
  const point = (graph, series, context, x, y, hue, size, index) => {
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fillStyle = points[index]?.faint ? colour('paper') : hue;
    context.strokeStyle = hue;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  };
  const all = [points[0].x, points[points.length - 1].x];
  const isOfYears = new Date(all[0]).getFullYear() !== new Date(all[1]).getFullYear();
  /** @param {number} from @param {number} until @param {number} pixels */
  const ticker = (from, until, pixels) => {
    const seen = points.filter(({ x }) => x >= from && x <= until).length;
    const step = steps.find((one) => (seen / one) * LABEL_PX <= pixels) ?? Math.ceil((seen * LABEL_PX) / pixels);
    let last = 0;
    return points
      .filter(({ x }, i) => i % step === 0 && x >= from && x <= until)
      .map(({ x }) => {
        const year = new Date(x).getFullYear();
        const isNew = year !== last;
        last = year;
        return { v: x, label: tick(x, isOfYears && isNew) };
      });
  };
  /** What a score of nothing is, where it may lie below. @param {any} context @param {any} area @param {any} graph */
  const zero = (context, area, graph) => {
    const y = Math.round(graph.toDomYCoord(0)) + 0.5;
    if (reach[0] >= 0 || y < area.y || y > area.y + area.h) return;
    context.strokeStyle = colour('line');
    context.beginPath();
    context.moveTo(area.x, y);
    context.lineTo(area.x + area.w, y);
    context.stroke();
  };
  const slack = points.length > 1 ? (all[1] - all[0]) / (points.length - 1) / 2 : 43_200_000;
  const whole = [all[0] - slack, all[1] + slack];
  const model = {
    ...Dygraph.defaultInteractionModel,
    // A finger scrolls the page; where it taps is what is read.
    touchstart: (/** @type {any} */ event, /** @type {any} */ graph) => {
      const [touch] = event.touches;
      select(nearest(graph.toDataXCoord(offsetX(touch, place))));
    },
    touchmove: () => {},
    touchend: () => {},
    dblclick: () => reset(),
  };
  const graph = new Dygraph(
    place,
    points.map(({ x, low, value, high }) => [new Date(x), value === null ? [null, null, null] : [low, value, high]]),
    {
      ...look(),
      labels: ['x', label],
      customBars: true,
      fillAlpha: 0.16,
      strokeWidth: 2,
      drawPoints: true,
      pointSize: points.length > 120 ? 0 : 2.5,
      drawPointCallback: point,
      drawHighlightPointCallback: point,
      highlightCircleSize: 5,
      dateWindow: whole,
      valueRange: [Math.max(reach[0] - pad, least - pad), Math.min(reach[1] + pad, most + pad)],
      animatedZooms: false,
      interactionModel: model,
      axes: {
        x: { axisLabelWidth: LABEL_PX + 12, drawGrid: false, ticker },
        y: {
          axisLabelWidth: 44,
          pixelsPerLabel: 26,
          axisLabelFormatter: (/** @type {number} */ value) => shown(value),
        },
      },
      rightGap: 12,
      underlayCallback: zero,
      highlightCallback: (
        /** @type {any} */ event,
        /** @type {any} */ x,
        /** @type {any} */ seen,
        /** @type {number} */ row,
      ) => onSelect(row),
      unhighlightCallback: () => onSelect(null),
      zoomCallback: () => onZoom(true),
    },
  );

  /** @param {number} x */
  function nearest(x) {
    let best = 0;
    for (const [i, one] of points.entries())
      if (one.value !== null && Math.abs(one.x - x) < Math.abs(points[best].x - x)) best = i;
    return best;
  }
  let at = -1;
  /** @param {number} row */
  function select(row) {
    at = row;
    graph.setSelection(row);
    onSelect(row);
  }
  function reset() {
    graph.updateOptions({ dateWindow: whole, valueRange: graph.getOption('valueRange') });
    onZoom(false);
  }
  /** @param {number} by a half, or twice, of what is seen */
  function zoom(by) {
    const [left, right] = graph.xAxisRange();
    const middle = at >= 0 ? points[at].x : (left + right) / 2;
    const half = Math.max(slack * 2, ((right - left) * by) / 2);
    const next = [Math.max(whole[0], middle - half), Math.min(whole[1], middle + half)];
    graph.updateOptions({ dateWindow: next });
    onZoom(next[0] > whole[0] || next[1] < whole[1]);
  }
  /** @param {number} step */
  const move = (step) => {
    let next = at < 0 ? (step > 0 ? -1 : points.length) : at;
    do next += step;
    while (points[next] && points[next].value === null);
    if (points[next]) select(next);
  };
  /** @type {Record<string, () => void>} time runs from left to right, whatever the page does */
  const keys = {
    'ArrowRight': () => move(1),
    'ArrowLeft': () => move(-1),
    'Home': () => ((at = -1), move(1)),
    'End': () => ((at = points.length), move(-1)),
    '+': () => zoom(0.5),
    '=': () => zoom(0.5),
    '-': () => zoom(2),
    'Escape': () => reset(),
    '0': () => reset(),
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };
  place.addEventListener('keydown', press);
  const recolour = () => graph.updateOptions(look());
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const print = () => {
    document.documentElement.dataset.print = 'yes';
    recolour();
  };
  const printed = () => {
    delete document.documentElement.dataset.print;
    recolour();
  };
  dark.addEventListener('change', recolour);
  addEventListener('beforeprint', print);
  addEventListener('afterprint', printed);
  const sizes = new ResizeObserver(() => graph.resize());
  sizes.observe(place);
  return {
    graph,
    reset,
    destroy: () => {
      sizes.disconnect();
      dark.removeEventListener('change', recolour);
      removeEventListener('beforeprint', print);
      removeEventListener('afterprint', printed);
      place.removeEventListener('keydown', press);
      graph.destroy();
      fill(place);
    },
  };
}
