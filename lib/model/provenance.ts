import type { Json } from '../base/json.ts';
import type { Span } from '../base/span.ts';

/** Which file, profile, recipe, flag or variable gave a value. */
export interface Provenance {
  readonly of: 'project' | 'param' | 'sandbox' | 'step';
  /** Of the parameter, sandbox or step; that of the project. */
  readonly name: string;
  /** `run`, `env.LC_ALL`. */
  readonly field: string;
  /** As it was written. */
  readonly value: Json;
  readonly by: 'file' | 'recipe' | 'profile' | 'flag' | 'variable';
  /** The flag, the variable, or the profile where it is a part of the file. */
  readonly called?: string;
  /** Absent for flags and variables. */
  readonly span?: Span;
}
