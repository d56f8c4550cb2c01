// The widget on a shop's page, in every mode, look and state.
import { box, edge, html, point, script, widget, words } from '../widget.mjs';

const TEXTS = {
  en: {
    question: 'How likely are you to recommend our checkout to a friend?',
    low_label: 'Not at all',
    high_label: 'Absolutely',
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
const QUESTIONS = [
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
];

// A page that says that it is one, and nothing more.
const HEAD = `<meta name="viewport" content="width=device-width"><style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60em; margin: 0 auto; padding: 1em; }
</style>`;
const BRAND = `${HEAD}<style>
  cxd-widget { --cxd-accent: #0a7d5a; --cxd-on-accent: #fff; --cxd-radius: 4px; --cxd-font: Georgia, serif; }
</style>`;
const BODY =
  '<p>An order of two books and a lamp. They leave our shelves today, and are with you on Thursday.</p>'.repeat(4);

const tick = (text) => (page) => widget(page).locator('label').filter({ hasText: text }).click();
const forward = (page) => widget(page).locator('.foot button[part]').click();
const backward = (page) => widget(page).locator('.foot button').first().click();
const choose = (score) => (page) => point(page, score).click();
const up = (page) => widget(page).getByRole('radio').first().waitFor();

export const isStyled = true;

export async function scenes({ daemon, shop }) {
  await daemon.survey('checkout', { metric: 'nps', texts: TEXTS });
  await daemon.survey('plain', { metric: 'nps' });
  await daemon.survey('delivery', { metric: 'csat' });
  await daemon.survey('effort', { metric: 'ces' });
  await daemon.survey('further', { metric: 'nps', texts: TEXTS, questions: QUESTIONS });
  await daemon.survey('german', { metric: 'nps', texts: GERMAN });
  await daemon.survey('closing', { metric: 'nps', texts: TEXTS });
  const scene = ({ head = HEAD, ...options }, ...steps) => ({
    target: shop.open(
      html(BODY + script(daemon, { every: 0, survey: 'checkout', ...options }), { head, lang: options.locale }),
    ),
    then: async (page) => {
      if (options.mode === 'button') await edge(page).waitFor();
      else await up(page);
      for (const step of steps) await step(page);
      await page.waitForFunction(() =>
        document
          .querySelector('cxd-widget')
          .shadowRoot.getAnimations()
          .every((one) => one.playState !== 'running'),
      );
    },
  });
  const comment = async (page) => {
    await words(page).waitFor();
    await words(page).fill('It was quick, and the box was the right size.');
  };
  const offline = (page) => page.context().setOffline(true);
  const failing = (page) => page.route('**/responses', (route) => route.fulfill({ status: 503 }));
  const closing = () => daemon.survey('closing', { metric: 'nps', closes_at: '2020-01-01T00:00:00Z' });
  const isTold = (page) => box(page).locator('[role=alert]:not(:empty)').waitFor();
  const further = { survey: 'further', mode: 'corner' };
  const open = (page) => edge(page).click();
  return {
    'corner': scene({}),
    'corner-left': scene({ side: 'left' }),
    'corner-chosen': scene({}, choose(9)),
    'corner-comment': scene({}, choose(9), comment),
    'corner-thanks': scene({}, choose(9), comment, forward, (page) => words(page).waitFor({ state: 'detached' })),
    'corner-arabic': scene({ locale: 'ar' }),
    'corner-arabic-chosen': scene({ locale: 'ar' }, choose(2)),
    'corner-japanese': scene({ survey: 'plain', locale: 'ja' }),
    'corner-offline': scene({}, offline, choose(9), comment, forward, isTold),
    'corner-failing': scene({}, failing, choose(9), comment, forward, isTold),
    'corner-closed-meanwhile': scene({ survey: 'closing' }, closing, choose(9), isTold),
    'corner-german': scene({ survey: 'german', locale: 'de' }),
    'corner-german-comment': scene({ survey: 'german', locale: 'de' }, choose(7)),
    'corner-branded': scene({ head: BRAND }, choose(9), backward),
    'modal': scene({ mode: 'modal' }),
    'modal-comment': scene({ mode: 'modal' }, choose(4), comment),
    'modal-arabic': scene({ mode: 'modal', locale: 'ar' }),
    'inline': scene({ mode: 'inline' }),
    'inline-comment': scene({ mode: 'inline' }, choose(4), comment),
    'button': scene({ mode: 'button' }),
    'button-left': scene({ mode: 'button', side: 'left' }),
    'button-arabic': scene({ mode: 'button', locale: 'ar' }),
    'button-open': scene({ mode: 'button' }, open, up),
    'csat': scene({ survey: 'delivery' }),
    'chosen': scene({}, choose(9), backward),
    'stars': scene({ survey: 'delivery', look: 'stars' }),
    'stars-chosen': scene({ survey: 'delivery', look: 'stars' }, choose(4), backward),
    'stars-arabic': scene({ survey: 'delivery', look: 'stars', locale: 'ar' }, choose(4), backward),
    'smileys': scene({ survey: 'delivery', look: 'smileys', locale: 'de' }),
    'smileys-chosen': scene({ survey: 'delivery', look: 'smileys', locale: 'de' }, choose(2), backward),
    'thumbs': scene({ survey: 'delivery', look: 'thumbs' }),
    'thumbs-chosen': scene({ survey: 'delivery', look: 'thumbs' }, choose(5), backward),
    'ces': scene({ survey: 'effort', locale: 'fr' }, choose(6), backward),
    'choice': scene(further, choose(3), tick('Something else')),
    'choice-missing': scene(further, choose(3), forward),
    'choices': scene(further, choose(3), tick('Price'), forward, tick('Boards')),
    'scale': scene(further, choose(3), tick('Price'), forward, forward, choose(5)),
    'text': scene(further, choose(3), tick('Price'), forward, forward, forward),
    'further-arabic': scene({ ...further, locale: 'ar' }, choose(3), tick('Price')),
    'focus': scene(
      { mode: 'modal' },
      (page) => page.keyboard.press('Tab'),
      (page) => page.keyboard.press('Space'),
    ),
  };
}
