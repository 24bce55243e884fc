import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/model/sandbox.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import { withFolder } from '../rig/folder.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from './fixture.ts';
import { withPair } from './pair.ts';
import { read } from './tree.ts';

const MIB = 2 ** 20;
const FULL = { a: noise(), b: noise(), c: noise(), d: noise(), e: noise() };

function noise(): string {
  return randomBytes(MIB / 2).toString('hex');
}

/** A disk of 4 MiB. False: it may not be made here. */
function mounted(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
}

function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder]);
}

const mayMount = await withFolder((folder) => {
  const may = mounted(folder);
  if (may) unmount(folder);
  return may;
});

// A container often may not: there the stand-in below has to do.
const onDisk = mayMount ? test : () => {};

onDisk('a disk that is full over there: nothing changed, what filled it goes, and less fits', () =>
  withPair(async (pair) => {
    assert.ok(mounted(pair.there));
    try {
      assert.ok((await createWorkspace(pair.session, pair.there, CHECKOUT, memoryJournal(), SIGNAL)).ok);
      pair.edit({ kept: 'small' });
      await pair.sync();
      pair.edit(FULL);
      assert.is(await pair.fails(), 'far-side-full');
      assert.equal(pair.got(), { kept: 'small' });
      assert.not(existsSync(join(pair.there, '.sbx/stage')));
      pair.edit({ c: null, d: null, e: null });
      await pair.sync();
      assert.equal(pair.got(), read(pair.here));
      assert.ok((await pair.sync()).untouched);
    } finally {
      unmount(pair.there);
    }
  }),
);

test('stand-in for a full disk, a limit of file sizes: nothing changed, and without it the sync goes on', () =>
  withPair(async (pair) => {
    pair.edit({ kept: 'small' });
    await pair.sync();
    pair.edit(FULL);
    const { session } = pair;
    const limited: Session = { ...session, program: (text, ...rest) => session.program(`ulimit -f 1000\n${text}`, ...rest) };
    assert.is(await pair.fails(limited), 'far-side-answer');
    assert.equal(pair.got(), { kept: 'small' });
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test.run();
