// One NUL byte, anywhere in a body: behind a number, where the JSON library passes it over, as in a literal, between
// values, before and behind the text. The whole is malformed; of lines and rows the one that holds it. Within a string
// it is the member's, and so in free text that character alone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem, NPS, parseLines, start } from './harness.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', NPS);
const { id } = (await d.post('nps', { score: 3 })).json;

// The text with a NUL before each of its bytes in turn, and one at its end; and whether that is within a string.
function* punctured(text) {
  const bytes = Buffer.from(text);
  for (let at = 0, isInside = false; at <= bytes.length; at++) {
    yield [at, Buffer.concat([bytes.subarray(0, at), Buffer.from([0]), bytes.subarray(at)]), isInside];
    if (text[at] === '"') isInside = !isInside;
  }
}

const CALLS = {
  'a response': ['POST', '/v1/surveys/nps/responses', '{"score":9,"comment":"a","properties":{"k":"v"}}'],
  'a response as text/plain': ['POST', '/v1/surveys/nps/responses', '{"score":1e1 }', 'text/plain'],
  'a response by its id': ['PUT', '/v1/surveys/nps/responses/0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10', '{"score": 9.0}'],
  'a survey': ['PUT', '/v1/surveys/other', '{"metric":"nps","amend_window":60,"origins":["https://a.example"]}'],
  'a key': ['POST', '/v1/keys', '{"name":"a","scopes":["read"]}'],
  'an exclusion': ['PATCH', `/v1/surveys/nps/responses/${id}`, '{"excluded":true,"reason":"r"}'],
  'exclusions': ['PATCH', '/v1/surveys/nps/responses?flagged=true', '{"excluded":false}'],
  'a batch as an array': ['POST', '/v1/responses', '[{"survey":"nps","score":9},{"survey":"nps","score":8}]'],
  'an invitation': ['POST', '/v1/surveys/nps/invitations', '{"respondent":"a","expires_in":60}'],
  'invitations as an array': [
    'POST',
    '/v1/surveys/nps/invitations',
    '[{"respondent":"a"},{"respondent":"b","expires_in":60}]',
  ],
};

for (const [name, [method, path, text, type = 'application/json']] of Object.entries(CALLS)) {
  test(`${name} with a NUL`, async () => {
    for (const [at, body, isInside] of punctured(text)) {
      const reply = await d.admin(method, path, { body, type });
      const said = `at ${at}: ${reply.text}`;
      if (!isInside) assertProblem(reply, 400, 'malformed_json');
      else if (reply.status === 200 && Array.isArray(reply.json))
        assert.match(reply.text, /"invalid"|\/invalid"/, said);
      else if (reply.status === 201)
        assert.match(reply.text, /"adjusted":\[\{"pointer":"\/(comment|properties\/k)"/, said);
      else assertProblem(reply, 422, 'invalid');
    }
  });
}

test('lines of a batch and of invitations: the one that holds the NUL', async () => {
  for (const [path, lines] of [
    ['/v1/responses', ['{"survey":"nps","score":9}', '{"survey":"nps","score": 8 }']],
    ['/v1/surveys/nps/invitations', ['{"respondent":"a"}', '{"expires_in":60,"respondent":"b"}']],
  ]) {
    const text = `${lines.join('\n')}\n`;
    for (const [at, body, isInside] of punctured(text)) {
      // Behind the last line end it is a line of its own.
      const held = at <= lines[0].length ? 1 : at < text.length ? 2 : 3;
      const reply = await d.admin('POST', path, { body, type: 'application/x-ndjson' });
      assert.equal(reply.status, 200, reply.text);
      const results = parseLines(reply.text);
      for (const result of results)
        assert.equal(
          result.type,
          result.line !== held ? undefined : isInside ? '/problems/invalid' : '/problems/malformed_json',
          `at ${at}: ${reply.text}`,
        );
      assert.ok(
        results.some(({ line }) => line === held),
        `at ${at}: ${reply.text}`,
      );
    }
  }
});

test('CSV of invitations: the row, or the header', async () => {
  const header = 'respondent,plan\r\n',
    rows = ['a,pro\r\n', '"b ""x""",free\r\n'];
  for (const [at, body] of punctured(header + rows.join(''))) {
    const reply = await d.admin('POST', '/v1/surveys/nps/invitations', { body, type: 'text/csv' });
    if (at < header.length) {
      assertProblem(reply, 400, 'malformed_csv');
      continue;
    }
    const statuses = reply.text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((row) => row.split(',')[1]);
    const held = at < header.length + rows[0].length ? 0 : at < header.length + rows[0].length + rows[1].length ? 1 : 2;
    assert.deepEqual(
      statuses,
      held === 2 ? ['201', '201', '400'] : held === 0 ? ['400', '201'] : ['201', '400'],
      `at ${at}: ${reply.text}`,
    );
  }
});

test('%00 in a path, in the name and in the value of a parameter', async () => {
  for (const path of [
    '/v1/surveys/nps%00/score',
    '/v1/surveys/%00nps/responses',
    '/v1/respondents/a%00b',
    '/healthz%00',
  ])
    assertProblem(await d.admin('GET', path), 400, 'malformed_request');
  for (const path of [
    '/v1/surveys/nps/score?window=all%00',
    '/v1/surveys/nps/score?win%00dow=all',
    '/v1/surveys/nps/form?respondent=a%00b',
    '/v1/surveys/nps/responses?touchpoint=%00',
  ])
    assertProblem(await d.admin('GET', path), 400, 'bad_parameter');
});
