// When a survey is shown, as far as the page alone can say.
import { read, write } from './store.js';

const DAY_MS = 864e5;

/** @param {string} pattern */
function isHere(pattern) {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  const { href, pathname, search } = location;
  return [href, pathname, pathname + search].some((address) => new RegExp(`^${text}$`).test(address));
}

/**
 * Whether this visitor is of the share. They are asked each time, and each time it is the same answer.
 * @param {string} survey @param {number} share
 */
function isDrawn(survey, share) {
  const draw = read('v.' + survey) || Math.random();
  write('v.' + survey, draw);
  return draw < share;
}

/**
 * Why it is not shown here and now; undefined: nothing speaks against it.
 * @param {import('./options.js').Options} options
 */
export function findReason({ survey, url, share, every }) {
  if (url && !url.split(/\s+/).some(isHere)) return 'url';
  if (share != null && !isDrawn(survey, +share)) return 'share';
  if (every && Date.now() - read('s.' + survey) < every * DAY_MS) return 'every';
}

/** @param {string} survey */
export const noteShown = (survey) => write('s.' + survey, Date.now());

/**
 * Calls `show` once: after the delay, and then, where these are asked for, when the page has been scrolled so far or
 * the pointer leaves it at the top. Gives what calls it off.
 * @param {import('./options.js').Options} options
 * @param {() => void} show
 */
export function waitFor({ delay, scroll, exit }, show) {
  const look = () => {
    const { scrollHeight } = document.documentElement;
    if (scroll && ((scrollY + innerHeight) / scrollHeight) * 100 >= scroll) go();
  };
  /** @param {MouseEvent} event */
  const leave = (event) => {
    if (exit && !event.relatedTarget && event.clientY <= 0) go();
  };
  const stop = () => {
    clearTimeout(timer);
    removeEventListener('scroll', look);
    document.removeEventListener('mouseout', leave);
  };
  const go = () => {
    stop();
    show();
  };
  const timer = setTimeout(
    () => {
      addEventListener('scroll', look, { passive: true });
      document.addEventListener('mouseout', leave);
      if (scroll || exit) look();
      else go();
    },
    (delay || 0) * 1000,
  );
  return stop;
}
