import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, Hypervisor, OpenDriver } from '../../model/machine.ts';
import type { MachineSpec } from '../../model/machine-spec.ts';

interface DriverWays {
  /** Of extensions. */
  readonly drivers: ReadonlyMap<string, OpenDriver>;
  /** sbx's state on the computer of the hypervisor; absent: where it is there by default. */
  readonly state: string | undefined;
}

/** The driver that a machine names, for its hypervisor. Each is loaded when it is asked for. */
export async function driverFor(
  { driver, accelerator }: Pick<MachineSpec, 'driver' | 'accelerator'>,
  hypervisor: Hypervisor,
  { drivers, state }: DriverWays,
): Promise<Result<Driver, Failure>> {
  const folder = state === undefined ? {} : { folder: `${state}/machines` };
  if (driver === 'qemu') {
    const { qemuDriver } = await import('../../machine/qemu/driver.ts');
    return ok(qemuDriver(hypervisor, { accelerator, ...folder }));
  }
  if (driver === 'virtualbox') {
    const { virtualBoxDriver } = await import('../../machine/virtualbox/driver.ts');
    return ok(virtualBoxDriver(hypervisor, state === undefined ? {} : { folder: `${state}/virtualbox` }));
  }
  const opened = drivers.get(driver)?.(hypervisor, { accelerator });
  if (opened !== undefined) return ok(opened);
  return err({
    code: 'capability-missing',
    message: `there is no driver ${driver}`,
    hint: 'there are qemu, virtualbox and those of extensions',
  });
}
