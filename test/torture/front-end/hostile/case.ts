/** A Sandboxfile that somebody means ill with. */
export interface Hostile {
  readonly name: string;
  /** Code and line of what is wrong with it, the first five in order; `fine`. Line 0: there is no text to point at. */
  readonly expect: string;
  readonly text: string | Uint8Array | (() => string | Uint8Array);
  /** Further files, by path. */
  readonly more?: { readonly [path: string]: string };
  /** Words behind `validate`. */
  readonly args?: readonly string[];
}

type Rows = readonly (readonly [name: string, expect: string, text: Hostile['text'], more?: Hostile['more'], args?: Hostile['args']])[];

export const START = 'version: 1\nsteps:\n';

/** Lines made of their numbers, from 0. */
export function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => line(n)).join('\n');
}

/** The same on one line. */
export function words(count: number, word: (n: number) => string): string {
  return lines(count, word).replaceAll('\n', ' ');
}

export function hostile(rows: Rows): readonly Hostile[] {
  return rows.map(([name, expect, text, more, args]) => ({ name, expect, text, ...(more ? { more } : {}), ...(args ? { args } : {}) }));
}
