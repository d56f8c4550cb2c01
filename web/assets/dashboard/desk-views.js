// The views of desk.js, which is loaded when the first of them is shown.
import { Offline } from './api.js';

/** @typedef {typeof import('../desk.js')} Desk */
/** @typedef {import('./router.js').View} View */

/** @type {Promise<Desk> | null} */
let loaded = null;

/** @returns {Promise<Desk>} */
function desk() {
  const address = document.body.dataset.desk ?? '';
  return (loaded ??= import(address).catch(() => {
    loaded = null;
    throw new Offline();
  }));
}

/** @param {keyof Desk} name @param {string} title "{survey}" stands for its name @returns {View} */
const later = (name, title) => ({
  title: ({ survey = '' }) => title.replace('{survey}', survey),
  show: async (root, context) => (await desk())[name].show(root, context),
});

/**
 * As above, of a view that follows its query by itself.
 * @param {keyof Desk} name
 * @param {string} title
 * @returns {View}
 */
const laterFollowing = (name, title) => ({
  ...later(name, title),
  update: async (root, context) => {
    const view = /** @type {View} */ ((await desk())[name]);
    return view.update?.(root, context);
  },
});

export const DESK_VIEWS = [
  { path: '/surveys/new', view: later('create', 'New survey') },
  { path: '/surveys/{survey}/comments', view: laterFollowing('comments', 'Comments of {survey}') },
  { path: '/surveys/{survey}/suspects', view: later('suspects', 'Suspects of {survey}') },
  { path: '/surveys/{survey}/alerts', view: later('surveyAlerts', 'Alerts of {survey}') },
  { path: '/surveys/{survey}/edit', view: later('edit', 'Edit {survey}') },
  { path: '/surveys/{survey}/share', view: later('share', 'Share {survey}') },
  { path: '/alerts', view: later('alerts', 'Alerts') },
  { path: '/admin', view: later('status', 'Status') },
  { path: '/admin/keys', view: later('keys', 'Keys') },
  { path: '/admin/signing-keys', view: later('signingKeys', 'Signing keys') },
  { path: '/admin/audit', view: later('audit', 'Audit log') },
  { path: '/admin/imports', view: later('imports', 'Imports') },
];
