import type { Diagnostic } from '../../../lib/model/diagnostic.ts';
import type { Answer } from './messages.ts';
import { limitHere } from './yardstick.ts';

/** Codes of what has no text to point at: the file cannot be read, or a flag is at fault. */
const PLACELESS: ReadonlySet<string> = new Set([
  'file-missing',
  'file-unreadable',
  'file-not-regular',
  'file-too-large',
  'unknown-profile',
  'unknown-param',
  'bad-value',
]);
const MOST_TEXT = 200_000;

interface Judged {
  /** Code and line of the first five; `fine`. */
  readonly found: string;
  readonly wrong?: string;
}

/** What every answer must be, whatever the file. `lines`: of the Sandboxfile, to see that places are in it. */
export function judge(answer: Answer & { readonly is: 'said' }, limit: number, lines: readonly string[]): Judged {
  const { codes, text, json, cpu, started } = answer;
  if (text.startsWith('sbx: ')) return codes.every((code) => code === 2) && json === text ? { found: 'refused@0' } : { found: text };
  const diagnostics = (JSON.parse(json) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const found =
    errors.length === 0
      ? 'fine'
      : errors
          .slice(0, 5)
          .map(({ code, span }) => `${code}@${span?.start.line ?? 0}`)
          .join(' ');
  const wanted = errors.length === 0 ? 0 : 2;
  const wrong =
    started.length > 0
      ? `started ${started.join(', ')}`
      : codes.some((code) => code !== wanted)
        ? `exit codes ${codes.join(' and ')}, not ${wanted}`
        : cpu > limit && cpu > limitHere()
          ? `${Math.round(cpu)} ms of processor time, at most ${Math.round(limit)} are allowed`
          : text.length > MOST_TEXT
            ? `${text.length} characters of text`
            : (shown(text) ?? diagnostics.map((diagnostic) => placeProblem(diagnostic, lines)).find((problem) => problem !== undefined));
  return wrong === undefined ? { found } : { found, wrong };
}

function shown(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on
  const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.exec(text);
  if (control) return `shows U+${control[0].charCodeAt(0).toString(16)}`;
  const stack = /^ +at .*(?:\.[cm]?[jt]s|node:).*$/m.exec(text);
  return stack ? `shows a stack: ${stack[0]}` : undefined;
}

function placeProblem({ code, span, message }: Diagnostic, lines: readonly string[]): string | undefined {
  if (span === undefined) return PLACELESS.has(code) ? undefined : `${code} has no place: ${message}`;
  const { start, end, file } = span;
  if (start.line < 1 || start.column < 1) return `${code} begins at ${start.line}:${start.column}`;
  if (end.line < start.line || (end.line === start.line && end.column < start.column)) return `${code} ends before it begins`;
  if (file !== 'Sandboxfile.yaml') return undefined;
  const line = lines[start.line - 1];
  if (line === undefined) return `${code} points at line ${start.line} of ${lines.length}`;
  return start.column > line.length + 1 ? `${code} points at column ${start.column} of ${line.length} in line ${start.line}` : undefined;
}
