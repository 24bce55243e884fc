/**
 * The whole program in this process, from its arguments to its exit code, with a life of its own: when it dies, the disk stays as it is for it, and everything
 * else goes on. What a dead process leaves is what this leaves: a lock whose holder is gone, pipes that are closed.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { cleanEnvironment, type Ended, type Invocation, REPOSITORY } from '../../rig/cli.ts';
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
  const { main } = await import('../../../lib/cli/main.ts');
  const { process: given, output } = processOf(args, invocation);
  const ended = lives.run(life, () => main(given, REPOSITORY).then(undefined, (thrown: unknown) => thrown));
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    patience = setTimeout(() => resolve(new Error(`sbx ${args.join(' ')} hung: ${output().stdout}${output().stderr}`)), PATIENCE);
  });
  const thrown = await Promise.race([ended, late]);
  clearTimeout(patience);
  if (life.isDead) {
    await lastBreath(life);
    return { code: null, signal: 'SIGKILL', ...output() };
  }
  if (thrown !== undefined) throw thrown;
  return { code: (given.exitCode as number | undefined) ?? 0, signal: null, ...output() };
}

function bury(life: Life): void {
  life.isDead = true;
  for (const child of life.children) for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}

/** The watchdog of a dead run ends what it started. */
async function lastBreath({ commands }: Life): Promise<void> {
  const until = performance.now() + 60_000;
  while (commands.size > 0 && performance.now() < until) await new Promise((wake) => setTimeout(wake, 2));
  if (commands.size > 0) throw new Error(`${commands.size} commands of a dead run live on`);
}

/** As much of a process as sbx asks for. */
function processOf(args: readonly string[], invocation: Invocation) {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const own = {
    argv: [process.execPath, 'sbx', ...args],
    env: cleanEnvironment(invocation),
    cwd: () => invocation.cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    exitCode: undefined as number | undefined,
    exit(code: number): never {
      own.exitCode = code;
      throw new Error(`exit ${code}`);
    },
    on: () => own,
    off: () => own,
    kill: () => true,
  };
  const { platform, arch, versions, execPath, stdin, pid } = process;
  const getuid = (): number => process.getuid?.() ?? 0;
  const given = Object.assign(own, { platform, arch, versions, execPath, stdin, pid, getuid });
  return { process: given as unknown as NodeJS.Process, output: () => ({ ...texts }) };
}
