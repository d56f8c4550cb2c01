// The completions of the shells, in the shells: each is asked what it would put at the end of a line, and that is held
// against the help of the commands. All questions go to one process of each shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, after, test } from 'node:test';

import { environment, HANGS_MS, makeDirectory, removeDirectory, run } from './harness.mjs';

const FILES = ['sample-one.json', 'sample two.json', 'sample-directory/'];

// A command as its help shows it: { path, operands, options: [{ letter, name, argument, text }], nested: [{ word,
// summary }] }.
function readHelp(words) {
  const { stdout, status } = run([...words, '--help']);
  assert.equal(status, 0, words.join(' '));
  const usage = /^usage: cxd ?(.*)$/m.exec(stdout)[1];
  const operands =
    words.length === 0
      ? []
      : usage
          .slice(words.join(' ').length)
          .replace('[OPTION]...', '')
          .replace('COMMAND', '')
          .trim()
          .split(' ')
          .filter(Boolean);
  const part = /\nOptions:\n([^]*?)\n\n/.exec(stdout)?.[1] ?? '';
  const options = [...part.matchAll(/^ {2}(?:-(\w), | {4})--([\w-]+)(?: (\S+))?\s+(\S.*)$/gm)].map(
    ([, letter, name, argument, text]) => ({ letter, name, argument, text }),
  );
  if (!part) options.push({ letter: 'h', name: 'help', text: 'print this help' });
  if (words.length === 0) options.push({ name: 'version', text: 'print the version' });
  const list = /\nCommands:\n([^]*?)\n\n/.exec(stdout)?.[1] ?? '';
  const nested =
    words.length === 0
      ? [...list.matchAll(/^ {2}([\w-]+) +(.*)$/gm)].map(([, word, summary]) => ({ word, summary }))
      : [...list.matchAll(/^ {2}cxd (.*)\n {6}(.*)$/gm)].map(([, name, summary]) => ({
          word: name.split(' ')[words.length],
          summary,
        }));
  return { path: words, operands: operands.map((word) => word.replace(/[[\].]/g, '')), options, nested };
}

function everyCommand(words = []) {
  const command = readHelp(words);
  return [command, ...command.nested.flatMap(({ word }) => everyCommand([...words, word]))];
}

// What is expected of a value or operand of this name, where `current` has been typed.
function candidates(name, current) {
  if (name === 'FILE') return FILES.filter((file) => file.startsWith(current));
  if (name === 'DIR') return FILES.filter((file) => file.endsWith('/') && file.startsWith(current));
  return name?.includes('|') ? name.split('|').filter((word) => word.startsWith(current)) : [];
}

// [line, words that complete its last]. Words that a shell may show beside them are not in the lines that are asked.
function questions(commands) {
  const asked = [];
  const seen = new Set();
  const ask = (words, current, expected) => asked.push([['cxd', ...words, current].join(' '), expected]);
  for (const { path: words, operands, options, nested } of commands) {
    ask(
      words,
      '--',
      options.map(({ name }) => `--${name}`),
    );
    if (nested.length > 0)
      ask(
        words,
        '',
        nested.map(({ word }) => word),
      );
    if (words[0] === 'help') continue;
    operands.forEach((name, i) => {
      const before = [...words, ...Array.from({ length: i }, () => 'x')];
      ask(before, name === 'FILE' ? 'sam' : '', candidates(name, name === 'FILE' ? 'sam' : ''));
      ask([...before, '--'], name === 'FILE' ? 'sam' : '', candidates(name, name === 'FILE' ? 'sam' : ''));
    });
    if (words.length > 0 && nested.length === 0) ask([...words, ...operands.map(() => 'x')], '', []);
    for (const { letter, name, argument } of options.filter((option) => option.argument)) {
      // Those of the clients are the same everywhere.
      if (seen.has(`${name} ${argument}`)) continue;
      seen.add(`${name} ${argument}`);
      const current = argument === 'FILE' ? 'sample-' : '';
      ask([...words, `--${name}`], current, candidates(argument, current));
      if (letter) ask([...words, `-${letter}`], current, candidates(argument, current));
      if (argument.includes('|')) ask([...words, `--${name}`], argument[0], candidates(argument, argument[0]));
      // A value is no operand, nor a command.
      ask([...words, `--${name}`, 'score', ...operands.map(() => 'x')], '--hel', ['--help']);
    }
  }
  const top = commands[0].nested.map(({ word }) => word);
  ask(['help'], '', top);
  ask(
    ['help'],
    's',
    top.filter((word) => word.startsWith('s')),
  );
  for (const { path: words, nested } of commands.filter(({ path: words }) => words.length === 1))
    ask(
      ['help', ...words],
      '',
      nested.map(({ word }) => word),
    );
  ask(['help', 'survey', 'put'], '', []);
  ask(['survey', 'x'], '', []);
  ask(['nonsense'], '', []);
  ask(['survey', 'put', '-j', 'x'], 'sample-o', ['sample-one.json']);
  ask(['key', 'create', '-j', '-s'], 'w', ['write']);
  ask(['key', 'create', '-js'], 'w', ['write']);
  ask(['key', 'create', '-sread'], '--sc', ['--scope']);
  ask(['score', '--compare=year'], '--ch', ['--channel']);
  ask(['score', '--'], '--', []);
  return asked;
}

