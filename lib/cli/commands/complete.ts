import { LOCAL, type Project } from '../../model/project.ts';
import { EXIT } from '../../run/exit-code.ts';
import { SILENT } from '../../view/sink.ts';
import type { Call } from '../call.ts';
import { open } from '../open.ts';
import { readOptions } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';

/** Names for completion scripts: one a line, none where there is no project or it is faulty. */
export async function names(call: Call): Promise<number> {
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  if (opening.is !== 'open') return EXIT.done;
  const { project } = opening.opened;
  const found =
    call.words.operands[0] === 'sandboxes' ? [...project.sandboxes.keys()].filter((name) => name !== LOCAL) : namesOfSteps(project);
  for (const name of found) call.out.write(`${name}\n`);
  return EXIT.done;
}

function namesOfSteps({ steps, called }: Project): readonly string[] {
  return [...steps.keys(), ...called.keys()];
}

/** Steps of the project here, for suggestions; none where there is no project. */
export async function stepNames(surroundings: Surroundings): Promise<readonly string[]> {
  const options = readOptions({ given: new Map(), environment: surroundings.environment, config: new Map(), cpus: 1 });
  if (!options.ok) return [];
  const words = { given: new Map(), operands: [], help: false, version: false };
  const call: Call = {
    surroundings,
    words,
    options: options.value,
    out: SILENT,
    err: SILENT,
    paint: async () => (await import('../../view/paint.ts')).PLAIN,
    columns: undefined,
  };
  const opening = await open(call, { named: [] });
  return opening.is === 'open' ? namesOfSteps(opening.opened.project) : [];
}
