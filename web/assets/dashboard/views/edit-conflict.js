// Two people changed one survey: what each of them has, to choose from.
import { el } from '../dom.js';
import { button, panel } from '../parts.js';

/** @typedef {{ pointer: string, mine: any, theirs: any, isMine: boolean, isTheirs: boolean }} Difference
 *   `isMine`: it was changed here; `isTheirs`: by somebody else meanwhile. */

/** @param {any} value @returns {string} */
function shown(value) {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  if (typeof value === 'object') return value.key ?? value.value ?? JSON.stringify(value);
  return String(value);
}

/**
 * @param {Difference[]} differences
 * @param {(mine: Set<string>) => void} take is told of which members what was changed here stays
 */
export function conflictPanel(differences, take) {
  const choices = differences.map((one) => {
    // What only one of the two has changed is taken from there; of what both have, what stands here.
    const keep = one.isMine || !one.isTheirs;
    const option = (
      /** @type {string} */ value,
      /** @type {string} */ label,
      /** @type {any} */ what,
      /** @type {boolean} */ checked,
    ) =>
      el(
        'label.version',
        null,
        el('input', { type: 'radio', name: `keep${one.pointer}`, value, checked }),
        el('span', null, el('b', null, label), el('span', { dir: 'auto' }, shown(what))),
      );
    return el(
      'fieldset.version-pair',
      { dataset: { pointer: one.pointer } },
      el('legend', null, one.pointer.slice(1).replaceAll('/', ' › ')),
      option('mine', 'Yours', one.mine, keep),
      option('theirs', 'Theirs', one.theirs, !keep),
    );
  });
  const finish = () =>
    take(
      new Set(
        choices
          .filter((choice) => /** @type {any} */ (choice.querySelector('input:checked'))?.value === 'mine')
          .map((choice) => choice.dataset.pointer ?? ''),
      ),
    );
  return panel(
    {
      title: 'Somebody else changed this survey meanwhile',
      note: 'Nothing that you typed is lost. Choose what is to hold; what one of you alone changed is chosen already.',
      class: 'conflict',
    },
    ...choices,
    el('div.actions', null, button({ label: 'Take what is chosen', kind: 'primary', on: finish })),
  );
}
