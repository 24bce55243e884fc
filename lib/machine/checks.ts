import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { ImportWish, MachineId, MachineSettings, OwnerTag } from '../model/machine.ts';

// What every driver refuses before it runs anything: such a text would be a bug of the caller, or came from a file that nobody checked.

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function checkId(id: MachineId): Result<void, Failure> {
  return UUID.test(id) ? ok(undefined) : refuse(`${JSON.stringify(id)} is no id of a machine`);
}

export function checkOwner(owner: OwnerTag): Result<void, Failure> {
  return /^[a-z0-9-]{1,64}$/.test(owner) ? ok(undefined) : refuse(`${JSON.stringify(owner)} is no owner tag`);
}

/** A name begins with a letter: hypervisors take a number for something else. */
export function checkSnapshotName(name: string): Result<void, Failure> {
  return /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(name) ? ok(undefined) : refuse(`${JSON.stringify(name)} is no name for a snapshot`);
}

export function checkWish({ id, owner, name }: Omit<ImportWish, 'appliance'>): Result<void, Failure> {
  const ids = checkId(id);
  const owners = ids.ok ? checkOwner(owner) : ids;
  if (!owners.ok) return owners;
  const isName = name !== '' && name.length <= 100 && !/[\p{C}/\\:*?"<>|]/u.test(name) && !name.startsWith('-') && !name.startsWith('.');
  return isName ? ok(undefined) : refuse(`${JSON.stringify(name)} is no name for a machine`);
}

export function checkSettings({ cpus, memory, network }: MachineSettings): Result<void, Failure> {
  const within = (value: number | undefined, most: number): boolean =>
    value === undefined || (Number.isInteger(value) && value >= 1 && value <= most);
  if (!within(cpus, 256)) return refuse('a machine has 1 to 256 CPUs');
  if (!within(memory, 2 ** 22)) return refuse('a machine has 1 MiB to 4 TiB of memory');
  if (network?.is === 'bridged' && (network.adapter === '' || /\p{C}/u.test(network.adapter)))
    return refuse(`${JSON.stringify(network.adapter)} is no name of an adapter`);
  if (network?.is !== 'nat') return ok(undefined);
  const wrong = network.forwards.find(({ host, guest }) => !within(host, 65_535) || !within(guest, 65_535));
  if (wrong !== undefined) return refuse('ports are from 1 to 65535');
  const ports = network.forwards.flatMap(({ host }) => (host === undefined ? [] : [host]));
  return new Set(ports).size === ports.length ? ok(undefined) : refuse('one port of the host leads to one port of the guest');
}

export function refuse(message: string): { readonly ok: false; readonly error: Failure } {
  return err({ code: 'task-refused', message });
}

export function lacksCapability(driver: string, what: string, hint?: string): { readonly ok: false; readonly error: Failure } {
  return err({ code: 'capability-missing', message: `the driver ${driver} has no ${what}`, ...(hint === undefined ? {} : { hint }) });
}
