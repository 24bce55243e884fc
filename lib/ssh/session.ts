import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { LinkNews, Session } from '../model/sandbox.ts';
import { AheadLink } from './ahead.ts';
import { CANCELLED } from './failures.ts';
import type { Link } from './link.ts';
import { type Dial, listenOver } from './listen.ts';
import { ORPHANS } from './orphans-program.ts';
import type { Patience } from './patience.ts';
import { runProgram } from './program.ts';
import { superviseJob } from './supervise.ts';
import { FITNESS } from './supervisor.ts';
import { runOnTerminal } from './terminal.ts';
import { Tether } from './tether.ts';
import { worksOver } from './works.ts';

/** The first program: start-up files of the login shell, the look at its tools, and the end of what dead runs left. Milliseconds. */
export const ARRIVAL = 30_000;

/** How long a lost link is waited for where no work goes on behind it. Milliseconds. */
const COMING_BACK = 60_000;

/** Exit code of ORPHANS. */
const STUCK = 5;

interface SessionSettings {
  readonly io: Io;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Makes the link anew; absent: what is lost stays lost. */
  readonly dial?: Dial;
  readonly news?: ((news: LinkNews) => void) | undefined;
  /** Milliseconds that the first program may take. */
  readonly arrival?: number;
}

/**
 * The session over a new link, once the far side was found fit and what earlier runs of this owner left going on there was ended.
 * The link is closed if it is not.
 */
export async function openSession(
  link: AheadLink,
  { io, patience, signal, dial, news = () => {}, arrival = ARRIVAL }: SessionSettings,
): Promise<Result<Session, Failure>> {
  const arrived = await arrive(link, io, patience, signal, arrival);
  if (!arrived.ok) {
    await link[Symbol.asyncDispose]();
    return arrived;
  }
  const again = async (stop: AbortSignal): Promise<Result<Link, Failure>> => {
    const dialled = await dial?.(stop);
    return dialled?.ok ? ok(new AheadLink(dialled.value)) : (dialled ?? err(link.failure));
  };
  const tether = new Tether(link, { dial: dial && again, backoff: patience.backoff, clock: io.clock, news });
  const whole = (stop: AbortSignal) => tether.whole(stop, Math.min(COMING_BACK, patience.grace));
  return ok({
    ...(link.carrier === undefined ? {} : { carrier: link.carrier }),
    program: async (text, args, streams) => {
      const now = await whole(streams.signal);
      return now.ok ? runProgram(now.value, io.nonce(), text, args, streams) : now;
    },
    supervise: (job, streams) => superviseJob(tether, io, patience, job, streams),
    works: worksOver(tether, io, patience),
    terminal: async (job, terminal, stop) => {
      const now = await whole(stop);
      return now.ok ? runOnTerminal(now.value, io, job, terminal, stop) : now;
    },
    forward: async (host, port, stop) => {
      const now = await whole(stop);
      return now.ok ? now.value.forward(host, port, stop) : now;
    },
    listen: async (port, taken, stop) => {
      const now = await whole(stop);
      return now.ok ? listenOver(now.value, dial, port, taken, stop) : now;
    },
    [Symbol.asyncDispose]: () => tether[Symbol.asyncDispose](),
  });
}

async function arrive(
  link: Link,
  io: Io,
  { owner, claim }: Patience,
  signal: AbortSignal,
  patience: number,
): Promise<Result<void, Failure>> {
  using limit = limitOf(signal, patience);
  const first = `${FITNESS}\n${claim === undefined ? '' : ORPHANS}\nexit 0`;
  const end = await runProgram(link, io.nonce(), first, [owner, ...(claim === undefined ? [] : [claim.id, ...claim.givenUp])], {
    signal: limit.signal,
  });
  if (signal.aborted) return err(CANCELLED);
  if (limit.deadline.aborted) return err(silentFailure(link.label));
  if (!end.ok) return end;
  const missing = Buffer.from(end.value.stdout).toString('utf8').trim();
  const { exit, stderr } = end.value;
  if (missing === '' && 'code' in exit && exit.code === 0) return ok(undefined);
  if (missing === '' && 'code' in exit && exit.code === STUCK) {
    const message = `${link.label}: what an earlier attempt left going on there cannot be ended, and two never work in one workspace`;
    return err({ code: 'far-side-answer', message, hint: 'a process there does not end, whatever it is sent: does it wait for a disk?' });
  }
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
