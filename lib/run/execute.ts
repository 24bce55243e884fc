import { err } from '../base/result.ts';
import type { Emit } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Folders, Io } from '../model/io.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Decision, PlannedAction } from '../model/plan.ts';
import type { Project, SandboxName, SandboxSpec, Step, StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import type { RunScope, Task } from '../task.ts';
import { attempt, footingOf, stopped } from './attempt.ts';
import type { Auditor } from './audit.ts';
import { type Confirm, unconfirmed } from './confirm.ts';
import type { RunControl } from './control.ts';
import { type Equipment, equip, told } from './equip.ts';
import { fingerprintEvent } from './fingerprint-event.ts';
import { hidden } from './hidden.ts';
import type { Ledger, Spent } from './ledger.ts';
import { gone, type Life, type Performed, spoilt } from './performed.ts';
import { openPools, type Pools } from './pools.ts';
import type { Reach } from './reach.ts';
import type { Reading } from './reading.ts';
import { retryDelay } from './retry.ts';
import type { ScopeInput } from './scope.ts';
import type { Secrets } from './secrets.ts';
import { Services, type ServicesInput } from './services.ts';
import type { KeepGoing } from './settlement.ts';
import { Ticker } from './ticker.ts';
import { Turns } from './turns.ts';
import { awayFrom } from './unreachable.ts';

// Restores and executes single steps. Knows nothing of order: the loop asks when it is a step's turn.

interface ExecuteInput extends Pick<ServicesInput, 'lasting'> {
  readonly project: Project;
  readonly folders: Folders;
  readonly io: Io;
  readonly run: string;
  readonly jobs: number;
  readonly keepGoing: KeepGoing;
  readonly confirm: Confirm;
  readonly control: RunControl;
  readonly emit: Emit;
  readonly reach: Reach;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
  readonly audit?: Auditor | undefined;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly scope: Omit<ScopeInput, 'placed' | 'progress'>;
  /** Judges a step again: its place turned out other than it was recorded. */
  readonly decideAgain: (planned: PlannedAction) => PlannedAction;
}

/** Everything that steps of one run share while they are executed. */
export class Executor {
  readonly #input: ExecuteInput;
  readonly #ticker = new Ticker();
  readonly #workspaces = new Map<SandboxName, Turns>();
  readonly #terminal = new Turns();
  /** What steps of this run left in their places. */
  readonly #placed = new Map<StepId, Tree>();
  readonly #equipment: Equipment;
  readonly #services: Services;
  #pools: Promise<Pools> | undefined;
  /** A step failed and none shall begin after that: known here before its slot is free, so before the loop knows. */
  #failed = false;

  constructor(input: ExecuteInput) {
    this.#input = input;
    this.#equipment = { ...input, ticker: this.#ticker, placed: this.#placed };
    this.#services = new Services({ ...input, ...this.#equipment });
  }

  readonly perform = async (planned: PlannedAction, priority: number): Promise<Performed> => {
    const { step, draft } = planned.action;
    const { project, jobs } = this.#input;
    const reads = this.#input.ledger.reads(planned);
    this.#pools ??= openPools(jobs, project.pools);
    const pools = await this.#pools;
    // The workspace first, then slots: who waits for a turn holds none.
    const giveBack = await this.#turnsOf(step.sandbox).take(draft.workspace);
    try {
      return await pools.within(step.pools, priority, async () => {
        const giveTerminal = await this.#terminal.take(step.interactive ? 'excludes' : 'shares');
        try {
          return await this.#inTurn(step, () => this.#decided(planned, reads));
        } finally {
          giveTerminal();
        }
      });
    } finally {
      giveBack();
    }
  };

  /** A step that is a service, from its start to its end. It holds no slot, and its workspace only until it is ready. */
  readonly serve = async (planned: PlannedAction, life: Life): Promise<Performed> => {
    const { step, draft } = planned.action;
    const giveBack = await this.#turnsOf(step.sandbox).take(draft.workspace);
    const live = async (): Promise<Performed> => {
      const refused = this.#services.goesOn(planned) ? undefined : await unconfirmed(step, this.#input);
      if (refused) return gone(refused);
      const spec = this.#input.project.sandboxes.get(step.sandbox);
      const place = await this.#input.reach.to(step.sandbox);
      if (!place.ok && spec) return this.#away(planned, spec, place.error);
      const up = (): void => {
        giveBack();
        life.up();
      };
      return this.#services.serve(planned, { ...life, up }).finally(() => this.#input.audit?.(step));
    };
    try {
      return await this.#inTurn(step, live);
    } finally {
      giveBack();
    }
  };

  /** Begins a step that waited for its turn, unless it must not begin any more, and heeds what came of it. */
  async #inTurn(step: Step, begin: () => Promise<Performed>): Promise<Performed> {
    if (this.#isLate(step)) return gone({ is: 'skipped', because: { code: 'stopped' } });
    const performed = hidden(await begin(), this.#input);
    if (performed.outcome.is === 'failed') this.#failed = this.#input.keepGoing === 'never';
    return performed;
  }

  #isLate(step: Step): boolean {
    if (step.releases !== undefined || step.when === 'always') return false;
    return this.#input.control.level > 0 || this.#input.control.isDropped(step.id) || (this.#failed && step.when !== 'failure');
  }

  stop(): void {
    this.#ticker.stop();
  }

  #turnsOf(sandbox: SandboxName): Turns {
    const turns = this.#workspaces.get(sandbox) ?? new Turns();
    this.#workspaces.set(sandbox, turns);
    return turns;
  }

  async #decided(planned: PlannedAction, reads: Reading | undefined): Promise<Performed> {
    if (planned.decision.is === 'restore') return this.#restore(planned, reads);
    const { reach, decideAgain, project } = this.#input;
    const { step } = planned.action;
    const spec = project.sandboxes.get(step.sandbox);
    if (spec === undefined || spec.kind === 'local') return this.#execute(planned, reads);
    const place = await reach.to(step.sandbox);
    if (!place.ok) return this.#away(planned, spec, place.error);
    if (!reach.takeChanged()) return this.#execute(planned, reads);
    const again = decideAgain(planned);
    switch (again.decision.is) {
      case 'fresh':
        return { outcome: { is: 'fresh' }, settled: { is: 'done', executed: false, key: again.key, outputs: undefined }, ms: 0 };
      case 'restore':
        return this.#restore(again, reads);
      default:
        return this.#execute(again.decision.is === 'run' ? again : planned, reads);
    }
  }

  async #restore(planned: PlannedAction, reads: Reading | undefined): Promise<Performed> {
    const began = this.#input.io.clock.monotonic();
    const restored = this.#input.ledger.restore(planned);
    if (restored === 'miss') {
      const decision: Decision = { is: 'run', reasons: [{ code: 'record-lost' }] };
      return this.#decided({ ...planned, decision }, reads);
    }
    if ('code' in restored) return gone({ is: 'failed', failure: { ...restored, step: planned.action.id } });
    const { files, bytes, notes, ...made } = restored;
    for (const text of notes) this.#input.emit({ type: 'step-note', step: planned.action.id, text });
    return {
      outcome: { is: 'restored', files, bytes },
      settled: { is: 'done', executed: false, key: planned.key, ...made },
      ms: this.#input.io.clock.monotonic() - began,
    };
  }

  /** The place of the step cannot be reached: its policy says what that means. */
  #away(planned: PlannedAction, spec: SandboxSpec, failure: Failure): Performed {
    const { control, ledger, emit, io } = this.#input;
    if (control.level > 0) return gone({ is: 'cancelled' });
    const { outcome, settled, warning } = awayFrom(planned, spec, failure, ledger, io.clock.now());
    if (warning !== undefined) emit({ type: 'warning', text: warning });
    return { outcome, settled, ms: 0 };
  }

  async #execute(planned: PlannedAction, reads: Reading | undefined): Promise<Performed> {
    const { action, decision } = planned;
    const { io, emit, ledger } = this.#input;
    const refused = await unconfirmed(action.step, this.#input);
    if (refused) return gone(refused);
    const began = io.clock.monotonic();
    const at = io.clock.now();
    const ms = (): number => io.clock.monotonic() - began;
    emit({ type: 'step-started', step: action.id, decision, attempt: 1 });
    const equipped = equip(this.#equipment, planned);
    if (!equipped.ok) return gone({ is: 'failed', failure: { ...equipped.error, step: action.id } }, ms());
    const { output, scopeWith, bytes } = equipped.value;
    const start = ledger.begin(planned, reads, at);
    if (!start.ok) return gone({ is: 'failed', failure: told(planned, start.error, output) }, ms());
    const begun = start.value;
    emit(fingerprintEvent(planned, begun.inputs));
    const ended = await this.#attempts(planned, scopeWith);
    output.end();
    await this.#input.audit?.(action.step);
    const produced = ended.is === 'ended' && ended.result.ok ? ended.result.value : {};
    const spent: Spent = { at, ms: ms(), bytes: produced.bytes ?? bytes(), log: output.log };
    const failed = (outcome: Outcome & { readonly is: 'failed' | 'cancelled' }): Performed => {
      output.keep();
      for (const text of ledger.fail(planned, begun, spent, outcome.is)) emit({ type: 'step-note', step: action.id, text });
      return spoilt(outcome, spent.ms);
    };
    if (ended.is === 'stopped') return failed({ is: 'cancelled' });
    const result = ended.result.ok ? ledger.succeed(planned, begun, ended.result.value, spent) : ended.result;
    if (!result.ok) return failed({ is: 'failed', failure: told(planned, result.error, output) });
    const { cached, notes, ...made } = result.value;
    for (const text of notes) emit({ type: 'step-note', step: action.id, text });
    if (produced.placed !== undefined) this.#placed.set(action.id, produced.placed);
    const untouched = produced.untouched === true;
    return {
      outcome: untouched ? { is: 'fresh' } : { is: 'succeeded', cached },
      settled: { is: 'done', executed: !untouched, ...made },
      ms: spent.ms,
    };
  }

  /** Attempts until one counts: only failures of the infrastructure are tried again, and a place that was never reached is not. */
  async #attempts(planned: PlannedAction, scopeWith: (leave: Pick<RunScope, 'signal' | 'hurry'>) => RunScope): ReturnType<typeof attempt> {
    const { control, emit, io, tasks, reach, secrets } = this.#input;
    const { action } = planned;
    const task = tasks.get(action.step.task);
    if (task === undefined) throw new Error(`no task ${action.step.task}`);
    const death = this.#services.deathOf(action.step.needs);
    for (let number = 1; ; number++) {
      const ended = await attempt(planned, task, control, secrets.hide, scopeWith, death);
      if (ended.is === 'stopped' && death?.aborted && control.level === 0) return { is: 'ended', result: err(death.reason as Failure) };
      if (ended.is === 'stopped' || ended.result.ok || reach.failure(action.step.sandbox) !== undefined) return ended;
      const failure = ended.result.error;
      if (failure.code === 'link-lost') await reach.lost(action.step.sandbox);
      const delay = retryDelay(action.step.retry, failure, number, Number.parseInt(io.nonce().slice(0, 8), 16) / 0xffffffff);
      if (delay === undefined) return ended;
      emit({ type: 'step-retry', step: action.id, failure, attempt: number + 1, delay });
      const pause = control.enter(action.id, footingOf(action.step));
      await io.clock.sleep(delay, pause.signal).catch(() => {});
      pause.done();
      if (pause.signal.aborted) return stopped(pause);
      emit({ type: 'step-started', step: action.id, decision: planned.decision, attempt: number + 1 });
    }
  }
}
