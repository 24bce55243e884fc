import type { Digest } from '../../base/digest.ts';
import { formatDuration } from '../../base/duration.ts';
import type { PlannedStep, Stamped } from '../../model/event.ts';
import type { Failure } from '../../model/failure.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Decision } from '../../model/plan.ts';
import type { SandboxName, StepId } from '../../model/project.ts';
import { describe, describeDecision, describeSkip } from '../../plan/describe.ts';
import { makeGraph } from '../../plan/graph.ts';
import { linksOf } from '../../plan/step-graph.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';
import { lanesOf } from './lanes.ts';

/** How a step ended, or what is known of it where nobody told: the run was killed, or goes on. */
type Ended = Outcome['is'] | 'cut-off' | 'not-begun';

/** What a run did with one step. Times in milliseconds. */
export interface StepReport extends Pick<PlannedStep, 'id' | 'title' | 'task' | 'sandbox' | 'needs' | 'provides' | 'releases' | 'service'> {
  /** What else had to end before it. */
  readonly after: readonly StepId[];
  /** When the service was ready, since the run began; absent: it never was, or is none. */
  readonly ready?: number;
  readonly ended: Ended;
  /** Whether its result was there already; absent: that was not asked, e.g. of a skipped step. */
  readonly hit?: boolean;
  /** In words: why it missed, what was restored, why it was skipped. The most telling first. */
  readonly why: readonly string[];
  readonly failure?: Failure;
  /** Under which its result is remembered, if it is. */
  readonly key?: Digest;
  /** Since the run began; absent: it neither ran nor was restored. */
  readonly start?: number;
  readonly ms: number;
  /** Of its place, from 0: steps that ran at once have different ones. */
  readonly lane?: number;
  readonly attempts: number;
  readonly notes: readonly string[];
  /** What was expected of it before the run. */
  readonly usual?: number;
  /** Earlier and later successful executions, newest first. */
  readonly past: readonly number[];
}

interface PlaceReport {
  readonly sandbox: SandboxName;
  readonly target: string;
  readonly state: 'connecting' | 'connected' | 'failed';
  /** Since the run began. */
  readonly start: number;
  readonly ms: number;
  readonly message?: string;
}

