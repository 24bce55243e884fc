/** Hints that something changed, gathered until none came for a while: a burst of saves is one. */

/** However many follow each other, after so many times the pause they are handed out. */
const PATIENCE = 20;

/** Lives as long as somebody listens. */
export class Hints {
  readonly #pause: number;
  #paths = new Set<string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #ripe = false;
  #waiting: (() => void) | undefined;

  /** `pause`: milliseconds without another hint. */
  constructor(pause: number) {
    this.#pause = pause;
  }

  add(path: string): void {
    const now = performance.now();
    if (this.#paths.size === 0) this.#since = now;
    this.#paths.add(path);
    clearTimeout(this.#timer);
    const left = this.#since + PATIENCE * this.#pause - now;
    this.#timer = setTimeout(() => this.#ripen(), Math.max(0, Math.min(this.#pause, left)));
  }

  /** Whether there are any that nobody has taken, ripe or not. */
  get pending(): boolean {
    return this.#paths.size > 0;
  }

  /** Resolves when there are some and a pause came; at once if so. One waits at a time. */
  ripe(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ripe) resolve();
      else this.#waiting = resolve;
    });
  }

  /** The paths of all until now. */
  take(): ReadonlySet<string> {
    clearTimeout(this.#timer);
    const taken = this.#paths;
    this.#paths = new Set();
    this.#ripe = false;
    return taken;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #ripen(): void {
    this.#ripe = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
