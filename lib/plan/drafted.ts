import type { Draft } from '../model/plan.ts';
import type { Step } from '../model/project.ts';

/** A step with its draft: an action that has no place in a run yet. */
export interface Drafted {
  readonly step: Step;
  readonly draft: Draft;
}
