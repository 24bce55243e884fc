import { connect, createServer, type Socket } from 'node:net';

/**
 * What a network does to a connection: nothing; every chunk later by so many ms; `hole`: bytes vanish both ways and nobody is told;
 * `reset` and `close` end it; `garbage`: bytes of the far side are altered; `half`: what we send vanishes, what they send arrives.
 */
export type Fault = 'none' | 'hole' | 'half' | 'reset' | 'close' | 'garbage' | { readonly delay: number };

/** A TCP proxy on 127.0.0.1 that can be told to misbehave at any moment. */
export interface ChaosProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on, for connections open and to come. */
  set(fault: Fault): void;
  /** Sets `fault` as soon as the far side has sent so many bytes on one connection. */
  after(bytes: number, fault: Fault): void;
  /** Whom connections to come are led to: a port of 127.0.0.1. */
  lead(to: number): void;
  /** From now on nobody listens on the port; or somebody does again. */
  listens(does: boolean): Promise<void>;
}

export async function startProxy(leads: number): Promise<ChaosProxy> {
  let to = leads;
  let fault: Fault = 'none';
  let later: { readonly bytes: number; readonly fault: Fault } | undefined;
  const sockets = new Set<Socket>();
  const end = (): void => {
    for (const socket of sockets) {
      if (fault === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  const set = (next: Fault): void => {
    fault = next;
    if (fault === 'reset' || fault === 'close') end();
  };
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    let received = 0;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (fault !== 'hole') (socket === near ? far : near).destroy();
      });
    }
    near.on('data', (chunk) => {
      if (fault === 'hole' || fault === 'half') return;
      pass(chunk, far);
    });
    far.on('data', (chunk) => {
      received += chunk.length;
      if (later && received >= later.bytes) {
        const next = later.fault;
        later = undefined;
        set(next);
      }
      if (fault === 'hole') return;
      pass(fault === 'garbage' ? Buffer.from(chunk.map((byte) => byte ^ 0x55)) : chunk, near);
    });
    if (fault === 'reset') near.resetAndDestroy();
    if (fault === 'close') near.destroy();
  });
  const pass = (chunk: Buffer, to: Socket): void => {
    const write = (): void => void (to.destroyed || to.write(chunk));
    if (typeof fault === 'object') setTimeout(write, fault.delay);
    else write();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    set,
    after: (bytes, next) => {
      later = { bytes, fault: next };
    },
    lead: (next) => {
      to = next;
    },
    listens: (does) =>
      new Promise<void>((resolve) => {
        if (does) server.listen(port, '127.0.0.1', resolve);
        else {
          server.close(); // calls back only when every connection has ended
          resolve();
        }
      }),
    async [Symbol.asyncDispose]() {
      fault = 'none';
      end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
