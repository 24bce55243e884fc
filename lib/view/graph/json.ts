import type { GraphStep } from '../../plan/step-graph.ts';
import { documentOf } from '../document.ts';

export function graphJson(project: string, steps: readonly GraphStep[]): string {
  return documentOf('graph', 1, { project, steps });
}
