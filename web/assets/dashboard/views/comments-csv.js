// The comments that a search finds, as a file.
import { ask, at, isAbort } from '../api.js';
import { wrongWords } from '../acting.js';
import { write } from '../csv.js';
import { count } from '../format.js';
import { busy, save, toast } from '../parts.js';
import { bandOf } from '../response-card.js';

/** More than that is an export's (cxd export): it would stand in the memory of a page. */
const MOST = 20_000;

/** @param {any} answer @returns {string} */
const plain = (answer) =>
  Array.isArray(answer)
    ? answer.map(plain).join('; ')
    : answer && typeof answer === 'object'
      ? answer.other
      : (answer ?? '');

/** @param {any[]} responses @param {any} survey */
export function commentsTable(responses, survey) {
  const questions = [...new Set(responses.flatMap(({ answers }) => Object.keys(answers ?? {})))].sort();
  const properties = [...new Set(responses.flatMap(({ properties }) => Object.keys(properties ?? {})))].sort();
  const names = ['id', 'answered_at', 'score', 'band', 'comment', 'touchpoint', 'channel', 'locale', 'respondent'];
  const head = [
    ...names,
    'excluded',
    'excluded_reason',
    'flags',
    ...properties.map((key) => `property.${key}`),
    ...questions.map((key) => `answer.${key}`),
  ];
  const rows = responses.map((response) => [
    ...names.map((name) => (name === 'band' ? bandOf(survey, response.score)?.name : response[name])),
    String(Boolean(response.excluded)),
    response.excluded_reason,
    (response.flags ?? []).join('; '),
    ...properties.map((key) => response.properties?.[key]),
    ...questions.map((key) => plain(response.answers?.[key])),
  ]);
  return [head, ...rows];
}

/**
 * @param {[string, string][]} asked @param {any} survey @param {Element} shown what is busy meanwhile
 * @param {AbortSignal} signal
 */
export async function saveComments(asked, survey, shown, signal) {
  const responses = [];
  /** @type {string | null} */
  let cursor = null;
  busy(shown, true);
  try {
    do {
      const query = /** @type {[string, string | null][]} */ ([...asked, ['limit', '500'], ['cursor', cursor]]);
      const page = /** @type {any} */ (await ask(at`/v1/surveys/${survey.slug}/comments`, { query, signal }));
      responses.push(...page.responses);
      cursor = page.next;
    } while (cursor && responses.length < MOST);
    const csv = write(commentsTable(responses, survey), { guarded: true });
    save(`${survey.slug}-comments.csv`, new Blob([csv], { type: 'text/csv;charset=utf-8' }));
    if (cursor) toast(`The file has the first ${count(responses.length)}; an export has all`);
  } catch (error) {
    if (!isAbort(error)) toast(wrongWords(error));
  } finally {
    busy(shown, false);
  }
}
