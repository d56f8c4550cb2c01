// What people call things, and what they write, is text: it is put into every field that there is, and no view of the
// dashboard makes more of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKUP, assertTame, useDesk } from './desk.mjs';

const [NAME, QUESTION, OPTION, REASON, NOTE] = MARKUP;
const cut = (text) => text.slice(0, 60);

async function must(reply) {
  const { status, text } = await reply;
  assert.ok(status < 300, text);
}

const desk = useDesk(async (daemon) => {
  const texts = { question: QUESTION, low_label: NAME, high_label: REASON, thanks: NOTE };
  await daemon.survey('evil', {
    name: NAME,
    metric: 'nps',
    texts: { en: texts },
    properties: ['plan'],
    max_backdate: 400 * 86_400,
    questions: [
      {
        key: 'why',
        type: 'choice',
        text: { en: QUESTION },
        options: [{ value: 'x', text: { en: OPTION } }],
        other: true,
      },
      { key: 'wish', type: 'text', text: { en: NOTE } },
      { key: 'ease', type: 'scale', metric: 'ces', text: { en: REASON } },
    ],
  });
  const at = (days) => new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();
  await daemon.load(
    Array.from({ length: 70 }, (_, i) => {
      const text = MARKUP[i % MARKUP.length];
      return {
        survey: 'evil',
        score: i % 11,
        answered_at: at(i % 50),
        comment: i % 11 < 7 ? `refund ${text}` : `friendly ${text}`,
        respondent: text,
        touchpoint: cut(text),
        channel: cut(MARKUP[(i + 1) % MARKUP.length]),
        properties: { plan: text },
        answers: { why: { other: text }, wish: text, ease: 1 + (i % 7) },
      };
    }),
  );
  for (const text of MARKUP.slice(0, 3))
    await daemon.post('evil', { score: 2, comment: text, further_remarks: text, touchpoint: cut(text) });
  const stages = [
    { survey: 'evil', touchpoint: cut(NAME) },
    { survey: 'evil', touchpoint: cut(QUESTION) },
  ];
  await must(daemon.admin('PUT', '/v1/journeys/evil', { body: { name: OPTION, stages } }));
  await must(
    daemon.admin('PUT', '/v1/alerts/evil', { body: { survey: 'evil', kind: 'detractor', touchpoint: cut(NAME) } }),
  );
  for (const name of MARKUP)
    await must(daemon.admin('POST', '/v1/keys', { body: { name: cut(name), scopes: ['read'] } }));
  const { responses } = (await daemon.admin('GET', '/v1/surveys/evil/responses?limit=3')).json;
  for (const { id } of responses)
    await must(daemon.admin('PATCH', `/v1/surveys/evil/responses/${id}`, { body: { excluded: true, reason: REASON } }));
});

// What is opened, and what of it is to be read there as it was written.
const VIEWS = {
  '/?window=90d': [NAME, OPTION],
  '/surveys/evil?window=90d': [NAME, QUESTION, REASON, NOTE, cut(NAME)],
  '/surveys/evil?window=90d&by=channel': [cut(QUESTION)],
  '/surveys/evil?window=90d&by=property.plan,touchpoint': [NAME],
  '/surveys/evil?window=90d&question=ease&by=answer.why': [REASON],
  [`/surveys/evil?window=90d&touchpoint=${encodeURIComponent(cut(NAME))}`]: [cut(NAME)],
  [`/surveys/evil?window=90d&channel=${encodeURIComponent(`${NAME}?`)}`]: [`${NAME}?`],
  '/surveys/evil/comments?window=90d': [NAME, QUESTION],
  '/surveys/evil/comments?window=90d&q=refund': [NAME, QUESTION],
  [`/surveys/evil/comments?q=${encodeURIComponent(`"${NAME}`)}`]: [],
  '/surveys/evil/suspects': [NAME],
  '/surveys/evil/alerts': [cut(NAME)],
  '/surveys/evil/share': [NAME],
  '/surveys/evil/edit': [NAME],
  '/journeys/evil?window=90d': [OPTION, cut(NAME)],
  '/alerts': [NAME],
  '/admin': [],
  '/admin/keys': MARKUP.map(cut),
  '/admin/audit': [],
  '/admin/signing-keys': [],
  '/admin/imports': [],
  [`/surveys/${encodeURIComponent(NAME)}`]: [],
  [`/login?next=${encodeURIComponent(NAME)}`]: [],
};

test('no view runs, loads or draws what is written anywhere', async () => {
  const page = await desk.open('/');
  const strangers = [];
  page.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url());
    if (!/^(data|blob):$/.test(protocol) && (origin !== desk.daemon.url || pathname.endsWith('/x')))
      strangers.push(request.url());
  });
  page.on('dialog', (dialog) => strangers.push(dialog.message()));
  for (const [path, reads] of Object.entries(VIEWS)) {
    await desk.go(page, path);
    const said = await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
      const values = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
      return [document.body.textContent, ...values].join('\n');
    });
    for (const text of reads) assert.ok(said.includes(text), `${path}: ${text}`);
    const drawn = await page.evaluate(() => {
      const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
      const is =
        'body script, body iframe, body object, [onerror], [onload], [onmouseover], [src="x"], [href^="javascript" i]';
      return roots.flatMap((root) => [...root.querySelectorAll(is)].map((one) => one.outerHTML.slice(0, 200)));
    });
    assert.deepEqual(drawn, [], path);
    await assertTame(page);
  }
  assert.deepEqual(strangers, []);
  await page.context().close();
});
