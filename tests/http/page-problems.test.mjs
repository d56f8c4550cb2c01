// The page of a survey that cannot be answered, or not by whom; and in which language it says so.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertProblem, ids, run, start, use } from './harness.mjs';
import { DAY, QUESTIONS, TEXTS, pagesOf } from './survey-pages.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const d = await start();
after(() => d.stop());
const { fresh, invite, open, only, sign, stored } = pagesOf(d);
const id = ids(1701);
await d.survey('nps', { metric: 'nps' });
await d.survey('spoken', { metric: 'nps', texts: TEXTS });

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

  test('of several that a link names the first counts that there is', async () => {
    assert.equal((await pick('/s/nps?lang=de&lang=fr', 'en')).language, 'de');
    assert.equal((await pick('/s/nps?lang=tlh&lang=&lang=fr', 'en')).language, 'fr');
  });

  test('a page is written as its survey is, and what is of another language says so', async () => {
    for (const [tag, direction] of [
      ['he', 'rtl'],
      ['fa-IR', 'rtl'],
      ['az-Arab', 'rtl'],
      ['pl', 'ltr'],
    ]) {
      const slug = await fresh({ texts: { [tag]: { question: 'ש?', low_label: 'לא' } } });
      const { text } = await ask(d, 'GET', `/s/${slug}?lang=en`);
      assert.equal(formOf(text).direction, direction, tag);
      const all = elements(text);
      assert.equal(all.find(({ name }) => name === 'button').attributes.dir, direction === 'rtl' ? 'ltr' : undefined);
      const legend = all.find(({ name }) => name === 'legend').attributes;
      assert.deepEqual([legend.lang, legend.dir], [tag, 'auto']);
    }
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
    const invited = await open(`/s/${await fresh()}?lang=en`);
    await d.survey(invited.action.split(/[/?]/)[2], { metric: 'nps', access: 'invited' });
    for (const [form, question] of [
      [late, 'This survey is closed'],
      [invited, 'By invitation only'],
    ])
      for (const score of ['9', '99', '']) {
        const reply = await send(d, form, { score });
        assert.equal(reply.status, 403, 'also where the answer has a fault');
        assert.equal(formOf(reply.text).question, question);
        assert.equal(formOf(reply.text).action, undefined);
      }
  });

  test('a browser that leads nowhere; programs, and calls of the API, read a problem', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const path of ['/s/', '/s', '/nosuch', '/s/nps/a/b', '/v1x', `/${'a/'.repeat(40)}`]) {
      const reply = await ask(d, 'GET', `${path}?lang=de`, { headers: { accept } });
      assert.equal(reply.status, 404, path);
      assert.equal(formOf(reply.text).question, 'Hier ist keine Umfrage', path);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assertProblem(await d.request('GET', path), 404, 'not_found');
      assertProblem(await d.request('GET', path, { headers: { Accept: '*/*' } }), 404, 'not_found');
    }
    for (const path of ['/v1/nosuch', '/v1', '/v1/'])
      assertProblem(await d.request('GET', path, { headers: { Accept: accept } }), 404, 'not_found');
    assertProblem(await d.request('POST', '/nosuch', { headers: { Accept: accept } }), 404, 'not_found');
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

    for (const [path, query] of [
      [slug, 'i='],
      [slug, `score=9&amp;i=`],
      ['nps', 'i=&score=9'],
    ])
      await says(`/s/${path}?${query}`, 403, 'This link does not work');
    await open(`/s/${slug}?score=9&amp;i=${token}`);

    const { token: erased } = await invite(slug, { respondent: 'forgotten' });
    const form = await open(`/s/${slug}?i=${erased}&lang=en`);
    await d.admin('DELETE', '/v1/respondents/forgotten');
    const reply = await send(d, form, { score: '9' });
    assert.equal(reply.status, 410);
    assert.equal(formOf(reply.text).question, 'This invitation is no longer there');
    await says(`/s/${slug}?i=${erased}`, 410, 'This invitation is no longer there');
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
    const forms = [];
    for (let i = 0; i < 2; i++) {
      const { token } = await invite(slug, { respondent: 'often' });
      forms.push(await open(`/s/${slug}?i=${token}&lang=en`));
    }
    assert.equal((await send(d, forms[0], { score: '9' })).status, 303);
    const late = await send(d, forms[1], { score: '9' });
    assert.equal(late.status, 409);
    assert.equal(formOf(late.text).question, 'You answered not long ago');
    const { token } = await invite(slug, { respondent: 'often' });
    await says(`/s/${slug}?i=${token}`, 409, 'You answered not long ago');
    assert.equal((await send(d, forms[0], { score: '8' })).status, 303, 'what was answered may be changed');

    const other = await fresh({ recontact_days: { default: 30, touchpoints: { visit: 0 } }, access: 'invited' });
    const first = await invite(other, { respondent: 'often' });
    assert.equal((await send(d, await open(`/s/${other}?i=${first.token}`), { score: '9' })).status, 303);
    const again = await invite(other, { respondent: 'often' });
    await says(`/s/${other}?i=${again.token}`, 409, 'You answered not long ago');
    await open(`/s/${other}?i=${again.token}&touchpoint=visit`);
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

  test('what is too long, or comes as no page sends it, is told as that, in every language', async () => {
    const seen = new Set();
    for (const lang of ['en', 'de', 'fr', 'es', 'pt', 'nl', 'it', 'ja', 'ar']) {
      for (const [status, headers, body] of [
        [413, {}, `score=9&comment=${'x'.repeat(2 << 20)}`],
        [415, { 'Content-Type': 'image/png' }, 'x'],
        [415, { 'Content-Encoding': 'br' }, 'x'],
        [400, { 'Content-Type': 'application/json' }, '{'],
      ]) {
        const reply = await ask(d, 'POST', `/s/nps?lang=${lang}`, { headers, body });
        assert.equal(reply.status, status);
        const { question, language } = formOf(reply.text);
        assert.equal(language, lang);
        seen.add(`${status === 413} ${question}`);
        if (lang === 'en')
          assert.equal(question, status === 413 ? 'Your answer is too long' : 'Your answer could not be taken');
        assert.doesNotMatch(reply.text, /our fault/);
      }
    }
    assert.equal(seen.size, 18);
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
