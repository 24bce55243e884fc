import { Writable } from 'node:stream';
import { main } from '../../../lib/cli/main.ts';
import { cleanEnvironment, REPOSITORY } from '../../rig/cli.ts';
import type { Answer, Job } from './job.ts';

/** The whole of sbx in a process that was started before: the same code as the program, without the start of node. */
export async function runSbx(job: Job & { readonly do: 'sbx' }): Promise<Answer> {
  const said: string[] = [];
  const stream = (): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said.push(chunk.toString());
        done();
      },
    });
  const own = {
    argv: [process.execPath, 'sbx', ...job.args],
    env: cleanEnvironment({ home: job.home, ...(job.env ? { env: job.env } : {}) }),
    cwd: () => job.cwd,
    platform: process.platform,
    arch: process.arch,
    execPath: process.execPath,
    versions: process.versions,
    pid: process.pid,
    getuid: () => process.getuid?.() ?? 0,
    stdin: process.stdin,
    stdout: stream(),
    stderr: stream(),
    on: () => own,
    off: () => own,
    kill: process.kill.bind(process),
    exit: (code: number) => {
      throw new Error(`exit ${code}`);
    },
    exitCode: undefined as number | undefined,
  };
  await main(own as unknown as NodeJS.Process, REPOSITORY);
  return { code: own.exitCode ?? -1, said: said.join(''), counts: {}, wrong: [] };
}
