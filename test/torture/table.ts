import type { RowReport } from './drive.ts';
import type { Kept, RowParts } from './report.ts';
import type { Row } from './row.ts';

/** The figures as Markdown: a line a row, as the report has them. */
export function tortureTable(rows: readonly Row[], report: { readonly [row: string]: RowParts }): string {
  const head = ['figure', 'with every test run', 'long run', 'wrong', 'bar'];
  const lines = rows.map((row) => {
    const { short, long } = report[row.name] ?? {};
    return [row.figure, casesOf(short), casesOf(long), wrongOf(short, long), row.bar];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function casesOf(kept: Kept | undefined): string {
  if (kept === undefined) return 'not run';
  return `${count(kept.cases)} in ${kept.seconds} s${kept.cut ? ' (time up)' : ''}, seed \`${kept.seed}\`, at ${kept.commit}`;
}

function wrongOf(...parts: readonly (RowReport | undefined)[]): string {
  if (parts.every((part) => part === undefined)) return '';
  const wrong = parts.flatMap((part) => part?.wrong ?? []);
  return wrong.length === 0 ? '0' : `${wrong.length}: ${wrong.map((one) => one.name).join(', ')}`;
}

function count(cases: number): string {
  return cases.toLocaleString('en-US');
}
