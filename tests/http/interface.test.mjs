// What the form of a survey says to a widget beside the survey: its words in the language that is asked for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, assertProblem, start } from './harness.mjs';

const TEXTS = path.join(ROOT, 'web/texts');
const textsOf = (tag) => JSON.parse(fs.readFileSync(path.join(TEXTS, `${tag}.json`), 'utf8'));

let daemon;
before(async () => {
  daemon = await start({ config: { limits: { comment_characters: 1234 } } });
  await daemon.survey('plain', { metric: 'nps', amend_window: '10m' });
  await daemon.survey('effort', { metric: 'ces', direction: 'lower_is_better' });
  await daemon.survey('own', { metric: 'csat', texts: { de: { question: 'Und?', thanks: 'Na dann!' } } });
});
after(() => daemon.stop());

const ask = (slug, query) => daemon.request('GET', `/v1/surveys/${slug}/form?${query}`);
const interfaceOf = async (slug, query = '') => (await ask(slug, `interface=true&${query}`)).json.interface;

test('every language has its words, and its direction', async () => {
  for (const tag of fs.readdirSync(TEXTS).map((name) => name.replace('.json', ''))) {
    const own = textsOf(tag);
    const { texts, locale, dir, ...rest } = await interfaceOf('plain', `locale=${tag}-XX`);
    assert.equal(locale, tag);
    assert.equal(dir, tag === 'ar' ? 'rtl' : 'ltr');
    assert.deepEqual(rest, { lower_is_better: false, amend_window: 600, comment_characters: 1234 });
    const { question, low_label, high_label, comment_prompt, ...others } = texts;
    assert.deepEqual(
      [question, low_label, high_label, comment_prompt],
      [own.nps_question, own.nps_low, own.nps_high, own.comment],
    );
    for (const [name, text] of Object.entries(others)) assert.equal(text, own[name], name);
  }
});

test("a survey's own texts go first, and choose; what it lacks is cxd's", async () => {
  const { texts, locale } = await interfaceOf('own', 'locale=fr');
  assert.equal(locale, 'de');
  assert.equal(texts.question, 'Und?');
  assert.equal(texts.thanks, 'Na dann!');
  assert.equal(texts.low_label, textsOf('de').csat_low);
  assert.equal(texts.send, textsOf('de').send);
  const effort = await interfaceOf('effort');
  assert.equal(effort.lower_is_better, true);
  assert.equal(effort.texts.question, textsOf('en').effort_question);
});

test('a scale of a further question that names neither end has those of its metric, as the page has', async () => {
  const labels = { low_label: { en: 'Hard' } };
  const scale = (key, more) => ({ key, type: 'scale', ...more });
  const questions = [
    scale('ease', { metric: 'ces' }),
    scale('effort', { metric: 'ces', direction: 'lower_is_better' }),
    scale('glad', { metric: 'csat' }),
    scale('tell', { metric: 'nps' }),
    scale('said', { metric: 'ces', ...labels }),
  ];
  await daemon.survey('ends', { metric: 'nps', texts: { de: { question: 'Und?' } }, questions });
  const own = textsOf('de');
  const wanted = [
    [own.ease_low, own.ease_high],
    [own.effort_low, own.effort_high],
    [own.csat_low, own.csat_high],
    [own.nps_low, own.nps_high],
    ['Hard', null],
  ];
  const endsOf = ({ json }) => json.questions.map(({ low_label: low, high_label: high }) => [low, high]);
  assert.deepEqual(endsOf(await ask('ends', 'interface=true&locale=de')), wanted);
  assert.deepEqual(
    endsOf(await ask('ends', '')),
    wanted.map((ends, i) => (i === 4 ? ends : [null, null])),
  );
  const page = await (await fetch(`${daemon.url}/s/ends?lang=de`)).text();
  const ends = [...page.matchAll(/class="ends"[^>]*><span[^>]*>([^<]*)<\/span><span[^>]*>([^<]*)</g)];
  assert.deepEqual(
    ends.slice(1).map(([, low, high]) => [low, high]),
    wanted.map(([low, high]) => [low, high ?? '']),
  );
});

test('who does not ask for it is told as before', async () => {
  const plain = await ask('plain', '');
  const asked = await ask('plain', 'interface=true');
  assert.equal((await ask('plain', 'interface=false')).text, plain.text);
  const { interface: said, ...rest } = asked.json;
  assert.deepEqual(rest, plain.json);
  assert.ok(said);
  assert.notEqual(asked.headers.etag, plain.headers.etag);
  for (const value of ['yes', '1', '', 'true&interface=true'])
    assertProblem(await ask('plain', `interface=${value}`), 400, 'bad_parameter');
});
