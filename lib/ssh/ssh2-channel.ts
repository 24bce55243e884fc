import type { Exit } from '../model/exit.ts';
import type { Channel } from './link.ts';
import type { ClientChannel } from './ssh2.ts';

interface Inside {
  readonly outgoing?: { readonly id: number; readonly state: string };
  readonly _client?: { readonly _protocol?: { signal?(channel: number, name: string): void } };
}

/** A channel of ssh2 as ours. To be called before anything is awaited: what it emits first is not kept. */
export function channelOf(channel: ClientChannel): Channel {
  let exit: Exit | undefined;
  channel.on('exit', (code: number | null, name = 'SIGKILL') => {
    exit = code === null ? { signal: name } : { code };
  });
  channel.on('error', () => {});
  const ended = new Promise<Exit | undefined>((resolve) => channel.once('close', () => resolve(exit)));
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    terminate: () => terminate(channel),
    resize: (rows, columns) => channel.setWindow(rows, columns, 0, 0),
    close: () => channel.close(),
  };
}

/**
 * Sends TERM to the command of a channel. ssh2's own `signal` does nothing once our side has sent its end of file, though the protocol
 * allows it; a command that only writes or sleeps is in just that state.
 */
function terminate(channel: ClientChannel): void {
  const { outgoing, _client } = channel as unknown as Inside;
  if (outgoing === undefined || (outgoing.state !== 'open' && outgoing.state !== 'eof')) return;
  _client?._protocol?.signal?.(outgoing.id, 'TERM');
}
