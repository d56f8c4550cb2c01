// A client of live streams: server-sent events as a page reads them.
import http from 'node:http';
import { until } from './harness.mjs';

// What an event says: { event, id, data, retry, comment }.
function parse(block) {
  const found = {};
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (name === '') found.comment = true;
    else found[name] = name === 'data' ? JSON.parse(value) : name === 'retry' ? Number(value) : value;
  }
  return found;
}

// Opens a stream: { status, headers, events, ended, error, close(), pause(), next(name, count) }; a reply that is none
// is read to its end, with { text, json }. `keep` false: events are counted and not kept.
export function listen(
  daemon,
  path,
  { key = daemon.key, headers = {}, port = daemon.port, keep = true, get = http.get } = {},
) {
  return new Promise((resolve, reject) => {
    const sent = { ...headers, ...(key && { Authorization: `Bearer ${key}` }) };
    const request = get(
      { host: daemon.host, port, path, headers: sent, agent: false, rejectUnauthorized: false },
      (response) => {
        const listener = {
          status: response.statusCode,
          headers: response.headers,
          events: [],
          told: {}, // how many of each
          comments: 0,
          retry: undefined,
          ended: false, // to its end, as it should
          error: null,
          closed: false,
          response,
          close: () => request.destroy(),
          named: (name) => listener.events.filter(({ event }) => event === name),
          responses: () => listener.named('response').map(({ data }) => data),
          next: async (name, count = 1) => {
            await until(
              () => (listener.told[name] ?? 0) >= count || listener.closed,
              () => `${count} ${name}`,
            );
            return listener.named(name);
          },
        };
        let text = '';
        const read = (block) => {
          const found = parse(block);
          if (found.retry !== undefined) listener.retry = found.retry;
          if (found.id) listener.last = found.id;
          if (found.comment) listener.comments += 1;
          if (!found.event) return;
          listener.told[found.event] = (listener.told[found.event] ?? 0) + 1;
          if (keep) listener.events.push(found);
        };
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
          if (listener.status !== 200) return;
          const blocks = text.split('\n\n');
          text = blocks.pop();
          blocks.forEach(read);
        });
        response.on('error', (error) => (listener.error = error));
        response.on('close', () => (listener.closed = true));
        response.on('end', () => {
          listener.ended = true;
          if (listener.status === 200) return;
          resolve({ ...listener, text, json: JSON.parse(text) });
        });
        if (listener.status === 200) resolve(listener);
      },
    );
    request.on('error', reject);
  });
}

// The head of a stream alone.
export async function glance(daemon, path, options) {
  const seen = await listen(daemon, path, options);
  if (seen.status === 200) seen.close();
  return { text: '', ...seen };
}
