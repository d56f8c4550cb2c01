// A survey's definition while it is edited: what may be chosen, where in it an error stands, and how two differ.
// Nothing here draws.

/** @typedef {Record<string, any>} Definition As `GET /v1/surveys/{survey}` has it, or a part of it. */
/** @typedef {Record<string, string>} Localized A text by language. */

export const METRICS = {
  nps: {
    name: 'NPS',
    asks: 'How likely would they recommend you? 0 to 10.',
    bands: ['promoters', 'passives', 'detractors'],
  },
  csat: { name: 'CSAT', asks: 'How satisfied are they?', bands: ['satisfied', 'neutral', 'dissatisfied'] },
  ces: { name: 'CES', asks: 'How easy was it?', bands: ['easy', 'neutral', 'difficult'] },
};

/** The scales that a metric has; `null`: any. The first is the usual one. */
export const SCALES = { nps: ['0-10'], csat: ['1-5', '0-1', '1-3', '1-7', '1-10', null], ces: ['1-7', '1-5'] };

export const METHODS = { nps: ['net_promoter'], csat: ['top_box', 'mean'], ces: ['mean', 'top_box', 'net_easy'] };

export const METHOD_NAMES = {
  net_promoter: 'Promoters less detractors (−100 to 100)',
  top_box: 'Share of the satisfied, in percent',
  mean: 'Mean of the scores',
  net_easy: 'Easy less difficult (−100 to 100)',
};

export const QUESTION_TYPES = {
  choice: 'One of several options',
  choices: 'Any of several options',
  scale: 'A number on a scale',
  text: 'Free text',
};

export const TEXT_FIELDS = [
  { key: 'question', label: 'Question' },
  { key: 'low_label', label: 'Label of the lowest score' },
  { key: 'high_label', label: 'Label of the highest score' },
  { key: 'comment_prompt', label: 'Question for a comment' },
  { key: 'thanks', label: 'Thanks' },
];

/** A definition that somebody begins with. */
export const blank = () => ({
  metric: 'nps',
  name: '',
  texts: { en: { question: 'How likely are you to recommend us to a friend or colleague?' } },
  questions: [],
  properties: [],
  allowed_origins: [],
});

const isObject = (/** @type {any} */ value) => value !== null && typeof value === 'object';

/** @param {string} name */
const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** @param {(string | number)[]} names */
export const pointer = (...names) => names.map((name) => `/${escaped(String(name))}`).join('');

/** @param {string} path */
const steps = (path) =>
  path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * @param {any} root
 * @param {string} path A JSON pointer.
 */
export function read(root, path) {
  return steps(path).reduce((value, name) => (isObject(value) ? value[name] : undefined), root);
}

/**
 * Sets what a JSON pointer names, and makes objects on the way; undefined takes it away.
 * @param {any} root
 * @param {string} path
 * @param {any} value
 */
