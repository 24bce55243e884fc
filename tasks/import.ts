import { posix } from 'node:path';
import { holdsMark } from '../lib/model/output.ts';
import { LOCAL, type Step } from '../lib/model/project.ts';
import { isWritten, wrongStep } from '../lib/model/wrong-step.ts';
import type { Task } from '../lib/task.ts';
import { textField } from './fields.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine, subjectOf } from './machine.ts';

/** Makes the machine behind a sandbox from an appliance. */
export const importMachine: Task = {
  name: 'import',
  summary: 'Makes the machine of a sandbox from an OVA or OVF, checked before anything is made.',
  example: `import:
  task: import
  provides: builder
  image: build/builder.ova`,
  fields: {
    machine: MACHINE,
    image: {
      kind: 'string',
      description:
        "The .ova or .ovf that the machine is made from, on the hypervisor's computer; one that is not absolute lies in the project. Absent: `image` of the sandbox's `machine`.",
      takes: ['image', 'text'],
      examples: ['build/builder.ova'],
    },
  },
  outputs: { machine: 'machine' },
  refuses: NO_COMMAND,
  plan(step, scope) {
    const image = imageOf(step);
    const draft = machineDraft(step, scope, 'import', { image: image ?? null });
    const machine = scope.project.sandboxes.get(subjectOf(step) ?? '')?.machine;
    if (machine === undefined || image !== undefined || machine.image !== undefined || isWritten(step, 'image')) return draft;
    const message = `step ${step.id}: it is not said what the machine of ${subjectOf(step)} is made from`;
    const hint = 'write `image: PATH` in the step or under `machine:`; in the step it may be an output of another one';
    return { ...draft, diagnostics: [...draft.diagnostics, wrongStep(step, { code: 'missing-key', message, hint })] };
  },
  run(action, scope) {
    const image = action.draft.settings.image;
    const hypervisor = scope.project.sandboxes.get(subjectOf(action.step) ?? '')?.machine?.hypervisor;
    const path = typeof image !== 'string' ? undefined : hypervisor === LOCAL ? posix.resolve(scope.project.root, image) : image;
    return onMachine(action, scope, { act: (machine, deed) => machine.make(path, deed), already: 'it was imported already' });
  },
};

/** What is written counts from the folder of its file; what a step gave counts from the root. */
function imageOf(step: Step): string | undefined {
  const image = textField(step, 'image');
  return image === undefined || holdsMark(image) || posix.isAbsolute(image) ? image : posix.join(step.dir, image);
}
