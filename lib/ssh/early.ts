import { err, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import { CANCELLED } from './failures.ts';

/** What may end a dialling, and whom it may talk to. */
interface Calling {
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  /** Resolved when somebody wants what is dialled: nobody is asked anything before. */
  readonly wanted: Promise<void>;
}

/** Something that is dialled before it is sure that anybody wants it. Who drops it hears nothing of it any more, and nothing of it is left. */
export class Early<T extends AsyncDisposable> {
  readonly #stop = new AbortController();
  readonly #drop: AbortSignal;
  readonly #made: Promise<Result<T, Failure>>;
  readonly #said: string[] = [];
  #note = (text: string): void => void this.#said.push(text);
  #want = (): void => {};

  constructor(drop: AbortSignal, dial: (calling: Calling) => Promise<Result<T, Failure>>) {
    this.#drop = drop;
    const wanted = new Promise<void>((resolve) => {
      this.#want = resolve;
    });
    this.#made = dial({ signal: this.#stop.signal, note: (text) => this.#note(text), wanted });
    this.#made.catch(() => {}); // for who wants it
    if (drop.aborted) this.#end();
    else drop.addEventListener('abort', this.#end, { once: true });
  }

  /** From now on it goes by this signal, and says what it has to say. Once. Undefined: it was dropped. */
  async take(signal: AbortSignal, note: (text: string) => void): Promise<Result<T, Failure> | undefined> {
    if (this.#stop.signal.aborted) return undefined;
    if (signal.aborted) {
      this.#end();
      return err(CANCELLED);
    }
    this.#drop.removeEventListener('abort', this.#end);
    signal.addEventListener('abort', () => this.#stop.abort(), { once: true });
    for (const text of this.#said.splice(0)) note(text);
    this.#note = note;
    this.#want();
    return await this.#made;
  }

  readonly #end = (): void => {
    this.#stop.abort();
    void this.#made.then(
      async (made) => {
        if (made.ok) await made.value[Symbol.asyncDispose]();
      },
      () => {},
    );
  };
}
