/** Who this process is among all that run, have run and will run on this and other computers. From /proc; where there is none, little is known. */
import { digestOf } from '../base/digest.ts';
import { bootId } from '../io/boot.ts';
import type { Files } from '../model/io.ts';

/** What a lock says of its holder. Empty strings and -1 stand for what could not be found out. No `,` and no `/` but in the host: they stand in the name of a file. */
export interface SelfFacts {
  readonly pid: number;
  /** In clock ticks since the boot: a pid is used again, never with the same start. */
  readonly start: string;
  readonly boot: string;
  /** Of the pid namespace: a pid means nothing in another one. */
  readonly namespace: string;
  /** Of the computer, whatever its boot: two may have one name, and copies of one disk have one id, so it is made of both. */
  readonly machine: string;
  /** Its name, for people. */
  readonly host: string;
}

export function whoAmI(files: Files): SelfFacts {
  const stat = read(files, '/proc/self/stat');
  const host = read(files, '/proc/sys/kernel/hostname').trim();
  return {
    pid: stat === '' ? -1 : Number.parseInt(stat, 10),
    start: startOf(stat),
    boot: bootId(files),
    namespace: namespaceOf(files),
    machine: machineOf(read(files, '/etc/machine-id').trim(), host),
    host,
  };
}

/** True only if it is proven: same computer, boot and namespace, and the process with that start is there. */
export function isProvablyAlive(files: Files, other: SelfFacts, self: SelfFacts): boolean {
  const isHere = other.machine === self.machine && other.boot === self.boot && self.boot !== '';
  return isHere && other.namespace === self.namespace && self.namespace !== '' && !isProvablyDead(files, other, self);
}

/** True if this process was started by that one, or by what that one started: it is waited for there, and must not wait for it. */
export function isWithin(files: Files, other: SelfFacts, self: SelfFacts): boolean {
  if (!isProvablyAlive(files, other, self)) return false;
  for (let pid = self.pid; pid > 1; ) {
    pid = parentOf(read(files, `/proc/${pid}/stat`));
    if (pid === other.pid) return true;
  }
  return false;
}

/** True only if it is proven: same computer, same namespace, and the boot, or the process with that start, is gone. */
export function isProvablyDead(files: Files, other: SelfFacts, self: SelfFacts): boolean {
  if (other.machine !== self.machine || other.pid <= 0 || self.boot === '' || other.boot === '') return false;
  if (other.boot !== self.boot) return self.machine !== '';
  if (other.namespace === '' || other.namespace !== self.namespace) return false;
  if (!files.existsSync('/proc/1')) return false; // no /proc, or one that hides what others run (hidepid)
  const stat = read(files, `/proc/${other.pid}/stat`);
  if (stat === '') return !files.existsSync(`/proc/${other.pid}`);
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return startOf(stat) !== other.start || state === 'Z' || state === 'X';
}

function startOf(stat: string): string {
  // The second field is the program's name in brackets and may hold anything; field 22 is counted from behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function machineOf(id: string, host: string): string {
  return id === '' ? '' : digestOf(`${id} ${host}`).slice(0, 16);
}

function parentOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function namespaceOf(files: Files): string {
  try {
    return files.readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

function read(files: Files, path: string): string {
  try {
    return files.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
