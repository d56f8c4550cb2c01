// The page of a survey without any script: what a GET shows, what a POST records, and what a person reads where neither
// can be.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import zlib from 'node:zlib';
import { after, describe, test } from 'node:test';
import jsqr from 'jsqr';
import { ids, run, signingKeys, start, until, use } from './harness.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const DAY = 86_400_000;
const d = await start();
after(() => d.stop());
const id = ids(1701);
const SCALE = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };
const TEXTS = {
  en: {
    question: 'Would you recommend us?',
    low_label: 'Never',
    high_label: 'Always',
    comment_prompt: 'Why?',
    thanks: 'Thanks!',
  },
  de: { question: 'Würden Sie uns empfehlen?' },
};
await d.survey('nps', { metric: 'nps' });
await d.survey('csat', { metric: 'csat' });
await d.survey('ces', { metric: 'ces' });
await d.survey('spoken', { metric: 'nps', texts: TEXTS });

let number = 0;
const fresh = async (definition = {}) => {
  const slug = `page-${++number}`;
  await d.survey(slug, { metric: 'nps', ...definition });
  return slug;
};
const open = async (target, headers) => {
  const reply = await ask(d, 'GET', target, { headers });
  assert.equal(reply.status, 200, reply.text);
  return formOf(reply.text);
};
const stored = async (slug, daemon = d) =>
  (await daemon.admin('GET', `/v1/surveys/${slug}/responses?limit=100`)).json.responses;
const only = async (slug) => {
  const all = await stored(slug);
  assert.equal(all.length, 1);
  return all[0];
};
const invite = async (slug, body = { respondent: 'customer-1' }) =>
  (await d.admin('POST', `/v1/surveys/${slug}/invitations`, { body })).json;
const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
const sign = (payload) => {
  const bytes = Buffer.from(JSON.stringify(payload));
  return `${bytes.toString('base64url')}.${hmac(hmac(signingKeys(d)[0], 'invitation'), bytes).toString('base64url')}`;
};

describe('the form', () => {
  test('is told of at the first start, beside what is ready to paste', async (t) => {
    const first = await use(t, { args: ['--starter-surveys'] });
    const link = () => /^ +(http:\/\/\S+\/s\/nps)$/m.exec(first.stdout)?.[1];
    await until(link, 'the page of a starter survey is told');
    assert.equal((await fetch(link())).status, 200);
  });

  test('comes with headers that let nothing else in', async () => {
    for (const [method, target] of [
      ['GET', '/s/nps'],
      ['HEAD', '/s/nps'],
      ['GET', '/s/nps/thanks'],
      ['GET', '/s/nothing'],
      ['GET', '/s/nps?i=x'],
    ]) {
      const { headers } = await ask(d, method, target);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8', target);
      assert.match(headers['content-security-policy'], /^default-src 'none'; style-src 'self'; script-src 'self'; /);
      assert.match(headers['content-security-policy'], /frame-ancestors 'none'$/);
      assert.doesNotMatch(headers['content-security-policy'], /unsafe|\*|http/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'same-origin');
      assert.equal(headers.vary, 'Accept-Language');
      assert.match(headers['cache-control'], /^(private, no-cache|no-store)$/);
      assert.equal(headers['set-cookie'], undefined);
    }
  });

  test('has no script or style in it, and loads its own alone', async () => {
    const all = elements((await ask(d, 'GET', '/s/nps')).text);
    for (const { name, attributes, text } of all) {
      assert.ok(name !== 'style' && !('style' in attributes), name);
      assert.ok(!Object.keys(attributes).some((key) => key.startsWith('on')));
      if (name !== 'script' && name !== 'link') continue;
      assert.equal(text, '');
      const loaded = await ask(d, 'GET', attributes.src ?? attributes.href);
      assert.equal(loaded.status, 200);
      assert.equal(loaded.headers['cache-control'], 'public, max-age=31536000, immutable');
    }
  });

  for (const [slug, [min, max]] of Object.entries(SCALE))
    test(`${slug} has each point of its scale, and each has a name`, async () => {
      const { text } = await ask(d, 'GET', `/s/${slug}?lang=en`);
      const { points, question } = formOf(text);
      assert.deepEqual(
        points,
        Array.from({ length: max - min + 1 }, (_, i) => `${min + i}`),
      );
      assert.ok(question.length > 10);
      const spoken = elements(text)
        .filter(({ attributes }) => attributes.class === 'spoken')
        .map((one) => one.text);
      assert.match(spoken[0], new RegExp(`^${min} out of ${max}, \\S`));
      assert.equal(spoken[1], `${min + 1} out of ${max}`);
    });

  test('preselects the score of the link, and records nothing', async () => {
    const slug = await fresh();
    for (const [score, chosen] of [
      ['9', '9'],
      ['0', '0'],
      ['11', undefined],
      ['x', undefined],
      ['', undefined],
      ['09', undefined],
    ])
      assert.equal((await open(`/s/${slug}?score=${score}`)).fields.get('score'), chosen, score);
    await ask(d, 'HEAD', `/s/${slug}?score=9`);
    assert.deepEqual(await stored(slug), []);
  });

  test('passes over what trackers put behind the link, and what cannot be read of it', async () => {
    for (const query of ['utm_source=mail&fbclid=1', 'score=9&score=8', '%', '&&=&', 'property.=x', '%00=1', 'a=%ff'])
      assert.equal((await ask(d, 'GET', `/s/nps?${query}`)).status, 200, query);
  });

  test('what cannot be read of a link takes nothing else from it', async () => {
    const said = 'score=9&touchpoint=mail';
    const queries = ['%00=1', '%ff=1', 'a=%ff', '%', '='].flatMap((odd) => [`${said}&${odd}`, `${odd}&${said}`]);
    for (const query of [...queries, said + '&x'.repeat(600)]) {
      const { fields } = formOf((await ask(d, 'GET', `/s/nps?${query}`)).text);
      assert.deepEqual([fields.get('score'), fields.get('touchpoint')], ['9', 'mail'], query);
    }
    assert.equal((await ask(d, 'GET', '/s/nps?i=cut&%00=1')).status, 403, 'nor its invitation');
  });

  test('where a score is optional none has to be chosen', async () => {
    const slug = await fresh({ score: 'optional' });
    const page = await ask(d, 'GET', `/s/${slug}`);
    assert.ok(!elements(page.text).some(({ attributes }) => 'required' in attributes));
    assert.equal((await send(d, formOf(page.text), { comment: 'no number' })).status, 303);
    assert.equal((await only(slug)).comment, 'no number');
  });
});

