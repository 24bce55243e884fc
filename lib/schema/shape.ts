/**
 * The shape of a value in a Sandboxfile: single source of validation, of sandboxfile.schema.json, of the reference and of the types.
 * Every string may hold expressions unless `literal` is set; they are resolved before shapes are checked.
 */
export type Shape = StringShape | BooleanShape | IntegerShape | ScalarShape | ListShape | MapShape | ObjectShape | AnyOfShape;

export interface StringShape {
  readonly kind: 'string';
  readonly description: string;
  readonly literal?: true;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: 'duration' | 'size' | 'glob' | 'path' | 'name' | 'variable';
  readonly default?: string;
  readonly examples?: readonly string[];
}

export interface BooleanShape {
  readonly kind: 'boolean';
  readonly description: string;
  readonly literal?: true;
  readonly default?: boolean;
}

export interface IntegerShape {
  readonly kind: 'integer';
  readonly description: string;
  readonly literal?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** Text, a number or a truth value, kept as it is. */
export interface ScalarShape {
  readonly kind: 'scalar';
  readonly description: string;
  readonly literal?: true;
}

export interface ListShape {
  readonly kind: 'list';
  readonly description: string;
  readonly of: Shape;
  /** One item may stand without brackets. */
  readonly single?: true;
  readonly default?: readonly string[];
  readonly examples?: readonly (readonly string[])[];
}

/** Keys chosen by the user: names of the format, or matching the pattern `names`. */
export interface MapShape {
  readonly kind: 'map';
  readonly description: string;
  readonly of: Shape;
  readonly names?: string;
  readonly format?: 'name' | 'variable';
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly description: string;
  readonly fields: { readonly [field: string]: Shape };
  readonly required?: readonly string[];
}

/** The first shape that fits the kind of the value is the one it is checked against. */
export interface AnyOfShape {
  readonly kind: 'any-of';
  readonly description: string;
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

/** `x-` keys are the user's own everywhere. */
export function isFree(key: string): boolean {
  return key.startsWith('x-');
}
