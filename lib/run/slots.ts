// Who may take how many slots of pools. Knows nothing of steps.

/** So many slots of each pool. */
export type Shares = readonly { readonly name: string; readonly weight: number }[];

interface Waiting {
  readonly shares: Shares;
  readonly priority: number;
  readonly go: () => void;
}

/**
 * The slots of all pools. Whoever wants several gets them together or waits with none, so that nobody waits for one who waits for him. The line is
 * by priority, then by arrival; a pool that one in it wants goes to nobody behind him: who wants much is not kept waiting by those who want little.
 */
export class Slots {
  readonly #free: Map<string, number>;
  readonly #line: Waiting[] = [];

  constructor(slots: ReadonlyMap<string, number>) {
    this.#free = new Map(slots);
  }

  /** Resolves, when all of it was taken, with the function that gives it back. */
  async take(shares: Shares, priority: number): Promise<() => void> {
    if (shares.length > 0) {
      await new Promise<void>((go) => {
        const at = this.#line.findIndex((one) => one.priority < priority);
        this.#line.splice(at < 0 ? this.#line.length : at, 0, { shares, priority, go });
        this.#admit();
      });
    }
    return () => {
      this.#add(shares, 1);
      this.#admit();
    };
  }

  #admit(): void {
    const wanted = new Set<string>();
    for (let i = 0; i < this.#line.length && wanted.size < this.#free.size; ) {
      const { shares, go } = this.#line[i] as Waiting;
      if (shares.every(({ name, weight }) => !wanted.has(name) && weight <= (this.#free.get(name) ?? 0))) {
        this.#line.splice(i, 1);
        this.#add(shares, -1);
        go();
      } else {
        for (const { name } of shares) wanted.add(name);
        i += 1;
      }
    }
  }

  #add(shares: Shares, sign: 1 | -1): void {
    for (const { name, weight } of shares) this.#free.set(name, (this.#free.get(name) ?? 0) + sign * weight);
  }
}
