// One showing of a survey, and what a person says in it. What is answered goes under one id, also in another tab and
// after a reload: within the survey's amend window it is the same answer, said better.
import { makeId, tell } from './page.js';
import { hearing, send } from './queue.js';
import { forget, names, plain, read, write } from './store.js';

/** @typedef {any} Said score, comment, answers by key, and what a machine wrote under the name of the honeypot */

/** @param {any} answer {other: words} */
export const isOther = (answer) => answer && answer.other != null;

/**
 * What is asked of who said this: a question may hang on the answer to one in front of it.
 * @param {any} form
 * @param {Said} said
 * @returns {any[]}
 */
export function questionsFor({ questions }, { score, answers }) {
  /** @type {Record<string, any[]>} */
  const heard = {};
  return questions.filter((/** @type {any} */ { key, show: { scores, answer } = {} }) => {
    const isAsked =
      (!scores || scores.includes(score)) &&
      (!answer || (heard[answer.key] || []).some((one) => answer.in.includes(one)));
    if (isAsked) heard[key] = [].concat(answers[key]).map((/** @type {any} */ one) => (isOther(one) ? 'other' : one));
    return isAsked;
  });
}

/**
 * @param {import('./options.js').Options} options
 * @param {any} form
 * @param {(outcome: import('./queue.js').Outcome) => void} hear
 */
export function begin({ survey, server, preview, respondent, touchpoint, channel, properties }, form, hear) {
  const { revision, nonce } = form;
  const { locale, amend_window: seconds } = form.interface;
  const visit = makeId();
  const about = plain([{ visit, touchpoint, channel, locale, properties }], 0, 2);
  const slot = 'cxd.a.' + JSON.stringify([survey, respondent, about.touchpoint, about.properties]);
  /** @type {Said} */
  const said = { answers: {} };
  /** As in the slot: what began stays one answer, however long it takes. @type {any} */
  let mine;

  /** @param {string} name @param {string} kind @param {object} body */
  const keep = (name, kind, body) =>
    write('cxd.q.' + name, {
      survey,
      url: server + '/v1/surveys/' + survey + '/' + kind,
      body: { ...about, ...body },
      at: Date.now(),
    });

  /** Keeps what is said, to be sent with the rest. Answers that are not asked for any more the daemon leaves out. */
  const note = () => {
    if (preview || (said.score == null && !said.comment)) return;
    if (!mine) for (const name of names('cxd.a.', 'id')) if (Date.now() - read(name).at > seconds * 1000) forget(name);
    mine = read(slot) || mine || { id: makeId(), n: 0, at: Date.now() };
    const { id } = mine;
    const sequence = ++mine.n;
    write(slot, mine);
    hearing['cxd.q.' + id] = hear;
    keep(id, 'responses', { id, sequence, revision, nonce, respondent, ...said });
  };

  /**
   * Sends it, and tells the page.
   * @param {string} name @param {object} [more]
   */
  const report = (name, more) => {
    if (preview) return;
    if (!more) keep(visit + name, 'events', { type: name });
    tell(name, { survey, visit, ...more });
    send();
  };
  return /** @type {const} */ ([said, note, report]);
}
