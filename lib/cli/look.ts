import type { Plan } from '../model/plan.ts';
import { oldProbes } from '../plan/probe-age.ts';
import { EXIT } from '../run/exit-code.ts';
import type { Memory } from '../run/memory.ts';
import { prepare } from '../run/prepare.ts';
import type { Call } from './call.ts';
import { openGiven } from './given.ts';
import { groundOf, memoryOf } from './ground.ts';
import { narrowed } from './narrow.ts';
import { sayFaulty } from './open.ts';
import type { Ground } from './sandboxes.ts';
import { wishOf } from './wish.ts';

export interface Looked {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly now: number;
  readonly ground: Ground;
}

/** The plan of what is named, made by looking only. A number: it was said what is wrong, that is the exit code. */
export async function look(call: Call, named: readonly string[]): Promise<Looked | number> {
  const opened = await openGiven(call, { named, args: call.words.rest ?? [] });
  if (typeof opened === 'number') return opened;
  const ground = groundOf(call, opened);
  const memory = memoryOf(call, ground);
  const names = await narrowed(call, opened, named);
  if (typeof names === 'number') return names;
  const prepared = prepare(opened.project, wishOf(call.options, names), opened.tasks, memory.look);
  if (prepared.value === undefined) return await sayFaulty(call, prepared.diagnostics);
  const plan = prepared.value.planning.snapshot();
  const now = ground.io.clock.now();
  for (const text of oldProbes(opened.project, plan, memory.look, now)) call.err.write(`warning: ${text}\n`);
  return { plan, memory, now, ground };
}

/** Files that could not be looked at: said, and not passed over as if they were not there. */
export function troubled(call: Call, { plan: { actions }, memory }: Looked): number | undefined {
  let code: number | undefined;
  for (const { action } of actions) {
    const trouble = memory.look.trouble(action);
    if (trouble === undefined) continue;
    call.err.write(`${action.id}: ${trouble.message}\n`);
    code = EXIT.failed;
  }
  return code;
}
