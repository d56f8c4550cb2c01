// Pages that take the scope admin, where there is none.
import { to } from '../api.js';
import { standing } from '../acting.js';
import { fill } from '../dom.js';
import { button, state } from '../parts.js';
import { adminHead } from './admin-head.js';

/** @typedef {import('../router.js').Context} Context */

/**
 * What takes the scope admin, or why it is not shown.
 * @param {HTMLElement} root
 * @param {Context} context
 * @param {string} name
 */
export function isRefused(root, context, name) {
  const how = standing(context.session, 'admin');
  if (how === 'may') return false;
  fill(
    root,
    adminHead(context, name),
    how === 'no'
      ? state({
          title: 'You may not see this',
          text: `It takes a key with the scope admin; yours has ${context.session.scopes.join(', ') || 'none'}.`,
          icon: 'lock',
        })
      : state({
          title: 'Sign in to see this',
          text:
            context.session.can_sign_in === false
              ? (context.session.why_not ?? 'There is no way to sign in here.')
              : 'It is for those who signed in with a key of the scope admin.',
          icon: 'lock',
          actions:
            context.session.can_sign_in === false
              ? []
              : [button({ label: 'Sign in', kind: 'primary', href: to('/login', { next: context.address.path }) })],
        }),
  );
  return true;
}
