import type { Keepalive } from './handshake.ts';
import type { HostSettings } from './host.ts';
import type { AskPassphrase } from './identities.ts';

/** Whole way to a host, name resolution to login, in milliseconds: an unreachable one is said within 10 s. */
export const CONNECT_PATIENCE = 8000;
export const KEEPALIVE: Keepalive = { interval: 15_000, most: 3 };

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
  /** Told what the user has to do besides, such as to touch a token. */
  readonly note?: ((text: string) => void) | undefined;
}

/** What is configured counts where it finds a dead link sooner than KEEPALIVE: many set it for another reason, and far longer. */
export function keepaliveOf({ keepalive }: Pick<Route, 'keepalive'>, configured: Keepalive | undefined): Keepalive {
  if (keepalive !== undefined) return keepalive;
  const time = ({ interval, most }: Keepalive): number => interval * most;
  return configured !== undefined && configured.most > 0 && time(configured) < time(KEEPALIVE) ? configured : KEEPALIVE;
}

export function timeToConnect({ patience }: Pick<Route, 'patience'>, { connectTimeout }: Pick<HostSettings, 'connectTimeout'>): number {
  return patience ?? connectTimeout ?? CONNECT_PATIENCE;
}

interface Deadline {
  readonly deadline: AbortSignal;
  /** The clock stands still while this waits for the user. */
  readonly pausing: <T>(user: () => Promise<T>, over: AbortSignal) => Promise<T>;
  readonly stop: () => void;
}

export function deadlineOf(patience: number): Deadline {
  const late = new AbortController();
  const begin = (): NodeJS.Timeout => setTimeout(() => late.abort(), patience);
  let timer = begin();
  return {
    deadline: late.signal,
    pausing: async (user, over) => {
      clearTimeout(timer);
      try {
        return await user();
      } finally {
        if (!over.aborted) timer = begin();
      }
    },
    stop: () => clearTimeout(timer),
  };
}
