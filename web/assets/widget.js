// The widget: `<script async src="https://survey.example/widget.js" data-survey="checkout"></script>` on any page, and
// the function cxd() there. It has no global but that one, and touches nothing of the page but by one element.
import { make } from './widget/dom.js';
import { optionsOf } from './widget/options.js';
import { ask, tell } from './widget/page.js';
import { send } from './widget/queue.js';
import { dress } from './widget/style.js';
import { open } from './widget/view.js';
import { findReason, noteShown, waitFor } from './widget/when.js';

/** @typedef {import('./widget/options.js').Options} Options */

const script = /** @type {HTMLScriptElement | null} */ (
  document.currentScript || document.querySelector('script[src*="/widget.js"]')
);
/** @type {Options} */
const own = script ? optionsOf(script) : { survey: '', server: '', mode: '' };
const defaults = { server: own.server, nonce: own.nonce };
const window_ = /** @type {any} */ (window);

/** What ends each thing that is shown, or waits to be. @type {Set<() => void>} */
const ends = new Set();
let isCovered = false; // one at a time lies over the page

/** @param {Options} options */
async function askForm({ survey, server, respondent, touchpoint, locale }) {
  locale = locale || document.documentElement.lang || navigator.language;
  const given = JSON.parse(JSON.stringify({ interface: true, locale, respondent, touchpoint })); // without what is not
  const reply = await ask(`${server}/v1/surveys/${survey}/form?${new URLSearchParams(given)}`);
  const form = await reply.json();
  if (!reply.ok) throw form;
  return form;
}

/** @param {Options} options */
function place({ survey, mode, theme, target }) {
  const host = make('cxd-widget', { 'data-survey': survey, 'data-mode': mode, 'data-theme': theme });
  const found = typeof target === 'string' ? document.querySelector(target) : target;
  if (found && found.localName === 'script') found.after(host);
  else (found || document.body).appendChild(host);
  return host;
}

/** @param {Options} options @param {any} form */
function show(options, form) {
  const { survey, mode, label, side, nonce, preview } = options;
  const isOver = mode !== 'inline' && !preview;
  if (isOver && isCovered && mode !== 'button') return tell('skipped', { survey, reason: 'busy' });
  const host = place(options);
  const root = host.attachShadow({ mode: 'open' });
  dress(root, nonce);
  /** @type {((isByPerson?: boolean) => void) | undefined} */
  let close;
  const begin = () => {
    if (close || (isOver && isCovered)) return;
    isCovered = isCovered || isOver;
    if (!preview) noteShown(survey);
    close = open(root, options, form, () => {
      close = undefined;
      isCovered = isCovered && !isOver;
      if (mode !== 'button') end();
    });
  };
  const end = () => {
    ends.delete(end);
    if (close) close();
    host.remove();
  };
  ends.add(end);
  if (mode !== 'button') return begin();
  const { dir, locale, texts } = form.interface;
  const kind = `edge ${side || (dir === 'rtl' ? 'left' : '')}`;
  const attributes = {
    'class': kind,
    'part': 'button',
    'type': 'button',
    'aria-haspopup': 'dialog',
    dir,
    'lang': locale,
  };
  root.appendChild(make('button', { ...attributes, click: begin }, label || texts.feedback));
}

/** @param {Options} options */
async function showIfWanted(options) {
  const { survey } = options;
  const form = await askForm(options).catch((problem) => tell('error', { survey, status: 0, ...problem }));
  if (!form.interface) return;
  const reason = !form.open ? 'closed' : form.eligible === false && 'recontact';
  if (reason) return tell('skipped', { survey, reason });
  tell('ready', { survey });
  show(options, form);
}

const calls = {
  /** @param {Omit<Options, 'mode' | 'server'> & {trigger?: object}} given */
  show({ trigger, ...given }) {
    const options = { mode: 'corner', ...defaults, ...given, ...trigger };
    const { survey, preview } = options;
    if (preview) return show(options, preview);
    const reason = 'attachShadow' in document.documentElement ? findReason(options) : 'browser';
    if (reason) return tell('skipped', { survey, reason });
    const end = () => {
      ends.delete(end);
      stop();
    };
    ends.add(end);
    const stop = waitFor(options, () => {
      ends.delete(end);
      showIfWanted(options);
    });
  },
  hide() {
    ends.forEach((end) => end());
  },
  /** @param {string} name @param {(detail: any) => void} hear */
  on(name, hear) {
    document.addEventListener('cxd:' + name, (/** @type {any} */ { detail }) => hear(detail));
  },
};

/** @param {'show' | 'hide' | 'on'} verb @param {...any} rest */
function cxd(verb, ...rest) {
  /** @type {(...rest: any[]) => void} */ (calls[verb])(...rest);
}

const before = window_.cxd;
if (!before || !before.isLive) {
  cxd.isLive = true;
  window_.cxd = cxd;
  for (const call of (before && before.q) || []) cxd(.../** @type {['show']} */ (call));
  send();
}
if (own.survey) window_.cxd('show', own);
