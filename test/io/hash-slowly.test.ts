import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlowly } from '../../lib/io/hash-slowly.ts';
import { realFiles } from '../../lib/io/io.ts';
import { withFolder } from '../rig/folder.ts';

const never = new AbortController().signal;

test('a large file has the digest of its bytes, whatever it is cut into; what is no file is refused', () =>
  withFolder(async (folder) => {
    for (const size of [0, 5, 17_000_001]) {
      const path = join(folder, `of-${size}`);
      writeFileSync(path, 'image');
      truncateSync(path, size);
      const hashed = await hashSlowly(realFiles, path, never);
      assert.is(hashed.ok && hashed.value.digest, createHash('sha256').update(readFileSync(path)).digest('hex'));
      assert.is(hashed.ok && hashed.value.seen.size, size);
    }
    symlinkSync('of-5', join(folder, 'link'));
    for (const name of ['link', '.', 'absent']) assert.not((await hashSlowly(realFiles, join(folder, name), never)).ok, name);
  }));

test('Ctrl-C ends it between two pieces', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'image');
    writeFileSync(path, '');
    truncateSync(path, 64 * 1024 * 1024);
    const stop = new AbortController();
    let read = 0;
    const files: typeof realFiles = {
      ...realFiles,
      readSync: ((...args: Parameters<typeof realFiles.readSync>) => {
        if (++read === 2) setImmediate(() => stop.abort(new Error('stopped')));
        return realFiles.readSync(...args);
      }) as typeof realFiles.readSync,
    };
    const ended = await hashSlowly(files, path, stop.signal).then(
      () => 'whole',
      (thrown: Error) => thrown.message,
    );
    assert.is(ended, 'stopped');
    assert.ok(read <= 3, `${read} reads`);
  }));

test.run();
