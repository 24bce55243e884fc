import type { Digest } from '../base/digest.ts';

/** One file, link or empty folder of a tree. `path` is relative, with `/`, no leading `./`, never `..`. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly path: string; readonly digest: Digest; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Entries in code-unit order of their paths, each path once. The digest covers path, kind, content, exec bit and link target, nothing else. */
export interface Tree {
  readonly digest: Digest;
  readonly entries: readonly TreeEntry[];
}
