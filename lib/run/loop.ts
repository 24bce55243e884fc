import { unreachable } from '../base/unreachable.ts';
import type { Emit } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';
import type { Planning, Settled } from '../plan/planning.ts';
import { withCleanupLast } from './cleanup.ts';
import type { RunControl } from './control.ts';
import type { Life, Performed } from './performed.ts';
import { longestTails } from './priority.ts';
import { Serving } from './serving.ts';
import { type KeepGoing, Settlement } from './settlement.ts';

// Goes through a plan: which step comes next, and what becomes of it. Knows no processes, no store and no places: `perform` does.

interface LoopInput {
  readonly planning: Planning;
  /** Steps that must have settled before each step; only steps of the plan. */
  readonly before: (step: StepId) => readonly StepId[];
  readonly keepGoing: KeepGoing;
  readonly control: RunControl;
  readonly emit: Emit;
  /** Whether what is remembered of the step may stand in for what an unreachable place cannot make now. */
  readonly standsIn: (planned: PlannedAction) => boolean;
  /** What a fresh step made once. */
  readonly made: (planned: PlannedAction) => Pick<Settled & { readonly is: 'done' }, 'outputs' | 'values'>;
  /** Why what the step reads or made cannot be looked at: then no decision on it counts. */
  readonly trouble: (planned: PlannedAction) => Failure | undefined;
  /** Restores or executes: settles when that is over, whatever came of it. The higher priority first. */
  readonly perform: (planned: PlannedAction, priority: number) => Promise<Performed>;
  /** The same of a service, from its start to its end: says when it is up, and ends when it is over. */
  readonly serve: (planned: PlannedAction, life: Life) => Promise<Performed>;
}

/** Runs to the end: every step of the plan has an outcome. A bug in `perform` rejects. */
export function runLoop(input: LoopInput): Promise<ReadonlyMap<StepId, Outcome>> {
  return new Promise((resolve, reject) => {
    new Loop(input, resolve, reject).advance();
  });
}

class Loop {
  readonly #input: LoopInput;
  readonly #resolve: (outcomes: ReadonlyMap<StepId, Outcome>) => void;
  readonly #reject: (fault: unknown) => void;
  readonly #planned: ReadonlyMap<StepId, PlannedAction>;
  readonly #before: ReadonlyMap<StepId, readonly StepId[]>;
  readonly #settlement: Settlement;
  readonly #serving: Serving;
  readonly #waitsFor = new Map<StepId, number>();
  readonly #dependents = new Map<StepId, StepId[]>();
  readonly #ready: StepId[] = [];
  /** Steps whose decision hangs on others. */
  readonly #undecided: StepId[] = [];
  #priorities: ReadonlyMap<StepId, number> | undefined;
  #running = 0;
  /** Until something was done, what the plan said first still holds: nothing is judged twice. */
  #changed = false;

