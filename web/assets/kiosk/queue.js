// Answers on their way from a kiosk: each is stored before it is sent, and forgotten once the daemon has it. What
// cannot be sent waits, with the page or without it; an answer has an id of its own, so sending it again costs nothing.

const FIRST_MS = 5000;
const MOST_MS = 300_000;
const LATE_MS = 60_000; // what waited so long says when it was answered
const PATIENCE_MS = 30_000;
const KEPT_MS = 30 * 86_400_000; // what nobody took by then is not wanted
const GONE_FOR_GOOD = [400, 409, 410, 413, 415, 422];

/** @typedef {{ body: string, at: number }} Answer */

/**
 * Version 7: its first 48 bits are the time.
 * @param {number} now
 */
export function makeId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5, ms = now; i >= 0; i--, ms = Math.floor(ms / 256)) bytes[i] = ms % 256;
  bytes[6] = (bytes[6] & 15) | 0x70;
  bytes[8] = (bytes[8] & 63) | 0x80;
  const digits = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * What the daemon did not take is left out; false where there is no such thing.
 * @param {URLSearchParams} fields
 * @param {{ errors?: { pointer: string }[] }} problem
 */
function leaveOut(fields, { errors = [] }) {
  const before = fields.toString();
  for (const { pointer } of errors) {
    const [name, key] = pointer
      .slice(1)
      .split('/')
      .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
    if (name === 'properties' && key !== undefined) fields.delete(`property.${key}`);
    else if (name === 'answers')
      fields.delete('revision'); // what that one requires is not asked for any more
    else if (name !== 'score' && name !== 'id') fields.delete(name);
  }
  return fields.toString() !== before;
}

export class Queue {
  /**
   * @param {string} address to which answers are posted
   * @param {(waiting: number) => void} tell of every change
   */
  constructor(address, tell) {
    this.address = address;
    this.tell = tell;
    this.prefix = `cxd.kiosk ${address} `;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.failures = 0;
    this.timer = 0;
    this.isClosed = false; // by the last reply: what waits is sent if it opens again
    /** @type {Map<string, string>} where the browser stores nothing, while the page is open */
    this.memory = new Map();
    addEventListener('online', () => this.send());
  }

  keys() {
    const keys = [...this.memory.keys()];
    try {
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i);
        if (key && key.startsWith(this.prefix)) keys.push(key);
      }
    } catch (_) {
      // It is switched off.
    }
    return keys.sort();
  }

  /** @param {string} key @returns {Answer | null} */
  read(key) {
    try {
      return JSON.parse(this.memory.get(key) || localStorage.getItem(key) || 'null');
    } catch (_) {
      return null;
    }
  }

  /** @param {string} key */
  forget(key) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch (_) {
      // Then it was in memory.
    }
    this.tell(this.keys().length);
  }

  /**
   * Whether it is with the daemon when the first try is over.
   * @param {URLSearchParams} fields
   * @returns {Promise<boolean>}
   */
  async add(fields) {
    const at = Date.now();
    const key = this.prefix + makeId(at);
    fields.set('id', key.slice(this.prefix.length));
    const text = JSON.stringify({ body: fields.toString(), at });
    try {
      localStorage.setItem(key, text);
    } catch (_) {
      this.memory.set(key, text);
    }
    this.tell(this.keys().length);
    await this.send();
    return !this.keys().includes(key);
  }

  /** Sends all that waits, one after the other, to the first that cannot be. */
  send() {
    if (!this.running)
      this.running = this.sendAll().then(() => {
        this.running = null;
      });
    return this.running;
  }

  async sendAll() {
    clearTimeout(this.timer);
    let isSent = true;
    // What comes meanwhile is sent too.
    for (let keys = this.keys(); isSent && keys.length > 0; keys = this.keys()) {
      const answer = this.read(keys[0]);
      const isOld = !answer || Date.now() - answer.at > KEPT_MS;
      isSent = isOld || (await this.post(answer));
      if (isSent) this.forget(keys[0]);
    }
    this.failures = isSent ? 0 : this.failures + 1;
    if (isSent) return;
    // No two wait alike, or all would come at once when a daemon is back.
    const wait = Math.min(FIRST_MS * 2 ** (this.failures - 1), MOST_MS) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.send(), wait);
  }

  /**
   * Whether there is nothing more to do for it.
   * @param {Answer} answer
   */
  async post({ body, at }) {
    const fields = new URLSearchParams(body);
    if (Date.now() - at > LATE_MS) fields.set('answered_at', new Date(at).toISOString());
    for (;;) {
      try {
        const reply = await Promise.race([
          fetch(this.address, {
            method: 'POST',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Accept': 'application/json' },
            body: fields.toString(),
            redirect: 'manual', // to thanks: then it is stored
          }),
          new Promise((_, fail) => setTimeout(fail, PATIENCE_MS)),
        ]);
        this.isClosed = reply.status === 403;
        if (reply.type === 'opaqueredirect' || reply.ok) return true;
        if (reply.status !== 422) return GONE_FOR_GOOD.includes(reply.status);
        if (!leaveOut(fields, await reply.json())) return true;
      } catch (_) {
        return false;
      }
    }
  }
}
