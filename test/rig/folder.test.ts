import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFolder } from './folder.ts';

test('a folder is there while it is used and gone afterwards, whatever modes were left', async () => {
  const folder = await withFolder((dir) => {
    mkdirSync(join(dir, 'a/b'), { recursive: true });
    writeFileSync(join(dir, 'a/b/c'), 'x');
    chmodSync(join(dir, 'a/b'), 0o000);
    return dir;
  });
  assert.not(existsSync(folder));
});

test('a folder is gone after a failure too, which goes on', async () => {
  let seen = '';
  let message = '';
  try {
    await withFolder((dir) => {
      seen = dir;
      throw new Error('on purpose');
    });
  } catch (error) {
    message = (error as Error).message;
  }
  assert.is(message, 'on purpose');
  assert.not(existsSync(seen));
});

test.run();
