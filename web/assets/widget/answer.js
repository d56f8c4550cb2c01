// One showing of a survey, and what a person says in it. What is answered goes under one id, also in another tab and
// after a reload: within the survey's amend window it is the same answer, said better.
import { makeId, tell } from './page.js';
import { keep, send } from './queue.js';
import { forget, names, read, write } from './store.js';

/** @typedef {{score?: number, comment?: string, answers: Record<string, any>, trap?: string}} Said */

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
    if (isAsked)
      heard[key] = [].concat(answers[key]).map((/** @type {any} */ one) => (one && one.other != null ? 'other' : one));
    return isAsked;
  });
}

/**
 * @param {import('./options.js').Options} options
 * @param {any} form
 * @param {(outcome: import('./queue.js').Outcome) => void} hear
 */
export function begin({ survey, server, preview, respondent, touchpoint, channel, properties }, form, hear) {
  const { revision, nonce, honeypot } = form;
  const { locale, amend_window: seconds } = form.interface;
  const visit = makeId();
  const about = { visit, touchpoint, channel, locale, properties };
  const slot = 'a.' + JSON.stringify([survey, respondent, touchpoint, properties]);
  /** @type {Said} */
  const said = { answers: {} };

  /** @param {string} name @param {string} kind @param {object} body @param {typeof hear} [listen] */
  const put = (name, kind, body, listen) =>
    keep(name, { survey, url: `${server}/v1/surveys/${survey}/${kind}`, body: { ...about, ...body } }, listen);

  return {
    said,
    /** Keeps what is said, to be sent with the rest. */
    note() {
      const { score, comment, trap } = said;
      if (preview || (score == null && !comment)) return;
      for (const name of names('a.')) if (Date.now() - read(name).at > seconds * 1000) forget(name);
      const { id, n, at } = read(slot) || { id: makeId(), n: 0, at: Date.now() };
      write(slot, { id, n: n + 1, at });
      /** @type {Record<string, any>} */
      const answers = {};
      for (const { key } of questionsFor(form, said)) answers[key] = said.answers[key];
      put(
        id,
        'responses',
        { id, sequence: n + 1, revision, nonce, respondent, score, comment, answers, [honeypot]: trap },
        hear,
      );
    },
    /**
     * Sends it, and tells the page.
     * @param {string} name @param {object} [more]
     */
    report(name, more) {
      if (preview) return;
      if (!more) put(visit + name, 'events', { type: name });
      tell(name, { survey, visit, ...more });
      send();
    },
  };
}
