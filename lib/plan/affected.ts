import { compileExcludes } from '../base/excludes.ts';
import { compileGlobs } from '../base/glob.ts';
import type { Changes } from '../model/changes.ts';
import type { Action } from '../model/plan.ts';
import type { Project, SandboxName, Step, StepId } from '../model/project.ts';
import { feeders } from './flows.ts';

/** What has changed beside the files themselves. */
interface AlsoChanged {
  /** Steps that are declared otherwise. */
  readonly redefined: ReadonlySet<StepId>;
  /** What is reached by another way. */
  readonly ways: {
    globs(globs: readonly string[]): boolean;
    tools(names: readonly string[]): boolean;
  };
}

/**
 * The steps whose result the changes may make another: those that read something changed or are declared otherwise, those whose inputs commands
 * tell, those that need such a step, and those in a place that such a step provides. `actions`: of all steps of the project, in topological order.
 */
export function affectedBy(actions: readonly Action[], changes: Changes, { redefined, ways }: AlsoChanged): ReadonlySet<StepId> {
  const position = new Map(actions.map((action, i) => [action.id, i]));
  const needs = actions.map(({ step }) => step.needs.map((id) => position.get(id)).filter((i) => i !== undefined));
  const feeder = feeders(actions, needs);
  const isChanged = newSearch(changes, ways);
  const affected = new Set<StepId>();
  const passing = new Set<StepId>(); // those that count for whoever needs them
  const places = new Set<SandboxName>();
  for (const [i, action] of actions.entries()) {
    const { id, step } = action;
    const sync = feeder[i] === undefined ? undefined : actions[feeder[i]];
    const isOther = redefined.has(id) || places.has(step.sandbox) || step.needs.some((need) => passing.has(need));
    if (!isOther && !isChanged(action, sync)) continue;
    affected.add(id);
    // Of what was edited here, a sync sends it to those who read it, each as far as its inputs go.
    if (isOther || action.draft.reads.is !== 'sources') passing.add(id);
    if (step.provides !== undefined) places.add(step.provides);
  }
  return affected;
}

/** Steps that the project did not have as they are now, or of which that is not known since they lack a value. Without a project of then: all. */
export function redefinedSteps(before: Project | undefined, now: Project): ReadonlySet<StepId> {
  const all = [...now.steps.values()];
  return new Set(
    all
      .filter((step) => step.lacks !== undefined || definitionOf(step, now) !== definitionOf(before?.steps.get(step.id), before))
      .map(({ id }) => id),
  );
}

function definitionOf(step: Step | undefined, project: Project | undefined): string | undefined {
  if (step === undefined || project === undefined) return undefined;
  const { description: _, aliases: __, ...definition } = step;
  const secrets = project.secrets.filter(({ name }) => step.secrets.includes(name)).map(({ name, version }) => [name, version]);
  return JSON.stringify([definition, project.sandboxes.get(step.sandbox), secrets]);
}

/** What of changes counts. */
interface Predicate {
  readonly path: (path: string) => boolean;
  readonly folder: (folder: string) => boolean;
  /** Whether something that counts is reached by another way. */
  readonly linked: () => boolean;
}

const ALL: Predicate = { path: () => true, folder: () => true, linked: () => false };

/** Whether an action reads something that is changed; of what arrived, what its sync sends. Lists of globs that steps share are looked through once. */
function newSearch({ paths, folders }: Changes, ways: AlsoChanged['ways']): (action: Action, sync: Action | undefined) => boolean {
  const known = new Map<readonly string[], Predicate>();
  const hits = ({ path, folder, linked }: Predicate, other: Predicate = ALL): boolean =>
    paths.some((one) => path(one) && other.path(one)) || folders.some((one) => folder(one) && other.folder(one)) || linked();
  const byGlobs = (globs: readonly string[]): Predicate => {
    let made = known.get(globs);
    if (made === undefined) {
      const set = compileGlobs(globs);
      let linked: boolean | undefined;
      made = { path: set.matches, folder: (folder) => set.descend(folder), linked: () => (linked ??= ways.globs(globs)) };
      known.set(globs, made);
    }
    return made;
  };
  const sent = (sync: Action | undefined): Predicate => {
    if (sync?.draft.reads.is !== 'sources') return ALL;
    const excludes = compileExcludes(sync.draft.reads.exclude);
    return { ...ALL, path: (path) => !excludes(path, false), folder: (folder) => !excludes(folder, true) }; // links are sent as links
  };
  return (action, sync) => {
    const { step, draft } = action;
    const { reads } = draft;
    if (step.inputCommands !== undefined) return true; // what they print is not known to git
    if (ways.tools(step.tools)) return true;
    switch (reads.is) {
      case 'files':
        return hits(byGlobs(reads.globs));
      case 'sources':
        return hits(sent(action));
      case 'arrived':
        return hits(reads.globs === undefined ? ALL : byGlobs(reads.globs), sent(sync));
      case 'nothing':
        return reads.loose !== undefined && hits(byGlobs(reads.loose));
    }
  };
}
