import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, SBX } from '../../rig/cli.ts';
import type { TestProject } from '../../rig/project.ts';
import { type Ran, toldBy } from '../damage/station.ts';
import { PATIENCE, type Situation, wordsOf } from './world.ts';

// strace around the process of sbx itself: its commands and threads are not traced, so nothing in them is hit.

/** A call of the system that touched what is sbx's or the project's. */
export interface Call {
  readonly name: string;
  /** The how many-th of its kind in the process, from 1. */
  readonly n: number;
  /** Below the folder of the trial. */
  readonly path: string;
}

interface Traced {
  readonly ran: Ran;
  readonly calls: readonly Call[];
  /** What was made to fail; of several the first. */
  readonly hit: Call | undefined;
}

export const FAULTS: { readonly [call: string]: readonly string[] } = {
  openat: ['ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'EIO', 'ENFILE', 'EDQUOT'],
  write: ['ENOSPC', 'EIO', 'EDQUOT'],
  pwrite64: ['ENOSPC', 'EIO'],
  read: ['EIO'],
  close: ['EIO', 'ENOSPC'],
  rename: ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EDQUOT'],
  mkdir: ['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT', 'EIO'],
  rmdir: ['EACCES', 'EROFS', 'EIO'],
  unlink: ['EACCES', 'EROFS', 'EIO', 'EPERM'],
  link: ['ENOSPC', 'EROFS', 'EPERM'],
  symlink: ['ENOSPC', 'EROFS', 'EACCES'],
  fsync: ['EIO', 'ENOSPC'],
  ftruncate: ['EIO'],
  fchmod: ['EPERM', 'EROFS'],
  chmod: ['EPERM', 'EROFS', 'EIO'],
  utimensat: ['EACCES', 'EROFS', 'EIO'],
  statx: ['EIO', 'EACCES'],
  fstat: ['EIO'],
  newfstatat: ['EIO'],
  access: ['EIO', 'EACCES'],
  getdents64: ['EIO'],
  readlink: ['EIO', 'EACCES'],
  copy_file_range: ['EIO', 'ENOSPC'],
  sendfile: ['EIO', 'ENOSPC'],
};

/** The nth call of that name is made to fail, counted from 1; with `path`, below the folder, among those that name it. */
interface Injection {
  readonly name: string;
  readonly error: string;
  readonly n: number;
  readonly path?: string;
}

export async function traced(project: TestProject, folder: string, situation: Situation, inject?: Injection): Promise<Traced> {
  const log = join(folder, 'strace');
  const names = inject === undefined ? Object.keys(FAULTS) : [inject.name];
  const known = names.map((name) => `?${name}`).join(',');
  const injection = inject === undefined ? [] : ['-e', `inject=${inject.name}:error=${inject.error}:when=${inject.n}`];
  const only = inject?.path === undefined ? [] : ['-P', join(folder, inject.path)];
  const args = ['-y', '-s', '300', ...only, '-o', log, '-e', `trace=${known}`, '-e', 'signal=none', ...injection];
  const program = [process.execPath, SBX, ...wordsOf(situation)];
  const invocation = { cwd: project.root, home: project.home };
  const ended = await execute('timeout', ['-k', '3', `${PATIENCE}`, 'strace', ...args, '--', ...program], invocation);
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  let hit: Call | undefined;
  for (const line of lines) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    const path = pathIn(line, folder);
    if (path === undefined) continue;
    calls.push({ name, n, path });
    if (line.endsWith('(INJECTED)')) hit ??= { name, n, path };
  }
  return { ran: toldBy(ended), calls, hit };
}

/** The last name of the call, which for a rename is where it leads, or else that of its descriptor. */
function pathIn(line: string, folder: string): string | undefined {
  const call = line.slice(0, line.lastIndexOf(') = ')).replace(/AT_FDCWD<[^>]*>/g, '');
  const quoted = [...call.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? '');
  const isByDescriptor = /^\w+\(\d+</.test(call);
  const path = isByDescriptor ? /^\w+\(\d+<([^>]*)>/.exec(call)?.[1] : quoted.at(-1);
  return path?.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** Whether only what sbx remembers lies there: losing it costs time. */
export function isMemory(path: string): boolean {
  return /^home\/\.cache\/|^project\/\.sbx\/(memo|evidence|steps|runs|trees|tended|places)/.test(path);
}
