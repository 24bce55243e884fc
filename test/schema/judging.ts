import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../lib/base/json.ts';
import { isList, isMap, type Plain } from '../../lib/base/plain.ts';
import { parseDocument } from '../../lib/config/document.ts';
import { load } from '../../lib/config/load.ts';
import type { Sources } from '../../lib/config/sources.ts';
import type { Diagnostic } from '../../lib/model/diagnostic.ts';
import { TASKS } from '../../tasks/index.ts';
import { ASK, NO_MORE, source } from '../config/loading.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { newValidator, type SchemaProblem } from './validator.ts';

// Both judges of a Sandboxfile: the published schema, and sbx with its own recipes and profiles.

export function published(): (value: Json) => readonly SchemaProblem[] {
  return newValidator(JSON.parse(readFileSync(join(REPOSITORY, 'sandboxfile.schema.json'), 'utf8')) as object);
}

/** The value of a text, as an editor sees it. */
export function jsonOf(text: string): Json {
  const { value, diagnostics } = parseDocument('Sandboxfile.yaml', new TextEncoder().encode(text));
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return jsonOfPlain(value.root);
}

function jsonOfPlain(value: Plain): Json {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, member]) => [key, jsonOfPlain(member)]));
  return isList(value) ? value.map(jsonOfPlain) : value;
}

export async function wrongWith(text: string): Promise<readonly Diagnostic[]> {
  return (await load(sourcesOf(text), ASK, TASKS)).diagnostics;
}

function sourcesOf(text: string): Sources {
  return {
    main: source('Sandboxfile.yaml', text),
    read(kind, name) {
      const path = `${kind}s/${name}.yaml`;
      try {
        return source(path, readFileSync(join(REPOSITORY, path), 'utf8'));
      } catch {
        return undefined;
      }
    },
    names: () => [],
    extension: NO_MORE,
  };
}
