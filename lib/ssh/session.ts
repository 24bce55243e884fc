import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Session } from '../model/sandbox.ts';
import { AheadLink } from './ahead.ts';
import { CANCELLED } from './failures.ts';
import type { Link } from './link.ts';
import type { Patience } from './patience.ts';
import { runProgram } from './program.ts';
import { superviseJob } from './supervise.ts';
import { FITNESS, ORPHANS } from './supervisor.ts';
import { runOnTerminal } from './terminal.ts';

/** The first program: start-up files of the login shell, the look at its tools, and the end of what dead runs left. Milliseconds. */
export const ARRIVAL = 30_000;

/**
 * The session over a new link, once the far side was found fit and what earlier runs of this owner left going on there was ended.
 * The link is closed if it is not.
 */
export async function openSession(bare: Link, io: Io, patience: Patience, signal: AbortSignal): Promise<Result<Session, Failure>> {
  const link = new AheadLink(bare);
  const arrived = await arrive(link, io, patience.owner, signal);
  if (!arrived.ok) {
    await link[Symbol.asyncDispose]();
    return arrived;
  }
  return ok({
    program: (text, args, streams) => runProgram(link, io.nonce(), text, args, streams),
    supervise: (job, streams) => superviseJob(link, io, patience, job, streams),
    terminal: (job, terminal, stop) => runOnTerminal(link, io, job, terminal, stop),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  });
}

async function arrive(link: Link, io: Io, owner: string, signal: AbortSignal): Promise<Result<void, Failure>> {
  using limit = limitOf(signal, ARRIVAL);
  const end = await runProgram(link, io.nonce(), `${FITNESS}\n${ORPHANS}\nexit 0`, [owner], { signal: limit.signal });
  if (signal.aborted) return err(CANCELLED);
  if (limit.deadline.aborted) return err(silentFailure(link.label));
  if (!end.ok) return end;
  const missing = Buffer.from(end.value.stdout).toString('utf8').trim();
  const { exit, stderr } = end.value;
  if (missing === '' && 'code' in exit && exit.code === 0) return ok(undefined);
  if (missing === '') {
    const message = `${link.label}: the first program of sbx failed there (${'code' in exit ? `exit ${exit.code}` : exit.signal})`;
    return err({ code: 'far-side-answer', message, lastLines: stderr.trim().split('\n').slice(-5) });
  }
  const message = `${link.label}: sbx needs these there and cannot find them: ${missing}`;
  return err({ code: 'far-side-unfit', message, hint: 'the far side must be Linux with the usual tools on the PATH' });
}

/** Whoever is logged in waits in vain for the first program to end. */
export function silentFailure(label: string): Failure {
  const message = `${label}: logged in, but no command ran within ${ARRIVAL / 1000} s`;
  return { code: 'unreachable', message, hint: 'does a start-up file of the login shell there wait for something?' };
}
