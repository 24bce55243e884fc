import * as assert from 'uvu/assert';
import type { MachineGround } from '../../lib/machine/behind/ground.ts';
import { raise } from '../../lib/machine/behind/raise.ts';
import { remove } from '../../lib/machine/behind/remove.ts';
import { good, type WithDriver } from './drivers.ts';
import { type Behind, behind } from './machines.ts';

// The process ends after one of the deeds that change something. Between two of them it makes no difference when.

/** Whoever is killed never hears how it ended. */
class Killed extends Error {}

/** How much a process changes before it is killed. */
export class Span {
  #left = Number.POSITIVE_INFINITY;
  /** What it did last. */
  last = 'nothing';

  begin(changes: number): void {
    this.#left = changes;
    this.last = 'nothing';
  }

  /** Before a change, or in the middle of one. */
  now(deed: string): void {
    if (this.#left <= 0) throw new Killed();
    this.#left -= 1;
    this.last = deed;
  }

  end(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }
}

function counted<T extends object>(of: T, span: Span, names: readonly (keyof T & string)[]): T {
  const deeds = names.map((name) => {
    const deed = of[name] as (...args: readonly unknown[]) => unknown;
    return [
      name,
      (...args: readonly unknown[]) => {
        span.now(name);
        return deed(...args);
      },
    ];
  });
  return { ...of, ...Object.fromEntries(deeds) };
}

const DEEDS = ['importAppliance', 'configure', 'seed', 'note', 'start', 'requestShutdown', 'powerOff', 'destroy'] as const;

/** The machine in a process that is killed at the end of its span. */
function mortal({ ground, guest, journal }: Behind, span: Span): MachineGround {
  return {
    ...ground,
    driver: counted(ground.driver, span, DEEDS),
    journal: counted(journal, span, ['intent', 'created', 'destroying', 'destroyed']),
    guest: counted(guest, span, ['pin', 'forget']),
    found: {},
  };
}

/** It comes and goes. True: it was killed meanwhile. */
async function dies(ground: MachineGround, scope: Behind['scope']): Promise<boolean> {
  try {
    good(await raise(ground, scope));
    good(await remove({ ...ground, found: {} }, scope));
    return false;
  } catch (thrown) {
    if (!(thrown instanceof Killed)) throw thrown;
    return true;
  }
}

/** What there is of it, and what the journal and the known host keys say, agree. */
async function agrees({ ground, guest, journal, scope }: Behind, many: number, where: string): Promise<void> {
  const owned = good(await ground.driver.listOwned(ground.owner, scope.signal));
  assert.is(owned.length, many, where);
  assert.equal(
    [...journal.standing()],
    owned.map(({ wish }) => [wish, 'created']),
    where,
  );
  const [one] = owned;
  assert.is(one?.whole ?? true, true, where);
  const pinned = one && good(await ground.driver.notes(one.id, scope.signal)).get('host-key');
  assert.is(guest.pinned.at(-1), pinned, where);
}

/** After each of these spans, without any all that there are, the same machine comes up in the next process, or goes: nothing is double, nothing is left, the journal is true. Gives their number. */
export async function machineUnderCrashes(inDriver: WithDriver, span: Span, spans?: readonly number[]): Promise<number> {
  let trials = 0;
  await inDriver((at) =>
    behind(at, {}, async (one) => {
      const { scope } = one;
      const again = (): MachineGround => ({ ...one.ground, found: {} });
      for (const changes of spans ?? Array.from({ length: 100 }, (_, n) => n)) {
        // Each in a machine of its own for both ends, where they cost nothing; else in turn.
        for (const isFinished of spans === undefined ? [true, false] : [trials % 2 === 0]) {
          span.begin(changes);
          const died = await dies(mortal(one, span), scope);
          const where = `${isFinished ? 'finished' : 'removed'} after ${changes} changes, the last of them ${span.last}`;
          span.end();
          trials += 1;
          if (died && isFinished) {
            good(await raise(again(), scope));
            await agrees(one, 1, where);
          }
          if (died) good(await remove(again(), scope));
          await agrees(one, 0, where);
          if (!died) return;
        }
      }
    }),
  );
  return trials;
}
