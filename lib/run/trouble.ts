import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { ProjectLook } from './look.ts';

/** Why a step cannot be executed or believed, whatever was decided: something cannot be looked at, or a value that it needs is not to be had. */
export function troubleOf({ action, decision }: PlannedAction, look: Pick<ProjectLook, 'trouble'>): Failure | undefined {
  const trouble = look.trouble(action);
  const { holes } = action.step;
  if (trouble !== undefined || holes === undefined || decision.is !== 'run') return trouble;
  const steps = [...new Set(holes.flatMap(({ asks }) => asks.map(({ step }) => step)))];
  const what = holes.length === 1 ? `\`${holes[0]?.of}\` is` : `values of ${someOf(steps, 3)} are`;
  return { code: 'value-missing', message: `${what} not known`, hint: `run ${someOf(steps, 3)} first: what was given last is taken then` };
}
