// Who may use a shared thing (a workspace, the terminal) at the same time as whom. Knows nothing of steps.

/** `excludes` is alone; of `writes` there is one; `shares` is free beside it. */
export type Use = 'excludes' | 'writes' | 'shares';

interface Waiting {
  readonly use: Use;
  readonly go: () => void;
}

/** How many use it in each way. A thousand steps may share it at once: nothing here may grow with them. */
type Users = { [use in Use]: number };

/** Turns at one thing, in the order in which they were asked for: nobody is overtaken by one that it would exclude. */
export class Turns {
  readonly #users: Users = { excludes: 0, writes: 0, shares: 0 };
  readonly #waiting: Waiting[] = [];

  /** Resolves with the function that gives the turn back; called again, it does nothing. */
  async take(use: Use): Promise<() => void> {
    if (this.#waiting.length > 0 || !fits(use, this.#users)) {
      await new Promise<void>((go) => {
        this.#waiting.push({ use, go });
        this.#admit();
      });
    } else {
      this.#users[use] += 1;
    }
    let isMine = true;
    return () => {
      if (!isMine) return;
      isMine = false;
      this.#users[use] -= 1;
      this.#admit();
    };
  }

  #admit(): void {
    const ahead: Users = { excludes: 0, writes: 0, shares: 0 };
    for (const one of [...this.#waiting]) {
      if (fits(one.use, this.#users) && fits(one.use, ahead)) {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        this.#users[one.use] += 1;
        one.go();
      } else {
        ahead[one.use] += 1;
      }
    }
  }
}

function fits(use: Use, { excludes, writes, shares }: Users): boolean {
  if (use === 'shares') return excludes === 0;
  return excludes === 0 && writes === 0 && (use === 'writes' || shares === 0);
}
