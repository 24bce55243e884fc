import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import { holdSandbox } from '../../run/created.ts';
import { describeHolder } from '../../run/holder.ts';
import type { Lock } from '../../run/lock.ts';
import type { Call } from '../call.ts';
import { createdOf } from './created-ground.ts';

/** Waits until nobody else changes the created sandbox, and says for whom. */
export function hold(call: Call, id: string, command: string, signal: AbortSignal): Promise<Result<Lock, Failure>> {
  const { io, state } = createdOf(call);
  return holdSandbox(
    io,
    { state, id, command },
    { signal, waiting: (holder) => void call.err.write(`waiting for ${describeHolder(holder)}\n`) },
  );
}
