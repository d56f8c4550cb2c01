// What is on its way to the daemon. Each response and each event is an item of the storage until the daemon has said
// that it is stored, or that it will never take it: so it survives a closed page and no connection, and any page of the
// origin sends what another one left. Under a name there is the latest content alone. Beside an item
// stands until when it is left alone, by who sends it now or was told to wait; were it sent twice all the same, its id
// and sequence make it one.
import { ask, tell } from './page.js';
import { forget, names, read, write } from './store.js';

/**
 * @typedef {{survey: string, url: string, body: any, at: number}} Item
 * @typedef {'stored' | 'waiting' | 'refused'} Outcome
 */

/** Who is told what has become of an item, by its name. @type {Record<string, (outcome: Outcome) => void>} */
export const hearing = {};
/** @param {string} name */
const leaseOf = (name) => name.replace('q', 'l');

let failures = 0;
/** @type {number | undefined} */
let timer;

/**
 * A text is what a page may send to another origin without asking first.
 * @param {string} name
 * @param {Item} item
 */
async function deliver(name, item) {
  const KEEPALIVE_MAX = 20000; // characters, of which browsers take 64 KiB
  const PAUSE_MS = 1000;
  const PAUSE_MAX_MS = 300000;
  const body = JSON.stringify(item.body);
  /** @type {any} */
  let status = 0;
  let wait = 0;
  /** @type {any} */
  let problem;
  try {
    const reply = await ask(item.url, { method: 'POST', body, keepalive: body.length < KEEPALIVE_MAX });
    status = reply.status;
    wait = /** @type {any} */ (reply.headers.get('Retry-After')) * 1000 || 0; // a date of a proxy's
    problem = await reply.json();
    // What is not taken is left out: what a page says of an answer shall not cost the answer.
    for (const { pointer } of problem.errors) {
      const [, member, key = ''] = pointer.split('/');
      const part = Object(item.body[member]);
      const name = key.replace(/~1/g, '/').replace(/~0/g, '~');
      if (name in part) delete part[name];
      else delete item.body[member];
    }
    if (JSON.stringify(item.body) !== body) {
      tell('error', { survey: item.survey, ...problem });
      return deliver(name, item);
    }
  } catch {
    // No connection, or one that broke: it is tried again. Or it was stored, and nothing is amiss.
  }
  /** @type {Outcome} */
  const outcome = /^2/.test(status) ? 'stored' : /^4(?!08|25|29)/.test(status) ? 'refused' : 'waiting';
  if (outcome === 'waiting') {
    // No two browsers wait alike, or all would come at once when a daemon is back.
    wait = Math.max(wait, Math.min(PAUSE_MS * 2 ** failures++, PAUSE_MAX_MS)) * (1 + Math.random());
    write(leaseOf(name), Date.now() + wait);
  } else {
    failures = 0;
    forget(leaseOf(name));
    if ((read(name) || {}).at === item.at) forget(name);
    if (outcome === 'refused') tell('error', { survey: item.survey, ...problem });
  }
  if (hearing[name]) hearing[name](outcome);
}

/**
 * Sends all that is kept, by whatever page, but what another one sends now and what is to wait; that too where there is
 * a connection again.
 * @param {unknown} [isBack]
 */
export function send(isBack) {
  const LEASE_MS = 10000;
  const now = Date.now();
  let next = 0;
  for (const name of names('cxd.q.', 'url')) {
    const from = read(leaseOf(name));
    if (from > now && !isBack) {
      next = Math.min(next || from, from);
    } else {
      write(leaseOf(name), now + LEASE_MS);
      deliver(name, read(name)).then(send);
    }
  }
  clearTimeout(timer);
  if (next) timer = setTimeout(send, next - now);
}

// A page that goes may not live to hear a reply: what it says now is stored, and heard of by the next one.
function leave() {
  for (const name of names('cxd.q.', 'url')) {
    const item = read(name);
    forget(leaseOf(name));
    navigator.sendBeacon(item.url, JSON.stringify(item.body));
  }
}

addEventListener('online', send);
addEventListener('pagehide', leave);
document.addEventListener('visibilitychange', () => (document.hidden ? leave() : send()));
