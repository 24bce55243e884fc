import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import type { Files } from '../../lib/model/io.ts';
import type { LastRun } from '../../lib/model/look.ts';
import { type Tree, treeOf } from '../../lib/model/tree.ts';
import type { Where } from '../../lib/run/places.ts';
import { openRecords, type Records } from '../../lib/run/records.ts';
import { withFolder } from '../rig/folder.ts';
import { failing, sweep } from './crash.ts';
import { ioOf, lastOf, real, successOf } from './store-fixture.ts';

function treeOfSize(size: number): Tree {
  return treeOf(
    Array.from({ length: size }, (_, i) => ({ kind: 'file', path: `f${i}`, digest: digestOf(`${i}`), size: 1, executable: false })),
  );
}

function open(folder: string, files: Files = real, warnings: string[] = [], where: Where = (name) => name): Records {
  return openRecords(ioOf(files), `${folder}/.sbx`, (text) => warnings.push(text), where);
}

const OUTPUTS = treeOfSize(2);

function succeed(records: Records, inputs = 'a', ms = 20): void {
  records.begin('build');
  const success = successOf(OUTPUTS, undefined, inputs);
  records.finish('build', { ...lastOf(true, inputs), ms, outputs: OUTPUTS.digest }, { remembered: success, inputs: treeOfSize(3) });
}

test('what was told is known to the next process', () =>
  withFolder((folder) => {
    const first = open(folder);
    succeed(first);
    first.close();
    for (const records of [first, open(folder)]) {
      const { key, record, is } = records.last('build') ?? {};
      assert.equal({ key, record, is }, { key: lastOf(true).key, record: lastOf(true).record, is: 'succeeded' });
      assert.equal(records.local(lastOf(true).key)?.outputs, OUTPUTS);
      assert.is(records.made('build', lastOf(true).key), OUTPUTS.digest);
      assert.equal(records.formerInputs(treeOfSize(3).digest) ?? undefined, undefined, 'only trees that a record names');
      assert.equal(records.history('build'), { ms: 20 });
      assert.is(records.last('other'), undefined);
    }
  }));

test('former inputs are known, whether small or large, and survive no damage', () =>
  withFolder((folder) => {
    for (const size of [3, 40]) {
      const records = open(folder);
      const inputs = treeOfSize(size);
      records.finish('build', { ...lastOf(true), record: { ...lastOf(true).record, inputs: inputs.digest } }, { inputs });
      records.close();
      assert.equal(open(folder).formerInputs(inputs.digest), inputs);
    }
    const path = `${folder}/.sbx/trees/${treeOfSize(40).digest}`;
    fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace('"f1"', '"fx"'));
    assert.is(open(folder).formerInputs(treeOfSize(40).digest), undefined);
  }));

test('a step that begins is not believed any more, but its newest success can still be named', () =>
  withFolder((folder) => {
    const records = open(folder);
    succeed(records);
    records.begin('build');
    for (const seen of [records, open(folder)]) {
      assert.is(seen.last('build')?.is, 'cut-off');
      assert.is(seen.local(lastOf(true).key), undefined);
      assert.equal(seen.newest('build')?.outputs, OUTPUTS);
    }
    records.finish('build', lastOf(false, 'b'));
    assert.equal(open(folder).newest('build')?.key, lastOf(true).key);
    assert.equal(open(folder).history('build'), { ms: 20 }, 'a failure teaches nothing about the time a success takes');
  }));

test('a step that begins for the first time, or after failures only, is known to have been cut off, and has no success', () =>
  withFolder((folder) => {
    const cutOff: LastRun = { ...lastOf(false), is: 'cut-off', ms: 0 };
    for (const failed of [false, true]) {
      const records = open(`${folder}/${failed}`);
      if (failed) records.finish('build', lastOf(false, 'b'));
      records.begin('build', cutOff);
      for (const seen of [records, open(`${folder}/${failed}`)]) {
        assert.equal([seen.last('build')?.is, seen.last('build')?.key], ['cut-off', cutOff.key]);
        assert.equal([seen.good('build'), seen.history('build'), seen.local(cutOff.key)], [undefined, undefined, undefined]);
      }
      succeed(records);
      records.finish('build', lastOf(false, 'c'));
      records.begin('build', cutOff);
      assert.equal([records.last('build')?.is, records.good('build')?.is], ['cut-off', 'succeeded']);
    }
  }));