export function write(root, path, value) {
  const names = steps(path);
  const last = /** @type {string} */ (names.pop());
  let at = root;
  for (const name of names) {
    if (!isObject(at[name])) at[name] = {};
    at = at[name];
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}

/**
 * Languages that any text of it has, the survey's own first.
 * @param {Definition} definition
 * @returns {string[]}
 */
export function languages(definition) {
  const found = new Set(Object.keys(definition.texts ?? {}));
  for (const question of definition.questions ?? [])
    for (const texts of [
      question.text,
      question.low_label,
      question.high_label,
      ...(question.options ?? []).map(textOf),
    ])
      for (const locale of Object.keys(texts ?? {})) found.add(locale);
  return [...found];
}

const textOf = (/** @type {{text?: Localized}} */ option) => option.text;

/**
 * Of a text in several languages the one that is nearest: itself, what it is a part of, the same language, English,
 * any.
 * @param {Record<string, any> | null | undefined} texts
 * @param {string} locale
 * @returns {string | null} Its language.
 */
export function nearest(texts, locale) {
  const all = Object.keys(texts ?? {}).sort();
  const small = (/** @type {string} */ tag) => tag.toLowerCase().replaceAll('_', '-');
  const language = (/** @type {string} */ tag) => small(tag).split('-')[0];
  const asked = small(locale);
  return (
    all.find((tag) => small(tag) === asked) ??
    all.filter((tag) => asked.startsWith(`${small(tag)}-`)).sort((a, b) => b.length - a.length)[0] ??
    all.find((tag) => language(tag) === language(asked)) ??
    all.find((tag) => language(tag) === 'en') ??
    all[0] ??
    null
  );
}

/** @param {Definition} definition Of a survey, or of a question on a scale. */
export function scaleOf(definition) {
  const [usual] = SCALES[/** @type {keyof typeof SCALES} */ (definition.metric)] ?? ['0-10'];
  const [min, max] = /** @type {string} */ (usual).split('-').map(Number);
  return { min: definition.scale?.min ?? min, max: definition.scale?.max ?? max };
}

/** From which score answers are good, and up to which bad, where nobody says otherwise (src/domain/survey.c). */
const USUAL_BANDS = {
  'nps 0-10': [9, 6],
  'csat 0-1': [1, 0],
  'csat 1-3': [3, 1],
  'csat 1-5': [4, 2],
  'csat 1-7': [6, 3],
  'csat 1-10': [9, 5],
  'ces 1-7': [5, 3],
  'ces 1-5': [4, 2],
};

/**
 * The bounds of the bands, said or usual; null where none are usual.
 * @param {Definition} definition
 * @returns {{satisfied_from: number | null, dissatisfied_to: number | null}}
 */
export function bandsOf(definition) {
  const { min, max } = scaleOf(definition);
  const scale = `${definition.metric} ${min}-${max}`;
  const usual = USUAL_BANDS[/** @type {keyof typeof USUAL_BANDS} */ (scale)] ?? [null, null];
  const netEasy = scale === 'ces 1-7' && definition.method === 'net_easy';
  const [from, to] = (netEasy ? [6, 3] : usual).map((bound) =>
    bound !== null && definition.direction === 'lower_is_better' ? min + max - bound : bound,
  );
  return {
    satisfied_from: definition.bands?.satisfied_from ?? from,
    dissatisfied_to: definition.bands?.dissatisfied_to ?? to,
  };
}

/**
 * What is put: without what says nothing, so that a half-made condition is no error of its own.
 * @param {Definition} draft
 */
export function toPut(draft) {
  const definition = structuredClone(draft);
  for (const question of definition.questions ?? []) {
    if (question.show?.band?.length === 0) delete question.show.band;
    if (question.show && Object.keys(question.show).length === 0) delete question.show;
    for (const name of ['text', 'low_label', 'high_label']) prune(question, name);
    for (const option of question.options ?? []) prune(option, 'text');
    const foreign = { choice: SCALED, choices: SCALED, scale: CLOSED, text: [...SCALED, ...CLOSED] };
    for (const name of foreign[/** @type {keyof typeof foreign} */ (question.type)] ?? []) delete question[name];
  }
  return definition;
}

const SCALED = ['metric', 'scale', 'method', 'direction', 'bands', 'low_label', 'high_label'];
const CLOSED = ['options', 'other'];

/**
 * @param {Definition} holder
 * @param {string} name Of a text by language.
 */
function prune(holder, name) {
  for (const [locale, text] of Object.entries(holder[name] ?? {}))
    if (!String(text).trim()) delete holder[name][locale];
  if (holder[name] && Object.keys(holder[name]).length === 0) delete holder[name];
}

const KEPT = new Set(['revision', 'created_at', 'updated_at', 'archived_at']);

/**
 * Where two definitions differ, for people who have to choose: JSON pointers of members, with both values. A list is
 * one member: of two that were both changed nobody knows which entry is which.
 * @param {any} mine
 * @param {any} theirs
 * @returns {{pointer: string, mine: any, theirs: any}[]}
 */
export function differences(mine, theirs, path = '') {
  const isMap = (/** @type {any} */ value) => isObject(value) && !Array.isArray(value);
  if (isMap(mine) && isMap(theirs)) {
    const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
    return [...names]
      .filter((name) => path !== '' || !KEPT.has(name))
      .flatMap((name) => differences(mine[name], theirs[name], `${path}${pointer(name)}`));
  }
  return isSame(mine, theirs) ? [] : [{ pointer: path, mine, theirs }];
}

/**
 * Whether two say the same: what is left out, null, blank or empty says nothing.
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
export function isSame(a, b) {
  const says = (/** @type {any} */ value) =>
    !(value === null || value === undefined || value === '' || (isObject(value) && Object.keys(value).length === 0));
  if (!says(a) || !says(b)) return !says(a) && !says(b);
  if (!isObject(a) || !isObject(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && a.length !== b.length)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => isSame(a[name], b[name]));
}

/** Seconds as the API reads them: "30m", "7d". @param {number | string | null | undefined} seconds */
export function durationText(seconds) {
  if (typeof seconds !== 'number') return seconds ?? '';
  for (const [size, unit] of /** @type {[number, string][]} */ ([
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ]))
    if (seconds > 0 && seconds % size === 0) return `${seconds / size}${unit}`;
  return seconds === 0 ? '0' : `${seconds}s`;
}
