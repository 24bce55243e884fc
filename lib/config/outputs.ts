import { isList, isMap, type Plain } from '../base/plain.ts';
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
  readonly gives: Gives;
  readonly kinds: { readonly tasks: ReadonlyMap<string, Task> };
}

/** The typed outputs of a step; undefined where it has none. */
export type Gives = (entry: Pick<Entry, 'fields'>) => Kinds | undefined;

type Kinds = { readonly [output: string]: OutputKind };
type Problem = Pick<ExpressionProblem, 'code' | 'message' | 'hint'>;

const HOW = 'Write steps.NAME.outputs.OUTPUT.';

/** Those of its task, and the values that it declares. Made once for all that ask, and for all cells of a matrix. */
export function givesBy(tasks: ReadonlyMap<string, Task>, sandboxes: ReadonlyMap<SandboxName, SandboxSpec>): Gives {
  const known = new Map<Entry['fields'], Kinds>();
  return ({ fields }) => {
    const place = String(fields.get('in')?.value ?? LOCAL);
    const task = tasks.get(taskOf({ fields }));
    const isHere = place === LOCAL || sandboxes.get(place)?.kind === 'local';
    const own = task?.outputs === undefined ? undefined : ownOutputs(task, fields.get('outputs')?.value, isHere);
    const values = fields.get('values')?.value;
    if (!isMap(values)) return own;
    const kinds = known.get(fields) ?? { ...own, ...Object.fromEntries([...values].map(([name, kind]) => [name, kindCalled(kind)])) };
    known.set(fields, kinds);
    return kinds;
  };
}

function taskOf({ fields }: Pick<Entry, 'fields'>): string {
  return String(fields.get('task')?.value ?? stepFields.task.default);
}

/** What a step makes in another place stays there. */
function ownOutputs({ outputs = {}, refuses }: Task, declared: Plain | undefined, isHere: boolean): Kinds | undefined {
  const makesFiles = declared === undefined ? refuses?.includes('outputs') : isHere && !(isList(declared) && declared.length === 0);
  if (makesFiles) return outputs;
  const others = Object.entries(outputs).filter(([, kind]) => kind !== 'files');
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

/** One that is no kind is told where it is declared. */
function kindCalled(written: unknown): OutputKind {
  return typeof written === 'string' && Object.hasOwn(OUTPUT_KINDS, written) ? (written as OutputKind) : 'text';
}

/** What the expressions of one step ask of others, while it is read. */
export class AskedOutputs implements LateNames {
  readonly #entry: Entry;
  readonly #givers: Givers;
  /** By their expressions; most steps have none. */
  #holes: Map<string, { readonly names: object; readonly hole: Hole; readonly kind: OutputKind }> | undefined;
  /** By the names of their steps, without the values of a matrix. */
  #needed: ReadonlyMap<string, ReadonlySet<StepId>> | undefined;

  constructor(entry: Entry, givers: Givers) {
    this.#entry = entry;
    this.#givers = givers;
  }

  /** Undefined if there are none. */
  get holes(): readonly Hole[] | undefined {
    return this.#holes && [...this.#holes.values()].map(({ hole }) => hole);
  }

  kindOf(expression: string): OutputKind | undefined {
    return this.#holes?.get(expression)?.kind;
  }

  sample(path: readonly string[]): Value | undefined {
    const found = this.#find(path);
    return 'code' in found ? undefined : found.kind === 'files' ? ['x'] : 'x';
  }

  /** Of a step whose task nobody knows nobody knows what it gives. */
  faulty(path: readonly string[]): boolean {
    const giver = path.length < 4 ? undefined : this.#giver(path);
    return giver !== undefined && !this.#givers.kinds.tasks.has(taskOf(giver));
  }

  refused(path: readonly string[]): Problem | undefined {
    const found = this.#find(path);
    return 'code' in found && !this.faulty(path) ? found : undefined;
  }

  leave(text: string, expression: Expression, value: Value, names: Lookup, scope: object): Value {
    const paths = text.includes('steps') ? [...namesIn(expression)].filter(([root]) => root === 'steps') : [];
    if (paths.length === 0) return value;
    this.#holes ??= new Map();
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

  #giver(path: readonly string[]): Entry | undefined {
    const { section, groups } = this.#givers.names;
    const name = path.slice(1, -2).join(':');
    const entryOf = (one: string): Entry | undefined => {
      const entry = section.get(one) ?? section.get(groups.get(one)?.[0] ?? '');
      return entry && nameOf(entry) === one ? entry : undefined;
    };
    return entryOf(wholeName(name, this.#entry)) ?? entryOf(name);
  }

  #find(path: readonly string[]): Asked | Problem {
    const output = path.at(-1) ?? '';
    const name = path.slice(1, -2).join(':');
    const unknown = (message: string, hint: string | (() => string | undefined)): Problem => ({ code: 'unknown-output', message, hint });
    const unneeded = (message: string, hint: string): Problem => ({ code: 'output-not-needed', message, hint });
    if (path.length < 4 || path.at(-2) !== 'outputs') return unknown(`there is no \`${path.join('.')}\``, HOW);
    const giver = this.#giver(path);
    if (giver === undefined) {
      const { section } = this.#givers.names;
      return unknown(`there is no step \`${name}\``, () => hintOf(name, new Set([...section.values()].map(nameOf))));
    }
    const kinds = this.#givers.gives(giver) ?? {};
    const kind = Object.hasOwn(kinds, output) ? kinds[output] : undefined;
    if (kind === undefined) {
      const hint = () => hintOf(output, Object.keys(kinds)) ?? `Declare it there: \`values: { ${output}: text }\`.`;
      return unknown(`the step \`${name}\` has no output \`${output}\``, hint);
    }
    this.#needed ??= neededBy(this.#entry, this.#givers.names);
    const cells = this.#needed.get(nameOf(giver));
    const [step] = cells ?? [];
    if (cells === undefined || step === undefined)
      return unneeded(`\`${name}\` is not among the \`needs\` of this step`, `Add \`${name}\` to its \`needs\`.`);
    if (cells.size === 1) return { step, output, kind };
    const one = this.#entry.cell ? `${name}@same` : step;
    return unneeded(
      `\`${name}\` is ${cells.size} cells among the \`needs\` of this step, each with its own`,
      `Need one of them: \`${one}\`.`,
    );
  }
}

/** Without the values of a matrix. */
function nameOf({ name, cell }: Entry): string {
  return cell?.of ?? name;
}

/** Those that are not there are told with the `needs`. */
function neededBy(entry: Entry, names: StepNames): ReadonlyMap<string, ReadonlySet<StepId>> {
  const written = entry.fields.get('needs')?.value ?? [];
  const needed = new Map<string, Set<StepId>>();
  for (const name of isList(written) ? written : [written]) {
    const meant = stepsMeant(String(name), entry, names);
    for (const id of isNoStep(meant) ? [] : meant) {
      const of = nameOf(names.section.get(id) as Entry);
      const cells = needed.get(of);
      if (cells) cells.add(id);
      else needed.set(of, new Set([id]));
    }
  }
  return needed;
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
