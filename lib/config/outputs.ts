import { isList, isMap } from '../base/plain.ts';
import { hintOf } from '../base/suggest.ts';
import { type Asked, type Hole, markOf, OUTPUT_KINDS, type OutputKind, type OutputValue } from '../model/output.ts';
import { LOCAL, type SandboxName, type SandboxSpec, type StepId } from '../model/project.ts';
import type { Value } from '../model/value.ts';
import { stepFields } from '../schema/step.ts';
import type { Task } from '../task.ts';
import { evaluate, type Lookup, namesIn } from './expression/evaluate.ts';
import type { Expression, ExpressionProblem } from './expression/syntax.ts';

import { isNoStep, type StepNames, stepsMeant, wholeName } from './names.ts';
import type { LateNames } from './scope.ts';
import type { Entry } from './section.ts';

// `steps.NAME.outputs.OUTPUT`: what steps give to those that need them, by their declarations; values are there only when they have run.

/** What is asked to find out what a step gives. */
interface Givers {
  readonly names: StepNames;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly sandboxes: ReadonlyMap<SandboxName, SandboxSpec>;
}

type Kinds = { readonly [output: string]: OutputKind };
type Problem = Pick<ExpressionProblem, 'code' | 'message' | 'hint'>;

const NONE: Kinds = {};
const HOW = 'Write steps.NAME.outputs.OUTPUT.';

/** The typed outputs of a step: those of its task, and the values that it declares. */
export function outputsOf({ fields }: Pick<Entry, 'fields'>, { tasks, sandboxes }: Omit<Givers, 'names'>): Kinds {
  const of = (key: 'task' | 'in'): string => String(fields.get(key)?.value ?? stepFields[key].default);
  const task = tasks.get(of('task'));
  const values = fields.get('values')?.value;
  const outputs = fields.get('outputs')?.value;
  const isHere = of('in') === LOCAL || sandboxes.get(of('in'))?.kind === 'local';
  const makesFiles = outputs === undefined ? task?.refuses?.includes('outputs') : isHere && !(isList(outputs) && outputs.length === 0);
  const own = Object.entries(task?.outputs ?? NONE).filter(([, kind]) => kind !== 'files' || makesFiles);
  if (own.length === 0 && !isMap(values)) return NONE;
  const declared = isMap(values) ? [...values].map(([name, kind]): [string, OutputKind] => [name, kindCalled(kind)]) : [];
  return Object.fromEntries([...own, ...declared]);
}

/** One that is no kind is told where it is declared. */
function kindCalled(written: unknown): OutputKind {
  return typeof written === 'string' && Object.hasOwn(OUTPUT_KINDS, written) ? (written as OutputKind) : 'text';
}

/** What the expressions of one step ask of others, while it is read. */
export class AskedOutputs implements LateNames {
  readonly #entry: Entry;
  readonly #givers: Givers;
  readonly #holes = new Map<string, { readonly names: object; readonly hole: Hole; readonly kind: OutputKind }>();
  #needed: ReadonlySet<StepId> | undefined;

  constructor(entry: Entry, givers: Givers) {
    this.#entry = entry;
    this.#givers = givers;
  }

