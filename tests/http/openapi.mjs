// Holds exchanges to docs/openapi.yaml. Every reply must be one that its call documents: status, media type, headers,
// body; no member and no header may be there that is not described. A request must be as described where it was taken
// (2xx), for then the description was what the client could go by. harness.mjs passes every exchange of the tests
// through here.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

// What the daemon reads of a body that JSON.parse refuses: a byte order mark, and in texts control characters and an
// escape that is cut.
const readable = (text) =>
  text
    .replace(/^\ufeff/, '')
    .replace(/[\u0000-\u001f]/g, ' ')
    .replace(/\\u[0-9a-f]{0,3}(?=")/gi, '?');

// For JSON.parse: members that say nothing.
function leaveOut(name, value) {
  if (Array.isArray(this)) return value;
  return value === null || (typeof value === 'string' && /^[ \t\r\n]*$/.test(value)) ? undefined : value;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/openapi.yaml');

export class Description {
  constructor(text) {
    this.document = parse(text);
    this.ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema(this.document, 'openapi');
    this.compiled = new Map();
    this.calls = [];
    for (const [pattern, item] of Object.entries(this.document.paths)) {
      const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const operations = new Map(
        METHODS.filter((method) => item[method]).map((method) => [
          method,
          { ...item[method], at: ['paths', pattern, method] },
        ]),
      );
      const shared = (item.parameters ?? []).map((value, i) => this.find(value, ['paths', pattern, 'parameters', i]));
      for (const operation of operations.values()) {
        operation.parameters = [
          ...shared,
          ...(operation.parameters ?? []).map((value, i) => this.find(value, [...operation.at, 'parameters', i])),
        ];
      }
      this.calls.push({ pattern, names, operations });
    }
    // Literal segments go before parameters, as in the daemon.
    this.calls.sort((a, b) => a.names.length - b.names.length);
  }

  // A value or what its $ref means, with the place where it stands.
  find(value, at) {
    if (value?.$ref === undefined) return { value, at };
    const place = value.$ref
      .replace(/^#\//, '')
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const found = place.reduce((node, part) => node?.[part], this.document);
    if (found === undefined) throw new Error(`openapi.yaml: ${value.$ref} is not there`);
    return this.find(found, place);
  }

  // What the schema at a place has against a value: '' for nothing.
  against(at, value) {
    const pointer = at
      .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    let validate = this.compiled.get(pointer);
    if (!validate) {
      validate = this.ajv.compile({ $ref: `openapi#/${pointer}` });
      this.compiled.set(pointer, validate);
    }
    if (validate(value)) return '';
    return validate.errors
      .map((error) => `${error.instancePath || '(whole)'} ${error.message} ${JSON.stringify(error.params)}`)
      .join('; ');
  }

  // Parameters and headers are text; where the schema says number, they are read as one.
  againstText(at, text) {
    const schema = this.find(
      at.reduce((node, part) => node[part], this.document),
      at,
    );
    const numeric = ['integer', 'number'].includes(schema.value.type) && /^-?\d+(\.\d+)?$/.test(text);
    const boolean = schema.value.type === 'boolean' && /^(true|false)$/.test(text);
    return this.against(schema.at, numeric ? Number(text) : boolean ? text === 'true' : text);
  }

  // The call of a path, with its parameters decoded; null where there is none. One slash at the end is as none.
  match(target) {
    let segments;
    try {
      const pathname = target.split('?')[0].replace(/([^/])\/$/, '$1');
      segments = pathname.split('/').map(decodeURIComponent);
    } catch {
      return null; // a bad escape
    }
    const call = this.calls.find(({ pattern }) => {
      const parts = pattern.split('/');
      return (
        parts.length === segments.length &&
        parts.every((part, i) => (part.startsWith('{') ? segments[i] !== '' : part === segments[i]))
      );
    });
    if (!call) return null;
    const values = call.pattern.split('/').flatMap((part, i) => (part.startsWith('{') ? [segments[i]] : []));
    return { call, values: Object.fromEntries(call.names.map((name, i) => [name, values[i]])) };
  }

  // Everything that is wrong with an exchange, as a list of texts. `headers` have names in small letters; a body is
  // text; null: the request is not known well enough to be judged.
  faults({ method, target, headers = {}, body = '', reply }) {
    const matched = this.match(target);
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = matched?.call.operations.get(name);
    const found = [];
    const say = (text) => found.push(text);
    const at = operation
      ? [...operation.at, 'responses', String(reply.status)]
      : ['x-any-path', 'responses', String(reply.status)];
    const responses = operation ? operation.responses : this.document['x-any-path'].responses;
    // Where there is a path it is no 404, where there is none it is neither 405 nor 204.
    const impossible = !operation && (matched ? [404] : [204, 405]);
    if (!responses[reply.status] || (impossible && impossible.includes(reply.status))) {
      say(`status ${reply.status} is not documented`);
      return found;
    }
    const response = this.find(responses[reply.status], at);
    this.checkHeaders(response, reply, say);
    this.checkBody(response, method, reply, say);
    if (operation && reply.status < 400 && body !== null)
      this.checkRequest(operation, matched, { target, headers, body, reply }, say);
    return found;
  }

  checkHeaders(response, reply, say) {
    const common = Object.entries(this.document['x-any-reply'].headers).map(([name, value]) => [
      name,
      value,
      ['x-any-reply', 'headers', name],
    ]);
    const own = Object.entries(response.value.headers ?? {}).map(([name, value]) => [
      name,
      value,
      [...response.at, 'headers', name],
    ]);
    const known = new Map([...common, ...own].map(([name, value, at]) => [name.toLowerCase(), this.find(value, at)]));
    for (const [name, header] of known) {
      const value = reply.headers[name];
      if (value === undefined) {
        if (header.value.required) say(`the reply has no ${name}`);
        continue;
      }
      const fault = this.againstText([...header.at, 'schema'], String(value));
      if (fault) say(`the reply's ${name} "${value}": ${fault}`);
    }
    for (const name of Object.keys(reply.headers))
      if (!known.has(name)) say(`the reply's header ${name} is not documented`);
  }

  checkBody(response, method, reply, say) {
    const content = response.value.content;
    const type = (reply.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    if (!content) {
      if (reply.text !== '' || type !== '') say(`the reply has a body (${type})`);
      return;
    }
    if (!content[type]) {
      say(`the reply's type "${type}" is not documented`);
      return;
    }
    if (method === 'HEAD') {
      if (reply.text !== '') say('the reply to a HEAD has a body');
      return;
    }
    const at = [...response.at, 'content', type];
    for (const fault of this.checkContent(content[type], at, type, reply.text)) say(`the reply's ${fault}`);
    if (type === 'application/problem+json' && JSON.parse(reply.text).status !== reply.status)
      say("the problem's status is not the reply's");
  }

  // Faults of a body of a media type.
  checkContent(media, at, type, text) {
    const faults = [];
    const check = (what, place, value) => {
      const fault = this.against(place, value);
      if (fault) faults.push(`${what} ${JSON.stringify(value)?.slice(0, 400)}: ${fault}`);
    };
    try {
      if (media['x-line-schema']) {
        text
          .split('\n')
          .filter((line) => line !== '')
          .forEach((line, i) => check(`line ${i + 1}`, [...at, 'x-line-schema'], JSON.parse(line)));
      } else if (type === 'application/x-www-form-urlencoded') {
        check('body', [...at, 'schema'], Object.fromEntries(new URLSearchParams(text.replace(/^\ufeff/, ''))));
      } else if (type === 'multipart/form-data') {
        return faults; // its parts are taken apart by what is tested alone
      } else if (/json$/.test(type)) {
        check('body', [...at, 'schema'], JSON.parse(text));
      } else if (media.schema) {
        check('body', [...at, 'schema'], text);
      }
    } catch (error) {
      faults.push(`body is not JSON: ${error.message}`);
    }
    return faults;
  }

  checkRequest(operation, matched, { target, headers, body, reply }, say) {
    const query = new URLSearchParams(target.split('?').slice(1).join('?'));
    const free = []; // parameters of an object with form and explode: its members stand in the query themselves
    const queryNames = new Set();
    for (const { value: parameter, at } of operation.parameters) {
      const given = {
        path: matched.values[parameter.name],
        query: query.get(parameter.name),
        header: headers[parameter.name.toLowerCase()],
      }[parameter.in];
      if (parameter.in === 'query' && parameter.schema?.type === 'object') {
        free.push({ parameter, at });
        continue;
      }
      if (parameter.in === 'query') queryNames.add(parameter.name);
      if (given === undefined || given === null) {
        if (parameter.required) say(`the request has no ${parameter.name}`);
        continue;
      }
      const fault = this.againstText([...at, 'schema'], String(given));
      if (fault) say(`the request's ${parameter.name} "${given}": ${fault}`);
    }
    const rest = Object.fromEntries([...query].filter(([name]) => !queryNames.has(name)));
    for (const name of Object.keys(rest)) {
      const home = free.find(({ parameter }) =>
        Object.keys(parameter.schema.patternProperties ?? {}).some((pattern) => new RegExp(pattern).test(name)),
      );
      if (!home && this.takesNoOthers(operation)) say(`the request's parameter ${name} is not documented`);
      else if (home) {
        const fault = this.against([...home.at, 'schema'], { [name]: rest[name] });
        if (fault) say(`the request's ${name}: ${fault}`);
      }
    }
    this.checkRequestBody(operation, { headers, body, reply }, say);
  }

  // Whether a parameter that is not known is refused.
  takesNoOthers(operation) {
    const { value } = this.find(operation.responses['400'], []);
    return (
      !value['x-takes-any-parameter'] &&
      value.content['application/problem+json'].schema.properties.type.enum.includes('/problems/bad_parameter')
    );
  }

  checkRequestBody(operation, { headers, body, reply }, say) {
    if (!operation.requestBody) return; // a body has no meaning then
    const { value, at } = this.find(operation.requestBody, [...operation.at, 'requestBody']);
    if (!value.required && !body?.length) return; // the type of nothing says nothing
    // No Content-Type at all is read as JSON.
    const given = (headers['content-type'] || 'application/json').split(';')[0].trim().toLowerCase();
    const type = value.content[given]?.['x-same-as'] ?? given;
    const media = value.content[type];
    if (!media) {
      say(`the request's type "${type}" is not documented`);
      return;
    }
    const place = [...at, 'content', type];
    if (media['x-each-alone']) {
      this.checkTakenItems(media, place, body, reply, say);
      return;
    }
    const text = media['x-blank-is-left-out'] ? JSON.stringify(JSON.parse(readable(body), leaveOut)) : readable(body);
    for (const fault of this.checkContent(media, place, type, text)) say(`the request's ${fault}`);
  }

  // A batch: the items that were taken must be as described.
  checkTakenItems(media, at, body, reply, say) {
    const isArray = media.schema.type === 'array';
    const items = isArray ? JSON.parse(readable(body)) : body.split(/\r?\n/);
    const results = isArray
      ? JSON.parse(reply.text)
      : reply.text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
    const place = isArray ? [...at, 'schema', 'items'] : [...at, 'x-line-schema'];
    for (const result of results.filter(({ status }) => status < 300)) {
      const item = items[result.line - 1];
      const fault = this.against(place, isArray ? item : JSON.parse(readable(item)));
      if (fault) say(`line ${result.line} of the request was taken: ${fault}`);
    }
  }
}

export const description = new Description(fs.readFileSync(file, 'utf8'));

// libmicrohttpd answers what it cannot read (a length that is no number, a header block beyond its memory) by itself,
// with a page; where it did not like a length, with its head twice.
export function isLibrarys(reply) {
  return (
    [400, 413, 414, 431, 505].includes(reply.status) &&
    reply.headers['content-type'] === undefined &&
    /^(<html>|HTTP\/1\.1 4)/.test(reply.text) &&
    reply.headers.connection === 'close'
  );
}

// Throws where the exchange is not as described.
export function conform(exchange, against = description) {
  const faults = against.faults(exchange);
  if (faults.length === 0) return;
  const { method, target, reply } = exchange;
  throw new Error(`openapi.yaml: ${method} ${target} -> ${reply.status}\n  ${faults.join('\n  ')}`);
}
