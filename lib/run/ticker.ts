import type { StepOutput } from './output.ts';

const INTERVAL = 50;

/** Flushes outputs that have something to show, together, some 50 ms after the first had: one timer for all steps, none when nothing comes. */
export class Ticker {
  readonly #waiting = new Set<StepOutput>();
  #timer: NodeJS.Timeout | undefined;

  readonly wake = (output: StepOutput): void => {
    this.#waiting.add(output);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const one of this.#waiting) one.flush();
      this.#waiting.clear();
    }, INTERVAL);
  };

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
