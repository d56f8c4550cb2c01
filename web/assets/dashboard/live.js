// Being told of responses as they are stored: one stream for each survey and filter of a page, however many ask for it.
// It is a fetch and no EventSource, for that tells nobody why it was refused, and cannot go on where another ended.
import { signIn } from './api.js';

/**
 * @typedef {'connecting' | 'live' | 'paused' | 'offline' | 'denied'} State
 * @typedef {{ id: string, score?: number, comment?: string } & Record<string, unknown>} Told
 * @typedef {'amended' | 'excluded' | 'restored' | 'erased' | 'skipped' | 'reset'} Kind
 * @typedef {{ kind: Kind, id?: string, count?: number }} Change
 * @typedef {{ query?: string, onResponse?: (response: Told) => void, onChange?: (change: Change) => void,
 *   onState?: (state: State) => void, signal?: AbortSignal, signedIn?: boolean }} Watching
 */

const RETRY_MS = 2000;
const RETRY_MAX_MS = 60_000;
const SILENT_MS = 45_000; // a comment comes every 15 s
const HIDDEN_MS = 20_000; // so long a page that nobody sees keeps its connection: a browser has six for a host

/** Streams by their address. @type {Map<string, Feed>} */
const feeds = new Map();

/** Server-sent events out of text that comes in pieces. */
export class Events {
  constructor() {
    this.rest = '';
    /** @type {string | null} */
    this.last = null;
    this.retry = RETRY_MS;
  }

  /** @param {string} piece @returns {{ event: string, data: any }[]} */
  take(piece) {
    const blocks = (this.rest + piece).split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.map((block) => this.read(block)).filter((found) => found !== null);
  }

  /** @param {string} block */
  read(block) {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const line of block.split('\n')) {
      const at = line.indexOf(':');
      fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, '');
    }
    if (fields.retry) this.retry = Number(fields.retry);
    if (fields.id) this.last = fields.id;
    return fields.event ? { event: fields.event, data: JSON.parse(fields.data || '{}') } : null;
  }
}

class Feed {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
    /** @type {Set<Watching>} */
    this.watchers = new Set();
    this.events = new Events();
    /** @type {State} */
    this.state = 'connecting';
    this.isPaused = false;
    this.wasLive = false;
    this.failures = 0;
    /** @type {AbortController | null} */
    this.connection = null;
    this.timer = 0;
    this.silence = 0;
    this.look = () => this.seen();
    document.addEventListener('visibilitychange', this.look);
    addEventListener('online', this.look);
    this.open();
  }

  /** @param {State} state */
  turn(state) {
    if (this.state === state) return;
    this.state = state;
    for (const { onState } of this.watchers) onState?.(state);
  }

  /** @param {Change} change */
  tell(change) {
    for (const { onChange } of this.watchers) onChange?.(change);
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.connection?.abort();
    this.connection = null;
  }

  end() {
    this.close();
    document.removeEventListener('visibilitychange', this.look);
    removeEventListener('online', this.look);
  }

  // A page that is hidden is read by nobody: it goes on where it was, once it is seen.
  seen() {
    clearTimeout(this.timer);
    if (this.isPaused || this.state === 'denied') return;
    if (document.hidden) this.timer = setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.connection) this.open();
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    this.close();
    if (isPaused) this.turn('paused');
    else this.open();
  }

  /** @param {number} ms */
  again(ms) {
    this.close();
    if (!this.isPaused && !document.hidden) this.timer = setTimeout(() => this.open(), ms);
  }

  listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), SILENT_MS);
  }

  lost() {
    this.failures += 1;
    this.turn('offline');
    const ms = Math.min(this.events.retry * 2 ** (this.failures - 1), RETRY_MAX_MS);
    this.again(ms / 2 + (Math.random() * ms) / 2);
  }

  /** @param {Response} response */
  refused(response) {
    if (response.status === 401 || response.status === 403 || response.status === 404) {
      this.close();
      this.turn('denied');
      if (response.status === 401 && [...this.watchers].some(({ signedIn }) => signedIn)) signIn();
      return;
    }
    this.turn('offline');
    this.failures += 1;
    this.again(Math.max(1000 * Number(response.headers.get('Retry-After') ?? 0), this.events.retry));
  }

  async open() {
    const connection = new AbortController();
    clearTimeout(this.timer);
    this.connection = connection;
    this.turn('connecting');
    this.listen();
    try {
      /** @type {Record<string, string>} */
      const headers = this.events.last ? { 'Last-Event-ID': this.events.last } : {};
      const response = await fetch(this.address, { headers, signal: connection.signal, cache: 'no-store' });
      if (response.ok && response.body) await this.read(response.body);
      else this.refused(response);
      if (response.ok) this.again(this.events.retry); // its end, as the daemon wants it
    } catch {
      if (!connection.signal.aborted) this.lost();
    }
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async read(body) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    this.events.rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.listen();
      for (const { event, data } of this.events.take(decoder.decode(value, { stream: true }))) this.hear(event, data);
    }
  }

  /** @param {string} event @param {any} data */
  hear(event, data) {
    if (event === 'response') {
      for (const { onResponse } of this.watchers) onResponse?.(data);
    } else if (event !== 'ready') {
      this.tell({ kind: /** @type {Kind} */ (event), ...data });
    } else {
      const isAgain = this.wasLive;
      this.wasLive = true;
      this.failures = 0;
      this.turn('live');
      if (isAgain) this.tell({ kind: 'reset' }); // what older responses became meanwhile is told by nobody
    }
  }
}

/**
 * Watches a survey until `signal` aborts, or close(). onState is called at once, and with each change of the state;
 * on every onChange what is shown of responses is to be read again (of `skipped`: figures and lists; with an `id`: of
 * that one, and figures).
 * @param {string} root under which path of its host the site is reached
 * @param {string} survey
 * @param {Watching} watching `query`: filters as the list of responses has them, "touchpoint=cart"; `signedIn`: by a
 *   session, so that who has none any more is led to where one signs in, and who never had one reads on
 */
export function watch(root, survey, watching) {
  const query = watching.query ? `?${watching.query.replace(/^\?/, '')}` : '';
  const address = `${root}/v1/surveys/${encodeURIComponent(survey)}/live${query}`;
  const feed = feeds.get(address) ?? new Feed(address);
  const mine = { ...watching };
  feeds.set(address, feed);
  feed.watchers.add(mine);
  mine.onState?.(feed.state);
  const close = () => {
    feed.watchers.delete(mine);
    if (feed.watchers.size > 0 || feeds.get(address) !== feed) return;
    feeds.delete(address);
    feed.end();
  };
  if (watching.signal?.aborted) close();
  watching.signal?.addEventListener('abort', close, { once: true });
  return {
    close,
    pause: () => feed.pause(true),
    resume: () => feed.pause(false),
    get state() {
      return feed.state;
    },
  };
}
