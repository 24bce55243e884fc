import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { dial } from './dial.ts';
import { lateFailure, type Refusal } from './failures.ts';
import { handshake } from './handshake.ts';
import type { HostSettings } from './host.ts';
import { type HostKeys, hostKeys } from './hostkeys.ts';
import { login } from './identities.ts';
import type { Link } from './link.ts';
import { deadlineOf, keepaliveOf, type Route, timeToConnect } from './route.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** Who decides about host keys: known_hosts, except where a key is only to be read. */
export type JudgeKeys = (settings: HostSettings) => HostKeys;

/** One host by ssh2, through the link `under` or from here. What is under it stays open if this fails. */
export async function greet(
  route: Route,
  settings: HostSettings,
  under: Link | undefined,
  io: Io,
  signal: AbortSignal,
  judge: JudgeKeys | undefined,
): Promise<Result<Link, Refusal>> {
  const ssh2 = await import('./ssh2.ts');
  const label = `${settings.hostname}:${settings.port}`;
  const patience = timeToConnect(route, settings);
  const { deadline, pausing, stop } = deadlineOf(patience);
  const over = new AbortController();
  const { ask } = route;
  const until = AbortSignal.any([signal, deadline]);
  const stream: Result<Duplex, Failure> =
    under === undefined
      ? await dial(settings.hostname, settings.port, until)
      : await under.forward(settings.hostname, settings.port, until);
  if (!stream.ok) {
    stop();
    return deadline.aborted && !signal.aborted ? err(lateFailure(label, 'dial', patience)) : stream;
  }
  const client = await handshake(
    {
      stream: stream.value,
      settings,
      hostKeys: (judge ?? ((host) => hostKeys(host, route.state, io.files)))(settings),
      login: login(settings, io.files, ask && ((keyFile) => pausing(() => ask(keyFile, over.signal), over.signal)), ssh2),
      keepalive: keepaliveOf(route, settings.keepalive),
      deadline,
      patience,
      signal,
    },
    ssh2,
  );
  stop();
  over.abort(); // it may have failed while the user was asked
  return client.ok ? ok(new Ssh2Link(client.value, `${settings.user}@${label}`, io.clock, under)) : client;
}
