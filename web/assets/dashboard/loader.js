// A part of a view that is asked for by itself: what was there stays until the new is, and where nothing answers it is
// asked for again.
import { Offline, isAbort } from './api.js';
import { el, fill } from './dom.js';
import { busy, failed, loading } from './parts.js';

/** @typedef {import('./router.js').Context} Context */

const AGAIN_MS = 3000;

/**
 * @param {'rows' | 'panel' | 'chart' | 'page'} kind how much room it takes
 * @param {(context: Context) => Promise<any>} work gives what is to be seen
 * @param {number} [count] of rows
 */
export function part(kind, work, count) {
  const body = el('div.part');
  let isThere = false;

  /** @param {Context} context @returns {Promise<void>} */
  async function load(context) {
    const { signal } = context;
    if (!isThere) fill(body, loading(kind, count));
    busy(body, true);
    try {
      const content = await work(context);
      if (signal.aborted) return;
      fill(body, content);
      isThere = true;
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      const again = () => void load(context);
      if (error instanceof Offline) retry(again, signal);
      // What was seen before stays: a word at the top of the page says that it may be old.
      if (error instanceof Offline && isThere) return;
      isThere = false;
      const isInPanel = body.closest('.panel') !== null;
      const said = failed(error, again, isInPanel ? 3 : 2);
      fill(body, isInPanel ? said : el('section.panel', null, said));
    }
    busy(body, false);
  }
  return { body, load };
}

/** @param {() => void} again @param {AbortSignal} signal */
function retry(again, signal) {
  const timer = setTimeout(() => done(again), AGAIN_MS);
  const online = () => done(again);
  /** @param {() => void} [then] */
  function done(then) {
    clearTimeout(timer);
    removeEventListener('online', online);
    signal.removeEventListener('abort', stop);
    then?.();
  }
  const stop = () => done();
  addEventListener('online', online);
  signal.addEventListener('abort', stop);
}
