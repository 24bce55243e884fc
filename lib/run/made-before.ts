import type { Look } from '../model/look.ts';
import type { PlannedAction } from '../model/plan.ts';
import { valuesUnder } from '../plan/given.ts';
import type { Settled } from '../plan/planning.ts';

/** What a step that is fresh made when it was executed, as far as it is remembered. */
export function madeBefore({ action, key }: PlannedAction, look: Look): Pick<Settled & { readonly is: 'done' }, 'outputs' | 'values'> {
  if (key === undefined) return { outputs: undefined };
  const outputs = look.remembered(key)?.outputs?.digest ?? look.made(action.id, key);
  return { outputs, values: action.step.gives && valuesUnder(action.id, key, look) };
}
