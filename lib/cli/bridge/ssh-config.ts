import { isAbsolute } from 'node:path';

// The part of ~/.ssh/config that is ours: between two sentinels, all else stays as it is. Pure.

export const FIRST = '# >>> sbx bridge: made by `sbx bridge ssh-config`, made anew by the next one >>>';
export const LAST = '# <<< sbx bridge <<<';

/** A VM that is reached through its port of the bridge. */
interface BridgeHost {
  readonly vm: string;
  readonly port: number;
}

interface HostSettings {
  readonly user: string;
  readonly identityFile: string;
  /** Where `sbx trust` keeps host keys. */
  readonly knownHosts: string;
}

/** All VMs are `localhost`: what tells their host keys apart is the alias. ssh then refuses every key but the pinned one. */
export function hostsText(hosts: readonly BridgeHost[], { user, identityFile, knownHosts }: HostSettings): string {
  const blocks = hosts.map(({ vm, port }) =>
    [
      `Host ${vm}`,
      '  HostName localhost',
      `  Port ${port}`,
      `  User ${user}`,
      `  IdentityFile ${quoted(identityFile)}`,
      '  IdentitiesOnly yes',
      `  HostKeyAlias ${vm}`,
      `  UserKnownHostsFile ${quoted(knownHosts)} ~/.ssh/known_hosts`,
      '  StrictHostKeyChecking yes',
      '  ServerAliveInterval 30',
      '  ServerAliveCountMax 3',
    ].join('\n'),
  );
  return `${[FIRST, ...blocks, 'Match all', LAST].join('\n')}\n`;
}

/**
 * The text with our part replaced by `part`, or without it if that is empty. A new one comes first: ssh takes the first value that it finds, and what follows a
 * `Host` line belongs to it. Undefined if a sentinel has no other one.
 */
export function withPart(text: string, part: string): string | undefined {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.trim() === FIRST);
  const to = lines.findIndex((line) => line.trim() === LAST);
  if (from < 0 && to < 0) return part === '' ? text : `${part}${text === '' ? '' : `\n${text.replace(/^\n/, '')}`}`;
  if (from < 0 || to < from) return undefined;
  const before = lines.slice(0, from).map((line) => `${line}\n`);
  const after = lines.slice(part === '' && lines[to + 1] === '' ? to + 2 : to + 1).join('\n');
  return `${before.join('')}${part}${after}`;
}

/** ssh_config has no way to write a quote within quotes. */
export function isWritable(path: string): boolean {
  return (isAbsolute(path) || path.startsWith('~/')) && !/["\n\r]/.test(path);
}

function quoted(path: string): string {
  return /[\s#]/.test(path) ? `"${path}"` : path;
}
