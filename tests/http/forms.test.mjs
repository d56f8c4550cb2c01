// Answers as forms send them, urlencoded and in parts: the same response as by JSON, and every bad field named.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { assertProblem, makeId, seeded, start } from './harness.mjs';

const FIELDS = 'application/x-www-form-urlencoded';
const random = seeded(7);
let d;
before(async () => {
  d = await start();
  await d.survey('nps', { metric: 'nps' });
});
after(() => d.stop());

const post = (body, type = FIELDS, options = {}) => d.post('nps', body, { type, ...options });
const count = async () => (await d.score('nps')).json.n;
// [headers, value] or [name, value] to the parts of a body.
const parts = (list, { boundary = 'b0undary', end = '--\r\n', preamble = '', epilogue = '' } = {}) =>
  Buffer.from(
    preamble +
      list
        .map(([head, value]) => [head.includes(':') ? head : `Content-Disposition: form-data; name="${head}"`, value])
        .map(([head, value]) => `--${boundary}\r\n${head}\r\n\r\n${value}\r\n`)
        .join('') +
      `--${boundary}${end}${epilogue}`,
  );
const PARTS = 'multipart/form-data; boundary=b0undary';
const said = ({ score, comment, channel, respondent, properties }) => ({
  score,
  ...(comment !== undefined && { comment }),
  ...(channel !== undefined && { channel }),
  ...(respondent !== undefined && { respondent }),
  ...(properties !== undefined && { properties }),
});

test('fields are members, and property.KEY', async () => {
  for (const [body, expected] of [
    ['score=9', { score: 9 }],
    ['score=09', { score: 9 }],
    ['score=+9%0A', { score: 9 }],
    ['\ufeffscore=9', { score: 9 }],
    ['&&=&score=9&', { score: 9 }],
    ['score=9&comment=&channel=&property.plan=&respondent', { score: 9 }],
    ['score=0&comment=a+b%2B%0D%0Ac%0Ad', { score: 0, comment: 'a b+\nc\nd' }],
    ['score=9&comment=gr%C3%B6%c3%9fer+größer', { score: 9, comment: 'größer größer' }],
    ['score=9&comment=100%+%zz%4', { score: 9, comment: '100% %zz%4' }],
    ['score=9&comment=a=b=c;d', { score: 9, comment: 'a=b=c;d' }],
    ['score=9&comment=%22%5Cn%5Cu0041', { score: 9, comment: '"\\n\\u0041' }],
    ['%73core=9&c%68annel=web', { score: 9, channel: 'web' }],
    [
      'score=9&property.plan=pro&property.seats=012&property.score=07.0',
      { score: 9, properties: { plan: 'pro', score: '07.0', seats: '012' } },
    ],
    ['score=9&_charset_=UTF-8', { score: 9 }],
    ['score=9.0', { score: 9 }],
    ['score=00.9e1', { score: 9 }],
    ['score=-0', { score: 0 }],
    [
      'score=9&comment=cut+%F0%9F%98&property.a=%00%FF',
      { score: 9, comment: 'cut \ufffd', properties: { a: '\ufffd\ufffd' } },
    ],
    ['score=9&comment=a%0Bb', { score: 9, comment: 'a\ufffdb' }],
  ]) {
    const reply = await post(body);
    assert.equal(reply.status, 201, `${body}: ${reply.text}`);
    assert.deepEqual(said(reply.json), expected, body);
  }
  for (const type of [`${FIELDS};charset=UTF-8`, 'Application/X-WWW-Form-URLEncoded; charset="utf-8"'])
    assert.equal((await post('score=9', type)).status, 201, type);
  assertProblem(await post('score=9', `${FIELDS};charset=iso-8859-1`), 415, 'media_type');
});

