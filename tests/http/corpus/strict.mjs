// What libmicrohttpd 1.0 does otherwise than 0.9 with the cases of requests.mjs, by their names. It reads strictly by
// itself, so that much of what the guard refuses with a problem elsewhere never comes to it.
import { spawnSync } from 'node:child_process';
import { CLOSE, KEEP } from './requests.mjs';

// The same status, on the library's own page.
const PAGES = [
  'CL.TE on ingest',
  'TE.CL on ingest',
  'CL.TE on a definition',
  'TE.CL on a definition',
  'CL.0: a length of nought and chunks',
  'Content-Length and Transfer-Encoding on a GET',
  'Content-Length with an unknown coding',
  'Content-Length with an empty Transfer-Encoding',
  'xchunked on ingest',
  'xchunked',
  'identity',
  'gzip, chunked',
  'chunked, chunked',
  'chunked, identity',
  'identity, chunked',
  ', chunked',
  'chunked with a parameter',
  '"chunked" in quotes',
  "'chunked' in quotes",
  'chunked with a blank inside',
  'chunked with NUL behind',
  'a vertical tab before chunked',
  'a byte beyond ASCII before chunked',
  'an empty Transfer-Encoding',
  'two Transfer-Encodings, the first unknown',
  'a blank before the colon of Transfer-Encoding',
  'a blank before Transfer-Encoding',
  'no Host on HTTP/1.1',
  'an absolute target without Host',
  'a folded Host',
  'a blank before the colon',
  'a TAB before the colon',
  'a blank in a name',
  'a bare CR in a name',
  'an empty name',
  'a blank before the first name',
  'a TAB before the first name',
  'NUL in a value',
  'NUL after Content-Length',
  'NUL that hides a Content-Length',
  'a bare CR in a value',
  'a bare CR that hides a Content-Length',
  'a bare LF that hides a Content-Length',
  'a bare LF that hides a Transfer-Encoding',
  'a bare LF that hides a Host',
  'a folded line',
  'a line folded by TAB',
  'a folded Content-Length',
  'a Content-Length that begins on the next line',
  'a folded Transfer-Encoding',
  'bare LF everywhere',
  'bare LF after the request line',
  'bare LF after a header',
  'bare LF as the empty line',
  'bare LF as the empty line, and a request behind',
  'CR CR LF after a header',
  'a blank in the target',
  'two blanks before the target',
  'two blanks after the target',
  'a bare CR in the target',
];

const page = (status) => [status, CLOSE, { library: true }];
const SILENT = [null, CLOSE];
// [status, fate, more]
const OTHERWISE = {
  // Blanks around a value are no part of it.
  'a blank after Content-Length': [201, KEEP],
  'chunked with a blank behind': [411, CLOSE],
  'a Content-Length of 2^64 - 1': page(413),
  // It makes room for a reply of its own, and looks at the length first.
  'so many cookies that no reply has room, and a bad Content-Length': page(431),
  'many cookies and a bad Content-Length': page(400),
  // Closed without a word.
  'a TAB before the target': SILENT,
  'NUL in the target': SILENT,
  'NUL after the target': SILENT,
  '1,000 parameters behind a NUL': SILENT,
  '1,000 parameters behind NULs and another question mark': SILENT,
  'a PROXY line': SILENT,
  'an empty line of LF before the request': SILENT,
};

function isStrict() {
  const done = spawnSync('pkg-config', ['--modversion', 'libmicrohttpd'], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`pkg-config: ${done.error?.message ?? done.stderr}`);
  return Number(done.stdout.split('.')[0]) >= 1;
}

// The cases as the library that is here answers them.
export function adapt(cases) {
  const left = new Set([...PAGES, ...Object.keys(OTHERWISE)]);
  const adapted = cases.map(([name, bytes, status, fate, more = {}]) => {
    if (!left.delete(name)) return [name, bytes, status, fate, more];
    return [name, bytes, ...(OTHERWISE[name] ?? [status, fate, { ...more, library: true }])];
  });
  if (left.size > 0) throw new Error(`no such case: ${[...left].join('; ')}`);
  return isStrict() ? adapted : cases;
}
