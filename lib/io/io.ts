import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { Clock, Files } from '../model/io.ts';
import { monotonic } from './process-clock.ts';

/** node:fs itself. */
export const realFiles: Files = fs;

/** 16 bytes in hexadecimal, 122 bits of them random: a UUID, of which Node makes many at a time (randomBytes: 60 us each). */
export function nonce(): string {
  return randomUUID().replaceAll('-', '');
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop, { once: true });
    }),
};
