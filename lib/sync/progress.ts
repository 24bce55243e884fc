import type { TreeEntry } from '../model/tree.ts';
import type { Sent } from './pack.ts';

/** How far a transfer is: bytes of content, and files. */
export interface Travelled {
  readonly bytes: number;
  readonly ofBytes: number;
  readonly files: number;
  readonly ofFiles: number;
}

export type Progress = (travelled: Travelled) => void;

export function bytesOf(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
}

/** A transfer is told of so often at most, beside its first and last word. */
const WORDS = 200;

/** Tells how many bytes have travelled, so often at most; of each chunk there may be a word. */
export function sparingly(ofBytes: number, tell: (bytes: number) => void): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    if (bytes - told <= ofBytes / WORDS) return;
    told = bytes;
    tell(bytes);
  };
}

/** Passes `chunks` on and says how far they are. Packing is synchronous: timers and other steps get their turn between chunks. */
export async function* watched(
  chunks: Iterable<Uint8Array>,
  sent: Sent,
  send: readonly TreeEntry[],
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  const ofBytes = bytesOf(send);
  const tell = (bytes: number): void => progress({ bytes, ofBytes, files: sent.files, ofFiles: send.length });
  const word = sparingly(ofBytes, tell);
  tell(0);
  for (const chunk of chunks) {
    yield chunk;
    word(Math.min(sent.moved, ofBytes)); // a file may grow while it is sent
    await new Promise(setImmediate);
  }
  tell(ofBytes);
}
