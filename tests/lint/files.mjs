// What the lints of texts read: the files of the house, wherever they are.
import fs from 'node:fs';
import path from 'node:path';

const ROOTS = [
  '.ci/run',
  'CHANGELOG.md',
  'Containerfile',
  'Makefile',
  'README.md',
  'SECURITY.md',
  'config',
  'debian',
  'docs',
  'include',
  'sql',
  'src',
  'tests',
  'web',
];

// All files but those whose path `skipped` matches.
export function filesBut(skipped) {
  return ROOTS.flatMap((root) =>
    fs.statSync(root).isFile()
      ? [root]
      : fs.readdirSync(root, { recursive: true }).map((name) => path.join(root, name)),
  ).filter((name) => !skipped.test(name) && fs.statSync(name).isFile());
}
