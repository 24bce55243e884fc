/**
 * Runs git for looking only: everything that it could start on its own (fsmonitor, hooks, prompts, lazy fetches) is off, and it takes no locks.
 */
import { spawnSync } from 'node:child_process';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';

const CONFIG = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  'core.trustctime=true',
  'core.checkStat=default',
];
const SAFE = ['--no-pager', ...CONFIG.flatMap((one) => ['-c', one])];
const PASSED = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'];
const MOST_BYTES = 512 * 2 ** 20;

export interface GitSide {
  readonly files: Files;
  readonly environment: ReadonlyMap<string, string>;
}

/** What git wrote, and how it ended: 0 or an exit code that the caller knows. */
export interface GitEnd {
  readonly status: number;
  readonly out: Buffer;
  /** Its complaint. */
  readonly said: string;
}

/** A failure: there is no git, or it could not be started in `folder`. */
export function git(
  { environment }: Pick<GitSide, 'environment'>,
  folder: string,
  args: readonly string[],
  input?: string,
): Result<GitEnd, Error> {
  const passed = Object.fromEntries(PASSED.flatMap((name) => (environment.has(name) ? [[name, environment.get(name)]] : [])));
  const ended = spawnSync('git', [...SAFE, ...args], {
    cwd: folder,
    env: { ...passed, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' },
    ...(input === undefined ? {} : { input }),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    maxBuffer: MOST_BYTES,
  });
  if (ended.error) return err(ended.error);
  return ok({ status: ended.status ?? 1, out: ended.stdout, said: ended.stderr.toString('utf8').trim() });
}

/** The names in what git wrote with `-z`. */
export function namesOut(out: Buffer): readonly string[] {
  const text = out.toString('utf8');
  return text === '' ? [] : text.slice(0, -1).split('\0');
}

/** Why git did not run at all; `purpose`: what it is needed for. */
export function notStarted(error: Error, folder: string, purpose: string): Failure {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return {
    code: 'local-io',
    message: missing ? `git is needed to ${purpose}, and is not on the PATH` : `git failed in ${folder}: ${error.message}`,
  };
}
