import { commonStart, overlap } from '../base/overlap.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { LOCAL, type Project, type Step, type StepId } from '../model/project.ts';
import type { Drafted } from './drafted.ts';

interface Claim {
  readonly start: string;
  readonly step: Step;
  readonly globs: readonly string[];
}

/** After this many the rest is left to the next look. */
const MOST = 20;

/**
 * Steps whose outputs can name one path in one place. State is exempt: it is a tool's own memory, shared on purpose. Disabled steps make nothing.
 * Claims are sorted by the characters that all their paths begin with: two can only meet if one's are the beginning of the other's,
 * so that thousands of steps are not compared pair by pair.
 */
export function overlappingOutputs(drafts: ReadonlyMap<StepId, Drafted>, project: Project): readonly Diagnostic[] {
  const places = new Map<string, Claim[]>();
  for (const step of project.steps.values()) {
    const makes = drafts.get(step.id)?.draft.makes;
    if (!step.enabled || !makes || (makes.is !== 'files' && makes.is !== 'place')) continue;
    const place = makes.is === 'files' ? LOCAL : `in ${step.sandbox}`;
    const claims = places.get(place) ?? [];
    for (const glob of makes.globs) for (const start of commonStart(glob)) claims.push({ start, step, globs: makes.globs });
    places.set(place, claims);
  }
  const diagnostics: Diagnostic[] = [];
  for (const claims of places.values()) meetings(claims, diagnostics);
  return diagnostics;
}

function meetings(claims: Claim[], diagnostics: Diagnostic[]): void {
  claims.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const told = new Set<string>();
  const open: Claim[] = [];
  for (const claim of claims) {
    while (open.length > 0 && !claim.start.startsWith((open.at(-1) as Claim).start)) open.pop();
    for (const other of open) {
      if (other.step === claim.step) continue;
      const pair = [other.step.id, claim.step.id].sort().join(' ');
      if (told.has(pair) || !overlap(other.globs, claim.globs)) continue;
      told.add(pair);
      diagnostics.push(diagnosticOf(other, claim));
      if (diagnostics.length >= MOST) return;
    }
    open.push(claim);
  }
}

function diagnosticOf(a: Claim, b: Claim): Diagnostic {
  const [first, second] = isBefore(b.step, a.step) ? [b, a] : [a, b];
  const at = first.step.span ? ` (${first.step.span.file}:${first.step.span.start.line}:${first.step.span.start.column})` : '';
  return {
    severity: 'error',
    code: 'overlapping-outputs',
    message: `outputs of ${second.step.id} (${second.globs.join(', ')}) and of ${first.step.id}${at} (${first.globs.join(', ')}) can be the same files`,
    hint: 'give each step outputs of its own, or take some away with a leading "!"; what a tool keeps for itself belongs into state',
    ...(second.step.span ? { span: second.step.span } : {}),
  };
}

function isBefore(a: Step, b: Step): boolean {
  return a.span && b.span ? a.span.start.line < b.span.start.line : a.id < b.id;
}
