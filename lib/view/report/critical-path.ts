import type { StepId } from '../../model/project.ts';

/** The steps that no other slot or computer would have made the run shorter without: each waited for the one before it. */
export interface CriticalPath {
  readonly steps: readonly StepId[];
  /** What they took together, and what passed between them: waiting for a slot, a turn in a workspace or a connection. Milliseconds. */
  readonly ms: number;
  readonly waited: number;
}

interface Timed {
  readonly id: StepId;
  readonly needs: readonly StepId[];
  readonly after: readonly StepId[];
  /** Milliseconds since the run began; absent: took no time. */
  readonly start?: number;
  readonly ms: number;
  /** Of a service: since the run began. */
  readonly ready?: number;
}

/** Goes back from the step that ended last, each time to that which ended last of all that it came after; of a service it counts when it was ready. Steps stand after what they come after. */
export function criticalPath(steps: readonly Timed[]): CriticalPath {
  /** Of each step the one that ended last: itself if it took time, else among what it came after. */
  const latest = new Map<StepId, Timed>();
  const before = new Map<StepId, Timed>();
  let end: Timed | undefined;
  for (const step of steps) {
    let last: Timed | undefined;
    for (const id of [...step.needs, ...step.after]) last = later(last, waitedFor(latest.get(id), step.start));
    if (last) before.set(step.id, last);
    const own = step.start === undefined ? last : step;
    if (own) latest.set(step.id, own);
    end = later(end, waitedFor(own));
  }
  const path: Timed[] = [];
  for (let step = end; step; step = before.get(step.id)) path.unshift(step);
  const ms = path.reduce((sum, step) => sum + step.ms, 0);
  return { steps: path.map(({ id }) => id), ms, waited: Math.max(0, (end ? endOf(end) : 0) - ms) };
}

/** Of a service that was ready what came before that, unless whoever waited began after its end. */
function waitedFor(step: Timed | undefined, began = 0): Timed | undefined {
  if (step?.ready === undefined || endOf(step) <= began) return step;
  return { ...step, ms: step.ready - (step.start ?? 0) };
}

function later(one: Timed | undefined, other: Timed | undefined): Timed | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return endOf(other) > endOf(one) ? other : one;
}

function endOf({ start = 0, ms }: Timed): number {
  return start + ms;
}
