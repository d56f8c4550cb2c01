// What is taken of the page at the start, before it can be wrapped, and how the page is told.

const fetchOfPage = window.fetch;

/** @param {string} url @param {RequestInit} [how] */
export const ask = (url, how) => fetchOfPage.call(window, url, { credentials: 'omit', ...how });

/** @param {string} name @param {Record<string, unknown>} detail */
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent('cxd:' + name, { detail }));

/** A UUID of version 7: it begins with the time, so that ids append to an index. */
export function makeId() {
  const time = '0' + Date.now().toString(16); // of eleven digits until 2527
  const digit = () => (crypto.getRandomValues(new Uint8Array(1))[0] % 16).toString(16);
  return (time.replace(/.{8}/, '$&-') + '-7xxx-8xxx-xxxxxxxxxxxx').replace(/x/g, digit);
}
