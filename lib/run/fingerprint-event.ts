import type { Event } from '../model/event.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { Tree } from '../model/tree.ts';
import { isSmall } from './trees.ts';

/** What counts for a step that executes now, as the journal keeps it. */
export function fingerprintEvent({ action, record, key }: PlannedAction, inputs: Tree | undefined): Event {
  const small = inputs !== undefined && isSmall(inputs) ? { inputs } : {};
  return { type: 'step-fingerprint', step: action.id, record, ...(key === undefined ? {} : { key }), ...small };
}
