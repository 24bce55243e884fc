import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its words with blanks between. */
  readonly command: string;
}

/** Living processes, this one aside, that have one of `marks` in their environment, their words or their working directory. A zombie does not live. Linux only; elsewhere none are seen. */
export function processesWith(marks: readonly string[]): readonly Process[] {
  const found: Process[] = [];
  for (const name of existsSync('/proc') ? readdirSync('/proc') : []) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    const command = look(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim());
    if (command === '') continue; // a zombie, or a thread of the kernel
    const about = `${command}\n${look(() => readlinkSync(`/proc/${pid}/cwd`))}\n${look(() => readFileSync(`/proc/${pid}/environ`, 'latin1'))}`;
    if (!marks.some((mark) => about.includes(mark))) continue;
    found.push({ pid, parent: Number(look(() => stateOf(pid)).split(' ')[1]), command });
  }
  return found;
}

/** The fields of its stat from the state on. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2);
}

/** Empty if it ended meanwhile. */
function look(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Ends them with KILL until no new ones come. */
export function endAll(marks: readonly string[], which: (one: Process) => boolean = () => true): void {
  for (let round = 0; round < 50; round++) {
    const found = processesWith(marks).filter(which);
    if (found.length === 0) return;
    for (const { pid } of found) kill(pid);
  }
}

/** Of a test itself: its servers and its terminal. */
const OURS = /^(?:tmux |\/usr\/sbin\/sshd |sshd: )|\/pane\.sh/;

function isLeft({ command }: Process): boolean {
  return !OURS.test(command);
}

/** What an attack left running: whoever has one of `marks`, but the servers and the terminal, and what sessions of `sshd` started. For a reader. */
export function leftOf(marks: readonly string[], sshd?: { started(): readonly number[] }): readonly string[] {
  const found = processesWith(marks).filter(isLeft);
  return [...found.map(({ pid, command }) => `${pid} ${command}`), ...(sshd?.started() ?? []).map((pid) => `${pid} below sshd`)];
}

export function endLeft(marks: readonly string[]): void {
  endAll(marks, isLeft);
}

/** Whether a process lives; a zombie does not. */
export function lives(pid: number): boolean {
  return /^[^ZX]/.test(look(() => stateOf(pid)));
}

/** Whether it was there to be told. A negative number is a group. */
export function kill(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal);
  } catch {
    return false; // gone meanwhile
  }
}

/** Processes below `pid`. With a `name` only those, so that what a session started is not among them. */
export function descendants(pid: number, name = ''): number[] {
  const found: number[] = [];
  const parents = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((text) => /^\d+$/.test(text))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      if (!stat.slice(stat.indexOf('(') + 1).startsWith(name)) continue;
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
    } catch {
      // ended meanwhile
    }
  }
  const visit = (at: number): void => {
    for (const child of parents.get(at) ?? []) {
      found.push(child);
      visit(child);
    }
  };
  visit(pid);
  return found;
}
