import { isList, isMap, type Plain } from '../../lib/base/plain.ts';
import type { Position } from '../../lib/base/span.ts';
import type { Document, Path } from '../../lib/config/parsed.ts';
import { sandboxfileFields } from '../../lib/schema/sandboxfile.ts';
import type { Shape } from '../../lib/schema/shape.ts';
import { stepFields } from '../../lib/schema/step.ts';
import { TASKS } from '../../tasks/index.ts';

// Every key of the language, from its shapes: `steps.*.retry.times`, `steps.*.(sync).exclude`. A name that the user chooses is `*`, and the
// keys of a task stand behind its name.

/** All keys and names below the fields, each behind what it is a part of. A profile has the keys of a file: its own are not looked into again. */
function* keysOf(fields: { readonly [key: string]: Shape }, path = ''): Generator<string> {
  for (const [key, shape] of Object.entries(fields)) {
    const own = `${path}${key}`;
    yield own;
    if (!/^profiles\.\*\./.test(own)) yield* keysIn(shape, own);
  }
}

function* keysIn(shape: Shape, path: string): Generator<string> {
  switch (shape.kind) {
    case 'any-of':
      for (const one of shape.of) yield* keysIn(one, path);
      return;
    case 'list':
      return yield* keysIn(shape.of, path);
    case 'map':
      yield `${path}.*`;
      return yield* keysIn(shape.of, `${path}.*`);
    case 'object':
      if (shape.others) yield* keysIn({ kind: 'map', description: '', format: 'name', of: shape.others }, path);
      return yield* keysOf(shape.fields, `${path}.`);
  }
}

const ALL: ReadonlySet<string> = new Set([
  ...keysOf(sandboxfileFields),
  ...keysOf(stepFields, 'steps.*.'),
  ...TASKS.flatMap(({ name, fields }) => [...keysOf(fields, `steps.*.(${name}).`)]),
]);

export const KEYS: readonly string[] = [...ALL].filter((key) => !key.endsWith('.*')).sort();

/** The key whose value or name stands at the position; undefined where that is no key of the language. */
export function keyAt(document: Document, position: Position): string | undefined {
  const path = pathAt(document, position);
  const step = path[0] === 'steps' ? valueAt(document.root, path.slice(0, 2)) : undefined;
  const task = (isMap(step) && step.get('task')) || stepFields.task.default;
  let [at, key]: [string | undefined, string | undefined] = ['', undefined];
  for (const part of path.filter((one) => typeof one === 'string')) {
    const before: string = at === '' ? '' : `${at}.`;
    at = [`${before}${part}`, `${before}(${task}).${part}`, `${before}*`].find((one) => ALL.has(one));
    if (at === undefined) return undefined;
    if (!at.endsWith('.*')) key = at;
  }
  return key;
}

/** The way to the smallest part of the document that holds the position. */
function pathAt(document: Document, position: Position): Path {
  let path: Path = [];
  for (;;) {
    const below = membersOf(valueAt(document.root, path)).find((part) =>
      (['key', undefined] as const).some((which) => {
        const span = document.spanOf([...path, part], which);
        return span !== undefined && !isBefore(position, span.start) && isBefore(position, span.end);
      }),
    );
    if (below === undefined) return path;
    path = [...path, below];
  }
}

function membersOf(value: Plain | undefined): readonly (string | number)[] {
  if (value === undefined) return [];
  return isMap(value) ? [...value.keys()] : isList(value) ? [...value.keys()] : [];
}

function valueAt(root: Plain, path: Path): Plain | undefined {
  return path.reduce<Plain | undefined>((value, part) => {
    if (value === undefined) return undefined;
    return isMap(value) ? value.get(String(part)) : isList(value) ? value[part as number] : undefined;
  }, root);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
