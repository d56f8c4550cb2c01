// What WCAG 2.2 AA asks of a page that axe-core does not see: at 400 % (320 by 256 pixels of CSS, of four by four each)
// nothing is cut off and nothing scrolls sideways, each control can be brought to where it is seen and pressed, and is
// 24 by 24 pixels large, or as far from others as if it were (2.5.8).
import assert from 'node:assert/strict';

export const ENLARGED = { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 };

// In the page: what is wrong with what is within `selector`, or its shadow root, and how many controls there are.
function look(selector) {
  const LEAST = 24;
  const SLACK = 0.5;
  const top = document.querySelector(selector);
  const root = top.shadowRoot ?? document;
  const within = top.shadowRoot ?? top;
  const faults = [];
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.unseen, .spoken');
  const name = (one) => one.outerHTML.slice(0, 100);
  const all = [...within.querySelectorAll('*')].filter(isSeen);

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} wide of ${innerWidth}`);
  for (const one of all) {
    const { overflowX } = getComputedStyle(one);
    if (overflowX !== 'visible' && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
      faults.push(`is cut off, or scrolls sideways: ${one.scrollWidth} of ${one.clientWidth}: ${name(one)}`);
    const range = document.createRange();
    for (const node of one.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      range.selectNodeContents(node);
      for (const { left, right } of range.getClientRects())
        if (left < -SLACK || right > innerWidth + SLACK) faults.push(`words from ${left} to ${right}: ${name(one)}`);
    }
  }

  const controls = all.filter((one) => one.matches('input, button, textarea, a[href]') && one.tabIndex >= 0);
  const targets = controls.map((one) => one.closest('label') ?? one);
  for (const [i, target] of targets.entries()) {
    controls[i].focus();
    const { left, right, top: upper, bottom, width, height } = target.getBoundingClientRect();
    const isTall = height > innerHeight || controls[i].matches('textarea'); // of which what is written is shown
    if (left < -SLACK || right > innerWidth + SLACK || (!isTall && (upper < -SLACK || bottom > innerHeight + SLACK)))
      faults.push(`has the focus and is not seen whole: ${[left, upper, right, bottom]}: ${name(target)}`);
    const x = (left + right) / 2;
    const y = Math.min(Math.max((upper + bottom) / 2, 1), innerHeight - 1);
    const hit = root.elementFromPoint(x, y);
    if (!hit || !(target.contains(hit) || hit === target)) faults.push(`something lies on it: ${name(target)}`);
    if (width >= LEAST - 0.01 && height >= LEAST - 0.01) continue;
    for (const other of targets) {
      const { left: l, right: r, top: t, bottom: b } = other.getBoundingClientRect();
      const [dx, dy] = [Math.max(l - x, 0, x - r), Math.max(t - y, 0, y - b)];
      if (other !== target && Math.hypot(dx, dy) < LEAST / 2)
        faults.push(`${width} × ${height}, and near another: ${name(target)}`);
    }
  }
  return { faults, count: controls.length };
}

// Fails with what is wrong in the state that is called `state`; `least`: so many controls there must be.
export async function assertReachable(page, state, { within = 'body', least = 1 } = {}) {
  const { faults, count } = await page.evaluate(look, within);
  assert.deepEqual(faults, [], state);
  assert.ok(count >= least, `${state}: ${count} controls`);
}
