import type { Expansion } from './expansion.ts';
import type { At, Note, RecipeLine, Rule, TargetVariable, Variable } from './makefile.ts';

/** Why a Makefile cannot be read at all: make would stop at the same line. */
export interface Unreadable extends At {
  readonly message: string;
  readonly hint?: string;
}

/** Gives the text of an included file, relative to the Makefile; undefined if there is none. */
export type ReadFile = (name: string) => string | undefined;

export type GrowingRule = Omit<Rule, 'recipe'> & { recipe?: RecipeLine[] };

/** What is known of a Makefile while it is read. */
export interface GrowingMakefile {
  readonly file: string;
  readonly variables: Map<string, Variable>;
  readonly rules: GrowingRule[];
  readonly targetVariables: TargetVariable[];
  readonly exports: Set<string>;
  /** All variables are exported. */
  exportsAll: boolean;
  readonly searched: { readonly pattern: string; readonly folders: readonly string[] }[];
  readonly notes: Note[];
  readonly expansion: Expansion;
  /** Names of variables whose values were written out in names of files and in conditions. */
  readonly pinned: string[];
  readonly readFile: ReadFile;
  /** Reads the lines of another file, or of a text that was made. */
  readonly lines: (file: string, text: string, first?: number) => undefined;
  /** What could not be told since this was last looked at. */
  readonly faults: string[];
  /** Where variables come from that are set now. */
  from: Variable['from'];
  /** Rules that a line of a recipe belongs to now; the tab, or what stands in its place. */
  current: readonly GrowingRule[];
  prefix: string;
  /** Files that were read. */
  files: number;
  /** How deep files and made texts are within each other. */
  depth: number;
  unreadable?: Unreadable;
}

export function stop(reading: GrowingMakefile, at: At, message: string, hint?: string): undefined {
  reading.unreadable ??= { file: at.file, line: at.line, message, ...(hint === undefined ? {} : { hint }) };
}

export function addNote(reading: GrowingMakefile, at: At, text: string, why: string, instead?: string, left = true): undefined {
  reading.notes.push({
    at: { file: at.file, line: at.line },
    text: text.trim(),
    why,
    left,
    ...(instead === undefined ? {} : { instead }),
  });
}
