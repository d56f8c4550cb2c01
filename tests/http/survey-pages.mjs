// What the tests of survey pages share: surveys of their own, the form of a page, and what is stored of it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { signingKeys } from './harness.mjs';
import { ask, formOf } from './web.mjs';

export const DAY = 86_400_000;
export const TEXTS = {
  en: {
    question: 'Would you recommend us?',
    low_label: 'Never',
    high_label: 'Always',
    comment_prompt: 'Why?',
    thanks: 'Thanks!',
  },
  de: { question: 'Würden Sie uns empfehlen?' },
};
export const QUESTIONS = [
  {
    key: 'reason',
    type: 'choice',
    text: { en: 'What was it?', de: 'Was war es?' },
    options: [
      { value: 'price', text: { en: 'The price', de: 'Der Preis' } },
      { value: 'speed', text: { en: 'The speed' } },
    ],
    other: true,
    required: true,
    show: { band: ['detractors', 'passives'] },
  },
  {
    key: 'features',
    type: 'choices',
    text: { en: 'Which do you use?' },
    options: [
      { value: 'a', text: { en: 'Alerts' } },
      { value: 'b', text: { en: 'Boards' } },
    ],
    other: true,
  },
  {
    key: 'ease',
    type: 'scale',
    metric: 'ces',
    text: { en: 'How easy?' },
    low_label: { en: 'Hard' },
    high_label: { en: 'Easy' },
  },
  {
    key: 'why',
    type: 'text',
    text: { en: 'Why <that>?' },
    required: true,
    show: { answer: { key: 'reason', in: ['price', 'other'] } },
  },
];
// What the tests of a file ask of its daemon.
export function pagesOf(d) {
  let number = 0;
  const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
  const stored = async (slug, daemon = d) =>
    (await daemon.admin('GET', `/v1/surveys/${slug}/responses?limit=100`)).json.responses;
  return {
    stored,
    fresh: async (definition = {}) => {
      const slug = `page-${++number}`;
      await d.survey(slug, { metric: 'nps', ...definition });
      return slug;
    },
    open: async (target, headers) => {
      const reply = await ask(d, 'GET', target, { headers });
      assert.equal(reply.status, 200, reply.text);
      return formOf(reply.text);
    },
    only: async (slug) => {
      const all = await stored(slug);
      assert.equal(all.length, 1);
      return all[0];
    },
    invite: async (slug, body = { respondent: 'customer-1' }) =>
      (await d.admin('POST', `/v1/surveys/${slug}/invitations`, { body })).json,
    // A token of the kind that cxd signs, as it was made before invitations were kept.
    sign: (payload, purpose = 'invitation') => {
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      return `${bytes.toString('base64url')}.${hmac(hmac(signingKeys(d)[0], purpose), bytes).toString('base64url')}`;
    },
  };
}
