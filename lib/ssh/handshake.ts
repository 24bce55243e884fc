import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import { CANCELLED, lateFailure, type Phase, type Refusal, reachFailure } from './failures.ts';
import type { HostSettings } from './host.ts';
import type { HostKeys } from './hostkeys.ts';
import type { Login } from './identities.ts';
import { signAtOnce } from './sign-at-once.ts';
import type { Client } from './ssh2.ts';

type Ssh2 = typeof import('./ssh2.ts');

/** Milliseconds between keepalives; three without an answer end the link. */
export interface Keepalive {
  readonly interval: number;
  readonly most: number;
}

interface Greeting {
  readonly stream: Duplex;
  readonly settings: HostSettings;
  readonly hostKeys: HostKeys;
  readonly login: Login;
  readonly keepalive: Keepalive;
  /** Aborts at the deadline of the connection. */
  readonly deadline: AbortSignal;
  /** The deadline in milliseconds, for the message. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/** SSH over a stream: the host key is checked before anything is sent that is ours. */
export function handshake(greeting: Greeting, ssh2: Ssh2): Promise<Result<Client, Refusal>> {
  const { settings, stream, deadline, signal } = greeting;
  const label = `${settings.hostname}:${settings.port}`;
  const client = new ssh2.SshClient();
  let phase: Phase = 'handshake';
  let refused: Failure | undefined;
  return new Promise((resolve) => {
    const settle = (result: Result<Client, Refusal>): void => {
      deadline.removeEventListener('abort', late);
      signal.removeEventListener('abort', stop);
      if (!result.ok) {
        client.destroy();
        stream.destroy();
      }
      resolve(result);
    };
    const late = (): void => settle(err(lateFailure(label, phase, greeting.patience)));
    const stop = (): void => settle(err(CANCELLED));
    deadline.addEventListener('abort', late, { once: true });
    signal.addEventListener('abort', stop, { once: true });
    client.on('handshake', () => {
      phase = 'login';
    });
    client.on('ready', () => settle(ok(client)));
    client.on('error', (error: Error & { level?: string; code?: string }) => {
      if (refused) settle(err(refused));
      else if (error.level === 'client-authentication') settle(err(authFailure(label, greeting)));
      else settle(err(reachFailure(label, phase, error)));
    });
    client.on('close', () => settle(err(refused ?? reachFailure(label, phase, { code: 'ECONNRESET', message: 'closed by the far side' }))));
    client.connect({
      sock: stream as never,
      username: settings.user,
      hostVerifier: (key: Buffer) => {
        const checked = greeting.hostKeys.check(key);
        if (!checked.ok) refused = checked.error;
        return checked.ok;
      },
      authHandler: greeting.login.method,
      algorithms: { serverHostKey: greeting.hostKeys.algorithms as never },
      keepaliveInterval: greeting.keepalive.interval,
      keepaliveCountMax: greeting.keepalive.most,
      readyTimeout: 0, // the deadline above covers dialling too
    });
    signAtOnce(client);
  });
}

function authFailure(label: string, { settings, login }: Greeting): Refusal {
  const tried = login.tried.length === 0 ? 'no key to try' : `tried ${login.tried.join(', ')}`;
  const notes = [...login.unusable];
  const offers = login.offers();
  if (offers.length > 0 && !offers.includes('publickey')) notes.push(`the server takes only ${offers.join(', ')}`);
  const message = `${settings.user}@${label}: login refused (${[tried, ...notes].join('; ')})`;
  const encrypted = login.unusable.some((note) => note.includes('ssh-add'));
  const hint = encrypted ? 'add the key to the agent with ssh-add' : `is the key in ~/.ssh/authorized_keys of ${settings.user} there?`;
  return { code: 'auth-failed', message, hint, lacks: 'login' };
}
