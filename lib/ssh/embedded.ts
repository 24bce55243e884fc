import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import { PORTS_HERE } from '../io/ports.ts';
import { makeFolder } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Sandbox, Session } from '../model/sandbox.ts';
import { AheadLink } from './ahead.ts';
import { dial } from './dial.ts';
import { type EmbeddedServer, startEmbedded } from './embedded-server.ts';
import { handshake } from './handshake.ts';
import { type HostSettings, UNCONFIGURED } from './host.ts';
import type { Login } from './identities.ts';
import type { Link } from './link.ts';
import { type PatienceSettings, patienceOf } from './patience.ts';
import { CONNECT_PATIENCE, KEEPALIVE } from './route.ts';
import { openSession } from './session.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** The one user that there is. */
const USER = 'sbx';

interface EmbeddedSettings extends PatienceSettings {
  readonly name: string;
  /** Private folder, absolute: home of the commands. Made with mode 0700 if it is missing. */
  readonly folder: string;
}

/**
 * A place in a folder of this computer, reached through an SSH server of our own on 127.0.0.1. The server starts when connected to and ends
 * with the session, with all that it started. No isolation: commands run as this user and can do what this user can.
 */
export function embeddedSandbox(settings: EmbeddedSettings, io: Io): Sandbox {
  return { name: settings.name, kind: 'embedded', target: 'embedded', connect: (signal) => connect(settings, io, signal) };
}

async function connect(settings: EmbeddedSettings, io: Io, signal: AbortSignal): Promise<Result<Session, Failure>> {
  const ssh2 = await import('./ssh2.ts');
  let server: EmbeddedServer;
  try {
    makeFolder(io.files, settings.folder, 0o700);
    io.files.chmodSync(settings.folder, 0o700);
  } catch (thrown) {
    return err({ ...fileTrouble(thrown, 'make', settings.folder), sandbox: settings.name });
  }
  try {
    server = await startEmbedded(settings.folder, io.environment, io.nonce(), ssh2);
  } catch (error) {
    return err({ code: 'local-io', message: `embedded: ${(error as Error).message}`, sandbox: settings.name });
  }
  const link = await reach(server, settings, io, signal, ssh2);
  if (!link.ok) {
    await server[Symbol.asyncDispose]();
    return link;
  }
  const session = await openSession(new AheadLink(link.value), { io, patience: patienceOf(settings), signal });
  return session.ok ? ok({ ...session.value, ...PORTS_HERE }) : session;
}

async function reach(
  server: EmbeddedServer,
  settings: EmbeddedSettings,
  io: Io,
  signal: AbortSignal,
  ssh2: typeof import('./ssh2.ts'),
): Promise<Result<Link, Failure>> {
  using limit = limitOf(signal, CONNECT_PATIENCE);
  const stream = await dial('127.0.0.1', server.port, limit.signal);
  if (!stream.ok) return stream;
  const client = await handshake(
    {
      stream: stream.value,
      settings: ourHost(settings.name, server.port),
      hostKeys: {
        algorithms: ['ssh-ed25519'],
        check: (key) =>
          key.equals(server.hostKey) ? ok(undefined) : err({ code: 'host-key-changed', message: 'somebody else answers on our own port' }),
      },
      login: ourLogin(server.clientKey),
      keepalive: KEEPALIVE,
      deadline: limit.deadline,
      patience: CONNECT_PATIENCE,
      signal,
    },
    ssh2,
  );
  return client.ok ? ok(new Ssh2Link(client.value, 'embedded', io.clock, server)) : client;
}

function ourHost(name: string, port: number): HostSettings {
  return {
    named: name,
    hostname: '127.0.0.1',
    port,
    user: USER,
    identityFiles: [],
    agent: undefined,
    identitiesOnly: true,
    knownHosts: [],
    ...UNCONFIGURED,
  };
}

/** One key, once. */
function ourLogin(key: string): Login {
  let given = false;
  const method = (_left: unknown, _partial: unknown, next: (attempt: unknown) => void): void => {
    next(given ? false : { type: 'publickey', username: USER, key });
    given = true;
  };
  return { method: method as Login['method'], tried: ['its own key'], unusable: [], offers: () => [] };
}
