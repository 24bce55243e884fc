// What lies in a folder, as a test compares it: found without the code under test.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below `folder`, a folder before what it holds; what `skips` accepts is left out with all below it. */
export function* pathsBelow(folder: string, skips: (path: string) => boolean = () => false, below = ''): Generator<string> {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (skips(path)) continue;
    yield path;
    if (entry.isDirectory()) yield* pathsBelow(folder, skips, path);
  }
}

/** The text of a file, `x:` before that of an executable, any other mode in its place; `-> target` of a link. Undefined of what is not there. */
export function contentOf(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  if (!stat.isFile()) return 'neither file nor link';
  const mode = stat.mode & 0o7777;
  const kind = mode === 0o755 ? 'x:' : mode === 0o644 ? '' : `${mode.toString(8)}:`;
  return kind + readFileSync(path, 'utf8');
}

/** What is below a folder but folders, in the order of the paths; nothing where there is no such folder. */
export function contents(folder: string): { readonly [path: string]: string } {
  const found: [string, string][] = [];
  for (const path of existsSync(folder) ? pathsBelow(folder) : []) {
    const full = join(folder, path);
    if (!lstatSync(full).isDirectory()) found.push([path, contentOf(full) ?? 'gone']);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `folder` itself, as `.`, and every path below it, with its type, mode, links and a digest of its content. */
export function snapshot(folder: string, skips?: (path: string) => boolean): ReadonlyMap<string, string> {
  return new Map(['.', ...pathsBelow(folder, skips)].map((path) => [path, looksOf(join(folder, path))]));
}

function looksOf(path: string): string {
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o7777).toString(8);
  if (stat.isDirectory()) return `folder ${mode}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (stat.isFile()) return `file ${mode} ${stat.nlink} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  return `special ${stat.mode.toString(8)}`;
}

/** What differs, for a reader; undefined if nothing does. */
export function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string | undefined {
  const said: string[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)];
    if (was !== is) said.push(`${JSON.stringify(path)}: ${was ?? 'not there'} -> ${is ?? 'gone'}`);
  }
  return said.length === 0 ? undefined : said.slice(0, 8).join('; ');
}
