// Further questions in the stateful fuzz: what surveys ask, what is answered to it, and what is to become of that, by
// the documents alone.
import { bandsOf, BAND_NAMES } from '../http/figures.mjs';

const options = (...values) => values.map((value) => ({ value, text: {} }));
const closed = (type, other, ...values) => ({ type, text: {}, options: options(...values), other, required: false });

// By key, always of one type, with all that a reply shows. `worst`: the name of the band that is furthest down.
const QUESTIONS = {
  reason: () => ({ key: 'reason', ...closed('choice', true, 'price', 'speed') }),
  cause: (worst) => ({ key: 'cause', ...closed('choice', false, 'late', 'lost'), show: { band: [worst] } }),
  features: () => ({ key: 'features', ...closed('choices', true, 'a', 'b', 'c') }),
  ease: () => ({
    key: 'ease',
    type: 'scale',
    text: {},
    metric: 'csat',
    scale: { min: 1, max: 5 },
    method: 'top_box',
    direction: 'higher_is_better',
    bands: { satisfied_from: 4, dissatisfied_to: 2 },
    low_label: {},
    high_label: {},
    required: false,
  }),
  why: () => ({ key: 'why', type: 'text', text: {}, required: false }),
  more: () => ({ key: 'more', type: 'text', text: {}, required: false }),
};
const SHOWS = [
  undefined,
  { answer: { key: 'reason', in: ['price', 'other'] } },
  { answer: { key: 'ease', in: [1, 2] } },
  { answer: { key: 'features', in: ['a'] } },
];

const TEXT_KEYS = ['why', 'more'];

// Some of them, in their order, the last perhaps where another was answered so; some options retired.
export function makeQuestions(dice, metric) {
  const worst = BAND_NAMES[metric][2];
  const made = Object.values(QUESTIONS)
    .filter(() => dice.chance(0.6))
    .map((make) => make(worst));
  const last = made.at(-1);
  const show = dice.of(SHOWS);
  if (show && made.slice(0, -1).some(({ key }) => key === show.answer.key))
    if (show.answer.in.every((value) => hasValue(made, show.answer.key, value))) last.show = { ...last.show, ...show };
  const retired = made.find(({ key }) => key === 'features');
  if (retired && last.show?.answer?.key !== 'features' && dice.chance(0.3)) retired.options = options('b', 'd');
  return made;
}

function hasValue(questions, key, value) {
  const { options: list, other, scale } = questions.find((question) => question.key === key);
  if (scale) return value >= scale.min && value <= scale.max;
  return list.some((option) => option.value === value) || (other && value === 'other');
}

const VALUES = [
  'price',
  'speed',
  'late',
  'a',
  'd',
  'other',
  'some words',
  '',
  null,
  1,
  3,
  5,
  6,
  2.5,
  true,
  ['a'],
  ['b', 'a', 'b'],
  ['a', 'z'],
  ['c', { other: 'else' }],
  ['', null],
  [1],
  [1, 'a'],
  [{ other: 'else' }, 'b', { other: 'more' }],
  { other: 'else' },
  { other: '' },
  { other: 'x', more: 1 },
];
const FIT = {
  reason: ['price', 'price', 'speed', 'other', { other: 'else' }],
  cause: ['late', 'lost'],
  features: ['a', ['a', 'b'], ['c', 'b', { other: 'else' }]],
  ease: [1, 2, 3, 4, 5],
  why: ['some words', 'other'],
  more: ['more words'],
  nothing: ['x'],
};

export function makeAnswers(dice) {
  const answers = {};
  for (const key of Object.keys(FIT))
    if (dice.chance(0.35)) answers[key] = dice.of(dice.chance(0.8) ? FIT[key] : VALUES);
  return answers;
}

const isNothing = (value) => value === null || (typeof value === 'string' && value.trim() === '');
const isOther = (value) =>
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.keys(value).join() === 'other' &&
  (value.other === null || typeof value.other === 'string');

// `isPart`: some of it is no question's, and left out.
function readList(list) {
  const given = list.filter((value) => !isNothing(value));
  const values = new Set();
  let words = '';
  let isPart = false;
  for (const value of given) {
    const said = isOther(value) ? value.other : undefined;
    if (typeof value === 'string') values.add(value);
    else if (!isOther(value) || (words && !isNothing(said) && said !== words)) isPart = true;
    else {
      values.add('other');
      if (!words && !isNothing(said)) words = said;
    }
  }
  if (values.size > 0) return { values: [...values].sort(), other: words || undefined, isPart };
  return isPart ? { odd: true } : undefined;
}

