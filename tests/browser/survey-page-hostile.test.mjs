// Nothing runs of what a respondent, a property, a parameter or the path of a page says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { launch } from './harness.mjs';

const CORPUS = ['<script>say()</script>', '"><img src=x onerror=say()>', '</title><svg onload=say()>'];

let daemon, browser;
before(async () => {
  daemon = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

async function listen() {
  const page = await browser.newPage();
  const heard = [];
  await page.exposeFunction('say', () => heard.push(page.url()));
  page.on('dialog', (dialog) => heard.push(dialog.message()) && dialog.dismiss());
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(error.message));
  return { page, heard };
}
const foreign = (page) => page.locator('img, svg, script:not([src]), [onerror], [onload]').count();

test('of a respondent, a property and a comment', async () => {
  const { page, heard } = await listen();
  await daemon.survey('invited', { metric: 'nps', access: 'invited', properties: ['plan'] });
  for (const text of CORPUS) {
    const body = { respondent: text, properties: { plan: text } };
    const { token } = (await daemon.admin('POST', '/v1/surveys/invited/invitations', { body })).json;
    await page.goto(`${daemon.url}/s/invited?i=${token}&score=9`);
    await page.fill('textarea', text);
    await page.click('form button');
    await page.waitForURL(/\/thanks/);
    await page.goto(`${daemon.url}/s/invited?i=${token}`);
    assert.equal(await foreign(page), 0);
  }
  const { responses } = (await daemon.admin('GET', '/v1/surveys/invited/responses')).json;
  assert.deepEqual(
    responses.map(({ respondent, properties, comment }) => [respondent, properties.plan, comment]).sort(),
    CORPUS.map((text) => [text, text, text]).sort(),
  );
  await page.close();
  assert.deepEqual(heard, []);
});

test('of parameters and paths', async () => {
  const { page, heard } = await listen();
  await daemon.survey('open', { metric: 'nps' });
  const said = encodeURIComponent(CORPUS.join(' '));
  const query = `channel=${said}&touchpoint=${said}&property.plan=${said}&property.${said}=${said}&answer.${said}=x`;
  for (const target of [
    `open?${query}`,
    `open?kiosk=${said}&${query}`,
    `open/thanks?kiosk=${said}&lang=${said}&${query}`,
    `open?i=${said}`,
    `${said}?${query}`,
    `${said}/thanks?kiosk=9`,
  ]) {
    await page.goto(`${daemon.url}/s/${target}`);
    assert.equal(await foreign(page), 0, target);
    for (const link of await page.$$eval('a', (all) => all.map((one) => one.getAttribute('href'))))
      assert.match(link, /^\/s\//, 'links lead nowhere else');
  }
  await page.close();
  assert.deepEqual(heard, []);
});

test('of every text of a survey: on its page, in a kiosk, among what is missing, in thanks, in a mail', async () => {
  const { page, heard } = await listen();
  const mailer = await start({ config: { server: { public_url: 'https://survey.example' } } });
  for (const [i, text] of [...CORPUS, 'javascript:say()'].entries()) {
    const en = { en: text };
    const slug = `texts${i}`;
    const definition = {
      metric: 'nps',
      texts: { en: { question: text, low_label: text, high_label: text, comment_prompt: text, thanks: text } },
      questions: [
        { key: 'a', type: 'choice', text: en, options: [{ value: 'x', text: en }], other: true, required: true },
        { key: 'b', type: 'scale', metric: 'ces', text: en, low_label: en, high_label: en },
        { key: 'c', type: 'text', text: en, required: true },
      ],
    };
    await daemon.survey(slug, definition);
    await mailer.survey(slug, definition);
    const said = encodeURIComponent(text);
    await page.goto(`${daemon.url}/s/${slug}?score=9&answer.a=other&answer.a.other=${said}&answer.c=${said}&lang=en`);
    assert.deepEqual(
      [await page.inputValue('.words'), await page.inputValue('[name="answer.c"]')],
      [text, text],
      'what a link says is a value',
    );
    const whole = page.locator('form');
    // Each once, but the ends of the two scales, which are read out too.
    assert.equal((await whole.innerText()).split(text).length - 1, 14, 'and every text is words');
    await page.fill('[name="answer.c"]', '');
    await page.evaluate(() => (document.querySelector('form').noValidate = true));
    await page.click('form button');
    await page.waitForSelector('.missed');
    assert.equal(await foreign(page), 0, 'what is missing');
    await page.goto(`${daemon.url}/s/${slug}?kiosk=30&score=9&answer.a=x&answer.c=${said}`);
    assert.equal(await foreign(page), 0, 'a kiosk');
    await page.click('form button');
    assert.equal(await page.textContent('#thanks:not([hidden]) h1'), text);
    await page.goto(`${daemon.url}/s/${slug}/thanks`);
    assert.equal(await page.textContent('h1'), text);
    assert.equal(await foreign(page), 0, 'thanks');
    const mail = await (await fetch(`${mailer.url}/s/${slug}/mail.html?touchpoint=${said}`)).text();
    await page.goto('about:blank');
    await page.setContent(mail);
    assert.equal(await foreign(page), 0, 'a mail');
    for (const link of await page.$$eval('a', (all) => all.map((one) => one.href)))
      assert.match(link, /^https:\/\/survey\.example\/s\//);
  }
  await page.close();
  await mailer.stop();
  assert.deepEqual(heard, []);
});
