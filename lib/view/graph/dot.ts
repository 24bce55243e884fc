import { groupBy } from '../../base/group-by.ts';
import type { GraphStep } from '../../plan/step-graph.ts';
import { edgesOf, labelOf, placeLabel } from './places.ts';

/** The graph for Graphviz: a node is named as its step, a place is a cluster, what is not `needs` is dashed. */
export function graphDot(project: string, steps: readonly GraphStep[]): string {
  const lines = [`digraph ${quoted(project)} {`, '  rankdir=LR;', '  node [shape=box, style=rounded, fontname="sans-serif"];'];
  for (const [at, [place, members]] of [...groupBy(steps, (step) => step.sandbox)].entries()) {
    lines.push(`  subgraph cluster_${at} {`, `    label=${quoted(placeLabel(place))};`, '    color=gray; fontname="sans-serif";');
    for (const step of members) lines.push(`    ${quoted(step.id)} [label=${quoted(...labelOf(step))}];`);
    lines.push('  }');
  }
  for (const { from, to, firm } of edgesOf(steps)) lines.push(`  ${quoted(from)} -> ${quoted(to)}${firm ? '' : ' [style=dashed]'};`);
  return `${lines.join('\n')}\n}\n`;
}

/** Only a quote ends a string of DOT, and in a label a backslash gives orders (`\\N`, `\\l`): both get a backslash before them. */
function quoted(...lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/\p{Cc}/gu, ' ').replace(/["\\]/g, '\\$&')).join('\\n')}"`;
}