test('a retry is one, whichever way it comes', async () => {
  const id = makeId(random);
  const body = { score: 7, comment: 'two\nlines', respondent: 'ann', properties: { plan: 'pro' } };
  assert.equal((await d.put('nps', id, body)).status, 201);
  const fields = 'score=7&comment=two%0D%0Alines&respondent=ann&property.plan=pro';
  assert.equal((await d.put('nps', id, fields, { type: FIELDS })).status, 200);
  assert.equal((await post(`${fields}&id=${id}`)).status, 200);
  const list = Object.entries({ score: '7', comment: 'two\r\nlines', 'respondent': 'ann', 'property.plan': 'pro' });
  assert.equal((await d.put('nps', id, parts(list), { type: PARTS })).status, 200);
  const zipped = { type: FIELDS, headers: { 'Content-Encoding': 'gzip' } };
  assert.equal((await d.put('nps', id, zlib.gzipSync(fields), zipped)).status, 200);
  assert.equal((await d.put('nps', id, 'score=3', { type: FIELDS })).json.score, 3, 'and another content amends');
  const headers = { 'Idempotency-Key': 'a-form' };
  assert.equal((await post('score=1&comment=x', FIELDS, { headers })).status, 201);
  assert.equal((await d.post('nps', { score: 1, comment: 'x' }, { headers })).status, 200);
});

test('a sequence in a form orders as in JSON', async () => {
  const id = makeId(random);
  const put = async (body) => (await d.put('nps', id, body, { type: FIELDS })).json.score;
  assert.equal(await put('score=3&sequence=1'), 3);
  assert.equal(await put('score=9&sequence=+03.0'), 9);
  assert.equal(await put('score=5&sequence=2'), 9, 'an older one');
});

test('every bad field is named, as members are, and nothing is stored', async () => {
  const before = await count();
  for (const [body, pointers] of [
    ['', ['/score']],
    ['score=', ['/score']],
    ['score=ten', ['/score']],
    ['score=9,0', ['/score']],
    ['score=9.5', ['/score']],
    ['score=0x9', ['/score']],
    ['score=11', ['/score']],
    ['score=-1', ['/score']],
    ['score=--1', ['/score']],
    ['score=%2B9', ['/score']],
    ['score=-', ['/score']],
    ['score=+', ['/score']],
    [`score=1${'0'.repeat(5000)}`, ['/score']],
    ['score=9&sequence=x', ['/sequence']],
    ['score=9&sequence=-1', ['/sequence']],
    ['score=99999999999999999999', ['/score']],
    ['score=1e999', ['/score']],
    ['scroe=9', ['/scroe', '/score']],
    ['score=9&score=8', ['/score']],
    ['score=9&score=9', ['/score']],
    ['score=9&channel=&channel=', ['/channel']],
    ['score=9&comment=a&comment=b&x=1&x=2', ['/x', '/comment', '/x']],
    ['score=9&=x', ['/']],
    ['score=9&properties=x', ['/properties']],
    ['score=9&properties%5Bplan%5D=pro', ['/properties[plan]']],
    ['score=9&property.a%2Fb=x', ['/properties/a~1b']],
    ['score=9&property.=x', ['/properties/']],
    ['score=9&property.a=x&property.a=x', ['/properties/a']],
    ['score=9&id=x&answered_at=now', ['/id', '/answered_at']],
    ['score=9&respondent=%FF', ['/respondent']],
    ['score=9&channel=a%00b', ['/channel']],
    ['score=9&_charset_=windows-1252', ['/_charset_']],
    ['score=9&survey=nps', ['/survey']],
    ['score=9&Score=9', ['/Score']],
  ])
    assertProblem(await post(body), 422, 'invalid', pointers);
  for (const body of ['score=9&%FF=1', 'score=9&a%00=1', Array.from({ length: 513 }, (_, i) => `f${i}=`).join('&')])
    assertProblem(await post(body), 400, 'malformed_form');
  assert.equal(await count(), before);
});

