import type { Step } from '../lib/model/project.ts';

// Fields of a step are of the shape that its task declares: checked when the Sandboxfile was read.

export function textField(step: Step, name: string): string | undefined {
  const value = step.fields[name];
  return typeof value === 'string' ? value : undefined;
}

export function listField(step: Step, name: string): readonly string[] {
  const value = step.fields[name];
  return Array.isArray(value) ? value.map(String) : [];
}
