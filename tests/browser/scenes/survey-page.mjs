// The page of a survey, in every state, for one person and for many on one device.
import crypto from 'node:crypto';
import { expiredInvitation } from '../harness.mjs';

const TEXTS = {
  en: {
    question: 'How likely are you to recommend our checkout to a friend?',
    low_label: 'Not at all',
    high_label: 'Absolutely',
    comment_prompt: 'What is the main reason for your score?',
    thanks: 'Thank you, that helps us a lot!',
  },
  ar: { question: 'ما مدى احتمال أن توصي بنا صديقًا؟' },
};
const GERMAN = {
  de: {
    question: 'Wie wahrscheinlich ist es, dass Sie unsere Geschwindigkeitsüberschreitungsversicherung weiterempfehlen?',
    low_label: 'Überhaupt nicht wahrscheinlich, auf gar keinen Fall',
    high_label: 'Außerordentlich wahrscheinlich, jederzeit wieder',
    comment_prompt: 'Was hat Sie bei der Inanspruchnahme unserer Kundendienstleistungen am meisten beschäftigt?',
    thanks: 'Herzlichen Dank! Ihre Rückmeldung zur Versicherungsleistung hat uns erreicht.',
  },
};

async function prepare(daemon) {
  await daemon.survey('checkout', { metric: 'nps', texts: TEXTS });
  await daemon.survey('plain', { metric: 'nps' });
  await daemon.survey('delivery', { metric: 'csat' });
  await daemon.survey('effort', { metric: 'ces' });
  await daemon.survey('further', {
    metric: 'nps',
    texts: TEXTS,
    questions: [
      {
        key: 'reason',
        type: 'choice',
        text: { en: 'What was the main reason?', ar: 'ما السبب؟' },
        options: ['Price', 'Speed of delivery', 'Support'].map((en) => ({ value: en.slice(0, 5), text: { en } })),
        other: true,
        required: true,
      },
      {
        key: 'features',
        type: 'choices',
        text: { en: 'Which of these do you use?' },
        options: ['Alerts', 'Boards', 'Exports'].map((en) => ({ value: en, text: { en } })),
      },
      { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it to find what you wanted?' } },
      { key: 'wish', type: 'text', text: { en: 'What should we do next?' } },
    ],
  });
  await daemon.survey('hebrew', { metric: 'nps', texts: { he: { question: 'מה הסיכוי שתמליצו עלינו לחבר?' } } });
  await daemon.survey('german', {
    metric: 'nps',
    texts: GERMAN,
    questions: [
      {
        key: 'reason',
        type: 'choice',
        text: { de: 'Welche Dienstleistung haben Sie in Anspruch genommen?' },
        options: [
          { value: 'a', text: { de: 'Haftpflichtversicherungsangelegenheiten und Schadensregulierung im Ausland' } },
          { value: 'b', text: { de: 'Rechtsschutz' } },
        ],
        other: true,
        required: true,
      },
    ],
  });
  await daemon.survey('some', {
    metric: 'nps',
    questions: [
      {
        key: 'used',
        type: 'choice',
        text: { en: 'Did you call us?' },
        options: ['yes', 'no'].map((value) => ({ value, text: { en: value === 'yes' ? 'Yes' : 'No' } })),
      },
      {
        key: 'call',
        type: 'scale',
        metric: 'csat',
        text: { en: 'How was the call?' },
        show: { answer: { key: 'used', in: ['yes'] } },
      },
    ],
  });
  await daemon.survey('closing', { metric: 'nps', texts: TEXTS });
  await daemon.survey('once', { metric: 'nps', access: 'invited', amend_window: 0 });
  await daemon.survey('amended', { metric: 'nps', access: 'invited', texts: TEXTS });
  await daemon.survey('seldom', { metric: 'nps', access: 'invited', recontact_days: 30 });
  await daemon.survey('closed', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
}

export const isStyled = true;

const loaded = async (page, act) => {
  const replied = page.waitForResponse((reply) => reply.request().isNavigationRequest());
  await act();
  await replied;
  await page.waitForLoadState();
};
const send = (page) => loaded(page, () => page.click('form button'));
const sendAsItIs = async (page) => {
  await page.evaluate(() => (document.querySelector('form').noValidate = true));
  await send(page);
};
const isThanked = (page) => page.waitForSelector('#thanks:not([hidden])');

export async function scenes({ daemon }) {
  await prepare(daemon);
  const invite = async (slug, respondent = crypto.randomUUID()) =>
    (await daemon.admin('POST', `/v1/surveys/${slug}/invitations`, { body: { respondent } })).json.token;
  // Answers, and opens another link.
  const again = (target) => async (page) => {
    await send(page);
    await page.goto(daemon.url + target);
  };
  const once = await invite('once');
  const amended = await invite('amended');
  const [first, second] = [await invite('seldom', 'somebody'), await invite('seldom', 'somebody')];
  return {
    'nps': { target: '/s/checkout?score=9' },
    'further': {
      target: '/s/further?score=7&answer.reason=Price&answer.features=Boards&answer.features=Alerts&answer.ease=5',
    },
    'further-arabic': { target: '/s/further?lang=ar' },
    'arabic': { target: '/s/checkout?lang=ar' },
    'japanese': { target: '/s/plain?lang=ja' },
    'csat': { target: '/s/delivery?lang=de' },
    'ces': { target: '/s/effort?lang=fr' },
    'missing': { target: '/s/checkout', then: sendAsItIs },
    'focus': { target: '/s/checkout', then: (page) => page.keyboard.press('Tab') },
    'thanks': { target: '/s/checkout/thanks' },
    'closed': { target: '/s/closed?lang=es' },
    'unknown': { target: '/s/nothing' },
    'forged': { target: '/s/checkout?i=cut' },
    'expired': { target: `/s/once?i=${expiredInvitation(daemon, 'once')}` },
    'expired-german': { target: `/s/once?lang=de&i=${expiredInvitation(daemon, 'once')}` },
    'used': { target: `/s/once?score=9&i=${once}`, then: again(`/s/once?i=${once}`) },
    'replaces': { target: `/s/amended?score=9&i=${amended}`, then: again(`/s/amended?score=4&i=${amended}`) },
    'recontact': { target: `/s/seldom?score=9&i=${first}`, then: again(`/s/seldom?i=${second}`) },
    'invited': { target: '/s/once' },
    'closed-meanwhile': {
      target: '/s/closing?score=9',
      then: async (page) => {
        await daemon.survey('closing', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
        await send(page);
      },
    },
    'thanks-arabic': { target: '/s/checkout/thanks?lang=ar' },
    'unknown-arabic': { target: '/s/nothing?lang=ar' },
    'german': { target: '/s/german?lang=de&score=10' },
    'german-thanks': { target: '/s/german/thanks?lang=de' },
    'comment-long': {
      target: '/s/checkout?score=9',
      then: async (page) => {
        await page.$eval('#comment', (field) => {
          field.removeAttribute('maxlength');
          field.value = 'It was quick, and the box was the right size. '.repeat(120);
        });
        await send(page);
      },
    },
    'no-script': { target: '/s/some?score=9', context: { javaScriptEnabled: false } },
    'no-script-missing': { target: '/s/further?score=9', context: { javaScriptEnabled: false }, then: sendAsItIs },
    'qr': {
      target: '/s/checkout',
      then: (page) => page.setContent('<img alt="" src="/s/checkout/qr.svg"><img alt="" src="/s/checkout/qr.png">'),
    },
    'hebrew': { target: '/s/hebrew' },
    'required': { target: '/s/further?score=9', then: sendAsItIs },
    'kiosk': { target: '/s/checkout?kiosk=30' },
    'kiosk-further': { target: '/s/further?kiosk=30&lang=ar' },
    'kiosk-thanks': {
      target: '/s/checkout?kiosk=30&score=9',
      then: async (page) => {
        await page.click('form button');
        await isThanked(page);
      },
    },
    'kiosk-offline': {
      target: '/s/checkout?kiosk=30&score=9',
      then: async (page) => {
        await page.context().setOffline(true);
        await page.click('form button');
        await page.waitForSelector('.kept:not([hidden])');
      },
    },
    'kiosk-waiting': {
      target: '/s/checkout?kiosk=30&score=9',
      then: async (page) => {
        await page.context().setOffline(true);
        await page.click('form button');
        await isThanked(page);
        await page.click('.restart');
        await page.waitForSelector('#waiting:not([hidden])');
      },
    },
    'kiosk-csat': { target: '/s/delivery?kiosk=30&lang=de' },
    'kiosk-no-script': { target: '/s/checkout/thanks?kiosk=30', context: { javaScriptEnabled: false } },
    'kiosk-closed': { target: '/s/closed?kiosk=30&lang=fr' },
    'kiosk-still-there': {
      target: '/s/checkout?kiosk=30&score=9',
      then: (page) => page.evaluate(() => (document.getElementById('still').hidden = false)),
    },
  };
}
