import type { StepId } from '../model/project.ts';

/** Where strace writes what a step does, until it is read. `folder`: the project's `.sbx`. */
export function tracePath(folder: string, run: string, step: StepId): string {
  return `${folder}/runs/${run}/${step}.strace`;
}
