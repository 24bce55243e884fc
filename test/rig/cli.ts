import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../lib/base/quote.ts';

/** Root of the repository, seen from the emitted .build/test/rig/. */
export const REPOSITORY: string = resolve(fileURLToPath(new URL('.', import.meta.url)), '../../..');

/** The program under test; `npm run build` makes it. SBX_TEST_DIST names another one, e.g. that of a mutant. */
export const SBX: string = join(process.env.SBX_TEST_DIST ?? join(REPOSITORY, 'dist'), 'sbx.cjs');

/** The same as words of sh. */
export const COMMAND: string = [process.execPath, SBX].map(shellQuote).join(' ');

export interface Invocation {
  readonly cwd: string;
  /** HOME of the invocation; its XDG folders lie in it. Two invocations with one home share the store. */
  readonly home: string;
  /** On top of the clean environment; undefined takes a variable away. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly input?: string | Uint8Array;
  /** Ends the invocation with SIGTERM. */
  readonly signal?: AbortSignal;
  /** Called with each piece of output as it comes. */
  readonly seen?: (text: string) => void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sbx ARGS` to its end. */
export function sbx(args: readonly string[], invocation: Invocation): Promise<Ended> {
  return execute(process.execPath, [SBX, ...args], invocation);
}

/** Runs any program in the same clean environment. */
export function execute(file: string, args: readonly string[], invocation: Invocation): Promise<Ended> {
  return new Promise((settle, reject) => {
    const child = spawn(file, args, { cwd: invocation.cwd, env: cleanEnvironment(invocation), stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const take = (into: Buffer[]) => (chunk: Buffer) => {
      into.push(chunk);
      invocation.seen?.(chunk.toString('utf8'));
    };
    child.stdout.on('data', take(stdout));
    child.stderr.on('data', take(stderr));
    child.on('error', reject);
    child.stdin.on('error', () => {}); // a program need not read its input
    child.stdin.end(invocation.input ?? '');
    const stop = (): void => void child.kill('SIGTERM');
    invocation.signal?.addEventListener('abort', stop, { once: true });
    child.on('close', (code, signal) => {
      invocation.signal?.removeEventListener('abort', stop);
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      settle({ code, signal, stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

/** What a program sees: nothing of the machine's settings but PATH, and folders of its own. */
export function cleanEnvironment(invocation: Pick<Invocation, 'home' | 'env'>): NodeJS.ProcessEnv {
  const { home } = invocation;
  for (const folder of ['.cache', '.config', '.state', '.run']) mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    USER: 'tester',
    LOGNAME: 'tester',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.state'),
    XDG_RUNTIME_DIR: join(home, '.run'),
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
    SBX_AGENT: 'off',
  };
  for (const [name, value] of Object.entries(invocation.env ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}
