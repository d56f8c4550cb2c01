// What a body says although it is not clean: bad characters, byte order marks, members that say nothing, numbers beyond
// 64 bits. The score is kept, and the reply tells what became of the rest (docs/edge.md §3).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, NPS, parseLines, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', NPS);

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const bytes = (...parts) => Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part))));
const hex = (text) => Buffer.from(text, 'hex');

// What stands between the quotes of a comment, and what is kept of it.
const INSIDE = {
  'a NUL, escaped': ['a\\u0000b', 'a\ufffdb'],
  'a NUL as it is': [hex('610062'), 'a\ufffdb'],
  'a vertical tab, escaped': ['a\\u000bb', 'a\ufffdb'],
  'a vertical tab as it is': [hex('610b62'), 'a\ufffdb'],
  'an escape character': ['\\u001b[31m', '\ufffd[31m'],
  'DEL and C1': ['\\u007f\\u0085', '\ufffd\ufffd'],
  'half an emoji at the end': ['so \\ud83d', 'so \ufffd'],
  'the other half': ['\\ude00!', '\ufffd!'],
  'halves in the wrong order': ['\\ude00\\ud83d', '\ufffd\ufffd'],
  'half, and an escape': ['\\ud83d\\n', '\ufffd\n'],
  'half, and a letter': ['\\ud83dx', '\ufffdx'],
  'half, and a whole one': ['\\ud83d\\ud83d\\ude00', '\ufffd😀'],
  'an escape that was cut': ['so \\ud83d\\ude', 'so \ufffd\ufffd'],
  'a byte that begins nothing': [hex('6eff6e'), 'n\ufffdn'],
  'an overlong slash': [hex('c0af'), '\ufffd\ufffd'],
  'a surrogate in UTF-8': [hex('eda0bd'), '\ufffd\ufffd\ufffd'],
  'beyond U+10FFFF': [hex('f4908080'), '\ufffd\ufffd\ufffd\ufffd'],
  'an emoji that was cut': [hex('6ff09f98'), 'o\ufffd'],
  'Latin-1': [hex('666fe972'), 'fo\ufffdr'],
};

for (const [name, [inside, kept]] of Object.entries(INSIDE)) {
  test(`${name}: the comment and a property keep the rest, the score is kept`, async () => {
    const id = `01920000-0000-7000-8000-${Object.keys(INSIDE).indexOf(name).toString(16).padStart(12, '0')}`;
    const body = bytes('{"comment":"', inside, '","properties":{"ok":"x","said":"', inside, '"},"score":9}');
    const reply = await d.put('nps', id, body);
    assert.equal(reply.status, 201, reply.text);
    const { score, comment, properties, adjusted } = reply.json;
    assert.deepEqual({ score, comment, properties }, { score: 9, comment: kept, properties: { ok: 'x', said: kept } });
    assert.deepEqual(
      adjusted.map(({ pointer }) => pointer),
      ['/comment', '/properties/said'],
    );
    const again = await d.put('nps', id, body);
    assert.deepEqual([again.status, again.json], [200, reply.json], 'a replay is told the same');
    const stored = (await d.admin('GET', `/v1/surveys/nps/responses/${id}`)).json;
    assert.deepEqual([stored.comment, stored.adjusted], [kept, undefined]);
  });

  test(`${name}: a name is refused for it`, async () => {
    const body = bytes('{"respondent":"r', inside, '","visit":"v', inside, '","score":9}');
    assertProblem(await d.post('nps', body), 422, 'invalid', ['/respondent', '/visit']);
    assertProblem(await d.post('nps', bytes('{"score":9,"properties":{"k', inside, '":"v"}}')), 422, 'invalid');
    assertProblem(
      await d.put('nps', '01920000-0000-7000-8000-00000000ffff', bytes('{"score":9,"id":"', inside, '"}')),
      422,
      'invalid',
      ['/id'],
    );
  });

  test(`${name}: in a batch`, async () => {
    const item = (slug) => bytes(`{"survey":"${slug}","comment":"`, inside, '","score":7}');
    const bad = bytes('{"survey":"nps","score":7,"channel":"c', inside, '"}');
    const lines = await d.admin('POST', '/v1/responses', {
      body: bytes(BOM, item('nps'), '\n', bad, '\n{"survey":"nps","score":8}\n'),
      type: 'application/x-ndjson',
    });
    assert.deepEqual(
      parseLines(lines.text).map(({ status }) => status),
      [201, 422, 201],
    );
    const array = await d.admin('POST', '/v1/responses', {
      body: bytes(BOM, '[', bad, ',', item('nps'), ' , ', item('nowhere'), ']'),
    });
    assert.deepEqual(
      array.json.map(({ status, errors }) => [status, errors?.[0].pointer]),
      [
        [422, '/channel'],
        [201, undefined],
        [404, undefined],
      ],
    );
  });
}

