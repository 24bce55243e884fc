import { ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { Action } from '../model/plan.ts';
import type { Tree } from '../model/tree.ts';
import type { Produced } from '../task.ts';
import { captureOutputs } from './capture.ts';
import { placeFetched } from './fetched.ts';
import { type OutputRules, outputRules } from './outputs.ts';
import type { Swapped } from './restore.ts';
import type { Scene, Swap } from './swap.ts';
import type { MovedAway } from './touched.ts';

// What a success made, and what had to go for it. Knows no records.

/** Paths that a note names. */
export const SHOWN = 5;

interface Products {
  /** Undefined where nothing lies in the project. */
  readonly tree: Tree | undefined;
  /** Whether it can be remembered: the store has all of it, or it stays where it is. */
  readonly kept: boolean;
  readonly notes: readonly string[];
}

/** Takes what a step made into the store; what was fetched is put in place. */
export function products(
  scene: Scene,
  action: Action,
  rules: OutputRules | undefined,
  produced: Produced,
  noCache: boolean,
  foreignIn: (action: Action) => Swap['isForeign'],
): Result<Products, Failure> {
  if (produced.fetched !== undefined) {
    const isForeign = foreignIn(action);
    const { stays = false } = produced.fetched;
    const placed = placeFetched(scene, rules ?? outputRules(action), produced.fetched, !noCache && !stays, isForeign);
    if (!placed.ok) return placed;
    const { tree, kept } = placed.value;
    return ok({ tree, kept: kept || (stays && !noCache), notes: movedNotes(scene, placed.value, isForeign) });
  }
  if (rules === undefined || produced.untouched === true) return ok({ tree: undefined, kept: true, notes: [] });
  const captured = captureOutputs(scene, rules, !noCache);
  return captured.ok ? ok({ tree: captured.value.tree, kept: captured.value.kept, notes: [] }) : captured;
}

/** What was moved away and why, as it is told. */
export function movedNotes({ run }: Scene, { edited, extra, others, inTheWay }: Swapped, isForeign: Swap['isForeign']): readonly string[] {
  const notes: string[] = [];
  const now = `now in .sbx/trash/${run}`;
  const changed = edited.filter(isForeign);
  const added = extra.filter(isForeign);
  if (changed.length > 0) notes.push(`edited since it was made, ${now}: ${someOf(changed, SHOWN)}`);
  if (added.length > 0) notes.push(`not among its outputs, ${now}: ${someOf(added, SHOWN)}`);
  if (others.length > 0) notes.push(`not brought by it, left where it is: ${someOf(others, SHOWN)}`);
  if (inTheWay.length > 0) notes.push(`in the way of its outputs, ${now}: ${someOf(inTheWay, SHOWN)}`);
  return notes;
}

/** The same of what a step touched that did not succeed: one note for each bin, however much it was. */
export function touchedNotes({ run }: Scene, moved: readonly MovedAway[], is: 'failed' | 'cancelled'): readonly string[] {
  return [...new Set(moved.map(({ bin }) => bin))].map((bin) => {
    const paths = moved.filter((one) => one.bin === bin).map(({ path }) => path);
    return `touched by the ${is} step, now in .sbx/${bin}/${run}: ${someOf(paths, SHOWN)}`;
  });
}
