// The scale of a survey for a mail: what mail programs leave of HTML is all that is in it, and its links lead to the
// page with their number chosen.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { assertProblem, run, start } from './harness.mjs';
import { TEXTS, pagesOf } from './survey-pages.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const PUBLIC = 'https://survey.example';
const d = await start({ config: { server: { public_url: `${PUBLIC}/` } } });
after(() => d.stop());
const { fresh, open, only, stored } = pagesOf(d);

const cxd = (args, input) => run([...args, '-c', d.config], { input });
function printed(args) {
  const { status, stdout, stderr } = cxd(['survey', 'mail', ...args]);
  assert.deepEqual([status, stderr], [0, ''], args.join(' '));
  return stdout;
}
const targetOf = (link) => {
  assert.ok(link.startsWith(`${PUBLIC}/s/`), link);
  return link.slice(PUBLIC.length);
};

// What programs keep: Gmail, Outlook (whose engine is Word's) and the webmailers.
const ATTRIBUTES = {
  meta: ['name', 'content'],
  table: ['role', 'width', 'cellpadding', 'cellspacing', 'border', 'style', 'lang', 'dir', 'bgcolor'],
  tr: [],
  td: ['width', 'align', 'valign', 'bgcolor', 'style'],
  a: ['href', 'target', 'title', 'aria-label', 'style'],
};
const STYLES = [
  'padding',
  'border',
  'border-collapse',
  'table-layout',
  'max-width',
  'background-color',
  'color',
  'display',
  'font-family',
  'font-size',
  'font-weight',
  'line-height',
  'text-decoration',
];
const GMAIL_CLIPS_AT = 102 * 1024;

describe('the snippet', () => {
  for (const definition of [
    { metric: 'nps', texts: TEXTS },
    { metric: 'csat' },
    { metric: 'ces', texts: { he: { question: 'ש?', low_label: 'א' } } },
  ])
    test(`of ${definition.metric} has nothing that mail programs take out`, async () => {
      const slug = await fresh(definition);
      const html = printed([slug]);
      assert.ok(Buffer.byteLength(html) < GMAIL_CLIPS_AT / 4, 'there is room for the rest of the mail');
      const all = elements(html);
      for (const { name, attributes } of all) {
        assert.ok(name in ATTRIBUTES, name);
        for (const key of Object.keys(attributes)) assert.ok(ATTRIBUTES[name].includes(key), `${name} ${key}`);
        const styles = (attributes.style ?? '').split(';').filter(Boolean);
        const said = Object.fromEntries(styles.map((one) => one.split(':')));
        for (const key of Object.keys(said)) assert.ok(STYLES.includes(key), key);
        for (const width of [said['max-width'], attributes.width])
          assert.ok(!width || width.endsWith('%') || Number.parseInt(width, 10) <= 600, width);
        if (said['background-color']) assert.equal(attributes.bgcolor, said['background-color'], 'for Outlook');
        if (name !== 'a') continue;
        assert.equal(said.display, 'block');
        assert.equal(said['text-decoration'], 'none');
        const height = Number.parseInt(said['line-height'], 10) + 2 * Number.parseInt(said.padding, 10);
        assert.ok(height >= 44, `${height} pixels are touched`);
      }
      const links = all.filter(({ name }) => name === 'a');
      const labels = links.map(({ attributes }) => attributes['aria-label']);
      const { points } = await open(`/s/${slug}?lang=en`);
      assert.deepEqual(
        links.map(({ text }) => text),
        points,
      );
      for (const [i, label] of labels.entries())
        assert.match(label, new RegExp(`^${points[i]} out of ${points.at(-1)}(, .+)?$`));
      for (const [i, { attributes }] of links.entries()) {
        const { fields } = await open(targetOf(attributes.href));
        assert.equal(fields.get('score'), points[i]);
      }
      assert.deepEqual(await stored(slug), [], 'what scanners of mails follow records nothing');
    });

  test('says what answers are to say, in the language that is asked for', async () => {
    const slug = await fresh({ texts: TEXTS });
    const html = printed([slug, '--locale', 'de', '-t', 'receipt & more', '--channel', 'mail', '-p', 'shop=B"är']);
    assert.match(html, /Würden Sie uns empfehlen\?/);
    const link = elements(html).findLast(({ name }) => name === 'a').attributes.href;
    assert.equal((await send(d, await open(targetOf(link)))).status, 303);
    const { score, touchpoint, channel, properties, locale } = await only(slug);
    assert.deepEqual(
      [score, touchpoint, channel, properties, locale],
      [10, 'receipt & more', 'mail', { shop: 'B"är' }, 'de'],
    );
  });

  test('has the merge field of a mailer as it is', async () => {
    const slug = await fresh();
    for (const field of ['*|TOKEN|*', '{{contact.token}}', '%%token%%', '[[token]]'])
      assert.equal(printed([slug, '--token', field]).split(`/s/${slug}?i=${field}&amp;score=`).length, 12);
  });

  test('of what anybody says is text', async () => {
    for (const text of ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</td></table>', '{0}{1}']) {
      const slug = await fresh({ texts: { en: { question: text, low_label: text, high_label: text } } });
      const all = elements(printed([slug, '-t', text, '-p', `x=${text}`]));
      assert.ok(all.some((one) => one.text === text));
      for (const { name } of all) assert.ok(name in ATTRIBUTES, name);
    }
  });

  test('is refused where its links lead nowhere, of no survey, and with what does not go together', async (t) => {
    const local = await start();
    t.after(() => local.stop());
    await local.survey('nps', { metric: 'nps' });
    const refused = run(['survey', 'mail', 'nps', '-c', local.config]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /\[server\] public_url/);
    assertProblem(await local.request('GET', '/s/nps/mail.html'), 409, 'no_public_url');
    const invited = await fresh({ access: 'invited' });
    const closed = cxd(['survey', 'mail', invited]);
    assert.equal(closed.status, 1);
    assert.match(closed.stderr, /--token/);
    assert.equal(closed.stdout, '');
    assertProblem(await d.request('GET', `/s/${invited}/mail.html`), 403, 'invitation_required');
    assert.equal(cxd(['survey', 'mail', 'nothing']).status, 1);
    for (const args of [
      ['--token', 'x', '--invite', 'y'],
      ['--expires', '1d'],
      ['-p', 'x'],
      ['--invite', 'y', '--expires', 'soon'],
    ])
      assert.equal(cxd(['survey', 'mail', 'x', ...args]).status, 2, args.join(' '));
    assert.equal((await ask(d, 'GET', '/s/nothing/mail.html')).status, 404);
  });
});

