// A chart as a PNG: with its title, what it is of, its legend and its axes, on paper of its own.
import { colour } from './chart.js';
import { save } from './parts.js';

const WIDTH = 960,
  EDGE = 32,
  SCALE = 2;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{ title: string, subtitle: string, legend: { label: string, colour: string }[], height: number,
 *   paint: (context: CanvasRenderingContext2D, box: Box) => void }} Picture
 */

/** @param {CanvasRenderingContext2D} context @param {number} size @param {number} [weight] @param {string} [hue] */
export function pen(context, size, weight = 400, hue = 'ink') {
  context.font = `${weight} ${size}px ${FONT}`;
  context.fillStyle = colour(hue);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} width */
function cut(context, text, width) {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > width) shown = `${shown.slice(0, -2)}…`;
  return shown;
}

/** @param {CanvasRenderingContext2D} context @param {Picture} picture */
function paintAll(context, { title, subtitle, legend, height, paint }) {
  context.scale(SCALE, SCALE);
  context.fillStyle = colour('paper');
  context.fillRect(0, 0, WIDTH, height);
  pen(context, 22, 650);
  context.fillText(cut(context, title, WIDTH - 2 * EDGE), EDGE, EDGE + 18);
  pen(context, 14, 400, 'soft');
  context.fillText(cut(context, subtitle, WIDTH - 2 * EDGE), EDGE, EDGE + 42);
  let x = EDGE;
  for (const { label, colour: hue } of legend) {
    context.fillStyle = hue;
    context.fillRect(x, EDGE + 58, 12, 12);
    pen(context, 13);
    context.fillText(label, x + 18, EDGE + 69);
    x += 18 + context.measureText(label).width + 20;
  }
  const top = EDGE + (legend.length > 0 ? 92 : 62);
  paint(context, { x: EDGE, y: top, width: WIDTH - 2 * EDGE, height: height - top - EDGE });
}

/** @param {string} name of the file @param {Picture} picture @returns {Promise<void>} */
export function savePicture(name, picture) {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * SCALE;
  canvas.height = picture.height * SCALE;
  const context = canvas.getContext('2d');
  if (!context) return Promise.reject(new Error('This browser draws no pictures.'));
  paintAll(context, picture);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (!blob) return reject(new Error('The picture could not be made.'));
      save(name, blob);
      resolve();
    }, 'image/png'),
  );
}

/**
 * What dygraphs drew, and its axes' words, which are elements.
 * @param {HTMLElement} place @returns {Picture['paint']}
 */
export const paintGraph = (place) => (context, box) => {
  const [plot] = place.querySelectorAll('canvas');
  const from = place.getBoundingClientRect();
  const scale = Math.min(box.width / from.width, box.height / from.height);
  context.save();
  context.translate(box.x, box.y);
  context.scale(scale, scale);
  for (const canvas of place.querySelectorAll('canvas'))
    context.drawImage(canvas, 0, 0, plot.clientWidth, plot.clientHeight);
  for (const label of place.querySelectorAll('.dygraph-axis-label')) {
    const at = label.getBoundingClientRect();
    pen(context, 12, 400, 'soft');
    const isX = label.classList.contains('dygraph-axis-label-x');
    context.textAlign = isX ? 'center' : 'right';
    context.textBaseline = 'middle';
    context.fillText(
      label.textContent ?? '',
      (isX ? at.left + at.width / 2 : at.right) - from.left,
      at.top + at.height / 2 - from.top,
    );
  }
  context.restore();
};

/**
 * Columns side by side, with their number above and their name below.
 * @param {{ label: string, value: number, shown: string, colour: string }[]} columns @returns {Picture['paint']}
 */
export const paintColumns = (columns) => (context, box) => {
  const most = Math.max(1, ...columns.map(({ value }) => value));
  const step = box.width / columns.length;
  const room = box.height - 48;
  for (const [i, { label, value, shown, colour: hue }] of columns.entries()) {
    const height = (room * value) / most;
    const x = box.x + i * step + step * 0.12;
    context.fillStyle = hue;
    context.fillRect(x, box.y + 24 + room - height, step * 0.76, height);
    pen(context, 13, 600);
    context.textAlign = 'center';
    context.fillText(shown, x + step * 0.38, box.y + 24 + room - height - 6);
    pen(context, 13, 400, 'soft');
    context.textAlign = 'center';
    context.fillText(label, x + step * 0.38, box.y + box.height - 6);
  }
};

/**
 * Rows of bars to either side of nothing.
 * @param {{ label: string, value: number, shown: string, colour: string }[]} rows @returns {Picture['paint']}
 */
export const paintBars = (rows) => (context, box) => {
  const names = 240;
  const least = Math.min(0, ...rows.map(({ value }) => value));
  const most = Math.max(0, ...rows.map(({ value }) => value));
  const width = box.width - names - 140;
  const zero = box.x + names + 70 + (width * -least) / (most - least || 1);
  const step = box.height / Math.max(1, rows.length);
  for (const [i, { label, value, shown, colour: hue }] of rows.entries()) {
    const y = box.y + i * step;
    pen(context, 14);
    context.textBaseline = 'middle';
    context.fillText(cut(context, label, names), box.x, y + step / 2);
    const length = (width * Math.abs(value)) / (most - least || 1);
    context.fillStyle = hue;
    context.fillRect(value < 0 ? zero - length : zero, y + step * 0.2, length, step * 0.6);
    pen(context, 13, 600);
    context.textBaseline = 'middle';
    context.textAlign = value < 0 ? 'right' : 'left';
    context.fillText(shown, value < 0 ? zero - length - 8 : zero + length + 8, y + step / 2);
  }
  context.fillStyle = colour('line');
  context.fillRect(zero, box.y, 1, box.height);
};
