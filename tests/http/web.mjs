// What a browser asks for. Replies on paths that docs/openapi.yaml has are held to it; what is asked may be anything.
import assert from 'node:assert/strict';
import http from 'node:http';
import { conform, description, isLibrarys } from './openapi.mjs';

// { status, headers, body, text }

export function ask(daemon, method, target, { headers = {}, body } = {}) {
  const sent = { ...headers };
  if (body !== undefined) {
    sent['Content-Type'] ??= 'application/x-www-form-urlencoded';
    sent['Content-Length'] = Buffer.byteLength(body);
  } else if (method === 'POST') {
    sent['Content-Length'] = 0;
  }
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: daemon.host, port: daemon.port, method, path: target, headers: sent, agent: daemon.agent },
      (reply) => {
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => {
          const whole = Buffer.concat(chunks);
          const got = { status: reply.statusCode, headers: reply.headers, body: whole, text: whole.toString('utf8') };
          try {
            if (description.match(target) && !isLibrarys(got)) conform({ method, target, body: null, reply: got });
          } catch (error) {
            reject(error);
            return;
          }
          resolve(got);
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

// --- Pages, read as a browser reads them -----------------------------------------------------------------------------

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? assert.fail(whole));

// The elements of a page, in their order: { name, attributes, text: what stands between it and the next markup }.
// Markup is nothing else than what cxd writes: an element or the end of one, attributes in double quotes.
export function elements(page) {
  const body = page.replace(/^<!doctype html>\n/, '');
  const found = [];
  const markup = /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>([^<>]*)/gy;
  while (markup.lastIndex < body.length) {
    const at = markup.lastIndex;
    const [, end, name, attributes, text] = markup.exec(body) ?? assert.fail(`no markup of ours: ${body.slice(at)}`);
    if (end) continue;
    const pairs = [...attributes.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)];
    found.push({
      name,
      attributes: Object.fromEntries(
        pairs.map(([, key, value]) => [key, value === undefined ? true : unescape(value)]),
      ),
      text: unescape(text),
    });
  }
  return found;
}

// The form of a page, as a browser would send it: { action, fields: a Map, points, error, question, further: what is
// asked behind the score, as the attributes of each with its text }.
export function formOf(page) {
  const all = elements(page);
  const inputs = all.filter(({ name }) => name === 'input').map(({ attributes }) => attributes);
  const fields = new Map();
  for (const { type, name, value = '', checked } of inputs)
    if (!['radio', 'checkbox'].includes(type) || checked) fields.set(name, value);
  for (const { attributes, text } of all.filter(({ name }) => name === 'textarea'))
    fields.set(attributes.name, text.replace(/^\n/, ''));
  return {
    action: all.find(({ name }) => name === 'form')?.attributes.action,
    fields,
    points: inputs.filter(({ name }) => name === 'score').map(({ value }) => value),
    error: all.find(({ attributes }) => attributes.class === 'error')?.text,
    question: all.find(({ name }) => name === 'h1')?.text,
    further: all.flatMap(({ attributes }, i) =>
      attributes.class === 'field question' ? [{ ...attributes, text: all[i + 2].text }] : [],
    ),
    language: all[0].attributes.lang,
    direction: all[0].attributes.dir,
  };
}

// Sends it, with some fields filled in.
export function send(daemon, form, filled = {}, options = {}) {
  const body = new URLSearchParams([...form.fields]);
  for (const [name, value] of Object.entries(filled)) body.set(name, value);
  return ask(daemon, 'POST', form.action, { body: body.toString(), ...options });
}
