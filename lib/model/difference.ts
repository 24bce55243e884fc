import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { StepId } from './project.ts';
import type { TreeEntry } from './tree.ts';

/** One thing that counts for a step and is not as it was: of two records of one step all that differs, in a fixed order. */
export type Difference =
  | { readonly field: 'task' | 'shell' | 'command' | 'dir'; readonly from: string; readonly to: string } // a command: its text, words one a line
  | {
      readonly field: NamedField;
      /** Of a value its expression; sorted within a field. */
      readonly name: string;
      /** Absent: it is new. Of a secret its version. */
      readonly from?: Json;
      /** Absent: it is gone. */
      readonly to?: Json;
    }
  | {
      readonly field: 'inputs';
      readonly from: Digest | null;
      readonly to: Digest | null;
      /** Absent: one of the trees is not known any more. */
      readonly files?: readonly FileChange[];
    }
  | {
      readonly field: 'upstream';
      readonly name: StepId;
      /** What it contributed: the digest of its outputs, or its key. */
      readonly from?: Digest;
      readonly to?: Digest;
      /** Absent: it makes no files, or one of the trees is not known. */
      readonly files?: readonly FileChange[];
    }
  | { readonly field: 'outputs' | 'state'; readonly added: readonly string[]; readonly removed: readonly string[] }; // declared globs, sorted

/** Fields that are tables of names. */
export type NamedField = 'value' | 'setting' | 'env' | 'input command' | 'probe' | 'tool' | 'secret';

/** A file or link that is not as it was. Without `from` it is new, without `to` it is gone. */
export interface FileChange {
  readonly path: string;
  readonly from?: TreeEntry;
  readonly to?: TreeEntry;
}
