// What the dashboard shows is what the API says: every figure of every view, window, filter and comparison is read off
// the page, and held against a reply.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { start } from '../http/harness.mjs';
import {
  counted,
  digitsOf,
  figure,
  fixed,
  held,
  open,
  percent,
  plural,
  settled,
  signed,
  watchFor,
  whole,
} from './dashboard.mjs';
import { postAll } from './demo.mjs';
import { launch } from './harness.mjs';

const DAY_MS = 86_400_000;
const NAMES = {
  checkout: {
    name: 'Checkout',
    metric: 'nps',
    properties: ['plan'],
    questions: [
      {
        key: 'reason',
        type: 'choice',
        text: { en: 'Why?' },
        options: ['price', 'speed', 'range'].map((value) => ({ value, text: { en: `The ${value}` } })),
        other: true,
      },
      { key: 'ease', type: 'scale', metric: 'ces', text: { en: 'How easy was it?' } },
      {
        key: 'used',
        type: 'choices',
        text: { en: 'What did you use?' },
        options: ['search', 'chat'].map((value) => ({ value, text: { en: value } })),
      },
      { key: 'wish', type: 'text', text: { en: 'What next?' } },
    ],
  },
  delivery: { metric: 'csat' },
  support: { metric: 'csat', method: 'mean' },
  effort: { metric: 'ces', direction: 'lower_is_better' },
  private: { metric: 'nps', min_n: 8 },
  silent: { metric: 'nps' },
};

// As if by chance, and the same every time.
function answers() {
  const all = [];
  let state = 12345;
  const next = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const scales = { checkout: [0, 11], delivery: [1, 5], support: [1, 5], effort: [1, 7], private: [0, 11] };
  const now = Date.now();
  for (const [survey, [least, steps]] of Object.entries(scales))
    for (let i = 0; i < (survey === 'private' ? 40 : 360); i++) {
      const age = next(100);
      const high = age < 30 ? next(3) > 0 : next(2) > 0;
      const score = high ? least + steps - 1 - next(3) : least + next(steps);
      const one = {
        survey,
        score: Math.max(least, Math.min(score, least + steps - 1)),
        answered_at: new Date(now - age * DAY_MS - next(DAY_MS / 2) - 1000).toISOString(),
      };
      if (next(8) > 0) one.touchpoint = ['basket', 'payment', 'search', 'a "quoted" <b>one</b>'][next(4)];
      one.channel = ['web', 'mail'][next(2)];
      one.locale = ['en', 'de'][next(2)];
      one.respondent = `r${next(150)}`;
      if (survey === 'checkout') {
        one.properties = { plan: ['free', 'pro', 'team'][next(3)], seat: String(next(3)) };
        one.answers = {
          reason: ['price', 'speed', 'range', { other: 'words' }][next(4)],
          ease: 1 + next(7),
          used: ['search', 'chat'].slice(0, next(3)),
        };
        if (next(4) === 0) one.answers.wish = 'more';
      }
      all.push(one);
    }
  return all;
}

let daemon, browser, page, unharmed;
const lines = new Map(); // how each survey's trend was asked for last
before(async () => {
  daemon = await start({ config: { access: { read: 'everything' } } });
  for (const [slug, definition] of Object.entries(NAMES))
    await daemon.survey(slug, { max_backdate: 400 * 86_400, ...definition });
  const shown = Array.from({ length: 60 }, (_, i) => ({
    type: 'shown',
    visit: `v${i}`,
    touchpoint: i % 2 ? 'basket' : 'payment',
    channel: 'web',
  }));
  for (let i = 0; i < shown.length; i += 20)
    assert.equal(
      (await daemon.admin('POST', '/v1/surveys/checkout/events', { body: shown.slice(i, i + 20) })).status,
      200,
    );
  await postAll(daemon, answers());
  await postAll(
    daemon,
    Array.from({ length: 25 }, (_, i) => ({
      survey: 'checkout',
      score: 3 + (i % 8),
      visit: `v${i}`,
      touchpoint: 'basket',
    })),
  );
  const stages = [
    { survey: 'checkout', touchpoint: 'search' },
    { survey: 'checkout', touchpoint: 'payment' },
    { survey: 'delivery' },
    { survey: 'effort' },
  ];
  assert.equal((await daemon.admin('PUT', '/v1/journeys/buying', { body: { name: 'Buying', stages } })).status, 201);
  browser = await launch();
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  unharmed = await watchFor(page);
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    const [, survey] = /^\/v1\/surveys\/([^/]+)\/trend$/.exec(pathname) ?? [];
    if (survey) lines.set(survey, searchParams);
  });
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const get = async (path, query) => {
  const fields = new URLSearchParams(query.filter(([, value]) => value)).toString();
  const reply = await daemon.admin('GET', path + (fields && `?${fields}`));
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};

