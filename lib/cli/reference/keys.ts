import { machineFields } from '../../schema/machine.ts';
import { paramFields } from '../../schema/param.ts';
import { sandboxFields } from '../../schema/sandbox.ts';
import { sandboxfileFields, sandboxfileShape } from '../../schema/sandboxfile.ts';
import { readyShape } from '../../schema/service.ts';
import { stepFields } from '../../schema/step.ts';
import type { Task } from '../../task.ts';
import { code, fenced } from './markdown.ts';
import { fieldsTable, formatsTable } from './shapes.ts';

// Pages of the reference about the keys of a Sandboxfile.

const MARK = 'A value marked ✻ may be or hold an [expression](expressions.md); others are written out.';

export function sandboxfilePage(): string {
  return [
    '# Sandboxfile',
    '',
    `${sandboxfileShape.description} It is YAML 1.2 in UTF-8, named \`Sandboxfile.yaml\`. A recipe (\`recipes/NAME.yaml\`) and a profile (\`profiles/NAME.yaml\`) have the same keys. Keys that start with \`x-\` are your own everywhere.`,
    '',
    MARK,
    '',
    ...fieldsTable(sandboxfileShape),
    '## Parameters',
    '',
    'Keys of an entry of `params`. A value in place of a map is the default.',
    '',
    ...fieldsTable({ fields: paramFields }),
    '## Sandboxes',
    '',
    'Keys of an entry of `sandboxes`.',
    '',
    ...fieldsTable({ fields: sandboxFields }),
    '## Machines',
    '',
    'Keys of `machine` of a sandbox.',
    '',
    ...fieldsTable({ fields: machineFields, required: ['driver'] }),
    'Keys of `keys` of a machine.',
    '',
    ...fieldsTable(machineFields.keys),
    '## Steps',
    '',
    'Keys of an entry of `steps`, whatever its task; those of single tasks are under [tasks](tasks.md).',
    '',
    ...fieldsTable({ fields: stepFields }),
    '## Ready',
    '',
    'Keys of `ready` of a step that is a service: one of `tcp`, `http`, `command` and `line`, and what goes with it.',
    '',
    ...fieldsTable(readyShape),
    '## Tunnels',
    '',
    'Keys of an entry of `tunnels`: a step of the task `tunnel`, which steps name among their `needs`.',
    '',
    ...fieldsTable({ fields: sandboxfileFields.tunnels.of.fields, required: ['in', 'listen', 'to'] }),
    '## Profiles',
    '',
    `Keys of an entry of \`profiles\`, each as in the file itself: ${Object.keys(sandboxfileFields.profiles.of.fields).map(code).join(', ')}.`,
    '',
    '## Forms',
    '',
    ...formatsTable(),
  ].join('\n');
}

export function tasksPage(tasks: readonly Task[]): string {
  const list = tasks.map(({ name, summary }) => `- [${name}](#${name}): ${summary}`);
  return ['# Tasks', '', 'What `task:` of a step can be.', '', ...list, '', MARK, '', ...tasks.flatMap(taskSection)].join('\n');
}

function taskSection({ name, summary, fields, outputs = {}, requires = [], refuses = [], example, interactive }: Task): readonly string[] {
  const known = Object.keys(fields);
  const needed = requires.filter((key) => !known.includes(key));
  const lines = [`## ${name}`, '', summary, ''];
  if (interactive) lines.push("Its steps own the user's terminal and are never remembered.", '');
  if (known.length > 0) lines.push(...fieldsTable({ fields, required: requires }));
  if (needed.length > 0) lines.push(`Required of the [keys of all steps](sandboxfile.md#steps): ${needed.map(code).join(', ')}.`, '');
  const given = Object.entries(outputs).map(([output, kind]) => `${code(output)} (${kind})`);
  if (given.length > 0) lines.push(`[Typed outputs](expressions.md#outputs-of-steps): ${given.join(', ')}.`, '');
  if (refuses.length > 0) lines.push(`Cannot have: ${refuses.map(code).join(', ')}.`, '');
  if (example !== undefined) lines.push(...fenced('yaml', `steps:\n${example.replace(/^/gm, '  ')}`));
  return lines;
}
