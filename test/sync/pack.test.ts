import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Files } from '../../lib/model/io.ts';
import type { TreeEntry } from '../../lib/model/tree.ts';
import { emptySent, pack, type Sent } from '../../lib/sync/pack.ts';
import { tarHeader } from '../../lib/sync/tar-header.ts';
import { withFolder } from '../rig/folder.ts';
import { read, treeIn, write } from './tree.ts';

const among = (since: readonly TreeEntry[]): readonly [string, Uint8Array] => [
  'meta/since',
  Buffer.from(since.map(({ path }) => path).join()),
];

interface Packed {
  readonly sent: Sent;
  readonly archive: Buffer;
}

function packed(root: string, entries: readonly TreeEntry[], over: Partial<Files> = {}): Packed {
  const sent = emptySent();
  const afterwards = (): readonly (readonly [string, Uint8Array])[] => [['meta/end', Buffer.from('z'.repeat(600_000))]];
  const chunks = [...pack({ files: { ...fs, ...over }, root, entries, among, afterwards }, sent)];
  assert.ok(chunks.every((chunk) => chunk.length <= 600_000 && chunk.length > 0));
  return { sent, archive: Buffer.concat(chunks) };
}

/** What the real tar makes of it. */
function unpacked(folder: string, archive: Buffer): Record<string, string> {
  const to = join(folder, 'to');
  fs.mkdirSync(to);
  execFileSync('tar', ['-xf', '-', '-C', to], { input: archive, stdio: 'pipe' });
  assert.is(fs.statSync(join(to, 'meta/end')).size, 600_000);
  const files = read(join(to, 'tree'));
  fs.rmSync(to, { recursive: true });
  return files;
}

test('what is packed is what the real tar unpacks', () =>
  withFolder((folder) => {
    const root = join(folder, 'from');
    const sizes = [0, 1, 511, 512, 513, 1023, 131_071, 131_072, 131_073, 262_143, 262_144, 262_145, 1_000_000];
    const names = [1, 2, 50, 94, 95, 96, 99, 100, 101, 150, 250].map((length) => `${'n'.repeat(length)}`);
    write(root, {
      ...Object.fromEntries(sizes.map((size) => [`size ${size}`, 's'.repeat(size)])),
      ...Object.fromEntries(names.map((name) => [name, name])),
      ...Object.fromEntries(names.map((name) => [`l/${name}`, `-> ${name}${name}`])),
      [`${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}`]: 'deep',
      'ünï/🧪 x\ny': 'x:odd',
      '-rf': 'dash',
      'back\\slash': 'b',
    });
    const tree = treeIn(root);
    const { sent, archive } = packed(root, tree.entries);
    assert.equal(unpacked(folder, archive), read(root));
    assert.equal([...sent.entries.values()], tree.entries);
    assert.is(archive.length % 512, 0);
  }));

test('sizes beyond 8 GiB are told', () => {
  const header = Buffer.from(tarHeader({ kind: 'file', name: 'x', size: 2 ** 40 + 5, executable: false }));
  assert.is(header[124], 0x80);
  assert.is(header.readBigUInt64BE(128), BigInt(2 ** 40 + 5));
});

test('what arrives is what counts: content that changed since the walk', () =>
  withFolder((folder) => {
    const root = join(folder, 'from');
    write(root, { a: 'old', b: 'old', c: 'old', gone: 'x', d: 'x', 'e/f': 'x' });
    const { entries } = treeIn(root);
    write(root, { a: 'new and longer', b: 'x:old', c: '-> a', gone: null, e: null });
    const { sent, archive } = packed(root, entries);
    assert.equal(sent.gone, ['e/f', 'gone']);
    assert.not(sent.trouble);
    assert.equal(unpacked(folder, archive), read(root));
    assert.equal([...sent.entries.values()], treeIn(root).entries);
  }));

for (const size of [1000, 1_000_000]) {
  test(`a file of ${size} bytes that changes while it is read is read again`, () =>
    withFolder((folder) => {
      const root = join(folder, 'from');
      for (const change of ['grow', 'shrink', 'same size'] as const) {
        write(root, { a: 'a'.repeat(size), z: 'after' });
        const { entries } = treeIn(root);
        let reads = 0;
        const readSync = ((...args: Parameters<typeof fs.readSync>) => {
          reads += 1;
          const text = { grow: 'b'.repeat(size + 900), shrink: 'b'.repeat(size - 900), 'same size': 'b'.repeat(size) }[change];
          if (reads === 2) fs.writeFileSync(join(root, 'a'), text);
          return fs.readSync(...args);
        }) as typeof fs.readSync;
        // Small files are read at once: the change comes between the read and the look afterwards.
        let looks = 0;
        const fstatSync = ((fd: number) => {
          looks += 1;
          if (looks === 2 && size < 10_000) fs.writeFileSync(join(root, 'a'), 'c'.repeat(size + 10));
          return fs.fstatSync(fd);
        }) as typeof fs.fstatSync;
        const { sent, archive } = packed(root, entries, { readSync, fstatSync });
        assert.not(sent.trouble, change);
        assert.equal(unpacked(folder, archive), read(root), change);
        assert.equal([...sent.entries.values()], treeIn(root).entries, change);
      }
    }));
}

test('a file that keeps changing is given up, and one that cannot be read is named', () =>
  withFolder((folder) => {
    write(folder, { a: 'text', b: 'text' });
    const { entries } = treeIn(folder);
    let n = 0;
    const fstatSync = ((fd: number) => {
      n += 1;
      fs.writeFileSync(join(folder, 'a'), 'x'.repeat(n));
      return fs.fstatSync(fd);
    }) as typeof fs.fstatSync;
    assert.is(packed2(folder, entries, { fstatSync }), 'sync-changed');
    const openSync = (() => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    }) as typeof fs.openSync;
    assert.is(packed2(folder, entries, { openSync }), 'local-io');
    fs.rmSync(join(folder, 'a'));
    fs.mkdirSync(join(folder, 'a'));
    assert.is(packed2(folder, entries, {}), 'sync-changed');
  }));

function packed2(root: string, entries: readonly TreeEntry[], over: Partial<Files>): string | undefined {
  const sent = emptySent();
  const chunks = [...pack({ files: { ...fs, ...over }, root, entries, among, afterwards: () => [] }, sent)];
  assert.not(Buffer.concat(chunks).includes('meta/end'));
  return sent.trouble?.code;
}

test.run();
