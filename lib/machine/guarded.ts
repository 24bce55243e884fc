import { err, type Result } from '../base/result.ts';
import type { DriverDefinition } from '../extension/definition.ts';
import type { Failure } from '../model/failure.ts';
import type { Driver, OpenDriver, Snapshots } from '../model/machine.ts';

const DEEDS = [
  'probe',
  'inspectAppliance',
  'importAppliance',
  'configure',
  'seed',
  'start',
  'state',
  'endpoint',
  'requestShutdown',
  'powerOff',
  'waitOff',
  'destroy',
  'listOwned',
  'bridges',
  'diagnostics',
] as const satisfies readonly (keyof Driver)[];
const OF_SNAPSHOTS = ['take', 'restore', 'list'] as const satisfies readonly (keyof Snapshots)[];

/** A driver that somebody else wrote: whatever its code throws or gives is a result, as of ours. An abort still rejects. */
export function guarded({ name, open }: Pick<DriverDefinition, 'name' | 'open'>): OpenDriver {
  return (hypervisor, options) => {
    let driver: Partial<Driver> = {};
    let thrown: unknown;
    try {
      driver = open(hypervisor, options);
    } catch (error) {
      thrown = error ?? new Error('it cannot be opened');
    }
    const deed =
      (of: object | undefined, key: string) =>
      async (...given: readonly unknown[]): Promise<Result<unknown, Failure>> => {
        try {
          if (thrown !== undefined) throw thrown;
          const act = (of as { readonly [key: string]: unknown } | undefined)?.[key];
          if (typeof act !== 'function') throw new Error(`it has no ${key}`);
          const result: unknown = await act.apply(of, given);
          if (typeof result === 'object' && result !== null && 'ok' in result) return result as Result<unknown, Failure>;
          throw new Error(`its ${key} gave no result`);
        } catch (error) {
          if (given.some((one) => one instanceof AbortSignal && one.aborted)) throw error;
          return err({
            code: 'extension-failed',
            message: `the driver ${name}: ${error instanceof Error ? error.message : String(error)}`,
          });
        }
      };
    const deedsOf = (of: object | undefined, keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, deed(of, key)]));
    return {
      name,
      ...deedsOf(driver, DEEDS),
      ...(driver?.snapshots ? { snapshots: deedsOf(driver.snapshots, OF_SNAPSHOTS) } : {}),
      ...(driver?.linkedClone ? { linkedClone: deed(driver, 'linkedClone') } : {}),
    } as unknown as Driver;
  };
}
