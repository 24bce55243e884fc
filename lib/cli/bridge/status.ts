import { formatDuration } from '../../base/duration.ts';
import type { Result } from '../../base/result.ts';
import { limitOf } from '../../io/limit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import { resolveHost } from '../../ssh/config.ts';
import { dial } from '../../ssh/dial.ts';
import { type SshSettings, sshSandbox } from '../../ssh/ssh.ts';
import type { PortEntry } from './ports.ts';

// Looks through the ports of the bridge: who answers at the other end of each tunnel.

/** `no-tunnel`: nothing listens there. `refused`: something does, and nothing could be asked through it. */
export type PortSeen = PortEntry & (PortUp | { readonly is: 'no-tunnel' } | { readonly is: 'refused'; readonly failure: Failure });

interface PortUp {
  readonly is: 'up';
  readonly hostname: string;
  /** Version of GHC; empty if there is none. */
  readonly ghc: string;
  /** Of one small program on the open connection, milliseconds. */
  readonly latency: number;
}

interface Patience {
  /** Milliseconds to open a TCP connection. */
  readonly connect: number;
  /** Milliseconds for all that is asked. */
  readonly whole: number;
}

export const PATIENCE: Patience = { connect: 2000, whole: 15_000 };

const ASK = `uname -n
if [ -f "$HOME/.ghcup/env" ]; then . "$HOME/.ghcup/env"; fi
ghc --numeric-version 2>/dev/null || true`;

type Settings = Pick<SshSettings, 'user' | 'state' | 'ask'>;

export async function lookAt(entry: PortEntry, settings: Settings, io: Io, patience: Patience, signal: AbortSignal): Promise<PortSeen> {
  using first = limitOf(signal, patience.connect);
  const tcp = await dial('localhost', entry.port, first.signal);
  if (!tcp.ok) return { ...entry, is: 'no-tunnel' };
  tcp.value.destroy();
  using limit = limitOf(signal, patience.whole);
  const asked = await askThrough(entry, settings, io, limit.signal);
  if (asked.ok) return { ...entry, ...asked.value };
  signal.throwIfAborted();
  const late: Failure = { code: 'unreachable', message: `it took longer than ${formatDuration(patience.whole)}` };
  return { ...entry, is: 'refused', failure: limit.deadline.aborted ? late : asked.error };
}

async function askThrough(entry: PortEntry, settings: Settings, io: Io, signal: AbortSignal): Promise<Result<PortUp, Failure>> {
  const named = await nameOf(entry, settings, io, signal);
  const session = await sshSandbox({ ...settings, name: named, named, grace: 0, owner: '' }, io).connect(signal);
  if (!session.ok) return session;
  await using open = session.value;
  const start = io.clock.monotonic();
  const ping = await open.program(':', [], { signal });
  const latency = Math.round(io.clock.monotonic() - start);
  const told = ping.ok ? await open.program(ASK, [], { signal }) : ping;
  if (!told.ok) return told;
  const [hostname = '', ghc = ''] = new TextDecoder().decode(told.value.stdout).split('\n');
  return { ok: true, value: { is: 'up', hostname, ghc, latency } };
}

/** The VM's own name if ssh_config leads to this port by it, since its host key is pinned under that; else the port. */
async function nameOf({ vm, port }: PortEntry, { user }: Settings, io: Io, signal: AbortSignal): Promise<string> {
  const plain = `localhost:${port}`;
  if (vm === '') return plain;
  const known = await resolveHost({ named: vm, user }, io, signal);
  const isHere = known.ok && known.value.port === port && ['localhost', '127.0.0.1', '::1'].includes(known.value.hostname);
  return isHere ? vm : plain;
}
