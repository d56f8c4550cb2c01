// Figures follow what is stored: soon after a response is, they are read again. How many came is read out now and then,
// and all of it can be paused.
import { root } from '../api.js';
import { el, fill } from '../dom.js';
import { plural } from '../format.js';
import { watch } from '../live.js';
import { button } from '../parts.js';

/** @typedef {import('../router.js').Context} Context */

const SOON_MS = 250; // so that what comes together is read once
const TELL_MS = 10_000;

/** @type {Record<string, string>} */
const STATES = { connecting: 'Connecting…', live: 'Live', paused: 'Paused', offline: 'Not live: no connection' };

/**
 * @param {Context} context @param {() => Promise<void>} refresh
 */
export function liveControl(context, refresh) {
  const says = el('span.live-state', { role: 'status' });
  let arrived = 0,
    told = 0,
    isReading = false,
    isStale = false;
  let soon = 0;

  async function read() {
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    await refresh();
    isReading = false;
    if (isStale) later();
    isStale = false;
  }
  function later() {
    clearTimeout(soon);
    soon = setTimeout(() => void read(), SOON_MS);
  }
  function tell() {
    if (arrived === 0 || Date.now() - told < TELL_MS) return;
    told = Date.now();
    context.announce(`${plural(arrived, 'new answer')}. The figures have changed.`);
    arrived = 0;
  }

  const toggle = button({
    label: 'Pause',
    kind: 'quiet',
    on: () => (watching.state === 'paused' ? watching.resume() : watching.pause()),
  });
  const box = el('div.live', null, says, toggle);
  const watching = watch(root, context.params.survey, {
    signedIn: context.session.signed_in,
    onResponse: () => {
      arrived++;
      later();
      tell();
    },
    onChange: later,
    onState: (state) => {
      fill(says, el(`span.live-dot.${state}`, { 'aria-hidden': 'true' }), STATES[state] ?? state);
      box.hidden = state === 'denied'; // who may not, or where all places are taken
      fill(toggle, el('span', null, state === 'paused' ? 'Resume' : 'Pause'), el('span.unseen', null, ' live figures'));
    },
  });
  context.cleanup(() => {
    clearTimeout(soon);
    watching.close();
  });
  return box;
}
