// What PostgreSQL holds can be distributed by the survey (Citus). Read from sql/postgresql/, and where each table lies
// from src/store/postgresql/tables.def: data tables are those that are DISTRIBUTED. Of these the survey is in every
// primary and unique key, and binds each that a question joins; there are no sequences, triggers, foreign keys, and no
// advisory locks. Prints every violation; exits 1 if there is any.
//
// usage: node tests/lint/distribution.mjs [DIRECTORY]
import fs from 'node:fs';
import path from 'node:path';

const directory = process.argv[2] ?? 'sql/postgresql';
const found = [];
const files = fs
  .readdirSync(directory)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({ name, text: fs.readFileSync(path.join(directory, name), 'utf8') }));
const bare = (text) => text.replace(/--.*$/gm, '');

// Questions that are bound by the survey in another way than is seen here, and why.
const EXCEPT = { read_answered: 'which surveys a person has answered is itself what it finds first' };

const FORBIDDEN = [
  [/\b(big|small)?serial\b|\bcreate sequence\b|\bnextval\b|\bgenerated (always|by)\b/i, 'a sequence'],
  [/\btrigger\b/i, 'a trigger'],
  [/\bforeign\s+key\b|\breferences\b/i, 'a foreign key'],
  [/\bpg_(try_)?advisory\w*/i, 'an advisory lock'],
];
for (const { name, text } of files)
  bare(text)
    .split('\n')
    .forEach((line, i) => {
      for (const [pattern, what] of FORBIDDEN) if (pattern.test(line)) found.push(`${name}:${i + 1}: ${what}`);
    });

// --- Tables ---

const migrations = files.filter(({ name }) => /^\d{4}_/.test(name));
const places = new Map(
  [...fs.readFileSync('src/store/postgresql/tables.def', 'utf8').matchAll(/^TABLE\((\w+), (\w+)\)$/gm)].map(
    ([, table, place]) => [table, place],
  ),
);
const reference = new Set([...places.keys()].filter((table) => places.get(table) === 'REFERENCE'));

const tables = new Map();
for (const { name, text } of migrations) {
  const sql = bare(text);
  for (const [, table, body] of sql.matchAll(/CREATE (?:UNLOGGED )?TABLE (\w+) \(\n([\s\S]*?)\n\)/g))
    tables.set(table, { name, body, keys: [] });
  for (const [, table, body] of sql.matchAll(/CREATE (?:UNLOGGED )?TABLE (\w+) \(\n([\s\S]*?)\n\)/g)) {
    for (const [, columns] of body.matchAll(/\b(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/g))
      tables.get(table).keys.push(columns);
    for (const [, column] of body.matchAll(/^\s*(\w+)[^,(\n]*\b(?:PRIMARY KEY|UNIQUE)(?! \()/gm))
      tables.get(table).keys.push(column);
  }
  for (const [, table, columns] of sql.matchAll(/CREATE UNIQUE INDEX \w+ ON (\w+) \(([^)]*)\)/g))
    tables.get(table)?.keys.push(columns);
}
for (const table of places.keys())
  if (!tables.has(table)) found.push(`tables.def has ${table}, which no migration makes`);
for (const table of tables.keys()) if (!places.has(table)) found.push(`tables.def does not have ${table}`);
const data = [...tables.keys()].filter((table) => !reference.has(table));
for (const table of data) {
  const { name, body, keys } = tables.get(table);
  if (!/^\s*survey bigint NOT NULL/m.test(body)) found.push(`${name}: ${table} has no survey`);
  if (keys.length === 0) found.push(`${name}: ${table} has no key`);
  for (const key of keys)
    if (!/\bsurvey\b/.test(key)) found.push(`${name}: a key of ${table} has no survey: (${key.trim()})`);
}

// --- Questions ---

// What stands behind a name and is none.
const WORDS = /^(as|on|where|set|using|select|values|order|group|left|cross|join|union|limit|for|returning)$/i;
const TABLE = new RegExp(`\\b(?:FROM|JOIN|USING|UPDATE)\\s+(${data.join('|')})\\b(?:\\s+(?:AS\\s+)?(\\w+))?`, 'g');
let questions = 0;
for (const { name, text } of files.filter((file) => !migrations.includes(file)))
  for (const part of text.split(/^(?=-- (?:name|fragment): )/m)) {
    const question = /^-- name: (\w+)/.exec(part)?.[1];
    if (!question) continue;
    questions++;
    const sql = bare(part);
    const uses = [...sql.matchAll(TABLE)].map(([, table, alias]) => ({
      table,
      alias: alias && !WORDS.test(alias) ? alias : undefined,
    }));
    const joins = /\b(?:JOIN|USING)\b/.test(sql) || uses.length > 1;
    if (!joins || EXCEPT[question]) continue;
    for (const { table, alias } of uses) {
      const bound = alias
        ? new RegExp(`\\b${alias}\\.survey\\s*(?:=|>|IN\\b)|(?:=|IN \\()\\s*(?:- )?${alias}\\.survey\\b`).test(sql)
        : new RegExp(`\\b(?:${table}\\.)?survey\\s*(?:=|IN\\b|,)`).test(sql);
      if (!bound) found.push(`${name}: ${question}: no survey binds ${table}${alias ? ` AS ${alias}` : ''}`);
    }
  }
if (questions === 0) found.push('there are no questions');

for (const line of found) console.log(line);
process.exit(found.length > 0 ? 1 : 0);
