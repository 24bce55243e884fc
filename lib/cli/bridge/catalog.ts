import { setFields } from '../../config/edit-yaml.ts';
import type { PortEntry } from './ports.ts';

/** The entry of a VM's reverse tunnel for the catalogue of ops-bridge, a file a VM. */
export function catalogText({ port, vm, host }: PortEntry): string {
  return setFields('', [], {
    name: vm,
    description: `Reverse tunnel to sshd of the build VM ${vm}${host === '' ? '' : ` on ${host}`}`,
    direction: 'reverse',
    remote_port: port,
    local_port: 22,
    target_host: 'localhost',
    check_cmd: `timeout 2 bash -c '</dev/tcp/localhost/${port}'`,
    auto_restart: false,
  });
}
