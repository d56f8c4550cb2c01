// Who looks at this.
import { Problem, ask } from './api.js';

/**
 * @typedef {{ signed_in: boolean, name?: string | null, scopes: string[], reads_without_key?: boolean,
 *   can_sign_in?: boolean, why_not?: string | null }} Session
 */

/** @type {Promise<Session> | null} */
let known = null;

/** @returns {Promise<Session>} */
async function look() {
  try {
    return await ask('/v1/session');
  } catch (error) {
    if (!(error instanceof Problem)) known = null;
    return { signed_in: false, scopes: [], can_sign_in: false };
  }
}

/** As it was told last. */
export const session = () => (known ??= look());

/** Asks again. */
export const refresh = () => (known = look());

/** Whether it may: "read", "write" or "admin". @param {Session} who @param {string} scope */
export const may = (who, scope) =>
  who.scopes.includes(scope) || who.scopes.includes('admin') || (scope === 'read' && Boolean(who.reads_without_key));
