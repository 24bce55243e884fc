import type { Digest } from '../base/digest.ts';
import type { Tree, TreeEntry } from './tree.ts';

/** Proof of the tree that arrived in a workspace; one copy on each side. */
export interface Receipt {
  /** Unique for each sync that changed something: equal ids on both sides mean equal trees. */
  readonly id: string;
  readonly tree: Tree;
  /** Sentinel id of the workspace. */
  readonly workspace: Digest;
  /** What was sent of files that were edited there and kept so: `tree` has what is there. */
  readonly kept?: readonly TreeEntry[];
}
