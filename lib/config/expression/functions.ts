import type { Value } from '../../model/value.ts';

/** A function of expressions: pure, total for the kinds that it takes. */
interface ExpressionFunction {
  readonly usage: string;
  readonly summary: string;
  /** A call for the reference; its value is shown there. */
  readonly example: string;
  /** What each argument may be; those from `least` on may be left out. */
  readonly takes: readonly Kind[];
  readonly least: number;
  /** Characters of the value, where they can be more than those of the arguments: asked before it is made. */
  size?(args: readonly Value[]): number;
  apply(args: readonly Value[]): Value;
}

export type Kind = 'any' | 'string' | 'list' | 'scalar' | 'string or list';

const text = (value: Value | undefined): string => String(value ?? '');
const list = (value: Value | undefined): readonly (string | number | boolean)[] => (Array.isArray(value) ? value : []);

/** Characters that the value has as text; of a list each item counts, however short. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  let size = 8;
  for (const item of list(value)) size += typeof item === 'string' ? item.length + 1 : 8;
  return size;
}

/** All functions by name; the reference is generated from this. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  [
    'basename',
    {
      usage: 'basename(path)',
      summary: 'The last name of a path.',
      example: "basename('dist/app.tar')",
      takes: ['string'],
      least: 1,
      apply: ([path]) => text(path).replace(/\/+$/, '').split('/').at(-1) ?? '',
    },
  ],
  [
    'contains',
    {
      usage: 'contains(text or list, x)',
      summary: 'Whether the text holds the text x, or the list the item x.',
      example: "contains(['a', 'b'], 'b')",
      takes: ['string or list', 'scalar'],
      least: 2,
      apply: ([where, what]) => (Array.isArray(where) ? where.includes(what) : text(where).includes(text(what))),
    },
  ],
  [
    'default',
    {
      usage: 'default(x, y)',
      summary: 'x, or y where x is not set or empty.',
      example: "default('', 'none')",
      takes: ['any', 'any'],
      least: 2,
      apply: ([value, other]) => (value === null || value === '' ? (other ?? null) : (value ?? null)),
    },
  ],
  [
    'endsWith',
    {
      usage: 'endsWith(text, end)',
      summary: 'Whether the text ends so.',
      example: "endsWith('app.tar', '.tar')",
      takes: ['string', 'string'],
      least: 2,
      apply: ([a, b]) => text(a).endsWith(text(b)),
    },
  ],
  [
    'join',
    {
      usage: 'join(list, between)',
      summary: 'The items as one text; a blank between them if nothing else is said.',
      example: "join(['a', 'b'], ',')",
      takes: ['list', 'string'],
      least: 1,
      size: ([items, between]) => sizeOf(items ?? null) + list(items).length * text(between).length,
      apply: ([items, between]) => list(items).join(between === undefined ? ' ' : text(between)),
    },
  ],
  [
    'lower',
    {
      usage: 'lower(text)',
      summary: 'In lower case.',
      example: "lower('Debian')",
      takes: ['string'],
      least: 1,
      apply: ([a]) => text(a).toLowerCase(),
    },
  ],
  [
    'replace',
    {
      usage: 'replace(text, what, by)',
      summary: 'Every `what` replaced.',
      example: "replace('a-b-c', '-', '_')",
      takes: ['string', 'string', 'string'],
      least: 3,
      size: ([a, what, by]) => text(a).length + (what === '' ? 0 : (text(a).split(text(what)).length - 1) * text(by).length),
      apply: ([a, what, by]) => (what === '' ? text(a) : text(a).split(text(what)).join(text(by))),
    },
  ],
  [
    'split',
    {
      usage: 'split(text, at)',
      summary: 'A list of the parts, empty ones left out.',
      example: "split('a,b', ',')",
      takes: ['string', 'string'],
      least: 2,
      apply: ([a, at]) =>
        at === ''
          ? [text(a)]
          : text(a)
              .split(text(at))
              .filter((part) => part !== ''),
    },
  ],
  [
    'startsWith',
    {
      usage: 'startsWith(text, start)',
      summary: 'Whether the text starts so.',
      example: "startsWith('ghc-9.6', 'ghc')",
      takes: ['string', 'string'],
      least: 2,
      apply: ([a, b]) => text(a).startsWith(text(b)),
    },
  ],
  [
    'upper',
    {
      usage: 'upper(text)',
      summary: 'In upper case.',
      example: "upper('debian')",
      takes: ['string'],
      least: 1,
      apply: ([a]) => text(a).toUpperCase(),
    },
  ],
]);
