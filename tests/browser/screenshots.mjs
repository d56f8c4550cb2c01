// `make screenshots`: every state of what people see in both themes and at three widths, into build/screenshots/, to be
// looked at. A file of scenes/ has those of one part: scenes({ daemon, shop }) gives them by name, each with what to
// open (`target`, on the daemon where it is a path), what to do before (`first`) and there (`then`). It may ask for a
// daemon of its own kind (`options`), and for widths of its own. With `pictures` as the only argument those that
// documents show are drawn instead, into docs/.
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

async function draw(browser, part) {
  const { scenes, options, widths = WIDTHS, pictures = {} } = await import(`./scenes/${part}`);
  if (isForDocs && Object.keys(pictures).length === 0) return;
  const daemon = await start(options);
  const shop = await openShop();
  const all = Object.entries(await scenes({ daemon, shop })).filter(([name]) => isWanted(`${part} ${name}`));
  if (isForDocs) await drawForDocs(browser, daemon, pictures);
  for (const colorScheme of isForDocs ? [] : THEMES)
    for (const width of widths) {
      for (const [name, { target, first, then }] of all) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
        const page = await context.newPage();
        await first?.(page);
        await page.goto(new URL(target, daemon.url).href);
        await then?.(page);
        const file = path.join(OUT, path.basename(part, '.mjs'), `${name}-${colorScheme}-${width}.png`);
        await page.screenshot({ path: file, fullPage: true });
        await context.close();
      }
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
