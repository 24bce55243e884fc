/** Follows the processes of a command through the lines of strace, and sums up what became of each path. Pure. */
import type { Touched, Traced } from '../../model/audit.ts';
import { type Deed, deedsOf } from './calls.ts';
import { type StraceLine, straceCall, straceLine } from './line.ts';

interface Following {
  /** A line without its newline, as latin1. */
  line(text: string): void;
  /** Whether the first process has ended; what it left in the background may go on. */
  readonly ended: boolean;
  /** Processes and threads of which no end was seen yet. */
  readonly living: readonly number[];
  result(): Traced;
}

type Sum = { -readonly [K in keyof Touched]: Touched[K] };

/** `cwd`: the folder in which the command began, without links in it. */
export function followStrace(cwd: string): Following {
  return new Follower(cwd);
}

class Follower implements Following {
  readonly #begin: string;
  /** The folder of each process that lives; threads share one. */
  readonly #folders = new Map<number, { path: string }>();
  /** What a process has begun to ask of the system. */
  readonly #begun = new Map<number, string>();
  /** A child may be heard before its parent is told its id: its lines wait until then. */
  readonly #early = new Map<number, StraceLine[]>();
  readonly #touched = new Map<string, Sum>();
  /** Folders of what was written, so that moving one of them moves that. */
  readonly #written = new Set<string>();
  /** Folders that it made: what is in them it knows. */
  readonly #made = new Set<string>();
  readonly #gaps = new Set<string>();
  #first: number | undefined;
  ended = false;

  constructor(cwd: string) {
    this.#begin = cwd;
  }

  get living(): readonly number[] {
    return [...this.#folders.keys(), ...this.#early.keys()];
  }

  line(text: string): void {
    const line = straceLine(text);
    if (line === undefined) this.#gaps.add('a line of strace was not understood');
    else if (line.is !== 'other') this.#take(line);
  }

  result(): Traced {
    for (const [pid, lines] of this.#early) {
      this.#gaps.add('a process was seen of which it is not known who started it');
      this.#start(pid, { path: this.#begin }, lines);
    }
    if (this.ended && this.#folders.size > 0)
      this.#gaps.add('it left processes in the background: what they did after its end is not seen');
    return { touched: this.#touched, gaps: [...this.#gaps] };
  }

  #take(line: Exclude<StraceLine, { readonly is: 'other' }>): void {
    const { pid } = line;
    if (this.#first === undefined) {
      this.#first = pid;
      this.#folders.set(pid, { path: this.#begin });
    }
    const folder = this.#folders.get(pid);
    if (folder === undefined) {
      const early = this.#early.get(pid);
      if (early) early.push(line);
      else this.#early.set(pid, [line]);
      return;
    }
    switch (line.is) {
      case 'call':
        this.#call(line.text, folder);
        break;
      case 'begun':
        this.#begun.set(line.next ?? pid, line.text);
        break;
      case 'resumed': {
        const begun = this.#begun.get(pid);
        this.#begun.delete(pid);
        if (begun !== undefined) this.#call(begun + line.text, folder);
        break;
      }
      case 'superseded': {
        const begun = this.#begun.get(line.by);
        this.#begun.delete(line.by);
        if (begun !== undefined) this.#begun.set(pid, begun);
        this.#folders.delete(line.by);
        break;
      }
      default:
        this.#folders.delete(pid);
        this.#begun.delete(pid);
        if (pid === this.#first) this.ended = true;
    }
  }

  #call(text: string, folder: { path: string }): void {
    const call = straceCall(text);
    if (call === undefined) return; // a call from which the process never came back
    for (const deed of deedsOf(call, folder.path)) this.#do(deed, folder);
  }

  #do(deed: Deed, folder: { path: string }): void {
    switch (deed.does) {
      case 'start':
        this.#start(deed.pid, deed.shares ? folder : { ...folder }, this.#early.get(deed.pid) ?? []);
        return;
      case 'enter':
        folder.path = deed.path;
        return;
      case 'hide':
        this.#gaps.add('a process used io_uring: what it did by that is not seen');
        return;
      case 'move':
        this.#move(deed.path, deed.to);
        return;
      case 'write':
        this.#write(deed.path);
        break;
      case 'make':
        this.#made.add(deed.path);
        return;
      case 'list':
        if (!this.#made.has(deed.path)) this.#sum(deed.path).listed = true;
        return;
      case 'remove':
        this.#sum(deed.path).gone = true;
        return;
      default: {
        const sum = this.#sum(deed.path);
        if (deed.does === 'execute') sum.executed = true;
        if (sum.wrote) break;
        if (deed.does === 'ask') sum.asked = true;
        else sum.read = true;
      }
    }
    if (deed.name === undefined) return;
    const sum = this.#sum(deed.path);
    if (!sum.names.includes(deed.name)) sum.names = [...sum.names, deed.name];
  }

  #start(pid: number, folder: { path: string }, early: readonly StraceLine[]): void {
    this.#early.delete(pid);
    this.#folders.set(pid, folder);
    for (const line of early) if (line.is !== 'other') this.#take(line);
  }

  #write(path: string): void {
    const sum = this.#sum(path);
    sum.wrote = true;
    sum.gone = false;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const above = path.slice(0, slash);
      if (this.#written.has(above)) break;
      this.#written.add(above);
    }
  }

  #move(path: string, to: string): void {
    if (!this.#written.has(path)) {
      const sum = this.#sum(path);
      if (!sum.wrote) sum.read = true;
      sum.gone = true;
      this.#write(to);
      return;
    }
    for (const [one, sum] of [...this.#touched]) {
      if (!one.startsWith(`${path}/`) || !sum.wrote || sum.gone) continue;
      sum.gone = true;
      this.#write(to + one.slice(path.length));
    }
  }

  #sum(path: string): Sum {
    let sum = this.#touched.get(path);
    if (sum === undefined) {
      sum = { read: false, asked: false, wrote: false, gone: false, executed: false, listed: false, names: [] };
      this.#touched.set(path, sum);
    }
    return sum;
  }
}
