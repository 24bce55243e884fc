import type { Position } from '../base/span.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';

/** No Sandboxfile is larger; YAML that is can take minutes. */
export const MAX_BYTES = 1024 * 1024;

/** Offsets of a text as lines and columns. */
export interface Lines {
  at(offset: number): Position;
}

export function linesOf(text: string): Lines {
  let starts: number[] | undefined;
  return {
    at(offset) {
      starts ??= lineStarts(text);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** The text of a file, or the one reason why its bytes are not taken. */
export function decodeText(file: string, bytes: Uint8Array): { readonly text: string } | { readonly diagnostic: Diagnostic } {
  if (bytes.length > MAX_BYTES) {
    return {
      diagnostic: problem(file, 'file-too-large', `${file} is larger than 1 MiB`, undefined, 'Generated steps belong in a recipe.'),
    };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { diagnostic: problem(file, 'bad-utf8', 'the file is not UTF-8', badByte(bytes), 'Save it as UTF-8.') };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const bad = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|\r(?!\n)/.exec(text);
  if (bad) {
    const code = (bad[0] ?? '').charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const at = linesOf(text).at(bad.index);
    return {
      diagnostic: problem(
        file,
        'bad-character',
        `the control character U+${code} cannot stand in a file`,
        at,
        'Use an escape in double quotes.',
      ),
    };
  }
  return { text };
}

function problem(file: string, code: DiagnosticCode, message: string, at: Position | undefined, hint: string): Diagnostic {
  const span = at === undefined ? undefined : { file, start: at, end: { line: at.line, column: at.column + 1 } };
  return { severity: 'error', code, message, hint, ...(span === undefined ? {} : { span }) };
}

/** Place of the first byte that is not UTF-8: the longest start that decodes, by halving. */
function badByte(bytes: Uint8Array): Position {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, low), { stream: true });
  return linesOf(before).at(before.length);
}
