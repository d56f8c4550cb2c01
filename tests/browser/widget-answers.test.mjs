// The widget on a page of another origin: answered by mouse, by keyboard and by touch, in each of its modes and looks.
// The daemon holds one response each, and what was shown is counted.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { METRICS, start } from '../http/harness.mjs';
import { launch } from './harness.mjs';
import {
  QUEUE,
  box,
  button,
  choose,
  counted,
  edge,
  embed,
  heard,
  html,
  listen,
  names,
  only,
  openShop,
  point,
  says,
  script,
  stored,
  widget,
  words,
} from './widget.mjs';

const TEXTS = {
  en: { question: 'Would you recommend us?', low_label: 'Never', high_label: 'Always', thanks: 'Thanks a lot!' },
  de: { question: 'Würden Sie uns empfehlen?', thanks: 'Danke sehr!' },
  ar: { question: 'هل توصي بنا؟' },
};
const MODES = ['corner', 'modal', 'inline', 'button'];

let daemon, browser, shop, context, page, slug;
let number = 0;
before(async () => {
  daemon = await start({ config: { metrics: METRICS } });
  browser = await launch();
  shop = await openShop();
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await daemon?.stop();
});
const survey = async (definition = {}) => {
  const name = `s${++number}`;
  await daemon.survey(name, { metric: 'nps', texts: TEXTS, ...definition });
  return name;
};
const begin = async (options = {}) => {
  context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options });
  page = await listen(context);
};
beforeEach(async () => {
  slug = await survey();
  await begin();
});
afterEach(() => context.close());

// Opens a page with the widget on it, and brings the widget up.
const show = async (options = {}, more) => {
  await page.goto(shop.open(embed(daemon, { survey: slug, ...options }, more)));
  if (options.mode === 'button') await edge(page).click();
  await point(page, 5).waitFor();
};

