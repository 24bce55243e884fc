import { err, type Result } from '../base/result.ts';
import { thrownText } from '../base/thrown.ts';
import type { DriverDefinition } from '../extension/definition.ts';
import type { Failure } from '../model/failure.ts';
import type { Driver, OpenDriver, Snapshots } from '../model/machine.ts';

type Deeds = Exclude<keyof Driver, 'name' | 'snapshots' | 'linkedClone'>;

/** Of every driver: all of them, so that none is forgotten here. */
const DEEDS: { readonly [deed in Deeds]: true } = {
  probe: true,
  inspectAppliance: true,
  importAppliance: true,
  configure: true,
  settings: true,
  notes: true,
  note: true,
  seed: true,
  start: true,
  state: true,
  endpoint: true,
  requestShutdown: true,
  powerOff: true,
  waitOff: true,
  destroy: true,
  listOwned: true,
  listAll: true,
  bridges: true,
  diagnostics: true,
};
const OF_SNAPSHOTS: { readonly [deed in keyof Snapshots]: true } = { take: true, restore: true, list: true };

/** Calls that code: what it throws from a timer or an event rejects as well. */
type Within = <T>(work: () => Promise<T>) => Promise<T>;

/** A driver that somebody else wrote: whatever its code throws or gives is a result, as of ours. An abort still rejects. */
export function guarded({ name, open }: Pick<DriverDefinition, 'name' | 'open'>, within: Within): OpenDriver {
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
          const result: unknown = await within(async () => act.apply(of, given));
          if (typeof result === 'object' && result !== null && 'ok' in result) return result as Result<unknown, Failure>;
          throw new Error(`its ${key} gave no result`);
        } catch (error) {
          if (given.some((one) => one instanceof AbortSignal && one.aborted)) throw error;
          return err({
            code: 'extension-failed',
            message: `the driver ${name}: ${thrownText(error)}`,
          });
        }
      };
    const deedsOf = (of: object | undefined, keys: object) => Object.fromEntries(Object.keys(keys).map((key) => [key, deed(of, key)]));
    return {
      name,
      ...deedsOf(driver, DEEDS),
      ...(driver?.snapshots ? { snapshots: deedsOf(driver.snapshots, OF_SNAPSHOTS) } : {}),
      ...(driver?.linkedClone ? { linkedClone: deed(driver, 'linkedClone') } : {}),
    } as unknown as Driver;
  };
}
