// What axe-core has against the page of a survey, in every state of it, in both themes and directions: nothing.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { expiredInvitation, launch } from './harness.mjs';

const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was it?', ar: 'ما السبب؟' },
    options: [
      { value: 'price', text: { en: 'The price', ar: 'السعر' } },
      { value: 'speed', text: { en: 'The speed', ar: 'السرعة' } },
    ],
    other: true,
    required: true,
    show: { band: ['detractors'] },
  },
  {
    key: 'features',
    type: 'choices',
    text: { en: 'Which do you use?', ar: 'ماذا تستخدم؟' },
    options: [{ value: 'a', text: { en: 'Alerts', ar: 'التنبيهات' } }],
  },
  { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' }, high_label: { en: 'Easy' } },
  { key: 'wish', type: 'text', text: { en: 'What next?' } },
];

let daemon, limited, browser;
before(async () => {
  daemon = await start();
  limited = await start({ config: { limits: { ingest_rate: 1 } } });
  const texts = { en: { question: 'Would you recommend us?' }, ar: { question: 'هل توصي بنا؟' } };
  for (const [slug, more] of Object.entries({
    nps: { questions: QUESTIONS },
    csat: { metric: 'csat' },
    ces: { metric: 'ces' },
    closed: { closes_at: '2020-01-01T00:00:00Z' },
    invited: { access: 'invited', amend_window: 0 },
    seldom: { access: 'invited', recontact_days: 30 },
  }))
    await daemon.survey(slug, { metric: 'nps', texts, ...more });
  await limited.survey('nps', { metric: 'nps', texts });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await limited?.stop();
  await daemon?.stop();
});

const invite = async (slug, body = { respondent: crypto.randomUUID() }) =>
  (await daemon.admin('POST', `/v1/surveys/${slug}/invitations`, { body })).json.token;

async function send(page) {
  const replied = page.waitForResponse((reply) => reply.request().method() === 'POST');
  await page.click('form button');
  await replied;
  await page.waitForLoadState();
}

// Each brings the page into a state: `open` takes what stands behind /s/. `status`: of what is looked at then.
const STATES = {
  'the form': { status: 200, reach: ({ open }) => open('nps?score=9') },
  'a kiosk': { status: 200, reach: ({ open }) => open('nps?kiosk=30') },
  'the thanks of a kiosk': {
    status: 200,
    reach: async ({ open, page }) => {
      await open('nps?kiosk=30&score=9');
      await page.click('form button');
      await page.waitForSelector('#thanks:visible');
    },
  },
  'whether somebody is there': {
    status: 200,
    reach: async ({ open, page }) => {
      await open('nps?kiosk=30');
      await page.evaluate(() => (document.getElementById('still').hidden = false));
    },
  },
  'the numbers of CSAT': { status: 200, reach: ({ open }) => open('csat') },
  'the numbers of CES': { status: 200, reach: ({ open }) => open('ces?score=7') },
  'further questions': {
    status: 200,
    reach: ({ open }) => open('nps?score=2&answer.reason=price&answer.features=a&answer.ease=3'),
  },
  'a form without a number': {
    status: 422,
    reach: async ({ open, page }) => {
      await open('nps?answer.reason=other&answer.features=a');
      await page.evaluate(() => (document.querySelector('form').noValidate = true));
      await send(page);
      assert.equal(await page.evaluate(() => document.activeElement.className), 'error');
    },
  },
  'thanks': { status: 200, reach: ({ open }) => open('nps/thanks') },
  'a closed survey': { status: 403, reach: ({ open }) => open('closed') },
  'no survey': { status: 404, reach: ({ open }) => open('nothing') },
  'by invitation only': { status: 403, reach: ({ open }) => open('invited') },
  'an invitation that is cut off': { status: 403, reach: ({ open }) => open('invited?i=cut') },
  'one to another survey': { status: 403, reach: async ({ open }) => open(`seldom?i=${await invite('invited')}`) },
  'one that is over': { status: 403, reach: ({ open }) => open(`invited?i=${expiredInvitation(daemon, 'invited')}`) },
  'one that is used': {
    status: 409,
    reach: async ({ open, page }) => {
      const token = await invite('invited');
      await open(`invited?i=${token}&score=9`);
      await send(page);
      await open(`invited?i=${token}`);
    },
  },
  'one that was erased': {
    status: 410,
    reach: async ({ open, page }) => {
      const respondent = crypto.randomUUID();
      await open(`invited?i=${await invite('invited', { respondent })}&score=9`);
      await daemon.admin('DELETE', `/v1/respondents/${respondent}`);
      await send(page);
    },
  },
  'who answered not long ago': {
    status: 409,
    reach: async ({ open, page }) => {
      const respondent = crypto.randomUUID();
      await open(`seldom?i=${await invite('seldom', { respondent })}&score=9`);
      await send(page);
      await open(`seldom?i=${await invite('seldom', { respondent })}`);
    },
  },
  'a daemon at a limit': {
    status: 429,
    reach: async ({ open, page }) => {
      for (let i = 0; i < 2; i++) {
        await open('nps?score=9', limited);
        await send(page);
      }
    },
  },
};

for (const colorScheme of ['light', 'dark'])
  for (const lang of ['en', 'ar'])
    describe(`axe-core finds nothing: ${colorScheme}, ${lang}`, () => {
      let context;
      before(async () => (context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 800 } })));
      after(() => context?.close());
      for (const [state, { status, reach }] of Object.entries(STATES))
        test(state, async () => {
          const page = await context.newPage();
          const open = (target, { url } = daemon) =>
            page.goto(`${url}/s/${target}${target.includes('?') ? '&' : '?'}lang=${lang}`);
          let last;
          page.on('response', (reply) => {
            if (reply.request().isNavigationRequest()) last = reply.status();
          });
          await reach({ open, page });
          assert.equal(last, status);
          await judge(page, state);
          await page.close();
        });
    });