test('line ends and tabs stay what they are, escaped or not', async () => {
  const reply = await d.post('nps', bytes('{"score":9,"comment":"a', hex('0d0a09'), 'b\\r\\n\\tc"}'));
  assert.deepEqual([reply.status, reply.json.comment, reply.json.adjusted], [201, 'a\r\n\tb\r\n\tc', undefined]);
});

test('U+FFFD and noncharacters that were sent are text', async () => {
  const reply = await d.post('nps', '{"score":9,"comment":"\ufffd \\uffff \ufffe"}');
  assert.deepEqual([reply.status, reply.json.comment, reply.json.adjusted], [201, '\ufffd \uffff \ufffe', undefined]);
});

test('a comment has as many characters however they are written', async () => {
  for (const one of ['\\u00e9', '\\ud83d\\ude00', '\\"', '😀', '\\ud83d']) {
    const body = (count) => `{"score":9,"comment":"${one.repeat(count)}"}`;
    const reply = await d.post('nps', body(8000));
    assert.equal(reply.status, 201, `${one}: ${reply.text.slice(0, 300)}`);
    assertProblem(await d.post('nps', body(8001)), 422, 'invalid', ['/comment']);
  }
});

test('every text as long as it may be has room, each character an escape of 12 bytes', async () => {
  const long = (count) => '\\ud83d\\ude00'.repeat(count);
  const properties = Array.from({ length: 32 }, (_, i) => `"${String(i).padStart(64, 'k')}":"${long(512)}"`);
  const body =
    `{"score":9,"comment":"${long(8000)}","respondent":"${long(256)}","touchpoint":"${long(64)}",` +
    `"channel":"${long(64)}","visit":"${long(128)}","properties":{${properties}}}`;
  const reply = await d.post('nps', body);
  assert.equal(reply.status, 201, reply.text.slice(0, 300));
  assert.equal([...reply.json.comment].length, 8000);
});

test('what says nothing is as what is left out', async () => {
  const members = ['comment', 'respondent', 'touchpoint', 'channel', 'locale', 'visit', 'answered_at', 'id'];
  members.push('invitation', 'nonce', 'properties', 'sequence');
  for (const nothing of [null, '', ' ', '\t\r\n']) {
    const sent = Object.fromEntries(members.map((member) => [member, nothing]));
    for (const body of [
      { score: 9, ...sent },
      { score: 9, properties: { a: nothing, b: 'kept' } },
    ]) {
      const reply = await d.post('nps', body);
      assert.equal(reply.status, 201, reply.text);
      const { id, survey, revision, score, answered_at: at, received_at: received, ...rest } = reply.json;
      assert.deepEqual(rest, body.comment === undefined ? { properties: { b: 'kept' } } : {}, JSON.stringify(nothing));
      assert.deepEqual([survey, revision, score, at], ['nps', 1, 9, received]);
      assert.ok(id);
    }
  }
});

test('a definition: null and nothing, numbers in any notation, a byte order mark', async () => {
  const put = (slug, body) => d.admin('PUT', `/v1/surveys/${slug}`, { body });
  const plain = await put('plain', { metric: 'csat', scale: { min: 1, max: 10 }, min_n: 20, amend_window: 1800 });
  const other = await put(
    'other',
    bytes(
      BOM,
      '{"metric":"csat","scale":{"min":1.0,"max":1e1},"min_n":2.0E1,"amend_window":18e2,"name":"","method":null,' +
        '"texts":{"de":null},"closes_at":"","properties":"","access":" "}',
    ),
  );
  assert.equal(other.status, 201, other.text);
  for (const { json } of [plain, other]) for (const name of ['slug', 'created_at', 'updated_at']) delete json[name];
  assert.deepEqual(other.json, plain.json);
  const refused = '{"metric":"nps","min_n":0.5,"recontact_days":1e400,"retention_days":"30","name":"a\\u0000"}';
  assertProblem(await put('refused', refused), 422, 'invalid', [
    '/min_n',
    '/name',
    '/recontact_days',
    '/retention_days',
  ]);
});

test('numbers of properties are kept as they were sent where a number could not hold them', async () => {
  const reply = await d.post(
    'nps',
    '{"score":9,"properties":{"order":12345678901234567890123,"below":-9223372036854775809,' +
      '"third":0.33333333333333331,"tenth":0.10,"nine":9.0,"largest":9223372036854775807}}',
  );
  assert.equal(reply.status, 201, reply.text);
  assert.deepEqual(reply.json.properties, {
    below: '-9223372036854775809',
    largest: '9223372036854775807',
    nine: '9',
    order: '12345678901234567890123',
    tenth: '0.1',
    third: '0.33333333333333331',
  });
});
