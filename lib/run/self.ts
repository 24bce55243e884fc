/** Who this process is among all that run, have run and will run on this and other computers. From /proc; where there is none, little is known. */
import { bootId } from '../io/boot.ts';
import type { Files } from '../model/io.ts';

/** What a lock says of its holder. Empty strings and -1 stand for what could not be found out. No `,` and no `/` in any of them: they stand in the name of a file. */
export interface SelfFacts {
  readonly pid: number;
  /** In clock ticks since the boot: a pid is used again, never with the same start. */
  readonly start: string;
  readonly boot: string;
  /** Of the pid namespace: a pid means nothing in another one. */
  readonly namespace: string;
  readonly host: string;
}

export function whoAmI(files: Files): SelfFacts {
  const stat = read(files, '/proc/self/stat');
  return {
    pid: stat === '' ? -1 : Number.parseInt(stat, 10),
    start: startOf(stat),
    boot: bootId(files),
    namespace: namespaceOf(files),
    host: encodeURIComponent(read(files, '/proc/sys/kernel/hostname').trim()).slice(0, 64),
  };
}

/** True only if it is proven: same computer, boot and namespace, and the process with that start is there. */
export function isProvablyAlive(files: Files, other: SelfFacts, self: SelfFacts): boolean {
  const isHere = other.host === self.host && other.boot === self.boot && self.boot !== '';
  return isHere && other.namespace === self.namespace && self.namespace !== '' && !isProvablyDead(files, other, self);
}

/** True only if it is proven: same computer, same namespace, and the boot, or the process with that start, is gone. */
export function isProvablyDead(files: Files, other: SelfFacts, self: SelfFacts): boolean {
  if (other.host !== self.host || other.pid <= 0 || self.boot === '' || other.boot === '') return false;
  if (other.boot !== self.boot) return true;
  if (other.namespace === '' || other.namespace !== self.namespace) return false;
  if (!files.existsSync('/proc/self/stat')) return false;
  const stat = read(files, `/proc/${other.pid}/stat`);
  if (stat === '') return !files.existsSync(`/proc/${other.pid}`);
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return startOf(stat) !== other.start || state === 'Z' || state === 'X';
}

function startOf(stat: string): string {
  // The second field is the program's name in brackets and may hold anything; field 22 is counted from behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
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
