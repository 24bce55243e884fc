import { err, ok, type Result } from '../base/result.ts';
import { makeFolder, replaceFile } from '../io/replace.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { connectRoute } from './connect.ts';
import type { HostSettings } from './host.ts';
import { hostKeys, knownName, ownKnownHosts } from './hostkeys.ts';
import { fingerprintOf, isFor, keyType, parseKnownHosts } from './known-hosts.ts';
import type { Route } from './route.ts';

/** The key that a host shows, read without logging in. */
interface OfferedKey {
  /** Under this name it stands in known_hosts: `host`, `[host]:port` or the HostKeyAlias. */
  readonly name: string;
  readonly type: string;
  /** `SHA256:...`. */
  readonly fingerprint: string;
  readonly key: Buffer;
  /** Whether it is accepted already. */
  readonly known: boolean;
}

/** Asks a host for its key and leaves before login. Jump hosts on the way must be known. */
export async function fetchHostKey(route: Route, io: Io, signal: AbortSignal): Promise<Result<OfferedKey, Failure>> {
  let offered: OfferedKey | undefined;
  const seen: Failure = { code: 'host-key-unknown', message: 'only looked at' };
  const judge = (settings: HostSettings) => {
    const usual = hostKeys(settings, route.state, io.files);
    return {
      algorithms: usual.algorithms,
      check: (key: Buffer) => {
        const name = knownName(settings);
        offered = { name, type: keyType(key), fingerprint: fingerprintOf(key), key: Buffer.from(key), known: usual.check(key).ok };
        return err(seen);
      },
    };
  };
  const link = await connectRoute(route, io, signal, judge);
  if (link.ok) await link.value[Symbol.asyncDispose](); // cannot be: the judge refuses every key
  if (offered !== undefined) return ok(offered);
  return link.ok ? err(seen) : link;
}

/**
 * Accepts the key that a host shows now if it has the fingerprint that the user compared. It replaces what sbx's own file said of that host;
 * the user's known_hosts are never written.
 */
export async function trust(route: Route, fingerprint: string, io: Io, signal: AbortSignal): Promise<Result<OfferedKey, Failure>> {
  const offered = await fetchHostKey(route, io, signal);
  if (!offered.ok) return offered;
  const { name, type, key } = offered.value;
  const wanted = fingerprint.startsWith('SHA256:') ? fingerprint : `SHA256:${fingerprint}`;
  if (wanted.replace(/=+$/, '') !== offered.value.fingerprint) {
    const message = `${name} offers ${type} ${offered.value.fingerprint}, not ${wanted}: not accepted`;
    return err({
      code: 'host-key-changed',
      message,
      hint: 'compare once more, on the console of the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    });
  }
  try {
    replaceOwn(route.state, name, `${name} ${type} ${key.toString('base64')}`, io);
  } catch (error) {
    return err({ code: 'local-io', message: `${ownKnownHosts(route.state)}: ${(error as Error).message}` });
  }
  return offered;
}

/** One line a host, or none; written whole beside the old file, synced and renamed, so that no crash leaves half of it. */
export function replaceOwn(state: string, name: string, line: string | undefined, io: Pick<Io, 'files' | 'nonce'>): void {
  const { files } = io;
  makeFolder(files, state, 0o700);
  const path = ownKnownHosts(state);
  const old = files.existsSync(path) ? files.readFileSync(path, 'utf8') : '';
  const kept = old
    .split('\n')
    .filter((text) => text.trim() !== '' && !parseKnownHosts(text).some((entry) => entry.marker === undefined && isFor(entry, name)));
  const text = [...kept, ...(line === undefined ? [] : [line])].map((one) => `${one}\n`).join('');
  if (text !== old) replaceFile(io, path, text, { mode: 0o600, sync: true });
}
