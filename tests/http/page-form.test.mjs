// The page of a survey without any script: what a GET shows, and what a POST records.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { start, until, use } from './harness.mjs';
import { DAY, TEXTS, pagesOf } from './survey-pages.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const d = await start();
after(() => d.stop());
const { fresh, open, only, sign, stored } = pagesOf(d);
const SCALE = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };
await d.survey('nps', { metric: 'nps' });
await d.survey('csat', { metric: 'csat' });
await d.survey('ces', { metric: 'ces' });

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

  test('links that a mailer escaped once too often say what they were to say', async () => {
    for (const amp of ['&amp;', '&amp;amp;']) {
      const { fields } = formOf(
        (await ask(d, 'GET', `/s/nps?touchpoint=mail${amp}score=9${amp}property.plan=pro${amp}lang=de`)).text,
      );
      assert.deepEqual(
        ['score', 'touchpoint', 'property.plan', 'locale'].map((name) => fields.get(name)),
        ['9', 'mail', 'pro', 'de'],
      );
    }
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

  test('it is shown again however it was sent, with all that was said', async () => {
    const slug = await fresh();
    const id = '01900000-0000-7000-8000-00000000aa01';
    const said = { id, comment: 'kept', channel: 'web', 'property.plan': 'pro' };
    const parts = Object.entries(said)
      .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('');
    const { 'property.plan': plan, ...members } = said;
    for (const [type, body] of [
      ['multipart/form-data; boundary=b', `${parts}--b--\r\n`],
      ['application/json', JSON.stringify({ ...members, properties: { plan }, score: 99 })],
      ['text/plain', JSON.stringify({ ...members, properties: { plan } })],
    ]) {
      const reply = await ask(d, 'POST', `/s/${slug}?lang=en`, { headers: { 'Content-Type': type }, body });
      assert.equal(reply.status, 422, type);
      const { fields } = formOf(reply.text);
      for (const [name, value] of Object.entries(said)) assert.equal(fields.get(name), value, `${type}: ${name}`);
    }
    assert.deepEqual(await stored(slug), []);
  });

  test('an id that is none is replaced by one that is, and the form can be sent', async () => {
    const slug = await fresh();
    for (const bad of ['x', '', '01900000-0000-7000-8000-00000000zz01']) {
      const form = await open(`/s/${slug}`);
      const reply = await send(d, form, { score: '4', id: bad });
      if (bad) assert.equal(reply.status, 422);
      if (bad) assert.equal((await send(d, formOf(reply.text))).status, 303, bad);
    }
    assert.equal((await stored(slug)).length, 3);
  });

  test('what no page can show is marked, and nothing of it is cut off', async () => {
    const slug = await fresh();
    const form = await open(`/s/${slug}?lang=en`);
    const shown = formOf((await send(d, form, { comment: 'before\0after' })).text);
    assert.equal(shown.fields.get('comment'), 'before\ufffdafter');
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
    fields.set('nonce', sign(`${slow} ${Date.now() - DAY / 24}`, 'form'));
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
