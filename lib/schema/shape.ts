import type { Json } from '../base/json.ts';
import type { OutputKind } from '../model/output.ts';

/**
 * The shape of a value in a Sandboxfile: single source of validation, of sandboxfile.schema.json, of the reference and of the types.
 * Every string may hold expressions unless `literal` is set; they are resolved before shapes are checked.
 */
export type Shape = StringShape | BooleanShape | IntegerShape | ScalarShape | ListShape | MapShape | ObjectShape | AnyOfShape;

interface Described {
  /** One or two sentences for the reference and for editors. */
  readonly description: string;
  readonly examples?: readonly Json[];
}

interface Late {
  /** Outputs of other steps that may stand here, known only when those have run; absent: none, for the value is needed before. */
  readonly takes?: readonly OutputKind[];
}

/** What has a form that is one word. */
export const ONE_WORD = ['text', 'tree', 'image', 'machine', 'endpoint'] as const satisfies readonly OutputKind[];

export interface StringShape extends Described, Late {
  readonly kind: 'string';
  readonly literal?: true;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** What a text of the pattern is, in words: `a login name`. */
  readonly called?: string;
  readonly format?: 'duration' | 'size' | 'glob' | 'path' | 'name' | 'variable' | 'platform' | 'step';
  readonly default?: string;
}

interface BooleanShape extends Described {
  readonly kind: 'boolean';
  readonly literal?: true;
  readonly default?: boolean;
}

export interface IntegerShape extends Described {
  readonly kind: 'integer';
  readonly literal?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What is counted, where the key does not say it: `MiB`. */
  readonly unit?: string;
  readonly default?: number;
}

/** Text, a number or a truth value, kept as it is. */
interface ScalarShape extends Described, Late {
  readonly kind: 'scalar';
  readonly literal?: true;
}

export interface ListShape extends Described {
  readonly kind: 'list';
  readonly of: Shape;
  /** One item may stand without brackets. */
  readonly single?: true;
  readonly default?: readonly string[];
}

/** Keys chosen by the user, of the format. `bare`: one may stand without a value. */
export interface MapShape extends Described {
  readonly kind: 'map';
  readonly of: Shape;
  readonly format: 'name' | 'variable';
  readonly bare?: true;
}

export interface ObjectShape extends Described {
  readonly kind: 'object';
  readonly fields: { readonly [field: string]: Shape };
  readonly required?: readonly string[];
  /** What keys chosen by the user stand for, beside the fields. */
  readonly others?: Shape;
}

/** The first shape that fits the kind of the value is the one it is checked against. */
export interface AnyOfShape extends Described {
  readonly kind: 'any-of';
  readonly of: readonly Shape[];
}

/** The type of a value that was checked against a shape. */
export type ValueOf<S extends Shape> = S extends StringShape
  ? S['enum'] extends readonly (infer E extends string)[]
    ? E
    : string
  : S extends BooleanShape
    ? boolean
    : S extends IntegerShape
      ? number
      : S extends ScalarShape
        ? string | number | boolean
        : S extends ListShape
          ? readonly ValueOf<S['of']>[]
          : S extends MapShape
            ? { readonly [name: string]: ValueOf<S['of']> }
            : S extends ObjectShape
              ? FieldsOf<S['fields']>
              : S extends AnyOfShape
                ? ValueOf<S['of'][number]>
                : never;

export type FieldsOf<F extends { readonly [field: string]: Shape }> = { readonly [K in keyof F]?: ValueOf<F[K]> };

/** One value that is right, to be shown. */
export function exampleOf(shape: Shape): Json | undefined {
  if (shape.examples !== undefined) return shape.examples[0];
  if (shape.kind === 'any-of') return shape.of.map(exampleOf).find((one) => one !== undefined);
  const item = shape.kind === 'list' ? exampleOf(shape.of) : undefined;
  return item === undefined ? undefined : [item];
}

/** Whether no expression can stand for the whole value: names are written out, and expressions make no maps. */
export function isLiteral(shape: Shape): boolean {
  switch (shape.kind) {
    case 'map':
    case 'object':
      return true;
    case 'list':
      return isLiteral(shape.of);
    case 'any-of':
      return shape.of.every(isLiteral);
    default:
      return shape.literal === true;
  }
}

/** `x-` keys are the user's own everywhere. */
export function isFree(key: string): boolean {
  return key.startsWith('x-');
}
