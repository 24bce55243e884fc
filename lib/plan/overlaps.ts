import { commonStart, type Effort, overlap, parseGlobs } from '../base/overlap.ts';
import type { Pattern } from '../base/pattern.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { LOCAL, type Project, type Step, type StepId } from '../model/project.ts';
import type { Drafted } from './drafted.ts';

interface Claim {
  readonly start: string;
  readonly step: Step;
  readonly globs: readonly string[];
  readonly patterns: readonly Pattern[];
}

/** After this many the rest is left to the next look. */
const MOST = 20;

/** Comparisons in one project. Some thousand steps whose outputs begin with a wildcard use that up, or two globs of thousands of stars. */
const MOST_COMPARED = 2_000_000;

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
    const patterns = parseGlobs(makes.globs);
    const starts = new Set(makes.globs.flatMap(commonStart));
    for (const start of starts) claims.push({ start, step, globs: makes.globs, patterns });
    places.set(place, claims);
  }
  const diagnostics: Diagnostic[] = [];
  const effort: Effort = { left: MOST_COMPARED };
  for (const claims of places.values()) meetings(claims, diagnostics, effort);
  return diagnostics;
}

function meetings(claims: Claim[], diagnostics: Diagnostic[], effort: Effort): void {
  claims.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const told = new Set<string>();
  const open: Claim[] = [];
  for (const claim of claims) {
    while (open.length > 0 && !claim.start.startsWith((open.at(-1) as Claim).start)) open.pop();
    for (const other of open) {
      if (other.step === claim.step) continue;
      const pair = [other.step.id, claim.step.id].sort().join(' ');
      if (told.has(pair)) continue;
      const together = overlap(other.patterns, claim.patterns, effort);
      if (effort.left < 0) return void diagnostics.push(tooMuch(claim));
      if (!together) continue;
      told.add(pair);
      diagnostics.push(diagnosticOf(other, claim));
      if (diagnostics.length >= MOST) return;
    }
    open.push(claim);
  }
}

/** Not compared is not known to be apart. */
function tooMuch({ step, globs }: Claim): Diagnostic {
  return {
    severity: 'error',
    code: 'overlapping-outputs',
    message: `too many wildcards to tell whether outputs of ${step.id} (${globs.join(', ')}) can be the same files as those of other steps`,
    hint: 'begin outputs with the folder that they lie in, one for each step',
    ...(step.span ? { span: step.span } : {}),
  };
}

function diagnosticOf(a: Claim, b: Claim): Diagnostic {
  const [first, second] = isBefore(b.step, a.step) ? [b, a] : [a, b];
  const at = first.step.span ? ` (${first.step.span.file}:${first.step.span.start.line}:${first.step.span.start.column})` : '';
  return {
    severity: 'error',
    code: 'overlapping-outputs',
    message: `outputs of ${second.step.id} (${second.globs.join(', ')}) and of ${first.step.id}${at} (${first.globs.join(', ')}) can be the same files`,
    hint: areCells(first.step, second.step)
      ? 'put the values of the matrix into the outputs, e.g. out/${{ matrix.KEY }}, so that each cell has its own'
      : 'give each step outputs of its own, or take some away with a leading "!"; what a tool keeps for itself belongs into state',
    ...(second.step.span ? { span: second.step.span } : {}),
  };
}

/** Of one step with a matrix. */
function areCells(a: Step, b: Step): boolean {
  const [of, cell] = a.id.split('@');
  return cell !== undefined && b.id.startsWith(`${of}@`);
}

function isBefore(a: Step, b: Step): boolean {
  return a.span && b.span ? a.span.start.line < b.span.start.line : a.id < b.id;
}
