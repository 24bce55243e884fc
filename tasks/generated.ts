import { compileExcludes } from '../lib/base/excludes.ts';
import type { Project, Step } from '../lib/model/project.ts';
import { listField } from './fields.ts';

/** What the build of a place writes over, as a sync to it declares. */
export function generatedOf(sync: Step): (path: string) => boolean {
  const generated = compileExcludes(listField(sync, 'generated'));
  return (path) => generated(path, false);
}

/** The same, of whatever sends something to the place of `step`. */
export function generatedIn(project: Project, step: Step): (path: string) => boolean {
  const syncs = [...project.steps.values()].filter(({ task, sandbox }) => task === 'sync' && sandbox === step.sandbox).map(generatedOf);
  return (path) => syncs.some((generated) => generated(path));
}
