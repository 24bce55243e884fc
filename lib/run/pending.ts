/** Small blobs between the moment they are made and the record that will hold them. Counted, as two steps may make the same. */
import { type Digest, digestOf } from '../base/digest.ts';

interface Pending {
  /** False if it is too large, or too much waits already: then it has to become a blob of its own. */
  add(bytes: Uint8Array): Digest | undefined;
  /** Hands over one count of it. */
  take(digest: Digest): Uint8Array | undefined;
}

/** Larger ones are files of their own. */
const SMALL = 32 * 1024;
const MOST = 16 * 2 ** 20;

export function makePending(): Pending {
  const waiting = new Map<Digest, { readonly bytes: Uint8Array; count: number }>();
  let total = 0;
  return {
    add(bytes) {
      if (bytes.length > SMALL || total + bytes.length > MOST) return undefined;
      const digest = digestOf(bytes);
      const known = waiting.get(digest);
      if (known) known.count += 1;
      else {
        waiting.set(digest, { bytes: Uint8Array.from(bytes), count: 1 });
        total += bytes.length;
      }
      return digest;
    },
    take(digest) {
      const known = waiting.get(digest);
      if (!known) return undefined;
      known.count -= 1;
      if (known.count === 0) {
        waiting.delete(digest);
        total -= known.bytes.length;
      }
      return known.bytes;
    },
  };
}
