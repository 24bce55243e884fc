import { askHub, type Hub } from './client.ts';
import { NOTES, type Note } from './notes.ts';

// Takes notes to the hub, one after the other, while nobody waits. Knows nothing of what they say. What the hub does with them is lost on it: nothing is sent twice.

/** What did not arrive, as far as one can know. */
interface Lost {
  readonly notes: number;
  /** What came in the way first. */
  readonly why: string;
}

export class Courier {
  readonly #hub: Hub;
  /** Of what it is about the newest alone: a hub that is slow hears less, and nothing grows. */
  readonly #waiting = new Map<string, Note>();
  readonly #over = new AbortController();
  #way: Promise<void> = Promise.resolve();
  #isOut = false;
  #lost = 0;
  #why: string | undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Never waits, never throws. */
  send(notes: readonly Note[]): void {
    for (const note of notes) {
      this.#waiting.delete(note.about);
      this.#waiting.set(note.about, note);
    }
    if (!this.#isOut && this.#waiting.size > 0) this.#way = this.#go();
  }

  /** Waits for what is on its way, until the signal: what has not arrived then is dropped. Undefined: nothing was lost. */
  async end(signal: AbortSignal): Promise<Lost | undefined> {
    const drop = (): void => this.#over.abort();
    if (signal.aborted) drop();
    signal.addEventListener('abort', drop, { once: true });
    await this.#way;
    signal.removeEventListener('abort', drop);
    return this.#lost === 0 ? undefined : { notes: this.#lost, why: this.#why ?? '' };
  }

  async #go(): Promise<void> {
    this.#isOut = true;
    for (const [about, note] of this.#waiting) {
      this.#waiting.delete(about);
      const trouble = await this.#deliver(note);
      if (trouble === undefined) continue;
      this.#lost += 1;
      this.#why ??= trouble;
    }
    this.#isOut = false;
  }

  async #deliver({ body }: Note): Promise<string | undefined> {
    const late = `the State Hub at ${this.#hub.url} had not answered when the run was over`;
    if (this.#over.signal.aborted) return late;
    try {
      const answer = await askHub(this.#hub, NOTES, body, this.#over.signal);
      return answer.ok ? undefined : answer.error.message;
    } catch (thrown) {
      if (this.#over.signal.aborted) return late;
      return (thrown as Error).message; // a fault of ours, that must not be one of the run
    }
  }
}
