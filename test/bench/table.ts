import type { Result } from './cases.ts';

/** One table a case, as Markdown. */
export function tableOf(results: readonly Result[]): string {
  const names = [...new Set(results.map((one) => one.case))];
  const fixed = (value: number | undefined, digits = 1): string =>
    value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits);
  return names
    .map((name) => {
      const rows = results.filter((one) => one.case === name);
      const bare = rows.find((one) => one.tool === 'node, empty file')?.cpu;
      const lines = rows.map((one) =>
        [
          one.tool,
          fixed(one.cpu),
          fixed(one.cpuMin),
          bare && bare > 0 ? fixed(one.cpu / bare, 2) : '',
          fixed(one.wall),
          fixed(one.memory, 0),
          one.rounds ?? '',
        ].join(' | '),
      );
      return `**${name}**\n\n| | CPU ms | least | times a bare node | wall ms | peak MiB | rounds |\n|---|---|---|---|---|---|---|\n${lines.map((line) => `| ${line} |`).join('\n')}\n`;
    })
    .join('\n');
}
