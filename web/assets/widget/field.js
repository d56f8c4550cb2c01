// What a person chooses from or writes in, with what is answered already. `say` hears what is answered now.
import { isOther } from './answer.js';
import { make } from './dom.js';

/** @typedef {(answer: any, clicks: number) => void} Say no clicks: by the keyboard */

const THUMB = 'M3 11h4v9H3zm4 0 4-8q3 0 3 4l-1 3h7l-2 10H7';
const FACE = 'M12 3a9 9 0 1 0 .1 0M9 9v1m6-1v1';

/** As glad as `mood` says, from 0 to 1. @param {string | undefined} look @param {number} mood */
function picture(look, mood) {
  const d = look === 'smileys' ? `${FACE}M8 ${17 - mood * 2}q4 ${mood * 8 - 4} 8 0` : look === 'thumbs' && THUMB;
  const transform = look === 'thumbs' && mood < 0.5 && 'rotate(180 12 12)';
  return d && make('svg', { viewBox: '0 0 24 24' }, make('path', { d, transform }));
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
  const type = isOne ? 'radio' : 'checkbox';
  const click = (/** @type {any} */ { target, detail }) => {
    const inputs = box.querySelectorAll('input');
    const now = list.filter((_, i) => inputs[i].checked).map((one) => one.value);
    if (target.type) say(isOne ? now[0] : now, detail);
  };
  const labels = list.map(({ value, sign, name }) =>
    make(
      'label',
      {},
      make('input', { type, name: 'c', 'aria-label': name, 'checked': chosen.includes(value) }),
      make('span', { 'dir': 'auto', 'aria-hidden': !!name }, sign),
    ),
  );
  const role = isOne ? 'radiogroup' : 'group';
  const box = make('div', { 'class': kind, role, 'aria-labelledby': 't', click }, ...labels);
  return box;
}

/**
 * A scale as points.
 * @param {any} step
 * @param {any} texts
 * @param {any} answer
 * @param {Say} say
 */
function points(
  { scale: { min, max }, low_label: low, high_label: high, look, lower_is_better: isLowBest },
  texts,
  answer,
  say,
) {
  const list = [];
  for (let value = min; value <= max; value += look === 'thumbs' ? max - min : 1) {
    const mood = (value - min) / (max - min);
    const point = texts.point.replace('{0}', value).replace('{1}', max);
    const name = [point, value === min ? low : value === max && high].filter(Boolean).join(texts.comma);
    list.push({ value, name, sign: picture(look, isLowBest ? 1 - mood : mood) || value + '' });
  }
  const kind = `row ${look || 'numbers'} ${list.length > 7 ? 'long' : ''}`;
  const ends = make('div', { 'class': 'ends', 'aria-hidden': true }, make('span', {}, low), make('span', {}, high));
  return [choice(kind, true, list, [answer], say), ends];
}

/** @param {any} step @param {any} texts @param {any} answer @param {Say} say @param {string} maxlength */
function options({ type, options, other }, texts, answer, say, maxlength) {
  /** @type {any[]} */
  const chosen = [].concat(answer);
  const more = chosen.find(isOther) || { other: '' };
  const placeholder = texts.other_words;
  const input = (/** @type {any} */ { target }) => {
    more.other = target.value;
    say(answer, 0);
  };
  const field = make('input', {
    placeholder,
    maxlength,
    'aria-label': placeholder,
    'dir': 'auto',
    'value': more.other,
    input,
  });
  const list = options.map((/** @type {any} */ { value, text }) => ({ value, sign: text || value }));
  if (other) list.push({ value: more, sign: texts.other });
  field.hidden = !chosen.includes(more);
  const box = choice('list', type === 'choice', list, chosen, (now, clicks) => {
    field.hidden = !(/** @type {any[]} */ ([]).concat(now).includes(more));
    say((answer = now), clicks);
  });
  return [box, field];
}

/** @param {any} step @param {any} texts @param {any} answer @param {Say} say @param {string} maxlength */
function words(step, texts, answer, say, maxlength) {
  const input = (/** @type {any} */ { target }) => say(target.value, 0);
  return [make('textarea', { rows: 3, maxlength, 'dir': 'auto', 'aria-labelledby': 't', input }, answer)];
}

/**
 * @param {any} step a question
 * @param {any} interface_ of the form
 * @param {any} answer
 * @param {Say} say
 */
export const field = (step, { texts, comment_characters: maxlength }, answer, say) =>
  (step.type === 'scale' ? points : step.type === 'text' ? words : options)(step, texts, answer, say, maxlength + '');
