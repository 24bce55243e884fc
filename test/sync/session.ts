import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ok, type Result } from '../../lib/base/result.ts';
import { PORTS_HERE } from '../../lib/io/ports.ts';
import { INTERPRETERS, shellProgram } from '../../lib/io/script.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Session } from '../../lib/model/sandbox.ts';

/** A session that runs everything by sh on this side, with `home` as home: the port without a link, for tests of what runs over it. */
export interface PlainSession extends Session {
  /** How many programs ran. */
  readonly trips: () => number;
}

export function plainSession(home: string, extra: Readonly<Record<string, string>> = {}): PlainSession {
  let trips = 0;
  const env = { PATH: process.env.PATH ?? '', HOME: home, ...extra };
  return {
    trips: () => trips,
    program: async (text, args, streams) => {
      trips += 1;
      const child = spawn('/bin/sh', ['-c', text, 'sh', ...args], { cwd: home, env, signal: streams.signal, stdio: 'pipe' });
      const chunks: Buffer[] = [];
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (streams.stdout ? streams.stdout(chunk) : chunks.push(chunk)));
      child.stderr.on('data', (chunk: Buffer) => {
        stderr = (stderr + chunk.toString()).slice(-8192);
      });
      child.stdin.on('error', () => {});
      const closed = once(child, 'close') as Promise<[number | null, string | null]>;
      const gone = closed.then(() => undefined);
      const source = streams.stdin?.[Symbol.asyncIterator]();
      for (let next = await Promise.race([gone, source?.next()]); next && !next.done; next = await Promise.race([gone, source?.next()])) {
        if (child.stdin.destroyed) break;
        if (!child.stdin.write(next.value)) await Promise.race([once(child.stdin, 'drain').catch(() => {}), gone]);
      }
      source?.return?.()?.catch(() => {});
      child.stdin.end();
      const [code, signal] = await closed;
      return ok({ exit: exitOf(code, signal), stdout: Buffer.concat(chunks), stderr });
    },
    supervise: async (job, streams): Promise<Result<Exit, Failure>> => {
      const { rmSync, writeFileSync, mkdirSync } = await import('node:fs');
      const { dirname } = await import('node:path');
      if (job.mark) rmSync(job.mark.path, { force: true });
      const [file, ...flags] = INTERPRETERS[job.script.shell];
      const child = spawn(file as string, [...flags, '-c', shellProgram(job.script, job.env, job.source)], {
        cwd: job.cwd,
        env,
        signal: streams.signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.on('data', streams.output);
      child.stderr.on('data', streams.output);
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      if (code === 0 && job.mark) {
        mkdirSync(dirname(job.mark.path), { recursive: true });
        writeFileSync(job.mark.path, job.mark.value);
      }
      return ok(exitOf(code, signal));
    },
    terminal: () => Promise.reject(new Error('a plain session has no terminal')),
    ...PORTS_HERE,
    [Symbol.asyncDispose]: async () => {},
  };
}

function exitOf(code: number | null, signal: string | null): Exit {
  return code === null ? { signal: signal ?? 'SIGKILL' } : { code };
}
