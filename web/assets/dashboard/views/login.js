// Signing in, by a key or by a link of `cxd login`; and out.
import { Offline, Problem, ask, root, to } from '../api.js';
import { el, fill } from '../dom.js';
import { button, field, notice, panel } from '../parts.js';
import { refresh, session } from '../session.js';

const LINK = /^#(cxl_[\w-]+)$/;

/** Where to go on: a path of this site, whatever the address says. */
function destination() {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  const url = next.startsWith('/') ? new URL(next, location.origin) : null;
  if (!url || url.origin !== location.origin) return to('/');
  const isBelow = root === '' || url.pathname === root || url.pathname.startsWith(`${root}/`);
  const path = (isBelow ? url.pathname : root + url.pathname) + url.search;
  return url.pathname.replace(/\/$/, '').endsWith('/login') ? to('/') : path;
}

/** What is wrong, in words for whoever stands before the page. @param {unknown} error */
function reason(error) {
  if (error instanceof Offline) return 'The server cannot be reached. Try again in a moment.';
  if (!(error instanceof Problem)) return String(error);
  if (error.status === 429) return `${error.message}.`;
  if (error.type === 'bad_key') return 'This key is not known here, was revoked, or has expired.';
  if (error.type === 'link_spent') return 'This link was used already. Have another one made with “cxd login”.';
  return `${error.message}.`;
}

/** @param {{ key: string } | { link: string }} by */
async function signIn(by) {
  await ask('/v1/session', { method: 'POST', body: by });
  location.replace(destination()); // anew, so that nothing is left of what a stranger saw
}

/** @param {HTMLElement} place @param {unknown} error */
const complain = (place, error) => fill(place, notice('error', el('p', null, reason(error))));

/** @param {HTMLElement} place */
function keyForm(place) {
  const input = el('input', {
    'type': 'password',
    'name': 'key',
    'id': 'key',
    'autocomplete': 'current-password',
    'autocapitalize': 'none',
    'autocorrect': 'off',
    'spellcheck': 'false',
    'required': true,
    'placeholder': 'cxs_…',
    'aria-describedby': 'key-hint',
  });
  const send = button({ label: 'Sign in', kind: 'primary', type: 'submit' });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    send.setAttribute('aria-disabled', 'true');
    try {
      await signIn({ key: /** @type {HTMLInputElement} */ (input).value });
    } catch (error) {
      complain(place, error);
      input.focus();
    } finally {
      send.removeAttribute('aria-disabled');
    }
  };
  return el(
    'form.sign-in',
    { method: 'post', action: to('/login'), on: { submit } },
    // Password managers keep a name beside a key; there is none.
    el('input', {
      type: 'text',
      name: 'username',
      autocomplete: 'username',
      value: 'cxd',
      hidden: true,
      readonly: true,
    }),
    field({
      label: 'Key',
      control: input,
      hint: 'From “cxd key create”, or whoever runs this server. It is not kept in this browser.',
    }),
    send,
  );
}

/** @param {HTMLElement} place @param {string} link */
async function spend(place, link) {
  fill(place, notice('info', el('p', null, 'Signing in by your link…')));
  try {
    await signIn({ link });
  } catch (error) {
    const isOld = error instanceof Problem && error.type === 'bad_key';
    const spent = 'This link was used already, or is older than a minute. Have another one made with “cxd login”.';
    fill(place, notice('error', el('p', null, isOld ? spent : reason(error))));
  }
}

/** @param {HTMLElement} place @param {boolean} everywhere */
async function signOut(place, everywhere) {
  try {
    await ask('/v1/session', { method: 'DELETE', query: { everywhere: everywhere || null } });
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) {
      complain(place, error);
      return;
    }
  }
  await refresh();
  location.replace(to('/login'));
}

const NAMES = { read: 'see everything', write: 'change responses', export: 'download', erase: 'erase people' };

/** @param {string[]} scopes */
function rights(scopes) {
  if (scopes.includes('admin')) return 'You may see and change everything.';
  const words = Object.entries(NAMES).flatMap(([scope, word]) => (scopes.includes(scope) ? [word] : []));
  return `You may ${new Intl.ListFormat('en').format(words)}.`;
}

/** @param {HTMLElement} place @param {import('../session.js').Session} who */
const account = (place, who) =>
  panel(
    { title: who.name ? `Signed in with the key “${who.name}”` : 'Signed in', note: rights(who.scopes) },
    place,
    el(
      'div.actions',
      null,
      button({ label: 'Go on', kind: 'primary', href: destination() }),
      button({ label: 'Sign out', on: () => void signOut(place, false) }),
      button({ label: 'Sign out everywhere', kind: 'quiet', on: () => void signOut(place, true) }),
    ),
    el('p.note', null, 'Everywhere ends each session of this key, in all browsers. The key itself stays good.'),
  );

/** @param {import('../session.js').Session} who */
const closed = (who) =>
  panel(
    { title: 'Nobody can sign in here' },
    notice('warning', el('p', null, who.why_not ?? 'The server cannot be reached.')),
    who.reads_without_key && button({ label: 'Look without signing in', href: to('/') }),
  );

/** @type {import('../router.js').View} */
export const view = {
  title: () => 'Sign in',
  async show(main) {
    const link = LINK.exec(location.hash)?.[1];
    const place = el('div.said', { 'aria-live': 'polite' });
    if (location.hash) history.replaceState(null, '', location.pathname + location.search); // no trace of it
    const who = await (link ? session() : refresh());
    const content = el('div.narrow', null, el('h1', null, 'Sign in'));
    fill(main, content);
    if (who.signed_in && !link) {
      fill(content, el('h1', null, 'Your session'), account(place, who));
    } else if (!who.can_sign_in) {
      content.append(closed(who));
    } else {
      content.append(
        panel({ title: 'With a key' }, place, keyForm(place)),
        panel(
          { title: 'Or with a link' },
          el('p', null, 'On the server, this prints a link that signs you in once, within a minute:'),
          el('pre', null, el('code', null, 'cxd login')),
        ),
      );
      if (link) await spend(place, link);
    }
  },
};
