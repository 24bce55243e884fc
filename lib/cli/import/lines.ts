/** A logical line: lines that a backslash joins are one, with the newlines still in it. */
export interface Line {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The logical lines of a text. An odd number of backslashes at the end of a line joins it to the next. */
export function logicalLines(text: string): readonly Line[] {
  const physical = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (physical.at(-1) === '') physical.pop();
  const lines: Line[] = [];
  for (let i = 0; i < physical.length; i++) {
    const first = i;
    const parts = [physical[i] as string];
    while (goesOn(parts.at(-1) as string) && i + 1 < physical.length) parts.push(physical[++i] as string);
    lines.push({ line: first + 1, text: parts.join('\n') });
  }
  return lines;
}

function goesOn(text: string): boolean {
  let count = 0;
  while (text[text.length - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

/** A line that is no recipe, as one: what joins it becomes a blank. */
export function folded(text: string): string {
  if (!text.includes('\n')) return text;
  const parts = text.split('\\\n');
  return parts.map((part, i) => (i === 0 ? part.trimEnd() : i === parts.length - 1 ? part.trimStart() : part.trim())).join(' ');
}

/** The text before a comment, and the comment with its `#`. `\#` is a `#`; one within a reference is not looked at. */
export function withoutComment(text: string): { readonly text: string; readonly comment: string } {
  const at = topLevel(text, (i) => text[i] === '#' && text[i - 1] !== '\\');
  const kept = at < 0 ? text : text.slice(0, at);
  return { text: kept.replaceAll('\\#', '#'), comment: at < 0 ? '' : text.slice(at) };
}

/** The first place outside of `$( )` and `${ }` where `is` holds; -1: there is none. */
export function topLevel(text: string, is: (at: number) => boolean): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (depth === 0 && is(i)) return i;
    if (char === '$' && '({'.includes(text[i + 1] ?? ' ')) {
      depth += 1;
      i += 1;
    } else if (char === '$') i += 1;
    else if (depth > 0 && '({'.includes(char)) depth += 1;
    else if (depth > 0 && ')}'.includes(char)) depth -= 1;
  }
  return -1;
}

/** Words between blanks; a backslash before a blank makes it a part of the word. */
export function wordsOf(text: string): readonly string[] {
  return (text.match(/(?:\\[ \t]|[^ \t\n])+/g) ?? []).map((word) => word.replace(/\\([ \t])/g, '$1'));
}
