import { TASK } from '../../../tasks/index.ts';
import type { Plan } from '../../model/plan.ts';
import { oldProbes } from '../../plan/probe-age.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Memory } from '../../run/memory.ts';
import { prepare } from '../../run/prepare.ts';
import { explainJson, explainText } from '../../view/explain.ts';
import { isUpToDate, planJson, planText, statusJson, statusText } from '../../view/plan.ts';
import { type Call, refuse } from '../call.ts';
import { openGiven } from '../given.ts';
import { groundOf, memoryOf } from '../ground.ts';
import { sayFaulty } from '../open.ts';
import { wishOf } from '../wish.ts';

interface Looked {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly now: number;
}

/** The plan of what is named, made by looking only. A number: it was said what is wrong, that is the exit code. */
async function look(call: Call, named: readonly string[]): Promise<Looked | number> {
  const opened = await openGiven(call, { named, args: call.words.rest ?? [] });
  if (typeof opened === 'number') return opened;
  const ground = groundOf(call, opened.project);
  const memory = memoryOf(call, ground);
  const prepared = prepare(opened.project, wishOf(call.options, named), TASK, memory.look);
  if (prepared.value === undefined) return await sayFaulty(call, prepared.diagnostics);
  const plan = prepared.value.planning.snapshot();
  const now = ground.io.clock.now();
  for (const text of oldProbes(opened.project, plan, memory.look, now)) call.err.write(`warning: ${text}\n`);
  return { plan, memory, now };
}

export async function plan(call: Call): Promise<number> {
  const made = await look(call, call.words.operands);
  if (typeof made === 'number') return made;
  call.out.write(call.options.json ? planJson(made.plan) : planText(made.plan, await call.paint(), call.columns));
  return troubled(call, made) ?? EXIT.done;
}

export async function status(call: Call): Promise<number> {
  const made = await look(call, call.words.operands);
  if (typeof made === 'number') return made;
  call.out.write(call.options.json ? statusJson(made.plan) : statusText(made.plan, await call.paint(), call.columns));
  return troubled(call, made) ?? (isUpToDate(made.plan) ? EXIT.done : EXIT.stale);
}

export async function explain(call: Call): Promise<number> {
  const [step = ''] = call.words.operands;
  const made = await look(call, [step]);
  if (typeof made === 'number') return made;
  const planned = made.plan.actions.find(({ action }) => action.named);
  if (planned === undefined) return refuse(call, `there is no step ${step}`);
  const last = made.memory.look.last(step);
  const explained = { planned, now: made.now, ...(last === undefined ? {} : { last }) };
  call.out.write(call.options.json ? explainJson(explained) : explainText(explained, await call.paint(), call.columns));
  return troubled(call, made) ?? EXIT.done;
}

/** Files that could not be looked at: said, and not passed over as if they were not there. */
function troubled(call: Call, { plan: { actions }, memory }: Looked): number | undefined {
  let code: number | undefined;
  for (const { action } of actions) {
    const trouble = memory.look.trouble(action);
    if (trouble === undefined) continue;
    call.err.write(`${action.id}: ${trouble.message}\n`);
    code = EXIT.failed;
  }
  return code;
}
