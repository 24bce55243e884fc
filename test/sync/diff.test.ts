import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { type TreeEntry, treeOf } from '../../lib/model/tree.ts';
import { difference, disturbedBy, type FarEntry, foldersOf, overlaid } from '../../lib/sync/diff.ts';

const file = (path: string, text: string, executable = false): TreeEntry => ({
  kind: 'file',
  path,
  digest: digestOf(text),
  size: text.length,
  executable,
});
const link = (path: string, target: string): TreeEntry => ({ kind: 'link', path, target });
const names = (entries: readonly { readonly path: string }[]): readonly string[] => entries.map(({ path }) => path);

/** Does what a difference says; the model of the far side. */
function applied(there: readonly FarEntry[], diff: ReturnType<typeof difference>): readonly FarEntry[] {
  const result = new Map(there.map((entry) => [entry.path, entry]));
  for (const path of diff.remove) result.delete(path);
  for (const entry of [...diff.send, ...diff.chmod]) result.set(entry.path, entry);
  return [...result.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

test('each kind of change is told once', () => {
  const there = [
    file('a', '1'),
    file('b', '1'),
    file('c', '1'),
    link('d', 'x'),
    link('e', 'x'),
    { kind: 'other', path: 'f' } as const,
    file('g', '1'),
  ];
  const wanted = [file('a', '1'), file('b', '2'), file('c', '1', true), link('d', 'x'), link('e', 'y'), file('f', '1'), file('h', '1')];
  const diff = difference(there, wanted);
  assert.equal(names(diff.send), ['b', 'e', 'f', 'h']);
  assert.equal(diff.remove, ['g']);
  assert.equal(names(diff.chmod), ['c']);
});

test('a difference leads from any tree to any other, and from a tree to itself it is empty', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  const any = (): readonly TreeEntry[] => {
    const entries = new Map<string, TreeEntry>();
    for (let i = random(12); i > 0; i--) {
      const path = ['a', 'b', 'a/b', 'a.b', 'a-b', 'é', '🧪', 'Z', 'a/b/c'][random(9)] ?? 'a';
      entries.set(path, random(4) === 0 ? link(path, `t${random(2)}`) : file(path, `${random(3)}`, random(2) === 0));
    }
    return treeOf([...entries.values()]).entries;
  };
  for (let round = 0; round < 2000; round++) {
    const from = any();
    const to = any();
    assert.equal(applied(from, difference(from, to)), to);
    assert.equal(difference(to, to), { send: [], remove: [], chmod: [] });
  }
});

test('what was seen replaces what was believed, and tells what was disturbed', () => {
  const tree = [file('a', '1'), file('b', '1'), file('c', '1'), link('d', 'x'), file('e', '1', true)];
  const seen = new Map<string, FarEntry | undefined>([
    ['a', file('a', '1')],
    ['b', file('b', '2')],
    ['c', undefined],
    ['d', link('d', 'y')],
    ['e', file('e', '1')],
    ['unknown', file('unknown', '1')],
  ]);
  assert.equal(names(overlaid(tree, seen)), ['a', 'b', 'd', 'e']);
  assert.equal(disturbedBy(tree, seen), ['b', 'c', 'd', 'e']);
  assert.is(overlaid(tree, new Map()), tree);
  assert.equal(disturbedBy(tree, new Map()), []);
});

test('folders of entries, each once', () => {
  assert.equal(
    [...foldersOf([file('a', ''), file('b/c/d', ''), file('b/c/e', ''), file('b/f', ''), file('bc/g', ''), file('b/c/h/i', '')])].sort(),
    ['b', 'b/c', 'b/c/h', 'bc'],
  );
});

test.run();
