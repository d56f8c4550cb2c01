// The tables of routes, read from the code: those of the API, and those of pages.
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './harness.mjs';

// {method, pattern, handler, scope (or "any"), isFigures, flags} of each call of the API.
export const readRoutes = () => readTable(['src/api/routes.c']);

// Of what is served beside it.
export const readSiteRoutes = () => readTable(['src/web/assets.h', 'src/web/site.c']);

function readTable(files) {
  const text = files.map((file) => fs.readFileSync(path.join(ROOT, file), 'utf8')).join('');
  const macros = Object.fromEntries(
    [...text.matchAll(/^#define (\w+) (".*")$/gm)].map(([, name, value]) => [name, value]),
  );
  return [...text.matchAll(/^\s*\{HTTP_(\w+), ([^,]+), ((?:api|web)_\w+), (\w+),\s+([^}]+)\}/gm)].map(
    ([, method, pattern, handler, scope, flags]) => ({
      method: method.toLowerCase(),
      pattern: pattern
        .trim()
        .split(/\s+/)
        .map((part) => macros[part] ?? part)
        .join('')
        .replaceAll('"', ''),
      handler,
      scope:
        /^(?:SCOPE_(\w+)|(READ)_(?:FIGURES|COLUMNS)|(ANY)_SCOPE)$/.exec(scope)?.slice(1).join('').toLowerCase() ?? null,
      isFigures: /^READ_/.test(scope),
      flags: flags.split('|').map((flag) => flag.trim()),
    }),
  );
}
