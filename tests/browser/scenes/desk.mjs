// The dashboard's views beside the figures.
import { fillDemo } from '../demo.mjs';

const ALERTS = {
  'checkout-score': { survey: 'checkout', kind: 'score', below: 30, window: '7d' },
  'checkout-drop': { survey: 'checkout', kind: 'drop', window: '30d' },
  'delivery-unhappy': { survey: 'delivery', kind: 'detractor' },
  'support-silence': { survey: 'support', kind: 'silence' },
};
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

// Signed in by a key, at `target`, with what is to be done there.
function seen(daemon, target, then, scopes = ['read', 'write', 'export', 'erase', 'admin']) {
  const json = { signed_in: true, name: 'Ann', scopes, reads_without_key: true, can_sign_in: true, why_not: null };
  return {
    target: '/',
    then: async (page) => {
      await page.setExtraHTTPHeaders({ Authorization: `Bearer ${daemon.key}` });
      await page.route('**/v1/session', (route) => route.fulfill({ json }));
      await page.goto(new URL(target, daemon.url).href);
      await page.waitForFunction(
        () => document.querySelector('main h1') && !document.querySelector('main .loading, main [aria-busy=true]'),
      );
      await then?.(page);
    },
  };
}

export async function scenes({ daemon }) {
  await fill(daemon);
  const press = (name) => (page) => page.getByRole('button', { name }).first().click();
  const widget = (page) => page.locator('cxd-widget').waitFor();
  return {
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
