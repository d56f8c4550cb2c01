// A company's answers of 120 days, as pictures of the dashboard need them: several surveys, one of which got better and
// one worse, with touchpoints, properties, further questions, comments, visits and a journey. The same every time, but
// for the days, which end now.
import assert from 'node:assert/strict';

const DAY_MS = 86_400_000;
const BATCH = 2000;

// Numbers by chance, the same from the same seed (mulberry32).
function chance(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const pick = (weights) => {
    const entries = Object.entries(weights);
    let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) if ((left -= weight) < 0) return value;
    return entries[entries.length - 1][0];
  };
  return { next, pick, of: (list) => list[Math.floor(next() * list.length)] };
}

const QUESTION = { low_label: 'Not at all likely', high_label: 'Extremely likely' };
export const SURVEYS = {
  'checkout': {
    name: 'Checkout',
    metric: 'nps',
    properties: ['plan', 'country'],
    texts: { en: { question: 'How likely are you to recommend our shop to a friend?', ...QUESTION } },
    questions: [
      {
        key: 'reason',
        type: 'choice',
        text: { en: 'What is the main reason for your score?' },
        options: [
          ['delivery', 'Speed of delivery'],
          ['price', 'Price'],
          ['payment', 'Paying'],
          ['range', 'Choice of products'],
          ['support', 'Help when I needed it'],
        ].map(([value, en]) => ({ value, text: { en } })),
        other: true,
      },
      { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it to place your order?' } },
      {
        key: 'used',
        type: 'choices',
        text: { en: 'Which of these did you use?' },
        options: ['Search', 'Wish list', 'Reviews', 'Chat'].map((en) => ({
          value: en.toLowerCase().replace(' ', '-'),
          text: { en },
        })),
      },
      { key: 'wish', type: 'text', text: { en: 'What should we do next?' } },
    ],
  },
  'delivery': {
    name: 'Delivery',
    metric: 'csat',
    texts: { en: { question: 'How satisfied are you with your delivery?' } },
  },
  'support': {
    name: 'Support calls',
    metric: 'csat',
    texts: { en: { question: 'How satisfied are you with our help?' } },
  },
  'returns': { name: 'Returns', metric: 'ces', texts: { en: { question: 'It was easy to return my order.' } } },
  'app': { name: 'Mobile app', metric: 'nps', texts: { en: { question: 'How likely are you to recommend our app?' } } },
  'onboarding': { name: 'Business onboarding', metric: 'nps', texts: { en: { question: 'Would you recommend us?' } } },
  'store-berlin': { name: 'Store Berlin', metric: 'csat', texts: { en: { question: 'How was your visit?' } } },
  'newsletter': { name: 'Newsletter', metric: 'nps', texts: { en: { question: 'Would you recommend our letter?' } } },
};

// How many a day, and how likely each band is (unfavourable, between, favourable) before and after `turned` days ago.
const SHAPES = {
  'checkout': { daily: 42, bands: [0.2, 0.27, 0.53], later: [0.15, 0.24, 0.61], turned: 26 },
  'delivery': { daily: 24, bands: [0.12, 0.16, 0.72], later: [0.27, 0.2, 0.53], turned: 24 },
  'support': { daily: 11, bands: [0.16, 0.2, 0.64], later: [0.15, 0.2, 0.65], turned: 20 },
  'returns': { daily: 8, bands: [0.22, 0.2, 0.58], later: [0.2, 0.2, 0.6], turned: 40 },
  'app': { daily: 16, bands: [0.34, 0.3, 0.36], later: [0.29, 0.29, 0.42], turned: 30 },
  'onboarding': { daily: 0.5, bands: [0.1, 0.3, 0.6], later: [0.1, 0.3, 0.6], turned: 10 },
  'store-berlin': { daily: 5, bands: [0.08, 0.14, 0.78], later: [0.08, 0.14, 0.78], turned: 10 },
  'newsletter': { daily: 0, bands: [1, 0, 0], later: [1, 0, 0], turned: 0 },
};
const SCORES = {
  nps: [
    { 0: 1, 2: 1, 3: 2, 4: 3, 5: 6, 6: 8 },
    { 7: 4, 8: 6 },
    { 9: 5, 10: 7 },
  ],
  csat: [{ 1: 2, 2: 3 }, { 3: 1 }, { 4: 5, 5: 6 }],
  ces: [{ 1: 1, 2: 2, 3: 4 }, { 4: 1 }, { 5: 4, 6: 5, 7: 3 }],
};
const TOUCHPOINTS = { search: 5, product: 8, basket: 6, payment: 7, confirmation: 4, receipt: 3 };
const COMMENTS = [
  [
    'Paying took three attempts, the card form kept losing my details.',
    'Delivery was two days late and nobody told me.',
    'The voucher code was refused without a reason.',
    'Too slow on my phone, I nearly gave up at the payment step.',
    'The parcel was left in the rain.',
    'I could not find out what delivery costs before the last step.',
  ],
  [
    'It does what it should.',
    'Good range, delivery could be faster.',
    'Fine, but I had to register to pay.',
    'Decent prices, the search could be better.',
  ],
  [
    'Quick and friendly, the order arrived the next day.',
    'Great choice and a simple checkout.',
    'The chat helped me at once. Thank you!',
    'Best prices, and paying was easy.',
    'Everything arrived as promised.',
  ],
];

function answer(random, slug, at, shape, age) {
  const { metric } = SURVEYS[slug];
  const bands = age < shape.turned ? shape.later : shape.bands;
  const touchpoint = random.pick(TOUCHPOINTS);
  const channel = random.pick({ web: 6, email: 3, app: 2 });
  // Paying hurts, and confirmations please.
  const tilt = { payment: 0.16, confirmation: -0.08, receipt: -0.05 }[touchpoint] ?? 0;
  const odds = [Math.max(0.02, bands[0] + tilt), bands[1], Math.max(0.02, bands[2] - tilt)];
  const band = Number(random.pick({ 0: odds[0], 1: odds[1], 2: odds[2] }));
  const one = {
    survey: slug,
    score: Number(random.pick(SCORES[metric][band])),
    answered_at: new Date(at).toISOString(),
    touchpoint,
    channel,
    locale: random.pick({ en: 6, de: 4, fr: 2 }),
    respondent: `c${Math.floor(random.next() * 4000)}`,
  };
  if (random.next() < 0.85)
    one.properties = {
      plan: random.pick({ free: 6, pro: 4, team: 2 }),
      country: random.pick({ DE: 5, FR: 3, GB: 3, US: 2 }),
    };
  if (random.next() < 0.3) one.comment = random.of(COMMENTS[band]);
  if (slug !== 'checkout') return one;
  one.answers = { ease: Number(random.pick(SCORES.ces[band])) };
  if (random.next() < 0.7)
    one.answers.reason = random.pick(
      [
        { delivery: 4, price: 3, payment: 7, range: 1, support: 1 },
        { delivery: 3, price: 4, payment: 2, range: 2, support: 1 },
        { delivery: 6, price: 4, payment: 2, range: 4, support: 3 },
      ][band],
    );
  if (random.next() < 0.5)
    one.answers.used = ['search', 'wish-list', 'reviews', 'chat'].filter(() => random.next() < 0.4);
  if (random.next() < 0.12)
    one.answers.wish = random.of(['More payment methods', 'A dark mode', 'Faster delivery on Saturdays', 'Gift cards']);
  return one;
}

// Batches, as many as it takes.
export async function postAll(daemon, responses) {
  for (let i = 0; i < responses.length; i += BATCH) {
    const body = responses
      .slice(i, i + BATCH)
      .map((one) => JSON.stringify(one))
      .join('\n');
    const reply = await daemon.admin('POST', '/v1/responses', { body, type: 'application/x-ndjson' });
    assert.equal(reply.status, 200, reply.text);
    const bad = reply.text.split('\n').find((line) => line && JSON.parse(line).status >= 400);
    assert.equal(bad, undefined);
  }
}

async function postVisits(daemon, random, now) {
  for (const [slug, daily] of [
    ['checkout', 12],
    ['delivery', 6],
  ]) {
    const events = [];
    for (let day = 60; day >= 0; day--)
      for (let i = 0; i < daily; i++) {
        const visit = `${slug}-${day}-${i}`;
        const at = new Date(now - day * DAY_MS - 1000 * (1 + i)).toISOString();
        const touchpoint = random.pick(TOUCHPOINTS);
        events.push({ type: 'shown', visit, touchpoint, channel: 'web', at });
        if (random.next() < 0.35) events.push({ type: 'dismissed', visit, at });
      }
    for (let i = 0; i < events.length; i += 20) {
      const reply = await daemon.admin('POST', `/v1/surveys/${slug}/events`, { body: events.slice(i, i + 20) });
      assert.equal(reply.status, 200, reply.text);
    }
  }
}

/** `now` is the end of the last day; `days` before it have answers. */
export async function fillDemo(daemon, { now = Date.now(), days = 120, seed = 7 } = {}) {
  const random = chance(seed);
  for (const [slug, definition] of Object.entries(SURVEYS))
    await daemon.survey(slug, { max_backdate: 400 * 86_400, ...definition });
  const responses = [];
  for (const [slug, shape] of Object.entries(SHAPES))
    for (let age = 0; age < days; age += 1) {
      const weekday = new Date(now - age * DAY_MS).getUTCDay();
      const expected = shape.daily * (weekday === 0 || weekday === 6 ? 0.6 : 1.1);
      const n = Math.floor(expected) + (random.next() < expected % 1 ? 1 : 0);
      for (let i = 0; i < n; i++) {
        const at = now - age * DAY_MS - Math.floor(random.next() * DAY_MS * 0.9) - 1000;
        responses.push(answer(random, slug, at, shape, age));
      }
    }
  await postVisits(daemon, random, now);
  for (const one of responses)
    if ((one.survey === 'checkout' || one.survey === 'delivery') && random.next() < 0.15) {
      const age = Math.floor((now - Date.parse(one.answered_at)) / DAY_MS);
      if (age < 60) one.visit = `${one.survey}-${age}-${Math.floor(random.next() * 6)}`;
    }
  await postAll(daemon, responses);
  const journey = {
    name: 'Buying something',
    stages: [
      { survey: 'checkout', touchpoint: 'search' },
      { survey: 'checkout', touchpoint: 'payment' },
      { survey: 'delivery' },
      { survey: 'support' },
    ],
  };
  const made = await daemon.admin('PUT', '/v1/journeys/buying', { body: journey });
  assert.equal(made.status, 201, made.text);
  return { responses };
}
