// What becomes of a response, however it comes: every way × every name × what it says × what is stored already × what
// the survey takes by then. One table, so that the ways cannot drift apart unseen.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { ids, ini, signingKeys, start } from './harness.mjs';

const DAY = 86_400_000;
const SPACE = '5b1de207934c4f0aa6712ec84d903fb5';
const LIMIT = 10;
const d = await start();
after(() => d.stop());
const id = ids(97);
const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
const [secret] = signingKeys(d);

function sign(invitation) {
  const bytes = Buffer.from(JSON.stringify(invitation));
  return `${bytes.toString('base64url')}.${hmac(hmac(secret, 'invitation'), bytes).toString('base64url')}`;
}

function uuid5(name) {
  const hash = crypto.createHash('sha1').update(Buffer.from(SPACE, 'hex')).update(name).digest().subarray(0, 16);
  hash[6] = (hash[6] & 15) | 0x50;
  hash[8] = (hash[8] & 63) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

// What each survey is by the time of the second round; at the first, all are open to everybody.
const STATES = {
  open: {},
  closed: { closes_at: '2020-01-01T00:00:00Z' },
  archived: null,
  invited: { access: 'invited' },
  'invited-closed': { access: 'invited', closes_at: '2020-01-01T00:00:00Z' },
  fixed: { amend_window: 0 },
  recontact: { recontact: 'refuse', recontact_days: 30 },
};
const WAYS = ['post', 'put', 'batch'];

// A name adds to what is sent; `now` false: the round before, when all was well with it.
const invite = (cell, over) => sign({ i: cell.id, s: cell.slug, r: cell.who, e: cell.expires, ...over });
const NAMES = {
  none: () => ({}),
  id: (cell) => ({ body: { id: cell.id } }),
  key: (cell) => ({ headers: { 'Idempotency-Key': cell.id } }),
  'id+key': (cell) => ({ body: { id: cell.id }, headers: { 'Idempotency-Key': cell.id } }),
  'bad key': (cell, now) => ({ headers: { 'Idempotency-Key': now ? 'a b' : cell.id } }),
  'other id': (cell, now) => ({ body: { id: now ? id() : cell.id } }),
  token: (cell) => ({ body: { invitation: invite(cell) }, path: cell.invited }),
  'token+key': (cell) => ({
    body: { invitation: invite(cell) },
    headers: { 'Idempotency-Key': cell.id },
    path: cell.invited,
  }),
  'token+id': (cell) => ({ body: { invitation: invite(cell), id: cell.invited }, path: cell.invited }),
  'token≠id': (cell, now) => ({
    body: { invitation: invite(cell), id: now ? cell.id : undefined },
    path: cell.invited,
  }),
  'token≠path': (cell, now) => ({ body: { invitation: invite(cell) }, path: now ? cell.id : cell.invited }),
  'token≠who': (cell, now) => ({
    body: { invitation: invite(cell), respondent: now ? 'somebody' : cell.who },
    path: cell.invited,
  }),
  late: (cell, now) => ({ body: { invitation: invite(cell, now ? { e: Date.now() - 1 } : {}) }, path: cell.invited }),
  'late+key': (cell, now) => ({ ...NAMES.late(cell, now), headers: { 'Idempotency-Key': cell.id } }),
  forged: (cell, now) => ({ body: { invitation: now ? 'x.y' : invite(cell) }, path: cell.invited }),
  elsewhere: (cell, now) => ({ body: { invitation: invite(cell, now ? { s: 'elsewhere' } : {}) }, path: cell.invited }),
};
const NAMELESS = ['none']; // nothing can have been stored before, unless under a path
const LONG = 'x'.repeat(2 * LIMIT);
// What it says, and what was said before; null: nothing was.
const SAYS = {
  'new': [{ score: 9 }, null],
  'same': [{ score: 9 }, { score: 9 }],
  'changed': [{ score: 9 }, { score: 3 }],
  'long': [{ score: 9, comment: LONG }, null],
  'same long': [
    { score: 9, comment: LONG },
    { score: 9, comment: LONG },
  ],
  'changed long': [{ score: 9, comment: LONG }, { score: 3 }],
  'typo': [{ score: 9, comment: 5 }, null],
  'changed typo': [{ score: 9, comment: 5 }, { score: 3 }],
};

const SHORT = {
  invalid: 'iv',
  survey_closed: 'cl',
  invitation_required: 'ir',
  invitation_expired: 'ie',
  invitation_invalid: 'ii',
  invitation_other_survey: 'io',
  invitation_used: 'iu',
  idempotency_key_reused: 'kr',
  response_conflict: 'cf',
  recontact: 'rc',
  bad_idempotency_key: 'bk',
};

function tell({ status, type, outcome, errors }) {
  if (status === 201) return 'C';
  if (status === 200) return outcome ? outcome[0].toUpperCase() : 'ok';
  const slug = type.replace('/problems/', '');
  assert.ok(SHORT[slug], slug);
  return (
    SHORT[slug] +
    (errors
      ? `:${errors
          .map(({ pointer }) => pointer.slice(1, 3))
          .sort()
          .join('')}`
      : '')
  );
}

async function send(way, slug, path, body, headers) {
  if (way === 'post') return d.post(slug, body, { headers });
  if (way === 'put') return d.put(slug, path, body, { headers });
  return d.batch([{ survey: slug, ...body }], { headers });
}

const outcome = (way, reply) =>
  tell(way !== 'batch' || reply.status !== 200 ? { ...reply.json, status: reply.status } : reply.lines[0]);

function* cells() {
  for (const [name, names] of Object.entries(NAMES)) {
    for (const [says, [said, before]] of Object.entries(SAYS)) {
      for (const slug of Object.keys(STATES)) {
        for (const way of WAYS) {
          if (before && NAMELESS.includes(name) && way !== 'put') continue;
          const cell = { name, names, says, said, before, slug, way, id: id(), who: id(), expires: Date.now() + DAY };
          cell.invited = uuid5(`\ninvitation\n${slug}\n${cell.id}`);
          yield cell;
        }
      }
    }
  }
}

async function come(cell, now) {
  const { body = {}, headers = {}, path = cell.id } = cell.names(cell, now);
  const who = cell.slug === 'recontact' && !body.invitation ? { respondent: cell.who } : {};
  return send(cell.way, cell.slug, path, { ...who, ...(now ? cell.said : cell.before), ...body }, headers);
}

// All of them, some at once.
async function each(all, act) {
  const left = all.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const one of left) await act(one);
    }),
  );
}

