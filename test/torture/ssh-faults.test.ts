// rig: timeout 900s
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testShort } from './short.ts';
import { PHASES } from './ssh-faults/phases.ts';
import { realKinds } from './ssh-faults/real-kinds.ts';
import { row } from './ssh-faults/row.ts';

test('the matrix is link cut, black hole, RST, sshd restart, reboot, MaxSessions 1, slow drip, banner garbage, key changed, disk full, quota, permission, noisy shell, clock wrong, process killed, out of memory, in six phases', () => {
  const kinds = realKinds({ script: '', [Symbol.dispose]() {} });
  assert.is(
    kinds
      .map(({ name }) => name)
      .sort()
      .join(', '),
    'MaxSessions 1, RST, banner garbage, black hole, clock wrong, disk full, key changed, link cut, noisy shell, out of memory, permission, process killed, quota, reboot, slow drip, sshd restart',
  );
  assert.equal(PHASES, ['connect', 'sync', 'exec', 'stream', 'fetch', 'teardown']);
  const whole = kinds.filter(({ strike }) => strike === undefined).map(({ name }) => name);
  assert.equal(whole, ['MaxSessions 1', 'noisy shell'], 'what is there in all phases of a run at once is one case');
  const unnamed = kinds.filter(({ codes = [], says }) => codes.length > 0 && says === undefined);
  assert.equal(unnamed, [], 'what may fail names its cause');
});

testShort(
  row,
  'the 16 x 6 SSH faults, by a chaos TCP proxy and a server of ours: 0 false successes, each ends in time and names the cause, and the next run is right',
);

test.run();
