// A real browser for a test, and a site of another origin than the daemon's for it to be on. Debian's Chromium, driven
// by playwright-core; CXD_CHROMIUM names another. It speaks to loopback only.
import crypto from 'node:crypto';
import http from 'node:http';
import { chromium } from 'playwright-core';
import { makeId, signingKeys, until as eventually } from '../http/harness.mjs';

const EXECUTABLE = process.env.CXD_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

// A headless browser says that it is one, and cxd then takes its answers for a machine's; here it stands for a
// person's.
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const HANGS = 5 * 60_000; // ms: what waits so long waits for what never comes, and its test shall say so

export async function launch() {
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [...FLAGS, `--user-agent=${PERSON}`],
    timeout: HANGS,
  });
  browser.on('context', (context) => context.setDefaultTimeout(HANGS));
  return browser;
}

// A site that answers every path with a page (or with pages[path]), on a port of its own. `host` may be localhost or
// 127.0.0.1, which are two sites to a browser.
export async function site({ host = 'localhost', pages = {}, headers = {} } = {}) {
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(pages[request.url] ?? '<!doctype html><title>shop</title><p>A page of another origin.');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://${host}:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

// Asks again until `done` says so; what was asked last.
export async function until(ask, done) {
  const { got } = await eventually(async () => {
    const said = await ask();
    return done(said) ? { got: said } : null;
  }, done);
  return got;
}

const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();

// An invitation that was over before it began, and is whole otherwise.
export function expiredInvitation(daemon, slug) {
  const bytes = Buffer.from(JSON.stringify({ i: makeId(Math.random), s: slug, r: 'late', e: 0 }));
  const key = hmac(signingKeys(daemon)[0], 'invitation');
  return `${bytes.toString('base64url')}.${hmac(key, bytes).toString('base64url')}`;
}
