// What the cases are called in tables and goals.

export type FarCase =
  | 'first sync'
  | 'no change'
  | '1 edited'
  | 'small edit of a large file'
  | 'fetch, nothing changed'
  | 'fetch, all of it'
  | 'exec'
  | 'lines'
  | 'cancel';

/** `size`: files, or MiB of large ones; 0 where nothing is sent. */
export function caseName(what: FarCase, size: number, wire: string): string {
  const large = what === 'small edit of a large file' || what === 'fetch, all of it' || what === 'lines';
  const sized = size === 0 ? '' : large ? `, ${size} MiB` : `, ${size.toLocaleString('en-US')} files`;
  return `${what}${sized}, ${wire}`;
}
