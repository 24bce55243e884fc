/** Longest line that is kept whole, in UTF-16 code units; a longer one is cut into pieces so that memory stays bounded. */
const LONGEST = 64 * 1024;

/** Cuts chunks of text into lines. What is left of the last line waits for its end. */
export interface Lines {
  push(text: string, line: (line: string) => void): void;
  /** The end of the text: an unfinished line counts. */
  end(line: (line: string) => void): void;
}

export function lines(): Lines {
  let rest = '';
  return {
    push(text, line) {
      let from = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        line(rest + text.slice(from, at));
        rest = '';
        from = at + 1;
      }
      rest += text.slice(from);
      while (rest.length > LONGEST) {
        line(rest.slice(0, LONGEST));
        rest = rest.slice(LONGEST);
      }
    },
    end(line) {
      if (rest !== '') line(rest);
      rest = '';
    },
  };
}
