import { Readable, Writable } from 'node:stream';
import { cleanEnvironment, type Ended, type Invocation, REPOSITORY } from './cli.ts';

interface Hooks {
  /** Calls what it is given, which runs sbx. */
  readonly around?: (run: () => Promise<void>) => Promise<void>;
  /** Milliseconds after which it hangs; without it there is no end to patience. */
  readonly patience?: number;
}

class Left extends Error {}

/**
 * `sbx ARGS` within this process, by the program's own way in: all of it but the launcher, at a tenth of the time. Signals reach nobody, standard input is empty.
 * What it throws is a fault.
 */
export async function inside(
  args: readonly string[],
  invocation: Pick<Invocation, 'cwd' | 'home' | 'env'>,
  { around = (run) => run(), patience }: Hooks = {},
): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk, _, done) {
        said[name] += String(chunk);
        done();
      },
    });
  const { platform, arch, pid, execPath, versions } = process;
  const own = {
    ...{ platform, arch, pid, execPath, versions },
    argv: [execPath, 'sbx', ...args],
    env: cleanEnvironment(invocation),
    cwd: () => invocation.cwd,
    getuid: () => process.getuid?.() ?? 0,
    stdin: Readable.from([]),
    stdout: into('stdout'),
    stderr: into('stderr'),
    on: () => own,
    off: () => own,
    kill: () => true,
    exitCode: undefined as number | undefined,
    exit(code: number): never {
      own.exitCode = code;
      throw new Left(`exit ${code}`);
    },
  };
  // Loaded when it is called: some change modules of Node first.
  const { main } = await import('../../lib/cli/main.ts');
  const ended = around(() => main(own as unknown as NodeJS.Process, REPOSITORY, (url) => import(url))).catch((thrown: unknown) => {
    if (!(thrown instanceof Left)) throw thrown;
  });
  await (patience === undefined ? ended : inTime(ended, patience, () => `sbx ${args.join(' ')} hung: ${said.stdout}${said.stderr}`));
  return { code: own.exitCode ?? 0, signal: null, ...said };
}

async function inTime(ended: Promise<void>, patience: number, what: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(what())), patience);
  });
  await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}
