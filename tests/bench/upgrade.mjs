// Upgrade: the first start of this cxd on a database of the one before, and the way back. --before names a folder with
// that version's programs `cxd` and `generate` (a build of its tag); where a `cxd.db` that they made lies beside them,
// a copy of it is taken.

import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskBytes, generated } from './generated.mjs';
import { postMany } from './load.mjs';
import { BenchError, freshFolder, memory, servers, startServer, storedCount } from './servers.mjs';

const POSTS = 1000;
const SAMPLE_MS = 100;

const since = (began) => Number(process.hrtime.bigint() - began) / 1e6;

async function lay(size, before) {
  for (const name of ['cxd', 'generate']) {
    if (!existsSync(join(before, name))) throw new BenchError(`--before: there is no ${join(before, name)}`);
  }
  const ready = join(before, 'cxd.db');
  if (!existsSync(ready)) return (await generated(size, join(before, 'generate'))).folder;
  const folder = freshFolder('upgrade');
  copyFileSync(ready, join(folder, 'cxd.db'));
  return folder;
}

// Starts a server, and watches what it takes of the disk beyond what there was until it listens; copyMs: when the
// backup had its name.
async function startWatched(name, folder, options) {
  const before = diskBytes(folder);
  const began = process.hrtime.bigint();
  const seen = { extraBytes: 0, copyMs: undefined };
  const look = () => {
    try {
      seen.extraBytes = Math.max(seen.extraBytes, diskBytes(folder) - before);
      if (seen.copyMs === undefined && readdirSync(folder).some((file) => file.endsWith('.backup')))
        seen.copyMs = since(began);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error; // one of them has just been removed
    }
  };
  const timer = setInterval(look, SAMPLE_MS);
  try {
    const server = await startServer(name, folder, options);
    const ms = since(began);
    look();
    return { server, ms, ...seen, peak: memory(server.pid).peak };
  } finally {
    clearInterval(timer);
  }
}

async function expectStored(server, expected) {
  const stored = await storedCount(server);
  if (stored !== expected) throw new BenchError(`${stored} are stored, ${expected} were`);
}

// Backward: the backup takes the name of the database, and the version before goes on with it; what came in since is
// not there.
async function goBack(folder, size, backup) {
  rmSync(join(folder, 'cxd.db'));
  renameSync(join(folder, backup), join(folder, 'cxd.db'));
  const { server, ms } = await startWatched('before', folder);
  try {
    await expectStored(server, size);
  } finally {
    await server.stop();
  }
  return ms;
}

export async function upgrade(options) {
  const size = options.sizes.at(-1);
  if (!options.before) throw new BenchError('upgrade needs --before FOLDER, with the programs of the version before');
  Object.assign(servers.before, { program: join(options.before, 'cxd'), limits: [] });
  const folder = await lay(size, options.before);
  const bytes = statSync(join(folder, 'cxd.db')).size;
  process.stderr.write('bench: upgrading\n');
  const { server, ms, copyMs, extraBytes, peak } = await startWatched('sqlite', folder);
  try {
    await expectStored(server, size);
    await postMany(server.url, POSTS);
    await expectStored(server, size + POSTS);
  } finally {
    await server.stop();
  }
  const upgraded = / upgraded from=(\d+) to=(\d+) /.exec(readFileSync(server.log, 'utf8'));
  const backup = readdirSync(folder).find((name) => name.endsWith('.backup'));
  if (!upgraded || !backup) throw new BenchError('nothing was upgraded: --before is no version with an older schema');
  const grownBytes = statSync(join(folder, 'cxd.db')).size - bytes;
  const again = await startWatched('sqlite', folder);
  await again.server.stop();
  const backMs = await goBack(folder, size, backup);
  if (!options.keep) rmSync(folder, { recursive: true });
  return {
    size,
    from: Number(upgraded[1]),
    to: Number(upgraded[2]),
    bytes,
    ms,
    copyMs,
    extraBytes,
    peak,
    grownBytes,
    againMs: again.ms,
    backMs,
    lost: POSTS,
    bounds: [],
    errors: 0,
  };
}
