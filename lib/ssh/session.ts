import type { Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Session } from '../model/sandbox.ts';
import type { Link } from './link.ts';
import type { Patience } from './patience.ts';
import { runProgram } from './program.ts';
import { superviseJob } from './supervise.ts';

/** The session over one link. */
export function sshSession(link: Link, io: Io, patience: Patience): Session {
  return {
    program: (text, args, streams) => runProgram(link, io.nonce(), text, args, streams),
    supervise: (job, streams) => superviseJob(link, io, patience, job, streams),
    terminal: async () => notYet(),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

function notYet(): Result<never, Failure> {
  return { ok: false, error: { code: 'fault', message: 'not yet' } };
}