// --- What is read ---

async function readChange(scope, figures, previous) {
  const digits = digitsOf(figures.method);
  if (!previous) {
    assert.equal(await figure(scope, 'delta'), null);
    return;
  }
  assert.equal(await figure(scope, 'delta'), previous.delta === null ? '–' : signed(previous.delta, digits));
  const said = (await figure(scope, 'sentence')) ?? '';
  const isLower = figures.method === 'mean' && figures.direction === 'lower_is_better';
  if (!previous.test || previous.delta === null) assert.match(said, /^(Not compared|No change|Nothing to compare)/);
  else if (!previous.significant) assert.match(said, /^No clear change/);
  else assert.match(said, previous.delta > 0 !== isLower ? /^Better.*more than chance/ : /^Worse.*more than chance/);
}

async function readScore(slug, query) {
  const figures = await get(`/v1/surveys/${slug}/score`, query);
  const { method } = figures;
  const panel = page.locator('.score-panel');
  const digits = digitsOf(method);
  assert.equal(await figure(panel, 'n'), plural(figures.n, 'answer'));
  assert.equal(await figure(panel, 'score'), figures.score === null ? '–' : whole(figures.score, method));
  if (figures.interval) {
    const { low, high, margin, confidence } = figures.interval;
    assert.equal(
      await figure(panel, 'interval'),
      `${fixed(low, digits)} and ${fixed(high, digits)} (${confidence * 100}% interval)`,
    );
    assert.equal(await figure(panel, 'margin'), fixed(margin, digits));
  } else assert.equal(await figure(panel, 'interval'), null);
  assert.equal(await figure(panel, 'mean'), method === 'mean' || figures.mean === null ? null : fixed(figures.mean, 2));
  for (const [band, n] of Object.entries(figures.bands ?? {}))
    if (figures.n > 0) assert.equal(await figure(panel, `bands.${band}`), counted(n));
  for (const [score, n] of Object.entries(figures.distribution ?? {}))
    assert.equal(await figure(page.locator('.distribution-panel'), `distribution.${score}`), counted(n));
  await readChange(panel, figures, figures.previous);
  if (figures.previous) {
    assert.equal(await figure(panel, 'previous.score'), whole(figures.previous.score, method));
    const change = figures.previous.delta_interval;
    assert.equal(
      await figure(panel, 'delta_interval'),
      change && `${signed(change.low, digits)} and ${signed(change.high, digits)}`,
    );
  }
  const isSmall = (await panel.locator('.tag.small').count()) > 0;
  assert.equal(isSmall, figures.small_sample && figures.score !== null);
  const rates = page.locator('.rate-panel');
  if (!figures.question)
    assert.equal(
      await figure(rates, 'response_rate'),
      figures.response_rate?.rate ? percent(figures.response_rate.rate) : null,
    );
  return figures;
}

async function readTrend(slug, query) {
  const trend = await get(`/v1/surveys/${slug}/trend`, query);
  const panel = page.locator('.trend-panel');
  if (trend.buckets.every(({ score }) => score === null)) {
    assert.match(await panel.innerText(), /no score in this time/);
    return;
  }
  await panel.getByRole('button', { name: /^Table/ }).click();
  const rows = await panel
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.innerText.trim())));
  const digits = digitsOf(trend.method);
  assert.deepEqual(
    rows.map((row) => row.slice(1)),
    trend.buckets.map(({ n, score, interval }) => [
      String(n),
      whole(score, trend.method),
      fixed(interval?.low ?? null, digits),
      fixed(interval?.high ?? null, digits),
    ]),
  );
  await panel.getByRole('button', { name: /^Table/ }).click();
}

// What a line of the overview is made of, as screen readers have it: by the unit that the page has chosen.
async function readLine(row, { survey, method }, window) {
  const points = await row.locator('.spark-place li').allTextContents();
  const { buckets } = await get(`/v1/surveys/${survey}/trend`, [
    ...window,
    ...['interval', 'rolling'].map((name) => [name, lines.get(survey).get(name)]),
  ]);
  assert.deepEqual(
    points.map((one) => one.replace(/^.*: /, '')),
    buckets.filter(({ score }) => score !== null).map(({ score }) => whole(score, method)),
  );
}

