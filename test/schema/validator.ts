import { Ajv } from 'ajv';
import type { Json } from '../../lib/base/json.ts';

// It judges by the published schema, as editors do; sbx itself judges by the shapes, with places and suggestions.

/** What a value does not have in common with a schema. */
export interface SchemaProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Judges values by one JSON schema of draft-07. A schema that is none throws: it is ours. */
export function newValidator(schema: object): (value: Json) => readonly SchemaProblem[] {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  ajv.addVocabulary(['patternErrorMessage']); // for people only
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => ({
      path: instancePath
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
      message: message ?? 'does not fit',
    }));
  };
}