test('parts of a form, as browsers and programs write them', async () => {
  const comment = 'a\r\nb\r\n--b0undar\r\n--b0undaryx\r\n\r\n--\r';
  for (const [list, expected, over] of [
    [[['score', '9']], { score: 9 }],
    [[['score', ' 9 ']], { score: 9 }],
    [
      [
        ['score', '9'],
        ['comment', ''],
      ],
      { score: 9 },
    ],
    [
      [
        ['score', '9'],
        ['comment', comment],
      ],
      { score: 9, comment: comment.replaceAll('\r\n', '\n') },
    ],
    [
      [
        ['score', '9'],
        ['comment', 'größer 100% + "x"'],
      ],
      { score: 9, comment: 'größer 100% + "x"' },
    ],
    [
      [['content-disposition:form-data;name=score\r\nContent-Type: text/plain; charset="UTF-8"\r\nX-Other: y', '9']],
      { score: 9 },
    ],
    [
      [['Content-Length: 1\r\nContent-Transfer-Encoding: 8BIT\r\nContent-Disposition: FORM-DATA; NAME="score"', '9']],
      { score: 9 },
    ],
    [
      [
        ['score', '9'],
        ['property.plan', 'pro'],
      ],
      { score: 9, properties: { plan: 'pro' } },
    ],
    [
      [
        ['score', '9'],
        ['_charset_', 'utf-8'],
      ],
      { score: 9 },
    ],
    [
      [['score', '9']],
      { score: 9 },
      { preamble: 'To whom it may concern\r\n--b0undar\r\n', epilogue: 'x\r\n--b0undary' },
    ],
    [[['score', '9']], { score: 9 }, { end: '--' }],
  ]) {
    const reply = await post(parts(list, over), PARTS);
    assert.equal(reply.status, 201, `${JSON.stringify(list)}: ${reply.text}`);
    assert.deepEqual(said(reply.json), expected);
  }
  const odd = "'()+_,-./:=? x";
  assert.equal(
    (await post(parts([['score', '9']], { boundary: odd }), `multipart/form-data; boundary="${odd}"`)).status,
    201,
  );
  const longest = 'b'.repeat(70);
  assert.equal(
    (await post(parts([['score', '9']], { boundary: longest }), `Multipart/Form-Data;Boundary=${longest}`)).status,
    201,
  );
});

