import { unreachable } from '../base/unreachable.ts';
import type { PlannedStep, Stamped } from '../model/event.ts';
import { type Failure, UNREACHABLE } from '../model/failure.ts';
import type { Outcome, SkipCause } from '../model/outcome.ts';
import type { Decision } from '../model/plan.ts';
import type { SandboxName, StepId } from '../model/project.ts';
import { LOCAL } from '../model/project.ts';
import { describeSkip } from '../plan/describe.ts';
import { type Progress, progressed } from './progress.ts';
import { newTail, type Tail } from './tail.ts';

/** Failures kept whole, and names kept of each cause of skips. Beyond these only the count is known. */
const KEPT = 50;
/** Lines of output shown with a failure that brings none itself. */
const LAST_LINES = 20;

/** A step that runs now. */
export interface Running {
  readonly id: StepId;
  readonly sandbox: SandboxName;
  readonly decision: Decision;
  readonly since: number;
  /** How long it took before, if that is known. */
  readonly usual?: number;
  attempt: number;
  /** Set while the step waits for its next attempt. */
  waits?: string;
  progress?: Progress;
  readonly tail: Tail;
}

export interface FailedStep {
  /** All steps that failed of this cause, the first one first. */
  readonly steps: StepId[];
  readonly failure: Failure;
  readonly decision: Decision | undefined;
  readonly ms: number;
}

/** What a run looks like now. Folded from its events; every event costs O(1), and what is kept of a finished step is a count. */
export interface Board {
  readonly steps: Map<StepId, PlannedStep>;
  readonly running: Map<StepId, Running>;
  readonly places: Map<SandboxName, 'connecting' | 'connected' | 'lost' | 'failed'>;
  readonly counts: { [outcome in Outcome['is']]: number };
  readonly failures: FailedStep[];
  /** Steps whose skip is news, by the words for the cause. */
  readonly skips: Map<string, { readonly steps: StepId[]; count: number }>;
  /** Whether the plan has steps in places other than this computer. */
  remote: boolean;
  /** Whether such a place was reached, or a step of it executed (with --local that is here). */
  reached: boolean;
  startedAt: number;
  finished: number;
  /** Steps whose end was not waited for. */
  left: number;
  named: ReadonlySet<StepId>;
  waiting?: string;
  stopping?: string;
  end?: { readonly exit: number; readonly ms: number };
  /** Counts up with every event that changes what is seen. */
  version: number;
}

export function newBoard(): Board {
  return {
    steps: new Map(),
    running: new Map(),
    places: new Map(),
    counts: { fresh: 0, restored: 0, succeeded: 0, skipped: 0, failed: 0, cancelled: 0 },
    failures: [],
    skips: new Map(),
    remote: false,
    reached: false,
    startedAt: 0,
    finished: 0,
    left: 0,
    named: new Set(),
    version: 0,
  };
}

/** Takes an event in. */
export function fold(board: Board, e: Stamped): void {
  board.version++;
  switch (e.type) {
    case 'run-started':
      board.startedAt = e.at;
      board.named = new Set(e.named);
      return;
    case 'waiting':
      board.waiting = e.holder;
      return;
    case 'planned':
      delete board.waiting;
      board.steps.clear();
      board.remote = false;
      for (const step of e.steps) {
        board.steps.set(step.id, step);
        if (step.sandbox !== LOCAL) board.remote = true;
      }
      return;
    case 'place-note':
      return;
    case 'place-connecting':
      board.places.set(e.sandbox, 'connecting');
      board.reached = true;
      return;
    case 'place-lost':
      board.places.set(e.sandbox, 'lost');
      return;
    case 'place-back':
    case 'place-connected':
      board.places.set(e.sandbox, 'connected');
      return;
    case 'place-failed':
      board.places.set(e.sandbox, 'failed');
      return;
    case 'step-started':
      startStep(board, e);
      return;
    case 'step-output':
      board.running.get(e.step)?.tail.push(e.text);
      return;
    case 'step-progress': {
      const running = board.running.get(e.step);
      if (!running) return;
      running.progress = progressed(running.progress, e);
      return;
    }
    case 'step-note':
      board.running.get(e.step)?.tail.push(`\n${e.text}\n`);
      return;
    case 'step-retry': {
      const running = board.running.get(e.step);
      if (running) running.waits = e.failure.message;
      return;
    }
    case 'step-finished':
      finishStep(board, e);
      return;
    case 'warning':
    case 'step-fingerprint':
    case 'step-audited':
    case 'step-ready':
      return;
    case 'stopping':
      board.stopping = e.cause;
      return;
    case 'run-finished':
      board.end = { exit: e.exit, ms: e.ms };
      board.left = board.running.size;
      board.running.clear();
      return;
    default:
      unreachable(e);
  }
}

function startStep(board: Board, e: Stamped & { readonly type: 'step-started' }): void {
  const before = board.running.get(e.step);
  if (before) {
    before.attempt = e.attempt;
    delete before.waits;
    return;
  }
  const known = board.steps.get(e.step);
  const sandbox = known?.sandbox ?? LOCAL;
  if (sandbox !== LOCAL) board.reached = true;
  const usual = known?.ms === undefined ? {} : { usual: known.ms };
  const { decision, attempt, step: id, at: since } = e;
  board.running.set(id, { id, sandbox, decision, since, ...usual, attempt, tail: newTail() });
}

function finishStep(board: Board, e: Stamped & { readonly type: 'step-finished' }): void {
  const running = board.running.get(e.step);
  board.running.delete(e.step);
  board.finished++;
  board.counts[e.outcome.is]++;
  if (e.outcome.is === 'failed') failStep(board, e.step, e.outcome.failure, e.ms, running);
  if (e.outcome.is === 'skipped') {
    const { because } = e.outcome;
    if (!isNews(because.code, board.named.has(e.step))) return;
    const cause = describeSkip(because);
    const skip = board.skips.get(cause) ?? { steps: [], count: 0 };
    skip.count++;
    if (skip.steps.length < KEPT) skip.steps.push(e.step);
    board.skips.set(cause, skip);
  }
}

/** What the file says of a step is none, unless somebody asked for it. */
function isNews(code: SkipCause['code'], isNamed: boolean): boolean {
  if (code === 'disabled' || code === 'platform') return isNamed;
  return code !== 'condition' && code !== 'not-needed';
}

function failStep(board: Board, step: StepId, failure: Failure, ms: number, running: Running | undefined): void {
  // A place that cannot be reached is one failure, however many steps it stops.
  const same = UNREACHABLE.has(failure.code) ? board.failures.find((other) => other.failure.message === failure.message) : undefined;
  if (same) {
    same.steps.push(step);
    return;
  }
  if (board.failures.length >= KEPT) return;
  const decision = running?.decision ?? board.steps.get(step)?.decision;
  const tail = failure.lastLines ?? running?.tail.last(LAST_LINES) ?? [];
  board.failures.push({ steps: [step], failure: tail.length > 0 ? { ...failure, lastLines: tail } : failure, decision, ms });
}
