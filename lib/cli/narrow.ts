import { realFiles } from '../io/io.ts';
import { type StepId, stepsCalled } from '../model/project.ts';
import { EXIT } from '../run/exit-code.ts';
import type { Call } from './call.ts';
import { foldersOf } from './folders.ts';
import type { Opened } from './open.ts';
import type { Options } from './options.ts';

/** Whether not all that is named is meant, but what git or the last run say. */
export function isNarrowed({ affected, failed }: Options): boolean {
  return affected !== undefined || failed;
}

/**
 * The steps that are meant: `names` themselves, or of what they call (nothing: the default, with `--failed` every step) what `--affected` and `--failed` leave over.
 * A number: nothing is left, or what is wrong was said; it is the exit code.
 */
export async function narrowed(
  call: Call,
  opened: Pick<Opened, 'project' | 'tasks'>,
  names: readonly string[],
): Promise<readonly StepId[] | number> {
  const { options, err } = call;
  const { project } = opened;
  const called = names.map((name) => stepsCalled(project, name));
  // What is wrong with the names is said by who selects them.
  if (!isNarrowed(options) || called.some((steps) => steps.length === 0)) return names;
  // The last run says by itself which steps it was about.
  const unnamed = options.failed ? [...project.steps.keys()] : project.default;
  let steps: readonly StepId[] = names.length === 0 ? unnamed : [...new Set(called.flat())];
  if (steps.length === 0) return names;
  if (options.failed) {
    const { failedSteps } = await import('../run/failed-steps.ts');
    const last = failedSteps(realFiles, foldersOf(call.surroundings.environment, project.root).project);
    if (last === undefined) return nothing(call, 'nothing was run here yet, so nothing has failed');
    if (last.steps.length === 0) return nothing(call, `nothing failed in the last run, ${last.run}`);
    steps = among(steps, new Set(last.steps));
    if (steps.length === 0) return nothing(call, `the last run, ${last.run}, failed in ${last.steps.join(', ')}: none of these is named`);
  }
  if (options.affected !== undefined) {
    const { affectedSteps } = await import('./affected.ts');
    const found = await affectedSteps(call, opened, options.affected);
    if (typeof found === 'number') return found;
    const left = among(steps, found.steps);
    if (left.length === 0) return nothing(call, `nothing is affected: ${found.said}, and nothing of it counts for ${some(steps)}`);
    steps = left;
    if (options.level !== 'quiet') err.write(`affected: ${some(steps)} (${found.said})\n`);
  }
  return steps;
}

function among(steps: readonly StepId[], wanted: ReadonlySet<StepId>): readonly StepId[] {
  return steps.filter((id) => wanted.has(id));
}

const SHOWN = 12;

function some(steps: readonly StepId[]): string {
  const more = steps.length - SHOWN;
  return steps.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function nothing({ err }: Call, text: string): number {
  err.write(`${text}\n`);
  return EXIT.done;
}
