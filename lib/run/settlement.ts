import type { Outcome, SkipCause } from '../model/outcome.ts';
import type { Step, StepId } from '../model/project.ts';

/** How far a run goes on after a failure: not at all, with what does not depend on it, or with everything. */
export type KeepGoing = 'never' | 'dependencies-successful' | 'always';

/** What became of the steps so far, and what that means for the next ones. Pure bookkeeping: knows no plan and no processes. */
export class Settlement {
  readonly #outcomes = new Map<StepId, Outcome>();
  readonly #causes = new Map<StepId, SkipCause>();
  readonly #keepGoing: KeepGoing;
  #failed = false;

  constructor(keepGoing: KeepGoing) {
    this.#keepGoing = keepGoing;
  }

  get outcomes(): ReadonlyMap<StepId, Outcome> {
    return this.#outcomes;
  }

  /** Whether any step has failed. */
  get failed(): boolean {
    return this.#failed;
  }

  settle(step: StepId, outcome: Outcome): void {
    this.#outcomes.set(step, outcome);
    if (outcome.is === 'failed') this.#failed = true;
    const cause = causeFor(step, outcome);
    if (cause !== undefined) this.#causes.set(step, cause);
  }

  /** Why the step must not run whatever its fingerprint says; undefined if it may. `before` are the steps that it waited for. */
  blocked(step: Step, before: readonly StepId[], stopping: boolean): SkipCause | undefined {
    if (step.releases !== undefined) return undefined; // a place is released whatever happened
    if (step.when === 'always') return undefined;
    if (stopping) return { code: 'stopped' };
    if (step.when === 'failure') return this.#failed ? undefined : { code: 'condition' };
    const cause = this.#keepGoing === 'always' ? undefined : this.#inherited(step, before);
    if (cause !== undefined) return cause;
    return this.#failed && this.#keepGoing === 'never' ? { code: 'stopped' } : undefined;
  }

  /** `after` is order only: what happened there is of no concern, unless it is needed as well. */
  #inherited(step: Step, before: readonly StepId[]): SkipCause | undefined {
    for (const id of before) {
      const cause = this.#causes.get(id);
      if (cause !== undefined && (!step.after.includes(id) || step.needs.includes(id))) return cause;
    }
    return undefined;
  }
}

/** What a step that did not make its product means for those that need it. */
function causeFor(step: StepId, outcome: Outcome): SkipCause | undefined {
  if (outcome.is === 'failed') return { code: 'upstream-failed', step };
  if (outcome.is === 'cancelled') return { code: 'stopped' };
  if (outcome.is !== 'skipped') return undefined;
  const { because } = outcome;
  return because.code === 'upstream-failed' || because.code === 'stopped' || because.code === 'unreachable' ? because : undefined;
}
