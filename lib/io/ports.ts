import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Listening, Ports } from '../model/sandbox.ts';

const LOOPBACK = '127.0.0.1';

/** The ports of this computer. */
export const PORTS_HERE: Ports = { forward: dialHere, listen: listenHere };

function dialHere(host: string, port: number, signal: AbortSignal): Promise<Result<Duplex, Failure>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const stop = (): void => void socket.destroy(new Error('cancelled'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      resolve(ok(socket));
    });
    socket.once('close', () => signal.removeEventListener('abort', stop));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
      const why = first.code === 'ECONNREFUSED' ? 'connection refused' : first.message;
      resolve(err({ code: 'unreachable', message: `${host}:${port}: ${why}` }));
    });
  });
}

function listenHere(port: number, taken: (stream: Duplex) => void, signal: AbortSignal): Promise<Result<Listening, Failure>> {
  return new Promise((resolve) => {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => taken(socket.on('error', () => {})));
    const ended = new Promise<undefined>((over) => server.once('close', () => over(undefined)));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'port-in-use' : 'local-io';
      resolve(err({ code, message: `port ${port} cannot be listened on here: ${error.message}` }));
    });
    server.listen({ port, host: LOOPBACK, signal }, () => resolve(ok({ ended })));
  });
}
