// What the stand-in keeps between calls, as VBoxSVC does.

export interface Machine {
  readonly uuid: string;
  name: string;
  cpus: number;
  memory: number;
  nic: string;
  adapter: string;
  rules: string[];
  /** Path of its disks; a clone has those of the other one. */
  disks: string[];
  /** By `CONTROLLER-PORT-DEVICE`. */
  slots: Record<string, string>;
  shares: Record<string, string>;
  extra: Record<string, string>;
  snapshots: { readonly name: string; readonly hasMemory: boolean }[];
  base?: string;
  readonly deaf: boolean;
  /** What it does until `turns` (milliseconds since 1970), and next. */
  state: string;
  next?: string;
  turns: number;
  /** Until then nobody else may have it. */
  locked: number;
  uart?: string;
  reachesLoopback?: boolean;
}

export interface Fault {
  /** Of the words, with blanks between. */
  readonly words: RegExp;
  times: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit: number;
  /** Whether what was asked is done all the same. */
  readonly done?: boolean;
}

export interface State {
  /** As it says it. */
  version: string;
  machines: Machine[];
  faults: Fault[];
}

const LATER = 100;

/** What has become of it meanwhile. */
export function settle(machine: Machine): void {
  if (machine.next === undefined || Date.now() < machine.turns) return;
  machine.state = machine.next;
  delete machine.next;
}

/** It is in between for a while; whoever held it lets go later still. */
export function turn(machine: Machine, now: string, next: string): void {
  Object.assign(machine, { state: now, next, turns: Date.now() + LATER, locked: isOff(next) ? Date.now() + 2 * LATER : 0 });
}

export function isOff(state: string): boolean {
  return ['poweroff', 'aborted', 'saved'].includes(state);
}
