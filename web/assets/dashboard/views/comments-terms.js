// Words that one band uses more than the rest.
import { Problem, ask, at, isAbort } from '../api.js';
import { el, fill, words } from '../dom.js';
import { ago, count, plural } from '../format.js';
import { BAND_NAMES } from '../response-card.js';
import { choice, empty, failed, loading, panel } from '../parts.js';

/** @typedef {import('../router.js').Context} Context */

// What a search finds: words of letters and digits. Where a script has no blanks a term is no word of its own.
const SEARCHABLE = /[\p{L}\p{N}]/u;
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/** @param {string} term */
export const asSearch = (term) =>
  SEARCHABLE.test(term) && !UNSPACED.test(term) ? `"${term.replaceAll('"', ' ')}"` : null;

/**
 * Which band it is about: the one that is filtered by, or the one that was chosen here.
 * @param {Context} context
 * @param {any} survey
 */
function bandAsked({ address }, survey) {
  const names = BAND_NAMES[/** @type {keyof typeof BAND_NAMES} */ (survey.metric)];
  const asked = address.get('band') || address.get('terms');
  return names.includes(asked) ? asked : names[2];
}

/**
 * One such question is answered at a time: who is told to wait waits.
 * @param {string} path @param {import('../api.js').Question} question @returns {Promise<any>}
 */
async function patient(path, question, tries = 5) {
  try {
    return await ask(path, question);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 503 || tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter ?? 1)));
    question.signal?.throwIfAborted();
    return patient(path, question, tries - 1);
  }
}

/** @param {Context} context @param {any} said */
function termsList(context, said) {
  const { band, n } = said;
  const most = Math.max(...said.terms.map((/** @type {any} */ one) => one.count / n.band));
  return el(
    'ol.terms',
    null,
    ...said.terms.map((/** @type {any} */ one) => {
      const q = asSearch(one.term);
      const isOn = q !== null && context.address.get('q') === q;
      const share = one.count / n.band;
      const term = q
        ? el(
            'button.term',
            {
              'type': 'button',
              'dir': 'auto',
              'aria-pressed': String(isOn),
              'on': { click: () => context.change({ q: isOn ? null : q, band: isOn ? null : band, score: null }) },
            },
            one.term,
          )
        : el('span.term', { dir: 'auto' }, one.term);
      return el(
        'li',
        { dataset: { term: one.term } },
        el(
          'div.term-row',
          { style: { '--share': `${(100 * share) / most}%` } },
          term,
          el(
            'span.number',
            { title: `${count(one.count)} of ${count(n.band)} ${band}, ${count(one.rest)} of ${count(n.rest)} others` },
            count(one.count),
          ),
        ),
        el(
          'details.more',
          null,
          el(
            'summary',
            null,
            `${count(one.count)} of ${count(n.band)} ${band}, ${count(one.rest)} of ${count(n.rest)} others`,
          ),
          ...one.examples.map((/** @type {any} */ example) =>
            el(
              'blockquote',
              null,
              el('p', { dir: 'auto' }, example.comment),
              el('p.soft', null, `Score ${example.score}, ${ago(example.answered_at)}`),
            ),
          ),
        ),
      );
    }),
  );
}

/** @param {any} said */
function none(said) {
  if (said.suppressed)
    return empty({ title: 'Too few comments', text: 'With so few, words could name somebody.', level: 3 });
  if (said.n.band < said.min_count)
    return empty({
      title: 'Too few comments',
      text: `There are ${plural(said.n.band, 'comment')} of ${said.band} in this time.`,
      level: 3,
    });
  return empty({
    title: 'Nothing stands out',
    text: `No word is used by ${said.band} more than by the others.`,
    level: 3,
  });
}

/** @param {HTMLElement} place @param {Context} context @param {any} survey */
export async function terms(place, context, survey) {
  const { address, signal } = context;
  const band = bandAsked(context, survey);
  const names = BAND_NAMES[/** @type {keyof typeof BAND_NAMES} */ (survey.metric)];
  const body = el('div', null, loading('rows', 6));
  fill(
    place,
    panel(
      { title: 'What they say', note: `Words that ${band} use more than the others; press one to search for it.` },
      choice({
        label: 'Words of',
        value: band,
        options: /** @type {[string, string][]} */ (
          [...names].reverse().map((name) => [name, name[0].toUpperCase() + name.slice(1)])
        ),
        on: (value) => context.change({ terms: value, ...(address.get('band') ? { band: value } : {}) }),
      }),
      body,
    ),
  );
  const query = [
    ...address.window(),
    ...address.filters(),
    ['band', band],
    ['question', address.get('question')],
    ['limit', '15'],
  ];
  try {
    const said = await patient(at`/v1/surveys/${survey.slug}/comments/terms`, {
      query: /** @type {any} */ (query),
      signal,
    });
    fill(body, said.terms.length > 0 ? termsList(context, said) : none(said));
  } catch (error) {
    if (!isAbort(error))
      fill(
        body,
        failed(error, () => void terms(place, context, survey), 3),
      );
  }
}
