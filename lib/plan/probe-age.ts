import { formatDuration } from '../base/duration.ts';
import type { Look } from '../model/look.ts';
import type { Plan } from '../model/plan.ts';
import type { Project, SandboxName } from '../model/project.ts';

/**
 * What has to be said of places whose probes were last run longer ago than `probeMaxAge`: what was seen then is believed of all that are not `reached`.
 * Places without probes, and this computer, have nothing that ages.
 */
export function oldProbes(
  project: Project,
  { actions }: Plan,
  look: Pick<Look, 'place'>,
  now: number,
  reached: readonly SandboxName[] = [],
): readonly string[] {
  const names = new Set(actions.map(({ action }) => action.step.sandbox));
  return [...names].flatMap((name) => {
    if (reached.includes(name)) return [];
    const spec = project.sandboxes.get(name);
    const seen = look.place(name);
    if (spec === undefined || spec.kind === 'local' || spec.probes.length === 0 || seen === undefined) return [];
    const age = now - seen.at;
    if (age <= spec.probeMaxAge) return [];
    const [last, most] = [formatDuration(age), formatDuration(spec.probeMaxAge)];
    return [`the toolchain of ${name} was last looked at ${last} ago (probeMaxAge: ${most}): what is fresh there may be of another one`];
  });
}
