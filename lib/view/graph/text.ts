import { LOCAL } from '../../model/project.ts';
import type { GraphStep } from '../../plan/step-graph.ts';
import type { Paint } from '../paint.ts';
import { rows } from '../rows.ts';

/** One row a step, in the order in which they can run; those of one layer can run at once. */
export function graphText(steps: readonly GraphStep[], paint: Paint, columns?: number): string {
  if (steps.length === 0) return 'no steps\n';
  const table = [...steps]
    .sort((a, b) => a.layer - b.layer)
    .map((step, at, sorted) => [
      { text: sorted[at - 1]?.layer === step.layer ? '' : String(step.layer + 1), paint: paint.dim },
      { text: step.id, paint: paint.name },
      step.sandbox === LOCAL ? '' : step.sandbox,
      linksOf(step),
    ]);
  return `${rows(table, columns).join('\n')}\n`;
}

function linksOf({ needs, after, provides, releases }: GraphStep): string {
  const parts = [
    needs.length > 0 ? `needs ${needs.join(', ')}` : '',
    after.length > 0 ? `after ${after.join(', ')}` : '',
    provides === undefined ? '' : `provides ${provides}`,
    releases === undefined ? '' : `releases ${releases}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
