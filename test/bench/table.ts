import type { Result } from './cases.ts';
import { REFERENCES, ratio } from './far/goals.ts';

/** One table a case, as Markdown. */
export function tableOf(results: readonly Result[]): string {
  const names = [...new Set(results.map((one) => one.case))];
  return names
    .map((name) => {
      const rows = results.filter((one) => one.case === name);
      return rows.some((one) => one.wallMin !== undefined || one.void !== undefined) ? farTable(name, rows) : nearTable(name, rows);
    })
    .join('\n');
}

const fixed = (value: number | undefined, digits = 1): string => (value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits));

function nearTable(name: string, rows: readonly Result[]): string {
  const bare = rows.find((one) => one.tool === 'node, empty file')?.cpu;
  const lines = rows.map((one) => [
    ...[one.tool, fixed(one.cpu), fixed(one.cpuMin), bare && bare > 0 ? fixed(one.cpu / bare, 2) : ''],
    ...[fixed(one.wall), fixed(one.memory, 0), `${one.rounds ?? ''}`],
  ]);
  return table(name, ['', 'CPU ms', 'least', 'times a bare node', 'wall ms', 'peak MiB', 'rounds'], lines);
}

/** Where a far side takes part it is the time that counts, and the CPU time is that of this side alone. */
function farTable(name: string, rows: readonly Result[]): string {
  const reference = rows.find((one) => REFERENCES.includes(one.tool)) ?? rows[0];
  const lines = rows.map((one) =>
    one.void === undefined
      ? [one.tool, fixed(one.wall), fixed(one.wallMin), fixed(ratio(one, reference), 2), fixed(one.cpu, 0), `${one.rounds ?? ''}`]
      : [one.tool, `void: ${one.void.replaceAll(/[|\n]/g, ' ')}`, '', '', '', ''],
  );
  return table(name, ['', 'wall ms', 'least', `times ${reference?.tool ?? ''}`, 'CPU ms here', 'rounds'], lines);
}

function table(name: string, head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `**${name}**\n\n${[row(head), `|${'---|'.repeat(head.length)}`, ...lines.map(row)].join('\n')}\n`;
}
