// The page of a survey from a mail, and for who has an invitation that is no good: each in a real browser.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import { judge } from './axe.mjs';
import { expiredInvitation, launch, site } from './harness.mjs';

let daemon,
  browser,
  number = 0;
before(async () => {
  daemon = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});
const survey = async (definition = {}) => {
  const slug = `l${++number}`;
  await daemon.survey(slug, { metric: 'nps', ...definition });
  return slug;
};
const stored = async (slug, from = daemon) => (await from.admin('GET', `/v1/surveys/${slug}/responses`)).json.responses;
const invite = async (slug, respondent = crypto.randomUUID()) =>
  (await daemon.admin('POST', `/v1/surveys/${slug}/invitations`, { body: { respondent } })).json.token;
const widths = (page) => page.locator('html').evaluate((root) => [root.scrollWidth, root.clientWidth]);
async function assertFits(page, what) {
  const [needed, there] = await widths(page);
  assert.ok(needed <= there, `${what}: ${needed} of ${there}`);
}
async function send(page) {
  const replied = page.waitForResponse((reply) => reply.request().method() === 'POST');
  await page.click('form button');
  await replied;
  await page.waitForLoadState();
}

describe('the snippet of a mail', () => {
  let place, mailer;
  before(async () => {
    place = await site();
    // A daemon whose links lead to where the test sends them on from.
    mailer = await start({ config: { server: { public_url: place.origin } } });
    await mailer.survey('mail', { metric: 'nps' });
  });
  after(async () => {
    await mailer?.stop();
    await place?.close();
  });
  const open = async (colorScheme, width) => {
    const html = await (await fetch(`${mailer.url}/s/mail/mail.html?touchpoint=receipt&lang=en`)).text();
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 640 } });
    await context.route(`${place.origin}/**`, async (route) => {
      const target = route.request().url().replace(place.origin, mailer.url);
      await route.fulfill({ response: await route.fetch({ url: target }) });
    });
    const page = await context.newPage();
    await page.setContent(`<!doctype html><html lang="en"><title>Mail</title><body>${html}</body></html>`);
    return { context, page };
  };

  for (const colorScheme of ['light', 'dark'])
    for (const width of [320, 600])
      test(`is read at ${width} pixels, ${colorScheme}`, async () => {
        const { context, page } = await open(colorScheme, width);
        await assertFits(page, 'the mail');
        const boxes = await page.$$eval('a', (links) => links.map((link) => link.getBoundingClientRect().toJSON()));
        assert.equal(boxes.length, 11);
        for (const box of boxes) assert.ok(box.width >= 24 && box.height >= 24, `${box.width} × ${box.height}`);
        assert.equal(new Set(boxes.map(({ y }) => y)).size, 1, 'one row');
        await judge(page, `a mail of ${width} pixels`, { isPage: false });
        await context.close();
      });

  test('leads to the page with its number chosen, and nothing is recorded before that is sent', async () => {
    const { context, page } = await open('light', 320);
    const opened = context.waitForEvent('page');
    await page.click('a:text-is("8")');
    const answer = await opened;
    await answer.waitForLoadState();
    assert.equal(await answer.isChecked('input[value="8"]'), true);
    assert.deepEqual(await stored('mail', mailer), [], 'a link that is followed records nothing');
    const form = await answer.evaluate(() => ({
      action: document.forms[0].getAttribute('action'),
      body: new URLSearchParams(new FormData(document.forms[0])).toString(),
    }));
    await context.close();
    const posted = await fetch(new URL(form.action, mailer.url), {
      method: 'POST',
      body: form.body,
      redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(posted.status, 303);
    const all = await stored('mail', mailer);
    assert.deepEqual(
      all.map(({ score, touchpoint }) => [score, touchpoint]),
      [[8, 'receipt']],
    );
  });
});

for (const javaScriptEnabled of [true, false])
  test(`an invitation that is opened twice is one answer, the last; JavaScript: ${javaScriptEnabled}`, async () => {
    const slug = await survey({ access: 'invited' });
    const token = await invite(slug);
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    for (const score of [9, 4]) {
      await page.goto(`${daemon.url}/s/${slug}?i=${token}&score=${score}&lang=en`);
      await page.fill('textarea', `of ${score}`);
      const note = page.getByText('You have answered already.');
      assert.equal(await note.count(), score === 9 ? 0 : 1, 'whoever comes back is told');
      if (score === 4) {
        const [said, question] = [await note.boundingBox(), await page.locator('h1').boundingBox()];
        const gap = question.y - (said.y + said.height);
        assert.ok(gap >= 16, `${gap} pixels above the question`);
      }
      await send(page);
      await page.waitForURL(/\/thanks/);
    }
    const all = await stored(slug);
    assert.deepEqual(
      all.map(({ score, comment }) => [score, comment]),
      [[4, 'of 4']],
    );
    await context.close();
  });

describe('an invitation that is no good is told in the language of who reads', () => {
  // What each says, so that none is taken for another.
  const KINDS = {
    used: {
      title: /schon geantwortet/,
      link: async (slug, page) => {
        const token = await invite(slug);
        await page.goto(`${daemon.url}/s/${slug}?i=${token}&score=9`);
        await send(page);
        return `${slug}?i=${token}`;
      },
    },
    expired: { title: /abgelaufen/, link: (slug) => `${slug}?i=${expiredInvitation(daemon, slug)}` },
    forged: {
      title: /Link/,
      link: async (slug) => {
        const token = await invite(slug);
        return `${slug}?i=${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
      },
    },
    'cut off': { title: /Link/, link: async (slug) => `${slug}?i=${(await invite(slug)).slice(0, -9)}` },
    'of another survey': {
      title: /Link/,
      link: async (slug) => `${slug}?i=${await invite(await survey({ access: 'invited' }))}`,
    },
    'erased': {
      title: /nicht mehr/,
      link: async (slug) => {
        const respondent = crypto.randomUUID();
        const token = await invite(slug, respondent);
        await daemon.admin('DELETE', `/v1/respondents/${respondent}`);
        return `${slug}?i=${token}`;
      },
    },
    'to a closed survey': {
      title: /geschlossen/,
      link: async (slug) => {
        const token = await invite(slug);
        await daemon.survey(slug, { metric: 'nps', access: 'invited', closes_at: '2020-01-01T00:00:00Z' });
        return `${slug}?i=${token}`;
      },
    },
    'to no survey': { title: /keine Umfrage/, link: async (slug) => `nothing-here?i=${await invite(slug)}` },
  };

  for (const [kind, { title, link }] of Object.entries(KINDS))
    test(kind, async () => {
      const slug = await survey({ access: 'invited', amend_window: 0 });
      const titles = [];
      for (const [locale, direction] of [
        ['de', 'ltr'],
        ['ar', 'rtl'],
      ]) {
        const context = await browser.newContext({ locale, viewport: { width: 320, height: 640 } });
        const page = await context.newPage();
        await page.goto(`${daemon.url}/s/${await link(slug, page)}`);
        const said = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
        assert.deepEqual(said, [locale, direction]);
        const text = await page.textContent('h1');
        assert.match(text, locale === 'de' ? title : /\p{Script=Arabic}/u);
        assert.equal(await page.locator('form').count(), 0, 'there is nothing to be filled in');
        await assertFits(page, kind);
        await judge(page, `${kind}, ${locale}`);
        titles.push(text);
        await context.close();
        if (kind === 'to a closed survey') await daemon.survey(slug, { metric: 'nps', access: 'invited' });
      }
      assert.equal(new Set(titles).size, 2);
    });
});
