// The further questions of a survey, in the order in which they are asked.
import { METHODS, METHOD_NAMES, METRICS, QUESTION_TYPES, SCALES, pointer, scaleOf } from '../definition.js';
import { el, words } from '../dom.js';
import { button } from '../parts.js';

/** @typedef {import('./edit-draft.js').Draft} Draft */
/** @typedef {Record<string, string>} Fixed What is fixed of questions that were answered: why, by key. */

const MOST = 12;
const isClosed = (/** @type {any} */ question) => question.type === 'choice' || question.type === 'choices';

/** @param {Draft} draft @param {string} stem A name that no question has. @param {any[]} questions */
function freshKey(draft, stem, questions) {
  const taken = new Set(questions.map(({ key }) => key));
  let number = questions.length + 1;
  while (taken.has(`${stem}${number}`)) number++;
  return `${stem}${number}`;
}

/** @param {Draft} draft @param {number} i @param {number} to */
function move(draft, i, to) {
  const questions = [...draft.get('/questions')];
  const [one] = questions.splice(i, 1);
  questions.splice(to, 0, one);
  draft.turn('/questions', questions);
}

/** @param {Draft} draft @param {string} path @param {any} question */
function options(draft, path, question) {
  const all = question.options ?? [];
  const set = (/** @type {any[]} */ options) => draft.turn(`${path}/options`, options);
  return el(
    'fieldset.options',
    null,
    el('legend', null, 'Options'),
    draft.errors[`${path}/options`] && el('p.error', null, draft.errors[`${path}/options`]),
    ...all.map((/** @type {any} */ option, /** @type {number} */ k) =>
      el(
        'div.option',
        null,
        draft.localized(`${path}/options/${k}/text`, { label: `Option ${k + 1}`, usual: option.value }),
        draft.text(`${path}/options/${k}/value`, { label: 'Stored as', most: 64 }),
        button({
          'label': 'Remove',
          'kind': 'quiet',
          'icon': 'cross',
          'hidden': `option ${k + 1}`,
          'on': () => set(all.filter((/** @type {any} */ _, /** @type {number} */ n) => n !== k)),
        }),
      ),
    ),
    button({
      label: 'Add an option',
      icon: 'plus',
      kind: 'quiet',
      on: () => set([...all, { value: `option${all.length + 1}`, text: { [draft.locale]: '' } }]),
    }),
    draft.toggle(`${path}/other`, { label: 'Also “Other”, in their own words', off: false }),
  );
}

/** @param {Draft} draft @param {string} path @param {any} question @param {string | null} why */
function scale(draft, path, question, why) {
  const metric = question.metric ?? 'csat';
  const scales = SCALES[/** @type {keyof typeof SCALES} */ (metric)].filter(Boolean);
  const { min, max } = scaleOf({ ...question, metric });
  const set = (/** @type {string} */ text) => {
    const [from, to] = text.split('-').map(Number);
    draft.set(`${path}/bands`, undefined);
    draft.turn(`${path}/scale`, { min: from, max: to });
  };
  const turnMetric = (/** @type {string} */ to) => {
    for (const name of ['scale', 'method', 'direction', 'bands']) draft.set(`${path}/${name}`, undefined);
    draft.turn(`${path}/metric`, to);
  };
  const methods = METHODS[/** @type {keyof typeof METHODS} */ (metric)];
  const shown = `${min}-${max}`;
  const known = /** @type {string[]} */ (scales.includes(shown) ? scales : [...scales, shown]);
  return [
    el(
      'div.fields',
      null,
      draft.pick(`${path}/metric`, {
        label: 'Metric',
        why,
        value: metric,
        options: Object.entries(METRICS).map(([name, { name: label }]) => [name, label]),
        turn: turnMetric,
      }),
      draft.pick(`${path}/scale`, {
        label: 'Scale',
        why,
        value: shown,
        options: known.map((text) => [text, text.replace('-', ' to ')]),
        turn: set,
      }),
      draft.pick(`${path}/method`, {
        label: 'Figure',
        value: question.method ?? methods[0],
        options: methods.map((name) => [name, METHOD_NAMES[/** @type {keyof typeof METHOD_NAMES} */ (name)]]),
      }),
    ),
    el(
      'div.fields',
      null,
      draft.localized(`${path}/low_label`, { label: 'Label of the lowest' }),
      draft.localized(`${path}/high_label`, { label: 'Label of the highest' }),
    ),
  ];
}

/** Values that an earlier question may be answered with. @param {any} question */
function valuesOf(question) {
  if (question.type === 'scale') {
    const { min, max } = scaleOf({ ...question, metric: question.metric ?? 'csat' });
    return Array.from({ length: max - min + 1 }, (_, i) => min + i);
  }
  return [
    ...(question.options ?? []).map((/** @type {any} */ option) => option.value),
    ...(question.other ? ['other'] : []),
  ];
}

