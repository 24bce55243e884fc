/** Where a view writes to: a stream that may be closed by its reader at any moment (`sbx run | head`). */
export interface Sink {
  write(text: string): void;
  /** Resolves when all that was written was handed over, or nobody reads any more. */
  flush(): Promise<void>;
  /** Nobody reads any more. */
  closed(): boolean;
  /** Why something could not be written, e.g. a full disk; undefined too if the reader merely went away. */
  trouble(): string | undefined;
}

/** What is written there is dropped. */
export const SILENT: Sink = { write: () => {}, flush: async () => {}, closed: () => false, trouble: () => undefined };

/** Never throws and never lets the stream's `error` event end the process: what cannot be written any more is dropped. */
export function sinkOf(stream: NodeJS.WritableStream): Sink {
  let closed = false;
  let trouble: string | undefined;
  const close = (error?: NodeJS.ErrnoException): void => {
    closed = true;
    if (error && error.code !== 'EPIPE') trouble ??= error.code ?? error.message;
  };
  stream.on('error', close);
  stream.on('close', () => close());
  return {
    write(text) {
      if (closed || text === '') return;
      try {
        stream.write(text);
      } catch {
        closed = true;
      }
    },
    flush: () =>
      new Promise((resolve) => {
        if (closed) return resolve();
        stream.once('close', () => resolve());
        stream.once('error', () => resolve());
        try {
          stream.write('', () => resolve());
        } catch {
          resolve();
        }
      }),
    closed: () => closed,
    trouble: () => trouble,
  };
}
