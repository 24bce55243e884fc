/** Trees that were inputs once: `.sbx/trees/<digest>`, so that it can be said which file changed. Bounded; a damaged one is forgotten. */
import type { Digest } from '../base/digest.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';
import type { Tree } from '../model/tree.ts';
import { writtenAt } from './entries.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

interface Trees {
  read(digest: Digest): Tree | undefined;
  /** Throws what writing threw. */
  write(tree: Tree): void;
  /** Removes trees that no step refers to, but for the newest, which journals name. Throws what removing threw. */
  prune(used: () => ReadonlySet<string>): void;
}

/** So many that nothing refers to are kept. */
const UNUSED = 50;
const SMALL = 32;

/** Whether a tree is written where it is named, and has no file of its own. */
export function isSmall({ entries }: Tree): boolean {
  return entries.length <= SMALL;
}

export function openTrees(io: Writing, folder: string): Trees {
  const { files } = io;
  const trees = `${folder}/trees`;
  let written = 0;
  return {
    read(digest) {
      try {
        const tree = treeFromJson(JSON.parse(readRegular(files, `${trees}/${digest}`).toString('utf8')));
        return tree?.digest === digest ? tree : undefined;
      } catch {
        return undefined;
      }
    },
    write(tree) {
      const path = `${trees}/${tree.digest}`;
      if (files.existsSync(path)) return;
      makeFolder(files, trees);
      replaceFile(io, path, JSON.stringify(treeToJson(tree)));
      written += 1;
    },
    prune(used) {
      if (written === 0) return;
      const names = files.readdirSync(trees);
      if (names.length <= UNUSED) return;
      const kept = used();
      const unused = names
        .filter((name) => !kept.has(name))
        .map((name) => ({ path: `${trees}/${name}`, at: writtenAt(files, `${trees}/${name}`) ?? 0 }));
      unused.sort((a, b) => b.at - a.at);
      for (const { path } of unused.slice(UNUSED)) files.rmSync(path, { force: true });
    },
  };
}
