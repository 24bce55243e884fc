import { LOCAL, type SandboxName } from '../../model/project.ts';
import type { GraphStep } from '../../plan/step-graph.ts';

/** What stands in the box of a step, a line each. */
export function labelOf({ id, provides, releases }: GraphStep): readonly string[] {
  return [id, ...(provides === undefined ? [] : [`provides ${provides}`]), ...(releases === undefined ? [] : [`releases ${releases}`])];
}

/** What a drawing calls a place. */
export function placeLabel(name: SandboxName): string {
  return name === LOCAL ? 'this computer' : name;
}

/** Every edge once, from what comes first. `firm`: by `needs`. */
export function edgesOf(steps: readonly GraphStep[]): readonly { readonly from: string; readonly to: string; readonly firm: boolean }[] {
  return steps.flatMap(({ id, needs, after }) => [
    ...needs.map((from) => ({ from, to: id, firm: true })),
    ...after.map((from) => ({ from, to: id, firm: false })),
  ]);
}
