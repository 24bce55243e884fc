import { groupBy } from '../../base/group-by.ts';
import type { GraphStep } from '../../plan/step-graph.ts';
import { edgesOf, labelOf, placeLabel } from './places.ts';

/** The graph for Mermaid, e.g. in Markdown on GitHub. Nodes have names of our own: words as `end`, and most signs, mean something there. */
export function graphMermaid(steps: readonly GraphStep[]): string {
  const node = new Map(steps.map(({ id }, at) => [id, `s${at}`]));
  const lines = ['flowchart LR'];
  for (const [at, [place, members]] of [...groupBy(steps, (step) => step.sandbox)].entries()) {
    lines.push(`  subgraph p${at}["${text(placeLabel(place))}"]`);
    for (const step of members) lines.push(`    ${node.get(step.id)}["${labelOf(step).map(text).join('<br/>')}"]`);
    lines.push('  end');
  }
  for (const { from, to, firm } of edgesOf(steps)) lines.push(`  ${node.get(from)} ${firm ? '-->' : '-.->'} ${node.get(to)}`);
  return `${lines.join('\n')}\n`;
}

/** Every sign that could end the text, begin a directive (`%%{`), Markdown or HTML is written as its number. */
function text(name: string): string {
  return name.replace(/[^\p{L}\p{N} _.,:@/-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}
