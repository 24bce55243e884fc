import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Session } from '../model/sandbox.ts';
import { AheadLink } from './ahead.ts';
import { connectRoute } from './connect.ts';
import { Tail } from './marked.ts';
import { runProgram } from './program.ts';
import type { Route } from './route.ts';

/** A host that is only looked at: unlike a session, it ends nothing there that dead runs left, and asks nobody for a passphrase. */
export interface Examined extends Pick<Session, 'program'>, AsyncDisposable {
  /** user@host:port. */
  readonly label: string;
  /** What start-up files of the login shell printed before the programs so far, the end of it. */
  noise(): string;
}

const NOISE_KEPT = 2000;

export async function examine(route: Omit<Route, 'ask'>, io: Io, signal: AbortSignal): Promise<Result<Examined, Failure>> {
  const connected = await connectRoute(route, io, signal);
  if (!connected.ok) return connected;
  const link = new AheadLink(connected.value);
  const noise = new Tail(NOISE_KEPT);
  return ok({
    label: link.label,
    program: (text, args, streams) => runProgram(link, io.nonce(), text, args, streams, (chunk) => noise.push(chunk)),
    noise: () => noise.text(),
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  });
}
