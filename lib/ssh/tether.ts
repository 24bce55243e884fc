import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/io.ts';
import type { LinkNews } from '../model/sandbox.ts';
import { CANCELLED } from './failures.ts';
import type { Link } from './link.ts';
import type { Backoff } from './patience.ts';

type Dial = (signal: AbortSignal) => Promise<Result<Link, Failure>>;

interface Dialling {
  /** Makes the connection anew; absent: what is lost stays lost. */
  readonly dial: Dial | undefined;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly news: (news: LinkNews) => void;
}

/** A link on its way. */
interface Coming {
  readonly link: Promise<Result<Link, Failure>>;
  readonly stop: AbortController;
}

/** What one try more may mend. A key that changed or a login that is refused is not among it. */
const PASSING: ReadonlySet<string> = new Set<Failure['code']>(['unreachable', 'link-lost']);

/** The connection of a session. When it was lost, it is made anew as soon as somebody needs it, by one for all. */
export class Tether implements AsyncDisposable {
  readonly #dialling: Dialling;
  readonly #closed = new AbortController();
  #link: Link;
  #coming: Coming | undefined;
  #waiting = 0;

  constructor(link: Link, dialling: Dialling) {
    this.#link = link;
    this.#dialling = dialling;
  }

  /** A link that was not lost so far as is known, waited for at most `patience` milliseconds. */
  async whole(signal: AbortSignal, patience: number): Promise<Result<Link, Failure>> {
    if (!this.#link.lost.aborted) return ok(this.#link);
    const { dial } = this.#dialling;
    if (dial === undefined || this.#closed.signal.aborted) return err(this.#link.failure);
    this.#waiting++;
    this.#coming ??= this.#come(dial);
    const { link, stop } = this.#coming;
    using limit = limitOf(signal, patience);
    const over = new Promise<'over'>((resolve) => {
      if (limit.signal.aborted) resolve('over');
      limit.signal.addEventListener('abort', () => resolve('over'), { once: true });
    });
    const came = await Promise.race([link, over]);
    this.#waiting--;
    if (came !== 'over') return came;
    if (this.#waiting === 0) stop.abort();
    if (signal.aborted) return err(CANCELLED);
    const { failure } = this.#link;
    const message = `${failure.message}, and it did not come back within ${Math.round(patience / 1000)} s`;
    return err({ ...failure, message });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#coming?.stop.abort();
    await this.#coming?.link;
    await this.#link[Symbol.asyncDispose]();
  }

  #come(dial: Dial): Coming {
    const stop = new AbortController();
    const link = this.#tries(dial, stop.signal).finally(() => {
      this.#coming = undefined;
    });
    return { link, stop };
  }

  async #tries(dial: Dial, signal: AbortSignal): Promise<Result<Link, Failure>> {
    const { backoff, clock, news } = this.#dialling;
    const began = clock.now();
    let { failure } = this.#link;
    await this.#link[Symbol.asyncDispose]();
    for (let delay = backoff.first; ; delay = Math.min(2 * delay, backoff.most)) {
      news({ is: 'lost', failure, delay });
      await clock.sleep(delay, signal).catch(() => {});
      if (signal.aborted) return err(this.#link.failure);
      const dialled = await dial(signal);
      if (dialled.ok) {
        this.#link = dialled.value;
        news({ is: 'back', ms: clock.now() - began });
        return dialled;
      }
      failure = dialled.error;
      if (signal.aborted) return err(this.#link.failure); // nobody waits any more: it is lost, and no one cancelled it
      if (!PASSING.has(failure.code)) return dialled;
    }
  }
}
