import type { Listing, Makefile, Note } from './makefile.ts';
import type { Prologue } from './prologue.ts';
import type { RecipeShell } from './script.ts';
import type { Work } from './work.ts';

/** What all steps are made with. */
export interface Material {
  readonly makefile: Makefile;
  readonly works: ReadonlyMap<string, Work>;
  /** The target whose recipe makes a file, by the file. */
  readonly makers: ReadonlyMap<string, string>;
  /** Undefined: no step can have the one that recipes are written for, and all of them are left to make. */
  readonly shell: RecipeShell | undefined;
  readonly prologue: Prologue;
  /** Variables that became parameters, by their names. */
  readonly params: readonly (readonly [variable: string, param: string])[];
  readonly files: Listing;
  /** Files that are not there, and of which that was said. */
  readonly missing: Set<string>;
  readonly note: (note: Note) => void;
}

/** Something to know about a step that was translated. */
export function said({ target: { name, at, text } }: Work, why: string): Note {
  return { at, text, why, left: false, target: name };
}

export function prerequisitesOf({ target, calls }: Work): readonly string[] {
  return [...new Set([...target.prerequisites, ...target.orderOnly, ...calls])];
}

export function makerOf(name: string, { makers, works }: Material): Work | undefined {
  return works.get(makers.get(name) ?? name);
}
