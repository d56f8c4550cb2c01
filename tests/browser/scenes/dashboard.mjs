// The dashboard's figures, in every state: a company's answers of 120 days.
import { settled } from '../dashboard.mjs';
import { fillDemo } from '../demo.mjs';

export const options = { config: { access: { read: 'everything' } } };
export const widths = [360, 768, 1440];

// Replies in place of the API's. A path may be a part of one.
const reply = (path, status, body) => (page) =>
  page.route(
    (url) => url.pathname.includes(path),
    (route) =>
      route.fulfill({
        status,
        contentType: status < 400 ? 'application/json' : 'application/problem+json',
        body: JSON.stringify(body),
      }),
  );
const refuse = (path, status, type, detail) =>
  reply(path, status, { type: `/problems/${type}`, title: type, status, detail });
const none = async (page) => {
  await reply('/v1/scores', 200, { scores: [], next: null })(page);
  await reply('/v1/surveys', 200, { surveys: [], next: null })(page);
  await reply('/v1/journeys', 200, { journeys: [], next: null })(page);
};
const waits = (path) => (page) =>
  page.route(
    (url) => url.pathname.includes(path),
    () => {},
  );
const shows = async (page) => {
  await settled(page);
  // Lines come as rows come into view, and all of them are drawn.
  for (const row of await page.locator('.overview tbody tr').all()) {
    await row.evaluate((one) => one.scrollIntoView({ block: 'center' }));
    if ((await row.locator('[data-figure=n]').innerText()) !== '0')
      await row.locator('.spark, .spark-place .note').waitFor();
  }
  await page.evaluate(() => scrollTo(0, 0));
};
const mirror = async (page) => {
  await shows(page);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
};
const heading = (page) => page.waitForSelector('main h1');

export async function scenes({ daemon }) {
  await fillDemo(daemon);
  const checkout = '/surveys/checkout';
  return {
    'overview': { target: '/', then: shows },
    'overview-no-comparison': { target: '/?window=90d&compare=none&sort=name', then: shows },
    'overview-none-found': { target: '/?q=zzz', then: settled },
    'overview-right-to-left': { target: '/', then: mirror },
    'overview-loading': { target: '/', first: waits('/v1/scores'), then: heading },
    'overview-empty': { target: '/', first: none, then: settled },
    'overview-failed': { target: '/', first: refuse('/v1/scores', 503, 'busy', 'the daemon is busy'), then: settled },
    'overview-refused': {
      target: '/',
      first: refuse('/v1/scores', 403, 'forbidden', 'the key has no scope read'),
      then: settled,
    },
    'overview-offline': {
      target: '/',
      first: (page) => page.route('**/v1/scores*', (route) => route.abort()),
      then: settled,
    },
    'survey': { target: checkout, then: settled },
    'survey-filtered': {
      target: `${checkout}?window=90d&touchpoint=payment&property.plan=pro&by=answer.reason&unit=week`,
      then: settled,
    },
    'survey-question': { target: `${checkout}?question=ease&by=answer.reason,channel&rows=5`, then: settled },
    'survey-small': { target: '/surveys/onboarding?window=7d', then: settled },
    'survey-tables': {
      target: checkout,
      then: async (page) => {
        await settled(page);
        for (const button of await page.getByRole('button', { name: /^Table/ }).all()) await button.click();
      },
    },
    'survey-filter-dialog': {
      target: checkout,
      then: async (page) => {
        await settled(page);
        await page.getByRole('button', { name: 'Filter' }).click();
      },
    },
    'survey-right-to-left': { target: checkout, then: mirror },
    'survey-new': { target: '/surveys/newsletter', then: settled },
    'survey-nothing': { target: `${checkout}?from=2020-01-01&to=2020-02-01`, then: settled },
    'survey-unknown': { target: '/surveys/nobody', then: settled },
    'survey-loading': { target: checkout, first: waits('/v1/surveys/checkout/'), then: heading },
    'survey-print': {
      target: checkout,
      then: async (page) => {
        await settled(page);
        await page.emulateMedia({ media: 'print', colorScheme: 'light' });
      },
    },
    'journey': { target: '/journeys/buying', then: settled },
  };
}

// Those that documents show: `screenshots.mjs pictures` makes them anew.
export const pictures = {
  'docs/dashboard-overview.png': { target: '/', width: 1180, height: 790, then: shows },
  'docs/dashboard-survey.png': { target: '/surveys/checkout', width: 1180, height: 980, then: settled },
  'docs/dashboard-dark.png': {
    target: '/surveys/checkout',
    width: 1180,
    height: 800,
    colorScheme: 'dark',
    then: async (page) => {
      await settled(page);
      await page.locator('.trend-panel').scrollIntoViewIfNeeded();
      await page.evaluate(() => scrollTo(0, document.querySelector('.trend-panel').offsetTop - 16));
    },
  },
};
