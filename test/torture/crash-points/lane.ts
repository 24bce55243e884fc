import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CrashPoint } from './dying.ts';
import type { Asked } from './worker.ts';

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** A process that tries one thing at a time. */
export class Lane implements AsyncDisposable {
  readonly #child: ReturnType<typeof fork>;
  readonly #waiting = new Map<number, { readonly take: (value: unknown) => void; readonly fail: (why: Error) => void }>();
  #last: Promise<unknown> = Promise.resolve();
  #next = 0;
  #over = false;

  constructor(folder: string) {
    this.#child = fork(WORKER, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--enable-source-maps'] });
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
  ask(scenario: number, point?: CrashPoint): Promise<unknown> {
    const now = this.#last.then(() => this.#ask({ id: this.#next++, scenario, ...(point ? { point } : {}) }));
    this.#last = now.catch(() => {});
    return now;
  }

  #ask(asked: Asked): Promise<unknown> {
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