describe('what is posted', () => {
  test('is one response, with what the link and the form say, and leads to thanks', async () => {
    const slug = await fresh({ texts: TEXTS, properties: ['plan'] });
    const form = await open(
      `/s/${slug}?score=3&touchpoint=receipt&channel=qr&property.plan=pro&property.shop=B%C3%A4r&lang=de`,
    );
    const reply = await send(d, form, { score: '9', comment: 'größer\r\nals "x" <b>' });
    assert.equal(reply.status, 303, reply.text);
    assert.equal(reply.text, '');
    assert.equal(reply.headers.location, `/s/${slug}/thanks?lang=de`);
    const response = await only(slug);
    assert.equal(response.id, form.fields.get('id'));
    assert.equal(response.score, 9);
    assert.equal(response.comment, 'größer\nals "x" <b>');
    assert.equal(response.touchpoint, 'receipt');
    assert.equal(response.channel, 'qr');
    assert.equal(response.locale, 'de');
    assert.deepEqual(response.properties, { plan: 'pro', shop: 'Bär' });
    assert.equal(response.excluded, undefined);
    const thanks = await ask(d, 'GET', reply.headers.location);
    assert.equal(thanks.status, 200);
    assert.equal(formOf(thanks.text).language, 'de');
  });

  test('a form is answered once: by a double click, by going back, by loading it again', async () => {
    const slug = await fresh();
    const first = await ask(d, 'GET', `/s/${slug}`);
    const form = formOf(first.text);
    const both = await Promise.all([send(d, form, { score: '9' }), send(d, form, { score: '9' })]);
    for (const { status } of both) assert.equal(status, 303);
    assert.equal((await send(d, form, { score: '8', comment: 'after going back' })).status, 303);
    // A browser that loads the page again asks whether it is as it was, and says that it does.
    const again = await ask(d, 'GET', `/s/${slug}`, {
      headers: { 'If-None-Match': first.headers.etag, 'Cache-Control': 'max-age=0' },
    });
    assert.equal(again.status, 304);
    const response = await only(slug);
    assert.deepEqual([response.score, response.comment], [8, 'after going back']);
  });

  test('who comes later, or is another, gets a form of their own', async () => {
    const slug = await fresh();
    const first = await ask(d, 'GET', `/s/${slug}`);
    const known = first.headers.etag;
    const idOf = ({ text }) => formOf(text).fields.get('id');
    const old = `"01900000-0000-7000-8000-000000000000.${'0'.repeat(32)}"`;
    const seen = new Set([idOf(first)]);
    for (const headers of [
      {},
      { 'If-None-Match': known },
      { 'If-None-Match': known, 'Cache-Control': 'no-cache' },
      { 'If-None-Match': old, 'Cache-Control': 'max-age=0' },
      { 'If-None-Match': '*', 'Cache-Control': 'no-cache' },
      { 'If-None-Match': '"', 'Cache-Control': 'max-age=0' },
      { 'If-None-Match': '"x"', 'Cache-Control': 'max-age=0' },
    ]) {
      const reply = await ask(d, 'GET', `/s/${slug}`, { headers });
      if (headers['If-None-Match'] === '*') continue;
      assert.equal(reply.status, 200, JSON.stringify(headers));
      assert.equal(reply.headers['cache-control'], 'private, no-cache');
      assert.ok(!seen.has(idOf(reply)), JSON.stringify(headers));
      seen.add(idOf(reply));
    }
    // The same form in another language, or of another definition, is no 304; but its answer is the same one.
    const other = await ask(d, 'GET', `/s/${slug}?lang=fr`, {
      headers: { 'If-None-Match': known, 'Cache-Control': 'max-age=0' },
    });
    assert.equal(other.status, 200);
    assert.equal(idOf(other), idOf(first));
  });

  test('without a number it is shown again, with what was written, and why', async () => {
    const slug = await fresh();
    const form = await open(`/s/${slug}?touchpoint=t&property.plan=pro&lang=en`);
    const reply = await send(d, form, { comment: '\nkept </textarea><b>' });
    assert.equal(reply.status, 422);
    const shown = formOf(reply.text);
    assert.equal(shown.error, 'Please choose a number on the scale.');
    assert.equal(shown.fields.get('comment'), '\nkept </textarea><b>');
    for (const name of ['id', 'locale', 'touchpoint', 'property.plan', 'revision'])
      assert.equal(shown.fields.get(name), form.fields.get(name), name);
    assert.equal((await send(d, shown, { score: '7' })).status, 303);
    assert.equal((await only(slug)).id, form.fields.get('id'));

    assert.match(formOf((await send(d, form, { score: '11' })).text).error, /not on the scale/);
    const long = formOf((await send(d, form, { score: '1', comment: 'x'.repeat(8001) })).text);
    assert.match(long.error, /8000 characters/);
    assert.equal(long.fields.get('score'), '1');
  });

  test('a link that says too much does not keep who answers from answering', async () => {
    const slug = await fresh();
    const many = Array.from({ length: 70 }, (_, i) => `property.p${i}=1`).join('&');
    for (const [query, gone] of [
      [`touchpoint=${'t'.repeat(65)}&channel=c`, ['touchpoint']],
      [`property.${'k'.repeat(200)}=1&property.b=2`, [`property.${'k'.repeat(200)}`]],
      [`property.a~b%2F=1&property.c=2`, ['property.a~b/']],
      [many, ['property.p0', 'property.p69']],
    ]) {
      const form = await open(`/s/${slug}?${query}`);
      const reply = await send(d, form, { score: '5' });
      assert.equal(reply.status, 422, query);
      const shown = formOf(reply.text);
      for (const name of gone) assert.ok(form.fields.has(name) && !shown.fields.has(name), name);
      assert.equal((await send(d, shown)).status, 303, query);
    }
    assert.equal((await stored(slug)).length, 4);
  });

  test('is held to the honeypot and the time of the form, and not told', async () => {
    const slug = await fresh({ min_seconds: 3600, honeypot: 'nickname' });
    const form = await open(`/s/${slug}`);
    assert.ok(form.fields.get('nonce').length > 20);
    assert.equal(form.fields.get('nickname'), '');
    assert.equal((await send(d, form, { score: '1', nickname: 'bot' })).status, 303);
    assert.deepEqual((await only(slug)).flags, ['honeypot', 'too_fast']);
    const slow = await fresh({ min_seconds: 1 });
    const { fields, action } = await open(`/s/${slow}`);
    const payload = Buffer.from(`${slow} ${Date.now() - DAY / 24}`);
    const signature = hmac(hmac(signingKeys(d)[0], 'form'), payload);
    const nonce = `${payload.toString('base64url')}.${signature.toString('base64url')}`;
    fields.set('nonce', nonce);
    assert.equal((await send(d, { fields, action }, { score: '1' })).status, 303);
    assert.equal((await only(slow)).flags, undefined);
  });

  test('from pages of other origins is taken where the survey takes them', async () => {
    const slug = await fresh({ allowed_origins: ['https://shop.example'] });
    const form = await open(`/s/${slug}`);
    const from = (Origin) => send(d, form, { score: '9' }, { headers: Origin ? { Origin } : {} });
    assert.equal((await from('https://evil.example')).status, 403);
    assert.equal((await from('null')).status, 403);
    assert.equal((await from(`http://${d.host}:${d.port + 1}`)).status, 403);
    assert.deepEqual(await stored(slug), []);
    for (const origin of [undefined, `http://${d.host}:${d.port}`, 'https://shop.example'])
      assert.equal((await from(origin)).status, 303, origin);
    const open_ = await fresh();
    assert.equal(
      (await send(d, await open(`/s/${open_}`), { score: '9' }, { headers: { Origin: 'null' } })).status,
      303,
    );
  });

  test('figures count it as any other', async () => {
    const slug = await fresh();
    for (const score of ['10', '9', '2']) await send(d, await open(`/s/${slug}`), { score });
    const { json } = await d.score(slug, 'window=all');
    assert.equal(json.n, 3);
  });
});

