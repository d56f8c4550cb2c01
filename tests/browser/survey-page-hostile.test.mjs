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