async function lowerTheLimit() {
  const at = d.stderr.length;
  const text = fs.readFileSync(d.config, 'utf8');
  fs.writeFileSync(d.config, `${text}\n${ini({ limits: { comment_characters: LIMIT } })}`);
  d.child.kill('SIGHUP');
  while (!/ (reloaded|reload_refused) /.test(d.stderr.slice(at)))
    await new Promise((resolve) => d.child.stderr.once('data', resolve));
  assert.match(d.stderr.slice(at), / reloaded /);
}

// A row for what becomes of a name, and all that ends so. Columns are the surveys, in each the ways; what is the same
// in all stands there once.
const once = (texts, between) => (new Set(texts).size === 1 ? texts[0] : texts.join(between));
function summary(all) {
  const rows = new Map();
  for (const [name, says] of [...new Set(all.map((cell) => `${cell.name}|${cell.says}`))].map((row) =>
    row.split('|'),
  )) {
    const mine = all.filter((cell) => cell.name === name && cell.says === says);
    const ways = (slug) => mine.filter((cell) => cell.slug === slug).map((cell) => cell.became);
    const ends = once(
      Object.keys(STATES).map((slug) => once(ways(slug), ' ')),
      ' | ',
    );
    const key = `${name}|${ends}`;
    rows.set(key, { name, ends, says: [...(rows.get(key)?.says ?? []), says] });
  }
  return [...rows.values()].map(({ name, ends, says }) => `${name}: ${says.join(', ')}: ${ends}`);
}

