import type { Failure } from './failure.ts';
import type { SandboxName, SandboxSpec } from './project.ts';
import type { Value } from './value.ts';

/** A sandbox that `sbx create` made: all that must be known to take it away, whatever became of its profile. */
export interface Created {
  readonly id: string;
  /** What the user calls it. */
  readonly name?: string;
  readonly profile: string;
  /** Its file, absolute. */
  readonly file?: string;
  /**
   * `creating` and `destroying` with nobody at it: whoever was, is dead, and the rest is to be undone or finished. `failed`: it could not be made, and what
   * there is of it could not be taken away yet.
   */
  readonly state: 'creating' | 'ready' | 'destroying' | 'failed';
  readonly inputs: { readonly [input: string]: Value };
  readonly since: Moment;
  /** Absent: it lives until it is destroyed. */
  readonly lease?: Lease;
  /** The sandboxes of its profile, and which of them it is; absent: it is none, the profile only made something. */
  readonly places: readonly SandboxSpec[];
  readonly place?: SandboxName;
  /** Absolute there. Written down before it is made; absent: none was. */
  readonly workspace?: string;
  readonly reachability?: Reachability;
  /** Absolute paths of what its steps made, which stay. */
  readonly made?: readonly string[];
  readonly failure?: Pick<Failure, 'code' | 'message'>;
}

/** How another program gets there by SSH. */
export interface Reachability {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The workspace. */
  readonly remote_dir: string;
}

/** When something was, by every clock: that of the wall may jump, the other one ends with its boot. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Which start of this computer it was; empty where the system does not say. */
  readonly boot: string;
  /** Milliseconds since that, sleep included. */
  readonly up: number;
}

/** A time that something has. */
export interface Lease {
  /** Milliseconds. */
  readonly ttl: number;
  readonly since: Moment;
}

/**
 * Milliseconds from one moment to another one. Undefined: by the clock of the wall the later one came first, so it is wrong, and nobody knows.
 */
function passed(since: Moment, now: Moment): number | undefined {
  if (since.boot !== '' && since.boot === now.boot) return Math.max(0, now.up - since.up);
  return now.at < since.at ? undefined : now.at - since.at;
}

/** Milliseconds that are left of it, less than 0 when it is over. Undefined: nobody knows. */
export function leftOf({ ttl, since }: Lease, now: Moment): number | undefined {
  const gone = passed(since, now);
  return gone === undefined ? undefined : ttl - gone;
}
