// The head of the pages for whoever runs the daemon.
import { to } from '../api.js';
import { el } from '../dom.js';

const PAGES = [
  { name: 'status', label: 'Status', path: '/admin' },
  { name: 'keys', label: 'Keys', path: '/admin/keys' },
  { name: 'signing-keys', label: 'Signing keys', path: '/admin/signing-keys' },
  { name: 'audit', label: 'Audit log', path: '/admin/audit' },
  { name: 'imports', label: 'Imports', path: '/admin/imports' },
];

/** @param {import('../router.js').Context} context @param {string} active */
export const adminHead = (context, active) =>
  el(
    'header.head',
    null,
    el('h1', null, PAGES.find(({ name }) => name === active)?.label ?? 'Admin'),
    el(
      'nav.tabs',
      { 'aria-label': 'Pages for admins' },
      ...PAGES.map(({ name, label, path }) =>
        el('a', { 'href': to(path), 'aria-current': name === active ? 'page' : null }, label),
      ),
    ),
  );
