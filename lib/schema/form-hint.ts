import { flow } from '../base/flow.ts';
import { isList, isMap, isScalar, type Plain } from '../base/plain.ts';
import { exampleOf, type Shape } from './shape.ts';

/** How to write what is wanted in place of a value of another kind: the value itself where only its brackets or quotes are wrong, else an example. */
export function formHint(shape: Shape, value: Plain, fits: (other: Plain) => boolean): string | undefined {
  if (value === null) return 'Write a value, or leave the key out.';
  if (isScalar(value) && typeof value !== 'boolean' && fits([value])) return `Write \`${flow([value])}\`.`;
  if (isMap(value) && fits([value])) return 'Put it into brackets: `[{ ... }]`.';
  if (shape.kind === 'integer' && typeof value === 'string' && fits(Number(value))) return `Write \`${value}\`, without quotes.`;
  const [only, ...more] = isList(value) ? value : [];
  if (isScalar(only) && more.length === 0 && fits(only)) return `Write \`${flow(only)}\`, without brackets.`;
  if (shape.kind === 'string' && shape.enum) return `Write one of ${shape.enum.join(', ')}.`;
  const example = exampleOf(shape);
  if (example !== undefined) return `Write for example \`${flow(example)}\`.`;
  return shape.kind === 'object' ? `Its keys are ${Object.keys(shape.fields).join(', ')}.` : undefined;
}
