import type { Result } from '../base/result.ts';
import type { Appliance } from './appliance.ts';
import type { Exit } from './exit.ts';
import type { Failure } from './failure.ts';

/** The id of a machine in its hypervisor: a UUID in lower case. Machines are known by it alone, never by a name. */
export type MachineId = string;

/** What a machine does, as its hypervisor says: it is asked each time, never remembered. */
export const MACHINE_STATES = ['absent', 'off', 'starting', 'running', 'stopping', 'paused', 'unknown'] as const;
export type MachineState = (typeof MACHINE_STATES)[number];

/** A place where the programs of a hypervisor are run, and its files lie: this computer, or a sandbox. */
export interface Hypervisor {
  /** `local`, or the name of the sandbox. */
  readonly name: string;
  /** Runs a program to its end. Words and bytes arrive as they are; whatever exit it had is `ok`. */
  run(words: readonly string[], streams: RunStreams): Promise<Result<Ran, Failure>>;
  /** Replaces a file by rename, 0600. Its folder is there. */
  write(path: string, content: Uint8Array, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Undefined: it is not there. */
  read(path: string, signal: AbortSignal): Promise<Result<Uint8Array | undefined, Failure>>;
}

interface RunStreams {
  readonly signal: AbortSignal;
  readonly stdin?: Uint8Array;
}

export interface Ran {
  readonly exit: Exit;
  readonly stdout: Uint8Array;
  /** Its last 8 KiB. */
  readonly stderr: string;
}

/** Moves the machines of one hypervisor. What it cannot do at all is absent, or `facts` says so; what it refuses is a failure. */
export interface Driver {
  readonly name: string;
  /** Asks the hypervisor what it is and can do. */
  probe(signal: AbortSignal): Promise<Result<DriverFacts, Failure>>;
  /** What an OVA or OVF holds, all of it checked, nothing made. */
  inspectAppliance(path: string, signal: AbortSignal): Promise<Result<Appliance, Failure>>;
  /**
   * Makes a machine of an appliance, off and whole. The wish's id was written down before: after a crash the same import finishes what it
   * finds, `listOwned` names it, and `destroy` of the id that stands there undoes it. Done already: its id.
   */
  importAppliance(wish: ImportWish, signal: AbortSignal): Promise<Result<MachineId, Failure>>;
  /** Of a machine that is off. Again with the same settings is no change. */
  configure(id: MachineId, settings: MachineSettings, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** What it has, also while it runs: what `configure` gave, else what the appliance did. Without `network` it has one of a kind that nobody can choose here. */
  settings(id: MachineId, signal: AbortSignal): Promise<Result<SettingsNow, Failure>>;
  /**
   * Small texts that stay with the machine in its hypervisor and go with it, also while it runs. A linked clone begins without any; snapshots
   * neither keep nor restore them. They are no secrets: whoever may see the machine may read them.
   */
  notes(id: MachineId, signal: AbortSignal): Promise<Result<ReadonlyMap<string, string>, Failure>>;
  /** Sets one, whole or not at all; undefined takes it away. Names are `[a-z][a-z0-9-]*`, at most 64 of them; values any text of up to 4 KiB. */
  note(id: MachineId, name: string, value: string | undefined, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** What the next start gives the guest out of band, of a machine that is off; undefined takes it away with all copies, also while it runs. */
  seed(id: MachineId, seed: Seed | undefined, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Of one that is off or paused: it goes on from there. Running already: done. */
  start(id: MachineId, signal: AbortSignal): Promise<Result<void, Failure>>;
  state(id: MachineId, signal: AbortSignal): Promise<Result<MachineState, Failure>>;
  /** Where this port of the guest is reached from the hypervisor's own computer; undefined: not yet. */
  endpoint(id: MachineId, guestPort: number, signal: AbortSignal): Promise<Result<Endpoint | undefined, Failure>>;
  /** Asks the guest to shut down; whether it does shows later. */
  requestShutdown(id: MachineId, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Like pulling the plug. Off already: done. */
  powerOff(id: MachineId, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Waits until it is off or absent, and can be changed again. False: not within so many milliseconds. */
  waitOff(id: MachineId, patience: number, signal: AbortSignal): Promise<Result<boolean, Failure>>;
  readonly snapshots?: Snapshots;
  readonly linkedClone?: LinkedClone;
  /** Ends and removes it with its disks, whatever it does. Only if it has this owner's tag; absent already is no error. */
  destroy(id: MachineId, owner: OwnerTag, signal: AbortSignal): Promise<Result<'destroyed' | 'absent', Failure>>;
  /** All machines with this tag, half-done ones among them. */
  listOwned(owner: OwnerTag, signal: AbortSignal): Promise<Result<readonly OwnedMachine[], Failure>>;
  /** The same of all owners whose tags begin so: for whoever looks for what was lost. */
  listAll(prefix: string, signal: AbortSignal): Promise<Result<readonly OwnedMachine[], Failure>>;
  /** Adapters of the hypervisor's computer that a machine can be bridged to, by the names that `configure` takes. */
  bridges(signal: AbortSignal): Promise<Result<readonly Bridge[], Failure>>;
  /** What is known when something went wrong. */
  diagnostics(id: MachineId, signal: AbortSignal): Promise<Result<MachineDiagnostics, Failure>>;
}

/** Says whose a machine is: `[a-z0-9-]`, at most 64 of them. */
export type OwnerTag = string;

interface DriverFacts {
  readonly version: string;
  /** What can be chosen; whether it works shows only when a machine starts. */
  readonly accelerators: readonly string[];
  readonly networks: readonly Network['is'][];
  readonly seeds: readonly Seed['is'][];
}

export interface ImportWish {
  /** A new UUID, the owner's own name for the machine until it has an id. */
  readonly id: string;
  readonly owner: OwnerTag;
  /** What people see in the hypervisor's own list. */
  readonly name: string;
  /** The .ova or .ovf on the hypervisor's computer, absolute. */
  readonly appliance: string;
}

/** What is absent stays as it is. */
export interface MachineSettings {
  readonly cpus?: number;
  /** MiB. */
  readonly memory?: number;
  readonly network?: Network;
}

export interface SettingsNow extends MachineSettings {
  readonly cpus: number;
  readonly memory: number;
}

export type Network =
  /** The guest reaches out; what is to be reached in it is forwarded. */
  | { readonly is: 'nat'; readonly forwards: readonly Forward[] }
  /** On the LAN like a computer of its own. */
  | { readonly is: 'bridged'; readonly adapter: string }
  | { readonly is: 'none' };

/** A port of 127.0.0.1 of the hypervisor's computer that leads to one of the guest. Absent: any that is free, found anew at each start. */
interface Forward {
  readonly host?: number;
  readonly guest: number;
}

export type Seed =
  /** Values that systemd of the guest takes from SMBIOS: `ssh.authorized_keys.root`, `tmpfiles.extra`. */
  | { readonly is: 'credentials'; readonly values: ReadonlyMap<string, Uint8Array> }
  /** A disk labelled `cidata` for cloud-init. */
  | { readonly is: 'nocloud'; readonly userData: Uint8Array; readonly metaData: Uint8Array }
  /** A folder that the guest sees read-only as `/media/sf_<name>`. */
  | { readonly is: 'folder'; readonly name: string; readonly files: ReadonlyMap<string, Uint8Array> };

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Snapshots {
  /** Of a running machine with its memory. A name that is taken is refused. */
  take(id: MachineId, name: string, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** What ran before runs afterwards; what was off stays so, and goes on from the snapshot when it is started. */
  restore(id: MachineId, name: string, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Oldest first. */
  list(id: MachineId, signal: AbortSignal): Promise<Result<readonly string[], Failure>>;
}

/** Makes a machine that shares the disks of another one, which is off, as they are now. Both go on by themselves. */
export type LinkedClone = (of: MachineId, wish: Omit<ImportWish, 'appliance'>, signal: AbortSignal) => Promise<Result<MachineId, Failure>>;

export interface OwnedMachine {
  readonly id: MachineId;
  /** The id of the wish that it was made by. */
  readonly wish: string;
  readonly owner: OwnerTag;
  readonly name: string;
  /** False: whoever made it was stopped in between. */
  readonly whole: boolean;
}

export interface Bridge {
  /** The whole name, blanks and brackets included. */
  readonly name: string;
  readonly up: boolean;
  readonly wireless: boolean;
}

interface MachineDiagnostics {
  readonly state: MachineState;
  /** Last lines of what the guest wrote to its serial port since it was started, oldest first. */
  readonly serial: readonly string[];
  /** Last lines of what the hypervisor said about this machine. */
  readonly said: readonly string[];
}

/** Makes the driver of a hypervisor, with what the Sandboxfile says beside what every machine has. Asks nobody anything yet. */
export type OpenDriver = (hypervisor: Hypervisor, options: { readonly [option: string]: string | number | boolean }) => Driver;
