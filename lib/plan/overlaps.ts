import { groupBy } from '../base/group-by.ts';
import { type Comparing, type Given, givenBy, overlap } from '../base/overlap.ts';
import { PatternTree } from '../base/pattern-tree.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { LOCAL, type Project, type Step, type StepId } from '../model/project.ts';
import { wrongStep } from '../model/wrong-step.ts';
import type { Drafted } from './drafted.ts';

interface Claim {
  readonly step: Step;
  readonly globs: readonly string[];
  readonly place: string;
}

/** After this many the rest is left to the next look. */
const MOST = 20;

/** Comparisons in one project, a fraction of a second. Thousands of steps whose outputs differ in wildcards alone use that up, or two globs of thousands of stars. */
const MOST_COMPARED = 1_000_000;

/** Steps whose outputs can name one path in one place. State is exempt: it is a tool's own memory, shared on purpose. Disabled steps make nothing. */
export function overlappingOutputs(drafts: ReadonlyMap<StepId, Drafted>, project: Project): readonly Diagnostic[] {
  const all = [...project.steps.values()].flatMap((step): readonly Claim[] => {
    const makes = drafts.get(step.id)?.draft.makes;
    if (!step.enabled || !makes || (makes.is !== 'files' && makes.is !== 'place')) return [];
    return [{ step, globs: makes.globs, place: makes.is === 'files' ? LOCAL : `in ${step.sandbox}` }];
  });
  const diagnostics: Diagnostic[] = [];
  const comparing: Comparing = { left: MOST_COMPARED };
  for (const claims of groupBy(all, ({ place }) => place).values()) meetings(claims, diagnostics, comparing);
  return diagnostics;
}

function meetings(claims: readonly Claim[], diagnostics: Diagnostic[], comparing: Comparing): void {
  const others = new PatternTree<{ readonly claim: Claim; readonly given: Given }>();
  for (const claim of claims) {
    const told = new Set<Claim>();
    const all = givenBy(claim.globs);
    for (const given of all) {
      for (const other of others.near(given.pattern, comparing)) {
        const together = !told.has(other.claim) && overlap(other.given, given, comparing);
        if (comparing.left < 0) break;
        if (!together) continue;
        told.add(other.claim);
        diagnostics.push(diagnosticOf(other.claim, claim));
        if (diagnostics.length >= MOST) return;
      }
      if (comparing.left < 0) return void diagnostics.push(tooMuch(claim));
    }
    for (const given of all) others.add(given.pattern, { claim, given });
  }
}

/** Not compared is not known to be apart. */
function tooMuch({ step, globs }: Claim): Diagnostic {
  const message = `too many wildcards to tell whether outputs of ${step.id} (${globs.join(', ')}) can be the same files as those of other steps`;
  const hint = 'begin outputs with the folder that they lie in, one for each step';
  return wrongStep(step, { code: 'overlapping-outputs', message, hint }, 'outputs');
}

/** `first`: of the step that the project has first. */
function diagnosticOf(first: Claim, second: Claim): Diagnostic {
  const span = first.step.spanOf?.();
  const at = span ? ` (${span.file}:${span.start.line}:${span.start.column})` : '';
  const message = `outputs of ${second.step.id} (${second.globs.join(', ')}) and of ${first.step.id}${at} (${first.globs.join(', ')}) can be the same files`;
  const hint = areCells(first.step, second.step)
    ? 'put the values of the matrix into the outputs, e.g. out/${{ matrix.KEY }}, so that each cell has its own'
    : 'give each step outputs of its own, or take some away with a leading "!"; what a tool keeps for itself belongs into state';
  return wrongStep(second.step, { code: 'overlapping-outputs', message, hint }, 'outputs');
}

/** Of one step with a matrix. */
function areCells(a: Step, b: Step): boolean {
  const [of, cell] = a.id.split('@');
  return cell !== undefined && b.id.startsWith(`${of}@`);
}
