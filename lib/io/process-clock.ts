import { hrtime } from 'node:process';

/** Milliseconds, of which only differences mean something. As performance.now has them, for which Node would load eleven modules. */
export function monotonic(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
