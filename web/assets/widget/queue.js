// What is on its way to the daemon. Each response and each event is an item of the storage until the daemon has said
// that it is stored, or that it will never take it: so it survives a closed page and no connection, and any page of the
// origin sends what another one left. Under a name there is the latest content alone. Who sends an item notes for how
// long others leave it; were it sent twice all the same, its id and sequence make it one.
import { ask, tell } from './page.js';
import { forget, names, read, write } from './store.js';

/**
 * @typedef {{survey: string, url: string, body: Record<string, unknown>, at: number, plain?: boolean}} Item
 * @typedef {'stored' | 'waiting' | 'refused'} Outcome
 */

const LATE_MS = 60000; // what was said that long ago is told with its time
const LEASE_MS = 10000;
const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 300000;
const KEEPALIVE_MAX = 20000; // characters, of which browsers take 64 KiB

/** @type {Record<string, (outcome: Outcome) => void>} */
const hearing = {};
/** @type {Record<string, boolean>} */
const sending = {};
/** What else is to be kept before a page goes. @type {Set<() => void>} */
export const leaving = new Set();
let failures = 0;
/** @type {number | undefined} */
let timer;

/**
 * Keeps it; send() sends it.
 * @param {string} name
 * @param {Omit<Item, 'at'>} item
 * @param {(outcome: Outcome) => void} [hear]
 */
export function keep(name, item, hear) {
  write('q.' + name, { ...item, at: Date.now() });
  if (hear) hearing['q.' + name] = hear;
}

/** @param {Item} item */
function textOf({ body, at, plain }) {
  const isLate = !plain && Date.now() - at > LATE_MS;
  return JSON.stringify(isLate ? { ...body, [body.type ? 'at' : 'answered_at']: new Date(at) } : body);
}

/** @param {number} ms */
function sendIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(send, ms * (1 + Math.random() / 4));
}

/**
 * A text is what a page may send to another origin without asking first.
 * @param {string} name
 * @param {Item} item
 */
async function deliver(name, item) {
  const body = textOf(item);
  let status = 0;
  let wait = 0;
  let problem;
  try {
    const reply = await ask(item.url, { method: 'POST', body, keepalive: body.length < KEEPALIVE_MAX });
    status = reply.status;
    wait = +(reply.headers.get('Retry-After') || 0) * 1000;
    problem = await reply.json();
  } catch {
    // No connection, or one that broke: it is tried again.
  }
  const now = read(name);
  const isSame = now && now.at === item.at;
  const isRefused = status > 399 && status < 500 && ![408, 425, 429].includes(status);
  /** @type {Outcome} */
  let outcome = isRefused ? 'refused' : 'stored';
  if (isRefused && body !== JSON.stringify(item.body)) {
    if (isSame) write(name, { ...item, plain: true }); // by the daemon's clock then
    return sendIn(0);
  }
  if (isRefused || (status > 199 && status < 300)) {
    failures = 0;
    if (isSame) forget(name);
    else sendIn(0);
    if (isRefused) tell('error', { survey: item.survey, status, ...problem });
  } else {
    outcome = 'waiting';
    sendIn(Math.max(wait, Math.min(PAUSE_MS * 2 ** failures++, PAUSE_MAX_MS)));
  }
  if (hearing[name]) hearing[name](outcome);
}

/** Sends all that is kept, by whatever page. */
export function send() {
  for (const name of names('q.')) {
    const lease = 'l' + name;
    if (sending[name]) continue;
    if (read(lease) > Date.now()) {
      sendIn(PAUSE_MS);
      continue;
    }
    sending[name] = true;
    write(lease, Date.now() + LEASE_MS);
    deliver(name, read(name)).then(() => {
      forget(lease);
      delete sending[name];
    });
  }
}

// A page that goes may not live to hear a reply: what it says now is stored, and heard of by the next one.
function leave() {
  leaving.forEach((keepMore) => keepMore());
  for (const name of names('q.')) {
    const item = read(name);
    navigator.sendBeacon(item.url, textOf(item));
    if (sending[name]) forget('l' + name);
  }
}

addEventListener('online', send);
addEventListener('pagehide', leave);
document.addEventListener('visibilitychange', () => (document.hidden ? leave() : send()));
