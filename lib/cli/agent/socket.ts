import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../base/digest.ts';
import { makeFolder } from '../../io/replace.ts';
import type { Files } from '../../model/io.ts';
import { foldersOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';

// Where the resident agents of this user listen: one for each version of sbx, so that none is asked by another one.

/** Linux takes 107 bytes for the path of a socket, macOS 103. */
const LONGEST = 100;
const SUFFIX = '.sock';

/**
 * The folder, absolute. In the runtime folder of the login where there is one: it is emptied when the user logs out. Not in one of somebody else, as `sudo -E`
 * and `su` leave it behind: he could put another socket there.
 */
export function agentFolder({ environment }: Pick<Surroundings, 'environment'>, files: Pick<Files, 'statSync'>): string {
  const runtime = environment.get('XDG_RUNTIME_DIR') ?? '';
  const folder =
    runtime.startsWith('/') && isOfUs(runtime, files) ? join(runtime, 'sbx') : join(foldersOf(environment, '/').state, 'agent');
  if (Buffer.byteLength(folder) + 22 <= LONGEST) return folder;
  return join(tmpdir(), `sbx-${uid()}-${digestOf(folder).slice(0, 8)}`);
}

/** The socket of this build of sbx. */
export function agentSocket(surroundings: Pick<Surroundings, 'environment' | 'home' | 'version'>, files: Pick<Files, 'statSync'>): string {
  const program = programOf(surroundings);
  const { size, mtimeMs } = files.statSync(program);
  const build = digestOf([surroundings.version(), realpathSync(program), size, mtimeMs, process.versions.node].join('\n'));
  return join(agentFolder(surroundings, files), `${build.slice(0, 16)}${SUFFIX}`);
}

/** What Node is to run. */
export function programOf({ home }: Pick<Surroundings, 'home'>): string {
  return join(home, 'dist', 'sbx.cjs');
}

/** Those of other versions too. */
export function allSockets(folder: string, files: Pick<Files, 'readdirSync' | 'existsSync'>): readonly string[] {
  if (!files.existsSync(folder)) return [];
  const names = files.readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return names.sort().map((name) => join(folder, name));
}

/** Whether nobody but this user can put anything there. It is made where it is absent, if that is wanted. */
export function isOurs(folder: string, files: Files, make = false): boolean {
  try {
    if (make && !files.existsSync(folder)) {
      makeFolder(files, folder);
      files.chmodSync(folder, 0o700);
    }
    const seen = files.lstatSync(folder);
    return seen.isDirectory() && seen.uid === uid() && (seen.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

function isOfUs(folder: string, files: Pick<Files, 'statSync'>): boolean {
  try {
    const seen = files.statSync(folder);
    return seen.uid === uid() && (seen.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Unlike userInfo() it needs no entry in the list of users, which containers leave out. */
function uid(): number | undefined {
  return process.getuid?.();
}
