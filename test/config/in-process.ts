import { PassThrough } from 'node:stream';
import { main } from '../../lib/cli/main.ts';
import { REPOSITORY } from '../rig/cli.ts';

export interface Said {
  readonly code: number | undefined;
  /** Both streams. */
  readonly text: string;
  /** Milliseconds of processor time. */
  readonly cpu: number;
}

/** An invocation of sbx in this process, with an environment of its own: for queries, which leave nothing behind. */
export async function invoke(args: readonly string[], cwd: string, home: string): Promise<Said> {
  const chunks: string[] = [];
  const stream = () => new PassThrough({ encoding: 'utf8' }).on('data', (text: string) => chunks.push(text));
  const own = {
    argv: ['node', 'sbx', ...args],
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    cwd: () => cwd,
    platform: 'linux',
    arch: 'x64',
    execPath: process.execPath,
    stdin: stream(),
    stdout: stream(),
    stderr: stream(),
    on: () => own,
    off: () => own,
    exitCode: undefined as number | undefined,
  };
  // Own properties, so that nothing is set in this process.
  const fake = Object.create(process, Object.getOwnPropertyDescriptors(own)) as NodeJS.Process;
  const before = process.cpuUsage();
  await main(fake, REPOSITORY);
  const { user, system } = process.cpuUsage(before);
  return { code: fake.exitCode as number | undefined, text: chunks.join(''), cpu: (user + system) / 1000 };
}
