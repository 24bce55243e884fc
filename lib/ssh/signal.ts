import type { ClientChannel } from './ssh2.ts';

interface Inside {
  readonly outgoing?: { readonly id: number; readonly state: string };
  readonly _client?: { readonly _protocol?: { signal?(channel: number, name: string): void } };
}

/**
 * Sends a signal to the command of a channel. ssh2's own `signal` does nothing once our side has sent its end of file, though the protocol
 * allows it; a command that only writes or sleeps is in just that state.
 */
export function signalCommand(channel: ClientChannel, name: 'TERM' | 'HUP' | 'INT'): void {
  const { outgoing, _client } = channel as unknown as Inside;
  if (outgoing === undefined || (outgoing.state !== 'open' && outgoing.state !== 'eof')) return;
  _client?._protocol?.signal?.(outgoing.id, name);
}
