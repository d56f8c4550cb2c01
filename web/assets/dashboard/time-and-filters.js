// Which answers a list is of: the time and the filters, as every view of a survey has them.
import { ask, at } from './api.js';
import { filterControls, windowControls } from './controls.js';
import { el } from './dom.js';

/**
 * `sync` follows the address.
 * @param {() => import('./router.js').Context} now the context as it is by now @param {any} survey
 */
export function timeAndFilters(now, survey) {
  const valuesOf = async (/** @type {string} */ by, /** @type {AbortSignal} */ signal) => {
    const query = /** @type {[string, string][]} */ ([...now().address.window(), ['by', by]]);
    return (await ask(at`/v1/surveys/${survey.slug}/segments`, { query, signal })).segments;
  };
  const time = windowControls(now);
  const filters = filterControls(now, () => survey, valuesOf);
  return {
    element: el('div.bar.lists', null, time.element, filters.element),
    /** @param {import('./router.js').Context} context */
    sync: (context) => {
      time.sync(context);
      filters.sync(context);
    },
  };
}
