// What a person sees: the score, each further question, a comment, thanks; a step at a time.
import { begin, questionsFor } from './answer.js';
import { draw, fill, make } from './dom.js';
import { field } from './field.js';
import { leaving } from './queue.js';

const CROSS = 'M6 6l12 12M18 6 6 18';
const SETTLE_MS = 700; // arrow keys go over points that are not meant
const STAY_MS = 6000;

/** @param {any} answer */
const isNothing = (answer) => answer == null || answer.length === 0 || answer.other === '';

/**
 * Opens it in the root, and gives what closes it: with true where a person does.
 * @param {ShadowRoot} root
 * @param {import('./options.js').Options} options
 * @param {any} form
 * @param {() => void} closed
 */
export function open(root, options, form, closed) {
  const { texts, dir, locale, lower_is_better: isLowBest } = form.interface;
  const { mode, look, side = dir === 'rtl' && 'left' } = options;
  const isModal = mode === 'modal';
  const isInline = mode === 'inline';
  const opener = /** @type {HTMLElement} */ (document.activeElement);
  const visit = begin(options, form, (now) => {
    outcome = now;
    if (isDone) thank();
    else if (now === 'refused') error.textContent = texts.refused;
  });
  const { said } = visit;
  const scale = {
    type: 'scale',
    key: 'score',
    of: said,
    text: texts.question,
    scale: form.scale,
    required: form.score === 'required',
  };
  const first = { ...scale, low_label: texts.low_label, high_label: texts.high_label, look, isLowBest };
  const last = { type: 'text', key: 'comment', of: said, text: texts.comment_prompt };
  const steps = () => [first, ...questionsFor(form, said).map((question) => ({ ...question, of: said.answers })), last];
  let at = 0;
  let isDone = false;
  let isKeyed = false;
  let isOpen = true;
  let isHalf = false; // something is written that is not kept yet
  let outcome = '';
  /** @type {number | undefined} */
  let settling;

  const body = make('div', {});
  const foot = make('div', { class: 'foot' });
  const error = make('p', { class: 'error', id: 'e', role: 'alert' });
  const status = make('div', { role: 'status' });
  const trap = make('input', {
    name: form.honeypot,
    tabindex: -1,
    autocomplete: 'off',
    input: () => (said.trap = trap.value),
  });
  const unseen = make('label', { 'class': 'unseen', 'aria-hidden': 'true' }, texts.trap, trap);
  const asked = make('form', { novalidate: '', submit: next }, body, error, foot, unseen);
  const cross = make('button', { 'class': 'x', 'aria-label': texts.dismiss, 'click': () => close(true) }, draw(CROSS));
  const attributes = {
    'class': `box ${isModal || isInline ? mode : 'corner'} ${side}`,
    'part': 'box',
    'role': !isInline && 'dialog',
    'aria-labelledby': 't',
    'lang': locale,
    dir,
    'mousedown': () => (isKeyed = false),
    'keydown': (/** @type {KeyboardEvent} */ event) => {
      isKeyed = true;
      if (event.key === 'Escape' && !isInline) close(true);
    },
    'cancel': () => close(true),
  };
  const box = make(isModal ? 'dialog' : 'section', attributes, asked, status, !isInline && cross);
  // The second click of a double one is meant for what has gone.
  box.addEventListener('click', (/** @type {MouseEvent} */ event) => event.detail > 1 && event.preventDefault(), true);

  /** @param {string} text */
  const heading = (text) => make('div', { class: 'q', id: 't', tabindex: -1, dir: 'auto' }, text);
  /** @param {string | false} text */
  const remark = (text) => text && make('p', { class: 'note' }, text);
  const focus = () => /** @type {HTMLElement} */ (root.getElementById('t')).focus();
  const thanks = heading('');
  const more = make('p', { class: 'note' });

  /** What is half written goes with the page that is left. */
  const keepHalf = () => {
    if (isHalf) visit.note();
    isHalf = false;
  };

  function settle() {
    clearTimeout(settling);
    settling = undefined;
    visit.note();
    visit.report('scored', { score: said.score });
  }

  /** @param {number} by */
  function go(by) {
    if (settling) settle();
    at += by;
    show();
    focus();
  }

  /** @param {Event} event */
  function next(event) {
    event.preventDefault();
    const { key, of, required } = steps()[at];
    if (required && isNothing(of[key])) {
      error.textContent = texts.missing;
    } else if (steps()[at + 1]) {
      if (at) visit.note();
      isHalf = false;
      go(1);
    } else {
      isDone = true;
      isHalf = false;
      visit.note();
      visit.report('commented', { comment: said.comment, answers: said.answers });
      asked.remove();
      fill(status, thanks, more);
      thank();
      focus();
      if (!isModal && !isInline && !isKeyed) setTimeout(close, STAY_MS);
    }
  }

  /** @param {number} score */
  function choose(score) {
    said.score = score;
    clearTimeout(settling);
    if (isKeyed) {
      settling = setTimeout(settle, SETTLE_MS);
      visit.note();
      showFoot();
    } else {
      settle();
      go(1);
    }
  }

  function showFoot() {
    const { key, of, required } = steps()[at];
    const canGo = at || !required || !isNothing(of[key]);
    const label = steps()[at + 1] ? texts.next : texts.send;
    fill(
      foot,
      at > 0 && make('button', { type: 'button', class: 'back', click: () => go(-1) }, texts.back),
      canGo && make('button', { part: 'button' }, label),
    );
  }

  function show() {
    const step = steps()[at];
    const { key, of, text, type, required } = step;
    const say = (/** @type {any} */ answer) => {
      of[key] = answer;
      isHalf = true;
    };
    const notes = [!required && texts.optional, type === 'choices' && texts.several];
    error.textContent = '';
    fill(
      body,
      heading(text || key),
      remark(at > 0 && notes.filter(Boolean).join(' · ')),
      ...field(step, form.interface, of[key], at ? say : choose),
    );
    showFoot();
  }

  // In the same elements each time: one of them has the focus.
  function thank() {
    thanks.textContent = outcome === 'refused' ? texts.refused : texts.thanks;
    more.textContent = outcome === 'waiting' ? texts.waiting : '';
  }

  /** @param {boolean} [isByPerson] */
  function close(isByPerson) {
    if (!isOpen) return;
    isOpen = false;
    if (settling) settle();
    leaving.delete(keepHalf);
    if (isByPerson === true && isNothing(said.score)) visit.report('dismissed');
    const hadFocus = root.activeElement;
    box.remove();
    closed();
    if (hadFocus) opener.focus();
  }

  show();
  leaving.add(keepHalf);
  root.appendChild(box);
  if (isModal && box.showModal) box.showModal();
  if (isModal || mode === 'button') focus();
  visit.report('shown');
  return close;
}
