// Steers the faults of a running daemon: a file of 64-bit words that it has mapped, and the frame in which the tests of
// this folder run.
import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, ROOT, removeDirectory } from '../http/harness.mjs';

export const BINARY = path.resolve(ROOT, process.env.CXD_BINARY ?? 'build/test/cxd');
export const LONG = process.argv.includes('--long');

export class Control {
  constructor(file, words) {
    this.file = file;
    this.words = words;
    fs.writeFileSync(file, Buffer.alloc(4096));
    this.fd = fs.openSync(file, 'r+');
  }

  set(name, value) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    fs.writeSync(this.fd, bytes, 0, 8, 8 * this.at(name));
  }

  get(name) {
    const bytes = Buffer.alloc(8);
    fs.readSync(this.fd, bytes, 0, 8, 8 * this.at(name));
    return Number(bytes.readBigInt64LE());
  }

  at(name) {
    const at = this.words.indexOf(name);
    if (at < 0) throw new Error(`no word ${name}`);
    return at;
  }

  close() {
    fs.closeSync(this.fd);
  }
}

// As tests/fault/alloc.c and tests/support/store_fault_vfs.c read them.
export const ALLOC_WORDS = ['armed', 'left', 'on', 'refused', 'requests'];
export const CLASSES = ['write', 'sync', 'open', 'truncate', 'read', 'shm'];
export const VFS_WORDS = ['armed', 'left', 'on', 'error', 'short', 'injected', 'checkpoint', ...CLASSES, 'hang'];

// Runs named checks, prints a line for each, and keeps the table of `make torture`: fault, injected, lost, duplicated,
// crashed.
export class Suite {
  constructor(name) {
    this.name = name;
    this.passed = 0;
    this.failed = 0;
    this.rows = new Map();
    this.begun = performance.now();
    this.directories = [];
  }

  directory() {
    const directory = makeDirectory();
    this.directories.push(directory);
    return directory;
  }

  row(fault) {
    if (!this.rows.has(fault)) this.rows.set(fault, { fault, injected: 0, lost: 0, duplicated: 0, crashed: 0 });
    return this.rows.get(fault);
  }

  // `fault` is the table's row that a failure of no other kind counts against.
  async hold(name, check, fault) {
    try {
      const note = await check();
      this.passed += 1;
      console.log(`ok   ${name}${note ? ` (${note})` : ''}`);
    } catch (error) {
      this.failed += 1;
      if (fault) this.row(fault).failed = true;
      console.log(`FAIL ${name}\n${error.stack}`);
    }
  }

  // What could not be tried here, and why.
  skip(name, reason) {
    console.log(`skip ${name}: ${reason}`);
  }

  end() {
    for (const directory of this.directories) removeDirectory(directory);
    for (const row of this.rows.values()) console.log(`row  ${JSON.stringify(row)}`);
    console.log(`${((performance.now() - this.begun) / 1000).toFixed(1)} s`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0;
  }
}
