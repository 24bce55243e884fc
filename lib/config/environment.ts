import type { Json } from '../base/json.ts';
import type { Pairs } from '../model/value.ts';
import { envShape } from '../schema/environment.ts';
import { type Field, readField } from './field.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';

/** The variables of one `env:`. A name that is passed through and not set has no entry. */
export function readEnv(field: Field | undefined, scope: Scope, report: Report): Pairs {
  if (field === undefined) return [];
  const value = readField(envShape, field, scope, report) as Json | undefined;
  if (value === undefined || value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) {
    return value.flatMap((name) => {
      const text = scope.ask.environment.get(String(name));
      return text === undefined ? [] : [[String(name), text] as const];
    });
  }
  return Object.entries(value).map(([name, text]) => [name, String(text)] as const);
}

/** One list of variables; the later ones win. Empty if they are too many, which `whole` is told. */
export function mergePairs(lists: readonly Pairs[], spend: (characters: number) => boolean, whole: () => void): Pairs {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length < 2) return filled[0] ?? [];
  const pairs = filled.flat();
  if (spend(pairs.length * PAIR)) return [...new Map(pairs)];
  whole();
  return [];
}

/** What a variable of each step costs. */
const PAIR = 64;
