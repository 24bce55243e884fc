import { connect, type Socket } from 'node:net';
import { err, ok, type Result } from '../../base/result.ts';
import { Connection } from './connection.ts';
import { Frames, frame, pack, Words } from './wire.ts';

// The way into the connection of another ssh: the socket that its ControlPath names (PROTOCOL.mux of OpenSSH, 7.4 and later).

const HELLO = 1;
const VERSION = 4;
const PROXY = 0x1000000f;
const PROXIED = 0x8000000f;
const REQUEST = 1;

export interface Shared {
  readonly connection: Connection;
  readonly socket: Socket;
}

/** Joins the connection of the master behind `path`; why it did not otherwise. */
export function joinMaster(path: string, until: AbortSignal): Promise<Result<Shared, string>> {
  return new Promise((resolve) => {
    if (until.aborted) return resolve(err('not any more'));
    const socket = connect(path);
    const settle = (result: Result<Shared, string>): void => {
      until.removeEventListener('abort', late);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const late = (): void => settle(err('no answer'));
    until.addEventListener('abort', late, { once: true });
    const frames = new Frames((one) => {
      const words = new Words(one);
      const type = words.number();
      if (type === HELLO) {
        if (words.number() !== VERSION) return settle(err('another version of its protocol'));
        socket.write(Buffer.concat([frame(pack(HELLO, VERSION)), frame(pack(PROXY, REQUEST))]));
      } else if (type === PROXIED) settle(ok({ connection: new Connection(socket, frames), socket }));
      else settle(err('it does not share its connection'));
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        socket.destroy(error as Error); // whoever speaks so is no ssh
      }
    });
    socket.on('error', (error) => settle(err(error.message)));
    socket.on('close', () => settle(err('it is gone')));
  });
}
