import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { bootId } from '../../lib/io/boot.ts';
import type { FileState } from '../../lib/io/hash.ts';
import { type Memo, openMemo } from '../../lib/io/memo.ts';
import { decodeMemo } from '../../lib/io/memo-file.ts';
import type { Files } from '../../lib/model/io.ts';
import { withFolder } from '../rig/folder.ts';
import { ioOf, later, real } from '../run/store-fixture.ts';

/** Files of this computer after another start. */
function bootedAs(boot: string): Files {
  return {
    ...real,
    readFileSync: ((path: string, ...rest: []) => (String(path).endsWith('/boot_id') ? boot : fs.readFileSync(path, ...rest))) as never,
  };
}

function ask(memo: Memo, folder: string, name = 'a.txt', seen = fs.lstatSync(`${folder}/${name}`)): string {
  const digest = memo.digest(name, `${folder}/${name}`, seen);
  assert.ok(digest.ok, JSON.stringify(digest));
  return digest.value;
}

test('a settled digest is believed without reading the file, in the next process too', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/a.txt`, 'one');
    const memo = openMemo(ioOf(undefined, later), `${folder}/memo`);
    assert.is(ask(memo, folder), digestOf('one'));
    assert.is(ask(memo, folder), digestOf('one'));
    assert.is(memo.hashed, 1);
    memo.save();
    const next = openMemo(ioOf(undefined, later), `${folder}/memo`);
    assert.is(ask(next, folder), digestOf('one'));
    assert.is(next.hashed, 0);
  }));

test('an edit within the granularity of file times is seen: a young file is hashed once more, then settled', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/a.txt`, 'one');
    const young = openMemo(ioOf(), `${folder}/memo`);
    const seen = fs.lstatSync(`${folder}/a.txt`);
    assert.is(ask(young, folder, 'a.txt', seen), digestOf('one'));
    young.save();
    // The worst case: other content, and a look that cannot tell.
    fs.writeFileSync(`${folder}/a.txt`, 'two');
    assert.is(ask(young, folder, 'a.txt', seen), digestOf('two'));
    const next = openMemo(ioOf(undefined, later), `${folder}/memo`);
    assert.is(ask(next, folder, 'a.txt', seen), digestOf('two'));
    assert.is(ask(next, folder), digestOf('two'));
    assert.is(next.hashed, 1);
    next.save();
    const settled = openMemo(ioOf(), `${folder}/memo`);
    assert.is(ask(settled, folder), digestOf('two'));
    assert.is(settled.hashed, 0);
  }));

test('a clock that was set back makes files be hashed again, never believed', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/a.txt`, 'one');
    const memo = openMemo(
      ioOf(undefined, () => Date.now() - 365 * 86_400_000),
      `${folder}/memo`,
    );
    const seen = fs.lstatSync(`${folder}/a.txt`);
    ask(memo, folder, 'a.txt', seen);
    fs.writeFileSync(`${folder}/a.txt`, 'two');
    assert.is(ask(memo, folder, 'a.txt', seen), digestOf('two'));
  }));

test('after another boot a file that was written shortly before is read again: it may have lost its bytes and kept its times', () =>
  withFolder((folder) => {
    for (const name of ['old.txt', 'young.txt']) fs.writeFileSync(`${folder}/${name}`, name);
    const hour = 3_600_000;
    const looks = (name: string, ago: number): FileState => ({ ...fs.lstatSync(`${folder}/${name}`), ctimeMs: Date.now() - ago });
    const seen = { 'old.txt': looks('old.txt', hour), 'young.txt': looks('young.txt', hour / 60) };
    const names = Object.keys(seen) as (keyof typeof seen)[];
    const memo = openMemo(ioOf(), `${folder}/memo`);
    for (const name of names) memo.learn(name, seen[name], digestOf(name), Date.now() + hour);
    memo.save();
    const known = (boot: string): readonly string[] => {
      const next = openMemo(ioOf(bootedAs(boot)), `${folder}/memo`);
      const found = names.filter((name) => next.known(name, seen[name]) !== undefined);
      next.learn('another', seen['old.txt'], digestOf('another'), Date.now());
      next.save();
      return found;
    };
    assert.equal(known(bootId(real)), names);
    assert.equal(known('another boot'), ['old.txt']);
    assert.equal(known('another boot'), ['old.txt'], 'saved again without having been read');
  }));

test('where the system does not say which start this is, none is the same', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/a.txt`, 'one');
    const seen = { ...fs.lstatSync(`${folder}/a.txt`), ctimeMs: Date.now() - 60_000 };
    const memo = openMemo(ioOf(bootedAs('')), `${folder}/memo`);
    memo.learn('a.txt', seen, digestOf('one'), Date.now() + 60_000);
    memo.save();
    assert.is(openMemo(ioOf(bootedAs('')), `${folder}/memo`).known('a.txt', seen), undefined);
  }));

