// When a survey is shown, as far as the page alone can say.
import { read, write } from './store.js';

/**
 * Why it is not shown here and now; undefined: nothing speaks against it.
 * @param {import('./options.js').Options} options
 */
export function findReason({ survey, url, share, every }) {
  const DAY_MS = 864e5;
  const drawn = 'cxd.v.' + survey;
  if (
    url &&
    !RegExp(
      url
        .trim()
        .replace(/[^\w\s*$]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\s+/g, '|'),
    ).test(/** @type {any} */ (location))
  )
    return 'url';
  if (share != null) write(drawn, read(drawn) || Math.random()); // each time it is the same answer
  if (read(drawn) > /** @type {number} */ (share)) return 'share';
  if (Date.now() - (read('cxd.s.' + survey) || NaN) < /** @type {number} */ (every) * DAY_MS) return 'every';
}

/**
 * Calls `show` once: when the page has been read, so that there is a place in it, and after the delay; and then, where
 * these are asked for, when the page has been scrolled so far or the pointer leaves it at the top. Options that are of
 * no survey any more were called off.
 * @param {import('./options.js').Options} options
 * @param {() => void} show
 */
export function waitFor(options, show) {
  const { delay, scroll, exit } = options;
  /** @param {any} event */
  const look = ({ clientY, relatedTarget }) => {
    const seen = ((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100;
    const isTime =
      !(scroll || exit) || seen >= /** @type {number} */ (scroll) || (exit && clientY <= 0 && !relatedTarget);
    if (!isTime || !options.survey) return;
    show();
    show = () => {};
  };
  const start = () => {
    if (document.readyState > 'j') return setTimeout(start, 50); // loading, of all that it may be
    addEventListener('scroll', look);
    addEventListener('mouseout', look);
    look({});
  };
  setTimeout(start, /** @type {number} */ (delay) * 1000);
}
