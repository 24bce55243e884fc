import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Difference } from '../../lib/model/difference.ts';
import type { TreeEntry } from '../../lib/model/tree.ts';
import { differenceLines } from '../../lib/view/difference.ts';
import { PLAIN } from '../../lib/view/paint.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

const text = (...changed: Difference[]): string =>
  differenceLines(changed, PLAIN, new Map([['v', 'params.cores']]))
    .map((line) => line.slice(2))
    .join('\n');

function file(path: string, size: number, digest = A, executable = false): TreeEntry {
  return { kind: 'file', path, digest, size, executable };
}

test('a field a line', () => {
  assert.is(
    text(
      { field: 'task', from: 'shell', to: 'script' },
      { field: 'value', name: 'params.cores', from: '4', to: '8' },
      { field: 'setting', name: 'exclude', from: ['a'], to: ['a', 'b'] },
      { field: 'dir', from: '.', to: 'sub' },
      { field: 'env', name: 'CFLAGS', from: '-O1', to: '-O2' },
      { field: 'env', name: 'NEW', to: '' },
      { field: 'env', name: 'OLD', from: 'x\x1b[2J' },
      { field: 'probe', name: 'ghc', from: '9.6.6\n', to: '9.8.4\n' },
      { field: 'outputs', added: ['dist/**'], removed: ['out'] },
      { field: 'state', added: [], removed: [] },
      { field: 'secret', name: 'KEY', from: '1', to: '2' },
      { field: 'secret', name: 'NEW', to: '' },
    ),
    `task: shell -> script
value params.cores: 4 -> 8
setting exclude: ["a"] -> ["a","b"]
dir: . -> sub
env CFLAGS: -O1 -> -O2
env NEW: (none) -> ""
env OLD: x -> (none)
probe ghc: 9.6.6 -> 9.8.4
outputs: +dist/** -out
state: declared otherwise
secret KEY: version 1 -> version 2
secret NEW: (none) -> no version`,
  );
});

test('a command, and what has several lines, as the lines that differ', () => {
  const from = 'set -e\ncd a\nmake -j"${v}"\nls\ntrue\n';
  const to = 'set -e\ncd a\nmake -j"${v}" all\nls\ntrue\n';
  assert.is(
    text({ field: 'command', from, to }),
    'command\n    ...\n    cd a\n  - make -j${{ params.cores }}\n  + make -j${{ params.cores }} all\n    ls',
  );
  assert.is(text({ field: 'env', name: 'X', from: 'a\nb\n', to: 'a\nc\n' }), 'env X\n    a\n  - b\n  + c');
});

test('files with sizes, and what else may be other', () => {
  const files = [
    { path: 'a', from: file('a', 120), to: file('a', 2048, B) },
    { path: 'b', from: file('b', 5), to: file('b', 5, B) },
    { path: 'c', from: file('c', 5), to: file('c', 5, A, true) },
    { path: 'd', to: file('d', 7) },
    { path: 'e', from: file('e', 8) },
    { path: 'f', from: file('f', 8), to: { kind: 'link', path: 'f', target: 'd' } },
  ] as const;
  assert.is(
    text({ field: 'inputs', from: A, to: B, files }),
    `inputs
  ~ a  120 B -> 2.0 KiB
  ~ b  5 B, other content
  ~ c  5 B, now executable
  + d  7 B
  - e  8 B
  ~ f  8 B -> link to d`,
  );
  const many = Array.from({ length: 40 }, (_, i) => ({ path: `f${i}`, to: file(`f${i}`, 1) }));
  assert.match(
    text({ field: 'upstream', name: 'gen', from: A, to: B, files: many }),
    /^upstream gen: a{16} -> b{16}\n(?: {2}.*\n){30} {2}and 10 more$/m,
  );
});

test('where a former tree was forgotten, that is said', () => {
  assert.is(text({ field: 'inputs', from: A, to: B }), 'inputs: which files is not known: the former ones were forgotten');
});

test.run();
