// src/api/routes.c, read as a table.
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './harness.mjs';

// {method, pattern, scope (or "any"), isFigures, flags} of each call.
export function readRoutes() {
  const text = fs.readFileSync(path.join(ROOT, 'src/api/routes.c'), 'utf8');
  const macros = Object.fromEntries(
    [...text.matchAll(/^#define (\w+) (".*")$/gm)].map(([, name, value]) => [name, value]),
  );
  return [...text.matchAll(/^\s*\{HTTP_(\w+), ([^,]+), (api_\w+), (\w+),\s+([^}]+)\}/gm)].map(
    ([, method, pattern, , scope, flags]) => ({
      method: method.toLowerCase(),
      pattern: pattern
        .trim()
        .split(/\s+/)
        .map((part) => macros[part] ?? part)
        .join('')
        .replaceAll('"', ''),
      scope:
        /^(?:SCOPE_(\w+)|(READ)_(?:FIGURES|COLUMNS)|(ANY)_SCOPE)$/.exec(scope)?.slice(1).join('').toLowerCase() ?? null,
      isFigures: /^READ_/.test(scope),
      flags: flags.split('|').map((flag) => flag.trim()),
    }),
  );
}
