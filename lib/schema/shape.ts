/**
 * The shape of a value in a Sandboxfile: single source of validation, of sandboxfile.schema.json, of the reference and of the types.
 * Every string may hold expressions unless `literal` is set; they are resolved before shapes are checked again.
 */
export type Shape =
  | {
      readonly kind: 'string';
      readonly description: string;
      readonly literal?: true;
      readonly enum?: readonly string[];
      readonly pattern?: string;
      readonly format?: 'duration' | 'size' | 'glob' | 'path' | 'name';
      readonly default?: string;
      readonly examples?: readonly string[];
    }
  | { readonly kind: 'boolean'; readonly description: string; readonly default?: boolean }
  | {
      readonly kind: 'integer';
      readonly description: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly default?: number;
    }
  | { readonly kind: 'list'; readonly description: string; readonly of: Shape; readonly default?: readonly string[] }
  | { readonly kind: 'map'; readonly description: string; readonly of: Shape; readonly names?: string } // keys chosen by the user, matching the pattern `names`
  | {
      readonly kind: 'object';
      readonly description: string;
      readonly fields: { readonly [field: string]: Shape };
      readonly required?: readonly string[];
    }
  | { readonly kind: 'any-of'; readonly description: string; readonly of: readonly Shape[] };
