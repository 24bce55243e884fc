/** Chunks on their way from one who gives them to one who takes them. */
export interface Pipe {
  readonly push: (chunk: Uint8Array) => void;
  /** No more will come. */
  end(): void;
  /** Bytes that were not taken yet. */
  waiting(): number;
  /** For one who takes them, once. */
  chunks(): AsyncGenerator<Uint8Array>;
}

export function makePipe(): Pipe {
  const queue: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let wake = (): void => {};
  return {
    push(chunk) {
      queue.push(chunk);
      bytes += chunk.length;
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    waiting: () => bytes,
    async *chunks() {
      while (queue.length > 0 || !ended) {
        const chunk = queue.shift();
        if (chunk) {
          bytes -= chunk.length;
          yield chunk;
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
