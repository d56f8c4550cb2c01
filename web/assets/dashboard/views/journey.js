// A journey: the scores of its stages side by side, where it falls the most, and who is lost on the way.
import { ask, at } from '../api.js';
import { isKeptOfSurvey } from '../address.js';
import { windowControls } from '../controls.js';
import { el, fill, words } from '../dom.js';
import { before, chip, missing, sentence, smallSample, track, verdict, when } from '../figures.js';
import { METRICS, interval, percent, plural, score, whole } from '../format.js';
import { icon } from '../icons.js';
import { part } from '../loader.js';
import { button, csvButton, notice } from '../parts.js';

/** @typedef {import('../router.js').Context} Context */

/** @type {Record<string, string>} */
const UNKNOWN = {
  empty: 'No answers at this stage.',
  no_respondents: 'Who went on is not known: the answers name nobody.',
  next_without_respondents: 'Who went on is not known: the answers of the next stage name nobody.',
  suppressed: 'Who went on is withheld: too few people.',
  too_many_people: 'Who went on is not counted: more than 400,000 people.',
  too_many_answers: 'Who went on is not counted: too many answers.',
};

/** @param {any} stage */
const stageName = (stage) =>
  stage.touchpoint ? [words(stage.touchpoint), el('span.note', null, ` ${stage.survey}`)] : words(stage.survey);

/** @param {any} lost @param {number} i */
function lostWords(lost, i) {
  if (lost.reason === 'last_stage') return null;
  if (lost.share === null) return el('p.lost.note', null, UNKNOWN[lost.reason] ?? '');
  return el(
    'p.lost',
    { dataset: { stage: i + 1 } },
    icon('down'),
    el(
      'span',
      null,
      el('strong.number', { dataset: { figure: 'lost' } }, percent(lost.share)),
      ` of ${plural(lost.people, 'person', 'people')} did not answer the next stage`,
    ),
  );
}

/** @param {any} stage @param {number} i @param {any} drop @param {Context} context */
function stageCard(stage, i, drop, { address }) {
  const isDrop = drop?.stage === i + 1;
  const than = before(address, stage.previous?.part);
  return el(
    'li.stage',
    { class: isDrop ? 'drop' : null, dataset: { stage: i + 1, survey: stage.survey } },
    el('p.note', null, `Stage ${i + 1}`, ' ', el('span.tag', null, METRICS[stage.metric])),
    el(
      'h2',
      null,
      el(
        'a',
        { href: address.link(at`/surveys/${stage.survey}`, { touchpoint: stage.touchpoint }, isKeptOfSurvey) },
        stageName(stage),
      ),
    ),
    el('p.big.number', { dataset: { figure: 'score' } }, whole(stage.score, stage.method)),
    stage.score === null
      ? el('p.note', null, missing(stage))
      : [
          track(stage, stage.previous?.score ?? null),
          el(
            'p.note',
            null,
            'Likely ',
            el('span.number', { dataset: { figure: 'interval' } }, interval(stage.interval, stage.method)),
            ', from ',
            el('span.number', { dataset: { figure: 'n' } }, plural(stage.n, 'answer')),
            stage.small_sample && [' ', smallSample()],
          ),
        ],
    stage.previous && [
      chip(stage, stage.previous),
      el(
        'p.note',
        { dataset: { figure: 'sentence', verdict: verdict(stage, stage.previous) } },
        sentence({ ...stage, n: stage.previous.current?.n ?? stage.n }, stage.previous, than),
      ),
    ],
    isDrop && el('p.tag.bad', null, 'The steepest fall'),
    lostWords(stage.lost, i),
  );
}

/** @type {import('../parts.js').Column[]} */
const COLUMNS = [
  { key: 'survey', label: 'Survey', value: (row) => row.survey },
  { key: 'touchpoint', label: 'Touchpoint', value: (row) => row.touchpoint },
  { key: 'n', label: 'Answers', value: (row) => row.n },
  { key: 'score', label: 'Score', value: (row) => row.score },
  { key: 'low', label: 'from', value: (row) => row.interval?.low ?? null },
  { key: 'high', label: 'to', value: (row) => row.interval?.high ?? null },
  { key: 'position', label: 'Position', value: (row) => row.position },
  { key: 'people', label: 'People', value: (row) => row.lost.people },
  { key: 'lost', label: 'Lost', value: (row) => row.lost.lost },
];

/** @type {{ update: (context: Context) => Promise<void> } | null} */
let shown = null;

/** @type {import('../router.js').View} */
export const view = {
  title: ({ journey }) => journey,

  async show(root, first) {
    let context = first;
    const windows = windowControls(() => context);
    const title = el('h1', null, words(first.params.journey));
    const actions = el('div.actions.tools');
    const note = el('p.note');
    first.cleanup(() => (shown = null));
    const main = part('panel', async (current) => {
      const { address, params, signal } = current;
      const compare = address.get('compare');
      const figures = await ask(at`/v1/journeys/${params.journey}/score`, {
        query: [...address.window(), ...address.filters(), ['compare', compare || null]],
        signal,
      });
      fill(title, words(figures.name || figures.journey));
      current.say(figures.name || figures.journey);
      const { stages, steepest_drop: drop } = figures;
      fill(note, `${plural(stages.length, 'stage')} · ${when(stages[0].window)}`);
      fill(
        actions,
        csvButton({ name: `${figures.journey}.csv`, columns: COLUMNS, rows: stages }),
        button({ label: 'Print', icon: 'print', kind: 'quiet', on: () => window.print() }),
      );
      return [
        drop &&
          notice(
            'warning',
            el(
              'p',
              { dataset: { figure: 'drop' } },
              `The steepest fall is to stage ${drop.stage}: look there first. It stands ${score(100 * drop.drop, 'net_promoter')} percent of its range lower than the stage before.`,
            ),
          ),
        el(
          'ol.stages',
          { style: { '--count': stages.length } },
          ...stages.map((/** @type {any} */ stage, /** @type {number} */ i) => stageCard(stage, i, drop, current)),
        ),
        el(
          'p.note',
          null,
          'Each stage has the score of its own survey, on its own scale; nothing is averaged over stages.',
        ),
      ];
    });
    fill(
      root,
      el(
        'header.head',
        null,
        el(
          'nav.crumbs',
          { 'aria-label': 'Above' },
          el('a', { href: first.address.link('/') }, 'Surveys'),
          icon('next'),
        ),
        el('div.head-line', null, title, el('span.tag.quiet', null, 'journey')),
        note,
      ),
      el('div.toolbar', null, windows.element, actions),
      main.body,
    );
    shown = {
      update: async (next) => {
        context = next;
        windows.sync(next);
        await main.load(next);
        if (!next.signal.aborted) next.announce('The figures have changed.');
      },
    };
    await main.load(first);
  },

  update: (_, context) => shown?.update(context),
};
