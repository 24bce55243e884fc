import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Wire } from './relay-thread.ts';

// A long or narrow wire to a port of this computer: the kernel of many a machine has no netem.

export interface Relay extends AsyncDisposable {
  /** Whoever connects here reaches the port at the end of the wire. */
  readonly port: number;
  /** Connections that were made so far. */
  connections(): Promise<number>;
}

/** In a thread of its own: who measures blocks his for as long as a command takes. */
export async function startRelay(wire: Wire): Promise<Relay> {
  const thread = new Worker(new URL('relay-thread.js', import.meta.url), { workerData: wire });
  const heard = async (): Promise<number> => Number((await once(thread, 'message'))[0]);
  return {
    port: await heard(),
    async connections() {
      thread.postMessage('connections');
      return await heard();
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}
