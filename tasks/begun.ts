/** What was begun for code of others, which may forget to wait for it: that is waited for in its place, so that nothing fails or goes on unseen. */
export class Begun {
  readonly #under = new Set<Promise<unknown>>();
  readonly #unheard = new Set<Promise<unknown>>();

  /** The promise, for that code. Who asks for its end has it. */
  add<T>(promise: Promise<T>): Promise<T> {
    this.#under.add(promise);
    this.#unheard.add(promise);
    promise.catch(() => {}); // told by `unheard`, whenever that is asked
    const heard = (): Promise<T> => {
      this.#unheard.delete(promise);
      return promise;
    };
    return {
      // biome-ignore lint/suspicious/noThenProperty: `await` of a true promise cannot be noticed
      then: (...on) => heard().then(...on),
      catch: (on) => heard().catch(on),
      finally: (on) => heard().finally(on),
      [Symbol.toStringTag]: 'Promise',
    };
  }

  /** Ends with all that nobody asked for; rejects as the first of them that does. */
  async unheard(): Promise<void> {
    await Promise.all(this.#unheard);
  }

  /** Ends with all of it, however it ends. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#under);
  }
}
