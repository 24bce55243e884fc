/** What OpenSSH would use for a host, as far as we can follow it. Paths are absolute. */
export interface HostSettings {
  /** As the user named it; goes into messages and into the `sbx trust` line. */
  readonly named: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** In the order to try. */
  readonly identityFiles: readonly string[];
  /** Socket of the agent; undefined: none. */
  readonly agent: string | undefined;
  readonly identitiesOnly: boolean;
  /** The port here that leads to it, if that is how it is reached. */
  readonly tunnel?: number;
  /** Hops to go through, nearest first. */
  readonly jumps: readonly string[];
  readonly knownHosts: readonly string[];
  /** The name under which the host key is kept. */
  readonly hostKeyAlias: string | undefined;
  /** Milliseconds; undefined: not configured. */
  readonly connectTimeout: number | undefined;
  /** ServerAliveInterval in milliseconds and ServerAliveCountMax; undefined: not configured. */
  readonly keepalive: { readonly interval: number; readonly most: number } | undefined;
  /** Why the system's ssh has to carry a link to it; undefined: ssh2 can. */
  readonly beyond: Beyond | undefined;
  /** The files of configuration that say this, as `Include` names them. */
  readonly configFiles: readonly string[];
  /** The socket at which an ssh of the user may share its connection. */
  readonly shared: string | undefined;
}

/** Of a host of which no configuration says anything. */
export const UNCONFIGURED = {
  jumps: [],
  hostKeyAlias: undefined,
  connectTimeout: undefined,
  keepalive: undefined,
  beyond: undefined,
  configFiles: [],
  shared: undefined,
} as const satisfies Partial<HostSettings>;

/** Why ssh2 cannot carry a link to a host; the end of a sentence. */
export interface Beyond {
  readonly why: string;
  /** Not even a try makes sense: it would dial something else. */
  readonly wholly?: true;
}
