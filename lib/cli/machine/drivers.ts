import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, Hypervisor } from '../../model/machine.ts';
import type { MachineSpec } from '../../model/machine-spec.ts';

/** The driver that a machine names, for its hypervisor. Each is loaded when it is asked for. */
export async function driverFor({ driver, accelerator }: MachineSpec, hypervisor: Hypervisor): Promise<Result<Driver, Failure>> {
  switch (driver) {
    case 'qemu': {
      const { qemuDriver } = await import('../../machine/qemu/driver.ts');
      return ok(qemuDriver(hypervisor, { accelerator: accelerator === 'auto' ? 'tcg' : accelerator }));
    }
    case 'virtualbox': {
      const { virtualBoxDriver } = await import('../../machine/virtualbox/driver.ts');
      return ok(virtualBoxDriver(hypervisor));
    }
    default:
      return err({ code: 'capability-missing', message: `there is no driver ${driver}`, hint: 'there are qemu and virtualbox' });
  }
}
