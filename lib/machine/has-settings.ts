import type { MachineSettings, Network } from '../model/machine.ts';

/** Whether a machine that has `now` needs nothing to have what is wanted. */
export function hasSettings(now: MachineSettings, { cpus, memory, network }: MachineSettings): boolean {
  return (
    (cpus === undefined || cpus === now.cpus) &&
    (memory === undefined || memory === now.memory) &&
    (network === undefined || (now.network !== undefined && textOf(network) === textOf(now.network)))
  );
}

/** The order of forwards says nothing. */
function textOf(network: Network): string {
  if (network.is !== 'nat') return network.is === 'bridged' ? `bridged ${network.adapter}` : network.is;
  return `nat ${network.forwards
    .map(({ host, guest }) => `${host ?? ''}:${guest}`)
    .sort()
    .join(' ')}`;
}
