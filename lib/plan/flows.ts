import type { Action, Decision } from '../model/plan.ts';
import { LOCAL, type SandboxName } from '../model/project.ts';

// What moves between actions beside their fingerprints: files that are written here, and trees that are sent. Decides nothing.

/** Whether something is written when it is the action's turn. */
export function willAct(decision: Decision): boolean {
  return decision.is === 'run' || decision.is === 'maybe' || decision.is === 'restore';
}

/** A fetch writes here wherever its place is; a command here may write whatever it declares. */
export function writesHere({ draft, step }: Action): boolean {
  return draft.makes.is === 'files' || (draft.makes.is === 'nothing' && step.sandbox === LOCAL && step.service === undefined);
}

/** For each action that reads what arrived in a place: the last sync to it among all that the action needs. */
export function feeders(actions: readonly Action[], needs: readonly (readonly number[])[]): readonly (number | undefined)[] {
  const result: (number | undefined)[] = actions.map(() => undefined);
  const places = new Set<SandboxName>();
  for (const { step, draft } of actions) if (draft.reads.is === 'arrived') places.add(step.sandbox);
  for (const place of places) {
    const latest: (number | undefined)[] = [];
    for (const [i, { step, draft }] of actions.entries()) {
      let sync: number | undefined;
      for (const need of needs[i] ?? []) sync = later(sync, latest[need]);
      if (step.sandbox === place && draft.reads.is === 'arrived') result[i] = sync;
      latest[i] = step.sandbox === place && draft.reads.is === 'sources' && step.enabled ? i : sync;
    }
  }
  return result;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
