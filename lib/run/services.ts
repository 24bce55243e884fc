import { formatDuration } from '../base/duration.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import { type Answer, describeReadiness, type Service } from '../model/service.ts';
import type { Task } from '../task.ts';
import type { Attempted } from './attempt.ts';
import type { RunControl } from './control.ts';
import type { Equipment } from './equip.ts';
import { fingerprintEvent } from './fingerprint-event.ts';
import type { Lasting } from './lasting.ts';
import type { Ledger } from './ledger.ts';
import { type Living, startLiving } from './living.ts';
import { type Life, type Performed, spoilt } from './performed.ts';
import { whereIn } from './places.ts';
import type { Reach } from './reach.ts';

// Steps that go on beside others. Knows nothing of order: the loop says when one starts and when it must end.

export interface ServicesInput extends Equipment {
  readonly project: Project;
  readonly control: RunControl;
  readonly reach: Pick<Reach, 'lend'>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly ledger: Pick<Ledger, 'reads'>;
  /** Where those are kept that live on after this run; absent: none does. */
  readonly lasting?: Lasting | undefined;
}

export class Services {
  readonly #input: ServicesInput;
  readonly #deaths = new Map<StepId, AbortController>();

  constructor(input: ServicesInput) {
    this.#input = input;
    input.control.hurry.addEventListener('abort', () => input.lasting?.hurry());
  }

  /** Aborted when one of the steps, a service, has ended by itself; the reason is the Failure of whoever needs it. */
  deathOf(steps: readonly StepId[]): AbortSignal | undefined {
    if (this.#deaths.size === 0) return undefined;
    const signals = steps.flatMap((id) => this.#deaths.get(id)?.signal ?? []);
    return signals.length < 2 ? signals[0] : AbortSignal.any(signals);
  }

  /** Whether it goes on from the run before: nothing has to be started, as far as is known without asking it. */
  goesOn(planned: PlannedAction): boolean {
    const living = this.#input.lasting?.get(planned.action.id);
    return living !== undefined && this.#whyNot(living, this.#standOf(planned)) === undefined;
  }

  /** From its start, or from when it is found alive, until it has ended or is left to the next run. */
  async serve(planned: PlannedAction, life: Life): Promise<Performed> {
    const { io, emit, control } = this.#input;
    const { id, step } = planned.action;
    const began = io.clock.monotonic();
    const leave = control.enter(id, 'service');
    try {
      const found = await this.#found(planned, leave.signal);
      const decision = typeof found === 'object' ? ({ is: 'fresh' } as const) : planned.decision;
      emit({ type: 'step-started', step: id, decision, attempt: 1 });
      if (typeof found === 'string') emit({ type: 'step-note', step: id, text: `started anew: ${found}` });
      const ended =
        typeof found === 'object' ? await this.#attend(step, found, leave.signal, life) : await this.#begin(planned, leave.signal, life);
      const ms = io.clock.monotonic() - began;
      if (ended === 'cancelled') return spoilt({ is: 'cancelled' }, ms);
      const settled = { is: 'done', executed: true, key: planned.key, outputs: undefined } as const;
      if (ended === 'over')
        return { outcome: typeof found === 'object' ? { is: 'fresh' } : { is: 'succeeded', cached: false }, settled, ms };
      this.#deaths.get(id)?.abort(failureOfUser(id, ended));
      return spoilt({ is: 'failed', failure: ended }, ms);
    } finally {
      leave.done();
    }
  }

  /** The one that goes on; in words why it does not; undefined: there was none. */
  async #found(planned: PlannedAction, signal: AbortSignal): Promise<Living | string | undefined> {
    const { lasting } = this.#input;
    const { id } = planned.action;
    const living = lasting?.get(id);
    if (living === undefined) return undefined;
    const why = this.#whyNot(living, this.#standOf(planned)) ?? (await whyNotReady(living, signal));
    if (why === undefined) return living;
    living.speakTo(this.#input.emit);
    await living.end();
    lasting?.forget(id);
    return why;
  }

  #whyNot(living: Living, stand: string | undefined): string | undefined {
    const over = living.over();
    if (over !== undefined) return endFailure(over, 'it had ended by itself').message;
    return stand === undefined || living.stand !== stand ? 'what counts for it has changed' : undefined;
  }

  /** Undefined: not all that counts is known, or is more than its key can tell. What readiness is and where it runs is in no key, nor which life those services have that it needs. */
  #standOf({ action: { step }, key, decision }: PlannedAction): string | undefined {
    const { lasting, project } = this.#input;
    const ran = decision.is === 'run' && decision.reasons.some(({ code }) => code === 'upstream-ran' || code === 'forced');
    if (key === undefined || ran) return undefined;
    const needs = step.needs.flatMap((need) => lasting?.get(need)?.life ?? []);
    return JSON.stringify([key, step.sandbox, whereIn(project)(step.sandbox), step.service, needs]);
  }

