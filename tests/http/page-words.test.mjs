// Whatever anybody says is text on the page of a survey.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from './harness.mjs';
import { pagesOf } from './survey-pages.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const d = await start();
after(() => d.stop());
const { fresh } = pagesOf(d);

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
