// Elements of the widget. What people wrote is text, and comes as a string.

/**
 * @param {string} name
 * @param {Record<string, any>} attributes undefined and false: none; a function listens
 * @param {...(Node | string | undefined | null | false)} content
 * @returns {any}
 */
export const make = (name, attributes, ...content) => fill(set(document.createElement(name), attributes), ...content);

/** @param {Element} element @param {Record<string, any>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value != null && value !== false) element.setAttribute(name, value);
  return element;
}

/** @param {Element} element @param {...(Node | string | undefined | null | false)} content */
export function fill(element, ...content) {
  element.textContent = '';
  element.append(.../** @type {Node[]} */ (content.filter(Boolean)));
  return element;
}

/** A picture of one path, in a box of 24. @param {string} d @param {string | false} [transform] */
export function draw(d, transform) {
  /** @param {string} name */
  const element = (name) => document.createElementNS('http://www.w3.org/2000/svg', name);
  return fill(set(element('svg'), { viewBox: '0 0 24 24' }), set(element('path'), { d, transform }));
}
