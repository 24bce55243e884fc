import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Listening } from '../model/sandbox.ts';
import type { Link } from './link.ts';

export type Dial = (signal: AbortSignal) => Promise<Result<Link, Failure>>;

/** Over the link of a session if that takes and gives back ports, else over one of its own, which ends with it. */
export async function listenOver(
  link: Link,
  dial: Dial | undefined,
  port: number,
  taken: (stream: Duplex) => void,
  signal: AbortSignal,
): Promise<Result<Listening, Failure>> {
  if (link.listen !== undefined && !link.listensForGood) return link.listen(port, taken, signal);
  const dialled = (await dial?.(signal)) ?? err(deafFailure(link.label));
  if (!dialled.ok) return dialled;
  const own = dialled.value;
  const listening = (await own.listen?.(port, taken, signal)) ?? err(deafFailure(link.label));
  if (listening.ok) return ok({ ended: listening.value.ended.then((why) => Promise.resolve(own[Symbol.asyncDispose]()).then(() => why)) });
  await own[Symbol.asyncDispose]();
  return listening;
}

function deafFailure(label: string): Failure {
  const message = `${label}: the ssh that carries the link listens on no port there for us`;
  return { code: 'task-refused', message, hint: 'an ssh that shares its connection (ControlMaster) would go on with it when we are gone' };
}
