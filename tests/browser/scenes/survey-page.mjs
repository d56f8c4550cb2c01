// The page of a survey, in every state.

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
  await daemon.survey('closed', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
}

export async function scenes({ daemon }) {
  await prepare(daemon);
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
    'missing': {
      target: '/s/checkout',
      then: async (page) => {
        await page.evaluate(() => (document.querySelector('form').noValidate = true));
        await page.click('button');
      },
    },
    'focus': { target: '/s/checkout', then: (page) => page.keyboard.press('Tab') },
    'thanks': { target: '/s/checkout/thanks' },
    'closed': { target: '/s/closed?lang=es' },
    'unknown': { target: '/s/nothing' },
    'forged': { target: '/s/checkout?i=cut' },
    'hebrew': { target: '/s/hebrew' },
    'required': {
      target: '/s/further?score=9',
      then: async (page) => {
        await page.evaluate(() => (document.querySelector('form').noValidate = true));
        await page.click('button');
      },
    },
    'kiosk': { target: '/s/checkout?kiosk=30' },
    'kiosk-further': { target: '/s/further?kiosk=30&lang=ar' },
    'kiosk-thanks': {
      target: '/s/checkout?kiosk=30&score=9',
      then: async (page) => {
        await page.click('form button');
        await page.waitForSelector('#thanks:not([hidden])');
      },
    },
    'kiosk-still-there': {
      target: '/s/checkout?kiosk=30&score=9',
      then: (page) => page.evaluate(() => (document.getElementById('still').hidden = false)),
    },
  };
}
