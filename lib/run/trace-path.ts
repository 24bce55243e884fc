import { digestOf } from '../base/digest.ts';
import type { StepId } from '../model/project.ts';

/** Where traces lie until they are read. `folder`: the project's `.sbx`. */
export function traceFolder(folder: string): string {
  return `${folder}/traces`;
}

/** Where strace writes what a step does: under a name that is never too long for one. */
export function tracePath(folder: string, run: string, step: StepId): string {
  return `${traceFolder(folder)}/${run}.${digestOf(step).slice(0, 16)}`;
}
