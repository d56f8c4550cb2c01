// Elements of the widget. What people wrote is text, and comes as a string.

/**
 * @param {string} name of HTML or, of these two, SVG
 * @param {Record<string, any>} attributes undefined, false and what is empty: none; a function listens, and before what
 *   lies within, so that a box can stop a click that was meant for what has gone
 * @param {...(Node | string | undefined | null | false)} content
 * @returns {any}
 */
export function make(name, attributes, ...content) {
  const element = /svg|path/.test(name)
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(key, value, true);
    else if (value) element.setAttribute(key, value);
  return fill(element, ...content);
}

/** @param {Element} element @param {...(Node | string | undefined | null | false)} content */
export function fill(element, ...content) {
  element.textContent = '';
  element.append(.../** @type {Node[]} */ (content.filter(Boolean)));
  return element;
}
