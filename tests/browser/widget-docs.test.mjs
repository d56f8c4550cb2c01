// docs/widget.md: its examples are run as they stand, and its tables have the options, events and custom properties
// that the code has, no more and no less.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { ROOT, start, until, use, useDirectory } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import { box, button, choose, html, listen, only, openShop, point, says, widget, words } from './widget.mjs';

const DOCS = fs.readFileSync(path.join(ROOT, 'docs/widget.md'), 'utf8');
const FOLDER = path.join(ROOT, 'web/assets');
const CODE = ['widget.js', ...fs.readdirSync(path.join(FOLDER, 'widget')).map((name) => `widget/${name}`)]
  .map((name) => fs.readFileSync(path.join(FOLDER, name), 'utf8'))
  .join('\n');
const PUBLIC = 'https://survey.example';
const NOT_OF_PAGES = ['preview']; // of the dashboard

const matches = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
// What stands in backquotes in the first column of the table below a heading.
const column = (heading) => {
  const [section] = DOCS.split(`\n## ${heading}\n`)[1].split('\n## ');
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell);
  return matches(cells.join(' '), /`([^`]+)`/g);
};

describe('the tables of docs/widget.md are those of the code', () => {
  test('options', () => {
    const [, typedef] = /@typedef \{object\} Options\n([^]*?)\*\//.exec(CODE);
    const code = matches(typedef, /@property \{.*?\} \[?(\w+)\]?/g);
    assert.ok(code.length > 10);
    const known = [...code, 'trigger'].filter((name) => !NOT_OF_PAGES.includes(name));
    assert.deepEqual(column('Options'), [...new Set(known)].sort());
  });

  test('events', () => assert.deepEqual(column('Events'), matches(CODE, /\b(?:tell|report)\(\s*'(\w+)'/g)));

  test('reasons why it is skipped', () => {
    const [, row] = /^\| `skipped` \|.*?`reason`: (.*)\|$/m.exec(DOCS);
    assert.deepEqual(matches(row, /`(\w+)`/g), ['busy', 'closed', 'every', 'recontact', 'share', 'url']);
  });

  test('custom properties', () => assert.deepEqual(column('Looks'), matches(CODE, /(--cxd-[a-z-]+)/g)));

  test('parts', () => {
    const parts = matches(DOCS, /::part\((\w+)\)/g);
    assert.deepEqual(parts, matches(CODE, /\bpart'?: '(\w+)'/g));
  });
});

test('what a first start prints makes a page, which is answered', async (t) => {
  const daemon = await use(t, { args: ['--starter-surveys'] });
  const { got: line } = await until(() => {
    const [found] = /^ +echo '<script async .*$/m.exec(daemon.stdout) ?? [];
    return found && { got: found };
  }, 'a line to paste');
  const dir = useDirectory(t);
  execFileSync('sh', ['-c', line], { cwd: dir });
  const browser = await launch();
  t.after(() => browser.close());
  const page = await listen(await browser.newContext());
  await page.goto(pathToFileURL(path.join(dir, 'cxd.html')).href);
  await choose(page, 9);
  await says(page, 'scored');
  await only(daemon, 'nps', { score: 9 });
});

describe('the examples of docs/widget.md', () => {
  const EXAMPLES = [...DOCS.matchAll(/^```html\n([^]*?)^```$/gm)].map(([, text]) => text);
  let daemon, browser, shop, context, page;
  before(async () => {
    browser = await launch();
    shop = await openShop();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    daemon = await start();
    await daemon.survey('checkout', { metric: 'nps' });
    context = await browser.newContext();
    page = await listen(context);
  });
  afterEach(async () => {
    await context.close();
    await daemon.stop();
  });
  const open = (example, options) => page.goto(shop.open(html(example.replaceAll(PUBLIC, daemon.url)), options));
  const answer = async () => {
    await choose(page, 9);
    await words(page).fill('a comment');
    await button(page, 'Send').click();
    return only(daemon, 'checkout', { score: 9, comment: 'a comment' }, page);
  };

  // By what is in each.
  const RUNS = [
    [
      'a tag alone',
      async (example) => {
        await open(example);
        await answer();
        assert.equal(await box(page).evaluate((node) => node.classList.contains('corner')), true);
        assert.equal(example.trim().split('\n').length, 1);
      },
    ],
    [
      'a call',
      async (example) => {
        await page.clock.install();
        await open(example, '/elsewhere');
        assert.equal((await says(page, 'skipped')).reason, 'url');
        await open(example, '/receipt?order=5');
        await page.waitForFunction(() => !window.cxd.q);
        await page.clock.fastForward(6000);
        const { respondent, touchpoint, properties } = await answer();
        assert.deepEqual(
          [respondent, touchpoint, properties],
          ['customer-4711', 'receipt', { plan: 'pro', seats: '5' }],
        );
      },
    ],
    [
      'an event',
      async (example) => {
        await open(example);
        await choose(page, 8);
        await page.getByText('Thank you for the 8').waitFor();
      },
    ],
    [
      'custom properties',
      async (example) => {
        await open(example);
        await point(page, 5).waitFor();
        const style = await box(page).evaluate((one) => [
          getComputedStyle(one).fontFamily,
          getComputedStyle(one).borderTopLeftRadius,
        ]);
        assert.deepEqual(style, ['Georgia, serif', '4px']);
        await choose(page, 9);
        assert.equal(
          await button(page, 'Send').evaluate((one) => getComputedStyle(one).backgroundColor),
          'rgb(10, 125, 90)',
        );
      },
    ],
    [
      'a nonce',
      async (example) => {
        const policy = `default-src 'none'; script-src 'nonce-r4nd0m'; connect-src ${daemon.url}`;
        const strict = await openShop({ headers: { 'Content-Security-Policy': policy } });
        await page.goto(strict.open(html(example.replaceAll(PUBLIC, daemon.url))));
        await answer();
        await strict.close();
      },
    ],
  ];
  test('are all run', () => assert.equal(EXAMPLES.length, RUNS.length));
  for (const [i, [name, run]] of RUNS.entries()) test(`run: ${name}`, () => run(EXAMPLES[i]));
});