  get holes(): readonly Hole[] {
    return [...this.#holes.values()].map(({ hole }) => hole);
  }

  readonly kindOf = (expression: string): OutputKind | undefined => this.#holes.get(expression)?.kind;

  sample(path: readonly string[]): Value | undefined {
    const found = this.#find(path);
    return 'code' in found ? undefined : found.kind === 'files' ? ['x'] : 'x';
  }

  refused(path: readonly string[]): Problem | undefined {
    const found = this.#find(path);
    return 'code' in found ? found : undefined;
  }

  leave(text: string, expression: Expression, value: Value, names: Lookup, scope: object): Value {
    const paths = [...namesIn(expression)].filter(([root]) => root === 'steps');
    if (paths.length === 0) return value;
    let of = text;
    for (let nth = 2; this.#holes.has(of) && this.#holes.get(of)?.names !== scope; nth++) of = `${text} (${nth})`;
    if (!this.#holes.has(of)) {
      const asks = new Map(paths.map((path) => [path.join('.'), this.#find(path) as Asked]));
      const kind = expression.kind === 'name' ? ([...asks.values()][0] as Asked).kind : Array.isArray(value) ? 'files' : 'text';
      const hole = {
        of,
        asks: [...asks.values()],
        fill: (given: readonly OutputValue[]) => evaluated(expression, names, [...asks.keys()], given),
      };
      this.#holes.set(of, { names: scope, hole, kind });
    }
    return Array.isArray(value) ? [markOf(of)] : markOf(of);
  }

  #find(path: readonly string[]): Asked | Problem {
    const output = path.at(-1) ?? '';
    const name = path.slice(1, -2).join(':');
    const unknown = (message: string, hint: string | (() => string | undefined)): Problem => ({ code: 'unknown-output', message, hint });
    const unneeded = (message: string, hint: string): Problem => ({ code: 'output-not-needed', message, hint });
    if (path.length < 4 || path.at(-2) !== 'outputs') return unknown(`there is no \`${path.join('.')}\``, HOW);
    const { section, groups } = this.#givers.names;
    const called = [wholeName(name, this.#entry), name].find((one) => section.has(one) || groups.has(one));
    if (called === undefined)
      return unknown(`there is no step \`${name}\``, () => hintOf(name, new Set([...section.keys()].map(bareName))));
    const cells = section.has(called) ? [called] : (groups.get(called) ?? []);
    const kinds = outputsOf(section.get(cells[0] ?? '') as Entry, this.#givers);
    const kind = Object.hasOwn(kinds, output) ? kinds[output] : undefined;
    if (kind === undefined) {
      const hint = () => hintOf(output, Object.keys(kinds)) ?? `Declare it there: \`values: { ${output}: text }\`.`;
      return unknown(`the step \`${name}\` has no output \`${output}\``, hint);
    }
    this.#needed ??= neededBy(this.#entry, this.#givers.names);
    const [step, ...more] = cells.filter((id) => this.#needed?.has(id));
    if (step === undefined) return unneeded(`\`${name}\` is not among the \`needs\` of this step`, `Add \`${name}\` to its \`needs\`.`);
    if (more.length === 0) return { step, output, kind };
    const one = this.#entry.cell ? `${name}@same` : step;
    return unneeded(
      `\`${name}\` is ${more.length + 1} cells among the \`needs\` of this step, each with its own`,
      `Need one of them: \`${one}\`.`,
    );
  }
}

/** Without the values of a matrix. */
function bareName(id: StepId): string {
  return id.split('@', 1)[0] ?? id;
}

/** Those that are not there are told with the `needs`. */
function neededBy(entry: Entry, names: StepNames): ReadonlySet<StepId> {
  const written = entry.fields.get('needs')?.value ?? [];
  const meant = (isList(written) ? written : [written]).map((name) => stepsMeant(String(name), entry, names));
  return new Set(meant.flatMap((ids) => (isNoStep(ids) ? [] : ids)));
}

/** What an expression can make of outputs, in characters: they are small, and what is made of them is kept in records. */
const MOST = 1024 * 1024;

function evaluated(
  expression: Expression,
  names: Lookup,
  asked: readonly string[],
  given: readonly OutputValue[],
): OutputValue | undefined {
  let left = MOST;
  const found = evaluate(expression, {
    lookUp: (path) => (path[0] === 'steps' ? given[asked.indexOf(path.join('.'))] : names.lookUp(path)),
    faulty: () => false,
    known: () => [],
    spend(characters) {
      left -= characters;
      return left >= 0;
    },
  });
  if (!('value' in found) || found.value === null) return undefined;
  const { value } = found;
  return typeof value === 'object' ? value.map(String) : String(value);
}
