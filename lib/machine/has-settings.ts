import type { MachineSettings, Network } from '../model/machine.ts';

/** Whether a machine that has `now` needs nothing to have what is wanted. */
export function hasSettings(now: MachineSettings, { cpus, memory, network }: MachineSettings): boolean {
  return (
    (cpus === undefined || cpus === now.cpus) &&
    (memory === undefined || memory === now.memory) &&
    (network === undefined || (now.network !== undefined && networkText(network) === networkText(now.network)))
  );
}

/** In words, and the same for equal networks: the order of forwards says nothing. */
export function networkText(network: Network): string {
  if (network.is === 'none') return 'none';
  if (network.is === 'bridged') return `bridged to ${network.adapter}`;
  const ports = network.forwards.map(({ host, guest }) => `${host ?? 'any'}:${guest}`).toSorted();
  return `nat ${ports.join(' ')}`.trim();
}
