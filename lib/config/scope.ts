import { suggest } from '../base/suggest.ts';
import type { Value } from '../model/value.ts';
import type { Ask } from './ask.ts';
import type { Lookup } from './expression/evaluate.ts';

/** What the expressions of one file may refer to. */
export interface Scope {
  readonly ask: Ask;
  readonly name: string;
  /** Undefined: something is wrong with the parameter, and that is reported. */
  readonly params: ReadonlyMap<string, Value | undefined>;
  /** What each parameter without a value lacks: itself, or what it is made of. */
  readonly lacking?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Variables that the step requires and nobody set: that they have no value is no fault of its expressions. */
  readonly required?: ReadonlyMap<string, unknown> | undefined;
  /** Gets the names of all that lacked a value when it was asked for. */
  readonly lacks: Set<string>;
  /** The project's variables; then those sbx was started with. */
  readonly env: ReadonlyMap<string, string>;
  /** See Report. */
  readonly spend: (characters: number) => boolean;
  /** The values of the cell, in a step with a matrix. */
  readonly matrix?: ReadonlyMap<string, Value> | undefined;
  /** Names of declared secrets: their values stay out of commands and records. */
  readonly secrets?: ReadonlySet<string> | undefined;
  /** Fields of the step's sandbox. */
  readonly sandbox?: ReadonlyMap<string, Value> | undefined;
}

/** Roots of names with what they stand for; the reference is generated from this. */
export const NAMES: readonly (readonly [name: string, meaning: string])[] = [
  ['params.NAME', 'A parameter.'],
  ['env.NAME', 'A variable: of `env` and `dotenv` at the top level, else of the environment sbx was started with; null if not set.'],
  ['matrix.KEY', 'The value of the cell, in a step with a `matrix`; null where only other cells have the key.'],
  ['args', 'The list of words behind `--`.'],
  ['sandbox.FIELD', 'Of the sandbox of the step: name, kind, host, user, workspace; null if not set.'],
  ['name', "The project's name."],
  ['os', 'linux or darwin.'],
  ['arch', 'x64, arm64, ...'],
  ['cpus', 'Processors of this computer, a number.'],
];

export function lookupOf(scope: Scope): Lookup {
  const { ask } = scope;
  return {
    lookUp(path) {
      const [root, member] = path;
      if (path.length === 1) {
        if (root === 'name') return scope.name;
        if (root === 'os') return ask.os;
        if (root === 'arch') return ask.arch;
        if (root === 'cpus') return ask.cpus;
        return root === 'args' ? ask.args : undefined;
      }
      if (path.length !== 2 || member === undefined) return undefined;
      if (root === 'params') return paramIn(scope, member);
      if (root === 'matrix') return scope.matrix?.get(member);
      if (root === 'sandbox') return scope.sandbox?.get(member);
      return root === 'env'
        ? (scope.env.get(member) ?? ask.environment.get(member) ?? (scope.required?.has(member) ? undefined : null))
        : undefined;
    },
    spend: scope.spend,
    faulty: ([root, member]) => {
      if (member === undefined) return false;
      if (root === 'env') return scope.required?.has(member) === true;
      return root === 'params' && scope.params.has(member) && scope.params.get(member) === undefined;
    },
    refused([root, member]) {
      if (root !== 'env' || member === undefined || !scope.secrets?.has(member)) return undefined;
      const hint = () => `Write \`secrets: [${member}]\` in the step, and "$${member}" in its command.`;
      return { message: `\`${member}\` is a secret: as a value of an expression it would be kept in records`, hint };
    },
    *known(path) {
      yield* ['name', 'os', 'arch', 'cpus', 'args'];
      for (const param of scope.params.keys()) yield `params.${param}`;
      for (const key of scope.matrix?.keys() ?? []) yield `matrix.${key}`;
      for (const field of scope.sandbox?.keys() ?? []) yield `sandbox.${field}`;
      if (path.length > 1 && suggest(path[0] ?? '', ['env']) !== undefined) yield `env.${path[1]}`;
    },
  };
}

function paramIn({ params, lacking, lacks }: Scope, name: string): Value | undefined {
  const value = params.get(name);
  if (value === undefined) for (const lack of lacking?.get(name) ?? []) lacks.add(lack);
  return value;
}
