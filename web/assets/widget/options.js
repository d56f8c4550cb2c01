// What a script element or a call says.

/**
 * @typedef {object} Options
 * @property {string} survey
 * @property {string} server where the daemon is, with its path
 * @property {string} [respondent]
 * @property {string} [touchpoint]
 * @property {string} [channel]
 * @property {string} [locale]
 * @property {Record<string, unknown>} [properties]
 * @property {string} mode corner, modal, inline or button
 * @property {string} [look] numbers, stars, smileys or thumbs
 * @property {string} [side]
 * @property {string} [theme]
 * @property {string} [label]
 * @property {any} [target] an element or a selector
 * @property {string} [nonce]
 * @property {number} [delay] seconds
 * @property {number} [scroll] per cent
 * @property {boolean} [exit]
 * @property {string} [url]
 * @property {number} [share]
 * @property {number} [every] days
 * @property {any} [preview]
 */

/**
 * By its attributes. What a page is to show by itself does not come again for a month.
 * @param {HTMLScriptElement} script
 * @returns {Options}
 */
export function optionsOf(script) {
  const { mode, exit } = script.dataset;
  /** @type {any} */
  const options = {
    server: script.src.split('/widget.js')[0],
    nonce: script.nonce,
    properties: {},
    target: mode === 'inline' && script,
    every: /inline|button/.test(/** @type {string} */ (mode)) ? 0 : 30,
  };
  for (const { name, value } of script.attributes) {
    const [, isProperty, key] = /^data-(property-)?(.+)/.exec(name) || [];
    // Empty: what a page knows nothing of.
    if (value) (isProperty ? options.properties : options)[key] = value;
  }
  options.exit = /^(true)?$/.test(/** @type {string} */ (exit)); // without a value too
  return options;
}
