import { err, type Result } from '../base/result.ts';
import { makeFolder, replaceFile } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { connectRoute } from './connect.ts';
import { type HostSettings, UNCONFIGURED } from './host.ts';
import { ownKnownHosts } from './hostkeys.ts';
import { freshKey } from './keys.ts';
import type { Link } from './link.ts';
import type { Route } from './route.ts';
import { replaceOwn } from './trust.ts';

// A guest of ours: reached with a key that we made, under a host key that we gave it. No configuration of the user is asked.

/** Where it is, and who we are to it. */
interface GuestRoute extends Pick<Route, 'state' | 'from' | 'keepalive' | 'ask'> {
  /** Its name among known hosts. */
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Our private key, absolute. */
  readonly identity: string;
  /** Milliseconds for the whole way in; absent: as for others. */
  readonly patience?: number;
}

export async function linkGuest(route: GuestRoute, io: Io, signal: AbortSignal): Promise<Result<Link, Failure>> {
  const { alias, address, port, user, identity, state } = route;
  const settings: HostSettings = {
    named: alias,
    hostname: address,
    port,
    user,
    identityFiles: [identity],
    agent: undefined,
    identitiesOnly: true,
    knownHosts: [],
    ...UNCONFIGURED,
    hostKeyAlias: alias,
  };
  const { from, patience, keepalive, ask } = route;
  return await connectRoute({ named: alias, at: settings, state, from, patience, keepalive, ask }, io, signal);
}

/** Our private key for it, 0600, and its public half as a line; made if there is none. Throws what a file operation threw. */
export function guestKey(folder: string, io: Pick<Io, 'files' | 'nonce'>): { readonly path: string; readonly public: string } {
  const path = `${folder}/id_ed25519`;
  if (!io.files.existsSync(`${path}.pub`)) {
    const key = freshKey();
    makeFolder(io.files, folder, 0o700);
    replaceFile(io, path, key.private, { mode: 0o600, sync: true });
    // Last: where it is, the private one is whole.
    replaceFile(io, `${path}.pub`, `${publicLine(key.public)}\n`, { mode: 0o644, sync: true });
  }
  return { path, public: io.files.readFileSync(`${path}.pub`, 'utf8').trim() };
}

/** A new host key in the forms of OpenSSH. */
export function guestHostKey(): { readonly private: string; readonly public: string } {
  const key = freshKey();
  return { private: key.private, public: publicLine(key.public) };
}

/** Believes this key (`ssh-ed25519 AAAA...`) of the guest and no other; undefined: none. */
export function pinGuest(state: string, alias: string, publicKey: string | undefined, io: Io): Result<void, Failure> {
  try {
    replaceOwn(state, alias, publicKey === undefined ? undefined : `${alias} ${publicKey}`, io);
    return { ok: true, value: undefined };
  } catch (thrown) {
    return err(fileTrouble(thrown, 'write', ownKnownHosts(state)));
  }
}

function publicLine(wire: Buffer): string {
  return `ssh-ed25519 ${wire.toString('base64')}`;
}