describe('a person answers', () => {
  for (const mode of MODES)
    test(`by mouse: ${mode}`, async () => {
      await show({ mode, respondent: 'customer-1', touchpoint: 'till', channel: 'shop', properties: { plan: 'pro' } });
      await choose(page, 9);
      await words(page).fill('quick and friendly');
      await button(page, 'Send').click();
      await page.getByText('Thanks a lot!').waitFor();
      await only(
        daemon,
        slug,
        {
          score: 9,
          comment: 'quick and friendly',
          respondent: 'customer-1',
          touchpoint: 'till',
          channel: 'shop',
          locale: 'en',
          properties: { plan: 'pro' },
        },
        page,
      );
      await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
      assert.deepEqual(await names(page), ['ready', 'shown', 'scored', 'commented']);
    });

  for (const mode of MODES)
    test(`by keyboard alone: ${mode}`, async () => {
      await page.goto(shop.open(embed(daemon, { survey: slug, mode })));
      const inWidget = () => page.evaluate(() => document.activeElement.localName === 'cxd-widget');
      await page.locator(mode === 'button' ? 'cxd-widget .edge' : 'cxd-widget [part~=box]').waitFor();
      const held = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.outerHTML ?? '');
      const tabTo = async (name) => {
        for (let i = 0; i < 20 && !(await held()).includes(name); i++) await page.keyboard.press('Tab');
        assert.ok((await held()).includes(name), `${name}: ${await held()}`);
      };
      if (mode === 'button') {
        await tabTo('<button');
        await page.keyboard.press('Enter');
      }
      await tabTo('<input');
      await page.keyboard.press('Space');
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
      await tabTo('>Next<');
      await page.keyboard.press('Enter');
      await tabTo('<textarea');
      await page.keyboard.type('typed');
      await tabTo('>Send<');
      await page.keyboard.press('Enter');
      await page.getByText('Thanks a lot!').waitFor();
      assert.equal(await inWidget(), true, 'the focus stays where the thanks are');
      const { score } = await says(page, 'scored');
      await only(daemon, slug, { score, comment: 'typed' }, page);
      assert.ok(score === 3 || score === 4, `${score}`);
    });

  test('by touch, on a small screen', async () => {
    await context.close();
    await begin({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
    await show();
    await point(page, 10).tap();
    await words(page).tap();
    await page.keyboard.type('touched');
    await button(page, 'Send').tap();
    await page.getByText('Thanks a lot!').waitFor();
    await only(daemon, slug, { score: 10, comment: 'touched' }, page);
    const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(needed <= there, `${needed} of ${there}`);
  });

  test('by double clicks, on another number too, as by single ones', async () => {
    await show();
    await point(page, 3).dblclick();
    await button(page, 'Back').dblclick();
    await point(page, 8).dblclick();
    await words(page).fill('twice');
    await button(page, 'Send').dblclick();
    await page.getByText('Thanks a lot!').waitFor();
    await only(daemon, slug, { score: 8, comment: 'twice' }, page);
    assert.equal((await names(page)).filter((name) => name === 'commented').length, 1);
  });

  test('with a score alone, and closes it: an answer, and not dismissed', async () => {
    await show();
    await choose(page, 0);
    await says(page, 'scored');
    await button(page, 'Close').click();
    await box(page).waitFor({ state: 'detached' });
    await only(daemon, slug, { score: 0, comment: undefined }, page);
    await counted(daemon, slug, { shown: 1, answered: 1, dismissed: 0 });
    assert.deepEqual(await names(page), ['ready', 'shown', 'scored', 'closed']);
  });

  test('by keys: the point where they come to rest is sent by itself', async () => {
    await show();
    await point(page, 5).press('Space');
    await page.keyboard.press('ArrowRight');
    await only(daemon, slug, { score: 6 }, page);
    assert.equal(await point(page, 6).isChecked(), true, 'and nothing goes on');
  });

  test('and closes it with words typed: they are sent while the page stays', async () => {
    await show();
    await choose(page, 2);
    await words(page).fill('half a th');
    await button(page, 'Close').click();
    await only(daemon, slug, { score: 2, comment: 'half a th' }, page);
    assert.equal((await says(page, 'closed')).comment, 'half a th');
  });

  for (const close of ['Close', 'Escape'])
    test(`not at all: dismissed by ${close}`, async () => {
      await page.goto(shop.open(embed(daemon, { survey: slug, mode: 'modal' })));
      await point(page, 5).waitFor();
      if (close === 'Close') await button(page, 'Close').click();
      else await page.keyboard.press('Escape');
      await says(page, 'dismissed');
      await box(page).waitFor({ state: 'detached' });
      await counted(daemon, slug, { shown: 1, answered: 0, dismissed: 1 });
      assert.deepEqual(await stored(daemon, slug), []);
      assert.deepEqual(await names(page), ['ready', 'shown', 'dismissed', 'closed']);
    });

  test('with words that are composed, which Escape takes back alone', async () => {
    await show();
    await choose(page, 6);
    const escape = (isComposing) =>
      words(page).dispatchEvent('keydown', { key: 'Escape', bubbles: true, composed: true, isComposing });
    await escape(true);
    assert.equal(await box(page).count(), 1);
    await escape(false);
    await box(page).waitFor({ state: 'detached' });
  });
});

test('a visit makes four requests, and one more for the comment', async () => {
  const SEEN = /^cxd_http_requests_total\{(.*)\} (\d+)$/gm;
  const requests = async () => {
    const { text } = await daemon.scrape();
    const all = [...text.matchAll(SEEN)].map(([, labels, count]) => [labels, Number(count)]);
    return all.reduce((sum, [labels, count]) => sum + (/admin|responses\?/.test(labels) ? 0 : count), 0);
  };
  const begun = await requests();
  const asked = [];
  page.on('request', (request) => {
    if (request.url().startsWith(daemon.url)) asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await show();
  await choose(page, 9);
  await says(page, 'scored');
  await page.waitForFunction(() => !window.unsent());
  const four = ['GET /widget.js', `GET /v1/surveys/${slug}/form`, `POST /v1/surveys/${slug}/events`];
  assert.deepEqual(asked, [...four, `POST /v1/surveys/${slug}/responses`]);
  assert.equal((await requests()) - begun, 4, 'no preflight among them');
  await words(page).fill('why');
  await button(page, 'Send').click();
  await page.getByText('Thanks a lot!').waitFor();
  await page.waitForFunction(() => !window.unsent());
  assert.equal((await requests()) - begun, 5);
  await only(daemon, slug, { score: 9, comment: 'why' }, page);
});

describe('a scale', () => {
  const LOOKS = [
    ['nps', 'numbers', {}, 11],
    ['csat', 'numbers', { metric: 'csat' }, 5],
    ['csat', 'stars', { metric: 'csat' }, 5],
    ['csat', 'smileys', { metric: 'csat' }, 5],
    ['csat of three', 'smileys', { metric: 'csat', scale: { min: 1, max: 3 } }, 3],
    ['csat of two', 'thumbs', { metric: 'csat', scale: { min: 0, max: 1 } }, 2],
    ['csat', 'thumbs', { metric: 'csat' }, 2],
    ['ces', 'numbers', { metric: 'ces' }, 7],
  ];
  for (const [title, look, definition, count] of LOOKS)
    test(`${title} as ${look}`, async () => {
      slug = await survey(definition);
      await page.goto(shop.open(embed(daemon, { survey: slug, look })));
      const radios = widget(page).getByRole('radio');
      await radios.first().waitFor();
      assert.equal(await radios.count(), count);
      const spoken = await radios.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
      const values = spoken.map((name) => Number(/^(\d+) out of \d+/.exec(name)[1]));
      const last = values.at(-1);
      assert.ok(
        values.every((value, i) => i === 0 || value > values[i - 1]),
        spoken.join(),
      );
      await choose(page, last);
      await says(page, 'scored');
      await only(daemon, slug, { score: last }, page);
    });
});

describe('its language', () => {
  for (const [why, options, lang, question, send] of [
    ['of the page', {}, 'de', 'Würden Sie uns empfehlen?', 'Absenden'],
    ['that is asked for, before that of the page', { locale: 'de-AT' }, 'en', 'Würden Sie uns empfehlen?', 'Absenden'],
    ['English, where the survey lacks that of the page', {}, 'nl', 'Would you recommend us?', 'Send'],
  ])
    test(why, async () => {
      await page.goto(shop.open(embed(daemon, { survey: slug, ...options }, { lang })));
      await page.getByText(question).waitFor();
      await choose(page, 9);
      await button(page, send).waitFor();
      await only(daemon, slug, { score: 9, locale: question.startsWith('Would') ? 'en' : 'de' }, page);
    });

  test('from right to left, the smallest at the right', async () => {
    await page.goto(shop.open(embed(daemon, { survey: slug, locale: 'ar' })));
    await page.getByText('هل توصي بنا؟').waitFor();
    assert.equal(await box(page).evaluate((one) => getComputedStyle(one).direction), 'rtl');
    const [low, high] = [await point(page, 0).boundingBox(), await point(page, 5).boundingBox()];
    assert.ok(low.x > high.x);
    await choose(page, 2);
    await only(daemon, slug, { score: 2, locale: 'ar' }, page);
  });

  test('over the page it stands in the middle, also from right to left', async () => {
    await show({ locale: 'ar', mode: 'modal' });
    const { x, width } = await box(page).boundingBox();
    assert.ok(Math.abs(x + width / 2 - 400) <= 1, `${x} + ${width} of 800`);
  });
});

describe('the page that embeds it', () => {
  test('calls it before it is there, and hears of everything in order, as events and as callbacks', async () => {
    const calls = `${QUEUE}<script>
      window.called = [];
      for (const name of ['ready', 'shown', 'scored', 'commented', 'dismissed'])
        cxd('on', name, (detail) => called.push([name, detail]));
      cxd('show', { survey: '${slug}', mode: 'inline', target: '#here', properties: { plan: 'pro', seats: 5 } });
    </script><div id="here"></div>${script(daemon)}`;
    await page.goto(shop.open(html(calls)));
    await choose(page, 7);
    await words(page).fill('why');
    await button(page, 'Send').click();
    await says(page, 'commented');
    assert.equal(await page.evaluate(() => document.querySelector('#here cxd-widget') !== null), true);
    const said = await heard(page);
    assert.deepEqual(await page.evaluate(() => window.called), said);
    assert.deepEqual(
      said.map(([name]) => name),
      ['ready', 'shown', 'scored', 'commented'],
    );
    const { visit } = await only(
      daemon,
      slug,
      { score: 7, comment: 'why', properties: { plan: 'pro', seats: '5' } },
      page,
    );
    assert.deepEqual(said[1][1], { survey: slug, visit });
    assert.deepEqual(said[2][1], { survey: slug, score: 7, visit });
    assert.deepEqual(said[3][1], { survey: slug, comment: 'why', answers: {}, visit });
  });

  test('shows it from script, and hides it unreported', async () => {
    await page.goto(shop.open(html(QUEUE + script(daemon))));
    await page.evaluate((name) => {
      window.cxd('show', { survey: name });
    }, slug);
    await point(page, 5).waitFor();
    await page.evaluate(() => window.cxd('hide'));
    await box(page).waitFor({ state: 'detached' });
    await page.evaluate((name) => {
      window.cxd('show', { survey: name });
    }, slug);
    await point(page, 5).waitFor();
    await page.waitForFunction(() => window.said.filter(([name]) => name === 'shown').length === 2);
    assert.ok(!(await names(page)).includes('dismissed'));
    await counted(daemon, slug, { shown: 2, answered: 0, dismissed: 0 });
  });

  test('gives it its colours and measures', async () => {
    const head = `<style>cxd-widget {
      --cxd-accent: rgb(1, 2, 3); --cxd-on-accent: rgb(4, 5, 6); --cxd-ink: rgb(7, 8, 9);
      --cxd-paper: rgb(250, 251, 252); --cxd-radius: 3px; --cxd-font: monospace; }
      cxd-widget::part(box) { width: 280px; right: 33px; bottom: 33px; z-index: 4711; }</style>`;
    await show({}, { head });
    const look = await box(page).evaluate((one) => {
      const style = getComputedStyle(one);
      const { right, bottom, width } = one.getBoundingClientRect();
      const above = (node) =>
        node ? (getComputedStyle(node).zIndex === '4711' ? 4711 : above(node.parentNode ?? node.host)) : 0;
      return {
        color: style.color,
        background: style.backgroundColor,
        radius: style.borderTopLeftRadius,
        font: style.fontFamily,
        width,
        gap: [innerWidth - right, innerHeight - bottom],
        z: above(one),
      };
    });
    assert.deepEqual(look, {
      color: 'rgb(7, 8, 9)',
      background: 'rgb(250, 251, 252)',
      radius: '3px',
      font: 'monospace',
      width: 280,
      gap: [33, 33],
      z: 4711,
    });
    await choose(page, 9);
    assert.equal(await button(page, 'Send').evaluate((one) => getComputedStyle(one).backgroundColor), 'rgb(1, 2, 3)');
    assert.equal(await button(page, 'Send').evaluate((one) => getComputedStyle(one).color), 'rgb(4, 5, 6)');
  });

  test('chooses the theme, or leaves it to the system', async () => {
    const paper = () => box(page).evaluate((one) => getComputedStyle(one).backgroundColor);
    const light = await (await show({ theme: 'light' }), paper());
    const dark = await (await show({ theme: 'dark', every: 0 }), paper());
    assert.notEqual(light, dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(await (await show({ every: 0 }), paper()), dark);
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await (await show({ every: 0 }), paper()), light);
  });

  test('moves nothing, whatever movement is wanted', async () => {
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.addInitScript(() =>
      document.addEventListener(
        'cxd:shown',
        () => (window.moving = document.querySelector('cxd-widget').shadowRoot.getAnimations().length),
      ),
    );
    await show({ mode: 'modal' });
    assert.equal(await page.evaluate(() => window.moving), 0);
  });

  // A browser's own bar has its turn too; then the page has the focus, and nothing in it.
  test('keeps its focus: a modal takes it, holds it by Tab and Shift+Tab, and gives it back', async () => {
    await page.goto(shop.open(html(QUEUE + script(daemon))));
    const holder = () =>
      page.evaluate(() => {
        const { localName, shadowRoot } = document.activeElement;
        const { localName: name = '', type = '', textContent = '' } = shadowRoot?.activeElement ?? {};
        return shadowRoot ? [name, type, textContent].join(' ') : localName;
      });
    for (const close of ['Escape', 'Close', 'thanks']) {
      await page.focus('#buy');
      await page.evaluate((name) => window.cxd('show', { survey: name, mode: 'modal' }), slug);
      await point(page, 5).waitFor();
      await page.waitForFunction(() => document.activeElement.localName === 'cxd-widget');
      for (const key of ['Tab', 'Shift+Tab']) {
        const held = new Set();
        for (let i = 0; i < 8; i++) {
          await page.keyboard.press(key);
          held.add(await holder());
        }
        held.delete('body');
        assert.deepEqual([...held].sort(), ['button submit ×', 'input radio '], key);
      }
      if (close === 'thanks') {
        await choose(page, 9);
        await button(page, 'Send').click();
        await page.getByText('Thanks a lot!').waitFor();
      }
      if (close === 'Close') await button(page, 'Close').click();
      else await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement.id === 'buy');
    }
  });

  test('has no button at the edge below what it opens, and gives it the focus back', async () => {
    await page.goto(shop.open(embed(daemon, { survey: slug, mode: 'button' })));
    for (const close of ['Escape', 'Close']) {
      await edge(page).press('Enter');
      await point(page, 5).waitFor();
      assert.equal(await edge(page).isVisible(), false);
      if (close === 'Close') await button(page, 'Close').press('Enter');
      else await page.keyboard.press('Escape');
      await page.waitForFunction(
        () => document.querySelector('cxd-widget').shadowRoot.activeElement?.part[0] === 'edge',
      );
      assert.equal(await edge(page).isVisible(), true);
    }
  });
});
