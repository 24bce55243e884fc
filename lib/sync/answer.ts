import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';

// What a far side answers, kept up to a bound. Knows nothing of what the answer means, nor of how it came.

const FIRST = 64 * 1024;

interface Answer {
  /** Takes the next bytes; what is beyond the bound is dropped. */
  take(chunk: Uint8Array): void;
  /** Aborts when more came than is taken. */
  readonly full: AbortSignal;
  /** All that came. */
  whole(): Result<Uint8Array, Failure>;
}

/** At most `most` bytes are held, in one piece, however small the chunks are that they come in. */
export function makeAnswer(most: number): Answer {
  const full = new AbortController();
  let bytes = Buffer.allocUnsafe(0);
  let used = 0;
  return {
    full: full.signal,
    take(chunk) {
      if (full.signal.aborted) return;
      if (used + chunk.length > most) {
        bytes = Buffer.allocUnsafe(0);
        full.abort();
        return;
      }
      if (used + chunk.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(most, Math.max(FIRST, 2 * bytes.length, used + chunk.length)));
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      bytes.set(chunk, used);
      used += chunk.length;
    },
    whole: () => (full.signal.aborted ? err(tooLong(most)) : ok(bytes.subarray(0, used))),
  };
}

function tooLong(most: number): Failure {
  const message = `the far side answers more than ${Math.round(most / 2 ** 20)} MiB to one question: nothing of it was taken`;
  return { code: 'far-side-answer', message };
}
