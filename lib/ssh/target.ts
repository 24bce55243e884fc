/** What a user writes to name a host: an ssh_config alias, `user@host`, `user@host:port`, `[::1]:22`. */
export interface Target {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/**
 * Reads a target; undefined if it is none. A host that begins with `-` is refused: ssh would take it for a flag.
 * Blanks and control characters are refused too, since no host has them and a line of known_hosts cannot.
 */
export function parseTarget(text: string): Target | undefined {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  const rest = text.slice(at + 1);
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(rest);
  const plain = bracketed ?? /^([^:]+)(?::(\d+))?$/.exec(rest) ?? /^([0-9A-Fa-f:.]+(?:%[\w.-]+)?)$/.exec(rest);
  const host = plain?.[1];
  if (host === undefined || !isPlain(host) || (user !== undefined && !isPlain(user))) return undefined;
  const port = plain?.[2] === undefined ? undefined : Number(plain[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

function isPlain(word: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return word !== '' && !word.startsWith('-') && !/[\s\u0000-\u001f\u007f'"`$\\;&|<>(){}*?!,#]/.test(word);
}

/** `host` or `[host]:port` as known_hosts and messages write it. */
export function hostAndPort(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}
