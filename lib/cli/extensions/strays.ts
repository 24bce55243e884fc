import { AsyncLocalStorage } from 'node:async_hooks';
import { thrownText } from '../../base/thrown.ts';

/** Calls code of an extension: rejects with what it throws, in its promise or in anything that it began. */
export type Within = <T>(extension: string, work: () => Promise<T>) => Promise<T>;

/**
 * What code of others throws from a timer or an event, where nobody waits for it, belongs to whoever called that code. One for a process; whatever is not
 * of extensions ends it, as ever.
 */
export function openStrays(process: Pick<NodeJS.Process, 'on' | 'off' | 'stderr'>): Within {
  const owner = new AsyncLocalStorage<(thrown: unknown) => void>();
  const hear = (thrown: unknown): void => {
    const tell = owner.getStore();
    if (tell !== undefined) {
      tell(thrown);
      return;
    }
    process.off('uncaughtException', hear);
    setImmediate(() => {
      throw thrown;
    });
  };
  process.on('uncaughtException', hear);
  return (extension, work) =>
    new Promise((resolve, reject) => {
      let isOver = false;
      const tell = (thrown: unknown): void => {
        const message = `the extension ${extension} threw where nobody waited for it: ${thrownText(thrown)}`;
        if (isOver) process.stderr.write(`sbx: ${message}\n`);
        else reject(Object.assign(new Error(message), thrown instanceof Error ? { stack: thrown.stack } : {}));
      };
      const over = (): void => {
        isOver = true;
      };
      owner.run(tell, () => work().finally(over).then(resolve, reject));
    });
}
