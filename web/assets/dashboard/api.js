// Asking the daemon. What it refuses is a Problem, what does not arrive is Offline.

/**
 * @typedef {{ low: number, high: number, margin: number, confidence: number, method: string }} Interval
 * @typedef {{ n: number, score: number | null, interval: Interval | null, small_sample: boolean, suppressed?: true,
 *   bands: Record<string, number> | null, distribution: Record<string, number> | null, mean: number | null }} Figures
 * @typedef {{ from: string | null, to: string | null, rounded_to?: string }} Window
 * @typedef {{ window: Window, part: string, current?: { window: Window, n: number, score: number | null }, n: number,
 *   score: number | null, delta: number | null, delta_interval: { low: number, high: number } | null,
 * test: string | null, reason?: string, alpha: number, p_value: number | null, significant: boolean | null }}
 *   Comparison
 * @typedef {{ shown: number | null, answered: number | null, dismissed: number | null, started: number | null,
 *   rate: number | null, interval: { low: number, high: number } | null, suppressed?: true, reason?: string,
 *   invitations: { made: number, opened: number, answered: number } | null }} ResponseRate
 * @typedef {{ metric: string, method: string, direction: string, scale: { min: number, max: number } }} Scoring
 * @typedef {Figures & Scoring & { survey: string, window: Window, question?: string, previous?: Comparison,
 *   response_rate: ResponseRate | null }} Score
 * @typedef {string | number | boolean | null | undefined} Value
 * @typedef {Record<string, Value | Value[]> | [string, Value][]} Query
 * @typedef {{ query?: Query, method?: string, body?: unknown, signal?: AbortSignal, etag?: string,
 *   headers?: Record<string, string> }} Question
 */

/** Under which path of its host the site is reached: "", or "/cx". */
export const root = document.body.dataset.root ?? '';

/**
 * A path, whose values are encoded: at`/v1/surveys/${slug}`. @param {TemplateStringsArray} texts @param {unknown[]}
 * values
 */
export const at = (texts, ...values) =>
  texts.reduce((path, text, i) => path + encodeURIComponent(String(values[i - 1])) + text);

/** @param {Query | undefined} query */
export function search(query) {
  const fields = new URLSearchParams();
  for (const [name, value] of Array.isArray(query) ? query : Object.entries(query ?? {}))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== '') fields.append(name, String(one));
  const text = fields.toString();
  return text ? `?${text}` : '';
}

/** The address of a path of this site. @param {string} path @param {Query} [query] */
export const to = (path, query) => root + path + search(query);

/** What the daemon refused (RFC 9457). */
export class Problem extends Error {
  /** @param {number} status @param {any} said @param {string | null} retryAfter */
  constructor(status, said, retryAfter) {
    super(said?.detail ?? said?.title ?? `The server answered ${status}`);
    this.status = status;
    this.type = String(said?.type ?? '').replace(/^.*\//, '');
    this.title = String(said?.title ?? `The server answered ${status}`);
    this.detail = said?.detail ? String(said.detail) : '';
    /** @type {{ field?: string, detail?: string, pointer?: string }[]} */
    this.errors = Array.isArray(said?.errors) ? said.errors : [];
    this.retryAfter = retryAfter ? Number(retryAfter) : null;
  }
}

/** Nothing answered. */
export class Offline extends Error {
  constructor() {
    super('The server cannot be reached');
  }
}

/** Whoever left what was asked for needs no word about it. @param {unknown} error */
export const isAbort = (error) => error instanceof DOMException && error.name === 'AbortError';

let isReached = true;
/** Says on the document when the server cannot be reached any more ("lost"), and when it answers again ("found"). */
function tell(/** @type {boolean} */ isNow) {
  if (isNow === isReached) return;
  isReached = isNow;
  document.dispatchEvent(new CustomEvent(isNow ? 'found' : 'lost'));
}

export function signIn() {
  const here = location.pathname.slice(root.length) + location.search;
  location.assign(to('/login', { next: here }));
}

/** @param {Response} response */
async function read(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

/**
 * @param {string} path @param {Question} [question]
 * @returns {Promise<{ json: any, etag: string | null, headers: Headers, status: number }>}
 */
export async function askWhole(path, { query, method = 'GET', body, signal, etag, headers = {} } = {}) {
  const sent = new Headers(headers);
  sent.set('Accept', 'application/json');
  if (etag) sent.set(method === 'GET' ? 'If-None-Match' : 'If-Match', etag);
  if (body !== undefined && !sent.has('Content-Type')) sent.set('Content-Type', 'application/json');
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  let response, json;
  try {
    response = await fetch(to(path, query), { method, headers: sent, body: payload, signal, cache: 'no-cache' });
    json = await read(response);
  } catch (error) {
    if (isAbort(error)) throw error;
    tell(false);
    throw new Offline();
  }
  tell(true);
  if (response.ok || response.status === 304)
    return { json, etag: response.headers.get('ETag'), headers: response.headers, status: response.status };
  const problem = new Problem(response.status, json, response.headers.get('Retry-After'));
  // What is only looked at leads to where one signs in, and back; what was being changed stays on the screen.
  if (problem.status === 401 && method === 'GET' && !location.pathname.endsWith('/login')) signIn();
  throw problem;
}

/** @param {string} path @param {Question} [question] */
export async function ask(path, question) {
  return (await askWhole(path, question)).json;
}

/**
 * All pages of a list, up to `most` entries.
 * @param {string} path @param {string} name @param {Question} [question] @param {number} [most]
 * @returns {Promise<any[]>}
 */
export async function askAll(path, name, question = {}, most = 2000) {
  const all = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = await ask(path, { ...question, query: { .../** @type {any} */ (question.query), cursor } });
    all.push(...page[name]);
    cursor = page.next;
  } while (cursor && all.length < most);
  return all;
}

/**
 * Runs so many at a time.
 * @param {number} most
 */
export function bounded(most) {
  let running = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  const next = () => {
    if (running >= most) return;
    const first = waiting.shift();
    if (!first) return;
    running++;
    first();
  };
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(() =>
        work()
          .then(resolve, reject)
          .finally(() => {
            running--;
            next();
          }),
      );
      next();
    });
}
