// What a Makefile says, once it is read. Knows nothing of steps.

/** A line of a Makefile, or of a file that it includes. */
export interface At {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A part of an expanded text: text, or what can only be told, or chosen, when the recipe runs. */
export type Piece =
  | string
  | { readonly is: 'variable'; readonly variable: Variable }
  | { readonly is: 'shell'; readonly command: readonly Piece[] }
  | { readonly is: 'environment'; readonly name: string };

/** One assignment of a variable; a later one is another. */
export interface Variable {
  readonly name: string;
  /** `nowhere`: it is used and never set. */
  readonly from: 'file' | 'built-in' | 'automatic' | 'nowhere';
  /** Text that is expanded where it is used, or what was expanded when it was read. */
  readonly value: string | readonly Piece[];
  /** It is there to be set on the command line of make: `?=`, or a name like CFLAGS. */
  readonly optional: boolean;
  /** A variable of that name in the environment is stronger. */
  readonly yields: boolean;
  /** Why its value cannot be told. */
  readonly unknown?: string;
  readonly at?: At;
}

/** A variable that stands for itself, as `$@` does. */
export function automatic(name: string, value: string | readonly Piece[]): Variable {
  return { name, from: 'automatic', value: typeof value === 'string' ? [value] : value, optional: false, yields: false };
}

export interface RecipeLine extends At {
  /** As it is written, without the tab; continuation lines without theirs. */
  readonly text: string;
}

export interface Rule extends At {
  /** The line, for messages. */
  readonly text: string;
  readonly targets: readonly string[];
  /** Of a static pattern rule: what the targets match. */
  readonly pattern?: string;
  readonly prerequisites: readonly string[];
  readonly orderOnly: readonly string[];
  /** Undefined: there is none; empty: `;` and nothing, which means that nothing is to be done. */
  readonly recipe?: readonly RecipeLine[];
  /** One recipe makes all targets: `a b &: c`. */
  readonly grouped: boolean;
  /** `a :: b`: each such rule of a target has a recipe of its own. */
  readonly double: boolean;
  /** Behind `##`. */
  readonly description?: string;
  /** Why it cannot be translated. */
  readonly faults: readonly string[];
}

/** A value of a variable for one target, or for those that match a pattern. */
export interface TargetVariable {
  readonly target: string;
  readonly variable: Variable;
  readonly exported: boolean;
}

/** Something that was not translated (`left`), or that was, in a way that one should know of. */
export interface Note {
  readonly at: At;
  readonly text: string;
  readonly why: string;
  /** What to do by hand. */
  readonly instead?: string;
  readonly left: boolean;
  /** The target that it is about, if it is about one. */
  readonly target?: string;
}

export interface Makefile {
  /** As it was named. */
  readonly file: string;
  readonly rules: readonly Rule[];
  readonly variables: ReadonlyMap<string, Variable>;
  readonly targetVariables: readonly TargetVariable[];
  /** Names of variables that recipes find in their environment. */
  readonly exports: ReadonlySet<string>;
  /** Names of variables whose values are a part of names of files, or decided a condition. */
  readonly pinned: ReadonlySet<string>;
  /** Folders where prerequisites are looked for, each with the pattern of names. */
  readonly searched: readonly { readonly pattern: string; readonly folders: readonly string[] }[];
  readonly notes: readonly Note[];
}

/**
 * Stands for the folder of the Makefile in a text where only text can stand. Names of files that begin with it are those of the folder; where it
 * reaches a recipe, the shell puts the folder in.
 */
export const HERE = '\ue000';

/** A name without the folder of the Makefile before it. */
export function pathOf(name: string): string {
  const path = name.startsWith(`${HERE}/`) ? name.slice(2) : name;
  return path.replace(/^(?:\.\/+)+(?=.)/, '');
}

/** What lies in the folder of the Makefile. Names are relative to it. */
export interface Listing {
  /** What `uname -s` and `uname -m` print. */
  readonly uname: { readonly s: string; readonly m: string };
  exists(path: string): boolean;
  /** Paths that match a pattern of make or sh, sorted. */
  glob(pattern: string): readonly string[];
  /** All files below a folder, sorted; undefined if they are too many. */
  below(folder: string): readonly string[] | undefined;
  /** How many names were looked at so far. */
  looked(): number;
}
