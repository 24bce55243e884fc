import type { Failure } from '../../model/failure.ts';
import type { MachineId } from '../../model/machine.ts';
import type { MachineGround } from './ground.ts';

/** What its hypervisor and its console said last, for a failure. */
export async function lastLinesOf({ driver }: MachineGround, id: MachineId, signal: AbortSignal): Promise<Pick<Failure, 'lastLines'>> {
  const known = await driver.diagnostics(id, signal);
  return known.ok ? { lastLines: [...known.value.said, ...known.value.serial].slice(-20) } : {};
}
