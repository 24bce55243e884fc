import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

interface FoundTest {
  readonly path: string;
  /** Relative to the root, with the ending of the source: `rig/folder.test.ts`. */
  readonly file: string;
  readonly text: string;
}

/** Tests of minutes, which run by themselves, are named `.long.ts`. */
export type Length = 'test' | 'long';

/** Emitted test files below `root` whose source is still there and whose name contains one of `patterns`, in order of their names. */
export function findTests({
  root,
  sources,
  patterns,
  length = 'test',
}: {
  readonly root: string;
  readonly sources: string;
  readonly patterns: readonly string[];
  readonly length?: Length;
}): FoundTest[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(`.${length}.js`))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return names
    .map((path) => ({ path, file: relative(root, path).replace(/js$/, 'ts') }))
    .filter(({ file }) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .filter(({ file }) => existsSync(join(sources, file)))
    .map((found) => ({ ...found, text: readFileSync(found.path, 'utf8') }));
}
