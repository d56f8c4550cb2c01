// What was typed and not saved is not lost: by a link, the back button, or a tab that is closed.
import { dialog } from '../parts.js';
import { el } from '../dom.js';

/** What is not saved yet, for this tab. */
export class Kept {
  /** @param {string} slug "" of a new survey */
  constructor(slug) {
    this.key = `cxd.draft.${slug}`;
  }

  /** @returns {{ value: any, slug: string, etag: string | null } | null} */
  read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? 'null');
      return kept && typeof kept.value === 'object' ? kept : null;
    } catch {
      return null;
    }
  }

  /** @param {any} value @param {string} slug @param {string | null} etag */
  write(value, slug, etag) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ value, slug, etag }));
    } catch {
      // A browser that keeps nothing; the question at the link stays.
    }
  }

  clear() {
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}

/**
 * Asks before a link leads away from what is not saved.
 * @param {import('../router.js').Context} context @param {() => boolean} isDirty
 */
export function guard(context, isDirty) {
  const leaving = (/** @type {BeforeUnloadEvent} */ event) => {
    if (isDirty()) event.preventDefault();
  };
  const following = async (/** @type {MouseEvent} */ event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hash || !isDirty()) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const said = await dialog({
      title: 'Leave without saving?',
      body: el('p', null, 'What you changed stays in this tab, and is there when you come back to this page.'),
      actions: [{ label: 'Leave', value: 'leave', kind: 'danger' }],
    });
    if (said !== 'leave') return;
    stop();
    location.assign(link.href);
  };
  const stop = () => {
    removeEventListener('beforeunload', leaving);
    document.removeEventListener('click', following, true);
  };
  addEventListener('beforeunload', leaving);
  document.addEventListener('click', following, true);
  context.cleanup(stop);
}
