import type { Json } from '../base/json.ts';
import { type PlainMap, packPlain, unpackPlain } from '../base/plain.ts';
import type { Span } from '../base/span.ts';

// The text of a file as a value that can be cached. Knows neither YAML nor the keys of a Sandboxfile.

/** Keys and positions that lead from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** In place of the number of an expression: the string is one, without `${{`. */
export const BARE = -1;

/** A Sandboxfile, recipe or profile as it was read. */
export interface Document {
  /** As it should be shown to the user. */
  readonly file: string;
  readonly root: PlainMap;
  /** The stretch of the value, or of its key; of the nearest one above it that is there. Undefined where the document came from the cache. */
  spanOf(path: Path, part?: 'key' | 'value'): Span | undefined;
  /** A stretch inside the `nth` expression of a string, `from` and `to` counted from behind its `${{`; of the string itself for BARE. */
  spanWithin(path: Path, nth: number, from: number, to: number): Span | undefined;
}

/** A document as JSON, to be cached by the bytes of its file: only if nothing was wrong with it. */
export function jsonOfDocument(document: Document): Json {
  return packPlain(document.root);
}

/** A document from its cached JSON. It has no spans: who finds something wrong with it parses the file anew. */
export function documentOfJson(file: string, json: Json): Document {
  return { file, root: unpackPlain(json) as PlainMap, spanOf: () => undefined, spanWithin: () => undefined };
}