/** @param {Draft} draft @param {string} path @param {any} question @param {any[]} earlier */
function show(draft, path, question, earlier) {
  const bands = METRICS[/** @type {keyof typeof METRICS} */ (draft.get('/metric'))].bands;
  const chosen = question.show?.band ?? [];
  const tick = (/** @type {any[]} */ from, /** @type {any} */ value, /** @type {boolean} */ on) =>
    on ? [...from, value] : from.filter((one) => one !== value);
  const setShow = (/** @type {any} */ show) =>
    draft.turn(`${path}/show`, Object.keys(show).length > 0 ? show : undefined);
  const { answer } = question.show ?? {};
  const before = earlier.find(({ key }) => key === answer?.key);
  const checks = (
    /** @type {string} */ name,
    /** @type {any[]} */ all,
    /** @type {any[]} */ on,
    /** @type {(value: any, is: boolean) => void} */ turn,
  ) =>
    el(
      'div.checks',
      null,
      ...all.map((value) =>
        el(
          'label.check',
          null,
          el('input', {
            type: 'checkbox',
            name: `${path}/show/${name}/${value}`,
            checked: on.includes(value),
            on: { change: (/** @type {any} */ event) => turn(value, event.target.checked) },
          }),
          words(value, 'span'),
        ),
      ),
    );
  return el(
    'details.more',
    { open: Boolean(question.show) },
    el('summary', null, question.show ? 'Asked of some alone' : 'Asked of everybody'),
    el(
      'fieldset',
      null,
      el('legend', null, 'Only of those who are'),
      checks('band', bands, chosen, (value, is) => {
        const band = tick(chosen, value, is);
        const { band: _, ...rest } = question.show ?? {};
        setShow(band.length > 0 ? { ...rest, band } : rest);
      }),
      el('p.hint', null, 'None ticked: whatever their score.'),
    ),
    earlier.length > 0 &&
      el(
        'fieldset',
        null,
        el('legend', null, 'And only of those who answered'),
        draft.pick(`${path}/show/answer/key`, {
          label: 'Question',
          value: answer?.key ?? '',
          options: [['', 'Anything'], ...earlier.map(({ key }) => /** @type {[string, string]} */ ([key, key]))],
          turn: (key) => {
            const { answer: _, ...rest } = question.show ?? {};
            setShow(key ? { ...rest, answer: { key, in: [] } } : rest);
          },
        }),
        before &&
          checks('in', valuesOf(before), answer.in ?? [], (value, is) =>
            setShow({ ...question.show, answer: { ...answer, in: tick(answer.in ?? [], value, is) } }),
          ),
        draft.errors[`${path}/show/answer/in`] && el('p.error', null, draft.errors[`${path}/show/answer/in`]),
      ),
  );
}

/** @param {Draft} draft @param {number} i @param {Fixed} fixed */
function card(draft, i, fixed) {
  const questions = draft.get('/questions');
  const question = questions[i];
  const path = pointer('questions', i);
  const why = fixed[question.key] ?? null;
  const name = `question ${i + 1}`;
  return el(
    'article.question-card',
    { 'aria-label': `Question ${i + 1}` },
    el(
      'header',
      null,
      el('h3', null, `${i + 1}. `, words(question.text?.[draft.locale] || question.key)),
      el(
        'div.actions',
        null,
        i > 0 && button({ label: 'Up', icon: 'up', kind: 'quiet', hidden: name, on: () => move(draft, i, i - 1) }),
        i < questions.length - 1 &&
          button({ label: 'Down', icon: 'down', kind: 'quiet', hidden: name, on: () => move(draft, i, i + 1) }),
        button({
          label: 'Remove',
          icon: 'cross',
          kind: 'quiet',
          hidden: name,
          on: () =>
            draft.turn(
              '/questions',
              questions.filter((/** @type {any} */ _, /** @type {number} */ n) => n !== i),
            ),
        }),
      ),
    ),
    draft.errors[path] && el('p.error', null, draft.errors[path]),
    draft.localized(`${path}/text`, { label: 'Text', lines: 2 }),
    el(
      'div.fields',
      null,
      draft.text(`${path}/key`, { label: 'Stored as', most: 32, why, hint: 'Its name in answers and files.' }),
      draft.pick(`${path}/type`, { label: 'Answered by', options: Object.entries(QUESTION_TYPES), why }),
    ),
    isClosed(question) && options(draft, path, question),
    question.type === 'scale' && scale(draft, path, question, why),
    draft.toggle(`${path}/required`, { label: 'Has to be answered', off: false }),
    show(
      draft,
      path,
      question,
      questions.slice(0, i).filter((/** @type {any} */ one) => one.type !== 'text'),
    ),
  );
}

/** @param {Draft} draft @param {Fixed} fixed */
export function questionCards(draft, fixed) {
  const questions = draft.get('/questions') ?? [];
  const add = (/** @type {string} */ type) => {
    const key = freshKey(draft, 'question', questions);
    const more =
      type === 'scale'
        ? { metric: 'csat' }
        : type === 'text'
          ? {}
          : { options: [{ value: 'option1', text: { [draft.locale]: '' } }], other: true };
    draft.turn('/questions', [...questions, { key, type, text: { [draft.locale]: '' }, ...more }]);
  };
  return [
    ...questions.map((/** @type {any} */ _, /** @type {number} */ i) => card(draft, i, fixed)),
    questions.length < MOST
      ? el(
          'div.actions.add',
          { 'role': 'group', 'aria-label': 'Add a question' },
          ...Object.entries(QUESTION_TYPES).map(([type, label]) =>
            button({ label, icon: 'plus', kind: 'quiet', on: () => add(type) }),
          ),
        )
      : el('p.soft', null, `A survey has ${MOST} further questions at most.`),
  ];
}