test('bad parts: files and what is no text are named, what is not well-formed is 400', async () => {
  const before = await count();
  const good = ['score', '9'];
  for (const [part, pointers] of [
    ['Content-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png', ['/photo']],
    ['Content-Disposition: form-data; name="comment"; filename=""', ['/comment']],
    ["Content-Disposition: form-data; name=comment; filename*=UTF-8''a.txt", ['/comment']],
    ['Content-Disposition: form-data; name="comment"\r\nContent-Type: application/json', ['/comment']],
    ['Content-Disposition: form-data; name="comment"\r\nContent-Type: text/plain; charset=utf-16', ['/comment']],
    ['Content-Disposition: form-data; name="comment"\r\nContent-Transfer-Encoding: base64', ['/comment']],
    [
      'Content-Disposition: form-data; name="property.a"\r\nContent-Transfer-Encoding: quoted-printable',
      ['/properties/a'],
    ],
    ['Content-Disposition: form-data; name="a%22b%0D%0Ac%41"', ['/a"b\r\nc%41']],
    ['Content-Disposition: form-data; name="a\\"b\\\\c\\d"', ['/a"b\\c\\d']],
    ['Content-Disposition: form-data; name="score"', ['/score']],
  ])
    assertProblem(await post(parts([good, [part, 'x']]), PARTS), 422, 'invalid', pointers);
  const whole = parts([good]);
  for (const [what, body, type = PARTS] of [
    ['nothing', ''],
    ['no boundary', whole, 'multipart/form-data'],
    ['an empty one', whole, 'multipart/form-data; boundary=""'],
    [
      'one that is too long',
      parts([good], { boundary: 'b'.repeat(71) }),
      `multipart/form-data; boundary=${'b'.repeat(71)}`,
    ],
    ['a bad character in it', parts([good], { boundary: 'a*b' }), 'multipart/form-data; boundary=a*b'],
    ['another one', whole, 'multipart/form-data; boundary=other'],
    ['no end', parts([good], { end: '' })],
    ['half an end', parts([good], { end: '-' })],
    ['cut in a value', whole.subarray(0, whole.length - 20)],
    ['cut in a header', whole.subarray(0, 30)],
    ['bare LF', Buffer.from(whole.toString().replaceAll('\r\n', '\n'))],
    ['no disposition', parts([['Content-Type: text/plain', '9']])],
    ['no name', parts([['Content-Disposition: form-data', '9']])],
    ['another disposition', parts([['Content-Disposition: attachment; name="score"', '9']])],
    ['two names', parts([['Content-Disposition: form-data; name="score"; name="score"', '9']])],
    ['a NUL in a name', parts([['Content-Disposition: form-data; name=score\0junk', '9']])],
    ['a NUL in front of one', parts([['Content-Disposition: form-data\0name=score', '9']])],
    ['a folded header', parts([['Content-Disposition: form-data;\r\n name="score"', '9']])],
    [
      'no header at all',
      parts([['', '']])
        .subarray(0, 0)
        .toString() + '--b0undary\r\n\r\n9\r\n--b0undary--\r\n',
    ],
    ['long headers', parts([[`Content-Disposition: form-data; name="score"\r\nX: ${'x'.repeat(9000)}`, '9']])],
    ['many headers', parts([[`Content-Disposition: form-data; name="score"${'\r\nX: x'.repeat(20)}`, '9']])],
    ['many parts', parts(Array.from({ length: 513 }, (_, i) => [`f${i}`, '']))],
    ['a name that is no UTF-8', Buffer.from(whole.toString('latin1').replace('score', 'sc\xffre'), 'latin1')],
  ])
    assert.notEqual(assertProblem(await post(body, type), 400, 'malformed_form').detail, '', what);
  assertProblem(await post(whole, `${PARTS}; charset=latin1`), 415, 'media_type');
  assert.equal(await count(), before);
});

test('what a form brings besides: a honeypot, an invitation', async () => {
  const { honeypot } = (await d.request('GET', '/v1/surveys/nps/form')).json;
  const before = await count();
  assert.equal((await post(`score=9&${honeypot}=`)).status, 201);
  assert.equal(await count(), before + 1);
  assert.equal((await post(`score=9&${honeypot}=x`)).status, 201, 'a machine is not told');
  assert.equal(await count(), before + 1);
  for (const body of ['score=9&scroe=', 'score=9&scroe', 'score=9&scroe=+'])
    assertProblem(await post(body), 422, 'invalid', ['/scroe']);
  assertProblem(
    await post(
      parts([
        ['score', '9'],
        ['scroe', ''],
      ]),
      PARTS,
    ),
    422,
    'invalid',
    ['/scroe'],
  );
  await d.survey('asked', { metric: 'nps', access: 'invited' });
  const { token } = (await d.admin('POST', '/v1/surveys/asked/invitations', { body: { respondent: 'bob' } })).json;
  assertProblem(await d.post('asked', 'score=9', { type: FIELDS }), 403, 'invitation_required');
  const reply = await d.post('asked', `score=9&invitation=${token}`, { type: FIELDS });
  assert.equal(reply.status, 201, reply.text);
  const stored = await d.admin('GET', `/v1/surveys/asked/responses/${reply.json.id}`);
  assert.equal(stored.json.respondent, 'bob');
});

test('forms are for one response alone', async () => {
  for (const [method, target] of [
    ['POST', '/v1/responses'],
    ['PUT', '/v1/surveys/x'],
    ['POST', '/v1/keys'],
    ['POST', '/v1/surveys/nps/invitations'],
  ])
    for (const type of [FIELDS, PARTS])
      assertProblem(await d.admin(method, target, { body: 'metric=nps', type }), 415, 'media_type');
});
