import { SILENT } from '../view/sink.ts';
import type { Call } from './call.ts';
import { type Opening, open } from './open.ts';
import { readOptions } from './options.ts';
import type { Surroundings } from './surroundings.ts';

/** The project here, for whoever was not asked for it and says nothing of it: no flag counts. Undefined: what stands in the environment is wrong. */
export async function openQuietly(surroundings: Surroundings): Promise<Opening | undefined> {
  const options = readOptions({ given: new Map(), environment: surroundings.environment, config: new Map(), cpus: 1 });
  if (!options.ok) return undefined;
  const call: Call = {
    surroundings,
    words: { given: new Map(), operands: [], help: false, version: false },
    options: options.value,
    out: SILENT,
    err: SILENT,
    paint: async () => (await import('../view/paint.ts')).PLAIN,
    columns: undefined,
  };
  return await open(call, { named: [] });
}
