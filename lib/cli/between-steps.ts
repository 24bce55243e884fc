import type { Diagnostic } from '../model/diagnostic.ts';
import type { Project } from '../model/project.ts';
import { draftActions } from '../plan/actions.ts';
import { makeGraph } from '../plan/graph.ts';
import type { Task } from '../task.ts';

/** What is wrong between steps, and what their tasks say of them; names that are not there were reported when the file was read. */
export function betweenSteps(project: Project, tasks: ReadonlyMap<string, Task>): readonly Diagnostic[] {
  const drafted = draftActions(project, { steps: [], named: new Set(), forced: new Set(), before: () => [] }, tasks);
  return [...makeGraph(project).diagnostics, ...drafted.diagnostics].filter(({ code }) => !code.startsWith('unknown-'));
}
