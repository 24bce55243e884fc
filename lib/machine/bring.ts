import { err, ok, type Result } from '../base/result.ts';
import { unreachable } from '../base/unreachable.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/io.ts';
import type { Driver, MachineId, MachineState, OwnerTag } from '../model/machine.ts';
import { type Deed, nextMove, type Wanted } from './next-move.ts';

/** How long each deed may take to show, in milliseconds, and what was found without one. */
type Patiences = { readonly [deed in Deed]: number } & { readonly found: number };

export const PATIENCES: Patiences = {
  import: 10_000,
  start: 60_000,
  requestShutdown: 90_000,
  powerOff: 60_000,
  destroy: 60_000,
  found: 60_000,
};

interface Bringing {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly owner: OwnerTag;
  readonly patiences: Patiences;
  /** Told before each deed. */
  readonly doing?: (deed: Deed) => void;
  /** Makes the machine where there is none; absent: then it cannot be made. */
  readonly make?: (signal: AbortSignal) => Promise<Result<MachineId, Failure>>;
}

/** What was done to bring it there, in order: nothing where it was there already. */
interface Brought {
  readonly id: MachineId;
  readonly did: readonly Deed[];
}

const PAUSES = { least: 50, most: 1000 };
/** Milliseconds after which a guest is asked once more: one that still boots does not hear it, and that nobody can see. */
const ASK_AGAIN = 2000;

/** Brings a machine to be what is wanted, asking the hypervisor after each deed. The failure says what was tried and how it stands. */
export async function bring(
  { driver, clock, owner, patiences, doing, make }: Bringing,
  machine: MachineId,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Result<Brought, Failure>> {
  let id = machine;
  const did: Deed[] = [];
  let since = clock.monotonic();
  let pause = PAUSES.least;
  let asked = since;
  for (;;) {
    signal.throwIfAborted();
    const seen = await driver.state(id, signal);
    if (!seen.ok) return seen;
    const time = patiences[did.at(-1) ?? 'found'];
    const move = nextMove(seen.value, wanted, { done: new Set(did), isOver: clock.monotonic() - since >= time });
    switch (move.is) {
      case 'there':
        return ok({ id, did });
      case 'give-up':
        return err(await stuck(driver, { id, wanted, seen: seen.value, did, why: move.why }, signal));
      case 'wait':
        if (seen.value === 'running' && did.at(-1) === 'requestShutdown' && clock.monotonic() - asked >= ASK_AGAIN) {
          asked = clock.monotonic();
          const again = await driver.requestShutdown(id, signal);
          if (!again.ok) return again;
        }
        await clock.sleep(pause, signal);
        pause = Math.min(pause * 2, PAUSES.most);
        break;
      case 'do': {
        doing?.(move.deed);
        const made = await perform(move.deed, { driver, owner, id, ...(make === undefined ? {} : { make }) }, signal);
        if (!made.ok) return made;
        id = made.value;
        did.push(move.deed);
        since = clock.monotonic();
        asked = since;
        pause = PAUSES.least;
        break;
      }
      default:
        return unreachable(move);
    }
  }
}

interface Subject extends Pick<Bringing, 'driver' | 'owner' | 'make'> {
  readonly id: MachineId;
}

async function perform(deed: Deed, { driver, owner, id, make }: Subject, signal: AbortSignal): Promise<Result<MachineId, Failure>> {
  if (deed === 'import') return make?.(signal) ?? err({ code: 'machine-absent', message: `there is no machine ${id}` });
  const done = deed === 'destroy' ? await driver.destroy(id, owner, signal) : await driver[deed](id, signal);
  return done.ok ? ok(id) : done;
}

interface Stuck {
  readonly id: MachineId;
  readonly wanted: Wanted;
  readonly seen: MachineState;
  readonly did: readonly Deed[];
  readonly why: string;
}

async function stuck(driver: Driver, { id, wanted, seen, did, why }: Stuck, signal: AbortSignal): Promise<Failure> {
  const known = await driver.diagnostics(id, signal);
  const tried = did.length === 0 ? 'nothing could be done' : `done: ${did.join(', ')}`;
  const message = `machine ${id} should be ${wanted} and is ${seen}: ${why} (${tried})`;
  return { code: 'machine-stuck', message, ...(known.ok ? { lastLines: [...known.value.said, ...known.value.serial].slice(-20) } : {}) };
}
