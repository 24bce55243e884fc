import type { StepId } from '../../model/project.ts';
import { layout } from '../page/layout.ts';
import { type PageSources, pageOf } from '../page/page.ts';
import type { RunReport } from './report.ts';

export function reportHtml({ project, steps, ...run }: RunReport, logs: ReadonlyMap<StepId, string>, sources: PageSources): string {
  const spots = layout(steps);
  const shown = steps.map((step) => ({ ...step, spot: spots.get(step.id), log: logs.get(step.id) }));
  return pageOf(sources, `${project}: run ${run.run}`, { project, run, steps: shown });
}