async function readSegments(slug, query) {
  const figures = await get(`/v1/surveys/${slug}/segments`, query);
  const digits = digitsOf(figures.method);
  const rows = page.locator('.segments-panel tbody tr');
  assert.equal(await rows.count(), figures.segments.length);
  for (const [i, segment] of figures.segments.entries()) {
    const row = rows.nth(i);
    assert.equal(
      await row.getAttribute('data-value'),
      segment.remainder ? 'remainder' : JSON.stringify(segment.values ?? segment.value),
    );
    const head = (await row.locator('th').innerText()).trim();
    if (segment.remainder) assert.match(head, /other value|All others/);
    else if ((segment.values ?? [segment.value]).includes(null)) assert.match(head, /no |not answered/);
    else if (figures.by.every((by) => !by.startsWith('answer.')))
      assert.ok(head.startsWith((segment.values ?? [segment.value]).join(' · ')), head);
    assert.equal(
      await figure(row, 'n'),
      segment.suppressed ? 'withheld' : segment.n === null ? '–' : counted(segment.n),
    );
    assert.equal(await figure(row, 'score'), whole(segment.score, figures.method));
    assert.equal(
      await figure(row, 'interval'),
      segment.interval ? `${fixed(segment.interval.low, digits)} to ${fixed(segment.interval.high, digits)}` : '',
    );
    assert.equal(await figure(row, 'impact'), segment.impact === null ? null : signed(segment.impact, digits));
    const p = segment.p_adjusted;
    assert.equal(await figure(row, 'p_adjusted'), segment.test ? `p ${p < 0.001 ? '< 0.001' : fixed(p, 3)}` : null);
    const differs = row.locator('[data-key="p_adjusted"]');
    const isLower = figures.method === 'mean' && figures.direction === 'lower_is_better';
    if (segment.significant)
      assert.match(await differs.innerText(), segment.impact < 0 !== isLower ? /worse than/ : /better than/);
    else if (segment.test) assert.match(await differs.innerText(), /no clear difference/);
    if (segment.previous)
      assert.equal(
        await figure(row, 'delta'),
        segment.previous.delta === null ? '–' : signed(segment.previous.delta, digits),
      );
    if (figures.segments.some((one) => one.response_rate?.rate != null))
      assert.equal(await figure(row, 'rate'), percent(segment.response_rate?.rate));
  }
}

async function readQuestions(slug, query) {
  const { questions } = await get(`/v1/surveys/${slug}/questions`, query);
  for (const question of questions) {
    const card = page.locator(`[data-question="${question.key}"]`);
    assert.equal(
      await figure(card, 'answered'),
      question.answered === null ? null : plural(question.answered, 'answer'),
    );
    if (question.answers)
      assert.equal(await figure(card, 'score'), whole(question.answers.score, question.answers.method));
    if (question.answered !== 0)
      for (const option of question.options ?? []) {
        const line = card.locator(`[data-value="${option.value}"]`);
        assert.equal(await figure(line, 'n'), option.n === null ? null : counted(option.n));
        assert.equal(await figure(line, 'share'), option.n === null ? null : percent(option.share));
      }
  }
}

// --- Where ---

const since = (days) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
// The query of the page, and what it leaves to the API.
const VIEWS = [
  ['checkout', ''],
  ['checkout', 'window=7d&compare=year'],
  ['checkout', 'window=today'],
  ['checkout', 'window=week&compare=previous_whole&unit=day'],
  ['checkout', 'window=last_month&unit=week'],
  ['checkout', 'window=90d&unit=month&rolling=30d&compare=none'],
  ['checkout', 'window=all'],
  ['checkout', `from=${since(60)}&to=${since(20)}&by=property.plan&rolling=7d`],
  ['checkout', `from=${since(40)}&by=locale`],
  ['checkout', 'touchpoint=basket&by=channel'],
  ['checkout', 'window=90d&channel=web&locale=de&by=answer.reason'],
  ['checkout', 'window=90d&property.plan=pro&by=answer.used'],
  ['checkout', 'window=90d&property.seat=1&by=property.seat'],
  ['checkout', 'window=90d&answer.reason=price&answer.used=chat&by=touchpoint,channel'],
  ['checkout', 'window=90d&question=ease&by=touchpoint'],
  ['checkout', 'window=90d&rows=2'],
  ['delivery', 'window=90d&by=channel'],
  ['delivery', 'window=quarter'],
  ['support', 'window=90d'],
  ['effort', 'window=30d&compare=previous'],
  ['effort', 'window=365d&compare=year&by=locale'],
  ['private', 'window=90d'],
  ['private', 'window=7d'],
];
const NONE_BEFORE = (fields) => fields.get('window') === 'all' || fields.has('to') !== fields.has('from');
const windowOf = (fields) =>
  fields.has('from') || fields.has('to')
    ? ['from', 'to'].map((name) => [name, fields.get(name)])
    : [['window', fields.get('window') ?? '30d']];
