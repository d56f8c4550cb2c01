// What was answered to further questions.
import { at } from '../api.js';
import { isKeptOfSurvey } from '../address.js';
import { textOf } from '../controls.js';
import { el, words } from '../dom.js';
import { likely, missing, smallSample, track } from '../figures.js';
import { METHODS, METRICS, count, percent, plural, whole } from '../format.js';
import { panel } from '../parts.js';

/** @typedef {import('../router.js').Context} Context */

/** @param {any} question */
function options(question) {
  const most = Math.max(1, ...question.options.map((/** @type {any} */ one) => one.share ?? 0));
  return el(
    'ul.options',
    null,
    ...question.options.map((/** @type {any} */ one) =>
      el(
        'li',
        { dataset: { value: one.value } },
        el(
          'span.option-name',
          null,
          words(textOf(one.text) || (one.value === 'other' ? 'Something else' : one.value)),
          one.retired && el('span.tag.quiet', null, 'no longer offered'),
        ),
        el(
          'span.number',
          null,
          one.n === null
            ? 'withheld'
            : [
                el('span', { dataset: { figure: 'share' } }, percent(one.share)),
                ' ',
                el('span.note', { dataset: { figure: 'n' } }, count(one.n)),
              ],
        ),
        el('span.option-bar', { 'aria-hidden': 'true' }, el('span', { style: { '--part': (one.share ?? 0) / most } })),
      ),
    ),
  );
}

/** @param {any} question */
function scale({ answers }) {
  if (!answers) return el('p.note', null, 'withheld: too few answers');
  return el(
    'div',
    null,
    el(
      'p',
      null,
      el('span.big.number', { dataset: { figure: 'score' } }, whole(answers.score, answers.method)),
      ' ',
      el('span.note', null, `${METRICS[answers.metric]}, ${METHODS[answers.method].toLowerCase()}`),
      answers.small_sample && answers.score !== null && [' ', smallSample()],
    ),
    answers.score === null
      ? el('p.note', null, missing(answers))
      : [track(answers), el('p.note.number', null, `Likely between ${likely(answers)}`)],
  );
}

/** @param {any} question @param {Context} context */
function link(question, { address, params }) {
  const path = at`/surveys/${params.survey}`;
  if (question.type === 'text')
    return el(
      'a',
      { href: address.link(`${path}/comments`, { question: question.key }, isKeptOfSurvey) },
      'Read what was written',
    );
  if (question.type === 'scale')
    return el(
      'a',
      { href: address.link(path, { question: question.key }, isKeptOfSurvey) },
      'All figures of this question',
    );
  return el(
    'a',
    { href: address.link(path, { by: `answer.${question.key}` }, isKeptOfSurvey) },
    'How the score differs by it',
  );
}

/** @param {any} question @param {Context} context */
function card(question, context) {
  const asked = question.asked === null ? '' : ` of ${count(question.asked)} who were asked`;
  return el(
    'article.question',
    { dataset: { question: question.key } },
    el(
      'h3',
      null,
      words(textOf(question.text) || question.key),
      question.removed && el('span.tag.quiet', null, 'no longer asked'),
    ),
    el(
      'p.note',
      null,
      question.answered === null
        ? 'How many answered is withheld.'
        : [
            el('span', { dataset: { figure: 'answered' } }, plural(question.answered, 'answer')),
            asked,
            question.type === 'choices' && ', several choices each',
          ],
    ),
    question.type === 'scale' ? scale(question) : question.options && question.answered !== 0 && options(question),
    question.answered !== 0 && el('p', null, link(question, context)),
  );
}

/** @param {any} list @param {Context} context */
export const questionsPanel = (list, context) =>
  panel(
    { title: 'Further questions', class: 'questions-panel' },
    el('div.questions', null, ...list.questions.map((/** @type {any} */ one) => card(one, context))),
  );
