// The parts of a survey's definition, each a panel of its controls.
import {
  METHODS,
  METHOD_NAMES,
  METRICS,
  SCALES,
  TEXT_FIELDS,
  bandsOf,
  languages,
  pointer,
  scaleOf,
} from '../definition.js';
import { el } from '../dom.js';
import { button, choice, panel } from '../parts.js';
import { questionCards } from './edit-questions.js';

/** @typedef {import('./edit-draft.js').Draft} Draft */
/** @typedef {{ scoring: string | null, questions: Record<string, string> }} Fixed Why what is fixed is so. */

/** Languages that cxd has words of its own in. */
const OWN = ['en', 'de', 'fr', 'es', 'pt', 'nl', 'it', 'ja', 'ar'];
const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

/** @param {string} tag */
export function languageName(tag) {
  try {
    return languageNames.of(tag.replaceAll('_', '-')) ?? tag;
  } catch {
    return tag;
  }
}

/** @param {Draft} draft @param {Fixed} fixed */
function scoring(draft, { scoring: why }) {
  const metric = /** @type {keyof typeof METRICS} */ (draft.get('/metric'));
  const { min, max } = scaleOf(draft.value);
  const shown = `${min}-${max}`;
  const scales = SCALES[metric].filter((one) => one !== null);
  const isOwn = metric === 'csat' && !scales.includes(shown);
  const methods = METHODS[metric];
  const turnMetric = (/** @type {string} */ to) => {
    for (const name of ['scale', 'method', 'direction', 'bands']) draft.set(`/${name}`, undefined);
    draft.turn('/metric', to);
  };
  const turnScale = (/** @type {string} */ text) => {
    const [from, to] = text === 'own' ? [0, 4] : text.split('-').map(Number);
    draft.set('/bands', undefined);
    draft.turn('/scale', { min: from, max: to });
  };
  return [
    el(
      'div.fields',
      null,
      draft.pick('/metric', {
        label: 'Metric',
        why,
        hint: METRICS[metric].asks,
        options: Object.entries(METRICS).map(([name, { name: label }]) => [name, label]),
        turn: turnMetric,
      }),
      draft.pick('/scale', {
        label: 'Scale',
        why,
        value: isOwn ? 'own' : shown,
        options: /** @type {[string, string][]} */ ([
          ...scales.map((text) => [text, String(text).replace('-', ' to ')]),
          ...(metric === 'csat' ? [['own', 'Another']] : []),
        ]),
        turn: turnScale,
      }),
      isOwn && draft.whole('/scale/min', { label: 'Lowest', why, max: 9 }),
      isOwn && draft.whole('/scale/max', { label: 'Highest', why, max: 10 }),
    ),
    el(
      'div.fields',
      null,
      draft.pick('/method', {
        label: 'Figure',
        options: methods.map((name) => [name, METHOD_NAMES[/** @type {keyof typeof METHOD_NAMES} */ (name)]]),
      }),
      metric === 'ces' &&
        draft.pick('/direction', {
          label: 'Better is',
          options: [
            ['higher_is_better', 'a higher score'],
            ['lower_is_better', 'a lower score'],
          ],
        }),
    ),
    metric !== 'nps' && bands(draft, metric),
    draft.toggle('/score', {
      label: 'A comment may be sent without a score',
      hint: 'Such a comment counts in no figure.',
      on: 'optional',
      off: 'required',
    }),
  ];
}

/** @param {Draft} draft @param {'csat' | 'ces'} metric */
function bands(draft, metric) {
  const { satisfied_from: from, dissatisfied_to: to } = bandsOf(draft.value);
  const [best, , worst] = METRICS[metric].bands;
  const side = draft.get('/direction') === 'lower_is_better' ? ['up to', 'from'] : ['from', 'up to'];
  return el(
    'div.fields',
    null,
    draft.whole('/bands/satisfied_from', {
      label: `Counts as ${best} ${side[0]}`,
      max: 10,
      usual: from === null ? '' : String(from),
    }),
    draft.whole('/bands/dissatisfied_to', {
      label: `Counts as ${worst} ${side[1]}`,
      max: 10,
      usual: to === null ? '' : String(to),
    }),
  );
}

