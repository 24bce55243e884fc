import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isInsidePath } from '../../lib/model/tree.ts';

test('a path of a tree stays inside: every text of few letters, against its parts one by one', () => {
  const leads = (path: string): boolean => path.includes('\0') || path.split('/').some((part) => ['', '.', '..'].includes(part));
  let paths = [''];
  for (let length = 0; length < 6; length++) {
    for (const path of paths) assert.is(isInsidePath(path), !leads(path), JSON.stringify(path));
    paths = paths.flatMap((path) => ['a', '.', '/', '\n', '\0'].map((letter) => path + letter));
  }
});

test.run();
