import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import type { Clock, Files } from '../model/io.ts';

/** node:fs itself. */
export const realFiles: Files = fs;

/** 16 random bytes in hexadecimal. */
export function nonce(): string {
  return randomBytes(16).toString('hex');
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
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
