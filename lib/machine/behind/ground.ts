import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../model/io.ts';
import type { Driver, Endpoint, Hypervisor, MachineId, OwnerTag } from '../../model/machine.ts';
import type { MachineSpec } from '../../model/machine-spec.ts';
import type { OwnedJournal, OwnedState } from '../../model/owned.ts';
import type { Session } from '../../model/sandbox.ts';
import type { PATIENCES } from '../bring.ts';
import type { MadeFor } from './made-for.ts';

/** What the deeds on the machine behind a sandbox stand on. */
export interface MachineGround {
  readonly spec: MachineSpec;
  /** What people see, and the HostKeyAlias. */
  readonly name: string;
  /** All that bears it is this machine: nothing else has to be remembered to find it. */
  readonly owner: OwnerTag;
  readonly madeFor: MadeFor;
  readonly driver: Driver;
  readonly hypervisor: Hypervisor;
  readonly clock: Clock;
  /** A new UUID. */
  readonly wish: () => string;
  readonly journal: OwnedJournal;
  /** What the journal has of this owner and was not destroyed: by its wish, how far it came. */
  readonly recorded: () => ReadonlyMap<string, OwnedState>;
  readonly guest: Guest;
  readonly patiences: typeof PATIENCES;
  /** The machine whose disks a clone shares; absent: it is made from an appliance. */
  readonly base?: MachineGround;
  /** Clones of the same machine whose runs were killed. */
  readonly lost?: () => readonly MachineLeft[];
  /** Once it was found: asking for it again costs a run of the hypervisor's programs for each deed. */
  readonly found: { id?: MachineId };
  /** Rejects the deed if somebody else works in the machine. */
  readonly alone: () => Result<void, Failure>;
}

/** What is enough to stop a machine and to remove it, when nothing but the journal speaks of it. */
export interface MachineLeft
  extends Pick<MachineGround, 'name' | 'owner' | 'driver' | 'clock' | 'patiences' | 'journal' | 'recorded' | 'found' | 'alone'> {
  readonly guest: Pick<Guest, 'forget'>;
}

/** The guest as seen from this computer: its account, our keys for it, the way in. */
export interface Guest {
  /** What it is to be given, read from this computer's files; our own key for it is made if there is none. */
  material(): Result<Material, Failure>;
  /** A new host key. */
  hostKey(): HostKey;
  /** From now on this public key (`ssh-ed25519 AAAA...`) is the only one that is believed. */
  pin(publicKey: string): Result<void, Failure>;
  /** Forgets our key for it, and its host key. */
  forget(): Result<void, Failure>;
  /** Logs in with our own key and leaves: the way is open. `patience`: milliseconds for the whole way in. */
  knock(endpoint: Endpoint, patience: number, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Logs in: with our own key, or as the user's configuration of SSH says. */
  enter(endpoint: Endpoint, as: 'ours' | 'theirs', patience: number, signal: AbortSignal): Promise<Result<Session, Failure>>;
}

/** An ed25519 pair in the forms of OpenSSH. */
export interface HostKey {
  readonly private: string;
  readonly public: string;
}

export interface Material {
  /** The account that is logged in to. */
  readonly user: string;
  /** One public key a line. */
  readonly authorized: string;
  /** What the guest goes to its relay with. */
  readonly identity?: HostKey;
  /** Becomes known_hosts of the account. */
  readonly relay?: Uint8Array;
  /** Becomes /etc/build-agent.env. */
  readonly agent?: Uint8Array;
}

/** Names of what is noted with a machine in its hypervisor. */
export const NOTES = { image: 'image', seeded: 'seeded', hostKey: 'host-key', given: 'given', madeFor: 'made-for' } as const;

/** The machine, which must be there. */
export async function theMachine(
  ground: Pick<MachineLeft, 'driver' | 'owner' | 'name' | 'found'>,
  signal: AbortSignal,
): Promise<Result<MachineId, Failure>> {
  if (ground.found.id !== undefined) return ok(ground.found.id);
  const found = await findMachine(ground, signal);
  if (!found.ok) return found;
  if (found.value?.whole) {
    ground.found.id = found.value.id;
    return ok(found.value.id);
  }
  const message = `there is no machine ${ground.name} yet`;
  return err({ code: 'machine-absent', message, hint: 'import it first: a step with `task: import`, or a run that needs it' });
}

/** What bears the owner's tag; a half-done one only where there is no whole one. */
export async function findMachine({ driver, owner, name }: Pick<MachineLeft, 'driver' | 'owner' | 'name'>, signal: AbortSignal) {
  const owned = await driver.listOwned(owner, signal);
  if (!owned.ok) return owned;
  const [first, second] = owned.value.filter(({ whole }) => whole);
  if (second !== undefined && first !== undefined) {
    const message = `two machines are ${name}: ${first.id} and ${second.id}`;
    return err<Failure>({ code: 'machine-state', message, hint: 'remove both with the teardown of the sandbox, and run again' });
  }
  return { ok: true as const, value: first ?? owned.value[0] };
}