// C created, ok answered 200, R replayed, A amended, else the problem (SHORT), and the members that it names.
const TABLE = `
none: new: C | cl | cl | ir ir C | cl | C | rc rc C
none: same, same long: ok
none: changed: ok | cl | cl | ir | cl | cf | ok
none: long, changed long, typo, changed typo: iv:co
id: new: C | cl | cl | ir ir C | cl | C | rc rc C
id: same, same long: ok ok R
id: changed: ok ok A | cl | cl | ir ir A | cl | cf | ok ok A
id: long, changed long, typo, changed typo: iv:co
key: new: C | cl | cl | ir ir C | cl | C | rc rc C
key: same, same long: ok ok R
key: changed: kr ok C | kr cl cl | kr cl cl | kr ir C | kr cl cl | kr cf C | kr ok C
key: long, changed long, typo, changed typo: iv:co
id+key: new: C | cl | cl | ir ir C | cl | C | rc rc C
id+key: same, same long: ok ok R
id+key: changed: ok ok A | cl | cl | ir ir A | cl | cf | ok ok A
id+key: long, changed long, typo, changed typo: iv:co
bad key: new: bk C bk | bk cl bk | bk cl bk | bk ir bk | bk cl bk | bk C bk | bk rc bk
bad key: same, same long: bk ok bk
bad key: changed: bk ok bk | bk cl bk | bk cl bk | bk ir bk | bk cl bk | bk cf bk | bk ok bk
bad key: long, changed long, typo, changed typo: bk iv:co bk
other id: new, same, changed: C iv:id C | cl iv:id cl | cl iv:id cl | ir iv:id C | cl iv:id cl | C iv:id C | rc iv:id C
other id: long, same long, changed long, typo, changed typo: iv:co iv:coid iv:co
token: new: C | cl | cl | C | cl | C | rc rc C
token: same, same long: ok ok R
token: changed: ok ok A | cl | cl | ok ok A | cl | iu | ok ok A
token: long, changed long, typo, changed typo: iv:co
token+key: new: C | cl | cl | C | cl | C | rc rc C
token+key: same, same long: ok ok R
token+key: changed: ok ok A | cl | cl | ok ok A | cl | iu | ok ok A
token+key: long, changed long, typo, changed typo: iv:co
token+id: new: C | cl | cl | C | cl | C | rc rc C
token+id: same, same long: ok ok R
token+id: changed: ok ok A | cl | cl | ok ok A | cl | iu | ok ok A
token+id: long, changed long, typo, changed typo: iv:co
token≠id: new, same, changed: iv:id iv:idin iv:id
token≠id: long, same long, changed long, typo, changed typo: iv:coid iv:coidin iv:coid
token≠path: new: C iv:in C | cl iv:in cl | cl iv:in cl | C iv:in C | cl iv:in cl | C iv:in C | rc iv:in C
token≠path: same: ok iv:in R
token≠path: changed: ok iv:in A | cl iv:in cl | cl iv:in cl | ok iv:in A | cl iv:in cl | iu iv:in iu | ok iv:in A
token≠path: long, changed long, typo, changed typo: iv:co iv:coin iv:co
token≠path: same long: ok iv:coin R
token≠who: new, same, changed: iv:re
token≠who: long, same long, changed long, typo, changed typo: iv:core
late: new, changed: ie
late: same, same long: ok ok R
late: long, changed long, typo, changed typo: iv:co
late+key: new, changed: ie
late+key: same, same long: ok ok R
late+key: long, changed long, typo, changed typo: iv:co
forged: new, same, changed, long, same long, changed long, typo, changed typo: ii
elsewhere: new, same, changed, long, same long, changed long, typo, changed typo: io
`;

test('every way, every name, every past, every survey', async () => {
  const all = [...cells()];
  for (const slug of Object.keys(STATES)) await d.survey(slug, { metric: 'nps' });
  await each(all, async (cell) => {
    if (cell.before) assert.equal(outcome(cell.way, await come(cell, false)), 'C', JSON.stringify(cell));
    if (cell.slug === 'recontact')
      assert.equal((await d.post(cell.slug, { score: 1, respondent: cell.who })).status, 201);
  });
  for (const [slug, state] of Object.entries(STATES)) {
    if (state) await d.survey(slug, { metric: 'nps', ...state });
    else assert.equal((await d.admin('DELETE', `/v1/surveys/${slug}`)).status, 200);
  }
  await lowerTheLimit();
  await each(all, async (cell) => {
    cell.became = outcome(cell.way, await come(cell, true));
  });
  assert.deepEqual(summary(all), TABLE.trim().split('\n'));
});