test('the whole way: a list becomes mails, and each leads to an answer of who got it', async () => {
  const slug = await fresh({ access: 'invited', properties: ['plan'] });
  const list = path.join(d.dir, 'customers.csv');
  fs.writeFileSync(list, 'respondent,plan\nanna@example.org,pro\nbo@example.org,free\n,none\n');
  const { status, stdout, stderr } = cxd(['survey', 'mail', slug, '--invite', list, '--expires', '7d']);
  assert.equal(status, 1);
  assert.match(stderr, /1 of the list was refused/);
  const [head, ...rows] = stdout.split(/\r\n(?=line|\d+,\d{3},)|\r\n$/).filter(Boolean);
  assert.equal(head, 'line,status,respondent,url,token,expires_at,error,html');
  assert.equal(rows.length, 3);
  for (const [i, row] of rows.slice(0, 2).entries()) {
    const html = /"(<meta[\s\S]*)"$/.exec(row)[1].replaceAll('""', '"');
    const token = row.split(',')[4];
    const links = elements(html).filter(({ name }) => name === 'a');
    assert.ok(links.every(({ attributes }) => attributes.href.includes(`?i=${token}&score=`)));
    const page = await open(targetOf(links[9 - i].attributes.href));
    assert.equal((await send(d, page, { comment: `row ${i}` })).status, 303);
    assert.ok(formOf((await ask(d, 'GET', `/s/${slug}/thanks`)).text).question);
  }
  const all = (await stored(slug)).map((one) => [one.respondent, one.score, one.comment, one.properties.plan]);
  assert.deepEqual(all.sort(), [
    ['anna@example.org', 9, 'row 0', 'pro'],
    ['bo@example.org', 8, 'row 1', 'free'],
  ]);
});
