// docs/openapi.yaml against the code's tables, and the validator that holds every exchange of the other tests to it: it
// must be able to fail. (make lint runs Redocly's rules over the same file.)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { ROOT, start } from './harness.mjs';
import { conform, description } from './openapi.mjs';
import { readRoutes, readSiteRoutes } from './routes.mjs';

const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const document = description.document;

// The frame of the dashboard is one page under each of its addresses, and modules in folders are for developing.
const UNDESCRIBED = ['web_dashboard_get', 'web_module_get', 'web_inner_module_get'];
const TABLES = { 'src/api/routes.c': readRoutes(), 'src/web/site.c': readSiteRoutes() };
const ROUTES = Object.values(TABLES)
  .flat()
  .filter(({ handler }) => !UNDESCRIBED.includes(handler));

// {slug, status} of what can leave by HTTP.
function readErrors() {
  return [
    ...read('include/cxd/base/errors.def')
      .split('These never leave')[0]
      .matchAll(/^CXD_ERROR\(\w+,\s*(\d+),\s*"(\w+)"/gm),
  ].map(([, status, slug]) => ({ slug, status: Number(status) }));
}

describe('the description', () => {
  const routes = ROUTES;
  const operation = (route) => document.paths[route.pattern]?.[route.method];

  test('has every route, and no other', () => {
    assert.ok(routes.length > 10);
    const described = Object.entries(document.paths).flatMap(([pattern, item]) =>
      Object.keys(item)
        .filter((key) => !['parameters', 'options'].includes(key))
        .map((method) => `${method} ${pattern}`),
    );
    assert.deepEqual(described.sort(), routes.map(({ method, pattern }) => `${method} ${pattern}`).sort());
    for (const [file, table] of Object.entries(TABLES))
      assert.equal(table.length, [...read(file).matchAll(/^\s*\{HTTP_/gm)].length, `each line of ${file} is read`);
    for (const handler of UNDESCRIBED)
      assert.ok(
        TABLES['src/web/site.c'].some((route) => route.handler === handler),
        handler,
      );
  });

  test('knows of a line of an import what a line of a batch can be, and what is of imports', () => {
    const typesOf = (name) => document.components.schemas[name].oneOf[1].properties.type.enum;
    const batch = typesOf('BatchResult');
    assert.deepEqual(
      typesOf('ImportResult')
        .filter((type) => !batch.includes(type))
        .sort(),
      ['/problems/import_ended', '/problems/no_import', '/problems/past_retention'],
    );
  });

  test('says of each route who may call it', () => {
    for (const route of routes) {
      const { security, description: text = '', responses } = operation(route);
      const isOpen = route.flags.includes('HTTP_OPEN');
      assert.deepEqual(
        security,
        isOpen || route.isFigures ? [{}, { key: [] }] : route.scope ? undefined : [],
        `security of ${route.method} ${route.pattern}`,
      );
      for (const status of isOpen || route.flags.includes('HTTP_KEYED') ? ['401'] : ['401', '403'])
        if (route.scope) assert.ok(responses[status], `${status} of ${route.method} ${route.pattern}`);
      if (route.scope)
        assert.match(
          text,
          route.scope === 'any' ? /a key.*, of any scope/ : new RegExp(`Scope \`${route.scope}\``),
          `scope of ${route.method} ${route.pattern}`,
        );
      assert.equal(
        /without a key where `\[access\] read(` is `open` or `everything`| = everything`)/.exec(text)?.[1],
        route.scope !== 'read' || isOpen
          ? undefined
          : route.isFigures
            ? '` is `open` or `everything`'
            : ' = everything`',
        `what opens ${route.method} ${route.pattern}`,
      );
    }
  });

  test('has preflights where the routes have CORS, and nowhere else', () => {
    const open = new Set(routes.filter(({ flags }) => flags.includes('HTTP_CORS')).map(({ pattern }) => pattern));
    for (const [pattern, item] of Object.entries(document.paths))
      assert.equal(item.options !== undefined, open.has(pattern), `OPTIONS ${pattern}`);
  });

  test('has the statuses that follow from the routes', () => {
    for (const route of routes) {
      const { responses, parameters = [] } = operation(route);
      const name = `${route.method} ${route.pattern}`;
      for (const status of ['400', '411', '429', '500', '503']) assert.ok(responses[status], `${status} of ${name}`);
      const takesBody = !['get', 'delete'].includes(route.method) && !route.flags.includes('HTTP_BODILESS');
      assert.equal(responses['413'] !== undefined, takesBody, `413 of ${name}`);
      assert.equal(
        description
          .find(responses['411'], [])
          .value.content['application/problem+json'].schema.properties.type.enum.includes('/problems/unwanted_body'),
        !takesBody,
        `411 of ${name}`,
      );
      const query = parameters
        .map((value) => description.find(value, []).value)
        .filter((parameter) => parameter.in === 'query');
      const reads = route.flags.some((flag) => ['HTTP_QUERY', 'HTTP_LOOSE_QUERY'].includes(flag));
      if (query.length > 0) assert.ok(reads, `parameters of ${name}`);
    }
  });

  test('has every problem of errors.def under its status, and no other', () => {
    const errors = readErrors();
    assert.ok(errors.length > 20);
    const described = new Map();
    const note = (status, response) => {
      const schema = description.find(response, []).value.content?.['application/problem+json']?.schema;
      if (!schema) return;
      for (const type of schema.properties?.type?.enum ?? [assert.fail(`a problem's types under ${status}`)])
        described.set(`${status} ${type}`, true);
    };
    for (const item of [
      ...Object.values(document.paths).flatMap((path_) => Object.values(path_)),
      document['x-any-path'],
    ]) {
      for (const [status, response] of Object.entries(item.responses ?? {})) note(status, response);
    }
    assert.deepEqual(
      [...described.keys()].sort(),
      errors.map(({ status, slug }) => `${status} /problems/${slug}`).sort(),
    );
  });
});

describe('the validator', () => {
  const id = '0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10';
  const stored = {
    id,
    survey: 'nps',
    revision: 1,
    score: 9,
    answered_at: '2026-11-23T12:00:00Z',
    received_at: '2026-11-23T12:00:00.214Z',
  };
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': 'a-1',
    date: 'Mon, 23 Nov 2026 12:00:00 GMT',
    'content-length': '10',
  };
  const location = `/v1/surveys/nps/responses/${id}`;
  const post = (over = {}, reply = {}) => {
    const { json = stored, ...rest } = reply;
    return {
      method: 'POST',
      target: '/v1/surveys/nps/responses',
      headers: { 'content-type': 'application/json' },
      body: '{"score":9}',
      ...over,
      reply: { status: 201, headers: { ...headers, location, etag: '"a"' }, text: JSON.stringify(json), ...rest },
    };
  };
  const problem = (status, slug, more = {}) => ({
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', ...more },
    json: { type: `/problems/${slug}`, title: 'T', status },
  });
  const batch = (body, results) => ({
    method: 'POST',
    target: '/v1/responses',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
    reply: {
      status: 200,
      headers: { ...headers, 'content-type': 'application/x-ndjson' },
      text: results.map((line) => `${JSON.stringify(line)}\n`).join(''),
    },
  });
  const TAKEN = { line: 1, status: 201, id, outcome: 'created' };

  const GOOD = {
    'a reply as described': post(),
    'an error as described': post(
      { body: '{"score":99}' },
      {
        ...problem(422, 'invalid'),
        json: { type: '/problems/invalid', title: 'T', status: 422, errors: [{ pointer: '/score', detail: 'no' }] },
      },
    ),
    'a bad request that was refused': post({ target: '/v1/surveys/NPS!/responses?x=1' }, problem(404, 'no_survey')),
    'a parameter that is passed over': post({ target: '/v1/surveys/nps/responses?_=1' }),
    'a slash at the end': post({ target: '/v1/surveys/nps/responses/' }),
    'text that holds JSON': post({ headers: { 'content-type': 'text/plain;charset=UTF-8' } }),
    'a path that is none': post({ target: '/v1/nothing' }, problem(404, 'not_found')),
    'a method that is none': post({ method: 'DELETE' }, problem(405, 'method_not_allowed', { allow: 'POST, OPTIONS' })),
    'a batch with a bad line': batch('{"survey":"nps","score":9}\nnonsense\n', [
      TAKEN,
      { line: 2, type: '/problems/malformed_json', title: 'T', status: 400 },
    ]),
  };
  for (const [name, exchange] of Object.entries(GOOD)) test(`passes ${name}`, () => conform(exchange));

  const BAD = {
    'an undocumented status': [post({}, { status: 202 }), /status 202 is not documented/],
    'an undocumented member': [post({}, { json: { ...stored, shoe_size: 43 } }), /shoe_size/],
    'a missing member': [post({}, { json: { ...stored, survey: undefined } }), /survey/],
    'a wrong type': [post({}, { json: { ...stored, score: '9' } }), /score must be integer/],
    'a score off any scale': [post({}, { json: { ...stored, score: 11 } }), /score must be <= 10/],
    'an id that is no UUID': [post({}, { json: { ...stored, id: '17' } }), /id must match format "uuid"/],
    'a time that is none': [
      post({}, { json: { ...stored, received_at: '2026-11-23 12:00' } }),
      /received_at must match format "date-time"/,
    ],
    'a reply that is not JSON': [post({}, { text: '{"id":' }), /not JSON/],
    'no body': [post({}, { text: '' }), /not JSON/],
    'another media type': [post({}, { headers: { ...headers, location, 'content-type': 'text/html' } }), /text\/html/],
    'no Location': [post({}, { headers }), /no location/],
    'no ETag': [
      post(
        { method: 'GET', target: `/v1/surveys/nps/responses/${stored.id}`, body: undefined },
        { status: 200, headers },
      ),
      /no etag/,
    ],
    'a Location elsewhere': [post({}, { headers: { ...headers, location: 'https://evil.example/' } }), /location/],
    'an undocumented header': [post({}, { headers: { ...headers, location, 'x-powered-by': 'C' } }), /x-powered-by/],
    'credentials that are neither allowed nor not': [
      post({}, { headers: { ...headers, location, 'access-control-allow-credentials': 'false' } }),
      /access-control-allow-credentials/,
    ],
    'no X-Request-Id': [post({}, { headers: { ...headers, location, 'x-request-id': undefined } }), /no x-request-id/],
    'no Cache-Control': [
      post({}, { headers: { ...headers, location, 'cache-control': undefined } }),
      /no cache-control/,
    ],
    'no Retry-After on 503': [post({}, problem(503, 'queue_full')), /no retry-after/],
    'a Retry-After that is no number': [
      post({}, problem(503, 'queue_full', { 'retry-after': 'soon' })),
      /retry-after "soon"/,
    ],
    'a problem of another status': [
      post({}, problem(404, 'survey_closed')),
      /type must be equal to one of the allowed values/,
    ],
    'a problem that is none': [
      post({}, problem(404, 'no_such_thing')),
      /type must be equal to one of the allowed values/,
    ],
    "a problem whose status is not the reply's": [
      post({}, { ...problem(404, 'no_survey'), json: { type: '/problems/no_survey', title: 'T', status: 403 } }),
      /status is not/,
    ],
    'a problem with a member more': [
      post(
        {},
        {
          ...problem(404, 'no_survey'),
          json: { type: '/problems/no_survey', title: 'T', status: 404, stack: 'x.c:1' },
        },
      ),
      /unevaluated.*stack/,
    ],
    '404 for a path that is there': [
      post({ method: 'DELETE' }, problem(404, 'not_found')),
      /status 404 is not documented/,
    ],
    '405 for a path that is not there': [
      post({ target: '/v1/nothing' }, problem(405, 'method_not_allowed', { allow: 'GET' })),
      /status 405 is not documented/,
    ],
    '405 without Allow': [post({ method: 'DELETE' }, problem(405, 'method_not_allowed')), /no allow/],
    'a body in the reply to HEAD': [
      { method: 'HEAD', target: '/healthz', reply: { status: 200, headers, text: '{"status":"ok"}' } },
      /HEAD has a body/,
    ],
    'a body with 304': [
      {
        method: 'GET',
        target: '/v1/surveys/nps/form',
        reply: { status: 304, headers: { ...headers, etag: '"a"' }, text: '{}' },
      },
      /has a body/,
    ],
    'a taken request with an undocumented member': [post({ body: '{"score":9,"scroe":9}' }), /request's body.*scroe/s],
    'a taken request of a wrong type': [post({ body: '{"score":"9"}' }), /request's body.*score must match/s],
    'a taken text that is no response': [
      post({ headers: { 'content-type': 'text/plain' }, body: '{"mark":9}' }),
      /request's body/,
    ],
    'a taken request of another media type': [
      post({ headers: { 'content-type': 'text/html' } }),
      /request's type "text\/html"/,
    ],
    'a taken slug that is none': [post({ target: '/v1/surveys/NPS!/responses' }), /request's survey "NPS!"/],
    'a taken parameter that is none': [
      post({ method: 'GET', target: `/v1/surveys/nps/responses/${stored.id}?dry=1`, body: undefined }, { status: 200 }),
      /parameter dry is not documented/,
    ],
    'a taken header beyond its length': [
      post({ headers: { 'content-type': 'application/json', 'idempotency-key': 'k'.repeat(1100) } }),
      /Idempotency-Key/,
    ],
    'a batch result with a member more': [batch('{"survey":"nps","score":9}\n', [{ ...TAKEN, extra: 1 }]), /line 1/],
    'a taken line that is not as described': [
      batch('{"survey":"nps","score":9,"mark":1}\n', [TAKEN]),
      /line 1 of the request was taken.*mark/s,
    ],
  };
  for (const [name, [exchange, expected]] of Object.entries(BAD))
    test(`refuses ${name}`, () => assert.throws(() => conform(exchange), expected));
});

// Exports, which have no length.
const SENT_AS_READ = ['/v1/archive', '/v1/surveys/{survey}/responses.csv', '/v1/surveys/{survey}/responses.ndjson'];

// Each refusal that a call documents, had from the daemon; the harness holds the replies to the description.
describe('every call refuses as it says', async () => {
  const d = await start({ config: { server: { public_url: 'https://survey.example' } } });
  after(() => d.stop());
  await d.survey('nps', { metric: 'nps' });
  const other = async (scope) =>
    (await d.admin('POST', '/v1/keys', { body: { name: 'other', scopes: [scope] } })).json.key;
  const keys = { export: await other('export'), erase: await other('erase') };
  const values = { survey: 'nps', id: '0193b0a5-7c00-7f2e-8d43-5b1c2f9e6a10' };
  const fill = (pattern, over = {}) =>
    pattern.replace(/\{(\w+)\}/g, (_, name) => ({ ...values, ...over })[name] ?? 'x');

  // The first request body that the description shows.
  function example(operation) {
    if (!operation.requestBody) return {};
    const { value } = description.find(operation.requestBody, []);
    const [type, media] = Object.entries(value.content)[0];
    const shown = media.example ?? description.find(Object.values(media.examples)[0], []).value.value;
    return { type, body: typeof shown === 'string' ? shown : JSON.stringify(shown) };
  }

  async function raw(method, target, headers) {
    return d.raw(`${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${d.key}\r\n${headers}\r\n`);
  }

  for (const { pattern, operations } of description.calls) {
    for (const [name, operation] of operations) {
      if (name === 'options') continue;
      const method = name.toUpperCase();
      const target = fill(pattern, pattern.startsWith('/assets/') ? { name: 'page.css' } : {});
      const { responses } = operation;
      const ask = async (status, where, options) => {
        const reply = await d.request(method, where, { ...example(operation), ...options });
        assert.equal(reply.status, status, `${method} ${where}: ${reply.text}`);
      };
      const take = async (where, options) => {
        const reply = await d.request(method, where, { ...example(operation), ...options });
        assert.ok(reply.status < 400, `${method} ${where}: ${reply.status} ${reply.text}`);
      };
      test(`${method} ${pattern}`, async () => {
        const key = d.key;
        const route = ROUTES.find((each) => each.method === name && each.pattern === pattern);
        const isOpen = !route.scope || route.flags.includes('HTTP_OPEN');
        if (description.takesNoOthers(operation)) await ask(400, `${target}?no_such_parameter=1`, { key });
        else await take(`${target}?no_such_parameter=1`, isOpen ? {} : { key });
        assert.equal((await raw(method, target, 'Content-Length: 100000000\r\n')).status, responses['413'] ? 413 : 411);
        assert.equal((await raw(method, target, 'Transfer-Encoding: chunked\r\n')).status, 411);
        if (responses['401'] && route.scope) await ask(401, target, { key: `cxs_${'A'.repeat(43)}` });
        if (!isOpen) {
          await ask(401, target, {});
          if (route.scope !== 'any')
            await ask(403, target, { key: /`export`/.test(operation.description) ? keys.erase : keys.export });
        }
        // One call names its surveys in its query.
        const query = pattern === '/v1/score' ? '?surveys=nowhere' : '';
        if (responses['404']) await ask(404, `${fill(pattern, { survey: 'nowhere' })}${query}`, { key });
        if (route.flags.includes('HTTP_INGEST')) assert.equal((await raw(method, target, '')).status, 411);
        if (responses['415']) await ask(415, target, { key, type: 'text/html', body: '<p>' });
        const isStream = Boolean(description.find(responses['200'] ?? {}, []).value.content?.['text/event-stream']);
        if (method === 'GET' && !isStream) {
          const ways = ['GET', 'HEAD', 'GET']; // what counts seconds or bytes may grow by a digit meanwhile
          const replies = [];
          for (const way of ways) replies.push(await d.admin(way, target));
          assert.equal(replies[1].status, replies[0].status);
          const lengths = replies.map(({ headers }) => headers['content-length']);
          if (SENT_AS_READ.includes(pattern)) {
            assert.deepEqual(
              lengths,
              ways.map(() => undefined),
            );
            return;
          }
          const [first, length, last] = lengths.map(Number);
          assert.ok(
            length >= Math.min(first, last) && length <= Math.max(first, last),
            `HEAD says how long the body is: ${first}, ${length}, ${last}`,
          );
        }
      });
    }
    test(`OPTIONS and other methods of ${pattern}`, async () => {
      const target = fill(pattern);
      const reply = await d.request('OPTIONS', target);
      assert.equal(reply.status, 204);
      const methods = [...operations.keys()].map((name) => name.toUpperCase());
      const expected = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
      assert.deepEqual(reply.headers.allow.split(', ').sort(), expected.sort());
      for (const same of [`${target}/`, `${target}/?`, `http://y.example${target}`, `HTTPS://y.example:1${target}/`]) {
        const again = await raw('OPTIONS', same, '');
        assert.deepEqual([again.status, again.headers.allow], [204, reply.headers.allow], same);
      }
      assert.equal((await raw('OPTIONS', `${target}//`, '')).status, 404);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (methods.includes(method)) continue;
        const refused = await d.admin(method, target, { body: method === 'GET' ? undefined : '{}' });
        assert.equal(refused.status, 405);
        assert.equal(refused.headers.allow, reply.headers.allow);
      }
    });
  }
});

describe('the harness', async () => {
  const d = await start();
  after(() => d.stop());

  test('holds requests and raw connections to the description', async () => {
    const operation = document.paths['/healthz'].get;
    const documented = operation.responses;
    operation.responses = { 418: documented['200'] };
    const call = description.calls.find(({ pattern }) => pattern === '/healthz').operations.get('get');
    call.responses = operation.responses;
    try {
      await assert.rejects(d.request('GET', '/healthz'), /status 200 is not documented/);
      const wire = await d.connect();
      wire.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await assert.rejects(wire.reply(), /status 200 is not documented/);
      wire.close();
    } finally {
      call.responses = documented;
      operation.responses = documented;
    }
    assert.equal((await d.request('GET', '/healthz')).status, 200);
  });
});