let directory;
let commands;
let asked;
before(() => {
  directory = makeDirectory();
  fs.mkdirSync(path.join(directory, 'files'));
  for (const file of FILES) {
    if (file.endsWith('/')) fs.mkdirSync(path.join(directory, 'files', file));
    else fs.writeFileSync(path.join(directory, 'files', file), '');
  }
  for (const [shell, file] of [
    ['bash', 'cxd.bash'],
    ['zsh', '_cxd'],
    ['fish', 'cxd.fish'],
  ]) {
    const done = run(['completion', shell]);
    assert.equal(done.status, 0, done.stderr);
    fs.writeFileSync(path.join(directory, file), done.stdout);
  }
  commands = everyCommand();
  asked = questions(commands);
  fs.writeFileSync(path.join(directory, 'questions'), `${asked.map(([line]) => line).join('\n')}\n`);
});
after(() => removeDirectory(directory));

// Runs a shell in the folder of FILES.
function shell(program, args, options = {}) {
  const done = spawnSync(program, args, {
    cwd: path.join(directory, 'files'),
    encoding: 'utf8',
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
    env: { ...environment(), HOME: directory, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    ...options,
  });
  assert.ok(!done.error, `${program}: ${done.error?.message}`);
  return done;
}

// `text` has "?LINE" for each question and after it a line a word.
function compare(text, keep = () => true, lines = asked) {
  const answers = new Map();
  let at;
  for (const line of text.split('\n').filter(Boolean)) {
    if (line.startsWith('?')) answers.set(line.slice(1), (at = Object.assign(new Set(), { line })));
    else if (keep(line, at.line)) at.add(line);
  }
  for (const [line, expected] of lines)
    assert.deepEqual([...(answers.get(line) ?? ['no answer'])].sort(), [...expected].sort(), line);
}

test('the help that the answers are held against', () => {
  assert.ok(commands.length > 20);
  const put = commands.find((command) => command.path.join(' ') === 'survey put');
  assert.deepEqual(put.operands, ['SLUG', 'FILE']);
  assert.ok(
    put.options.some((option) => option.name === 'config' && option.letter === 'c' && option.argument === 'FILE'),
  );
  assert.ok(asked.length > 130, String(asked.length));
  assert.ok(asked.filter(([, expected]) => expected.length > 0).length > 60);
});

test('a shell that is not known', () => {
  const done = run(['completion', 'tcsh']);
  assert.equal(done.status, 2);
  assert.match(done.stderr, /no completions for 'tcsh': it takes bash\|zsh\|fish/);
  assert.equal(run(['completion']).status, 2);
});

describe('bash', () => {
  test('completes what the help shows', () => {
    const program = `
      source "$1/cxd.bash"
      [[ $(complete -p cxd) == 'complete -F _cxd cxd' ]] || exit 9
      while IFS= read -r line; do
        read -ra COMP_WORDS <<< "$line"
        [[ $line == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=\${#line}
        _cxd cxd "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
        printf '?%s\\n' "$line"
        for word in "\${COMPREPLY[@]}"; do [[ -d $word ]] && word+=/; printf '%s\\n' "$word"; done
      done < "$1/questions"`;
    const done = shell('bash', ['--norc', '-c', program, 'bash', directory]);
    assert.equal(done.stderr, '');
    assert.equal(done.status, 0);
    compare(done.stdout);
  });

  // Keys typed at an interactive one, and what the command was called with.
  test('at the prompt: words, values behind "=", names of files with blanks', () => {
    const lines = [
      ['cxd surv\tput x sample\\ \t', ['survey', 'put', 'x', 'sample two.json']],
      ['cxd score --compare=y\t', ['score', '--compare=year']],
      ['cxd key cr\t--scope=ex\tn', ['key', 'create', '--scope=export', 'n']],
      ['cxd serve --con\tsample-o\t--ch\t', ['serve', '--config', 'sample-one.json', '--check']],
      ['cxd invite s --file=sample-o\t', ['invite', 's', '--file=sample-one.json']],
      ['cxd survey put "x y" sample-d\tu', ['survey', 'put', 'x y', 'sample-directory/u']],
    ];
    const rc = path.join(directory, 'bashrc');
    const out = path.join(directory, 'called');
    fs.writeFileSync(
      rc,
      `source '${directory}/cxd.bash'\ncxd() { printf '%s\\t' "$@" >> '${out}'; echo >> '${out}'; }\n`,
    );
    shell('script', ['-qec', `bash --rcfile '${rc}' -i`, '/dev/null'], {
      input: `${lines.map(([keys]) => keys).join('\n')}\nexit\n`,
    });
    assert.deepEqual(
      fs
        .readFileSync(out, 'utf8')
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.split('\t').slice(0, -1)),
      lines.map(([, words]) => words),
    );
  });
});

