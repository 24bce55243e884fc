import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Stamped } from '../../lib/model/event.ts';
import { listRuns, openJournal, pruneRuns, readJournal } from '../../lib/run/journal.ts';
import { openOwned } from '../../lib/run/owned.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from './crash.ts';
import { ioOf, real } from './store-fixture.ts';

const EVENTS: readonly Stamped[] = [
  { seq: 0, at: 1, type: 'waiting', what: 'project', holder: 'ü "quoted"\n' },
  { seq: 1, at: 2, type: 'step-output', step: 'build', text: '\u001b[31mred","crc":"00000000"}\u0000' },
  {
    seq: 2,
    at: 3,
    type: 'run-finished',
    exit: 0,
    ms: 1,
    counts: { fresh: 0, restored: 0, succeeded: 1, skipped: 0, failed: 0, cancelled: 0 },
  },
];

function written(folder: string, run: string, events = EVENTS): string {
  const journal = openJournal(real, folder, run);
  for (const event of events) journal.write(event);
  journal.close();
  assert.is(journal.trouble, undefined);
  return journal.path;
}

test('events are read as they were written, and each line is JSON', () =>
  withFolder((folder) => {
    const path = written(folder, 'r1');
    assert.equal(readJournal(real, folder, 'r1'), { events: EVENTS, whole: true });
    const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.equal(
      lines.map((line) => (JSON.parse(line) as Stamped).seq),
      [0, 1, 2],
    );
    assert.is(readJournal(real, folder, 'r2'), undefined);
    assert.is(readJournal(real, folder, '../r1'), undefined);
  }));

test('a reader stops where the journal is torn or damaged, at every byte', () =>
  withFolder((folder) => {
    const path = written(folder, 'r1');
    const good = fs.readFileSync(path);
    for (let at = 0; at < good.length; at++) {
      fs.writeFileSync(path, good.subarray(0, at));
      const torn = readJournal(real, folder, 'r1');
      assert.ok(torn && !torn.whole);
      assert.equal(torn.events, EVENTS.slice(0, torn.events.length));
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      fs.writeFileSync(path, bad);
      const damaged = readJournal(real, folder, 'r1');
      assert.ok(damaged && !damaged.whole, `byte ${at}`);
      assert.equal(damaged.events, EVENTS.slice(0, damaged.events.length));
    }
  }));

test('a journal that cannot be written stops nothing and says so', () =>
  withFolder((folder) => {
    const files = failing(real, 'ENOSPC', (name) => name === 'writeSync');
    const journal = openJournal(files, folder, 'r1');
    for (const event of EVENTS) journal.write(event);
    assert.is(journal.trouble, 'ENOSPC');
    journal.close();
  }));

test('runs are listed newest first, and the oldest go', () =>
  withFolder((folder) => {
    for (const [i, run] of ['c', 'a', 'b'].entries()) fs.utimesSync(written(folder, run), 1000 + i, 1000 + i);
    const runs = () => listRuns(real, folder).map(({ run }) => run);
    assert.equal(runs(), ['b', 'a', 'c']);
    fs.mkdirSync(`${folder}/runs/killed`); // before it had a journal
    fs.utimesSync(`${folder}/runs/killed`, 500, 500);
    fs.symlinkSync('nowhere', `${folder}/runs/stray`);
    fs.lutimesSync(`${folder}/runs/stray`, 600, 600);
    pruneRuns(real, folder, 'b', 2);
    assert.equal(runs(), ['b', 'a']);
    assert.equal(fs.readdirSync(`${folder}/runs`).sort(), ['a', 'b']);
    pruneRuns(real, `${folder}/nothing`, 'b');
  }));

test('a run that began after many of the future does not go with the oldest', () =>
  withFolder((folder) => {
    for (const [i, run] of ['c', 'a', 'b'].entries()) fs.utimesSync(written(folder, run), 1000 - i, 1000 - i);
    pruneRuns(real, folder, 'b', 1);
    assert.equal(fs.readdirSync(`${folder}/runs`).sort(), ['b', 'c']);
  }));

test('what was made and not destroyed is known, whatever a crash tore', () =>
  withFolder((folder) => {
    const synced: string[] = [];
    const files = failing(real, 'NONE', (name) => {
      if (name === 'fsyncSync') synced.push(name);
      return false;
    });
    const owned = openOwned(ioOf(files), `${folder}/state`);
    const vm = owned.of({ kind: 'workspace', sandbox: 'vm', target: 'build@vm:22', root: '/p', checkout: 'c1' });
    vm.intent('/build/p');
    assert.ok(synced.length > 0, 'on the disk before the deed');
    vm.created('/build/p');
    vm.intent('/build/q');
    fs.appendFileSync(`${folder}/state/owned.ndjson`, '\n{"kind":"workspace","state":"destr');
    owned.of({ kind: 'workspace', sandbox: 'other', target: 'x@y', root: '/p', checkout: 'c1' }).intent('/build/p');
    const seen = () => owned.things().map(({ target, path, state }) => [target, path, state]);
    assert.equal(seen(), [
      ['build@vm:22', '/build/p', 'created'],
      ['build@vm:22', '/build/q', 'intent'],
      ['x@y', '/build/p', 'intent'],
    ]);
    vm.destroying('/build/p');
    assert.is(seen()[0]?.[2], 'destroying');
    vm.destroyed('/build/p');
    vm.destroyed('/build/p');
    assert.is(seen().length, 2);
  }));

test('what is owned is not told to a pipe or a device: that is said, and nobody waits', () =>
  withFolder((folder) => {
    const journal = openOwned(ioOf(), folder).of({ kind: 'workspace', sandbox: 'vm', target: 'build@vm:22', root: '/p', checkout: 'c1' });
    const path = `${folder}/owned.ndjson`;
    execFileSync('mkfifo', [path]);
    assert.throws(() => journal.intent('/build/p'), /ENXIO.*owned\.ndjson/);
    fs.rmSync(path);
    fs.symlinkSync('/dev/zero', path);
    assert.throws(() => journal.intent('/build/p'), /ENXIO.*owned\.ndjson/);
  }));

test.run();
