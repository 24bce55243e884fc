import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Network } from '../../model/machine.ts';
import { type Accelerator, acceleratorWords } from './accelerator.ts';

/** What the folder of a machine says of it: what QEMU is started with. What it does now stands nowhere. */
export interface QemuMachine {
  readonly format: 1;
  /** Of the wish and of the machine: the same. */
  readonly id: string;
  readonly name: string;
  readonly whole: boolean;
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** Never bridged. */
  readonly network: Network;
  readonly disks: readonly string[];
}

export function machineText(machine: QemuMachine): string {
  return JSON.stringify(machine);
}

export function readMachine(text: string, id: string): Result<QemuMachine, Failure> {
  try {
    const read = JSON.parse(text) as QemuMachine;
    if (read.format === 1 && read.id === id && Array.isArray(read.disks) && typeof read.network?.is === 'string') return ok(read);
  } catch {
    // said below
  }
  const message = `the settings of machine ${id} cannot be read`;
  return err({ code: 'machine-state', message, hint: 'destroy it and import it again' });
}

/** What is given to the next start besides. */
interface Seeds {
  readonly credentials: number;
  readonly disk: boolean;
}

/** The words of QEMU for a machine; paths are relative to its folder. Whoever starts it adds the name that its process is known by. */
export function qemuWords({ id, cpus, memory, network, disks }: QemuMachine, accelerator: Accelerator, seeds: Seeds): readonly string[] {
  const drive = (file: string, format: string, more = ''): readonly string[] => [
    '-drive',
    `file=${file},format=${format},if=virtio${more}`,
  ];
  return [
    'qemu-system-x86_64',
    ...['-uuid', id, '-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'std', '-machine', 'pc'],
    ...acceleratorWords(accelerator),
    ...['-smp', String(cpus), '-m', String(memory)],
    ...['-chardev', 'file,id=serial,path=serial.log,append=on', '-serial', 'chardev:serial', '-qmp', 'unix:qmp,server=on,wait=off'],
    ...disks.flatMap((disk) => drive(disk, 'qcow2')),
    ...(seeds.disk ? drive('seed.iso', 'raw', ',readonly=on') : []),
    ...Array.from({ length: seeds.credentials }, (_, n) => ['-smbios', `type=11,path=credential-${n}`]).flat(),
    ...(network.is === 'nat' ? ['-netdev', netdev(network), '-device', 'virtio-net-pci,netdev=n0,romfile='] : []),
    ...['-device', 'virtio-rng-pci'],
  ];
}

/** Port 0: the system gives one that is free, so that two machines never want the same. */
function netdev({ forwards }: Extract<Network, { is: 'nat' }>): string {
  return ['user,id=n0', ...forwards.map(({ host = 0, guest }) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`)].join(',');
}
