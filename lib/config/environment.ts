import type { Json } from '../base/json.ts';
import type { Pairs } from '../model/value.ts';
import { envShape } from '../schema/environment.ts';
import { chainOf, type Field, readField } from './field.ts';
import type { Origin, Report } from './report.ts';
import type { Scope } from './scope.ts';

/** The variables of an `env:` over those that it is laid over. A name that is passed through and not set has no entry. */
export function readEnv(field: Field | undefined, scopeOf: (layer: number) => Scope, report: Report): Pairs {
  const lists = chainOf(field).map((one) => readOne(one, scopeOf(one.layer), report));
  return lists.length < 2 ? (lists[0] ?? []) : [...new Map(lists.flat())];
}

function readOne(field: Field, scope: Scope, report: Report): Pairs {
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

/**
 * One list of variables; the later ones win. Where only one of the lists has any, it is that list: thousands of steps share it, and what is made of it.
 * Any other is a copy of all; `at` is what asks for it.
 */
export function mergePairs(lists: readonly Pairs[], at: Origin | undefined, report: Report): Pairs {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length < 2) return filled[0] ?? [];
  const count = filled.reduce((sum, { length }) => sum + length, 0);
  if (report.spend(count * PAIR)) return [...new Map(filled.flat())];
  report.add(
    'file-too-large',
    'the steps have too many variables',
    at,
    'Move them to the top level: what has an `env` of its own has a copy of all.',
  );
  return [];
}

/** What a variable in a copy costs, for it becomes a part of a fingerprint: half a million take a second. */
const PAIR = 32;
