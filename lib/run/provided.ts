import type { Emit } from '../model/event.ts';
import { UNREACHABLE } from '../model/failure.ts';
import type { Plan, PlannedAction } from '../model/plan.ts';
import type { Project, SandboxName, StepId } from '../model/project.ts';
import { describeChange } from '../plan/describe.ts';
import type { Planning } from '../plan/planning.ts';
import type { ProjectLook } from './look.ts';
import type { Performed } from './performed.ts';
import type { Reach } from './reach.ts';
import type { RunRequest } from './run-request.ts';

/**
 * Places that steps of the plan bring up. Until the last of those steps has run nothing is asked of such a place: it may be off, and what would be found out of
 * it does not hold afterwards. Knows nothing of how a place is brought up.
 */
export class Provided {
  readonly #awaited = new Map<SandboxName, Set<StepId>>();

  constructor({ actions }: Plan) {
    for (const { action, decision } of actions) {
      const { id, step } = action;
      if (step.provides === undefined || decision.is === 'skip') continue;
      const steps = this.#awaited.get(step.provides) ?? new Set();
      this.#awaited.set(step.provides, steps.add(id));
    }
  }

  /** Whether some step will bring it up. */
  isAwaited(place: SandboxName): boolean {
    return this.#awaited.has(place);
  }

  /** A step was performed: gives the place that it was the last to bring up. */
  up({ action: { id, step } }: PlannedAction, { outcome }: Performed): SandboxName | undefined {
    const steps = step.provides === undefined ? undefined : this.#awaited.get(step.provides);
    if (steps === undefined || (outcome.is !== 'succeeded' && outcome.is !== 'fresh')) return undefined;
    steps.delete(id);
    return steps.size === 0 ? step.provides : undefined;
  }
}

/**
 * A machine that steps will bring up, and that the run may go on without: where the computer that holds it cannot be reached, neither can the machine,
 * and its policy says what that means. Asked before those steps run, since others are planned by it.
 */
export async function askHolder(
  name: SandboxName,
  { sandboxes }: Project,
  machine: RunRequest['machine'],
  reach: Reach,
  signal: AbortSignal,
): Promise<void> {
  const spec = sandboxes.get(name);
  if (spec?.kind !== 'machine' || spec.onUnreachable === 'fail') return;
  const asked = await machine(name, signal);
  if (!asked.ok && UNREACHABLE.has(asked.error.code)) reach.giveUp(name, asked.error);
}

/** Reaches a place that is up now, as if nobody had asked it before, unless nothing is to be done there. If it is other than it was recorded, all that is still to come is judged anew. */
export async function meet(place: SandboxName, reach: Reach, look: ProjectLook, planning: Planning, emit: Emit): Promise<void> {
  await reach.forget(place);
  if (!planning.snapshot().actions.some((planned) => isFor(place, planned))) return;
  await reach.to(place);
  const changed = reach.takeChanged();
  if (changed === undefined) return;
  look.refresh();
  planning.judgeAnew();
  if (changed.length > 0) emit({ type: 'warning', text: `judged anew: ${changed.map(describeChange).join(', ')}` });
}

function isFor(place: SandboxName, { action, decision }: PlannedAction): boolean {
  return action.step.sandbox === place && (decision.is === 'run' || decision.is === 'maybe');
}
