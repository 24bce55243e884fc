import { makeGraph } from '../../plan/graph.ts';
import { select, selectAll } from '../../plan/select.ts';
import { type GraphStep, stepGraph } from '../../plan/step-graph.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';
import { openOrSay, sayFaulty } from '../open.ts';
import { writeOut } from '../write-out.ts';

export async function graph(call: Call): Promise<number> {
  const { options, words } = call;
  const opened = await openOrSay(call, { named: words.operands });
  if (typeof opened === 'number') return opened;
  const { project } = opened;
  const made = makeGraph(project);
  if (made.value === undefined) return await sayFaulty(call, made.diagnostics);
  const { operands } = words;
  const selection = operands.length > 0 ? select(project, made.value, operands, { only: options.only }) : undefined;
  if (selection && selection.value === undefined) return await sayFaulty(call, selection.diagnostics);
  const steps = stepGraph(project, selection?.value ?? selectAll(made.value));
  return writeOut(call, await written(call, project.name, steps), options.to ?? '-') ?? EXIT.done;
}

async function written(call: Call, project: string, steps: readonly GraphStep[]): Promise<string> {
  switch (call.options.json ? 'json' : call.options.format) {
    case 'mermaid':
      return (await import('../../view/graph/mermaid.ts')).graphMermaid(steps);
    case 'dot':
      return (await import('../../view/graph/dot.ts')).graphDot(project, steps);
    case 'json':
      return (await import('../../view/graph/json.ts')).graphJson(project, steps);
    case 'html': {
      const { pageSources } = await import('../page-sources.ts');
      return (await import('../../view/graph/html.ts')).graphHtml(project, steps, pageSources(call.surroundings.home));
    }
    default:
      return (await import('../../view/graph/text.ts')).graphText(steps, await call.paint(), call.columns);
  }
}
