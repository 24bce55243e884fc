/** Things of which each serves one trial at a time. */
export interface Pool<T> {
  readonly all: readonly T[];
  /** Waits for one that is free. */
  use<R>(of: (one: T) => Promise<R>): Promise<R>;
}

export function poolOf<T>(all: readonly T[]): Pool<T> {
  const free = [...all];
  const waiting: ((one: T) => void)[] = [];
  return {
    all,
    async use(of) {
      const one = free.pop() ?? (await new Promise<T>((take) => waiting.push(take)));
      try {
        return await of(one);
      } finally {
        const next = waiting.shift();
        if (next) next(one);
        else free.push(one);
      }
    },
  };
}
