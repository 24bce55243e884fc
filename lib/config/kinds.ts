import type { OpenDriver } from '../model/machine.ts';
import { DRIVERS } from '../schema/machine.ts';
import type { Task } from '../task.ts';
import type { Extended } from './extended.ts';

/** What steps can be, and who moves machines: built in, and what the extensions of the project add. */
export class Kinds {
  readonly tasks: Map<string, Task>;
  readonly drivers = new Map<string, OpenDriver>();
  readonly #from = new Map<string, string>();
  /** An extension could not be loaded, so that nobody knows what else there is. */
  lacks = false;

  constructor(tasks: readonly Task[]) {
    this.tasks = new Map(tasks.map((task) => [task.name, task]));
    for (const { name } of tasks) this.#from.set(`task ${name}`, 'sbx itself');
    for (const name of Object.keys(DRIVERS)) this.#from.set(`driver ${name}`, 'sbx itself');
  }

  /** Undefined where nobody knows them all. */
  driverNames(): readonly string[] | undefined {
    return this.lacks ? undefined : [...Object.keys(DRIVERS), ...this.drivers.keys()];
  }

  /** Gives what is there already, in words; undefined: all was added. */
  add({ name, from, tasks, drivers, profiles }: Extended): string | undefined {
    const words = [
      `extension ${name}`,
      ...tasks.map((task) => `task ${task.name}`),
      ...[...drivers.keys()].map((driver) => `driver ${driver}`),
      ...profiles.map((profile) => `profile ${profile}`),
    ];
    const taken = words.find((word, i) => this.#from.has(word) || words.indexOf(word) < i);
    if (taken !== undefined) {
      const [what, called] = taken.split(' ');
      const other = this.#from.get(taken);
      return other === undefined ? `${from} has two ${what}s \`${called}\`` : `both ${other} and ${from} have a ${what} \`${called}\``;
    }
    for (const word of words) this.#from.set(word, from);
    for (const task of tasks) this.tasks.set(task.name, task);
    for (const [driver, open] of drivers) this.drivers.set(driver, open);
    return undefined;
  }

  /** Whether this very extension was added, named by another file of the project. */
  has({ name, from }: Extended): boolean {
    return this.#from.get(`extension ${name}`) === from;
  }
}
