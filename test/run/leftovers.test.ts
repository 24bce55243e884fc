import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leftoversOfProject, leftoversOfStore, sweepLeftovers } from '../../lib/run/leftovers.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from './crash.ts';
import { ioOf, put, real } from './store-fixture.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const UNFINISHED = [
  `steps.${NONCE.slice(0, 12)}.tmp`,
  `lock.${NONCE}/${NONCE}`,
  `machine-id.${NONCE.slice(0, 12)}`,
  `machine-id.${NONCE.slice(0, 12)}.${NONCE.slice(0, 12)}.tmp`,
];
const KEPT = ['steps', `lock/${NONCE}`, 'machine-id', 'memo', '.gitignore', `trees/${NONCE}${NONCE}`, 'mine.tmp'];

const textsOf = (names: readonly string[]): { readonly [name: string]: string } => Object.fromEntries(names.map((name) => [name, 'x']));
const names = (folder: string): readonly string[] => fs.readdirSync(folder).sort();
const hoursLater = (hours: number) => () => Date.now() + hours * 3_600_000;

test('what a killed process never finished goes after an hour, and nothing else does', () =>
  withFolder((folder) => {
    put(folder, textsOf([...UNFINISHED, 'traces/20260101-000000-abc.0123', ...KEPT]));
    const all = names(folder);
    sweepLeftovers(ioOf(real, hoursLater(0.5)), leftoversOfProject(folder, `${folder}/nowhere`));
    assert.equal(names(folder), all, 'a process that lives may be at it');
    sweepLeftovers(ioOf(real, hoursLater(2)), leftoversOfProject(folder, folder));
    assert.equal(names(`${folder}/traces`), [], 'what a run that was killed had followed');
    assert.equal(names(folder), [...new Set([...KEPT, 'traces'].map((name) => name.replace(/\/.*/, '')))].sort());
  }));

test('documents go when they are older than what the store keeps', () =>
  withFolder((store) => {
    const document = `${NONCE}${NONCE}`;
    put(store, textsOf([`documents/${document}`, `documents/${document}.${NONCE}`, `gc.lock.${NONCE}/${NONCE}`, `ac/v1/${document}`]));
    sweepLeftovers(ioOf(real, hoursLater(2)), leftoversOfStore(store, 24 * 3_600_000));
    assert.equal([names(store), names(`${store}/documents`)], [['ac', 'documents'], [document]]);
    sweepLeftovers(ioOf(real, hoursLater(25)), leftoversOfStore(store, 24 * 3_600_000));
    assert.equal([names(`${store}/documents`), names(`${store}/ac/v1`)], [[], [document]]);
  }));

test("a link in place of a folder of the store is not followed: what lies there is somebody's", () =>
  withFolder((folder) => {
    put(folder, textsOf(['store/ac/v1/none', 'mine/work.txt', `mine/${NONCE}${NONCE}`]));
    for (const name of ['tmp', 'documents']) fs.symlinkSync(`${folder}/mine`, `${folder}/store/${name}`);
    sweepLeftovers(ioOf(real, hoursLater(100)), leftoversOfStore(`${folder}/store`, 24 * 3_600_000));
    assert.equal(names(`${folder}/mine`), [`${NONCE}${NONCE}`, 'work.txt']);
  }));

test('a folder that cannot be emptied costs nothing', () =>
  withFolder((folder) => {
    put(folder, textsOf(UNFINISHED));
    sweepLeftovers(
      ioOf(
        failing(real, 'EACCES', (name) => name === 'rmSync'),
        hoursLater(2),
      ),
      leftoversOfProject(folder, folder),
    );
    assert.is(names(folder).length, UNFINISHED.length);
    const spoiled = failing(
      real,
      'EACCES',
      (name, [path]) => /^(rm|lstat)Sync$/.test(name) && String(path).endsWith('/machine-id.0123456789ab'),
    );
    sweepLeftovers(ioOf(spoiled, hoursLater(2)), leftoversOfProject(folder, folder));
    assert.equal(names(folder), ['machine-id.0123456789ab'], 'one that cannot be looked at, or removed, holds up no other');
  }));

test.run();
