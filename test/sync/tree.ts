import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Tree, type TreeEntry, treeOf } from '../../lib/model/tree.ts';

/** Files by path: text, `-> target` for a link, `x:` before the text of an executable one, null to remove. */
export interface Files {
  readonly [path: string]: string | null;
}

export function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    rmSync(full, { recursive: true, force: true });
    if (text === null) continue;
    mkdirSync(dirname(full), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), full);
    else {
      writeFileSync(full, text.replace(/^x:/, ''));
      chmodSync(full, text.startsWith('x:') ? 0o755 : 0o644);
    }
  }
}

/** What is in a folder, `.sbx` left out, in the notation of `write`. */
export function read(root: string): Record<string, string> {
  return Object.fromEntries(
    paths(root).map((path) => {
      const full = join(root, path);
      const seen = lstatSync(full);
      if (seen.isSymbolicLink()) return [path, `-> ${readlinkSync(full)}`];
      return [path, ((seen.mode & 0o100) !== 0 ? 'x:' : '') + readFileSync(full, 'utf8')];
    }),
  );
}

export function treeIn(root: string): Tree {
  return treeOf(
    paths(root).map((path): TreeEntry => {
      const full = join(root, path);
      const seen = lstatSync(full);
      if (seen.isSymbolicLink()) return { kind: 'link', path, target: readlinkSync(full) };
      const digest = createHash('sha256').update(readFileSync(full)).digest('hex');
      return { kind: 'file', path, digest, size: seen.size, executable: (seen.mode & 0o100) !== 0 };
    }),
  );
}

function paths(root: string, below = ''): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === '.sbx') return [];
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? paths(root, path) : [path];
  });
}
