import { suggest } from '../base/suggest.ts';
import type { OutputKind } from '../model/output.ts';
import type { Value } from '../model/value.ts';
import type { Ask } from './ask.ts';
import type { Lookup } from './expression/evaluate.ts';
import type { Expression, ExpressionProblem } from './expression/syntax.ts';

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
  /** Of other steps; absent where no step has run when the value is needed. */
  readonly outputs?: LateNames | undefined;
}

/** Names whose values are not known when the file is read. */
export interface LateNames {
  /** Stands for the value while only its type counts. */
  sample(path: readonly string[]): Value | undefined;
  /** Something is wrong with what would give it, and that is told there. */
  faulty(path: readonly string[]): boolean;
  refused(path: readonly string[]): Pick<ExpressionProblem, 'code' | 'message' | 'hint'> | undefined;
  /** The mark of an expression that has such a name, as a list if it will be one; else `value`. `scope`: what its other names mean. */
  leave(text: string, expression: Expression, value: Value, names: Lookup, scope: Scope): Value;
  /** The kind of a marked expression. */
  kindOf(expression: string): OutputKind | undefined;
}

/** Roots of names with what they stand for; the reference is generated from this. */
export const NAMES: readonly (readonly [name: string, meaning: string])[] = [
  ['params.NAME', 'A parameter.'],
  ['env.NAME', 'A variable: of `env` and `dotenv` at the top level, else of the environment sbx was started with; null if not set.'],
  ['matrix.KEY', 'The value of the cell, in a step with a `matrix`; null where only other cells have the key.'],
  ['args', 'The list of words behind `--`.'],
  [
    'steps.NAME.outputs.OUTPUT',
    'What a step gives that this one needs: in `run`, values of `env`, `confirm`, and where a task takes it. Of a step of an included file `steps.FILE.NAME.outputs.OUTPUT`.',
  ],
  ['sandbox.FIELD', 'Of the sandbox of the step: name, kind, host, user, workspace, machine (its name); null if not set.'],
  ['name', "The project's name."],
  ['os', 'linux or darwin.'],
  ['arch', 'x64, arm64, ...'],
  ['cpus', 'Processors of this computer, a number.'],
];

/** What looking for an output costs, in characters: every cell of a matrix asks by itself. */
const REFERENCE = 128;

const TOO_LATE = {
  code: 'output-too-late',
  message: 'an output is known only when its step has run, and this is needed before',
  hint: 'Outputs of steps may stand in `run`, in values of `env`, and where a task takes them.',
} as const;

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
      if (root === 'steps') return scope.spend(REFERENCE) ? scope.outputs?.sample(path) : 'x';
      if (path.length !== 2 || member === undefined) return undefined;
      if (root === 'params') return paramIn(scope, member);
      if (root === 'matrix') return scope.matrix?.get(member);
      if (root === 'sandbox') return scope.sandbox?.get(member);
      return root === 'env'
        ? (scope.env.get(member) ?? ask.environment.get(member) ?? (scope.required?.has(member) ? undefined : null))
        : undefined;
    },
    spend: scope.spend,
    faulty: (path) => {
      const [root, member] = path;
      if (member === undefined) return false;
      if (root === 'steps') return scope.outputs?.faulty(path) === true;
      if (root === 'env') return scope.required?.has(member) === true;
      return root === 'params' && scope.params.has(member) && scope.params.get(member) === undefined;
    },
    refused(path) {
      const [root, member] = path;
      if (root === 'steps') return scope.outputs ? scope.outputs.refused(path) : TOO_LATE;
      if (root !== 'env' || member === undefined || !scope.secrets?.has(member)) return undefined;
      const hint = () => `Write \`secrets: [${member}]\` in the step, and "$${member}" in its command.`;
      return {
        code: 'unsafe-expression',
        message: `\`${member}\` is a secret: as a value of an expression it would be kept in records`,
        hint,
      };
    },
    *known(path) {
      yield* ['name', 'os', 'arch', 'cpus', 'args'];
      for (const param of scope.params.keys()) yield `params.${param}`;
      for (const key of scope.matrix?.keys() ?? []) yield `matrix.${key}`;
      for (const field of scope.sandbox?.keys() ?? []) yield `sandbox.${field}`;
      const near = path.length > 1 ? suggest(path[0] ?? '', ['env', 'steps']) : undefined;
      if (near !== undefined) yield [near, ...path.slice(1)].join('.');
    },
  };
}

function paramIn({ params, lacking, lacks }: Scope, name: string): Value | undefined {
  const value = params.get(name);
  if (value === undefined) for (const lack of lacking?.get(name) ?? []) lacks.add(lack);
  return value;
}
