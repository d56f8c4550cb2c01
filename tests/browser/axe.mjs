// What axe-core has against a page as it is: every rule of WCAG 2.2 AA, and its best practices. It looks into shadow
// roots and frames, and is put into the page by the driver, which no policy of the page is asked about.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../http/harness.mjs';

const AXE = fs.readFileSync(path.join(ROOT, 'tests/node_modules/axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LEAST = 5; // a page on which fewer rules have anything to say is not the one that was meant
const LEAST_OF_PART = 3; // a button has few

// A rule, why, and the elements that it is about, each with what is wrong with it.
const describe = ({ id, help, nodes }) =>
  [
    `${id}: ${help}`,
    ...nodes.map(({ target, html, any, all, none }) => {
      const said = [...any, ...all, ...none].map(({ message }) => message).join('; ');
      return `  ${target.flat().join(' > ')}\n    ${html.slice(0, 200)}\n    ${said}`;
    }),
  ].join('\n');

// Animations are brought to their end first: half of a fade has half of the contrast.
const settle = () => {
  const roots = [document];
  for (const root of roots)
    for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
  for (const animation of roots.flatMap((root) => root.getAnimations({ subtree: true })))
    if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
};

// Fails with what was found in the state that is called `state`. `within`: a selector of the part that is judged, for
// a page of others; `without`: rules that are left out, with a reason where they are named; `isPage`: whether rules of
// whole pages (a title, landmarks, a main heading) hold, which do not for what is put into another's.
export async function judge(page, state, { within, without = [], isPage = true } = {}) {
  await page.evaluate(settle);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(
    ([context, values, rules]) =>
      window.axe.run(context ?? document, {
        runOnly: values,
        rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])),
        resultTypes: ['violations', 'passes'],
      }),
    [within, isPage ? RULES : RULES.slice(0, -1), without],
  );
  assert.ok(
    passes.length >= (within ? LEAST_OF_PART : LEAST),
    `${state}: ${passes.length} rules had anything to look at`,
  );
  const said = violations.map(describe);
  assert.equal(said.length, 0, `${state}\n${said.join('\n')}`);
}
