// The list of comments follows what comes in: politely, and until told not to.
import { root as prefix } from '../api.js';
import { el, fill } from '../dom.js';
import { watch } from '../live.js';

/**
 * @typedef {{ look: () => Promise<void>, changed: (change: { kind: string, id?: string }) => Promise<void> }} Followed
 */

// What comes at once is looked at once.
const PAUSE_MS = 300;
const NAMES = { live: 'Live', paused: 'Paused', offline: 'Offline', connecting: 'Live', denied: '' };

/**
 * A button that says how it stands, and stops it.
 * @param {import('../router.js').Context} context
 * @param {any} survey
 * @param {() => Followed | null} current
 */
export function follow(context, survey, current) {
  let isOn = true;
  /** @type {any} */
  let timer = null;
  const ended = new AbortController();
  context.cleanup(() => {
    clearTimeout(timer);
    ended.abort();
  });
  const later = () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (isOn) void current()?.look();
    }, PAUSE_MS);
  };
  const label = el('span', null, 'Live');
  const toggle = el(
    'button.button.quiet.live',
    {
      'type': 'button',
      'aria-pressed': 'true',
      'title': 'Whether new comments are told of here',
      'on': { click: () => turn(!isOn) },
    },
    el('i.live-dot', { 'aria-hidden': 'true' }),
    label,
  );
  const watching = watch(prefix, survey.slug, {
    onResponse: later,
    onChange: (change) => void (isOn && (change.id ? current()?.changed(change) : later())),
    onState: (state) => {
      toggle.dataset.state = state;
      toggle.hidden = state === 'denied';
      fill(label, NAMES[state]);
    },
    signal: ended.signal,
    signedIn: context.session.signed_in,
  });
  const turn = (/** @type {boolean} */ on) => {
    isOn = on;
    toggle.setAttribute('aria-pressed', String(on));
    if (on) watching.resume();
    else watching.pause();
  };
  return toggle;
}