/** Which language is shown, and others. @param {Draft} draft */
function tongues(draft) {
  const all = languages(draft.value);
  if (!all.includes(draft.locale)) all.push(draft.locale);
  const id = 'languages';
  const add = el('input', {
    'name': 'language',
    'list': id,
    'placeholder': 'such as de',
    'aria-label': 'Another language',
    'maxlength': 35,
    'autocomplete': 'off',
  });
  const turn = (/** @type {string} */ tag) => {
    draft.locale = tag;
    draft.redraw();
  };
  const adding = () => {
    const tag = add.value.trim();
    if (!/^[A-Za-z0-9]{1,8}([-_][A-Za-z0-9]{1,8})*$/.test(tag)) {
      add.setAttribute('aria-invalid', 'true');
      add.focus();
      return;
    }
    if (!all.includes(tag)) draft.set(pointer('texts', tag), {});
    turn(tag);
  };
  const remove = () => {
    draft.set(pointer('texts', draft.locale), undefined);
    turn(all.find((tag) => tag !== draft.locale) ?? 'en');
  };
  return el(
    'div.tongues',
    null,
    choice({ label: 'Language', value: draft.locale, options: all.map((tag) => [tag, languageName(tag)]), on: turn }),
    el(
      'div.actions',
      null,
      add,
      el(
        'datalist',
        { id },
        ...OWN.filter((tag) => !all.includes(tag)).map((tag) => el('option', { value: tag }, languageName(tag))),
      ),
      button({ label: 'Add', icon: 'plus', kind: 'quiet', hidden: 'a language', on: adding }),
      all.length > 1 &&
        button({
          label: 'Remove',
          icon: 'cross',
          kind: 'quiet',
          hidden: `the texts in ${languageName(draft.locale)}`,
          on: remove,
        }),
    ),
  );
}

/** @param {Draft} draft */
function texts(draft) {
  return [
    ...TEXT_FIELDS.map(({ key, label }) =>
      draft.text(pointer('texts', draft.locale, key), {
        label,
        most: 1000,
        lines: key === 'question' || key === 'comment_prompt' ? 2 : undefined,
        usual: OWN.includes(draft.locale.split(/[-_]/)[0]) ? 'cxd’s own words' : '',
      }),
    ),
  ];
}

/** @param {Draft} draft */
function reach(draft) {
  return [
    el(
      'div.fields',
      null,
      draft.time('/opens_at', { label: 'Opens', hint: 'By your clock; open from the start without it.' }),
      draft.time('/closes_at', { label: 'Closes', hint: 'By your clock; never without it.' }),
    ),
    draft.list('/allowed_origins', {
      label: 'Pages that may show it',
      usual: 'https://shop.example',
      hint: 'Origins, one a line, as browsers write them. Without any, every page may.',
    }),
    draft.pick('/access', {
      label: 'Who may answer',
      options: [
        ['public', 'Everybody'],
        ['invited', 'Those with an invitation'],
      ],
    }),
  ];
}

/** @param {Draft} draft */
function segments(draft) {
  return [
    draft.list('/properties', {
      label: 'Properties that scores are split by',
      usual: 'plan',
      hint: 'Names, one a line, such as plan or country. Others are kept, and split nothing.',
    }),
  ];
}

