// A wall clock of our own for a daemon, by libfaketime; what runs by itself, the monotonic clock, stays real.
import fs from 'node:fs';
import path from 'node:path';

const candidates = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (arch) => `/usr/lib/${arch}/faketime/libfaketimeMT.so.1`,
);
// Undefined where it is not installed.
export const library = candidates.find((file) => fs.existsSync(file));

// The environment of a daemon whose clock is `offset` ("+1d") from the real one, until it is set again.
export function fakeClock(dir, offset) {
  const file = path.join(dir, 'clock');
  const set = (to) => {
    fs.writeFileSync(`${file}.new`, `${to}\n`);
    fs.renameSync(`${file}.new`, file);
  };
  set(offset);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
  return { env, set };
}
