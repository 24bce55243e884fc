import { posix } from 'node:path';
import { shellQuote } from '../base/quote.ts';
import { suggest } from '../base/suggest.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';

// Finds commands as execvp would. Runs nothing.

/** The absolute path of a command, or undefined: `name` with a slash is relative to `cwd`, any other is searched on `path`. */
export function findExecutable(name: string, path: string, cwd: string, files: Files): string | undefined {
  if (name === '') return undefined;
  const candidates = name.includes('/') ? [posix.resolve(cwd, name)] : folders(path).map((folder) => posix.resolve(cwd, folder, name));
  return candidates.find((candidate) => isExecutable(candidate, files));
}

/** The failure for a command that does not exist, with the nearest one that does. */
export function commandMissing(name: string, path: string, cwd: string, files: Files): Failure {
  if (name.includes('/')) {
    const there = files.existsSync(posix.resolve(cwd, name));
    const message = there ? `${name} is not an executable file` : `${name} does not exist`;
    return there ? { code: 'command-missing', message, hint: `chmod +x ${shellQuote(name)}` } : { code: 'command-missing', message };
  }
  const known = new Set<string>();
  for (const folder of folders(path)) for (const entry of list(posix.resolve(cwd, folder), files)) known.add(entry);
  const near = suggest(name, known);
  const message = `the command ${JSON.stringify(name)} is not on the PATH`;
  return near === undefined ? { code: 'command-missing', message } : { code: 'command-missing', message, hint: `did you mean ${near}?` };
}

function folders(path: string): readonly string[] {
  return path.split(':').map((folder) => (folder === '' ? '.' : folder));
}

function isExecutable(file: string, files: Files): boolean {
  const stats = files.statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0;
}

function list(folder: string, files: Files): readonly string[] {
  try {
    return files.readdirSync(folder);
  } catch {
    return [];
  }
}