function readOne(value) {
  if (isNothing(value)) return undefined;
  if (typeof value === 'string') return { text: value };
  if (Number.isInteger(value)) return { number: value };
  if (Array.isArray(value)) return readList(value);
  return isOther(value) ? { text: 'other', other: isNothing(value.other) ? '' : value.other } : { odd: true };
}

// Content: the same however it is written; undefined: nothing is answered. What was left out when it was read is no
// content: `part` of it says so, by its place in what was sent, to who asks for it.
export function readAnswers(sent) {
  const read = {};
  const places = Object.keys(sent);
  for (const key of [...places].sort()) {
    const { isPart, ...one } = readOne(sent[key]) ?? {};
    if (Object.keys(one).length === 0) continue;
    read[key] = one;
    if (isPart) Object.defineProperty(one, 'part', { value: places.indexOf(key) });
  }
  return Object.keys(read).length > 0 ? read : undefined;
}

const shownAs = (value, words) => (value === 'other' && words ? { other: words } : value);

// What is taken of one: { value, isPart }, `isPart` where some of it is left out; null: nothing is.
function judgeOne(question, { text, number, values, other }) {
  const has = (value) =>
    question.options.some((option) => option.value === value) || (question.other && value === 'other');
  const words = question.other ? other : undefined;
  switch (question.type) {
    case 'scale':
      return number >= question.scale.min && number <= question.scale.max ? { value: number } : null;
    case 'text':
      return text !== undefined && other === undefined ? { value: text } : null;
    case 'choice':
      return text !== undefined && has(text) ? { value: shownAs(text, words) } : null;
    default: {
      const known = (values ?? (text === undefined ? [] : [text])).filter(has);
      const isPart = values !== undefined && known.length < values.length;
      return known.length > 0 ? { value: known.map((value) => shownAs(value, words)), isPart } : null;
    }
  }
}

const valuesOf = (value) => [value].flat().map((one) => (one?.other !== undefined ? 'other' : one));

function bandOf(definition, score) {
  const { from, to, lower } = bandsOf(definition);
  const isGood = lower ? score <= from : score >= from;
  const isBad = lower ? score >= to : score <= to;
  return BAND_NAMES[definition.metric][isGood ? 0 : isBad ? 2 : 1];
}

function isShown({ show }, definition, score, taken) {
  if (show?.band && (score === null || !show.band.includes(bandOf(definition, score)))) return false;
  return !show?.answer || valuesOf(taken[show.answer.key]).some((value) => show.answer.in.includes(value));
}

// { answers, refused }: what a definition takes, undefined for nothing, and the keys of what is left out.
export function judgeAnswers(definition, score, read = {}) {
  const taken = {};
  const isPart = (key) => read[key].part !== undefined;
  const refused = Object.keys(read).filter(isPart);
  refused.sort((a, b) => read[a].part - read[b].part);
  for (const question of definition.questions) {
    if (!(question.key in read)) continue;
    const one = isShown(question, definition, score, taken) ? judgeOne(question, read[question.key]) : null;
    if (one) taken[question.key] = one.value;
    if ((!one || one.isPart) && !isPart(question.key)) refused.push(question.key);
  }
  for (const key of Object.keys(read))
    if (!definition.questions.some((one) => one.key === key) && !isPart(key)) refused.push(key);
  const keys = Object.keys(taken).sort();
  return { answers: keys.length > 0 ? Object.fromEntries(keys.map((key) => [key, taken[key]])) : undefined, refused };
}

// What is left of answers when their person is forgotten: that there were some, and what was chosen.
export function forgetAnswers(answers) {
  const chosen = (value) => (value?.other !== undefined ? 'other' : value);
  const left = (value) => (Array.isArray(value) ? value.map(chosen) : chosen(value));
  return Object.fromEntries(
    Object.entries(answers).map(([key, value]) => [key, TEXT_KEYS.includes(key) ? null : left(value)]),
  );
}

// Whether there is an answer, or one of several choices, that is not among the others.
export function saysMore(answers = {}, others = {}) {
  const isIn = (value, other) => !Array.isArray(value) || valuesOf(value).every((one) => valuesOf(other).includes(one));
  return Object.entries(answers).some(([key, value]) => !(key in others) || !isIn(value, others[key]));
}
