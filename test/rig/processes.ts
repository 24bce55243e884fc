import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its words with blanks between. */
  readonly command: string;
}

/** Living processes, this one aside, that have one of `marks` in their environment, their words or their working directory. A zombie does not live. */
export function processesWith(marks: readonly string[]): readonly Process[] {
  const found: Process[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    const command = look(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim());
    if (command === '') continue; // a zombie, or a thread of the kernel
    const about = `${command}\n${look(() => readlinkSync(`/proc/${pid}/cwd`))}\n${look(() => readFileSync(`/proc/${pid}/environ`, 'latin1'))}`;
    if (!marks.some((mark) => about.includes(mark))) continue;
    const stat = look(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
    found.push({ pid, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command });
  }
  return found;
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

/** Whether it lived to be killed. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // gone meanwhile
  }
}
