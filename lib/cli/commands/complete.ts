import { LOCAL, type Project } from '../../model/project.ts';
import { EXIT } from '../../run/exit-code.ts';
import { listRuns } from '../../run/journal.ts';
import { SILENT } from '../../view/sink.ts';
import type { Call } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { open } from '../open.ts';
import { readOptions } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';

/** Names for completion scripts: one a line, none where there is no project or it is faulty. */
export async function names(call: Call): Promise<number> {
  for (const kind of call.words.operands[0]?.split(',') ?? []) {
    for (const name of kind === 'runs' ? runNames(call) : await projectNames(call, kind)) call.out.write(`${name}\n`);
  }
  return EXIT.done;
}

async function projectNames(call: Call, kind: string): Promise<Iterable<string>> {
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  if (opening.is !== 'open') return [];
  const { project } = opening.opened;
  return kind === 'sandboxes' ? [...project.sandboxes.keys()].filter((name) => name !== LOCAL) : namesOfSteps(project);
}

function namesOfSteps({ steps, called }: Project): readonly string[] {
  return [...steps.keys(), ...called.keys()];
}

/** Newest first. */
function runNames(call: Call): readonly string[] {
  const folders = projectFolders({ ...call, err: SILENT });
  return typeof folders === 'number' ? [] : listRuns(effectsOf(call.surroundings).files, folders.project).map(({ run }) => run);
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
