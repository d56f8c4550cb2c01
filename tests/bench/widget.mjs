// What the widget costs a page: its bytes as they are sent, the requests of a visit, and how long it takes from the
// arrival of the script until the question is painted, in headless Chromium, each in a browser context of its own.
import { rmSync } from 'node:fs';
import { launch } from '../browser/harness.mjs';
import { button, choose, embed, openShop, point, words } from '../browser/widget.mjs';
import { median } from './load.mjs';
import { freshFolder, putSurvey, startServer } from './servers.mjs';

const BYTES_MOST = 6144;
const VISIT = ['GET widget.js', 'GET form', 'POST events', 'POST responses'];
const ROUNDS_LEAST = 20;

// Of the page's clock: { scriptMs: until the script is there, paintedMs: from then until it is painted }.
function watchPaint() {
  document.addEventListener('cxd:shown', () =>
    requestAnimationFrame(() =>
      setTimeout(() => {
        const { startTime, responseEnd } = performance
          .getEntriesByType('resource')
          .find(({ name }) => /widget/.test(name));
        window.painted = { scriptMs: responseEnd - startTime, paintedMs: performance.now() - responseEnd };
      }),
    ),
  );
}

async function visit(browser, server, shop) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watchPaint);
  const requests = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) return;
    requests.push(`${request.method()} ${new URL(request.url()).pathname.split('/').at(-1)}`);
  });
  const sent = () => page.waitForFunction(() => !Object.keys(localStorage).some((name) => name.startsWith('cxd.q.')));
  await page.goto(shop.open(embed(server, { survey: 'bench' })));
  await point(page, 9).waitFor();
  await page.waitForFunction(() => window.painted);
  const painted = await page.evaluate(() => window.painted);
  await choose(page, 9);
  await sent();
  const upToScore = [...requests];
  await words(page).fill('because');
  await button(page, 'Send').click();
  await sent();
  await context.close();
  return { ...painted, requests: upToScore, more: requests.slice(upToScore.length) };
}

export async function widget(options) {
  const folder = freshFolder('run');
  const server = await startServer('sqlite', folder);
  const browser = await launch();
  const shop = await openShop();
  try {
    await putSurvey(server);
    const script = await fetch(`${server.url}/widget.js`, { headers: { 'Accept-Encoding': 'gzip' } });
    const bytes = Number(script.headers.get('content-length'));
    const visits = [];
    for (let i = 0; i < Math.max(ROUNDS_LEAST, options.rounds); i++) visits.push(await visit(browser, server, shop));
    const [{ requests, more }] = visits;
    const isSame = visits.every((one) => one.requests.join() === VISIT.join() && one.more.join() === VISIT.at(-1));
    return {
      bytes,
      requests,
      more,
      visits: visits.length,
      scriptMs: median(visits.map(({ scriptMs }) => scriptMs)),
      paintedMs: median(visits.map(({ paintedMs }) => paintedMs)),
      bounds: [
        { what: 'the widget, gzip, in bytes', value: bytes, bound: `at most ${BYTES_MOST}`, kept: bytes <= BYTES_MOST },
        {
          what: 'requests of a visit, and for a comment',
          value: requests.length + more.length,
          bound: '4 and 1, each time',
          kept: isSame,
        },
      ],
      errors: 0,
    };
  } finally {
    await browser.close();
    await shop.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
