import type { SandboxName } from '../model/project.ts';
import type { ChosenHost } from '../model/sandbox.ts';

/** Of places that are one of several hosts, which one is asked first. */
export type HostsAsked = ReadonlyMap<SandboxName, ChosenHost>;

export const NONE: HostsAsked = new Map();

/** `vm at build-2 (used last)` */
export function withHost(sandbox: SandboxName, hosts: HostsAsked): string {
  const asked = hosts.get(sandbox);
  return asked === undefined ? sandbox : `${sandbox} at ${asked.host} (${asked.why})`;
}

export function hostsField(hosts: HostsAsked): { readonly hosts?: { readonly [sandbox: SandboxName]: ChosenHost } } {
  if (hosts.size === 0) return {};
  return { hosts: Object.fromEntries([...hosts].map(([sandbox, { host, why }]) => [sandbox, { host, why }])) };
}
