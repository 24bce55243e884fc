import { isMap } from '../base/plain.ts';
import { checkShape } from '../schema/check.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import type { Shape } from '../schema/shape.ts';
import { stepFields } from '../schema/step.ts';
import type { Ask } from './ask.ts';
import { addMisfit } from './field.ts';
import type { Kinds } from './kinds.ts';
import { fieldOf, type Layer } from './layers.ts';
import { addUnknown } from './recipes.ts';
import { below, type Report } from './report.ts';
import type { Library, Sources } from './sources.ts';

/**
 * The overlays of `--profile`, in order: of `profiles:` in the file, else the file profiles/NAME.yaml. An included file has those that it declares
 * itself, and need not have any.
 */
export async function openProfiles(
  main: Layer,
  ask: Ask,
  sources: Sources,
  library: Library,
  report: Report,
  isIncluded = false,
): Promise<readonly Layer[]> {
  const field = fieldOf(main, 'profiles');
  const own = isMap(field?.value) ? field.value : new Map();
  const layers: Layer[] = [];
  for (const written of ask.profiles) {
    const name = written.replace(/^profile\./, '');
    const index = main.index + 1 + layers.length;
    const root = own.get(name);
    if (isMap(root)) {
      layers.push({ document: main.document, root, path: ['profiles', name], index, is: 'profile' });
      continue;
    }
    if (isIncluded) continue;
    const source = sources.read('profile', name);
    const document = source === undefined ? undefined : await library.open(source);
    if (document) layers.push({ document, root: document.root, path: [], index, is: 'profile' });
    else if (source === undefined) addUnknown('profile', name, sources, undefined, report, own.keys());
  }
  return layers;
}

/** Checks `profiles:` as far as it can be done without choosing one, so that a faulty one does not wait for its day. */
export function checkProfiles(main: Layer, { tasks }: Pick<Kinds, 'tasks'>, report: Report): void {
  const field = fieldOf(main, 'profiles');
  if (field === undefined) return;
  const step: Shape = {
    kind: 'object',
    description: 'A step.',
    fields: { ...Object.assign({}, ...[...tasks.values()].map((task) => task.fields)), ...stepFields },
  };
  const { of } = sandboxfileFields.profiles;
  const fields = { ...of.fields, steps: { ...of.fields.steps, of: step } };
  const shape: Shape = { ...sandboxfileFields.profiles, of: { ...of, fields } };
  checkShape(shape, field.value, (misfit) => addMisfit(misfit, below(field), report), { unresolved: true, spend: report.spend });
}
