import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../model/io.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { Sandbox, Session } from '../../model/sandbox.ts';
import type { OneHost } from './hosts.ts';

/** A host that has not answered for so long is waited for while the next one is asked. Milliseconds. */
const LONG = 1000;

export type Open = (one: SandboxSpec, asks: Asks) => Sandbox;
type Asks = <T>(answer: Promise<T>) => Promise<T>;

interface Asked {
  readonly place: Sandbox;
  readonly session: Promise<Result<Session, Failure>>;
  readonly over: AbortController;
}

/** Hosts that are asked: each when it is its turn, or when those before it have taken long. */
export class Asking {
  readonly #hosts: readonly OneHost[];
  readonly #open: Open;
  readonly #connect: (place: Sandbox, over: AbortSignal) => Asked['session'];
  readonly #asked = new Map<number, Asked>();
  readonly #over = new AbortController();
  /** What the user is asked: nobody else is dialled meanwhile, who might ask as well. */
  #question: Promise<unknown> = Promise.resolve();

  constructor(hosts: readonly OneHost[], clock: Clock, open: Open, connect: (place: Sandbox, over: AbortSignal) => Asked['session']) {
    this.#hosts = hosts;
    this.#open = open;
    this.#connect = connect;
    void this.#ahead(clock).catch(() => {}); // it is over
  }

  at(index: number): Asked {
    const known = this.#asked.get(index);
    if (known !== undefined) return known;
    const place = this.#open((this.#hosts[index] as OneHost).spec, (answer) => {
      this.#question = answer.catch(() => {});
      return answer;
    });
    const over = new AbortController();
    const asked = { place, over, session: this.#connect(place, over.signal) };
    this.#asked.set(index, asked);
    return asked;
  }

  /** This one was chosen. */
  keep(index: number): void {
    this.#asked.delete(index);
  }

  /** Nobody waits for the others any more. */
  end(): void {
    this.#over.abort();
    for (const { over, session } of this.#asked.values()) {
      over.abort();
      session.then(
        (got) => (got.ok ? got.value[Symbol.asyncDispose]() : undefined),
        () => {}, // of whoever waited for it
      );
    }
  }

  async #ahead(clock: Clock): Promise<void> {
    for (let index = 1; index < this.#hosts.length; index++) {
      await clock.sleep(LONG, this.#over.signal);
      await this.#question;
      if (this.#over.signal.aborted) return;
      this.at(index).session.catch(() => {});
    }
  }
}
