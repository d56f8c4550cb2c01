// Further questions on the page of a survey: their fields, and what is asked for that is missing.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { start } from './harness.mjs';
import { QUESTIONS, pagesOf } from './survey-pages.mjs';
import { ask, elements, formOf, send } from './web.mjs';

const d = await start();
after(() => d.stop());
const { fresh, open, only, stored } = pagesOf(d);

describe('further questions', () => {
  const asked = () => fresh({ questions: QUESTIONS });

  test('are there with their options, and to whom they are shown', async () => {
    const slug = await asked();
    const { text } = await ask(d, 'GET', `/s/${slug}?lang=de`);
    const { further } = formOf(text);
    assert.deepEqual(
      further.map((one) => [one['data-key'], one['data-scores'], one['data-after'], one['data-in'], one.text]),
      [
        ['reason', '0 1 2 3 4 5 6 7 8', undefined, undefined, 'Was war es?'],
        ['features', undefined, undefined, undefined, 'Which do you use?'],
        ['ease', undefined, undefined, undefined, 'How easy?'],
        ['why', undefined, 'reason', 'price other', 'Why <that>?'],
      ],
    );
    const inputs = elements(text).filter(({ attributes }) => attributes.name?.startsWith('answer.'));
    const values = (name) => inputs.filter((one) => one.attributes.name === name).map((one) => one.attributes.value);
    assert.deepEqual(values('answer.reason'), ['price', 'speed', 'other']);
    assert.deepEqual(values('answer.features'), ['a', 'b', 'other']);
    assert.deepEqual(values('answer.ease'), ['1', '2', '3', '4', '5', '6', '7']);
    const all = elements(text);
    const ticks = all.flatMap(({ attributes }, i) => (attributes.class === 'tick' ? [all[i + 1]] : []));
    assert.deepEqual(
      ticks.map((one) => one.text),
      ['Der Preis', 'The speed', 'Etwas anderes', 'Alerts', 'Boards', 'Etwas anderes'],
    );
    assert.ok(
      !inputs.some(({ attributes }) => 'required' in attributes),
      'whom it is not for cannot be made to answer',
    );
  });

  test('are answered by the fields of the form', async () => {
    for (const [fields, answers] of [
      [
        ['answer.reason=price', 'answer.features=b', 'answer.features=a', 'answer.ease=6', 'answer.why=too+much'],
        { reason: 'price', features: ['a', 'b'], ease: 6, why: 'too much' },
      ],
      [
        [
          'answer.reason=other',
          'answer.reason.other=the+size',
          'answer.features=a',
          'answer.features=other',
          'answer.features.other=',
          'answer.why=so',
        ],
        { reason: { other: 'the size' }, features: ['a', 'other'], why: 'so' },
      ],
      [['answer.reason.other=only+words', 'answer.why=so'], { reason: { other: 'only words' }, why: 'so' }],
      [['answer.reason=speed', 'answer.features.other=', 'answer.why=not+asked'], { reason: 'speed' }],
    ]) {
      const slug = await asked();
      const form = await open(`/s/${slug}?score=3`);
      for (const name of [...form.fields.keys()].filter((name) => name.startsWith('answer.'))) form.fields.delete(name);
      const body = [new URLSearchParams([...form.fields]).toString(), ...fields].join('&');
      const reply = await ask(d, 'POST', form.action, { body });
      assert.equal(reply.status, 303, reply.text);
      const response = await only(slug);
      assert.deepEqual(response.answers, answers, fields.join('&'));
      assert.equal(response.score, 3);
    }
  });

  test('what a link answers, and what was answered before, is chosen', async () => {
    const slug = await asked();
    const form = await open(
      `/s/${slug}?answer.reason=speed&answer.features=b&answer.ease=2&answer.why=%3Cb%3E&answer.reason.other=w`,
    );
    assert.equal(form.fields.get('answer.reason'), 'speed');
    assert.equal(form.fields.get('answer.features'), 'b');
    assert.equal(form.fields.get('answer.ease'), '2');
    assert.equal(form.fields.get('answer.reason.other'), 'w');
    const again = await send(d, form, { 'answer.features': 'a' });
    assert.equal(again.status, 422);
    assert.equal(formOf(again.text).fields.get('answer.features'), 'a');
    assert.match(again.text, /<textarea name="answer.why"[^>]*>\n&lt;b&gt;<\/textarea>/);
  });

  test('what must be answered is asked for where no script does, of whom it is for alone', async () => {
    const slug = await asked();
    const form = await open(`/s/${slug}?lang=en`);
    const sent = (fields) => send(d, form, fields);
    const missed = ({ status, text }) => {
      assert.equal(status, 422);
      const all = elements(text);
      const keys = all.filter(({ attributes }) => attributes['data-key']);
      const before = (i) => keys.findLast((one) => all.indexOf(one) < i).attributes['data-key'];
      return all.flatMap(({ attributes }, i) => (attributes.class === 'missed' ? [before(i)] : []));
    };
    const shown = await sent({ score: '3', comment: 'kept' });
    assert.deepEqual(missed(shown), ['reason']);
    assert.equal(formOf(shown.text).error, 'Please answer the questions that are marked, too.');
    assert.equal(formOf(shown.text).fields.get('comment'), 'kept');
    assert.deepEqual(missed(await sent({ score: '3', 'answer.reason': 'price' })), ['why']);
    assert.deepEqual(missed(await sent({ score: '3', 'answer.reason.other': 'words' })), ['why']);
    assert.deepEqual(missed(await sent({ score: '3', 'answer.reason': 'price', 'answer.why': ' \r\n' })), ['why']);
    assert.match(formOf((await sent({})).text).error, /choose a number/, 'a score that is missing is asked for first');
    assert.deepEqual(await stored(slug), []);
    assert.equal((await sent({ score: '3', 'answer.reason': 'speed' })).status, 303);
    const promoter = await open(`/s/${slug}`);
    assert.equal((await send(d, promoter, { score: '10' })).status, 303, 'whom it is not for');
    // A form of a revision before did not ask it so.
    const old = await open(`/s/${slug}`);
    await d.survey(slug, { metric: 'nps', questions: [...QUESTIONS, { key: 'new', type: 'text', required: true }] });
    assert.equal((await send(d, old, { score: '10' })).status, 303);
    assert.deepEqual(missed(await send(d, await open(`/s/${slug}`), { score: '10' })), ['new']);
  });
});
