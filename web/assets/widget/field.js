// What a person chooses from or writes in, with what is answered already. `say` hears what is answered now.
import { draw, make } from './dom.js';

/** @typedef {(answer: any) => void} Say */

const STAR = 'm12 3 2.8 5.9 6.2.9-4.5 4.5 1 6.4-5.5-3-5.5 3 1-6.4L3 9.8l6.2-.9z';
const THUMB = 'M3 11h4v9H3zm4 0 4-8c2 0 3 1 3 3l-1 4h6c1.5 0 2 1 2 2l-2 7c-.3 1-1 1-2 1H7';
const FACE = 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M9 9v1m6-1v1';

/** As glad as `mood` says, from 0 to 1. @param {string | undefined} look @param {number} mood */
function picture(look, mood) {
  if (look === 'stars') return draw(STAR);
  if (look === 'thumbs') return draw(THUMB, mood < 0.5 && 'rotate(180 12 12)');
  return look === 'smileys' && draw(`${FACE}M8 ${17 - mood * 2}q4 ${mood * 8 - 4} 8 0`);
}

/**
 * Radio buttons or boxes to tick, each drawn as what is behind it.
 * @param {string} kind classes
 * @param {boolean} isOne
 * @param {{value: any, sign: Node | string, name?: string}[]} list
 * @param {any[]} chosen
 * @param {Say} say
 */
function choice(kind, isOne, list, chosen, say) {
  const inputs = list.map(({ value, name }) => {
    const click = () => {
      const now = list.filter((_, i) => inputs[i].checked).map((one) => one.value);
      say(isOne ? now[0] : now);
    };
    const input = make('input', { 'type': isOne ? 'radio' : 'checkbox', 'name': 'c', 'aria-label': name, click });
    input.checked = chosen.includes(value);
    return input;
  });
  const labels = list.map(({ sign, name }, i) =>
    make('label', {}, inputs[i], make('span', { 'dir': 'auto', 'aria-hidden': name && 'true' }, sign)),
  );
  return make(
    'div',
    { 'class': kind, 'role': isOne ? 'radiogroup' : 'group', 'aria-labelledby': 't', 'aria-describedby': 'e' },
    ...labels,
  );
}

/**
 * A scale as points.
 * @param {any} step
 * @param {any} texts
 * @param {any} answer
 * @param {Say} say
 */
function points(
  { scale: { min, max }, low_label: low, high_label: high, look = 'numbers', isLowBest },
  texts,
  answer,
  say,
) {
  const list = [];
  for (let value = min; value <= max; value += look === 'thumbs' ? max - min : 1) {
    const mood = (value - min) / (max - min);
    const point = texts.point.replace('{0}', value).replace('{1}', max);
    const name = [point, value === min ? low : value === max && high].filter(Boolean).join(', ');
    list.push({ value, name, sign: picture(look, isLowBest ? 1 - mood : mood) || value + '' });
  }
  const kind = `row ${look} ${list.length > 7 && 'long'}`;
  const ends = make('div', { 'class': 'ends', 'aria-hidden': 'true' }, make('span', {}, low), make('span', {}, high));
  return [choice(kind, true, list, [answer], say), ends];
}

/** @param {string} kind @param {Record<string, any>} attributes @param {string} text @param {Say} say */
function words(kind, attributes, text, say) {
  const field = make(kind, { 'dir': 'auto', 'aria-describedby': 'e', ...attributes, 'input': () => say(field.value) });
  field.value = text;
  return field;
}

/** @param {any} step @param {any} texts @param {any} answer @param {Say} say */
function options({ type, options, other }, texts, answer, say) {
  /** @type {any[]} */
  const chosen = [].concat(answer);
  const more = chosen.find((one) => one && one.other != null) || { other: '' };
  const placeholder = texts.other_words;
  const field = words('input', { placeholder, 'aria-label': placeholder }, more.other, (text) => (more.other = text));
  const list = options.map((/** @type {any} */ { value, text }) => ({ value, sign: text || value }));
  if (other) list.push({ value: more, sign: texts.other });
  field.hidden = !chosen.includes(more);
  const box = choice('list', type === 'choice', list, chosen, (now) => {
    field.hidden = ![].concat(now).includes(/** @type {never} */ (more));
    say(now);
  });
  return [box, field];
}

/**
 * @param {any} step a question
 * @param {any} interface_ of the form
 * @param {any} answer
 * @param {Say} say
 * @returns {Node[]}
 */
export function field(step, { texts, comment_characters: maxlength }, answer, say) {
  if (step.type === 'scale') return points(step, texts, answer, say);
  if (step.type !== 'text') return options(step, texts, answer, say);
  return [words('textarea', { rows: 3, maxlength, 'aria-labelledby': 't' }, answer || '', say)];
}
