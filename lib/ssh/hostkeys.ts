import { err, ok, type Result } from '../base/result.ts';
import { readRegular } from '../io/read-regular.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { HostSettings } from './host.ts';
import { fingerprintOf, isFor, type KnownKey, keyType, parseKnownHosts } from './known-hosts.ts';
import { hostAndPort } from './target.ts';

/** Decides about the key that a host offers. */
export interface HostKeys {
  /** Algorithms to ask for, what is known of the host first, so that a host with many keys shows the one we know. */
  readonly algorithms: readonly string[];
  check(key: Buffer): Result<void, Failure>;
}

const ALGORITHMS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256'];

/** Name of the host in known_hosts. */
export function knownName(settings: HostSettings): string {
  return (settings.hostKeyAlias ?? hostAndPort(settings.hostname, settings.port)).toLowerCase();
}

/** sbx's own file; what `sbx trust` writes. */
export function ownKnownHosts(state: string): string {
  return `${state}/known_hosts`;
}

/**
 * Keys from the user's files and from sbx's own. A file that is /dev/null counts as absent and StrictHostKeyChecking is never followed:
 * an unknown key is refused, whatever the configuration says.
 */
export function hostKeys(settings: HostSettings, state: string, files: Files): HostKeys {
  const name = knownName(settings);
  const entries = entriesFor(settings, state, files);
  const trusted = entries.filter((entry) => entry.marker === undefined);
  const types = new Set(trusted.flatMap((entry) => (entry.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [entry.type])));
  return {
    algorithms: [...ALGORITHMS.filter((type) => types.has(type)), ...ALGORITHMS.filter((type) => !types.has(type))],
    check: (key) => check(key, entries, trusted, settings, name),
  };
}

/** Whether any key of the host is trusted, or who certifies keys; which one it has only the host tells. */
export function isKnownHost(settings: HostSettings, state: string, files: Files): boolean {
  return entriesFor(settings, state, files).some(({ marker }) => marker !== 'revoked');
}

/** Whether the user's files name somebody who certifies the key of the host. */
export function hasAuthority(settings: HostSettings, files: Files): boolean {
  return entriesFor(settings, undefined, files).some(({ marker }) => marker === 'cert-authority');
}

function entriesFor(settings: HostSettings, state: string | undefined, files: Files): readonly KnownKey[] {
  const name = knownName(settings);
  const own = state === undefined ? [] : [ownKnownHosts(state)];
  const paths = [...settings.knownHosts.filter((path) => path !== '/dev/null' && path !== 'none'), ...own];
  return paths.flatMap((path) => parseKnownHosts(readIfThere(files, path))).filter((entry) => isFor(entry, name));
}

function check(
  key: Buffer,
  entries: readonly KnownKey[],
  trusted: readonly KnownKey[],
  settings: HostSettings,
  name: string,
): Result<void, Failure> {
  const offered = `${keyType(key)} ${fingerprintOf(key)}`;
  if (entries.some((entry) => entry.marker === 'revoked' && entry.key.equals(key))) {
    return err({ code: 'host-key-revoked', message: `the key of ${name} is marked @revoked in known_hosts: ${offered}` });
  }
  if (trusted.some((entry) => entry.key.equals(key))) return ok(undefined);
  const { named, tunnel } = settings;
  const accept = `sbx trust ${named}${tunnel === undefined ? '' : ` --tunnel ${tunnel}`} --fingerprint ${fingerprintOf(key)}`;
  if (trusted.length === 0) {
    const authority = entries.some((entry) => entry.marker === 'cert-authority');
    const message = `the key of ${name} is not known: it offers ${offered}, and known_hosts has none${authority ? ' (@cert-authority lines are not used: sbx reads no host certificates)' : ''}`;
    return err({ code: 'host-key-unknown', message, hint: `if that is its fingerprint, accept it: ${accept}` });
  }
  const known = trusted.map((entry) => `${entry.type} ${fingerprintOf(entry.key)}`).join(', ');
  return err({
    code: 'host-key-changed',
    message: `the key of ${name} has changed: it offers ${offered}, expected ${known}; somebody may be in between`,
    hint: `if the host was made anew and that is its fingerprint, accept it: ${accept}`,
  });
}

function readIfThere(files: Files, path: string): string {
  try {
    return readRegular(files, path).toString('utf8');
  } catch {
    return '';
  }
}
