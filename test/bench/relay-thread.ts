// The thread of a relay. Bytes arrive in their order, after the delay, no faster than the rate.
import { connect, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface Wire {
  /** The port of this computer that it leads to. */
  readonly to: number;
  /** Milliseconds each way: half of a round trip. */
  readonly delay: number;
  /** Bits per second, each way; absent: as many as there are. */
  readonly rate?: number;
}

/** Bytes on the way at most; of a narrow wire twice what it holds. */
const MOST = 16 * 2 ** 20;
const LEAST = 256 * 1024;

function carry(from: Socket, to: Socket, { delay, rate }: Wire): void {
  const most = rate === undefined ? MOST : Math.max(LEAST, (rate / 8000) * delay * 2);
  const queue: { readonly due: number; readonly chunk: Buffer | undefined }[] = [];
  let free = 0;
  let held = 0;
  let timer: NodeJS.Timeout | undefined;
  const put = (chunk: Buffer | undefined): void => {
    free = Math.max(free, performance.now()) + (rate === undefined ? 0 : ((chunk?.length ?? 0) * 8000) / rate);
    queue.push({ due: free + delay, chunk });
    held += chunk?.length ?? 0;
    if (held > most) from.pause();
    deliver();
  };
  const deliver = (): void => {
    clearTimeout(timer);
    for (let next = queue[0]; next !== undefined && !to.writableNeedDrain; next = queue[0]) {
      const wait = next.due - performance.now();
      if (wait > 0) {
        timer = setTimeout(deliver, Math.ceil(wait));
        return;
      }
      queue.shift();
      held -= next.chunk?.length ?? 0;
      if (next.chunk === undefined) to.end();
      else to.write(next.chunk);
    }
    if (held <= most) from.resume();
  };
  from.on('data', put);
  from.on('end', () => put(undefined));
  from.on('error', () => put(undefined));
  to.on('drain', deliver);
}

const wire = workerData as Wire;
let connections = 0;
const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  connections++;
  const far = connect({ port: wire.to, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  carry(near, far, wire);
  carry(far, near, wire);
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as { readonly port: number }).port));
parentPort?.on('message', () => parentPort?.postMessage(connections));
