/**
 * A field of a step of a task: what may be written there. `required`: it must be. Texts may hold expressions unless `literal` says that they cannot; those
 * that refer to outputs of other steps may stand where `takes` names their kind.
 */
export type Field = TextField | TruthField | NumberField | ListField | MapField;

export interface Fields {
  readonly [field: string]: Field;
}

interface Described {
  /** One or two sentences, for help and for editors. */
  readonly description: string;
  readonly required?: true;
}

interface TextField extends Described {
  readonly kind: 'string';
  readonly literal?: true;
  readonly enum?: readonly string[];
  /** A regular expression of the whole, and what such a text is called: `a login name`. */
  readonly pattern?: string;
  readonly called?: string;
  readonly format?: 'duration' | 'size' | 'glob' | 'path' | 'name' | 'variable';
  readonly takes?: readonly ('text' | 'files' | 'tree' | 'image' | 'machine' | 'endpoint')[];
  readonly default?: string;
  readonly examples?: readonly string[];
}

interface TruthField extends Described {
  readonly kind: 'boolean';
  readonly default?: boolean;
}

interface NumberField extends Described {
  readonly kind: 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
  readonly examples?: readonly number[];
}

interface ListField extends Described {
  readonly kind: 'list';
  readonly of: TextField | TruthField | NumberField;
  /** One item may stand without brackets. */
  readonly single?: true;
  readonly default?: readonly string[];
}

/** Names that the user chooses, each with a value. */
interface MapField extends Described {
  readonly kind: 'map';
  readonly of: TextField | TruthField | NumberField;
  readonly format: 'name' | 'variable';
}

/** What a checked step has in a field. */
type ValueOf<F extends Field> = F extends { readonly kind: 'string'; readonly enum: readonly (infer E)[] }
  ? E
  : F extends TextField
    ? string
    : F extends TruthField
      ? boolean
      : F extends NumberField
        ? number
        : F extends ListField
          ? readonly ValueOf<F['of']>[]
          : F extends MapField
            ? { readonly [name: string]: ValueOf<F['of']> }
            : never;

/** The values of fields; one that is neither required nor has a default may be missing. */
export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends { readonly required: true } | { readonly default: unknown }
    ? ValueOf<F[K]>
    : ValueOf<F[K]> | undefined;
};
