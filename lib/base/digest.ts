import { hash } from 'node:crypto';

/** A sha256 as 64 lower-case hexadecimal digits. */
export type Digest = string;

export function digestOf(bytes: string | Uint8Array): Digest {
  return hash('sha256', bytes, 'hex');
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
