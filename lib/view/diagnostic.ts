import type { Position, Span } from '../base/span.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { width } from './width.ts';

/** Widest stretch of a source line that is shown, in columns. */
const WIDEST = 100;
/** Most of one line of a message: it may quote a value. */
const LONGEST = 500;

/** Texts of the files that diagnostics point into, by the name that their spans have. */
export type Sources = ReadonlyMap<string, string>;

/** The line of its file in which a span begins, if the file has it. */
type LineOf = (span: Span) => string | undefined;

/** All diagnostics as text: errors first as they come in the file, then a line that counts. Pure. Ends in a newline, or is empty. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], sources: Sources, paint: Paint): string {
  if (diagnostics.length === 0) return '';
  const texts = new Map<string, readonly string[]>();
  const lineOf = ({ file, start }: Span): string | undefined => {
    const text = texts.get(file) ?? sources.get(file)?.split('\n') ?? [];
    texts.set(file, text);
    return text[start.line - 1]?.replace(/\r$/, '');
  };
  const lines = diagnostics.flatMap((diagnostic) => [...diagnosticLines(diagnostic, lineOf, paint), '']);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [
    errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : '',
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
  ];
  return `${[...lines, counts.filter((count) => count !== '').join(', ')].join('\n')}\n`;
}

/** One diagnostic: what, where, the line with a mark below, and what to do. */
function diagnosticLines({ severity, code, message, span, hint }: Diagnostic, lineOf: LineOf, paint: Paint): string[] {
  const mark = severity === 'error' ? paint.bad : paint.warn;
  const lines = [`${mark(`${severity}[${code}]`)}: ${paint.bold(shown(message))}`];
  if (span) {
    const gutter = String(span.start.line).length;
    lines.push(`${' '.repeat(gutter)}${paint.dim('-->')} ${neutral(span.file)}:${span.start.line}:${span.start.column}`);
    const text = lineOf(span);
    if (text !== undefined) lines.push(...codeFrame(text, span, gutter, (text) => mark(text), paint));
  }
  if (hint !== undefined) lines.push(`${paint.good('hint')}: ${shown(hint)}`);
  return lines;
}

/** The line, and a mark under the stretch: tabs and wide characters take the columns that they take on the terminal. */
function codeFrame(text: string, span: Span, gutter: number, mark: (text: string) => string, paint: Paint): string[] {
  const from = Math.min(span.start.column - 1, text.length);
  const to = span.end.line === span.start.line ? Math.min(Math.max(span.end.column - 1, from), text.length) : text.length;
  const skip = windowStart(text, span.start);
  const before = flat(text.slice(skip, from));
  const stretch = flat(text.slice(from, to));
  const marks = Math.max(1, Math.min(width(stretch), WIDEST - width(before)));
  const line = (skip > 0 ? '…' : '') + flat(text.slice(skip, skip + WIDEST)) + (skip + WIDEST < text.length ? '…' : '');
  const indent = ' '.repeat(width(before) + (skip > 0 ? 1 : 0));
  const bar = (number: string): string => paint.dim(`${number.padStart(gutter)} |`);
  return [bar(''), `${bar(String(span.start.line))} ${line}`.trimEnd(), `${bar('')} ${indent}${mark('^'.repeat(marks))}`];
}

/** Of a very long line only the part around the place is shown. */
function windowStart(text: string, start: Position): number {
  return text.length <= WIDEST || start.column <= WIDEST * 0.8 ? 0 : Math.max(0, start.column - 1 - WIDEST / 2);
}

/** One column for every control character, so that nothing can shift the mark; a tab is two blanks. */
function flat(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is made visible
  return text.replaceAll('\t', '  ').replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** A message may have several lines, e.g. the path of a cycle. */
function shown(text: string): string {
  return text
    .split('\n')
    .map((line) => neutral(line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line))
    .join('\n  ');
}
