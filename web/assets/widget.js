// The widget: `<script async src="https://survey.example/widget.js" data-survey="checkout"></script>` on any page, and
// the function cxd() there. It has no global but that one, and touches nothing of the page but by one element.
import { fill, make } from './widget/dom.js';
import { optionsOf } from './widget/options.js';
import { ask, tell } from './widget/page.js';
import { send } from './widget/queue.js';
import { write } from './widget/store.js';
import { dress } from './widget/style.js';
import { open } from './widget/view.js';
import { findReason, waitFor } from './widget/when.js';

/** @typedef {import('./widget/options.js').Options} Options */

const own = optionsOf(
  /** @type {HTMLScriptElement} */ (
    document.currentScript || document.querySelector('[src*="/widget.js"]') || make('script', {})
  ),
);
const defaults = { mode: 'corner', side: '', server: own.server, nonce: own.nonce };

/** What lies over the page, one at a time. @type {any} */
let cover = {};

/** Until cxd('hide'). @param {() => unknown} end */
const onHide = (end) => document.addEventListener('cxd:hide', end);

/** @param {Options} options @param {any} form */
function show(options, form) {
  const { survey, mode, label, side, theme, target, nonce, preview } = options;
  const isOver = mode !== 'inline';
  const isButton = mode === 'button';
  if (isOver && cover.isConnected && !isButton) return tell('skipped', { survey, reason: 'busy' });
  const host = make('cxd-widget', { 'data-survey': survey, 'data-theme': theme });
  const place = (target && target.localName ? target : document.querySelector(target)) || document.body;
  if (preview) fill(place);
  if (place.localName === 'script') place.after(host);
  else place.append(host);
  const root = host.attachShadow({ mode: 'open' });
  dress(root, nonce);
  /** @type {((isByPerson?: boolean) => void) | undefined} */
  let close;
  const { dir, locale: lang, texts } = form.interface;
  const attributes = { 'class': 'corner edge ' + side, 'part': 'edge', dir, lang, 'click': begin };
  const edge = make('button', attributes, label || texts.feedback);
  function begin() {
    if (isOver) {
      if (cover.isConnected) return;
      cover = host;
    }
    if (!preview) write('cxd.s.' + survey, Date.now());
    close = open(root, options, form, () => {
      cover = {};
      edge.hidden = false;
      if (!isButton) host.remove();
    });
    edge.hidden = true; // it lies below
  }
  onHide(() => {
    if (close) close();
    host.remove();
  });
  if (!isButton) return begin();
  root.append(edge);
}

/** @param {Options} options */
async function showIfWanted(options) {
  const {
    survey,
    server,
    respondent = '',
    touchpoint = '',
    locale = document.documentElement.lang || navigator.language,
  } = options;
  const asked = /** @type {any} */ ({ interface: true, locale, respondent, touchpoint });
  let form;
  try {
    const reply = await ask(server + '/v1/surveys/' + survey + '/form?' + new URLSearchParams(asked));
    form = await reply.json();
    if (!reply.ok) throw form;
  } catch (problem) {
    return tell('error', { survey, status: 0, .../** @type {any} */ (problem) });
  }
  if (!options.survey) return; // hidden meanwhile
  const reason = !form.open ? 'closed' : form.eligible === false && 'recontact';
  if (reason) return tell('skipped', { survey, reason });
  tell('ready', { survey });
  show(options, form);
}

const calls = {
  /** @param {Options & {trigger?: object}} given */
  show({ trigger, ...given }) {
    const options = { ...defaults, ...given, ...trigger };
    const { survey, preview } = options;
    if (options.respondent) options.respondent += ''; // for those that are numbers
    if (preview) return show(options, preview);
    const reason = findReason(options);
    if (reason) return tell('skipped', { survey, reason });
    onHide(() => (options.survey = ''));
    waitFor(options, () => showIfWanted(options));
  },
  hide() {
    tell(`hide`);
  },
  /** @param {string} name @param {(detail: any) => void} hear */
  on(name, hear) {
    document.addEventListener('cxd:' + name, (/** @type {any} */ { detail }) => hear(detail));
  },
};

/** @param {'show' | 'hide' | 'on'} verb @param {any} [first] @param {any} [second] */
function cxd(verb, first, second) {
  calls[verb](first, second);
}

const before = /** @type {any} */ (window).cxd || {};
if (!before.isLive) {
  cxd.isLive = true;
  /** @type {any} */ (window).cxd = cxd;
  // Each by itself, so that one that fails stops no other.
  for (const call of before.q || []) setTimeout(cxd, 0, ...call);
  send();
}
if (own.survey) setTimeout(/** @type {any} */ (window).cxd, 0, 'show', own);
