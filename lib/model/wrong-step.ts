import type { Diagnostic } from './diagnostic.ts';
import type { Step } from './project.ts';

/** Whether the file has this key in the step, though its value may be none that counts: then that was told. */
export function isWritten({ spanOf }: Pick<Step, 'spanOf'>, key: string): boolean {
  const [own, at] = [spanOf?.(), spanOf?.(key)].map((span) => span && JSON.stringify(span.start));
  return at !== own;
}

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
