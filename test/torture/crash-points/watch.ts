/**
 * Eyes on every change of the disk that this process makes, and on every child that it starts: node:fs itself is watched, so that nothing passes by. Must be
 * loaded before what it watches. Knows nothing of what is done with what is seen.
 */
import childProcess, { type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { changesDisk, type Operation, operationOf } from './operation.ts';

type Call = (...args: unknown[]) => unknown;

/** Whoever is told. */
export interface Watcher {
  /** Paths below it are named relative to it. */
  readonly base: string;
  /** Called in place of each change: `run` does it, `tear` half of it. */
  at(operation: Operation, run: () => unknown, tear: () => void): unknown;
  /** Told of each file or folder that was forced to the disk, by its path. */
  synced?(path: string): void;
  /** Told of each child that was started, and of its environment. */
  started?(child: ChildProcess, env: NodeJS.ProcessEnv): void;
}

/** node:fs as it is without anybody watching. */
export const unwatched: typeof fs = { ...fs };

const CHANGING = ['openSync', 'writeSync', 'writeFileSync', 'appendFileSync', 'copyFileSync', 'mkdirSync', 'mkdtempSync', 'renameSync'];
const ALSO = ['linkSync', 'symlinkSync', 'unlinkSync', 'rmdirSync', 'rmSync', 'chmodSync', 'utimesSync', 'futimesSync'];

/** `who` is asked at each change. */
export function watchDisk(who: () => Watcher | undefined): void {
  const fds = new Map<number, string>();
  // Some functions of node:fs are made of others: only the outer one counts.
  let isWithin = false;
  const within = (run: () => unknown): unknown => {
    const was = isWithin;
    isWithin = true;
    try {
      return run();
    } finally {
      isWithin = was;
    }
  };
  for (const name of [...CHANGING, ...ALSO]) {
    const operation = (unwatched as unknown as Record<string, Call>)[name] as Call;
    (fs as unknown as Record<string, Call>)[name] = (...args) => {
      const watcher = isWithin ? undefined : who();
      const run = (): unknown => {
        const given = within(() => operation.apply(fs, args));
        if (name === 'openSync') fds.set(given as number, String(args[0]));
        return given;
      };
      if (watcher === undefined || !changesDisk(unwatched, name, args)) return run();
      return watcher.at(operationOf(watcher.base, name, args, fds), run, () => tear(name, args));
    };
  }
  const { fsyncSync } = unwatched;
  fs.fsyncSync = (fd) => {
    fsyncSync(fd);
    who()?.synced?.(fds.get(fd) ?? '');
  };
  const { spawn } = childProcess;
  (childProcess as { spawn: unknown }).spawn = (...args: Parameters<typeof spawn>) => {
    const watcher = who();
    const run = (): ChildProcess => {
      const child = spawn(...args);
      watcher?.started?.(child, (args[2] as { env?: NodeJS.ProcessEnv } | undefined)?.env ?? {});
      return child;
    };
    return watcher ? watcher.at({ name: `spawn ${args[0]}`, tears: false }, run, () => {}) : run();
  };
  syncBuiltinESMExports();
}

/** Half of what the system does in more than one piece. */
function tear(name: string, args: unknown[]): void {
  const half = (bytes: unknown): Uint8Array => {
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : (bytes as Uint8Array);
    return whole.subarray(0, whole.length >> 1);
  };
  const [path, bytes, from = 0] = args as [string, Uint8Array, number?];
  if (name === 'writeSync') unwatched.writeSync(path as unknown as number, half(bytes.subarray(from)));
  else if (name === 'writeFileSync') unwatched.writeFileSync(path, half(bytes), args[2] as fs.WriteFileOptions);
  else if (name === 'appendFileSync') unwatched.appendFileSync(path, half(bytes), args[2] as fs.WriteFileOptions);
  else if (name === 'copyFileSync') unwatched.writeFileSync(args[1] as string, half(unwatched.readFileSync(path)));
  else if (name === 'rmSync' && unwatched.lstatSync(path).isDirectory()) {
    const [first] = unwatched.readdirSync(path);
    if (first !== undefined) unwatched.rmSync(`${path}/${first}`, { recursive: true, force: true });
  }
}
