// What is taken of the page at the start, before it can be wrapped, and how the page is told.

const fetchOfPage = fetch.bind(window);

/** @param {string} url @param {RequestInit} [how] */
export const ask = (url, how) => fetchOfPage(url, { credentials: 'omit', ...how });

/** @param {string} name @param {Record<string, unknown>} [detail] */
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent('cxd:' + name, { detail }));

/**
 * A UUID of version 7: it begins with the time, so that ids append to an index. The rest is of the random one that the
 * browser gives a blob, with the digit of the variant in its place.
 */
export function makeId() {
  const time = '0' + Date.now().toString(16); // of eleven digits until 2527
  return time.replace(/.{8}/, '$&-') + '-7' + URL.createObjectURL(new Blob()).slice(-21);
}
