// Columns that text takes on a terminal. Where terminals differ (joined emoji) the wider answer is given: a line may be cut early, never overflow.

const ASCII = /^[\x20-\x7e]*$/;
const NONE = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;
/** First and last code points that take two columns, beside emoji. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
];

/** Columns of one code point. A tab counts as one: the caller replaces it. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1;
  if (code === 0xfe0f) return 1; // asks for the wide form of the character before
  if (NONE.test(character)) return 0;
  if (code < 0x1100) return 1;
  for (const [first, last] of WIDE) if (code >= first && code <= last) return 2;
  return EMOJI.test(character) ? 2 : 1;
}

export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += widthOf(character);
  return sum;
}

/** Text that takes at most `columns`; what was cut is marked with an ellipsis. Takes no colours. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (ASCII.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  if (text.length <= columns && width(text) <= columns) return text;
  let taken = 0;
  let end = 0;
  let fits = 0;
  for (const character of text) {
    taken += widthOf(character);
    if (taken > columns) return `${text.slice(0, fits)}…`;
    end += character.length;
    if (taken <= columns - 1) fits = end;
  }
  return text;
}

/** Text with blanks after it up to `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}
