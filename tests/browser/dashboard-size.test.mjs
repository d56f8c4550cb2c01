// How much a browser loads to show figures.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { test } from 'node:test';
import { ROOT } from '../http/harness.mjs';

test('what the dashboard loads for figures is at most 80 KB, compressed', () => {
  const sizes = ['dashboard.js', 'dashboard.css', 'dygraphs.js'].map(
    (name) => zlib.gzipSync(fs.readFileSync(path.join(ROOT, 'build/web/assets', name)), { level: 9 }).length,
  );
  const sum = sizes.reduce((all, one) => all + one, 0);
  assert.ok(sum <= 80 * 1024, `${sizes.join(' + ')} = ${sum}`);
});