const filtersOf = (fields) =>
  [...fields].filter(([name]) => /^(touchpoint|channel|locale|property\.|answer\.)/.test(name));
const comparedOf = (fields) => {
  const compare = NONE_BEFORE(fields) ? 'none' : (fields.get('compare') ?? 'previous');
  return compare === 'none' ? [] : [['compare', compare]];
};

describe('a survey', () => {
  for (const [slug, text] of VIEWS)
    test(`${slug}?${text}`, () =>
      held(3, async () => {
        const fields = new URLSearchParams(text);
        await open(page, `${daemon.url}/surveys/${slug}${text && `?${text}`}`);
        const base = [...windowOf(fields), ...filtersOf(fields)];
        const question = [['question', fields.get('question')]];
        const score = await readScore(slug, [...base, ...comparedOf(fields), ...question]);
        const unit = await page.locator('.trend-panel input:checked').getAttribute('value');
        if (fields.get('unit')) assert.equal(unit, fields.get('unit'));
        await readTrend(slug, [...base, ['interval', unit], ['rolling', fields.get('rolling')], ...question]);
        if (score.n > 0 || score.response_rate)
          await readSegments(slug, [
            ['by', fields.get('by') ?? 'touchpoint'],
            ['limit', fields.get('rows') ?? '25'],
            ...base,
            ...comparedOf(fields),
            ...question,
          ]);
        if (slug === 'checkout') await readQuestions(slug, base);
        unharmed();
      }));
});

describe('all surveys', () => {
  for (const text of [
    '',
    'window=7d',
    'window=month&compare=year',
    'window=90d&compare=none',
    'window=all',
    `from=${since(50)}&to=${since(25)}`,
  ])
    test(`/?${text}`, () =>
      held(3, async () => {
        const fields = new URLSearchParams(text);
        await open(page, `${daemon.url}/${text && `?${text}`}`);
        const { scores } = await get('/v1/scores', [...windowOf(fields), ...comparedOf(fields), ['limit', '500']]);
        assert.equal(await page.locator('.overview tbody tr').count(), scores.length);
        for (const score of scores) {
          const row = page.locator(`tr[data-survey="${score.survey}"]`);
          const digits = digitsOf(score.method);
          assert.equal(await figure(row, 'score'), whole(score.score, score.method));
          assert.equal(await figure(row, 'n'), counted(score.n));
          assert.equal(
            await figure(row, 'interval'),
            score.interval ? `${fixed(score.interval.low, digits)} to ${fixed(score.interval.high, digits)}` : null,
          );
          assert.equal(await figure(row, 'rate'), percent(score.response_rate?.rate));
          await readChange(row, score, score.previous);
          assert.equal((await row.locator('.tag.small').count()) > 0, score.small_sample && score.score !== null);
          if (score.n === 0) continue;
          await row.locator('.spark-place').scrollIntoViewIfNeeded();
          await row.locator('.spark, .spark-place .note').first().waitFor();
          if ((await row.locator('.spark').count()) > 0) await readLine(row, score, windowOf(fields));
        }
        unharmed();
      }));

  test('are found by name, sorted, and asked for at once', async () => {
    const asked = [];
    const note = (request) => asked.push(new URL(request.url()).pathname);
    page.on('request', note);
    await open(page, `${daemon.url}/?sort=name`);
    page.off('request', note);
    assert.equal(asked.filter((path) => path === '/v1/scores').length, 1);
    assert.equal(asked.filter((path) => /\/score$/.test(path)).length, 0);
    const names = () => page.locator('.row-link').allInnerTexts();
    assert.deepEqual(await names(), ['Checkout', 'delivery', 'effort', 'private', 'silent', 'support']);
    await page.getByLabel('Find a survey').fill('eff');
    await page.waitForFunction(() => document.querySelectorAll('.row-link').length === 1);
    assert.deepEqual(await names(), ['effort']);
    assert.match(page.url(), /q=eff/);
    await page.getByLabel('Find a survey').fill('');
    await page.getByLabel('Sort by').selectOption('n');
    await page.waitForFunction(() => document.querySelector('.row-link').textContent === 'Checkout');
    assert.equal((await names()).at(-1), 'silent');
    unharmed();
  });
});

