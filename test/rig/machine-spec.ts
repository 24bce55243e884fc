import type { MachineSpec } from '../../lib/model/machine-spec.ts';

/** A machine of QEMU's that says as little as it can. */
export function machineSpec(more: Partial<MachineSpec> = {}): MachineSpec {
  return {
    ...{ driver: 'qemu', hypervisor: 'local', endpoint: { is: 'direct' }, network: 'nat', forwards: [], accelerator: 'tcg', clone: false },
    boot: 20_000,
    keys: { authorize: [], by: 'auto' },
    ...more,
  };
}
