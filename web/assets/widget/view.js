// What a person sees: the score, each further question, a comment, thanks; a step at a time.
import { begin, questionsFor } from './answer.js';
import { fill, make } from './dom.js';
import { field } from './field.js';

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
  const { texts, dir, locale: lang } = form.interface;
  const { mode, look, side } = options;
  const isModal = mode === 'modal';
  const isInline = mode === 'inline';
  const opener = /** @type {HTMLElement} */ (root.activeElement || document.activeElement);
  const [said, note, report] = begin(options, form, (outcome) => {
    if (foot.hidden || outcome === 'refused') error.textContent = texts[outcome];
  });
  const first = {
    ...form,
    ...form.interface,
    ...texts,
    look,
    type: 'scale',
    key: 'score',
    of: said,
    required: form.score === 'required',
  };
  const last = { type: 'text', key: 'comment', text: texts.comment_prompt, of: said };
  const steps = () => [first, ...questionsFor(form, said).map((question) => ({ ...question, of: said.answers })), last];
  let at = 0;
  /** @type {number | undefined} */
  let scored;

  const trap = make('input', { 'class': 'unseen', 'name': form.honeypot, 'tabindex': -1, 'aria-hidden': true });
  const error = make('p', { role: 'alert' });
  const body = make('div', {});
  const back = make('button', { type: 'button', click: () => go(-1) }, texts.back);
  const forth = make('button', { part: 'button', click: next });
  const foot = make('div', { class: 'foot' }, back, forth);
  const asked = make('form', { autocomplete: 'off' }, body, error, foot, trap);
  const cross = make('button', { 'class': 'x', 'aria-label': texts.dismiss, 'click': () => close(true) }, '×');
  const attributes = {
    'class': `box ${mode === 'button' ? 'corner' : mode} ${side}`,
    'part': 'box',
    'role': !isInline && 'dialog',
    'aria-labelledby': 't',
    lang,
    dir,
    'keydown': (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation(); // for hotkeys of the page
      if (event.key === 'Escape' && !event.isComposing && !isInline) close(true);
    },
    'keypress': (/** @type {Event} */ event) => event.stopPropagation(),
    // The second click of a double one is meant for what has gone.
    'click': (/** @type {MouseEvent} */ event) => {
      if (event.detail > 1) {
        event.stopPropagation();
        event.preventDefault();
      }
    },
    'cancel': () => close(true),
  };
  const box = make(isModal ? 'dialog' : 'section', attributes, asked, !isInline && cross);

  /** @param {string} text */
  const heading = (text) => make('div', { class: 'q', id: 't', tabindex: -1, dir: 'auto' }, text);
  const focus = () => /** @type {HTMLElement} */ (root.getElementById('t')).focus();

  /** @param {number} by */
  function go(by) {
    at += by;
    show();
    focus();
  }

  function score() {
    if (scored === said.score) return;
    scored = said.score;
    report('scored', { score: scored });
  }

  /** @param {Event} [event] */
  function next(event) {
    if (event) event.preventDefault();
    const { key, of, required } = steps()[at];
    if (required && isNothing(of[key])) return (error.textContent = texts.missing);
    score();
    if (steps()[at + 1]) return go(1);
    fill(body, heading(texts.thanks));
    foot.hidden = true;
    focus();
    report('commented', { comment: said.comment, answers: said.answers });
  }

  function show() {
    const list = steps();
    const { key, of, question, text, type, required } = list[at];
    const remark = type === 'choices' ? texts.several : !required && texts.optional;
    error.textContent = '';
    back.hidden = !at;
    forth.hidden = !at && required && isNothing(of[key]);
    forth.textContent = list[at + 1] ? texts.next : texts.send;
    fill(
      body,
      heading(question || text || key),
      at > 0 && remark && make('div', { class: 'note' }, remark),
      ...field(list[at], form.interface, of[key], (answer, clicks) => {
        of[key] = answer;
        said[form.honeypot] = trap.value || undefined;
        note(); // should the page be left now
        forth.hidden = false;
        // Arrow keys go over points that are not meant: where they come to rest is sent, and who uses them goes on by
        // the button, or Enter.
        if (!at && clicks) next();
        else setTimeout(score, 2000);
      }),
    );
  }

  /** @param {boolean} [isByPerson] */
  function close(isByPerson) {
    if (!box.isConnected) return;
    const hadFocus = root.activeElement;
    score();
    if (isByPerson && isNothing(said.score)) report('dismissed');
    report('closed', said);
    box.remove();
    closed();
    if (hadFocus) opener.focus();
  }

  show();
  root.append(box);
  if (isModal && box.showModal) box.showModal();
  if (isModal || mode === 'button') focus();
  report('shown');
  return close;
}
