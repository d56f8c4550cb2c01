// Drawn in the colour of the text beside them, and named by it.
import { svg } from './dom.js';

/** @type {Record<string, string>} */
const PATHS = {
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  same: 'M5 9.5h14M5 14.5h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4',
  plus: 'M12 5v14M5 12h14',
  cross: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  chart: 'M4 19h16M6 15l4-5 3 3 5-7',
  print: 'M7 8V4h10v4M7 17H4V8h16v9h-3M7 14h10v6H7z',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4',
  pause: 'M9 5v14M15 5v14',
  play: 'M7 5l11 7-11 7z',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  offline: 'M3 8.5a14 14 0 0 1 18 0M6.5 12.5a9 9 0 0 1 11 0M10 16.5a4 4 0 0 1 4 0M4 20L20 4',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 0 0 6 0h5',
  check: 'M5 12.5l5 5L19 7',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  zoom: 'M4 12a8 8 0 1 0 3-6.2M4 4v4h4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  next: 'M9 5l7 7-7 7',
  filter: 'M4 6h16M7 12h10M10 18h4',
};

/** @param {string} name */
export const icon = (name) =>
  svg(
    'svg',
    { 'viewBox': '0 0 24 24', 'class': `icon icon-${name}`, 'aria-hidden': 'true', 'focusable': 'false' },
    svg('path', { d: PATHS[name] ?? '' }),
  );
