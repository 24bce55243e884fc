/** A bound on how long something takes. Disposing it ends its clock. */
interface Limit extends Disposable {
  /** Aborted when the time is up or `signal` was. */
  readonly signal: AbortSignal;
  /** Aborted when the time is up, and then only. */
  readonly deadline: AbortSignal;
}

/**
 * So many milliseconds from now. `AbortSignal.timeout` is none: what `AbortSignal.any` is made of is not held, so that a collection of garbage may take the
 * clock away and what waits for it waits for ever (nodejs/node#57736, Node 20 to 24).
 */
export function limitOf(signal: AbortSignal, ms: number): Limit {
  const [either, deadline] = [new AbortController(), new AbortController()];
  const stopped = (): void => either.abort(signal.reason);
  const timer = setTimeout(() => {
    const late = new DOMException('the time is up', 'TimeoutError');
    deadline.abort(late);
    either.abort(late);
  }, Math.ceil(ms));
  if (signal.aborted) stopped();
  else signal.addEventListener('abort', stopped, { once: true });
  return {
    signal: either.signal,
    deadline: deadline.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopped);
    },
  };
}

/** Waits for `what`, and no longer than so many milliseconds. */
export async function atMost(ms: number, what: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([what, late]).finally(() => clearTimeout(timer));
}
