import type { StepId } from './project.ts';

/** What a command and all that it started did with one path. */
export interface Touched {
  /** Its content, its target or the program in it, before the command had written it. */
  readonly read: boolean;
  /** What it is was looked at: whether it exists, how old it is. Before the command had written it. */
  readonly asked: boolean;
  readonly wrote: boolean;
  /** Removed, or moved away, and not there again since. */
  readonly gone: boolean;
  readonly executed: boolean;
  /** A folder whose names were read, and that was not made by it. */
  readonly listed: boolean;
  /** Other paths that it was opened by, through links. */
  readonly names: readonly string[];
}

/** Everything that a command touched, by absolute paths without links in them as far as the system told. */
export interface Traced {
  readonly touched: ReadonlyMap<string, Touched>;
  /** What could not be followed, in words. */
  readonly gaps: readonly string[];
}

/** What a step did beside what it declares. Paths are relative to the project and sorted, of each kind at most a thousand. */
export interface Audit {
  /** Read, and neither an input nor a product of a step that it needs. */
  readonly read: readonly string[];
  /** Those of `read` that git ignores: a new clone does not have them. */
  readonly ignored: readonly string[];
  /** Read in `.git`, which no step can declare. */
  readonly git: readonly string[];
  /** Read products of steps that it does not need. */
  readonly products: readonly { readonly step: StepId; readonly paths: readonly string[] }[];
  /** Written, still there, and neither output nor state. */
  readonly wrote: readonly string[];
  /** Removed without having been made by it, and neither output nor state. */
  readonly removed: readonly string[];
  /** Folders of which it read the names, where what comes and goes is no input: `.` is the project's own. */
  readonly listed: readonly string[];
  /** Globs of its inputs of which it looked at nothing, and of its outputs of which it wrote nothing. */
  readonly unread: readonly string[];
  readonly unwritten: readonly string[];
  /** Its own products that it found there: what it did not do again was not seen. */
  readonly found: readonly string[];
  /** Read outside of the project, by folder. */
  readonly outside: readonly { readonly folder: string; readonly files: number }[];
  /** What was executed by its name on the PATH. */
  readonly programs: readonly string[];
  readonly gaps: readonly string[];
  /** Keys of the step as they would declare it all; those that would be as they are, are absent. */
  readonly offer: {
    readonly needs?: readonly string[];
    readonly inputs?: readonly string[];
    readonly outputs?: readonly string[];
    readonly tools?: readonly string[];
  };
}

/** Whether there is nothing to declare. */
export function isClean({ read, git, products, wrote, removed }: Audit): boolean {
  return read.length + git.length + products.length + wrote.length + removed.length === 0;
}