describe('zsh', () => {
  test('completes what the help shows', () => {
    const out = path.join(directory, 'zsh.out');
    // The matches are recorded where they are added. Everything runs at the first prompt.
    fs.writeFileSync(
      path.join(directory, '.zshrc'),
      `
      fpath=('${directory}' $fpath)
      autoload -Uz compinit && compinit -u -D
      compadd() {
        if [[ " \${@[1,(i)--]} " == *" -"[OAD]" "* ]]; then builtin compadd "$@"; return; fi
        local -a recorded_hits
        builtin compadd -O recorded_hits "$@"
        (( $#recorded_hits )) && print -rl -- $recorded_hits >> '${out}'
        builtin compadd "$@"
      }
      zle-line-init() {
        local question
        for question in "\${(@f)$(<'${directory}/questions')}"; do
          print -r -- "?$question" >> '${out}'
          BUFFER=$question CURSOR=$#question
          zle list-choices
        done
        BUFFER=exit
        zle accept-line
      }
      zle -N zle-line-init
    `,
    );
    fs.rmSync(out, { force: true });
    const env = { ...environment(), HOME: directory, ZDOTDIR: directory, TERM: 'dumb', LC_ALL: 'C.UTF-8' };
    const done = shell('script', ['-qec', 'zsh -d -i', '/dev/null'], { env, input: '' });
    assert.ok(fs.existsSync(out), done.stdout);
    const files = new Set(FILES.map((file) => file.replace('/', '')));
    compare(
      fs
        .readFileSync(out, 'utf8')
        .replaceAll('\\ ', ' ')
        .split('\n')
        .map((line) =>
          line.startsWith('?')
            ? line
            : files.has(line) && FILES.includes(`${line}/`)
              ? `${line}/`
              : line.replace(/=$/, ''),
        )
        .join('\n'),
      // Options are shown where nothing else can follow, too.
      (word, question) => !word.startsWith('-') || / -\S*$/.test(question),
      // "--" among the operands of a nested command is more than _arguments follows.
      asked.filter(([line]) => !/ -- \S*$/.test(line)),
    );
  });

  test('tells what each is for', () => {
    const text = fs.readFileSync(path.join(directory, '_cxd'), 'utf8').replaceAll("'\\''", "'");
    for (const { options, nested } of commands) {
      for (const option of options)
        assert.ok(text.includes(`[${option.text.replace(/[:[\]\\]/g, '\\$&')}]`), option.text);
      for (const { word, summary } of nested) assert.ok(text.includes(`'${word}:${summary}'`), summary);
    }
  });
});

describe('fish', () => {
  test('completes what the help shows, and tells what each is for', () => {
    const program = `
      source $argv[1]/cxd.fish
      while read -l line
        echo "?$line"
        complete -C $line
      end < $argv[1]/questions`;
    const done = shell('fish', ['--no-config', '-c', program, directory]);
    assert.equal(done.stderr, '');
    const lines = done.stdout.split('\n');
    compare(lines.map((line) => line.split('\t')[0]).join('\n'));
    const told = new Set(lines);
    for (const { options, nested } of commands) {
      for (const option of options) assert.ok(told.has(`--${option.name}\t${option.text}`), option.name);
      for (const { word, summary } of nested) assert.ok(told.has(`${word}\t${summary}`), word);
    }
  });
});
