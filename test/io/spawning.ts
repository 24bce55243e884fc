import type { Result } from '../../lib/base/result.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { LocalCommand, Spawn } from '../../lib/model/io.ts';

interface Spawned {
  readonly result: Result<Exit, Failure>;
  readonly stdout: string;
  readonly stderr: string;
}

interface Spawning extends Partial<LocalCommand> {
  readonly signal?: AbortSignal;
  readonly spawn?: Spawn;
  /** Called with all of stdout so far. */
  readonly heard?: (text: string) => void;
}

/** Runs a sh program as a step's command would be: `tag` is its SBX_ATTEMPT. */
export async function sh(text: string, tag: string, more: Spawning = {}): Promise<Spawned> {
  const { signal, spawn, heard, ...command } = more;
  let stdout = '';
  let stderr = '';
  const result = await (spawn ?? realSpawn())(
    {
      file: 'sh',
      args: ['-c', text],
      cwd: '/',
      env: [
        ['PATH', process.env.PATH ?? ''],
        ['SBX_ATTEMPT', tag],
      ],
      killGrace: 300,
      ...command,
    },
    {
      signal: signal ?? new AbortController().signal,
      stdout: (chunk) => {
        stdout += Buffer.from(chunk).toString();
        heard?.(stdout);
      },
      stderr: (chunk) => {
        stderr += Buffer.from(chunk).toString();
      },
    },
  );
  return { result, stdout, stderr };
}
