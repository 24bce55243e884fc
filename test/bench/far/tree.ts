// What is sent: many small sources, or few large files that nothing packs.
import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 2 ** 20;

/** `files` files of 150 to 2,000 bytes of text, a hundred in a folder. */
export function writeSources(root: string, files: number): void {
  for (let n = 0; n < files; n++) {
    if (n % 100 === 0) mkdirSync(join(root, folderOf(n)), { recursive: true });
    writeFileSync(join(root, fileOf(n)), `/* ${n} */\n${`int f${n}_${n % 13}(void);\n`.repeat(7 + ((n * 31) % 90))}`);
  }
}

const folderOf = (n: number): string => `d${Math.floor(n / 100)}`;

/** The path of one of them. */
export function fileOf(n: number): string {
  return `${folderOf(n)}/f${n}.c`;
}

/** Four files that are `mib` MiB together. */
export function writeBinaries(root: string, mib: number): void {
  mkdirSync(root, { recursive: true });
  for (let n = 0; n < 4; n++) writeFileSync(join(root, `large${n}`), randomFillSync(Buffer.alloc((mib * MIB) / 4)));
}

/** Of all names and contents below `root`. */
export function digestOfTree(root: string): string {
  const hash = createHash('sha256');
  const walk = (below: string): void => {
    const entries = readdirSync(join(root, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(below, entry.name);
      hash.update(`${path}\0`);
      if (entry.isDirectory()) walk(path);
      else
        hash.update(
          createHash('sha256')
            .update(readFileSync(join(root, path)))
            .digest(),
        );
    }
  };
  walk('');
  return hash.digest('hex');
}

/** What is wrong if both should hold the same; an empty tree is like none. */
export function differ(near: string, far: string): string | undefined {
  try {
    if (readdirSync(near).length === 0) return 'nothing was there to compare';
    return digestOfTree(near) === digestOfTree(far) ? undefined : 'both sides differ';
  } catch (error) {
    return `not compared: ${(error as Error).message}`;
  }
}
