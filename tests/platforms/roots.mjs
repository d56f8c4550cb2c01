// Debian roots in layers, as container engines have them: each what a command changed of those below, by overlayfs. A
// layer is kept in build/platforms/ until its command, or a layer below it, is another. Needs root, and a mount
// namespace of its own (platforms.sh).
import { execFile, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const SOURCES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const PLACE = path.join(SOURCES, 'build/platforms');
const PATHS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const LINES_SHOWN = 30;

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error) throw done.error;
  if (done.status === 0) return done.stdout;
  const said = `${done.stdout}${done.stderr}`.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
  throw new Error(`${[command, ...args].join(' ').slice(0, 200)}: ${done.status ?? done.signal}\n${said}`);
}

const hash = (...texts) => crypto.createHash('sha256').update(texts.join('\0')).digest('hex');

// A directory in PLACE that is made anew.
export function place(name) {
  const folder = path.join(PLACE, name);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

// The lowest layer, by debootstrap: { folder, key, below }.
export function minimal(suite) {
  const folder = path.join(PLACE, suite);
  if (!fs.existsSync(folder)) {
    run(path.join(SOURCES, 'tests/package/base.sh'), [`${folder}.tar`, suite, 'ca-certificates']);
    const half = place(`${suite}.half`);
    run('tar', ['-xpf', `${folder}.tar`, '-C', half, '--numeric-owner']);
    fs.mkdirSync(path.join(half, 'dev'), { recursive: true });
    fs.renameSync(half, folder);
    fs.rmSync(`${folder}.tar`);
  }
  return { folder, key: suite, below: null };
}

// From the highest down, as overlayfs wants it.
const folders = (layer) => (layer ? [layer.folder, ...folders(layer.below)] : []);

// Mounts a layer and all below it: what is written goes to `upper`; without one nothing can be.
export function mount(layer, at, upper) {
  fs.mkdirSync(at, { recursive: true });
  let options = `lowerdir=${folders(layer).join(':')}`;
  if (upper) options += `,upperdir=${upper},workdir=${place(`${path.basename(upper)}.work`)}`;
  run('mount', ['-t', 'overlay', 'overlay', '-o', upper ? options : `ro,${options}`, at]);
}

// What a RUN of a container file and the tests find there: devices, /proc, the resolver, and packages that were fetched
// before.
function furnish(root) {
  const archives = path.join(PLACE, 'archives');
  fs.mkdirSync(path.join(archives, 'partial'), { recursive: true });
  fs.mkdirSync(path.join(root, 'var/cache/apt/archives'), { recursive: true });
  run('mount', ['--bind', archives, path.join(root, 'var/cache/apt/archives')]);
  run('mount', ['--rbind', '/dev', path.join(root, 'dev')]);
  run('mount', ['-t', 'proc', 'proc', path.join(root, 'proc')]);
  run('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', path.join(root, 'tmp')]);
  fs.writeFileSync(path.join(root, 'etc/resolv.conf'), fs.readFileSync('/etc/resolv.conf'));
  fs.writeFileSync(path.join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
}

const inside = (root, command) => [
  root,
  '/usr/bin/env',
  '-i',
  `PATH=${PATHS}`,
  'HOME=/root',
  'LC_ALL=C.UTF-8',
  'DEBIAN_FRONTEND=noninteractive',
  '/bin/sh',
  '-c',
  command,
];

// Calls work({ root, sh, start }) with a root of its own, whose changes go to `upper`. sh(command) runs a command in it
// to its end.
export async function withRoot(below, name, upper, work) {
  const root = path.join(PLACE, `${name}.root`);
  mount(below, root, upper);
  if (upper) furnish(root);
  try {
    return await work({
      root,
      sh: (command) => run('chroot', inside(root, command)),
      // The same beside others, in a network of its own: { code, output }.
      start: (command, limit) =>
        new Promise((resolve) => {
          const args = [
            '--net',
            '--fork',
            '--kill-child',
            'sh',
            '-c',
            'ip link set lo up && exec chroot "$@"',
            'sh',
            ...inside(root, command),
          ];
          execFile(
            'unshare',
            args,
            { timeout: limit, killSignal: 'SIGKILL', maxBuffer: 1 << 28 },
            (error, stdout, stderr) => {
              resolve({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr });
            },
          );
        }),
    });
  } finally {
    run('umount', ['-R', '-l', root]);
  }
}

// The layer that `work` makes of those below, from what `texts` say.
export async function layer(name, below, texts, work) {
  const key = hash(below.key, ...texts);
  const folder = path.join(PLACE, `${name}.layer`);
  const stamp = `${folder}.key`;
  const made = { folder, key, below };
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === key) return made;
  fs.rmSync(stamp, { force: true });
  place(`${name}.layer`);
  await withRoot(below, name, folder, work);
  fs.writeFileSync(stamp, key);
  return made;
}
