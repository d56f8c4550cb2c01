// The dashboard: one page, whose address says what is looked at.
import { CARRIED } from './dashboard/address.js';
import { to } from './dashboard/api.js';
import { DESK_VIEWS } from './dashboard/desk-views.js';
import { el, fill } from './dashboard/dom.js';
import { icon } from './dashboard/icons.js';
import { failed } from './dashboard/parts.js';
import { Router, sectionOf } from './dashboard/router.js';
import { may, session } from './dashboard/session.js';
import { view as journey } from './dashboard/views/journey.js';
import { view as login } from './dashboard/views/login.js';
import { view as overview } from './dashboard/views/overview.js';
import { view as survey } from './dashboard/views/survey.js';

// Which view is shown where; src/web/dashboard.c has the same paths.
const VIEWS = [
  ...DESK_VIEWS,
  { path: '/', view: overview },
  { path: '/login', view: login },
  { path: '/surveys/{survey}', view: survey },
  { path: '/journeys/{journey}', view: journey },
];

const SECTIONS = [
  { path: '/', name: 'surveys', label: 'Surveys', scope: 'read' },
  { path: '/alerts', name: 'alerts', label: 'Alerts', scope: 'read' },
  { path: '/admin', name: 'admin', label: 'Admin', scope: 'read' },
];

const main = el('main', { id: 'main', tabindex: '-1' });
const nav = el('nav', { 'aria-label': 'Sections' });
const account = el('div.account');
const offline = el('div.offline', { role: 'alert' });
const spoken = el('div.unseen', { 'role': 'status', 'aria-live': 'polite' });

/** @param {string} text */
function announce(text) {
  spoken.textContent = '';
  setTimeout(() => (spoken.textContent = text), 50); // the same words twice are read twice
}

/** @param {import('./dashboard/address.js').Address} address */
async function arrived(address) {
  const section = sectionOf(address.path);
  fill(
    nav,
    ...SECTIONS.map(({ path, name, label }) =>
      el(
        'a',
        {
          'href': address.link(path, {}, (field) => CARRIED.includes(field)),
          'aria-current': name === section ? 'page' : null,
        },
        label,
      ),
    ),
  );
  const who = await session();
  const next = address.path + location.search;
  fill(
    account,
    who.signed_in
      ? el('a', { href: to('/login') }, who.name || 'Signed in')
      : who.can_sign_in && el('a', { href: to('/login', { next }) }, 'Sign in'),
  );
  document.body.dataset.may = ['read', 'write', 'admin'].filter((scope) => may(who, scope)).join(' ');
}

fill(
  document.body,
  el('a.skip', { href: '#main' }, 'Skip to the content'),
  el('header.top', null, el('a.brand', { href: to('/') }, 'cxd'), nav, account),
  offline,
  main,
  spoken,
);
document.addEventListener('lost', () =>
  fill(
    offline,
    icon('offline'),
    'No connection to the server. What you see may be out of date; it is asked for again.',
  ),
);
document.addEventListener('found', () => fill(offline));

new Router(VIEWS, {
  main,
  announce,
  arrived,
  failed: (root, error) =>
    fill(
      root,
      el('h1.unseen', null, 'cxd'),
      failed(error, () => location.reload()),
    ),
}).start();
