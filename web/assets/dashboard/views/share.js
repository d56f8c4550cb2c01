// How a survey reaches people: on a page, by a link, as a code, in a mail, by invitations.
import { at, root as prefix, search, to } from '../api.js';
import { copied, mayNot } from '../acting.js';
import { languages } from '../definition.js';
import { el, fill } from '../dom.js';
import { name as nameOf } from '../format.js';
import { button, field, notice, panel, select } from '../parts.js';
import { definition, surveyHead } from '../head.js';
import { languageName } from './edit-sections.js';
import { invitations } from './share-invitations.js';

/** @typedef {import('../router.js').Context} Context */

const home = `${location.origin}${prefix}`;

/** @param {string} text As it stands in an attribute. */
const attribute = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {string} slug @param {Record<string, string>} options of the widget, without those that are left open */
export function snippet(slug, options) {
  const given = Object.entries({ survey: slug, ...options }).filter(([, value]) => value);
  const attributes = given.map(([name, value]) => ` data-${name}="${attribute(value)}"`).join('');
  return `<script async src="${attribute(`${home}/widget.js`)}"${attributes}></script>`;
}

/**
 * Controls that say something again where one of them has changed.
 * @param {Record<string, string>} values @param {() => void} again
 */
function controls(values, again) {
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => {
    values[name] = value;
    again();
  };
  return {
    /** @param {string} name @param {string} label @param {{ usual?: string, hint?: string }} [how] */
    text: (name, label, { usual, hint } = {}) =>
      field({
        label,
        hint,
        control: el('input', {
          'name': name,
          'value': values[name] ?? '',
          'placeholder': usual,
          'autocomplete': 'off',
          'maxlength': 64,
          'dir': 'auto',
          'on': { input: (/** @type {any} */ event) => set(name)(event.target.value.trim()) },
        }),
      }),
    /** @param {string} name @param {string} label @param {[string, string][]} options */
    pick: (name, label, options) =>
      field({ label, control: select({ value: values[name] ?? '', name, options, on: set(name) }) }),
  };
}

/** @param {any} survey @returns {[string, string][]} */
const tongues = (survey) => [
  ['', 'As the page asks'],
  ...languages(survey).map((tag) => /** @type {[string, string]} */ ([tag, languageName(tag)])),
];

/** @param {any} survey */
function embed(survey) {
  /** @type {Record<string, string>} */
  const values = {};
  const shown = copied({ label: 'Put this into the page', text: snippet(survey.slug, values), lines: 3 });
  const { text, pick } = controls(values, () => shown.set(snippet(survey.slug, values)));
  const origins = survey.allowed_origins;
  return panel(
    { title: 'On a page', note: 'One line, and the widget asks by itself. It loads nothing else, and sets no cookie.' },
    el(
      'div.fields',
      null,
      pick('mode', 'Where', [
        ['', 'In a corner'],
        ['modal', 'Over the page'],
        ['inline', 'Where the line stands'],
        ['button', 'A button at the edge'],
      ]),
      pick('look', 'Looks like', [
        ['', 'Numbers'],
        ['stars', 'Stars'],
        ['smileys', 'Smileys'],
        ['thumbs', 'Thumbs'],
      ]),
      text('touchpoint', 'Touchpoint', { usual: 'checkout' }),
      pick('locale', 'Language', tongues(survey)),
    ),
    shown,
    el(
      'p.hint',
      null,
      origins.length > 0
        ? `Only pages of ${origins.join(', ')} may show it.`
        : 'Any page may show it; the editor says which alone may.',
    ),
  );
}

/** @param {any} survey */
function link(survey) {
  /** @type {Record<string, string>} */
  const values = {};
  const path = at`/s/${survey.slug}`;
  const query = () => search(values);
  const shown = copied({ label: 'The survey’s page', text: home + path });
  const image = /** @type {HTMLImageElement} */ (
    /** @type {unknown} */ (
      el('img.qr', { src: to(`${path}/qr.svg`), alt: 'The link as a QR code', width: 180, height: 180 })
    )
  );
  const downloads = el('div.actions', null);
  const again = () => {
    shown.set(home + path + query());
    image.src = to(`${path}/qr.svg`) + query();
    fill(
      downloads,
      button({
        label: 'SVG',
        icon: 'download',
        kind: 'quiet',
        hidden: 'of the code',
        href: to(`${path}/qr.svg`) + query(),
        download: `${survey.slug}.svg`,
      }),
      button({
        label: 'PNG',
        icon: 'download',
        kind: 'quiet',
        hidden: 'of the code',
        href: to(`${path}/qr.png`) + query(),
        download: `${survey.slug}.png`,
      }),
      button({
        label: 'Open the page',
        icon: 'link',
        kind: 'quiet',
        href: to(path) + query(),
        target: '_blank',
        rel: 'noopener',
      }),
    );
  };
  const { text, pick } = controls(values, again);
  const properties = survey.properties.slice(0, 4).map((/** @type {string} */ key) => text(`property.${key}`, key));
  again();
  return panel(
    {
      title: 'By a link, or a code',
      note: 'For mails, chats, receipts and tables. What is filled in here is known of every answer by it.',
    },
    el(
      'div.fields',
      null,
      text('touchpoint', 'Touchpoint', { usual: 'receipt' }),
      text('channel', 'Channel', { usual: 'print' }),
      pick('lang', 'Language', tongues(survey)),
      ...properties,
    ),
    el('div.share-link', null, el('div', null, shown, downloads), image),
    survey.access === 'invited' &&
      notice(
        'warning',
        'This survey takes answers of invited people alone: the bare link takes none. Make invitations below.',
      ),
  );
}

/** @param {any} survey */
function mail(survey) {
  return panel(
    {
      title: 'In a mail',
      note: 'The question with a link on each score: whoever presses one has answered half of it already.',
    },
    copied({
      label: 'This prints the snippet, for the machine of the daemon',
      text: `cxd survey mail ${survey.slug}`,
      hint: 'cxd(8) says how it takes a language, a touchpoint, or the placeholder of a mailer.',
    }),
  );
}

/** @type {import('../router.js').View} */
export const share = {
  title: ({ survey }) => `Share ${survey}`,
  async show(root, context) {
    const survey = await definition(context);
    context.say(`Share ${nameOf(survey)}`);
    fill(
      root,
      surveyHead(context, survey, 'share'),
      context.address.get('made') &&
        notice('good', el('p', null, el('b', null, 'The survey is there. '), 'Here is how it reaches people.')),
      survey.archived && notice('warning', 'This survey is archived: nobody can answer it.'),
      el(
        'div.share',
        null,
        embed(survey),
        link(survey),
        panel(
          {
            title: 'Invitations',
            note: 'A link for each person, which is good for one answer, and tells you whose it is.',
          },
          mayNot(context.session, 'write')
            ? notice('info', 'Invitations take a key with the scope write.')
            : invitations(context, survey),
        ),
        mail(survey),
      ),
    );
  },
};
