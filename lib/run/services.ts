import { formatDuration } from '../base/duration.ts';
import { err } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';
import { describeReadiness, type Service } from '../model/service.ts';
import type { Task } from '../task.ts';
import { type Attempted, attempt } from './attempt.ts';
import type { RunControl } from './control.ts';
import { type Equipment, type Equipped, equip, told } from './equip.ts';
import { fingerprintEvent } from './fingerprint-event.ts';
import { gone, type Life, type Performed } from './performed.ts';
import { type Answer, isTaken, LineListener, openAsking, untilReady } from './ready.ts';

// Steps that go on beside others. Knows nothing of order: the loop says when one starts and when it must end.

export interface ServicesInput extends Equipment {
  readonly control: RunControl;
  readonly tasks: ReadonlyMap<string, Task>;
}

/** What came first while it was waited for. */
type First = { readonly ended: Attempted } | { readonly answer: Answer };

export class Services {
  readonly #input: ServicesInput;
  readonly #deaths = new Map<StepId, AbortController>();

  constructor(input: ServicesInput) {
    this.#input = input;
  }

  /** Aborted when one of the steps, a service, has ended by itself; the reason is the Failure of whoever needs it. */
  deathOf(steps: readonly StepId[]): AbortSignal | undefined {
    if (this.#deaths.size === 0) return undefined;
    const signals = steps.flatMap((id) => this.#deaths.get(id)?.signal ?? []);
    return signals.length < 2 ? signals[0] : AbortSignal.any(signals);
  }

  /** From its start to its end. */
  async serve(planned: PlannedAction, life: Life): Promise<Performed> {
    const { io, emit } = this.#input;
    const { id, step } = planned.action;
    const began = io.clock.monotonic();
    emit({ type: 'step-started', step: id, decision: planned.decision, attempt: 1 });
    emit(fingerprintEvent(planned, undefined));
    const listener = new LineListener(step.service?.ready ?? { by: 'start' });
    const equipped = equip(this.#input, planned, listener.hear);
    const ended = equipped.ok ? await this.#live(planned, equipped.value, listener, life) : equipped;
    const ms = io.clock.monotonic() - began;
    if (ended === 'cancelled') return gone({ is: 'cancelled' }, ms);
    const settled = { is: 'done', executed: true, key: planned.key, outputs: undefined } as const;
    if (ended === 'over') return { outcome: { is: 'succeeded', cached: false }, settled, ms };
    const failure = equipped.ok ? told(planned, ended.error, equipped.value.output) : { ...ended.error, step: id };
    this.#deaths.get(id)?.abort(failureOfUser(id, failure));
    return gone({ is: 'failed', failure }, ms);
  }

  /** `over`: it was ready, and ended when it was told to. */
  async #live(
    planned: PlannedAction,
    { output, scopeWith }: Equipped,
    listener: LineListener,
    { up, over }: Life,
  ): Promise<'over' | 'cancelled' | { readonly ok: false; readonly error: Failure }> {
    const { control, secrets, tasks, io, emit } = this.#input;
    const { id, step } = planned.action;
    const { service } = step;
    const task = tasks.get(step.task);
    if (task === undefined || service === undefined) throw new Error(`${id} is no service`);
    const asking = new AbortController();
    const scope = scopeWith({ signal: asking.signal, hurry: asking.signal });
    const end = new AbortController();
    const stop = (): void => {
      asking.abort();
      end.abort();
    };
    if (over.aborted) stop();
    over.addEventListener('abort', stop);
    let running: Promise<Attempted> | undefined;
    try {
      if (await isTaken(step, service.ready, scope, asking.signal)) return err(portFailure(service));
      const ask = await openAsking(step, service.ready, scope, listener.fits);
      const began = io.clock.monotonic();
      running = attempt(planned, task, control, secrets.hide, scopeWith, end.signal);
      const waiting = untilReady(ask, service, io.clock, asking.signal).catch((thrown: unknown): Answer => {
        if (!asking.signal.aborted) throw thrown;
        return { is: 'never', why: '' };
      });
      const first: First = await Promise.race([running.then((ended) => ({ ended })), waiting.then((answer) => ({ answer }))]);
      asking.abort();
      await waiting;
      if ('answer' in first && first.answer.is === 'ready' && !end.signal.aborted) {
        emit({ type: 'step-note', step: id, text: `ready after ${formatDuration(io.clock.monotonic() - began)}` });
        this.#deaths.set(id, new AbortController());
        up();
        const ended = await running;
        return ended.is === 'stopped' ? 'over' : err(endFailure(ended, 'it ended by itself'));
      }
      const isEnding = end.signal.aborted;
      end.abort();
      const ended = await running;
      output.flush();
      if (isEnding || control.level > 0) return 'cancelled';
      if ('answer' in first && first.answer.is !== 'ready') return err(lateFailure(service, first.answer));
      return ended.is === 'stopped' ? 'cancelled' : err(endFailure(ended, 'it ended before it was ready'));
    } finally {
      over.removeEventListener('abort', stop);
      // A fault in asking ends it as well.
      end.abort();
      await running;
      output.end();
      output.keep();
    }
  }
}

function portFailure({ ready }: Service): Failure {
  const at = 'port' in ready ? `${ready.host}:${ready.port}` : '';
  const hint = 'end what listens there (ss -ltnp names it), or give the service another port';
  return { code: 'port-in-use', message: `${at} is in use: something accepted a connection before the service was started`, hint };
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
  const isCommand = error.code === 'command-failed' || error.code === 'command-signalled';
  return { ...error, code: isCommand ? 'service-ended' : error.code, message: `${what}: ${error.message}` };
}

function failureOfUser(service: StepId, { message, lastLines }: Failure): Failure {
  const lines = lastLines === undefined ? {} : { lastLines };
  return { code: 'service-ended', message: `the service ${service}, which it needs, is gone: ${message}`, ...lines };
}
