// Every survey, and how it does.
import { ask } from '../api.js';
import { el, fill, words } from '../dom.js';
import { score } from '../format.js';
import { loading } from '../parts.js';

/** @type {import('../router.js').View} */
export const view = {
  title: () => 'Surveys',
  async show(root, { address, signal }) {
    fill(root, el('h1', null, 'Surveys'), loading('rows'));
    const { scores } = await ask('/v1/scores', { query: [...address.window(), ...address.compared()], signal });
    fill(
      root,
      el('h1', null, 'Surveys'),
      el(
        'ul',
        null,
        ...scores.map((/** @type {any} */ one) =>
          el(
            'li',
            null,
            el('a', { href: address.link(`/surveys/${one.survey}`) }, words(one.survey)),
            ' ',
            score(one.score, one.method),
          ),
        ),
      ),
    );
  },
};
