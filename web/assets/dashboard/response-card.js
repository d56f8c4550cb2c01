// One response as people read it: its score, what was written, what was answered, and what may be done about it.
import { askWhole, at } from './api.js';
import { attempt, mayNot, undoable } from './acting.js';
import { nearest } from './definition.js';
import { el, fill, words } from './dom.js';
import { ago, moment } from './format.js';
import { button, dialog, field } from './parts.js';
import { FLAGS } from './record-words.js';

/**
 * @typedef {Record<string, any>} Response As the API has it.
 * @typedef {Record<string, any>} Survey
 * @typedef {{ survey: Survey, session: import('./session.js').Session,
 *   questions?: Record<string, any>, changed?: (response: Response) => void }} Setting
 *   `questions`: texts of what was asked by key, removed ones too.
 */

const BANDS = ['favourable', 'neutral', 'unfavourable'];

/**
 * Of a score, which band it is in: the name that the survey has for it, and that of every survey.
 * @param {Survey} survey @param {number | null} score
 */
export function bandOf(survey, score) {
  if (score === null || score === undefined) return null;
  const names = BAND_NAMES[/** @type {keyof typeof BAND_NAMES} */ (survey.metric)];
  const { satisfied_from: from, dissatisfied_to: to } = survey.bands;
  const down = survey.direction === 'lower_is_better';
  const at = (down ? score <= from : score >= from) ? 0 : (down ? score >= to : score <= to) ? 2 : 1;
  return { name: names[at], tone: BANDS[at] };
}

export const BAND_NAMES = {
  nps: ['promoters', 'passives', 'detractors'],
  csat: ['satisfied', 'neutral', 'dissatisfied'],
  ces: ['easy', 'neutral', 'difficult'],
};

/** One of a band. */
const ONE_OF = { promoters: 'promoter', passives: 'passive', detractors: 'detractor' };
/** @param {string} band */
export const oneOf = (band) => ONE_OF[/** @type {keyof typeof ONE_OF} */ (band)] ?? band;

/** @param {Survey} survey @param {number | null} score */
export function scoreChip(survey, score) {
  const band = bandOf(survey, score);
  if (!band) return el('span.score-chip.none', null, 'No score');
  return el(`span.score-chip.${band.tone}`, null, el('b', null, score), el('span', null, oneOf(band.name)));
}

/** Pieces, of which some are what was searched for. @param {{text: string, match?: boolean}[]} pieces */
export const marked = (pieces) => pieces.map(({ text, match }) => (match ? el('mark', null, text) : text));

/** @param {any} texts By language. */
const own = (texts) => {
  const locale = nearest(texts, navigator.language);
  return locale === null ? null : texts[locale];
};

/**
 * An answer to a further question as text: an option by its words, several with commas between.
 * @param {any} asked @param {any} answer @returns {string}
 */
export function answerWords(asked, answer) {
  if (answer === null) return 'erased';
  if (Array.isArray(answer)) return answer.map((one) => answerWords(asked, one)).join(', ');
  if (typeof answer === 'object') return `Other: ${answer.other}`;
  if (answer === 'other') return 'Other';
  const option = asked?.options?.find((/** @type {any} */ one) => one.value === answer);
  return own(option?.text) ?? String(answer);
}

/** @param {Response} response @param {Setting} setting */
function answers(response, { questions = {} }) {
  const given = Object.entries(response.answers ?? {});
  if (given.length === 0) return null;
  return el(
    'dl.answers',
    null,
    ...given.map(([key, answer]) =>
      el(
        'div',
        null,
        el('dt', { dir: 'auto' }, own(questions[key]?.text) ?? key),
        el('dd', { dir: 'auto' }, answerWords(questions[key], answer)),
      ),
    ),
  );
}

/** @param {Response} response */
function text(response) {
  const { comment, snippet, snippet_question: question } = response;
  const whole = () => comment && el('p.comment', { dir: 'auto' }, comment);
  if (!snippet) return whole();
  const said = snippet.map((/** @type {any} */ { text }) => text).join('');
  const shown = el('p.comment', { dir: 'auto' }, ...marked(snippet));
  // What was found in an answer stands below as that answer, unmarked; here it says where it was found.
  if (question) return [whole(), el('p.comment.found', { dir: 'auto' }, ...marked(snippet))];
  if (said === comment || !comment) return shown;
  const place = el('div', null, shown);
  const more = button({ label: 'Whole comment', kind: 'quiet', on: () => fill(place, whole()) });
  fill(place, shown, more);
  return place;
}

/** @param {Response} response */
function facts(response) {
  const known = [
    ['touchpoint', response.touchpoint],
    ['channel', response.channel],
    ['language', response.locale],
    ...Object.entries(response.properties ?? {}),
  ].filter(([, value]) => value);
  return el(
    'ul.facts',
    null,
    ...known.map(([name, value]) => el('li', null, el('span.soft', null, `${name} `), words(value))),
  );
}

