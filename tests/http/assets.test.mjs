// Files that pages load: the bytes of the build, in either coding, under a name that says what is in them and under
// their own; from a directory with --assets.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { ROOT, run, start, use, useDirectory } from './harness.mjs';
import { ask } from './web.mjs';

const FOLDER = path.join(ROOT, 'build/web/assets');
const NAMES = fs
  .readdirSync(path.join(ROOT, 'web/assets'), { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => name)
  .concat('dygraphs.js'); // of Debian's package
const TYPES = { '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml' };

// The table that the tool of the build makes of these files.
const embed = (...files) =>
  execFileSync(path.join(ROOT, 'build/tools/embed_web'), ['--assets', ...files], { encoding: 'utf8' });
const tableOf = (name) => {
  const [, hashed, plain, gzip] =
    /\{"[^"]+",\n\s+"([^"]+)",\n\s+\{PLAIN_0, \d+, "(.+?)"\},\n\s+\{(?:GZIP_0, \d+, "(.+?)"|NULL, 0, NULL)\}\}/.exec(
      embed(path.join(FOLDER, name)),
    );
  const unquote = (text) => text?.replaceAll('\\"', '"');
  return { hashed, plain: unquote(plain), gzip: unquote(gzip) };
};

describe('assets', () => {
  let daemon;
  before(async () => {
    daemon = await start();
  });
  after(() => daemon.stop());

  for (const name of NAMES)
    test(`${name} is what was built, in either coding and under both names`, async () => {
      const wanted = fs.readFileSync(path.join(FOLDER, name));
      const { hashed, plain, gzip } = tableOf(name);
      for (const [asked, kept] of [
        [name, 'no-cache'],
        [hashed, 'public, max-age=31536000, immutable'],
      ])
        for (const [accepted, coding, tag] of [
          [undefined, undefined, plain],
          ['identity', undefined, plain],
          ['gzip;q=0, br', undefined, plain],
          ['br, gzip', 'gzip', gzip],
          ['*', 'gzip', gzip],
        ]) {
          const headers = accepted ? { 'Accept-Encoding': accepted } : {};
          const reply = await ask(daemon, 'GET', `/assets/${asked}`, { headers });
          assert.equal(reply.status, 200);
          assert.equal(reply.headers['content-encoding'], coding);
          assert.equal(reply.headers['content-type'], TYPES[path.extname(name)]);
          assert.equal(reply.headers['cache-control'], kept);
          assert.equal(reply.headers.vary, 'Accept-Encoding');
          assert.equal(reply.headers['x-content-type-options'], 'nosniff');
          assert.equal(reply.headers.etag, tag);
          assert.deepEqual(coding ? zlib.gunzipSync(reply.body) : reply.body, wanted);

          const head = await ask(daemon, 'HEAD', `/assets/${asked}`, { headers });
          assert.equal(head.body.length, 0);
          assert.equal(head.headers['content-length'], String(reply.body.length));

          const again = await ask(daemon, 'GET', `/assets/${asked}`, { headers: { ...headers, 'If-None-Match': tag } });
          assert.equal(again.status, 304);
          assert.equal(again.body.length, 0);
          assert.equal(again.headers.etag, tag);
          assert.equal(again.headers['cache-control'], kept);
          assert.equal(again.headers.vary, 'Accept-Encoding');
        }
      assert.notEqual(plain, gzip, 'a strong tag is of one coding');
      assert.equal((await ask(daemon, 'GET', `/assets/${name}?v=1`)).status, 200, 'what caches put behind it');
    });

  test('what files import is in them, and is served by itself from a directory alone', async () => {
    for (const name of NAMES.filter((name) => name.endsWith('.js')))
      assert.doesNotMatch(fs.readFileSync(path.join(FOLDER, name), 'utf8'), /\bfrom\s*["']\.|^import\b/m, name);
    for (const name of ['widget/x.js', 'dashboard/views/x.js'])
      assert.equal((await ask(daemon, 'GET', `/assets/${name}`)).status, 404);
  });

  test('the widget has a name that stays, for pages of any origin', async () => {
    const wanted = fs.readFileSync(path.join(FOLDER, 'widget.js'));
    const { plain, gzip } = tableOf('widget.js');
    for (const [accepted, coding, tag] of [
      ['identity', undefined, plain],
      ['gzip', 'gzip', gzip],
    ]) {
      const headers = { 'Accept-Encoding': accepted, 'Origin': 'https://shop.example' };
      const reply = await ask(daemon, 'GET', '/widget.js?v=1', { headers });
      assert.equal(reply.status, 200);
      assert.deepEqual(coding ? zlib.gunzipSync(reply.body) : reply.body, wanted);
      const again = await ask(daemon, 'GET', '/widget.js', { headers: { ...headers, 'If-None-Match': tag } });
      assert.equal(again.status, 304);
      for (const { headers } of [reply, again]) {
        assert.equal(headers.etag, tag);
        assert.equal(headers['cache-control'], 'public, max-age=600');
        assert.equal(headers.vary, 'Accept-Encoding');
        assert.equal(headers['access-control-allow-origin'], '*');
        assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
        assert.equal(headers['x-content-type-options'], 'nosniff');
      }
      assert.equal(reply.headers['content-encoding'], coding);
      assert.equal(reply.headers['content-type'], TYPES['.js']);
    }
  });

  test('the widget is of at most 6 KB, as it is sent, and as others pack it', async () => {
    const { body, headers } = await ask(daemon, 'GET', '/widget.js', { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(headers['content-encoding'], 'gzip');
    const others = zlib.gzipSync(zlib.gunzipSync(body));
    assert.ok(body.length <= 6144 && others.length <= 6144, `${body.length} ${others.length}`);
  });

  test('no other name is there, and no key is looked at', async () => {
    for (const name of ['x.css', 'page.0000000000000000.css', '..%2fpage.css', '%2e%2e', 'page.css%00', 'PAGE.CSS'])
      assert.ok([400, 404].includes((await ask(daemon, 'GET', `/assets/${name}`)).status), name);
    const reply = await ask(daemon, 'GET', '/assets/nothing.css');
    assert.equal(reply.headers['content-type'], 'application/problem+json');
    const keyed = await ask(daemon, 'GET', `/assets/${NAMES[0]}`, { headers: { Authorization: 'Bearer cxs_none' } });
    assert.equal(keyed.status, 200);
    assert.equal((await ask(daemon, 'POST', `/assets/${NAMES[0]}`)).status, 405);
  });
});

test('the tool gives the same for the same bytes, another name for others, and no copy that is larger', (t) => {
  const dir = useDirectory(t);
  const file = path.join(dir, 'x.png');
  const bytes = Buffer.from([0, 255, 1, 34, 92, 10, 13, 63, 63, 47]);
  fs.writeFileSync(file, bytes);
  const first = embed(file);
  fs.utimesSync(file, 1, 1);
  assert.equal(embed(file), first);
  assert.match(first, new RegExp(`= \\{\\s+${[...bytes].join(',')},\\s+\\};`));
  assert.match(first, /\{NULL, 0, NULL\}/, 'what gzip makes larger is sent as it is');
  fs.writeFileSync(file, Buffer.concat([bytes, bytes]));
  assert.notEqual(/x\.\w+\.png/.exec(embed(file))[0], /x\.\w+\.png/.exec(first)[0]);
});

test('with --assets a directory that has no files of pages is refused', (t) => {
  const dir = useDirectory(t);
  for (const assets of [dir, path.join(dir, 'nowhere')]) {
    const done = run(['serve', '--check', '--assets', assets]);
    assert.equal(done.status, 2, done.stderr);
    assert.match(done.stderr, /--assets: the files of pages are not in/);
  }
});

test('with --assets files are read from the directory as they are now, and nothing beside it', async (t) => {
  const dir = useDirectory(t);
  const assets = path.join(dir, 'assets');
  fs.mkdirSync(path.join(assets, 'folder.css'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'beside.css'), 'secret');
  const file = path.join(assets, 'page.css');
  fs.writeFileSync(file, 'a {}');
  const daemon = await use(t, { args: ['--assets', assets] });
  const get = (name, headers) => ask(daemon, 'GET', `/assets/${name}`, { headers });
  const first = await get('page.css');
  assert.equal(first.body.toString(), 'a {}');
  assert.equal(first.headers['cache-control'], 'no-cache');
  assert.equal((await get('page.css', { 'If-None-Match': first.headers.etag })).status, 304);
  fs.writeFileSync(file, 'b {}');
  assert.equal((await get('page.css', { 'If-None-Match': first.headers.etag })).body.toString(), 'b {}');
  fs.writeFileSync(file, '');
  assert.equal((await get('page.css')).body.length, 0);
  const charts = await get('dygraphs.js');
  assert.deepEqual(charts.body, fs.readFileSync(path.join(FOLDER, 'dygraphs.js')), 'which is of no directory');
  fs.writeFileSync(path.join(assets, '.hidden.css'), 'secret');
  fs.writeFileSync(path.join(assets, 'notes.txt'), 'secret');
  fs.mkdirSync(path.join(assets, 'part/inner'), { recursive: true });
  for (const name of ['part/one.js', 'part/inner/two.js']) {
    fs.writeFileSync(path.join(assets, name), `// ${name}`);
    const module = await get(name);
    assert.equal(module.body.toString(), `// ${name}`);
    assert.equal(module.headers['content-type'], TYPES['.js']);
    assert.equal((await get(name, { 'If-None-Match': module.headers.etag })).status, 304);
  }
  for (const name of [
    'part/..%2fpage.css',
    '..%2fassets/page.css',
    'part/..%2finner/two.js',
    'part/inner',
    'part/x.js',
  ])
    assert.ok((await get(name)).status >= 400, name);
  for (const name of ['..%2fbeside.css', '.hidden.css', 'notes.txt', 'folder.css', '..', `${'a'.repeat(2000)}.css`])
    assert.ok((await get(name)).status >= 400, name);
});

// What the tool says of texts that are no table; '' where it takes them.
function refusal(t, ...files) {
  const dir = useDirectory(t);
  const paths = files.map((text, i) => path.join(dir, `l${i}.json`));
  files.forEach((text, i) => fs.writeFileSync(paths[i], text));
  const run = spawnSync(path.join(ROOT, 'build/tools/embed_web'), ['--texts', ...paths], { encoding: 'utf8' });
  assert.equal(run.status === 0, run.stderr === '');
  return run.stderr.replaceAll(`${dir}/`, '').trim();
}

test('texts that lack one, have one twice or more behind them are refused by the name of file and text', (t) => {
  const whole = '{"a": "A \\"1\\"", "b_c": "é"}\n';
  assert.equal(refusal(t, whole, whole), '');
  for (const [files, said] of [
    [[whole, '{"a": "A"}'], 'l1.json: no text of this name, which another language has: b_c'],
    [['{"a": "A"}', whole], 'l0.json: no text of this name, which another language has: b_c'],
    [[whole, '{"a": "A", "b_c": "B", "a": "C"}'], 'l1.json: a second text of this name: a'],
    [[`${whole}{}`], 'l0.json: more behind the object: {}'],
    [['{"a": 1}'], 'l0.json: no text behind a name: a'],
    [['{"a" "A"}'], "l0.json: no ':' behind a name: a"],
    [['{a: "A"}'], 'l0.json: no name: a: "A"}'],
    [['{"A": "A"}'], 'l0.json: a name has small letters and _: A": "A"}'],
    [['{"a": "A"'], 'l0.json: no object of strings:'],
    [['{"a": "A\n"}'], 'l0.json: a string without an end: \n"}'],
    [['{"a": "\\u0041"}'], 'l0.json: an escape that is not read: \\u0041"}'],
    [['[]'], 'l0.json: no object of strings: []'],
  ])
    assert.equal(refusal(t, ...files), said);
});
