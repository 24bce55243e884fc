import type { Span } from '../base/span.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Pairs } from '../model/value.ts';
import { decodeText } from './text.ts';

/**
 * Reads NAME=value lines: `export` before a name, comments, 'single quotes' (as they are) and "double quotes" (\n \t \" \\ \$) are known. Values are
 * not expanded: a `$` that other readers would expand is a diagnostic.
 */
export function parseDotenv(file: string, bytes: Uint8Array): { readonly pairs: Pairs; readonly diagnostics: readonly Diagnostic[] } {
  const decoded = decodeText(file, bytes);
  if ('diagnostic' in decoded) return { pairs: [], diagnostics: [decoded.diagnostic] };
  const pairs = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [i, raw] of decoded.text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const pair = readLine(line);
    if (typeof pair !== 'string') pairs.set(pair[0], pair[1]);
    else {
      const span: Span = { file, start: { line: i + 1, column: 1 }, end: { line: i + 1, column: raw.length + 1 } };
      diagnostics.push({
        severity: 'error',
        code: 'dotenv-syntax',
        message: pair,
        span,
        hint: 'A line is NAME=value, NAME="value" or NAME=\'value\'.',
      });
    }
  }
  return { pairs: [...pairs], diagnostics };
}

function readLine(line: string): readonly [string, string] | string {
  const parts = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
  if (parts === null) return 'this is no NAME=value';
  const [, name = '', rest = ''] = parts;
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(rest);
  if (single) return [name, single[1] ?? ''];
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(rest);
  if (double) {
    const inner = double[1] ?? '';
    return expands(inner) ? 'a `$` is not expanded here: write \\$ or use single quotes' : [name, unescaped(inner)];
  }
  if (/^['"]/.test(rest)) return 'the quotes are not closed on this line';
  const value = rest.replace(/\s+#.*$/, '');
  if (value.startsWith('#')) return [name, ''];
  return expands(value) ? 'a `$` is not expanded here: use single quotes' : [name, value];
}

function expands(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\$[A-Za-z_{(]/.test(text);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : '"\\$'.includes(c) ? c : whole));
}
