/**
 * This computer after its power came back: another boot, and files that are laid out anew but seem to be those of before, by inode and times, until something
 * changes them. Knows nothing of what a power cut leaves.
 */
import fs, { type Stats } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Marks } from './history.ts';

const BOOT = '/proc/sys/kernel/random/boot_id';

export class AnotherBoot {
  readonly #marks = new Map<string, Marks>();
  #isOn = false;

  /** Once, for the whole process. */
  watch(): void {
    const { readFileSync, lstatSync, statSync, fstatSync } = fs;
    (fs as { readFileSync: unknown }).readFileSync = (...args: Parameters<typeof readFileSync>) => {
      const read = readFileSync(...args);
      return this.#isOn && args[0] === BOOT ? String(read).replace(/^......../, 'ffffffff') : read;
    };
    for (const [name, look] of Object.entries({ lstatSync, statSync, fstatSync })) {
      (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) =>
        this.#disguise((look as (...all: unknown[]) => unknown)(...args));
    }
    syncBuiltinESMExports();
  }

  /** The power is back, and these are the files: by path, as they seemed before. */
  begin(files: Iterable<readonly [path: string, marks: Marks]>): void {
    for (const [path, marks] of files) this.#marks.set(nameOf(fs.lstatSync(path)), marks);
    this.#isOn = true;
  }

  /** As if it had never been. */
  end(): void {
    this.#marks.clear();
    this.#isOn = false;
  }

  #disguise(seen: unknown): unknown {
    if (!this.#isOn || !(seen instanceof fs.Stats)) return seen;
    return Object.assign(seen, this.#marks.get(nameOf(seen)));
  }
}

/** Any change of a file changes it. */
function nameOf({ ino, ctimeMs }: Stats): string {
  return `${ino} ${ctimeMs}`;
}
