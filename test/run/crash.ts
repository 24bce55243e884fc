import type { Files } from '../../lib/model/io.ts';

/** The process is gone: no code of sbx may take this for trouble of a disk. */
class Crash extends Error {}

const CHANGING = new Set(['writeSync', 'renameSync', 'unlinkSync', 'rmSync', 'rmdirSync', 'mkdirSync', 'linkSync', 'symlinkSync']);
const ALSO = new Set(['closeSync', 'chmodSync', 'utimesSync', 'writeFileSync', 'copyFileSync', 'fsyncSync']);

type When = 'before' | 'after' | 'torn';

/**
 * Files of a process that dies at the `at`-th operation that changes something: before it, after it, or with half of a write done. Afterwards nothing works any
 * more, as no `finally` runs in a dead process.
 */
function crashing(files: Files, at: number, when: When): Files & { readonly reached: () => boolean } {
  let count = 0;
  let dead = false;
  const crash = (): never => {
    dead = true;
    throw new Crash('the process is gone');
  };
  return new Proxy(files, {
    get(target, name) {
      if (name === 'reached') return () => count > at;
      const operation = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        // Descriptors are closed by the system, and for the test's own sake.
        if (dead) return name === 'closeSync' ? operation.apply(target, args) : crash();
        const changes = CHANGING.has(String(name)) || ALSO.has(String(name)) || (name === 'openSync' && /[wa]/.test(String(args[1])));
        if (!changes || count++ !== at) return operation.apply(target, args);
        if (when === 'torn' && name === 'writeSync') operation.apply(target, [args[0], (args[1] as Uint8Array).subarray(0, 3)]);
        else if (when !== 'before') operation.apply(target, args);
        return crash();
      };
    },
  }) as Files & { readonly reached: () => boolean };
}

/** Runs `story` with a crash at each operation in turn, and `judge` after each; `judge` sees an unharmed disk driver. Gives the number of crashes. */
export function sweep(story: (files: Files, nth: number) => void, judge: (nth: number) => void, files: Files): number {
  let nth = 0;
  for (const when of ['before', 'after', 'torn'] as const) {
    for (let at = 0; ; at++, nth++) {
      const dying = crashing(files, at, when);
      try {
        story(dying, nth);
      } catch (thrown) {
        if (!(thrown instanceof Crash)) throw thrown;
      }
      judge(nth);
      if (!dying.reached()) break;
    }
  }
  return nth;
}

/** Files on which the operations that `fails` names throw this errno. */
export function failing(files: Files, code: string, fails: (name: string, args: readonly unknown[]) => boolean): Files {
  return new Proxy(files, {
    get(target, name) {
      const operation = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (fails(String(name), args)) throw Object.assign(new Error(`${code}: injected`), { code });
        return operation.apply(target, args);
      };
    },
  }) as Files;
}
