import { EXIT } from '../../run/exit-code.ts';
import { isUpToDate, planJson, planText, statusJson, statusText } from '../../view/plan.ts';
import type { Call } from '../call.ts';
import { askedFirst } from '../hosts/asked.ts';
import { look, troubled } from '../look.ts';

export async function plan(call: Call): Promise<number> {
  const made = await look(call, call.words.operands);
  if (typeof made === 'number') return made;
  const hosts = await askedFirst(made.ground, made.plan.places);
  call.out.write(call.options.json ? planJson(made.plan, hosts) : planText(made.plan, await call.paint(), call.columns, hosts));
  return troubled(call, made) ?? EXIT.done;
}

export async function status(call: Call): Promise<number> {
  const made = await look(call, call.words.operands);
  if (typeof made === 'number') return made;
  call.out.write(call.options.json ? statusJson(made.plan) : statusText(made.plan, await call.paint(), call.columns));
  return troubled(call, made) ?? (isUpToDate(made.plan) ? EXIT.done : EXIT.stale);
}
