import { groupBy } from '../base/group-by.ts';
import { hintOf } from '../base/suggest.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import { LOCAL, type Project, type SandboxName, type Step, type StepId, stepsCalled } from '../model/project.ts';
import type { Graph } from './graph.ts';

export interface SelectOptions {
  /** The named steps alone, without what they need. */
  readonly only?: boolean;
  /** Steps to run whatever is remembered; true: all that are selected. */
  readonly force?: true | readonly string[];
}

/** The steps of a run. */
export interface Selection {
  /** In the order of the graph. */
  readonly steps: readonly StepId[];
  readonly named: ReadonlySet<StepId>;
  readonly forced: ReadonlySet<StepId>;
  /** Selected steps that must have ended before this one begins; the order also passes through steps that are not selected. */
  before(step: StepId): readonly StepId[];
}

/**
 * Named steps (none: the project's default) and what they need; providers of the places they use; steps with `when: failure | always` as soon
 * as all they need is selected (without needs: as soon as one of their `after` is, or at once without those). A releaser comes with its `when`
 * only if its place is used. A disabled step brings nothing along: it will not run.
 */
export function select(project: Project, graph: Graph, names: readonly string[], options: SelectOptions = {}): Checked<Selection> {
  const force = options.force === true ? [] : (options.force ?? []);
  const diagnostics = [...new Set([...names, ...force])]
    .filter((name) => stepsCalled(project, name).length === 0)
    .map((name) => unknownStep(name, project));
  const meant = (words: readonly string[]): Set<StepId> => new Set(words.flatMap((word) => stepsCalled(project, word)));
  const named = names.length > 0 ? meant(names) : new Set(project.default);
  if (names.length === 0 && named.size === 0) diagnostics.push(nothingToRun(project));
  if (diagnostics.length > 0) return { diagnostics };
  const chosen = options.only ? named : closure(project, graph, named);
  const steps = graph.order.filter((id) => chosen.has(id));
  const forced = options.force === true ? chosen : meant(force);
  return { value: { steps, named, forced, before: (step) => beforeOf(graph, step, chosen) }, diagnostics: [] };
}

/** Every step of the project, each as if it were named. */
export function selectAll(graph: Graph): Selection {
  return { steps: graph.order, named: new Set(graph.order), forced: new Set(), before: graph.before };
}

function closure(project: Project, graph: Graph, named: ReadonlySet<StepId>): ReadonlySet<StepId> {
  const chosen = new Set<StepId>();
  const places = new Set<string>();
  const providers = groupBy(project.steps.values(), (step) => step.provides);
  const conditional = graph.order.map((id) => project.steps.get(id) as Step).filter((step) => step.when !== 'success');
  const todo = [...named];
  const add = (id: StepId): void => {
    if (chosen.has(id)) return;
    chosen.add(id);
    todo.push(id);
  };
  for (const id of named) chosen.add(id);
  for (;;) {
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      const step = project.steps.get(id);
      if (!step?.enabled) continue;
      for (const need of step.needs) if (project.steps.has(need)) add(need);
      if (step.releases !== undefined || places.has(step.sandbox) || isHere(project, step.sandbox)) continue;
      places.add(step.sandbox);
      for (const provider of providers.get(step.sandbox) ?? []) add(provider.id);
    }
    for (const step of conditional) if (!chosen.has(step.id) && comesAlong(step, chosen, places)) add(step.id);
    if (todo.length === 0) return chosen;
  }
}

/** Nobody brings up or takes down this computer. */
function isHere({ sandboxes }: Project, name: SandboxName): boolean {
  return name === LOCAL || sandboxes.get(name)?.kind === 'local';
}

function comesAlong(step: Step, chosen: ReadonlySet<StepId>, places: ReadonlySet<string>): boolean {
  if (step.releases !== undefined && !places.has(step.releases)) return false;
  if (step.needs.length > 0) return step.needs.every((need) => chosen.has(need));
  return step.after.length === 0 || step.after.some((id) => chosen.has(id));
}

/** What comes directly before the step, or through steps that are not chosen. */
function beforeOf(graph: Graph, step: StepId, chosen: ReadonlySet<StepId>): readonly StepId[] {
  const direct = graph.before(step);
  if (direct.every((id) => chosen.has(id))) return direct;
  const seen = new Set(direct);
  for (const id of seen) if (!chosen.has(id)) for (const next of graph.before(id)) seen.add(next);
  return [...seen].filter((id) => chosen.has(id));
}

/** Cells that a hint names. */
const MOST_CELLS = 6;

function unknownStep(name: string, project: Project): Diagnostic {
  const [of = ''] = name.split('@');
  const cells = of === name ? [] : (project.called.get(of) ?? []).filter((id) => id.startsWith(`${of}@`));
  // A value that is misspelt is found; one that is missing is not.
  const lacksValues = cells.length > 0 && name.split(',').length !== cells[0]?.split(',').length;
  const hint = lacksValues
    ? `\`${of}\` has ${cells.slice(0, MOST_CELLS).join(', ')}${cells.length > MOST_CELLS ? ', ...' : ''}.`
    : hintOf(name, [...project.steps.keys(), ...project.called.keys()], '`sbx list` shows them all.');
  return { severity: 'error', code: 'unknown-step', message: `there is no step ${name}`, hint };
}

function nothingToRun(project: Project): Diagnostic {
  const [first] = project.steps.keys();
  const hint = first === undefined ? 'The file declares no steps.' : `Name a step, e.g. \`${first}\`, or set \`default: [${first}]\`.`;
  return { severity: 'error', code: 'nothing-to-run', message: 'no step was named and the file has no default', hint };
}
