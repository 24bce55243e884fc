import { ok, type Result } from '../base/result.ts';
import type { Appliance } from '../model/appliance.ts';
import type { Failure } from '../model/failure.ts';
import type { Driver, Hypervisor, ImportWish, LinkedClone, MachineId, OwnedMachine, OwnerTag } from '../model/machine.ts';
import { bytesOn } from './appliance/bytes.ts';
import { inspectAppliance } from './appliance/inspect.ts';
import { checkOwner, checkWish } from './checks.ts';

// How machines come to be, are found, and go, whatever moves them: words are checked before anything is done, an appliance before anything is made of it.

/** What each hypervisor does in its own way. */
interface OwnWays {
  /** The machine of a wish if its import came to its end. */
  finished(wish: ImportWish, signal: AbortSignal): Promise<Result<MachineId | undefined, Failure>>;
  make(wish: ImportWish, appliance: Appliance, signal: AbortSignal): Promise<Result<MachineId, Failure>>;
  readonly clone: LinkedClone;
  /** What is absent is a failure of this name. */
  remove(id: MachineId, owner: OwnerTag, signal: AbortSignal): Promise<Result<unknown, Failure>>;
  /** Of all whose tag has this pattern of the shell. */
  list(pattern: string, signal: AbortSignal): Promise<Result<readonly OwnedMachine[], Failure>>;
}

type Making = Pick<Driver, 'inspectAppliance' | 'importAppliance' | 'destroy' | 'listOwned' | 'listAll'> & {
  readonly linkedClone: LinkedClone;
};

export function making(hypervisor: Hypervisor, own: OwnWays): Making {
  const inspect: Driver['inspectAppliance'] = (path, signal) => inspectAppliance(bytesOn(hypervisor, signal), path);
  return {
    inspectAppliance: inspect,
    importAppliance: async (wish, signal) => {
      const checked = checkWish(wish);
      if (!checked.ok) return checked;
      const finished = await own.finished(wish, signal);
      if (!finished.ok) return finished;
      if (finished.value !== undefined) return ok(finished.value);
      const appliance = await inspect(wish.appliance, signal);
      return appliance.ok ? own.make(wish, appliance.value, signal) : appliance;
    },
    linkedClone: async (of, wish, signal) => {
      const checked = checkWish(wish);
      return checked.ok ? own.clone(of, wish, signal) : checked;
    },
    destroy: async (id, owner, signal) => {
      const checked = checkOwner(owner);
      if (!checked.ok) return checked;
      const done = await own.remove(id, owner, signal);
      if (done.ok) return ok('destroyed');
      return done.error.code === 'machine-absent' ? ok('absent') : done;
    },
    listOwned: async (owner, signal) => {
      const checked = checkOwner(owner);
      return checked.ok ? own.list(owner, signal) : checked;
    },
    listAll: async (prefix, signal) => {
      const checked = checkOwner(prefix);
      return checked.ok ? own.list(`${prefix}*`, signal) : checked;
    },
  };
}
