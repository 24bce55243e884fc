import { TASKS } from '../../../tasks/index.ts';
import { load } from '../../config/load.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { betweenSteps } from '../between-steps.ts';
import type { Surroundings } from '../surroundings.ts';

/** What is wrong with the text of a Sandboxfile that will lie at `file`; nothing is read of the disk. */
export async function faultsOf(
  text: string,
  { file, root }: { readonly file: string; readonly root: string },
  { environment, os, arch, cpus }: Surroundings,
): Promise<readonly Diagnostic[]> {
  const main = { file: 'Sandboxfile.yaml', bytes: new TextEncoder().encode(text) };
  const ask = { root, file, set: [], profiles: [], local: false, args: [], named: [], environment, os, arch, cpus };
  const checked = await load({ main, read: () => undefined, names: () => [] }, ask, TASKS);
  const project = checked.value?.project ?? checked.partial;
  const diagnostics = [...checked.diagnostics, ...(project === undefined ? [] : betweenSteps(project, checked.kinds.tasks))];
  return diagnostics.filter(({ severity }) => severity === 'error');
}

/** The step that a line of the text is of. */
export function stepAt(text: string, line: number): string | undefined {
  const before = text.split('\n').slice(0, line);
  const steps = before.lastIndexOf('steps:');
  return steps < 0
    ? undefined
    : before
        .slice(steps)
        .reverse()
        .map((one) => /^ {2}([a-z][\w-]*):$/.exec(one)?.[1])
        .find((id) => id !== undefined);
}
