import type { Operation } from './operation.ts';

/** In place of the name of an operation. */
export const ANY = '*';

/** A place on a program's way: by what is done there, not by how many operations came before, since timing moves some of those. */
export interface CrashPoint {
  readonly name: string;
  /** The how manieth of that name, from 0. */
  readonly nth: number;
  readonly when: 'before' | 'after' | 'torn';
}

/** Counts operations, and dies at one of them. `die` does not return. */
export function dying(point: CrashPoint, die: () => never): (operation: Operation, run: () => unknown, tear: () => void) => unknown {
  let count = 0;
  return (operation, run, tear) => {
    if ((point.name !== ANY && operation.name !== point.name) || count++ !== point.nth) return run();
    if (point.when === 'torn') tear();
    else if (point.when === 'after') {
      try {
        run();
      } catch {
        // It failed, and that was the last that it did.
      }
    }
    return die();
  };
}
