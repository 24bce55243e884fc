// Who may use a shared thing (a workspace, the terminal) at the same time as whom. Knows nothing of steps.

/** `excludes` is alone; of `writes` there is one; `shares` is free beside it. */
export type Use = 'excludes' | 'writes' | 'shares';

interface Waiting {
  readonly use: Use;
  readonly go: () => void;
}

/** Turns at one thing, in the order in which they were asked for: nobody is overtaken by one that it would exclude. */
export class Turns {
  readonly #users: Use[] = [];
  readonly #waiting: Waiting[] = [];

  /** Resolves with the function that gives the turn back. */
  async take(use: Use): Promise<() => void> {
    await new Promise<void>((go) => {
      this.#waiting.push({ use, go });
      this.#admit();
    });
    return () => {
      this.#users.splice(this.#users.indexOf(use), 1);
      this.#admit();
    };
  }

  #admit(): void {
    const ahead: Use[] = [];
    for (const one of [...this.#waiting]) {
      if ([...this.#users, ...ahead].every((other) => together(one.use, other))) {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        this.#users.push(one.use);
        one.go();
      } else {
        ahead.push(one.use);
      }
    }
  }
}

function together(a: Use, b: Use): boolean {
  return a !== 'excludes' && b !== 'excludes' && (a === 'shares' || b === 'shares');
}
