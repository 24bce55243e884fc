import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below `folder` with its type, mode and content; what `skips` accepts is left out with all below it. */
export function snapshot(folder: string, skips: (path: string) => boolean = () => false): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const look = (path: string): void => {
    const full = join(folder, path);
    const stat = lstatSync(full);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isDirectory()) {
      seen.set(path, `folder ${mode}`);
      for (const name of readdirSync(full)) if (!skips(join(path, name))) look(join(path, name));
    } else if (stat.isSymbolicLink()) seen.set(path, `link ${readlinkSync(full)}`);
    else if (stat.isFile()) seen.set(path, `file ${mode} ${stat.nlink} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`);
    else seen.set(path, `special ${stat.mode.toString(8)}`);
  };
  look('.');
  return seen;
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

/** Files and links below a folder as a case says them: text, `x:` before that of an executable, `-> target`. */
export function contents(folder: string): { readonly [path: string]: string } {
  const found: { [path: string]: string } = {};
  const look = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const at = path === '' ? entry.name : `${path}/${entry.name}`;
      const full = join(folder, at);
      if (entry.isDirectory()) look(at);
      else if (entry.isSymbolicLink()) found[at] = `-> ${readlinkSync(full)}`;
      else if (!entry.isFile()) found[at] = 'neither file nor link';
      else {
        const mode = lstatSync(full).mode & 0o7777;
        const kind = mode === 0o755 ? 'x:' : mode === 0o644 ? '' : `${mode.toString(8)}:`;
        found[at] = kind + readFileSync(full, 'utf8');
      }
    }
  };
  look('');
  return found;
}
