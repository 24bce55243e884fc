import type { Result } from '../base/result.ts';
import type { Failure } from './failure.ts';
import type { Endpoint, MachineId } from './machine.ts';
import type { MachineSpec } from './machine-spec.ts';

/** The machine behind a sandbox. Each of these asks the hypervisor first, and does what is not so yet; a machine of a killed run is finished. */
export interface SandboxMachine {
  readonly spec: MachineSpec;
  /** For messages and for `HostKeyAlias`. */
  readonly name: string;
  /** Undefined: there is none, or one that is not whole. */
  find(scope: DeedScope): Promise<Result<MachineId | undefined, Failure>>;
  /** Whether it runs now, without a deed. */
  runs(scope: Pick<DeedScope, 'signal'>): Promise<Result<boolean, Failure>>;
  /** Makes it from an OVA or OVF, its manifest checked. Absent: that of the file. */
  make(image: string | undefined, scope: DeedScope): Promise<Result<Deed, Failure>>;
  /** Processors, memory and network. One that runs and is other than wanted is shut down for it. */
  setUp(scope: DeedScope): Promise<Result<Deed, Failure>>;
  /** Gives it keys and a host key, which is then the only one that is believed. */
  inject(scope: DeedScope): Promise<Result<Deed, Failure>>;
  /** Starts it, from its saved state where it has one. */
  start(scope: DeedScope): Promise<Result<Deed, Failure>>;
  /** Until its guest lets us in. */
  waitFor(scope: DeedScope): Promise<Result<Deed & { readonly endpoint: Endpoint }, Failure>>;
  stop(scope: DeedScope): Promise<Result<Deed, Failure>>;
  /** With its disks; what it was made from stays. Absent already: nothing was done. */
  remove(scope: DeedScope): Promise<Result<Deed, Failure>>;
  snapshot(name: string, scope: DeedScope): Promise<Result<Deed, Failure>>;
  restore(name: string, scope: DeedScope): Promise<Result<Deed, Failure>>;
}

export interface DeedScope {
  readonly signal: AbortSignal;
  /** What is going on, for people. */
  note(text: string): void;
}

/** What was done, in words, in order; nothing: it was so already. */
export interface Deed {
  /** Undefined: there is no machine. */
  readonly id: MachineId | undefined;
  readonly did: readonly string[];
}
