// Elements, made of text and other elements: there is no way to write markup that is in a text.

/** @typedef {any} Child a text, a number, an element, a list of them; null, undefined and false are nothing */
/**
 * `on` has listeners by event, `style` properties (of CSSOM), `dataset` data attributes; every other is an attribute:
 * true stands without a value, null, undefined and false are left out.
 * @typedef {{ on?: Record<string, ((event: any) => void) | undefined>, style?: Record<string, string | number>,
 *   dataset?: Record<string, string | number | null | undefined>, [name: string]: any }} Props
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @param {Node} node @param {Child[]} children */
export function append(node, ...children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, ...child);
    else if (child instanceof Node) node.appendChild(child);
    else if (child !== null && child !== undefined && child !== false)
      node.appendChild(document.createTextNode(String(child)));
  }
}

/** A link leads to this site or another, and runs nothing. @param {unknown} href */
const isSafe = (href) => /^(https?:|mailto:|blob:|[^:]*$|[/?#.])/i.test(String(href).trim());

/** @param {Element} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'value' && 'value' in element) element.value = value;
  else if (name === 'href' && !isSafe(value)) return;
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** @param {any} element @param {Props | null | undefined} props */
function equip(element, props) {
  const { on = {}, style = {}, dataset = {}, ...rest } = props ?? {};
  for (const [name, value] of Object.entries(rest)) set(element, name === 'class' ? 'class' : name, value);
  for (const [name, listener] of Object.entries(on)) if (listener) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, String(value));
  for (const [name, value] of Object.entries(dataset))
    if (value !== null && value !== undefined) element.dataset[name] = String(value);
}

/**
 * "div", or "div.card.wide" with classes.
 * @param {string} tag @param {Props | null} [props] @param {Child[]} children @returns {HTMLElement & Record<string,
 *   any>}
 */
export function el(tag, props, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (props?.class) classes.push(...String(props.class).split(' ').filter(Boolean));
  // Before value, which a select takes of its options.
  append(element, ...children);
  equip(element, { ...props, class: classes.length > 0 ? classes.join(' ') : null });
  return /** @type {any} */ (element);
}

/** @param {string} tag @param {Props | null} [props] @param {Child[]} children */
export function svg(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  append(element, ...children);
  equip(element, props);
  return element;
}

/** In place of what is in it. @template {Element} T @param {T} node @param {Child[]} children @returns {T} */
export function fill(node, ...children) {
  node.textContent = '';
  append(node, ...children);
  return node;
}

/**
 * What people wrote, in the direction of its own language.
 * @param {unknown} text @param {string} [tag]
 */
export const words = (text, tag = 'bdi') => el(tag, { dir: 'auto' }, String(text ?? ''));

/** Read out by screen readers, and not seen. @param {Child[]} children */
export const unseen = (...children) => el('span.unseen', null, ...children);

let numbers = 0;
/** An id that no other element has. @param {string} name */
export const fresh = (name) => `${name}-${++numbers}`;
