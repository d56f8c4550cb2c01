// The dashboard's views beside the figures.
import { fillDemo } from '../demo.mjs';
import { signIn } from '../desk.mjs';

const ALERTS = {
  'checkout-score': { survey: 'checkout', kind: 'score', below: 30, window: '7d' },
  'checkout-drop': { survey: 'checkout', kind: 'drop', window: '30d' },
  'delivery-unhappy': { survey: 'delivery', kind: 'detractor' },
  'support-silence': { survey: 'support', kind: 'silence' },
};
export const widths = [360, 768, 1440];
const MARKED = '/surveys/checkout/comments?q=delivery&band=detractors';

async function fill(daemon) {
  await fillDemo(daemon);
  for (let i = 0; i < 5; i++)
    await daemon.post('checkout', { score: i, comment: 'cheap watches', further_remarks: 'x' });
  for (const [name, body] of Object.entries(ALERTS)) await daemon.admin('PUT', `/v1/alerts/${name}`, { body });
  await daemon.post('delivery', { score: 1, comment: 'It never came.' });
  for (const [name, scopes] of [
    ['Till in Berlin', ['write']],
    ['Ann, reports', ['read', 'export']],
  ])
    await daemon.admin('POST', '/v1/keys', { body: { name, scopes, expires_in: '90d' } });
}

// Signed in, at `target`, with what is to be done there.
const seen = (daemon, target, then, scopes) => ({
  target: '/login',
  then: async (page) => {
    await signIn(page, daemon, target, scopes);
    await then?.(page);
  },
});

const WHY_NOT = [
  'cxd was asked over plain HTTP, where anybody on the way reads along. Sign in over HTTPS: with [tls] certificate, or',
  'by a proxy that [server] trusted_proxies names and whose https URL is [server] public_url. On the machine itself',
  'http://127.0.0.1 will do.',
].join(' ');
// As it says over plain HTTP off loopback.
const closed = (page) =>
  page.route('**/v1/session', (route) =>
    route.fulfill({
      json: { signed_in: false, name: null, scopes: [], reads_without_key: true, can_sign_in: false, why_not: WHY_NOT },
    }),
  );
async function signedIn(page) {
  await page.goto(new URL('/login', page.url()).href);
  await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor();
}

export async function scenes({ daemon }) {
  await fill(daemon);
  const press = (name) => (page) => page.getByRole('button', { name }).first().click();
  const widget = (page) => page.locator('cxd-widget').waitFor();
  return {
    'login': { target: '/login', then: (page) => page.getByLabel('Key', { exact: true }).waitFor() },
    'login-refused': {
      target: '/login',
      then: async (page) => {
        await page.getByLabel('Key', { exact: true }).fill('cxs_wrong');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('This key is not known here').waitFor();
      },
    },
    'login-signed-in': seen(daemon, '/', (page) => signedIn(page)),
    'login-closed': {
      target: '/login',
      first: closed,
      then: (page) => page.getByText('Nobody can sign in here').waitFor(),
    },
    'comments': seen(daemon, '/surveys/checkout/comments', (page) => page.locator('.terms').waitFor()),
    'comments-search': seen(daemon, MARKED),
    'comments-none': seen(daemon, '/surveys/checkout/comments?q=unheard'),
    'comments-refused': seen(daemon, '/surveys/checkout/comments?q=('),
    'comments-exclude': seen(daemon, '/surveys/checkout/comments', press('Exclude')),
    'suspects': seen(daemon, '/surveys/checkout/suspects'),
    'suspects-none': seen(daemon, '/surveys/support/suspects'),
    'alerts': seen(daemon, '/alerts'),
    'alerts-none': seen(daemon, '/surveys/onboarding/alerts'),
    'alert-new': seen(daemon, '/alerts', press('New alert')),
    'edit': seen(daemon, '/surveys/checkout/edit', widget),
    'edit-new': seen(daemon, '/surveys/new', widget),
    'share': seen(daemon, '/surveys/checkout/share'),
    'status': seen(daemon, '/admin'),
    'keys': seen(daemon, '/admin/keys'),
    'key-new': seen(daemon, '/admin/keys', press('New key')),
    'audit': seen(daemon, '/admin/audit'),
    'signing-keys': seen(daemon, '/admin/signing-keys'),
    'imports-none': seen(daemon, '/admin/imports'),
    'no-permission': seen(daemon, '/admin/keys', undefined, ['read']),
  };
}