  async #begin(planned: PlannedAction, signal: AbortSignal, life: Life): Promise<'over' | 'cancelled' | Failure> {
    const { control, tasks, reach, emit, io, ledger } = this.#input;
    const { id, step } = planned.action;
    const { service } = step;
    const task = tasks.get(step.task);
    if (task === undefined || service === undefined) throw new Error(`${id} is no service`);
    emit(fingerprintEvent(planned, ledger.reads(planned)?.tree));
    const stand = this.#standOf(planned);
    const asking = AbortSignal.any([signal, life.over]);
    const lasting = this.#lastingFor(step);
    const of = { planned, service, task, equipment: this.#input, reach, control: lasting?.control ?? control, stand };
    const started = await startLiving(of, asking);
    if (!started.ok) return { ...started.error, step: id };
    const living = started.value;
    const began = io.clock.monotonic();
    let isUp = false;
    try {
      const first = await living.untilReady(asking);
      if (first.is === 'ready' && !asking.aborted) {
        emit({ type: 'step-ready', step: id, ms: Math.round(io.clock.monotonic() - began) });
        isUp = true;
        lasting?.add(id, living);
        return await this.#attend(step, living, signal, life);
      }
      const isEnding = asking.aborted;
      const ended = await living.end();
      if (isEnding || control.level > 0) return 'cancelled';
      if (first.is === 'not-yet' || first.is === 'never') return living.told(lateFailure(service, first));
      return ended.is === 'stopped' ? 'cancelled' : living.told(endFailure(ended, 'it ended before it was ready'));
    } finally {
      // A fault in asking ends it as well.
      if (!isUp) await living.end();
    }
  }

  /** Where it is kept after this run: nowhere if a step tidies up behind it, or behind a service that it needs, for that counts on its end. */
  #lastingFor({ id, needs, sandbox }: Step): Lasting | undefined {
    const { lasting, project } = this.#input;
    if (lasting === undefined) return undefined;
    const tidies = ({ when, releases, after, needs: its }: Step): boolean =>
      when !== 'success' && (releases === sandbox || (after.includes(id) && !its.includes(id)));
    if ([...project.steps.values()].some(tidies)) return undefined;
    const services = needs.flatMap((need) => project.steps.get(need) ?? []).filter(({ service }) => service !== undefined);
    return services.every((service) => this.#lastingFor(service) !== undefined) ? lasting : undefined;
  }

  /** While it is ready. `over`: nobody needs it any more, and it has ended or lives on. */
  async #attend(step: Step, living: Living, signal: AbortSignal, { up, over }: Life): Promise<'over' | 'cancelled' | Failure> {
    const { control, emit } = this.#input;
    const lasting = this.#lastingFor(step);
    this.#deaths.set(step.id, new AbortController());
    living.speakTo(emit);
    up();
    const enough = AbortSignal.any([signal, over]);
    const first = await Promise.race([living.ended, aborted(enough)]);
    if (first === undefined && lasting !== undefined && !signal.aborted && control.level === 0) {
      living.speakTo(undefined);
      return 'over';
    }
    const ended = first ?? (await living.end());
    this.#input.lasting?.forget(step.id);
    return ended.is === 'stopped' ? 'over' : living.told(endFailure(ended, 'it ended by itself'));
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
}

async function whyNotReady(living: Living, signal: AbortSignal): Promise<string | undefined> {
  const answer = await living.ask(signal);
  if (answer.is === 'ready') return undefined;
  return answer.why === '' ? 'it is not ready any more' : `it is not ready any more: ${answer.why}`;
}

function lateFailure({ ready, deadline }: Service, answer: Answer): Failure {
  const why = answer.is === 'ready' || answer.why === '' ? '' : `; last: ${answer.why}`;
  const waited =
    answer.is === 'never' ? 'it cannot be known to be ready' : `it was not ready within ${formatDuration(deadline).replace('.0s', 's')}`;
  return { code: 'service-not-ready', message: `${waited}: waited for ${describeReadiness(ready)}${why}` };
}

/** However its command ended: no service ends by itself. */
function endFailure(ended: Attempted, what: string): Failure {
  if (ended.is === 'stopped' || ended.result.ok) return { code: 'service-ended', message: `${what}: the command exited with 0` };
  const { error } = ended.result;
  if (error.code === 'cancelled') return error;
  const isCommand = error.code === 'command-failed' || error.code === 'command-signalled';
  return { ...error, code: isCommand ? 'service-ended' : error.code, message: `${what}: ${error.message}` };
}

function failureOfUser(service: StepId, { message, lastLines }: Failure): Failure {
  const lines = lastLines === undefined ? {} : { lastLines };
  return { code: 'service-ended', message: `the service ${service}, which it needs, is gone: ${message}`, ...lines };
}
