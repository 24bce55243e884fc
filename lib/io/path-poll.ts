/** Hears of changes where the system tells nothing of them, by looking again and again. As often as is asked for, but never so often that it is a burden. */
import type { Files } from '../model/io.ts';
import { MARKS, marksOf } from './witness.ts';

/** So many times as long as a look takes nothing is looked at. */
const REST = 100;

/** Lives as long as somebody listens. */
export class PathPoll {
  readonly #files: Files;
  readonly #every: number;
  readonly #heard: (path: string) => void;
  #paths: readonly string[] = [];
  #marks: Float64Array = new Float64Array();
  #timer: NodeJS.Timeout | undefined;

  /** `every`: milliseconds. */
  constructor(files: Files, every: number, heard: (path: string) => void) {
    this.#files = files;
    this.#every = every;
    this.#heard = heard;
  }

  /** Looks at these paths and no others. Gives how many are new: what happened to them until now was not heard. */
  follow(paths: Iterable<string>): number {
    const before = new Set(this.#paths);
    this.#look();
    this.#paths = [...paths];
    this.#marks = marksOf(this.#files, this.#paths);
    return this.#paths.reduce((sum, path) => sum + (before.has(path) ? 0 : 1), 0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#paths = [];
  }

  #look(): void {
    clearTimeout(this.#timer);
    const began = performance.now();
    const marks = marksOf(this.#files, this.#paths);
    for (const [index, path] of this.#paths.entries()) if (this.#differs(marks, index * MARKS)) this.#heard(path);
    this.#marks = marks;
    this.#timer = setTimeout(() => this.#look(), Math.max(this.#every, REST * (performance.now() - began)));
  }

  #differs(marks: Float64Array, at: number): boolean {
    for (let n = at; n < at + MARKS; n++) if (!Object.is(marks[n], this.#marks[n])) return true;
    return false;
  }
}
