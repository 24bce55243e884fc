import { Writable } from 'node:stream';
import { main } from '../../../lib/cli/main.ts';
import { cleanEnvironment, type Ended, type Invocation, REPOSITORY } from '../../rig/cli.ts';

/** `sbx ARGS` within this process, by the program's own way in: all of it but the launcher, at a tenth of the time. Signals reach nobody. */
export async function inside(args: readonly string[], invocation: Pick<Invocation, 'cwd' | 'home' | 'env'>): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const into = (texts: string[]) =>
    new Writable({
      write(chunk, _, done) {
        texts.push(String(chunk));
        done();
      },
    });
  let left: number | undefined;
  const self = {
    argv: ['node', 'sbx', ...args],
    env: cleanEnvironment(invocation),
    cwd: () => invocation.cwd,
    platform: process.platform,
    arch: process.arch,
    pid: process.pid,
    execPath: process.execPath,
    versions: process.versions,
    stdin: process.stdin,
    stdout: into(out),
    stderr: into(err),
    exitCode: undefined as number | undefined,
    on: () => {},
    off: () => {},
    kill: () => true,
    exit: (code: number) => {
      left ??= code;
    },
  };
  try {
    await main(self as unknown as NodeJS.Process, REPOSITORY);
  } catch (fault) {
    left = 70; // as the launcher ends
    err.push(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  }
  return { code: left ?? self.exitCode ?? 0, signal: null, stdout: out.join(''), stderr: err.join('') };
}
