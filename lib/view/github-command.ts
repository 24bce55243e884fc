import type { Diagnostic } from '../model/diagnostic.ts';

/** A workflow command. Values can hold anything: what ends a value or the command is escaped. */
export function command(name: 'error' | 'warning', properties: { readonly [key: string]: string | number }, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name}${list.length > 0 ? ` ${list.join(',')}` : ''}::${escapeData(message)}\n`;
}

/** Text of a command, which ends with its line. */
export function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** What is wrong in files, each at its line. `nameOf`: the file as the repository names it; undefined: it is not in there. */
export function diagnosticCommands(diagnostics: readonly Diagnostic[], nameOf: (file: string) => string | undefined): string {
  return diagnostics
    .map(({ severity, code, message, span, hint }) => {
      const file = span && nameOf(span.file);
      const place = span === undefined || file === undefined ? {} : { file, line: span.start.line, col: span.start.column };
      return command(severity, { ...place, title: code }, hint === undefined ? message : `${message}\n${hint}`);
    })
    .join('');
}
