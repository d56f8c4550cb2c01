// The head of every view of a survey: whose it is, and where its other views are.
import { isKeptOfSurvey } from './address.js';
import { ask, at } from './api.js';
import { el, fill, words } from './dom.js';
import { METRICS, name } from './format.js';
import { icon } from './icons.js';

const TABS = [
  { view: '', label: 'Scores' },
  { view: 'comments', label: 'Comments' },
  { view: 'suspects', label: 'Suspects' },
  { view: 'alerts', label: 'Alerts' },
  { view: 'share', label: 'Share' },
  { view: 'edit', label: 'Edit' },
];

/** @typedef {import('./router.js').Context} Context */

/** The definition of the view's survey. @param {Context} context */
export async function definition({ known, params: { survey: slug }, signal }) {
  const json = await ask(at`/v1/surveys/${slug}`, { signal });
  known.set(slug, json);
  return json;
}

/** What is known of it already. @param {Context} context @returns {any} */
export const lastKnown = ({ known, params: { survey: slug } }) => known.get(slug) ?? { slug };

/** @param {any} survey */
function tags(survey) {
  const now = Date.now();
  return [
    survey.metric && el('span.tag', null, METRICS[survey.metric]),
    survey.archived && el('span.tag.quiet', null, 'archived'),
    !survey.archived && survey.closes_at && Date.parse(survey.closes_at) <= now && el('span.tag.quiet', null, 'closed'),
    !survey.archived &&
      survey.opens_at &&
      Date.parse(survey.opens_at) > now &&
      el('span.tag.quiet', null, 'not open yet'),
    survey.access === 'invited' && el('span.tag.quiet', null, 'by invitation'),
  ];
}

/**
 * @param {Context} context
 * @param {any} survey its definition, or { slug } until it is known
 * @param {string} active which view this is: "", "comments", …
 */
export function surveyHead(context, survey, active) {
  const title = name(survey);
  const tab = TABS.find(({ view }) => view === active)?.label ?? '';
  context.say(active ? `${title}: ${tab}` : title);
  const { address } = context;
  return el(
    'header.head',
    null,
    el('nav.crumbs', { 'aria-label': 'Above' }, el('a', { href: address.link('/') }, 'Surveys'), icon('next')),
    el('div.head-line', null, el('h1', null, words(title)), ...tags(survey)),
    el('p.note.slug', null, survey.name ? el('code', null, survey.slug) : '\u00a0'),
    el(
      'nav.tabs',
      { 'aria-label': 'Of this survey' },
      ...TABS.map(({ view, label }) =>
        el(
          'a',
          {
            'href': address.link(at`/surveys/${survey.slug}` + (view && `/${view}`), {}, isKeptOfSurvey),
            'aria-current': view === active ? 'page' : null,
          },
          label,
        ),
      ),
    ),
  );
}

/**
 * The head, at once by what is known, and again when the survey is read. Gives the definition.
 * @param {HTMLElement} place @param {Context} context @param {string} active
 */
export async function showHead(place, context, active) {
  const draw = () => {
    // Whoever was led here, or is on the way to another view, is left where they are.
    const parts = () => /** @type {HTMLElement[]} */ ([...place.querySelectorAll('h1, a')]);
    const at = parts().findIndex((one) => one === document.activeElement);
    fill(place, surveyHead(context, lastKnown(context), active));
    const now = at < 0 ? null : parts()[at];
    if (now?.localName === 'h1') now.tabIndex = -1;
    now?.focus({ preventScroll: true });
  };
  draw();
  const survey = await definition(context);
  if (!context.signal.aborted) draw();
  return survey;
}
