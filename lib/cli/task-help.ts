import { flow } from '../base/flow.ts';
import type { Shape } from '../schema/shape.ts';
import type { Task } from '../task.ts';
import { table, wrap } from './help.ts';
import { typeOf } from './reference/shapes.ts';

/** Help of a task: its own keys, and what it asks of those of every step. */
export function taskHelp({ name, summary, fields, requires = [], refuses = [], outputs = {}, example }: Task, columns: number): string {
  const keys = Object.entries(fields).map(
    ([key, shape]) => [requires.includes(key) ? `${key} (required)` : key, meaningOf(shape)] as const,
  );
  const needed = requires.filter((key) => !Object.hasOwn(fields, key));
  const lines = [...wrap(summary, columns, ''), '', `Usage, below \`steps:\` of a Sandboxfile: NAME: { task: ${name}, ... }`, ''];
  if (keys.length > 0) lines.push('Keys, beside those of every step:', ...table(keys, columns), '');
  if (needed.length > 0) lines.push(`It needs: ${needed.join(', ')}.`, '');
  if (refuses.length > 0) lines.push(...wrap(`It cannot have: ${refuses.join(', ')}.`, columns, ''), '');
  const given = Object.entries(outputs).map(([output, kind]) => `${output} (${kind})`);
  if (given.length > 0) lines.push(...wrap(`Outputs: ${given.join(', ')}.`, columns, ''), '');
  if (example !== undefined) lines.push('Example:', example.trimEnd().replace(/^/gm, '  '), '');
  return lines.join('\n');
}

function meaningOf(shape: Shape): string {
  const type = shape.kind === 'string' && typeOf(shape) === 'text' ? '' : ` (${typeOf(shape).replaceAll('`', '')})`;
  const value = 'default' in shape && shape.default !== undefined ? ` Default: ${flow(shape.default)}.` : '';
  return `${shape.description}${type}${value}`;
}