test('the last success is known in full, with its inputs, however often the step failed since', () =>
  withFolder((folder) => {
    for (const size of [3, 40]) {
      const trees = [treeOfSize(size), ...Array.from({ length: 30 }, (_, i) => treeOfSize(100 + i))];
      const [good = treeOfSize(0)] = trees;
      const records = open(folder);
      for (const [i, inputs] of trees.entries()) {
        const last = lastOf(i === 0, `${size}-${i}`);
        records.begin('build');
        records.finish('build', { ...last, record: { ...last.record, inputs: inputs.digest } }, { inputs });
      }
      records.close();
      const again = open(folder);
      assert.is(again.last('build')?.is, 'failed');
      assert.equal([again.good('build')?.is, again.good('build')?.key], ['succeeded', lastOf(true, `${size}-0`).key]);
      assert.is(again.good('build')?.record.inputs, good.digest);
      assert.equal(again.formerInputs(good.digest), good);
      again.finish('build', lastOf(true, 'new'));
      again.begin('build');
      assert.is(open(folder).good('build')?.key, lastOf(true, 'new').key, 'cut off: the success that was taken back for it');
    }
    assert.is(open(folder).good('other'), undefined);
  }));

test('large trees that no step names any more are kept for the journals, and not without end', () =>
  withFolder((folder) => {
    const records = open(folder);
    for (let i = 0; i < 70; i++) {
      const inputs = treeOfSize(40 + i);
      records.finish('build', { ...lastOf(true, `${i}`), record: { ...lastOf(true, `${i}`).record, inputs: inputs.digest } }, { inputs });
    }
    records.close();
    assert.is(fs.readdirSync(`${folder}/.sbx/trees`).length, 51, 'the one that is named and fifty');
    assert.equal(open(folder).formerInputs(treeOfSize(109).digest), treeOfSize(109));
  }));

test('history is the median of the last ten', () =>
  withFolder((folder) => {
    const records = open(folder);
    for (const ms of [9999, 9999, 1, 2, 3, 4, 50, 60, 70, 80, 90, 100]) succeed(records, 'a', ms);
    assert.is(open(folder).history('build')?.ms, 60);
  }));

test('a flip of any byte forgets a step or all steps, and never tells something else', () =>
  withFolder((folder) => {
    const records = open(folder);
    succeed(records);
    records.close();
    const path = `${folder}/.sbx/steps`;
    const good = fs.readFileSync(path);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      fs.writeFileSync(path, bad);
      assert.is(open(folder).last('build'), undefined, `byte ${at}`);
    }
    fs.writeFileSync(path, good);
    fs.appendFileSync(path, '12345678 torn');
    const torn = open(folder);
    assert.is(torn.last('build')?.is, 'succeeded');
    succeed(torn, 'b');
    assert.is(open(folder).last('build')?.key, lastOf(true, 'b').key);
  }));

test('damage before the last line forgets all: the line that took a success back may be the damaged one', () =>
  withFolder((folder) => {
    const records = open(folder);
    succeed(records);
    records.begin('build');
    records.finish('other', lastOf(true));
    const path = `${folder}/.sbx/steps`;
    const lines = fs.readFileSync(path, 'utf8').split('\n');
    assert.is(lines.length, 4);
    fs.writeFileSync(path, [lines[0], `${lines[1]}x`, lines[2], ''].join('\n'));
    assert.is(open(folder).last('build'), undefined);
    assert.is(open(folder).last('other'), undefined);
  }));

