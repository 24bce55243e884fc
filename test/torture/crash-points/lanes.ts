import { join } from 'node:path';
import { Lane } from './lane.ts';

type Kind = 'local' | 'far';

/** Lanes of runs on this computer alone, and those with a far side: these mostly wait. */
const LANES = { local: 2, far: 2 } as const;

/** Trials at once that keep all of them busy. */
export const SLOTS = LANES.local + LANES.far;

/** Lanes that take questions by turns. */
export class Lanes<T> implements AsyncDisposable {
  readonly #lanes: { readonly [kind in Kind]: readonly Lane<T>[] };
  readonly #turns = { local: 0, far: 0 };

  constructor(worker: URL, folder: string) {
    const make = (kind: Kind) => Array.from({ length: LANES[kind] }, (_, n) => new Lane<T>(worker, join(folder, `${kind}${n}`)));
    this.#lanes = { local: make('local'), far: make('far') };
  }

  ask(kind: Kind, question: T): Promise<unknown> {
    const lane = this.#lanes[kind][this.#turns[kind]++ % LANES[kind]] as Lane<T>;
    return lane.ask(question);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#lanes.local, ...this.#lanes.far].map((lane) => lane[Symbol.asyncDispose]()));
  }
}
