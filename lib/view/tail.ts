import { neutral } from './neutral.ts';

/** Raw text kept, in UTF-16 code units: enough for a screen's lines. */
const KEPT = 8 * 1024;

/** The end of a step's output, in bounded memory. Lines are made only when somebody looks. */
export interface Tail {
  push(text: string): void;
  /** The last lines that are not blank, oldest first, without escape sequences. */
  last(count: number): string[];
}

export function newTail(): Tail {
  let raw = '';
  let cut = false;
  return {
    push(text) {
      raw = text.length >= KEPT ? text : raw + text;
      if (raw.length <= 2 * KEPT) return;
      raw = raw.slice(-KEPT);
      cut = true;
    },
    last(count) {
      const lines: string[] = [];
      let end = raw.length;
      while (end >= 0 && lines.length < count) {
        // A search from -1 would find a line feed at 0, again and again.
        const start = end === 0 ? 0 : raw.lastIndexOf('\n', end - 1) + 1;
        // The first line may have lost its beginning, and with it the ESC of a sequence.
        if (start === 0 && cut && lines.length > 0) break;
        const line = neutral(raw.slice(start, end));
        if (line.trim() !== '') lines.unshift(line);
        end = start - 1;
        if (start === 0) break;
      }
      return lines;
    },
  };
}
