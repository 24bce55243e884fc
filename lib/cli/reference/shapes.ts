import { flow } from '../../base/flow.ts';
import { FORMAT_PATTERNS } from '../../schema/formats.ts';
import { isLiteral, type ObjectShape, type Shape } from '../../schema/shape.ts';
import { code, table } from './markdown.ts';

/** A table of keys. */
export function fieldsTable({ fields, required = [] }: Pick<ObjectShape, 'fields' | 'required'>): readonly string[] {
  const rows = Object.entries(fields).map(([key, shape]) => [
    `${code(key)}${required.includes(key) ? ' (required)' : ''}`,
    typeOf(shape),
    defaultOf(shape),
    meaningOf(shape),
  ]);
  return table(['key', 'value', 'default', 'meaning'], rows);
}

/** What may be written, in words. */
export function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'string':
      return shape.enum ? shape.enum.map(code).join(', ') : (shape.called ?? (shape.format ? `a ${shape.format}` : 'text'));
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return integerOf(shape.minimum, shape.maximum) + (shape.unit === undefined ? '' : ` (${shape.unit})`);
    case 'scalar':
      return 'text, a number or a truth value';
    case 'list':
      return `${listOf(shape.of)}${shape.single ? '; one may stand without brackets' : ''}`;
    case 'map':
      return `a map of ${shape.format}s, each with ${typeOf(shape.of)}${shape.bare ? '; or with nothing' : ''}`;
    case 'object': {
      const keys = Object.keys(shape.fields);
      if (shape.others)
        return `a map of names, each with ${shape.others.kind === 'list' ? 'a list of values' : typeOf(shape.others)}; and of ${keys.map(code).join(', ')}`;
      return keys.length > 0 && keys.length <= 4 ? `a map of ${keys.map(code).join(', ')}` : 'a map of keys, see below';
    }
    case 'any-of':
      return [...new Set(shape.of.map(typeOf))].join('; or ');
  }
}

function listOf(item: Shape): string {
  if (item.kind === 'string' && item.enum === undefined && item.called === undefined) return `a list of ${item.format ?? 'text'}s`;
  return item.kind === 'scalar' ? 'a list of these' : `a list, each ${typeOf(item)}`;
}

function integerOf(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && minimum === maximum) return code(String(minimum));
  return minimum === undefined ? 'a whole number' : `a whole number, ${minimum} to ${maximum ?? '...'}`;
}

function defaultOf(shape: Shape): string {
  return 'default' in shape && shape.default !== undefined ? code(flow(shape.default)) : '';
}

function meaningOf(shape: Shape): string {
  const examples = examplesOf(shape).map((example) => code(flow(example)));
  const shown = examples.length > 0 ? ` E.g. ${examples.join(', ')}.` : '';
  return `${shape.description}${formsOf(shape)}${shown}${isLiteral(shape) ? '' : ' ✻'}`;
}

/** The forms of a value that may be one of several, where their descriptions say more than their types. */
function formsOf(shape: Shape): string {
  if (shape.kind !== 'any-of') return '';
  const forms = shape.of
    .filter(({ kind }) => kind === 'object')
    .flatMap((form) => (form.kind === 'object' ? Object.entries(form.fields) : []));
  return forms
    .map(([key, field]) => ` ${code(key)}: ${field.description}${defaultOf(field) === '' ? '' : ` Default ${defaultOf(field)}.`}`)
    .join('');
}

/** Those of the shape, else those of its parts. */
function examplesOf(shape: Shape): readonly NonNullable<Shape['examples']>[number][] {
  if (shape.examples !== undefined) return shape.examples;
  if (shape.kind === 'any-of') return shape.of.flatMap(examplesOf);
  return shape.kind === 'list' ? examplesOf(shape.of).map((example) => [example]) : [];
}

/** How durations, names and the like are written. */
export function formatsTable(): readonly string[] {
  const of = (format: keyof typeof FORMAT_PATTERNS): string => code(FORMAT_PATTERNS[format].replaceAll('\\s*', ''));
  return table(
    ['value', 'form'],
    [
      ['a name', `${of('name')}; names that start with \`x-\` are your own and mean nothing`],
      ['a step', 'a name; `name@v1,v2` is a cell of a matrix, `name@same` the cell with the same values'],
      ['a variable', of('variable')],
      ['a duration', `${of('duration')}: \`90s\`, \`10m\`, \`1h30m\`, \`7d\``],
      ['a size', `${of('size')}: \`500MB\` (powers of 1000), \`20GiB\` (powers of 1024)`],
      ['a platform', `${of('platform')}, those of Node: \`linux\`, \`darwin/arm64\``],
      ['a path', "relative to the project's root, without `..`"],
      ['a glob', '`*` and `?` within a name, `[a-z]`, `{a,b}`, `**` for any depth; a leading `!` takes away'],
    ],
  );
}
