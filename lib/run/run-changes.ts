/** How two runs differ: what became of their steps, and of those whose outcome or key is other, what counted differently. */
import type { Difference } from '../model/difference.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { PastRun, PastStep, RunChanges, StepChange } from '../model/past-run.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { difference } from '../plan/difference.ts';
import type { Past } from './past.ts';

/** What the variables of the command of a step stand for. */
type Expressions = (step: StepId) => ReadonlyMap<string, string>;

export function runChanges(former: PastRun, latter: PastRun, past: Past, expressions: Expressions): RunChanges {
  const steps: StepChange[] = [];
  let alike = 0;
  for (const step of new Set([...latter.steps.keys(), ...former.steps.keys()])) {
    const from = former.steps.get(step);
    const to = latter.steps.get(step);
    if (from && to && isAlike(from, to)) {
      alike += 1;
      continue;
    }
    const changed = from && to && changedBetween(step, from, to, past, expressions);
    steps.push({ step, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(changed ? { changed } : {}) });
  }
  return { steps, alike };
}

function isAlike(from: PastStep, to: PastStep): boolean {
  return from.outcome?.is === to.outcome?.is && (from.key === undefined || to.key === undefined || from.key === to.key);
}

function changedBetween(
  step: StepId,
  from: PastStep,
  to: PastStep,
  past: Past,
  expressions: Expressions,
): readonly Difference[] | undefined {
  if (from.key === undefined || to.key === undefined) return undefined;
  if (from.key === to.key) return [];
  const before = from.record ?? past.record(step, from.key);
  const after = to.record ?? past.record(step, to.key);
  if (!before || !after) return undefined;
  const tree = (one: PastStep, { inputs }: FingerprintRecord): Tree | undefined =>
    inputs === null || one.inputs?.digest === inputs ? one.inputs : past.inputs(inputs);
  return difference(before, after, expressions(step), {
    before: () => tree(from, before),
    after: () => tree(to, after),
    made: past.made,
  });
}
