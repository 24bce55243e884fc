/** One word of POSIX sh that stands for exactly `text`. NUL cannot be in a word: the caller refuses it before. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
