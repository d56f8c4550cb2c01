// Pictures in a real browser: each is drawn, inside of what it says of its size, in both themes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { launch } from './harness.mjs';

const d = await start({ config: { access: { read: 'open' } } });
const browser = await launch();
after(async () => {
  await browser.close();
  await d.stop();
});
const LONG = 'a-survey-whose-name-is-as-long-as-a-name-may-be-0123456789-mmmmm';
for (const slug of ['nps', LONG]) {
  await d.survey(slug, { metric: 'nps' });
  await d.load(
    Array.from({ length: 120 }, (_, i) => ({
      survey: slug,
      score: (i * 7) % 11,
      answered_at: new Date(Date.now() - i * 11 * 60 * 60 * 1000).toISOString(),
    })),
  );
}
await d.survey('none', { metric: 'ces', name: 'Щ'.repeat(40) + '顧客満足度調査アンケート'.repeat(2) });

const LOOKS = ['small', 'medium', 'large'].flatMap((size) =>
  ['light', 'dark', 'auto'].map((theme) => `size=${size}&theme=${theme}`),
);

for (const slug of ['nps', LONG, 'none'])
  test(`of ${slug}: no text leaves the picture`, async () => {
    const page = await browser.newPage();
    const failed = [];
    page.on('console', (message) => failed.push(message.text()));
    for (const kind of ['score', 'trend'])
      for (const look of LOOKS) {
        const compared = kind === 'score' ? '&compare=previous' : '';
        const target = `${d.url}/v1/surveys/${slug}/${kind}.svg?${look}&window=60d${compared}`;
        await page.goto(target);
        const outside = await page.evaluate(() => {
          const { width, height } = document.documentElement.viewBox.baseVal;
          return [...document.querySelectorAll('text, path, rect, circle')]
            .filter((shape) => {
              const box = shape.getBBox();
              return box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
            })
            .map((shape) => shape.outerHTML);
        });
        assert.deepEqual(outside, [], look);
        await page.goto('about:blank');
        const size = await page.evaluate(
          async (src) => {
            const image = new Image();
            image.src = src;
            await image.decode();
            return [image.naturalWidth, image.naturalHeight];
          },
          `data:image/svg+xml,${encodeURIComponent(await (await fetch(target)).text())}`,
        );
        assert.ok(size.every((length) => length >= 20));
      }
    assert.deepEqual(failed, []);
    await page.close();
  });

test('in a page it is an image with a name', async () => {
  const page = await browser.newPage();
  for (const kind of ['score', 'trend']) {
    const svg = await (await fetch(`${d.url}/v1/surveys/nps/${kind}.svg`)).text();
    await page.setContent(`<!doctype html><html lang="en"><title>wiki</title><main><h1>How we do</h1>${svg}</main>`);
    const name = await page.getByRole('img').getAttribute('aria-label');
    assert.equal(name, null);
    assert.equal(await page.getByRole('img', { name: /^NPS of nps/ }).count(), 1);
    await judge(page, kind);
  }
  await page.close();
});
