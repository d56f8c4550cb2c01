// Changing something: who may, what is said where it goes wrong, and the way back.
import { Offline, Problem, isAbort, to } from './api.js';
import { el, fill, fresh } from './dom.js';
import { button, dialog, toast } from './parts.js';

/** @typedef {import('./session.js').Session} Session */

/**
 * Whether who looks at this may do what asks for a scope: yes, once signed in, or never with this key.
 * @param {Session} session @param {string} scope
 * @returns {'may' | 'sign-in' | 'no'}
 */
export function standing(session, scope) {
  if (session.scopes.includes(scope) || session.scopes.includes('admin')) return 'may';
  return session.signed_in ? 'no' : 'sign-in';
}

/** @param {Session} session @param {string} scope */
export const mayNot = (session, scope) => standing(session, scope) === 'no';

const signInHref = () => to('/login', { next: location.pathname.slice(to('').length) + location.search });

/** Leads to where one signs in, or says why nobody can. @param {Session} session */
export async function askToSignIn(session) {
  const can = session.can_sign_in !== false;
  const said = await dialog({
    title: 'Sign in to change this',
    body: el(
      'p',
      null,
      can
        ? 'Everybody here may look; changing something needs somebody who signed in.'
        : session.why_not || 'This server offers no way to sign in here.',
    ),
    actions: can ? [{ label: 'Sign in', value: 'sign-in', kind: 'primary' }] : [],
  });
  if (said === 'sign-in') location.assign(signInHref());
}

/** What went wrong, in a sentence. @param {unknown} error */
export function wrongWords(error) {
  if (error instanceof Offline) return 'The server cannot be reached. Nothing was changed; try again.';
  if (!(error instanceof Problem)) return String(error instanceof Error ? error.message : error);
  if (error.status === 401) return 'You are not signed in any more. Sign in, and try again.';
  if (error.status === 403) return `Your key does not reach this far: ${error.message}.`;
  if (error.status === 412) return 'Somebody else changed this meanwhile. Look at what it is now, and try again.';
  const [first] = error.errors;
  return first
    ? `${(first.pointer ?? '').slice(1).replaceAll('/', ' ') || 'This'} ${first.detail}.`
    : `${error.message}.`;
}

/**
 * Does what needs a scope, once; says what went wrong. What it gives is null where nothing came of it.
 * @template T
 * @param {Session} session @param {string} scope @param {() => Promise<T>} work
 * @returns {Promise<T | null>}
 */
export async function attempt(session, scope, work) {
  if (standing(session, scope) !== 'may') {
    await askToSignIn(session);
    return null;
  }
  try {
    return await work();
  } catch (error) {
    if (isAbort(error)) return null;
    if (error instanceof Problem && error.status === 401) await askToSignIn({ ...session, signed_in: false });
    else toast(wrongWords(error));
    return null;
  }
}

/**
 * A word that something was done, with the way back.
 * @param {string} text @param {() => Promise<void> | void} undo
 */
export function undoable(text, undo) {
  const place = document.querySelector('.toasts') ?? document.body.appendChild(el('div.toasts', { role: 'status' }));
  const back = button({ label: 'Undo', kind: 'quiet', on: () => (shown.remove(), void undo()) });
  const shown = el('div.toast', null, el('span', null, text), back);
  place.appendChild(shown);
  // Longer than others: it takes a moment to find out that it was the wrong one; and never under somebody's hands.
  const end = () => (shown.matches(':hover, :focus-within') ? setTimeout(end, 2000) : shown.remove());
  setTimeout(end, 12_000);
}

/**
 * A text that is copied by a button beside it.
 * @param {{ label: string, text: string, lines?: number, hint?: string }} options
 */
export function copied({ label, text, lines = 1, hint }) {
  const id = fresh('copy');
  const shown = el(lines > 1 ? 'textarea' : 'input', {
    id,
    'class': 'mono',
    'readonly': true,
    'rows': lines > 1 ? lines : null,
    'spellcheck': 'false',
    'dir': 'ltr',
    'aria-describedby': hint ? `${id}-hint` : null,
    'value': text,
    'on': { focus: (/** @type {any} */ event) => event.target.select() },
  });
  const label2 = el('span', null, 'Copy');
  const done = async () => {
    if (await copy(shown)) fill(label2, 'Copied');
    setTimeout(() => fill(label2, 'Copy'), 2000);
  };
  const node = el(
    'div.field.copied',
    null,
    el('label', { for: id }, label),
    el('div.copied-row', null, shown, button({ label: label2, icon: 'copy', hidden: label, on: done })),
    hint && el('p.hint', { id: `${id}-hint` }, hint),
  );
  return Object.assign(node, {
    /** @param {string} text */
    set: (text) => void (shown.value = text),
  });
}

/** @param {HTMLElement & Record<string, any>} control */
async function copy(control) {
  try {
    await navigator.clipboard.writeText(control.value);
  } catch {
    // Over plain HTTP there is no clipboard but the old one.
    control.focus();
    control.select();
    if (!document.execCommand('copy')) return false;
  }
  toast('Copied');
  return true;
}
