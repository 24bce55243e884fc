import { shellQuote } from '../../base/quote.ts';
import type { Failure } from '../../model/failure.ts';
import { lostFailure, reachFailure } from '../failures.ts';
import type { HostSettings } from '../host.ts';
import { knownName } from '../hostkeys.ts';

/** What ssh prints, and the error of the system that it means. */
const ERRORS: readonly (readonly [said: RegExp, code: string])[] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/could not resolve|name or service not known/i, 'ENOTFOUND'],
  [/no route to host|network is unreachable|network is down/i, 'EHOSTUNREACH'],
  [/timed out/i, 'ETIMEDOUT'],
  [/connection reset|broken pipe/i, 'ECONNRESET'],
];

/** What ssh says of an end whose reason it does not know: a program on the way, as a ProxyCommand, may have said it before. */
const CLOSED = /^(kex_exchange_identification: (Connection closed|read: Connection reset)|Connection (closed|reset) by )/;

/** Why the system's ssh did not get to a host, from what it printed: the language of OpenSSH is English everywhere. */
export function failureOf(said: string, settings: HostSettings): Failure {
  const lines = said.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').slice(-5);
  const label = `${settings.hostname}:${settings.port}`;
  const name = knownName(settings);
  const trust = `sbx trust ${shellQuote(settings.named)}${settings.tunnel === undefined ? '' : ` --tunnel ${settings.tunnel}`}`;
  const why = last.at(-1) ?? 'no reason given';
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*differs/i.test(said)) {
    const message = `the key of ${name} has changed, ssh says; somebody may be in between`;
    return { code: 'host-key-changed', message, hint: `if the host was made anew: ${trust}`, lastLines: last };
  }
  if (/marked as revoked|REVOKED HOST KEY/i.test(said)) {
    return { code: 'host-key-revoked', message: `the key of ${name} is marked @revoked in known_hosts` };
  }
  if (/host key verification failed|no .* host key is known|certificate invalid/i.test(said)) {
    const message = `the key of ${name} is not known: ${lines.find((line) => /host key is known|invalid/i.test(line)) ?? why}`;
    return { code: 'host-key-unknown', message, hint: `look at its fingerprint, and accept it: ${trust}` };
  }
  const refused = lines.find((line) => /permission denied|too many authentication failures/i.test(line));
  if (refused !== undefined) {
    const message = `${settings.user}@${label}: login refused (${refused})`;
    return { code: 'auth-failed', message, hint: `does \`ssh ${settings.named}\` get in?`, lastLines: last };
  }
  if (/bad configuration option|terminating, \d+ bad|keyword .* extra arguments|missing argument/i.test(said)) {
    return { code: 'ssh-config', message: `${settings.named}: ${why}` };
  }
  const cause = last.findLast((line) => !CLOSED.test(line));
  const code = ERRORS.find(([pattern]) => pattern.test(said))?.[1] ?? (cause === undefined ? 'ECONNRESET' : undefined);
  const failure = reachFailure(label, 'handshake', { code, message: cause ?? why });
  return { ...failure, lastLines: last, ...(code === undefined ? { hint: `does \`ssh ${settings.named}\` get in?` } : {}) };
}

/** Why the connection ended that there was. */
export function endOf(said: string, label: string): Failure {
  const why = said
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
  return lostFailure(label, why ?? 'ssh has ended');
}
