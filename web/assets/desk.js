// The dashboard's views beside the figures: what people wrote, what is watched, how a survey is made and shared, and
// what whoever runs the daemon looks at. A file of its own, which who looks at figures does not load.
import { isAbort } from './dashboard/api.js';
import { el, fill } from './dashboard/dom.js';
import { lastKnown, surveyHead } from './dashboard/head.js';
import { failed, loading } from './dashboard/parts.js';
import * as admin from './dashboard/views/admin.js';
import { keys as allKeys } from './dashboard/views/admin-keys.js';
import * as watched from './dashboard/views/alerts.js';
import { comments as written } from './dashboard/views/comments.js';
import * as making from './dashboard/views/edit.js';
import { share as sharing } from './dashboard/views/share.js';
import { suspects as suspected } from './dashboard/views/suspects.js';

/** @typedef {import('./dashboard/router.js').View} View */

/**
 * What goes wrong is told here: in a file of its own an error is of another class than in the one that asked for it.
 * So is that it waits: of a survey the head is there at once, and stays where the rest does not come.
 * @param {View} view @param {string} [tab] of a survey's head @returns {View}
 */
function told(view, tab) {
  const { update } = view;
  const trying =
    (/** @type {View['show']} */ work) =>
    async (/** @type {HTMLElement} */ root, /** @type {import('./dashboard/router.js').Context} */ context) => {
      if (context.signal.aborted) return; // while this file came
      try {
        if (tab && work === view.show) fill(root, surveyHead(context, lastKnown(context), tab), loading('page'));
        await work(root, context);
      } catch (error) {
        if (isAbort(error) || context.signal.aborted) return;
        const again = () => void trying(view.show)(root, context);
        const head = root.querySelector(':scope > .head') ?? el('h1.unseen', null, view.title(context.params));
        fill(root, head, el('section.panel', null, failed(error, again)));
      }
    };
  return { title: view.title, show: trying(view.show), ...(update ? { update: trying(update) } : {}) };
}

export const audit = told(admin.audit);
export const imports = told(admin.imports);
export const signingKeys = told(admin.signingKeys);
export const status = told(admin.status);
export const keys = told(allKeys);
export const alerts = told(watched.alerts);
export const surveyAlerts = told(watched.surveyAlerts, 'alerts');
export const comments = told(written, 'comments');
export const create = told(making.create);
export const edit = told(making.edit, 'edit');
export const share = told(sharing, 'share');
export const suspects = told(suspected, 'suspects');