describe('a journey', () => {
  for (const text of ['window=90d', 'window=30d&compare=year', 'window=all', 'window=90d&channel=web&compare=none'])
    test(`buying?${text}`, () =>
      held(3, async () => {
        const fields = new URLSearchParams(text);
        await open(page, `${daemon.url}/journeys/buying?${text}`);
        const figures = await get('/v1/journeys/buying/score', [
          ...windowOf(fields),
          ...filtersOf(fields),
          ['compare', fields.get('compare')],
        ]);
        for (const [i, stage] of figures.stages.entries()) {
          const card = page.locator(`.stage[data-stage="${i + 1}"]`);
          const digits = digitsOf(stage.method);
          assert.equal(await figure(card, 'score'), whole(stage.score, stage.method));
          assert.equal(await figure(card, 'n'), stage.score === null ? null : plural(stage.n, 'answer'));
          assert.equal(
            await figure(card, 'interval'),
            stage.interval ? `${fixed(stage.interval.low, digits)} to ${fixed(stage.interval.high, digits)}` : null,
          );
          assert.equal(await figure(card, 'lost'), stage.lost.share === null ? null : percent(stage.lost.share));
          await readChange(card, stage, stage.previous);
        }
        const drop = await figure(page, 'drop');
        if (figures.steepest_drop) assert.ok(drop.includes(`stage ${figures.steepest_drop.stage}`), drop);
        else assert.equal(drop, null);
        unharmed();
      }));
});

test('what is looked at is in the address, and the back button goes back to it', async () => {
  await open(page, `${daemon.url}/`);
  await page.getByRole('link', { name: 'Checkout' }).click();
  await page.waitForURL(/\/surveys\/checkout$/);
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await page.getByLabel('Time', { exact: true }).selectOption('90d');
  await page.waitForURL(/window=90d/);
  await settled(page);
  const wide = await figure(page.locator('.score-panel'), 'n');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Only answers whose').selectOption('channel');
  await page.getByLabel('is', { exact: true }).fill('web');
  await page.locator('dialog').getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/channel=web/);
  await settled(page);
  const narrow = await figure(page.locator('.score-panel'), 'n');
  assert.notEqual(narrow, wide);
  const shared = page.url();
  await page.locator('.segments-panel tbody a').first().click();
  await page.waitForURL(/touchpoint=/);
  await settled(page);
  await page.goBack();
  await settled(page);
  assert.equal(page.url(), shared);
  assert.equal(await figure(page.locator('.score-panel'), 'n'), narrow);
  await page.goBack();
  await settled(page);
  assert.equal(await figure(page.locator('.score-panel'), 'n'), wide);
  assert.equal(await page.getByLabel('Time', { exact: true }).inputValue(), '90d');
  await page.goBack();
  await page.goBack();
  await page.waitForSelector('.overview');
  const other = await (await browser.newContext()).newPage();
  await open(other, shared);
  assert.equal(await figure(other.locator('.score-panel'), 'n'), narrow);
  await other.context().close();
  unharmed();
});

test('days are chosen by their first and last, and both are in', async () => {
  await open(page, `${daemon.url}/surveys/checkout`);
  await page.getByLabel('Time', { exact: true }).selectOption('custom');
  await page.getByLabel('First day').fill(since(30));
  await page.getByLabel('Last day').fill(since(11));
  await page.locator('dialog').getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(new RegExp(`from=${since(30)}&to=${since(10)}`));
  await settled(page);
  const figures = await get('/v1/surveys/checkout/score', [
    ['from', since(30)],
    ['to', since(10)],
  ]);
  assert.equal(await figure(page.locator('.score-panel'), 'n'), plural(figures.n, 'answer'));
  unharmed();
});