test('killed before, after or within any operation: the next process knows the old, nothing, or the new, and can go on', () =>
  withFolder((folder) => {
    const at = (nth: number): string => `${folder}/${nth}`;
    const crashes = sweep(
      (files, nth) => {
        succeed(open(at(nth)), 'old');
        const records = open(at(nth), files);
        succeed(records, 'new');
        records.close();
      },
      (nth) => {
        const next = open(at(nth));
        const last = next.last('build');
        if (last?.is === 'succeeded') assert.ok([lastOf(true, 'old').key, lastOf(true, 'new').key].includes(last.key));
        succeed(next, 'newer');
        assert.is(open(at(nth)).last('build')?.key, lastOf(true, 'newer').key);
      },
      real,
    );
    assert.ok(crashes >= 12, String(crashes));
  }));

test('a success that cannot be taken back on the disk is not believed later', () =>
  withFolder((folder) => {
    succeed(open(folder));
    const warnings: string[] = [];
    const full = open(
      folder,
      failing(real, 'ENOSPC', (name) => name === 'writeSync'),
      warnings,
    );
    full.begin('build');
    full.finish('build', lastOf(false, 'b'));
    full.close();
    assert.is(warnings.length, 1);
    assert.is(open(folder).last('build'), undefined);
  }));

test('many runs do not make the file grow without end', () =>
  withFolder((folder) => {
    for (let run = 0; run < 4; run++) {
      const records = open(folder);
      for (let i = 0; i < 60; i++) succeed(records);
      records.close();
    }
    assert.ok(fs.readFileSync(`${folder}/.sbx/steps`, 'utf8').split('\n').length < 200);
    assert.is(open(folder).last('build')?.is, 'succeeded');
  }));

test('places and receipts are kept, a receipt on the disk; damage forgets them', () =>
  withFolder((folder) => {
    const synced: string[] = [];
    const files = failing(real, 'NONE', (name) => {
      if (name === 'fsyncSync') synced.push(name);
      return false;
    });
    const records = open(folder, files);
    const seen = { probes: { ghc: '9.6' }, at: 5, holds: { build: digestOf('k') } };
    const receipt = { id: 'r1', workspace: digestOf('w'), tree: treeOfSize(50) };
    records.setPlace('vm', seen);
    assert.is(synced.length, 0);
    records.setReceipt('vm', receipt);
    assert.ok(synced.length > 0);
    assert.equal(open(folder).place('vm'), seen);
    assert.equal(open(folder).receipt('vm'), receipt);
    const kept = { ...receipt, kept: treeOfSize(2).entries };
    records.setReceipt('vm', kept);
    assert.equal(open(folder).receipt('vm'), kept);
    for (const name of ['places', 'receipts/vm']) {
      const path = `${folder}/.sbx/${name}`;
      const good = fs.readFileSync(path, 'utf8');
      fs.writeFileSync(path, good.replace('r1', 'r2').replace('9.6', '9.7'));
      assert.is(name === 'places' ? open(folder).place('vm') : open(folder).receipt('vm'), undefined);
    }
    records.setReceipt('vm', undefined);
    assert.is(records.receipt('vm'), undefined);
  }));

test('what is believed of places stays behind when a project is copied or moved', () =>
  withFolder((folder) => {
    const records = open(`${folder}/one`);
    records.setPlace('vm', { probes: {}, at: 5, holds: { build: digestOf('k') } });
    records.setReceipt('vm', { id: 'r1', workspace: digestOf('w'), tree: treeOfSize(2) });
    succeed(records);
    fs.cpSync(`${folder}/one`, `${folder}/two`, { recursive: true });
    const copy = open(`${folder}/two`);
    assert.equal([copy.place('vm'), copy.receipt('vm'), copy.last('build')?.is], [undefined, undefined, 'succeeded']);
  }));

test('what is believed of a place is believed only where its name means the same place', () =>
  withFolder((folder) => {
    const records = open(folder);
    records.setPlace('vm', { probes: {}, at: 5, holds: { build: digestOf('k') } });
    records.setReceipt('vm', { id: 'r1', workspace: digestOf('w'), tree: treeOfSize(2) });
    const elsewhere = open(folder, real, [], (name) => `${name} on another host`);
    assert.equal([elsewhere.place('vm'), elsewhere.receipt('vm')], [undefined, undefined]);
    assert.is(open(folder).place('vm')?.holds.build, digestOf('k'));
  }));

test.run();
