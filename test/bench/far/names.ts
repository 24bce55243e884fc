// What the cases are called in tables and goals.

export type FarCase =
  | 'first sync'
  | 'no change'
  | '1 edited'
  | 'small edit of a large file'
  | 'a hundredth of a large file edited'
  | 'fetch, nothing changed'
  | 'fetch, all of it'
  | 'exec'
  | 'lines'
  | 'cancel';

const LARGE: readonly FarCase[] = ['small edit of a large file', 'a hundredth of a large file edited', 'fetch, all of it', 'lines'];

/** `size`: files, or MiB of large ones; 0 where nothing is sent. */
export function caseName(what: FarCase, size: number, wire: string): string {
  const large = LARGE.includes(what);
  const sized = size === 0 ? '' : large ? `, ${size} MiB` : `, ${size.toLocaleString('en-US')} files`;
  return `${what}${sized}, ${wire}`;
}
