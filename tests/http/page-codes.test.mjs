// Links to the page of a survey as QR codes.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import jsqr from 'jsqr';
import zlib from 'node:zlib';
import { start, use } from './harness.mjs';
import { ask } from './web.mjs';

const d = await start();
after(() => d.stop());
await d.survey('nps', { metric: 'nps' });

// The sum of PNG, for Node before 20.15 has none.
function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

describe('codes', () => {
  // The picture as rows of booleans, true where it is dark; of PNG, by Node's zlib, with all its sums.
  function readPng(bytes) {
    assert.equal(bytes.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
    const chunks = {};
    for (let at = 8; at < bytes.length;) {
      const length = bytes.readUInt32BE(at);
      const typed = bytes.subarray(at + 4, at + 8 + length);
      assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(typed));
      chunks[typed.toString('latin1', 0, 4)] = typed.subarray(4);
      at += 12 + length;
    }
    assert.deepEqual(Object.keys(chunks), ['IHDR', 'IDAT', 'IEND']);
    const side = chunks.IHDR.readUInt32BE(0);
    assert.deepEqual([...chunks.IHDR.subarray(4)], [...chunks.IHDR.subarray(0, 4), 1, 0, 0, 0, 0]);
    const rows = zlib.inflateSync(chunks.IDAT);
    const stride = 1 + Math.ceil(side / 8);
    assert.equal(rows.length, stride * side);
    return Array.from({ length: side }, (_, y) =>
      Array.from({ length: side }, (__, x) => !(rows[y * stride + 1 + (x >> 3)] & (0x80 >> (x & 7)))),
    );
  }
  function readSvg(text) {
    const side = Number(/viewBox="0 0 (\d+) \1"/.exec(text)[1]);
    const rows = Array.from({ length: side }, () => Array(side).fill(false));
    for (const [, x, y, length] of /<path d="([^"]*)"/.exec(text)[1].matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
      rows[y].fill(true, Number(x), Number(x) + Number(length));
    return rows;
  }
  function decode(rows) {
    const side = rows.length;
    const pixels = new Uint8ClampedArray(side * side * 4);
    rows.flat().forEach((dark, i) => pixels.fill(dark ? 0 : 255, i * 4, i * 4 + 3).fill(255, i * 4 + 3, i * 4 + 4));
    return jsqr(pixels, side, side)?.data;
  }
  const larger = (rows, times) =>
    rows.flatMap((row) => Array(times).fill(row.flatMap((dark) => Array(times).fill(dark))));

  test('lead to the page, with the parameters that they were asked for with', async () => {
    for (const query of [
      '',
      '?touchpoint=table-5',
      '?property.shop=B%C3%A4r&score=9',
      `?property.x=${'y'.repeat(900)}`,
    ]) {
      const link = `http://${d.host}:${d.port}/s/nps${query}`;
      const png = await ask(d, 'GET', `/s/nps/qr.png${query}`);
      assert.equal(png.status, 200);
      assert.equal(png.headers['content-type'], 'image/png');
      const rows = readPng(png.body);
      assert.equal(decode(rows), link);
      const svg = await ask(d, 'GET', `/s/nps/qr.svg${query}`);
      assert.equal(svg.headers['content-type'], 'image/svg+xml');
      assert.deepEqual(larger(readSvg(svg.text), 10), rows);
      assert.ok(svg.text.includes(`<title>${link.replaceAll('&', '&amp;')}</title>`));
      const again = await ask(d, 'GET', `/s/nps/qr.svg${query}`, { headers: { 'If-None-Match': svg.headers.etag } });
      assert.equal(again.status, 304);
      assert.deepEqual([svg.headers.vary, png.headers.vary], [undefined, undefined], 'it has no language');
    }
  });

  test('below the public URL; of surveys that there are, and links that are not too long', async (t) => {
    const daemon = await use(t, { config: { server: { public_url: 'https://survey.example/cx/' } } });
    await daemon.survey('nps', { metric: 'nps' });
    const { body } = await ask(daemon, 'GET', '/s/nps/qr.png?score=9');
    assert.equal(decode(readPng(body)), 'https://survey.example/cx/s/nps?score=9');
    assert.equal((await ask(d, 'GET', '/s/nothing/qr.svg')).status, 404);
    assert.equal((await ask(d, 'GET', `/s/nps/qr.svg?x=${'y'.repeat(1024)}`)).status, 400);
    const svg = await ask(d, 'GET', '/s/nps/qr.svg?x=</title><script>alert(1)</script>');
    assert.ok(svg.status === 400 || !svg.text.includes('<script'), svg.text);
    const wire = await d.raw('GET /s/nps/qr.svg HTTP/1.0\r\n\r\n');
    assert.equal(wire.status, 421);
  });
});
