import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// Finds and ends all that a command started. Knows nothing of pipes, results or steps.

/** How the processes of a command are known: by their group (which is also their session) and by the tag in their environment. */
export interface TreeMark {
  readonly pid: number;
  /** False for a child that shares the group of sbx, which then is not signalled as a group. */
  readonly ownGroup: boolean;
  /** Whole `NAME=value` in the environment of everything that the command started; found on Linux only. */
  readonly tag: string | undefined;
}

/** TERM (and CONT, for what was stopped), up to `grace` milliseconds or until `hurry` aborts, then KILL until nothing is left. Settles when nothing lives, or nothing more can be done. */
export async function endTree(mark: TreeMark, grace: number, hurry?: AbortSignal): Promise<void> {
  const told = new Set<number>();
  const deadline = performance.now() + grace;
  if (mark.ownGroup) signalOne(-mark.pid, 'SIGTERM', 'SIGCONT');
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    const living = stillLiving(mark);
    if (living.length === 0) return;
    for (const pid of living) if (!told.has(pid)) tell(pid, mark, told);
    const left = deadline - performance.now();
    if (left <= 0 || hurry?.aborted) break;
    await sleep(Math.min(wait, left));
  }
  for (let round = 0; round < 100; round++) {
    if (mark.ownGroup) signalOne(-mark.pid, 'SIGKILL');
    const living = stillLiving(mark);
    if (living.length === 0) return;
    for (const pid of living) signalOne(pid, 'SIGKILL');
    await sleep(Math.min(5 + round, 50));
  }
}

function tell(pid: number, mark: TreeMark, told: Set<number>): void {
  const first = told.size === 0;
  told.add(pid);
  // The group as a whole was told already: only what appeared or left it since is told one by one.
  if (!(first && mark.ownGroup && pid === mark.pid)) signalOne(pid, 'SIGTERM', 'SIGCONT');
}

function signalOne(pid: number, ...signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // gone meanwhile, or of another user
    }
  }
}

/** A child that was forked while its dying parent was looked at is not in the first list, but it is in the next. */
function stillLiving(mark: TreeMark): readonly number[] {
  const living = livingOf(mark);
  return living.length > 0 ? living : livingOf(mark);
}

/** Process ids of what still lives; a zombie does not live. Without /proc only the group can be asked, and its leader's id stands for it. */
function livingOf(mark: TreeMark): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    names = [];
  }
  if (names.length === 0) return answers(mark.ownGroup ? -mark.pid : mark.pid) ? [mark.pid] : [];
  const living: number[] = [];
  for (const name of names) {
    const pid = Number(name);
    if (pid !== process.pid && belongs(pid, mark)) living.push(pid);
  }
  return living;
}

function belongs(pid: number, mark: TreeMark): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4);
    if (state === 'Z' || state === 'X') return false;
    if (pid === mark.pid) return true;
    if (mark.ownGroup && (Number(group) === mark.pid || Number(session) === mark.pid)) return true;
    return mark.tag !== undefined && hasTag(readFileSync(`/proc/${pid}/environ`, 'latin1'), mark.tag);
  } catch {
    return false; // ended while being looked at, or of another user
  }
}

function hasTag(environ: string, tag: string): boolean {
  return environ.startsWith(`${tag}\0`) || environ.includes(`\0${tag}\0`);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
