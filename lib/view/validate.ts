import type { Diagnostic } from '../model/diagnostic.ts';
import { diagnosticsText, type Sources } from './diagnostic.ts';
import { documentOf } from './document.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';

export interface Validated {
  /** The Sandboxfile as the user sees it. */
  readonly file: string;
  /** Number of steps; undefined if the file is too faulty to tell. */
  readonly steps?: number;
  readonly diagnostics: readonly Diagnostic[];
}

export function validateText({ file, steps, diagnostics }: Validated, sources: Sources, paint: Paint): string {
  const found = diagnosticsText(diagnostics, sources, paint);
  if (!isValid(diagnostics)) return found;
  const size = steps === undefined ? '' : `, ${steps} ${steps === 1 ? 'step' : 'steps'}`;
  return `${found}${neutral(file)} is ${paint.good('valid')}${size}\n`;
}

export function validateJson({ file, diagnostics }: Validated): string {
  return documentOf('validate', 1, { file, valid: isValid(diagnostics), diagnostics });
}

export function isValid(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every(({ severity }) => severity !== 'error');
}