  constructor(input: LoopInput, resolve: (outcomes: ReadonlyMap<StepId, Outcome>) => void, reject: (fault: unknown) => void) {
    this.#input = input;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#settlement = new Settlement(input.keepGoing);
    const { actions } = input.planning.snapshot();
    this.#serving = new Serving(actions);
    if (this.#serving.any) {
      input.control.stopping.addEventListener('abort', () => this.#serving.stop());
      input.control.dropping.addEventListener('abort', () => this.#serving.close());
    }
    this.#planned = new Map(actions.map((planned) => [planned.action.id, planned]));
    this.#before = new Map(actions.map(({ action: { id } }) => [id, input.before(id)]));
    const edges = withCleanupLast(actions, this.#before);
    for (const { action } of actions) {
      const before = edges.get(action.id) ?? [];
      this.#waitsFor.set(action.id, before.length);
      for (const id of before) {
        const list = this.#dependents.get(id);
        if (list) list.push(action.id);
        else this.#dependents.set(id, [action.id]);
      }
      if (before.length === 0) this.#ready.push(action.id);
    }
  }

  /** Goes on until every step that can be begun has begun. */
  advance(): void {
    try {
      for (;;) {
        this.#considerReady();
        if (this.#running > 0) return;
        const [first] = this.#undecided;
        if (first === undefined && this.#serving.isUp) return;
        if (first === undefined) break;
        // Nothing else can settle it: somebody must need it, so it is looked at as if it were needed.
        this.#input.planning.insist(first);
        this.#undecided.shift();
        this.#consider(first, true);
      }
      this.#finish();
    } catch (fault) {
      this.#reject(fault);
    }
  }

  #finish(): void {
    const { outcomes } = this.#settlement;
    const left = [...this.#planned.keys()].filter((id) => !outcomes.has(id));
    if (left.length > 0) throw new Error(`steps that wait for something that is not in the plan: ${left.join(', ')}`);
    this.#resolve(outcomes);
  }

  #considerReady(): void {
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) this.#consider(next, false);
  }

  #consider(id: StepId, insisted: boolean): void {
    const { planning, control } = this.#input;
    const first = this.#planned.get(id);
    if (first === undefined) return;
    const because = this.#settlement.blocked(first.action.step, this.#before.get(id) ?? [], control.level > 0);
    if (because?.code === 'unreachable' && this.#input.standsIn(first)) {
      this.#perform({ ...first, decision: { is: 'run', reasons: [{ code: 'upstream-runs', steps: first.action.step.needs }] } });
      return;
    }
    if (because !== undefined) {
      this.#settle(id, { is: 'skipped', because }, { is: 'gone' }, 0);
      return;
    }
    // The plan expects no failure. There was one.
    if (first.action.step.when === 'failure') planning.insist(id);
    const planned = this.#changed || first.decision.is === 'maybe' ? planning.decide(id) : first;
    const trouble = this.#input.trouble(planned);
    if (trouble !== undefined) {
      this.#settle(id, { is: 'failed', failure: { ...trouble, step: id } }, { is: 'gone' }, 0);
      return;
    }
    switch (planned.decision.is) {
      case 'fresh':
        this.#settle(id, { is: 'fresh' }, { is: 'done', executed: false, key: planned.key, ...this.#input.made(planned) }, 0);
        break;
      case 'skip':
        this.#settle(id, { is: 'skipped', because: planned.decision.because }, { is: 'gone' }, 0);
        break;
      case 'maybe':
        if (insisted) throw new Error(`${id} cannot be decided`);
        this.#undecided.push(id);
        break;
      case 'restore':
      case 'run':
        if (planned.action.step.service === undefined) this.#perform(planned);
        else this.#serve(planned);
        break;
      default:
        unreachable(planned.decision);
    }
  }

  #perform(planned: PlannedAction): void {
    const { id } = planned.action;
    this.#priorities ??= longestTails(this.#planned, this.#before);
    this.#running += 1;
    this.#input
      .perform(planned, this.#priorities.get(id) ?? 0)
      .then(async ({ outcome, settled, ms, before }) => {
        this.#running -= 1;
        this.#conclude(id, outcome, settled, ms);
        if (before !== undefined) {
          this.#running += 1;
          await before();
          this.#running -= 1;
        }
        this.#input.planning.settle(id, settled);
        this.#release(id, () => true);
        this.#again();
      })
      .catch((fault) => this.#reject(fault));
  }

  /** Those that need it go on when it is up; those that tidy up behind it when it has ended. */
  #serve(planned: PlannedAction): void {
    const { id } = planned.action;
    this.#running += 1;
    const up = (): void => {
      this.#running -= 1;
      this.#serving.ready(id);
      this.#input.planning.settle(id, { is: 'done', executed: true, key: planned.key, outputs: undefined });
      this.#release(id, (next) => !this.#tidies(next, id));
      this.#again();
    };
    const over = this.#serving.begin(planned);
    this.#input.serve(planned, { up, over }).then(
      ({ outcome, settled, ms }) => {
        const wasReady = this.#serving.isReady(id);
        this.#serving.ended(id);
        if (wasReady) {
          this.#conclude(id, outcome, settled, ms);
          this.#release(id, (next) => this.#tidies(next, id));
        } else {
          this.#running -= 1;
          this.#settle(id, outcome, settled, ms);
        }
        this.#again();
      },
      (fault) => this.#reject(fault),
    );
  }

  #tidies(id: StepId, behind: StepId): boolean {
    const step = this.#planned.get(id)?.action.step;
    return step !== undefined && (step.releases !== undefined || step.when !== 'success') && !step.needs.includes(behind);
  }

  /** Something was done: what was left open may be clear now. */
  #again(): void {
    this.#changed = true;
    this.#ready.push(...this.#undecided.splice(0));
    this.advance();
  }

  #settle(id: StepId, outcome: Outcome, settled: Settled, ms: number): void {
    this.#conclude(id, outcome, settled, ms);
    this.#input.planning.settle(id, settled);
    this.#release(id, () => true);
  }

  #conclude(id: StepId, outcome: Outcome, settled: Settled, ms: number): void {
    const { emit, keepGoing, control } = this.#input;
    const first = !this.#settlement.failed;
    this.#settlement.settle(id, outcome);
    const { key, values }: Partial<Settled & { readonly is: 'done' }> = settled.is === 'done' ? settled : {};
    emit({ type: 'step-finished', step: id, outcome, ms, ...(key === undefined ? {} : { key }), ...(values ? { values } : {}) });
    const lastFailure = first && this.#settlement.failed && keepGoing === 'never' && control.level === 0;
    if (lastFailure && this.#running > 0) emit({ type: 'stopping', level: 1, cause: 'failure' });
    const planned = this.#planned.get(id);
    if (planned) this.#serving.settled(planned);
  }

  /** Those of its dependents, that wait for nothing else, are ready. */
  #release(id: StepId, which: (dependent: StepId) => boolean): void {
    for (const dependent of this.#dependents.get(id) ?? []) {
      if (!which(dependent)) continue;
      const left = (this.#waitsFor.get(dependent) ?? 0) - 1;
      this.#waitsFor.set(dependent, left);
      if (left === 0) this.#ready.push(dependent);
    }
  }
}
