import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { compileGlobs } from '../../lib/base/glob.ts';
import { narrowTree } from '../../lib/model/narrow-tree.ts';
import { type TreeEntry, treeOf } from '../../lib/model/tree.ts';

/** `path`, or `path -> target` of a link. */
function narrowed(entries: readonly string[], ...globs: readonly string[]): string {
  const tree = treeOf(
    entries.map((one): TreeEntry => {
      const [path = '', target] = one.split(' -> ');
      return target === undefined
        ? { kind: 'file', path, digest: digestOf(path), size: 1, executable: false }
        : { kind: 'link', path, target };
    }),
  );
  const paths = narrowTree(tree, compileGlobs(globs).matches).entries.map(({ path }) => path);
  return paths.join(' ');
}

test('what is reached over a link counts with it: a file, one behind two links, and files of a folder', () => {
  const files = [
    'a/one -> ../shared/x',
    'b -> a/one',
    'deep -> shared/src',
    'shared/src/m.c',
    'shared/src/m.h',
    'shared/src-2',
    'shared/x',
  ];
  assert.is(narrowed(files, 'a/*'), 'a/one shared/x');
  assert.is(narrowed(files, 'b'), 'b shared/x');
  assert.is(narrowed(files, 'deep/*.c'), 'deep shared/src/m.c');
  assert.is(narrowed(files, 'deep/**', '!deep/m.h'), 'deep shared/src/m.c');
  assert.is(narrowed(files, 'shared/x'), 'shared/x', 'the link to it is not read');
});

test('links out of the tree, in circles, to nothing and to the folder that they are in are links and no more', () => {
  const files = ['abs -> /etc/x', 'a -> b', 'b -> a', 'd/self -> ../d', 'd/up -> ..', 'd/x', 'none -> gone', 'out -> ../../x'];
  assert.is(narrowed(files, 'abs', 'a', 'none', 'out'), 'a abs none out');
  assert.is(narrowed(files, 'd/self/**'), '');
  assert.is(narrowed(files, '**'), 'a abs b d/self d/up d/x none out');
});

test.run();
