import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeLeftMachines } from '../../../lib/cli/doctor/left-machines.ts';
import { dueOfMachine } from '../../../lib/cli/machine/due.ts';
import { idleLeft, renewIdle } from '../../../lib/cli/machine/idle.ts';
import type { Io } from '../../../lib/model/io.ts';
import { realIo } from '../../contract/places.ts';
import { withFolder } from '../../rig/folder.ts';

const OWN = { state: 'created', isUsed: false, isLost: false, idle: 'never' } as const;

test('a machine that is whole and no clone is never removed; only one that nobody is at is touched', () => {
  assert.is(dueOfMachine(OWN).is, 'lives');
  assert.is(dueOfMachine({ ...OWN, idle: -1 }).is, 'stop');
  assert.is(dueOfMachine({ ...OWN, idle: 1 }).is, 'lives');
  assert.is(dueOfMachine({ ...OWN, idle: undefined }).is, 'unknown');
  assert.is(dueOfMachine({ ...OWN, state: 'intent', idle: -1 }).is, 'finish');
  assert.is(dueOfMachine({ ...OWN, state: 'destroying' }).is, 'remove');
  assert.is(dueOfMachine({ ...OWN, isLost: true }).is, 'remove', 'nobody can name it any more');
  for (const state of ['intent', 'created', 'destroying'] as const) {
    assert.is(dueOfMachine({ ...OWN, state, isUsed: true, idle: -1 }).is, 'lives', state);
    assert.is(
      dueOfMachine({ ...OWN, state, isUsed: true, idle: -1, clone: 'dead' }).is,
      'remove',
      `${state}: others have clones of their own`,
    );
    assert.is(dueOfMachine({ ...OWN, state, idle: -1, clone: 'lives' }).is, 'lives', `${state}: it may be of another computer`);
  }
});

test('idle: the clock of the wall may jump; a file that says nothing stops nothing', () =>
  withFolder(async (folder) => {
    const path = `${folder}/guests/sbx.idle`;
    const real = realIo(folder);
    const year = 365 * 86_400_000;
    const at = (jump: number): Io => ({ ...real, clock: { ...real.clock, now: () => real.clock.now() + jump } });
    assert.is(idleLeft(real, path), 'never');
    for (const idle of [3_600_000, -1]) {
      renewIdle(real, path, idle);
      for (const jump of [0, year, -year]) {
        const left = idleLeft(at(jump), path);
        assert.is(typeof left === 'number' && left > 0, idle > 0, `${idle} after ${jump}`);
      }
    }
    writeFileSync(path, 'torn');
    assert.is(idleLeft(real, path), 'never');
    renewIdle(real, path, undefined);
    assert.is(idleLeft(real, path), 'never');
  }));

test('doctor: what reap would end, what nobody knows, and whose Sandboxfile is gone', () => {
  const machine = { name: 'app-vm', target: 'laptop', due: { is: 'lives' } } as const;
  const told = (more: Partial<Parameters<typeof judgeLeftMachines>[0][number]>) =>
    judgeLeftMachines([{ ...machine, ...more }]).map(({ is, says, mend }) => [is, says, mend]);
  assert.equal(told({}), [['ok', 'nothing is left of machines that killed runs had', undefined]]);
  assert.equal(told({ due: { is: 'finish', why: 'it is half' } }), [['warning', 'the machine app-vm on laptop: it is half', 'sbx reap']]);
  assert.equal(told({ due: { is: 'unknown', why: 'the clock' } }), [['warning', 'the machine app-vm on laptop: the clock', undefined]]);
  assert.match(String(told({ lost: '/home/ada/app' })[0]?.[1]), /no Sandboxfile in \/home\/ada\/app any more/);
});

test.run();
