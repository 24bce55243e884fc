import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonic } from './process-clock.ts';

// Finds and ends all that a command started. Knows nothing of pipes, results or steps.

/** How the processes of a command are known: by their group (which is also their session) and by the tag in their environment. */
interface TreeMark {
  readonly pid: number;
  /** False for a child that shares the group of sbx, which then is not signalled as a group. */
  readonly ownGroup: boolean;
  /** Whole `NAME=value` in the environment of everything that the command started; found on Linux only. */
  readonly tag: string | undefined;
}

/** A process id that no system gives, for a tree that is known by its tag alone. */
const NOBODY = 0x3fff_ffff;

/** Ends all that carries the tag, as `endTree` does. `living` is called if there is something. */
export async function endTagged(tag: string, grace: number, living: () => void = () => {}, hurry?: AbortSignal): Promise<void> {
  const mark: TreeMark = { pid: NOBODY, ownGroup: false, tag };
  if (livingOf(mark, new Map()).length === 0) return;
  living();
  await endTree(mark, grace, hurry);
}

/** TERM (and CONT, for what was stopped), up to `grace` milliseconds or until `hurry` aborts, then KILL until nothing is left. Settles when nothing lives, or nothing more can be done. */
export async function endTree(mark: TreeMark, grace: number, hurry?: AbortSignal): Promise<void> {
  const told = new Set<number>();
  const members: Members = new Map();
  const deadline = monotonic() + grace;
  livingOf(mark, members); // who is whose child shows only while the parents live
  if (mark.ownGroup) signalOne(-mark.pid, 'SIGTERM', 'SIGCONT');
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    const living = stillLiving(mark, members);
    if (living.length === 0) return;
    for (const pid of living) if (!told.has(pid)) tell(pid, mark, told);
    const left = deadline - monotonic();
    if (left <= 0 || hurry?.aborted) break;
    await sleep(Math.min(wait, left));
  }
  for (let round = 0; round < 100; round++) {
    if (mark.ownGroup) signalOne(-mark.pid, 'SIGKILL');
    const living = stillLiving(mark, members);
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

/** Process ids of a tree, each with its start: a pid is used again, never with the same start. */
type Members = Map<number, string>;

/** A child that was forked while its dying parent was looked at is not in the first list, but it is in the next. */
function stillLiving(mark: TreeMark, members: Members): readonly number[] {
  const living = livingOf(mark, members);
  return living.length > 0 ? living : livingOf(mark, members);
}

/**
 * Process ids of what still lives; a zombie does not live. Whose parent belongs to the tree belongs to it too, for good: so is found who cleared
 * its environment and left the group. Without /proc only the group can be asked, and its leader's id stands for it.
 */
function livingOf(mark: TreeMark, members: Members): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    names = [];
  }
  if (names.length === 0) return answers(mark.ownGroup ? -mark.pid : mark.pid) ? [mark.pid] : [];
  const living: number[] = [];
  let others: ProcessState[] = [];
  for (const name of names) {
    const seen = Number(name) === process.pid ? undefined : look(Number(name));
    if (seen === undefined) continue;
    if (members.get(seen.pid) === seen.start || belongs(seen, mark)) {
      members.set(seen.pid, seen.start);
      living.push(seen.pid);
    } else others.push(seen);
  }
  for (let found = living; found.length > 0; ) {
    const parents = new Set(found);
    const children = others.filter(({ parent }) => parents.has(parent));
    for (const { pid, start } of children) members.set(pid, start);
    others = others.filter(({ parent }) => !parents.has(parent));
    found = children.map(({ pid }) => pid);
    living.push(...found);
  }
  return living;
}

interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly start: string;
}

/** Whether there is such a process or thread, of whatever user; a zombie does not live. */
export function lives(pid: number): boolean {
  return look(pid) !== undefined;
}

/** Undefined if it does not live. */
function look(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group, session] = fields;
    if (state === 'Z' || state === 'X') return undefined;
    return { pid, parent: Number(parent), group: Number(group), session: Number(session), start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function belongs({ pid, group, session }: ProcessState, mark: TreeMark): boolean {
  if (pid === mark.pid || (mark.ownGroup && (group === mark.pid || session === mark.pid))) return true;
  if (mark.tag === undefined) return false;
  try {
    return hasTag(readFileSync(`/proc/${pid}/environ`, 'latin1'), mark.tag);
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
