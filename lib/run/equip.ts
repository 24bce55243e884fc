import { join } from 'node:path';
import { ok, type Result } from '../base/result.ts';
import type { Emit } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Folders, Io } from '../model/io.ts';
import type { PlannedAction } from '../model/plan.ts';
import { LOCAL, type StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import type { RunScope } from '../task.ts';
import type { Leave } from './control.ts';
import { StepOutput } from './output.ts';
import type { Listener } from './ready.ts';
import { type ScopeInput, scopeOf } from './scope.ts';
import type { Secrets } from './secrets.ts';
import type { Ticker } from './ticker.ts';

export interface Equipment {
  readonly folders: Folders;
  readonly io: Io;
  readonly run: string;
  readonly emit: Emit;
  readonly secrets: Secrets;
  readonly scope: Omit<ScopeInput, 'placed' | 'progress'>;
  readonly ticker: Ticker;
  /** What steps of this run left in their places. */
  readonly placed: ReadonlyMap<StepId, Tree>;
}

/** What a step is given when it is executed. */
interface Equipped {
  readonly output: StepOutput;
  readonly scopeWith: (leave: Pick<Leave, 'signal' | 'hurry'>) => RunScope;
  /** That travelled so far. */
  readonly bytes: () => number | undefined;
}

/** `listener` gets what the step writes, as it comes, and what its task says. A failure if a secret is not there. */
export function equip(of: Equipment, planned: PlannedAction, listener?: Pick<Listener, 'hear' | 'told'>): Result<Equipped, Failure> {
  const { io, emit, secrets, run, folders, placed } = of;
  const { id, step } = planned.action;
  const values = secrets.variables(step.secrets);
  if (!values.ok) return values;
  const output = new StepOutput({
    files: io.files,
    log: join(folders.project, 'runs', run, `${id}.log`),
    emit: (text) => emit({ type: 'step-output', step: id, text }),
    mask: secrets.mask(),
    wake: of.ticker.wake,
    ...(listener ? { hear: listener.hear } : {}),
  });
  let bytes: number | undefined;
  const scope: ScopeInput = {
    ...of.scope,
    placed,
    progress: (at, done, total, unit, files) => {
      if (unit === 'bytes') bytes = done;
      emit({ type: 'step-progress', step: at, done, unit, ...(total === undefined ? {} : { total }), ...(files ? { files } : {}) });
    },
  };
  const scopeWith: Equipped['scopeWith'] = (leave) =>
    scopeOf(scope, { planned, secrets: values.value, output, leave, told: listener?.told });
  return ok({ output, scopeWith, bytes: () => bytes });
}

/** The failure as it is told: of which step, where, and what came last. */
export function told({ action }: PlannedAction, failure: Failure, output: StepOutput): Failure {
  const lines = failure.lastLines ?? output.lastLines();
  const place = action.step.sandbox === LOCAL ? {} : { sandbox: action.step.sandbox };
  return { ...place, ...failure, step: action.id, ...(lines.length > 0 ? { lastLines: lines } : {}) };
}
