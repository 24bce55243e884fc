import type { Budget } from './budget.ts';
import type { Listing, Variable } from './makefile.ts';

/** What a text is expanded with. */
export interface Expansion {
  readonly get: (name: string) => Variable | undefined;
  readonly files: Listing;
  /** Told why a value is not known, or why a function has none here; what is given for it then is no text to go on with. */
  readonly fault: (why: string) => void;
  /** Told of a variable whose value was written out where only text could stand. */
  readonly pin: (variable: Variable) => void;
  /** Reads text as lines of the Makefile; absent where no lines are read. */
  readonly evaluate?: (text: string) => void;
  /** Variables that are being expanded, the outermost first. */
  readonly open: readonly Variable[];
  readonly budget: Budget;
}
