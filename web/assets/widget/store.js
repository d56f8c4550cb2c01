// What outlives a page, in the storage of the page's origin: values of JSON under names that begin with "cxd.". Where
// there is no storage, or no room in it, they last as long as the page.

/** @type {Record<string, string>} */
let texts;
try {
  texts = /** @type {any} */ (localStorage || {});
} catch {
  texts = {}; // of a frame that may have none
}

/** @param {string} name @returns {any} null: there is none; undefined: what was there was broken, and is dropped */
export function read(name) {
  try {
    return JSON.parse(texts[name] || /** @type {any} */ (null));
  } catch {
    forget(name);
  }
}

/** @param {string} name @param {unknown} value */
export function write(name, value) {
  const text = JSON.stringify(value);
  try {
    texts[name] = text;
  } catch {
    texts = { ...texts, [name]: text };
  }
}

/** @param {string} name */
export const forget = (name) => delete texts[name];

/**
 * Those that begin so. What has not this member is no value of the widget's, and is dropped.
 * @param {string} start @param {string} member
 */
export const names = (start, member) =>
  Object.keys(texts).filter((name) => name.startsWith(start) && ((read(name) || {})[member] || !forget(name)));

/**
 * What a page says, as far as it can be kept: what is no JSON (a circle, a BigInt) is an empty object there, which no
 * daemon takes, so it is told like all that is left out.
 * @param {any} holder @param {string | number} name of it there @param {number} depth of what is looked into
 * @returns {any}
 */
export function plain(holder, name, depth) {
  /** @type {any} */
  const parts = {};
  try {
    JSON.stringify(holder[name]);
    return holder[name];
  } catch {
    for (const key in depth && holder[name]) parts[key] = plain(holder[name], key, depth - 1);
    return parts;
  }
}
