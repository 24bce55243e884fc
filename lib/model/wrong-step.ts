import type { Diagnostic } from './diagnostic.ts';
import type { Step } from './project.ts';

/** An error in a step: at its name, at one of its keys, or at one value of a list. */
export function wrongStep(
  step: Pick<Step, 'spanOf'>,
  { code, message, hint }: Pick<Diagnostic, 'code' | 'message'> & { readonly hint?: string | undefined },
  key?: string,
  nth?: number,
): Diagnostic {
  const span = step.spanOf?.(key, nth);
  return { severity: 'error', code, message, ...(span === undefined ? {} : { span }), ...(hint === undefined ? {} : { hint }) };
}
