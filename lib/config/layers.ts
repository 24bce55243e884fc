import type { PlainMap } from '../base/plain.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import { isFree } from '../schema/shape.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import type { Field } from './field.ts';
import type { Document, Path } from './parsed.ts';
import type { Report } from './report.ts';

/** One file, or one profile of a file, that others are laid over. */
export interface Layer {
  readonly document: Document;
  /** The map of top-level keys, and where it is in the document. */
  readonly root: PlainMap;
  readonly path: Path;
  /** Position among the layers: the higher wins. */
  readonly index: number;
  readonly is: 'recipe' | 'file' | 'profile';
}

/** The layers' values of a top-level key, the lowest first. */
export function fieldsOf(layers: readonly Layer[], key: string): readonly Field[] {
  return layers.flatMap((layer) => fieldOf(layer, key) ?? []);
}

export function fieldOf(layer: Layer, key: string): Field | undefined {
  const value = layer.root.get(key);
  return value === undefined ? undefined : { value, layer: layer.index, document: layer.document, path: [...layer.path, key] };
}

export function checkVersion(layer: Layer, report: Report): void {
  const version = layer.root.get('version');
  const at = { document: layer.document, path: ['version'] };
  if (version === undefined) report.add('missing-key', '`version` is missing', { ...at, path: [] }, 'Start with `version: 1`.');
  else if (version !== 1) {
    const hint = typeof version === 'number' && version > 1 ? 'Is there a newer sbx?' : 'Write `version: 1`.';
    report.add('version-unsupported', `this sbx reads version 1, not ${JSON.stringify(version)}`, at, hint);
  }
}

/** Keys of the top level that are not known, in a file or in one of its profiles. */
export function checkTopKeys(layer: Layer, report: Report): void {
  const known = Object.keys(sandboxfileFields);
  for (const key of layer.root.keys()) {
    if (isFree(key) || Object.hasOwn(sandboxfileFields, key)) continue;
    const { code, message, hint } = unknownKey(key, known);
    report.add(code, message, { document: layer.document, path: [...layer.path, key], part: 'key' }, hint);
  }
}