const QUESTIONS = [
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

describe('further questions', () => {
  const asked = () => fresh({ questions: QUESTIONS });

  test('are there with their options, and to whom they are shown', async () => {
    const slug = await asked();
    const { text } = await ask(d, 'GET', `/s/${slug}?lang=de`);
    const { further } = formOf(text);
    assert.deepEqual(
      further.map((one) => [one['data-key'], one['data-scores'], one['data-after'], one['data-in'], one.text]),
      [
        ['reason', '0 1 2 3 4 5 6 7 8', undefined, undefined, 'Was war es?'],
        ['features', undefined, undefined, undefined, 'Which do you use?'],
        ['ease', undefined, undefined, undefined, 'How easy?'],
        ['why', undefined, 'reason', 'price other', 'Why <that>?'],
      ],
    );
    const inputs = elements(text).filter(({ attributes }) => attributes.name?.startsWith('answer.'));
    const values = (name) => inputs.filter((one) => one.attributes.name === name).map((one) => one.attributes.value);
    assert.deepEqual(values('answer.reason'), ['price', 'speed', 'other']);
    assert.deepEqual(values('answer.features'), ['a', 'b', 'other']);
    assert.deepEqual(values('answer.ease'), ['1', '2', '3', '4', '5', '6', '7']);
    const ticks = elements(text).filter(({ attributes }) => attributes.class === 'tick');
    assert.deepEqual(
      ticks.map((one) => one.text),
      ['Der Preis', 'The speed', 'Etwas anderes', 'Alerts', 'Boards', 'Etwas anderes'],
    );
    assert.ok(
      !inputs.some(({ attributes }) => 'required' in attributes),
      'whom it is not for cannot be made to answer',
    );
  });

  test('are answered by the fields of the form', async () => {
    for (const [fields, answers] of [
      [
        ['answer.reason=price', 'answer.features=b', 'answer.features=a', 'answer.ease=6', 'answer.why=too+much'],
        { reason: 'price', features: ['a', 'b'], ease: 6, why: 'too much' },
      ],
      [
        [
          'answer.reason=other',
          'answer.reason.other=the+size',
          'answer.features=a',
          'answer.features=other',
          'answer.features.other=',
          'answer.why=',
        ],
        { reason: { other: 'the size' }, features: ['a', 'other'] },
      ],
      [['answer.reason.other=only+words', 'answer.why=%0D%0A'], { reason: { other: 'only words' } }],
      [['answer.features.other=', 'answer.why=not+asked'], undefined],
    ]) {
      const slug = await asked();
      const form = await open(`/s/${slug}?score=3`);
      for (const name of [...form.fields.keys()].filter((name) => name.startsWith('answer.'))) form.fields.delete(name);
      const body = [new URLSearchParams([...form.fields]).toString(), ...fields].join('&');
      const reply = await ask(d, 'POST', form.action, { body });
      assert.equal(reply.status, 303, reply.text);
      const response = await only(slug);
      assert.deepEqual(response.answers, answers, fields.join('&'));
      assert.equal(response.score, 3);
    }
  });

  test('what a link answers, and what was answered before, is chosen', async () => {
    const slug = await asked();
    const form = await open(
      `/s/${slug}?answer.reason=speed&answer.features=b&answer.ease=2&answer.why=%3Cb%3E&answer.reason.other=w`,
    );
    assert.equal(form.fields.get('answer.reason'), 'speed');
    assert.equal(form.fields.get('answer.features'), 'b');
    assert.equal(form.fields.get('answer.ease'), '2');
    assert.equal(form.fields.get('answer.reason.other'), 'w');
    const again = await send(d, form, { 'answer.features': 'a' });
    assert.equal(again.status, 422);
    assert.equal(formOf(again.text).fields.get('answer.features'), 'a');
    assert.match(again.text, /<textarea name="answer.why"[^>]*>\n&lt;b&gt;<\/textarea>/);
  });
});

describe('languages', () => {
  const pick = async (target, accepted) => {
    const reply = await ask(d, 'GET', target, { headers: accepted ? { 'Accept-Language': accepted } : {} });
    const { language, direction, question, fields } = formOf(reply.text);
    return { language, direction, question, locale: fields.get('locale') };
  };

  test('each of ours is asked for by the browser, or by the link', async () => {
    const questions = new Set();
    for (const tag of ['en', 'de', 'fr', 'es', 'pt', 'nl', 'it', 'ja', 'ar']) {
      const asked = await pick('/s/nps', `xx, ${tag};q=0.5`);
      assert.deepEqual(await pick(`/s/nps?lang=${tag}`, 'en'), asked);
      assert.equal(asked.language, tag);
      assert.equal(asked.locale, tag);
      assert.equal(asked.direction, tag === 'ar' ? 'rtl' : 'ltr');
      questions.add(asked.question);
    }
    assert.equal(questions.size, 9);
  });

  test("the survey's own texts go before ours, and choose the language", async () => {
    assert.deepEqual(await pick('/s/spoken', 'de-CH, en'), {
      language: 'de',
      direction: 'ltr',
      question: TEXTS.de.question,
      locale: 'de',
    });
    assert.equal((await pick('/s/spoken', 'fr')).question, TEXTS.en.question);
    const thanks = await ask(d, 'GET', '/s/spoken/thanks?lang=en');
    assert.equal(formOf(thanks.text).question, 'Thanks!');
    assert.match(formOf((await ask(d, 'GET', '/s/spoken/thanks?lang=de')).text).question, /^Vielen Dank/);
  });
});

describe('what cannot be answered has a page that says why', () => {
  const says = async (target, status, question, lang = 'en') => {
    const reply = await ask(d, 'GET', `${target}${target.includes('?') ? '&' : '?'}lang=${lang}`);
    assert.equal(reply.status, status, reply.text);
    assert.equal(formOf(reply.text).question, question);
    assert.equal(formOf(reply.text).action, undefined, 'there is no form');
    assert.equal(reply.headers['cache-control'], 'no-store');
  };

  test('a survey that is closed, not open yet, archived, not there', async () => {
    const past = await fresh({ closes_at: '2020-01-01T00:00:00Z' });
    const future = await fresh({ opens_at: '2099-01-01T00:00:00Z' });
    const gone = await fresh({ archived: true });
    for (const slug of [past, future, gone]) await says(`/s/${slug}`, 403, 'This survey is closed');
    await says(`/s/${past}`, 403, 'Diese Umfrage ist geschlossen', 'de');
    await says('/s/nothing', 404, 'There is no survey here');
    await says('/s/nothing/thanks', 404, 'There is no survey here');
    await says('/s/%3Cb%3E', 404, 'There is no survey here');
    const late = await open(`/s/${await fresh()}?lang=en`);
    await d.survey(late.action.split(/[/?]/)[2], { metric: 'nps', archived: true });
    const reply = await send(d, late, { score: '9' });
    assert.equal(reply.status, 403);
    assert.equal(formOf(reply.text).question, 'This survey is closed');
  });

  test('an invitation that is missing, forged, expired, to another survey, erased', async () => {
    const slug = await fresh({ access: 'invited' });
    const other = await fresh({ access: 'invited' });
    const { token } = await invite(slug);
    await says(`/s/${slug}`, 403, 'By invitation only');
    for (const cut of [token.slice(0, -3), 'x', '<script>', `${token}x`])
      await says(`/s/${slug}?i=${encodeURIComponent(cut)}`, 403, 'This link does not work');
    await says(`/s/${other}?i=${token}`, 403, 'This link does not work');
    await says(
      `/s/${slug}?i=${sign({ i: id(), s: slug, r: 'a', e: Date.now() - DAY })}`,
      403,
      'This invitation has expired',
    );
    await says(`/s/${slug}?i=${sign({ i: id(), s: slug, r: 'a', e: 0 })}`, 403, 'Diese Einladung ist abgelaufen', 'de');

    const { token: erased } = await invite(slug, { respondent: 'forgotten' });
    const form = await open(`/s/${slug}?i=${erased}&lang=en`);
    await d.admin('DELETE', '/v1/respondents/forgotten');
    const reply = await send(d, form, { score: '9' });
    assert.equal(reply.status, 410);
    assert.equal(formOf(reply.text).question, 'This invitation is no longer there');
  });

  test('an invitation that is used, to the end of the time in which it may be amended', async () => {
    const slug = await fresh({ access: 'invited', amend_window: 0 });
    const { token } = await invite(slug);
    const form = await open(`/s/${slug}?i=${token}`);
    assert.equal((await send(d, form, { score: '9' })).status, 303);
    assert.equal((await send(d, form, { score: '9' })).status, 303, 'the same again');
    await says(`/s/${slug}?i=${token}`, 409, 'You have already answered');
    const reply = await send(d, form, { score: '2' });
    assert.equal(reply.status, 409);
    assert.equal((await only(slug)).score, 9);
  });

  test('who answered not long ago', async () => {
    const slug = await fresh({ recontact_days: 30, access: 'invited' });
    for (const [status, question] of [[303], [409, 'You answered not long ago']]) {
      const { token } = await invite(slug, { respondent: 'often' });
      const reply = await send(d, await open(`/s/${slug}?i=${token}&lang=en`), { score: '9' });
      assert.equal(reply.status, status);
      if (question) assert.equal(formOf(reply.text).question, question);
    }
  });

  test('what the daemon cannot do now: limits, storage', async (t) => {
    const limited = await use(t, { config: { limits: { ingest_rate: 1 } } });
    await limited.survey('nps', { metric: 'nps' });
    const form = formOf((await ask(limited, 'GET', '/s/nps?lang=en')).text);
    assert.equal((await send(limited, form, { score: '9' })).status, 303);
    const busy = await send(limited, form, { score: '8' });
    assert.equal(busy.status, 429);
    assert.equal(formOf(busy.text).question, 'That did not go through');
    assert.ok(Number(busy.headers['retry-after']) > 0);

    const broken = await use(t, { storage: 'faulty:full:1-1:sqlite:PATH' });
    await broken.survey('nps', { metric: 'nps' });
    const page = formOf((await ask(broken, 'GET', '/s/nps?lang=fr')).text);
    const full = await send(broken, page, { score: '9' });
    assert.equal(full.status, 507);
    assert.equal(formOf(full.text).language, 'fr');
    assert.equal((await send(broken, page, { score: '9' })).status, 303, 'going back and sending it again');
    assert.equal((await stored('nps', broken)).length, 1);
  });

  test('what is no page is a problem for programs', async () => {
    assert.equal((await ask(d, 'PUT', '/s/nps')).headers['content-type'], 'application/problem+json');
    assert.equal((await ask(d, 'GET', '/s/nps/more/than')).status, 404);
    assert.equal((await ask(d, 'POST', '/s/nps', { body: 'x', headers: { 'Content-Type': 'image/png' } })).status, 415);
  });
});

describe('invitations', () => {
  test('a list of respondents becomes links, and each leads to an answer of its own', async () => {
    const slug = await fresh({ access: 'invited', properties: ['plan'] });
    const input = 'respondent,plan\nanna@example.org,pro\nbo@example.org,free\n';
    const made = run(['invite', slug, '--file', '-', '-c', d.config], { input });
    assert.deepEqual([made.status, made.stderr], [0, '']);
    const links = [...made.stdout.matchAll(/http:\/\/[^,]*?(\/s\/[^,]+)/g)].map(([, target]) => target);
    assert.equal(links.length, 2);
    for (const [i, link] of links.entries())
      assert.equal((await send(d, await open(`${link}&score=${9 - i}`))).status, 303);
    const all = (await stored(slug)).map(({ respondent, score, properties }) => [respondent, score, properties.plan]);
    assert.deepEqual(all.sort(), [
      ['anna@example.org', 9, 'pro'],
      ['bo@example.org', 8, 'free'],
    ]);
  });

  test('the link that an invitation gives is answered, and may be changed for a while', async () => {
    const slug = await fresh({ access: 'invited', properties: ['plan'] });
    const invited = await invite(slug, { respondent: 'secret@example.org', properties: { plan: 'hidden-plan' } });
    const link = new URL(invited.url);
    assert.equal(link.pathname, `/s/${slug}`);
    const target = `${link.pathname}${link.search}&score=8&property.plan=other`;
    const page = await ask(d, 'GET', target);
    assert.doesNotMatch(page.text, /secret|hidden-plan/, 'who holds the link learns nothing');
    const form = formOf(page.text);
    assert.equal(form.fields.get('id'), undefined);
    assert.doesNotMatch(form.action, /i=/);
    const contradicts = await send(d, form);
    assert.equal(contradicts.status, 422, 'the link says otherwise than the invitation');
    assert.doesNotMatch(contradicts.text, /secret|hidden-plan/);
    assert.equal((await send(d, formOf(contradicts.text))).status, 303);
    const response = await only(slug);
    assert.equal(response.id, invited.response_id);
    assert.deepEqual(
      [response.score, response.respondent, response.properties],
      [8, 'secret@example.org', { plan: 'hidden-plan' }],
    );

    const later = await ask(d, 'GET', `${link.pathname}${link.search}&lang=en`);
    assert.match(later.text, /You have answered already/);
    assert.equal((await send(d, formOf(later.text), { score: '2' })).status, 303);
    assert.equal((await only(slug)).score, 2);
  });
});

// The sum of PNG, for Node before 20.15 has none.
function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

describe('codes', () => {
  // The picture as rows of booleans, true where it is dark; of PNG, by Node's zlib, with all its sums.
  function readPng(bytes) {
    assert.equal(bytes.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
    const chunks = {};
    for (let at = 8; at < bytes.length;) {
      const length = bytes.readUInt32BE(at);
      const typed = bytes.subarray(at + 4, at + 8 + length);
      assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(typed));
      chunks[typed.toString('latin1', 0, 4)] = typed.subarray(4);
      at += 12 + length;
    }
    assert.deepEqual(Object.keys(chunks), ['IHDR', 'IDAT', 'IEND']);
    const side = chunks.IHDR.readUInt32BE(0);
    assert.deepEqual([...chunks.IHDR.subarray(4)], [...chunks.IHDR.subarray(0, 4), 1, 0, 0, 0, 0]);
    const rows = zlib.inflateSync(chunks.IDAT);
    const stride = 1 + Math.ceil(side / 8);
    assert.equal(rows.length, stride * side);
    return Array.from({ length: side }, (_, y) =>
      Array.from({ length: side }, (__, x) => !(rows[y * stride + 1 + (x >> 3)] & (0x80 >> (x & 7)))),
    );
  }
  function readSvg(text) {
    const side = Number(/viewBox="0 0 (\d+) \1"/.exec(text)[1]);
    const rows = Array.from({ length: side }, () => Array(side).fill(false));
    for (const [, x, y, length] of /<path d="([^"]*)"/.exec(text)[1].matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
      rows[y].fill(true, Number(x), Number(x) + Number(length));
    return rows;
  }
  function decode(rows) {
    const side = rows.length;
    const pixels = new Uint8ClampedArray(side * side * 4);
    rows.flat().forEach((dark, i) => pixels.fill(dark ? 0 : 255, i * 4, i * 4 + 3).fill(255, i * 4 + 3, i * 4 + 4));
    return jsqr(pixels, side, side)?.data;
  }
  const larger = (rows, times) =>
    rows.flatMap((row) => Array(times).fill(row.flatMap((dark) => Array(times).fill(dark))));

  test('lead to the page, with the parameters that they were asked for with', async () => {
    for (const query of [
      '',
      '?touchpoint=table-5',
      '?property.shop=B%C3%A4r&score=9',
      `?property.x=${'y'.repeat(900)}`,
    ]) {
      const link = `http://${d.host}:${d.port}/s/nps${query}`;
      const png = await ask(d, 'GET', `/s/nps/qr.png${query}`);
      assert.equal(png.status, 200);
      assert.equal(png.headers['content-type'], 'image/png');
      const rows = readPng(png.body);
      assert.equal(decode(rows), link);
      const svg = await ask(d, 'GET', `/s/nps/qr.svg${query}`);
      assert.equal(svg.headers['content-type'], 'image/svg+xml');
      assert.deepEqual(larger(readSvg(svg.text), 10), rows);
      assert.ok(svg.text.includes(`<title>${link.replaceAll('&', '&amp;')}</title>`));
      const again = await ask(d, 'GET', `/s/nps/qr.svg${query}`, { headers: { 'If-None-Match': svg.headers.etag } });
      assert.equal(again.status, 304);
    }
  });

  test('below the public URL; of surveys that there are, and links that are not too long', async (t) => {
    const daemon = await use(t, { config: { server: { public_url: 'https://survey.example/cx/' } } });
    await daemon.survey('nps', { metric: 'nps' });
    const { body } = await ask(daemon, 'GET', '/s/nps/qr.png?score=9');
    assert.equal(decode(readPng(body)), 'https://survey.example/cx/s/nps?score=9');
    assert.equal((await ask(d, 'GET', '/s/nothing/qr.svg')).status, 404);
    assert.equal((await ask(d, 'GET', `/s/nps/qr.svg?x=${'y'.repeat(1024)}`)).status, 400);
    const svg = await ask(d, 'GET', '/s/nps/qr.svg?x=</title><script>alert(1)</script>');
    assert.ok(svg.status === 400 || !svg.text.includes('<script'), svg.text);
    const wire = await d.raw('GET /s/nps/qr.svg HTTP/1.0\r\n\r\n');
    assert.equal(wire.status, 421);
  });
});

