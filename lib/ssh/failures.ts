import type { Failure } from '../model/failure.ts';

/** Ended because the caller no longer wants it. */
export const CANCELLED: Failure = { code: 'cancelled', message: 'cancelled' };

export type Phase = 'dial' | 'handshake' | 'login';

/** A failure of ssh2 of which the system's ssh may know better: nothing in common with the server, or a login that it refused. */
export type Refusal = Failure & { readonly lacks?: 'algorithms' | 'login' };

/** What an error on the way to a host means, in one line. `label` is host:port. */
export function reachFailure(
  label: string,
  phase: Phase,
  error: { readonly code?: string | undefined; readonly message: string },
): Refusal {
  const say = (what: string, hint?: string): Failure => ({
    code: 'unreachable',
    message: `${label}: ${what}`,
    ...(hint === undefined ? {} : { hint }),
  });
  switch (error.code) {
    case 'ECONNREFUSED':
      return say('connection refused', 'is the machine up and sshd listening on that port?');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
      return say('no such host name', 'is the name right, and is there a network?');
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
      return say('no route to the host', 'is the machine up, and the VPN or tunnel?');
    case 'ETIMEDOUT':
      return say('no answer', 'is the machine up, and does a firewall let this port through?');
    case 'ECONNRESET':
    case 'EPIPE':
      return say(
        phase === 'dial' ? 'connection reset' : 'connection reset before login',
        'something on the way, or MaxStartups of sshd, cut it',
      );
  }
  if (/identification|banner|protocol version|Protocol Version/i.test(error.message)) {
    return say('the answer is not that of an SSH server', 'is this the right port?');
  }
  if (/no matching|negotiat/i.test(error.message)) {
    return { ...say(`no algorithm in common (${error.message})`, 'the far side is too old or too new'), lacks: 'algorithms' };
  }
  if (phase === 'handshake') return say(`no SSH connection (${error.message})`, 'is this the port of sshd?');
  return say(error.message);
}

/** The deadline passed; what is missing depends on how far it went. */
export function lateFailure(label: string, phase: Phase, ms: number): Failure {
  const seconds = `${Math.round(ms / 100) / 10} s`;
  switch (phase) {
    case 'dial':
      return {
        code: 'unreachable',
        message: `${label}: no answer within ${seconds}`,
        hint: 'is the machine up, and does a firewall let this port through?',
      };
    case 'handshake':
      return {
        code: 'unreachable',
        message: `${label}: connected, but no SSH server answered within ${seconds}`,
        hint: 'is this the port of sshd?',
      };
    case 'login':
      return { code: 'unreachable', message: `${label}: login took longer than ${seconds}` };
  }
}

export function lostFailure(label: string, why: string): Failure {
  return { code: 'link-lost', message: `${label}: the connection was lost (${why})`, hint: 'run again when it is back' };
}

export function refusedChannel(label: string, why: string): Failure {
  return { code: 'channel-refused', message: `${label}: no channel (${why})`, hint: 'raise MaxSessions in its sshd_config' };
}

const FORWARDING = 'does AllowTcpForwarding of its sshd_config allow it?';

/** What a far side could not or would not reach for us. */
export function unreachedPort(label: string, host: string, port: number, why: string): Failure {
  // Where it tried, sshd says why.
  const isRefused = /open failed$/.test(why);
  const said = isRefused ? `its sshd opens no connection for us: ${FORWARDING}` : why;
  return { code: 'unreachable', message: `${host}:${port}: not reachable from ${label} (${said})` };
}

/** A far side says no more than that it does not listen there. */
export function refusedPort(label: string, port: number): Failure {
  return { code: 'port-in-use', message: `${label}: its sshd does not listen on port ${port} for us`, hint: FORWARDING };
}
