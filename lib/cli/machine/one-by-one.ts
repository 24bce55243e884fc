import { err, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';
import { acquireLock } from '../../run/lock.ts';
import { whoAmI } from '../../run/self.ts';
import { Turns } from '../../run/turns.ts';

/** Does something to a machine while nobody else does, of this run or another one on this computer. */
export type Hold = <T>(path: string, scope: DeedScope, deed: () => Promise<Result<T, Failure>>) => Promise<Result<T, Failure>>;

export function holdOn(io: Io): Hold {
  // A lock knows processes, not the steps of one.
  const turns = new Turns();
  return async (path, { signal, note }, deed) => {
    const giveBack = await turns.take('excludes');
    try {
      const wish = { path, self: whoAmI(io.files), command: 'sbx run' };
      const lock = await acquireLock(io, wish, {
        signal,
        waiting: ({ command }) => note(`waits for ${command}, which has the machine in hand`),
      });
      if (!lock.ok) return lock;
      if (!('release' in lock.value)) return err({ code: 'machine-busy', message: 'the run that started this one brings the machine up' });
      using _ = lock.value;
      return await deed();
    } finally {
      giveBack();
    }
  };
}

/** The machine for those who do single deeds. */
export function oneByOne(machine: SandboxMachine, path: string, hold: Hold): SandboxMachine {
  return {
    ...machine,
    make: (image, scope) => hold(path, scope, () => machine.make(image, scope)),
    setUp: (scope) => hold(path, scope, () => machine.setUp(scope)),
    inject: (scope) => hold(path, scope, () => machine.inject(scope)),
    start: (scope) => hold(path, scope, () => machine.start(scope)),
    waitFor: (scope) => hold(path, scope, () => machine.waitFor(scope)),
    stop: (scope) => hold(path, scope, () => machine.stop(scope)),
    remove: (scope) => hold(path, scope, () => machine.remove(scope)),
    snapshot: (name, scope) => hold(path, scope, () => machine.snapshot(name, scope)),
    restore: (name, scope) => hold(path, scope, () => machine.restore(name, scope)),
  };
}
