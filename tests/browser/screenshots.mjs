// `make screenshots`: every state of what people see in both themes and at three widths, into build/screenshots/, to be
// looked at. A file of scenes/ has those of one part: scenes({ daemon, shop }) gives them by name, each with what to
// open (`target`, on the daemon where it is a path), what to do before (`first`) and there (`then`). It may ask for a
// daemon of its own kind (`options`), and for widths of its own; one whose pages are drawn by style sheets alone says
// so (`isStyled`), and then one visit does for all themes and widths of a scene. With `pictures` as the only argument
// those that documents show are drawn instead, into docs/.
//
// usage: node tests/browser/screenshots.mjs [pictures | PART OF A NAME…]
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import { openShop } from './widget.mjs';

const OUT = path.join(ROOT, 'build/screenshots');
const PARTS = fs.readdirSync(path.join(ROOT, 'tests/browser/scenes'));
const WIDTHS = [320, 768, 1280];
const HEIGHT = 800;
const THEMES = ['light', 'dark'];

const wanted = process.argv.slice(2);
const isForDocs = wanted.length === 1 && wanted[0] === 'pictures';
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));

async function drawForDocs(browser, daemon, pictures) {
  for (const [name, { target, width, height, colorScheme = 'light', then }] of Object.entries(pictures)) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(new URL(target, daemon.url).href);
    await then?.(page);
    await page.screenshot({ path: path.join(ROOT, name) });
    await context.close();
  }
}

// One visit, seen in each of the views.
async function drawScene(browser, url, file, views, { target, first, then, context: more }) {
  const [{ width, colorScheme }] = views;
  const context = await browser.newContext({ colorScheme, viewport: { width, height: HEIGHT }, ...more });
  const page = await context.newPage();
  await first?.(page);
  await page.goto(new URL(target, url).href);
  await then?.(page);
  for (const view of views) {
    await page.setViewportSize({ width: view.width, height: HEIGHT });
    await page.emulateMedia({ colorScheme: view.colorScheme });
    await page.screenshot({ path: `${file}-${view.colorScheme}-${view.width}.png`, fullPage: true });
  }
  await context.close();
}

async function draw(browser, part) {
  const { scenes, options, widths = WIDTHS, pictures = {}, isStyled = false } = await import(`./scenes/${part}`);
  if (isForDocs && Object.keys(pictures).length === 0) return;
  const daemon = await start(options);
  const shop = await openShop();
  const all = Object.entries(await scenes({ daemon, shop })).filter(([name]) => isWanted(`${part} ${name}`));
  if (isForDocs) await drawForDocs(browser, daemon, pictures);
  const views = THEMES.flatMap((colorScheme) => widths.map((width) => ({ colorScheme, width })));
  for (const [name, scene] of isForDocs ? [] : all) {
    const file = path.join(OUT, path.basename(part, '.mjs'), name);
    for (const visit of isStyled ? [views] : views.map((view) => [view]))
      await drawScene(browser, daemon.url, file, visit, scene);
  }
  await shop.close();
  await daemon.stop();
}

if (wanted.length === 0) fs.rmSync(OUT, { recursive: true, force: true });
const browser = await launch();
for (const part of PARTS) await draw(browser, part);
await browser.close();
const drawn = isForDocs ? [] : fs.readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith('.png'));
if (!isForDocs) console.log(`${drawn.length} pictures in ${path.relative(ROOT, OUT)}`);