test('behind a path of the public URL every link has it', async (t) => {
  const daemon = await use(t, { config: { server: { public_url: 'https://survey.example/cx/' } } });
  await daemon.survey('nps', { metric: 'nps' });
  const page = await ask(daemon, 'GET', '/s/nps');
  const form = formOf(page.text);
  assert.equal(form.action, '/cx/s/nps?lang=en');
  for (const { attributes } of elements(page.text).filter(({ name }) => ['link', 'script'].includes(name)))
    assert.match(attributes.href ?? attributes.src, /^\/cx\/assets\/page\.\w{16}\.(css|js)$/);
  form.action = form.action.replace('/cx', '');
  const reply = await send(daemon, form, { score: '9' }, { headers: { Origin: 'https://survey.example' } });
  assert.equal(reply.headers.location, '/cx/s/nps/thanks?lang=en');
});

test('whatever anybody says is text in a page', async () => {
  const CORPUS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    '</textarea><script>alert(1)</script>',
    '</title><script>alert(1)</script>',
    'javascript:alert(1)',
    '{{1+1}}${1+1}',
    '&lt;script&gt;&#60;b&#62;',
    '\u202e\u2066reversed',
    '<!--',
    ']]>',
    '%3Cscript%3E',
    '\\x3cscript\\x3e',
  ];
  for (const text of CORPUS) {
    const slug = await fresh({
      name: text,
      texts: { en: { question: text, low_label: text, high_label: text, comment_prompt: text, thanks: text } },
    });
    const said = encodeURIComponent(text);
    const names = ['touchpoint', 'channel', 'property.x', `property.${said}`, 'lang', 'score', said];
    const target = `/s/${slug}?${names.map((name) => `${name}=${said}`).join('&')}`;
    const page = await ask(d, 'GET', target);
    const all = elements(page.text); // no markup but ours
    const form = formOf(page.text);
    assert.equal(form.question, text);
    for (const name of ['touchpoint', 'channel', 'property.x']) assert.equal(form.fields.get(name), text);
    assert.deepEqual(
      new Set(all.map(({ name }) => name)),
      new Set(
        'html head meta title link script body main form input fieldset legend h1 div label span textarea button'.split(
          ' ',
        ),
      ),
    );
    const again = await send(d, form, { comment: text, id: text, nonce: text, locale: text });
    assert.equal(again.status, 422);
    assert.equal(formOf(again.text).fields.get('comment'), text);
    assert.equal(formOf((await ask(d, 'GET', `/s/${slug}/thanks?lang=${said}`)).text).question, text);
    const forged = await ask(d, 'GET', `/s/${slug}?i=${said}&lang=en`);
    assert.equal(forged.status, 403);
    assert.equal(elements(forged.text).filter(({ name }) => name === 'script').length, 1);
    assert.equal((await ask(d, 'GET', `/s/${said}`)).status, 404);
  }
});
