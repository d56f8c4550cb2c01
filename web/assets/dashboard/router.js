// From an address to a view. Links are real ones; those that lead to a view of this table are followed here.
import { here } from './address.js';
import { fill } from './dom.js';
import { isAbort, root } from './api.js';
import { session } from './session.js';

/**
 * @typedef {object} Context
 * @property {Record<string, string>} params of the path
 * @property {import('./address.js').Address} address
 * @property {AbortSignal} signal aborted when the view is left, and, for update(), when it is updated again
 * @property {import('./session.js').Session} session
 * @property {Map<string, any>} known definitions of surveys by slug, as they were read last, for all files of views
 * @property {(text: string) => void} announce read out by screen readers, when they have said what they are at
 * @property {(done: () => void) => void} cleanup what is to be done when the view is left
 * @property {(title: string) => void} say gives the page its title
 * @property {(changes: Record<string, string | string[] | null>, how?: { replace?: boolean }) => void} change the query
 *
 * @typedef {object} View
 * @property {(params: Record<string, string>) => string} title
 * @property {(root: HTMLElement, context: Context) => Promise<void> | void} show
 * @property {(root: HTMLElement, context: Context) => Promise<void> | void} [update] where the query alone has changed;
 *   else it is shown anew
 */

/** @param {string} pattern */
function compile(pattern) {
  /** @type {string[]} */
  const names = [];
  const source = pattern.replace(/\{(\w+)\}/g, (_, name) => {
    names.push(name);
    return '([^/]+)';
  });
  return { names, shape: new RegExp(`^${source}/?$`) };
}

export class Router {
  /**
   * @param {{ path: string, view: View }[]} table
   * @param {{ main: HTMLElement, announce: (text: string) => void, arrived: (address:
   *   import('./address.js').Address) => void,
   *   failed: (root: HTMLElement, error: unknown) => void }} frame
   */
  constructor(table, frame) {
    this.table = table.map(({ path, view }) => ({ ...compile(path), view }));
    this.frame = frame;
    this.known = new Map();
    /**
     * @type {{ path: string, view: View, leave: AbortController, turn: AbortController, cleanups: (() => void)[] } |
     * null}
     */
    this.shown = null;
  }

  /** @param {string} path */
  find(path) {
    for (const { names, shape, view } of this.table) {
      const found = shape.exec(path);
      if (!found) continue;
      try {
        return { view, params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
      } catch {
        return null; // what is no UTF-8
      }
    }
    return null;
  }

  start() {
    addEventListener('popstate', () => this.render());
    document.addEventListener('click', (event) => this.follow(event));
    this.render();
  }

  /** @param {MouseEvent} event */
  follow(event) {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!isPlain || event.defaultPrevented || !(link instanceof HTMLAnchorElement)) return;
    if (link.origin !== location.origin || link.hasAttribute('download') || link.target) return;
    if (link.hash || !link.pathname.startsWith(root) || !this.find(link.pathname.slice(root.length) || '/')) return;
    event.preventDefault();
    this.go(link.href);
  }

  /** @param {string} href @param {{ replace?: boolean }} [how] */
  go(href, { replace = false } = {}) {
    const url = new URL(href, location.href);
    if (url.href === location.href) replace = true;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.render();
  }

  leave() {
    this.shown?.leave.abort();
    this.shown?.turn.abort();
    for (const cleanup of this.shown?.cleanups.reverse() ?? []) cleanup();
    this.shown = null;
  }

  async render() {
    const address = here();
    const found = this.find(address.path);
    if (!found) {
      location.reload();
      return;
    }
    const isSame = this.shown?.path === address.path && this.shown.view === found.view;
    const isFirst = !this.shown && !document.body.dataset.rendered;
    const main = this.frame.main;
    if (isSame && this.shown && found.view.update) {
      this.shown.turn.abort();
      this.shown.turn = new AbortController();
    } else {
      this.leave();
      this.shown = {
        path: address.path,
        view: found.view,
        leave: new AbortController(),
        turn: new AbortController(),
        cleanups: [],
      };
      fill(main);
      document.title = `${found.view.title(found.params)} · cxd`;
    }
    document.body.dataset.rendered = 'yes';
    this.frame.arrived(address);
    const shown = /** @type {NonNullable<Router['shown']>} */ (this.shown);
    const isUpdate = isSame && Boolean(found.view.update);
    try {
      /** @type {Context} */
      const context = {
        params: found.params,
        address,
        signal: isUpdate || found.view.update ? shown.turn.signal : shown.leave.signal,
        session: await session(),
        known: this.known,
        announce: this.frame.announce,
        cleanup: (done) => void shown.cleanups.push(done),
        say: (title) => void (document.title = `${title} · cxd`),
        change: (changes, how) => this.go(here().with(changes), how),
      };
      if (context.signal.aborted) return;
      const done = isUpdate ? found.view.update?.(main, context) : found.view.show(main, context);
      if (!isUpdate && !isSame && !isFirst) this.land();
      await done;
    } catch (error) {
      if (isAbort(error) || shown !== this.shown) return;
      this.frame.failed(main, error);
    }
  }

  /** Whoever follows a link is led to where the view begins, and told its name. */
  land() {
    const { main, announce } = this.frame;
    const heading = main.querySelector('h1');
    if (heading) {
      heading.setAttribute('tabindex', '-1');
      heading.focus({ preventScroll: true });
    }
    scrollTo(0, 0);
    announce(document.title);
  }
}

/** The first part of a path, for what stands out in the navigation. @param {string} path */
export const sectionOf = (path) => path.split('/')[1] || 'surveys';