/** @param {Response} response */
function details(response) {
  const known = [
    ['Respondent', response.respondent],
    ['Visit', response.visit],
    ['Answered', moment(response.answered_at)],
    ['Received', moment(response.received_at)],
    ['Revision of the survey', response.revision],
    ['Id', response.id],
  ].filter(([, value]) => value);
  return el(
    'details.more',
    null,
    el('summary', null, 'Details'),
    el(
      'dl',
      null,
      ...known.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', { dir: 'auto' }, value))),
    ),
  );
}

/** Whether the daemon excluded it by itself, for its flags. @param {Response} response */
export const isByDaemon = (response) => String(response.excluded_reason ?? '').startsWith('suspected: ');

/** @param {Response} response */
function standing(response) {
  const flags = (response.flags ?? []).map((/** @type {string} */ flag) => {
    const known = FLAGS[/** @type {keyof typeof FLAGS} */ (flag)];
    return el('li', null, el('b', null, known?.name ?? flag), known ? `: ${known.about}` : '');
  });
  return [
    flags.length > 0 && el('ul.flags', { 'aria-label': 'Why it is suspected' }, ...flags),
    response.excluded &&
      !isByDaemon(response) &&
      el(
        'p.excluded',
        null,
        el('b', null, 'Does not count'),
        response.excluded_reason && [': ', words(response.excluded_reason)],
      ),
  ];
}

/**
 * Changes whether a response counts, and gives it as it is then.
 * @param {Response} response @param {{ excluded: boolean, reason?: string }} body
 */
export async function setCounting(response, body) {
  const path = at`/v1/surveys/${response.survey}/responses/${response.id}`;
  return (await askWhole(path, { method: 'PATCH', body })).json;
}

/** Asks why; null: nobody wants to. @param {string} [title] @returns {Promise<string | null>} */
export async function askReason(title = 'Exclude this response') {
  const control = el('input', { name: 'reason', maxlength: '200', autocomplete: 'off', autofocus: true });
  return dialog({
    title,
    body: [
      el('p', null, 'It is kept, and counts in no figure until it is restored.'),
      field({ label: 'Why', control, hint: 'Optional; seen by everybody who sees the response.' }),
    ],
    actions: [{ label: 'Exclude', value: 'ok', kind: 'danger' }],
    read: () => control.value,
  });
}

/**
 * A response, which draws itself anew where it was changed.
 * @param {Response} response @param {Setting & { actions?: (response: Response) => import('./dom.js').Child[],
 *   head?: import('./dom.js').Child }} setting
 */
export function responseCard(response, setting) {
  const node = el('article.response', { dataset: { id: response.id } });
  let shown = response;

  const change = async (/** @type {{ excluded: boolean, reason?: string }} */ body, /** @type {string} */ said) => {
    const before = shown;
    const now = await attempt(setting.session, 'write', () => setCounting(shown, body));
    if (!now) return;
    draw({ ...before, ...gone(before, now), ...now });
    setting.changed?.(now);
    node.querySelector('button')?.focus();
    const back = before.excluded ? { excluded: true, reason: before.excluded_reason } : { excluded: false };
    undoable(said, () => change(back, 'Taken back'));
  };
  const exclude = async () => {
    const reason = await askReason();
    if (reason !== null)
      await change({ excluded: true, ...(reason.trim() ? { reason } : {}) }, 'Excluded from all figures');
  };
  const own = () => {
    if (mayNot(setting.session, 'write')) return [];
    return shown.excluded
      ? [button({ label: 'Restore', kind: 'quiet', on: () => change({ excluded: false }, 'It counts again') })]
      : [button({ label: 'Exclude', kind: 'quiet', on: exclude })];
  };
  const draw = (/** @type {Response} */ now) => {
    shown = now;
    node.classList.toggle('is-excluded', Boolean(now.excluded));
    fill(
      node,
      el(
        'header',
        null,
        setting.head,
        scoreChip(setting.survey, now.score),
        el('time', { datetime: now.answered_at, title: moment(now.answered_at) }, ago(now.answered_at)),
      ),
      text(now),
      answers(now, setting),
      standing(now),
      facts(now),
      el('footer', null, details(now), el('div.actions', null, ...(setting.actions?.(now) ?? own()))),
    );
  };
  draw(shown);
  return Object.assign(node, { draw, change });
}

/**
 * What a reply leaves out is not there any more, but for what only a search says.
 * @param {Response} before
 * @param {Response} now
 */
function gone(before, now) {
  const kept = new Set(['snippet', 'snippet_question']);
  return Object.fromEntries(
    Object.keys(before)
      .filter((name) => !(name in now) && !kept.has(name))
      .map((name) => [name, undefined]),
  );
}
