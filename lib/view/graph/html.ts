import type { GraphStep } from '../../plan/step-graph.ts';
import { layout } from '../page/layout.ts';
import { type PageSources, pageOf } from '../page/page.ts';

export function graphHtml(project: string, steps: readonly GraphStep[], sources: PageSources): string {
  const spots = layout(steps);
  return pageOf(sources, `${project}: graph`, { project, steps: steps.map((step) => ({ ...step, spot: spots.get(step.id) })) });
}