/** Days of rest, of all and of some touchpoints. @param {Draft} draft */
function recontact(draft) {
  const value = draft.get('/recontact_days');
  const isSplit = value !== null && typeof value === 'object';
  const usual = isSplit ? (value.default ?? 0) : (value ?? 0);
  const some = isSplit ? value.touchpoints : {};
  const store = (/** @type {any} */ days, /** @type {any} */ touchpoints) =>
    draft.set('/recontact_days', Object.keys(touchpoints).length > 0 ? { default: days, touchpoints } : days);
  const set = (/** @type {any} */ event) => store(Number(event.target.value || 0), some);
  const control = el('input', {
    name: '/recontact_days',
    type: 'number',
    min: 0,
    max: 36500,
    value: usual,
    on: { input: set },
  });
  const lines = Object.entries(some).map(([touchpoint, days]) => `${touchpoint}: ${days}`);
  const read = (/** @type {string} */ text) => {
    const pairs = text.split('\n').map((line) => /^\s*(.+?)\s*:\s*(\d+)\s*$/.exec(line));
    const now = draft.get('/recontact_days');
    const days = now !== null && typeof now === 'object' ? now.default : now;
    store(days ?? 0, Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], Number(pair[2])]] : []))));
  };
  return [
    el(
      'div.fields',
      null,
      draft.field('/recontact_days', control, {
        label: 'Days of rest after an answer',
        hint: '0: nobody is left alone.',
      }),
      draft.pick('/recontact', {
        label: 'Who answers sooner',
        options: [
          ['refuse', 'is turned away'],
          ['store', 'is stored, and not counted'],
        ],
      }),
    ),
    draft.text('/recontact_days/touchpoints', {
      label: 'Other days of rest, by touchpoint',
      lines: 2,
      usual: 'support: 7',
      value: lines.join('\n'),
      set: read,
    }),
  ];
}

/** @param {Draft} draft */
function rules(draft) {
  return [
    ...recontact(draft),
    el(
      'div.fields',
      null,
      draft.duration('/amend_window', {
        label: 'May be changed for',
        usual: '30m',
        hint: 'Such as 30m or 2h; 0: never.',
      }),
      draft.duration('/max_backdate', { label: 'May be sent late by', usual: '7d' }),
    ),
    el(
      'div.fields',
      null,
      draft.whole('/min_seconds', {
        label: 'Shortest time to answer, in seconds',
        max: 3600,
        usual: '0',
        hint: 'Whoever is faster is suspected to be a machine.',
      }),
      draft.text('/honeypot', {
        label: 'Name of the hidden field',
        usual: 'further_remarks',
        most: 64,
        hint: 'What fills it in is a machine.',
      }),
    ),
  ];
}

/** @param {Draft} draft */
function privacy(draft) {
  return [
    el(
      'div.fields',
      null,
      draft.whole('/min_n', {
        label: 'Figures from so many answers on',
        usual: '0',
        max: 1_000_000,
        hint: 'With fewer they could tell of one person.',
      }),
      draft.whole('/retention_days', {
        label: 'Answers are kept for, in days',
        usual: '0',
        max: 36500,
        hint: '0: for ever.',
      }),
      draft.pick('/retention', {
        label: 'After that',
        options: [
          ['delete', 'they are deleted'],
          ['anonymise', 'names and comments go, scores stay'],
        ],
      }),
    ),
  ];
}

/**
 * Every part, in the order in which somebody makes a survey.
 * @param {Draft} draft @param {Fixed} fixed @param {HTMLElement | null} naming of a new survey
 */
export function sections(draft, fixed, naming) {
  const part = (/** @type {string} */ title, /** @type {string} */ note, /** @type {any[]} */ ...children) =>
    panel({ title, note, class: 'edit-part' }, el('div.edit-fields', null, ...children));
  return [
    part(
      'The survey',
      'What it is called, and how its answers become a score.',
      draft.text('/name', { label: 'Name', most: 200, hint: 'For people.' }),
      naming,
      ...scoring(draft, fixed),
    ),
    part(
      'Texts',
      'What people read. Where a text is left open, cxd’s own words are there, in nine languages.',
      tongues(draft),
      ...texts(draft),
    ),
    part(
      'Further questions',
      'What is asked behind the score, to everybody or to some.',
      ...questionCards(draft, fixed.questions),
    ),
    part('Where and when', 'Which pages show it, who may answer, and until when.', ...reach(draft), ...segments(draft)),
    part('Who is left alone', 'How often somebody is asked, and what is taken for a machine.', ...rules(draft)),
    part('Privacy', 'What is withheld, and how long answers are kept.', ...privacy(draft)),
  ];
}
