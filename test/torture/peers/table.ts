import { ATTACKS } from './attacks.ts';
import type { PeersReport } from './strike.ts';

/** The table as Markdown: wrong results with exit 0 of all cases, failed builds where there were any. */
export function peersTable({ tools }: PeersReport): string {
  const head = ['attack', ...tools.map(({ name, version }) => (name === 'sbx' ? name : `${name} ${version}`))];
  const rows = ATTACKS.map(({ name, says }) => [
    says,
    ...tools.map(({ tallies }) => {
      const tally = tallies[name];
      if (tally === undefined) return 'has no cache';
      const cases = tally.right + tally.wrong + tally.refused;
      return `${tally.wrong} of ${cases}${tally.refused > 0 ? `; ${tally.refused} failed` : ''}`;
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}
