/** `$(...)`, `${...}` or `$x` in a text. */
interface Reference {
  /** What stands between the brackets, or the one character. */
  readonly inner: string;
  /** Behind it. */
  readonly end: number;
}

/** The reference that the `$` at `at` begins; undefined if its bracket is never closed. */
export function referenceAt(text: string, at: number): Reference | undefined {
  const open = text[at + 1];
  if (open !== '(' && open !== '{') return { inner: open ?? '', end: at + 2 };
  const close = open === '(' ? ')' : '}';
  let depth = 0;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === open) depth += 1;
    if (text[i] === close) depth -= 1;
    if (depth === 0) return { inner: text.slice(at + 2, i), end: i + 1 };
  }
  return undefined;
}

/** Arguments between commas that stand in no brackets, at most `most`: the last one has what is left. */
export function argumentsOf(text: string, most: number): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length && found.length < most - 1; i++) {
    const char = text[i] as string;
    if ('({'.includes(char)) depth += 1;
    else if (')}'.includes(char)) depth -= 1;
    else if (char === ',' && depth === 0) {
      found.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...found, text.slice(from)];
}
