import type { Digest } from '../base/digest.ts';
import type { Outputs } from '../model/output.ts';
import type { Plan, PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';

/** What became of an action in this run. */
export type Settled =
  | ({
      readonly is: 'done';
      readonly executed: boolean;
      readonly key: Digest | undefined;
      /** What counts for its dependents: the digest of its outputs, or of its values. */
      readonly outputs: Digest | undefined;
    } & Made)
  | { readonly is: 'gone'; readonly begun?: true }; // skipped, failed or cancelled: it contributes nothing; `begun`: it has used its place

/** What it gives to expressions, where the records cannot tell. */
export interface Made {
  readonly values?: Outputs | undefined;
  readonly tree?: Tree | undefined;
}

/**
 * The decisions of one run, from the first look to the last step. A plan that is shown is its snapshot; the runner asks the same object at the
 * moment a step is ready and tells it what became of each step, so that plan, explain and run can never differ. Knows no processes and no time.
 *
 * The runner: when all of `before` (graph) is settled, `decide(step)`. `fresh`, `restore`, `run`, `skip`: do it and `settle`.
 * `maybe`: leave it; it will be decided when other steps have settled (a place is left alone until it is known that somebody needs it).
 * If nothing is running and only such steps are left, `insist(step)` for the first of them executes it if it is not fresh.
 */
export interface Planning {
  snapshot(): Plan;
  /** Judges the action again with what is known now, asking the Look anew. */
  decide(step: StepId): PlannedAction;
  settle(step: StepId, settled: Settled): void;
  /** What was believed of a place has changed: everything that has not settled is judged again. */
  judgeAnew(): void;
  /** Treats the step as needed from now on. */
  insist(step: StepId): void;
}