test('any change of size, times or inode is seen', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/a.txt`, 'one');
    const memo = openMemo(ioOf(undefined, later), `${folder}/memo`);
    ask(memo, folder);
    const { size, mtimeMs, ctimeMs, ino, mode } = fs.lstatSync(`${folder}/a.txt`);
    const seen = { size, mtimeMs, ctimeMs, ino, mode };
    let hashed = 1;
    for (const other of [{ size: 4 }, { mtimeMs: mtimeMs + 0.001 }, { ctimeMs: ctimeMs - 0.001 }, { ino: ino + 1 }]) {
      memo.digest('a.txt', `${folder}/a.txt`, { ...seen, ...other });
      hashed += 1;
      assert.is(memo.hashed, hashed, Object.keys(other)[0]);
    }
    memo.digest('a.txt', `${folder}/a.txt`, seen);
    assert.is(memo.hashed, hashed);
  }));

test('a flip of any byte of the memo, or its end missing, makes it empty', () =>
  withFolder((folder) => {
    const names = ['a.txt', 'sub dir/ü\n.txt', 'z'];
    fs.mkdirSync(`${folder}/sub dir`);
    const memo = openMemo(ioOf(undefined, later), `${folder}/memo`);
    for (const name of names) {
      fs.writeFileSync(`${folder}/${name}`, name);
      ask(memo, folder, name);
    }
    memo.save();
    const good = fs.readFileSync(`${folder}/memo`);
    assert.equal(decodeMemo(good, '')?.names, names);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      assert.is(decodeMemo(bad, ''), undefined, `byte ${at}`);
      assert.is(decodeMemo(good.subarray(0, at), ''), undefined, `length ${at}`);
    }
    fs.writeFileSync(`${folder}/memo`, good.subarray(5));
    const next = openMemo(ioOf(undefined, later), `${folder}/memo`);
    assert.is(ask(next, folder, 'z'), digestOf('z'));
    assert.is(next.hashed, 1);
  }));

test('entries that were not asked about stay, and the order of asking does not matter', () =>
  withFolder((folder) => {
    const names = Array.from({ length: 50 }, (_, i) => `f${i}`);
    const first = openMemo(ioOf(undefined, later), `${folder}/memo`);
    for (const name of names) {
      fs.writeFileSync(`${folder}/${name}`, name);
      ask(first, folder, name);
    }
    first.save();
    const second = openMemo(ioOf(undefined, later), `${folder}/memo`);
    fs.writeFileSync(`${folder}/f7`, 'seven');
    assert.is(ask(second, folder, 'f7'), digestOf('seven'));
    second.save();
    const third = openMemo(ioOf(undefined, later), `${folder}/memo`);
    for (const name of [...names].reverse()) assert.is(ask(third, folder, name), digestOf(name === 'f7' ? 'seven' : name));
    assert.is(third.hashed, 0);
  }));

test.run();
