import type { Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Session } from '../model/sandbox.ts';
import type { Link } from './link.ts';
import { runProgram } from './program.ts';

/** How remote work outlives a link. Milliseconds. */
export interface Patience {
  /** Work goes on for so long after the link was lost. */
  readonly grace: number;
  /** Time between heartbeats to the supervisor, and its silence after which the link counts as lost. */
  readonly beat: number;
  readonly silence: number;
}

export const BEAT = 10_000;
export const SILENCE = 45_000;

/** The session over one link. */
export function sshSession(link: Link, io: Io, _patience: Patience): Session {
  return {
    program: (text, args, streams) => runProgram(link, io.nonce(), text, args, streams),
    supervise: async () => notYet(),
    terminal: async () => notYet(),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

function notYet(): Result<never, Failure> {
  return { ok: false, error: { code: 'fault', message: 'not yet' } };
}
