import type { OpenDriver } from '../model/machine.ts';
import type { Task } from '../task.ts';

/** Where an extension is: a file by its path below the root, or a package as a file in `folder` finds it. */
export type ExtensionPlace = { readonly file: string } | { readonly package: string; readonly folder: string };

/** What an extension adds to the words of a Sandboxfile. Its profiles are among the sources. */
export interface Extended {
  readonly name: string;
  /** As the user sees it: a file, or a package with its version. */
  readonly from: string;
  readonly tasks: readonly Task[];
  readonly drivers: ReadonlyMap<string, OpenDriver>;
  readonly profiles: readonly string[];
}

/** Why it cannot be used. */
export interface Unusable {
  readonly code: 'extension-missing' | 'extension-faulty';
  readonly message: string;
  readonly hint?: string;
}
