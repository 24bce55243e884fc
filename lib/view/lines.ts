/** Longest line that is kept whole, in UTF-16 code units; a longer one is cut into pieces so that memory stays bounded. */
const LONGEST = 64 * 1024;

/** Gives whole lines of a text that comes in chunks. What is left of the last line waits for its end. */
export interface Lines {
  /** The lines that are whole now, each with its end; empty if there is none. */
  take(text: string): string;
  /** The end of the text: an unfinished line counts. */
  end(): string;
}

export function lines(): Lines {
  let rest = '';
  return {
    take(text) {
      const end = text.lastIndexOf('\n') + 1;
      let whole = end === 0 ? '' : rest + text.slice(0, end);
      rest = end === 0 ? rest + text : text.slice(end);
      while (rest.length > LONGEST) {
        whole += `${rest.slice(0, LONGEST)}\n`;
        rest = rest.slice(LONGEST);
      }
      return whole;
    },
    end() {
      const last = rest === '' ? '' : `${rest}\n`;
      rest = '';
      return last;
    },
  };
}
