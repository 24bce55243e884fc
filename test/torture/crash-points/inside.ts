/**
 * The whole program in this process, from its arguments to its exit code, with a life of its own: when it dies, the disk stays as it is for it, and everything
 * else goes on. What a dead process leaves is what this leaves: a lock whose holder is gone, pipes that are closed.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Ended, Invocation } from '../../rig/cli.ts';
import { inside as whole } from '../../rig/inside.ts';
import { until } from '../../rig/patience.ts';
import type { Operation } from './operation.ts';
import { unwatched, type Watcher, watchDisk } from './watch.ts';

/** Nothing of sbx may take this for trouble of a disk. */
export class Crash extends Error {}

/** Milliseconds after which an invocation hangs. */
const PATIENCE = 90_000;

type At = (operation: Operation, run: () => unknown, tear: () => void) => unknown;

interface Life extends Watcher {
  readonly children: Set<ChildProcess>;
  /** Those of the children that are steps. */
  readonly commands: Set<ChildProcess>;
  isDead: boolean;
}

const lives = new AsyncLocalStorage<Life>();

/** Once, before anything of sbx is loaded. */
export function watchHere(): void {
  watchDisk(() => lives.getStore());
  // A lock says who holds it by process id and start: each invocation is a process of the same id that is gone.
  (fs as { readFileSync: unknown }).readFileSync = (...args: Parameters<typeof fs.readFileSync>) => {
    const read = unwatched.readFileSync(...args);
    return args[0] === '/proc/self/stat' && lives.getStore() ? String(read).replace(/^(.*\) (?:\S+ ){19})(\S+)/, '$1$20') : read;
  };
  syncBuiltinESMExports();
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (thrown) => {
      if (!(thrown instanceof Crash)) throw thrown;
    });
  }
}

/** Runs `sbx ARGS` to its end, or to its death if `at` throws a Crash: then `signal` is SIGKILL. */
export async function inside(
  args: readonly string[],
  invocation: Invocation,
  base: string,
  at?: At,
  synced?: (path: string) => void,
): Promise<Ended> {
  const life: Life = {
    base,
    children: new Set(),
    commands: new Set(),
    isDead: false,
    ...(synced ? { synced } : {}),
    at(operation, run, tear) {
      if (life.isDead) throw new Crash('the process is gone');
      if (at === undefined) return run();
      try {
        return at(operation, run, tear);
      } catch (thrown) {
        if (thrown instanceof Crash) bury(life);
        throw thrown;
      }
    },
    started(child, env) {
      life.children.add(child);
      const isCommand = env.SBX_ATTEMPT !== undefined;
      if (isCommand) life.commands.add(child);
      const gone = (): void => {
        life.children.delete(child);
        life.commands.delete(child);
      };
      child.on('exit', gone).on('error', gone);
    },
  };
  const ended = await whole(args, invocation, { around: (run) => lives.run(life, run), patience: PATIENCE }).catch((thrown: unknown) => {
    if (!life.isDead) throw thrown;
  });
  if (!life.isDead && ended) return ended;
  await until('the watchdog of a dead run ends what it started', () => life.commands.size === 0, 60_000);
  return { code: null, signal: 'SIGKILL', stdout: '', stderr: '' };
}

function bury(life: Life): void {
  life.isDead = true;
  for (const child of life.children) for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}
