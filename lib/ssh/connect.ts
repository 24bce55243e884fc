import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { type HostSettings, resolveHost } from './config.ts';
import { dial } from './dial.ts';
import { CANCELLED, lateFailure } from './failures.ts';
import { handshake, type Keepalive } from './handshake.ts';
import { type HostKeys, hostKeys } from './hostkeys.ts';
import { type AskPassphrase, login } from './identities.ts';
import type { Link } from './link.ts';
import type { Client } from './ssh2.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** Whole way to a host, name resolution to login, in milliseconds: an unreachable one is said within 10 s. */
export const CONNECT_PATIENCE = 8000;
export const KEEPALIVE: Keepalive = { interval: 15_000, most: 3 };
const MOST_HOPS = 8;

export type Hop = Pick<Route, 'named' | 'user' | 'tunnel'>;

export interface Route {
  /** An ssh_config alias or `user@host:port`. */
  readonly named: string;
  readonly user?: string | undefined;
  /** What is known of it already; then no configuration is asked. */
  readonly at?: HostSettings;
  /** The port here that leads to its sshd, which is dialled in its place. */
  readonly tunnel?: number | undefined;
  /** The host that its address is seen from, in place of the jumps of the configuration. */
  readonly from?: Hop | undefined;
  /** sbx's state folder, for its own known_hosts. */
  readonly state: string;
  /** Milliseconds; absent: ConnectTimeout of the configuration, else CONNECT_PATIENCE. */
  readonly patience?: number | undefined;
  readonly keepalive?: Keepalive | undefined;
  readonly ask?: AskPassphrase | undefined;
}

/** Who decides about host keys: known_hosts, except where a key is only to be read. */
type JudgeKeys = (settings: HostSettings) => HostKeys;

/** Connects to a host through its jumps; each hop's key is verified. */
export async function connectRoute(route: Route, io: Io, signal: AbortSignal, judge?: JudgeKeys): Promise<Result<Link, Failure>> {
  return reach(route, io, signal, judge, 0);
}

async function reach(
  route: Route,
  io: Io,
  signal: AbortSignal,
  judge: JudgeKeys | undefined,
  depth: number,
): Promise<Result<Link, Failure>> {
  if (depth > MOST_HOPS)
    return err({ code: 'ssh-config', message: `ProxyJump of ${route.named} goes through more than ${MOST_HOPS} hosts` });
  const asked = route.at === undefined ? resolveHost(route, io, signal) : ok(route.at);
  const [resolved] = await Promise.all([asked, import('./ssh2.ts')]); // either takes as long as the other
  if (signal.aborted) return err(CANCELLED);
  if (!resolved.ok) return resolved;
  const settings = resolved.value;
  let under: Link | undefined;
  const configured = (): readonly Hop[] => settings.jumps.map((hop) => ({ named: hop.replace(/^ssh:\/\//, '') }));
  for (const [index, hop] of (route.from === undefined ? configured() : [route.from]).entries()) {
    const { user: _, at: __, tunnel: ___, from: ____, ...rest } = route;
    const next: Result<Link, Failure> =
      under === undefined
        ? await reach({ ...rest, ...hop }, io, signal, undefined, depth + 1)
        : await through(under, { ...rest, ...hop }, io, signal);
    if (!next.ok) {
      await under?.[Symbol.asyncDispose]();
      const message = `jump host ${index + 1} of ${route.named}: ${next.error.message}`;
      return err({ ...next.error, message });
    }
    under = next.value;
  }
  return greet(route, settings, under, io, signal, judge);
}

/** A hop beyond the first: its own ProxyJump is not followed, as with ssh. */
async function through(under: Link, route: Route, io: Io, signal: AbortSignal): Promise<Result<Link, Failure>> {
  const resolved = await resolveHost(route, io, signal);
  return resolved.ok ? greet(route, resolved.value, under, io, signal, undefined) : resolved;
}

async function greet(
  route: Route,
  settings: HostSettings,
  under: Link | undefined,
  io: Io,
  signal: AbortSignal,
  judge: JudgeKeys | undefined,
): Promise<Result<Link, Failure>> {
  const ssh2 = await import('./ssh2.ts');
  const label = `${settings.hostname}:${settings.port}`;
  const patience = route.patience ?? settings.connectTimeout ?? CONNECT_PATIENCE;
  const { deadline, pausing, stop } = deadlineOf(patience);
  const over = new AbortController();
  const until = AbortSignal.any([signal, deadline]);
  const stream: Result<Duplex, Failure> =
    under === undefined
      ? await dial(settings.hostname, settings.port, until)
      : await under.forward(settings.hostname, settings.port, until);
  if (!stream.ok) {
    stop();
    return deadline.aborted && !signal.aborted ? err(lateFailure(label, 'dial', patience)) : stream;
  }
  const client: Result<Client, Failure> = await handshake(
    {
      stream: stream.value,
      settings,
      hostKeys: (judge ?? ((host) => hostKeys(host, route.state, io.files)))(settings),
      login: login(settings, io.files, route.ask && pausing(route.ask, over.signal), ssh2),
      keepalive: route.keepalive ?? shorter(settings.keepalive),
      deadline,
      patience,
      signal,
    },
    ssh2,
  );
  stop();
  over.abort(); // it may have failed while the user was asked
  if (!client.ok) return client;
  return ok(new Ssh2Link(client.value, `${settings.user}@${label}`, io.clock, under));
}

/** What is configured counts where it finds a dead link sooner than KEEPALIVE: many set it for another reason, and far longer. */
function shorter(configured: Keepalive | undefined): Keepalive {
  const time = ({ interval, most }: Keepalive): number => interval * most;
  return configured !== undefined && configured.most > 0 && time(configured) < time(KEEPALIVE) ? configured : KEEPALIVE;
}

interface Deadline {
  readonly deadline: AbortSignal;
  /** The clock stands still while the user is asked. */
  readonly pausing: (ask: AskPassphrase, over: AbortSignal) => (keyFile: string) => Promise<string | undefined>;
  readonly stop: () => void;
}

function deadlineOf(patience: number): Deadline {
  const late = new AbortController();
  const begin = (): NodeJS.Timeout => setTimeout(() => late.abort(), patience);
  let timer = begin();
  return {
    deadline: late.signal,
    pausing: (ask, over) => async (keyFile) => {
      clearTimeout(timer);
      try {
        return await ask(keyFile, over);
      } finally {
        if (!over.aborted) timer = begin();
      }
    },
    stop: () => clearTimeout(timer),
  };
}