/** What a run did, as a document that others can be made from. Folded from its events. */
export interface RunReport {
  readonly run: string;
  /** Of sbx. */
  readonly sbx: string;
  readonly project: string;
  readonly named: readonly StepId[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly ms: number;
  /** Null: the run was killed, or goes on. */
  readonly exit: number | null;
  readonly stopped?: string;
  readonly warnings: readonly string[];
  readonly counts: { readonly [ended: string]: number };
  readonly places: readonly PlaceReport[];
  readonly steps: readonly StepReport[];
  readonly critical: CriticalPath;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Undefined if the run did not come so far as to begin. `past`: what is known of a step's durations. */
export function reportOf(events: readonly Stamped[], past: (step: StepId) => readonly number[]): RunReport | undefined {
  const begun = events.find((e) => e.type === 'run-started');
  if (begun?.type !== 'run-started') return undefined;
  const startedAt = events[0]?.at ?? begun.at;
  const last = (events.at(-1)?.at ?? startedAt) - startedAt;
  const steps = new Map<StepId, Mutable<StepReport>>();
  const places = new Map<SandboxName, Mutable<PlaceReport>>();
  const warnings: string[] = [];
  /** Of a link that is tried again and again each try says that it is lost. */
  const lost = new Set<SandboxName>();
  let [exit, ms, stopped]: [number | null, number, string | undefined] = [null, last, undefined];
  for (const e of events) {
    const since = e.at - startedAt;
    if (e.type === 'planned') {
      steps.clear();
      for (const step of e.steps) steps.set(step.id, plannedReport(step, past(step.id)));
    } else if (e.type === 'place-connecting') places.set(e.sandbox, { ...e, state: 'connecting', start: since, ms: 0 });
    else if (e.type === 'place-connected' || e.type === 'place-failed') settlePlace(places.get(e.sandbox), e, since);
    else if (e.type === 'warning') warnings.push(e.hint === undefined ? e.text : `${e.text} (${e.hint})`);
    else if (e.type === 'place-lost') {
      if (!lost.has(e.sandbox)) warnings.push(`link lost to ${e.sandbox}: ${e.failure.message}`);
      lost.add(e.sandbox);
    } else if (e.type === 'place-back') {
      lost.delete(e.sandbox);
      warnings.push(`back in ${e.sandbox} after ${formatDuration(e.ms)}`);
    } else if (e.type === 'stopping') stopped ??= e.cause;
    else if (e.type === 'run-finished') [exit, ms] = [e.exit, e.ms];
    else if ('step' in e) tellStep(steps.get(e.step), e, since);
  }
  for (const step of steps.values()) if (step.ended === 'cut-off') step.ms = last - (step.start ?? last);
  const told = joined(steps);
  for (const [step, lane] of lanesOf(told)) step.lane = lane;
  const counts: { [ended: string]: number } = {};
  for (const { ended } of told) counts[ended] = (counts[ended] ?? 0) + 1;
  const { run, version: sbx, project, named } = begun;
  const more = { exit, ...(stopped === undefined ? {} : { stopped }), warnings, counts, places: [...places.values()].map(placeOnly) };
  return { run, sbx, project, named, startedAt, ms, ...more, steps: told, critical: criticalPath(told) };
}

/** In the order in which they can run, with what they wait for by their places. */
function joined(steps: ReadonlyMap<StepId, Mutable<StepReport>>): readonly Mutable<StepReport>[] {
  const graph = makeGraph({ steps }).value;
  if (graph === undefined) return [...steps.values()]; // no plan is one with a circle
  const links = linksOf(steps, graph.order, graph.before);
  return [...steps.values()].map((step) => {
    const { needs, after } = links.get(step.id) ?? step;
    return Object.assign(step, { needs, after });
  });
}

function plannedReport(step: PlannedStep, past: readonly number[]): Mutable<StepReport> {
  const { id, title, task, sandbox, needs, after = [], provides, releases, decision, ms, service } = step;
  const places = { ...(provides === undefined ? {} : { provides }), ...(releases === undefined ? {} : { releases }) };
  const common = { id, title, task, sandbox, needs, after, ...places, ended: 'not-begun' as const, why: wordsOf(decision), ms: 0 };
  return { ...common, ...(service ? { service } : {}), attempts: 0, notes: [], ...(ms === undefined ? {} : { usual: ms }), past };
}

function tellStep(step: Mutable<StepReport> | undefined, e: Stamped & { readonly step: StepId }, since: number): void {
  if (step === undefined) return;
  if (e.type === 'step-note') step.notes = [...step.notes, e.text];
  if (e.type === 'step-started') {
    step.start ??= since;
    step.attempts = e.attempt;
    step.ended = 'cut-off';
    step.hit = false;
    step.why = wordsOf(e.decision);
    // It is ready already: it goes on from the round before.
    if (step.service && e.decision.is === 'fresh') step.ready = since;
  }
  if (e.type === 'step-ready') step.ready = since;
  if (e.type === 'step-finished') {
    endStep(step, e.outcome, e.ms, since);
    if (e.key !== undefined) step.key = e.key;
  }
}

function endStep(step: Mutable<StepReport>, outcome: Outcome, ms: number, since: number): void {
  step.ended = outcome.is;
  step.ms = ms;
  switch (outcome.is) {
    case 'fresh':
      step.hit = true;
      if (step.attempts === 0) step.why = [];
      break;
    case 'restored':
      step.hit = true;
      step.start = Math.max(0, since - ms);
      break;
    case 'skipped':
      step.why = [describeSkip(outcome.because)];
      break;
    case 'failed':
      step.failure = outcome.failure;
      break;
    default:
  }
}

function wordsOf(decision: Decision): readonly string[] {
  if (decision.is === 'run' || decision.is === 'maybe') return decision.reasons.map(describe);
  return [describeDecision(decision)].filter((words) => words !== '');
}

function settlePlace(
  place: Mutable<PlaceReport> | undefined,
  e: Stamped & { readonly type: 'place-connected' | 'place-failed' },
  since: number,
): void {
  if (place === undefined) return;
  place.ms = since - place.start;
  place.state = e.type === 'place-connected' ? 'connected' : 'failed';
  if (e.type === 'place-failed') place.message = e.failure.message;
}

function placeOnly({ sandbox, target, state, start, ms, message }: PlaceReport): PlaceReport {
  return { sandbox, target, state, start, ms, ...(message === undefined ? {} : { message }) };
}
