import { isList, type Plain } from '../base/plain.ts';
import { holdsMark, markedIn, type OutputKind } from '../model/output.ts';
import type { FormatProblem } from './formats.ts';
import type { Shape } from './shape.ts';

// Outputs of steps in a field: not known yet, so that all that can be told of them is whether the field takes their kind.

export interface Late {
  kindOf(expression: string): OutputKind | undefined;
}

/** The text, or the one item of a list, that stands for what is not known yet. */
export function lateIn(shape: Shape, value: Plain): string | undefined {
  if (shape.kind === 'any-of' || shape.kind === 'list') return undefined;
  const text = isList(value) && value.length === 1 ? value[0] : value;
  return typeof text === 'string' && holdsMark(text) ? text : undefined;
}

/** Why it cannot stand where this shape is wanted; undefined: it can. */
export function lateProblem(shape: Shape, text: string, late: Late): FormatProblem | undefined {
  const takes = 'takes' in shape ? shape.takes : undefined;
  const expression = markedIn(text);
  const written = expression === undefined ? 'an output of a step' : `\`${expression}\``;
  if (takes === undefined) {
    const message = `${written} is known only when the step has run, and this is needed before`;
    return {
      code: 'output-too-late',
      message,
      hint: 'Outputs of steps may stand in `run`, in values of `env`, and where a task takes them.',
    };
  }
  const kind = (expression === undefined ? undefined : late.kindOf(expression)) ?? 'text';
  if (takes.includes(kind)) return undefined;
  const message = `${written} is of the kind ${kind}, and this takes ${takes.join(', ')}`;
  return { code: 'output-kind', message, ...(kind === 'files' ? { hint: `Write join(${expression}, ' ').` } : {}) };
}
