import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a lane's worker is asked: `question` is between the row and its worker. */
interface Asked<T> {
  readonly id: number;
  readonly question: T;
}

/** A process that tries one thing at a time. `worker`: its program. */
export class Lane<T> implements AsyncDisposable {
  readonly #child: ReturnType<typeof fork>;
  readonly #waiting = new Map<number, { readonly take: (value: unknown) => void; readonly fail: (why: Error) => void }>();
  #last: Promise<unknown> = Promise.resolve();
  #next = 0;
  #over = false;

  constructor(worker: URL, folder: string) {
    this.#child = fork(fileURLToPath(worker), [folder], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    this.#child.on('message', ({ id, value, thrown }: { id: number; value: unknown; thrown?: string }) => {
      const asked = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (thrown === undefined) asked?.take(value);
      else asked?.fail(new Error(thrown));
    });
    this.#child.on('exit', (code, signal) => {
      this.#over = true;
      for (const { fail } of this.#waiting.values()) fail(new Error(`the lane ended: ${code ?? signal}`));
    });
  }

  /** What the worker answers, when all that was asked before is answered. */
  ask(question: T): Promise<unknown> {
    const now = this.#last.then(() => this.#ask({ id: this.#next++, question }));
    this.#last = now.catch(() => {});
    return now;
  }

  #ask(asked: Asked<T>): Promise<unknown> {
    return new Promise((take, fail) => {
      if (this.#over) return fail(new Error('the lane is over'));
      this.#waiting.set(asked.id, { take, fail });
      this.#child.send(asked);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** The other end, in the worker. */
export function answerWith<T>(answer: (question: T) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(1));
  process.on('message', ({ id, question }: Asked<T>) => {
    answer(question).then(
      (value) => process.send?.({ id, value }),
      (thrown: Error) => process.send?.({ id, thrown: thrown.stack ?? String(thrown) }),
    );
  });
}
